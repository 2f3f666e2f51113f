// Finds the pieces of a text inside which byte-pair encoding works, as the vocabularies' split patterns do:
//
//   o200k_base   "It's 12345 cans!\n" -> "It's" " " "123" "45" " cans" "!\n"
//   cl100k_base  "It's 12345 cans!\n" -> "It" "'s" " " "123" "45" " cans" "!\n"
//
// Each pattern is a list of alternatives, tried in order at the end of the piece before. Written out by hand they need
// no backtracking but one step back in o200k's words (see word()). Every character belongs to some alternative, so the
// pieces cover the text. Linear: each character is looked at once or twice. Tested against PCRE2 with the patterns
// themselves.
//
// The text must be valid UTF-8. Patterns (alternatives numbered from 1):
//   o200k   1 [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//           2 [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//           3 \p{N}{1,3}   4 [ ]?[^\s\p{L}\p{N}]+[\r\n/]*   5 \s*[\r\n]+   6 \s+(?!\S)   7 \s+
//   cl100k  1 '(?i:[sdmt]|ll|ve|re)   2 [^\r\n\p{L}\p{N}]?+\p{L}++   3 \p{N}{1,3}+   4 [ ]?[^\s\p{L}\p{N}]++[\r\n]*+
//           5 \s++$   6 \s*[\r\n]   7 \s+(?!\S)   8 \s
#pragma once

#include "tokens/char_class.h"
#include "tokens/counter.h"

namespace headroom::tokens {

template <VocabularyId kId>
class Splitter {
 public:
  using Byte = unsigned char;

  // The text ends at `end`.
  Splitter(CharClasses classes, const Byte* end) : classes_(classes), end_(end) {}

  // The end of the piece that starts at p < end.
  const Byte* piece_end(const Byte* p) const {
    const Char c = classes_.at(p);
    const Byte* q = p + c.size;
    switch (c.kind) {
      case CharClass::kUpper:
      case CharClass::kLower:
      case CharClass::kLetter:
        return word(p);
      case CharClass::kNumber:
        return number(q);
      case CharClass::kNewline:
        return space(p);
      case CharClass::kSpace:
        if (q < end_) {
          const CharClass next = classes_.at(q).kind;
          if (in_word(next)) return word(q);
          if (*p == ' ' && in_symbols(next)) return symbols(q);
        }
        return space(p);
      case CharClass::kMark:
        if constexpr (kId == VocabularyId::o200k) {
          // A mark may lead a word or be in it: alternative 1 with the mark before the word, else 1 with the mark
          // inside.
          if (q < end_ && in_word(classes_.at(q).kind)) {
            if (const Byte* r = word_with_lower(q)) return r;
          }
          return word_with_lower(p);
        }
        [[fallthrough]];
      case CharClass::kOther:
        if constexpr (kId == VocabularyId::cl100k) {
          if (const Byte* r = contraction(p); r != p) return r;
        }
        if (q < end_ && in_word(classes_.at(q).kind)) return word(q);
        return symbols(p);
    }
    __builtin_unreachable();
  }

 private:
  static bool is_letter(CharClass k) {
    return k == CharClass::kUpper || k == CharClass::kLower || k == CharClass::kLetter;
  }
  static bool in_word(CharClass k) { return is_letter(k) || (kId == VocabularyId::o200k && k == CharClass::kMark); }
  static bool in_symbols(CharClass k) { return k == CharClass::kOther || k == CharClass::kMark; }

  // The word that starts at p, past a leading character; p is in_word.
  const Byte* word(const Byte* p) const {
    if constexpr (kId == VocabularyId::cl100k) {
      while (p < end_) {
        const Char c = classes_.at(p);
        if (!is_letter(c.kind)) break;
        p += c.size;
      }
      return p;
    } else {
      if (const Byte* r = word_with_lower(p)) return r;
      while (p < end_) {  // alternative 2: where 1 fails there are only kUpper, and no kLower follows them
        const Char c = classes_.at(p);
        if (c.kind != CharClass::kUpper) break;
        p += c.size;
      }
      return contraction(p);
    }
  }

  // o200k, alternative 1 past its optional first character; nullptr if it does not match at p. Upper case, then lower
  // case, where letters without case and marks pass as either: without lower case after the run, the last of those in
  // the run ends the piece (the one place where the pattern steps back).
  const Byte* word_with_lower(const Byte* p) const {
    const Byte* caseless_end = nullptr;
    Char c{CharClass::kOther, 0};
    for (; p < end_; p += c.size) {
      c = classes_.at(p);
      if (c.kind == CharClass::kLetter || c.kind == CharClass::kMark) {
        caseless_end = p + c.size;
      } else if (c.kind != CharClass::kUpper) {
        break;
      }
    }
    if (p < end_ && c.kind == CharClass::kLower) {
      for (; p < end_; p += c.size) {
        c = classes_.at(p);
        if (c.kind != CharClass::kLower && c.kind != CharClass::kLetter && c.kind != CharClass::kMark) break;
      }
    } else if (caseless_end != nullptr) {
      p = caseless_end;
    } else {
      return nullptr;
    }
    return contraction(p);
  }

  // Past 's 't 'd 'm 'll 've 're in any case at p; p if there is none. U+017F folds to s.
  const Byte* contraction(const Byte* p) const {
    if (end_ - p < 2 || *p != '\'') return p;
    const Byte a = p[1] | 0x20;
    if (a == 's' || a == 't' || a == 'd' || a == 'm') return p + 2;
    if (end_ - p < 3) return p;
    const Byte b = p[2] | 0x20;
    if ((a == 'l' && b == 'l') || ((a == 'v' || a == 'r') && b == 'e')) return p + 3;
    if (p[1] == 0xC5 && p[2] == 0xBF) return p + 3;
    return p;
  }

  // Up to three numbers, of which the first ends at p.
  const Byte* number(const Byte* p) const {
    for (int i = 1; i < 3 && p < end_; ++i) {
      const Char c = classes_.at(p);
      if (c.kind != CharClass::kNumber) break;
      p += c.size;
    }
    return p;
  }

  // Alternative 4 past its optional space.
  const Byte* symbols(const Byte* p) const {
    while (p < end_) {
      const Char c = classes_.at(p);
      if (!in_symbols(c.kind)) break;
      p += c.size;
    }
    while (p < end_ && (*p == '\r' || *p == '\n' || (kId == VocabularyId::o200k && *p == '/'))) ++p;
    return p;
  }

  // White space that leads no word or symbols: up to its last line end; without one, all but its last character, which
  // may lead what follows; all of it at the end of the text.
  const Byte* space(const Byte* p) const {
    const Byte* const start = p;
    const Byte* last = p;
    const Byte* line_end = nullptr;
    while (p < end_) {
      const Char c = classes_.at(p);
      if (c.kind != CharClass::kSpace && c.kind != CharClass::kNewline) break;
      last = p;
      p += c.size;
      if (c.kind == CharClass::kNewline) line_end = p;
    }
    if (kId == VocabularyId::cl100k && p == end_) return p;
    if (line_end != nullptr) return line_end;
    if (p == end_ || last == start) return p;
    return last;
  }

  CharClasses classes_;
  const Byte* end_;
};

}  // namespace headroom::tokens
