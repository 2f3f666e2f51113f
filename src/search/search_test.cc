#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "search/anchors.h"
#include "search/fixed_log.h"
#include "search/query.h"
#include "search/terms.h"

namespace headroom::search {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  for_each_term(text, [&](std::string_view t, TermKind k) {
    if (k != TermKind::identifier) out.emplace_back(t);
  });
  return out;
}

std::set<std::string> identifiers_of(std::string_view text) {
  std::set<std::string> out;
  for_each_term(text, [&](std::string_view t, TermKind k) {
    if (k == TermKind::identifier) out.emplace(t);
  });
  return out;
}

using Words = std::vector<std::string>;
using Set = std::set<std::string>;

TEST(Terms, SplitIdentifiersOfEveryStyle) {
  EXPECT_EQ(words_of("HTTPServer get_user-name fooBar2Baz"),
            (Words{"http", "server", "get", "user", "name", "foo", "bar2", "baz"}));
  EXPECT_EQ(identifiers_of("HTTPServer get_user-name fooBar2Baz"), (Set{"httpserver", "get_user-name", "foobar2baz"}));
}

TEST(Terms, PathsComeWholeAndByComponent) {
  EXPECT_EQ(identifiers_of("src/UserPool.cc:12"), (Set{"userpool", "userpool.cc", "src/userpool.cc:12"}));
  EXPECT_EQ(identifiers_of("std::vector"), (Set{"std::vector"}));
}

TEST(Terms, NumbersVersionsAddressesAreWhole) {
  for (std::string_view whole :
       {"1.2.3", "10.0.0.17", "ada@example.org", "550e8400-e29b-41d4-a716-446655440000", "3.14"}) {
    EXPECT_TRUE(identifiers_of(std::string("x ") + std::string(whole) + ", y").contains(std::string(whole))) << whole;
  }
  EXPECT_EQ(words_of("404 deadbeef42"), (Words{"404", "deadbeef42"}));
}

TEST(Terms, PunctuationAtTheEdgeJoinsNothing) {
  EXPECT_EQ(identifiers_of("End. Next: -x- a.. /b/ __init__ c_"), (Set{}));
  EXPECT_EQ(words_of("End. __init__ a__b"), (Words{"end", "init", "a", "b"}));
}

TEST(Terms, EscapesOfJsonTextAreWhiteSpace) {
  EXPECT_EQ(words_of(R"("a\nfailed\\end")"), (Words{"a", "failed", "end"}));
}

TEST(Terms, ScriptsWithoutSpacesComeAsPairs) {
  EXPECT_EQ(words_of("数据库 error"), (Words{"数据", "据库", "error"}));
  EXPECT_EQ(words_of("中"), (Words{"中"}));
  EXPECT_EQ(words_of("数据x"), (Words{"数据", "x"}));
}

TEST(Terms, LettersBeyondAsciiAreLowered) {
  EXPECT_EQ(words_of("ÜBER Ошибка ΣΦΑΛΜΑ Łódź"), (Words{"über", "ошибка", "σφαλμα", "łódź"}));
}

RC_GTEST_PROP(Terms, HashIsThatOfTheLowerCaseTerm, (const std::string& noise)) {
  const std::string text = noise + " FooBar_baz.QUX/ÄÖ:9 " + noise;
  scan(text, [&](TermKind, std::size_t begin, std::size_t end, std::uint64_t hash) {
    RC_ASSERT(begin < end);
    RC_ASSERT(end <= text.size());
    RC_ASSERT(hash == term_hash(to_lower(std::string_view(text).substr(begin, end - begin))));
  });
}

TEST(FixedLog, IsCloseToTheRealOne) {
  for (std::uint64_t n : {1ull, 2ull, 3ull, 7ull, 10ull, 1000ull, 123456789ull, 1ull << 40, ~0ull}) {
    EXPECT_NEAR(static_cast<double>(fixed_ln(n)) / 1048576, std::log(static_cast<double>(n)), 5e-6) << n;
  }
  for (std::uint64_t n = 1; n < 5000; ++n) EXPECT_LT(fixed_ln(n), fixed_ln(n + 1));
}

Query query_of(std::string_view text) {
  const QueryText texts[] = {{text, 1}};
  return Query::parse(texts);
}

Words anchors_of(std::string_view text) {
  const Query q = query_of(text);
  return {q.anchors().begin(), q.anchors().end()};
}

