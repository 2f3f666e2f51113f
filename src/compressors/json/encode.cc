#include "compressors/json/encode.h"

#include <algorithm>
#include <list>

#include "base/lines.h"
#include "compressors/json/block.h"
#include "compressors/json/cells.h"
#include "compressors/json/decode.h"
#include "compressors/json/nest.h"
#include "compressors/json/plan.h"
#include "compressors/json/spelling.h"
#include "compressors/json/table.h"
#include "compressors/statements.h"

namespace headroom::compressors::records {

using json::Document;
using json::Kind;
using json::Member;
using json::NodeId;

namespace {

constexpr std::size_t min_rows = 2;   // objects worth a table
constexpr std::size_t min_items = 8;  // scalars worth a list
constexpr int max_wrapping = 8;       // levels of objects around a table that are spelled as a.b

// One line of the text around the tables, or a block.
struct Section {
  std::string line;
  Table* table = nullptr;
  TablePlan* plan = nullptr;
  Nest* nest = nullptr;
};

class Encoder {
 public:
  Encoder(const Document& doc, const EncodeOptions& options) : doc_(doc), options_(options) {}

  std::optional<std::string> run(std::string_view style = {}, std::string_view remark = {}) {
    if (doc_.is(0, Kind::array)) {
      if (!block(0, "")) return std::nullopt;
    } else if (doc_.is(0, Kind::object)) {
      members(0, root_path, 0);
      if (plans_.empty() && nests_.empty() && lines_ < 9) return std::nullopt;
    } else {
      return std::nullopt;
    }
    return finish(doc_.is(0, Kind::array), style, remark);
  }

  std::optional<std::string> finish(bool root_is_array, std::string_view style, std::string_view remark = {}) {
    std::vector<TablePlan*> plans;
    for (TablePlan& p : plans_) plans.push_back(&p);
    for (Nest& nest : nests_) {
      for (Nest::Class& c : nest.classes()) {
        if (c.plan) plans.push_back(&*c.plan);
      }
    }
    if (options_.marks) assign_letters(plans);
    Marks marks;
    std::string body;
    std::string counts;
    for (const Section& s : sections_) {
      if (s.nest != nullptr) {
        std::string block;
        std::size_t rows = 0;
        bool good = true;
        s.nest->print(block, options_.ruler, rows, marks, good);
        if (!good) return std::nullopt;
        const std::string count = std::to_string(rows) + " nested rows";
        if (root_is_array) {
          counts = ", " + count;
        } else {
          body += s.line + ": " + count + '\n';
        }
        body += block;
        continue;
      }
      if (s.plan == nullptr) {
        body += s.line;
        continue;
      }
      BlockPrinter printer(*s.plan, s.table->list());
      if (!printer.prepare(options_.ruler)) return std::nullopt;
      const Marks m = printer.marks();
      marks.cell |= m.cell;
      marks.column |= m.column;
      marks.heading |= m.heading;
      const std::string count = std::to_string(s.table->rows()) + (s.table->list() ? " items" : " rows");
      if (root_is_array) {
        counts = ", " + count;
      } else {
        body += s.line + ": " + count + '\n';
      }
      printer.print(body);
    }
    std::string out = "[json";
    out += style;
    out += counts;
    out += ", complete";
    const char* lead = "; ";
    const auto explain = [&](bool used, std::string_view words) {
      if (!used) return;
      out += lead;
      out += words;
      lead = ", ";
    };
    explain(marks.cell, "* = the cell");
    explain(marks.column, "{x} = x's cell");
    explain(marks.parent, "{..} = that of the row above it in the tree");
    explain(marks.heading, "^ = the -- line above");
    explain(!remark.empty(), remark);
    out += "]\n";
    body.insert(0, out);
    if (body.ends_with('\n')) body.pop_back();
    return body;
  }

  // No rows below rows.
  void keep_flat() { flat_ = true; }

  // A table or list of the array's elements; false if they make none.
  bool block(NodeId array, std::string line, std::optional<NodeId> enclosing = std::nullopt) {
    std::vector<NodeId> nodes;
    std::size_t objects = 0;
    for (const NodeId e : doc_.elements(array)) {
      nodes.push_back(e);
      objects += doc_.is(e, Kind::object);
    }
    return block_of(array, std::move(nodes), objects, std::move(line), enclosing);
  }

  bool block_of(NodeId array, std::vector<NodeId> nodes, std::size_t objects, std::string line,
                std::optional<NodeId> enclosing) {
    if (objects == nodes.size() && objects >= min_rows) {
      if (auto nest = flat_ ? std::nullopt : Nest::of_array(doc_, nodes, array)) {
        nests_.push_back(std::move(*nest));
        if (nests_.back().plan(options_.whole_names, options_.marks, enclosing)) {
          sections_.push_back({std::move(line), nullptr, nullptr, &nests_.back()});
          return true;
        }
        nests_.pop_back();
      }
      auto table = Table::build(doc_, nodes, {});
      if (!table || table->apart_count() * 2 > table->rows()) return false;
      if (options_.marks) set_odd_rows_apart(*table);
      add(std::move(*table), std::move(line));
      return true;
    }
    if (nodes.size() < min_items || objects > 0) return false;
    add(Table::of_list(doc_, std::move(nodes)), std::move(line));
    return true;
  }

