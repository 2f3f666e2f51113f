#include "search/terms.h"

#include <algorithm>
#include <array>

namespace headroom::search {
namespace {

struct Span {
  char32_t first, last;
};

constexpr bool in(const auto& spans, char32_t c) {
  return std::any_of(std::begin(spans), std::end(spans), [c](Span s) { return c >= s.first && c <= s.last; });
}

// Scripts whose words are not divided by spaces, and Hangul, whose words carry endings.
constexpr std::array<Span, 12> unspaced_spans{{{0x0E00, 0x0EFF},      // Thai, Lao
                                               {0x1000, 0x109F},      // Myanmar
                                               {0x1100, 0x11FF},      // Hangul Jamo
                                               {0x1780, 0x17FF},      // Khmer
                                               {0x2E80, 0x2FDF},      // radicals
                                               {0x3005, 0x3007},      // iteration mark, zero
                                               {0x3040, 0x30FF},      // Kana
                                               {0x3100, 0x31FF},      // Bopomofo, Hangul compatibility, Kana extensions
                                               {0x3400, 0x9FFF},      // Han
                                               {0xAC00, 0xD7FF},      // Hangul syllables
                                               {0xF900, 0xFAFF},      // Han compatibility
                                               {0x20000, 0x3FFFF}}};  // Han extensions

// Punctuation, symbols, spaces, private use, emoji.
constexpr std::array<Span, 16> separator_spans{{{0x80, 0xA9},
                                                {0xAB, 0xB4},
                                                {0xB6, 0xB9},
                                                {0xBB, 0xBF},
                                                {0xD7, 0xD7},
                                                {0xF7, 0xF7},
                                                {0x2000, 0x206F},
                                                {0x20A0, 0x20CF},
                                                {0x2190, 0x2BFF},
                                                {0x2E00, 0x2E7F},
                                                {0x3000, 0x3004},
                                                {0x3008, 0x303F},
                                                {0xD800, 0xF8FF},
                                                {0xFE10, 0xFE6F},
                                                {0xFF00, 0xFF0F},
                                                {0xFFF0, 0xFFFF}}};

// Sorted. Question words, articles, pronouns, auxiliaries, prepositions, and what one says to an agent.
constexpr std::array<std::string_view, 158> stop_words{
    "a",      "about",   "after",  "again",   "all",   "also",   "am",    "an",      "and",    "any",     "are",
    "as",     "at",      "be",     "because", "been",  "before", "being", "between", "both",   "but",     "by",
    "can",    "check",   "could",  "did",     "do",    "does",   "doing", "don",     "done",   "each",    "find",
    "for",    "from",    "get",    "give",    "go",    "got",    "had",   "has",     "have",   "he",      "help",
    "her",    "here",    "him",    "his",     "how",   "i",      "if",    "in",      "into",   "is",      "it",
    "its",    "just",    "know",   "let",     "like",  "ll",     "look",  "make",    "many",   "may",     "me",
    "might",  "more",    "most",   "much",    "must",  "my",     "need",  "no",      "not",    "now",     "of",
    "off",    "ok",      "on",     "once",    "one",   "only",   "or",    "other",   "our",    "out",     "over",
    "please", "re",      "really", "s",       "said",  "same",   "say",   "see",     "she",    "should",  "show",
    "so",     "some",    "such",   "sure",    "t",     "take",   "tell",  "than",    "thank",  "thanks",  "that",
    "the",    "their",   "them",   "then",    "there", "these",  "they",  "thing",   "things", "think",   "this",
    "those",  "through", "to",     "too",     "try",   "under",  "until", "up",      "us",     "use",     "used",
    "using",  "ve",      "very",   "want",    "was",   "way",    "we",    "well",    "were",   "what",    "when",
    "where",  "whether", "which",  "while",   "who",   "why",    "will",  "with",    "within", "without", "would",
    "yes",    "yet",     "you",    "your"};
static_assert(std::is_sorted(stop_words.begin(), stop_words.end()));

}  // namespace

Script script_of(char32_t c) {
  if (c >= 0x0E00 && in(unspaced_spans, c)) return Script::unspaced;
  if (in(separator_spans, c) || (c >= 0x1F000 && c < 0x20000) || c >= 0xE0000) return Script::separator;
  return Script::letter;
}

char32_t lower_case(char32_t c) {
  if (c < 0xC0 || c > 0x556) return c;
  if (c <= 0xDE) return c == 0xD7 ? c : c + 0x20;
  if (c < 0x100) return c;
  if (c <= 0x137) return c == 0x130 || c == 0x131 ? c : c | 1;
  if (c >= 0x139 && c <= 0x148) return c + (c & 1);
  if (c >= 0x14A && c <= 0x177) return c | 1;
  if (c == 0x178) return 0xFF;
  if (c >= 0x179 && c <= 0x17E) return c + (c & 1);
  if (c == 0x386) return 0x3AC;
  if (c >= 0x388 && c <= 0x38A) return c + 0x25;
  if (c == 0x38C) return 0x3CC;
  if (c == 0x38E || c == 0x38F) return c + 0x3F;
  if (c >= 0x391 && c <= 0x3AB) return c == 0x3A2 ? c : c + 0x20;
  if (c >= 0x400 && c <= 0x40F) return c + 0x50;
  if (c >= 0x410 && c <= 0x42F) return c + 0x20;
  if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F)) return c | 1;
  if (c >= 0x531 && c <= 0x556) return c + 0x30;
  return c;
}

void append_lower(std::string& out, std::string_view text) {
  out.reserve(out.size() + text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto b = static_cast<std::uint8_t>(text[i]);
    if (b < 0x80) {
      out += static_cast<char>(scan_detail::tables.lower_case[b]);
      ++i;
      continue;
    }
    const utf8::CodePoint p = utf8::decode(text, i);
    const char32_t low = p.valid ? lower_case(p.value) : p.value;
    if (p.valid && low != p.value) {
      utf8::append(out, low);
    } else {
      out.append(text, i, p.size);
    }
    i += p.size;
  }
}

std::string to_lower(std::string_view text) {
  std::string out;
  append_lower(out, text);
  return out;
}

void for_each_term(std::string_view text, const std::function<void(std::string_view, TermKind)>& fn) {
  std::string term;
  scan(text, [&](TermKind kind, std::size_t begin, std::size_t end, std::uint64_t) {
    term.clear();
    append_lower(term, text.substr(begin, end - begin));
    fn(term, kind);
  });
}

bool is_stop_word(std::string_view word) {
  return std::binary_search(stop_words.begin(), stop_words.end(), word);
}

}  // namespace headroom::search
