#include "compressors/json/json.h"

#include <optional>
#include <string>
#include <utility>

#include "compressors/json/cells.h"
#include "compressors/json/decode.h"
#include "compressors/json/embedded.h"
#include "compressors/json/encode.h"
#include "compressors/json/offers.h"
#include "compressors/json/reversible.h"
#include "compressors/statements.h"
#include "json/document.h"

namespace headroom::compressors {
namespace {

using records::Bar;
using records::EncodeOptions;

constexpr std::size_t least_members = 8;  // lines of indented JSON that tell what it is though it is cut off

bool opens(char c) {
  return c == '{' || c == '[';
}

int evidence(const detect::Sketch& sketch) {
  if (opens(sketch.first) && (sketch.last == '}' || sketch.last == ']')) return 95;
  if (sketch.lines > 0 && sketch.json_lines * 10 >= sketch.lines * 9) return 85;
  if (opens(sketch.first) && sketch.member_lines * 10 >= sketch.lines * 9 && sketch.lines >= least_members) return 85;
  if (opens(sketch.first)) return 40;  // perhaps cut off by a limit; the parser judges
  return 0;
}

View lossless(std::string text, std::string_view method) {
  View view;
  view.text = std::move(text);
  view.method = method;
  return view;
}

// Lossless views of one JSON value: tables, each proved by its decoder, the richest first; the plain one is made where
// the rich one fails or gains little; minified JSON is what nothing may be larger than.
//
// The document's nodes are larger than its text: they go before a view is proved.
std::vector<View> value_views(std::string_view text, std::optional<json::Document> doc, EncodeOptions options,
                              const Bar& bar) {
  std::vector<View> out;
  std::optional<records::Opened> opened = records::open_strings(*doc);
  if (opened) {
    options.strings = records::describe(*opened);
    doc.reset();
  }
  const auto compact = [&] {
    std::string minified;
    minified.reserve(text.size());
    records::append_minified(minified, text);
    return minified;
  };
  std::int64_t compact_price = 0;
  for (const bool marks : {true, false}) {
    if (!doc) {
      auto parsed = json::Document::parse(opened ? opened->text : text);
      if (!parsed) break;
      doc = std::move(*parsed);
    }
    options.marks = marks;
    auto view = records::encode(*doc, options);
    if (!view) continue;
    const Tokens price = tokens::Counter::estimate(*view);
    if (!bar.passes(*view)) return out;
    doc.reset();
    if (compact_price == 0) compact_price = tokens::Counter::estimate(compact()).value;
    const auto back = records::decode(*view);
    if (!back || !json::same_tokens_as(text, *back)) continue;
    if (price.value < compact_price + compact_price / 16) {
      out.push_back(lossless(std::move(*view), marks ? "json_table" : "json_rows"));
    }
    if (price.value * 10 < compact_price * 9) break;
  }
  doc.reset();
  std::string minified = compact();
  if (compact_price == 0) compact_price = tokens::Counter::estimate(minified).value;
  if (minified.size() < text.size() && !reads_as_statement(minified) &&
      (out.empty() || tokens::Counter::estimate(out.back().text).value * 10 >= compact_price * 9)) {
    out.push_back(lossless(std::move(minified), "json_minified"));
  }
  return out;
}

// Of JSON lines, of values in a row and of JSON cut off.
std::vector<View> text_views(std::string_view text, EncodeOptions options, const Bar& bar) {
  std::vector<View> out;
  const auto passes = [&bar](std::string_view view) { return bar.passes(view); };
  for (const bool marks : {true, false}) {
    options.marks = marks;
    auto encoded = records::encode_lines(text, options, passes);
    if (encoded.view) out.push_back(lossless(*std::move(encoded.view), "json_lines"));
    if (encoded.view || encoded.is_of_no_use) return out;
    if (encoded.is_no_lines) break;
  }
  options.marks = true;
  if (text.empty() || !opens(text.front())) return out;
  if (auto cut = records::encode_cut(text, options, passes).view) out.push_back(lossless(*std::move(cut), "json_cut"));
  return out;
}

std::vector<View> views(std::string_view text, const Context& context, bool) {
  std::vector<View> out;
  records::Reversible reversible;
  std::optional<json::Document> doc;
  if (auto parsed = json::Document::parse(text)) doc = std::move(*parsed);
  if (doc && doc->root().kind() != json::Kind::object && doc->root().kind() != json::Kind::array) return out;
  if (context.reversible) {
    reversible = doc ? records::reversible_view(*doc, context) : records::reversible_view(text, context);
  }
  const Bar bar(reversible, context.ruler);
  if (!bar.nothing_passes()) {
    const bool value = doc.has_value();
    EncodeOptions options = records::options_of(context);
    options.tell_kinds = true;
    out = value ? value_views(text, std::move(doc), options, bar) : text_views(text, options, bar);
  }
  if (reversible.view) out.push_back(*std::move(reversible.view));
  return out;
}

std::optional<std::string> decode(std::string_view view) {
  if (auto text = records::decode(view)) return text;
  if (json::Document::parse(view)) return std::string(view);
  return std::nullopt;
}

}  // namespace

const Compressor json_compressor{"json", evidence, views, decode};

}  // namespace headroom::compressors
