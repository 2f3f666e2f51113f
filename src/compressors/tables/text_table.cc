#include "compressors/tables/text_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_set>

#include "compressors/tables/columns.h"
#include "compressors/tables/delimited.h"
#include "compressors/tables/markdown.h"

namespace headroom::compressors::tables {
namespace {

struct Notation {
  std::string_view words;
  Style style;
  char separator;
};
constexpr auto notations = std::to_array<Notation>({{"csv", Style::delimited, ','},
                                                    {"tsv", Style::delimited, '\t'},
                                                    {"csv;", Style::delimited, ';'},
                                                    {"csv|", Style::delimited, '|'},
                                                    {"columns", Style::columns, ' '},
                                                    {"markdown", Style::markdown, '|'}});

// The word at the front of `rest`, and the blank behind it, taken off.
std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

template <class Number>
std::optional<Number> number_of(std::string_view word) {
  Number n = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), n);
  if (error != std::errc{} || end != word.data() + word.size() || word.empty()) return std::nullopt;
  return n;
}

// One gap where all are alike but for the first, which is 0; else all of them.
std::string describe_gaps(const std::vector<std::int32_t>& gaps) {
  const bool alike = gaps.size() > 1 && gaps[0] == 0 &&
                     std::all_of(gaps.begin() + 1, gaps.end(), [&](std::int32_t g) { return g == gaps[1]; });
  if (alike) return std::to_string(gaps[1]);
  std::string out;
  for (const std::int32_t g : gaps) (out += std::to_string(g)) += '/';
  return out;
}

bool read_gaps(std::string_view word, Layout& layout) {
  constexpr std::int32_t widest = 1 << 20;
  const auto good = [](const std::optional<std::int32_t>& n) { return n && *n > -widest && *n < widest; };
  if (!word.ends_with('/')) {
    const auto gap = number_of<std::int32_t>(word);
    if (!good(gap)) return false;
    layout.gaps.assign(layout.aligned.size(), *gap);
    if (!layout.gaps.empty()) layout.gaps[0] = 0;
    return true;
  }
  while (!word.empty()) {
    const std::size_t slash = word.find('/');
    const auto gap = number_of<std::int32_t>(word.substr(0, slash));
    if (!good(gap) || layout.gaps.size() >= layout.aligned.size()) return false;
    layout.gaps.push_back(*gap);
    word.remove_prefix(slash + 1);
  }
  return layout.gaps.size() == layout.aligned.size();
}

}  // namespace

std::size_t TextTable::verbatim_rows() const {
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [](const Row& r) { return r.verbatim; }));
}

std::string describe(const Layout& layout) {
  std::string out;
  for (const Notation& n : notations) {
    if (n.style != layout.style || (n.style == Style::delimited && n.separator != layout.separator)) continue;
    out += n.words;
    break;
  }
  if (layout.style == Style::columns) {
    ((out += ' ') += layout.aligned) += ' ';
    out += describe_gaps(layout.gaps);
    if (layout.padded) out += " padded";
  }
  if (layout.quotes == Quotes::all) out += " quoted";
  if (layout.quotes == Quotes::strings) out += " strings quoted";
  if (layout.style == Style::markdown && layout.bars == Bars::padded) out += " padded";
  if (layout.style == Style::markdown && layout.bars == Bars::tight) out += " tight";
  if (layout.head == Head::none) out += " headless";
  if (layout.verbatim > 0) {
    out += layout.head == Head::verbatim ? " headed by " : " after ";
    out += std::to_string(layout.verbatim);
    out += layout.verbatim == 1 ? " line" : " lines";
  }
  if (layout.crlf) out += " crlf";
  if (layout.unended) out += " unended";
  return out;
}

std::optional<Layout> read_layout(std::string_view words) {
  Layout layout;
  std::string_view rest = words;
  const std::string_view name = take_word(rest);
  const auto notation =
      std::find_if(notations.begin(), notations.end(), [&](const Notation& n) { return n.words == name; });
  if (notation == notations.end()) return std::nullopt;
  layout.style = notation->style;
  layout.separator = notation->separator;
  if (layout.style == Style::columns) {
    layout.aligned = take_word(rest);
    if (layout.aligned.empty() || layout.aligned.find_first_not_of("lr") != std::string::npos) return std::nullopt;
    if (!read_gaps(take_word(rest), layout)) return std::nullopt;
  }
  while (!rest.empty()) {
    const std::string_view word = take_word(rest);
    if (word == "padded") {
      layout.padded = true;
      layout.bars = Bars::padded;
    } else if (word == "tight") {
      layout.bars = Bars::tight;
    } else if (word == "quoted") {
      layout.quotes = Quotes::all;
    } else if (word == "strings" && take_word(rest) == "quoted") {
      layout.quotes = Quotes::strings;
    } else if (word == "headless") {
      layout.head = Head::none;
    } else if (word == "crlf") {
      layout.crlf = true;
    } else if (word == "unended") {
      layout.unended = true;
    } else if (word == "after" || word == "headed") {
      if (word == "headed") {
        if (take_word(rest) != "by") return std::nullopt;
        layout.head = Head::verbatim;
      }
      const auto lines = number_of<std::size_t>(take_word(rest));
      const std::string_view unit = take_word(rest);
      if (!lines || *lines == 0 || unit != (*lines == 1 ? "line" : "lines")) return std::nullopt;
      layout.verbatim = *lines;
    } else {
      return std::nullopt;
    }
  }
  if (describe(layout) != words) return std::nullopt;
  return layout;
}

std::string print(const TextTable& table) {
  const std::string_view end = table.layout.crlf ? "\r\n" : "\n";
  std::string out;
  for (const std::string_view line : table.front) (out += line) += end;
  switch (table.layout.style) {
    case Style::delimited:
      print_delimited(out, table);
      break;
    case Style::columns:
      print_columns(out, table);
      break;
    case Style::markdown:
      print_markdown(out, table);
      break;
  }
  if (table.layout.unended && out.ends_with(end)) out.resize(out.size() - end.size());
  return out;
}

bool mend_names(std::vector<std::string>& names) {
  std::unordered_set<std::string> seen;
  bool changed = false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string name = names[i].empty() ? 'c' + std::to_string(i + 1) : names[i];
    while (!seen.insert(name).second) name += '_' + std::to_string(i + 1);
    changed |= name != names[i];
    names[i] = std::move(name);
  }
  return changed;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace headroom::compressors::tables
