#include "compressors/html/elements.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace headroom::compressors::html {
namespace {

struct Row {
  std::string_view name;
  Layout layout;
};
using enum Layout;
constexpr auto rows_in_any_order = std::to_array<Row>({
    {"a", link},
    {"abbr", inlined},
    {"acronym", inlined},
    {"address", block},
    {"applet", skipped},
    {"area", empty},
    {"article", Layout::main},
    {"aside", Layout::aside},
    {"audio", skipped},
    {"b", inlined},
    {"base", empty},
    {"bdi", inlined},
    {"bdo", inlined},
    {"big", inlined},
    {"blockquote", quote},
    {"body", block},
    {"br", empty},
    {"button", field},
    {"canvas", skipped},
    {"caption", block},
    {"center", block},
    {"cite", inlined},
    {"code", inlined},
    {"col", empty},
    {"colgroup", block},
    {"data", inlined},
    {"datalist", skipped},
    {"dd", detail},
    {"del", inlined},
    {"details", block},
    {"dfn", inlined},
    {"dialog", block},
    {"dir", list},
    {"div", block},
    {"dl", list},
    {"dt", term},
    {"em", inlined},
    {"embed", empty},
    {"fieldset", block},
    {"figcaption", block},
    {"figure", block},
    {"font", inlined},
    {"footer", Layout::aside},
    {"form", block},
    {"frame", empty},
    {"frameset", skipped},
    {"h1", heading},
    {"h2", heading},
    {"h3", heading},
    {"h4", heading},
    {"h5", heading},
    {"h6", heading},
    {"head", block},
    {"header", block},
    {"hgroup", block},
    {"hr", empty},
    {"html", block},
    {"i", inlined},
    {"iframe", skipped},
    {"img", empty},
    {"input", empty},
    {"ins", inlined},
    {"kbd", inlined},
    {"label", inlined},
    {"legend", block},
    {"li", item},
    {"link", empty},
    {"listing", code},
    {"main", Layout::main},
    {"map", inlined},
    {"mark", inlined},
    {"math", inlined},
    {"menu", list},
    {"meta", empty},
    {"meter", inlined},
    {"nav", Layout::aside},
    {"nobr", inlined},
    {"noscript", block},
    {"object", skipped},
    {"ol", numbered},
    {"optgroup", block},
    {"option", field},
    {"output", inlined},
    {"p", block},
    {"param", empty},
    {"picture", inlined},
    {"pre", code},
    {"progress", inlined},
    {"q", inlined},
    {"rp", inlined},
    {"rt", inlined},
    {"ruby", inlined},
    {"s", inlined},
    {"samp", inlined},
    {"script", skipped},
    {"search", Layout::aside},
    {"section", block},
    {"select", field},
    {"slot", inlined},
    {"small", inlined},
    {"source", empty},
    {"span", inlined},
    {"strike", inlined},
    {"strong", inlined},
    {"style", skipped},
    {"sub", inlined},
    {"summary", block},
    {"sup", inlined},
    {"svg", skipped},
    {"table", table},
    {"tbody", block},
    {"td", cell},
    {"template", skipped},
    {"textarea", field},
    {"tfoot", block},
    {"th", head_cell},
    {"thead", block},
    {"time", inlined},
    {"title", title},
    {"tr", row},
    {"track", empty},
    {"tt", inlined},
    {"u", inlined},
    {"ul", list},
    {"var", inlined},
    {"video", skipped},
    {"wbr", empty},
    {"xmp", code},
});
constexpr auto rows = [] {
  auto sorted = rows_in_any_order;
  std::sort(sorted.begin(), sorted.end(), [](const Row& a, const Row& b) { return a.name < b.name; });
  return sorted;
}();

}  // namespace

Layout layout_of(std::string_view name) {
  std::array<char, 12> lower{};
  if (name.empty() || name.size() > lower.size()) return unknown;
  for (std::size_t i = 0; i < name.size(); ++i)
    lower[i] = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] | 0x20) : name[i];
  const std::string_view key(lower.data(), name.size());
  const auto* at =
      std::lower_bound(rows.begin(), rows.end(), key, [](const Row& r, std::string_view k) { return r.name < k; });
  return at != rows.end() && at->name == key ? at->layout : unknown;
}

}  // namespace headroom::compressors::html
