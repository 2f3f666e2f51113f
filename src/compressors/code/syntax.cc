#include "compressors/code/syntax.h"

#include <tree_sitter/api.h>

#include <algorithm>
#include <array>
#include <string>

namespace headroom::compressors::code {
namespace {

struct FreeParser {
  void operator()(TSParser* p) const { ts_parser_delete(p); }
};
struct FreeTree {
  void operator()(TSTree* t) const { ts_tree_delete(t); }
};
using Parser = std::unique_ptr<TSParser, FreeParser>;
using TreePointer = std::unique_ptr<TSTree, FreeTree>;

// The roles of each node type: index is the grammar's symbol.
std::vector<std::uint16_t> roles_of(const Language& row) {
  const TSLanguage* grammar = row.grammar();
  std::vector<std::uint16_t> roles(ts_language_symbol_count(grammar), 0);
  const std::array<std::pair<std::string_view, std::uint16_t>, 9> named{{{row.callables, callable},
                                                                         {row.lists, list},
                                                                         {row.fixed, fixed},
                                                                         {row.returns, returns},
                                                                         {row.raises, raises},
                                                                         {row.calls, call},
                                                                         {row.comments, comment},
                                                                         {row.imports, importing},
                                                                         {row.heredocs, heredoc}}};
  for (auto [names, role] : named) {
    while (!names.empty()) {
      const std::size_t end = std::min(names.find(' '), names.size());
      const TSSymbol symbol = ts_language_symbol_for_name(grammar, &names[0], static_cast<std::uint32_t>(end), true);
      if (symbol < roles.size()) roles[symbol] |= role;
      names.remove_prefix(std::min(end + 1, names.size()));
    }
  }
  roles[0] = 0;  // of names the grammar does not have
  return roles;
}

struct Fields {
  TSFieldId body, declarator;
  std::array<TSFieldId, 5> callee, owner;

  explicit Fields(const TSLanguage* grammar) {
    const auto id = [grammar](std::string_view name) {
      return ts_language_field_id_for_name(grammar, name.data(), static_cast<std::uint32_t>(name.size()));
    };
    body = id("body");
    declarator = id("declarator");
    callee = {id("function"), id("method"), id("name"), id("macro"), id("type")};
    owner = {id("name"), id("left"), id("key"), id("property"), id("variable")};
  }
};

bool is_null(TSNode n) {
  return ts_node_is_null(n);
}

TSNode child(TSNode node, TSFieldId field) {
  return field == 0 ? TSNode{} : ts_node_child_by_field_id(node, field);
}

// The first of the fields that the node has.
template <std::size_t N>
TSNode first_of(TSNode node, const std::array<TSFieldId, N>& fields) {
  for (const TSFieldId field : fields) {
    if (const TSNode found = child(node, field); !is_null(found)) return found;
  }
  return TSNode{};
}

TSNode callable_name(TSNode node, TSNode parent, const Fields& fields) {
  // C and C++: declarators within declarators, the innermost is the name.
  TSNode name{};
  for (TSNode d = child(node, fields.declarator); !is_null(d); d = child(d, fields.declarator)) name = d;
  if (!is_null(name)) return name;
  name = child(node, fields.owner[0]);
  if (is_null(name) && !is_null(parent)) name = first_of(parent, fields.owner);
  return name;
}

class Walker {
 public:
  Walker(const Language& row, std::vector<Node>& nodes)
      : roles_(roles_of(row)), fields_(row.grammar()), nodes_(nodes) {}

  void walk(TSNode root) {
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    descend(cursor);
    ts_tree_cursor_delete(&cursor);
  }

 private:
  struct Open {
    TSNode at;
    std::uint32_t node;  // index of the named node at this depth, or of the one above it
    const void* body;    // the child that is the body of a callable
    bool is_list, named;
  };

  // Without recursion: trees are as deep as the text wants.
  void descend(TSTreeCursor& cursor) {
    std::vector<Open> open;
    for (;;) {
      open.push_back(enter(cursor, open));
      if (ts_tree_cursor_goto_first_child(&cursor)) continue;
      for (;;) {
        leave(open);
        if (open.empty()) return;
        if (ts_tree_cursor_goto_next_sibling(&cursor)) break;
        if (!ts_tree_cursor_goto_parent(&cursor)) return;
      }
    }
  }

  Open enter(const TSTreeCursor& cursor, const std::vector<Open>& open) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    const std::uint32_t above = open.empty() ? 0 : open.back().node;
    if (!ts_node_is_named(node)) return {node, above, nullptr, false, false};
    Node n;
    n.begin = ts_node_start_byte(node);
    n.end = ts_node_end_byte(node);
    n.first_row = ts_node_start_point(node).row;
    const TSPoint end = ts_node_end_point(node);
    n.last_row = end.column == 0 && n.end > n.begin && end.row > n.first_row ? end.row - 1 : end.row;
    n.parent = above;
    const TSSymbol symbol = ts_node_symbol(node);
    n.roles = symbol < roles_.size() ? roles_[symbol] : 0;
    if (ts_node_has_error(node)) n.roles |= broken;
    Open o{node, static_cast<std::uint32_t>(nodes_.size()), nullptr, n.is(list), true};
    if (!open.empty()) {
      const Open& up = open.back();
      if (up.is_list) {
        const TSFieldId field = ts_tree_cursor_current_field_id(&cursor);
        if (field == 0 || field == fields_.body) n.roles |= statement;
      }
      if (up.body != nullptr && up.body == node.id && n.is(list)) n.roles |= body;
    }
    if (n.is(callable)) enter_callable(node, open.empty() ? TSNode{} : open.back().at, n, o);
    if (n.is(call)) {
      const TSNode callee = first_of(node, fields_.callee);
      if (!is_null(callee)) set_name(n, callee);
    }
    nodes_.push_back(n);
    return o;
  }

