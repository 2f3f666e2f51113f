// Prose: what is writing and what is not, where its sentences end, and that what is shown is the original's, in order.
#include "compressors/prose/prose.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <regex>
#include <string>

#include "compressors/prose/document.h"
#include "compressors/prose/facts.h"
#include "compressors/prose/lexrank.h"
#include "compressors/prose/lossless.h"
#include "compressors/prose/ranking.h"
#include "compressors/prose/sentences.h"
#include "compressors/prose/trained.h"
#include "detect/sketch.h"

namespace headroom::compressors {
namespace {

std::vector<std::string> sentences_of(std::string_view text) {
  std::vector<std::string> out;
  for (const prose::Range& r : prose::split_sentences(text, {0, text.size()}))
    out.emplace_back(text.substr(r.begin, r.end - r.begin));
  return out;
}

std::vector<View> views_of(std::string_view text, std::string_view question = {}, std::optional<Tokens> budget = {},
                           bool named = false, const prose::SentenceScorer* scorer = nullptr) {
  static tokens::Counter ruler;
  const search::QueryText asked{question, 1};
  const search::Query query = search::Query::parse({&asked, 1});
  Context context{query, ruler, budget, true};
  context.scorer = scorer;
  return prose_compressor.views(text, context, named);
}

std::string reversible_of(std::string_view text, std::string_view question = {}, std::optional<Tokens> budget = {}) {
  for (const View& v : views_of(text, question, budget)) {
    if (v.fidelity == Fidelity::reversible) return v.text;
  }
  return {};
}

// Sentences that share words but state no facts, each told by its number in letters.
std::string filler(int i) {
  static const char* const subjects[] = {"The gardener", "A neighbour", "The old clock", "Some visitor", "The river"};
  static const char* const verbs[] = {"watches", "remembers", "follows", "likes", "carries"};
  static const char* const objects[] = {"the quiet street", "a song of the harbour", "the long way home",
                                        "the morning light", "every story about ships"};
  return std::string(subjects[i % 5]) + ' ' + verbs[i / 5 % 5] + ' ' + objects[i / 25 % 5] + " and walks on slowly.";
}

std::string paragraphs(int from, int count, int in_each = 5) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    out += filler(from + i);
    out += (i + 1) % in_each == 0 ? "\n\n" : " ";
  }
  return out;
}

TEST(Sentences, EndWhereReadersEndThem) {
  EXPECT_EQ(sentences_of("See Fig. 3. It shows what J. Smith et al. found, i.e. nothing.\nNext!"),
            (std::vector<std::string>{"See Fig. 3.", "It shows what J. Smith et al. found, i.e. nothing.", "Next!"}));
  EXPECT_EQ(sentences_of("Open https://a.example/b?c=1 now. Then run `make. Then` it."),
            (std::vector<std::string>{"Open https://a.example/b?c=1 now.", "Then run `make. Then` it."}));
  EXPECT_EQ(sentences_of("数据保留三十五天。未经同意不得导出！为什么？"),
            (std::vector<std::string>{"数据保留三十五天。", "未经同意不得导出！", "为什么？"}));
  EXPECT_EQ(sentences_of("1. Open it. 2. Close it."), (std::vector<std::string>{"1. Open it.", "2. Close it."}));
  EXPECT_EQ(sentences_of("Das gilt z.B. für Nr. 7. Sonst nicht."),
            (std::vector<std::string>{"Das gilt z.B. für Nr. 7.", "Sonst nicht."}));
  EXPECT_EQ(sentences_of("It pays 3.5 euros. \"Why?\" she asked."),
            (std::vector<std::string>{"It pays 3.5 euros.", "\"Why?\" she asked."}));
  EXPECT_TRUE(sentences_of(" \n ").empty());
}

