#include "base/lines.h"

#include <algorithm>
#include <cstring>

namespace headroom {

std::vector<Line> split_lines(std::string_view text) {
  std::vector<Line> lines;
  lines.reserve(text.size() / 64 + 1);
  std::size_t begin = 0;
  while (begin < text.size()) {
    const void* hit = std::memchr(text.data() + begin, '\n', text.size() - begin);
    if (hit == nullptr) {
      lines.push_back({text.substr(begin), text.substr(text.size())});
      break;
    }
    const std::size_t newline = static_cast<const char*>(hit) - text.data();
    const std::size_t end = newline > begin && text[newline - 1] == '\r' ? newline - 1 : newline;
    lines.push_back({text.substr(begin, end - begin), text.substr(end, newline + 1 - end)});
    begin = newline + 1;
  }
  return lines;
}

std::size_t count_lines(std::string_view text) {
  const auto ends = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  return ends + (!text.empty() && text.back() != '\n');
}

}  // namespace headroom
