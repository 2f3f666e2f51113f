#include "compressors/code/code.h"

#include "compressors/code/gutter_view.h"
#include "compressors/code/recognise.h"
#include "compressors/code/reversible.h"

namespace headroom::compressors {
namespace {

int evidence(const detect::Sketch& s) {
  if (s.lines < 4 || s.has_nul || s.has_escape_codes) return 0;
  const auto share = [&s](std::size_t n) { return static_cast<int>(100 * n / s.lines); };
  // A patch of source looks like source; a grammar tried on one in vain takes ten times as long as reading it.
  if (s.hunk_heads > 0 || share(s.diff_lines) > 30 || share(s.time_lines) > 20 || share(s.search_lines) > 40) return 0;
  const int code = share(s.code_lines);
  if (code < 20) return 0;
  return std::min(85, 30 + code);
}

int evidence_of_name(std::string_view path, std::string_view label) {
  return code::named_language(path, label) != nullptr ? 95 : 0;
}

std::optional<code::Recognised> recognise(std::string_view text, const Context& context, bool forced,
                                          code::Depth depth) {
  return code::recognise(text, context.path, context.label, forced, depth);
}

bool claims(std::string_view text, const Context& context) {
  return code::is_code(text, context.path, context.label);
}

std::vector<View> views(std::string_view text, const Context& context, bool forced) {
  std::vector<View> out;
  auto source = recognise(text, context, forced, context.reversible ? code::Depth::whole : code::Depth::sample);
  const bool parses = source.has_value();
  if (!parses) source = code::numbered_lines(text, context.path);
  if (source || claims(text, context)) context.own();
  if (!source) return out;
  if (parses && context.reversible) {
    if (auto view = code::reversible_view(*source, context)) out.push_back(*std::move(view));
  }
  if (auto view = code::encode_gutter(*source)) {
    out.push_back({.text = *std::move(view),
                   .fidelity = Fidelity::lossless,
                   .line_preserving = true,
                   .method = "code_gutter",
                   .statement = {},
                   .unit = {}});
  }
  return out;
}

}  // namespace

const Compressor code_compressor{"code", evidence, views, code::decode_gutter, evidence_of_name, claims};

}  // namespace headroom::compressors