TEST(Facts, AreSeen) {
  using namespace prose;  // NOLINT(google-build-using-namespace)
  EXPECT_EQ(facts_of("Backups must be kept for 35 days, but not in Asia."), modal | quantity | negation);
  EXPECT_EQ(facts_of("See Section 4.2 for more."), citation);
  EXPECT_EQ(facts_of("As shown before (Smith 2004)."), citation | date);
  EXPECT_EQ(facts_of("It was signed on 3 May 2021."), date);
  EXPECT_EQ(facts_of("They don't say."), negation);
  EXPECT_EQ(facts_of("They don’t say."), negation);
  EXPECT_EQ(facts_of("We met Jane Brandt there."), name);
  EXPECT_EQ(facts_of("It costs $5 or 12 %."), quantity);
  EXPECT_EQ(facts_of("\"Fee\" means the price."), defined_term);
  EXPECT_EQ(facts_of("数据不得导出。"), negation | modal);
  EXPECT_EQ(facts_of("Nothing of note? The river follows the road."), negation);
  EXPECT_EQ(facts_of("The river follows the road to the sea."), 0);
  EXPECT_EQ(facts_of(""), 0);
}

TEST(Blocks, AreToldApart) {
  const std::string text =
      "# Title\n\nOne sentence is here for all.\nIt goes on here.\n\n- first thing\n- second thing\n\n```sh\nmake "
      "all\n```\n\n"
      "| a | b |\n|---|---|\n| 1 | 2 |\n\nName\n====\n\n    x = f(y);\n    return x;\n\nNAME\n       tool - does a "
      "thing that you like\n";
  const std::vector<Line> lines = split_lines(text);
  std::vector<prose::BlockKind> kinds;
  for (const prose::Block& b : prose::read_blocks(lines)) kinds.push_back(b.kind);
  using enum prose::BlockKind;
  EXPECT_EQ(kinds, (std::vector{heading, paragraph, item, item, code, table, heading, code, heading, paragraph}));
}

TEST(LexRank, FindsTheCentralSentence) {
  const std::vector<std::string_view> sentences{"The harbour has ships and cranes.", "Ships wait outside the harbour.",
                                                "Cranes lift what the ships bring to the harbour.",
                                                "Breakfast was late."};
  const prose::Centrality c = prose::centrality(sentences);
  EXPECT_EQ(c.score.size(), 4U);
  EXPECT_EQ(*std::min_element(c.score.begin(), c.score.end()), c.score[3]);
  EXPECT_TRUE(c.of(3).empty());
  EXPECT_TRUE(prose::centrality({}).score.empty());
}

TEST(Prose, KeepsFactsAndWhatIsAsked) {
  const std::string text = "# Notes\n\n" + paragraphs(0, 40) + "Backups must be kept for 35 days in Basel. " +
                           filler(41) + "\n\n## Rest\n\n" + paragraphs(45, 40) + "The zeppelin hangs in the barn.\n";
  const std::string view = reversible_of(text);
  EXPECT_NE(view.find("Backups must be kept for 35 days in Basel."), std::string::npos);
  EXPECT_NE(view.find("# Notes"), std::string::npos);
  EXPECT_NE(view.find(" sentences]"), std::string::npos);
  EXPECT_LT(view.size() * 100, text.size() * 55);
  const std::string asked = reversible_of(text, "where does the zeppelin hang?");
  EXPECT_NE(asked.find("The zeppelin hangs in the barn."), std::string::npos);
}

TEST(Prose, NamesSectionsThatLeave) {
  std::string text = "# Guide\n\nThe zeppelin hangs in the barn and waits.\n\n";
  for (const char* name : {"History", "Contact", "Credits"})
    text += std::string("## ") + name + "\n\n" + paragraphs(0, 30) + "\n";
  const std::string view = reversible_of(text, "where is the zeppelin?", Tokens(60));
  EXPECT_NE(view.find("\"Contact\""), std::string::npos) << view;
  EXPECT_NE(view.find("The zeppelin hangs"), std::string::npos);
}

