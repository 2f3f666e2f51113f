#include "compressors/json/kinds.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "compressors/json/cells.h"
#include "json/strings.h"

namespace headroom::compressors::records {
namespace {

using json::Document;
using json::Kind;
using json::Member;
using json::NodeId;

constexpr std::size_t least_rows = 8;
constexpr std::size_t most_bytes = std::size_t{1} << 20;  // of a text that is encoded twice
constexpr std::size_t most_keys = 256, most_kinds = 8;
constexpr std::size_t most_name = 64;     // bytes of a name that stands in a view's first line
constexpr std::size_t holes_share = 4;    // of the cells of one table, one in so many is missing
constexpr std::size_t member_share = 10;  // all but one in so many of the bytes are in the one array
constexpr std::string_view by_word = " by ", in_word = " in ", by_keys = "keys";
constexpr std::string_view place_names[] = {"row", "place", "#"};

// The rows and their keys; keys by the text between the quotes.
struct Shapes {
  std::vector<NodeId> rows;
  std::vector<std::string_view> keys;
  std::vector<std::vector<std::uint16_t>> keys_of;  // of each row, as they stand
  std::size_t cells = 0;
};

std::optional<Shapes> shapes_of(const Document& doc, NodeId array) {
  Shapes s;
  std::unordered_map<std::string_view, std::uint16_t, TextHasher, std::equal_to<>> ids;
  for (const NodeId row : doc.elements(array)) {
    if (!doc.is(row, Kind::object)) return std::nullopt;
    s.rows.push_back(row);
    auto& keys = s.keys_of.emplace_back();
    for (const Member m : doc.members(row)) {
      const auto [it, fresh] = ids.try_emplace(doc.string_raw(m.key), static_cast<std::uint16_t>(s.keys.size()));
      if (fresh) {
        if (s.keys.size() == most_keys) return std::nullopt;
        s.keys.push_back(doc.string_raw(m.key));
      }
      keys.push_back(it->second);
    }
    s.cells += keys.size();
  }
  if (s.rows.size() < least_rows) return std::nullopt;
  return s;
}

// Which kind each row is of.
struct Grouping {
  std::string_view by;
  std::vector<std::string> names;  // JSON strings
  std::vector<std::uint8_t> kind_of;
};

// Cells that are missing in one table for each kind.
std::size_t holes(const Shapes& s, const Grouping& g) {
  std::vector<std::vector<bool>> has(g.names.size(), std::vector<bool>(s.keys.size()));
  std::vector<std::size_t> width(g.names.size()), rows(g.names.size());
  for (std::size_t r = 0; r < s.rows.size(); ++r) {
    const std::size_t k = g.kind_of[r];
    ++rows[k];
    for (const std::uint16_t key : s.keys_of[r]) {
      if (!has[k][key]) ++width[k];
      has[k][key] = true;
    }
  }
  std::size_t all = 0;
  for (std::size_t k = 0; k < width.size(); ++k) all += width[k] * rows[k];
  return all - std::min(all, s.cells);
}

// Puts a row into the kind of this name; false if there are too many.
class Grouper {
 public:
  explicit Grouper(std::string_view by) { out_.by = by; }
  bool add(std::string_view name) {
    const auto [it, fresh] = ids_.try_emplace(std::string(name), static_cast<std::uint8_t>(out_.names.size()));
    if (fresh) {
      if (out_.names.size() == most_kinds) return false;
      out_.names.emplace_back(name);
    }
    out_.kind_of.push_back(it->second);
    return true;
  }
  Grouping take() && { return std::move(out_); }

