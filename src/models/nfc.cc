#include "models/nfc.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

#include "base/utf8.h"

namespace headroom::models {
namespace {

struct Decomposition {
  char32_t whole, first, second;  // second 0: one character stands for the other
  bool composes;                  // and back; those the standard excludes do not
};
struct ClassRange {
  char32_t first, last;
  std::uint8_t combining_class;
};
#include "models/nfc_tables.inc"

// Hangul syllables are made by arithmetic (The Unicode Standard, 3.12).
constexpr char32_t s_base = 0xAC00, l_base = 0x1100, v_base = 0x1161, t_base = 0x11A7;
constexpr char32_t l_count = 19, v_count = 21, t_count = 28, s_count = l_count * v_count * t_count;

std::uint8_t combining_class(char32_t c) {
  const auto* row = std::upper_bound(std::begin(class_ranges), std::end(class_ranges), c,
                                     [](char32_t key, const ClassRange& r) { return key < r.first; });
  if (row == std::begin(class_ranges)) return 0;
  --row;
  return c <= row->last ? row->combining_class : 0;
}

const Decomposition* decomposition_of(char32_t c) {
  const auto* row = std::lower_bound(std::begin(decompositions), std::end(decompositions), c,
                                     [](const Decomposition& d, char32_t key) { return d.whole < key; });
  return row != std::end(decompositions) && row->whole == c ? row : nullptr;
}

// Those that compose, by their parts.
std::optional<char32_t> composition_of(char32_t a, char32_t b) {
  if (a >= l_base && a < l_base + l_count && b >= v_base && b < v_base + v_count)
    return s_base + ((a - l_base) * v_count + (b - v_base)) * t_count;
  if (a >= s_base && a < s_base + s_count && (a - s_base) % t_count == 0 && b > t_base && b < t_base + t_count)
    return a + (b - t_base);
  struct ByParts {
    std::vector<const Decomposition*> rows;
    static bool less(const Decomposition* x, const Decomposition* y) {
      return x->first != y->first ? x->first < y->first : x->second < y->second;
    }
    ByParts() {
      for (const Decomposition& d : decompositions) {
        if (d.composes) rows.push_back(&d);
      }
      std::sort(rows.begin(), rows.end(), less);
    }
  };
  static const ByParts by_parts;
  const Decomposition key{0, a, b, true};
  const auto at = std::lower_bound(by_parts.rows.begin(), by_parts.rows.end(), &key, ByParts::less);
  if (at == by_parts.rows.end() || (*at)->first != a || (*at)->second != b) return std::nullopt;
  return (*at)->whole;
}

void decompose(char32_t c, std::vector<char32_t>& out) {
  if (c >= s_base && c < s_base + s_count) {
    const char32_t s = c - s_base;
    out.push_back(l_base + s / (v_count * t_count));
    out.push_back(v_base + s % (v_count * t_count) / t_count);
    if (s % t_count != 0) out.push_back(t_base + s % t_count);
    return;
  }
  // The first part may decompose further, the second never does.
  char32_t tail[8];
  std::size_t n = 0;
  for (const Decomposition* d; n < std::size(tail) && (d = decomposition_of(c)) != nullptr;) {
    if (d->second != 0) tail[n++] = d->second;
    c = d->first;
  }
  out.push_back(c);
  while (n > 0) out.push_back(tail[--n]);
}

// Marks in the order of their classes, equal ones as they stood.
void order_marks(std::vector<char32_t>& text) {
  std::vector<std::pair<std::uint32_t, char32_t>> marks;  // class and place, mark
  for (std::size_t i = 0; i < text.size();) {
    if (combining_class(text[i]) == 0) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    marks.clear();
    for (std::uint8_t k; i < text.size() && (k = combining_class(text[i])) != 0; ++i)
      marks.emplace_back(std::uint32_t{k} << 24 | static_cast<std::uint32_t>(i - begin), text[i]);
    std::sort(marks.begin(), marks.end());
    for (std::size_t k = 0; k < marks.size(); ++k) text[begin + k] = marks[k].second;
  }
}

void compose(std::vector<char32_t>& text) {
  std::size_t out = 0, starter = text.size();
  std::uint8_t last_class = 0;
  for (const char32_t c : text) {
    const std::uint8_t k = combining_class(c);
    const bool blocked = starter == text.size() || (out > starter + 1 && last_class >= k);
    if (!blocked) {
      if (const auto whole = composition_of(text[starter], c)) {
        text[starter] = *whole;
        continue;
      }
    }
    if (k == 0) starter = out;
    last_class = k;
    text[out++] = c;
  }
  text.resize(out);
}

}  // namespace

std::string nfc(std::string_view text) {
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii || !utf8::is_valid(text)) return std::string(text);
  std::vector<char32_t> points;
  points.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const utf8::CodePoint c = utf8::decode(text, at);
    decompose(c.value, points);
    at += c.size;
  }
  order_marks(points);
  compose(points);
  std::string out;
  out.reserve(text.size());
  for (const char32_t c : points) utf8::append(out, c);
  return out;
}

}  // namespace headroom::models
