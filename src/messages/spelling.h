// How a client spelled a JSON string: a map from decoded to raw offsets, with one entry per escape, so that text kept
// from it can be copied as it was written.
//
//   raw      src\/a.cc \u00e9\n        (between the quotes)
//   text     src/a.cc é⏎
//   pieces   copy [0, 8) + new "..."   ->   src\/a.cc...
//
// A view is a list of pieces: copies of decoded ranges, and new text. Lone surrogates decode to three-byte WTF-8.
// O(raw) to build, O(log escapes) for a range.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::messages {

// Whether every escape of `raw` (valid JSON string content) is the one that would be written for its character; lone
// surrogates are not counted as such. One pass, nothing copied: it spares most texts a Spelling.
bool is_plainly_spelled(std::string_view raw);

class Spelling {
 public:
  // `raw` (valid JSON string content) must outlive it.
  explicit Spelling(std::string_view raw);

  const std::string& text() const { return text_; }
  // True if every escape is the one that would be written for its character: copies look like new text then.
  bool is_plain() const { return plain_; }
  // The raw bytes of the decoded range [begin, end), which must not cut a character.
  std::string_view raw(std::size_t begin, std::size_t end) const;

  // An escape: where it stands and what it stands for.
  struct Escape {
    std::uint32_t decoded, raw;           // offsets
    std::uint8_t decoded_size, raw_size;  // a surrogate pair is one
    bool odd;                             // not the spelling that escape_to gives
  };
  const std::vector<Escape>& escapes() const { return escapes_; }

 private:
  std::size_t raw_offset(std::size_t decoded) const;

  std::string_view raw_;
  std::string text_;
  std::vector<Escape> escapes_;
  bool plain_ = true;
};

// A part of a view: the decoded range [begin, end) of the original, or new text (`begin` == `end`).
struct Piece {
  std::size_t begin = 0, end = 0;
  std::string_view text;  // decoded, of a copy too
  bool is_copy() const { return begin != end; }
};

// What of the view was kept from the original: whole lines first, words of other lines then, wherever a spelling of the
// client's could be lost. Joined, the texts of the pieces are the view. O(original + view).
std::vector<Piece> align(const Spelling& original, std::string_view view);

// JSON string content, without quotes.
std::string write(const Spelling& original, const std::vector<Piece>& pieces);

}  // namespace headroom::messages
