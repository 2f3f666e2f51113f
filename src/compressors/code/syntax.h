// Source text -> its syntax tree as a flat list of nodes with the roles that languages.h gives their types. The only
// file that knows the parser library.
//
//   "def f(a):\n    return a\n" -> [module][function_definition: callable, name "f"][...][block:
//   list][return_statement: returns]
//
// O(n): one parse (GLR with error recovery: Wagner 1998, tree-sitter) and one walk. A text of more than max_source
// bytes is not parsed. No cache, no global: a tree is a value, freed with its Syntax.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "compressors/code/languages.h"

namespace headroom::compressors::code {

inline constexpr std::size_t max_source = std::size_t{1} << 20;

enum Role : std::uint16_t {
  callable = 1,  // with a name and a body below it
  list = 2,      // its statements are below it
  fixed = 4,     // leaves only with its owner
  returns = 8,   // leaves the callable
  raises = 16,   // leaves it with a failure, or checks for one
  call = 32,     // `name` is what is called
  comment = 64,
  importing = 128,
  heredoc = 256,
  statement = 512,  // a child of a list, in no field but `body`
  body = 1024,      // the list of a callable
  broken = 2048,    // holds a parse error
};

// A named node. Nodes are in the order of their beginnings, parents first.
struct Node {
  std::uint32_t begin = 0, end = 0;           // bytes
  std::uint32_t first_row = 0, last_row = 0;  // of the first and the last byte; rows count from 0
  std::uint32_t parent = 0;                   // index; the root is its own
  std::uint32_t after = 0;                    // index of the next node that is not below this one
  std::uint16_t roles = 0;
  std::uint32_t name_begin = 0, name_end = 0;  // of a callable: its name; of a call: the callee; empty if none

  bool is(std::uint16_t any) const { return (roles & any) != 0; }
};

// A part of a text that is replaced by another one; rows as in Node.
struct Replacement {
  std::uint32_t begin, end;          // bytes of the text
  std::uint32_t begin_row, end_row;  // both at the beginning of a row
  std::uint32_t new_size, new_rows;
};

class Syntax {
 public:
  // nullopt if the text is too large, the parser gives up, or there are more errors than `most_errors`.
  static std::optional<Syntax> parse(std::string_view text, const Language& language,
                                     std::size_t most_errors = std::numeric_limits<std::size_t>::max());
  // Rows of the errors of a text, without a list of nodes.
  static std::optional<std::vector<std::uint32_t>> errors(std::string_view text, const Language& language);

  Syntax(Syntax&&) noexcept;
  Syntax& operator=(Syntax&&) noexcept;
  ~Syntax();

  const std::vector<Node>& nodes() const { return nodes_; }
  // Rows at which a part begins that the parser could not read or had to make up, sorted.
  const std::vector<std::uint32_t>& errors() const { return errors_; }

  // The errors of `changed`, which is the parsed text with some parts replaced (in order, disjoint); what did not
  // change is not parsed again. nullopt if the parser gives up.
  std::optional<std::vector<std::uint32_t>> errors_of(std::string_view changed,
                                                      const std::vector<Replacement>& replacements) const;

 private:
  struct Tree;
  Syntax(std::unique_ptr<Tree> tree, std::vector<std::uint32_t> errors);
  std::unique_ptr<Tree> tree_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> errors_;
};

// True if every name is a type of named node in the language's grammar: for the test of the table.
bool is_node_type(const Language& language, std::string_view name);

}  // namespace headroom::compressors::code