// A model that cannot judge gives no view: never one by another ranking.
TEST(Scorers, OneThatCannotJudgeGivesNoView) {
  class Unable final : public prose::SentenceScorer {
   public:
    std::string_view version() const override { return "unable"; }
    std::optional<std::vector<std::uint32_t>> score(const prose::Evidence&) const override { return std::nullopt; }
  };
  const Unable unable;
  const std::string text = paragraphs(0, 120);
  ASSERT_FALSE(views_of(text).empty());
  for (const View& v : views_of(text, {}, {}, true, &unable)) EXPECT_EQ(v.fidelity, Fidelity::lossless);
}

TEST(Scorers, TheTrainedOnePrefersWhatExplains) {
  const std::string text = "# Pumps\n\nThe pump of the harbour moves water into the upper basin at night.\n\n" +
                           paragraphs(0, 60) + "# Valves\n\n" + filler(70) + "\n\n- see above\n- and so on\n\n" +
                           paragraphs(80, 40);
  const prose::Document d = prose::read_document(text);
  const search::QueryText asked{"what does the pump of the harbour do?", 1};
  const search::Query query = search::Query::parse({&asked, 1});
  const auto ranking = prose::rank_units(d, query, prose::trained_scorer());
  ASSERT_TRUE(ranking);
  EXPECT_EQ(std::max_element(ranking->score.begin(), ranking->score.end()) - ranking->score.begin(), 0);
  EXPECT_EQ(*std::max_element(ranking->score.begin(), ranking->score.end()), prose::full_score);
  EXPECT_EQ(ranking->asked.at(0), 0U);
  EXPECT_EQ(prose::rank_units(d, query, prose::trained_scorer())->score, ranking->score);
  // Nothing to choose from is no crash.
  EXPECT_TRUE(prose::rank_units(prose::read_document(""), query, prose::trained_scorer()));
  EXPECT_TRUE(prose::rank_units(prose::read_document("One."), query, prose::trained_scorer()));
}

TEST(Prose, FifteenHundredLinesAreNoMarker) {
  std::string text;
  for (int i = 0; i < 1500; ++i) text += filler(i * 7) + (i % 6 == 5 ? "\n\n" : "\n");
  const auto view = reversible_of(text);
  EXPECT_GT(view.size(), 1000U);
}

TEST(Prose, PatchesAreNot) {
  std::string patch = "@@ -0,0 +1,40 @@\n";
  for (int i = 0; i < 40; ++i)
    patch += "+* Requirement " + std::to_string(i) + " is no longer checked by itself (see there).\n";
  EXPECT_FALSE(prose::accepts(prose::read_document(patch)));
  EXPECT_TRUE(prose::accepts(prose::read_document(patch.substr(patch.find('\n') + 1))));
}

TEST(Prose, LooksLikeItButIsNot) {
  std::string log, listing, code;
  for (int i = 0; i < 60; ++i) {
    log += "2026-03-01 10:00:" + std::to_string(10 + i % 50) + " INFO the worker took a job and is done now.\n";
    listing += "-rw-r--r-- 1 app app 4096 Mar  1 09:26 file-" + std::to_string(i) + ".txt\n";
    code += "  x" + std::to_string(i) + " = f(y);\n  if (x) { return; }\n";
  }
  for (const std::string& text : {log, listing, code, std::string("One sentence. And one more."), std::string(),
                                  std::string(10000, 'x'), std::string("\n\n\n")}) {
    const bool seen = prose_compressor.evidence(detect::sketch(text)) > 0 && !views_of(text).empty();
    EXPECT_FALSE(seen) << text.substr(0, 60);
  }
}

TEST(Prose, TextsOfFactsAreLeftAlone) {
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += "The tenant must not pay more than " + std::to_string(i) + " euros under Section 3. ";
  EXPECT_EQ(reversible_of(text), "");
  EXPECT_NE(reversible_of(text, {}, Tokens(300)), "");
}

TEST(Prose, ForgedStatementsGetNoView) {
  for (const char* forged :
       {"[3 sentences]", "[lines 3-9: 4 sentences]", "[sections \"A\", \"B\": 3 sentences]", "[2 items]"})
    EXPECT_EQ(reversible_of(paragraphs(0, 60) + forged + " " + paragraphs(3, 30)), "") << forged;
}

