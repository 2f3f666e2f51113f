#include "compressors/json/table.h"

#include <algorithm>
#include <unordered_map>

#include "base/hash.h"

namespace headroom::compressors::records {

using json::Document;
using json::Kind;
using json::Member;
using json::NodeId;

namespace {
constexpr std::size_t max_levels = 8;
constexpr std::size_t max_list = 64;     // elements of an array that is a row
constexpr std::size_t max_keys = 4096;   // distinct paths looked at before the table is given up
constexpr std::size_t linear_keys = 12;  // below this many keys an object's keys are searched in order
constexpr std::uint32_t none = ~std::uint32_t{0};

void tally(Column& column, Kind kind, int by = 1) {
  std::uint32_t* count = &column.containers;
  if (kind == Kind::string) count = &column.strings;
  if (kind == Kind::number) count = &column.numbers;
  if (kind == Kind::true_ || kind == Kind::false_) count = &column.booleans;
  if (kind == Kind::null) count = &column.nulls;
  *count += static_cast<std::uint32_t>(by);
}

}  // namespace

class TableBuilder {
 public:
  TableBuilder(const Document& doc, TableOptions options) : doc_(doc), options_(options) { keys_.emplace_back(); }

  std::optional<Table> run(std::vector<NodeId> rows) {
    if (rows.empty()) return std::nullopt;
    for (const NodeId row : rows) {
      if (!doc_.is(row, Kind::object)) {
        if (!options_.keyed) return std::nullopt;
        continue;
      }
      count_object(row, 0, 1);
      if (keys_.size() > max_keys) return std::nullopt;
    }
    row_count_ = rows.size();
    for (std::uint32_t k = static_cast<std::uint32_t>(keys_.size()); k-- > 1;) settle(k);
    table_.doc_ = &doc_;
    table_.rows_ = std::move(rows);
    if (options_.keyed) add_key_column();
    collect(0, root_path);
    const std::size_t columns = table_.columns_.size();
    if (columns == 0 || columns > max_columns) return std::nullopt;
    if (columns * row_count_ > 16 * (doc_.size() + 256)) return std::nullopt;
    table_.cells_.assign(columns * row_count_, no_cell);
    table_.apart_.assign(row_count_, false);
    for (std::size_t r = 0; r < row_count_; ++r) fill_row(r);
    return std::move(table_);
  }

 private:
  // A path while the table is built: a member's key below the path of its object.
  struct Key {
    std::string_view raw;       // of its first appearance, between the quotes
    std::string text;           // decoded
    std::int32_t element = -1;  // its index in its array; negative: a member
    std::uint32_t parent = none;
    std::uint32_t first_child = none, next = none;  // siblings in the columns' order
    std::uint32_t children = 0;
    std::uint32_t order = 0;  // position among the siblings, kept current
    std::uint32_t leaves = 0, objects = 0, members = 0;
    std::uint32_t column = none;
    bool closed = false;                                        // its objects are cells, not flattened
    bool rare = false;                                          // rows that have it stand apart
    std::unordered_map<std::string_view, std::uint32_t> index;  // of many children, by raw key
  };

  bool same_key(std::uint32_t k, NodeId key) const {
    if (keys_[k].element >= 0) return false;
    const auto raw = doc_.string_raw(key);
    if (keys_[k].raw == raw) return true;
    return doc_[key].escaped() || keys_[k].raw != keys_[k].text ? doc_.string(key) == keys_[k].text : false;
  }

  // The child of `parent` with this key: the one after `cursor` first, since rows mostly repeat their order.
  std::uint32_t find(std::uint32_t parent, std::uint32_t cursor, NodeId key) {
    const std::uint32_t guess = cursor == none ? keys_[parent].first_child : keys_[cursor].next;
    if (guess != none && same_key(guess, key)) return guess;
    if (keys_[parent].children <= linear_keys) {
      for (std::uint32_t k = keys_[parent].first_child; k != none; k = keys_[k].next) {
        if (same_key(k, key)) return k;
      }
      return none;
    }
    auto& index = keys_[parent].index;
    if (const auto it = index.find(doc_.string_raw(key)); it != index.end()) return it->second;
    if (doc_[key].escaped()) {
      for (std::uint32_t k = keys_[parent].first_child; k != none; k = keys_[k].next) {
        if (same_key(k, key)) return k;
      }
    }
    return none;
  }

