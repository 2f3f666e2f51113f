// The body of a retrieval answer: slices of an original under labels with their coordinates, within a budget of tokens.
//
//   [lines 120-121]
//   FAIL src/cart.test.js
//     expected 3, got 4
//
// Slices are shown cell by cell (a line, or a part of a long one), so a budget is used up to the line. The line end of
// a slice's last line is the line break before what follows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/address.h"
#include "tokens/counter.h"

namespace headroom::pipeline {

// What a label costs, in tokens: "\n[line 123, bytes 0-1199 of 90000]\n".
inline constexpr std::int64_t label_tokens = 14;

// Consecutive bytes of the original under one label.
struct Slice {
  enum class Unit { lines, rows, path } unit = Unit::lines;
  std::size_t begin = 0, end = 0;
  std::size_t first = 0, last = 0;             // rows
  std::size_t whole_begin = 0, whole_end = 0;  // the row or value it is a part of
  std::string path = {};
};

// Part of a row; show_part says which.
inline Slice row_slice(std::size_t n, Piece row) {
  return {.unit = Slice::Unit::rows, .first = n, .last = n, .whole_begin = row.begin, .whole_end = row.end};
}

class Slices {
 public:
  // Text and lines must outlive it.
  Slices(std::string_view content, const LineIndex& lines, tokens::Counter& ruler, std::int64_t budget)
      : content_(content), lines_(lines), ruler_(ruler), left_(budget) {}

  // Shows [begin, end) as lines, as far as the budget goes; where it stopped, or `end`.
  std::size_t show_bytes(std::size_t begin, std::size_t end);
  // Shows row `n` whole; false if it does not fit.
  bool show_row(std::size_t n, Piece row);
  // Shows [begin, end) of a row or of a path's value, under `part`'s unit and coordinates; where it stopped.
  std::size_t show_part(Slice part, std::size_t begin, std::size_t end);

  bool fits(Piece piece) { return cost(piece.begin, piece.end) + label_tokens <= left_; }
  bool empty() const { return slices_.empty(); }
  const std::vector<Slice>& all() const { return slices_; }
  // Tokens left; set to spend a part of the budget at a time.
  std::int64_t left() const { return left_; }
  void set_left(std::int64_t left) { left_ = left; }
  // In source order, what adjoins under one label.
  void sort();

  std::string label(const Slice& slice) const;
  void append_to(std::string& out) const;

 private:
  std::size_t next_cell(std::size_t begin, std::size_t end);
  bool line_aligned(std::size_t begin, std::size_t end) const;
  bool joins(const Slice& slice, std::size_t begin, std::size_t end) const;
  std::int64_t cost(std::size_t begin, std::size_t end);
  bool pay(std::size_t begin, std::size_t end, bool new_label);

  std::string_view content_;
  const LineIndex& lines_;
  tokens::Counter& ruler_;
  std::int64_t left_;
  std::vector<Slice> slices_;
};

}  // namespace headroom::pipeline
