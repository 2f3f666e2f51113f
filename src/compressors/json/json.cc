#include "compressors/json/json.h"

#include <optional>
#include <string>
#include <utility>

#include "compressors/json/cells.h"
#include "compressors/json/decode.h"
#include "compressors/json/encode.h"
#include "compressors/json/reversible.h"
#include "compressors/statements.h"
#include "json/document.h"

namespace headroom::compressors {
namespace {

using records::EncodeOptions;

bool opens(char c) {
  return c == '{' || c == '[';
}

int evidence(const detect::Sketch& sketch) {
  if (opens(sketch.first) && (sketch.last == '}' || sketch.last == ']')) return 95;
  if (sketch.lines > 0 && sketch.json_lines * 10 >= sketch.lines * 9) return 85;
  if (opens(sketch.first)) return 40;  // perhaps cut off by a limit; the parser judges
  return 0;
}

EncodeOptions options_of(const Context& context) {
  EncodeOptions options;
  options.ruler = &context.ruler;
  for (const search::Term& term : context.query.terms()) {
    if (term.whole_identifier) options.whole_names.push_back(term.text);
  }
  return options;
}

View lossless(std::string text, std::string_view method) {
  View view;
  view.text = std::move(text);
  view.method = method;
  return view;
}

// The table views of one JSON value, each proved by its decoder; the richest first. The plain one is made where the
// rich one fails or gains little.
void add_tables(std::vector<View>& views, const json::Document& doc, EncodeOptions options,
                std::int64_t compact_price) {
  for (const bool marks : {true, false}) {
    options.marks = marks;
    auto text = records::encode(doc, options);
    if (!text) continue;
    const auto back = records::decode(*text);
    if (!back || !json::same_tokens_as(doc.text(), *back)) continue;
    const std::int64_t price = tokens::Counter::estimate(*text).value;
    if (price < compact_price + compact_price / 16) {
      views.push_back(lossless(std::move(*text), marks ? "json_table" : "json_rows"));
    }
    if (price * 10 < compact_price * 9) return;
  }
}

std::vector<View> views(std::string_view text, const Context& context, bool) {
  std::vector<View> out, reversible;
  EncodeOptions options = options_of(context);
  if (const auto doc = json::Document::parse(text)) {
    if (doc->root().kind() == json::Kind::object || doc->root().kind() == json::Kind::array) {
      // Reversible views first: what they need of memory is gone before the lossless ones are made and proved.
      if (context.reversible) reversible = records::reversible_views(*doc, text, context);
      std::string compact;
      compact.reserve(text.size());
      records::append_minified(compact, text);
      const std::int64_t price = tokens::Counter::estimate(compact).value;
      add_tables(out, *doc, options, price);
      // Minified JSON is what nothing may be larger than.
      if (compact.size() < text.size() && !reads_as_statement(compact) &&
          (out.empty() || tokens::Counter::estimate(out.back().text).value * 10 >= price * 9)) {
        out.push_back(lossless(std::move(compact), "json_minified"));
      }
    }
  } else {
    if (context.reversible) reversible = records::reversible_views(text, context);
    for (const bool marks : {true, false}) {
      options.marks = marks;
      auto view = records::encode_lines(text, options);
      if (!view) continue;
      out.push_back(lossless(std::move(*view), "json_lines"));
      break;
    }
    options.marks = true;
    if (out.empty() && !text.empty() && opens(text.front())) {
      if (auto view = records::encode_cut(text, options)) out.push_back(lossless(std::move(*view), "json_cut"));
    }
  }
  for (View& view : reversible) out.push_back(std::move(view));
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
