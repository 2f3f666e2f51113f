#include "compressors/log/acceptance.h"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/hash.h"
#include "base/numbering.h"
#include "base/prefixes.h"
#include "detect/line_shapes.h"

namespace headroom::compressors::log {
namespace {

constexpr std::size_t kReach = 8;  // lines behind an error or frame that belong to it

// How package managers and build tools begin their lines.
constexpr Prefixes kToolLeads(std::to_array<std::string_view>({"Inst ",
                                                               "Conf ",
                                                               "Remv ",
                                                               "Get:",
                                                               "Hit:",
                                                               "Ign:",
                                                               "Setting up ",
                                                               "Unpacking ",
                                                               "Preparing to unpack ",
                                                               "Selecting previously ",
                                                               "Processing triggers for ",
                                                               "Reading package lists",
                                                               "Building dependency tree",
                                                               "Reading state information",
                                                               "Collecting ",
                                                               "Downloading ",
                                                               "Downloaded ",
                                                               "Using cached ",
                                                               "Requirement already satisfied",
                                                               "Successfully ",
                                                               "Compiling ",
                                                               "Finished ",
                                                               "npm http ",
                                                               "npm warn ",
                                                               "npm WARN ",
                                                               "npm notice",
                                                               "npm info ",
                                                               "npm verb ",
                                                               "npm sill ",
                                                               "make[",
                                                               "make: ",
                                                               "gmake",
                                                               "-- Looking for ",
                                                               "-- Performing Test ",
                                                               "-- Check",
                                                               "-- Detecting ",
                                                               "-- Found ",
                                                               "Running setup.py",
                                                               "copying ",
                                                               "Found link ",
                                                               "remote: ",
                                                               "Step ",
                                                               " ---> ",
                                                               "PLAY [",
                                                               "PLAY RECAP",
                                                               "TASK [",
                                                               "RUNNING HANDLER [",
                                                               "ok: [",
                                                               "changed: [",
                                                               "skipping: [",
                                                               "fatal: [",
                                                               "included: "}));

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t digits_at(std::string_view t, std::size_t at) {
  std::size_t n = 0;
  while (at + n < t.size() && is_digit(t[at + n])) ++n;
  return n;
}

// "[   12.345678] ", the kernel's seconds since the start; "#7 3.215 ", a container build's step and its seconds, and
// what it says of a step as a whole.
bool is_clocked(std::string_view t) {
  constexpr auto of_step = std::to_array<std::string_view>({"[", "DONE ", "CACHED", "ERROR", "CANCELED", "sha256:"});
  const bool step = t.starts_with('#');
  if (!step && !t.starts_with('[')) return false;
  std::size_t at = 1;
  if (step) {
    const std::size_t n = digits_at(t, at);
    if (n == 0 || at + n >= t.size() || t[at + n] != ' ') return false;
    at += n + 1;
    for (std::string_view s : of_step) {
      if (t.substr(at).starts_with(s)) return true;
    }
  } else {
    while (at < t.size() && t[at] == ' ') ++at;
  }
  const std::size_t whole = digits_at(t, at);
  if (whole == 0 || at + whole >= t.size() || t[at + whole] != '.') return false;
  at += whole + 1;
  const std::size_t part = digits_at(t, at);
  at += part;
  return part >= 3 && at < t.size() && t[at] == (step ? ' ' : ']');
}

// Heads of lists of packages: what is indented behind them is theirs.
bool heads_packages(std::string_view t) {
  return t.ends_with(" packages:") || (t.starts_with("The following ") && t.ends_with(':'));
}

// "# x", "- x", "* x", "> x", "```", "| a | b", "1. x": Markdown.
bool is_markdown(std::string_view t) {
  if (t.starts_with("```") || t.starts_with("~~~") || t.starts_with("> ")) return true;
  std::size_t n = 0;
  while (n < t.size() && t[n] == '#') ++n;
  if (n > 0 && n <= 6 && n < t.size() && t[n] == ' ') return true;
  if (t.size() > 2 && (t[0] == '-' || t[0] == '*' || t[0] == '+') && t[1] == ' ') return true;
  if (t.size() > 4 && t[0] == '|' && t.back() == '|') return true;
  n = 0;
  while (n < t.size() && t[n] >= '0' && t[n] <= '9') ++n;
  return n > 0 && n <= 3 && t.substr(n).starts_with(". ");
}

// "-rw-r--r-- 1 root ...".
bool is_listing(std::string_view t) {
  return t.size() > 12 && std::string_view("-dlbcps").find(t[0]) != std::string_view::npos &&
         std::all_of(t.begin() + 1, t.begin() + 10,
                     [](char c) { return std::string_view("rwxsStT-").find(c) != std::string_view::npos; });
}

// "key = value", "key: word", "[section]", "# comment": configuration repeats itself, too.
bool is_setting(std::string_view t) {
  if (t[0] == '#' || t[0] == ';') return true;
  if (t[0] == '[') return t.back() == ']' && t.find(' ') == std::string_view::npos;
  std::size_t n = 0;
  const auto in_key = [](char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '.' || c == '-' ||
           c == '"';
  };
  while (n < t.size() && in_key(t[n])) ++n;
  if (n == 0) return false;
  std::size_t separator = t.find_first_not_of(' ', n);
  if (separator == std::string_view::npos) return false;
  if (t[separator] == '=') return true;
  if (t[separator] != ':' || separator != n) return false;
  const std::size_t value = t.find_first_not_of(' ', separator + 1);
  return value == std::string_view::npos || t.find(' ', value) == std::string_view::npos;
}

// "\tmovq\t%rsp, %rbp", "\t.size\tmain, 8": an assembler's lines are of few templates, too.
bool is_instruction(std::string_view text) {
  if (!text.starts_with('\t') || text.size() < 4) return false;
  const std::size_t end = text.find_first_of(" \t", 1);
  return end != std::string_view::npos && end > 1 && text[end] == '\t';
}

// "src/a.cc:12:  text", "src/a.cc:text", "a,b,c": rows of a search or of a table are alike as a log's lines are.
bool is_row(std::string_view t) {
  const std::size_t colon = t.find(':');
  const std::size_t blank = t.find(' ');
  if (colon != std::string_view::npos && colon > 0 && (blank == std::string_view::npos || colon < blank)) {
    const std::string_view path = t.substr(0, colon);
    if (path.find('/') != std::string_view::npos && !path.starts_with("http")) return true;
    if (colon + 1 < t.size() && t[colon + 1] >= '0' && t[colon + 1] <= '9' && path.find('.') != std::string_view::npos)
      return true;
  }
  std::size_t commas = 0;
  for (std::size_t i = 0; i + 1 < t.size(); ++i) commas += t[i] == ',' && t[i + 1] != ' ';
  return commas >= 2;
}

// Lines in fences, and the fences: writing about a log, whose fences its spans are. One that nothing closes is none.
std::vector<std::uint8_t> fenced_lines(std::span<const Line> lines) {
  std::vector<std::uint8_t> fenced;
  std::size_t open = lines.size();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!detect::is_fence(lines[i].text)) continue;
    if (open == lines.size()) {
      open = i;
      continue;
    }
    fenced.resize(lines.size());
    std::fill(fenced.begin() + static_cast<std::ptrdiff_t>(open), fenced.begin() + static_cast<std::ptrdiff_t>(i + 1),
              1);
    open = lines.size();
  }
  return fenced;
}

