#include "compressors/json/nest.h"

#include <algorithm>
#include <map>

#include "compressors/json/block.h"
#include "compressors/json/cells.h"
#include "compressors/json/run.h"
#include "compressors/statements.h"

namespace headroom::compressors::records {

using json::Document;
using json::Kind;
using json::Member;
using json::NodeId;

namespace {

constexpr std::size_t looked_at = 64;  // rows looked at to find where rows below are held
constexpr std::size_t max_path = 4;

// An array of one object or more and nothing else.
bool holds_rows(const Document& doc, NodeId node) {
  if (!doc.is(node, Kind::array) || Document::first_child(node) == doc.end_of(node)) return false;
  for (const NodeId e : doc.elements(node)) {
    if (!doc.is(e, Kind::object)) return false;
  }
  return true;
}

// A row that would be taken for the title of a class.
bool reads_as_title(std::string_view line) {
  return line == "with rows below:" || line == "without:" || line == "below:";
}

struct Found {
  std::size_t bytes = 0, rows = 0, arrays = 0;
};

void look(const Document& doc, NodeId object, std::vector<std::string>& path,
          std::map<std::vector<std::string>, Found>& found) {
  for (const Member m : doc.members(object)) {
    if (!doc.is(m.value, Kind::object) && !doc.is(m.value, Kind::array)) continue;
    path.push_back(doc.string(m.key));
    if (doc.is(m.value, Kind::object)) {
      if (path.size() < max_path) look(doc, m.value, path, found);
    } else if (holds_rows(doc, m.value)) {
      Found& f = found[path];
      f.bytes += doc[m.value].size();
      f.rows += doc.count(m.value);
      ++f.arrays;
    }
    path.pop_back();
  }
}

}  // namespace

std::optional<NodeId> Nest::below(NodeId row) const {
  NodeId at = row;
  for (const std::string& key : path_) {
    const auto next = doc_->member(at, key);
    if (!next) return std::nullopt;
    at = *next;
  }
  if (!holds_rows(*doc_, at)) return std::nullopt;
  return at;
}

std::optional<Nest> Nest::of_array(const Document& doc, const std::vector<NodeId>& elements, NodeId array) {
  std::map<std::vector<std::string>, Found> found;
  std::vector<std::string> path;
  std::size_t bytes = 0, seen = 0;
  const std::size_t step = std::max<std::size_t>(1, elements.size() / looked_at);
  for (std::size_t i = 0; i < elements.size(); i += step, ++seen) {
    look(doc, elements[i], path, found);
    bytes += doc[elements[i]].size();
  }
  const Found* best = nullptr;
  Nest nest;
  for (const auto& [where, f] : found) {
    if (best == nullptr || f.bytes > best->bytes) {
      best = &f;
      nest.path_ = where;
    }
  }
  if (best == nullptr || best->bytes * 4 < bytes) return std::nullopt;
  nest.doc_ = &doc;
  nest.array_ = array;
  if (nest.path_.size() == 1) {
    for (std::size_t i = 0; i < elements.size() && !nest.recursive_; ++i) {
      if (const auto kids = nest.below(elements[i])) {
        for (const NodeId kid : doc.elements(*kids)) nest.recursive_ = nest.recursive_ || nest.below(kid).has_value();
      }
    }
  }
  // Arrays of mostly one object are better flattened.
  if (!nest.recursive_ && best->rows < best->arrays * 2) return std::nullopt;
  for (const std::string_view title : {"with rows below", "without", "below"}) {
    nest.classes_.emplace_back().title = title;
  }
  nest.collect(array, array, 0);
  if (nest.classes_.front().rows.empty()) return std::nullopt;
  return nest;
}

Nest::Class& Nest::class_of(bool branch, int depth) {
  auto it = classes_.begin();
  if (!recursive_ && depth > 0) return *std::next(it, 2);
  return branch ? *it : *std::next(it);
}

void Nest::collect(NodeId array, NodeId above, int depth) {
  // Depth is bounded by the document's own limit.
  for (const NodeId row : doc_->elements(array)) {
    const auto kids = recursive_ || depth == 0 ? below(row) : std::nullopt;
    Class& c = class_of(kids.has_value(), depth);
    c.rows.push_back(row);
    c.above.push_back(above);
    if (kids) collect(*kids, row, depth + 1);
  }
}

bool Nest::plan(const std::vector<std::string>& whole_names, bool marks, std::optional<NodeId> enclosing) {
  bool with = true;
  for (Class& c : classes_) {
    if (!c.rows.empty()) {
      TableOptions options;
      if (with) {
        options.leaf_key = path_.back();
        options.rare_share = 0;
      }
      c.table = Table::build(*doc_, c.rows, options);
      if (!c.table) return false;
    }
    with = false;
  }
  for (Class& c : classes_) {
    if (!c.table) continue;
    c.plan.emplace(*c.table, whole_names);
    c.plan->nested = true;
    if (&c == &classes_.front()) {
      std::string name;
      Paths names;
      PathId at = root_path;
      for (const std::string& key : path_) at = names.add(at, key);
      name = names.name(at);
      for (std::size_t k = 0; k < c.table->columns().size(); ++k) {
        if (c.table->columns()[k].name == name) c.plan->below = k;
      }
      if (c.plan->below == std::string_view::npos || c.table->columns().size() < 2) return false;
    }
    if (!marks) {
      c.plan->plan_plainly();
      continue;
    }
    if (recursive_) {
      // The value of the same member one row up; at the top, of the object around the array if it stands before it.
      const std::size_t columns = c.table->columns().size();
      c.plan->parents.assign(columns, std::vector<std::string_view>(c.rows.size()));
      for (std::size_t k = 0; k < columns; ++k) {
        const Paths::Step& step = c.table->paths()[c.table->columns()[k].path];
        if (step.depth != 1 || c.table->columns()[k].strings == 0) continue;
        for (std::size_t r = 0; r < c.rows.size(); ++r) {
          NodeId up = c.above[r];
          if (up == array_) {
            if (!enclosing) continue;
            up = *enclosing;
          }
          const auto value = doc_->member(up, step.key);
          if (!value || !doc_->is(*value, Kind::string) || (*doc_)[*value].escaped()) continue;
          if (c.above[r] == array_ && *value > array_) continue;
          c.plan->parents[k][r] = doc_->string_raw(*value);
        }
      }
    }
    c.plan->plan();
  }
  return true;
}

void Nest::print(std::string& out, tokens::Counter* ruler, std::size_t& printed, Marks& marks, bool& good) const {
  std::vector<BlockPrinter> printers;
  std::vector<std::size_t> of_class, next;
  for (const Class& c : classes_) {
    of_class.push_back(printers.size());
    next.push_back(0);
    if (!c.table) continue;
    BlockPrinter& printer = printers.emplace_back(*c.plan);
    if (!printer.prepare(ruler)) {
      good = false;
      return;
    }
    const Marks m = printer.marks();
    marks.cell |= m.cell;
    marks.column |= m.column;
    marks.parent |= m.parent;
    out += c.title;
    out += ":\n";
    printer.print_preamble(out);
  }
  Run run(out);
  std::string line;
  // Rows in document order; `rows` of each class are in that order too. A row apart brings all below it in its own
  // JSON, whose rows are passed over.
  const auto visit = [&](const auto& self, NodeId array, std::size_t depth, bool hidden) -> void {
    for (const NodeId row : doc_->elements(array)) {
      const auto kids = recursive_ || depth == 0 ? below(row) : std::nullopt;
      const std::size_t k = !recursive_ && depth > 0 ? 2 : kids ? 0 : 1;
      const Class& c = *std::next(classes_.begin(), static_cast<std::ptrdiff_t>(k));
      const std::size_t r = next[k]++;
      const bool apart = c.table->apart(r);
      if (!hidden) {
        line.clear();
        ++printed;
        if (apart) {
          run.flush();
          printers[of_class[k]].print_apart(line, r);
          out.append(depth, ' ');
          out += line;
          out += '\n';
        } else {
          printers[of_class[k]].print_row(line, r);
          if (kids && !line.empty() && line[0] == '{') good = false;
          if (kids && reads_as_statement(line)) good = false;
          if (depth == 0 && reads_as_title(line)) good = false;
          if (kids) {
            run.flush();
            out.append(depth, ' ');
            out += line;
            out += '\n';
          } else {
            run.add(line, printers[of_class[k]].separator(), depth);
          }
        }
      }
      if (kids) self(self, *kids, depth + 1, hidden || apart);
    }
  };
  visit(visit, array_, 0, false);
  run.flush();
}

}  // namespace headroom::compressors::records
