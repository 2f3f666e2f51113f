#include "compressors/json/reversible_long.h"

#include <algorithm>
#include <vector>

#include "base/utf8.h"
#include "salience/severity.h"

namespace headroom::compressors::records {
namespace {

constexpr std::size_t head = 600, tail = 300, around = 100;
constexpr std::size_t most_places = 8;
constexpr std::size_t least_gap = 60;  // a shorter gap is shown

struct Piece {
  std::size_t begin, end;
};

// The nearest place before `at` where the text can be cut.
std::size_t boundary(std::string_view text, std::size_t at) {
  at = utf8::floor_boundary(text, std::min(at, text.size()));
  // An escape is at most six bytes; its backslash is one that an even number of backslashes precedes.
  for (std::size_t back = 1; back <= 5 && back <= at; ++back) {
    if (text[at - back] != '\\') continue;
    std::size_t run = 1;
    while (run < at - back + 1 && text[at - back - run] == '\\') ++run;
    if (run % 2 == 0) break;  // escaped backslashes, all whole
    const std::size_t length = text[at - back + 1] == 'u' ? 6 : 2;
    return back < length ? at - back : at;
  }
  return at;
}

}  // namespace

void append_long(std::string& out, std::string_view json, const search::Query& query) {
  std::vector<Piece> pieces{{0, head}, {json.size() - std::min(json.size(), tail), json.size()}};
  std::size_t places = 0;
  const auto show = [&](std::size_t begin, std::size_t size) {
    if (places == most_places) return;
    if (begin < head || begin + size > json.size() - tail) return;
    ++places;
    pieces.push_back({begin > around ? begin - around : 0, std::min(json.size(), begin + size + around)});
  };
  for (const std::string& anchor : query.anchors()) {
    if (const std::size_t at = json.find(anchor); at != std::string_view::npos) show(at, anchor.size());
  }
  // Escapes as blanks of their length, so that the n of "\\n" is no letter of the word behind it.
  std::string words(json);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] != '\\') continue;
    words[i] = words[i + 1] = ' ';
    ++i;
  }
  for (const salience::SevereWord& w : salience::severe_words(words)) {
    if (w.severity >= salience::Severity::error) show(w.begin, w.size);
  }
  for (Piece& p : pieces) {
    p.begin = boundary(json, p.begin);
    p.end = p.end == json.size() ? p.end : boundary(json, p.end);
  }
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.begin < b.begin; });
  std::size_t end = 0;
  for (const Piece& p : pieces) {
    if (p.end <= end) continue;
    std::size_t begin = std::max(p.begin, end);
    if (begin > end && begin - end < least_gap) begin = end;
    if (begin > end) out += " [" + std::to_string(begin - end) + " bytes] ";
    out += json.substr(begin, p.end - begin);
    end = p.end;
  }
}

}  // namespace headroom::compressors::records
