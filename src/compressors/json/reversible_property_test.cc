// Promises 4 and 6 on random tables: a shown row is the original's row at its index, and what matters is visible or
// grouped.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "compressors/json/cells.h"
#include "compressors/json/reversible.h"
#include "json/document.h"
#include "json/strings.h"

namespace headroom::compressors::records {
namespace {

using Row = std::map<std::string, std::string>;  // column name -> JSON text

struct Sample {
  std::vector<Row> rows;
  std::string json;
  std::set<std::size_t> severe;
};

// A cell of the column's kind; now and then something else.
std::string random_cell(std::size_t column, std::size_t row) {
  const auto pick = [](int n) { return *rc::gen::inRange(0, n); };
  static const std::vector<std::string> odd = {"null",
                                               "\"\"",
                                               "\"null\"",
                                               "\"12\"",
                                               "\" edge \"",
                                               "\"a|b\"",
                                               "\"{x}\"",
                                               "\"line\\nbreak\"",
                                               "true",
                                               "1e3",
                                               "-0",
                                               "[1, 2]",
                                               "{}",
                                               "\"\\ud800\"",
                                               "\"[rows 1-2: 2 rows]\""};
  if (pick(40) == 0) return odd[static_cast<std::size_t>(pick(static_cast<int>(odd.size())))];
  switch (column % 6) {
    case 0:
      return std::to_string(1000 + row);
    case 1:
      return std::string("\"") + (pick(2) ? "north" : "south") + '"';
    case 2:
      return std::to_string(pick(90)) + '.' + std::to_string(pick(9));
    case 3:
      return "\"EUR\"";
    case 4:
      return "\"https://h.example/" + std::to_string(1000 + row) + "/x\"";
    default:
      return "\"step " + std::to_string(pick(500)) + " done\"";
  }
}

Sample random_sample() {
  Sample s;
  const auto n = *rc::gen::inRange<std::size_t>(20, 160);
  const auto columns = *rc::gen::inRange<std::size_t>(1, 9);
  const bool nested = *rc::gen::arbitrary<bool>();
  const int bad_share = *rc::gen::element(0, 2, 10, 60);  // per cent
  s.json = "[";
  for (std::size_t r = 0; r < n; ++r) {
    Row row;
    std::string text = "{", inner;
    for (std::size_t c = 0; c < columns; ++c) {
      if (*rc::gen::inRange(0, 25) == 0) continue;  // missing
      const std::string name(1, static_cast<char>('a' + c));
      const std::string cell = random_cell(c, r);
      if (nested && c >= 6) {
        inner += (inner.empty() ? "" : ", ") + ("\"" + name) + "\": " + cell;
        row["in." + name] = cell;
      } else {
        text += (text.size() > 1 ? ", " : "") + ("\"" + name) + "\": " + cell;
        row[name] = cell;
      }
    }
    if (!inner.empty()) text += std::string(text.size() > 1 ? ", " : "") + "\"in\": {" + inner + "}";
    if (*rc::gen::inRange(0, 100) < bad_share) {
      const std::string cell = "\"write failed at block " + std::to_string(*rc::gen::inRange(0, 1000)) + "\"";
      text += std::string(text.size() > 1 ? ", " : "") + "\"note\": " + cell;
      row["note"] = cell;
      s.severe.insert(r);
    }
    s.rows.push_back(std::move(row));
    s.json += (r ? ",\n" : "") + text + "}";
  }
  s.json += "]";
  return s;
}

// The view read back: rows by index, as columns -> JSON; rows that stand as JSON by their text.
struct ReadBack {
  std::map<std::size_t, Row> rows;
  std::map<std::size_t, std::string> whole;
  std::vector<std::string> statements;
};

std::optional<ReadBack> read_back(const std::string& view) {
  ReadBack out;
  std::istringstream in(view);
  std::vector<std::string> names;
  Row constants;
  std::map<std::string, std::string> templates;
  std::map<std::string, std::map<std::size_t, std::string>> shown;  // by column: the cells by row
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("all rows")) {
      std::string_view rest = std::string_view(line).substr(line.find(": ") + 2);
      while (!rest.empty()) {
        const std::size_t eq = rest.find('=');
        const std::string name(rest.substr(0, eq));
        rest.remove_prefix(eq + 1);
        const std::size_t length = cell_length(rest, {';', false, false});
        if (length == std::string_view::npos) return std::nullopt;
        const std::string cell(rest.substr(0, length));
        rest.remove_prefix(std::min(rest.size(), length + 2));
        const bool literal = cell.starts_with('"') || cell.starts_with('[') || cell.starts_with('{');
        if (!literal && cell.find('{') != std::string::npos) {
          templates[name] = cell;
        } else {
          append_cell_json(constants[name], cell, false);
        }
      }
      continue;
    }
    if (line == "row" || line.starts_with("row|")) {
      if (line == "row") continue;
      std::istringstream heads(line.substr(4));
      for (std::string name; std::getline(heads, name, '|');) names.push_back(name);
      continue;
    }
    if (line.starts_with("[")) {
      out.statements.push_back(line);
      continue;
    }
    std::size_t digits = line.find_first_not_of("0123456789");
    if (digits == 0) return std::nullopt;
    const std::size_t row = std::stoul(line);
    if (digits == std::string::npos) {  // every column is shared
      if (!names.empty()) return std::nullopt;
      out.rows[row] = constants;
      continue;
    }
    if (line[digits] == ':') {
      out.whole[row] = line.substr(digits + 2);
      continue;
    }
    const auto cells = split_cells(std::string_view(line).substr(digits + 1), names.size(), '|');
    if (!cells) return std::nullopt;
    Row& values = out.rows[row];
    values = constants;
    for (std::size_t c = 0; c < cells->size(); ++c) {
      std::string cell((*cells)[c]);
      if (cell.starts_with("{row ")) cell = shown[names[c]].at(std::stoul(cell.substr(5)));
      shown[names[c]][row] = cell;
      std::string json;
      if (append_cell_json(json, cell, false)) values[names[c]] = json;
    }
    for (const auto& [name, text] : templates) {
      std::string value = text;
      for (std::size_t at = 0; (at = value.find('{', at)) != std::string::npos;) {
        const std::size_t end = value.find('}', at);
        const std::string& other = values.at(value.substr(at + 1, end - at - 1));
        const std::string plain = other.starts_with('"') ? json::unescape(other.substr(1, other.size() - 2)) : other;
        value.replace(at, end - at + 1, plain);
        at += plain.size();
      }
      values[name] = json::quote(value);
    }
  }
  return out;
}

