#include "compressors/statements.h"

#include <algorithm>

namespace headroom::compressors {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The word at the front of `s` (letters), and what follows it.
std::string_view take_word(std::string_view& s) {
  std::size_t n = 0;
  while (n < s.size() && ((s[n] | 0x20) >= 'a' && (s[n] | 0x20) <= 'z')) ++n;
  const std::string_view word = s.substr(0, n);
  s.remove_prefix(n);
  return word;
}

bool has_handle(std::string_view inner) {
  constexpr std::string_view lead = "hash=";
  const std::size_t at = inner.rfind(lead);
  if (at == std::string_view::npos || inner.size() - at - lead.size() < 12) return false;
  for (std::size_t i = 0; i < 12; ++i) {
    if (!is_digit(inner[at + lead.size() + i])) return false;
  }
  return true;
}

}  // namespace

bool reads_as_statement(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.remove_suffix(1);
  if (line.size() < 5 || line.front() != '[' || line.back() != ']') return false;
  std::string_view inner = line.substr(1, line.size() - 2);
  if (inner == "end" || has_handle(inner)) return true;
  if (inner.find(", complete") != std::string_view::npos) return true;
  std::string_view rest = inner;
  if (!rest.empty() && rest.front() == '=') rest.remove_prefix(1);  // [= lines 12-19]
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  const std::string_view word = take_word(rest);
  if ((word == "section" || word == "sections") && rest.starts_with(" \""))
    return rest.find(", line") != std::string_view::npos;
  if (word == "same" && rest.starts_with(" hunk as ")) return true;
  if (word == "lines" || word == "rows" || word == "items" || word == "files" || word == "line" || word == "row" ||
      word == "numbers" || word == "text" || word == "T") {
    return rest.size() > 1 && rest[0] == ' ' && is_digit(rest[1]);
  }
  if (!word.empty() && word[0] == 'T' && word.size() == 1) return !rest.empty() && is_digit(rest[0]);  // [T1 412x, ...]
  // "[400 numbers: ...]", "[3 rows ...]", "[7 strings like ...]"
  if (word.empty() && !rest.empty() && is_digit(rest[0])) {
    while (!rest.empty() && is_digit(rest[0])) rest.remove_prefix(1);
    if (!rest.starts_with(' ')) return false;
    rest.remove_prefix(1);
    const std::string_view noun = take_word(rest);
    for (std::string_view n : {"numbers", "rows", "row", "lines", "line", "strings", "string", "items", "item", "files",
                               "keys", "matches", "members", "sentence", "sentences"}) {
      if (noun == n) return true;
    }
  }
  return false;
}

std::string ranges(const std::vector<std::size_t>& sorted) {
  std::string out;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t j = i;
    while (j + 1 < sorted.size() && sorted[j + 1] == sorted[j] + 1) ++j;
    if (!out.empty()) out += ", ";
    out += std::to_string(sorted[i]);
    if (j > i) out += '-' + std::to_string(sorted[j]);
    i = j + 1;
  }
  return out;
}

std::string counted(std::size_t n, std::string_view noun) {
  std::string out = std::to_string(n) + ' ' + std::string(noun);
  if (n != 1) out += 's';
  return out;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace headroom::compressors
