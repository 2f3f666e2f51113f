// A patch without its repetition: a file's head as one line (file_head.h), many alike by a letter (head_templates.h),
// hunks without counts and with long runs fenced (short_hunk.h), a hunk equal to an earlier one by name.
//
//   diff --git a/src/money.py b/src/money.py                 [diff, 2 files, complete; old and new path equal]
//   index 3f1c2aa..9ab0c17 100644                            src/money.py 100644 3f1c2aa..9ab0c17
//   --- a/src/money.py                                       @@ -10 +10 def add(a, b):
//   +++ b/src/money.py                                            check(a)
//   @@ -10,2 +10,2 @@ def add(a, b):                   ->   -    return a+b
//        check(a)                                            +    return round(a+b, 2)
//   -    return a+b                                          run.sh new 100755 e69de29
//   +    return round(a+b, 2)
//   diff --git a/run.sh b/run.sh
//   new file mode 100755
//   index 0000000..e69de29
//
// docs/formats/diff.md is the format. Encoding and decoding are O(n).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compressors/diff/diff_text.h"
#include "tokens/counter.h"

namespace headroom::compressors {

// Byte-exact: decode_diff(*encode_diff(d, text)) == text, and the encoder has checked it; else nullopt.
std::optional<std::string> encode_diff(const DiffText& diff, std::string_view text, tokens::Counter& ruler);
std::optional<std::string> decode_diff(std::string_view view);

// The directories, with their last '/', that all old and all new paths share. They differ where two trees are compared.
struct Roots {
  std::string old_root, new_root;
};
Roots common_roots(const DiffText& diff);

}  // namespace headroom::compressors
