// TOML, INI, .env, HCL and Dockerfiles: strict grammars of lines. A line that has no place in the grammar means that
// the text is no such file.
#include <algorithm>
#include <array>
#include <string>

#include "compressors/config/config_text.h"

namespace headroom::compressors::config {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
constexpr bool is_key(char c) {
  return is_digit(c) || is_alpha(c) || c == '_' || c == '-' || c == '.';
}

std::string_view trim(std::string_view s) {
  const std::size_t first = s.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view()
                                         : s.substr(first, s.find_last_not_of(" \t\r") - first + 1);
}

// The run of key characters (and quoted pieces) at the front.
std::string_view take_key(std::string_view s) {
  std::size_t n = 0;
  while (n < s.size()) {
    if (is_key(s[n])) {
      ++n;
    } else if (s[n] == '"' || s[n] == '\'') {
      const std::size_t close = s.find(s[n], n + 1);
      if (close == std::string_view::npos) return {};
      n = close + 1;
    } else {
      break;
    }
  }
  return s.substr(0, n);
}

// Brackets that a line of values leaves open; strings and comments apart. Below zero: it closes more.
int open_brackets(std::string_view s, char comment) {
  int open = 0;
  char quote = '\0';
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char c = s[i];
    if (quote != '\0') {
      if (c == '\\' && quote == '"') {
        ++i;
      } else if (c == quote) {
        quote = '\0';
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == comment) {
      break;
    } else {
      open += (c == '[' || c == '{' || c == '(') - (c == ']' || c == '}' || c == ')');
    }
  }
  return open;
}

bool is_toml_value(std::string_view v) {
  if (v.empty()) return false;
  if (is_digit(v[0]) || std::string_view("\"'[{+-").find(v[0]) != std::string_view::npos) return true;
  return v.starts_with("true") || v.starts_with("false") || v.starts_with("inf") || v.starts_with("nan");
}

constexpr auto kInstructions = std::to_array<std::string_view>(
    {"FROM", "RUN", "CMD", "LABEL", "EXPOSE", "ENV", "ADD", "COPY", "ENTRYPOINT", "VOLUME", "USER", "WORKDIR", "ARG",
     "ONBUILD", "STOPSIGNAL", "HEALTHCHECK", "SHELL", "MAINTAINER"});

}  // namespace

bool read_toml(const Lines& lines, std::vector<ConfigLine>& parts) {
  parts.assign(lines.size(), {});
  std::size_t keys = 0, tables = 0, quoted = 0;
  int open = 0;
  std::string_view fence;  // """ or ''' that a string is in
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = trim(lines[i]);
    ConfigLine& p = parts[i];
    if (!fence.empty()) {
      p.part = Part::goes_on;
      if (line.find(fence) != std::string_view::npos) fence = {};
      continue;
    }
    if (line.empty()) continue;
    if (line[0] == '#') {
      p = {Part::comment, open > 0 ? 3u : 1u, {}, false};
      continue;
    }
    if (open > 0) {
      open += open_brackets(line, '#');
      if (open < 0) return false;
      p = {open > 0 ? Part::item : Part::closing, open > 0 ? 2u : 1u, {}, false};
      continue;
    }
    if (line[0] == '[') {
      const std::size_t close = line.find(']');
      if (close == std::string_view::npos || take_key(line.substr(line.starts_with("[[") ? 2 : 1)).empty())
        return false;
      p = {line.starts_with("[[") ? Part::item : Part::entry, 0, line, false};
      ++tables;
      continue;
    }
    const std::string_view key = take_key(line);
    const std::string_view rest = trim(line.substr(key.size()));
    if (key.empty() || !rest.starts_with('=') || !is_toml_value(trim(rest.substr(1)))) return false;
    const std::string_view value = trim(rest.substr(1));
    p = {Part::entry, 1, key, false};
    ++keys;
    quoted += value[0] == '"' || value[0] == '[' || value[0] == '\'' || value[0] == '{';
    for (const std::string_view f : {std::string_view("\"\"\""), std::string_view("'''")}) {
      if (value.starts_with(f) && value.find(f, 3) == std::string_view::npos) {
        fence = f;
        p.pinned = true;
      }
    }
    if (fence.empty()) open = open_brackets(value, '#');
    if (open < 0) return false;
  }
  return open == 0 && fence.empty() && keys >= 2 && (tables > 0 || quoted > 0);
}

bool read_ini(const Lines& lines, std::vector<ConfigLine>& parts) {
  parts.assign(lines.size(), {});
  std::size_t sections = 0, keys = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = trim(lines[i]);
    ConfigLine& p = parts[i];
    if (line.empty()) continue;
    if (line[0] == '#' || line[0] == ';') {
      p = {Part::comment, 1, {}, false};
    } else if (line[0] == '[') {
      if (line.back() != ']' || line.size() < 3) return false;
      p = {Part::entry, 0, line, false};
      ++sections;
    } else if (keys > 0 && (lines[i][0] == ' ' || lines[i][0] == '\t')) {
      p = {Part::goes_on, 1, {}, false};
    } else {
      const std::size_t mark = line.find_first_of("=:");
      if (sections == 0 || mark == std::string_view::npos || mark == 0 || mark > 80) return false;
      p = {Part::entry, 1, trim(line.substr(0, mark)), false};
      ++keys;
    }
  }
  return sections > 0 && keys >= 2 && keys * 2 >= sections;
}

