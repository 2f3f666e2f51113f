// Does a user ask about code? Then code is left alone: who debugs wants to see all of it.
//
//   "why does the parser fail on tabs"  -> true (why does, fail)        "add a prefix to the names" -> false
//
// Whole words in any case, with -s -d -ed -ing; phrases with single blanks. Text that agents wrap around what the user
// typed does not count. O(text).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace headroom::pipeline {

// `words`: empty = the built-in list.
bool asks_about_code(std::string_view user_text, std::span<const std::string> words = {});

}  // namespace headroom::pipeline
