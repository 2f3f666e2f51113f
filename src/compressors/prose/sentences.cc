#include "compressors/prose/sentences.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "base/utf8.h"
#include "compressors/prose/sentence_breaks.h"

namespace headroom::compressors::prose {
namespace {

enum class When : std::uint8_t { always, before_digit, before_upper };

struct Abbreviation {
  std::string_view word;  // lower case, without its last stop
  When when;
};
// Titles stand before names, references before numbers; the rest wherever it stands.
constexpr auto abbreviations_in_any_order = std::to_array<Abbreviation>({
    // English and Latin
    {"e.g", When::always},
    {"i.e", When::always},
    {"eg", When::always},
    {"ie", When::always},
    {"cf", When::always},
    {"vs", When::always},
    {"viz", When::always},
    {"al", When::always},
    {"approx", When::always},
    {"resp", When::always},
    {"incl", When::always},
    {"dr", When::before_upper},
    {"mr", When::before_upper},
    {"mrs", When::before_upper},
    {"ms", When::before_upper},
    {"prof", When::before_upper},
    {"st", When::before_upper},
    {"rev", When::before_upper},
    {"hon", When::before_upper},
    {"gen", When::before_upper},
    {"col", When::before_upper},
    {"lt", When::before_upper},
    {"sgt", When::before_upper},
    {"capt", When::before_upper},
    {"gov", When::before_upper},
    {"sen", When::before_upper},
    {"rep", When::before_upper},
    {"v", When::before_upper},
    {"no", When::before_digit},
    {"nos", When::before_digit},
    {"fig", When::before_digit},
    {"figs", When::before_digit},
    {"eq", When::before_digit},
    {"eqs", When::before_digit},
    {"sec", When::before_digit},
    {"sect", When::before_digit},
    {"ch", When::before_digit},
    {"chap", When::before_digit},
    {"vol", When::before_digit},
    {"p", When::before_digit},
    {"pp", When::before_digit},
    {"par", When::before_digit},
    {"para", When::before_digit},
    {"art", When::before_digit},
    {"cl", When::before_digit},
    {"app", When::before_digit},
    {"ver", When::before_digit},
    {"ca", When::before_digit},
    {"jan", When::before_digit},
    {"feb", When::before_digit},
    {"mar", When::before_digit},
    {"apr", When::before_digit},
    {"jun", When::before_digit},
    {"jul", When::before_digit},
    {"aug", When::before_digit},
    {"sep", When::before_digit},
    {"sept", When::before_digit},
    {"oct", When::before_digit},
    {"nov", When::before_digit},
    {"dec", When::before_digit},
    // German
    {"z.b", When::always},
    {"d.h", When::always},
    {"u.a", When::always},
    {"bzw", When::always},
    {"bspw", When::always},
    {"ggf", When::always},
    {"vgl", When::always},
    {"sog", When::always},
    {"hr", When::before_upper},
    {"fr", When::before_upper},
    {"nr", When::before_digit},
    {"abs", When::before_digit},
    {"abb", When::before_digit},
    {"tab", When::before_digit},
    {"kap", When::before_digit},
    // French, Spanish, Portuguese, Italian
    {"p.ex", When::always},
    {"mme", When::before_upper},
    {"mlle", When::before_upper},
    {"sr", When::before_upper},
    {"sra", When::before_upper},
    {"sig", When::before_upper},
    {"dott", When::before_upper},
    {"núm", When::before_digit},
    {"pág", When::before_digit},
    {"pag", When::before_digit},
    // Russian
    {"т.е", When::always},
    {"т.к", When::always},
    {"напр", When::always},
    {"рис", When::before_digit},
    {"стр", When::before_digit},
    {"гл", When::before_digit},
    {"ст", When::before_digit},
});

constexpr auto abbreviations = [] {
  auto rows = abbreviations_in_any_order;
  std::sort(rows.begin(), rows.end(), [](const Abbreviation& a, const Abbreviation& b) { return a.word < b.word; });
  return rows;
}();
constexpr std::size_t longest_abbreviation = 12;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_ascii_stop(char c) {
  return c == '.' || c == '!' || c == '?';
}
bool is_ascii_close(char c) {
  return std::string_view("\"')]}*_`").find(c) != std::string_view::npos;
}

std::size_t skip_blanks_back(std::string_view text, std::size_t begin, std::size_t end) {
  while (end > begin && is_blank(text[end - 1])) --end;
  return end;
}

std::string lower_ascii(std::string_view word) {
  std::string out(word);
  for (char& c : out) c = is_upper(c) ? static_cast<char>(c + 32) : c;
  return out;
}

// The stop at the end of text[begin, end) belongs to its word: `next` is the first character behind the blanks.
bool is_part_of_word(std::string_view text, std::size_t begin, std::size_t end, char next) {
  const std::string_view sentence = text.substr(begin, end - begin);
  std::string_view before = sentence.substr(0, sentence.size() - 1);
  if (before.empty()) return false;
  // "3. Item": all there is so far is a number.
  if (before.size() <= 6 && std::all_of(before.begin(), before.end(), [](char c) { return is_digit(c) || c == '.'; }))
    return true;
  std::size_t word = before.size();
  while (word > 0 && before.size() - word <= longest_abbreviation && !is_blank(before[word - 1]) &&
         std::string_view("([\"'/").find(before[word - 1]) == std::string_view::npos) {
    --word;
  }
  const std::string_view last = before.substr(word);
  if (last.empty() || last.size() > longest_abbreviation) return false;
  // "J. Smith": an initial within a sentence.
  if (last.size() == 1 && is_upper(last[0]) && is_upper(next) && last[0] != 'I') return true;
  if (last.size() == 3 && is_upper(last[0]) && last[1] == '.' && is_upper(last[2]) && word == 0) return true;
  const std::string key = lower_ascii(last);
  const auto* row = std::lower_bound(abbreviations.begin(), abbreviations.end(), key,
                                     [](const Abbreviation& a, const std::string& k) { return a.word < k; });
  if (row == abbreviations.end() || row->word != key) return false;
  switch (row->when) {
    case When::always:
      return true;
    case When::before_digit:
      return is_digit(next);
    case When::before_upper:
      return is_upper(next) || static_cast<unsigned char>(next) >= 0x80;
  }
  return false;
}

// Is the default break at `at`, behind a sentence that begins at `begin`, a true one?
bool is_end(std::string_view text, std::size_t begin, std::size_t at, std::size_t limit) {
  const std::size_t end = skip_blanks_back(text, begin, at);
  if (end == begin || at >= limit) return true;
  std::size_t stop = end;
  while (stop > begin && is_ascii_close(text[stop - 1])) --stop;
  if (stop == begin || !is_ascii_stop(text[stop - 1])) return true;
  if (end == at) return false;                                          // no blank behind it
  if (stop != end && text[at] >= 'a' && text[at] <= 'z') return false;  // "Why?" she asked
  return text[stop - 1] != '.' || stop != end || !is_part_of_word(text, begin, end, text[at]);
}

}  // namespace

std::vector<Range> split_sentences(std::string_view text, Range paragraph) {
  constexpr std::size_t longest_quoted = 400;  // an open back-quote holds a sentence together no further
  std::vector<Range> out;
  std::size_t begin = paragraph.begin, scanned = paragraph.begin, quote = 0;
  bool quoted = false;
  const std::string_view within = text.substr(0, paragraph.end);
  for (const std::size_t size :
       sentence_breaks(text.substr(paragraph.begin, paragraph.end - paragraph.begin), LineEnds::blanks)) {
    const std::size_t at = paragraph.begin + size;
    for (; scanned < at; ++scanned) {
      if (text[scanned] != '`') continue;
      quoted = !quoted;
      quote = scanned;
    }
    if (at < paragraph.end && ((quoted && at - quote < longest_quoted) || !is_end(within, begin, at, paragraph.end)))
      continue;
    const std::size_t end = skip_blanks_back(text, begin, at);
    while (begin < end && is_blank(text[begin])) ++begin;
    if (begin < end) out.push_back({begin, end});
    begin = at;
    quoted = false;
  }
  return out;
}

bool ends_in_stop(std::string_view text) {
  while (!text.empty() && (is_blank(text.back()) || is_ascii_close(text.back()))) text.remove_suffix(1);
  if (text.empty()) return false;
  if (static_cast<unsigned char>(text.back()) < 0x80) return is_ascii_stop(text.back()) || text.back() == ':';
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80 && text.size() - at < 4) --at;
  const utf8::CodePoint last = utf8::decode(text, at);
  const SentenceClass of = last.valid ? sentence_class(last.value) : SentenceClass::other;
  if (of == SentenceClass::close && at > 0) return ends_in_stop(text.substr(0, at));
  return of == SentenceClass::sterm || of == SentenceClass::aterm || last.value == 0xFF1A || last.value == 0x2026;
}

}  // namespace headroom::compressors::prose