bool read_env(const Lines& lines, std::vector<ConfigLine>& parts) {
  parts.assign(lines.size(), {});
  std::size_t keys = 0;
  char quote = '\0';
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view line = trim(lines[i]);
    ConfigLine& p = parts[i];
    if (quote != '\0') {
      p.part = Part::goes_on;
      if (line.find(quote) != std::string_view::npos) quote = '\0';
      continue;
    }
    if (line.empty()) continue;
    if (line[0] == '#') {
      p = {Part::comment, 0, {}, false};
      continue;
    }
    if (line.starts_with("export ")) line.remove_prefix(7);
    const std::size_t equals = line.find('=');
    const std::string_view key = line.substr(0, equals);
    const bool named = equals != std::string_view::npos && !key.empty() && !is_digit(key[0]) &&
                       std::all_of(key.begin(), key.end(), [](char c) { return is_key(c) && c != '-' && c != '.'; });
    const bool constant = std::none_of(key.begin(), key.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    if (!named || !constant) return false;
    p = {Part::entry, 0, key, false};
    ++keys;
    const std::string_view value = line.substr(equals + 1);
    if (!value.empty() && (value[0] == '"' || value[0] == '\'') && value.find(value[0], 1) == std::string_view::npos) {
      quote = value[0];
      p.pinned = true;
    }
  }
  return keys >= 3 && quote == '\0';
}

bool read_hcl(const Lines& lines, std::vector<ConfigLine>& parts) {
  parts.assign(lines.size(), {});
  std::uint32_t depth = 0;
  std::size_t blocks = 0, settings = 0;
  std::string_view heredoc;
  bool in_comment = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = trim(lines[i]);
    ConfigLine& p = parts[i];
    if (!heredoc.empty()) {
      p.part = Part::goes_on;
      if (line == heredoc) heredoc = {};
      continue;
    }
    if (line.empty()) continue;
    if (in_comment || line[0] == '#' || line.starts_with("//") || line.starts_with("/*")) {
      p = {Part::comment, depth, {}, false};
      in_comment = (in_comment || line.starts_with("/*")) && line.find("*/") == std::string_view::npos;
      continue;
    }
    const int change = open_brackets(line, '#');
    if (change < -8 || change > 8) return false;
    if (line[0] == '}' || line[0] == ']' || line[0] == ')') {
      if (static_cast<std::int64_t>(depth) + std::min(change, 0) < 0) return false;
      depth = static_cast<std::uint32_t>(static_cast<std::int64_t>(depth) + change);
      p = {Part::closing, depth, {}, false};
      continue;
    }
    const std::string_view key = take_key(line);
    const std::string_view rest = trim(line.substr(key.size()));
    const bool block = change == 1 && line.back() == '{' && rest.find('=') == std::string_view::npos;
    const bool inside = depth > 0 && (line.back() == ',' || line[0] == '"' || change != 0);
    if (!block && !(rest.starts_with('=') && !rest.starts_with("==")) && !inside) {
      // The last element of a list has no comma.
      if (depth == 0 || i + 1 == lines.size() || !std::string_view("])").contains(trim(lines[i + 1]).substr(0, 1)))
        return false;
    }
    if (line.back() == ';') return false;
    // Words and quoted labels stand before a block's brace, nothing else: `if (a) {` is code.
    if (block && rest.substr(0, rest.size() - 1).find_first_of("()<>;,&|") != std::string_view::npos) return false;
    blocks += block;
    settings += rest.starts_with('=');
    const bool element = !block && !rest.starts_with('=');
    p = {element ? Part::item : Part::entry, depth, block ? trim(line.substr(0, line.size() - 1)) : key, false};
    if (const std::size_t at = line.find("<<"); at != std::string_view::npos) {
      std::string_view word = line.substr(at + 2);
      if (word.starts_with('-')) word.remove_prefix(1);
      if (!word.empty() && is_alpha(word[0])) {
        heredoc = take_key(word);
        p.pinned = true;
        continue;
      }
    }
    if (static_cast<std::int64_t>(depth) + change < 0) return false;
    depth = static_cast<std::uint32_t>(static_cast<std::int64_t>(depth) + change);
  }
  return depth == 0 && heredoc.empty() && blocks > 0 && settings >= 2;
}

bool read_dockerfile(const Lines& lines, std::vector<ConfigLine>& parts) {
  parts.assign(lines.size(), {});
  std::size_t instructions = 0;
  bool from = false, goes_on = false;
  std::string_view heredoc;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = trim(lines[i]);
    ConfigLine& p = parts[i];
    if (!heredoc.empty()) {
      p.part = Part::goes_on;
      if (line == heredoc) heredoc = {};
      continue;
    }
    if (line.empty()) continue;
    if (line[0] == '#') {
      p = {Part::comment, 0, {}, instructions == 0 && line.find('=') != std::string_view::npos};  // # syntax=...
      continue;
    }
    if (goes_on) {
      p.part = Part::goes_on;
    } else {
      const std::string_view word = line.substr(0, line.find_first_of(" \t"));
      std::string upper(word);
      for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c;
      if (std::find(kInstructions.begin(), kInstructions.end(), upper) == kInstructions.end()) return false;
      from |= upper == "FROM";
      if (!from && upper != "ARG") return false;
      p = {Part::entry, 0, word, false};
      ++instructions;
      if (const std::size_t at = line.find("<<"); at != std::string_view::npos && (upper == "RUN" || upper == "COPY")) {
        std::string_view tag = line.substr(at + 2);
        while (!tag.empty() && (tag[0] == '-' || tag[0] == '"' || tag[0] == '\'')) tag.remove_prefix(1);
        heredoc = take_key(tag);
        p.pinned = true;
      }
    }
    goes_on = line.back() == '\\' || line.back() == '`';
  }
  return from && instructions >= 2 && heredoc.empty();
}

}  // namespace headroom::compressors::config
