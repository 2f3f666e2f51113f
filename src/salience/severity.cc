#include "salience/severity.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "salience/severity_words.h"

namespace headroom::salience {
namespace {

using words::Word;

constexpr Severity W = Severity::warning, E = Severity::error, F = Severity::fatal;

// ------------------------------------------------------------------------------------------------------------
// characters

constexpr std::array<std::uint8_t, 256> make_word_bytes() {
  std::array<std::uint8_t, 256> t{};
  for (int c = 'a'; c <= 'z'; ++c) t[c] = t[c - 32] = 1;
  for (int c = 0x80; c < 0x100; ++c) t[c] = 1;
  return t;
}
constexpr auto word_byte = make_word_bytes();

bool is_word(char c) {
  return word_byte[static_cast<unsigned char>(c)];
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

// Lower case for ASCII, Latin-1 letters and Cyrillic: all that the tables hold. Bytes stay as many as they were.
void fold_to(char* out, std::string_view word) {
  for (std::size_t i = 0; i < word.size(); ++i) {
    const auto c = static_cast<unsigned char>(word[i]);
    out[i] = lower(word[i]);
    if (i + 1 >= word.size()) continue;
    const auto d = static_cast<unsigned char>(word[i + 1]);
    if (c == 0xC3 && d >= 0x80 && d <= 0x9E) {
      out[++i] = static_cast<char>(d + 0x20);
    } else if (c == 0xD0 && d >= 0x90 && d <= 0x9F) {
      out[++i] = static_cast<char>(d + 0x20);
    } else if (c == 0xD0 && d >= 0xA0 && d <= 0xAF) {
      out[i] = static_cast<char>(0xD1);
      out[++i] = static_cast<char>(d - 0x20);
    }
  }
}

constexpr std::size_t longest_word = 40;

// Words of the table by first byte, and which lengths begin with it: most words of a text end at this filter.
struct Index {
  std::array<Word, words::words_in_any_order.size()> words{};
  std::array<std::uint16_t, 257> first{};
  std::array<std::uint64_t, 256> lengths{};
};
constexpr Index make_index() {
  Index index;
  index.words = words::words_in_any_order;
  std::sort(index.words.begin(), index.words.end(), [](const Word& a, const Word& b) {
    const auto x = static_cast<unsigned char>(a.text[0]), y = static_cast<unsigned char>(b.text[0]);
    return x != y ? x < y : a.text != b.text ? a.text < b.text : a.second < b.second;
  });
  for (const Word& w : index.words) {
    const auto c = static_cast<unsigned char>(w.text[0]);
    ++index.first[c + 1];
    index.lengths[c] |= std::uint64_t{1} << w.text.size();
    // The upper-case form of the first letter.
    if (c >= 'a' && c <= 'z') index.lengths[c - 32] |= std::uint64_t{1} << w.text.size();
    if (c == 0xD1) index.lengths[0xD0] |= std::uint64_t{1} << w.text.size();
  }
  for (int c = 0; c < 256; ++c) index.first[c + 1] = static_cast<std::uint16_t>(index.first[c + 1] + index.first[c]);
  return index;
}
constexpr Index index_ = make_index();

constexpr bool all_fit() {
  for (const Word& w : words::words_in_any_order) {
    if (w.text.size() > longest_word) return false;
  }
  return true;
}
static_assert(all_fit());

// First bytes at which an unspaced word can begin.
constexpr std::array<bool, 256> make_unspaced_first() {
  std::array<bool, 256> t{};
  for (const Word& w : words::unspaced) t[static_cast<unsigned char>(w.text[0])] = true;
  return t;
}
constexpr auto unspaced_first = make_unspaced_first();

// ---------------------------------------------------------------------------------------------------------------
// context

// The letters that end right before `at`, blanks and one pair of quotes skipped; folded.
std::string word_before(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end > 0 && at - end < 3 && is_blank(text[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && end - begin < longest_word && is_word(text[begin - 1])) --begin;
  std::string out(end - begin, '\0');
  fold_to(out.data(), text.substr(begin, end - begin));
  return out;
}

// "0 errors", "0.00% failed", "no failures".
bool counted_as_none(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end > 0 && at - end < 3 && (is_blank(text[end - 1]) || text[end - 1] == '%')) --end;
  if (end == at || end == 0) return false;
  std::size_t begin = end;
  bool digits = false, other = false;
  while (begin > 0 && end - begin < 24 &&
         (is_digit(text[begin - 1]) || text[begin - 1] == '.' || text[begin - 1] == ',')) {
    --begin;
    digits |= is_digit(text[begin]);
    other |= text[begin] >= '1' && text[begin] <= '9';
  }
  if (digits) return !other && (begin == 0 || (!is_word(text[begin - 1]) && text[begin - 1] != '-'));
  const std::string word = word_before(text, at);
  return std::find(words::negations.begin(), words::negations.end(), word) != words::negations.end();
}

enum class Value { absent, nothing, number, something };

// What stands behind `key:` or `key=` from `at` (after the separator).
Value value_at(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  if (at >= text.size() || text[at] == '\n' || text[at] == '\r') return Value::absent;
  const std::string_view rest = text.substr(at);
  for (std::string_view empty : {"\"\"", "''", "[]", "{}", "\\\"\\\""}) {
    if (rest.starts_with(empty)) return Value::nothing;
  }
  std::size_t n = 0;
  while (n < rest.size() && n < 32 && (is_word(rest[n]) || is_digit(rest[n]) || rest[n] == '.')) ++n;
  // "0." at a sentence's end is 0.
  while (n > 0 && rest[n - 1] == '.') --n;
  const std::string_view word = rest.substr(0, n);
  if (word.empty()) return Value::something;
  if (std::all_of(word.begin(), word.end(), [](char c) { return c == '0' || c == '.'; })) return Value::nothing;
  std::string folded(word.size(), '\0');
  fold_to(folded.data(), word);
  for (std::string_view empty : {"null", "nil", "none", "false", "no", "undefined", "nan", "ok"}) {
    if (folded == empty) return Value::nothing;
  }
  if (is_digit(word[0])) return Value::number;
  return Value::something;
}

bool joins_identifier(char c) {
  return c == '_' || c == '/' || c == '\\' || c == '$' || c == '@' || is_digit(c);
}

// Where a word stands.
enum class Place { prose, name_end, identifier };

// In prose, as the last part of an identifier (payment_failed), or elsewhere inside an identifier, path, URL or option.
Place place_of(std::string_view text, std::size_t begin, std::size_t end) {
  const char before = begin > 0 ? text[begin - 1] : ' ';
  const char after = end < text.size() ? text[end] : ' ';
  const char after2 = end + 1 < text.size() ? text[end + 1] : ' ';
  if (joins_identifier(after) || (after == '(' && begin > 0 && before != ' ' && before != '(' && before != '['))
    return Place::identifier;
  if ((after == '.' || after == '-') && (is_word(after2) || is_digit(after2) || after2 == '_'))
    return Place::identifier;
  if (after == '=' && (before == '?' || before == '&')) return Place::identifier;
  if (before == '_' || before == '-') {
    std::size_t b = begin - 1;
    while (b > 0 && begin - b < 64 &&
           (is_word(text[b - 1]) || is_digit(text[b - 1]) || text[b - 1] == '_' || text[b - 1] == '-'))
      --b;
    if (b == begin - 1 || text[b] == '-' || (b > 0 && (text[b - 1] == '/' || text[b - 1] == '.')))
      return Place::identifier;
    // "non-fatal" is the contrary.
    if (begin - b == 4 && lower(text[b]) == 'n' && lower(text[b + 1]) == 'o' && lower(text[b + 2]) == 'n')
      return Place::identifier;
    return after == '(' ? Place::identifier : Place::name_end;
  }
  if (joins_identifier(before) || before == '#') return Place::identifier;
  if (before == '.' && begin >= 2 && (is_word(text[begin - 2]) || is_digit(text[begin - 2]))) return Place::identifier;
  if (after == '(') {  // error(...) is a call; "Killed (9)" has a blank
    return Place::identifier;
  }
  return Place::prose;
}

// -------------------------------------------------------------------------------------------------------------- the
// scan

struct Found {
  std::size_t begin, end;
  Severity severity;
};

// The second word of a phrase right after `at`, blanks or one apostrophe between.
bool followed_by(std::string_view text, std::size_t at, std::string_view second, std::size_t& end) {
  std::size_t i = at;
  while (i < text.size() && i - at < 3 && (is_blank(text[i]) || text[i] == '\'')) ++i;
  if (i == at || text.size() - i < second.size()) return false;
  char buffer[longest_word];
  fold_to(buffer, text.substr(i, second.size()));
  if (std::string_view(buffer, second.size()) != second) return false;
  end = i + second.size();
  return end >= text.size() || !is_word(text[end]);
}

// ValueError, NullPointerException, DeprecationWarning: the word's own last part in camel case.
Severity camel_suffix(std::string_view word) {
  const auto ends = [&](std::string_view s) {
    return word.size() > s.size() && word.ends_with(s) && !is_upper(word[word.size() - s.size() - 1]);
  };
  if (ends("Error") || ends("Exception") || ends("Failure")) return E;
  if (ends("Warning")) return W;
  return Severity::none;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // The next word that is evidence; false at the end.
  bool next(Found& found) {
    const char* const data = text_.data();
    const std::size_t size = text_.size();
    while (at_ < size) {
      while (at_ < size && !word_byte[static_cast<unsigned char>(data[at_])]) ++at_;
      const std::size_t begin = at_;
      unsigned high = 0;
      while (at_ < size && word_byte[static_cast<unsigned char>(data[at_])])
        high |= static_cast<unsigned char>(data[at_++]);
      const std::size_t length = at_ - begin;
      if (length == 0) return false;
      const auto first = static_cast<unsigned char>(data[begin]);
      if (length < 64 && index_.lengths[first] >> length & 1) {
        if (look_up(begin, at_, found)) return true;
      }
      if (high >= 0x80) {
        if (scan_unspaced(begin, found)) return true;
      } else if (length > 5 &&
                 (data[at_ - 1] == 'r' || data[at_ - 1] == 'n' || data[at_ - 1] == 'g' || data[at_ - 1] == 'e')) {
        if (camel(begin, at_, found)) return true;
      }
    }
    return false;
  }

 private:
  bool look_up(std::size_t begin, std::size_t end, Found& found) {
    if (end - begin > longest_word) return false;
    char buffer[longest_word];
    fold_to(buffer, text_.substr(begin, end - begin));
    const std::string_view word(buffer, end - begin);
    const auto first = static_cast<unsigned char>(buffer[0]);
    for (std::size_t i = index_.first[first]; i < index_.first[first + 1]; ++i) {
      const Word& w = index_.words[i];
      if (w.text != word) continue;
      std::size_t last = end;
      if (!w.second.empty() && !followed_by(text_, end, w.second, last)) continue;
      const Severity s = weigh(w, begin, last);
      if (s == Severity::none) return false;
      at_ = std::max(at_, last);
      found = {begin, last, s};
      return true;
    }
    return false;
  }

  Severity weigh(const Word& w, std::size_t begin, std::size_t end) const {
    const Place place = place_of(text_, begin, end);
    if (place == Place::identifier) return Severity::none;
    if (w.second.empty() && counted_as_none(text_, begin)) return Severity::none;
    // As a key: `"error": null`, `failed=0`, `errors: 0`.
    std::size_t i = end;
    const bool quoted =
        i < text_.size() && (text_[i] == '"' || text_[i] == '\'' || text_.substr(i).starts_with("\\\""));
    if (quoted) i += text_[i] == '\\' ? 2 : 1;
    while (i < text_.size() && i - end < 4 && is_blank(text_[i])) ++i;
    if (i < text_.size() && (text_[i] == ':' || text_[i] == '=')) {
      const Value value = value_at(text_, i + 1);
      if (value == Value::nothing) return Severity::none;
      if (value == Value::number && (w.flags & words::setting)) return Severity::none;
      if (quoted && !(w.flags & words::key)) return Severity::none;
    }
    return place == Place::name_end ? std::min(w.severity, Severity::warning) : w.severity;
  }

  bool camel(std::size_t begin, std::size_t end, Found& found) {
    const Severity s = camel_suffix(text_.substr(begin, end - begin));
    if (s == Severity::none) return false;
    const char after = end < text_.size() ? text_[end] : ' ';
    const char after2 = end + 1 < text_.size() ? text_[end + 1] : ' ';
    if (after == '(' || joins_identifier(after) || (after == '.' && is_word(after2))) return false;
    if (begin > 0 && joins_identifier(text_[begin - 1])) return false;
    std::size_t name = begin;  // java.lang.NullPointerException: the word before the whole name
    while (name > 0 && begin - name < 128 && (is_word(text_[name - 1]) || text_[name - 1] == '.')) --name;
    const std::string before = word_before(text_, name);
    if (std::find(words::code_words.begin(), words::code_words.end(), before) != words::code_words.end()) return false;
    if (counted_as_none(text_, name)) return false;
    found = {begin, end, s};
    return true;
  }

  // In a run of letters with non-ASCII bytes. Leaves at_ behind the first word found.
  bool scan_unspaced(std::size_t begin, Found& found) {
    for (std::size_t i = begin; i < at_; ++i) {
      if (!unspaced_first[static_cast<unsigned char>(text_[i])]) continue;
      for (const Word& w : words::unspaced) {
        if (text_[i] != w.text[0] || !text_.substr(i).starts_with(w.text)) continue;
        const std::size_t end = i + w.text.size();
        if (negated_unspaced(i, end)) continue;
        at_ = end;
        found = {i, end, w.severity};
        return true;
      }
    }
    return false;
  }

  bool negated_unspaced(std::size_t begin, std::size_t end) const {
    for (std::string_view n : words::unspaced_negations_before) {
      if (text_.substr(0, begin).ends_with(n)) return true;
    }
    for (std::string_view n : words::unspaced_negations_after) {
      if (text_.substr(end).starts_with(n)) return true;
    }
    return counted_as_none(text_, begin);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// Lower case letters and digits only, so that httpStatus, http_status and HTTP-Status are one name.
std::string squeezed(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (is_word(c) || is_digit(c)) out += lower(c);
  }
  return out;
}

std::string folded(std::string_view value) {
  std::string out(value.size(), '\0');
  fold_to(out.data(), value);
  return out;
}

struct FieldName {
  std::string_view name;
  Field field;
};
constexpr auto field_names = std::to_array<FieldName>({
    {"level", Field::level},
    {"severity", Field::level},
    {"lvl", Field::level},
    {"loglevel", Field::level},
    {"levelname", Field::level},
    {"severitytext", Field::level},
    {"logseverity", Field::level},
    {"status", Field::http_status},
    {"statuscode", Field::http_status},
    {"httpstatus", Field::http_status},
    {"httpstatuscode", Field::http_status},
    {"httpcode", Field::http_status},
    {"responsecode", Field::http_status},
    {"responsestatus", Field::http_status},
    {"httpresponsecode", Field::http_status},
    {"exitcode", Field::exit_code},
    {"exitstatus", Field::exit_code},
    {"returncode", Field::exit_code},
    {"rc", Field::exit_code},
    {"exit", Field::exit_code},
    {"errno", Field::exit_code},
    {"signal", Field::signal},
    {"termsignal", Field::signal},
    {"killsignal", Field::signal},
    {"ok", Field::ok},
    {"success", Field::ok},
    {"succeeded", Field::ok},
    {"passed", Field::ok},
    {"healthy", Field::ok},
    {"issuccess", Field::ok},
    {"successful", Field::ok},
    {"valid", Field::ok},
    {"outcome", Field::outcome},
    {"result", Field::outcome},
    {"conclusion", Field::outcome},
    {"verdict", Field::outcome},
    {"teststatus", Field::outcome},
    {"testresult", Field::outcome},
    {"error", Field::error},
    {"errors", Field::error},
    {"err", Field::error},
    {"exception", Field::error},
    {"errormessage", Field::error},
    {"errormsg", Field::error},
    {"lasterror", Field::error},
    {"fault", Field::error},
    {"failure", Field::error},
    {"failurereason", Field::error},
    {"errorcode", Field::error},
    {"stacktrace", Field::error},
    {"traceback", Field::error},
    {"haserror", Field::error},
    {"iserror", Field::error},
    {"failed", Field::error},
});

struct Level {
  std::string_view word;
  Severity severity;
};
constexpr auto levels = std::to_array<Level>({
    {"warn", W},     {"warning", W}, {"w", W},         {"wrn", W},   {"error", E},  {"err", E},
    {"e", E},        {"eror", E},    {"severe", E},    {"fail", E},  {"failed", E}, {"failure", E},
    {"critical", F}, {"crit", F},    {"c", F},         {"fatal", F}, {"f", F},      {"ftl", F},
    {"panic", F},    {"emerg", F},   {"emergency", F}, {"alert", F}, {"dpanic", F}, {"blocker", F},
});

// A number that is a plain run of digits; -1 otherwise.
int small_number(std::string_view value) {
  if (value.empty() || value.size() > 6) return -1;
  int n = 0;
  for (char c : value) {
    if (!is_digit(c)) return -1;
    n = n * 10 + (c - '0');
  }
  return n;
}

}  // namespace

Severity severity_of(std::string_view text) {
  Scanner scanner(text);
  Severity worst = Severity::none;
  for (Found found; worst < Severity::fatal && scanner.next(found);) worst = std::max(worst, found.severity);
  return worst;
}

std::vector<SevereWord> severe_words(std::string_view text) {
  std::vector<SevereWord> out;
  Scanner scanner(text);
  for (Found found; scanner.next(found);) out.push_back({found.begin, found.end - found.begin, found.severity});
  return out;
}

Severity severity_of_value(std::string_view value) {
  const Severity as_text = severity_of(value);
  if (as_text >= Severity::error || value.size() > 48) return as_text;
  // One identifier that is the whole value: the state it names is its last part, or its first if all is upper case.
  const bool identifier = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return (is_word(c) && static_cast<unsigned char>(c) < 0x80) || is_digit(c) || c == '_' || c == '-';
  });
  if (!identifier) return as_text;
  std::size_t begin = value.size();
  while (begin > 0 && is_word(value[begin - 1])) --begin;
  if (begin == 0 || begin == value.size()) return as_text;
  if (folded(value.substr(0, begin)).ends_with("non-") || folded(value.substr(0, begin)).ends_with("no_"))
    return as_text;
  return std::max(as_text, severity_of(value.substr(begin)));
}

bool means_nothing(std::string_view value) {
  if (value.size() > 8) return false;
  const std::string v = folded(value);
  for (std::string_view empty :
       {"", "null", "nil", "none", "false", "no", "0", "[]", "{}", "-", "n/a", "na", "ok", "\"\"", "0.0"}) {
    if (v == empty) return true;
  }
  return false;
}

Field field_of(std::string_view name) {
  if (name.size() > 32) return Field::other;
  // Of a flattened path (a.b, a[0].b) the last part names the value.
  if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos) name.remove_prefix(dot + 1);
  const std::string squeezed_name = squeezed(name);
  for (const FieldName& f : field_names) {
    if (f.name == squeezed_name) return f.field;
  }
  return Field::other;
}

Severity level_of(std::string_view value) {
  if (value.size() > 10) return Severity::none;
  const std::string v = folded(value);
  for (const Level& l : levels) {
    if (l.word == v) return l.severity;
  }
  return Severity::none;
}

Severity field_severity(Field field, std::string_view value) {
  switch (field) {
    case Field::level:
      return std::max(level_of(value), severity_of_value(value));
    case Field::http_status: {
      const int n = small_number(value);
      return n >= 400 && n <= 599 ? Severity::error : severity_of_value(value);
    }
    case Field::exit_code:
      return means_nothing(value) ? Severity::none : small_number(value) == 0 ? Severity::none : Severity::error;
    case Field::signal:
      return means_nothing(value) ? Severity::none : std::max(Severity::warning, severity_of_value(value));
    case Field::ok:
      return value == "false" || value == "no" || value == "0" ? Severity::error : severity_of_value(value);
    case Field::outcome:
      return std::max(level_of(value) >= Severity::error ? Severity::error : Severity::none, severity_of_value(value));
    case Field::error:
      return means_nothing(value) ? Severity::none : std::max(Severity::error, severity_of_value(value));
    case Field::other:
      break;
  }
  return severity_of_value(value);
}

}  // namespace headroom::salience
