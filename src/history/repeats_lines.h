// A text's lines as numbers that can be compared: what repeats are found by.
//
// Three hashes: `exact` of a line without its gutter but with its line end; `masked`, the same with times, dates,
// durations and process numbers made equal; fingerprints of three neighbouring masked lines, thinned by winnowing.
// O(n).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "history/gutter.h"

namespace headroom::history {

// The shortest run that is worth a pointer, and that winnowing is sure to find: gram + window - 1.
inline constexpr std::size_t gram_lines = 3;
inline constexpr std::size_t window_grams = 3;
inline constexpr std::size_t least_run = gram_lines + window_grams - 1;
static_assert(least_run == 5);

struct Fingerprint {
  std::uint64_t hash;
  std::uint32_t line;  // the first of its lines
};

struct LineHashes {
  NumberedLines lines;
  std::vector<std::uint64_t> exact, masked;
  std::vector<Fingerprint> fingerprints;  // by line; of numbered lines only
  Hash128 digest;                         // of the text
};

LineHashes hash_lines(std::string_view text);

// Appends `line` with what changes from run to run made equal: "12:01:07 done in 3.2 s, pid 17" -> "@ done in @, pid
// @". False if there is nothing of the kind; then nothing is appended.
bool mask_volatile(std::string& out, std::string_view line);

}  // namespace headroom::history
