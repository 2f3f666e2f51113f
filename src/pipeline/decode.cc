#include "pipeline/decode.h"

#include "compressors/compressor.h"
#include "json/document.h"
#include "pipeline/compress.h"
#include "pipeline/mixed.h"
#include "pipeline/terminal_views.h"
#include "pipeline/text_views.h"

namespace headroom::pipeline {

std::optional<std::string> decode_by_kinds(std::string_view view) {
  for (const compressors::Compressor& c : compressors::all()) {
    if (auto original = c.decode(view)) return original;
  }
  return std::nullopt;
}

std::optional<std::string> decode_whole(std::string_view view, int levels) {
  if (auto original = decode_texts(view, levels)) return original;
  if (auto original = decode_by_kinds(view)) return original;
  return decode_terminal(view);
}

std::optional<std::string> decode_any(std::string_view view, int levels) {
  if (auto original = decode_mixed(view, levels)) return original;
  return decode_whole(view, levels);
}

Result<std::string> decode(std::string_view view) {
  if (auto original = decode_any(view)) return *std::move(original);
  // Minified JSON needs no decoder: it is the original's tokens.
  if (json::Document::parse(view)) return std::string(view);
  return fail(ErrorKind::not_found, "not a lossless view: no header of ours, or it does not decode");
}

}  // namespace headroom::pipeline
