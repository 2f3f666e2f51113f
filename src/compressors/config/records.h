// Records of one shape as rows: what they share is said once, as a text with holes; byte for byte both ways.
//
//   [[package]]                  [config toml records, 12 lines, complete; * = the rows' cells, between |]
//   name = "log"                 [A, 4 lines]
//   version = "0.4.27"           [[package]]
//                                name = "*"
//   [[package]]            ->    version = "*"
//   name = "mio"
//   version = "1.2.5"            [text]
//                                [3 rows]
//   [[package]]                  log|0.4.27
//   name = "libc"                mio|1.2.5
//   version = "0.2.190"          libc|0.2.190
//
//
// Several shapes have letters, which then open their rows. A piece of a record that stands there once or more (an entry
// of a list) is written between "{," and ",}", its values joined by commas in one cell; or, if it has several holes,
// between "{+" and "+}", its cells in rows of their own that open with "+". What all records of a shape have in a hole,
// or begin or end with there, belongs to the shape. Records that say an error, of rare shapes, or with a line end in a
// value stand as they are. A line that ends in "\" goes on without a line end.
//
// Who cuts a text into records: toml_records.cc, xml_records.cc. O(n); 26 shapes at most.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compressors/compressor.h"

namespace headroom::compressors::config {

// A value in a piece: a stretch of the text.
struct Hole {
  std::size_t begin, end;
};

// A line of a record, or a tag and what belongs to it. Pieces that differ in their holes alone are of one kind.
struct Piece {
  std::size_t begin, end;
  std::size_t first_hole, holes;  // in Records::holes
};

struct Record {
  std::size_t first_piece, pieces;  // in Records::pieces; each begins where the one before ends
};

struct Records {
  std::vector<Hole> holes;
  std::vector<Piece> pieces;
  std::vector<Record> records;  // in order, apart from each other
};

// `name`: what stands behind the bracket, "config toml". `inner`: smaller records, cut from within those of `records`
// that are of rare shapes. nullopt if fewer than three are of one shape, or a line reads as one of ours.
std::optional<std::string> encode_records(std::string_view text, const Records& records, const Records& inner,
                                          std::string_view name);

// The same with most rows left out, for texts whose records have no lines of their own to be named by (XML in one
// line). Of each shape the first two and the last stay, with their numbers, and what the query finds; records that say
// an error have no rows, and stay.
//
//   [3 rows]
//   0|test_a|0.001
//   1|test_b|0.002
//   [rows 2-40: 39 rows]
std::optional<View> leave_rows_out(std::string_view text, const Records& records, const Records& inner,
                                   std::string_view name, const Context& context);

std::optional<std::string> decode_records(std::string_view view, std::string_view lead);

}  // namespace headroom::compressors::config
