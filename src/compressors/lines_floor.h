// A number of tokens that no lossless view of lines can be below, and what such a view is likely to take at least:
// where a reversible view is far below it, no lossless one needs to be made.
//
//   "job 17 done in 35 ms\njob 18 done in 40 ms\n"   ->   10: job, 17, done, in, 35, ms, 18, 40, and two lines' ends
//
// Templates, phrases, references to equal lines say once what stands again: what differs from all before it stands in
// the view, too. So each new word of ASCII letters and each new number costs a token, for the vocabulary's pieces part
// letters from digits, "camelCase" at its hump, and words from whatever stands between them; and each new line has an
// end of its own, which no piece joins with a word; a new line of old words has one more, which tells it from the
// others. What a carriage return parts are lines, too. No such view cuts inside a word; a number that a time is cut in
// still leaves a part that is told from the others. O(bytes) up to where it is enough.
#pragma once

#include <string_view>

#include "base/units.h"
#include "compressors/compressor.h"

namespace headroom::compressors {

// Stops counting at `enough`.
Tokens lines_floor(std::string_view text, Tokens enough);

// Whether a lossless view of templates is not to be chosen beside this reversible one, of so many tokens with its
// marker. A judgement, not a bound: such a view takes two and a half times the floor, for what is new is parted from
// what is not, and most of what is not new comes again (2.1 to 7.7 times, median 4.8, two of 131 results of tools below
// 2.5; no choice differs in the recorded sessions, nor in the golden cases).
bool outdoes_templates(Tokens reversible, std::string_view text);
// The same for a view without its marker.
bool outdoes_templates(const View& reversible, std::string_view text, const Context& context);

}  // namespace headroom::compressors
