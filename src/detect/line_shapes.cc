#include "detect/line_shapes.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/prefixes.h"

namespace headroom::detect {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
constexpr bool is_word(char c) {
  return is_digit(c) || is_alpha(c) || c == '_';
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

std::string_view trim_left(std::string_view s) {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  return s;
}

std::size_t digits_at(std::string_view s, std::size_t at) {
  std::size_t n = 0;
  while (at + n < s.size() && is_digit(s[at + n])) ++n;
  return n;
}

// Pattern language of time stamps: '9' a digit, 'A' a letter, ' ' one or more blanks, others themselves.
std::size_t match(std::string_view s, std::string_view pattern) {
  std::size_t i = 0;
  for (char p : pattern) {
    if (i >= s.size()) return 0;
    if (p == ' ') {
      if (!is_blank(s[i])) return 0;
      while (i < s.size() && is_blank(s[i])) ++i;
      continue;
    }
    if (p == '9' ? !is_digit(s[i]) : p == 'A' ? !is_alpha(s[i]) : s[i] != p) return 0;
    ++i;
  }
  return i;
}

constexpr std::array<std::string_view, 20> time_patterns{
    "9999-99-99T99:99",  "9999-99-99 99:99",  "9999/99/99 99:99", "99/99/9999 99:99", "9999.99.99 99:99",
    "99/AAA/9999:99:99", "AAA 99 99:99:99",   "AAA 9 99:99:99",   "AAA AAA 99 99:99", "AAA AAA 9 99:99",
    "99-99 99:99:99",    "99/99/99 99:99:99", "999999 999999",    "99:99:99",         "9999-99-99",
    "9999999999 ",       "99.99.9999 99:99",  "99999999-99:99",   "99999999 99:99",   "99999999T99"};

// Most lines begin with none: every pattern begins with a digit, or with three letters and a blank.
bool may_be_time(std::string_view s) {
  static_assert(
      std::ranges::all_of(time_patterns, [](std::string_view p) { return p[0] == '9' || p.starts_with("AAA "); }));
  return !s.empty() && (is_digit(s[0]) || (is_alpha(s[0]) && s.size() > 3 && is_blank(s[3])));
}

// What may follow the matched part of a stamp: seconds, fractions, zones.
std::size_t extend_time(std::string_view s, std::size_t i) {
  while (i < s.size() && (is_digit(s[i]) || s[i] == ':' || s[i] == '.' || s[i] == ',')) ++i;
  if (i > 0 && (s[i - 1] == ':' || s[i - 1] == '.' || s[i - 1] == ',')) --i;
  if (i < s.size() && s[i] == 'Z') ++i;
  if (i + 2 < s.size() && (s[i] == '+' || s[i] == '-') && digits_at(s, i + 1) >= 2) {
    i += 1 + digits_at(s, i + 1);
    if (i < s.size() && s[i] == ':' && digits_at(s, i + 1) == 2) i += 3;
  }
  return i;
}

bool ends_word(std::string_view s, std::size_t at) {
  return at >= s.size() || !is_word(s[at]);
}

// A few words, found whole and in any case. Which lengths the words have that begin with a letter is known: most words
// of a line end at this filter.
template <std::size_t N>
class Words {
 public:
  constexpr explicit Words(std::array<std::string_view, N> words) : words_(words) {
    for (const std::string_view w : words)
      lengths_[static_cast<std::size_t>(w[0] - 'a')] |= std::uint32_t{1} << w.size();
  }

  // Does any of them stand in the first `limit` bytes?
  bool any_in(std::string_view s, std::size_t limit) const {
    s = s.substr(0, limit);
    for (std::size_t i = 0; i < s.size();) {
      if (!is_alpha(s[i])) {
        ++i;
        continue;
      }
      std::size_t n = i;
      while (n < s.size() && is_word(s[n])) ++n;
      if (is(s.substr(i, n - i))) return true;
      i = n;
    }
    return false;
  }

 private:
  bool is(std::string_view word) const {
    const char first = lower(word[0]);
    if (word.size() >= 32 || (lengths_[static_cast<std::size_t>(first - 'a')] >> word.size() & 1) == 0) return false;
    return std::ranges::any_of(words_, [&](std::string_view w) {
      return w[0] == first && std::ranges::equal(w, word, [](char a, char b) { return a == lower(b); });
    });
  }

  std::array<std::string_view, N> words_;
  std::array<std::uint32_t, 26> lengths_{};
};

constexpr Words level_words(std::to_array<std::string_view>({"trace", "debug", "info", "notice", "warn", "warning",
                                                             "error", "err", "fatal", "critical", "severe", "alert",
                                                             "emerg"}));

// Tools speak with fixed openings; a table, so that a new tool is one row.
constexpr Prefixes tool_prefixes(std::to_array<std::string_view>({"##[",
                                                                  "::error",
                                                                  "::warning",
                                                                  "::group",
                                                                  "::endgroup",
                                                                  "npm ERR!",
                                                                  "npm WARN",
                                                                  "npm error",
                                                                  "npm warn",
                                                                  "npm http",
                                                                  "npm verbose",
                                                                  "npm info",
                                                                  "npm silly",
                                                                  "npm notice",
                                                                  "Compiling ",
                                                                  "Downloading ",
                                                                  "Downloaded ",
                                                                  "Finished ",
                                                                  "Checking ",
                                                                  "Collecting ",
                                                                  "Requirement already",
                                                                  "Installing ",
                                                                  "Successfully ",
                                                                  "Using cached ",
                                                                  "Building ",
                                                                  "Get:",
                                                                  "Hit:",
                                                                  "Ign:",
                                                                  "Setting up ",
                                                                  "Unpacking ",
                                                                  "Preparing to unpack",
                                                                  "Selecting previously",
                                                                  "Processing triggers",
                                                                  "Reading ",
                                                                  "Inst ",
                                                                  "Conf ",
                                                                  "Step ",
                                                                  "--->",
                                                                  "=== RUN",
                                                                  "--- PASS",
                                                                  "--- FAIL",
                                                                  "ok  \t",
                                                                  "FAIL\t",
                                                                  "> Task ",
                                                                  "[INFO]",
                                                                  "[ERROR]",
                                                                  "[WARNING]",
                                                                  "-- ",
                                                                  "make[",
                                                                  "CMake ",
                                                                  "Scanning dependencies",
                                                                  "Built target"}));

constexpr Words outcome_words(std::to_array<std::string_view>({"passed", "failed", "skipped", "xfail", "xpass", "ok",
                                                               "error", "fail", "pass", "ignored"}));

bool plausible_path(std::string_view p) {
  if (p.empty() || p.size() > 512) return false;
  bool dot_or_slash = false;
  for (char c : p) {
    if (c == '/' || c == '.' || c == '\\') dot_or_slash = true;
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '<' || c == '>' || c == '|' || c == '*' || c == '?')
      return false;
  }
  if (dot_or_slash) return p.find("  ") == std::string_view::npos && !is_blank(p.front());
  // Makefile, README, Dockerfile...: one word with a capital first letter.
  return p.front() >= 'A' && p.front() <= 'Z' && p.find(' ') == std::string_view::npos && p.size() <= 40;
}

}  // namespace

