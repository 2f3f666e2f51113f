#include "pipeline/address.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/lines.h"
#include "json/document.h"
#include "json/strings.h"

namespace headroom::pipeline {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

std::optional<std::size_t> number(std::string_view text) {
  text = trimmed(text);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// --- tables

// The elements of the array whose rows are what one would call the rows of the text.
std::optional<json::NodeId> table_array(const json::Document& doc) {
  if (doc.root().kind() == json::Kind::array) return 0;
  if (doc.root().kind() != json::Kind::object) return std::nullopt;
  std::optional<json::NodeId> best;
  for (const auto [key, value] : doc.members(0)) {
    if (doc.is(value, json::Kind::array) && (!best || doc[value].size() > doc[*best].size())) best = value;
  }
  return best;
}

bool looks_like_json(std::string_view line) {
  return line.size() >= 2 &&
         ((line.front() == '{' && line.back() == '}') || (line.front() == '[' && line.back() == ']'));
}

std::vector<Piece> json_lines(std::string_view text) {
  std::vector<Piece> rows;
  std::size_t other = 0;
  for (const Line& line : split_lines(text)) {
    const std::string_view bare = trimmed(line.text);
    if (bare.empty()) continue;
    if (!looks_like_json(bare)) ++other;
    const auto begin = static_cast<std::size_t>(bare.data() - text.data());
    rows.push_back({begin, begin + bare.size()});
    if (rows.size() >= 16 && other * 4 > rows.size()) return {};
  }
  if (rows.size() < 2 || other * 10 > rows.size()) return {};
  return rows;
}

// Delimiters outside of quotes; `quoted` says whether a quote is open, before and after.
std::size_t delimiters(std::string_view line, char delimiter, bool& quoted) {
  std::size_t n = 0;
  for (char c : line) {
    if (c == '"') quoted = !quoted;
    n += c == delimiter && !quoted;
  }
  return n;
}

std::vector<Piece> separated_rows(std::string_view text) {
  constexpr std::size_t looked_at = 50, few = 3;
  const std::size_t heading_end = std::min(text.find('\n'), text.size());
  for (const char delimiter : {',', '\t', ';', '|'}) {
    bool quoted = false;
    const std::size_t columns = delimiters(text.substr(0, heading_end), delimiter, quoted);
    if (columns == 0 || quoted) continue;
    std::vector<Piece> rows;
    std::size_t begin = heading_end + 1, count = 0, odd = 0;
    bool agrees = true;
    for (std::size_t at = begin; at < text.size() && agrees;) {
      const void* hit = std::memchr(text.data() + at, '\n', text.size() - at);
      const std::size_t end = hit == nullptr ? text.size() : static_cast<const char*>(hit) - text.data();
      count += delimiters(text.substr(at, end - at), delimiter, quoted);
      at = end + 1;
      if (quoted && at < text.size()) continue;  // a cell with a line end in it
      if (end > begin) {
        rows.push_back({begin, end > begin && text[end - 1] == '\r' ? end - 1 : end});
        odd += count != columns;
        agrees = rows.size() > looked_at || odd * 10 <= rows.size();
      }
      count = 0;
      begin = at;
    }
    if (agrees && rows.size() >= few && odd * 10 <= rows.size()) return rows;
  }
  return {};
}

// --- paths

struct Step {
  enum class Kind { key, index, all } kind;
  std::string key;
  std::int64_t index = 0;
};

// Reads a quoted key of brackets: ['a'] or ["a"].
std::optional<std::string> quoted_key(std::string_view inner) {
  if (inner.size() < 2 || (inner.front() != '\'' && inner.front() != '"') || inner.back() != inner.front()) {
    return std::nullopt;
  }
  return std::string(inner.substr(1, inner.size() - 2));
}

std::optional<std::vector<Step>> parse_path(std::string_view path) {
  path = trimmed(path);
  std::vector<Step> steps;
  if (path.starts_with('$')) path.remove_prefix(1);
  while (!path.empty()) {
    if (path.front() == '[') {
      // A quoted key may hold a bracket.
      std::size_t close = path.find(']');
      if (path.size() > 1 && (path[1] == '\'' || path[1] == '"')) close = path.find(std::string{path[1], ']'}, 2);
      if (close == std::string_view::npos) return std::nullopt;
      if (path[close] != ']') ++close;
      const std::string_view inner = trimmed(path.substr(1, close - 1));
      path.remove_prefix(close + 1);
      if (inner == "*") {
        steps.push_back({Step::Kind::all, "", 0});
      } else if (auto key = quoted_key(inner)) {
        steps.push_back({Step::Kind::key, std::move(*key), 0});
      } else {
        std::int64_t index = 0;
        const auto [end, error] = std::from_chars(inner.data(), inner.data() + inner.size(), index);
        if (error != std::errc() || end != inner.data() + inner.size()) return std::nullopt;
        steps.push_back({Step::Kind::index, "", index});
      }
      continue;
    }
    if (path.front() == '.') path.remove_prefix(1);
    const std::size_t end = std::min(path.find_first_of(".["), path.size());
    const std::string_view key = path.substr(0, end);
    if (key.empty()) return std::nullopt;
    steps.push_back(key == "*" ? Step{Step::Kind::all, "", 0} : Step{Step::Kind::key, std::string(key), 0});
    path.remove_prefix(end);
  }
  return steps;
}

std::string with_index(std::string_view path, std::size_t i) {
  return std::string(path).append("[").append(std::to_string(i)).append("]");
}

std::string with_key(std::string_view path, std::string_view key) {
  const bool plain = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return c == '_' || c == '-' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
  });
  if (plain) return std::string(path).append(".").append(key);
  return std::string(path).append("[").append(json::quote(key)).append("]");
}

