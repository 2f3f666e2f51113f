// The models against what the providers document: each test names the rule, its figures are the documentation's own.
#include "replay/cache_model.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace headroom::replay {
namespace {

constexpr Seconds at(long s) {
  return Seconds(s);
}

// A prompt of blocks named by letters; a capital letter's block carries a mark (five minutes), a digit after it an
// hour's. Each block has 500 tokens.
Prompt prompt(std::string_view letters, std::int64_t tokens = 500) {
  Prompt p;
  std::string so_far;
  for (const char c : letters) {
    if (c == '1') {
      p.blocks.back().mark = Mark::hour;
      continue;
    }
    const bool marked = c >= 'A' && c <= 'Z';
    so_far += static_cast<char>(c | 0x20);
    p.blocks.push_back({hash128(so_far), tokens, marked ? Mark::minutes : Mark::none, false});
  }
  return p;
}

std::string shown(const Usage& u) {
  return std::to_string(u.read) + " " + std::to_string(u.written_5m) + " " + std::to_string(u.written_1h) + " " +
         std::to_string(u.plain) + (u.refused ? " refused" : "");
}

// "cache_creation_input_tokens", "cache_read_input_tokens", "input_tokens": tokens before the last mark, read or
// written, and those behind it.
TEST(Anthropic, WritesUpToTheMarkThenReads) {
  AnthropicCache cache(1024);
  EXPECT_EQ(shown(cache.send(prompt("abCd"), at(0))), "0 1500 0 500");
  EXPECT_EQ(shown(cache.send(prompt("abCd"), at(60))), "1500 0 0 500");
}

// The documentation's multi-turn example: the newest message is marked on each turn; the turn before is read.
TEST(Anthropic, AMarkThatMovesReadsTheTurnBefore) {
  AnthropicCache cache(1024);
  EXPECT_EQ(shown(cache.send(prompt("abC"), at(0))), "0 1500 0 0");
  EXPECT_EQ(shown(cache.send(prompt("abcdE"), at(10))), "1500 1000 0 0");
  EXPECT_EQ(shown(cache.send(prompt("abcdefG"), at(20))), "2500 1000 0 0");
}

// "The cache has a minimum length": shorter prefixes are processed without caching, and no error says so.
TEST(Anthropic, ShortPrefixesAreNotKept) {
  AnthropicCache cache(1024);
  EXPECT_EQ(shown(cache.send(prompt("aB"), at(0))), "0 0 0 1000");
  EXPECT_EQ(shown(cache.send(prompt("aB"), at(1))), "0 0 0 1000");
  AnthropicCache exact(1000);
  EXPECT_EQ(shown(exact.send(prompt("aB"), at(0))), "0 1000 0 0");
}

// "The system checks up to 20 blocks before the mark": an entry 20 blocks back, the mark's own counted, is found.
TEST(Anthropic, LooksBackOverTwentyBlocks) {
  std::string base = "abC", near = "abc", far = "abc";
  for (int i = 0; i < 18; ++i) near += static_cast<char>('d' + i);
  for (int i = 0; i < 19; ++i) far += static_cast<char>('d' + i);
  AnthropicCache cache(1024);
  cache.send(prompt(base), at(0));
  EXPECT_EQ(cache.send(prompt(near + "Z"), at(1)).read, 1500);  // 19 new blocks: C is the twentieth
  AnthropicCache other(1024);
  other.send(prompt(base), at(0));
  EXPECT_EQ(other.send(prompt(far + "Z"), at(1)).read, 0);
  // "If you have more than 20 blocks, add another mark": the second mark finds it.
  AnthropicCache two(1024);
  two.send(prompt(base), at(0));
  std::string with = far + "Z";
  with[4] = 'E';
  EXPECT_EQ(two.send(prompt(with), at(1)).read, 1500);
}

// Entries are found only where a request had a mark: a shorter common prefix is not enough.
TEST(Anthropic, EntriesEndAtMarks) {
  AnthropicCache cache(1024);
  cache.send(prompt("abcdE"), at(0));
  EXPECT_EQ(cache.send(prompt("abcdX"), at(1)).read, 0);
  EXPECT_EQ(cache.send(prompt("abcdef"), at(2)).total(), 3000);
}

// "The cache has a lifetime of five minutes, refreshed each time the content is used."
TEST(Anthropic, AUseRefreshesTheEntry) {
  AnthropicCache cache(1024);
  cache.send(prompt("abC"), at(0));
  EXPECT_EQ(cache.send(prompt("abC"), at(300)).read, 1500);
  EXPECT_EQ(cache.send(prompt("abC"), at(600)).read, 1500);
  EXPECT_EQ(cache.send(prompt("abC"), at(901)).read, 0);
}

// "Entries with longer TTL must appear before shorter ones"; billed at positions A (hit), B (last hour), C (last).
TEST(Anthropic, HoursStandBeforeMinutes) {
  AnthropicCache cache(1024);
  EXPECT_EQ(shown(cache.send(prompt("abC1deF"), at(0))), "0 1500 1500 0");
  EXPECT_EQ(shown(cache.send(prompt("abC1deF"), at(1000))), "1500 1500 0 0");  // the hour's entry is still there
  EXPECT_TRUE(cache.send(prompt("abCdeF1"), at(1001)).refused);
}

// "You can define up to 4 cache breakpoints."
TEST(Anthropic, RefusesAFifthMark) {
  AnthropicCache cache(1024);
  EXPECT_FALSE(cache.send(prompt("ABCDe"), at(0)).refused);
  EXPECT_TRUE(cache.send(prompt("ABCDE"), at(1)).refused);
}

// A change of an early block writes all behind it again: tools -> system -> messages.
TEST(Anthropic, AChangedBlockCostsAllBehindIt) {
  AnthropicCache cache(1024);
  cache.send(prompt("abcdE"), at(0));
  EXPECT_EQ(shown(cache.send(prompt("xbcdE"), at(1))), "0 2500 0 0");
}

// "Caching is available for prompts of 1,024 tokens or more, with hits in increments of 128 tokens."
TEST(OpenAi, CountsInStepsOf128From1024) {
  AutomaticCache cache(1024, 128, Seconds(600));
  EXPECT_EQ(cache.send(prompt("ab"), at(0)).read, 0);
  EXPECT_EQ(cache.send(prompt("ab"), at(1)).read, 0);  // 1,000 tokens
  cache.send(prompt("abc"), at(2));
  EXPECT_EQ(cache.send(prompt("abc"), at(3)).read, 1408);  // 1024 + 3 * 128
  EXPECT_EQ(cache.send(prompt("abcd"), at(4)).read, 1408);
  EXPECT_EQ(cache.send(prompt("abcd"), at(5)).read, 1920);  // 1024 + 7 * 128
  EXPECT_EQ(cache.send(prompt("xbcd"), at(6)).read, 0);     // the beginning differs
}

TEST(OpenAi, ForgetsAfterMinutesWithoutUse) {
  AutomaticCache cache(1024, 128, Seconds(600));
  cache.send(prompt("abcd"), at(0));
  EXPECT_GT(cache.send(prompt("abcd"), at(600)).read, 0);
  EXPECT_GT(cache.send(prompt("abcd"), at(1200)).read, 0);
  EXPECT_EQ(cache.send(prompt("abcd"), at(1801)).read, 0);
}

// "Implicit caching": no marks, no steps; a common prefix of the model's least length at its price.
TEST(Gemini, CountsEveryTokenOfTheLongestPrefixFromTheModelsLeast) {
  const prices::Row* pro = prices::Prices::built_in().of("gemini-2.5-pro");
  const prices::Row* flash = prices::Prices::built_in().of("gemini-2.5-flash");
  ASSERT_TRUE(pro && flash);
  const auto of_pro = cache_for(*pro), of_flash = cache_for(*flash);
  for (Cache* cache : {of_pro.get(), of_flash.get()})
    EXPECT_EQ(shown(cache->send(prompt("abcdefg"), at(0))), "0 0 0 3500");
  EXPECT_EQ(of_flash->send(prompt("abcdefgh"), at(5)).read, 3500);  // no step cuts it
  EXPECT_EQ(of_pro->send(prompt("abcdefgh"), at(5)).read, 0);       // 3,500 are less than 4,096
  EXPECT_EQ(of_pro->send(prompt("abcdefghij"), at(9)).read, 0);     // 4,000 were sent before: still less
  EXPECT_EQ(of_pro->send(prompt("abcdefghijk"), at(12)).read, 5000);
  EXPECT_EQ(of_pro->send(prompt("abcdefghiXk"), at(15)).read, 4500);  // up to where they part
  EXPECT_EQ(of_pro->send(prompt("Xbcdefghijk"), at(18)).read, 0);
  EXPECT_EQ(of_pro->send(prompt("abcdefghijk"), at(2000)).read, 0);       // forgotten meanwhile
  EXPECT_EQ(of_flash->send(prompt("a1b1c1d1e"), at(30)).refused, false);  // marks mean nothing to it
  // Reading costs what the row says, the rest what input costs: writing has no price of its own.
  Usage u;
  u.read = 1'000'000;
  EXPECT_EQ(cost(u, *pro), 125'000'000'000);
  u = {};
  u.plain = 1'000'000;
  EXPECT_EQ(cost(u, *pro), 1'250'000'000'000);
}

// The documented example of Claude Sonnet's prices: write 1.25 and 2 times, read a tenth of the input's price.
TEST(Cost, FollowsThePriceRow) {
  const prices::Row* row = prices::Prices::built_in().of("claude-sonnet-4-5");
  ASSERT_NE(row, nullptr);
  Usage u;
  u.read = 1'000'000;
  EXPECT_EQ(cost(u, *row), 300'000'000'000);
  u = {};
  u.written_5m = 1'000'000;
  EXPECT_EQ(cost(u, *row), 3'750'000'000'000);
  u = {};
  u.written_1h = 1'000'000;
  EXPECT_EQ(cost(u, *row), 6'000'000'000'000);
  u = {};
  u.plain = 1'000'000;
  EXPECT_EQ(cost(u, *row), 3'000'000'000'000);
}

// The prompt of a body: where the marks stand, in each way to write them.
TEST(PromptReader, FindsMarks) {
  tokens::Counter counter;
  PromptReader reader(counter);
  const Prompt a = reader.read(
      R"({"tools":[{"name":"t","input_schema":{},"cache_control":{"type":"ephemeral","ttl":"1h"}}],"system":[{"type":"text","text":"S"}],)"
      R"("messages":[{"role":"user","content":[{"type":"text","text":"hi","cache_control":{"type":"ephemeral"}}]}]})",
      "anthropic");
  ASSERT_GE(a.blocks.size(), 3u);
  EXPECT_EQ(a.blocks.front().mark, Mark::hour);
  EXPECT_EQ(a.blocks.back().mark, Mark::minutes);
  const Prompt b = reader.read(
      R"({"system":[{"text":"S"},{"cachePoint":{"type":"default"}}],"messages":[{"role":"user","content":[{"text":"hi"},)"
      R"({"cachePoint":{"type":"default"}}]}]})",
      "converse");
  int marks = 0;
  for (const PromptBlock& block : b.blocks) marks += block.mark != Mark::none;
  EXPECT_EQ(marks, 2);
  EXPECT_EQ(b.blocks.back().mark, Mark::minutes);
}

// The same conversation one turn later starts with the same prefixes, wherever the marks stand.
TEST(PromptReader, MarksAreNoContent) {
  tokens::Counter counter;
  PromptReader reader(counter);
  const std::string_view plain = R"({"messages":[{"role":"user","content":"hello there"}]})";
  const std::string_view marked =
      R"({"messages":[{"role":"user","content":[{"type":"text","text":"hello there","cache_control":{"type":"ephemeral"}}]}]})";
  const Prompt a = reader.read(plain, "anthropic"), b = reader.read(marked, "anthropic");
  ASSERT_EQ(a.blocks.size(), b.blocks.size());
  EXPECT_EQ(a.blocks.back().prefix, b.blocks.back().prefix);
  EXPECT_EQ(a.tokens(), b.tokens());
}

// Whatever is sent, each token is billed once.
RC_GTEST_PROP(Caches, EveryTokenIsBilledOnce, ()) {
  AnthropicCache marked(1024);
  AutomaticCache automatic(1024, 128, Seconds(600));
  long now = 0;
  for (int turn = 0; turn < 12; ++turn) {
    std::string letters = *rc::gen::container<std::string>(rc::gen::element('a', 'b', 'c', 'd'));
    if (letters.empty()) letters = "a";
    letters.back() = static_cast<char>(letters.back() - 0x20);
    const Prompt p = prompt(letters);
    now += *rc::gen::inRange(0, 500);
    const Usage m = marked.send(p, at(now)), o = automatic.send(p, at(now));
    RC_ASSERT(m.total() == p.tokens());
    RC_ASSERT(o.total() == p.tokens());
    RC_ASSERT(o.written_5m == 0 && o.written_1h == 0);
  }
}

}  // namespace
}  // namespace headroom::replay
