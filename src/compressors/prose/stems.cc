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
             stem.back() != 's') {
    out.pop_back();  // debugg(er)
  } else if (stem.size() > least_stem && stem.back() == 'e') {
    out.pop_back();
  }
}

}  // namespace

void append_stems(std::string& out, std::string_view text) {
  search::scan(text, [&](search::TermKind kind, std::size_t begin, std::size_t end, std::uint64_t) {
    if (kind == search::TermKind::identifier) return;
    const std::size_t at = out.size();
    search::append_lower(out, text.substr(begin, end - begin));
    if (kind == search::TermKind::word && static_cast<unsigned char>(out[at]) < 0x80) cut_ending(out, at);
    out += ' ';
  });
}

}  // namespace headroom::compressors::prose
