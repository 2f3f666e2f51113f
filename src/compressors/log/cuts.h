// Cuts the holes of a pattern further, where every filling of a hole holds the same text, another hole's filling, or a
// number with its unit.
//
//   "get *", filled by "ajv@https://hub/ajv/-/ajv-8.1"...    ->  "get *@https://hub/{1}/-/*", filled by "ajv ajv-8.1"
//   "done in *", filled by "35ms"...                         ->  "done in *ms", filled by "35"
//
// Greedy: of the cuts that all lines allow, those are made one by one that lower the price of the fillings of a sample
// of lines. Cost: a bounded number of looks at 16 lines for each cut tried, and one pass over the lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compressors/log/notation.h"

namespace headroom::compressors::log {

using Fillings = std::vector<std::string_view>;  // of one line, by hole

struct HoleCut {
  enum Kind : std::uint8_t { text, other, constant, unit } kind;
  std::size_t hole;
  std::string_view value;  // text, constant, unit
  std::size_t from;        // other: the hole whose filling stands in this one
};

// False if the line's fillings do not allow the cut.
bool apply_cut(const HoleCut& cut, Fillings& fillings);
// In the pattern each `same` is still a hole.
void apply_cut(const HoleCut& cut, Pattern& pattern);

// `rows`: the fillings of a sample of lines.
std::vector<HoleCut> find_cuts(std::vector<Fillings> rows);

// Which holes have the same filling in all rows.
class EqualHoles {
 public:
  explicit EqualHoles(std::size_t holes);
  void add(const Fillings& row);
  bool are(std::size_t hole, std::size_t earlier) const { return equal_[hole] >> earlier & 1; }
  bool any_earlier(std::size_t hole) const { return equal_[hole] != 0; }

 private:
  std::vector<std::uint32_t> equal_;  // bit k of [h]: hole h > k has hole k's filling
};

}  // namespace headroom::compressors::log