  std::uint32_t add(std::uint32_t parent, std::uint32_t cursor, std::string_view raw, std::string text,
                    std::int32_t element = -1) {
    const auto k = static_cast<std::uint32_t>(keys_.size());
    Key& key = keys_.emplace_back();
    key.raw = raw;
    key.text = std::move(text);
    key.element = element;
    key.parent = parent;
    std::uint32_t& link = cursor == none ? keys_[parent].first_child : keys_[cursor].next;
    key.next = link;
    link = k;
    if (++keys_[parent].children > linear_keys) {
      auto& index = keys_[parent].index;
      if (index.empty()) {
        for (std::uint32_t c = keys_[parent].first_child; c != none; c = keys_[c].next) {
          if (keys_[c].element < 0) index.emplace(keys_[c].raw, c);
        }
      }
      if (element < 0) index.emplace(raw, k);
    }
    if (key.next != none) {
      // Someone stands behind the new key: count the positions anew, at most once a key.
      std::uint32_t at = 0;
      for (std::uint32_t c = keys_[parent].first_child; c != none; c = keys_[c].next) keys_[c].order = at++;
    } else {
      key.order = cursor == none ? 0 : keys_[cursor].order + 1;
    }
    return k;
  }

  // An array of one object or a few, none of them empty, and of nothing else.
  bool few_objects(NodeId array) const {
    std::size_t n = 0;
    for (const NodeId e : doc_.elements(array)) {
      if (++n > options_.elements || !doc_.is(e, Kind::object) || e + 1 == doc_.end_of(e)) return false;
    }
    return n > 0;
  }

  // The child of `k` that stands for the elements with this index.
  std::uint32_t element_of(std::uint32_t k, std::int32_t index) const {
    std::uint32_t e = keys_[k].first_child;
    while (e != none && keys_[e].element != index) e = keys_[e].next;
    return e;
  }

  void count_object(NodeId object, std::uint32_t parent, std::size_t level) {
    ++keys_[parent].objects;
    std::uint32_t cursor = none;
    for (const Member m : doc_.members(object)) {
      if (keys_.size() > max_keys) return;
      ++keys_[parent].members;
      std::uint32_t k = find(parent, cursor, m.key);
      if (k == none) k = add(parent, cursor, doc_.string_raw(m.key), doc_.string(m.key));
      count_value(m.value, k, level);
      cursor = k;
    }
  }

  bool leaf_key(std::uint32_t k) const { return !options_.leaf_key.empty() && keys_[k].text == options_.leaf_key; }

  void count_value(NodeId value, std::uint32_t k, std::size_t level) {
    if (level < max_levels && !keys_[k].closed && !leaf_key(k)) {
      if (doc_.is(value, Kind::object) && Document::first_child(value) != doc_.end_of(value)) {
        count_object(value, k, level + 1);
        return;
      }
      if (doc_.is(value, Kind::array) && few_objects(value)) {
        std::int32_t index = 0;
        std::uint32_t before = none;
        for (const NodeId object : doc_.elements(value)) {
          std::uint32_t e = element_of(k, index);
          if (e == none) e = add(k, before, {}, {}, index);
          count_object(object, e, level + 2);
          before = e;
          ++index;
        }
        return;
      }
    }
    ++keys_[k].leaves;
  }

  // Decides whether a path's objects are flattened. Children come before parents here (they were added later), so their
  // counts are final.
  void settle(std::uint32_t k) {
    Key& key = keys_[k];
    if (key.children == 0) return;
    std::uint32_t child_objects = key.objects, arrays = 0, elements = 0, longest = 0;
    for (std::uint32_t c = key.first_child; c != none; c = keys_[c].next) {
      if (keys_[c].element == 0) arrays = keys_[c].objects;
      if (keys_[c].element < 0) continue;
      elements += keys_[c].objects;
      ++longest;
    }
    // Objects used as maps (ever new keys) and arrays of very different lengths stay whole.
    const bool map = key.objects > 0 && key.children > 8 && key.members < std::uint64_t{key.objects} * key.children / 4;
    const bool lists = arrays > 0 && (key.leaves > arrays / 8 || child_objects > 0 || elements * 2 < arrays * longest);
    if (map || lists) close(k);
  }

