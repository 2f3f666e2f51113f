// What many matched lines begin with, said once: a letter stands for it.
//
//   41:        raise ValueError("negative amount")          A=        raise ValueError
//   60:            raise ValueError("no currency")    ->    B=            raise ValueError
//   19:        raise ValueError("bad mail")                 41:A("negative amount")
//                                                           60:B("no currency")
//                                                           19:A("bad mail")
//
// A lead begins behind the line's number, so it holds the indentation too; it may be a whole line. It ends where a run
// of letters, digits or blanks ends, and no letter or digit follows it, so that its letter never melts into a word. At
// most 26, each of three tokens or more, none with a word of severity. Each is the one that saves most tokens beside
// those already taken (greedy; Khuller et al. 1999), over the first 96 bytes of at most 2,048 lines. O(n).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokens/counter.h"

namespace headroom::compressors {

struct Lead {
  char letter = 0;  // 'A'..'Z', one that no line begins with by itself
  std::string text;
};

// `bodies`: the lines behind their numbers. In order of letters.
std::vector<Lead> choose_leads(const std::vector<std::string_view>& bodies, tokens::Counter& ruler);

// The longest lead that `body` begins with and that no letter or digit follows; null if there is none.
const Lead* lead_of(std::string_view body, const std::vector<Lead>& leads);

}  // namespace headroom::compressors
