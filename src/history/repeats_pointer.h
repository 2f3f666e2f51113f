// The line that stands for repeated lines, printed and read, and what it points at.
//
//   [lines 1-380 as in the result of Read src/money.py above, but line 41. Retrieve with hash=482193075514]
//   [lines 11-90 as in lines 1-80 of result 2 of Bash git diff above, but lines 14, 20-22, without its line numbers]
//   [lines 400-500 as in lines 411-511 there]          the same result as the pointer before
//   [lines 2-80 as in the result of Bash cat a.c above, numbered on]   numbers go on as in the line before
//   [all lines as in the result of Bash npm test above]
//
// "the result of X" is the nearest above of which all those lines are shown; "result N of X" the N-th from the top of
// all results of X. Excepted lines follow the pointer verbatim, in order. docs/formats/repeats.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "history/gutter.h"

namespace headroom::history {

// Lines by the numbers the reader sees, both counted in.
struct Numbers {
  std::int64_t first = 1, last = 1;
  bool contains(std::int64_t n) const { return first <= n && n <= last; }
  friend bool operator==(Numbers, Numbers) = default;
};

struct Pointer {
  enum class Numbering : std::uint8_t {
    as_there,     // like the target: with its gutter, if it has one
    without,      // the target's gutter is left off
    numbered_on,  // a gutter as in the line before
  };
  bool all = false;        // every line of the block and of the target; no numbers
  bool there = false;      // the target of the pointer before; no label
  std::size_t result = 0;  // the how-manieth result of its label from the top; 0: the nearest that shows the lines
  std::string label;       // may be empty
  Numbers lines;           // of this block
  Numbers source;          // of the target
  std::vector<Numbers> except;
  Numbering numbering = Numbering::as_there;
  std::string handle;  // may be empty

  std::string print() const;  // without a line end
  static std::optional<Pointer> parse(std::string_view line);
};

// A block that pointers may point at. `lines` may be null: then the text is read when it is needed.
// The text may be empty where Sources know whom to ask for it.
struct Source {
  std::string_view text, label;
  std::span<const Lines> shown;
  const NumberedLines* lines = nullptr;
};

// True if all `lines` lie in `shown` (sorted, disjoint, not touching).
bool all_shown(std::span<const Lines> shown, Lines lines);

// Blocks in order, with the readings that were missing.
class Sources {
 public:
  explicit Sources(std::vector<Source> list, std::function<std::string_view(std::size_t)> text_of = {})
      : list_(std::move(list)), own_(list_.size()), text_of_(std::move(text_of)) {}
  std::size_t size() const { return list_.size(); }
  const Source& operator[](std::size_t k) const { return list_[k]; }
  const NumberedLines& lines(std::size_t k);
  std::string_view text(std::size_t k) const { return text_of_ ? text_of_(k) : list_[k].text; }
  // True if the block shows every line that the pointer takes from it.
  bool gives(std::size_t k, const Pointer& pointer);
  // The block that a pointer with a label means.
  std::optional<std::size_t> find(const Pointer& pointer);
  // Sets `pointer.label` and `pointer.result` so that find() gives `k`.
  void name(std::size_t k, Pointer& pointer);
  // The block that a view stands for.
  std::optional<std::string> decode(std::string_view view);

 private:
  std::vector<Source> list_;
  std::vector<std::optional<NumberedLines>> own_;
  std::function<std::string_view(std::size_t)> text_of_;
};

}  // namespace headroom::history
