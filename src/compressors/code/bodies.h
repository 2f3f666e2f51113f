// Which rows of a source leave its view: whole statements of the bodies of functions, long import lists, licences.
//
//   def pay(order):                     def pay(order):
//       """Books the fee."""                """Books the fee."""
//       if order.closed:                    if order.closed:
//           raise AlreadyClosed()   ->          raise AlreadyClosed()
//       amount = fee(order)                 # rows 4-8 leave
//       ...                                 return receipt
//       return receipt
//
// A row leaves only with the whole statements on it. Statements that hold a way out (return, raise, assert...), that
// the query asks for or that declare a function stay; of one with blocks in it, what stands around the blocks stays and
// the same is done inside. A return of more than twelve rows may leave: the stub counts it. Bodies of at most five rows
// stay, and so do those the query names, those that do not parse, and those made mostly of other functions (a module
// in a function). O(n) for each level of nesting that is entered.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "compressors/code/languages.h"
#include "compressors/code/syntax.h"
#include "compressors/code/wanted.h"

namespace headroom::compressors::code {

struct Rows {
  std::uint32_t first, last;  // both counted in
};

// What leaves together or not at all.
struct Cut {
  enum class Of : std::uint8_t { body, imports, licence, comment } of = Of::body;
  std::uint32_t callable = 0;  // node; of a body
  std::vector<Rows> rows;      // sorted, disjoint
};

// The node leaves its callable with a failure, or checks for one: raise, throw, assert, panic...
bool is_failure(std::string_view code, const Language& language, const Node& node);

// Where the rows of a text begin; one more entry than rows, the last is the text's size.
std::vector<std::uint32_t> row_starts(std::string_view text);

inline constexpr int last_step = 2;

// Of showing fewer ways out: 0 all; 1 all failures and the last return; 2 the first failure of each sort ("raise
// ValueError", "assert", "panic") and the last return. Stubs say where the others are.
struct CutOptions {
  int least_step = 0;
  bool comments = false;  // long comments outside of bodies, all but how they begin
};

// In source order, disjoint.
std::vector<Cut> find_cuts(std::string_view code, const std::vector<std::uint32_t>& rows, const Syntax& syntax,
                           const Language& language, const Wanted& wanted, const CutOptions& options);

}  // namespace headroom::compressors::code