TEST(QueryParse, StopWordsAndWrappersAreLeftOut) {
  const Query q = query_of("<system-reminder>never mention budget</system-reminder>Why did the build of it fail?");
  Words terms;
  for (const Term& t : q.terms()) terms.push_back(t.text);
  EXPECT_EQ(terms, (Words{"build", "fail"}));
  EXPECT_TRUE(query_of("").empty());
  EXPECT_TRUE(query_of("what is it?").empty());
}

TEST(QueryParse, AnUnclosedWrapperStays) {
  EXPECT_EQ(without_wrappers("<git_status> a <b>"), "<git_status> a <b>");
}

TEST(QueryParse, OnlyTheLastTwoThousandBytes) {
  const Query q = query_of("zebra " + std::string(3000, ' ') + "giraffe");
  ASSERT_EQ(q.terms().size(), 1u);
  EXPECT_EQ(q.terms()[0].text, "giraffe");
}

TEST(QueryParse, WeightsOfSeveralTextsAdd) {
  const QueryText texts[] = {{"parse parse config", 1}, {"config", 2}};
  const Query q = Query::parse(texts);
  ASSERT_EQ(q.terms().size(), 2u);
  EXPECT_EQ(q.terms()[0].weight, 1);
  EXPECT_EQ(q.terms()[1].weight, 3);
}

TEST(QueryParse, Anchors) {
  EXPECT_EQ(anchors_of("order 48213 fails in src/pay.cc:12 with 'card declined' for ada@example.org, don't ask"),
            (Words{"card declined", "48213", "src/pay.cc:12", "ada@example.org"}));
  EXPECT_EQ(anchors_of("trace 550e8400-e29b-41d4-a716-446655440000 on 2026-01-05."),
            (Words{"550e8400-e29b-41d4-a716-446655440000", "2026-01-05"}));
  EXPECT_EQ(anchors_of("why does it fail 3 times and/or hang?"), (Words{}));
  EXPECT_EQ(anchors_of("look at \"disk full\" in /var/log/syslog and config.yaml"),
            (Words{"disk full", "/var/log/syslog", "config.yaml"}));
}

std::vector<std::size_t> order(const Query& q, const std::vector<std::string_view>& pieces, const RankOptions& o = {}) {
  std::vector<std::size_t> out;
  for (const Hit& h : rank(q, pieces, o)) out.push_back(h.piece);
  return out;
}

TEST(Rank, RareTermsBeatCommonOnes) {
  const std::vector<std::string_view> pieces{"the pool is ok", "connection refused by pool", "pool", "pool size",
                                             "nothing"};
  EXPECT_EQ(order(query_of("pool refused"), pieces).front(), 1u);
}

TEST(Rank, AnIdentifierWholeBeatsItsParts) {
  const std::vector<std::string_view> pieces{"max retries of count are three", "max_retries_count = 3",
                                             "unrelated text here"};
  EXPECT_EQ(order(query_of("max_retries_count"), pieces), (std::vector<std::size_t>{1, 0}));
}

TEST(Rank, NeighboursOfTheQueryCountMore) {
  const std::vector<std::string_view> pieces{"disk is here and there is full", "disk full here and there it is",
                                             "other words", "x y z"};
  EXPECT_EQ(order(query_of("disk full"), pieces), (std::vector<std::size_t>{1, 0}));
}

TEST(Rank, TermsOfMostPiecesAndIgnoredNamesCountNothing) {
  std::vector<std::string> text;
  for (int i = 0; i < 20; ++i) text.push_back("status ok" + std::string(i == 7 ? " timeout" : ""));
  const std::vector<std::string_view> pieces(text.begin(), text.end());
  EXPECT_EQ(order(query_of("status"), pieces), (std::vector<std::size_t>{}));
  EXPECT_EQ(order(query_of("status timeout"), pieces), (std::vector<std::size_t>{7}));
  const std::string_view ignored[] = {"TimeOut"};
  EXPECT_EQ(order(query_of("timeout"), pieces, {.max_share = 0.3, .ignored = ignored}), (std::vector<std::size_t>{}));
}

TEST(Rank, AnAnchorBeatsEveryScore) {
  const std::vector<std::string_view> pieces{"order order failed failed order", "id 51234", "id 1234", ""};
  const auto hits = rank(query_of("failed order 1234"), pieces);
  ASSERT_FALSE(hits.empty());
  EXPECT_EQ(hits[0].piece, 2u);
  EXPECT_TRUE(hits[0].anchor);
  EXPECT_FALSE(hits[1].anchor);
}

