#include "pipeline/align/volatile.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace headroom::pipeline {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
constexpr bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
constexpr bool is_hex(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}
// What a value is not cut out of.
constexpr bool joins(char c) {
  return is_digit(c) || is_letter(c) || c == '_' || c == '-' || c == '/' || c == '\\' ||
         static_cast<unsigned char>(c) >= 0x80;
}

constexpr std::array<std::string_view, 12> months{"january",   "february", "march",    "april",
                                                  "may",       "june",     "july",     "august",
                                                  "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> weekdays{"monday", "tuesday",  "wednesday", "thursday",
                                                   "friday", "saturday", "sunday"};

// Reads along a text; every reader moves past what it takes, or stays where it was and says no.
class Cursor {
 public:
  Cursor(std::string_view text, std::size_t at) : text_(text), at_(at) {}
  std::size_t at() const { return at_; }
  bool at_end() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  bool one_of(std::string_view any) {
    if (at_end() || any.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }
  bool blank() {
    const std::size_t begin = at_;
    while (at_ - begin < 2 && peek() == ' ') ++at_;
    return at_ > begin;
  }
  bool word(std::string_view w) {
    for (std::size_t i = 0; i < w.size(); ++i) {
      if (lower(peek(i)) != w[i]) return false;
    }
    if (is_letter(peek(w.size()))) return false;
    at_ += w.size();
    return true;
  }
  // A number of `least` to `most` digits, with no digit after it, within a range.
  std::optional<int> number(int least, int most, int low, int high) {
    int n = 0, value = 0;
    while (n <= most && is_digit(peek(static_cast<std::size_t>(n)))) {
      value = value * 10 + (peek(static_cast<std::size_t>(n)) - '0');
      ++n;
    }
    if (n < least || n > most || value < low || value > high) return std::nullopt;
    at_ += static_cast<std::size_t>(n);
    return value;
  }
  // A name out of a table, whole or its first three letters, with an optional dot.
  template <std::size_t N>
  bool name(const std::array<std::string_view, N>& names) {
    for (const std::string_view full : names) {
      if (word(full) || word(full.substr(0, 3))) {
        one_of(".");
        return true;
      }
    }
    if (word("sept")) return one_of("."), true;
    return false;
  }
  template <class Read>
  bool maybe(Read read) {
    const std::size_t before = at_;
    if (read()) return true;
    at_ = before;
    return false;
  }

 private:
  std::string_view text_;
  std::size_t at_;
};

bool day(Cursor& c) {
  if (!c.number(1, 2, 1, 31)) return false;
  c.word("st") || c.word("nd") || c.word("rd") || c.word("th");
  return true;
}

// 10:15, 10:15:30, 10:15:30.123, with PM
bool clock(Cursor& c) {
  if (!c.number(1, 2, 0, 23) || !c.one_of(":") || !c.number(2, 2, 0, 59)) return false;
  if (c.maybe([&] { return c.one_of(":") && c.number(2, 2, 0, 60).has_value(); })) {
    c.maybe([&] { return c.one_of(".,") && c.number(1, 9, 0, 999'999'999).has_value(); });
  }
  c.maybe([&] {
    c.blank();
    return c.word("am") || c.word("pm") || c.word("a.m.") || c.word("p.m.");
  });
  return true;
}

// Z, +01:00, -0500, UTC, GMT+1, CET
bool zone(Cursor& c) {
  const auto offset = [&] {
    return c.one_of("+-") && c.maybe([&] {
      if (c.number(4, 4, 0, 1400)) return true;
      if (!c.number(1, 2, 0, 14)) return false;
      c.maybe([&] { return c.one_of(":") && c.number(2, 2, 0, 59).has_value(); });
      return true;
    });
  };
  if (c.maybe([&] { return c.one_of("Zz") && !is_letter(c.peek()); }) || c.maybe(offset)) return true;
  c.blank();
  for (const std::string_view name :
       {"utc", "gmt", "cet", "cest", "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt", "bst"}) {
    if (!c.word(name)) continue;
    c.maybe(offset);
    return true;
  }
  return c.maybe(offset);
}

void time_after(Cursor& c) {
  c.maybe([&] {
    if (!c.one_of("Tt")) {
      c.one_of(",");
      if (!c.blank()) return false;
      c.maybe([&] { return c.word("at") && c.blank(); });
    }
    if (!clock(c)) return false;
    c.maybe([&] { return zone(c); });
    return true;
  });
}

// 2026-01-05, 2026/01/05, 2026-01-05T10:15:30Z
bool iso_date(Cursor& c) {
  if (!c.number(4, 4, 1970, 2199)) return false;
  const char separator = c.peek();
  if (!c.one_of("-/.") || !c.number(2, 2, 1, 12) || !c.one_of(std::string_view(&separator, 1)) ||
      !c.number(2, 2, 1, 31))
    return false;
  time_after(c);
  return true;
}

// 1/5/2026, 05.01.2026
bool short_date(Cursor& c) {
  if (!c.number(1, 2, 1, 31)) return false;
  const char separator = c.peek();
  if (!c.one_of("/.") || !c.number(1, 2, 1, 31) || !c.one_of(std::string_view(&separator, 1)) ||
      !c.number(4, 4, 1970, 2199))
    return false;
  time_after(c);
  return true;
}

// [Monday, ]January 5[, 10:15:30][,] 2026; [Mon, ]5 January 2026; Mon Jan  5 10:15:30 CET 2026
bool written_date(Cursor& c) {
  c.maybe([&] {
    if (!c.name(weekdays)) return false;
    c.one_of(",");
    return c.blank();
  });
  const bool month_first = c.maybe([&] { return c.name(months) && c.blank() && day(c); });
  if (!month_first && !c.maybe([&] {
        if (!day(c)) return false;
        c.maybe([&] { return c.blank() && c.word("of"); });
        return (c.one_of("-") || c.blank()) && c.name(months);
      }))
    return false;
  c.maybe([&] {
    if (!c.blank() || !clock(c)) return false;
    c.maybe([&] { return c.blank() && zone(c); });
    return true;
  });
  c.one_of(",-");
  c.blank();
  if (!c.number(4, 4, 1970, 2199)) return false;
  time_after(c);
  return true;
}

bool clock_alone(Cursor& c) {
  if (!clock(c)) return false;
  c.maybe([&] { return zone(c); });
  return true;
}

// Seconds or milliseconds since 1970, from 2017 to 2065 (15... to 29...).
bool epoch(Cursor& c) {
  std::size_t n = 0;
  while (n < 14 && is_digit(c.peek(n))) ++n;
  if ((n != 10 && n != 13) || (c.peek() != '1' && c.peek() != '2') || (c.peek() == '1' && c.peek(1) < '5'))
    return false;
  while (is_digit(c.peek())) c.one_of("0123456789");
  return true;
}

bool uuid(Cursor& c) {
  for (const int digits : {8, 4, 4, 4, 12}) {
    for (int i = 0; i < digits; ++i) {
      if (!is_hex(c.peek()) || !c.one_of("0123456789abcdefABCDEF")) return false;
    }
    if (digits != 12 && !c.one_of("-")) return false;
  }
  return true;
}

// 26 digits of Crockford's base 32 in capitals, the first at most 7; letters among them.
bool ulid(Cursor& c) {
  if (c.peek() > '7') return false;
  int letters = 0;
  for (int i = 0; i < 26; ++i) {
    letters += is_letter(c.peek());
    if (!c.one_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ")) return false;
  }
  return letters > 0;
}

bool jwt(Cursor& c) {
  if (c.peek() != 'e' || c.peek(1) != 'y' || c.peek(2) != 'J') return false;
  for (int part = 0; part < 3; ++part) {
    if (part > 0 && !c.one_of(".")) return false;
    int n = 0;
    while (is_digit(c.peek()) || is_letter(c.peek()) || c.peek() == '-' || c.peek() == '_')
      c.one_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), ++n;
    if (n < 4) return false;
  }
  return true;
}

bool long_hex(Cursor& c) {
  int n = 0, letters = 0;
  while (is_hex(c.peek())) {
    letters += is_letter(c.peek());
    c.one_of("0123456789abcdefABCDEF");
    ++n;
  }
  return n >= 32 && letters > 0;
}

// Where the label of an id ends, if one begins here: `session_id: `, `Request-ID = `, `trace id `, `sessionId": "`.
std::optional<std::size_t> after_label(std::string_view text, std::size_t at) {
  Cursor c(text, at);
  constexpr std::string_view names[] = {"session", "request", "conversation", "trace",       "span",
                                        "run",     "thread",  "chat",         "correlation", "invocation"};
  bool found = false;
  for (const std::string_view name : names) {
    std::size_t n = 0;
    while (n < name.size() && lower(c.peek(n)) == name[n]) ++n;
    if (n < name.size()) continue;
    c = Cursor(text, at + n);
    found = true;
    break;
  }
  if (!found) return std::nullopt;
  c.one_of(" _-");
  if (!c.word("id") && !c.word("identifier")) return std::nullopt;
  c.one_of("\"'`*");
  c.blank();
  if (!c.one_of(":=") && !c.maybe([&] { return c.word("is"); })) return std::nullopt;
  c.one_of("*");
  c.blank();
  c.one_of("\"'`<");
  return c.at();
}

// 6 to 128 characters of an id, with a digit: an id in words is a name.
bool labelled_id(Cursor& c) {
  int n = 0, digits = 0;
  while (is_digit(c.peek()) || is_letter(c.peek()) || c.peek() == '-' || c.peek() == '_') {
    digits += is_digit(c.peek());
    c.one_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    ++n;
  }
  return n >= 6 && n <= 128 && digits > 0;
}

struct Pattern {
  Volatile kind;
  bool (*read)(Cursor& c);
};
constexpr Pattern patterns[] = {
    {Volatile::date, iso_date},   {Volatile::date, written_date},
    {Volatile::date, short_date}, {Volatile::date, clock_alone},
    {Volatile::date, epoch},      {Volatile::id, uuid},
    {Volatile::id, ulid},         {Volatile::id, jwt},
    {Volatile::id, long_hex},
};

// The longest value that begins here and stands by itself.
std::optional<VolatileValue> value_at(std::string_view text, std::size_t at) {
  std::optional<VolatileValue> best;
  for (const Pattern& p : patterns) {
    Cursor c(text, at);
    if (!p.read(c) || (!c.at_end() && joins(c.peek()))) continue;
    // "12:30.5.1", "2026.01.05.3": a version, or a part of a number.
    if (c.peek() == '.' && is_digit(c.peek(1))) continue;
    if (!best || c.at() > best->end) best = VolatileValue{at, c.at(), p.kind};
  }
  return best;
}

// The end of the line; of a code fence that opens here, the end of the line that closes it.
std::size_t fence_end(std::string_view text, std::size_t line, std::size_t end) {
  const std::size_t first = text.find_first_not_of(' ', line);
  if (first == std::string_view::npos || first - line > 3) return line;
  const std::string_view fence = text.substr(first, 3);
  if (fence != "```" && fence != "~~~") return line;
  for (std::size_t next = end + 1; next < text.size();) {
    const std::size_t stop = std::min(text.find('\n', next), text.size());
    const std::size_t begin = text.find_first_not_of(' ', next);
    if (begin != std::string_view::npos && begin < stop && text.substr(begin, 3) == fence) return stop;
    next = stop + 1;
  }
  return text.size();
}

}  // namespace

std::vector<VolatileValue> volatile_values(std::string_view text) {
  std::vector<VolatileValue> found;
  for (std::size_t line = 0; line < text.size();) {
    const std::size_t end = std::min(text.find('\n', line), text.size());
    if (const std::size_t after = fence_end(text, line, end); after != line) {
      line = after + 1;
      continue;
    }
    for (std::size_t at = line; at < end;) {
      const char before = at > line ? text[at - 1] : '\n';
      if (!is_letter(before) && !is_digit(before)) {
        if (const auto id = after_label(text, at)) {
          Cursor c(text, *id);
          if (labelled_id(c) && c.at() <= end && !joins(c.peek())) {
            found.push_back({*id, c.at(), Volatile::id});
            at = c.at();
            continue;
          }
        }
      }
      if (joins(before) || !joins(text[at])) {
        ++at;
        continue;
      }
      if (const auto value = value_at(text, at); value && value->end <= end) {
        found.push_back(*value);
        at = value->end;
      } else {
        ++at;
      }
    }
    line = end + 1;
  }
  return found;
}

}  // namespace headroom::pipeline
