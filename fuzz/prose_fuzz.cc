// Any bytes as prose: units lie apart and in order, breaks rise, lossless views decode, a reversible view is smaller
// and opens as the text or with a statement.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "compressors/prose/document.h"
#include "compressors/prose/prose.h"
#include "compressors/prose/sentence_breaks.h"

namespace hr = headroom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static hr::tokens::Counter ruler;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t last = 0;
  for (const std::size_t end :
       hr::compressors::prose::sentence_breaks(text, hr::compressors::prose::LineEnds::paragraphs)) {
    if (end <= last || end > size) std::abort();
    last = end;
  }
  const hr::compressors::prose::Document document = hr::compressors::prose::read_document(text);
  last = 0;
  for (const hr::compressors::prose::Unit& u : document.units) {
    if (u.begin < last || u.end <= u.begin || u.end > size) std::abort();
    last = u.end;
  }
  // The text's own first bytes as the question: some of it is found.
  const hr::search::QueryText asked{text.substr(0, 64), 1};
  const hr::search::Query query = hr::search::Query::parse({&asked, 1});
  for (const bool named : {false, true}) {
    const hr::compressors::Context context{query, ruler, {}, true};
    for (const hr::compressors::View& v : hr::compressors::prose_compressor.views(text, context, named)) {
      if (v.fidelity == hr::compressors::Fidelity::lossless) {
        if (hr::compressors::prose_compressor.decode(v.text) != text) std::abort();
      } else if (v.text.size() >= size || v.shown > v.total) {
        std::abort();
      }
    }
  }
  hr::compressors::prose_compressor.decode(text);
  return 0;
}
