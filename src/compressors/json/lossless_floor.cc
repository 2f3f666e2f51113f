#include "compressors/json/lossless_floor.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "base/hash.h"
#include "compressors/json/pattern.h"
#include "compressors/json/plan.h"

namespace headroom::compressors::records {
namespace {

using json::Kind;
using json::NodeId;

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t digits_a_token = 3;
constexpr std::size_t rows_set_apart = 32;  // at most one row in so many is set apart by the encoder

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Digits at the end of `text`, from where.
std::size_t trailing_digits(std::string_view text) {
  std::size_t at = text.size();
  while (at > 0 && is_digit(text[at - 1])) --at;
  return at;
}

// True if some part of `b` may be that part of `a` risen by one: the encoder would join the two rows.
bool may_follow(std::string_view a, std::string_view b) {
  const std::size_t shared = shared_back(a, b);
  a.remove_suffix(shared);
  b.remove_suffix(shared);
  const std::size_t from = trailing_digits(a), to = trailing_digits(b);
  if (a.substr(0, from) != b.substr(0, to)) return false;
  const std::string_view x = a.substr(from), y = b.substr(to);
  if (x.size() > 17 || y.size() > 17 || y.empty()) return false;
  const auto value = [](std::string_view digits) {
    std::uint64_t n = 0;
    for (const char c : digits) n = n * 10 + static_cast<std::uint64_t>(c - '0');
    return n;
  };
  return value(y) == value(x) + 1;
}

std::int64_t least_tokens(std::string_view cell) {
  std::int64_t tokens = 0;
  for (std::size_t at = 0; at < cell.size();) {
    if (!is_digit(cell[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < cell.size() && is_digit(cell[end])) ++end;
    tokens += static_cast<std::int64_t>((end - at + digits_a_token - 1) / digits_a_token) + 1;
    at = end;
  }
  return tokens;
}

// What the cells of a column have in common, as the encoder leaves it out.
struct Shared {
  std::size_t front = 0, back = 0;
  std::string_view rest(std::string_view cell) const {
    return front + back < cell.size() ? cell.substr(front, cell.size() - front - back) : std::string_view();
  }
};

// nullopt if the column is none of many numbers.
std::optional<Shared> many_numbers(const Grid& grid, std::size_t column) {
  const std::size_t rows = grid.rows.size();
  const std::size_t few = few_values + rows / rows_set_apart;
  std::unordered_set<std::string_view, TextHasher, std::equal_to<>> values;
  std::string_view first;
  Shared shared{npos, npos};
  for (std::size_t r = 0; r < rows; ++r) {
    const NodeId cell = grid.cell(r, column);
    if (cell == no_cell) continue;
    const Kind kind = (*grid.doc)[cell].kind();
    if (kind == Kind::null) continue;
    if (kind != Kind::number) return std::nullopt;
    const std::string_view value = grid.doc->raw(cell);
    if (values.size() <= few) values.insert(value);
    if (first.data() == nullptr) first = value;
    if (shared.front > 0) shared.front = std::min(shared.front, shared_front(first, value));
    if (shared.back > 0) shared.back = std::min(shared.back, shared_back(first, value));
  }
  if (values.size() <= few) return std::nullopt;
  return shared;
}

}  // namespace

Tokens lossless_floor(const Grid& grid, Tokens enough) {
  Tokens floor;
  for (std::size_t c = 0; c < grid.columns() && floor < enough; ++c) {
    const auto shared = many_numbers(grid, c);
    if (!shared) continue;
    std::string_view above;
    for (std::size_t r = 0; r < grid.rows.size() && floor < enough; ++r) {
      const NodeId cell = grid.cell(r, c);
      const bool number = cell != no_cell && (*grid.doc)[cell].kind() == Kind::number;
      const std::string_view value = number ? grid.doc->raw(cell) : std::string_view();
      if (number && !above.empty() && value != above && !may_follow(above, value))
        floor += Tokens(least_tokens(shared->rest(value)));
      above = value;
    }
  }
  return floor;
}

}  // namespace headroom::compressors::records
