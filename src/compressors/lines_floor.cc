#include "compressors/lines_floor.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/hash.h"
#include "base/numbering.h"

namespace headroom::compressors {
namespace {

constexpr Tokens gain{150};   // what a reversible view must save beyond the best lossless one
constexpr Tokens marker{40};  // beside its statement
// What a lossless view takes at least, in halves of the floor.
constexpr std::int64_t half_floors_at_least = 5;

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

// False if there is none.
bool add_words(std::string_view line, Numbering& words) {
  bool any = false;
  for (std::size_t i = 0; i < line.size();) {
    std::uint8_t last = classes[static_cast<unsigned char>(line[i])];
    if (last == between) {
      ++i;
      continue;
    }
    any = true;
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
  return any;
}

class Floor {
 public:
  explicit Floor(Tokens enough) : enough_(static_cast<std::uint64_t>(std::max<std::int64_t>(enough.value, 0))) {}
  bool is_enough() const { return size() >= enough_; }
  std::uint64_t size() const { return found_.size() + of_old_words_; }

  // A line, or what a program wrote before it went back to the line's front.
  void add(std::string_view line) {
    constexpr std::size_t at_once = 4096;  // bytes of a line
    const std::uint64_t before = found_.size();
    found_.number(hash64(line));
    if (found_.size() == before) return;  // stood before, and all its words
    bool any_word = false;
    for (; !line.empty() && !is_enough(); line.remove_prefix(std::min(at_once, line.size())))
      any_word |= add_words(line.substr(0, at_once), found_);
    of_old_words_ += any_word && found_.size() == before + 1;
  }

 private:
  const std::uint64_t enough_;
  Numbering found_;  // lines and words; digests taken for one make the floor lower
  std::uint64_t of_old_words_ = 0;
};

}  // namespace

Tokens lines_floor(std::string_view text, Tokens enough) {
  Floor floor(enough);
  while (!text.empty() && !floor.is_enough()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    for (std::size_t r = line.find('\r'); r != line.npos && !floor.is_enough(); r = line.find('\r')) {
      floor.add(line.substr(0, r));
      line.remove_prefix(r + 1);
    }
    floor.add(line);
  }
  return std::min(Tokens(static_cast<std::int64_t>(floor.size())), enough);
}

bool outdoes_templates(Tokens reversible, std::string_view text) {
  const Tokens bar = reversible + gain;
  const Tokens enough(bar.value * 2 / half_floors_at_least + 1);
  return lines_floor(text, enough) >= enough;
}

bool outdoes_templates(const View& reversible, std::string_view text, const Context& context) {
  return outdoes_templates(
      context.ruler.count(reversible.text) + tokens::Counter::estimate(reversible.statement) + marker, text);
}

}  // namespace headroom::compressors
