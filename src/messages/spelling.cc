#include "messages/spelling.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <unordered_map>

#include "base/hash.h"
#include "json/strings.h"

namespace headroom::messages {
namespace {

// Bytes at which a line falls into words, for lines that were not kept whole: cells and values of tables.
constexpr bool is_separator(char c) {
  constexpr std::string_view separators = " \t\n,;:=|\"'`()[]{}<>";
  return separators.find(c) != std::string_view::npos;
}

// Lines with their ends.
template <class Take>
void for_each_line(std::string_view text, Take take) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t found = text.find('\n', begin);
    const std::size_t end = found == std::string_view::npos ? text.size() : found + 1;
    take(begin, end);
    begin = end;
  }
}

template <class Take>
void for_each_word(std::string_view text, std::size_t begin, std::size_t end, Take take) {
  for (std::size_t at = begin; at < end;) {
    const bool separator = is_separator(text[at]);
    std::size_t next = at + 1;
    while (next < end && is_separator(text[next]) == separator) ++next;
    take(at, next);
    at = next;
  }
}

class Aligner {
 public:
  Aligner(const Spelling& original, std::string_view view) : original_(original), view_(view) {
    for (const Spelling::Escape& e : original.escapes()) {
      if (e.odd) odd_bytes_[static_cast<unsigned char>(original.text()[e.decoded])] = true;
    }
  }

  std::vector<Piece> run() && {
    const std::string_view text = original_.text();
    for_each_line(text, [&](std::size_t begin, std::size_t end) {
      lines_[text.substr(begin, end - begin)].push_back(begin);
      if (text[end - 1] == '\n' && end - begin > 1) bare_lines_[text.substr(begin, end - begin - 1)].push_back(begin);
    });
    for_each_line(view_, [&](std::size_t begin, std::size_t end) { line(begin, end); });
    return std::move(pieces_);
  }

 private:
  // Where each part begins, by its text.
  using Index = std::unordered_map<std::string_view, std::vector<std::size_t>, TextHasher>;

  bool may_be_odd(std::size_t begin, std::size_t end) const {
    for (std::size_t i = begin; i < end; ++i) {
      if (odd_bytes_[static_cast<unsigned char>(view_[i])]) return true;
    }
    return false;
  }

  void add_new(std::size_t begin, std::size_t end) {
    if (!pieces_.empty() && !pieces_.back().is_copy() && pieces_.back().text.end() == view_.begin() + begin) {
      const std::size_t from = begin - pieces_.back().text.size();
      pieces_.back().text = view_.substr(from, end - from);
    } else {
      pieces_.push_back({0, 0, view_.substr(begin, end - begin)});
    }
  }

  // Kept parts come in the original's order: the first one that does not lie before the last.
  bool add_copy(const Index& index, std::size_t begin, std::size_t end, std::size_t& cursor) {
    const auto found = index.find(view_.substr(begin, end - begin));
    if (found == index.end()) return false;
    const std::vector<std::size_t>& places = found->second;
    auto place = std::lower_bound(places.begin(), places.end(), cursor);
    if (place == places.end()) place = places.begin();
    cursor = *place + (end - begin);
    pieces_.push_back({*place, cursor, found->first});
    return true;
  }

  void line(std::size_t begin, std::size_t end) {
    if (!may_be_odd(begin, end)) return add_new(begin, end);
    if (add_copy(lines_, begin, end, line_cursor_) || add_copy(bare_lines_, begin, end, line_cursor_)) return;
    // The original's last line, which has no end, stands before others now.
    if (view_[end - 1] == '\n' && add_copy(lines_, begin, end - 1, line_cursor_)) return add_new(end - 1, end);
    words(begin, end);
  }

  // Only words with an odd escape are looked up: the others look the same as new text.
  void words(std::size_t begin, std::size_t end) {
    if (!words_indexed_) index_words();
    for_each_word(view_, begin, end, [&](std::size_t from, std::size_t to) {
      if (!may_be_odd(from, to) || !add_copy(words_, from, to, word_cursor_)) add_new(from, to);
    });
  }

