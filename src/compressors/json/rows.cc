#include "compressors/json/rows.h"

#include <utility>

#include "compressors/json/decode.h"
#include "compressors/json/encode.h"
#include "compressors/json/offers.h"
#include "compressors/json/reversible.h"
#include "json/document.h"

namespace headroom::compressors::records {
namespace {

constexpr std::string_view own_head = "[json";

// "[json, 120 rows, complete]\n..." -> "[csv, 120 rows, complete]\nlines in front\n..."
std::string renamed(std::string_view view, const Notation& notation) {
  const std::size_t head_end = view.find('\n');
  std::string out = '[' + notation.name;
  out += view.substr(own_head.size(), head_end + 1 - own_head.size());
  out += notation.front;
  out += view.substr(head_end + 1);
  return out;
}

}  // namespace

std::vector<View> row_views(std::string_view rows, const Context& context, const Notation& notation,
                            const std::function<bool(std::string_view)>& gives_back) {
  std::vector<View> out;
  const auto doc = json::Document::parse(rows);
  if (!doc) return out;
  Reversible reversible;
  if (context.reversible && notation.reversible) reversible = reversible_view(*doc, context);
  const Bar bar(reversible, context.ruler);
  EncodeOptions options = options_of(context);
  for (const bool marks : {true, false}) {
    if (bar.nothing_passes()) break;
    options.marks = marks;
    const auto encoded = encode(*doc, options);
    if (!encoded || encoded->find('\n') == std::string::npos) continue;
    if (!bar.passes(*encoded)) break;
    const auto back = decode(*encoded);
    if (!back || !gives_back(*back)) continue;
    View& view = out.emplace_back();
    view.text = renamed(*encoded, notation);
    view.method = notation.lossless_method;
    break;
  }
  if (reversible.view) {
    View& view = out.emplace_back(*std::move(reversible.view));
    view.text.insert(0, notation.front);
    view.method = notation.reversible_method;
  }
  return out;
}

std::optional<RowView> open_row_view(std::string_view view) {
  const std::size_t comma = view.substr(0, view.find('\n')).find(", ");
  if (!view.starts_with('[') || comma == std::string_view::npos) return std::nullopt;
  return RowView{view.substr(1, comma - 1), view.substr(comma)};
}

std::optional<std::string> rows_of_view(std::string_view rest) {
  std::string view(own_head);
  view += rest;
  return decode(view);
}

}  // namespace headroom::compressors::records
