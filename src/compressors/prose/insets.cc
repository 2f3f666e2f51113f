#include "compressors/prose/insets.h"

#include <algorithm>

#include "salience/severity.h"

namespace headroom::compressors::prose {
namespace {

constexpr std::size_t least_bytes = 400, most_blocks = 64;

// What a block holds, between its fences if it has some.
struct Inner {
  std::string_view open, text, close, label;
};

Inner inner_of(const Document& d, const Unit& u) {
  const Block& block = d.blocks[u.block];
  if (!block.fenced) return {{}, d.of(u), {}, {}};
  if (block.last < block.first + 2) return {};
  const std::size_t begin = d.line_begin(block.first + 1), end = d.line_end(block.last - 1);
  std::string_view label = d.lines[block.first].text;
  label.remove_prefix(std::min(label.find_first_not_of(" \t`~"), label.size()));
  label = label.substr(0, label.find_first_of(" \t{,"));
  return {d.text.substr(u.begin, begin - u.begin), d.text.substr(begin, end - begin), d.text.substr(end, u.end - end),
          label};
}

}  // namespace

void put_insets(Document& d, const BlockViewer& viewer) {
  std::size_t asked = 0;
  for (Unit& u : d.units) {
    if (asked == most_blocks) return;
    const bool other_kind = u.kind == UnitKind::table || (u.kind == UnitKind::code && d.blocks[u.block].fenced);
    if (!other_kind || u.end - u.begin < least_bytes) continue;
    const Inner inner = inner_of(d, u);
    if (inner.text.size() < least_bytes) continue;
    ++asked;
    const std::optional<View> view = viewer(inner.text, inner.label);
    if (!view) continue;
    Inset inset;
    inset.text.append(inner.open).append(view->text);
    inset.shortened = view->fidelity == Fidelity::reversible;
    if (inset.shortened) inset.text.append(view->text.empty() ? "[" : "\n[").append(view->statement).append("]");
    inset.text.append(inner.close);
    if (inset.text.size() >= u.end - u.begin) continue;
    inset.severe = salience::is_severe(view->text);
    u.inset = static_cast<std::uint32_t>(d.insets.size());
    d.insets.push_back(std::move(inset));
  }
}

}  // namespace headroom::compressors::prose