  void index_words() {
    words_indexed_ = true;
    std::size_t next = 0;
    const std::string_view text = original_.text();
    const std::vector<Spelling::Escape>& escapes = original_.escapes();
    for_each_word(text, 0, text.size(), [&](std::size_t begin, std::size_t end) {
      bool odd = false;
      for (; next < escapes.size() && escapes[next].decoded < end; ++next) odd |= escapes[next].odd;
      if (odd) words_[text.substr(begin, end - begin)].push_back(begin);
    });
  }

  const Spelling& original_;
  std::string_view view_;
  std::array<bool, 256> odd_bytes_{};
  Index lines_, bare_lines_, words_;
  bool words_indexed_ = false;
  std::size_t line_cursor_ = 0, word_cursor_ = 0;
  std::vector<Piece> pieces_;
};

}  // namespace

bool is_plainly_spelled(std::string_view raw) {
  constexpr std::string_view written = "\"\\bfnrt";
  for (std::size_t at = 0; (at = raw.find('\\', at)) != std::string_view::npos;) {
    if (written.find(raw[at + 1]) != std::string_view::npos) {
      at += 2;
      continue;
    }
    // Only control characters are written with a \u: 0000 to 001f, in lower case.
    const std::string_view escape = raw.substr(at, 6);
    if (!escape.starts_with("\\u00") || json::escape(json::unescape(escape)) != escape) return false;
    at += escape.size();
  }
  return true;
}

Spelling::Spelling(std::string_view raw) : raw_(raw) {
  text_.reserve(raw.size());
  std::size_t at = 0;
  for (std::size_t slash; (slash = raw.find('\\', at)) != std::string_view::npos;) {
    text_.append(raw, at, slash - at);
    std::size_t size = raw[slash + 1] == 'u' ? 6 : 2;
    const std::size_t decoded = text_.size();
    json::unescape_to(text_, raw.substr(slash, size));
    // A high half takes the low half that follows it; alone each would be its own character.
    if (size == 6 && slash + 12 <= raw.size() && raw[slash + 6] == '\\' && raw[slash + 7] == 'u') {
      std::string pair;
      json::unescape_to(pair, raw.substr(slash, 12));
      if (pair.size() == 4 && static_cast<unsigned char>(pair[0]) >= 0xF0) {
        text_.replace(decoded, std::string::npos, pair);
        size = 12;
      }
    }
    const bool odd = json::escape(std::string_view(text_).substr(decoded)) != raw.substr(slash, size);
    plain_ &= !odd;
    escapes_.push_back({static_cast<std::uint32_t>(decoded), static_cast<std::uint32_t>(slash),
                        static_cast<std::uint8_t>(text_.size() - decoded), static_cast<std::uint8_t>(size), odd});
    at = slash + size;
  }
  text_.append(raw, at);
}

std::size_t Spelling::raw_offset(std::size_t decoded) const {
  const auto after = std::upper_bound(escapes_.begin(), escapes_.end(), decoded,
                                      [](std::size_t d, const Escape& e) { return d < e.decoded; });
  if (after == escapes_.begin()) return decoded;
  const Escape& e = *(after - 1);
  if (decoded == e.decoded) return e.raw;
  assert(decoded >= std::size_t{e.decoded} + e.decoded_size);
  return e.raw + e.raw_size + (decoded - e.decoded - e.decoded_size);
}

std::string_view Spelling::raw(std::size_t begin, std::size_t end) const {
  const std::size_t from = raw_offset(begin);
  return raw_.substr(from, raw_offset(end) - from);
}

std::vector<Piece> align(const Spelling& original, std::string_view view) {
  if (original.is_plain()) return view.empty() ? std::vector<Piece>() : std::vector<Piece>{{0, 0, view}};
  return Aligner(original, view).run();
}

std::string write(const Spelling& original, const std::vector<Piece>& pieces) {
  std::string out;
  for (const Piece& piece : pieces) {
    if (piece.is_copy()) {
      out += original.raw(piece.begin, piece.end);
    } else {
      json::escape_to(out, piece.text);
    }
  }
  return out;
}

}  // namespace headroom::messages
