#include "compressors/code/stub.h"

#include <algorithm>

#include "compressors/statements.h"

namespace headroom::compressors::code {
namespace {

constexpr std::size_t most_names = 3;
constexpr std::size_t longest_name = 40;
constexpr std::size_t most_places = 6;

constexpr bool is_word(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

// What is called, by its last name: "self.book" -> "book". Empty if it has none, or one that would not read as a name.
std::string_view callee(std::string_view text) {
  if (text.size() > 200) return {};
  if (text.ends_with('>')) text = text.substr(0, text.find('<'));  // type arguments
  std::size_t n = text.size();
  while (n > 0 && is_word(text[n - 1])) --n;
  const std::string_view name = text.substr(n);
  const bool good = name.size() >= 2 && name.size() <= longest_name && !(name[0] >= '0' && name[0] <= '9');
  return good ? name : std::string_view();
}

void add(std::string& facts, std::string_view fact) {
  facts.append("; ").append(fact);
}

}  // namespace

StubWriter::StubWriter(const Recognised& source, std::string_view code, const std::vector<std::uint32_t>& starts,
                       const Syntax& syntax)
    : source_(source), code_(code), starts_(starts), nodes_(syntax.nodes()) {
  for (const Node& n : nodes_) {
    if (!n.is(callable)) continue;
    if (const auto name = callee(code_.substr(n.name_begin, n.name_end - n.name_begin)); !name.empty())
      defined_.insert(name);
  }
}

std::string StubWriter::facts(const Rows& rows, Cut::Of of) const {
  std::string out;
  if (of == Cut::Of::licence) return "; licence";
  if (of == Cut::Of::comment) return "; comment";
  std::vector<std::string_view> names;
  std::size_t n_returns = 0, n_imports = 0;
  std::vector<std::uint32_t> failures;  // rows
  const auto first = std::lower_bound(nodes_.begin(), nodes_.end(), starts_[rows.first],
                                      [](const Node& n, std::uint32_t at) { return n.begin < at; });
  for (auto n = first; n != nodes_.end() && n->first_row <= rows.last; ++n) {
    n_returns += n->is(returns);
    n_imports += n->is(importing);
    if (is_failure(code_, *source_.language, *n) && (failures.empty() || failures.back() != n->first_row))
      failures.push_back(n->first_row);
    if (!n->is(call) || names.size() >= most_names) continue;
    const std::string_view name = callee(code_.substr(n->name_begin, n->name_end - n->name_begin));
    if (name.empty() || !defined_.contains(name)) continue;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  if (of == Cut::Of::imports) {
    add(out, counted(n_imports, "import"));
    return out;
  }
  for (std::size_t i = 0; i < names.size(); ++i) out.append(i == 0 ? "; calls " : ", ").append(names[i]);
  if (n_returns > 0) add(out, counted(n_returns, "return"));
  if (!failures.empty()) add(out, counted(failures.size(), "failure") + places(failures));
  return out;
}

// " at 47, 52-54, 60": each line that leaves with a failure; of very many the first and the last.
std::string StubWriter::places(const std::vector<std::uint32_t>& rows) const {
  std::vector<Rows> runs;
  for (const std::uint32_t row : rows) {
    if (!runs.empty() && runs.back().last + 1 == row) {
      runs.back().last = row;
    } else {
      runs.push_back({row, row});
    }
  }
  std::string out = " at ";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs.size() > most_places && i == most_places - 1) {
      out.append(", ..., ");
      i = runs.size() - 1;
    } else if (i > 0) {
      out.append(", ");
    }
    out.append(std::to_string(source_.number(runs[i].first)));
    if (runs[i].last > runs[i].first) out.append("-").append(std::to_string(source_.number(runs[i].last)));
  }
  return out;
}

std::string_view StubWriter::indentation(std::uint32_t row) const {
  const std::string_view text = code_.substr(starts_[row]);
  const std::size_t begin = text.find_first_not_of(" \t\r\n");  // blank rows say nothing
  if (begin == std::string_view::npos) return {};
  const std::size_t line = text.substr(0, begin).rfind('\n') + 1;
  return text.substr(line, begin - line);
}

std::string StubWriter::stub(const Rows& rows, Cut::Of of) const {
  // Rows without a number of their own are blank: those around them say where they are.
  std::uint32_t first = rows.first, last = rows.last;
  while (first < last && source_.number(first) == 0) ++first;
  while (last > first && source_.number(last) == 0) --last;
  std::string out(indentation(first));
  out.append(source_.language->comment).append(" [lines ").append(std::to_string(source_.number(first))).append("-");
  out.append(std::to_string(source_.number(last))).append(": ");
  return out.append(counted(rows.last - rows.first + 1, "line")).append(facts(rows, of)).append("]");
}

bool reads_as_stub(std::string_view line) {
  std::size_t i = line.find_first_not_of(" \t0123456789");  // a gutter, or none
  if (i == std::string_view::npos) return false;
  line.remove_prefix(i);
  if (line.starts_with("\xE2\x86\x92")) line.remove_prefix(3);
  i = line.find_first_not_of(" \t|:");
  line.remove_prefix(std::min(i, line.size()));
  if (line.starts_with("//")) {
    line.remove_prefix(2);
  } else if (line.starts_with('#')) {
    line.remove_prefix(1);
  } else {
    return false;
  }
  return line.starts_with(" [lines ") && line.find(" line") != std::string_view::npos;
}

}  // namespace headroom::compressors::code
