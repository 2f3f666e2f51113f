#include "compressors/search_results/search_leads.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_map>

#include "base/hash.h"
#include "salience/severity.h"

namespace headroom::compressors {
namespace {

constexpr std::size_t sampled = 2048, longest = 96, most_cuts = 24, weighed = 4096, most_leads = 26;
constexpr std::int64_t least_tokens = 3, legend_tokens = 3, least_gain = 3,  // legend: letter, "=", line end
    header_tokens = 8;                                                       // what the header says of the letters

bool in_word(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || (c & 0x80) != 0;
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// May a lead end before byte `at` of `body`?
bool is_cut(std::string_view body, std::size_t at) {
  return !is_blank(body[at - 1]) && (at == body.size() || !in_word(body[at]));
}

struct Candidate {
  std::string_view text;
  std::vector<std::uint32_t> lines;  // of the sample
  std::int64_t tokens = 0;
};

std::vector<Candidate> candidates_of(const std::vector<std::string_view>& sample, tokens::Counter& ruler) {
  std::unordered_map<std::string_view, std::vector<std::uint32_t>, TextHasher> lines_of;
  for (std::uint32_t i = 0; i < sample.size(); ++i) {
    std::size_t cuts = 0;
    const std::string_view body = sample[i];
    for (std::size_t at = 4; at <= std::min(body.size(), longest) && cuts < most_cuts; ++at) {
      if (!is_cut(body, at)) continue;
      lines_of[body.substr(0, at)].push_back(i);
      ++cuts;
    }
  }
  std::vector<Candidate> out;
  for (auto& [text, lines] : lines_of) {
    if (lines.size() >= 3) out.push_back({text, std::move(lines)});
  }
  std::sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
    const std::size_t x = a.text.size() * a.lines.size(), y = b.text.size() * b.lines.size();
    return x != y ? x > y : a.text < b.text;
  });
  if (out.size() > weighed) out.resize(weighed);
  for (Candidate& c : out) c.tokens = ruler.count(c.text).value;
  std::erase_if(out, [](const Candidate& c) { return c.tokens < least_tokens || salience::is_severe(c.text); });
  return out;
}

// Letters that no body begins with: what stands there is a mark.
std::string free_letters(const std::vector<std::string_view>& bodies) {
  std::array<bool, 26> used{};
  for (std::string_view body : bodies) {
    if (!body.empty() && body[0] >= 'A' && body[0] <= 'Z') used[static_cast<std::size_t>(body[0] - 'A')] = true;
  }
  std::string out;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) out += static_cast<char>('A' + i);
  }
  return out;
}

}  // namespace

std::vector<Lead> choose_leads(const std::vector<std::string_view>& bodies, tokens::Counter& ruler) {
  std::vector<Lead> leads;
  const std::string letters = free_letters(bodies);
  const std::size_t step = bodies.size() / sampled + 1;
  std::vector<std::string_view> sample;
  for (std::size_t i = 0; i < bodies.size(); i += step) sample.push_back(bodies[i]);
  std::vector<Candidate> candidates = candidates_of(sample, ruler);
  std::vector<std::int64_t> saved(sample.size());  // tokens that the leads taken so far save on each line
  std::int64_t gained = 0;
  while (leads.size() < std::min(letters.size(), most_leads)) {
    const Candidate* best = nullptr;
    std::int64_t best_gain = least_gain;
    for (const Candidate& c : candidates) {
      std::int64_t more = 0;
      for (std::uint32_t line : c.lines) more += std::max<std::int64_t>(c.tokens - 1 - saved[line], 0);
      const std::int64_t gain = more * static_cast<std::int64_t>(step) - c.tokens - legend_tokens;
      if (gain > best_gain) {
        best_gain = gain;
        best = &c;
      }
    }
    if (best == nullptr) break;
    for (std::uint32_t line : best->lines) saved[line] = std::max(saved[line], best->tokens - 1);
    gained += best_gain;
    leads.push_back({letters[leads.size()], std::string(best->text)});
  }
  if (gained <= header_tokens) leads.clear();
  return leads;
}

const Lead* lead_of(std::string_view body, const std::vector<Lead>& leads) {
  const Lead* best = nullptr;
  for (const Lead& lead : leads) {
    if (body.starts_with(lead.text) && is_cut(body, lead.text.size()) &&
        (best == nullptr || lead.text.size() > best->text.size())) {
      best = &lead;
    }
  }
  return best;
}

}  // namespace headroom::compressors