std::size_t time_prefix(std::string_view line) {
  std::size_t start = 0;
  while (start < line.size() && start < 2 && is_blank(line[start])) ++start;
  const bool bracket = start < line.size() && (line[start] == '[' || line[start] == '(');
  const std::string_view s = line.substr(start + bracket);
  std::size_t n = 0;
  for (std::size_t k = 0; n == 0 && k < time_patterns.size() && may_be_time(s); ++k) n = match(s, time_patterns[k]);
  if (n == 0 && bracket) {  // [  12.345678] of the kernel
    std::size_t i = 0;
    while (i < s.size() && is_blank(s[i])) ++i;
    const std::size_t whole = digits_at(s, i);
    if (whole != 0 && i + whole < s.size() && s[i + whole] == '.' && digits_at(s, i + whole + 1) >= 3) n = i + whole;
  }
  if (n == 0) return 0;
  n = extend_time(s, n);
  n += start + bracket;
  if (bracket) {
    const std::size_t close = line.find(line[start] == '[' ? ']' : ')', n);
    if (close != std::string_view::npos && close - n < 12) n = close + 1;
  }
  return n;
}

bool has_level_or_tool_prefix(std::string_view line) {
  const std::string_view s = trim_left(line);
  if (tool_prefixes.begins(s)) return true;
  if (s.size() > 5 && s[0] == '[' && (s.substr(0, 7).find('%') != std::string_view::npos)) return true;  // [ 12%]
  if (s.size() > 3 && s[0] == '[' && is_digit(s[1]) && s.substr(0, 16).find('/') != std::string_view::npos &&
      s.substr(0, 16).find(']') != std::string_view::npos) {
    return true;  // [3/17]
  }
  if (level_words.any_in(s, 80)) return true;
  // test runners: "tests/x.py::test_a PASSED [ 3%]", "test foo::bar ... ok"
  const std::string_view tail = s.size() > 40 ? s.substr(s.size() - 40) : s;
  return (s.find("::") != std::string_view::npos || s.starts_with("test ")) && outcome_words.any_in(tail, 40);
}

