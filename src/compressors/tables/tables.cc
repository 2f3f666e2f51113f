#include "compressors/tables/tables.h"

#include <algorithm>
#include <array>

#include "compressors/json/rows.h"
#include "compressors/statements.h"
#include "compressors/tables/columns.h"
#include "compressors/tables/delimited.h"
#include "compressors/tables/listing.h"
#include "compressors/tables/markdown.h"
#include "compressors/tables/rows_json.h"

namespace headroom::compressors {
namespace {

using tables::TextTable;

constexpr std::size_t largest = std::size_t{24} << 20;  // a table takes some ten times its text of memory

constexpr std::array<std::optional<TextTable> (*)(std::string_view), 4> readers = {
    tables::read_markdown, tables::read_listing, tables::read_delimited, tables::read_columns};

// A log, a patch, search results and code are theirs first, if their evidence is as strong.
int evidence(const detect::Sketch& s) {
  if (s.lines < 4 || s.has_nul || s.has_escape_codes || s.invalid_utf8 || s.bytes > largest) return 0;
  const auto share = [&s](std::size_t n) { return n * 100 / s.lines; };
  if (share(s.diff_lines) > 20 || share(s.json_lines) > 20) return 0;
  if (share(s.delimited_lines) >= 90) return 88;
  // Cells may read as code ("GCC support library (32 bit)"), but code has no gutter in each line.
  if (share(s.gutter_lines) >= 95) return 75;
  if (share(s.gutter_lines) >= 70) return share(s.code_lines) > 30 ? 35 : 75;
  if (share(s.gutter_lines) >= 40 && share(s.code_lines) <= 30) return 42;
  return 0;
}

int evidence_of_name(std::string_view path, std::string_view label) {
  for (const std::string_view suffix : {".csv", ".tsv", ".psv"}) {
    if (path.ends_with(suffix) || label == suffix.substr(1)) return 92;
  }
  return 0;
}

void keep_head_in_front(TextTable& table, std::string_view text) {
  const tables::Layout& layout = table.layout;
  if (layout.style != tables::Style::delimited || layout.head != tables::Head::names) return;
  const std::string_view line = text.substr(0, text.find('\n') - (layout.crlf ? 1 : 0));
  if (!tables::has_rare_columns(table) || tables::names_of_record(line, layout) != table.names) return;
  table.layout.head = tables::Head::verbatim;
  table.layout.verbatim = 1;
  table.front = {line};
}

std::optional<TextTable> read_table(std::string_view text) {
  if (text.size() > largest) return std::nullopt;
  for (const auto read : readers) {
    auto table = read(text);
    if (!table) continue;
    keep_head_in_front(*table, text);
    const bool forged = std::any_of(table->front.begin(), table->front.end(), reads_as_statement);
    if (!forged) return table;
  }
  return std::nullopt;
}

std::vector<View> views(std::string_view text, const Context& context, bool) {
  std::optional<TextTable> table = read_table(text);
  if (!table) return {};
  records::Notation notation;
  notation.name = tables::describe(table->layout);
  for (const std::string_view line : table->front) (notation.front += line) += '\n';
  notation.lossless_method = "table_rows";
  notation.reversible_method = "table_selected";
  notation.reversible = table->verbatim_rows() * 10 <= table->rows.size();
  const std::string rows = tables::rows_to_json(*table);
  // Two and a half times the text, of no more use.
  table->rows = {};
  table->spelled = {};
  return records::row_views(rows, context, notation, [&](std::string_view json) {
    return tables::text_of_rows(json, table->layout, table->front) == text;
  });
}

std::optional<std::string> decode(std::string_view view) {
  const auto opened = records::open_row_view(view);
  if (!opened) return std::nullopt;
  const auto layout = tables::read_layout(opened->name);
  if (!layout) return std::nullopt;
  // The lines in front stand between the first line and the rows.
  std::string_view below = opened->rest;
  std::string rows(take_line(below));
  std::vector<std::string_view> front;
  for (std::size_t i = 0; i < layout->verbatim; ++i) {
    if (below.empty()) return std::nullopt;
    front.push_back(take_line(below));
  }
  (rows += '\n') += below;
  const auto json = records::rows_of_view(rows);
  if (!json) return std::nullopt;
  return tables::text_of_rows(*json, *layout, front);
}

}  // namespace

const Compressor table_compressor{
    .kind = "table", .evidence = evidence, .views = views, .decode = decode, .evidence_of_name = evidence_of_name};

}  // namespace headroom::compressors