 private:
  void add(Table table, std::string line) {
    tables_.push_back(std::move(table));
    plans_.emplace_back(tables_.back(), options_.whole_names);
    if (options_.marks) {
      plans_.back().plan();
    } else {
      plans_.back().plan_plainly();
    }
    sections_.push_back({std::move(line), &tables_.back(), &plans_.back(), nullptr});
  }

  void members(NodeId object, PathId path, int level) {
    for (const Member m : doc_.members(object)) {
      const PathId here = paths_.add(path, doc_.string(m.key), false);
      const NodeId v = m.value;
      if (doc_.is(v, Kind::object) && Document::first_child(v) != doc_.end_of(v) && level < max_wrapping) {
        members(v, here, level + 1);
        continue;
      }
      std::string line = paths_.name(here);
      if (doc_.is(v, Kind::array) && doc_[v].size() > 80 && block(v, line, object)) continue;
      line += '=';
      append_cell(line, doc_, v, {'\n', true, false});
      line += '\n';
      ++lines_;
      sections_.push_back({std::move(line), nullptr, nullptr, nullptr});
    }
  }

  const Document& doc_;
  const EncodeOptions& options_;
  Paths paths_;
  std::list<Table> tables_;
  std::list<TablePlan> plans_;
  std::list<Nest> nests_;
  std::vector<Section> sections_;
  std::size_t lines_ = 0;
  bool flat_ = false;
};

}  // namespace

std::optional<std::string> encode(const Document& doc, const EncodeOptions& options) {
  return Encoder(doc, options).run();
}

std::optional<std::string> encode_lines(std::string_view text, const EncodeOptions& options) {
  // One document of all lines: their values as elements of an array.
  const bool ended = text.ends_with('\n');
  std::string joined = "[";
  joined += text.substr(0, text.size() - ended);
  std::replace(joined.begin(), joined.end(), '\n', ',');
  joined += ']';
  const auto doc = Document::parse(joined);
  if (!doc) return std::nullopt;
  const Spelling spelling = spelling_of(text.substr(0, text.find('\n')));
  Encoder encoder(*doc, options);
  encoder.keep_flat();
  if (!encoder.block(0, "")) return std::nullopt;
  auto view = encoder.finish(true, " lines" + describe(spelling) + (ended ? "" : " unended"));
  if (!view) return std::nullopt;
  const auto back = decode(*view);
  if (!back || *back != text) return std::nullopt;
  return view;
}

namespace {

// Where the last whole element ends of the outermost array that has enough of them, and what would close the text
// there.
struct Cut {
  std::size_t end = 0;
  std::string closers;
};

std::optional<Cut> find_cut(std::string_view text) {
  struct Open {
    char closer;
    std::size_t elements = 0, end = 0;
  };
  std::vector<Open> open;
  const auto whole = [&](std::size_t end) {
    if (open.empty()) return;
    ++open.back().elements;
    open.back().end = end;
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      const std::size_t end = end_of_json(text, at);
      if (end == std::string_view::npos) break;
      at = end;
      whole(at);
    } else if (c == '{' || c == '[') {
      if (open.size() >= static_cast<std::size_t>(json::max_depth)) return std::nullopt;
      open.push_back({c == '{' ? '}' : ']', 0, 0});
      ++at;
    } else if (c == '}' || c == ']') {
      if (open.empty() || open.back().closer != c) return std::nullopt;
      open.pop_back();
      whole(++at);
    } else if (c == ',' || c == ':' || c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      ++at;
    } else {
      const std::size_t end = text.find_first_of(",]} \n\r\t", at);
      if (end == std::string_view::npos) break;  // the last word may be cut
      at = end;
      whole(at);
    }
  }
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (open[i].closer != ']' || open[i].elements < 5) continue;
    Cut cut;
    cut.end = open[i].end;
    for (std::size_t k = i + 1; k-- > 0;) cut.closers += open[k].closer;
    return cut;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> encode_cut(std::string_view text, const EncodeOptions& options) {
  const auto cut = find_cut(text);
  if (!cut) return std::nullopt;
  const std::string closed = std::string(text.substr(0, cut->end)) + cut->closers;
  const auto doc = Document::parse(closed);
  if (!doc) return std::nullopt;
  const std::string_view rest = text.substr(cut->end);
  for (const Line& line : split_lines(rest)) {
    if (reads_as_statement(line.text)) return std::nullopt;
  }
  Encoder encoder(*doc, options);
  auto view = encoder.run(" cut off in " + std::to_string(cut->closers.size()) + describe(spelling_of(text)),
                          "the last " + std::to_string(rest.size()) + " bytes as they came");
  if (!view) return std::nullopt;
  *view += '\n';
  *view += rest;
  const auto back = decode(*view);
  if (!back || *back != text) return std::nullopt;
  return view;
}

}  // namespace headroom::compressors::records
