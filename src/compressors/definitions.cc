#include "compressors/definitions.h"

#include <algorithm>
#include <array>

namespace headroom::compressors {
namespace {

bool is_word(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '$' || (c & 0x80) != 0;
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::string_view skip_blanks(std::string_view s) {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  return s;
}
std::string_view word_at_front(std::string_view s) {
  std::size_t n = 0;
  while (n < s.size() && is_word(s[n])) ++n;
  return s.substr(0, n);
}

// The next word is the name.
constexpr auto introducers = std::to_array<std::string_view>(
    {"def",       "class", "fn",        "func",   "function",    "struct", "enum",     "trait",
     "interface", "union", "namespace", "module", "macro_rules", "type",   "protocol", "record",
     "fun",       "sub",   "typedef",   "object", "mod",         "define", "impl"});
// Words that may stand before an introducer or a return type.
constexpr auto modifiers = std::to_array<std::string_view>(
    {"async",    "export",  "default",      "pub",      "public",   "private", "protected",
     "internal", "static",  "final",        "abstract", "virtual",  "inline",  "constexpr",
     "const",    "unsafe",  "extern",       "override", "open",     "sealed",  "data",
     "declare",  "partial", "synchronized", "native",   "explicit", "suspend", "local"});
// Words that begin statements, so that `word name(` is a call and no declaration.
constexpr auto statements = std::to_array<std::string_view>(
    {"return", "if",     "else",   "elif",  "for",   "while",  "switch", "case", "catch",  "except", "throw",
     "raise",  "new",    "delete", "await", "yield", "assert", "with",   "in",   "not",    "and",    "or",
     "do",     "goto",   "import", "from",  "using", "print",  "echo",   "del",  "lambda", "match",  "when",
     "unless", "until",  "let",    "var",   "val",   "sizeof", "defer",  "go",   "select", "try",    "is",
     "as",     "typeof", "a",      "an",    "the",   "to",     "of"});

template <class Table>
bool in(const Table& table, std::string_view word) {
  return std::find(table.begin(), table.end(), word) != table.end();
}

}  // namespace

std::string_view defined_name(std::string_view line) {
  line = skip_blanks(line.substr(0, 400));
  if (line.starts_with('#'))
    line = skip_blanks(line.substr(1)).starts_with("define") ? skip_blanks(line.substr(1)) : "";
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  std::string_view rest = line, name;
  std::size_t words = 0;
  bool modified = false;
  while (!rest.empty()) {
    const std::string_view word = word_at_front(rest);
    if (word.empty()) return {};
    std::string_view behind = rest.substr(word.size());
    const bool may_be_name = behind.starts_with('(') && (words > 0 || modified);  // Java's List.of
    if (in(statements, word) && !may_be_name) return {};
    if (words == 0 && in(modifiers, word)) {
      modified = true;
      // pub(crate), extern "C"
      if (behind.starts_with('(')) {
        const std::size_t close = behind.find(')');
        if (close == std::string_view::npos) return {};
        behind.remove_prefix(close + 1);
      }
      behind = skip_blanks(behind);
      if (behind.starts_with("\"C\"")) behind = skip_blanks(behind.substr(3));
      rest = behind;
      continue;
    }
    if (in(introducers, word) && !behind.empty() && (is_blank(behind[0]) || behind[0] == '<' || behind[0] == '!')) {
      behind = skip_blanks(behind.starts_with('!') ? behind.substr(1) : behind);
      if (behind.starts_with('<')) {  // impl<T> Name
        const std::size_t close = behind.find('>');
        if (close == std::string_view::npos) return {};
        behind = skip_blanks(behind.substr(close + 1));
      }
      if (behind.starts_with('(')) {  // func (r *Receiver) Name
        const std::size_t close = behind.find(')');
        if (close == std::string_view::npos) return {};
        behind = skip_blanks(behind.substr(close + 1));
      }
      while (!behind.empty() && (behind[0] == '*' || behind[0] == '&')) behind.remove_prefix(1);
      const std::string_view found = word_at_front(behind);
      // "type = 3", "class: x" name nothing.
      return found;
    }
    ++words;
    name = word;
    // A type: qualified, templated, a pointer, an array.
    rest = behind;
    while (!rest.empty() && !is_blank(rest[0]) && rest[0] != '(') {
      if (rest[0] == '<') {
        int depth = 0;
        std::size_t i = 0;
        for (; i < rest.size(); ++i) {
          depth += rest[i] == '<';
          depth -= rest[i] == '>';
          if (depth == 0) break;
        }
        if (i >= rest.size()) return {};
        rest.remove_prefix(i + 1);
      } else if (rest[0] == ':' || rest[0] == '*' || rest[0] == '&' || rest[0] == '[' || rest[0] == ']' ||
                 rest[0] == '~') {
        rest.remove_prefix(1);
      } else if (is_word(rest[0])) {
        name = word_at_front(rest);
        rest.remove_prefix(name.size());
      } else {
        return {};
      }
    }
    if (rest.starts_with('(')) break;
    rest = skip_blanks(rest);
    while (!rest.empty() && (rest[0] == '*' || rest[0] == '&')) rest.remove_prefix(1);
    if (words > 5) return {};
  }
  // `type name(...` up to an opening brace or an open argument list: C, C++, Java, C#; one word alone is a call.
  if (!rest.starts_with('(') || (words < 2 && !modified)) return {};
  const char last = line.back();
  return last == '{' || last == ')' || last == ',' || last == '(' || line.ends_with("const") ||
                 line.ends_with("override") || line.ends_with(");")
             ? name
             : std::string_view();
}

}  // namespace headroom::compressors
