#include "compressors/config/config_text.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/hash.h"
#include "compressors/code/gutter.h"

namespace headroom::compressors::config {
namespace {

constexpr std::size_t kLargest = std::size_t{2} << 20;
constexpr std::size_t kLeastLines = 4;

struct Named {
  Style style;
  std::string_view name;
  std::array<std::string_view, 6> suffixes;  // of paths, and labels
};
constexpr auto kStyles = std::to_array<Named>({
    {Style::xml, "xml", {".xml", "xml", ".csproj", ".plist"}},
    {Style::dockerfile, "dockerfile", {"Dockerfile", "dockerfile", ".dockerfile", "Containerfile"}},
    {Style::env, "env", {".env", "dotenv", ".env.example", "env"}},
    {Style::toml, "toml", {".toml", "toml", "Cargo.lock", "poetry.lock", "uv.lock", "pdm.lock"}},
    {Style::ini, "ini", {".ini", "ini", ".cfg", ".conf"}},
    {Style::hcl, "hcl", {".tf", "hcl", ".hcl", ".tfvars"}},
    {Style::yaml, "yaml", {".yaml", ".yml", "yaml", "yml"}},
});

bool reads(Style style, std::string_view text, const Lines& lines, std::vector<ConfigLine>& parts) {
  switch (style) {
    case Style::yaml:
      return read_yaml(text, lines, parts);
    case Style::toml:
      return read_toml(lines, parts);
    case Style::ini:
      return read_ini(lines, parts);
    case Style::env:
      return read_env(lines, parts);
    case Style::hcl:
      return read_hcl(lines, parts);
    case Style::dockerfile:
      return read_dockerfile(lines, parts);
    case Style::xml:
      return read_xml(text, lines, parts);
  }
  return false;
}

}  // namespace

std::string_view name_of(Style style) {
  return std::find_if(kStyles.begin(), kStyles.end(), [&](const Named& n) { return n.style == style; })->name;
}

std::optional<Config> read_config(std::string_view text, std::string_view hint) {
  if (text.size() > kLargest || text.find('\0') != std::string_view::npos) return std::nullopt;
  Config out;
  out.lines = split_lines(text);
  const bool tags = text.substr(0, 64).find('<') != std::string_view::npos;  // XML may be one line
  if (out.lines.size() < kLeastLines && !tags) return std::nullopt;
  // A file as a tool read it: numbers in front of its lines, perhaps a heading above and a reminder below.
  std::optional<code::Gutter> gutter = code::read_gutter(out.lines);
  std::string plain;
  std::size_t first = 0, last = out.lines.size();
  Lines lines;
  if (gutter) {
    first = gutter->first, last = gutter->last;
    plain = std::move(gutter->code);
    text = plain;
    for (const Line& l : split_lines(plain)) lines.push_back(l.text);
    if (lines.size() != last - first) return std::nullopt;
  } else {
    for (const Line& l : out.lines) lines.push_back(l.text);
  }
  std::vector<Style> order;
  for (const Named& n : kStyles) {
    const bool hinted = !hint.empty() && std::any_of(n.suffixes.begin(), n.suffixes.end(), [&](std::string_view s) {
      return !s.empty() && hint.ends_with(s);
    });
    hinted ? (void)order.insert(order.begin(), n.style) : order.push_back(n.style);
  }
  std::vector<ConfigLine> parts;
  for (const Style style : order) {
    if (!reads(style, text, lines, parts)) continue;
    out.style = style;
    out.parts.assign(out.lines.size(), {Part::goes_on, 0, {}, true});
    for (std::size_t i = 0; i < parts.size(); ++i) {
      parts[i].key_digest = parts[i].key.empty() ? 0 : hash64(parts[i].key);
      parts[i].key = {};  // it may lie in `plain`
      out.parts[first + i] = parts[i];
    }
    return out;
  }
  return std::nullopt;
}

}  // namespace headroom::compressors::config
