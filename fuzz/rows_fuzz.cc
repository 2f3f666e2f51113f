// Any bytes as rows: lossless views decode to the bytes, reversible ones are smaller, the parser that accepts and the
// decoder survive whatever comes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "compressors/rows/rows.h"

namespace hr = headroom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace c = hr::compressors;
  static hr::tokens::Counter ruler;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)c::rows_compressor.decode(text);
  const hr::search::QueryText asked{"where is \"ashbel\" of 2026?", 1};
  const hr::search::Query query = hr::search::Query::parse({&asked, 1});
  for (const bool forced : {false, true}) {
    for (const c::View& view : c::rows_compressor.views(text, {query, ruler, hr::Tokens(300), true}, forced)) {
      if (view.text.size() >= text.size()) std::abort();
      if (view.fidelity == c::Fidelity::lossless && c::rows_compressor.decode(view.text) != text) std::abort();
      if (view.fidelity == c::Fidelity::reversible && (view.shown > view.total || view.statement.empty())) std::abort();
    }
  }
  return 0;
}
