#include "compressors/prose/facts.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace headroom::compressors::prose {
namespace {

constexpr std::size_t npos = std::string_view::npos;

struct Word {
  std::string_view text;  // lower case
  std::uint8_t fact;
};

// Whole words. Units count only behind a number, months only beside one.
constexpr std::uint8_t unit = 1, month = 2;
constexpr auto words_in_any_order = std::to_array<Word>({
    // negations: en de fr es pt it ru
    {"not", negation},
    {"no", negation},
    {"never", negation},
    {"none", negation},
    {"neither", negation},
    {"nor", negation},
    {"nothing", negation},
    {"without", negation},
    {"cannot", negation},
    {"unless", negation},
    {"except", negation},
    {"excluding", negation},
    {"nicht", negation},
    {"kein", negation},
    {"keine", negation},
    {"keinen", negation},
    {"nie", negation},
    {"niemals", negation},
    {"ohne", negation},
    {"pas", negation},
    {"jamais", negation},
    {"aucun", negation},
    {"aucune", negation},
    {"sans", negation},
    {"nunca", negation},
    {"sin", negation},
    {"ningún", negation},
    {"não", negation},
    {"sem", negation},
    {"non", negation},
    {"mai", negation},
    {"senza", negation},
    {"не", negation},
    {"нет", negation},
    {"никогда", negation},
    {"без", negation},
    // modals
    {"must", modal},
    {"shall", modal},
    {"should", modal},
    {"ought", modal},
    {"required", modal},
    {"requires", modal},
    {"mandatory", modal},
    {"obliged", modal},
    {"prohibited", modal},
    {"forbidden", modal},
    {"only", modal},
    {"muss", modal},
    {"müssen", modal},
    {"darf", modal},
    {"dürfen", modal},
    {"soll", modal},
    {"sollen", modal},
    {"doit", modal},
    {"doivent", modal},
    {"debe", modal},
    {"deben", modal},
    {"deve", modal},
    {"devem", modal},
    {"devono", modal},
    {"должен", modal},
    {"должна", modal},
    {"должны", modal},
    {"нельзя", modal},
    // citations, before a number
    {"section", citation},
    {"sections", citation},
    {"clause", citation},
    {"article", citation},
    {"articles", citation},
    {"art", citation},
    {"chapter", citation},
    {"schedule", citation},
    {"annex", citation},
    {"appendix", citation},
    {"rfc", citation},
    {"iso", citation},
    {"cve", citation},
    {"figure", citation},
    {"table", citation},
    {"abschnitt", citation},
    {"artikel", citation},
    {"artículo", citation},
    {"статья", citation},
    // defined terms
    {"means", defined_term},
    {"hereinafter", defined_term},
    {"hereby", defined_term},
    {"defined", defined_term},
});

constexpr auto months_and_units_in_any_order = std::to_array<Word>({
    {"january", month},  {"february", month},   {"march", month},    {"april", month},     {"may", month},
    {"june", month},     {"july", month},       {"august", month},   {"september", month}, {"october", month},
    {"november", month}, {"december", month},   {"jan", month},      {"feb", month},       {"mar", month},
    {"apr", month},      {"jun", month},        {"jul", month},      {"aug", month},       {"sep", month},
    {"sept", month},     {"oct", month},        {"nov", month},      {"dec", month},       {"januar", month},
    {"februar", month},  {"märz", month},       {"mai", month},      {"juni", month},      {"juli", month},
    {"oktober", month},  {"dezember", month},   {"janvier", month},  {"février", month},   {"mars", month},
    {"avril", month},    {"juin", month},       {"juillet", month},  {"août", month},      {"septembre", month},
    {"octobre", month},  {"novembre", month},   {"décembre", month}, {"enero", month},     {"febrero", month},
    {"marzo", month},    {"abril", month},      {"mayo", month},     {"junio", month},     {"julio", month},
    {"agosto", month},   {"septiembre", month}, {"octubre", month},  {"noviembre", month}, {"diciembre", month},
    {"ns", unit},        {"us", unit},          {"ms", unit},        {"s", unit},          {"sec", unit},
    {"secs", unit},      {"second", unit},      {"seconds", unit},   {"minute", unit},     {"minutes", unit},
    {"min", unit},       {"mins", unit},        {"hour", unit},      {"hours", unit},      {"h", unit},
    {"day", unit},       {"days", unit},        {"week", unit},      {"weeks", unit},      {"month", unit},
    {"months", unit},    {"year", unit},        {"years", unit},     {"k", unit},          {"kb", unit},
    {"mb", unit},        {"gb", unit},          {"tb", unit},        {"kib", unit},        {"mib", unit},
    {"gib", unit},       {"tib", unit},         {"byte", unit},      {"bytes", unit},      {"bit", unit},
    {"bits", unit},      {"hz", unit},          {"khz", unit},       {"mhz", unit},        {"ghz", unit},
    {"v", unit},         {"w", unit},           {"kw", unit},        {"kwh", unit},        {"mah", unit},
    {"ma", unit},        {"mm", unit},          {"cm", unit},        {"m", unit},          {"km", unit},
    {"g", unit},         {"kg", unit},          {"mg", unit},        {"mcg", unit},        {"ml", unit},
    {"l", unit},         {"dl", unit},          {"mmol", unit},      {"mmhg", unit},       {"iu", unit},
    {"px", unit},        {"em", unit},          {"pt", unit},        {"dpi", unit},        {"times", unit},
    {"percent", unit},   {"per", unit},         {"pages", unit},     {"lines", unit},      {"characters", unit},
    {"columns", unit},   {"rows", unit},        {"users", unit},     {"requests", unit},   {"usd", unit},
    {"eur", unit},       {"gbp", unit},         {"chf", unit},       {"dollars", unit},    {"euros", unit},
    {"pounds", unit},    {"cents", unit},       {"million", unit},   {"billion", unit},    {"thousand", unit},
    {"tage", unit},      {"tagen", unit},       {"stunden", unit},   {"minuten", unit},    {"sekunden", unit},
    {"wochen", unit},    {"monate", unit},      {"jahre", unit},     {"jahren", unit},     {"prozent", unit},
    {"jours", unit},     {"heures", unit},      {"mois", unit},      {"ans", unit},        {"días", unit},
    {"horas", unit},     {"meses", unit},       {"años", unit},      {"dias", unit},       {"anos", unit},
    {"giorni", unit},    {"ore", unit},         {"mesi", unit},      {"anni", unit},       {"дней", unit},
    {"часов", unit},     {"лет", unit},         {"рублей", unit},    {"минут", unit},      {"секунд", unit},
});

template <class Table>
constexpr Table sorted(Table rows) {
  std::sort(rows.begin(), rows.end(), [](const Word& a, const Word& b) { return a.text < b.text; });
  return rows;
}
constexpr auto words = sorted(words_in_any_order);
constexpr auto months_and_units = sorted(months_and_units_in_any_order);

// A bit for each word, by its first byte, its last one and its length: most words of a text end at this filter.
using Filter = std::array<std::uint64_t, 64>;
constexpr std::size_t place_in_filter(std::string_view word) {
  return (static_cast<unsigned char>(word.front()) * 17 + static_cast<unsigned char>(word.back()) * 167 +
          word.size() * 59) %
         (Filter().size() * 64);
}
template <class Table>
constexpr Filter filter_of(const Table& rows) {
  Filter filter{};
  for (const Word& w : rows) filter[place_in_filter(w.text) / 64] |= std::uint64_t{1} << place_in_filter(w.text) % 64;
  return filter;
}
constexpr auto word_filter = filter_of(words);
constexpr auto month_and_unit_filter = filter_of(months_and_units);

// Found anywhere: these scripts write no blanks between words.
constexpr auto unspaced = std::to_array<Word>({
    {"不", negation},       {"没", negation},     {"未", negation}, {"无", negation}, {"勿", negation},
    {"ない", negation},     {"ません", negation}, {"않", negation}, {"없", negation}, {"必须", modal},
    {"必須", modal},        {"应当", modal},      {"禁止", modal},  {"不得", modal},  {"べき", modal},
    {"年", date},           {"月", date},         {"％", quantity}, {"元", quantity}, {"円", quantity},
    {"是指", defined_term}, {"第", citation},
});

// `lower`: not empty.
template <class Table>
std::uint8_t look_up(const Table& table, const Filter& filter, std::string_view lower) {
  const std::size_t place = place_in_filter(lower);
  if ((filter[place / 64] >> place % 64 & 1) == 0) return 0;
  const auto row = std::lower_bound(table.begin(), table.end(), lower,
                                    [](const Word& w, std::string_view key) { return w.text < key; });
  return row != table.end() && row->text == lower ? row->fact : 0;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_letter(char c) {
  return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

class Reader {
 public:
  explicit Reader(std::string_view s) : s_(s) {}

  std::uint8_t run() {
    for (std::size_t i = 0; i < s_.size();) {
      if (is_digit(s_[i])) {
        i = number(i);
      } else if (is_letter(s_[i])) {
        i = word(i);
      } else {
        mark(i);
        ++i;
      }
    }
    return facts_;
  }

 private:
  char at(std::size_t i) const { return i < s_.size() ? s_[i] : '\0'; }

  // Digits with what may stand between them: 1,200.50 and 2026-03-01 and 3/4.
  std::size_t number(std::size_t begin) {
    std::size_t end = begin;
    int dashes = 0;
    while (end < s_.size() &&
           (is_digit(s_[end]) || (std::string_view(".,-/:").find(s_[end]) != npos && is_digit(at(end + 1))))) {
      dashes += s_[end] == '-' || s_[end] == '/';
      ++end;
    }
    const std::string_view digits = s_.substr(begin, end - begin);
    const bool year = digits.size() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
    if ((dashes == 2 && digits.size() >= 8) || (year && !after_identifier_)) facts_ |= date;
    if (at(end) == '%' || (at(end) == ' ' && at(end + 1) == '%')) facts_ |= quantity;
    const std::string_view behind = s_.substr(end, 4);
    for (const std::string_view sign : {"€", "£", "¥", "°", " €", " £", "‰"}) {
      if (behind.starts_with(sign)) facts_ |= quantity;
    }
    if (last_month_end_ != npos && begin <= last_month_end_ + 2) facts_ |= date;
    if (last_reference_end_ != npos && begin <= last_reference_end_ + 2) facts_ |= citation;
    last_number_end_ = end;
    name_run_ = 0;
    return end;
  }

  std::size_t word(std::size_t begin) {
    std::size_t end = begin;
    while (end < s_.size() && (is_letter(s_[end]) || is_digit(s_[end]) || (s_[end] == '_' && end > begin))) ++end;
    const std::string_view text = s_.substr(begin, end - begin);
    after_identifier_ = false;
    if (static_cast<unsigned char>(text[0]) >= 0xE0) find_unspaced(text);
    if (text.size() <= lower_.size()) {
      for (std::size_t i = 0; i < text.size(); ++i)
        lower_[i] = is_upper(text[i]) ? static_cast<char>(text[i] | 0x20) : text[i];
      known(std::string_view(lower_.data(), text.size()), begin, end);
    }
    // don't, with either apostrophe: one of them counts as a letter here.
    if (text.ends_with("n’t")) facts_ |= negation;
    if (text == "t" && begin >= 2 && s_[begin - 1] == '\'' && s_[begin - 2] == 'n') facts_ |= negation;
    names(text, begin);
    return end;
  }

  void known(std::string_view lower, std::size_t begin, std::size_t end) {
    const std::uint8_t fact = look_up(words, word_filter, lower);
    if (fact == citation) {
      last_reference_end_ = end + (at(end) == '.');
    } else {
      facts_ |= fact;
    }
    const std::uint8_t measure = look_up(months_and_units, month_and_unit_filter, lower);
    const bool behind_number = last_number_end_ != npos && begin <= last_number_end_ + 1;
    if (measure == unit && behind_number) facts_ |= quantity;
    if (measure == month && is_upper(s_[begin])) {
      last_month_end_ = end + (at(end) == '.');
      if (behind_number) facts_ |= date;
    }
  }

  void find_unspaced(std::string_view text) {
    for (const Word& w : unspaced) {
      if ((facts_ & w.fact) == 0 && text.find(w.text) != npos) {
        // Dates and amounts want a number beside them.
        if ((w.fact == date || w.fact == quantity || w.fact == citation) && text.find_first_of("0123456789") == npos)
          continue;
        facts_ |= w.fact;
      }
    }
  }

  // Capitalised words in a row, the first of the sentence not counted.
  void names(std::string_view text, std::size_t begin) {
    const bool capital = is_upper(text[0]) && text.size() > 1;
    const bool joined = begin > 0 && s_[begin - 1] == ' ';
    const bool first = !seen_word_;
    seen_word_ = true;
    if (!capital || first) {
      name_run_ = 0;
      return;
    }
    name_run_ = joined ? name_run_ + 1 : 1;
    if (name_run_ >= 2) facts_ |= name;
  }

  void mark(std::size_t i) {
    const char c = s_[i];
    if (c != ' ') name_run_ = 0;
    after_identifier_ = c == '/' || c == '_' || c == '-';
    if (c == '$' && is_digit(at(i + 1))) facts_ |= quantity;
    if (c == '[' && is_digit(at(i + 1))) {
      std::size_t end = i + 1;
      while (end < s_.size() && end < i + 12 &&
             (is_digit(s_[end]) || s_[end] == ',' || s_[end] == ' ' || s_[end] == '-'))
        ++end;
      if (at(end) == ']' && at(end + 1) != '(') facts_ |= citation;
    }
    if (c == '(' && is_upper(at(i + 1))) {  // (Smith 2004)
      const std::size_t close = s_.substr(i, 80).find(')');
      if (close != npos && close > 6) {
        const std::string_view inner = s_.substr(i + 1, close - 1);
        const std::string_view year = inner.substr(inner.size() - 4);
        if (std::all_of(year.begin(), year.end(), is_digit) && (year.starts_with("19") || year.starts_with("20")))
          facts_ |= citation;
      }
    }
    if (c == '(' && (at(i + 1) == '"' || s_.substr(i + 1).starts_with("“"))) facts_ |= defined_term;
  }

  std::string_view s_;
  std::uint8_t facts_ = 0;
  std::size_t last_number_end_ = npos, last_month_end_ = npos, last_reference_end_ = npos;
  int name_run_ = 0;
  bool seen_word_ = false, after_identifier_ = false;
  std::array<char, 24> lower_{};
};

}  // namespace

std::uint8_t facts_of(std::string_view sentence) {
  std::uint8_t facts = Reader(sentence).run();
  if (sentence.find("§") != npos) facts |= citation;
  return facts;
}

}  // namespace headroom::compressors::prose
