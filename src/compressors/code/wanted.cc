#include "compressors/code/wanted.h"

#include <algorithm>

#include "search/terms.h"

namespace headroom::compressors::code {
namespace {

constexpr std::size_t few_callables = 5;
constexpr std::size_t max_words = 256;  // of a query

constexpr bool is_word(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

template <class Each>
void each_word(std::string_view text, Each each) {
  for (std::size_t i = 0; i < text.size();) {
    if (!is_word(text[i])) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    while (i < text.size() && is_word(text[i])) ++i;
    each(begin, text.substr(begin, i - begin));
  }
}

// "order.fee" -> "fee"
std::string_view last_part(std::string_view name) {
  std::size_t n = name.size();
  while (n > 0 && is_word(name[n - 1])) --n;
  return name.substr(n);
}

}  // namespace

Wanted::Wanted(const search::Query& query, std::string_view code, const std::vector<Node>& nodes) {
  std::unordered_set<std::string, TextHasher, std::equal_to<>> identifiers;
  for (const search::Term& term : query.terms()) {
    const std::string_view word = last_part(term.text);
    if (word.size() < 3 || words_.size() >= max_words) continue;
    words_.emplace(word);
    if (term.whole_identifier) identifiers.emplace(word);
  }
  for (const std::string& anchor : query.anchors()) {
    const std::string word = search::to_lower(anchor);
    if (word.size() < 3 || word.size() > 80 || !std::all_of(word.begin(), word.end(), is_word)) continue;
    words_.insert(word);
    identifiers.insert(word);
  }
  if (identifiers.empty()) return;

  // Which callables hold which identifier: bodies are in order, so the innermost open one is found by walking along.
  std::vector<std::uint32_t> bodies;
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].is(body)) bodies.push_back(i);
  }
  struct Found {
    std::vector<std::uint32_t> at;
    std::size_t bodies = 0;
    std::uint32_t last_body = ~0U;
  };
  std::unordered_map<std::string, Found, TextHasher, std::equal_to<>> found;
  std::size_t next = 0;
  std::string lower;
  each_word(code, [&](std::size_t begin, std::string_view word) {
    if (word.size() > 80) return;
    lower.clear();
    search::append_lower(lower, word);
    if (!identifiers.contains(lower)) return;
    Found& f = found[lower];
    f.at.push_back(static_cast<std::uint32_t>(begin));
    while (next < bodies.size() && nodes[bodies[next]].begin <= begin) ++next;
    if (next > 0 && nodes[bodies[next - 1]].end > begin && f.last_body != bodies[next - 1]) {
      f.last_body = bodies[next - 1];
      ++f.bodies;
    }
  });
  for (const auto& [word, f] : found) {  // the order of words does not matter: offsets are sorted
    if (f.bodies > few_callables && f.bodies * 10 > bodies.size() * 3) continue;
    hits_.insert(hits_.end(), f.at.begin(), f.at.end());
  }
  std::sort(hits_.begin(), hits_.end());
}

bool Wanted::names(std::string_view callable) const {
  const std::string_view word = last_part(callable);
  return !words_.empty() && word.size() >= 3 && words_.contains(search::to_lower(word));
}

bool Wanted::within(std::uint32_t begin, std::uint32_t end) const {
  const auto at = std::lower_bound(hits_.begin(), hits_.end(), begin);
  return at != hits_.end() && *at < end;
}

Occurrences occurrences(std::string_view code) {
  Occurrences out;
  each_word(code, [&](std::size_t, std::string_view word) { ++out[word]; });
  return out;
}

}  // namespace headroom::compressors::code