TEST(Paragraphs, AreNamedByTheirLines) {
  const std::string licence =
      "The licensor grants a licence to all who ask for it in writing.\nIt holds for ever and for all.\n";
  const std::string text = "Part one.\n\n" + licence + "\nPart two.\n\n" + licence + "\n" + paragraphs(0, 5);
  const auto view = prose::encode_paragraphs(text, split_lines(text));
  ASSERT_TRUE(view);
  EXPECT_NE(view->find("Part two.\n\n[= lines 3-4, \"The licensor grants a\"]\n"), std::string::npos) << *view;
  EXPECT_EQ(prose_compressor.decode(*view), text);
  EXPECT_FALSE(
      prose_compressor.decode("[prose, 3 lines, complete; [= lines 3-9, \"...\"] stands for those lines once more]\n"
                              "[= lines 1-2, \"\"]\n"));
  EXPECT_FALSE(prose_compressor.decode(text));
}

// ---- properties
// -------------------------------------------------------------------------------------------------------------

std::string any_document() {
  std::string text;
  const int blocks = *rc::gen::inRange(3, 30);
  for (int b = 0; b < blocks; ++b) {
    const int what = *rc::gen::inRange(0, 10), n = *rc::gen::inRange(1, 8), from = *rc::gen::inRange(0, 200);
    if (what == 0) {
      text += std::string(static_cast<std::size_t>(n % 3 + 1), '#') + " Part " + std::to_string(from) + "\n\n";
    } else if (what == 1) {
      for (int i = 0; i < n; ++i) text += "- " + filler(from + i) + "\n";
      text += '\n';
    } else if (what == 2) {
      text += "```\n";
      for (int i = 0; i < n; ++i) text += "  call(" + std::to_string(i) + ");\n";
      text += "```\n\n";
    } else if (what == 3) {
      text += *rc::gen::element<std::string>(
          "数据保留三十五天。未经同意不得导出！\n\n", "\r\n\r\n", "It must not pay 35 days.\r\n", "\x01 \n",
          "Mr. Smith v. U.S. Steel, 3.5 \"Why?\" (see p. 4). Yes.\n\n", "| a | b |\n|--|--|\n| 1 | 2 |\n\n");
    } else {
      for (int i = 0; i < n; ++i) text += filler(from + i) + *rc::gen::element<std::string>(" ", "\n", "  ", " ");
      text += "\n\n";
    }
  }
  return text;
}

// Sentences, then a fence and a table, then sentences.
std::string with_blocks(std::size_t rows) {
  std::string table = "| name | size |\n|---|---|\n", log;
  for (std::size_t i = 0; i < rows; ++i) {
    table += "| part" + std::to_string(i) + " | " + std::to_string(i * 7) + " |\n";
    log += "line " + std::to_string(i) + " of what the worker wrote down\n";
  }
  return paragraphs(0, 60) + "```log\n" + log + "```\n\n" + paragraphs(60, 20) + table + "\n" + paragraphs(80, 20);
}

// What other kinds make of blocks, for a test: how it begins, and a statement.
std::optional<View> two_lines(std::string_view block, std::string_view) {
  View view;
  view.fidelity = Fidelity::reversible;
  view.text = std::string(block.substr(0, block.find('\n', block.find('\n') + 1)));
  view.statement = "lines 3-9: left out";
  return view;
}