  void close(std::uint32_t k) {
    Key& key = keys_[k];
    key.leaves += key.objects;
    for (std::uint32_t c = key.first_child; c != none; c = keys_[c].next) {
      if (keys_[c].element == 0) key.leaves += keys_[c].objects;
    }
    key.closed = true;
  }

  std::uint32_t appearances(std::uint32_t k) const {
    std::uint32_t n = keys_[k].leaves + (keys_[k].closed ? 0 : keys_[k].objects);
    if (!keys_[k].closed) {
      for (std::uint32_t c = keys_[k].first_child; c != none; c = keys_[c].next) {
        if (keys_[c].element == 0) n += keys_[c].objects;
      }
    }
    return n;
  }

  // The keys of the members that are the rows; under a name that none of their own members has.
  void add_key_column() {
    std::string name = "key";
    for (bool taken = true; taken;) {
      taken = false;
      for (std::uint32_t k = keys_[0].first_child; k != none && !taken; k = keys_[k].next) {
        taken = keys_[k].text == name;
      }
      if (taken) name += '_';
    }
    table_.kind_ = RowKind::keyed;
    Column column;
    column.path = table_.paths_.add(root_path, name);
    column.name = std::move(name);
    table_.columns_.push_back(std::move(column));
  }

  // Gives the leaves their columns, in order.
  void collect(std::uint32_t parent, PathId path) {
    for (std::uint32_t k = keys_[parent].first_child; k != none; k = keys_[k].next) {
      Key& key = keys_[k];
      const std::size_t here = key.element >= 0 ? key.objects : appearances(k);
      if (options_.rare_share != 0 && here * options_.rare_share <= row_count_) {
        key.rare = true;
        continue;
      }
      const PathId id =
          key.element >= 0 ? table_.paths_.add_element(path, key.element) : table_.paths_.add(path, key.text);
      if (key.leaves > 0) {
        key.column = static_cast<std::uint32_t>(table_.columns_.size());
        Column column;
        column.name = table_.paths_.name(id);
        column.path = id;
        table_.columns_.push_back(std::move(column));
      }
      if (!key.closed) collect(k, id);
    }
  }

  bool fill_object(NodeId object, std::uint32_t parent, NodeId* cells) {
    std::uint32_t cursor = none;
    for (const Member m : doc_.members(object)) {
      const std::uint32_t k = find(parent, cursor, m.key);
      if (k == none || keys_[k].rare) return false;
      if (cursor != none && keys_[k].order <= keys_[cursor].order) return false;  // another order, or a key twice
      if (!fill_value(m.value, k, cells)) return false;
      cursor = k;
    }
    return true;
  }

  bool fill_value(NodeId value, std::uint32_t k, NodeId* cells) {
    const Key& key = keys_[k];
    if (!key.closed && key.first_child != none) {
      if (doc_.is(value, Kind::object) && Document::first_child(value) != doc_.end_of(value)) {
        return fill_object(value, k, cells);
      }
      if (doc_.is(value, Kind::array) && few_objects(value)) {
        std::int32_t index = 0;
        for (const NodeId object : doc_.elements(value)) {
          const std::uint32_t e = element_of(k, index);
          if (e == none || keys_[e].rare || !fill_object(object, e, cells)) return false;
          ++index;
        }
        return true;
      }
    }
    if (key.column == none) return false;
    cells[key.column] = value;
    return true;
  }

  void fill_row(std::size_t r) {
    const std::size_t columns = table_.columns_.size();
    NodeId* cells = table_.cells_.data() + r * columns;
    if (options_.keyed) cells[0] = table_.rows_[r] - 1;
    if (!doc_.is(table_.rows_[r], Kind::object) || !fill_object(table_.rows_[r], 0, cells)) {
      std::fill_n(cells, columns, no_cell);
      table_.apart_[r] = true;
      ++table_.apart_count_;
      return;
    }
    for (std::size_t c = 0; c < columns; ++c) {
      if (cells[c] == no_cell) continue;
      tally(table_.columns_[c], doc_[cells[c]].kind());
    }
  }

