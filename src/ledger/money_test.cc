// Saved, spent and billed against sums made by hand; cache misses with known causes.
#include "ledger/money.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "ledger/ledger.h"
#include "ledger/ledger_test_support.h"
#include "ledger/misses.h"
#include "prices/prices.h"
#include "tokens/models.h"

namespace headroom::ledger {
namespace {

using nlohmann::json;
using std::chrono::seconds;

const prices::Row& sonnet() {
  return *prices::Prices::built_in().of("claude-sonnet-4-5");  // 3, 15, read 0.30, written 3.75 and 6.00
}
const tokens::ModelTokens& sonnet_tokens() {
  return tokens::tokens_of_model("claude-sonnet-4-5");
}

// A conversation of `turns` calls and results; every text is long enough to matter.
json conversation(int turns) {
  json body{{"model", "claude-sonnet-4-5"}, {"system", "You are careful. " + std::string(20'000, 's')}};
  body["tools"] = {{{"name", "Bash"}, {"description", std::string(4000, 't')}, {"input_schema", {{"type", "object"}}}}};
  body["messages"] = {{{"role", "user"}, {"content", "find the fault"}}};
  for (int i = 0; i < turns; ++i) {
    const std::string id = "t" + std::to_string(i);
    body["messages"].push_back(
        {{"role", "assistant"},
         {"content", {{{"type", "tool_use"}, {"id", id}, {"name", "Bash"}, {"input", {{"n", i}}}}}}});
    body["messages"].push_back(
        {{"role", "user"},
         {"content",
          {{{"type", "tool_result"}, {"tool_use_id", id}, {"content", std::to_string(i) + std::string(8000, 'r')}}}}});
  }
  return body;
}

Prompt prompt(const json& body) {
  auto out = prompt_of(body.dump(), "anthropic", test_key);
  EXPECT_TRUE(out);
  return *out;
}

Exchange exchange_of(const json& body, Usage usage) {
  Exchange e;
  e.prompt = prompt(body);
  e.row.usage = usage;
  return e;
}

TEST(Prompt, KnowsWhatThisRequestBrought) {
  EXPECT_EQ(prompt(conversation(0)).fresh_from, 0);
  EXPECT_EQ(prompt(conversation(1)).fresh_from, 2);
  EXPECT_EQ(prompt(conversation(5)).fresh_from, 10);
  json prefilled = conversation(5);
  prefilled["messages"].push_back({{"role", "assistant"}, {"content", "The fault"}});
  EXPECT_EQ(prompt(prefilled).fresh_from, 10);
  EXPECT_EQ(prompt(conversation(5)).opening, prompt(conversation(1)).opening);
  EXPECT_NE(prompt(conversation(5)).opening, prompt_of(conversation(5).dump(), "", "another key")->opening);
  EXPECT_FALSE(prompt_of("not json", "", test_key));
}

TEST(Bill, PricesARemovedTokenAtTheClassItWouldHaveHad) {
  // Eight results came before and were read; the ninth is new and written.
  Exchange e = exchange_of(conversation(9), {.uncached = 40, .read = 22'000, .written = 2500, .output = 900});
  e.removed = {{"Bash", "log", 2400, 400, 16}, {"Bash", "log", 1000, 200, 18}, {"Read", "code", 600, 100, 4}};
  Explained hit;
  hit.miss.cause = MissCause::hit;
  const Bill bill = bill_of(e, hit, sonnet(), sonnet_tokens());
  ASSERT_EQ(bill.saved.size(), 3u);
  EXPECT_EQ(bill.saved[0].basis, Basis::read);
  EXPECT_EQ(bill.saved[0].tokens, 2500);           // 2,000 x 1.25, data
  EXPECT_EQ(bill.saved[0].microusd, 750);          // x 0.30
  EXPECT_EQ(bill.saved[1].basis, Basis::written);  // message 18 is the newest
  EXPECT_EQ(bill.saved[1].microusd, 3750);         // 1,000 x 3.75
  EXPECT_EQ(bill.saved[2].tokens, 600);            // 500 x 1.20, code
  EXPECT_EQ(bill.saved[2].microusd, 180);
  EXPECT_EQ(bill.billed, 120 + 6600 + 9375 + 13'500);
  EXPECT_EQ(bill.total().saved, 750 + 3750 + 180);
  EXPECT_EQ(bill.total().spent, 0);
}

TEST(Bill, CountsAtTheFullPriceWhatTheProviderDidNotRead) {
  Exchange e = exchange_of(conversation(9), {.uncached = 24'540, .read = 0, .written = 0, .output = 0});
  e.removed = {{"Bash", "log", 1000, 200, 2}, {"Bash", "log", 1000, 200, 18}};
  Explained why;
  why.miss.cause = MissCause::expired;
  const Bill bill = bill_of(e, why, sonnet(), sonnet_tokens());
  EXPECT_EQ(bill.saved[0].basis, Basis::uncached);
  EXPECT_EQ(bill.saved[0].microusd, 3000);
  EXPECT_EQ(bill.saved[1].basis, Basis::uncached);
  // Only the beginning was read: what lies in it counts as read, what lies behind it does not.
  e.row.usage = Usage{.uncached = 16'000, .read = 8500, .written = 0, .output = 0};
  why.miss.cause = MissCause::changed;
  const Bill half = bill_of(e, why, sonnet(), sonnet_tokens());
  EXPECT_EQ(half.saved[0].basis, Basis::read);
  EXPECT_EQ(half.saved[1].basis, Basis::uncached);
}

TEST(Bill, WhatAnEpochMovedWouldHaveBeenRead) {
  Exchange e = exchange_of(conversation(9), {.uncached = 0, .read = 6000, .written = 9000, .output = 10});
  e.removed = {{"Bash", "log", 1000, 200, 14}, {{}, "turn", 4000, 0, -1}};
  Explained why;
  why.miss = {Segment::messages, MissCause::epoch, 31'000};
  const Bill bill = bill_of(e, why, sonnet(), sonnet_tokens());
  EXPECT_EQ(bill.saved[0].basis, Basis::read);
  EXPECT_EQ(bill.saved[1].basis, Basis::read);
  EXPECT_EQ(bill.spent[static_cast<std::size_t>(Spending::epoch)], 31'000);
}

TEST(Bill, HiddenRoundsAndTheToolAreSpent) {
  Exchange e = exchange_of(conversation(3), {});
  e.rounds = {{.uncached = 10, .read = 10'000, .written = 1000, .output = 50},
              {.uncached = 10, .read = 11'000, .written = 300, .output = 400}};
  Usage sum;
  for (const Usage& round : e.rounds) sum += round;
  e.row.usage = sum;
  e.row.q = 1;
  e.tool_tokens = 112;
  const Bill bill = bill_of(e, {}, sonnet(), sonnet_tokens());
  // Direct: the first call's input and the last one's output.
  const std::int64_t direct = (10 * 300 + 10'000 * 30 + 1000 * 375 + 400 * 1500) / 100;
  EXPECT_EQ(bill.spent[0], bill.billed - direct);
  EXPECT_EQ(bill.spent[1], 42);  // 112 x 1.25 = 140 at 0.30, read
  EXPECT_EQ(bill.total().saved, 0);
}

TEST(Bill, HoursOfCacheHaveTheirPrice) {
  EXPECT_EQ(to_micro(cost_of({.written = 1000, .written_1h = 400}, sonnet())), 600 * 375 / 100 + 400 * 6);
  EXPECT_EQ(price_of_new({.written = 10, .written_1h = 9}, sonnet()), sonnet().write_1h.value);
  EXPECT_EQ(price_of_new({.uncached = 10}, sonnet()), sonnet().in.value);
}

TEST(Bill, SurvivesWhatAProviderShouldNotSay) {
  Exchange e =
      exchange_of(conversation(1), {.uncached = -5, .read = INT64_MAX, .written = INT64_MAX, .output = INT64_MIN});
  e.removed = {{"Bash", "log", INT64_MAX, 0, 1}};
  (void)bill_of(e, {}, sonnet(), sonnet_tokens());
}

// 100 requests that should have been read and were not, for a reason that is known.
TEST(Misses, AHundredAreExplainedAndPriced) {
  int explained = 0;
  std::int64_t now = 1'000'000;
  for (int i = 0; i < 100; ++i) {
    Misses misses;
    const int turns = 4 + i % 10;
    const json before = conversation(turns);
    json after = conversation(turns + 1);
    const std::int64_t tokens = 6000 + 2000 * turns;
    Usage usage{.uncached = 30, .read = 0, .written = tokens + 2000, .output = 10};
    seconds pause(20);
    bool epoch = false;
    Miss expected;
    switch (i % 5) {
      case 0:  // a clock in the system prompt
        after["system"] = "You are careful at 9:13. " + std::string(20'000, 's');
        usage.read = 0;
        expected = {Segment::system, MissCause::changed, 0};
        break;
      case 1:  // another tool
        after["tools"][0]["description"] = std::string(4000, 'u');
        expected = {Segment::tools, MissCause::changed, 0};
        break;
      case 2:  // an earlier result is another one, and it was we who made it so
        after["messages"][4]["content"][0]["content"] = "shorter now";
        usage.read = 8000, usage.written -= 8000;
        epoch = true;
        expected = {Segment::messages, MissCause::epoch, 0};
        break;
      case 3:
        pause = seconds(400);
        expected = {Segment::tools, MissCause::expired, 0};
        break;
      default:
        expected = {Segment::tools, MissCause::provider, 0};
    }
    const auto first = misses.explain(prompt(before), {.uncached = 30, .read = 0, .written = tokens, .output = 5},
                                      &sonnet(), seconds(now), false);
    EXPECT_EQ(first.miss.cause, MissCause::first);
    const auto why = misses.explain(prompt(after), usage, &sonnet(), seconds(now) + pause, epoch);
    EXPECT_EQ(to_string(why.miss.cause), to_string(expected.cause)) << i;
    EXPECT_EQ(to_string(why.miss.segment), to_string(expected.segment)) << i;
    // Written again at 3.75 what would have been read at 0.30.
    EXPECT_EQ(why.miss.microusd, to_micro(why.tokens_again * 3'450'000)) << i;
    EXPECT_GT(why.tokens_again, 0) << i;
    EXPECT_LE(why.tokens_again, tokens) << i;
    explained += why.miss.cause == expected.cause;
  }
  EXPECT_EQ(explained, 100);
}

TEST(Misses, AHitIsNoMissAndShortPromptsAreNotHeldAgainstAnything) {
  Misses misses;
  (void)misses.explain(prompt(conversation(4)), {.written = 14'000}, &sonnet(), seconds(0), false);
  const auto hit = misses.explain(prompt(conversation(5)), {.uncached = 10, .read = 14'000, .written = 2000}, &sonnet(),
                                  seconds(30), false);
  EXPECT_EQ(hit.miss.cause, MissCause::hit);
  EXPECT_FALSE(hit.miss.is_miss());
  const auto small = misses.explain(prompt(conversation(0)), {.uncached = 200}, &sonnet(), seconds(40), false);
  EXPECT_EQ(small.miss.cause, MissCause::too_short);
  EXPECT_EQ(misses.conversations(), 1u);
}

// What ends first is told first, and digests are made on several threads.
TEST(Misses, ATurnToldLateIsHeldAgainstThoseBeforeIt) {
  Misses misses;
  const auto told = [&](int turns, std::int64_t read, std::int64_t went_out) {
    const Usage usage{.uncached = 10, .read = read, .written = 6000 + 2000 * turns - read};
    return misses.explain(prompt(conversation(turns)), usage, &sonnet(), seconds(went_out), false, Micros(went_out))
        .miss.cause;
  };
  EXPECT_EQ(told(4, 0, 1), MissCause::first);
  EXPECT_EQ(told(6, 16'000, 3), MissCause::hit);
  EXPECT_EQ(told(5, 14'000, 2), MissCause::hit);
  EXPECT_EQ(told(7, 18'000, 4), MissCause::hit);
  EXPECT_EQ(told(8, 0, 5), MissCause::provider);
  EXPECT_EQ(misses.conversations(), 1u);
}

TEST(Misses, TurnsToldTogetherAreExplainedInTheOrderTheyWentOutIn) {
  const auto ledger = std::move(*Ledger::open({}));
  const auto turn = [&](const json& body, std::int64_t read, std::int64_t written, int went_out) {
    Exchange e = exchange_of(body, {.uncached = 10, .read = read, .written = written});
    e.row.md = "claude-sonnet-4-5";
    e.row.t = test_time();
    e.went_out = Micros(went_out);
    return e;
  };
  json edited = conversation(6);
  edited["messages"][10]["content"][0]["content"] = "edited since";  // what turn 5 brought
  ledger->record(turn(conversation(4), 0, 14'000, 1));
  const std::string changed = "headroom_cache_miss_total{segment=\"messages\",cause=\"changed\"} ";
  EXPECT_NE(ledger->metrics({}).find(changed + "0"), std::string::npos);
  Exchange later = turn(edited, 14'000, 3000, 3), earlier = turn(conversation(5), 14'000, 2000, 2);
  ledger->record(std::move(later));
  ledger->record(std::move(earlier));
  const std::string text = ledger->metrics({});
  EXPECT_NE(text.find(changed + "1"), std::string::npos) << text;
}

}  // namespace
}  // namespace headroom::ledger
