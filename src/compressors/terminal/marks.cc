#include "compressors/terminal/marks.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compressors/log/ansi.h"

namespace headroom::compressors::terminal {
namespace {

constexpr std::string_view kReturn = "⏎";
// Each is one token of the vocabularies.
constexpr auto kMarks =
    std::to_array<std::string_view>({"§", "¶", "¤", "«", "»", "¬", "¢", "£", "¥", "¿", "¡", "†", "‡", "÷", "×", "±"});
constexpr std::size_t kLeastCount = 3;  // a code that stands less often is not worth its entry
constexpr std::size_t kLongest = 64;    // bytes of codes side by side

// Bytes of the codes side by side at `at`; 0 if none begins there.
std::size_t codes_at(std::string_view s, std::size_t at) {
  std::size_t end = at;
  while (end < s.size() && end - at < kLongest) {
    const std::size_t n = s[end] == '\x1b' ? log::ansi_size(s, end) : s[end] == '\b' ? 1 : 0;
    if (n == 0) break;
    end += n;
  }
  return end - at;
}

bool is_lone_return(std::string_view s, std::size_t at) {
  return s[at] == '\r' && (at + 1 == s.size() || s[at + 1] != '\n');
}

// Codes as the legend spells them: \e and \b; "" if they hold what the legend could not tell.
std::string spell(std::string_view codes) {
  std::string out;
  for (const char c : codes) {
    if (c == '\x1b') {
      out += "\\e";
    } else if (c == '\b') {
      out += "\\b";
    } else if (c > ' ' && c < '\x7f' && c != '\\') {
      out += c;
    } else {
      return {};
    }
  }
  return out;
}

std::string unspell(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '\\') {
      out += word[i];
      continue;
    }
    if (++i == word.size() || (word[i] != 'e' && word[i] != 'b')) return {};
    out += word[i] == 'e' ? '\x1b' : '\b';
  }
  return out;
}

// The codes that get marks, the most costly in all first.
std::vector<std::string_view> worth_marks(std::string_view text) {
  std::unordered_map<std::string_view, std::size_t> counts;
  for (std::size_t i = text.find_first_of("\x1b\b"); i < text.size(); i = text.find_first_of("\x1b\b", i)) {
    const std::size_t n = codes_at(text, i);
    if (n > 0) ++counts[text.substr(i, n)];
    i += std::max<std::size_t>(n, 1);
  }
  std::vector<std::pair<std::size_t, std::string_view>> ranked;
  for (const auto& [codes, count] : counts) {
    if (count >= kLeastCount && !spell(codes).empty()) ranked.emplace_back(count * codes.size(), codes);
  }
  std::sort(ranked.begin(), ranked.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::vector<std::string_view> out;
  for (const auto& [weight, codes] : ranked) {
    if (out.size() < kMarks.size()) out.push_back(codes);
  }
  return out;
}

}  // namespace

std::optional<Marked> mark(std::string_view text) {
  if (text.find(kReturn) != std::string_view::npos) return std::nullopt;
  std::unordered_map<std::string_view, std::string_view> mark_of;
  Marked out;
  std::size_t next = 0;
  for (const std::string_view codes : worth_marks(text)) {
    while (next < kMarks.size() && text.find(kMarks[next]) != std::string_view::npos) ++next;
    if (next == kMarks.size()) break;
    mark_of[codes] = kMarks[next];
    out.legend.append(out.legend.empty() ? "" : " ").append(kMarks[next++]).append("=").append(spell(codes));
  }
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\x1b\b\r", i), text.size());
    out.text.append(text, i, end - i);
    if ((i = end) == text.size()) break;
    const std::size_t n = codes_at(text, i);
    const auto found = n == 0 ? mark_of.end() : mark_of.find(text.substr(i, n));
    if (found != mark_of.end()) {
      out.text += found->second;
    } else if (is_lone_return(text, i)) {
      out.returns = true;
      out.text.append("\n").append(kReturn);
    } else {
      out.text.append(text, i, std::max<std::size_t>(n, 1));
    }
    i += std::max<std::size_t>(n, 1);
  }
  if (mark_of.empty() && !out.returns) return std::nullopt;
  return out;
}

std::optional<std::string> unmark(std::string_view legend, bool returns, std::string_view text) {
  std::unordered_map<std::string_view, std::string> codes_of;
  while (!legend.empty()) {
    const std::size_t end = std::min(legend.find(' '), legend.size());
    const std::string_view entry = legend.substr(0, end);
    legend.remove_prefix(std::min(end + 1, legend.size()));
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view mark = entry.substr(0, equals);
    if (std::find(kMarks.begin(), kMarks.end(), mark) == kMarks.end()) return std::nullopt;
    std::string codes = unspell(entry.substr(equals + 1));
    if (codes.empty() || !codes_of.emplace(mark, std::move(codes)).second) return std::nullopt;
  }
  const std::string line_return = "\n" + std::string(kReturn);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (returns && text[i] == '\n' && text.substr(i).starts_with(line_return)) {
      out += '\r';
      i += line_return.size();
      continue;
    }
    const std::size_t n = static_cast<unsigned char>(text[i]) == 0xC2   ? 2
                          : static_cast<unsigned char>(text[i]) == 0xC3 ? 2
                          : static_cast<unsigned char>(text[i]) == 0xE2 ? 3
                                                                        : 1;
    const auto found = n == 1 ? codes_of.end() : codes_of.find(text.substr(i, n));
    if (found != codes_of.end()) {
      out += found->second;
      i += n;
    } else {
      out += text[i++];
    }
  }
  return out;
}

}  // namespace headroom::compressors::terminal
