// The comment that stands for rows of code that are not shown:
//
//   # [lines 45-61: 17 lines; calls fee, book; 1 return]      a body's statements
//   # [lines 62-90: 29 lines; 3 failures at 64, 71-72]        raise, throw, assert... that others of their sort stand
//   for
//   // [lines 3-20: 18 lines; 16 imports]      // [lines 1-14: 14 lines; licence]      // [lines 8-19: 12 lines;
//   comment]
//
// What is called is named if it is a function of the same file, three at most: names are what stubs cost most. O(rows
// left).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/hash.h"
#include "compressors/code/bodies.h"
#include "compressors/code/recognise.h"

namespace headroom::compressors::code {

class StubWriter {
 public:
  StubWriter(const Recognised& source, std::string_view code, const std::vector<std::uint32_t>& starts,
             const Syntax& syntax);

  // Without line end and gutter; indented as the first row that leaves.
  std::string stub(const Rows& rows, Cut::Of of) const;

 private:
  std::string facts(const Rows& rows, Cut::Of of) const;
  std::string places(const std::vector<std::uint32_t>& rows) const;
  std::string_view indentation(std::uint32_t row) const;

  const Recognised& source_;
  std::string_view code_;
  const std::vector<std::uint32_t>& starts_;
  const std::vector<Node>& nodes_;
  std::unordered_set<std::string_view, TextHasher> defined_;  // names of the file's callables
};

// True if the line is a comment that reads as one of our stubs, in whatever language.
bool reads_as_stub(std::string_view line);

}  // namespace headroom::compressors::code
