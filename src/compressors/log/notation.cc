#include "compressors/log/notation.h"

#include <algorithm>

namespace headroom::compressors::log {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Decimal digits at the front, at most nine; 0 if there are none.
std::size_t take_number(std::string_view& s) {
  std::size_t n = 0, value = 0;
  while (n < s.size() && n < 9 && is_digit(s[n])) value = value * 10 + static_cast<std::size_t>(s[n++] - '0');
  if (n == 0 || s[0] == '0') return 0;
  s.remove_prefix(n);
  return value;
}

// A single capital letter stands for a long value.
bool is_letter_name(std::string_view s) {
  return s.size() == 1 && s[0] >= 'A' && s[0] <= 'Z';
}

// "{2}" at the front: 2, if there are as many holes before; else it is text.
std::size_t reference(std::string_view text, std::size_t holes) {
  if (!text.starts_with('{')) return 0;
  std::string_view rest = text.substr(1);
  const std::size_t k = take_number(rest);
  return k <= holes && rest.starts_with('}') ? k : 0;
}

// "~73~" at the front: 73.
std::size_t padding(std::string_view text) {
  if (!text.starts_with('~')) return 0;
  std::string_view rest = text.substr(1);
  const std::size_t column = take_number(rest);
  return rest.starts_with('~') ? column : 0;
}

}  // namespace

std::size_t holes_in(const Pattern& pattern) {
  return static_cast<std::size_t>(
      std::count_if(pattern.begin(), pattern.end(), [](const Piece& p) { return p.kind == Piece::hole; }));
}

std::string print(const Pattern& pattern, const Marks& marks) {
  std::string out;
  for (const Piece& p : pattern) {
    switch (p.kind) {
      case Piece::literal:
        out += p.text;
        break;
      case Piece::hole:
        out += marks.hole;
        break;
      case Piece::time:
        out += marks.time;
        break;
      case Piece::same:
        out += '{' + std::to_string(p.number + 1) + '}';
        break;
      case Piece::pad:
        out += '~' + std::to_string(p.number) + '~';
        break;
    }
  }
  return out;
}

std::optional<Pattern> parse_pattern(std::string_view text, const Marks& marks) {
  Pattern out;
  std::size_t holes = 0;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) out.push_back({Piece::literal, std::move(literal), 0});
    literal.clear();
  };
  while (!text.empty()) {
    if (text.starts_with(marks.hole)) {
      flush();
      out.push_back({Piece::hole, {}, 0});
      ++holes;
      text.remove_prefix(marks.hole.size());
    } else if (text.starts_with(marks.time)) {
      flush();
      out.push_back({Piece::time, {}, 0});
      text.remove_prefix(marks.time.size());
    } else if (const std::size_t k = reference(text, holes); k > 0) {
      flush();
      out.push_back({Piece::same, {}, k - 1});
      text.remove_prefix(text.find('}') + 1);
    } else if (const std::size_t column = padding(text); column > 0) {
      flush();
      out.push_back({Piece::pad, {}, column});
      text.remove_prefix(text.find('~', 1) + 1);
    } else {
      literal += text[0];
      text.remove_prefix(1);
    }
  }
  flush();
  return out;
}

void append_word(std::string& out, std::string_view value) {
  const bool quote = value.empty() || value.find_first_of(" \t") != std::string_view::npos || value.front() == '"' ||
                     is_letter_name(value) || value == kRestAsBefore;
  if (!quote) {
    out += value;
    return;
  }
  out += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

std::optional<Word> take_word(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  Word word{{}, rest.front() == '"'};
  std::size_t i = 0;
  if (word.quoted) {
    for (i = 1; i < rest.size() && rest[i] != '"'; ++i) {
      if (rest[i] == '\\') ++i;
      if (i >= rest.size()) return std::nullopt;
      word.text += rest[i];
    }
    if (i >= rest.size()) return std::nullopt;
    ++i;
  } else {
    i = std::min(rest.find(' '), rest.size());
    word.text = rest.substr(0, i);
    if (i == 0) return std::nullopt;
  }
  if (i < rest.size()) {
    if (rest[i] != ' ') return std::nullopt;
    ++i;
    if (i == rest.size()) return std::nullopt;  // a blank at the end is not ours
  }
  rest.remove_prefix(i);
  return word;
}

bool begins_as_same_template(std::string_view line) {
  return line.size() > 1 && line[0] == ' ' && line[1] != ' ' && line[1] != '\t';
}

std::size_t take_template_name(std::string_view line, std::string_view& after) {
  if (!line.starts_with('T')) return 0;
  std::string_view rest = line.substr(1);
  const std::size_t k = take_number(rest);
  if (k == 0) return 0;
  if (rest.empty()) {
    after = rest;
    return k;
  }
  if (rest[0] != ' ') return 0;
  after = rest.substr(1);
  return k;
}

bool begins_as_tail(std::string_view line, Cut cut) {
  const auto digit = [line](std::size_t i) { return i < line.size() && is_digit(line[i]); };
  const auto separator = [line](std::size_t i) { return i < line.size() && (line[i] == ':' || line[i] == '.'); };
  if (!digit(0) || !digit(1)) return false;
  switch (cut) {
    case Cut::day:
      return (separator(2) && digit(3) && digit(4) && separator(5) && digit(6) && digit(7)) ||
             (digit(2) && digit(3) && digit(4) && digit(5));
    case Cut::hour:
      return separator(2) && digit(3) && digit(4);
    case Cut::minute:
      return !digit(2);
    case Cut::whole:
      return false;
  }
  return false;
}

Cut cut_of_heading(std::string_view heading) {
  if (heading.empty()) return Cut::whole;
  const char last = heading.back();
  if (last == ' ' || last == 'T' || last == '_' || last == '-') return Cut::day;
  if (last != ':' && last != '.') return Cut::whole;
  // Pairs of digits before separators: one of the hour, two of the minute; a year before ':' is four digits.
  std::size_t end = heading.size() - 1, pairs = 0;
  while (pairs < 2 && end >= 2 && is_digit(heading[end - 1]) && is_digit(heading[end - 2])) {
    if (end >= 3 && is_digit(heading[end - 3])) return pairs == 0 ? Cut::day : Cut::hour;
    ++pairs;
    if (end < 3 || heading[end - 3] != last) break;
    end -= 3;
  }
  return pairs == 0 ? Cut::whole : pairs == 1 ? Cut::hour : Cut::minute;
}

std::size_t take_coordinate(std::string_view line, std::string_view& after) {
  std::string_view rest = line;
  const std::size_t k = take_number(rest);
  if (k == 0 || !rest.starts_with("| ")) return 0;
  after = rest.substr(2);
  return k;
}

std::size_t take_repeat(std::string_view line, std::string_view& front) {
  const std::size_t at = line.rfind(" x");
  if (at == std::string_view::npos) return 0;
  std::string_view rest = line.substr(at + 2);
  const std::size_t k = take_number(rest);
  if (k == 0 || !rest.empty()) return 0;
  front = line.substr(0, at);
  return k;
}

std::optional<LineRange> parse_same_lines(std::string_view line) {
  const bool one = line.starts_with("[= line ");
  if (!one && !line.starts_with("[= lines ")) return std::nullopt;
  std::string_view rest = line.substr(one ? 8 : 9);
  LineRange range{take_number(rest), 0};
  range.last = range.first;
  if (!one) {
    if (!rest.starts_with('-')) return std::nullopt;
    rest.remove_prefix(1);
    range.last = take_number(rest);
  }
  if (rest != "]" || range.first == 0 || range.last < range.first) return std::nullopt;
  return range;
}

}  // namespace headroom::compressors::log
