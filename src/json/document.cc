#include "json/document.h"

#include <algorithm>
#include <array>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"
#include "json/string_blocks.h"
#include "json/strings.h"

namespace headroom::json {
namespace {

constexpr bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_hex(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

// What may follow a backslash but u.
constexpr auto escapes = [] {
  std::array<bool, 256> table{};
  for (const char c : {'"', '\\', '/', 'b', 'f', 'n', 'r', 't'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();
constexpr bool is_escape(char c) {
  return escapes[static_cast<unsigned char>(c)];
}

// Non-zero where a byte of the word is '"', '\\' or below 0x20 (exact for the lowest such byte, which is all that is
// used).
inline std::uint64_t special_bytes(std::uint64_t w) {
  constexpr std::uint64_t ones = 0x0101010101010101ULL, highs = 0x8080808080808080ULL;
  const auto zero = [](std::uint64_t v) { return (v - ones) & ~v; };
  return (zero(w ^ ones * '"') | zero(w ^ ones * '\\') | ((w - ones * 0x20) & ~w)) & highs;
}

#ifdef __SSE2__
constexpr int short_blocks = 2;  // of 16 bytes: most strings are keys, and end there
#endif

// Where the first such byte stands at or after `at`; at most 15 bytes before the end if there is none. Escapes of two
// bytes may be passed over, which `escaped` tells.
inline std::size_t skip_plain(std::string_view text, std::size_t at, bool& escaped) {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1F);
  for (int blocks = 0; at + 17 <= text.size(); ++blocks) {
    if (blocks >= short_blocks && (at = skip_blocks(text.data(), text.size(), at, escaped)) + 17 > text.size()) break;
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i below = _mm_cmpeq_epi8(_mm_max_epu8(x, control), control);
    const __m128i hit = _mm_or_si128(below, _mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, backslash)));
    std::size_t next = at + 16;
    for (auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit)); mask != 0;) {
      const auto k = static_cast<unsigned>(__builtin_ctz(mask));
      if (text[at + k] != '\\' || !is_escape(text[at + k + 1])) return at + k;
      escaped = true;
      if (k == 15) ++next;
      mask &= ~(3U << k);
    }
    at = next;
  }
#else
  static_cast<void>(escaped);
#endif
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t w;
    std::memcpy(&w, text.data() + at, 8);
    if (const std::uint64_t hit = special_bytes(w); hit != 0)
      return at + static_cast<std::size_t>(__builtin_ctzll(hit)) / 8;
  }
  return at;
}

}  // namespace

class Scanner {
 public:
  Scanner(std::string_view text, Limits limits) : text_(text), limits_(limits) {}

  std::expected<Document, ParseError> run(bool whole) {
    if (text_.size() > max_text) return std::unexpected(ParseError{max_text, "text over 64 MiB", false});
    doc_.text_ = text_;
    whole_ = whole;
    doc_.nodes_.reserve(std::min(text_.size() / 2 + 2, first_nodes));
    if (!scan()) return std::unexpected(ParseError{at_, message_, truncated_});
    if (whole) {
      skip_space();
      if (at_ != text_.size()) return std::unexpected(ParseError{at_, "text after the value", false});
    }
    if (const auto bad = utf8::first_invalid(text_.substr(0, at_))) {
      return std::unexpected(ParseError{*bad, "invalid UTF-8", false});
    }
    return std::move(doc_);
  }

 private:
  static constexpr std::size_t first_nodes = 2048;

  bool error(const char* message) {
    truncated_ = at_ >= text_.size();
    message_ = truncated_ ? "text ends inside a value" : message;
    return false;
  }
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  // Room for half as many nodes again as the rest will take if it is like the text so far: an even text is copied once,
  // and what stays unused is never touched.
  void grow() {
    const std::size_t n = doc_.nodes_.size();
    std::size_t room = n * 2;
    if (whole_ && at_ > 0) {
      const double each = static_cast<double>(n) / static_cast<double>(at_);
      const auto expected = static_cast<std::size_t>(each * 1.5 * static_cast<double>(text_.size()));
      room = std::max(n + n / 2, std::min(expected, text_.size() / 2 + 2));  // a value takes two bytes at least
    }
    doc_.nodes_.reserve(room);
  }

  void add(Kind kind, std::size_t begin, std::size_t size, bool escaped = false) {
    if (doc_.nodes_.size() == doc_.nodes_.capacity()) grow();
    doc_.nodes_.push_back(
        Document::Packed::of(kind, escaped, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(size)));
  }

  // Iterative: a stack of open containers, so that depth costs memory of ours and never the call stack.
  bool scan() {
    std::vector<NodeId> open;
    skip_space();
    for (;;) {  // at the start of a value
      if (at_ >= text_.size()) return error("a value is missing");
      const char c = text_[at_];
      if (c == '{' || c == '[') {
        if (static_cast<int>(open.size()) >= limits_.depth) return error("nested too deeply");
        open.push_back(static_cast<NodeId>(doc_.nodes_.size()));
        add(c == '{' ? Kind::object : Kind::array, at_++, doc_.containers_.size());
        doc_.containers_.push_back({});
        skip_space();
        if (at_ < text_.size() && text_[at_] == (c == '{' ? '}' : ']')) {
          close(open);
        } else {
          if (c == '{' && !key()) return false;
          continue;
        }
      } else if (!scalar(c)) {
        return false;
      }
      for (;;) {  // after a value
        if (open.empty()) return true;
        skip_space();
        if (at_ >= text_.size()) return error("");
        const bool object = doc_.nodes_[open.back()].kind() == Kind::object;
        if (text_[at_] == ',') {
          ++at_;
          skip_space();
          if (object && !key()) return false;
          break;
        }
        if (text_[at_] != (object ? '}' : ']')) return error(object ? "expected , or }" : "expected , or ]");
        close(open);
      }
    }
  }

