// The kinds, one row each. Adding a kind is a folder and a row.
#include "compressors/blobs/blobs.h"
#include "compressors/code/code.h"
#include "compressors/compressor.h"
#include "compressors/config/config.h"
#include "compressors/diff/diff.h"
#include "compressors/html/html.h"
#include "compressors/json/json.h"
#include "compressors/listing/listing.h"
#include "compressors/log/log.h"
#include "compressors/prose/prose.h"
#include "compressors/rows/rows.h"
#include "compressors/search_results/search_results.h"
#include "compressors/tables/tables.h"

namespace headroom::compressors {

const std::vector<Compressor>& all() {
  static const std::vector<Compressor> rows{json_compressor,  diff_compressor, listing_compressor, search_compressor,
                                            table_compressor, code_compressor, config_compressor,  log_compressor,
                                            blob_compressor,  html_compressor, prose_compressor,   rows_compressor};
  return rows;
}

const Compressor* find(std::string_view kind) {
  for (const Compressor& c : all()) {
    if (c.kind == kind) return &c;
  }
  return nullptr;
}

}  // namespace headroom::compressors
