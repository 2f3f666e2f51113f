// The long strings of a JSON text as texts of their own, and back.
//
//   {"output": "a.c:3: x\na.c:9: y\n...", "code": 0}   ->   {"output": "[text 1]", "code": 0}   and the text
//   "a.c:3: x", "a.c:9: y"...
//
// Servers of tools and command runners put what a program printed into a string of JSON. Such a string is a log, a
// diff, a listing like any other; its escapes cost tokens and hide its lines. Only strings that come back byte for byte
// when they are escaped again, in one spelling of escapes for the whole text, are taken out; equal ones once. A string
// that is JSON itself is left to the JSON compressor, which opens it, unless it holds long strings in its turn. One
// value, or values in a row. O(n); bounded: the longest 32.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compressors/json/spelling.h"

namespace headroom::pipeline {

struct LongStrings {
  std::string frame;               // the JSON, "[text N]" in place of strings
  std::vector<std::string> texts;  // decoded; the first is text 1
  std::vector<std::string> paths;  // of the file that each is of, if a member beside it says so: "path", "file"...
  compressors::records::Spelling spelling;
  bool one_value = true;  // else several in a row
};

// nullopt if there are none, or they are too small a part of the text.
std::optional<LongStrings> take_out_long_strings(std::string_view text);

// The frame with the texts in it again.
std::string put_in(std::string_view frame, std::span<const std::string> texts, compressors::records::Spelling spelling);

}  // namespace headroom::pipeline
