#include "compressors/config/entry_names.h"

#include <algorithm>
#include <array>

namespace headroom::compressors::config {
namespace {

constexpr std::size_t kLongest = 60;

std::string_view trim(std::string_view s) {
  const std::size_t first = s.find_first_not_of(" \t\r,");
  return first == std::string_view::npos ? std::string_view()
                                         : s.substr(first, s.find_last_not_of(" \t\r,") - first + 1);
}

std::string_view without_quotes(std::string_view s) {
  const bool quoted = s.size() >= 2 && (s[0] == '"' || s[0] == '\'') && s.back() == s[0];
  return quoted ? s.substr(1, s.size() - 2) : s;
}

// "key = value", "key: value": both sides; an empty key if it is none.
struct Setting {
  std::string_view key, value;
};
Setting setting_of(std::string_view line) {
  const std::size_t equals = line.find('='), colon = line.find(": ");
  const std::size_t at = std::min(equals, colon);
  if (at == std::string_view::npos) return {};
  return {trim(line.substr(0, at)), without_quotes(trim(line.substr(at + 1)))};
}

std::string_view attribute(std::string_view tag) {
  constexpr auto names = std::to_array<std::string_view>({" name=\"", " id=\"", " key=\""});
  for (const std::string_view name : names) {
    const std::size_t at = tag.find(name);
    if (at == std::string_view::npos) continue;
    const std::size_t from = at + name.size(), to = tag.find('"', from);
    if (to != std::string_view::npos) return tag.substr(from, to - from);
  }
  return {};
}

bool fits(std::string_view name) {
  return !name.empty() && name.size() <= kLongest && name.find_first_of("[]{}\"<>") == std::string_view::npos &&
         name.find("--") == std::string_view::npos;
}

}  // namespace

std::string name_of_entry(const Config& c, std::size_t begin, std::size_t end) {
  std::string_view line = trim(c.lines[begin].text);
  if (c.style == Style::xml) {
    const std::string_view name = attribute(line);
    return fits(name) ? std::string(name) : "";
  }
  std::string_view name;
  std::size_t next = begin + 1;
  if (line.starts_with("[[")) {
    if (next < end) name = setting_of(c.lines[next++].text).value;
  } else if (line.starts_with('[')) {
    name = line.substr(1, line.find(']') - 1);
  } else if (line.starts_with("- ")) {
    line = trim(line.substr(2));
    const Setting s = setting_of(line);
    name = s.key.empty() ? without_quotes(line) : s.value;
  } else {
    name = trim(line.substr(0, line.find_first_of(":={")));
  }
  if (!fits(name)) return "";
  std::string out(name);
  if (next < end) {
    const Setting s = setting_of(c.lines[next].text);
    if (s.key == "version" && fits(s.value)) out.append(" ").append(s.value);
  }
  return out;
}

}  // namespace headroom::compressors::config