 private:
  std::unordered_map<std::string, std::uint8_t> ids_;
  Grouping out_;
};

std::optional<Grouping> by_column(const Document& doc, const Shapes& s, std::size_t key) {
  if (s.keys[key].size() > most_name) return std::nullopt;
  Grouper grouper(s.keys[key]);
  for (std::size_t r = 0; r < s.rows.size(); ++r) {
    std::optional<NodeId> value;
    std::size_t at = 0;
    for (const Member m : doc.members(s.rows[r])) {
      if (s.keys_of[r][at++] != key) continue;
      if (value) return std::nullopt;
      value = m.value;
    }
    if (!value || !doc.is(*value, Kind::string) || !grouper.add(json::quote(doc.string(*value)))) return std::nullopt;
  }
  return std::move(grouper).take();
}

std::optional<Grouping> by_their_keys(const Shapes& s) {
  Grouper grouper(by_keys);
  std::unordered_map<std::string, std::string> names;
  for (const auto& keys : s.keys_of) {
    std::string shape;
    for (const std::uint16_t key : keys) shape.append(std::to_string(key)).append(" ");
    const auto [it, fresh] = names.try_emplace(std::move(shape));
    if (fresh)
      it->second = std::string("\"") + static_cast<char>('A' + std::min<std::size_t>(names.size() - 1, 25)) + '"';
    if (!grouper.add(it->second) || names.size() > most_kinds) return std::nullopt;
  }
  return std::move(grouper).take();
}

// The grouping that leaves the fewest holes, at most half of those that there are; the first of equals.
std::optional<Grouping> best_grouping(const Document& doc, const Shapes& s) {
  const std::size_t now = s.rows.size() * s.keys.size() - std::min(s.rows.size() * s.keys.size(), s.cells);
  if (now * holes_share < s.rows.size() * s.keys.size()) return std::nullopt;
  std::optional<Grouping> best;
  std::size_t least = now / 2;
  const auto consider = [&](std::optional<Grouping> g) {
    if (!g || g->names.size() < 2) return;
    const std::size_t left = holes(s, *g);
    if (left > least || (best && left == least)) return;
    least = left;
    best = std::move(g);
  };
  for (const std::uint16_t key : s.keys_of.front()) consider(by_column(doc, s, key));
  if (!best) consider(by_their_keys(s));
  return best;
}

// The array whose rows are looked at, and the member that holds it.
struct Target {
  NodeId array = 0;
  std::optional<Member> member;
};

std::optional<Target> target_of(const Document& doc) {
  if (doc.is(0, Kind::array)) return Target{};
  if (!doc.is(0, Kind::object)) return std::nullopt;
  for (const Member m : doc.members(0)) {
    const bool most = doc[m.value].size() * member_share >= doc.text().size() * (member_share - 1);
    if (most && doc.is(m.value, Kind::array)) return Target{m.value, m};
  }
  return std::nullopt;
}

// A key that stands once in the root object.
bool is_only(const Document& doc, NodeId key) {
  std::size_t n = 0;
  for (const Member m : doc.members(0)) n += doc.string(m.key) == doc.string(key);
  return n == 1;
}

}  // namespace

std::optional<Kinds> split_kinds(const Document& doc) {
  if (doc.text().size() > most_bytes) return std::nullopt;
  const auto target = target_of(doc);
  if (!target) return std::nullopt;
  if (target->member && (doc[target->member->key].size() > most_name || !is_only(doc, target->member->key)))
    return std::nullopt;
  const auto shapes = shapes_of(doc, target->array);
  if (!shapes) return std::nullopt;
  const auto grouping = best_grouping(doc, *shapes);
  if (!grouping) return std::nullopt;
  const auto place = std::ranges::find_if(
      place_names, [&](std::string_view name) { return std::ranges::find(shapes->keys, name) == shapes->keys.end(); });
  if (place == std::end(place_names)) return std::nullopt;

  Kinds out;
  std::string split = "{";
  for (std::size_t k = 0; k < grouping->names.size(); ++k) {
    if (k > 0) split += ',';
    split.append(grouping->names[k]).append(":[");
    bool first = true;
    for (std::size_t r = 0; r < shapes->rows.size(); ++r) {
      if (grouping->kind_of[r] != k) continue;
      if (!std::exchange(first, false)) split += ',';
      split.append("{\"").append(*place).append("\":").append(std::to_string(r));
      std::string_view row = doc.raw(shapes->rows[r]);
      row.remove_prefix(1);
      if (!shapes->keys_of[r].empty()) split += ',';
      split += row;
    }
    split += ']';
  }
  split += '}';
  out.style.append(by_word).append(json::quote(json::unescape(grouping->by)));
  if (grouping->by == by_keys) out.style = std::string(by_word) + std::string(by_keys);
  if (!target->member) {
    out.text = std::move(split);
    return out;
  }
  const std::size_t begin = doc[target->array].begin(), end = doc[target->array].end();
  out.text.append(doc.text().substr(0, begin)).append(split).append(doc.text().substr(end));
  out.style.append(in_word).append(json::quote(doc.string(target->member->key)));
  return out;
}

std::optional<KindsStyle> read_kinds_style(std::string_view& head) {
  std::string_view rest = head;
  const auto take = [&rest](std::string_view word) {
    if (!rest.starts_with(word)) return false;
    rest.remove_prefix(word.size());
    return true;
  };
  const auto name = [&rest]() -> std::optional<std::string> {
    if (!rest.starts_with('"')) return std::nullopt;
    const std::size_t end = end_of_json(rest, 0);
    if (end == std::string_view::npos) return std::nullopt;
    std::string out(rest.substr(0, end));
    rest.remove_prefix(end);
    return out;
  };
  if (!take(by_word) || (!take(by_keys) && !name())) return std::nullopt;
  KindsStyle style;
  if (take(in_word)) {
    auto member = name();
    if (!member) return std::nullopt;
    style.member = *std::move(member);
  }
  head = rest;
  return style;
}

std::optional<std::string> join_kinds(std::string_view split, const KindsStyle& style, std::string_view separator) {
  const auto doc = Document::parse(split);
  if (!doc || !doc->is(0, Kind::object)) return std::nullopt;
  NodeId kinds = 0;
  if (!style.member.empty()) {
    const auto key = Document::parse(style.member);
    const auto member = key ? doc->member(0, key->string(0)) : std::nullopt;
    if (!member || !doc->is(*member, Kind::object)) return std::nullopt;
    kinds = *member;
  }
  std::vector<std::string_view> rows;  // without the opening bracket and the place
  std::vector<bool> there;
  for (const Member kind : doc->members(kinds)) {
    if (!doc->is(kind.value, Kind::array)) return std::nullopt;
    for (const NodeId row : doc->elements(kind.value)) {
      if (!doc->is(row, Kind::object) || doc->count(row) == 0) return std::nullopt;
      const Member place = *doc->members(row).begin();
      const std::string_view digits = doc->raw(place.value);
      std::size_t at = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), at);
      if (error != std::errc() || end != digits.data() + digits.size() || at >= split.size()) return std::nullopt;
      if (at >= rows.size()) rows.resize(at + 1), there.resize(at + 1);
      if (there[at]) return std::nullopt;
      there[at] = true;
      std::string_view rest = split.substr((*doc)[place.value].end(), (*doc)[row].end() - (*doc)[place.value].end());
      rest.remove_prefix(rest.find_first_not_of(" \t\r\n"));
      if (rest.starts_with(',')) rest.remove_prefix(1);
      rows[at] = rest;
    }
  }
  if (std::ranges::find(there, false) != there.end()) return std::nullopt;
  std::string out;
  const bool root = style.member.empty();
  if (!root) out.append(split.substr(0, (*doc)[kinds].begin())).append("[");
  for (std::size_t r = 0; r < rows.size(); ++r) out.append(r > 0 ? separator : "").append("{").append(rows[r]);
  if (!root) out.append("]").append(split.substr((*doc)[kinds].end()));
  return out;
}

}  // namespace headroom::compressors::records
