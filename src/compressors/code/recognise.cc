#include "compressors/code/recognise.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "compressors/code/syntax.h"
#include "detect/line_shapes.h"

namespace headroom::compressors::code {
namespace {

constexpr std::size_t sample_bytes = std::size_t{16} << 10;
constexpr std::size_t glance_bytes = std::size_t{2} << 10;  // parsed where it is only asked whether a text is code
constexpr std::size_t scored_lines = 200;
constexpr std::size_t max_candidates = 3;
constexpr std::size_t least_share = 35;       // per cent of lines that begin as the language's do, if nothing names it
constexpr std::size_t longest_line = 10'000;  // bytes: beyond, it is for no reader (minified, generated)
// Lines for each error that a text of the language may hold; a sample may end in the middle of a function, which costs
// two.
constexpr std::size_t lines_per_error = 50, lines_per_error_unnamed = 250;
constexpr std::size_t free_errors = 2;
// A text that no name calls code is refused by its first bytes where these hold so many sentences or so many errors:
// prose has an error in every 40 bytes, and to recover from each costs the parser ten times what code does. Of 6,783
// parts of sources in 14 languages none has more errors there than 3; 27 have as many sentences, nearly all of them
// shell with a string of many lines.
constexpr std::size_t first_bytes = 450, very_first_bytes = 200;
constexpr std::size_t too_many_errors = 4, too_many_sentences = 3;
constexpr std::size_t usual_line = 80;  // bytes
constexpr std::size_t cut_rows = 2;     // at the end of a sample, which may be errors because it ends there

bool is_word(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r')) s.remove_suffix(1);
  return s;
}

// "#!/usr/bin/env -S python3 -u" -> "python3"
std::string_view interpreter_of(std::string_view code) {
  if (!code.starts_with("#!")) return {};
  std::string_view line = code.substr(2, std::min(code.find('\n'), std::size_t{200}) - 2);
  for (int i = 0; i < 4; ++i) {
    line = trimmed(line);
    const std::size_t end = std::min(line.find(' '), line.size());
    std::string_view word = line.substr(0, end);
    line.remove_prefix(end);
    word = word.substr(word.rfind('/') + 1);
    if (word != "env" && !word.starts_with('-') && word.find('=') == std::string_view::npos) return word;
  }
  return {};
}

// The words that lines of some language begin with, by their first bytes.
class Openings {
 public:
  Openings() {
    for (std::size_t i = 0; i < languages().size(); ++i) {
      for (std::string_view words = languages()[i].openings; !words.empty();) {
        const std::size_t end = std::min(words.find(' '), words.size());
        by_first_[static_cast<unsigned char>(words[0])].push_back({words.substr(0, end), std::uint32_t{1} << i});
        words.remove_prefix(std::min(end + 1, words.size()));
      }
    }
  }

  // A bit for each language one of whose words the line begins with; a word ends where it ends in the line.
  std::uint32_t of(std::string_view line) const {
    std::uint32_t found = 0;
    for (const auto& [word, language] : by_first_[static_cast<unsigned char>(line[0])]) {
      if (line.starts_with(word) &&
          (line.size() == word.size() || !is_word(word.back()) || !is_word(line[word.size()])))
        found |= language;
    }
    return found;
  }

 private:
  struct Opening {
    std::string_view word;
    std::uint32_t language;
  };
  std::array<std::vector<Opening>, 256> by_first_;
};

const Openings& openings() {
  static const Openings all;
  return all;
}

// The first `bytes`, cut before the last line in their second half that stands at the margin behind a blank one: there
// a definition begins, and what lies before it is whole. Without such a line, cut at a line.
std::string_view sample_of(std::string_view code, std::size_t bytes = sample_bytes) {
  if (code.size() <= bytes) return code;
  for (std::size_t at = code.rfind("\n\n", bytes); at != std::string_view::npos && at > bytes / 2;
       at = code.rfind("\n\n", at - 1)) {
    const char c = at + 2 < code.size() ? code[at + 2] : ' ';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') return code.substr(0, at + 1);
  }
  const std::size_t end = code.rfind('\n', bytes);
  return code.substr(0, end == std::string_view::npos ? bytes : end + 1);
}

struct Candidate {
  const Language* language;
  std::size_t share;  // per cent of the lines that begin as the language's do
};

// Languages by how many lines begin as theirs do, the likeliest first.
std::vector<Candidate> candidates(std::string_view sample) {
  std::vector<std::size_t> count(languages().size(), 0);
  std::size_t lines = 0;
  while (!sample.empty() && lines < scored_lines) {
    const std::size_t end = std::min(sample.find('\n'), sample.size());
    const std::string_view line = trimmed(sample.substr(0, end));
    sample.remove_prefix(std::min(end + 1, sample.size()));
    if (line.empty()) continue;
    ++lines;
    for (std::uint32_t found = openings().of(line); found != 0; found &= found - 1)
      ++count[static_cast<std::size_t>(std::countr_zero(found))];
  }
  std::vector<Candidate> out;
  for (std::size_t i = 0; i < count.size() && lines > 0; ++i) out.push_back({&languages()[i], 100 * count[i] / lines});
  std::sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
    return a.share != b.share ? a.share > b.share : a.language < b.language;
  });
  if (out.size() > max_candidates) out.resize(max_candidates);
  return out;
}

