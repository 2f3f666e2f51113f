// Any bytes as JSON to show, or as a view to read: a view made decodes to the same tokens; a decoder given nonsense
// gives JSON or nothing.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "compressors/json/decode.h"
#include "compressors/json/embedded.h"
#include "compressors/json/encode.h"
#include "json/document.h"
#include "tokens/counter.h"

namespace json = headroom::json;
namespace records = headroom::compressors::records;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static headroom::tokens::Counter ruler;
  (void)records::decode(text);
  if (const auto doc = json::Document::parse(text)) {
    if (const auto opened = records::open_strings(*doc)) {
      std::string closed;
      records::close_strings(closed, opened->text, opened->spelling, opened->ended);
      if (!json::same_tokens(closed, text)) std::abort();
    }
    for (const bool marks : {true, false}) {
      records::EncodeOptions options;
      options.marks = options.tell_kinds = marks;
      options.ruler = &ruler;
      const auto view = records::encode(*doc, options);
      if (!view) continue;
      const auto back = records::decode(*view);
      if (!back || !json::same_tokens(*back, text)) std::abort();
    }
  } else {
    for (const bool tell_kinds : {false, true}) {
      records::EncodeOptions options;
      options.tell_kinds = tell_kinds;
      options.ruler = &ruler;
      const auto view = records::encode_lines(text, options).view;
      if (view && records::decode(*view) != text) std::abort();
    }
  }
  return 0;
}