// Follows the steps from `node`, appending what they name. The depth is the number of steps, which the caller's text
// bounds.
void follow(const json::Document& doc, json::NodeId node, std::span<const Step> steps, const std::string& path,
            std::size_t base, std::size_t limit, std::vector<Found>& out) {
  if (out.size() >= limit) return;
  if (steps.empty()) {
    out.push_back({path, {base + doc[node].begin(), base + doc[node].end()}});
    return;
  }
  const Step& step = steps.front();
  const auto rest = steps.subspan(1);
  if (doc.is(node, json::Kind::object)) {
    for (const auto [key, value] : doc.members(node)) {
      if (step.kind == Step::Kind::index || (step.kind == Step::Kind::key && !doc.string_is(key, step.key))) continue;
      follow(doc, value, rest, with_key(path, doc.string(key)), base, limit, out);
      if (out.size() >= limit || step.kind == Step::Kind::key) return;
    }
  } else if (doc.is(node, json::Kind::array) && step.kind != Step::Kind::key) {
    std::int64_t wanted = step.index;
    if (step.kind == Step::Kind::index && wanted < 0) wanted += static_cast<std::int64_t>(doc.count(node));
    std::int64_t i = 0;
    for (const json::NodeId element : doc.elements(node)) {
      if (step.kind == Step::Kind::all || i == wanted) {
        follow(doc, element, rest, with_index(path, static_cast<std::size_t>(i)), base, limit, out);
        if (out.size() >= limit || step.kind == Step::Kind::index) return;
      }
      ++i;
    }
  }
}

}  // namespace

std::optional<std::vector<Range>> parse_ranges(std::string_view text, std::size_t first, std::size_t last) {
  std::vector<Range> ranges;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find_first_of(",;"), text.size());
    const std::string_view part = trimmed(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (part.empty()) continue;
    const std::size_t dash = part.find_first_of("-:");
    const auto from = number(part.substr(0, std::min(dash, part.size())));
    if (!from) return std::nullopt;
    std::size_t to = *from;
    if (dash != std::string_view::npos) {
      const std::string_view after = trimmed(part.substr(dash + 1));
      const auto given = after.empty() ? std::optional(last) : number(after);
      if (!given) return std::nullopt;
      to = *given;
    }
    if (to < *from || *from > last || to < first) return std::nullopt;
    ranges.push_back({std::max(*from, first), std::min(to, last)});
  }
  if (ranges.empty()) return std::nullopt;
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
  std::vector<Range> joined;
  for (const Range& r : ranges) {
    if (!joined.empty() && r.first <= joined.back().last + 1) {
      joined.back().last = std::max(joined.back().last, r.last);
    } else {
      joined.push_back(r);
    }
  }
  return joined;
}

std::string to_string(Range range) {
  std::string text = std::to_string(range.first);
  if (range.last != range.first) text.append("-").append(std::to_string(range.last));
  return text;
}

LineIndex::LineIndex(std::string_view text) : size_(text.size()) {
  starts_.reserve(text.size() / 48 + 1);
  for (std::size_t at = 0; at < text.size();) {
    starts_.push_back(static_cast<std::uint32_t>(at));
    const void* hit = std::memchr(text.data() + at, '\n', text.size() - at);
    at = hit == nullptr ? text.size() : static_cast<std::size_t>(static_cast<const char*>(hit) - text.data()) + 1;
  }
}

std::size_t LineIndex::line_of(std::size_t byte) const {
  return static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), byte) - starts_.begin());
}

Item LineIndex::item(std::size_t begin_byte, std::size_t end_byte) const {
  const std::size_t first = line_of(begin_byte), last = line_of(end_byte - 1);
  if (begin(first) == begin_byte && end(last) == end_byte) return {Item::Kind::lines, {first, last}};
  return {Item::Kind::bytes, {begin_byte, end_byte - 1}};
}

Table table_of(std::string_view text) {
  Table table;
  const std::string_view bare = trimmed(text);
  if (!bare.empty() && (bare.front() == '{' || bare.front() == '[')) {
    if (const auto doc = json::Document::parse(text)) {
      table.json = true;
      if (const auto array = table_array(*doc)) {
        for (const json::NodeId element : doc->elements(*array)) {
          table.rows.push_back({(*doc)[element].begin(), (*doc)[element].end()});
        }
      }
      return table;
    }
    table.rows = json_lines(text);
  }
  if (table.rows.empty()) {
    table.rows = separated_rows(text);
    table.heading = !table.rows.empty();
  }
  return table;
}

std::optional<std::vector<Found>> follow_path(std::string_view text, std::string_view path, std::size_t limit) {
  const auto steps = parse_path(path);
  if (!steps || steps->size() > 64) return std::nullopt;
  std::vector<Found> out;
  if (const auto doc = json::Document::parse(text)) {
    follow(*doc, 0, *steps, "$", 0, limit, out);
  } else if (!steps->empty() && steps->front().kind != Step::Kind::key) {
    const std::vector<Piece> rows = json_lines(text);
    const Step& first = steps->front();
    const std::int64_t wanted = first.index + (first.index < 0 ? static_cast<std::int64_t>(rows.size()) : 0);
    for (std::size_t i = 0; i < rows.size() && out.size() < limit; ++i) {
      if (first.kind == Step::Kind::index && static_cast<std::int64_t>(i) != wanted) continue;
      const auto row = json::Document::parse(text.substr(rows[i].begin, rows[i].end - rows[i].begin));
      if (row) follow(*row, 0, std::span(*steps).subspan(1), with_index("$", i), rows[i].begin, limit, out);
    }
  }
  if (out.empty()) return std::nullopt;
  return out;
}

}  // namespace headroom::pipeline
