// The line that stands for a result that is, byte for byte, an earlier one which a view already stands for.
//
//   npm test gives the same 300 lines again; above, a log view of 40 lines stands for them:
//   [same as the result of Bash npm test above. Retrieve with hash=482193075514]
//   [same as result 2 of Bash npm test above. Retrieve with hash=482193075514]
//
// Where the earlier result stands verbatim, repeats.h points at its lines; this is for one of which the reader has a
// view. "the result of X" is the nearest above of call X that is not such a line itself; "result N of X" the N-th of
// all results of X from the top. docs/formats/repeats.md.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace headroom::history {

struct SameResult {
  std::string label;        // call_label(); may be empty
  std::size_t nth = 0;      // from 1; 0: the nearest
  std::string handle = {};  // twelve digits, or empty: the view above leaves nothing out

  std::string print() const;  // without a line end
  static std::optional<SameResult> parse(std::string_view line);
};

// A result above, in order.
struct ResultAbove {
  std::string_view label;
  bool refers = false;  // such a line stands for it
};

// Which of them is meant; nullopt: none. O(results).
std::optional<std::size_t> find_same(const SameResult& same, std::span<const ResultAbove> above);
// The line that means `above[k]`, which does not refer to another.
SameResult name_same(std::size_t k, std::span<const ResultAbove> above);

}  // namespace headroom::history
