// features FOLDER [sums] <questions.tsv >rows - what the ranker would see of each text, and which units answer: for
// train.py.
//
// A line of questions.tsv: part, text, query, the answer's sentences. A line of output for each unit that is writing:
// number of the question, label (1: it holds a sentence of the answer, or is held by one), tokens, features. Each
// question comes twice: as it was asked, and without its query. `sums`: and what the ranker of this build makes of it.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "compressors/prose/features.h"
#include "compressors/prose/ranking.h"
#include "compressors/prose/trained.h"
#include "tokens/counter.h"

namespace hr = headroom;
namespace prose = hr::compressors::prose;

namespace {

// Blanks as one blank each.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// Judges nothing: keeps what it was shown.
class Recorder final : public prose::SentenceScorer {
 public:
  std::string_view version() const override { return "recorder"; }
  std::optional<std::vector<std::uint32_t>> score(const prose::Evidence& e) const override {
    rows = prose::features_of(e);
    return std::vector<std::uint32_t>(e.document.units.size(), 0);
  }
  mutable std::vector<prose::FeatureRow> rows;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const bool sums = argc > 2 && std::string_view(argv[2]) == "sums";
  std::string line;
  for (std::size_t question = 0; std::getline(std::cin, line); ++question) {
    std::vector<std::string> fields;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t end = std::min(line.find('\t', at), line.size());
      fields.push_back(line.substr(at, end - at));
      at = end + 1;
    }
    std::ifstream in(std::string(argv[1]) + "/" + fields[1], std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    const prose::Document document = prose::read_document(text);
    if (document.units.empty() || !prose::accepts(document)) continue;
    for (const bool asked : {true, false}) {
      const hr::search::QueryText query_text{asked ? fields[2] : std::string_view(), 1};
      const hr::search::Query query = hr::search::Query::parse({&query_text, 1});
      const Recorder recorder;
      if (!prose::rank_units(document, query, recorder)) return 1;
      for (std::size_t i = 0; i < document.units.size(); ++i) {
        const prose::Unit& u = document.units[i];
        if (!prose::is_writing(u)) continue;
        const std::string unit = plain(document.of(u));
        bool answers = false;
        for (std::size_t k = 3; k < fields.size(); ++k)
          answers |= unit.find(fields[k]) != std::string::npos ||
                     (unit.size() > 20 && fields[k].find(unit) != std::string::npos);
        std::printf("%zu %d %d %ld", question, asked, answers,
                    static_cast<long>(hr::tokens::Counter::estimate(document.of(u)).value));
        for (const std::int32_t f : recorder.rows[i]) std::printf(" %d", f);
        if (sums) std::printf(" %d", prose::trained_sum(recorder.rows[i]));
        std::printf("\n");
      }
    }
  }
}