  const Document& doc_;
  TableOptions options_;
  std::vector<Key> keys_;
  std::size_t row_count_ = 0;
  Table table_;
};

std::optional<Table> Table::build(const Document& doc, std::vector<NodeId> rows, TableOptions options) {
  return TableBuilder(doc, options).run(std::move(rows));
}

std::optional<Table> Table::of_array(const Document& doc, NodeId array, TableOptions options) {
  if (!doc.is(array, Kind::array)) return std::nullopt;
  std::vector<NodeId> rows;
  for (const NodeId e : doc.elements(array)) rows.push_back(e);
  return build(doc, std::move(rows), options);
}

Table Table::of_items(const Document& doc, std::vector<NodeId> values) {
  Table table;
  table.doc_ = &doc;
  table.kind_ = RowKind::items;
  Column column;
  column.path = table.paths_.add(root_path, "item");
  column.name = "item";
  for (const NodeId v : values) tally(column, doc[v].kind());
  table.columns_.push_back(std::move(column));
  table.rows_ = std::move(values);
  table.cells_ = table.rows_;
  table.apart_.assign(table.rows_.size(), false);
  return table;
}

std::optional<Table> Table::of_lists(const Document& doc, std::vector<NodeId> arrays) {
  std::size_t longest = 0, elements = 0;
  for (const NodeId array : arrays) {
    const std::size_t n = doc.count(array);
    longest = std::max(longest, n);
    elements += n;
  }
  if (longest == 0 || longest > max_list || elements * 2 < longest * arrays.size()) return std::nullopt;
  Table table;
  table.doc_ = &doc;
  table.kind_ = RowKind::lists;
  for (std::size_t c = 0; c < longest; ++c) {
    Column column;
    column.path = table.paths_.add_element(root_path, static_cast<std::int32_t>(c));
    column.name = table.paths_.name(column.path);
    table.columns_.push_back(std::move(column));
  }
  table.rows_ = std::move(arrays);
  table.cells_.assign(table.rows_.size() * longest, no_cell);
  table.apart_.assign(table.rows_.size(), false);
  for (std::size_t r = 0; r < table.rows_.size(); ++r) {
    std::size_t c = 0;
    for (const NodeId e : doc.elements(table.rows_[r])) {
      table.cells_[r * longest + c] = e;
      tally(table.columns_[c++], doc[e].kind());
    }
    if (c > 0) continue;
    table.apart_[r] = true;  // an empty array has no cell that could be seen
    ++table.apart_count_;
  }
  return table;
}

std::size_t Table::present() const {
  std::size_t n = 0;
  for (const Column& column : columns_) n += column.present();
  return n;
}

void Table::set_apart(std::size_t r) {
  if (apart_[r]) return;
  apart_[r] = true;
  ++apart_count_;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    NodeId& cell = cells_[r * columns_.size() + c];
    if (cell == no_cell) continue;
    tally(columns_[c], (*doc_)[cell].kind(), -1);
    cell = no_cell;
  }
}

Distinct distinct(const Table& table, std::size_t column, std::uint8_t cap) {
  Distinct out;
  out.ids.assign(table.rows(), Distinct::no_value);
  std::unordered_map<std::string_view, std::uint8_t, TextHasher, std::equal_to<>> seen;
  std::string_view last;
  std::uint8_t last_id = Distinct::no_value;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    const NodeId cell = table.cell(r, column);
    if (cell == no_cell) continue;
    const std::string_view raw = table.doc().raw(cell);
    if (last_id == Distinct::no_value || raw != last) {
      const auto [it, fresh] = seen.try_emplace(raw, static_cast<std::uint8_t>(out.values.size()));
      if (fresh) {
        if (out.values.size() == cap) {
          out.complete = false;
          out.ids = {};
          return out;
        }
        out.values.push_back(cell);
        out.counts.push_back(0);
      }
      last = raw;
      last_id = it->second;
    }
    out.ids[r] = last_id;
    ++out.counts[last_id];
  }
  return out;
}

}  // namespace headroom::compressors::records
