#include "compressors/code/recognise.h"

#include <algorithm>

#include "compressors/code/syntax.h"

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

// True if the line begins with one of the words; a word ends where it ends in the line.
bool opens(std::string_view line, std::string_view words) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, end);
    if (line.starts_with(word) && (line.size() == end || !is_word(word.back()) || !is_word(line[end]))) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
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
    for (std::size_t i = 0; i < count.size(); ++i) count[i] += opens(line, languages()[i].openings);
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

// The one with the fewest errors; ties to the first.
std::optional<Trial> best_of(std::string_view sample, const std::vector<const Language*>& of) {
  std::optional<Trial> best;
  for (const Language* language : of) {
    auto syntax = Syntax::parse(sample, *language);
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
    for (const Candidate& c : candidates(sample)) {
      if (c.share >= least_share || (forced && c.share > 0)) of.push_back(c.language);
    }
  }
  auto best = best_of(sample, of);
  if (!best) return std::nullopt;
  const bool by_shape = named == nullptr && !forced;
  const auto lines = static_cast<std::size_t>(std::count(sample.begin(), sample.end(), '\n'));
  if (best->errors() > free_errors + lines / (by_shape ? lines_per_error_unnamed : lines_per_error))
    return std::nullopt;
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

std::optional<Recognised> recognise(std::string_view text, std::string_view path, std::string_view label, bool forced,
                                    Depth depth) {
  if (text.size() > max_source || text.find('\0') != std::string_view::npos) return std::nullopt;
  Recognised r{nullptr, split_lines(text), std::nullopt, {}, text, std::nullopt};
  if (std::any_of(r.lines.begin(), r.lines.end(), [](const Line& l) { return l.text.size() > longest_line; }))
    return std::nullopt;
  r.gutter = read_gutter(r.lines);
  if (!text.ends_with('\n')) r.ended.append(text).append("\n");
  const Language* named = named_language(path, label);
  if (named == nullptr) named = by_interpreter(interpreter_of(r.code()));
  // Where only one language is in question its parser may as well read all.
  const bool whole = depth == Depth::whole && named != nullptr && named->relatives.empty();
  const std::string_view sample = whole ? r.code() : sample_of(r.code());
  auto trial = judge(sample, named, forced);
  if (!trial) return std::nullopt;
  r.language = trial->language;
  if (sample.size() == r.code().size()) r.syntax = std::move(trial->syntax);
  return r;
}

}  // namespace headroom::compressors::code
