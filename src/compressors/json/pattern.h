// Text with marks: what a column's values share, said once.
//
//   https://shop.example/o/{id}     {id}: the printed cell of column id, its letter spelled out
//   2026-03-*Z                      *: this column's printed cell
//   2026-03-01T^:*Z                 ^: the text of the last heading line (-- 14)
//   {..}/{name}                     {..}: this column's value in the row above in the tree
//
// A * or ^ in the text itself cannot be part of a pattern; a { that no column's name and } follow is text. O(length).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::compressors::records {

struct Piece {
  enum class Kind : std::uint8_t { text, cell, heading, column, parent };
  Kind kind = Kind::text;
  std::string text;        // text
  std::size_t column = 0;  // column: its index among the table's columns
  friend bool operator==(const Piece&, const Piece&) = default;
};

class Pattern {
 public:
  std::vector<Piece> pieces;

  bool empty() const { return pieces.empty(); }
  bool has(Piece::Kind kind) const;
  void text(std::string_view text);
  void mark(Piece::Kind kind, std::size_t column = 0);

  // Reads a printed pattern. `column_named` gives the index of the column with a printed name, or npos.
  template <class F>
  static Pattern parse(std::string_view printed, F&& column_named);
  // As printed; `name_of` gives a column's printed name.
  template <class F>
  std::string print(F&& name_of) const;
};

template <class F>
Pattern Pattern::parse(std::string_view printed, F&& column_named) {
  Pattern out;
  while (!printed.empty()) {
    const std::size_t end = std::min(printed.find_first_of("*^{"), printed.size());
    out.text(printed.substr(0, end));
    printed.remove_prefix(end);
    if (printed.empty()) break;
    if (printed[0] == '{') {
      if (printed.starts_with("{..}")) {
        out.mark(Piece::Kind::parent);
        printed.remove_prefix(4);
        continue;
      }
      const std::size_t close = printed.find('}');
      const std::size_t column =
          close == std::string_view::npos ? std::string_view::npos : column_named(printed.substr(1, close - 1));
      if (column == std::string_view::npos) {
        out.text("{");
        printed.remove_prefix(1);
      } else {
        out.mark(Piece::Kind::column, column);
        printed.remove_prefix(close + 1);
      }
    } else {
      out.mark(printed[0] == '*' ? Piece::Kind::cell : Piece::Kind::heading);
      printed.remove_prefix(1);
    }
  }
  return out;
}

template <class F>
std::string Pattern::print(F&& name_of) const {
  std::string out;
  for (const Piece& p : pieces) {
    switch (p.kind) {
      case Piece::Kind::text:
        out += p.text;
        break;
      case Piece::Kind::cell:
        out += '*';
        break;
      case Piece::Kind::heading:
        out += '^';
        break;
      case Piece::Kind::parent:
        out += "{..}";
        break;
      case Piece::Kind::column:
        out += '{' + name_of(p.column) + '}';
        break;
    }
  }
  return out;
}

// Where a shared front of `a` and `b` may end: never inside a run of letters or of digits, in either.
std::size_t shared_front(std::string_view a, std::string_view b);
std::size_t shared_back(std::string_view a, std::string_view b);

}  // namespace headroom::compressors::records
