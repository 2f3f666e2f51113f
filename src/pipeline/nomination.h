// Which kinds are asked for views of a text, in which order, and how many.
//
//   evidence: log 80, search 40, json 0, prose 40   ->   log, search, prose (ties by the table), json never
//
// Kinds are asked by the strength of their evidence until three have views for the text. A kind whose parser declines
// does not count, so that a weak but right one gets its turn; parsers are asked six times at most, of a text over 1 MiB
// three times. So a text costs a bounded number of parses, whatever it looks like.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "compressors/compressor.h"
#include "detect/sketch.h"

namespace headroom::pipeline {

inline constexpr std::size_t several_kinds = std::size_t{1} << 20;  // bytes

// Strongest first; what there is no evidence for is left out. `path`, `label`: of the text, if known.
std::vector<const compressors::Compressor*> nominate(std::span<const compressors::Compressor> kinds,
                                                     const detect::Sketch& sketch, std::string_view path,
                                                     std::string_view label);

class Turns {
 public:
  explicit Turns(std::size_t bytes) : most_asked_(bytes > several_kinds ? 3 : 6) {}

  // One more kind may be asked; counts it.
  bool next() { return accepting_ < 3 && asked_++ < most_asked_; }
  void accepted() { ++accepting_; }

 private:
  std::size_t most_asked_, asked_ = 0, accepting_ = 0;
};

}  // namespace headroom::pipeline