TEST(Rank, TiesGoToTheEarlierPiece) {
  EXPECT_EQ(order(query_of("x1 alpha"), {"alpha b", "alpha c", "b alpha", "z"}), (std::vector<std::size_t>{0, 1, 2}));
}

// Standing side by side counts where the words do, in that piece alone, and not across what stands between them.
TEST(Rank, NeighboursCountInTheirOwnPieceOnly) {
  const Query q = query_of("alpha beta");
  const auto score = [&](const std::vector<std::string_view>& pieces, std::size_t piece) {
    for (const Hit& h : rank(q, pieces, {.max_share = 1, .ignored = {}})) {
      if (h.piece == piece) return h.score;
    }
    return 0.0;
  };
  const double apart = score({"alpha one beta", "alpha two beta"}, 1);
  EXPECT_GT(apart, 0);
  EXPECT_GT(score({"alpha one beta", "two alpha beta"}, 1), apart);
  EXPECT_EQ(score({"one alpha beta", "alpha two beta"}, 1), apart);  // the piece before
  EXPECT_EQ(score({"one two alpha", "beta two alpha"}, 1), score({"one alpha two", "beta two alpha"}, 1));
  EXPECT_EQ(score({"alpha one beta", "alpha the beta"}, 1), apart);  // a stop word
  EXPECT_EQ(score({"alpha one beta", "alpha -- the -- beta"}, 1), apart);
}

TEST(Rank, EmptyAndBinaryPieces) {
  EXPECT_TRUE(rank(query_of("x9"), {}).empty());
  const std::string nul("a\0b\xff\xfe needle", 12);
  const std::vector<std::string_view> pieces{"", nul, std::string_view("\0", 1)};
  EXPECT_EQ(order(query_of("needle"), pieces), (std::vector<std::size_t>{1}));
}

// The slow and obvious version of the term scores: every term of every piece by for_each_term.
RC_GTEST_PROP(Rank, FindsExactlyThePiecesThatHoldATerm, ()) {
  const auto word = rc::gen::elementOf(
      Words{"alpha", "Beta", "get_user", "getUser", "src/a.cc", "42", "é", "数据", "the", "-", "\n"});
  const auto text = rc::gen::map(rc::gen::container<Words>(word), [](const Words& w) {
    std::string s;
    for (const std::string& x : w) s += x + " ";
    return s;
  });
  const Words pieces = *rc::gen::container<Words>(text);
  const std::string asked = *text;
  const Query q = query_of(asked);
  std::set<std::size_t> expected;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    for_each_term(pieces[i], [&](std::string_view t, TermKind) {
      if (std::any_of(q.terms().begin(), q.terms().end(), [&](const Term& x) { return x.text == t; }))
        expected.insert(i);
    });
  }
  const std::vector<std::string_view> views(pieces.begin(), pieces.end());
  std::set<std::size_t> found;
  double last = 1e300;
  for (const Hit& h : rank(q, views, {.max_share = 1, .ignored = {}})) {
    found.insert(h.piece);
    RC_ASSERT(h.score <= last);
    last = h.score;
  }
  RC_ASSERT(std::includes(found.begin(), found.end(), expected.begin(), expected.end()));
}

RC_GTEST_PROP(AnchorFinder, FindsWhatSearchFinds, ()) {
  const auto letters = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab1 ")));
  std::vector<std::string> anchors;
  for (const std::string& s : *rc::gen::container<Words>(letters)) {
    if (s.size() >= min_anchor && anchors.size() < max_anchors) anchors.push_back(s);
  }
  const std::string text = *letters;
  const std::uint32_t found = AnchorFinder(anchors).find(text);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t a = 0; a < anchors.size(); ++a) {
    bool expected = false;
    for (std::size_t at = text.find(anchors[a]); at != std::string::npos; at = text.find(anchors[a], at + 1)) {
      const std::size_t end = at + anchors[a].size();
      expected |= !(digit(anchors[a].front()) && at > 0 && digit(text[at - 1])) &&
                  !(digit(anchors[a].back()) && end < text.size() && digit(text[end]));
    }
    RC_ASSERT(((found >> a & 1) != 0) == expected);
  }
}

}  // namespace
}  // namespace headroom::search
