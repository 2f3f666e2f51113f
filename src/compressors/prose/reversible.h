// The reversible view of a written text: the sentences that matter, verbatim under their headings, and what the gaps
// hide.
//
//   # Backups
//   Backups are kept for 35 days. [3 sentences] They must not leave the region unless the customer agrees in writing.
//   [sections "History", "Contact", lines 41-96: 14 sentences]
//
// Text without a gap in it stands byte for byte. Not offered where over half of the sentences state facts of two kinds
// (law, medicine, finance), unless the caller names the kind or a budget; nor where the text holds what reads as a
// statement of ours.
#pragma once

#include <optional>

#include "compressors/compressor.h"
#include "compressors/prose/document.h"

namespace headroom::compressors::prose {

// `whole`: tokens of the text. `named`: the caller named the kind.
std::optional<View> reversible_view(const Document& document, const Context& context, Tokens whole, bool named);

}  // namespace headroom::compressors::prose
