#include "compressors/log/stamp.h"

#include <algorithm>
#include <array>

namespace headroom::compressors::log {
namespace {

constexpr std::size_t kReach = 96;    // bytes looked at
constexpr std::size_t kMaxWords = 4;  // words that may stand before the time

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

// A cursor over the first bytes of a line; reading past the end gives NUL.
struct Cursor {
  std::string_view s;
  std::size_t at;

  char peek(std::size_t n = 0) const { return at + n < s.size() ? s[at + n] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at;
    return true;
  }
  std::size_t digits() const {
    std::size_t n = 0;
    while (is_digit(peek(n))) ++n;
    return n;
  }
  bool take_digits(std::size_t lowest, std::size_t highest) {
    const std::size_t n = digits();
    if (n < lowest || n > highest) return false;
    at += n;
    return true;
  }
};

bool is_name(std::string_view s, std::string_view names) {
  for (std::size_t i = 0; i + 3 <= names.size(); i += 3) {
    if (s.substr(0, 3) == names.substr(i, 3)) return true;
  }
  return false;
}
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view kDays = "MonTueWedThuFriSatSun";

// "2026-03-01", "2026/03/01", "2026.03.01", "17/06/09", "03-17", "20260301", "Mar  1", "Sun Mar 01", "01/Mar/2026".
bool take_date(Cursor& c) {
  Cursor t = c;
  if (is_letter(t.peek())) {
    if (t.s.size() - t.at >= 4 && is_name(t.s.substr(t.at), kDays)) {
      t.at += 3;
      t.take(',');
      if (!t.take(' ')) return false;
    }
    if (t.s.size() - t.at >= 5 && is_name(t.s.substr(t.at), kMonths)) {
      t.at += 3;
      if (!t.take(' ')) return false;
      t.take(' ');
      if (!t.take_digits(1, 2)) return false;
      c = t;
      return true;
    }
    return false;
  }
  const std::size_t lead = t.digits();
  if (lead == 8 && (t.peek() == '1' || t.peek() == '2') && t.peek(4) <= '1' && t.peek(6) <= '3') {
    c.at += 8;
    return true;
  }
  if (lead == 4 || lead == 2) {
    t.at += lead;
    const char separator = t.peek();
    if (separator == '-' || separator == '/' || separator == '.') {
      ++t.at;
      if (lead == 2 && separator == '/' && is_name(t.s.substr(std::min(t.at, t.s.size())), kMonths)) {
        t.at += 3;
        if (!t.take('/') || !t.take_digits(4, 4)) return false;
        c = t;
        return true;
      }
      if (!t.take_digits(2, 2)) return false;
      if (t.peek() == separator) {
        ++t.at;
        if (!t.take_digits(2, 4)) return false;
      } else if (lead == 4 || separator == '.') {
        return false;
      }
      c = t;
      return true;
    }
  }
  return false;
}

// "10:02:11", "10:02:11.123456", "10:02:11,123", "15.42.50.675872", then "Z" or "+01:00".
bool take_time(Cursor& c, Stamp& stamp) {
  Cursor t = c;
  if (!t.take_digits(2, 2)) return false;
  const char separator = t.peek();
  if (separator != ':' && separator != '.') return false;
  ++t.at;
  const auto hour = static_cast<std::uint8_t>(t.at);
  if (!t.take_digits(2, 2) || t.peek() != separator) return false;
  ++t.at;
  const auto minute = static_cast<std::uint8_t>(t.at);
  if (!t.take_digits(2, 2)) return false;
  std::size_t fraction = 0;
  if ((t.peek() == '.' || t.peek() == ',') && is_digit(t.peek(1))) {
    ++t.at;
    fraction = t.digits();
    if (fraction > 9) return false;
    t.at += fraction;
  }
  bool zone = t.take('Z');
  if (!zone && (t.peek() == '+' || t.peek() == '-') && is_digit(t.peek(1)) && is_digit(t.peek(2))) {
    Cursor z = t;
    ++z.at;
    if (z.digits() == 4) {
      z.at += 4;
      zone = true;
    } else if (z.digits() == 2) {
      z.at += 2;
      zone = z.take(':') && z.take_digits(2, 2);
    }
    if (zone) t = z;
  }
  if (is_digit(t.peek()) || is_letter(t.peek())) return false;
  stamp.cuts[static_cast<std::size_t>(Cut::hour)] = hour;
  stamp.cuts[static_cast<std::size_t>(Cut::minute)] = minute;
  stamp.collector = fraction >= 3 && zone;
  c = t;
  return true;
}

// The time that begins exactly at `at`.
Stamp stamp_at(std::string_view s, std::size_t at) {
  Stamp stamp;
  Cursor c{s, at};
  const bool date = take_date(c);
  bool time = false;
  if (date) {
    Cursor after = c;
    const char join = after.peek();
    if (join == 'T' || join == ' ' || join == '_' || join == '-' || join == ':') {
      ++after.at;
      const auto day = static_cast<std::uint8_t>(after.at);
      if (take_time(after, stamp)) {
        stamp.cuts[static_cast<std::size_t>(Cut::day)] = day;
        stamp.collector = stamp.collector && join == 'T';
        c = after;
        time = true;
      }
    }
    if (!time) return {};  // a bare date is more often data than a stamp
  } else {
    // "081109 203615": day and time of day as bare digits.
    Cursor t = c;
    if (t.digits() == 6 && t.peek(6) == ' ') {
      t.at += 7;
      const auto day = static_cast<std::uint8_t>(t.at);
      if (t.digits() == 6 && t.peek(6) == ' ') {
        t.at += 6;
        stamp.cuts[static_cast<std::size_t>(Cut::day)] = day;
        c = t;
        time = true;
      }
    }
    if (!time && !take_time(c, stamp)) return {};
    if (!time) stamp.collector = false;
  }
  stamp.begin = static_cast<std::uint8_t>(at);
  stamp.end = static_cast<std::uint8_t>(c.at);
  stamp.cuts[static_cast<std::size_t>(Cut::whole)] = stamp.end;
  return stamp;
}

bool may_begin(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'W' &&
                         (kMonths.find(c) != std::string_view::npos || kDays.find(c) != std::string_view::npos));
}

// The names that logfmt's writers give a line's time: ts=2026-03-01T10:02:11Z, time="2026-03-01T10:02:11Z".
constexpr auto kTimeKeys = std::to_array<std::string_view>({"ts=", "time=", "t=", "timestamp=", "datetime="});

std::size_t time_key_size(std::string_view s) {
  for (std::string_view key : kTimeKeys) {
    if (s.starts_with(key)) return key.size() + (s.substr(key.size()).starts_with('"') ? 1 : 0);
  }
  return 0;
}

}  // namespace

Stamp find_stamp(std::string_view line) {
  const std::string_view s = line.substr(0, kReach);
  std::size_t at = 0;
  if (s.starts_with("\xEF\xBB\xBF")) at = 3;
  for (std::size_t word = 0; word <= kMaxWords; ++word) {
    std::size_t p = at;
    while (p < s.size() && (s[p] == '[' || s[p] == '(' || s[p] == '<')) ++p;
    p += time_key_size(s.substr(p));
    if (p < s.size() && may_begin(s[p])) {
      if (Stamp stamp = stamp_at(s, p); stamp.found()) return stamp;
    }
    at = s.find(' ', p);
    if (at == std::string_view::npos) break;
    while (at < s.size() && s[at] == ' ') ++at;
  }
  return {};
}

}  // namespace headroom::compressors::log