TEST(Prose, BlocksOfOtherKindsAreShownByTheirViews) {
  static tokens::Counter ruler;
  static const search::Query none;
  const std::string text = with_blocks(200);
  std::vector<std::string> labels;
  const BlockViewer viewer = [&](std::string_view block, std::string_view label) {
    labels.emplace_back(label);
    return two_lines(block, label);
  };
  Context context{none, ruler, {}, true};
  context.blocks = &viewer;
  const std::vector<View> views = prose_compressor.views(text, context, false);
  EXPECT_EQ(labels, (std::vector<std::string>{"log", ""}));
  ASSERT_FALSE(views.empty());
  const View& v = views.back();
  ASSERT_EQ(v.fidelity, Fidelity::reversible);
  EXPECT_NE(
      v.text.find("```log\nline 0 of what the worker wrote down\nline 1 of what the worker wrote down\n[lines 3-9: "
                  "left out]\n```\n"),
      std::string::npos)
      << v.text;
  EXPECT_NE(v.text.find("| name | size |\n|---|---|\n[lines 3-9: left out]\n"), std::string::npos) << v.text;
  EXPECT_NE(v.statement.find("1 of 1 code block, 1 of 1 table, 2 of them shortened as said there"), std::string::npos)
      << v.statement;
  // Sentences are half of it and more only when the blocks count as they will stand.
  EXPECT_TRUE(views_of(text).empty());
}

TEST(Prose, ShortBlocksAndThoseWithoutAViewStayAsTheyAre) {
  static tokens::Counter ruler;
  static const search::Query none;
  std::size_t asked = 0;
  const BlockViewer viewer = [&](std::string_view, std::string_view) {
    ++asked;
    return std::optional<View>();
  };
  for (const std::size_t rows : {5, 30}) {
    const std::string text = with_blocks(rows);
    Context context{none, ruler, {}, true};
    const std::vector<View> without = prose_compressor.views(text, context, false);
    context.blocks = &viewer;
    asked = 0;
    const std::vector<View> with = prose_compressor.views(text, context, false);
    EXPECT_EQ(asked, rows == 5 ? 0u : 2u);
    ASSERT_EQ(without.size(), with.size());
    ASSERT_FALSE(with.empty());
    EXPECT_EQ(without.back().text, with.back().text);
  }
}

TEST(Prose, AnErrorInABlockIsShownBeyondTheBudgetForOthers) {
  static tokens::Counter ruler;
  static const search::Query none;
  const std::string text = with_blocks(200);
  const auto shown = [&](std::string_view last) {
    const BlockViewer viewer = [last](std::string_view block, std::string_view) {
      View view;
      view.fidelity = Fidelity::reversible;
      for (int i = 0; i < 60; ++i) view.text += std::string(block.substr(0, 40)) + std::to_string(i) + '\n';
      view.text += last;
      view.statement = "lines 3-9: left out";
      return std::optional(view);
    };
    Context context{none, ruler, {}, true};
    context.blocks = &viewer;
    const std::vector<View> views = prose_compressor.views(text, context, true);
    return views.empty() ? std::string() : views.back().text;
  };
  const std::string severe = shown("ERROR worker 1: connection refused"),
                    other = shown("worker 1: connected, and waits");
  EXPECT_NE(severe.find("ERROR worker 1"), std::string::npos) << severe;
  EXPECT_EQ(other.find("connected, and"), std::string::npos) << other;
}

// Without the statements, the view is pieces of the original in its order, each of whole units.
RC_GTEST_PROP(ProseProperty, WhatIsShownIsTheOriginals, ()) {
  const std::string text = any_document();
  const std::string question = *rc::gen::element<std::string>("", "which ships carry a song?", "35 days");
  const std::optional<Tokens> budget = *rc::gen::element<std::optional<Tokens>>(std::nullopt, Tokens(40), Tokens(400));
  static const std::regex statement(
      R"(\[(?:sections? [^\n]*?, )?(?:lines? \d+(?:-\d+)?)?(?::? ?(?:\d+ (?:sentence|item|code block|table)s?(?:, )?)+)?\])");
  const prose::Document d = prose::read_document(text);
  const auto* scorer = *rc::gen::element<const prose::SentenceScorer*>(nullptr, &prose::trained_scorer());
  for (const View& v : views_of(text, question, budget, true, scorer)) {
    if (v.fidelity == Fidelity::lossless) {
      RC_ASSERT(prose_compressor.decode(v.text) == text);
      continue;
    }
    RC_ASSERT(v.text.size() < text.size());
    std::size_t at = 0;
    for (std::sregex_token_iterator piece(v.text.begin(), v.text.end(), statement, -1), end; piece != end; ++piece) {
      std::string shown = piece->str();
      const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\r'; };
      while (!shown.empty() && blank(shown.back())) shown.pop_back();
      while (!shown.empty() && blank(shown.front())) shown.erase(shown.begin());
      if (shown.empty()) continue;
      const std::size_t found = text.find(shown, at);
      RC_ASSERT(found != std::string::npos);
      at = found + shown.size();
    }
    RC_ASSERT(v.shown <= v.total);
    RC_ASSERT(v.total == std::count_if(d.units.begin(), d.units.end(), [](const prose::Unit& u) {
                return u.kind == prose::UnitKind::sentence || u.kind == prose::UnitKind::item;
              }));
  }
}

