// A hunk without what its lines say anyway: the counts of its header, and the mark of each line of a long run.
//
//   @@ -10,2 +10,5 @@ def add(a, b):          @@ -10 +10 def add(a, b):
//        check(a)                                  check(a)
//   -    return a+b                           -    return a+b
//   +    # to the cent                        {+
//   +    total = a + b                   ->       # to the cent
//   +    log(total)                               total = a + b
//   +    return round(total, 2)                   log(total)
//                                                 return round(total, 2)
//                                             +}
//
// "{+" to "+}" added lines, "[-" to "-]" removed ones, as `git diff --word-diff` brackets words. A run is fenced only
// where that saves tokens, and if no line of it could be taken for its end or for a statement of ours; definitions keep
// their marks and part it. O(n).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/lines.h"
#include "compressors/diff/diff_text.h"
#include "tokens/counter.h"

namespace headroom::compressors {

// The header without counts; nullopt if they could not be found again, or if the body could not be told from what
// follows.
std::optional<std::string> short_hunk_head(const std::vector<Line>& lines, const Hunk& h);
bool is_short_hunk_head(std::string_view line);
std::uint64_t short_hunk_start(std::string_view line);  // the first of its new lines; 0 if `line` is none

// The body with its runs fenced; adds to `saved` what that saves. `lines` are those of the source.
std::string fenced_body(const std::vector<Line>& lines, const Hunk& h, tokens::Counter& ruler, Tokens& saved);

// Would a line behind a short hunk be read as a part of it?
bool continues_hunk(std::string_view line);

struct FencedBody {
  std::string text;     // the source's lines
  std::size_t end = 0;  // one behind the body's last line in the view
};
// The body that begins at lines[at]; nullopt if a fence is not closed.
std::optional<FencedBody> read_fenced_body(const std::vector<Line>& lines, std::size_t at);

// The source's header from the short one and the body's source lines; nullopt if `line` is no short header.
std::optional<std::string> full_hunk_head(std::string_view line, std::string_view body);

}  // namespace headroom::compressors
