#include "compressors/json/encode.h"

#include <algorithm>
#include <list>

#include "base/lines.h"
#include "compressors/json/block.h"
#include "compressors/json/cells.h"
#include "compressors/json/decode.h"
#include "compressors/json/embedded.h"
#include "compressors/json/kinds.h"
#include "compressors/json/nest.h"
#include "compressors/json/plan.h"
#include "compressors/json/sections.h"
#include "compressors/json/spelling.h"
#include "compressors/json/table.h"
#include "compressors/statements.h"

namespace headroom::compressors::records {

using json::Document;
using json::Kind;
using json::Member;
using json::NodeId;

namespace {

constexpr std::size_t min_rows = 2;       // objects worth a table
constexpr std::size_t min_keyed = 3;      // members that are objects worth a table
constexpr std::size_t min_lists = 4;      // arrays worth a table
constexpr std::size_t min_items = 8;      // scalars worth a list
constexpr std::size_t min_bytes = 80;     // what is shorter stands on one line
constexpr std::size_t few_elements = 16;  // of an array whose elements may be opened one by one
constexpr std::size_t few_wide = 8;
constexpr std::size_t least_share = 5;     // of the cells of keyed rows, one in so many is there
constexpr std::size_t flat_elements = 4;   // of an array that becomes columns
constexpr std::size_t many_columns = 160;  // flattened arrays may not lead to more
constexpr std::size_t wide_bytes = 600;    // of an array inside a row that is rather opened
constexpr std::size_t min_lines = 9;       // without any table
constexpr int max_wrapping = 12;           // levels around a table that are spelled as a.b

// One line of the text around the tables, or a block.
struct Section {
  PathId path = root_path;
  std::string value;  // "=cell"; of a block nothing
  Table* table = nullptr;
  TablePlan* plan = nullptr;
  Nest* nest = nullptr;
};

std::string_view rows_word(RowKind kind) {
  switch (kind) {
    case RowKind::objects:
      return " rows";
    case RowKind::keyed:
      return " keyed rows";
    case RowKind::lists:
      return " lists";
    case RowKind::items:
      return " items";
  }
  return " rows";
}

class Encoder {
 public:
  Encoder(const Document& doc, const EncodeOptions& options) : doc_(doc), options_(options) {}

  std::optional<std::string> run(std::string_view style = {}, std::string_view remark = {}) {
    if (!doc_.is(0, Kind::array) && !doc_.is(0, Kind::object)) return std::nullopt;
    const bool whole = block(0, root_path);
    if (!whole) {
      sections_.clear();
      if (!open(0, root_path, 0)) return std::nullopt;
      if (plans_.empty() && nests_.empty() && lines_ < min_lines) return std::nullopt;
    }
    return finish(whole, style, remark);
  }

  // `whole`: the document is one block.
  std::optional<std::string> finish(bool whole, std::string_view style, std::string_view remark = {}) {
    std::vector<TablePlan*> plans;
    for (TablePlan& p : plans_) plans.push_back(&p);
    for (Nest& nest : nests_) {
      for (Nest::Class& c : nest.classes()) {
        if (c.plan) plans.push_back(&*c.plan);
      }
    }
    if (options_.marks) assign_letters(plans);
    std::vector<PathId> headings(sections_.size(), root_path);
    if (options_.marks && !whole) {
      std::vector<PathId> lines;
      for (const Section& s : sections_) lines.push_back(s.path);
      headings = choose_headings(paths_, lines);
    }
    Marks marks;
    std::string body;
    std::string counts;
    PathId heading = root_path;
    bool headed = false;
    for (std::size_t i = 0; i < sections_.size(); ++i) {
      const Section& s = sections_[i];
      if (headings[i] != heading) {
        heading = headings[i];
        body += heading == root_path ? std::string(no_heading) : std::string(heading_lead) + paths_.name(heading);
        body += '\n';
        headed = true;
      }
      if (!whole) body += name_below(paths_, heading, s.path);
      if (s.nest == nullptr && s.plan == nullptr) {
        body += s.value;
        body += '\n';
        continue;
      }
      std::string block, count;
      if (s.nest != nullptr) {
        std::size_t rows = 0;
        bool good = true;
        s.nest->print(block, options_.ruler, rows, marks, good);
        if (!good) return std::nullopt;
        count = std::to_string(rows) + " nested rows";
      } else {
        BlockPrinter printer(*s.plan);
        if (!printer.prepare(options_.ruler)) return std::nullopt;
        const Marks m = printer.marks();
        marks.cell |= m.cell;
        marks.column |= m.column;
        marks.heading |= m.heading;
        printer.print(block);
        count = std::to_string(s.table->rows()) + std::string(rows_word(s.table->kind()));
      }
      if (whole) {
        counts = ", " + count;
      } else {
        body += ": " + count + '\n';
      }
      body += block;
    }
    std::string out = "[json";
    out += options_.strings;
    out += style;
    out += options_.kinds;
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
    explain(headed, "-- x: names below begin with x");
    explain(!options_.strings.empty(), "x$ = JSON in a string");
    explain(!options_.kinds.empty(), "first column = the row's place");
    explain(!remark.empty(), remark);
    out += "]\n";
    body.insert(0, out);
    if (body.ends_with('\n')) body.pop_back();
    return body;
  }

