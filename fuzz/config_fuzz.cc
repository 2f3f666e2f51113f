// Any bytes as configuration: lossless views decode, decoding never fails on what is no view.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "compressors/config/config.h"
#include "compressors/config/config_text.h"

namespace hr = headroom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static hr::tokens::Counter ruler;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const hr::search::Query none;
  const hr::compressors::Context context{none, ruler, {}, true};
  for (const hr::compressors::View& v : hr::compressors::config_compressor.views(text, context, false)) {
    if (v.fidelity != hr::compressors::Fidelity::lossless) continue;
    if (hr::compressors::config_compressor.decode(v.text) != text) std::abort();
  }
  hr::compressors::config_compressor.decode(text);
  return 0;
}
