#include "compressors/config/config.h"

#include <algorithm>
#include <array>

#include "compressors/config/config_text.h"
#include "compressors/config/record_cuts.h"
#include "compressors/config/repeated_lines.h"
#include "compressors/config/stubs.h"
#include "compressors/smaller_views.h"

namespace headroom::compressors {
namespace {

int evidence(const detect::Sketch& s) {
  if ((s.lines < 4 && s.first != '<') || s.has_nul || s.has_escape_codes) return 0;
  const auto share = [&s](std::size_t n) { return n * 100 / s.lines; };
  if (share(s.time_lines) > 20 || share(s.diff_lines) > 20 || share(s.search_lines) > 40 || share(s.json_lines) > 20)
    return 0;
  if (s.first == '<') return s.last == '>' ? 91 : 0;  // its parser judges; in one line it is dense text to others
  if (share(s.setting_lines) >= 80) return 64;
  if (share(s.setting_lines) >= 50) return 44;
  return share(s.setting_lines) >= 25 ? 20 : 0;
}

int evidence_of_name(std::string_view path, std::string_view label) {
  constexpr auto suffixes = std::to_array<std::string_view>(
      {".yml", ".yaml", ".toml", ".ini", ".cfg", ".env", ".tf", ".hcl", ".tfvars", "Dockerfile", "Containerfile",
       ".xml", ".csproj", ".plist", "Cargo.lock", "poetry.lock", "uv.lock", "pdm.lock"});
  constexpr auto labels = std::to_array<std::string_view>(
      {"yaml", "yml", "toml", "ini", "dotenv", "hcl", "terraform", "dockerfile", "xml"});
  for (const std::string_view s : suffixes) {
    if (path.ends_with(s)) return 92;
  }
  return std::find(labels.begin(), labels.end(), label) == labels.end() ? 0 : 92;
}

// Files of many records: their rows. The outer ones and what is within those of rare shapes, or the inner ones alone,
// by what is shorter.
std::optional<std::string> encode_as_rows(const config::Config& c, std::string_view text, const Context& context,
                                          const std::string& name) {
  const bool xml = c.style == config::Style::xml;
  if (!xml && c.style != config::Style::toml && c.style != config::Style::ini) return std::nullopt;
  const auto cut = [&](bool innermost) {
    return xml ? config::xml_records(text, innermost) : config::table_records(c, text, innermost);
  };
  const config::Records inner = cut(true);
  std::optional<std::string> both = config::encode_records(text, cut(false), inner, name);
  std::optional<std::string> within = config::encode_records(text, inner, {}, name);
  if (!both || !within) return both ? std::move(both) : std::move(within);
  return size_for_choice(context, *within) < size_for_choice(context, *both) ? std::move(within) : std::move(both);
}

// SVG is left alone: its numbers are all it is.
bool is_drawing(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return last != std::string_view::npos && text.substr(0, last + 1).ends_with("</svg>") &&
         text.substr(0, 2048).find("<svg") != std::string_view::npos;
}

std::vector<View> views(std::string_view text, const Context& context, bool) {
  if (is_drawing(text)) context.own();
  const auto c = config::read_config(text, context.path.empty() ? context.label : context.path);
  if (!c) return {};
  context.own();
  const std::string name = "config " + std::string(config::name_of(c->style));
  std::vector<View> out = smaller_views(
      text, context, "config_repeats", [&] { return config::encode_repeats(c->lines, text, name); },
      [&](Tokens, Tokens) { return config::leave_out(*c, context); });
  for (View& v : out) v.line_preserving = true;
  const bool all_lossless = out.empty() || out.back().fidelity == Fidelity::lossless;
  if (context.reversible && all_lossless && c->style == config::Style::xml) {
    const config::Records inner = config::xml_records(text, true);
    if (auto view = config::leave_rows_out(text, config::xml_records(text, false), inner, name + " records", context))
      out.push_back(std::move(*view));
  }
  if (std::optional<std::string> rows = encode_as_rows(*c, text, context, name + " records")) {
    View view;
    view.text = std::move(*rows);
    view.method = "config_records";
    if (size_for_choice(context, view.text) < size_for_choice(context, text)) out.push_back(std::move(view));
  }
  return out;
}

std::optional<std::string> decode(std::string_view view) {
  std::optional<std::string> text = config::decode_repeats(view, "config ");
  return text ? std::move(text) : config::decode_records(view, "config ");
}

}  // namespace

const Compressor config_compressor{
    .kind = "config", .evidence = evidence, .views = views, .decode = decode, .evidence_of_name = evidence_of_name};

}  // namespace headroom::compressors