  // No rows below rows.
  void keep_flat() { flat_ = true; }

  // A table or list of what the array or object holds; false if that makes none.
  bool block(NodeId node, PathId path, std::optional<NodeId> enclosing = std::nullopt) {
    if (doc_.is(node, Kind::object)) return keyed_block(node, path);
    std::vector<NodeId> nodes;
    std::size_t objects = 0, arrays = 0;
    for (const NodeId e : doc_.elements(node)) {
      nodes.push_back(e);
      objects += doc_.is(e, Kind::object);
      arrays += doc_.is(e, Kind::array);
    }
    if (objects == nodes.size() && objects >= min_rows) return object_block(node, std::move(nodes), path, enclosing);
    if (arrays == nodes.size() && arrays >= min_lists) {
      if (auto table = Table::of_lists(doc_, nodes)) {
        if (table->apart_count() * 2 <= table->rows()) {
          add(std::move(*table), path);
          return true;
        }
      }
    }
    if (nodes.size() < min_items || objects > 0) return false;
    add(Table::of_items(doc_, std::move(nodes)), path);
    return true;
  }

 private:
  bool object_block(NodeId array, std::vector<NodeId> nodes, PathId path, std::optional<NodeId> enclosing) {
    if (auto nest = flat_ ? std::nullopt : Nest::of_array(doc_, nodes, array)) {
      nests_.push_back(std::move(*nest));
      if (nests_.back().plan(options_.whole_names, options_.marks, enclosing)) {
        sections_.push_back({path, {}, nullptr, nullptr, &nests_.back()});
        return true;
      }
      nests_.pop_back();
    }
    auto table = build(nodes, false);
    if (!table || table->apart_count() * 2 > table->rows()) return false;
    if (options_.marks) set_odd_rows_apart(*table);
    add(std::move(*table), path);
    return true;
  }

  // Members that are like-shaped objects: a fifth of their cells and more is there.
  bool keyed_block(NodeId object, PathId path) {
    const std::vector<NodeId> nodes = like_members(object);
    if (nodes.empty()) return false;
    auto table = build(nodes, true);
    if (!table || table->apart_count() * 2 > table->rows() || table->columns().size() < 2) return false;
    const std::size_t rows = table->rows() - table->apart_count();
    if ((table->present() - rows) * least_share < rows * (table->columns().size() - 1)) return false;
    add(std::move(*table), path);
    return true;
  }

  // The values of an object's members if nearly all are objects, and alike at a glance; else none.
  std::vector<NodeId> like_members(NodeId object) const {
    std::vector<NodeId> nodes;
    std::size_t objects = 0;
    for (const Member m : doc_.members(object)) {
      nodes.push_back(m.value);
      objects += doc_.is(m.value, Kind::object);
    }
    if (objects < min_keyed || objects * 10 < nodes.size() * 9 || !alike(nodes)) nodes.clear();
    return nodes;
  }

  // Of a few objects here and there, most share most of their keys with one in the middle.
  bool alike(const std::vector<NodeId>& nodes) const {
    const std::size_t n = nodes.size();
    const NodeId middle = nodes[n / 2];
    std::size_t like = 0;
    for (const NodeId other : {nodes.front(), nodes[n / 4], nodes[3 * n / 4], nodes.back()})
      like += alike(middle, other);
    return like >= 3;
  }

