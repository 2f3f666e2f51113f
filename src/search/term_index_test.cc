// An index gives what a scan gives: the same hits, the same scores, the same nearest pieces.
#include "search/term_index.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

namespace headroom::search {
namespace {

std::vector<std::string_view> texts_of(std::string_view text, std::span<const Piece> pieces) {
  std::vector<std::string_view> out;
  for (const Piece& p : pieces) out.push_back(text.substr(p.begin, p.end - p.begin));
  return out;
}

bool same(const std::vector<Hit>& a, const std::vector<Hit>& b) {
  return std::ranges::equal(a, b, [](const Hit& x, const Hit& y) {
    return x.piece == y.piece && x.score == y.score && x.anchor == y.anchor;
  });
}

bool agrees(std::string_view text, std::string_view asked) {
  const std::vector<Piece> pieces = split_pieces(text);
  const auto texts = texts_of(text, pieces);
  const TermIndex index(text, pieces);
  const TrigramIndex trigrams(texts);
  const QueryText one{asked, 1};
  const Query query = Query::parse({&one, 1});
  const Matches matches = index.match(query, text, texts);
  for (const RankOptions& options : {RankOptions{}, RankOptions{.max_share = 1, .ignored = {}}}) {
    if (!same(rank(query, matches, options), rank(query, texts, options))) return false;
  }
  return std::ranges::all_of(std::initializer_list<std::size_t>{0, 1, 5, 1000},
                             [&](std::size_t k) { return trigrams.nearest(asked, k) == nearest(asked, texts, k); });
}

const std::string words[] = {"alpha",      "Alpha",       "ALPHA",       "beta",
                             "HTTPServer", "http server", "user_name",   "user",
                             "name",       "src/a.cc:12", "48213",       "order",
                             "the",        "\xC3\x89tat", "\xC3\xA9tat", "\xE4\xB8\xAD\xE6\x96\x87\xE5\xAD\x97",
                             "\n",         "\n",          "\n\n",        "2026-01-05",
                             "\xFF\xFE",   "a.b.c",       "x",           "failed",
                             "ERROR"};

RC_GTEST_PROP(TermIndex, GivesWhatAScanGives, ()) {
  const auto text_of = [](int most) {
    std::string text;
    const int n = *rc::gen::inRange(0, most);
    for (int i = 0; i < n; ++i)
      text += words[*rc::gen::inRange<std::size_t>(0, std::size(words))] + (*rc::gen::inRange(0, 6) == 0 ? "\n" : " ");
    return text;
  };
  RC_ASSERT(agrees(text_of(400), text_of(12)));
}

TEST(TermIndex, LongTextsOfEveryShape) {
  std::string log, one_line;
  for (int i = 0; i < 4000; ++i) {
    log += "2026-01-05T10:00:" + std::to_string(10 + i % 50) + "Z INFO worker" + std::to_string(i % 37) + " took " +
           std::to_string(i) + " ms for job " + std::to_string(i * 7919) + "\n";
    one_line += "{\"id\":" + std::to_string(i) + ",\"name\":\"item " + std::to_string(i % 11) + "\"},";
  }
  for (const std::string* text : {&log, &one_line}) {
    for (const char* asked : {"worker12 took", "job 7919000", "item 7", "nothing like this", "", "id name", "wrkr jbo",
                              "2026-01-05T10:00:12Z INFO worker3 took 3 ms"}) {
      EXPECT_TRUE(agrees(*text, asked)) << asked;
    }
  }
  EXPECT_TRUE(agrees("", "a"));
  EXPECT_TRUE(agrees(std::string(100'000, 'a'), "aaa"));
  EXPECT_TRUE(agrees(std::string(10'000, '\0'), "a"));
}

}  // namespace
}  // namespace headroom::search