// Which lines may share a template with two others, made without templates: those that have as many words, and begin
// with the same one or with one that varies.
class Alike {
 public:
  explicit Alike(std::span<const Line> lines) {
    looks_.reserve(lines.size());
    for (const Line& line : lines) {
      const auto [words, lead] = look(line.text);
      const std::uint32_t key = keys_.number((lead ^ words) * 0x9E3779B97F4A7C15ull);
      looks_.push_back({words, key});
      if (key == counts_.size()) {
        counts_.push_back(0);
        ++leads_[words];
      }
      ++counts_[key];
    }
  }

  bool three_of(std::size_t line) const {
    const auto [words, key] = looks_[line];
    return words >= 2 && (counts_[key] >= 3 || leads_[words] > kMaxChildren);
  }

 private:
  struct Look {
    std::uint32_t words, key;
  };

  // How many words, and the first.
  static std::pair<std::uint32_t, std::uint64_t> look(std::string_view line) {
    line = line.substr(0, kShapeBytes);
    constexpr std::string_view blanks = " \t\r";
    const std::uint32_t words = count_words(line);
    if (words == 0) return {0, 0};
    line.remove_prefix(line.find_first_not_of(blanks));
    return {std::min<std::uint32_t>(words, kMaxWords), lead_of(line.substr(0, line.find_first_of(blanks)))};
  }
  static std::uint32_t count_words(std::string_view line) {
    std::uint32_t words = 0;
    std::size_t i = 0;
    bool behind_blank = true;
#ifdef __SSE2__
    // Sixteen bytes a step: a word begins where a byte is none of the blanks and the one before it is.
    for (; i + 16 <= line.size(); i += 16) {
      const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(line.data() + i));
      const auto is = [x](char c) { return _mm_cmpeq_epi8(x, _mm_set1_epi8(c)); };
      const auto blank =
          static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(is(' '), is('\t')), is('\r'))));
      words += static_cast<std::uint32_t>(std::popcount((blank << 1 | unsigned{behind_blank}) & ~blank & 0xFFFF));
      behind_blank = (blank >> 15 & 1) != 0;
    }
