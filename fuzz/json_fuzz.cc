// Any bytes as JSON text: the scanner never crashes, what it accepts it accepts as a prefix too, every prefix of an
// accepted text parses or is truncated, and strings survive unescaping and escaping.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json/document.h"
#include "json/strings.h"

namespace json = headroom::json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto doc = json::Document::parse(text);
  const auto prefix = json::Document::parse_prefix(text);
  if (!doc) {
    if (doc.error().offset > size) std::abort();
    return 0;
  }
  if (!prefix || prefix->size() != doc->size()) std::abort();
  if (!json::same_tokens(text, text)) std::abort();
  for (json::NodeId id = 0; id < doc->size(); ++id) {
    if (doc->end_of(id) <= id || doc->end_of(id) > doc->size() || (*doc)[id].end() > size) std::abort();
    if (!doc->is(id, json::Kind::string)) continue;
    const std::string value = doc->string(id), quoted = json::quote(value);
    const auto again = json::Document::parse(quoted);
    if (!again || again->string(0) != value) std::abort();
  }
  // A few prefixes: the whole value may end in white space, so only texts that end in a bracket are cut.
  if (!text.empty() && (text.back() == '}' || text.back() == ']')) {
    for (std::size_t n = 1; n < size && n < 64; ++n) {
      const auto cut = json::Document::parse(text.substr(0, size - n));
      if (cut) std::abort();
      if (!cut.error().truncated && cut.error().message != "invalid UTF-8") std::abort();
    }
  }
  return 0;
}
