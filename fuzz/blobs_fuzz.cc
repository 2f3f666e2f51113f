// Any bytes as dense text: what is found lies within the text and apart; heads and tails are the original's.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "compressors/blobs/blob_text.h"
#include "compressors/blobs/blobs.h"

namespace hr = headroom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static hr::tokens::Counter ruler;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t end = 0;
  for (const hr::compressors::blobs::Blob& b : hr::compressors::blobs::find_blobs(text)) {
    if (b.begin < end || b.begin + b.size > text.size()) std::abort();
    end = b.begin + b.size;
  }
  const hr::search::Query none;
  for (const bool forced : {false, true}) {
    const hr::compressors::Context context{none, ruler, {}, true};
    for (const hr::compressors::View& v : hr::compressors::blob_compressor.views(text, context, forced)) {
      if (v.fidelity != hr::compressors::Fidelity::reversible || v.shown >= v.total) std::abort();
      const std::string_view head = std::string_view(v.text).substr(0, v.text.find('['));
      if (!text.starts_with(head)) std::abort();
    }
  }
  return 0;
}
