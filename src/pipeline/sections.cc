#include "pipeline/sections.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace headroom::pipeline {
namespace {

constexpr std::size_t most_lines = 12;   // of a head, of a foot
constexpr std::size_t most_label = 32;   // bytes
constexpr std::size_t most_line = 4096;  // bytes of a labelled line: a command may be long
constexpr std::size_t most_status = 80;  // bytes of a status line

constexpr std::array<std::string_view, 9> announces{"output", "stdout",  "result", "results", "response",
                                                    "body",   "content", "stderr", "text"};
constexpr std::array<std::string_view, 8> ends{"stderr",    "exit code", "exit_code", "exit status",
                                               "wall time", "duration",  "signal",    "elapsed"};

constexpr bool is_letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

std::string_view without_return(std::string_view line) {
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

// "Wall time" of "Wall time: 0.4 seconds"; nothing if the line has no label.
std::optional<std::string_view> label_of(std::string_view line) {
  if (line.empty() || line.size() > most_line || !is_letter(line.front())) return std::nullopt;
  const std::size_t colon = line.substr(0, most_label + 1).find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  if (colon + 1 < line.size() && line[colon + 1] != ' ') return std::nullopt;
  const std::string_view label = line.substr(0, colon);
  const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == ' ' || c == '_' || c == '-'; };
  if (!std::all_of(label.begin(), label.end(), fits)) return std::nullopt;
  return label;
}

template <std::size_t n>
bool is_one_of(std::string_view label, const std::array<std::string_view, n>& words) {
  return std::ranges::find(words, std::string_view(lower(label))) != words.end();
}

// "Exit code 1", "exited with code 0", "[exit status 1]", "(exit code: 2)".
bool is_status(std::string_view line) {
  if (line.size() > most_status) return false;
  if (line.size() > 2 && ((line.front() == '[' && line.back() == ']') || (line.front() == '(' && line.back() == ')')))
    line = line.substr(1, line.size() - 2);
  const std::string text = lower(line);
  if (text.find("code") == std::string::npos && text.find("status") == std::string::npos) return false;
  std::string_view rest = text;
  for (const std::string_view lead : {"process ", "command ", "exited ", "exit ", "with ", "code", "status", ":", " "})
    if (rest.starts_with(lead)) rest.remove_prefix(lead.size());
  if (rest.size() == text.size() || text.find("exit") == std::string::npos) return false;
  if (rest.starts_with('-')) rest.remove_prefix(1);
  return !rest.empty() && rest.size() <= 5 && std::all_of(rest.begin(), rest.end(), is_digit);
}

// Where the text goes on behind its head; 0: none.
std::size_t behind_head(std::string_view text) {
  std::size_t at = 0;
  for (std::size_t n = 0; n < most_lines && at < text.size(); ++n) {
    const std::size_t stop = std::min(text.find('\n', at), text.size());
    const std::string_view line = without_return(text.substr(at, stop - at));
    const auto label = label_of(line);
    if (!label) return n == 0 && is_status(line) && stop < text.size() ? stop + 1 : 0;
    if (is_one_of(*label, announces)) {
      std::size_t value = at + label->size() + 1;
      if (value < text.size() && text[value] == ' ') ++value;
      if (value < stop && text[value] != '\r') return value;
      return std::min(stop + 1, text.size());
    }
    at = stop + 1;
  }
  return 0;
}

// Where its foot begins, at the line end before it; the text's size: none.
std::size_t before_foot(std::string_view text) {
  std::size_t foot = text.size(), end = text.size();
  bool is_end = false;
  if (end > 0 && text[end - 1] == '\n') --end;
  for (std::size_t n = 0; n < most_lines && end > 0 && end != std::string_view::npos; ++n) {
    const std::size_t before = text.rfind('\n', end - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::string_view line = without_return(text.substr(begin, end - begin));
    const auto label = label_of(line);
    const bool status = n == 0 && !label && is_status(line);
    if (!status && !label) break;
    is_end |= status || is_one_of(*label, ends);
    foot = before == std::string_view::npos ? 0 : before;
    end = before;
    if (status) break;
  }
  return is_end ? foot : text.size();
}

}  // namespace

Sections find_sections(std::string_view text) {
  Sections s{behind_head(text), text.size()};
  s.end = s.begin + before_foot(text.substr(s.begin));
  if (s.begin == 0 && s.end == text.size()) return s;
  while (s.end > s.begin && (text[s.end - 1] == '\n' || text[s.end - 1] == '\r')) --s.end;
  return s;
}

}  // namespace headroom::pipeline
