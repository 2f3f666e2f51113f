#include "prices/prices.h"

#include <gtest/gtest.h>

#include "tokens/models.h"

namespace headroom::prices {
namespace {

TEST(Prices, TheFileCompiledInIsWhole) {
  const auto parsed = Prices::parse(built_in_json());
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_GE(Prices::built_in().rows().size(), 40u);
  EXPECT_EQ(Prices::built_in().date().size(), 10u);
  EXPECT_FALSE(Prices::built_in().source().empty());
  for (const Row& row : Prices::built_in().rows()) {
    EXPECT_GT(row.in.value, 0) << row.glob;
    EXPECT_GE(row.out, row.in) << row.glob;
    EXPECT_LE(row.read, row.in) << row.glob;
    EXPECT_GE(row.write_5m, row.in) << row.glob;
    EXPECT_GE(row.write_1h, row.write_5m) << row.glob;
    EXPECT_GT(row.limit, row.reserve) << row.glob;
  }
}

TEST(Prices, RowsAreFoundWithoutPrefixAndRegion) {
  const Prices& p = Prices::built_in();
  for (const char* name : {"claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5",
                           "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock/eu.anthropic.claude-sonnet-4-v1"}) {
    const Row* row = p.of(name);
    ASSERT_TRUE(row) << name;
    EXPECT_EQ(row->in.value, 3'000'000) << name;
    EXPECT_EQ(row->read.value, 300'000) << name;
    EXPECT_EQ(row->write_5m.value, 3'750'000) << name;
    EXPECT_EQ(row->write_1h.value, 6'000'000) << name;
    EXPECT_EQ(row->limit.value, 200'000) << name;
  }
  EXPECT_EQ(p.of("claude-3-haiku-20240307")->read.value, 30'000);
  EXPECT_EQ(p.of("gpt-4.1-mini")->in.value, 400'000);
  EXPECT_EQ(p.of("models/gemini-2.5-flash-lite")->in.value, 100'000);
  EXPECT_EQ(p.of("some-unknown-model"), nullptr);
  EXPECT_EQ(p.of(""), nullptr);
  EXPECT_EQ(p.of("***"), nullptr);
}

// A row's vocabulary is the one that counts for the names its glob stands for.
TEST(Prices, VocabulariesAgreeWithTheCounters) {
  for (const Row& row : Prices::built_in().rows()) {
    std::string name = row.glob;
    std::erase(name, '*');
    const tokens::ModelTokens& model = tokens::tokens_of_model(name);
    if (row.provider == "openai") {
      EXPECT_TRUE(model.exact) << name;
      EXPECT_EQ(row.vocab, model.tokenizer) << name;
    } else {
      EXPECT_FALSE(model.exact) << name;
    }
  }
}

Result<Prices> with_row(std::string row) {
  return Prices::parse(R"({"date":"2026-01-01","source":"test","rows":[)" + row + "]}");
}

TEST(Prices, CachePricesDefaultByProvider) {
  const auto p = with_row(R"({"glob":"a*","provider":"anthropic","in":"2","out":"4"},
                             {"glob":"b*","provider":"openai","in":"2","out":"4"},
                             {"glob":"c*","provider":"google","in":"2","out":"4","batch":"0.5"},
                             {"glob":"d*","in":"0.075","out":"4"})");
  ASSERT_TRUE(p) << p.error().message;
  EXPECT_EQ(p->of("a")->read.value, 200'000);
  EXPECT_EQ(p->of("a")->write_5m.value, 2'500'000);
  EXPECT_EQ(p->of("a")->write_1h.value, 4'000'000);
  EXPECT_EQ(p->of("b")->read.value, 1'000'000);
  EXPECT_EQ(p->of("b")->write_1h.value, 2'000'000);
  EXPECT_EQ(p->of("c")->read.value, 500'000);
  EXPECT_EQ(p->of("c")->batch_percent, 50);
  EXPECT_EQ(p->of("d")->read.value, 75'000);
  EXPECT_EQ(p->of("d")->write_5m.value, 75'000);
  EXPECT_EQ(p->of("d")->limit.value, 0);
}

TEST(Prices, ASlipIsSeen) {
  EXPECT_FALSE(Prices::parse(""));
  EXPECT_FALSE(Prices::parse("[]"));
  EXPECT_FALSE(Prices::parse("{}"));
  EXPECT_FALSE(with_row(R"({"glob":"a","in":"1"})"));
  EXPECT_FALSE(with_row(R"({"glob":"a","in":1,"out":"1"})"));
  EXPECT_FALSE(with_row(R"({"glob":"a","in":"1e3","out":"1"})"));
  EXPECT_FALSE(with_row(R"({"glob":"a","in":"-1","out":"1"})"));
  EXPECT_FALSE(with_row(R"({"glob":"a","in":"0.0000001","out":"1"})"));
  EXPECT_FALSE(with_row(R"({"glob":"a","in":"9999999","out":"1"})"));
  EXPECT_FALSE(with_row(R"({"glob":"a","in":"99999999999999999999","out":"1"})"));
  EXPECT_FALSE(with_row(R"({"glob":"a","in":"1.","out":"1"})"));
  EXPECT_FALSE(with_row(R"({"glob":"a","in":"1","out":"1","limt":3})"));
  EXPECT_FALSE(with_row(R"({"glob":"a","in":"1","out":"1","limit":3,"reserve":3})"));
  EXPECT_FALSE(with_row(R"({"glob":"a","in":"1","out":"1","step":0})"));
  EXPECT_TRUE(with_row(R"({"glob":"a","in":"1000000","out":"1000000"})"));
}

}  // namespace
}  // namespace headroom::prices