#endif
    for (; i < line.size(); ++i) {
      const bool blank = line[i] == ' ' || line[i] == '\t' || line[i] == '\r';
      words += behind_blank && !blank;
      behind_blank = blank;
    }
    return words;
  }
  static std::uint64_t lead_of(std::string_view word) {
    const bool varies =
        std::ranges::any_of(word, [](char c) { return is_digit(c) || c == '/' || c == '=' || c == '\\'; });
    return varies ? 0 : hash64(word);
  }

  Numbering keys_;
  std::vector<Look> looks_;                           // by line
  std::vector<std::uint32_t> counts_;                 // by key
  std::array<std::uint32_t, kMaxWords + 1> leads_{};  // by number of words: the keys
};

}  // namespace

bool may_be_accepted(std::span<const Line> lines) {
  if (lines.size() > kMaxTemplates || may_hold_report(lines)) return true;
  std::size_t filled = 0, strong = 0, shared = 0, markdown = 0, since = kReach + 1;
  std::vector<std::uint32_t> others;
  bool in_packages = false;
  const std::vector<std::uint8_t> fenced = fenced_lines(lines);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!fenced.empty() && fenced[i]) continue;
    const std::string_view text = lines[i].text;
    const std::size_t lead = text.find_first_not_of(" \t\r");
    if (lead == std::string_view::npos) continue;
    ++filled;
    const std::string_view t = text.substr(lead);
    if (lead == 0) in_packages = heads_packages(t);
    if (in_packages || kToolLeads.begins(t) || is_clocked(t) || may_be_of_tool(text) || find_stamp(text).found() ||
        text.find('\x1b') != std::string_view::npos) {
      ++strong;
      since = 0;
    } else if (since < kReach && (lead > 0 || t[0] == '|' || t[0] == '=')) {
      ++strong;
      ++since;
    } else {
      ++since;
      if (is_listing(t)) continue;
      others.push_back(static_cast<std::uint32_t>(i));
      markdown += is_markdown(t);
    }
    if (strong * 2 >= lines.size()) return true;
  }
  if (filled < 2) return false;
  if (strong * 2 >= filled) return true;
  if (markdown * 5 > filled) return false;
  if ((strong + others.size()) * 2 < filled) return false;
  const Alike alike(lines);
  for (const std::uint32_t i : others) {
    const std::string_view text = lines[i].text, t = text.substr(text.find_first_not_of(" \t\r"));
    shared += alike.three_of(i) && !is_setting(t) && !is_row(t) && !is_instruction(text);
  }
  return (strong + shared) * 2 >= filled;
}

bool accepts(std::span<const Line> lines, const Grouping& g) {
  std::size_t filled = 0, strong = 0, shared = 0, markdown = 0, listing = 0, since = kReach + 1;
  bool in_packages = false;
  const std::vector<std::uint8_t> fenced = fenced_lines(lines);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!fenced.empty() && fenced[i]) continue;
    const std::string_view text = lines[i].text;
    const std::size_t lead = text.find_first_not_of(" \t\r");
    if (lead == std::string_view::npos) continue;
    ++filled;
    const Signals& s = g.signals(i);
    const std::string_view t = text.substr(lead);
    if (lead == 0) in_packages = heads_packages(t);
    const bool tool = g.part(i) != ReportPart::none || in_packages || is_clocked(t) || kToolLeads.begins(t) ||
                      (s.roles & kToolRoles) || (s.is(kFrame) && (lead > 0 || s.severe()));
    const bool in_table = g.stamps[i].end < text.size() && text[g.stamps[i].end] == ',' &&
                          !text.substr(g.stamps[i].end).starts_with(", ");  // a column of times
    if (g.stamps[i].found() && g.stamps[i].begin < 48 && !is_listing(t) && !in_table) {
      ++strong;
      since = kReach + 1;
    } else if (tool) {
      ++strong;
      since = 0;
    } else if (is_listing(t)) {
      ++listing;
    } else if (since < kReach && (lead > 0 || t[0] == '|' || t[0] == '=')) {
      ++strong;
      ++since;
    } else {
      ++since;
      const Template& t_of = g.templates[g.template_of(i)];
      if (t_of.count >= 3 && t_of.fixed_words >= 1 && t_of.words >= 2 && !is_setting(t) && !is_row(t) &&
          !is_instruction(text))
        ++shared;
      if (is_markdown(t)) ++markdown;
    }
  }
  if (filled < 2 || listing * 5 > filled) return false;
  if (strong * 2 >= filled) return true;
  if (markdown * 5 > filled) return false;
  return (strong + shared) * 2 >= filled;
}

}  // namespace headroom::compressors::log
