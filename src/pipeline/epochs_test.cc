// What epochs cost: views are made of what waited for one, and of nothing else. tests/epochs_test.cc holds what they
// promise.
#include "pipeline/epochs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json/writer.h"
#include "pipeline/compress.h"
#include "pipeline/prospects.h"
#include "store/store.h"

namespace headroom::pipeline {
namespace {

std::string log_of(int seed) {
  std::string text;
  for (int k = 0; k < 120; ++k) {
    text += "2026-01-05T10:" + std::to_string(10 + k % 50) + ":07Z INFO  worker-" + std::to_string(seed % 7) +
            " request " + std::to_string(seed * 1000 + k) + " served in " + std::to_string(k * 37 % 400) + " ms\n";
  }
  return text + "2026-01-05T10:59:07Z ERROR worker failed: connection " + std::to_string(seed) + " refused\n";
}

// Functions of which no two lines are alike.
std::string code_of(int seed, int functions) {
  constexpr std::string_view nouns[] = {"order", "invoice", "parcel", "account", "ledger", "route", "ticket", "batch"};
  constexpr std::string_view forms[] = {"    if not A.is_open(B):\n        raise ValueError(f'{A} of {B} is shut')\n",
                                        "    A = [x.B for x in A if x.weight > N]\n",
                                        "    with A.lock(timeout=N) as B:\n        B.release(A, reason='N')\n",
                                        "    A_total += B.price * N - A.discount(B)\n",
                                        "    while B.pending():\n        A.push(B.pop(N))\n",
                                        "    log.debug('%s took %d for %s', A, N, B)\n"};
  std::uint32_t state = static_cast<std::uint32_t>(seed) * 2654435761u + 1;
  const auto draw = [&](std::size_t n) { return (state = state * 1664525u + 1013904223u) / 65536 % n; };
  std::string text = "import os\nimport log\n\n\n";
  for (int k = 0; k < functions; ++k) {
    text += "def step_" + std::to_string(seed * 10 + k) + "(order, account):\n";
    for (int line = 0; line < 24; ++line) {
      const std::string_view a = nouns[draw(8)], b = nouns[draw(8)];
      for (const char c : forms[draw(6)]) {
        if (c == 'A') {
          text += a;
        } else if (c == 'B') {
          text += b;
        } else if (c == 'N') {
          text += std::to_string(draw(900) + 7);
        } else {
          text += c;
        }
      }
    }
    text += "    return order\n\n\n";
  }
  return text;
}

// A question, then so many calls with their results. `is_code`: of each result; of so many functions.
std::string body_of(const std::vector<bool>& is_code, int functions) {
  std::string out = R"({"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"Which requests take long?"})";
  for (std::size_t i = 0; i < is_code.size(); ++i) {
    const int seed = static_cast<int>(i);
    const std::string id = "call_" + std::to_string(i);
    const std::string path = R"({"path":"src/step)" + std::to_string(i) + R"(.py"})";
    json::Writer call, answer;
    call.object().key("role").string("assistant").key("content").null().key("tool_calls").array().object();
    call.key("id").string(id).key("type").string("function").key("function").object();
    call.key("name").string(is_code[i] ? "Read" : "Bash").key("arguments").string(is_code[i] ? path : R"({"n":1})");
    call.end().end().end().end();
    answer.object().key("role").string("tool").key("tool_call_id").string(id).key("content");
    answer.string(is_code[i] ? code_of(seed, functions) : log_of(seed)).end();
    out.append(",").append(call.text()).append(",").append(answer.text());
  }
  return out + "]}";
}

// One process, which sees a conversation grow.
struct Process {
  explicit Process(const history::EpochMode mode, std::vector<history::Position> positions = {}) {
    options.retrieval = Retrieval::tool;
    options.redeems_outside = true;
    options.epoch.mode = mode;
    options.epoch.positions = std::move(positions);
  }
  Outcome play(const std::vector<bool>& is_code) {
    Services services{counters, [this]() -> Result<store::Store*> { return store.get(); }, false, &key, &cache, true};
    return compress_body(body_of(is_code, functions), "openai", options, services);
  }