std::optional<View> view_of(const std::string& text, std::string_view question = "") {
  const search::QueryText q{question, 1};
  const search::Query query = search::Query::parse(std::span(&q, 1));
  tokens::Counter ruler;
  return reversible_view(text, Context{query, ruler, std::nullopt, true}).view;
}

RC_GTEST_PROP(ReversibleRows, AShownRowIsTheRowAtItsIndex, ()) {
  const Sample s = random_sample();
  const auto view = view_of(s.json);
  RC_PRE(view.has_value());
  RC_LOG() << s.json << "\n" << view->text;
  const auto back = read_back(view->text);
  RC_ASSERT(back.has_value());
  RC_ASSERT(static_cast<std::size_t>(view->shown) == back->rows.size() + back->whole.size());
  const auto doc = json::Document::parse(s.json);
  std::vector<std::string> raw;
  for (json::NodeId e : doc->elements(0)) raw.emplace_back(doc->raw(e));
  for (const auto& [i, text] : back->whole) RC_ASSERT(json::same_tokens(text, raw.at(i)));
  for (const auto& [i, row] : back->rows) {
    const Row& original = s.rows.at(i);
    RC_ASSERT(row.size() == original.size());
    for (const auto& [name, value] : original) {
      RC_ASSERT(row.contains(name));
      RC_ASSERT(json::same_tokens(row.at(name), value));
    }
  }
}

RC_GTEST_PROP(ReversibleRows, SevereRowsAreVisibleOrGrouped, ()) {
  const Sample s = random_sample();
  const auto view = view_of(s.json);
  RC_PRE(view.has_value());
  RC_LOG() << s.json << "\n" << view->text;
  const auto back = read_back(view->text);
  RC_ASSERT(back.has_value());
  std::set<std::size_t> shown;
  for (const auto& [i, row] : back->rows) shown.insert(i);
  for (const auto& [i, row] : back->whole) shown.insert(i);
  std::size_t visible = 0;
  for (std::size_t i : s.severe) visible += shown.contains(i);
  if (s.severe.size() * 5 <= s.rows.size() && s.severe.size() <= 10) {
    RC_ASSERT(visible == s.severe.size());
  } else {
    // Grouped: one at least stands whole, the others are counted.
    RC_ASSERT(visible >= 1u);
    std::size_t counted = 0;
    for (const std::string& line : back->statements) {
      const std::size_t at = line.find(" more severe ");
      if (at != std::string::npos) counted += std::stoul(line.substr(1));
    }
    RC_ASSERT(visible + counted >= s.severe.size());
  }
}

RC_GTEST_PROP(ReversibleRows, AnOutlierIsVisible, ()) {
  const auto n = *rc::gen::inRange<std::size_t>(30, 400);
  const auto at = *rc::gen::inRange<std::size_t>(0, n);
  std::string json = "[";
  for (std::size_t i = 0; i < n; ++i) {
    json += (i ? "," : "") + (R"({"t":)" + std::to_string(i)) + R"(,"v":)" +
            (i == at ? std::string("54321.5")
                     : std::to_string(20 + *rc::gen::inRange(0, 9)) + "." + std::to_string(*rc::gen::inRange(1, 9))) +
            "}";
  }
  const auto view = view_of(json + "]");
  RC_PRE(view.has_value());
  RC_ASSERT(view->text.find(std::to_string(at) + "|" + std::to_string(at) + "|54321.5") != std::string::npos);
}

RC_GTEST_PROP(ReversibleText, AnyTextIsTakenOrLeft, (std::string text)) {
  view_of(text, text);
  view_of("[" + text, text);
  const std::string quoted = json::quote(text);
  std::string list = "[";
  for (int i = 0; i < 30; ++i) list += (i ? "," : "") + quoted;
  view_of(list + "]", text);
  view_of(list, text);
}

}  // namespace
}  // namespace headroom::compressors::records
