// Any bytes as a log: lossless views decode to the bytes, reversible ones are smaller, the decoder survives what is no
// view.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "compressors/log/log.h"

namespace hr = headroom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace c = hr::compressors;
  static hr::tokens::Counter ruler;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)c::log_compressor.decode(text);
  const hr::search::QueryText asked{"why did it fail?", 1};
  const hr::search::Query query = hr::search::Query::parse({&asked, 1});
  for (const bool reversible : {false, true}) {
    for (const c::View& view : c::log_compressor.views(text, {query, ruler, hr::Tokens(300), reversible}, true)) {
      if (view.text.size() >= text.size()) std::abort();
      if (view.fidelity == c::Fidelity::lossless && c::log_compressor.decode(view.text) != text) std::abort();
      if (view.fidelity == c::Fidelity::reversible && (view.shown > view.total || view.statement.empty())) std::abort();
    }
  }
  return 0;
}
