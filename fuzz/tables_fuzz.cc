// Any bytes as a table: what a reader takes apart it puts together again, lossless views decode, decoding never fails
// on what is no view.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "compressors/tables/columns.h"
#include "compressors/tables/delimited.h"
#include "compressors/tables/listing.h"
#include "compressors/tables/markdown.h"
#include "compressors/tables/tables.h"

namespace hr = headroom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static hr::tokens::Counter ruler;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto read : {hr::compressors::tables::read_delimited, hr::compressors::tables::read_columns,
                          hr::compressors::tables::read_markdown, hr::compressors::tables::read_listing}) {
    const auto table = read(text);
    if (table && hr::compressors::tables::print(*table) != text) std::abort();
  }
  const hr::search::Query none;
  const hr::compressors::Context context{none, ruler, {}, true};
  for (const hr::compressors::View& v : hr::compressors::table_compressor.views(text, context, false)) {
    if (v.fidelity != hr::compressors::Fidelity::lossless) continue;
    if (hr::compressors::table_compressor.decode(v.text) != text) std::abort();
  }
  hr::compressors::table_compressor.decode(text);
  return 0;
}
