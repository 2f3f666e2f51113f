// The elements of HTML that matter to a reader: how each lays out its content.
#pragma once

#include <cstdint>
#include <string_view>

namespace headroom::compressors::html {

enum class Layout : std::uint8_t {
  unknown,   // no element of HTML
  inlined,   // runs on within its paragraph
  block,     // begins and ends a paragraph
  empty,     // has no content: br, img, input...
  heading,   // h1..h6
  list,      // ul, menu, dl
  numbered,  // ol
  item,      // li
  term,      // dt
  detail,    // dd
  code,      // pre, listing
  table,
  row,
  cell,
  head_cell,
  quote,
  link,     // a
  skipped,  // content that no reader sees: script, style, template, svg...
  aside,    // nav, footer, aside
  main,     // main, article
  title,
  field,  // label, button, select, textarea, option: a form's
};

// Any case; Layout::unknown for what is no element.
Layout layout_of(std::string_view name);

}  // namespace headroom::compressors::html
