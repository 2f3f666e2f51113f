// Stems: what they are, and that a query's stems are found by the words as they would be in a text of stems.
#include "compressors/prose/stems.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace headroom::compressors::prose {
namespace {

std::string stems_of(std::string_view text) {
  std::string out;
  append_stems(out, text);
  return out;
}

TEST(Stems, LoseTheirEndings) {
  EXPECT_EQ(stems_of("Hiding copies of compiled files"), "hid copi of compil fil ");
  EXPECT_EQ(stems_of("debugger debugging pass by"), "debug debug pass by ");
  EXPECT_EQ(stems_of("HTTPServer_name x"), "http serv nam x ");
  EXPECT_EQ(stems_of(""), "");
}

TEST(Stems, NeverCutACharacter) {
  EXPECT_EQ(stems_of("a\xE0\xA0\xA0"), "a\xE0\xA0\xA0 ");  // two equal bytes at its end
}

// The slow way: the stems written out, and these scanned for the query's.
std::vector<std::int32_t> found_in_stems(const search::Query& query, std::string_view text) {
  search::TermTable table(query.terms());
  const std::string stems = stems_of(text);
  std::vector<std::int32_t> out;
  search::scan(stems, [&](search::TermKind, std::size_t begin, std::size_t end, std::uint64_t hash) {
    out.push_back(table.find(hash, std::string_view(stems).substr(begin, end - begin)));
  });
  return out;
}

std::vector<std::int32_t> found_by_words(const search::Query& query, std::string_view text) {
  StemTable table(query);
  std::vector<std::int32_t> out;
  search::scan(text, [&](search::TermKind kind, std::size_t begin, std::size_t end, std::uint64_t hash) {
    if (kind != search::TermKind::identifier) out.push_back(table.find(kind, text.substr(begin, end - begin), hash));
  });
  return out;
}

RC_GTEST_PROP(StemProperty, WordsAreFoundByTheirStems, ()) {
  const auto words = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "debugging", "Debugger", "copies", "copy", "COPY", "passed", "passing", "pass", "ab", "a", "x1s", "4821s",
      "Ändern", "ändert", "naïvely", "naive", "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", "snake_cased", "camelCases",
      "HTTPServers", "a.b.cs", "src/ing", "\xFF", "\xE0\xA0\xA0\xE0\xA0\xA0", "yy", "tally", "tallies"));
  std::string text;
  for (const std::string& w : words) text += w + (*rc::gen::inRange(0, 4) == 0 ? "" : " ");
  const std::string asked = stems_of(*rc::gen::element<std::string>(
      "debugged copying passes", "\xC3\x84nderung naively 4821", "snake cases http server",
      "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E tally yy x1", ""));
  const search::QueryText query_text{asked, 1};
  const search::Query query = search::Query::parse({&query_text, 1});
  RC_ASSERT(found_by_words(query, text) == found_in_stems(query, text));
}

}  // namespace
}  // namespace headroom::compressors::prose
