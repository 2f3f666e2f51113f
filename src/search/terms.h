// Terms of a text: lower-case words, identifiers whole and split, pairs of characters of scripts without spaces.
//
//   "HTTPServer failed"  ->  "http", "server", "httpserver" (identifier), "failed"
//
// The rules are those of scan.h. O(n).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "search/scan.h"

namespace headroom::search {

// Appends the lower-case form of `text`; invalid UTF-8 is copied as it is. As many bytes as `text`.
void append_lower(std::string& out, std::string_view text);
std::string to_lower(std::string_view text);

// `term` is valid inside the call only.
void for_each_term(std::string_view text, const std::function<void(std::string_view term, TermKind kind)>& fn);

// Words of English questions and of orders to agents that say nothing about what is looked for.
bool is_stop_word(std::string_view lower_word);

}  // namespace headroom::search