std::optional<SearchSplit> search_split(std::string_view line) {
  if (line.empty() || is_blank(line.front())) return std::nullopt;
  std::optional<SearchSplit> best;
  const std::size_t limit = std::min<std::size_t>(line.size(), 512);
  for (std::size_t i = 1; i + 1 < limit; ++i) {
    const char mark = line[i];
    if (mark != ':' && mark != '-') continue;
    const std::size_t n = digits_at(line, i + 1);
    if (n == 0 || n > 8 || i + 1 + n >= line.size() || line[i + 1 + n] != mark) continue;
    const std::string_view path = line.substr(0, i);
    if (!plausible_path(path)) continue;
    if (mark == '-' && best) continue;  // a context line's path may hold "-12-"; a ':' split found earlier is stronger
    std::uint64_t number = 0;
    for (std::size_t k = 0; k < n; ++k) number = number * 10 + static_cast<std::uint64_t>(line[i + 1 + k] - '0');
    best = SearchSplit{i, number};
    if (mark == ':') break;
    i += n;
  }
  return best;
}

bool is_path_line(std::string_view line) {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  const std::size_t colon = line.rfind(':');
  if (colon != std::string_view::npos && colon + 1 < line.size() &&
      digits_at(line, colon + 1) == line.size() - colon - 1) {
    line = line.substr(0, colon);
  }
  if (line.size() < 3 || line.find(' ') != std::string_view::npos || line.find('=') != std::string_view::npos)
    return false;
  if (line.find('/') == std::string_view::npos && line.find('\\') == std::string_view::npos) return false;
  return plausible_path(line) && line.find("://") == std::string_view::npos;
}

bool has_path_prefix(std::string_view line) {
  const std::size_t drive = line.size() > 2 && line[1] == ':' && (line[2] == '\\' || line[2] == '/') ? 2 : 0;
  const std::size_t colon = line.substr(0, 512).find(':', drive);
  if (colon == std::string_view::npos || colon < 3) return false;
  const std::string_view path = line.substr(0, colon), text = line.substr(colon + 1);
  // "tests/a.py::test_x" is the name of a test.
  if (path.find_first_of(" \t=\"'<>(){}[],;") != std::string_view::npos || text.starts_with("//") ||
      text.starts_with(":"))
    return false;
  const std::size_t slash = path.find_last_of("/\\"), dot = path.rfind('.');
  return slash != std::string_view::npos && dot != std::string_view::npos && dot > slash && dot + 1 < path.size();
}

