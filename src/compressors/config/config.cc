#include "compressors/config/config.h"

#include <algorithm>
#include <array>

#include "compressors/config/config_text.h"
#include "compressors/config/repeated_lines.h"
#include "compressors/config/stubs.h"
#include "compressors/smaller_views.h"

namespace headroom::compressors {
namespace {

int evidence(const detect::Sketch& s) {
  if (s.lines < 4 || s.has_nul || s.has_escape_codes) return 0;
  const auto share = [&s](std::size_t n) { return n * 100 / s.lines; };
  if (share(s.time_lines) > 20 || share(s.diff_lines) > 20 || share(s.search_lines) > 40 || share(s.json_lines) > 20)
    return 0;
  if (s.first == '<') return s.last == '>' ? 66 : 0;
  if (share(s.setting_lines) >= 80) return 64;
  if (share(s.setting_lines) >= 50) return 44;
  return share(s.setting_lines) >= 25 ? 20 : 0;
}

int evidence_of_name(std::string_view path, std::string_view label) {
  constexpr auto suffixes = std::to_array<std::string_view>({".yml", ".yaml", ".toml", ".ini", ".cfg", ".env", ".tf",
                                                             ".hcl", ".tfvars", "Dockerfile", "Containerfile", ".xml",
                                                             ".csproj", ".plist", "Cargo.lock", "poetry.lock"});
  constexpr auto labels = std::to_array<std::string_view>(
      {"yaml", "yml", "toml", "ini", "dotenv", "hcl", "terraform", "dockerfile", "xml"});
  for (const std::string_view s : suffixes) {
    if (path.ends_with(s)) return 92;
  }
  return std::find(labels.begin(), labels.end(), label) == labels.end() ? 0 : 92;
}

std::vector<View> views(std::string_view text, const Context& context, bool) {
  const auto c = config::read_config(text, context.path.empty() ? context.label : context.path);
  if (!c) return {};
  const std::string name = "config " + std::string(config::name_of(c->style));
  std::vector<View> out = smaller_views(
      text, context, "config_repeats", [&] { return config::encode_repeats(c->lines, text, name); },
      [&](Tokens, Tokens) { return config::leave_out(*c, context); });
  for (View& v : out) v.line_preserving = true;
  return out;
}

std::optional<std::string> decode(std::string_view view) {
  return config::decode_repeats(view, "config ");
}

}  // namespace

const Compressor config_compressor{
    .kind = "config", .evidence = evidence, .views = views, .decode = decode, .evidence_of_name = evidence_of_name};

}  // namespace headroom::compressors
