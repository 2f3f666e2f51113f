// Features of texts for choosing what to show (salience/selection.h): word pairs, and whatever else a piece is about.
//
//   FeatureBuilder b;
//   b.add_word_pairs("raise ValueError(\"bad id 17\")");   // "raise", "raise ValueError", "ValueError bad", ..., "id
//   #" b.add(hash64("api/"));                                 // its directory b.end_item();
//
// Words are runs of letters, digits or '_'; every run of digits counts as the same word. At most 64 pairs a text. O(n).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/numbering.h"
#include "salience/selection.h"

namespace headroom::compressors {

class FeatureBuilder {
 public:
  void add(std::uint64_t digest);
  void add_word_pairs(std::string_view text);
  void end_item();
  const salience::FeatureLists& lists() const { return lists_; }

 private:
  salience::FeatureLists lists_;
  Numbering ids_;
};

}  // namespace headroom::compressors