  const store::WorkspaceKey key{"default", std::string(32, 'k')};
  std::unique_ptr<store::Store> store = store::open_memory(key, {});
  tokens::Witnesses counters;
  ViewCache cache;
  Options options;
  int functions = 8;
};

TEST(EpochViews, AreMadeOfWhatWaitedAlone) {
  std::vector<bool> results(24, false);
  for (const int i : {1, 5, 9}) results[static_cast<std::size_t>(i)] = true;
  const int last = static_cast<int>(results.size()) * 2;  // the last result's message
  Process process(history::EpochMode::positions, {{last, 0}});
  EXPECT_TRUE(process.play({results.begin(), results.end() - 1}).epochs.empty());
  const std::size_t before = process.cache.entries();
  const Outcome out = process.play(results);
  ASSERT_EQ(1u, out.epochs.size());
  std::size_t code = 0;
  for (const Row& r : out.rows) code += r.kind == "code";
  EXPECT_EQ(3u, code);
  // For each of the three and for the new result its view and that it was stored; where the conversation stands. Not
  // the twenty older logs.
  EXPECT_LT(process.cache.entries() - before, 20u);
}

TEST(EpochViews, AreNotMadeToLearnThatNoneCouldPay) {
  const std::vector<bool> results(14, true);
  std::vector<std::size_t> entries;
  for (const auto mode : {history::EpochMode::off, history::EpochMode::automatic}) {
    Process process(mode);
    for (std::size_t n = 1; n <= results.size(); ++n) {
      const Outcome out = process.play(std::vector<bool>(n, true));
      EXPECT_FALSE(out.error);
      EXPECT_TRUE(out.epochs.empty());
    }
    entries.push_back(process.cache.entries());
  }
  EXPECT_EQ(entries[0], entries[1]);
}

// A conversation that reads file after file, until an epoch comes: at which boundaries views were made for it.
struct Looks {
  Tokens each;  // of a file
  std::vector<std::size_t> at, views;
  bool epoch = false;
};
Looks looks_of(int functions) {
  Process without(history::EpochMode::off), with(history::EpochMode::automatic);
  without.functions = with.functions = functions;
  Looks out{tokens::Counter().count(code_of(0, functions)), {}, {}};
  std::size_t made = 0;
  for (std::size_t n = 1; n <= 120 && !out.epoch; ++n) {
    EXPECT_TRUE(without.play(std::vector<bool>(n, true)).epochs.empty());
    out.epoch = !with.play(std::vector<bool>(n, true)).epochs.empty();
    if (out.epoch) break;
    const std::size_t more = with.cache.entries() - without.cache.entries() - made;
    if (more == 0) continue;
    made += more;
    out.at.push_back(n);
    out.views.push_back(more);
  }
  return out;
}

// An epoch can wait for a request or two; a request cannot wait for the views of all that an epoch would shorten.
TEST(EpochViews, AreMadeOfFewTextsABoundary) {
  const Looks looks = looks_of(2);
  ASSERT_LE(looks.each, much_born);
  EXPECT_TRUE(looks.epoch);
  EXPECT_GT(looks.at.size(), 3u);
  EXPECT_LE(*std::ranges::max_element(looks.views), static_cast<std::size_t>(most_looked_at.value / looks.each.value));
}

// Nor, where it brings a large text itself, for that of any: the boundaries before put it off, but no longer than said.
TEST(EpochViews, ArePutOffWhereARequestBringsMuch) {
  const Looks looks = looks_of(4);
  ASSERT_GT(looks.each, much_born);
  EXPECT_TRUE(looks.epoch);
  ASSERT_GT(looks.at.size(), 1u);
  for (std::size_t i = 1; i < looks.at.size(); ++i) EXPECT_EQ(looks.at[i] - looks.at[i - 1], most_put_off + 1u) << i;
}

}  // namespace
}  // namespace headroom::pipeline