// Numbers with units, negations, duties, citations, defined terms: no sentence that is shown states less or more than
// it did.
RC_GTEST_PROP(ProseProperty, SentencesOfFactsStayWhole, ()) {
  std::string text;
  std::vector<std::string> said;
  const int n = *rc::gen::inRange(10, 60);
  for (int i = 0; i < n; ++i) {
    const std::string number = std::to_string(*rc::gen::inRange(1, 9999)),
                      other = std::to_string(*rc::gen::inRange(1, 99));
    said.push_back(*rc::gen::element<std::string>(
        "The Lessee shall not assign the Goods within " + number + " days, unless Section " + other + "." + number +
            " applies.",
        "Give no more than " + number + " mg every " + other + " hours (Hansen et al. 2019).",
        "\"Fee\" means EUR " + number + "." + other + " million, net of " + other + " % tax.",
        "The patient denies chest pain since 3 May 20" + (other.size() < 2 ? "0" + other : other) + ".", filler(i)));
    text += said.back() + *rc::gen::element<std::string>(" ", "\n", "\n\n");
  }
  const std::optional<Tokens> budget = *rc::gen::element<std::optional<Tokens>>(Tokens(60), Tokens(300), std::nullopt);
  for (const View& v : views_of(text, "how many days?", budget, true)) {
    if (v.fidelity == Fidelity::lossless) continue;
    std::string left = v.text;  // take whole sentences out, in order: only statements may stay
    std::size_t shown = 0;
    for (const std::string& s : said) {
      const std::size_t at = left.find(s);
      if (at == std::string::npos) continue;
      left.erase(at, s.size());
      ++shown;
    }
    RC_ASSERT(static_cast<std::int64_t>(shown) == v.shown);
    RC_ASSERT(std::regex_replace(left, std::regex(R"(\[[^\]]*\]|\s)"), "").empty());
  }
}

RC_GTEST_PROP(ProseProperty, UnitsLieApartAndInOrder, (std::string noise)) {
  const std::string text = any_document() + noise + any_document();
  const prose::Document d = prose::read_document(text);
  std::size_t end = 0;
  for (const prose::Unit& u : d.units) {
    RC_ASSERT(u.begin >= end);
    RC_ASSERT(u.end > u.begin);
    end = u.end;
    RC_ASSERT(u.lead == prose::none || u.lead < d.units.size());
    RC_ASSERT(d.line_begin(u.first) <= u.begin);
    RC_ASSERT(u.end <= d.line_end(u.last) + 2);
  }
  RC_ASSERT(end <= text.size());
}

RC_GTEST_PROP(ProseProperty, ParagraphsComeBack, ()) {
  const std::string some = any_document();
  const std::string text =
      some + *rc::gen::element<std::string>("", "\n", "x\n\n", "\r\n") + some + any_document() + some;
  const auto view = prose::encode_paragraphs(text, split_lines(text));
  if (view) RC_ASSERT(prose::decode_paragraphs(*view) == text);
}

}  // namespace
}  // namespace headroom::compressors
