#include "compressors/rows/leads.h"

#include <algorithm>
#include <array>

#include "detect/line_shapes.h"

namespace headroom::compressors::rows {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t looked_at = 512;  // bytes of a line
constexpr std::size_t most_words = 10;  // of a line that are weighed

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_alnum(char c) {
  return is_digit(c) || is_alpha(c);
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
constexpr bool is_hex(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

template <class Of>
std::size_t run_at(std::string_view s, std::size_t at, Of of) {
  std::size_t n = 0;
  while (at + n < s.size() && of(s[at + n])) ++n;
  return n;
}

// The words of a line, as far as they are weighed.
struct Words {
  std::array<std::string_view, most_words> word;
  std::size_t count = 0;

  explicit Words(std::string_view s) {
    for (std::size_t i = 0; i < s.size() && count < word.size();) {
      i += run_at(s, i, is_blank);
      const std::size_t n = run_at(s, i, [](char c) { return !is_blank(c); });
      if (n > 0) word[count++] = s.substr(i, n);
      i += n;
    }
  }
  std::string_view operator[](std::size_t i) const { return i < count ? word[i] : std::string_view(); }
};

// Holds a digit, a mark of paths, names or values between letters, or brackets around it.
bool is_machine_word(std::string_view w) {
  if (w.size() > 2 && ((w.front() == '[' && w.back() == ']') || (w.front() == '<' && w.back() == '>'))) return true;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const char c = w[i];
    if (is_digit(c) || c == '_' || c == '=' || c == '@' || c == '%') return true;
    if (c == '/' && w.size() > 1) return true;
    if ((c == '.' || c == ':') && i > 0 && i + 1 < w.size() && is_alnum(w[i - 1]) && is_alnum(w[i + 1])) return true;
  }
  return false;
}

// Marks that stand in statements and markup, and not between the values of a row.
bool has_code_marks(std::string_view s) {
  constexpr std::array<std::string_view, 19> marks{"->", "=>", "==", "!=",  "&&", "||", "::", "+=", ":=", "${",
                                                   "{{", "</", "/>", "();", "({", "//", "/*", "*/", "`"};
  if (std::string_view(",;{}(\\").find(s.back()) != npos) return true;
  for (std::size_t at = s.find('('); at != npos; at = s.find('(', at + 1)) {
    if (at > 0 && (is_alnum(s[at - 1]) || s[at - 1] == '_')) return true;
  }
  return std::any_of(marks.begin(), marks.end(), [s](std::string_view mark) {
    const std::size_t at = s.find(mark);
    if (at == npos) return false;
    if (mark == "//") return at == 0 || s[at - 1] != ':';  // not in "https://"
    return mark != "=>" || s.substr(at + 2, 2) != " /";    // nor "libz.so => /lib/libz.so"
  });
}

// "4.10,Warty,2004-03-05": cells between commas, and not options in brackets.
bool is_delimited(const Words& words) {
  for (std::size_t i = 0; i < words.count; ++i) {
    const std::string_view w = words[i];
    if (w[0] == '(' || w[0] == '[') return false;
    if (std::count(w.begin(), w.end(), ',') - (w.back() == ',') >= 2) return true;
  }
  return false;
}

// "ba21989", "0000000000002030", "0x1f", "f1:01:72:84:": digits of a number to the base of sixteen.
Lead hex_lead(std::string_view s) {
  std::size_t at = s.starts_with("0x") ? 2 : 0;
  const std::size_t n = run_at(s, at, is_hex);
  const std::string_view digits = s.substr(at, n);
  at += n;
  const char next = at < s.size() ? s[at] : ' ';
  if (n == 2 && next == ':' && run_at(s, at + 1, is_hex) == 2) {
    return run_at(s, 0, [](char c) { return is_hex(c) || c == ':'; }) == s.size() ? Lead::hash : Lead::none;
  }
  const bool any_digit = std::any_of(digits.begin(), digits.end(), is_digit);
  if (!any_digit) return Lead::none;
  if (is_blank(next)) return n >= 7 || s.starts_with("0x") ? Lead::hash : Lead::none;
  // "    2026:\tff 25": bytes behind the colon; "00000000: 7f45 4c46", "     1: 0000000000000000": a number does.
  if (next != ':' || at + 1 >= s.size() || !is_blank(s[at + 1])) return Lead::none;
  const std::size_t behind = at + 1 + run_at(s, at + 1, is_blank);
  const std::size_t digits_behind = run_at(s, behind, is_hex);
  const bool ends = behind + digits_behind >= s.size() || is_blank(s[behind + digits_behind]);
  return ends && (digits_behind == 2 || digits_behind == 4 || digits_behind >= 8) ? Lead::offset : Lead::none;
}

// "[ 0] .text", "[12] x": the index of an entry.
bool is_indexed(std::string_view s) {
  if (!s.starts_with('[')) return false;
  std::size_t at = 1 + run_at(s, 1, is_blank);
  const std::size_t n = run_at(s, at, is_digit);
  at += n;
  return n > 0 && at + 1 < s.size() && s[at] == ']' && is_blank(s[at + 1]);
}

bool is_option(std::string_view s, std::size_t indent) {
  if (s.size() < 2 || s[0] != '-') return false;
  if (indent == 0) return s.size() > 3 && is_alpha(s[1]) && s[2] == ' ' && s.find(" -", 3) != npos;  // iptables -S
  if (is_alpha(s[1]) || s[1] == '?') return true;
  return s.size() > 2 && s[1] == '-' && is_alpha(s[2]);
}

// "zlib 1.2.13", "rake (13.0.6)", "pkg\t2:1.0-3": a name and its version.
bool is_version(const Words& words) {
  const std::string_view name = words[0];
  std::string_view version = words[1];
  if (words.count < 2 || words.count > 8 || !(is_alpha(name[0]) || name[0] == '@')) return false;
  if (std::string_view(".,:;!?)=").find(name.back()) != npos || name.find_first_of("(\"'{[=") != npos) return false;
  if (version.starts_with('(') && version.ends_with(')')) version = version.substr(1, version.size() - 2);
  if (version.size() > 1 && version[0] == 'v') version.remove_prefix(1);
  if (version.size() < 3 || !is_digit(version[0]) || version.back() == ',') return false;
  const std::size_t n = run_at(version, 0, is_digit);
  if (n >= version.size() || std::string_view(".-:+~").find(version[n]) == npos) return false;
  return version.find_first_of("/()[]{}\"'=;") == npos;
}

// "net.ipv4.ip_forward = 0", "core.bare=false", "    _UID=0": a name of parts, or of capitals, and its value.
bool is_setting(std::string_view s, std::size_t indent, RowShape& shape) {
  const std::size_t n = run_at(
      s, 0, [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-' || c == '/' || c == '*' || c == ':'; });
  if (n < 2 || n >= s.size() || !(is_alpha(s[0]) || s[0] == '_')) return false;
  const std::string_view key = s.substr(0, n);
  const bool apart = s[n] == ' ';
  const std::size_t equals = n + apart;
  if (equals >= s.size() || s[equals] != '=' || s.substr(equals).starts_with("==")) return false;
  std::string_view value = s.substr(equals + 1);
  value.remove_prefix(run_at(value, 0, is_blank));
  if (std::string_view(";,{(").find(s.back()) != npos) return false;
  const std::size_t dot = key.find('.');
  const bool parts = dot != npos && dot > 0 && dot + 1 < n && indent == 0;
  const bool capitals =
      !apart && indent >= 2 && std::none_of(key.begin(), key.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (!parts && !capitals) return false;
  if (apart && value.find_first_of("\"'(){}[]") != npos) return false;
  shape.is_number = !apart || value.empty() || is_digit(value[0]) || value[0] == '-';
  return true;
}

// "MemFree:    18265960 kB", "vendor_id\t: AuthenticAMD", "        Serial Number: 3": set in columns, or under a
// heading.
bool is_field(std::string_view s, std::size_t indent) {
  const std::size_t colon = s.substr(0, 48).find(':');
  if (colon == npos || colon < 2 || colon + 2 >= s.size() || !is_blank(s[colon + 1])) return false;
  const std::string_view key = s.substr(0, colon);
  if (!is_alpha(key[0])) return false;
  if (!std::all_of(key.begin(), key.end(),
                   [](char c) { return is_alnum(c) || is_blank(c) || std::string_view("_-/().%#+").find(c) != npos; }))
    return false;
  const bool aligned = is_blank(key.back()) || s[colon + 1] == '\t' || is_blank(s[colon + 2]);
  if (!aligned && !(indent >= 4 && is_upper(key[0]))) return false;
  const std::string_view value = s.substr(colon + 1 + run_at(s, colon + 1, is_blank));
  const bool far = aligned && value.data() - s.data() >= 16;  // running text stands in no column by chance
  return std::string_view(",;{}(").find(s.back()) == npos && (far || !detect::is_sentence_line(value)) &&
         value.find_first_of("`{}") == npos;
}

// "openat(AT_FDCWD, "x") = 3", "[pid 12] read(3, ...) = 0".
bool is_call(std::string_view s) {
  if (s.starts_with("[pid ")) s.remove_prefix(std::min(s.find("] "), s.size() - 2) + 2);
  const std::size_t n = run_at(s, 0, [](char c) { return is_alnum(c) || c == '_'; });
  if (n < 2 || n >= s.size() || s[n] != '(' || !is_alpha(s[0])) return false;
  const std::size_t close = s.rfind(") ");
  if (close == npos) return false;
  const std::size_t equals = close + 1 + run_at(s, close + 1, is_blank);
  if (equals + 2 >= s.size() || s[equals] != '=' || s[equals + 1] != ' ') return false;
  const char result = s[equals + 2];
  return s.back() != ';' && (is_digit(result) || result == '-' || result == '?');
}

bool is_branch(std::string_view s) {
  constexpr std::array<std::string_view, 7> marks{"├", "└", "│", "+- ", "\\- ", "|-- ", "`-- "};
  return std::any_of(marks.begin(), marks.end(), [s](std::string_view m) { return s.starts_with(m); });
}

// "   gc      Clean up files": a name, a gap, running text.
bool is_term(std::string_view s, std::size_t indent, RowShape& shape) {
  if (indent < 2) return false;
  const std::size_t n =
      run_at(s, 0, [](char c) { return is_alnum(c) || std::string_view("_-.:+/@,|<>[]=").find(c) != npos; });
  if (n < 2 || n + 3 >= s.size() || s[n] != ' ' || s[n + 1] != ' ' || !is_alpha(s[0])) return false;
  if (std::string_view(".:,;=").find(s[n - 1]) != npos) return false;
  const std::size_t second = n + run_at(s, n, is_blank);
  const std::string_view text = s.substr(second);
  if (!is_alpha(text[0]) && text[0] != '\'' && text[0] != '(') return false;
  if (std::string_view(";{}\\").find(s.back()) != npos) return false;
  shape.second = indent + second;
  const Words words(text);
  std::size_t plain = 0;
  for (std::size_t i = 0; i < words.count; ++i) plain += !is_machine_word(words[i]);
  shape.explains = words.count >= 3 && plain * 3 >= words.count * 2;
  return true;
}

// Two values and more, and hardly another word. "__x" alone behind its class is an entry of a table of symbols.
bool is_values(std::string_view s, std::size_t indent) {
  const Words words(s);
  if (words.count == 2 && indent >= 8 && words[0].size() == 1 && is_alpha(words[0][0])) return true;
  std::size_t machine = 0;
  for (std::size_t i = 0; i < words.count; ++i) {
    if (words[i].back() == ',') return false;  // operands, arguments, clauses
    machine += is_machine_word(words[i]);
  }
  const bool counts = words.count == 2 && indent >= 2 && run_at(words[0], 0, is_digit) == words[0].size();  // uniq -c
  if (!counts && (machine < 2 || machine * 5 < words.count * 2)) return false;
  return !has_code_marks(s) && !detect::is_code_line(s) && !detect::is_sentence_line(s);
}

// "libz3-dev - theorem prover": a name, a stroke, running text.
bool is_entry(std::string_view s, RowShape& shape) {
  const std::size_t n = run_at(s, 0, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '+' || c == '_';
  });
  if (n < 2 || !s.substr(n).starts_with(" - ") || n + 4 >= s.size() || has_code_marks(s)) return false;
  shape.is_machine = s.substr(0, n).find_first_of("-.+_0123456789") != npos;
  shape.explains = true;
  return true;
}

bool is_name(std::string_view s, RowShape& shape) {
  if (s.find_first_of(" \t") != npos || s.size() > 255) return false;
  if (s.find_first_of("\"'<>{}()|;,`$\\") != npos) return false;
  shape.size = s.size();
  shape.is_machine = shape.has_word && s.substr(0, s.size() - 1).find_first_of("-._+=0123456789") != npos;
  return true;
}

bool holds_word(std::string_view s) {
  std::size_t run = 0;
  for (const char c : s) {
    run = is_alpha(c) ? run + 1 : 0;
    if (run >= 3) return true;
  }
  return false;
}

}  // namespace

RowShape shape_of_row(std::string_view line) {
  RowShape shape;
  line = line.substr(0, looked_at);
  while (!line.empty() && (is_blank(line.back()) || line.back() == '\r')) line.remove_suffix(1);
  shape.indent = run_at(line, 0, is_blank);
  const std::string_view s = line.substr(shape.indent);
  if (s.empty()) return shape;
  shape.has_word = holds_word(s);
  const Words words(s);
  if (const Lead hex = hex_lead(s); hex != Lead::none) {
    shape.lead = hex;
  } else if (is_indexed(s)) {
    shape.lead = Lead::offset;
  } else if (is_option(s, shape.indent)) {
    shape.lead = Lead::option;
  } else if (is_branch(s)) {
    shape.lead = Lead::branch;
  } else if (is_setting(s, shape.indent, shape)) {
    shape.lead = Lead::setting;
  } else if (is_call(s)) {
    shape.lead = Lead::call;
  } else if (is_field(s, shape.indent)) {
    shape.lead = Lead::field;
  } else if (is_delimited(words)) {
    return shape;
  } else if (is_version(words)) {
    shape.lead = Lead::version;
  } else if (is_values(s, shape.indent)) {
    shape.lead = Lead::values;
  } else if (is_term(s, shape.indent, shape)) {
    shape.lead = Lead::term;
    shape.is_machine = true;
  } else if (is_entry(s, shape)) {
    shape.lead = Lead::term;
  } else if (is_name(s, shape)) {
    shape.lead = Lead::name;
  }
  return shape;
}

bool is_counted_line(std::string_view line, std::uint64_t& number) {
  const std::size_t begin = run_at(line, 0, is_blank);
  const std::size_t n = run_at(line, begin, is_digit);
  if (n == 0 || n > 8) return false;
  const std::string_view behind = line.substr(begin + n);
  if (behind.empty() || !(std::string_view(":-\t|)").find(behind[0]) != npos || behind.starts_with("→") ||
                          behind.starts_with(" │") || behind.starts_with(" |")))
    return false;
  number = 0;
  for (const char c : line.substr(begin, n)) number = number * 10 + static_cast<std::uint64_t>(c - '0');
  return true;
}

bool reads_as_code(std::string_view line) {
  line = line.substr(0, looked_at);
  line.remove_prefix(run_at(line, 0, is_blank));
  while (!line.empty() && (is_blank(line.back()) || line.back() == '\r')) line.remove_suffix(1);
  return !line.empty() && (has_code_marks(line) || detect::is_code_line(line));
}

bool is_blame_line(std::string_view line) {
  const std::size_t caret = line.starts_with('^');
  const std::size_t n = run_at(line, caret, is_hex);
  if (n < 6 || caret + n >= line.size() || line[caret + n] != ' ') return false;
  const std::string_view rest = line.substr(caret + n, 120);
  const std::size_t close = rest.find(')');
  return close != npos && close > 0 && is_digit(rest[close - 1]) &&
         (rest.find('(') < close || rest.find_first_not_of(" 0123456789") == close);
}

bool holds_digest(std::string_view line) {
  constexpr std::size_t least_hex = 32, least_base64 = 40;
  line = line.substr(0, looked_at);
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::size_t n = run_at(line, i, [](char c) { return is_alnum(c) || c == '+' || c == '=' || c == '/'; });
    if (n >= least_hex) {
      const std::string_view run = line.substr(i, n);
      const bool hex = std::all_of(run.begin(), run.end(), is_hex);
      const bool mixed = std::any_of(run.begin(), run.end(), is_digit) &&
                         std::any_of(run.begin(), run.end(), is_upper) &&
                         std::count(run.begin(), run.end(), '/') * 8 < static_cast<std::ptrdiff_t>(n);
      if (hex || (n >= least_base64 && mixed)) return true;
    }
    i += n;
  }
  return false;
}

}  // namespace headroom::compressors::rows