  bool alike(NodeId a, NodeId b) const {
    if (!doc_.is(a, Kind::object) || !doc_.is(b, Kind::object)) return false;
    std::size_t shared = 0, looked = 0;
    for (const Member m : doc_.members(a)) {
      if (++looked > 32) break;
      shared += doc_.member(b, doc_.string(m.key)).has_value();
    }
    return shared * 2 >= looked && shared * 2 >= doc_.count(b);
  }

  std::optional<Table> build(const std::vector<NodeId>& nodes, bool keyed) const {
    TableOptions options;
    options.keyed = keyed;
    options.elements = flat_elements;
    auto table = Table::build(doc_, nodes, options);
    if (table && table->columns().size() <= many_columns) return table;
    options.elements = 1;
    return Table::build(doc_, nodes, options);
  }

  void add(Table table, PathId path) {
    tables_.push_back(std::move(table));
    plans_.emplace_back(tables_.back(), options_.whole_names);
    if (options_.marks) {
      plans_.back().plan();
    } else {
      plans_.back().plan_plainly();
    }
    sections_.push_back({path, {}, &tables_.back(), &plans_.back(), nullptr});
  }

  // What an object or a short array holds, one line or block each; false if the array is too long for that.
  bool open(NodeId node, PathId path, int level) {
    if (doc_.is(node, Kind::object)) {
      std::optional<NodeId> before;
      for (const Member m : doc_.members(node)) {
        const PathId below = paths_.add(path, doc_.string(m.key));
        // The lines of a key that comes twice in a row would read as those of one.
        if (before && doc_.string(*before) == doc_.string(m.key)) {
          line(m.value, below);
        } else {
          value(m.value, below, level + 1, node);
        }
        before = m.key;
      }
      return true;
    }
    if (doc_.count(node) > few_elements) return false;
    std::int32_t index = 0;
    for (const NodeId e : doc_.elements(node)) value(e, paths_.add_element(path, index++), level + 1, std::nullopt);
    return true;
  }

  void value(NodeId node, PathId path, int level, std::optional<NodeId> enclosing) {
    const bool object = doc_.is(node, Kind::object), empty = Document::first_child(node) == doc_.end_of(node);
    if ((object || doc_.is(node, Kind::array)) && !empty) {
      const bool large = doc_[node].size() > min_bytes;
      if (large && !few_and_wide(node) && block(node, path, enclosing)) return;
      if (level < max_wrapping && (object || large) && open(node, path, level)) return;
      if (large && block(node, path, enclosing)) return;
    }
    line(node, path);
  }

  void line(NodeId node, PathId path) {
    std::string cell = "=";
    append_cell(cell, doc_, node, {'\n', true, false});
    ++lines_;
    sections_.push_back({path, std::move(cell), nullptr, nullptr, nullptr});
  }

  // A few objects, most of whose bytes are in long arrays or maps of their own.
  bool few_and_wide(NodeId array) const {
    if (!doc_.is(array, Kind::array) || doc_.count(array) > few_wide) return false;
    std::size_t inside = 0;
    for (const NodeId row : doc_.elements(array)) {
      if (!doc_.is(row, Kind::object)) return false;
      for (const Member m : doc_.members(row)) {
        if (doc_[m.value].size() >= wide_bytes && makes_rows(m.value)) inside += doc_[m.value].size();
      }
    }
    return inside * 10 > doc_[array].size() * 6;
  }

