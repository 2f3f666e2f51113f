#include "compressors/code/bodies.h"

#include <algorithm>
#include <string>

#include "search/terms.h"

namespace headroom::compressors::code {
namespace {

constexpr std::uint32_t short_body = 5;     // rows: nothing leaves a body of so few
constexpr std::uint32_t long_return = 12;   // rows: a longer one may leave
constexpr std::uint32_t kept_part = 3;      // ways out may make a body keep one row of so many
constexpr std::uint32_t kept_rows = 4;      // or so many rows, if that is more
constexpr std::uint32_t module_rows = 60;   // a body of so many rows, two thirds of them other functions', is a module
constexpr std::uint32_t long_imports = 6;   // rows of a list of imports
constexpr std::uint32_t long_licence = 4;   // rows
constexpr std::uint32_t long_comment = 10;  // rows
constexpr std::uint32_t comment_head = 4;   // rows of a long one that stay: what it is about
constexpr std::uint32_t least_rows = 2;
constexpr std::size_t most_sorts = 32;    // of failures of a body that are told apart
constexpr std::uint32_t needed_rows = 3;  // of a statement brought back whole because one must stay

// Why a node stays, for those above it.
enum Holds : std::uint8_t { a_return = 1, a_raise = 2, a_declaration = 4 };

bool is_blank(std::string_view s) {
  return s.find_first_not_of(" \t\r\n\f") == std::string_view::npos;
}

std::string_view last_word(std::string_view name) {
  std::size_t n = name.size();
  while (n > 0 && name[n - 1] != '.' && name[n - 1] != ':' && name[n - 1] != '>' && name[n - 1] != '\\') --n;
  return name.substr(n);
}

class Cutter {
 public:
  Cutter(std::string_view code, const std::vector<std::uint32_t>& starts, const Syntax& syntax,
         const Language& language, const Wanted& wanted, const CutOptions& options)
      : code_(code),
        starts_(starts),
        nodes_(syntax.nodes()),
        language_(language),
        wanted_(wanted),
        options_(options),
        holds_(syntax.nodes().size(), 0),
        leaves_(starts.size(), 0) {}

  std::vector<Cut> run() {
    cut_top_level();
    for (std::uint32_t i = 1; i < nodes_.size();) {
      i = nodes_[i].is(body) ? cut_body(i) : nodes_[i].is(comment) && options_.comments ? cut_comment(i) : i + 1;
    }
    std::sort(cuts_.begin(), cuts_.end(),
              [](const Cut& a, const Cut& b) { return a.rows.front().first < b.rows.front().first; });
    return std::move(cuts_);
  }

 private:
  // --- what stays

  std::string_view text_of(const Node& n) const { return code_.substr(n.begin, n.end - n.begin); }
  std::string_view name_of(const Node& n) const { return code_.substr(n.name_begin, n.name_end - n.name_begin); }

  bool is_raise(const Node& n) const { return is_failure(code_, language_, n); }
  bool is_short_return(const Node& n) const { return n.is(returns) && n.last_row - n.first_row < long_return; }

  // "raise ValueError", "assert", "panic": failures of one sort can stand for each other.
  std::string_view sort_of(const Node& n) const {
    if (!n.is(raises)) return last_word(name_of(n));
    const std::string_view text = text_of(n);
    const std::size_t end = text.starts_with("assert") ? 6 : text.find_first_of("(;\n");
    return text.substr(0, std::min<std::size_t>(end, 80));
  }

  // What holds the nodes of [from, to), with the ways out that `step` shows. From the leaves up: children come after
  // their parents.
  void find_what_holds(std::uint32_t from, std::uint32_t to, int step) {
    std::fill(holds_.begin() + from, holds_.begin() + to, 0);
    std::vector<std::string_view> sorts;
    std::uint32_t last_return = 0, inner_end = 0;  // inner: another callable's
    for (std::uint32_t i = from; i < to; ++i) {
      const Node& n = nodes_[i];
      if (n.is(callable)) inner_end = std::max(inner_end, n.after);
      if (is_raise(n)) {
        const bool known = step >= 2 && std::find(sorts.begin(), sorts.end(), sort_of(n)) != sorts.end();
        if (!known) holds_[i] |= a_raise;
        if (!known && sorts.size() < most_sorts) sorts.push_back(sort_of(n));
      } else if (is_short_return(n)) {
        if (step == 0) holds_[i] |= a_return;
        if (i >= inner_end) last_return = i;
      }
      if (n.is(callable) && n.name_end > n.name_begin && n.name_begin >= n.begin) holds_[i] |= a_declaration;
    }
    if (last_return != 0) holds_[last_return] |= a_return;
    for (std::uint32_t i = to; i-- > from;) {
      std::uint8_t up = holds_[i];
      if (nodes_[i].is(callable)) up &= static_cast<std::uint8_t>(~a_return);  // leaves only that one
      if (nodes_[i].parent >= from) holds_[nodes_[i].parent] |= up;
    }
  }