struct Trial {
  const Language* language;
  Syntax syntax;

  std::size_t errors() const { return syntax.errors().size(); }
  bool has_callable() const {
    const auto& nodes = syntax.nodes();
    return std::any_of(nodes.begin(), nodes.end(), [](const Node& n) { return n.is(body); });
  }
};

// The lines that end within the first `bytes`.
std::string_view first_lines(std::string_view sample, std::size_t bytes) {
  return sample.substr(0, sample.rfind('\n', bytes) + 1);
}

// Whether lines may lie inside a comment or a string, whatever they say.
bool opens_something_long(std::string_view lines) {
  for (const std::string_view opening : {"/*", "\"\"\"", "'''", "<<"}) {
    if (lines.find(opening) != std::string_view::npos) return true;
  }
  for (std::size_t at = lines.find("\n="); at != std::string_view::npos; at = lines.find("\n=", at + 1)) {
    if (at + 2 < lines.size() && (lines[at + 2] | 0x20) >= 'a' && (lines[at + 2] | 0x20) <= 'z') return true;  // POD
  }
  return false;
}

// "-----", "=====" under a title.
bool is_underline(std::string_view line) {
  constexpr std::size_t least = 4;
  return line.size() >= least && std::string_view("=-~^*").find(line[0]) != std::string_view::npos &&
         line.find_first_not_of(line[0]) == std::string_view::npos;
}

// Sentences at the margin, titles, and what test runners print, which no language reads. A line of several lines'
// length counts as so many.
bool begins_as_no_code(std::string_view sample) {
  std::string_view lines = first_lines(sample, first_bytes);
  if (opens_something_long(lines)) return false;
  std::size_t sentences = 0;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    const std::string_view line = trimmed(lines.substr(0, end));
    const bool at_margin = (lines[0] | 0x20) >= 'a' && (lines[0] | 0x20) <= 'z';
    const bool is_sentence = at_margin && detect::is_sentence_line(line) && openings().of(line) == 0;
    if (is_sentence || detect::is_test_report_line(lines.substr(0, end))) sentences += 1 + line.size() / usual_line;
    if (is_underline(line)) sentences += 2;  // with its title
    lines.remove_prefix(end + 1);
  }
  return sentences >= too_many_sentences;
}

// Whether the first lines alone say that the text is not of this language.
bool begins_badly(std::string_view sample, const Language& language) {
  for (const std::size_t bytes : {very_first_bytes, first_bytes}) {
    const std::string_view lines = first_lines(sample, bytes);
    if (sample.size() <= bytes * 3 / 2 || opens_something_long(lines)) return false;
    const auto errors = Syntax::errors(lines, language);
    if (!errors) return false;
    const auto rows = static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
    const auto counts = [&](std::uint32_t row) { return row + cut_rows < rows; };
    if (static_cast<std::size_t>(std::ranges::count_if(*errors, counts)) >= too_many_errors) return true;
  }
  return false;
}

// The one with the fewest errors, if it has no more than `most_errors`; ties to the first.
std::optional<Trial> best_of(std::string_view sample, const std::vector<const Language*>& of, std::size_t most_errors,
                             bool by_shape) {
  std::optional<Trial> best;
  for (const Language* language : of) {
    if (by_shape && begins_badly(sample, *language)) continue;
    auto syntax = Syntax::parse(sample, *language, best ? best->errors() : most_errors);
    if (syntax && (!best || syntax->errors().size() < best->errors())) best = Trial{language, *std::move(syntax)};
    if (best && best->errors() == 0) break;
  }
  return best;
}

std::vector<const Language*> with_relatives(const Language& named) {
  std::vector<const Language*> of{&named};
  for (std::string_view names = named.relatives; !names.empty();) {
    const std::size_t end = std::min(names.find(' '), names.size());
    of.push_back(by_name(names.substr(0, end)));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return of;
}

// The language of the sample, and its syntax; nullopt if it is of none. `head_only`: code that only looks like it may
// still show its first function.
std::optional<Trial> judge(std::string_view sample, const Language* named, bool forced, bool head_only = false) {
  std::vector<const Language*> of;
  if (named != nullptr) {
    of = with_relatives(*named);
  } else {
    if (!forced && begins_as_no_code(sample)) return std::nullopt;
    for (const Candidate& c : candidates(sample)) {
      if (c.share >= least_share || (forced && c.share > 0)) of.push_back(c.language);
    }
  }
  const bool by_shape = named == nullptr && !forced;
  const auto lines = static_cast<std::size_t>(std::count(sample.begin(), sample.end(), '\n'));
  const std::size_t most_errors = free_errors + lines / (by_shape ? lines_per_error_unnamed : lines_per_error);
  auto best = best_of(sample, of, most_errors, by_shape);
  if (!best) return std::nullopt;
  if (by_shape && !head_only && !best->has_callable()) return std::nullopt;
  return best;
}

}  // namespace