  void enter_callable(TSNode node, TSNode parent, Node& n, Open& o) {
    TSNode below = child(node, fields_.body);
    // Some grammars name no field for the body of a nameless function.
    for (std::uint32_t i = 0; is_null(below) && i < ts_node_named_child_count(node); ++i) {
      const TSNode c = ts_node_named_child(node, i);
      const TSSymbol symbol = ts_node_symbol(c);
      if (symbol < roles_.size() && (roles_[symbol] & list) != 0) below = c;
    }
    o.body = below.id;
    const TSNode name = callable_name(node, parent, fields_);
    if (!is_null(name)) set_name(n, name);
  }

  static void set_name(Node& n, TSNode name) {
    n.name_begin = ts_node_start_byte(name);
    n.name_end = ts_node_end_byte(name);
  }

  void leave(std::vector<Open>& open) {
    if (open.back().named) nodes_[open.back().node].after = static_cast<std::uint32_t>(nodes_.size());
    open.pop_back();
  }

  std::vector<std::uint16_t> roles_;
  Fields fields_;
  std::vector<Node>& nodes_;
};

// Rows of the parts that are errors or made up; only what holds one is entered.
void collect_errors(TSNode root, std::vector<std::uint32_t>& rows) {
  if (!ts_node_has_error(root)) return;
  TSTreeCursor cursor = ts_tree_cursor_new(root);
  bool down = true;
  for (;;) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    bool enter = false;
    if (down) {
      const bool error = ts_node_is_error(node);
      if (error || ts_node_is_missing(node)) rows.push_back(ts_node_start_point(node).row);
      enter = ts_node_has_error(node);
    }
    if (enter && ts_tree_cursor_goto_first_child(&cursor)) continue;
    down = true;
    if (ts_tree_cursor_goto_next_sibling(&cursor)) continue;
    if (!ts_tree_cursor_goto_parent(&cursor)) break;
    down = false;
  }
  ts_tree_cursor_delete(&cursor);
  std::sort(rows.begin(), rows.end());
}

Parser parser_for(const Language& language) {
  Parser parser(ts_parser_new());
  if (parser && !ts_parser_set_language(parser.get(), language.grammar())) parser.reset();
  return parser;
}

TreePointer parse_text(const Language& language, std::string_view text, const TSTree* old) {
  if (text.size() > max_source) return nullptr;
  const Parser parser = parser_for(language);
  if (!parser) return nullptr;
  return TreePointer(ts_parser_parse_string(parser.get(), old, text.data(), static_cast<std::uint32_t>(text.size())));
}

}  // namespace

struct Syntax::Tree {
  const Language* language;
  TreePointer tree;
};

Syntax::Syntax(std::unique_ptr<Tree> tree, std::vector<std::uint32_t> errors)
    : tree_(std::move(tree)), errors_(std::move(errors)) {
  Walker(*tree_->language, nodes_).walk(ts_tree_root_node(tree_->tree.get()));
}
Syntax::Syntax(Syntax&&) noexcept = default;
Syntax& Syntax::operator=(Syntax&&) noexcept = default;
Syntax::~Syntax() = default;

std::optional<Syntax> Syntax::parse(std::string_view text, const Language& language, std::size_t most_errors) {
  auto tree = std::make_unique<Tree>(Tree{&language, parse_text(language, text, nullptr)});
  if (!tree->tree) return std::nullopt;
  std::vector<std::uint32_t> errors;
  collect_errors(ts_tree_root_node(tree->tree.get()), errors);
  if (errors.size() > most_errors) return std::nullopt;
  return Syntax(std::move(tree), std::move(errors));
}

std::optional<std::vector<std::uint32_t>> Syntax::errors(std::string_view text, const Language& language) {
  const TreePointer tree = parse_text(language, text, nullptr);
  if (!tree) return std::nullopt;
  std::vector<std::uint32_t> rows;
  collect_errors(ts_tree_root_node(tree.get()), rows);
  return rows;
}

std::optional<std::vector<std::uint32_t>> Syntax::errors_of(std::string_view changed,
                                                            const std::vector<Replacement>& replacements) const {
  TreePointer old(ts_tree_copy(tree_->tree.get()));
  // From the last to the first, so that what lies before keeps its place.
  for (std::size_t i = replacements.size(); i-- > 0;) {
    const Replacement& r = replacements[i];
    const TSInputEdit edit{r.begin,          r.end,          r.begin + r.new_size,
                           {r.begin_row, 0}, {r.end_row, 0}, {r.begin_row + r.new_rows, 0}};
    ts_tree_edit(old.get(), &edit);
  }
  const TreePointer tree = parse_text(*tree_->language, changed, old.get());
  if (!tree) return std::nullopt;
  std::vector<std::uint32_t> rows;
  collect_errors(ts_tree_root_node(tree.get()), rows);
  return rows;
}

bool is_node_type(const Language& language, std::string_view name) {
  return ts_language_symbol_for_name(language.grammar(), name.data(), static_cast<std::uint32_t>(name.size()), true) !=
         0;
}

}  // namespace headroom::compressors::code