  bool is_docstring(std::uint32_t i, bool first) const {
    if (!first || !language_.has_docstrings || !nodes_[nodes_[i].parent].is(body)) return false;
    std::string_view text = text_of(nodes_[i]);
    while (!text.empty() && ((text.front() | 0x20) >= 'a' && (text.front() | 0x20) <= 'z')) text.remove_prefix(1);
    return !text.empty() && (text.front() == '"' || text.front() == '\'');
  }

  bool stays(std::uint32_t i) const {
    const Node& n = nodes_[i];
    return n.is(fixed) || holds_[i] != 0 || wanted_.within(n.begin, n.end);
  }

  // --- rows

  std::string_view row(std::uint32_t r) const { return code_.substr(starts_[r], starts_[r + 1] - starts_[r]); }
  bool is_blank_row(std::uint32_t r) const { return is_blank(row(r)); }

  // Nothing but [begin, end) stands on its rows; a semicolon behind it belongs to it.
  bool fills_rows(std::uint32_t begin, std::uint32_t end, std::uint32_t first, std::uint32_t last) const {
    if (!is_blank(code_.substr(starts_[first], begin - starts_[first]))) return false;
    const std::uint32_t stop = starts_[last + 1];
    return end >= stop || code_.substr(end, stop - end).find_first_not_of("; \t\r\n\f") == std::string_view::npos;
  }

  void mark(std::uint32_t first, std::uint32_t last, bool leave) {
    std::fill(leaves_.begin() + first, leaves_.begin() + last + 1, leave ? 1 : 0);
  }

  // --- lists of statements

  // Statements that share rows, or a string that stands behind its statement.
  struct Group {
    std::vector<std::uint32_t> members;
    std::uint32_t begin, end, first, last;
    bool left = false,
         real = false;  // real: holds a statement that is no comment and no part with statements of its own
  };

  std::vector<Group> groups_of(std::uint32_t list_node) const {
    std::vector<Group> groups;
    for (std::uint32_t i = list_node + 1; i < nodes_[list_node].after; i = nodes_[i].after) {
      const Node& n = nodes_[i];
      if (!n.is(statement) && !n.is(heredoc)) continue;
      if (!groups.empty() && (n.first_row <= groups.back().last || n.is(heredoc))) {
        Group& g = groups.back();
        g.members.push_back(i);
        g.end = std::max(g.end, n.end);
        g.last = std::max(g.last, n.last_row);
      } else {
        groups.push_back({{i}, n.begin, n.end, n.first_row, n.last_row});
      }
      // An "elif" or "else" of bash is a child of its "if", but no statement of it.
      groups.back().real |= !n.is(comment | heredoc) && !(n.is(list) && text_of(n).starts_with("el"));
    }
    return groups;
  }

  void shorten(std::uint32_t list_node) {
    std::vector<Group> groups = groups_of(list_node);
    bool first_real = true;
    for (Group& g : groups) {
      bool stay = false;
      for (std::uint32_t m : g.members) stay |= stays(m) || is_docstring(m, first_real);
      if (g.real) first_real = false;
      if (!stay && fills_rows(g.begin, g.end, g.first, g.last)) {
        mark(g.first, g.last, true);
        g.left = true;
      } else {
        for (std::uint32_t m : g.members) enter(m);
      }
    }
    if (language_.needs_statement) bring_one_back(groups);
    drop_blanks_between(groups);
  }

  // Shortens the lists in a statement that stays.
  void enter(std::uint32_t node) {
    for (std::uint32_t i = node; i < nodes_[node].after;) {
      if (!nodes_[i].is(list)) {
        ++i;
        continue;
      }
      if (!(nodes_[i].is(body) && rows_of(i) <= short_body)) shorten(i);
      i = nodes_[i].after;
    }
  }

