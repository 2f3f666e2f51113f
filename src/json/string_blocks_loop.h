// The loop of string_blocks.h, for blocks read by whatever vectors a file is compiled for. All of it is the file's own:
// nothing here may be shared by the linker with a file compiled for another processor, standard functions included.
#pragma once

#include <cstddef>
#include <cstdint>

namespace headroom::json {
namespace {

// What stands where in 64 bytes: a bit a byte.
struct BlockMasks {
  std::uint64_t quote, backslash, control;
  std::uint64_t letter;  // n or t: behind a backslash the frequent ones of text
};

// The bytes behind runs of backslashes of odd length, which are escaped; the block must not begin within a run. Carries
// of an addition run through each run: through those that begin at even places, and those at odd ones, apart.
inline std::uint64_t escaped_by(std::uint64_t backslash) {
  constexpr std::uint64_t even = 0x5555555555555555ULL;
  const std::uint64_t starts = backslash & ~(backslash << 1);
  const std::uint64_t behind_even = (backslash + (starts & even)) & ~backslash;
  const std::uint64_t behind_odd = (backslash + (starts & ~even)) & ~backslash;
  return (behind_even & ~even) | (behind_odd & even);
}

// Whether the run of backslashes at the end of a block is of odd length. There is one.
inline bool ends_in_escape(std::uint64_t backslash) {
  return ~backslash != 0 && __builtin_clzll(~backslash) % 2 == 1;
}

template <BlockMasks read(const char*)>
inline std::size_t skip_blocks_by(const char* text, std::size_t size, std::size_t at, bool& escaped) {
  while (at + 64 <= size) {
    const BlockMasks block = read(text + at);
    const std::uint64_t behind = escaped_by(block.backslash);
    const std::uint64_t odd = behind & ~(block.quote | block.letter);  // an escape that is rarer, or none
    const std::uint64_t stop = (block.quote & ~behind) | (block.control & ~behind) | odd;
    if (stop != 0) {
      const int k = __builtin_ctzll(stop);
      escaped |= (block.backslash & ((std::uint64_t{1} << k) - 1)) != 0;
      return at + static_cast<std::size_t>(k) - (odd >> k & 1);
    }
    escaped |= block.backslash != 0;
    at += 64;
    // A backslash at the end that escapes what comes next is looked at again, with it. A jump and no select: the next
    // block need not wait for this one.
    if (__builtin_expect(static_cast<std::int64_t>(block.backslash) < 0, 0)) {
      asm volatile("");
      if (ends_in_escape(block.backslash)) --at;
    }
  }
  return at;
}

}  // namespace
}  // namespace headroom::json