  bool makes_rows(NodeId node) const {
    if (doc_.is(node, Kind::array)) return doc_.count(node) >= min_items;
    return doc_.is(node, Kind::object) && like_members(node).size() >= min_items;
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

namespace {

// The text of rows told apart by kinds, if it is cheaper than `other`, the one table of all of them.
std::optional<std::string> encode_kinds(const Document& doc, const EncodeOptions& options, std::string_view style,
                                        const std::optional<std::string>& other) {
  if (!options.tell_kinds || !options.marks || options.ruler == nullptr) return std::nullopt;
  const auto kinds = split_kinds(doc);
  if (!kinds) return std::nullopt;
  const auto split = Document::parse(kinds->text);
  if (!split) return std::nullopt;
  EncodeOptions with_kinds = options;
  with_kinds.kinds = kinds->style;
  auto view = Encoder(*split, with_kinds).run(style);
  if (!view || (other && options.ruler->count(*view) >= options.ruler->count(*other))) return std::nullopt;
  return view;
}

}  // namespace

std::optional<std::string> encode(const Document& doc, const EncodeOptions& options) {
  auto view = Encoder(doc, options).run();
  auto kinds = encode_kinds(doc, options, {}, view);
  return kinds ? std::move(kinds) : std::move(view);
}

namespace {

// Lines that each end in CR LF, without the CR; nullopt if some end otherwise.
std::optional<std::string> without_cr(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool cr = text[i] == '\r';
    if (cr != (i + 1 < text.size() && text[i + 1] == '\n')) return std::nullopt;
    if (!cr) out += text[i];
  }
  return out;
}

// The values of a text, parted by line ends, as an array: each on a line of its own, or spread over lines.
std::optional<std::string> joined_values(std::string_view text) {
  std::string joined = "[";
  if (text.size() < 2 || text[1] != '\n') {
    joined += text;
    std::replace(joined.begin(), joined.end(), '\n', ',');
    joined += ']';
    return joined;
  }
  for (std::size_t at = 0; at < text.size();) {
    const auto value = Document::parse_prefix(text.substr(at));
    if (!value || value->root().begin() > 0) return std::nullopt;
    if (at > 0) joined += ',';
    joined += text.substr(at, value->root().end());
    at += value->root().end();
    if (at < text.size() && (text[at++] != '\n' || at == text.size())) return std::nullopt;
  }
  joined += ']';
  return joined;
}

// `text`: the original without the CR of its line ends, if it has them.
Encoded encode_lines(std::string_view text, std::string_view original, const EncodeOptions& options,
                     const IsOfUse& is_of_use) {
  // One document of all lines: their values as elements of an array.
  const bool ended = text.ends_with('\n');
  const std::string_view values = text.substr(0, text.size() - ended);
  const auto joined = joined_values(values);
  if (!joined) return {{}, false, true};
  auto doc = Document::parse(*joined);
  if (!doc) return {{}, false, true};
  const bool spread = values.size() > 1 && values[1] == '\n';
  // A string that a tool cut off in one line and another that it cut into may read as one.
  if (!spread && doc->count(0) != count_lines(values)) return {{}, false, true};
  const auto opened = open_strings(*doc);
  EncodeOptions with_strings = options;
  if (opened) {
    with_strings.strings = describe(*opened);
    doc = Document::parse(opened->text);
    if (!doc) return {};
  }
  Spelling spelling = spelling_of(spread ? values : values.substr(0, values.find('\n')));
  const Spelling escapes = spelling_of(values);
  spelling.ascii = escapes.ascii;
  spelling.html = escapes.html;
  spelling.crlf = text.size() < original.size();
  const std::string style = " lines" + describe(spelling) + (ended ? "" : " unended");
  Encoder encoder(*doc, with_strings);
  encoder.keep_flat();
  auto view = encoder.block(0, root_path) ? encoder.finish(true, style) : std::nullopt;
  if (auto kinds = encode_kinds(*doc, with_strings, style, view)) view = std::move(kinds);
  if (!view) return {};
  if (is_of_use && !is_of_use(*view)) return {{}, true};
  const auto back = decode(*view);
  if (!back || *back != original) return {};
  return {std::move(view)};
}

}  // namespace

Encoded encode_lines(std::string_view text, const EncodeOptions& options, const IsOfUse& is_of_use) {
  if (text.find('\r') != std::string_view::npos) {
    const auto plain = without_cr(text);
    return plain ? encode_lines(*plain, text, options, is_of_use) : Encoded{};
  }
  return encode_lines(text, text, options, is_of_use);
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

Encoded encode_cut(std::string_view text, const EncodeOptions& options, const IsOfUse& is_of_use) {
  const auto cut = find_cut(text);
  if (!cut) return {};
  const std::string closed = std::string(text.substr(0, cut->end)) + cut->closers;
  const auto doc = Document::parse(closed);
  if (!doc) return {};
  const std::string_view rest = text.substr(cut->end);
  for (const Line& line : split_lines(rest)) {
    if (reads_as_statement(line.text)) return {};
  }
  Encoder encoder(*doc, options);
  auto view = encoder.run(" cut off in " + std::to_string(cut->closers.size()) + describe(spelling_of(text)),
                          "the last " + std::to_string(rest.size()) + " bytes as they came");
  if (!view) return {};
  *view += '\n';
  *view += rest;
  if (is_of_use && !is_of_use(*view)) return {{}, true};
  const auto back = decode(*view);
  if (!back || *back != text) return {};
  return {std::move(view)};
}

}  // namespace headroom::compressors::records
