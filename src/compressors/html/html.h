// The kind "html": pages as a browser gets them. Reversible only: title, headings, paragraphs, lists, tables, code and
// forms of the main text as Markdown; scripts, styles, what is hidden, navigation and footers leave.
//
// Is: a doctype of HTML, or tags of which nine in ten are HTML's and are closed. Is not: XML, templates, JSX, Markdown
// with tags. Format: docs/formats/html.md. O(n).
#pragma once

#include "compressors/compressor.h"

namespace headroom::compressors {

extern const Compressor html_compressor;

}  // namespace headroom::compressors