const Language* named_language(std::string_view path, std::string_view label) {
  if (const Language* l = by_path(path)) return l;
  // "python", "python title=x", "ts {1,3}", ".js"
  while (label.starts_with('.') || label.starts_with('{')) label.remove_prefix(1);
  return by_label(label.substr(0, label.find_first_of(" ,{}:\t")));
}

bool is_code(std::string_view text, std::string_view path, std::string_view label) {
  const std::string_view head = sample_of(text);
  if (text.size() > max_source || head.find('\0') != std::string_view::npos) return false;
  const std::vector<Line> lines = split_lines(head);
  if (std::ranges::any_of(lines, [](const Line& l) { return l.text.size() > longest_line; })) return false;
  const auto gutter = read_gutter(lines);
  if (gutter && by_path(path) != nullptr) return true;
  std::string ended(gutter ? std::string_view(gutter->code) : head);
  if (!ended.ends_with('\n')) ended += '\n';
  const Language* named = named_language(path, label);
  if (named == nullptr) named = by_interpreter(interpreter_of(ended));
  const std::string_view glance = sample_of(ended, glance_bytes);
  const bool all = glance.size() == ended.size();
  const auto trial = judge(glance, named, false, !all);
  if (trial && (all || named != nullptr || trial->has_callable())) return true;
  // Licence and imports hold no function; a glance that ends inside a long comment or string parses badly. What neither
  // a name nor its shape speaks for, and what begins inside of something, is not looked at further.
  const bool from_margin = !is_blank(ended.front());
  return !all && (trial || (named != nullptr && from_margin)) && judge(ended, named, false);
}

namespace {

// Whether a line that stands at the margin begins something of its own, by the line before it: a blank one, a comment's
// or a block's end, a decorator.
bool may_begin_behind(std::string_view before) {
  return before.empty() || !(is_blank(before.front()) || is_word(before.front()));
}

// Leaves out what a part of a file holds before its first definition at the margin, if it has one.
void skip_to_definition(Recognised& r, const Language& language) {
  const std::uint32_t wanted = std::uint32_t{1} << static_cast<std::size_t>(&language - languages().data());
  std::string_view rest = r.gutter->code, before;
  for (std::size_t row = 0; !rest.empty(); ++row) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const bool at_margin = !line.empty() && !is_blank(line.front());
    if (at_margin && may_begin_behind(before) && (openings().of(line) & wanted) != 0) {
      r.skipped_rows = row, r.skipped_bytes = r.gutter->code.size() - rest.size();
      return;
    }
    before = line;
    rest.remove_prefix(line.size() + 1);
  }
}

// Lines and gutter; nullopt if it is too large, or for no reader.
std::optional<Recognised> read_lines(std::string_view text) {
  if (text.size() > max_source || text.find('\0') != std::string_view::npos) return std::nullopt;
  Recognised r{nullptr, split_lines(text), std::nullopt, {}, text, std::nullopt, 0, 0};
  if (std::any_of(r.lines.begin(), r.lines.end(), [](const Line& l) { return l.text.size() > longest_line; }))
    return std::nullopt;
  r.gutter = read_gutter(r.lines);
  if (!text.ends_with('\n')) r.ended.append(text).append("\n");
  return r;
}

}  // namespace

std::optional<Recognised> numbered_lines(std::string_view text, std::string_view path) {
  if (by_path(path) == nullptr) return std::nullopt;
  auto r = read_lines(text);
  return r && r->gutter ? std::move(r) : std::nullopt;
}

std::optional<Recognised> recognise(std::string_view text, std::string_view path, std::string_view label, bool forced,
                                    Depth depth) {
  auto r = read_lines(text);
  if (!r) return std::nullopt;
  const Language* named = named_language(path, label);
  if (named == nullptr) named = by_interpreter(interpreter_of(r->code()));
  if (named != nullptr && r->gutter && r->gutter->numbers.front() > 1) skip_to_definition(*r, *named);
  // Where only one language is in question its parser may as well read all.
  const bool whole = depth == Depth::whole && named != nullptr && named->relatives.empty();
  const std::string_view sample = whole ? r->code() : sample_of(r->code());
  auto trial = judge(sample, named, forced);
  if (!trial) return std::nullopt;
  r->language = trial->language;
  if (sample.size() == r->code().size()) r->syntax = std::move(trial->syntax);
  return r;
}

}  // namespace headroom::compressors::code
