#include "compressors/json/pattern.h"

#include <algorithm>

namespace headroom::compressors::records {
namespace {

// 0: letters (any byte of a multi-byte code point too, so that none is split), 1: digits, 2 and up: each mark for
// itself.
int kind_of(char c) {
  const auto u = static_cast<unsigned char>(c);
  if (u >= 0x80 || ((u | 0x20) >= 'a' && (u | 0x20) <= 'z')) return 0;
  if (u >= '0' && u <= '9') return 1;
  return 2;
}

// True if a cut in front of `at` would split a run of letters or digits.
bool splits(std::string_view s, std::size_t at) {
  return at > 0 && at < s.size() && kind_of(s[at - 1]) != 2 && kind_of(s[at - 1]) == kind_of(s[at]);
}

}  // namespace

bool Pattern::has(Piece::Kind kind) const {
  return std::any_of(pieces.begin(), pieces.end(), [kind](const Piece& p) { return p.kind == kind; });
}

void Pattern::text(std::string_view text) {
  if (text.empty()) return;
  if (!pieces.empty() && pieces.back().kind == Piece::Kind::text) {
    pieces.back().text += text;
  } else {
    pieces.push_back({Piece::Kind::text, std::string(text), 0});
  }
}

void Pattern::mark(Piece::Kind kind, std::size_t column) {
  pieces.push_back({kind, {}, column});
}

std::size_t shared_front(std::string_view a, std::string_view b) {
  const std::size_t limit = std::min(a.size(), b.size());
  std::size_t n = 0;
  while (n < limit && a[n] == b[n]) ++n;
  while (n > 0 && (splits(a, n) || splits(b, n))) --n;
  return n;
}

std::size_t shared_back(std::string_view a, std::string_view b) {
  const std::size_t limit = std::min(a.size(), b.size());
  std::size_t n = 0;
  while (n < limit && a[a.size() - 1 - n] == b[b.size() - 1 - n]) ++n;
  while (n > 0 && (splits(a, a.size() - n) || splits(b, b.size() - n))) --n;
  return n;
}

}  // namespace headroom::compressors::records