bool is_listing_line(std::string_view line) {
  constexpr std::array<std::string_view, 8> glyphs{"├── ", "└── ", "│", "|-- ", "`-- ", "|   ", "    |-- ", "    `-- "};
  for (std::string_view g : glyphs) {
    if (line.starts_with(g)) return line.size() > g.size();
  }
  if (line.starts_with('\t')) {  // git status
    const std::string_view s = line.substr(1);
    return s.starts_with("modified:   ") || s.starts_with("new file:   ") || s.starts_with("deleted:    ") ||
           s.starts_with("renamed:    ");
  }
  constexpr std::string_view states = " MADRCU?!";
  if (line.size() > 3 && line[2] == ' ' && line[3] != ' ' && states.find(line[0]) != std::string_view::npos &&
      states.find(line[1]) != std::string_view::npos && line[0] + line[1] != 2 * ' ') {
    return line.find(' ', 3) == std::string_view::npos;  // git status --short
  }
  std::string_view s = trim_left(line);
  const std::size_t size = digits_at(s, 0);
  if (size > 0) {
    // du: a size and a tab; find -ls: two numbers and a mode; unzip -l: a size and a date.
    std::size_t end = size;
    if (end + 1 < s.size() && s[end] == '.' && is_digit(s[end + 1])) end += 2;
    if (end < s.size() && (s[end] == 'K' || s[end] == 'M' || s[end] == 'G')) ++end;
    if (end < s.size() && s[end] == '\t')
      return end + 1 < s.size() && s.find('\t', end + 1) == std::string_view::npos &&
             (s.find('/', end) != std::string_view::npos || s[end + 1] == '.');
    s = trim_left(s.substr(size));
    if (match(s, "9999-99-99 99:99   ") != 0) return true;
    s = trim_left(s.substr(digits_at(s, 0)));
  }
  constexpr std::string_view types = "-dlbcps";
  if (s.size() > 20 && types.find(s[0]) != std::string_view::npos) {
    const std::string_view bits = s.substr(1, 9);
    if (bits.find_first_not_of("rwxsStT-") == std::string_view::npos && s.find(' ') <= 11) return true;
  }
  if (line.starts_with("total ")) return digits_at(line, 6) > 0;
  return line.size() > 2 && line.back() == ':' && (line[0] == '/' || line[0] == '.') &&
         line.find(' ') == std::string_view::npos;
}

bool is_hunk_head(std::string_view line) {
  if (line.starts_with("@@ -") || line.starts_with("@@@ -")) return line.find("@@", 3) != std::string_view::npos;
  return line.starts_with("*** ") && line.ends_with(" ****");
}

bool is_diff_line(std::string_view line) {
  static constexpr Prefixes heads(std::to_array<std::string_view>(
      {"diff --git ", "diff --cc ", "diff -", "--- ", "+++ ", "index ", "Index: ", "rename from ", "rename to ",
       "similarity index ", "new file mode ", "deleted file mode ", "old mode ", "new mode ", "Binary files "}));
  return heads.begins(line) || is_hunk_head(line);
}

bool is_test_report_line(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
  if (line.size() < 4) return false;
  switch (line[0]) {
    case '=':
    case '_':
      if (line.starts_with("_ _ _ _")) return true;
      return line[1] == line[0] && line[2] == line[0] && line.back() == line[0] && line.find(' ') != line.npos;
    case 'E':
    case '>':
      if (line.substr(1).starts_with("   ")) return true;
      break;
    default:
      break;
  }
  if (line.ends_with("%]")) return line.find_first_of(".sxEF") != line.npos && line.find(" [") != line.npos;
  if (line.starts_with("FAILED ") || line.starts_with("ERROR ")) return line.find("::") != line.npos;
  const std::size_t in = line.find(": in ");
  return in != line.npos && in > 0 && line[in - 1] >= '0' && line[in - 1] <= '9' && line[0] != ' ';
}

bool is_diagnostic(std::string_view line) {
  const std::string_view s = trim_left(line);
  constexpr std::array<std::string_view, 6> words{"error", "warning", "note", "fatal", "remark", "help"};
  for (std::string_view w : words) {
    if (s.starts_with(w) && s.size() > w.size() && (s[w.size()] == ':' || s[w.size()] == '[')) return true;
  }
  // Behind "file:12: ", "file:12:3: " or "file(12,3): ".
  for (std::size_t at = s.find(": ", 1); at != std::string_view::npos; at = s.find(": ", at + 1)) {
    if (!is_digit(s[at - 1]) && s[at - 1] != ')') continue;
    const std::string_view behind = s.substr(at + 2);
    for (std::string_view w : words) {
      if (behind.starts_with(w) && ends_word(behind, w.size())) return true;
    }
  }
  return s.starts_with("File \"") && s.find("\", line ") != std::string_view::npos;
}

