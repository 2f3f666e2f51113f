// The scanner under every use of terms: finds words and identifiers in bytes, with a hash of their lower-case form,
// without copying.
//
//   "see src/UserPool.cc:12"  ->  words see, src, user, pool, cc, 12; identifiers userpool, userpool.cc,
//   src/userpool.cc,
//                                 src/userpool.cc:12
//
// A chunk is a run of letters, digits and single joiners between them. Joiners split on three levels: `_` and `-` (and
// a change of case) into words, `.` into identifiers, `/`, `:`, `::`, `@` into components. A level is told only if it
// is more than the level below it, so a plain word comes once. Numbers, versions, UUIDs, addresses and e-mails need no
// rule of their own: they are chunks. Scripts written without spaces (Han, Kana, Hangul, Thai...) come as overlapping
// pairs of characters.
//
// The hash is polynomial over the lower-case bytes, so that of any range comes from two prefixes: one multiplication
// per byte, whatever the number of levels. Lower-casing never changes the length in bytes. O(n), no allocation.
//
// Limits: terms over `max_term` bytes are not told. `\n`, `\r`, `\t` written with a backslash (JSON text) are white
// space, which in an unescaped Windows path costs a component its first letter, in text and query alike.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/utf8.h"

namespace headroom::search {

inline constexpr std::size_t max_term = 128;

enum class TermKind : std::uint8_t {
  word,        // the smallest unit; the length of a piece is the number of its words
  identifier,  // written as one, of several words
  pair,        // two characters of a script without spaces (or one that stands alone)
};

namespace scan_detail {

enum Class : std::uint8_t { other, lower, upper, digit, join_word, join_identifier, join_component, multibyte };

struct Tables {
  std::array<std::uint8_t, 256> cls{};
  std::array<std::uint8_t, 256> lower_case{};
  std::array<std::uint64_t, max_term + 1> power{};
};

inline constexpr std::uint64_t multiplier = 0x9E3779B97F4A7C15;

constexpr Tables make_tables() {
  Tables t;
  for (int c = 0; c < 256; ++c) {
    t.lower_case[c] = static_cast<std::uint8_t>(c);
    t.cls[c] = c >= 0x80 ? multibyte : other;
  }
  for (int c = 'a'; c <= 'z'; ++c) t.cls[c] = lower;
  for (int c = 'A'; c <= 'Z'; ++c) {
    t.cls[c] = upper;
    t.lower_case[c] = static_cast<std::uint8_t>(c + 32);
  }
  for (int c = '0'; c <= '9'; ++c) t.cls[c] = digit;
  t.cls['_'] = t.cls['-'] = join_word;
  t.cls['.'] = join_identifier;
  t.cls['/'] = t.cls[':'] = t.cls['@'] = join_component;
  t.power[0] = 1;
  for (std::size_t i = 1; i <= max_term; ++i) t.power[i] = t.power[i - 1] * multiplier;
  return t;
}

inline constexpr Tables tables = make_tables();

constexpr bool is_word_class(std::uint8_t c) {
  return c == lower || c == upper || c == digit;
}

}  // namespace scan_detail

// What a code point over U+007F is to the scanner.
enum class Script : std::uint8_t { separator, letter, unspaced };
Script script_of(char32_t c);

// Lower case of a code point over U+007F whose lower case has as many bytes; others are returned as they are.
char32_t lower_case(char32_t c);

// The hash `scan` gives for a term that is lower case already.
constexpr std::uint64_t term_hash(std::string_view lower_text) {
  std::uint64_t h = 0;
  for (char c : lower_text) h = h * scan_detail::multiplier + static_cast<std::uint8_t>(c);
  return h;
}

// Calls sink(kind, begin, end, hash) for every term, words in order, an identifier after its words. The range is in
// `text`.
template <class Sink>
void scan(std::string_view text, Sink&& sink) {
  using namespace scan_detail;  // NOLINT(google-build-using-namespace): the tables of this function, and no others
  const std::size_t n = text.size();
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };

