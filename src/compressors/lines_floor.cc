#include "compressors/lines_floor.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/hash.h"
#include "base/numbering.h"

namespace headroom::compressors {
namespace {

// What a reversible view must save beyond the best lossless one, and its marker.
constexpr Tokens gain_and_marker{150 + 40};
constexpr std::int64_t floors_at_least = 2;  // that a lossless view takes

enum Class : std::uint8_t { between, lower, upper, digit };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> t{};
  for (std::size_t c = 'a'; c <= 'z'; ++c) t[c] = lower, t[c - 32] = upper;
  for (std::size_t c = 0x80; c < 0x100; ++c) t[c] = lower;  // may be part of a word
  for (std::size_t c = '0'; c <= '9'; ++c) t[c] = digit;
  t['\''] = lower;  // "it's" is one piece
  return t;
}
constexpr auto classes = make_classes();

constexpr std::uint64_t mix(std::uint64_t h, unsigned char c) {
  h = (h ^ c) * 0x9E3779B97F4A7C15ull;
  return h ^ (h >> 32);
}

void add_words(std::string_view line, Numbering& words) {
  for (std::size_t i = 0; i < line.size();) {
    std::uint8_t last = classes[static_cast<unsigned char>(line[i])];
    if (last == between) {
      ++i;
      continue;
    }
    const bool number = last == digit;
    std::uint64_t h = 0;
    for (; i < line.size(); ++i) {
      const std::uint8_t c = classes[static_cast<unsigned char>(line[i])];
      if (c == between || (c == digit) != number || (c == upper && last == lower)) break;
      h = mix(h, static_cast<unsigned char>(line[i]));
      last = c;
    }
    words.number(h);
  }
}

}  // namespace

Tokens lines_floor(std::string_view text, Tokens enough) {
  constexpr std::size_t at_once = 4096;  // bytes of a line
  const auto most = static_cast<std::uint64_t>(std::max<std::int64_t>(enough.value, 0));
  Numbering found;  // digests taken for one make the floor lower
  while (!text.empty() && found.size() < most) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    found.number(hash64(line));
    for (; !line.empty() && found.size() < most; line.remove_prefix(std::min(at_once, line.size())))
      add_words(line.substr(0, at_once), found);
  }
  return std::min(Tokens(found.size()), enough);
}

bool outdoes_templates(const View& reversible, std::string_view text, const Context& context) {
  const Tokens bar =
      context.ruler.count(reversible.text) + tokens::Counter::estimate(reversible.statement) + gain_and_marker;
  const Tokens enough(bar.value / floors_at_least + 1);
  return lines_floor(text, enough) >= enough;
}

}  // namespace headroom::compressors