  // The smallest statement stays, or its frame does.
  void bring_one_back(std::vector<Group>& groups) {
    Group* smallest = nullptr;
    for (Group& g : groups) {
      if (!g.real) continue;
      if (!g.left) return;
      if (smallest == nullptr || g.last - g.first < smallest->last - smallest->first) smallest = &g;
    }
    if (smallest == nullptr) return;
    mark(smallest->first, smallest->last, false);
    smallest->left = false;
    if (smallest->last - smallest->first < needed_rows) return;
    for (std::uint32_t m : smallest->members) enter(m);
  }

  void drop_blanks_between(const std::vector<Group>& groups) {
    for (std::size_t i = 0; i + 1 < groups.size(); ++i) {
      if (!groups[i].left && !groups[i + 1].left) continue;
      for (std::uint32_t r = groups[i].last + 1; r < groups[i + 1].first; ++r) {
        if (is_blank_row(r)) leaves_[r] = 1;
      }
    }
  }

  // --- bodies

  std::uint32_t rows_of(std::uint32_t list_node) const {
    std::uint32_t first = ~0U, last = 0;
    for (std::uint32_t i = list_node + 1; i < nodes_[list_node].after; i = nodes_[i].after) {
      if (!nodes_[i].is(statement)) continue;
      first = std::min(first, nodes_[i].first_row);
      last = std::max(last, nodes_[i].last_row);
    }
    // With its braces, where it has them on rows of their own or of its owner.
    return first == ~0U ? 0
                        : std::max(last, nodes_[list_node].last_row) - std::min(first, nodes_[list_node].first_row) + 1;
  }

  bool is_module(std::uint32_t list_node, std::uint32_t rows) const {
    if (rows <= module_rows) return false;
    std::uint32_t inner = 0;
    for (std::uint32_t i = list_node + 1; i < nodes_[list_node].after;) {
      if (nodes_[i].is(body)) {
        if (const std::uint32_t n = rows_of(i); n > short_body) inner += n;
        i = nodes_[i].after;
      } else {
        ++i;
      }
    }
    return inner * 3 >= rows * 2;
  }

  // Cuts the body, or looks below it; the node to go on with.
  std::uint32_t cut_body(std::uint32_t i) {
    const Node& list_node = nodes_[i];
    const std::uint32_t owner = list_node.parent, rows = rows_of(i);
    if (rows <= short_body) return list_node.after;
    if (nodes_[owner].is(broken) || is_module(i, rows)) return i + 1;
    if (wanted_.names(name_of(nodes_[owner]))) return list_node.after;
    shorten_stepwise(i, rows);
    Cut cut{Cut::Of::body, owner, take_runs(list_node.first_row, list_node.last_row)};
    if (!cut.rows.empty()) cuts_.push_back(std::move(cut));
    return list_node.after;
  }

  // As many of the ways out as leave the body short.
  void shorten_stepwise(std::uint32_t list_node, std::uint32_t rows) {
    const Node& n = nodes_[list_node];
    for (int step = options_.least_step; step <= last_step; ++step) {
      std::fill(leaves_.begin() + n.first_row, leaves_.begin() + n.last_row + 1, 0);
      find_what_holds(list_node, n.after, step);
      shorten(list_node);
      const auto left = std::count(leaves_.begin() + n.first_row, leaves_.begin() + n.last_row + 1, 1);
      if (rows - static_cast<std::uint32_t>(left) <= std::max(kept_rows, rows / kept_part)) break;
    }
  }

  // The runs of rows that leave, where it pays; the marks are taken off.
  std::vector<Rows> take_runs(std::uint32_t first, std::uint32_t last) {
    std::vector<Rows> runs;
    for (std::uint32_t r = first; r <= last; ++r) {
      if (leaves_[r] == 0) continue;
      std::uint32_t end = r;
      for (; end <= last && leaves_[end] != 0; ++end) {
        leaves_[end] = 0;
      }
      if (end - r >= least_rows) runs.push_back({r, end - 1});
      r = end;
    }
    return runs;
  }

  // --- imports and licences

  void cut_top_level() {
    std::uint32_t from = 1;
    if (nodes_.empty()) return;
    bool code_seen = false;
    while (from < nodes_.size()) {
      const std::uint16_t role = nodes_[from].roles & (comment | importing);
      std::uint32_t to = from, last = from;  // nodes of one role, one after the other
      while (to < nodes_.size() && role != 0 && nodes_[to].parent == 0 && same_run(role, to, last)) {
        last = to;
        to = nodes_[to].after;
      }
      if (to == from) {
        code_seen |= nodes_[from].last_row > nodes_[from].first_row;
        from = nodes_[from].after;
        continue;
      }
      if (role == importing || !code_seen) cut_run(from, last, role);
      from = to;
    }
  }

