// A very long value inside a reversible view: pieces of its JSON text, what lies between said in brackets.
//
//   "first line\nsecond line... [18204 bytes] ...panic: bad state... [9120 bytes] ...last line"
//
// The pieces are the head, the tail and what stands around words of severity and what the query quotes; each is a
// verbatim part of the value's JSON text (without white space between tokens), cut neither inside an escape nor inside
// a code point. Values up to `limit` bytes are not cut. O(bytes).
#pragma once

#include <string>
#include <string_view>

#include "search/query.h"

namespace headroom::compressors::records {

inline constexpr std::size_t long_value = 2000;  // bytes of JSON text

void append_long(std::string& out, std::string_view json, const search::Query& query);

}  // namespace headroom::compressors::records
