#include "compressors/listing/tree.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>

#include "compressors/listing/ranges.h"
#include "compressors/statements.h"

namespace headroom::compressors::listing {
namespace {

constexpr std::uint64_t kMostLines = 8'000'000;  // that a view may stand for
constexpr std::size_t kDeepest = 512;

// How a tree is drawn, and the word for it in the first line.
struct Drawing {
  std::string_view word, through, below_last, branch, last;
};
constexpr auto kDrawings = std::to_array<Drawing>({{"│ ", "│\u00a0\u00a0 ", "    ", "├── ", "└── "},
                                                   {"│", "│   ", "    ", "├── ", "└── "},
                                                   {"|", "|   ", "    ", "|-- ", "`-- "}});

struct Node {
  std::size_t depth = 0;  // 0: a line that is not drawn
  std::string_view name;
  bool last = false;
};

// Which nodes are the last of their directory.
void find_last(std::vector<Node>& nodes) {
  std::vector<bool> more(kDeepest + 1);  // by depth: a later one of the same directory was met
  std::size_t deepest = 0;
  for (auto n = nodes.rbegin(); n != nodes.rend(); ++n) {
    n->last = !more[n->depth];
    for (std::size_t d = n->depth + 1; d <= deepest; ++d) more[d] = false;
    more[n->depth] = n->depth > 0;
    deepest = n->depth;
  }
}

// Each line as tree draws it.
template <class Each>
void draw(std::vector<Node>& nodes, const Drawing& drawing, Each each) {
  find_last(nodes);
  std::vector<bool> last(kDeepest + 1);
  std::string line;
  for (const Node& n : nodes) {
    line.clear();
    for (std::size_t d = 1; d < n.depth; ++d) line += last[d] ? drawing.below_last : drawing.through;
    if (n.depth > 0) line += n.last ? drawing.last : drawing.branch;
    last[n.depth] = n.last;
    line += n.name;
    each(line);
  }
}

std::string header(const Drawing& drawing, std::size_t lines, bool crlf, bool unended) {
  std::string out = "[listing tree " + std::string(drawing.word) + ", " + std::to_string(lines) + " lines";
  if (crlf) out += ", crlf";
  if (unended) out += ", unended";
  return out + ", complete; one blank deeper = inside]";
}

bool take(std::string_view& rest, std::string_view word) {
  if (!rest.starts_with(word)) return false;
  rest.remove_prefix(word.size());
  return true;
}

std::vector<Node> nodes_of(const Listing& l) {
  std::vector<Node> nodes(l.lines.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Glyphs g = glyphs_of(l.lines[i].text);
    nodes[i] = {g.size > 0 ? g.depth : 0, l.lines[i].text.substr(g.size), false};
  }
  return nodes;
}

// One line for each node, or for a range of leaves.
std::string write(const std::vector<Node>& nodes) {
  const auto is_leaf = [&](std::size_t i) { return i + 1 == nodes.size() || nodes[i + 1].depth <= nodes[i].depth; };
  std::string out;
  for (std::size_t i = 0; i < nodes.size();) {
    const Node& n = nodes[i];
    std::size_t end = i + 1;
    while (n.depth > 0 && end < nodes.size() && is_leaf(end - 1) && is_leaf(end) && nodes[end].depth == n.depth &&
           follows(nodes[end - 1].name, nodes[end].name) &&
           (end == i + 1 || read_range(std::string(n.name) + ".." + std::string(nodes[end].name))))
      ++end;
    if (end - i < 3 || !read_range(std::string(n.name) + ".." + std::string(nodes[end - 1].name))) end = i + 1;
    out.append(n.depth, ' ').append(n.name);
    if (end > i + 1) out.append("..").append(nodes[end - 1].name);
    out += '\n';
    i = end;
  }
  out.pop_back();
  return out;
}

}  // namespace

std::optional<std::string> encode_tree(const Listing& l, std::string_view text) {
  const std::string_view end = l.lines[0].end;
  const bool unended = l.lines.back().end.empty();
  for (std::size_t i = 0; i + unended < l.lines.size(); ++i) {
    if (l.lines[i].end != end) return std::nullopt;
  }
  std::vector<Node> nodes = nodes_of(l);
  for (const Node& n : nodes) {
    if (n.depth > kDeepest || n.name.starts_with(' ') || read_range(n.name)) return std::nullopt;
  }
  for (const Drawing& drawing : kDrawings) {
    std::size_t i = 0;
    bool same = true;
    draw(nodes, drawing, [&](std::string_view line) { same &= line == l.lines[i++].text; });
    if (!same) continue;
    std::string view = header(drawing, nodes.size(), end == "\r\n", unended) + "\n" + write(nodes);
    if (decode_tree(view) == text) return view;
  }
  return std::nullopt;
}

std::optional<std::string> decode_tree(std::string_view view) {
  std::string_view rest = view;
  std::string_view first = take_line(rest);
  if (!take(first, "[listing tree ")) return std::nullopt;
  const auto drawing = std::find_if(kDrawings.begin(), kDrawings.end(), [&](const Drawing& d) {
    return first.starts_with(d.word) && first.substr(d.word.size()).starts_with(", ");
  });
  if (drawing == kDrawings.end()) return std::nullopt;
  first.remove_prefix(drawing->word.size() + 2);
  std::uint64_t lines = 0;
  const auto [after, error] = std::from_chars(first.data(), first.data() + first.size(), lines);
  if (error != std::errc{} || lines == 0 || lines > kMostLines) return std::nullopt;
  first.remove_prefix(static_cast<std::size_t>(after - first.data()));
  if (!take(first, " lines")) return std::nullopt;
  const bool crlf = take(first, ", crlf"), unended = take(first, ", unended");
  if (first != ", complete; one blank deeper = inside]") return std::nullopt;

  std::vector<Node> nodes;
  std::deque<std::string> owned;
  while (nodes.size() < lines) {
    const bool at_end = rest.empty();
    const std::string_view line = take_line(rest);
    const std::size_t depth = std::min(line.find_first_not_of(' '), line.size());
    if (depth > kDeepest || (at_end && nodes.size() + 1 < lines)) return std::nullopt;
    const std::string_view name = line.substr(depth);
    const auto range = depth > 0 ? read_range(name) : std::nullopt;
    if (!range) {
      nodes.push_back({depth, name, false});
      continue;
    }
    if (range->count() > lines - nodes.size()) return std::nullopt;
    for (std::uint64_t n = range->from; n <= range->to; ++n)
      nodes.push_back({depth, owned.emplace_back(range->name(n)), false});
  }
  if (!rest.empty()) return std::nullopt;
  std::string out;
  const std::string_view end = crlf ? "\r\n" : "\n";
  draw(nodes, *drawing, [&](std::string_view line) { out.append(line).append(end); });
  if (unended) out.resize(out.size() - end.size());
  return out;
}

}  // namespace headroom::compressors::listing