  bool same_run(std::uint16_t role, std::uint32_t i, std::uint32_t previous) const {
    const Node& n = nodes_[i];
    const std::uint32_t gap = role == comment ? 1 : 3;  // a licence ends where a blank row does
    return n.is(role) && !n.is(broken) && (i == previous || n.first_row <= nodes_[previous].last_row + gap);
  }

  void cut_run(std::uint32_t from, std::uint32_t to, std::uint16_t role) {
    std::uint32_t first = nodes_[from].first_row;
    const std::uint32_t last = nodes_[to].last_row;
    std::uint32_t begin = nodes_[from].begin;
    if (first == 0 && code_.starts_with("#!") && starts_.size() > 2) begin = starts_[first = 1];
    if (last < first || wanted_.within(begin, nodes_[to].end)) return;
    const std::uint32_t rows = last - first + 1;
    if (rows < (role == importing ? long_imports : long_licence) || !fills_rows(begin, nodes_[to].end, first, last))
      return;
    // Nothing but the run may stand on its rows.
    for (std::uint32_t i = from; i < to; i = nodes_[i].after) {
      const std::uint32_t end = nodes_[i].end, next = nodes_[nodes_[i].after].begin;
      if (code_.substr(end, next - end).find_first_not_of("; \t\r\n\f") != std::string_view::npos) return;
    }
    if (role == comment) {
      const std::string text =
          search::to_lower(code_.substr(begin, std::min<std::size_t>(nodes_[to].end - begin, 4096)));
      if (text.find("licen") == std::string::npos && text.find("copyright") == std::string::npos) return;
    }
    cuts_.push_back({role == importing ? Cut::Of::imports : Cut::Of::licence, from, {{first, last}}});
    if (role == comment) licence_end_ = last + 1;
  }

  // --- long comments: of one, or of a run of rows of them, the first rows stay, and the row that closes it. A manual
  // in the source (pod) is none.

  std::uint32_t cut_comment(std::uint32_t from) {
    std::uint32_t to = from;
    for (std::uint32_t next = nodes_[from].after; next < nodes_.size() && goes_on(to, next); next = nodes_[to].after)
      to = next;
    const Node &a = nodes_[from], &z = nodes_[to];
    const std::uint32_t first = a.first_row, tail = z.last_row > z.first_row ? 1 : 0;
    if (z.last_row - first + 1 >= long_comment && first >= licence_end_ && text_of(a).front() != '=' &&
        !nodes_[a.parent].is(callable) && !wanted_.within(a.begin, z.end) &&
        fills_rows(a.begin, z.end, first, z.last_row))
      cuts_.push_back({Cut::Of::comment, from, {{first + comment_head, z.last_row - tail}}});
    return z.after;
  }

  // The comment `next` stands on the row below the comment `i`.
  bool goes_on(std::uint32_t i, std::uint32_t next) const {
    const Node &a = nodes_[i], &b = nodes_[next];
    return b.is(comment) && b.parent == a.parent && b.first_row == a.last_row + 1 &&
           is_blank(code_.substr(a.end, b.begin - a.end));
  }

  std::string_view code_;
  const std::vector<std::uint32_t>& starts_;
  const std::vector<Node>& nodes_;
  const Language& language_;
  const Wanted& wanted_;
  const CutOptions& options_;
  std::vector<std::uint8_t> holds_, leaves_;
  std::uint32_t licence_end_ = 0;  // row behind the licence that leaves
  std::vector<Cut> cuts_;
};

}  // namespace

bool is_failure(std::string_view code, const Language& language, const Node& n) {
  if (n.is(raises)) return true;
  if (!n.is(call) || n.name_end - n.name_begin > 80) return false;
  return holds(language.raise_calls, last_word(code.substr(n.name_begin, n.name_end - n.name_begin)));
}

std::vector<std::uint32_t> row_starts(std::string_view text) {
  std::vector<std::uint32_t> starts{0};
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    starts.push_back(static_cast<std::uint32_t>(at + 1));
  }
  if (starts.back() != text.size()) starts.push_back(static_cast<std::uint32_t>(text.size()));
  return starts;
}

std::vector<Cut> find_cuts(std::string_view code, const std::vector<std::uint32_t>& rows, const Syntax& syntax,
                           const Language& language, const Wanted& wanted, const CutOptions& options) {
  return Cutter(code, rows, syntax, language, wanted, options).run();
}

}  // namespace headroom::compressors::code
