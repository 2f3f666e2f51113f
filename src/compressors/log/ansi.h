// ANSI escape sequences (colours, cursor moves), also where a tool wrote the escape character as the two characters ^[.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headroom::compressors::log {

// Bytes of the sequence that begins at `at`; 0 if none does. CSI (ESC [ ... letter) and OSC (ESC ] ... BEL).
inline std::size_t ansi_size(std::string_view s, std::size_t at) {
  std::size_t i = at;
  if (s[i] == '\x1b') {
    ++i;
  } else if (s[i] == '^' && i + 2 < s.size() && s[i + 1] == '[' && s[i + 2] == '[') {
    i += 2;
  } else {
    return 0;
  }
  if (i >= s.size()) return 0;
  if (s[i] == '[') {
    for (++i; i < s.size() && i - at < 32; ++i) {
      const char c = s[i];
      if (c >= '@' && c <= '~') return i + 1 - at;
      if (c < ' ' || c > '?') return 0;
    }
    return 0;
  }
  if (s[i] == ']') {
    for (++i; i < s.size() && i - at < 512; ++i) {
      if (s[i] == '\a') return i + 1 - at;
    }
  }
  return 0;
}

inline bool has_ansi(std::string_view s) {
  return s.find('\x1b') != std::string_view::npos || s.find("^[[") != std::string_view::npos;
}

// Appends the text without its sequences.
inline void append_plain(std::string& out, std::string_view s) {
  std::size_t from = 0;
  for (std::size_t i = 0; i < s.size();) {
    const std::size_t n = s[i] == '\x1b' || s[i] == '^' ? ansi_size(s, i) : 0;
    if (n == 0) {
      ++i;
      continue;
    }
    out.append(s, from, i - from);
    from = i += n;
  }
  out.append(s, from, s.size() - from);
}

}  // namespace headroom::compressors::log