  struct Mark {  // where a level began: position and the hash of everything before it
    std::size_t at = 0;
    std::uint64_t hash = 0;
    unsigned parts = 0;
  };
  std::size_t i = 0;
  while (i < n) {
    std::uint8_t c = tables.cls[byte(i)];
    if (!is_word_class(c)) {
      if (c == multibyte) {
        const utf8::CodePoint p = utf8::decode(text, i);
        const Script script = p.valid ? script_of(p.value) : Script::separator;
        if (script == Script::unspaced) {
          // Overlapping pairs; a character alone tells itself.
          std::size_t previous = i, at = i + p.size;
          bool alone = true;
          while (at < n) {
            const utf8::CodePoint q = utf8::decode(text, at);
            if (!q.valid || q.value < 0x80 || script_of(q.value) != Script::unspaced) break;
            const std::string_view pair = text.substr(previous, at + q.size - previous);
            sink(TermKind::pair, previous, at + q.size, term_hash(pair));
            alone = false;
            previous = at;
            at += q.size;
          }
          if (alone) sink(TermKind::pair, i, at, term_hash(text.substr(i, at - i)));
          i = at;
          continue;
        }
        if (script == Script::separator) {
          i += p.size;
          continue;
        }
      } else {
        // An escape of JSON text: its letter belongs to no word.
        if (byte(i) == '\\' && i + 1 < n) {
          const char e = text[i + 1];
          i += e == 'n' || e == 'r' || e == 't' || e == '\\' ? 2 : 1;
          continue;
        }
        ++i;
        continue;
      }
    }

    std::uint64_t hash = 0, hash_before_last = 0;
    Mark word{i, 0, 0}, identifier{i, 0, 0}, component{i, 0, 0}, chunk{i, 0, 0};
    const auto tell = [&](TermKind kind, const Mark& from, std::size_t end, std::uint64_t end_hash) {
      const std::size_t size = end - from.at;
      if (size == 0 || size > max_term) return;
      sink(kind, from.at, end, end_hash - from.hash * tables.power[size]);
    };
    const auto end_word = [&](std::size_t end, std::uint64_t end_hash) {
      if (end == word.at) return;
      tell(TermKind::word, word, end, end_hash);
      ++identifier.parts;
    };
    const auto end_identifier = [&](std::size_t end) {
      end_word(end, hash);
      if (identifier.parts > 1) tell(TermKind::identifier, identifier, end, hash);
      ++component.parts;
    };
    const auto end_component = [&](std::size_t end) {
      end_identifier(end);
      if (component.parts > 1) tell(TermKind::identifier, component, end, hash);
      ++chunk.parts;
    };

    std::uint8_t previous = other, before_previous = other;
    while (i < n) {
      const std::uint8_t b = byte(i);
      c = tables.cls[b];
      if (is_word_class(c)) {
        if (c == upper) {
          if (previous == lower || previous == digit) {
            end_word(i, hash);
            word = {i, hash, 0};
          }
        } else if (c == lower && previous == upper && before_previous == upper) {
          end_word(i - 1, hash_before_last);  // HTTPServer: the S opens the next word
          word = {i - 1, hash_before_last, 0};
        }
        hash_before_last = hash;
        hash = hash * multiplier + tables.lower_case[b];
        before_previous = previous;
        previous = c;
        ++i;
        continue;
      }
      if (c == multibyte) {
        const utf8::CodePoint p = utf8::decode(text, i);
        if (!p.valid || script_of(p.value) != Script::letter) break;
        const char32_t low = lower_case(p.value);
        if (low == p.value) {
          for (std::size_t k = 0; k < p.size; ++k) hash = hash * multiplier + byte(i + k);
        } else {  // two bytes each, by the contract of lower_case
          hash = hash * multiplier + (0xC0 | static_cast<std::uint8_t>(low >> 6));
          hash = hash * multiplier + (0x80 | static_cast<std::uint8_t>(low & 0x3F));
        }
        before_previous = previous = other;  // no change of case to see between scripts
        i += p.size;
        continue;
      }
      if (c == other) break;
      // A joiner counts only between two word characters; `::` is one joiner.
      std::size_t next = i + 1;
      if (b == ':' && next < n && text[next] == ':') ++next;
      if (next >= n) break;
      const std::uint8_t after = tables.cls[byte(next)];
      if (!is_word_class(after)) {
        if (after == join_word && b == '_' && text[next] == '_') {  // __init__: a run of underscores is one joiner
          while (next < n && text[next] == '_') ++next;
          if (next >= n || !is_word_class(tables.cls[byte(next)])) break;
        } else if (after != multibyte) {
          break;
        } else {
          const utf8::CodePoint p = utf8::decode(text, next);
          if (!p.valid || script_of(p.value) != Script::letter) break;
        }
      }
      if (c == join_word) {
        end_word(i, hash);
      } else if (c == join_identifier) {
        end_identifier(i);
      } else {
        end_component(i);
      }
      for (; i < next; ++i) hash = hash * multiplier + byte(i);
      word = {i, hash, 0};
      if (c != join_word) identifier = {i, hash, 0};
      if (c == join_component) component = {i, hash, 0};
      previous = before_previous = other;
    }
    end_component(i);
    if (chunk.parts > 1) tell(TermKind::identifier, chunk, i, hash);
  }
}

}  // namespace headroom::search
