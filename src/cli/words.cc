#include "cli/words.h"

#include "base/utf8.h"

namespace headroom::cli {

std::string counted(std::int64_t n) {
  std::string digits = std::to_string(n < 0 ? -n : n);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return n < 0 ? "-" + digits : digits;
}

std::string percent(Tokens part, Tokens whole) {
  const std::int64_t tenths = whole.value <= 0 ? 1000 : (part.value * 1000 + whole.value / 2) / whole.value;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

std::string padded(std::string_view text, std::size_t width) {
  if (text.size() > width) {
    return std::string(text.substr(0, utf8::floor_boundary(text, width > 3 ? width - 3 : 0))) + "...";
  }
  return std::string(text) + std::string(width - text.size(), ' ');
}

std::string aligned(std::string_view text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + std::string(text);
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(" \n");
    const std::string_view word = text.substr(0, end);
    if (column > 0 && column + 1 + word.size() > width) out += '\n', column = 0;
    if (!word.empty()) {
      out += column == 0 ? std::string(indent, ' ') : " ";
      column += (column == 0 ? indent : 1) + word.size();
      out += word;
    }
    if (end != text.npos && text[end] == '\n') out += '\n', column = 0;
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  if (column > 0) out += '\n';
  return out;
}

}  // namespace headroom::cli
