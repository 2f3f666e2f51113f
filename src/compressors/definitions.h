// Does a line of source code define something, and what? By shape alone, over the common languages, without a parser.
//
//   "    async def create_task(self, coro):"     -> create_task        "pub fn next(&mut self) -> u8 {"  -> next
//   "public static int of(List<T> xs) {"         -> of                 "#define LIMIT 10"               -> LIMIT
//   "    return total(x)", "if (a) {", "x = 3"   -> nothing
//
// Evidence for what to show first, never for what is true: a line taken for a definition costs a few tokens. O(line),
// of which only the first 400 bytes are looked at.
#pragma once

#include <string_view>

namespace headroom::compressors {

// The name defined by the line; empty if it defines none.
std::string_view defined_name(std::string_view line);

}  // namespace headroom::compressors