bool is_fence(std::string_view line) {
  const std::string_view s = trim_left(line);
  return s.starts_with("```") || s.starts_with("~~~");
}

bool is_markdown(std::string_view line) {
  if (is_fence(line)) return true;
  const std::string_view s = trim_left(line);
  if (s.size() < 2) return false;
  if (s[0] == '#') {
    const std::size_t n = s.find_first_not_of('#');
    return n <= 6 && s[n] == ' ' && line[0] == '#';
  }
  if ((s[0] == '-' || s[0] == '*' || s[0] == '+') && s[1] == ' ') return true;
  if (s[0] == '|') return s.back() == '|';
  if (s[0] == '>' && s[1] == ' ') return true;
  const std::size_t n = digits_at(s, 0);
  return n != 0 && n < 4 && n + 1 < s.size() && s[n] == '.' && s[n + 1] == ' ';
}

bool is_code_line(std::string_view line) {
  static constexpr Prefixes openings(std::to_array<std::string_view>(
      {"def ",    "class ",  "import ",  "from ",     "return",  "if (",     "if ",      "elif ", "else",
       "for ",    "while ",  "const ",   "let ",      "var ",    "function", "func ",    "fn ",   "pub ",
       "use ",    "public ", "private ", "protected", "static ", "#include", "#define",  "#if",   "#endif",
       "package", "module ", "my ",      "sub ",      "end",     "//",       "/*",       "* ",    "try",
       "case ",   "export ", "local ",   "fi",        "done",    "impl ",    "require ", "@"}));
  // A gutter of line numbers is none of the code's shape.
  const std::size_t digits = digits_at(line, 0);
  const std::string_view behind = line.substr(digits);
  if (digits > 0 && digits < 8 && (behind.starts_with('\t') || behind.starts_with("→"))) {
    line.remove_prefix(digits + (behind.front() == '\t' ? 1 : 3));
    line = trim_left(line);
    if (line.empty()) return true;
  }
  const char last = line.back();
  if (last == ';' || last == '{' || last == '}') return true;
  if (last == ':' || last == ')') {
    if (line.find('(') != std::string_view::npos) return true;
  }
  for (std::string_view o : openings.candidates(line)) {
    if (line.starts_with(o) && (line.size() == o.size() || !is_word(o.back()) || !is_word(line[o.size()]))) return true;
  }
  return line.find(" = ") != std::string_view::npos || line.find(" := ") != std::string_view::npos;
}

namespace {

enum Writing : std::uint8_t { opens_word = 1, closes_word = 2, in_word = 4 };

constexpr std::array<std::uint8_t, 256> make_writing() {
  std::array<std::uint8_t, 256> t{};
  for (const char c : std::string_view("(\"'*_`[")) t[static_cast<unsigned char>(c)] |= opens_word;
  for (const char c : std::string_view(",.;:!?)\"'*_`]")) t[static_cast<unsigned char>(c)] |= closes_word;
  for (int c = 0; c < 256; ++c) {
    const char letter = static_cast<char>(c);
    if (is_alpha(letter) || c >= 0x80 || letter == '\'' || letter == '-') t[static_cast<std::size_t>(c)] |= in_word;
  }
  return t;
}
constexpr auto writing = make_writing();

// "word", "it's", "(well-known", "end.", "*new*,": letters, with marks of writing around them.
bool is_plain_word(std::string_view token) {
  const auto is = [](char c, Writing what) { return (writing[static_cast<unsigned char>(c)] & what) != 0; };
  while (!token.empty() && is(token.front(), opens_word)) token.remove_prefix(1);
  while (!token.empty() && is(token.back(), closes_word)) token.remove_suffix(1);
  if (token.empty() || token.size() > 40) return false;
  return std::ranges::all_of(token, [&](char c) { return is(c, in_word); });
}

}  // namespace