  void close(std::vector<NodeId>& open) {
    ++at_;
    const Document::Packed node = doc_.nodes_[open.back()];
    doc_.containers_[node.size()] = {static_cast<std::uint32_t>(at_) - node.begin,
                                     static_cast<NodeId>(doc_.nodes_.size())};
    open.pop_back();
  }

  bool key() {
    if (at_ >= text_.size() || text_[at_] != '"') return error("expected a key");
    if (!string()) return false;
    skip_space();
    if (at_ >= text_.size() || text_[at_] != ':') return error("expected : after a key");
    ++at_;
    skip_space();
    return true;
  }

  bool scalar(char c) {
    switch (c) {
      case '"':
        return string();
      case 't':
        return word("true", Kind::true_);
      case 'f':
        return word("false", Kind::false_);
      case 'n':
        return word("null", Kind::null);
      default:
        return number();
    }
  }

  bool word(std::string_view w, Kind kind) {
    const std::size_t begin = at_;
    for (char c : w) {
      if (at_ >= text_.size() || text_[at_] != c) return error("not a JSON value");
      ++at_;
    }
    add(kind, begin, at_ - begin);
    return true;
  }

  bool digits() {
    if (at_ >= text_.size() || !is_digit(text_[at_])) return error("not a JSON value");
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return true;
  }

  bool number() {
    const std::size_t begin = at_;
    if (text_[at_] == '-') ++at_;
    if (at_ < text_.size() && text_[at_] == '0') {
      ++at_;
    } else if (!digits()) {
      return false;
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (at_ < text_.size() && (text_[at_] | 0x20) == 'e') {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!digits()) return false;
    }
    add(Kind::number, begin, at_ - begin);
    return true;
  }

  bool string() {
    const std::size_t begin = at_++;
    bool escaped = false;
    for (;;) {
      at_ = skip_plain(text_, at_, escaped);
      if (at_ >= text_.size()) return error("");
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        add(Kind::string, begin, at_ - begin, escaped);
        return true;
      }
      if (c == '\\') {
        escaped = true;
        if (!escape()) return false;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        return error("control character in a string");
      } else {
        ++at_;
      }
    }
  }

  bool escape() {
    ++at_;
    if (at_ >= text_.size()) return error("");
    const char c = text_[at_++];
    if (c == 'u') {
      for (int i = 0; i < 4; ++i, ++at_) {
        if (at_ >= text_.size() || !is_hex(text_[at_])) return error("bad \\u escape");
      }
      return true;
    }
    if (!is_escape(c)) {
      --at_;
      return error("bad escape");
    }
    return true;
  }

  std::string_view text_;
  Limits limits_;
  std::size_t at_ = 0;
  bool whole_ = true;  // the text is one value
  bool truncated_ = false;
  const char* message_ = "";
  Document doc_;
};

std::expected<Document, ParseError> Document::parse(std::string_view text, Limits limits) {
  return Scanner(text, limits).run(true);
}

std::expected<Document, ParseError> Document::parse_prefix(std::string_view text, Limits limits) {
  return Scanner(text, limits).run(false);
}

std::string Document::string(NodeId id) const {
  return nodes_[id].escaped() ? unescape(string_raw(id)) : std::string(string_raw(id));
}

bool Document::string_is(NodeId id, std::string_view value) const {
  return nodes_[id].escaped() ? unescape(string_raw(id)) == value : string_raw(id) == value;
}

std::size_t Document::count(NodeId id) const {
  std::size_t n = 0;
  if (is(id, Kind::array)) {
    for (NodeId e : elements(id)) (void)e, ++n;
  } else if (is(id, Kind::object)) {
    for (Member m : members(id)) (void)m, ++n;
  }
  return n;
}

std::optional<NodeId> Document::member(NodeId object, std::string_view key) const {
  if (!is(object, Kind::object)) return std::nullopt;
  for (Member m : members(object)) {
    if (string_is(m.key, key)) return m.value;
  }
  return std::nullopt;
}

namespace {

// The lexical tokens of a text that may or may not be JSON: punctuation, strings by their quotes, runs of anything
// else.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  // Empty at the end, and for a string that does not close.
  std::string_view next() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    if (at_ >= text_.size()) return {};
    const std::size_t begin = at_;
    const char c = text_[at_++];
    if (c == '"') {
      if (!close_string()) return {};
    } else if (!is_punctuation(c)) {
      while (at_ < text_.size() && !is_space(text_[at_]) && !is_punctuation(text_[at_]) && text_[at_] != '"') ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }
  bool at_end() const { return at_ >= text_.size(); }

 private:
  static bool is_punctuation(char c) { return c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':'; }
  bool close_string() {
    for (;;) {
      while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\') ++at_;
      if (at_ == text_.size()) return false;
      if (text_[at_] == '"') {
        ++at_;
        return true;
      }
      at_ = std::min(at_ + 2, text_.size());
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool same_string(std::string_view a, std::string_view b) {
  const auto x = Document::parse(a), y = Document::parse(b);
  return x && y && x->is(0, Kind::string) && y->is(0, Kind::string) && x->string(0) == y->string(0);
}

}  // namespace

bool same_tokens_as(std::string_view valid, std::string_view other) {
  Lexer a(valid), b(other);
  for (;;) {
    const std::string_view x = a.next(), y = b.next();
    if (x.empty()) return y.empty() && b.at_end();
    if (x != y && (x.front() != '"' || y.empty() || y.front() != '"' || !same_string(x, y))) return false;
  }
}

bool same_tokens(std::string_view a, std::string_view b) {
  return Document::parse(a).has_value() && same_tokens_as(a, b);
}

}  // namespace headroom::json
