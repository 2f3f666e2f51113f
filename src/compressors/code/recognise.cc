#include "compressors/code/recognise.h"

#include <algorithm>

#include "compressors/code/syntax.h"

namespace headroom::compressors::code {
namespace {

constexpr std::size_t sample_bytes = std::size_t{16} << 10;
constexpr std::size_t scored_lines = 200;
constexpr std::size_t max_candidates = 3;
constexpr std::size_t least_share = 35;   // per cent of lines that begin as the language's do, if nothing names it
constexpr std::size_t broken_share = 10;  // a text is of a language if at most a tenth of it does not parse
constexpr std::size_t broken_share_unnamed = 2;

bool is_word(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
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

// The first 16 KiB, cut at a line.
std::string_view sample_of(std::string_view code) {
  if (code.size() <= sample_bytes) return code;
  const std::size_t end = code.rfind('\n', sample_bytes);
  return code.substr(0, end == std::string_view::npos ? sample_bytes : end + 1);
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
  std::size_t broken, errors;
  bool has_callable;
};

std::optional<Trial> try_parse(std::string_view sample, const Language& language) {
  const auto syntax = Syntax::parse(sample, language);
  if (!syntax) return std::nullopt;
  const auto& nodes = syntax->nodes();
  return Trial{&language, syntax->broken_bytes(), syntax->errors().size(),
               std::any_of(nodes.begin(), nodes.end(), [](const Node& n) { return n.is(body); })};
}

// The one with the fewest errors; ties to the first.
std::optional<Trial> best_of(std::string_view sample, const std::vector<const Language*>& of) {
  std::optional<Trial> best;
  for (const Language* language : of) {
    const auto trial = try_parse(sample, *language);
    if (trial && (!best || std::pair(trial->errors, trial->broken) < std::pair(best->errors, best->broken)))
      best = trial;
    if (best && best->errors == 0) break;
  }
  return best;
}

const Language* judge(std::string_view code, const Language* named, bool forced) {
  // A sample may end in the middle of a function: what is broken there is little.
  const std::string_view sample = sample_of(code);
  std::vector<const Language*> of;
  if (named != nullptr) {
    of.push_back(named);
    for (std::string_view names = named->relatives; !names.empty();) {
      const std::size_t end = std::min(names.find(' '), names.size());
      of.push_back(by_name(names.substr(0, end)));
      names.remove_prefix(std::min(end + 1, names.size()));
    }
  } else {
    for (const Candidate& c : candidates(sample)) {
      if (c.share >= least_share || (forced && c.share > 0)) of.push_back(c.language);
    }
  }
  const auto best = best_of(sample, of);
  if (!best) return nullptr;
  const bool by_shape = named == nullptr && !forced;
  const std::size_t most = by_shape ? broken_share_unnamed : broken_share;
  if (best->broken * 100 > most * sample.size() || best->errors * 20 > sample.size()) return nullptr;
  return by_shape && !best->has_callable ? nullptr : best->language;
}

}  // namespace

const Language* named_language(std::string_view path, std::string_view label) {
  if (const Language* l = by_path(path)) return l;
  // "python", "python title=x", "ts {1,3}", ".js"
  while (label.starts_with('.') || label.starts_with('{')) label.remove_prefix(1);
  return by_label(label.substr(0, label.find_first_of(" ,{}:\t")));
}

std::optional<Recognised> recognise(std::string_view text, std::string_view path, std::string_view label, bool forced) {
  if (text.size() > max_source || text.find('\0') != std::string_view::npos) return std::nullopt;
  Recognised r{nullptr, split_lines(text), std::nullopt, text};
  r.gutter = read_gutter(r.lines);
  const Language* named = named_language(path, label);
  if (named == nullptr) named = by_interpreter(interpreter_of(r.code()));
  r.language = judge(r.code(), named, forced);
  if (r.language == nullptr) return std::nullopt;
  return r;
}

}  // namespace headroom::compressors::code