bool is_sentence_line(std::string_view trimmed) {
  constexpr std::size_t looked_at = 400, least_words = 4, least_characters = 12;
  const std::string_view line = trimmed.substr(0, looked_at);
  std::size_t tokens = 0, plain = 0, small = 0, wide = 0;
  for (std::size_t i = 0; i < line.size();) {
    if (is_blank(line[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    for (; end < line.size() && !is_blank(line[end]); ++end) wide += static_cast<unsigned char>(line[end]) >= 0xE3;
    const std::string_view token = line.substr(i, end - i);
    ++tokens;
    if (is_plain_word(token)) {
      ++plain;
      small += (token.front() >= 'a' && token.front() <= 'z') || static_cast<unsigned char>(token.front()) >= 0x80;
    }
    i = end;
  }
  if (wide >= least_characters && wide * 6 >= line.size()) return true;  // a character is three bytes
  return plain >= least_words && plain * 20 >= tokens * 13 && small * 5 >= plain * 2;
}

bool is_setting_line(std::string_view line) {
  // A gutter of line numbers is none of the file's shape.
  const std::size_t digits = digits_at(line, 0);
  if (digits > 0 && digits < 8 && digits < line.size() && line[digits] == '\t')
    line = trim_left(line.substr(digits + 1));
  if (line.empty()) return true;
  if (line[0] == '#' || line == "}" || line == "]") return true;
  if (line[0] == '[') return line.back() == ']';
  if (line.starts_with("- ")) return true;
  // Elements of a list over several lines: "serde", and { name = "serde" },
  const std::string_view element = line.ends_with(',') ? line.substr(0, line.size() - 1) : line;
  if (element.size() > 2 && element[0] == '"' && element.find('"', 1) == element.size() - 1) return true;
  if (element[0] == '{' && element.ends_with('}') && element.find(" = ") != std::string_view::npos) return true;
  constexpr std::array<std::string_view, 10> instructions{"FROM ", "RUN ", "COPY ", "ENV ",     "ARG ",
                                                          "CMD ",  "ADD ", "USER ", "WORKDIR ", "EXPOSE "};
  for (std::string_view w : instructions) {
    if (line.starts_with(w)) return true;
  }
  if (line.ends_with(" {") && line.find_first_of("()") == std::string_view::npos) return true;
  std::size_t n = 0;
  const auto in_key = [](char c) { return is_word(c) || c == '.' || c == '-' || c == '"' || c == '\'' || c == '/'; };
  while (n < line.size() && in_key(line[n])) ++n;
  if (n == 0 || n == line.size()) return false;
  if (line[n] == ':') return n + 1 == line.size() || line[n + 1] == ' ';
  std::size_t at = n;
  while (at < line.size() && line[at] == ' ') ++at;
  return at < line.size() && line[at] == '=' && line.back() != ';' && !line.substr(at).starts_with("==");
}

namespace {

// Of each byte, what stands for it in a shape.
constexpr std::array<char, 256> make_shape_classes() {
  std::array<char, 256> t{};
  for (int b = 0; b < 256; ++b) {
    const char c = static_cast<char>(b);
    t[static_cast<std::size_t>(b)] = is_digit(c) ? '9' : is_alpha(c) || b >= 0x80 ? 'a' : is_blank(c) ? ' ' : c;
  }
  return t;
}
constexpr auto shape_classes = make_shape_classes();

}  // namespace

std::uint64_t shape_of(std::string_view line) {
  std::array<char, 96> shape;
  std::size_t n = 0;
  char previous = '\0';
  for (char c : line.substr(0, 400)) {
    const char k = shape_classes[static_cast<unsigned char>(c)];
    const bool run = k == '9' || k == 'a' || k == ' ';
    // A run of letters and digits is one class: 3f1c and abcd are one shape.
    const char merged = k == '9' && previous == 'a' ? 'a' : k;
    if (run && merged == previous) continue;
    if (k == 'a' && previous == '9' && n > 0) {
      shape[n - 1] = 'a';
      previous = 'a';
      continue;
    }
    if (n == shape.size()) break;
    shape[n++] = merged;
    previous = merged;
  }
  return hash64({shape.data(), n});
}

}  // namespace headroom::detect
