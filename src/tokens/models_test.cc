#include "tokens/models.h"

#include <gtest/gtest.h>

namespace headroom::tokens {
namespace {

TEST(Models, OpenAiIsExact) {
  for (const char* name : {"gpt-4o", "gpt-4o-mini-2024-07-18", "openai/gpt-4.1", "o1-preview", "o3", "gpt-5-codex",
                           "GPT-4O", "ft:gpt-4o:org::id", ""}) {
    EXPECT_TRUE(tokens_of_model(name).exact) << name;
    EXPECT_EQ(tokens_of_model(name).tokenizer, "o200k_base") << name;
  }
  for (const char* name : {"gpt-4", "gpt-4-turbo", "gpt-3.5-turbo", "azure/gpt-35-turbo", "text-embedding-3-small"}) {
    EXPECT_TRUE(tokens_of_model(name).exact) << name;
    EXPECT_EQ(tokens_of_model(name).tokenizer, "cl100k_base") << name;
  }
}

TEST(Models, ClaudeByGeneration) {
  for (const char* name : {"claude-3-5-sonnet-20241022", "claude-sonnet-4-5", "anthropic/claude-opus-4.1",
                           "claude-sonnet-4-20250514", "claude-opus-4", "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
                           "claude-sonnet-4@20250514", "claude-opus-4-6"}) {
    EXPECT_EQ(tokens_of_model(name).prose.centre, 110) << name;
    EXPECT_FALSE(tokens_of_model(name).exact) << name;
  }
  for (const char* name :
       {"claude-opus-4-7", "claude-sonnet-4.8", "claude-opus-5", "us.anthropic.claude-opus-4-7-v1:0"}) {
    EXPECT_EQ(tokens_of_model(name).prose.centre, 155) << name;
  }
}

TEST(Models, OthersAreSaidToBeInexact) {
  EXPECT_EQ(tokens_of_model("models/gemini-2.5-pro").factor(ContentClass::data).high, 190);
  EXPECT_FALSE(tokens_of_model("gemini-2.5-flash").exact);
  EXPECT_FALSE(tokens_of_model("llama-3.3-70b").exact);
  EXPECT_FALSE(tokens_of_model("***").exact);
}

TEST(Models, FactorsBound) {
  const Factor factor{125, 100, 160};
  EXPECT_EQ(factor.at_least(Tokens(3)), Tokens(3));
  EXPECT_EQ(factor.estimate(Tokens(3)), Tokens(4));
  EXPECT_EQ(factor.at_most(Tokens(3)), Tokens(5));
}

TEST(Models, Counts) {
  const ModelCount count = count_for_model("gpt-4", "It's 12345 cans!\n");
  EXPECT_EQ(count.tokens, Tokens(7));
  EXPECT_EQ(count.tokenizer, "cl100k_base");
  EXPECT_TRUE(count.exact);
}

}  // namespace
}  // namespace headroom::tokens
