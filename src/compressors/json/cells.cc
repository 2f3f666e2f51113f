#include "compressors/json/cells.h"

#include "json/strings.h"

namespace headroom::compressors::records {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t digits(std::string_view s, std::size_t at) {
  while (at < s.size() && is_digit(s[at])) ++at;
  return at;
}

// 81234..81240, as ranges of rows are printed.
bool is_range(std::string_view s) {
  const std::size_t a = digits(s, 0);
  return a > 0 && s.substr(a).starts_with("..") && a + 2 < s.size() && digits(s, a + 2) == s.size();
}

bool is_word_scalar(std::string_view s) {
  return s == "null" || s == "true" || s == "false";
}

}  // namespace

bool is_scalar(std::string_view s) {
  if (s.empty()) return false;
  if (is_word_scalar(s)) return true;
  std::size_t at = s[0] == '-' ? 1 : 0;
  std::size_t end = digits(s, at);
  if (end == at || (s[at] == '0' && end > at + 1)) return false;
  at = end;
  if (at < s.size() && s[at] == '.') {
    end = digits(s, at + 1);
    if (end == at + 1) return false;
    at = end;
  }
  if (at < s.size() && (s[at] | 0x20) == 'e') {
    ++at;
    if (at < s.size() && (s[at] == '+' || s[at] == '-')) ++at;
    end = digits(s, at);
    if (end == at) return false;
    at = end;
  }
  return at == s.size();
}

bool is_bare(std::string_view s, CellStyle style) {
  if (s.empty() || s.front() == ' ' || s.back() == ' ') return false;
  if (s[0] == '[' || s[0] == '{' || s[0] == '"') return false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto c = static_cast<unsigned char>(s[i]);
    if (c < 0x20 || c == 0x7F) return false;
    if (s[i] == style.separator && !style.last) return false;
    if (c == 0xED && i + 1 < s.size() && static_cast<unsigned char>(s[i + 1]) >= 0xA0)
      return false;  // a lone surrogate
  }
  if (is_digit(s[0]) && is_range(s)) return false;
  return style.text ? !is_word_scalar(s) : !is_scalar(s);
}

void append_string_cell(std::string& out, std::string_view value, CellStyle style) {
  if (is_bare(value, style)) {
    out += value;
    return;
  }
  out += '"';
  json::escape_to(out, value);
  out += '"';
}

void append_minified(std::string& out, std::string_view json) {
  std::size_t from = 0, at = 0;
  while (at < json.size()) {
    const char c = json[at];
    if (c == '"') {
      ++at;
      while (at < json.size() && json[at] != '"') at += json[at] == '\\' ? 2 : 1;
      ++at;
    } else if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      out.append(json, from, at - from);
      while (at < json.size() && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')) ++at;
      from = at;
    } else {
      ++at;
    }
  }
  if (from < json.size()) out.append(json, from, json.size() - from);
}

void append_cell(std::string& out, const json::Document& doc, json::NodeId node, CellStyle style) {
  switch (doc[node].kind()) {
    case json::Kind::string:
      if (doc[node].escaped()) {
        append_string_cell(out, doc.string(node), style);
      } else {
        append_string_cell(out, doc.string_raw(node), style);
      }
      break;
    case json::Kind::object:
    case json::Kind::array:
      append_minified(out, doc.raw(node));
      break;
    default:
      out += doc.raw(node);
  }
}

std::size_t end_of_json(std::string_view s, std::size_t at) {
  std::size_t depth = 0;
  while (at < s.size()) {
    const char c = s[at++];
    if (c == '"') {
      while (at < s.size() && s[at] != '"') at += s[at] == '\\' ? 2 : 1;
      if (at >= s.size()) return std::string_view::npos;
      ++at;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      if (depth == 0) return std::string_view::npos;
      --depth;
    }
    if (depth == 0) return at;
  }
  return std::string_view::npos;
}

std::size_t cell_length(std::string_view line, CellStyle style) {
  if (line.empty()) return 0;
  if (line[0] == '[' || line[0] == '{' || line[0] == '"') {
    const std::size_t end = end_of_json(line, 0);
    if (end == std::string_view::npos) return end;
    if (end != line.size() && (style.last || line[end] != style.separator)) return std::string_view::npos;
    return end;
  }
  if (style.last) return line.size();
  const std::size_t end = line.find(style.separator);
  return end == std::string_view::npos ? line.size() : end;
}

std::optional<std::vector<std::string_view>> split_cells(std::string_view line, std::size_t columns, char separator) {
  std::vector<std::string_view> cells;
  cells.reserve(columns);
  while (cells.size() < columns) {
    const std::size_t n = cell_length(line, {separator, cells.size() + 1 == columns, false});
    if (n == std::string_view::npos) return std::nullopt;
    cells.push_back(line.substr(0, n));
    if (n == line.size()) return cells;
    line.remove_prefix(n + 1);
    if (line.empty() && cells.size() < columns) {  // a separator at the very end: one more, empty cell
      cells.push_back(line);
      return cells;
    }
  }
  return std::nullopt;
}

bool append_cell_json(std::string& out, std::string_view cell, bool text) {
  if (cell.empty()) return false;
  if (cell[0] == '"' || cell[0] == '[' || cell[0] == '{' || (text ? is_word_scalar(cell) : is_scalar(cell))) {
    out += cell;
  } else {
    out += '"';
    json::escape_to(out, cell);
    out += '"';
  }
  return true;
}

}  // namespace headroom::compressors::records
