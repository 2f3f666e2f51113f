// Any bytes as a listing: every encoding decodes, decoding never fails on what is no view.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "compressors/listing/grouped.h"
#include "compressors/listing/listing.h"
#include "compressors/listing/listing_text.h"
#include "compressors/listing/rows.h"
#include "compressors/listing/tree.h"

namespace hr = headroom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static hr::tokens::Counter ruler;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  namespace listing = hr::compressors::listing;
  if (const auto l = listing::read_listing(text)) {
    for (const auto encode : {listing::encode_rows, listing::encode_tree, listing::encode_grouped}) {
      const auto view = encode(*l, text);
      if (view && hr::compressors::listing_compressor.decode(*view) != text) std::abort();
    }
  }
  const hr::search::Query none;
  const hr::compressors::Context context{none, ruler, {}, true};
  for (const hr::compressors::View& v : hr::compressors::listing_compressor.views(text, context, false)) {
    if (v.fidelity != hr::compressors::Fidelity::lossless) continue;
    if (hr::compressors::listing_compressor.decode(v.text) != text) std::abort();
  }
  hr::compressors::listing_compressor.decode(text);
  return 0;
}
