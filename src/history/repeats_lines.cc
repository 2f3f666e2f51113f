#include "history/repeats_lines.h"

#include <algorithm>
#include <bit>

namespace headroom::history {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_word(char c) {
  return is_digit(c) || is_letter(c) || c == '_';
}

// End of the digits at `at`.
std::size_t digits(std::string_view s, std::size_t at) {
  while (at < s.size() && is_digit(s[at])) ++at;
  return at;
}

// `12`, `12.5`: the end of the number at `at`.
std::size_t decimal(std::string_view s, std::size_t at) {
  const std::size_t whole = digits(s, at);
  if (whole + 1 < s.size() && (s[whole] == '.' || s[whole] == ',') && is_digit(s[whole + 1]))
    return digits(s, whole + 1);
  return whole;
}

// Each of these: the end of what begins at `at`, or `at` if it does not begin there.

// 08:14, 08:14:05, 08:14:05.123, with Z or an offset.
std::size_t clock_time(std::string_view s, std::size_t at) {
  std::size_t end = digits(s, at);
  if (end - at > 2 || end + 2 >= s.size() || s[end] != ':' || digits(s, end + 1) != end + 3) return at;
  end += 3;
  if (end + 2 < s.size() && s[end] == ':' && digits(s, end + 1) == end + 3) end = decimal(s, end + 1);
  if (end < s.size() && s[end] == 'Z') return end + 1;
  if (end + 5 < s.size() && (s[end] == '+' || s[end] == '-') && s[end + 3] == ':' && digits(s, end + 1) == end + 3) {
    return std::max(digits(s, end + 4), end);
  }
  return end;
}

// 2026-03-01, 2026/03/01, and the time behind it.
std::size_t date(std::string_view s, std::size_t at) {
  const std::size_t year = digits(s, at);
  if (year - at != 4 || year + 5 >= s.size() || (s[year] != '-' && s[year] != '/')) return at;
  if (digits(s, year + 1) != year + 3 || s[year + 3] != s[year] || digits(s, year + 4) != year + 6) return at;
  const std::size_t end = year + 6;
  if (end + 1 < s.size() && (s[end] == 'T' || s[end] == ' ')) {
    const std::size_t time = clock_time(s, end + 1);
    if (time != end + 1) return time;
  }
  return end;
}

// 12ms, 3.2 s, 450 seconds.
std::size_t duration(std::string_view s, std::size_t at) {
  static constexpr std::string_view units[] = {"ms",  "us",   "ns",  "\xC2\xB5s", "s",       "m",       "h",
                                               "min", "mins", "sec", "secs",      "seconds", "minutes", "second"};
  std::size_t end = decimal(s, at);
  if (end < s.size() && s[end] == ' ') ++end;
  std::size_t word = end;
  while (word < s.size() && (is_word(s[word]) || static_cast<unsigned char>(s[word]) >= 0x80)) ++word;
  const std::string_view unit = s.substr(end, word - end);
  return std::ranges::find(units, unit) != std::end(units) ? word : at;
}

// sshd[1234], pid 1234, pid=1234.
std::size_t process(std::string_view s, std::size_t at) {
  const std::size_t end = digits(s, at);
  if (at >= 2 && s[at - 1] == '[' && is_letter(s[at - 2]) && end < s.size() && s[end] == ']') return end;
  if (at >= 4 && (s[at - 1] == ' ' || s[at - 1] == '=')) {
    const std::string_view word = s.substr(at - 4, 3);
    if (word == "pid" || word == "PID") return end;
  }
  return at;
}

constexpr std::size_t (*const volatile_things[])(std::string_view, std::size_t) = {date, clock_time, duration, process};

// The least of every window of grams, the last of equals (Schleimer et al. 2003, robust variant left out: equal grams
// are thinned where they are stored).
void winnow(LineHashes& text) {
  const Lines range = text.lines.numbered();
  if (range.size() < least_run) return;
  const std::size_t grams = range.size() - gram_lines + 1;
  std::vector<std::uint64_t> hashes(grams);
  for (std::size_t g = 0; g < grams; ++g) {
    const std::uint64_t* lines = &text.masked[range.begin + g];
    std::uint64_t h = lines[0];
    h = std::rotl(h * 0x9E3779B97F4A7C15u, 23) ^ lines[1];
    h = std::rotl(h * 0x9E3779B97F4A7C15u, 23) ^ lines[2];
    hashes[g] = h * 0x9E3779B97F4A7C15u;
  }
  text.fingerprints.reserve(grams / 2 + 1);
  std::size_t last = grams;
  for (std::size_t w = 0; w + window_grams <= grams; ++w) {
    std::size_t least = w;
    for (std::size_t g = w + 1; g < w + window_grams; ++g) {
      if (hashes[g] <= hashes[least]) least = g;
    }
    if (least == last) continue;
    last = least;
    text.fingerprints.push_back({hashes[least], static_cast<std::uint32_t>(range.begin + least)});
  }
}

}  // namespace

bool mask_volatile(std::string& out, std::string_view line) {
  std::size_t kept = 0;
  bool masked = false;
  for (std::size_t at = 0; at < line.size();) {
    if (!is_digit(line[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    if (at == 0 || !is_word(line[at - 1])) {
      for (const auto thing : volatile_things) {
        if ((end = thing(line, at)) != at) break;
      }
    }
    if (end == at) {
      at = digits(line, at);
      continue;
    }
    out.append(line, kept, at - kept).append(1, '@');
    kept = at = end;
    masked = true;
  }
  if (masked) out.append(line, kept);
  return masked;
}

LineHashes hash_lines(std::string_view text) {
  LineHashes result{NumberedLines(text), {}, {}, {}, hash128(text)};
  const std::size_t count = result.lines.count();
  result.exact.resize(count);
  result.masked.resize(count);
  std::string scratch;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view line = result.lines.bare(text, i);
    result.exact[i] = hash64(line);
    scratch.clear();
    result.masked[i] = mask_volatile(scratch, line) ? hash64(scratch) : result.exact[i];
  }
  winnow(result);
  return result;
}

}  // namespace headroom::history
