#include "compressors/prose/stems.h"

#include <array>

#include "search/scan.h"
#include "search/terms.h"

namespace headroom::compressors::prose {
namespace {

constexpr std::size_t least_stem = 3;
// Longer endings first.
constexpr auto endings = std::to_array<std::string_view>(
    {"ingly", "edly", "ings", "ions", "ing", "ion", "ers", "er", "ed", "es", "ly", "s", "e"});

bool is_multibyte(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

void cut_ending(std::string& out, std::size_t begin) {
  const auto word = [&] { return std::string_view(out).substr(begin); };
  for (const std::string_view ending : endings) {
    if (!word().ends_with(ending) || word().size() < ending.size() + least_stem) continue;
    if (ending == "s" && word().ends_with("ss")) break;
    out.resize(out.size() - ending.size());
    break;
  }
  const std::string_view stem = word();
  if (stem.size() > least_stem && stem.back() == 'y') {
    out.back() = 'i';
  } else if (stem.size() > least_stem && stem[stem.size() - 1] == stem[stem.size() - 2] && stem.back() != 'l' &&
             stem.back() != 's' && !is_multibyte(stem.back())) {
    out.pop_back();  // debugg(er)
  } else if (stem.size() > least_stem && stem.back() == 'e') {
    out.pop_back();
  }
}

bool is_cut(search::TermKind kind, std::string_view word) {
  return kind == search::TermKind::word && !is_multibyte(word[0]);
}

// Of the first letters of a word, in either case: those that its stem has, too.
std::size_t beginning(std::string_view word) {
  std::size_t h = 0;
  for (const char c : word.substr(0, least_stem)) {
    if (is_multibyte(c)) break;
    h = h * 37 + search::scan_detail::tables.lower_case[static_cast<unsigned char>(c)];
  }
  return h & 4095;
}

}  // namespace

StemTable::StemTable(const search::Query& stems) : table_(stems.terms()) {
  for (const search::Term& t : stems.terms()) begins_.set(beginning(t.text));
}

std::int32_t StemTable::find(search::TermKind kind, std::string_view word, std::uint64_t hash) {
  if (!is_cut(kind, word)) return table_.find(hash, word);
  if (!begins_.test(beginning(word))) return -1;
  stem_.clear();
  search::append_lower(stem_, word);
  cut_ending(stem_, 0);
  return table_.find(search::term_hash(stem_), stem_);
}

void append_stems(std::string& out, std::string_view text) {
  search::scan(text, [&](search::TermKind kind, std::size_t begin, std::size_t end, std::uint64_t) {
    if (kind == search::TermKind::identifier) return;
    const std::size_t at = out.size();
    search::append_lower(out, text.substr(begin, end - begin));
    if (is_cut(kind, text.substr(begin))) cut_ending(out, at);
    out += ' ';
  });
}

}  // namespace headroom::compressors::prose
