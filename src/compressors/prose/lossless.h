// The lossless view of a written text: paragraphs that stand in it once more are named by their lines.
//
//   [prose, 90 lines, complete; [= lines 3-9, "..."] stands for those lines once more]
//   ...
//   [= lines 3-9, "The licensor grants"]
//
// Paragraphs end at blank lines; neighbours that repeat together are one statement. The encoder has run the decoder.
// O(n).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/lines.h"

namespace headroom::compressors::prose {

// Whether any paragraph stands in the text once more: without one there is no view.
bool repeats_paragraphs(std::span<const Line> lines);
std::optional<std::string> encode_paragraphs(std::string_view text, std::span<const Line> lines);
// nullopt if `view` is none.
std::optional<std::string> decode_paragraphs(std::string_view view);

}  // namespace headroom::compressors::prose
