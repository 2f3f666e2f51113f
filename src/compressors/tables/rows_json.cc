#include "compressors/tables/rows_json.h"

#include <algorithm>

#include "compressors/json/cells.h"
#include "compressors/json/table.h"
#include "compressors/tables/delimited.h"
#include "json/document.h"
#include "json/strings.h"

namespace headroom::compressors::tables {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  json::escape_to(out, value);
  out += '"';
}

// A cell's text: of scalars their spelling.
std::optional<std::string_view> cell_of(const Document& doc, NodeId value, std::deque<std::string>& spelled) {
  switch (doc[value].kind()) {
    case Kind::object:
    case Kind::array:
      return std::nullopt;
    case Kind::string:
      if (!doc[value].escaped()) return doc.string_raw(value);
      return spelled.emplace_back(doc.string(value));
    default:
      return doc.raw(value);
  }
}

class RowReader {
 public:
  RowReader(const Document& doc, TextTable& table) : doc_(doc), table_(table) {}

  bool row(NodeId object) {
    if (!doc_.is(object, Kind::object)) return false;
    Row row;
    row.cells.resize(table_.names.size());
    std::size_t column = 0;
    for (const json::Member m : doc_.members(object)) {
      const auto cell = cell_of(doc_, m.value, table_.spelled);
      if (!cell) return false;
      const std::string name = doc_.string(m.key);
      if (name.empty()) {
        row.verbatim = true;
        row.line = *cell;
        continue;
      }
      if (!named_) {
        if (table_.names.size() >= max_columns) return false;
        table_.names.push_back(name);
        row.cells.push_back(*cell);
        continue;
      }
      while (column < table_.names.size() && table_.names[column] != name) ++column;
      if (column == table_.names.size()) return false;
      row.cells[column++] = *cell;
    }
    if (row.verbatim) row.cells.clear();
    named_ |= !row.verbatim;
    table_.rows.push_back(std::move(row));
    return true;
  }

 private:
  const Document& doc_;
  TextTable& table_;
  bool named_ = !table_.names.empty();
};

std::vector<std::size_t> filled_cells(const TextTable& table) {
  std::vector<std::size_t> filled(table.names.size());
  for (const Row& row : table.rows) {
    for (std::size_t c = 0; c < row.cells.size(); ++c) filled[c] += !row.cells[c].empty();
  }
  return filled;
}

// The names are read from the lines in front.
bool names_in_front(const Layout& layout) {
  return layout.style == Style::delimited && layout.head == Head::verbatim;
}

// Columns that only few rows fill: the rows that do will stand apart, so the first row need not name them.
bool is_rare(std::size_t filled, const TextTable& table) {
  return filled > 0 && filled <= table.rows.size() / records::TableOptions{}.rare_share;
}

}  // namespace

bool has_rare_columns(const TextTable& table) {
  const std::vector<std::size_t> filled = filled_cells(table);
  return std::any_of(filled.begin(), filled.end(), [&](std::size_t n) { return is_rare(n, table); });
}

std::string rows_to_json(const TextTable& table) {
  const std::vector<std::size_t> filled = filled_cells(table);
  const bool names_known = names_in_front(table.layout);
  std::vector<std::string> keys;
  keys.reserve(table.names.size());
  for (const std::string& name : table.names) keys.push_back(json::quote(name) + ':');
  std::string out = "[";
  bool first = true;  // the first row names all columns
  for (const Row& row : table.rows) {
    if (out.size() > 1) out += ',';
    out += '{';
    if (row.verbatim) {
      out += "\"\":";
      append_quoted(out, row.line);
      out += '}';
      continue;
    }
    bool any = false;
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      const std::string_view cell = row.cells[c];
      const bool must_name = filled[c] == 0 || (first && !(names_known && is_rare(filled[c], table)));
      if (cell.empty() && !must_name) continue;
      if (any) out += ',';
      any = true;
      out += keys[c];
      if (records::is_scalar(cell)) {
        out += cell;
      } else {
        append_quoted(out, cell);
      }
    }
    first = false;
    out += '}';
  }
  out += ']';
  return out;
}

std::optional<std::string> text_of_rows(std::string_view json, const Layout& layout,
                                        const std::vector<std::string_view>& front) {
  const auto doc = Document::parse(json);
  if (!doc || !doc->is(0, Kind::array)) return std::nullopt;
  TextTable table;
  table.layout = layout;
  table.front = front;
  if (names_in_front(layout)) {
    if (front.empty()) return std::nullopt;
    table.names = names_of_record(front.back(), layout);
  }
  RowReader reader(*doc, table);
  for (const NodeId object : doc->elements(0)) {
    if (!reader.row(object)) return std::nullopt;
  }
  if (layout.style == Style::columns && layout.aligned.size() != table.names.size()) return std::nullopt;
  return print(table);
}

}  // namespace headroom::compressors::tables
