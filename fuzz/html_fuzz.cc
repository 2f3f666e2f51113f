// Any bytes as HTML: tokens cover the source, blocks lie within it, a view is smaller than the page and valid UTF-8.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.h"
#include "compressors/html/html.h"
#include "compressors/html/page.h"
#include "compressors/html/reader.h"
#include "compressors/html/tokenizer.h"

namespace hr = headroom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static hr::tokens::Counter ruler;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  hr::compressors::html::Tokenizer tokens(text);
  std::size_t at = 0;
  for (auto t = tokens.next(); t.type != hr::compressors::html::TokenType::end; t = tokens.next()) {
    if (t.begin != at || t.end <= t.begin || t.end > size) std::abort();
    at = t.end;
  }
  if (at != size) std::abort();
  const hr::compressors::html::Page page = hr::compressors::html::read_page(text);
  for (const hr::compressors::html::Block& b : page.blocks) {
    if (b.begin > b.end || b.end > size || b.link_words > b.words) std::abort();
  }
  const hr::search::Query none;
  for (const bool named : {false, true}) {
    const hr::compressors::Context context{none, ruler, {}, true};
    for (const hr::compressors::View& v : hr::compressors::html_compressor.views(text, context, named)) {
      if (v.text.size() >= size || v.shown > v.total || !hr::utf8::is_valid(v.text)) std::abort();
    }
  }
  return 0;
}
