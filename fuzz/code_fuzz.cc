// Any bytes as source code: the first byte chooses the language (or none, or a gutter in front), the rest is the text.
// Parsers and scanners survive, views are the source's lines but for stubs of what is missing, they parse as well as
// their source, and what is lossless decodes.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "compressors/code/code.h"
#include "compressors/code/code_test_support.h"
#include "compressors/code/recognise.h"
#include "compressors/code/reversible.h"

namespace hr = headroom;
namespace code = headroom::compressors::code;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static hr::tokens::Counter ruler;
  if (size == 0 || size > 20000) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto all = code::languages();
  const std::size_t choice = data[0] % (all.size() + 1);
  const std::string path =
      choice == all.size() ? "" : "x." + std::string(all[choice].suffixes.substr(0, all[choice].suffixes.find(' ')));
  const hr::search::QueryText question{"why does book fail with negative_net?", 1};
  const hr::search::Query query = hr::search::Query::parse({&question, 1});
  const hr::compressors::Context context{query, ruler, {}, true, path, {}};
  for (const hr::compressors::View& v : hr::compressors::code_compressor.views(text, context, data[0] >= 128)) {
    if (v.fidelity == hr::compressors::Fidelity::lossless) {
      if (hr::compressors::code_compressor.decode(v.text) != text) std::abort();
      continue;
    }
    const auto source = code::recognise(text, path, {}, data[0] >= 128, code::Depth::whole);
    if (!source) std::abort();
    if (source->gutter) continue;
    if (!code::view_error(text, v.text).empty()) std::abort();
    const auto before = code::Syntax::errors(source->code(), *source->language);
    const auto after = code::Syntax::errors(v.text + "\n", *source->language);
    if (!before || !after || after->size() > before->size()) std::abort();
  }
  hr::compressors::code_compressor.decode(text);
  return 0;
}
