// Every cache miss is put down to its cause: pairs of requests, mutated in a known way, sent through a model of the
// provider's cache.
#include "pipeline/align/aligner.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "messages/conversation.h"
#include "replay/cache_model.h"
#include "tokens/counter.h"

namespace headroom::pipeline {
namespace {

using std::chrono::seconds;

struct Turn {
  std::string user, answer;
};

// A conversation in Anthropic form, its newest message marked as clients do.
std::string body(const std::string& system, const std::string& tool, const std::vector<Turn>& turns,
                 bool marked = true) {
  std::string out = R"({"model":"claude-sonnet-4-5","system":[{"type":"text","text":")" + system +
                    R"("}],"tools":[{"name":")" + tool + R"(","input_schema":{}}],"messages":[)";
  for (std::size_t i = 0; i < turns.size(); ++i) {
    const bool last = i + 1 == turns.size();
    out += R"({"role":"user","content":[{"type":"text","text":")" + turns[i].user + "\"";
    if (last && marked) out += R"(,"cache_control":{"type":"ephemeral"})";
    out += "}]}";
    if (!last) out += R"(,{"role":"assistant","content":[{"type":"text","text":")" + turns[i].answer + R"("}]},)";
  }
  return out + "]}";
}

std::string words(std::mt19937& random, int n) {
  constexpr const char* list[] = {"river", "stone", "under", "seven", "light",
                                  "carry", "green", "often", "paper", "north"};
  std::string out;
  for (int i = 0; i < n; ++i) out.append(i ? " " : "").append(list[random() % 10]);
  return out;
}

// A provider and the aligner, side by side.
class Bench {
 public:
  explicit Bench(const char* model) : row_(*prices::Prices::built_in().of(model)), cache_(replay::cache_for(row_)) {}

  Seen send(const std::string& text, seconds now, bool epoch = false) {
    const auto read = messages::read(text, messages::Format::anthropic);
    EXPECT_TRUE(read);
    const replay::Prompt prompt = reader_.read(text, "anthropic");
    std::vector<std::int64_t> tokens;
    for (const replay::PromptBlock& b : prompt.blocks) tokens.push_back(b.tokens);
    const messages::Projection projection = messages::project(*read);
    std::string system;
    for (const messages::Leaf& leaf : read->leaves) {
      if (leaf.role == messages::Role::system) system += messages::text_of(*read, leaf);
    }
    const replay::Usage u = cache_->send(prompt, now);
    usage_ = {u.read, u.written_5m + u.written_1h, u.plain};
    return aligner_.observe({projection, tokens, system, epoch}, now, seconds(300));
  }
  Attribution why(const Seen& seen) { return aligner_.attribute(seen, usage_, row_); }
  ReportedUsage& usage() { return usage_; }
  Aligner& aligner() { return aligner_; }

 private:
  const prices::Row& row_;
  std::unique_ptr<replay::Cache> cache_;
  tokens::Counter counter_;
  replay::PromptReader reader_{counter_};
  Aligner aligner_;
  ReportedUsage usage_;
};

// A thousand pairs: two requests as they should be, then one that is changed in a known way.
TEST(Aligner, AttributesAThousandMutatedPairs) {
  enum Kind { nothing, system_text, tool, old_message, epoch, late, lost, half, small, other, kinds };
  constexpr Cause expected[] = {Cause::hit,     Cause::changed,  Cause::changed, Cause::changed,   Cause::changed,
                                Cause::expired, Cause::provider, Cause::partial, Cause::too_short, Cause::first};
  int right = 0;
  Aligner aligner;
  for (int pair = 0; pair < 1000; ++pair) {
    std::mt19937 random(static_cast<unsigned>(pair) * 7919 + 1);
    const Kind kind = static_cast<Kind>(pair % kinds);
    Bench bench(pair % 3 ? "claude-sonnet-4-5" : "claude-opus-4-1");
    const int scale = kind == small ? 1 : 400;
    std::string system = "You help. " + words(random, 5 * scale) + " The time is 09:12:44. " + words(random, scale);
    std::vector<Turn> turns;
    const int length = 3 + static_cast<int>(random() % 5);
    for (int i = 0; i < length; ++i) turns.push_back({words(random, kind == small ? 3 : 250), words(random, 20)});
    bench.why(bench.send(body(system, "look", turns), seconds(0)));
    turns.push_back({words(random, 30), ""});
    std::string next = system, tool_name = "look";
    seconds now(60);
    switch (kind) {
      case system_text:
        next.replace(next.find("09:12:44"), 8, "09:13:45");
        break;
      case tool:
        tool_name = "peek";
        break;
      case old_message:
      case epoch:
        turns[random() % 2].user = "[rewritten]";
        break;
      case late:
        now = seconds(301 + static_cast<int>(random() % 5000));
        break;
      case other:
        for (Turn& t : turns) t = {words(random, 200) + " other", words(random, 30)};
        system = words(random, 500), next = system, tool_name = "third";
        break;
      default:
        break;
    }
    const Seen seen = bench.send(body(next, tool_name, turns), now, kind == epoch);
    if (kind == lost) bench.usage() = {0, bench.usage().total(), 0};
    if (kind == half) bench.usage() = {bench.usage().read / 2, bench.usage().total() - bench.usage().read / 2, 0};
    const Attribution why = bench.why(seen);
    const bool ok = why.cause == expected[kind] && why.by_epoch == (kind == epoch);
    right += ok;
    EXPECT_TRUE(ok) << "pair " << pair << ": " << to_string(why.cause) << " instead of " << to_string(expected[kind]);
    if (kind == system_text) {
      ASSERT_TRUE(seen.change);
      EXPECT_EQ(seen.change->section, messages::Section::system);
      EXPECT_EQ(next.substr(seen.change->begin, seen.change->end - seen.change->begin), seen.change->after);
      EXPECT_EQ(seen.change->before, "2:44");
      EXPECT_EQ(seen.change->after, "3:45");
      EXPECT_GT(seen.change->tokens_again, 1000);
    }
    if (kind == tool) {
      EXPECT_EQ(seen.change->section, messages::Section::tools);
    }
    if (kind == old_message) {
      EXPECT_TRUE(seen.change->pointer.starts_with("/messages/")) << seen.change->pointer;
    }
    if (kind == nothing) {
      EXPECT_FALSE(seen.change);
    }
  }
  RecordProperty("attributed_right_of_1000", right);
  EXPECT_EQ(right, 1000);
}

// A clock in the system prompt changes the beginning of every request: it stays one conversation.
TEST(Aligner, KnowsAConversationByItsMessages) {
  Bench bench("claude-sonnet-4-5");
  std::mt19937 random(5);
  std::vector<Turn> mine{{"fix the build " + words(random, 200), "yes"}},
      yours{{"write a poem " + words(random, 200), "no"}};
  std::uint64_t first = 0;
  for (int i = 0; i < 8; ++i) {
    const std::string system = words(random, 300) + " now: " + std::to_string(1000 + i);
    const Seen a = bench.send(body(system, "look", mine), seconds(i * 20));
    const Seen b = bench.send(body(system, "look", yours), seconds(i * 20 + 5));
    if (i == 0) first = a.conversation;
    EXPECT_EQ(a.conversation, first);
    EXPECT_NE(b.conversation, first);
    mine.push_back({words(random, 50), "ok"});
    yours.push_back({words(random, 50), "ok"});
  }
  EXPECT_EQ(bench.aligner().conversations(), 2u);
}

// Going back to a state of three requests ago is found among the last four.
TEST(Aligner, RemembersFourRequests) {
  Bench bench("claude-sonnet-4-5");
  std::mt19937 random(6);
  std::vector<Turn> turns{{words(random, 300), "a"}, {words(random, 300), "b"}};
  bench.send(body("S", "look", turns), seconds(0));
  std::vector<Turn> edited = turns;
  edited[1].user = "another try " + words(random, 100);
  bench.send(body("S", "look", edited), seconds(5));
  turns.push_back({"go on", ""});
  const Seen back = bench.send(body("S", "look", turns), seconds(9));
  ASSERT_TRUE(back.change);     // against the newest
  EXPECT_GT(back.common, 550);  // but an older one shares all of its own
}

TEST(Aligner, ForgetsTheLongestUnused) {
  Aligner aligner({3, 4, 1024});
  tokens::Counter counter;
  const auto observe = [&](const std::string& name) {
    const std::string text = body("S", "look", {{name + " speaks", ""}});
    const auto read = messages::read(text, messages::Format::anthropic);
    const messages::Projection p = messages::project(*read);
    const std::vector<std::int64_t> tokens(p.size(), 10);
    return aligner.observe({p, tokens, "S"}, seconds(0), seconds(300));
  };
  for (const char* name : {"ann", "bob", "cid", "dan"}) EXPECT_TRUE(observe(name).first);
  EXPECT_EQ(aligner.conversations(), 3u);
  EXPECT_FALSE(observe("dan").first);
  EXPECT_FALSE(observe("bob").first);
  EXPECT_TRUE(observe("ann").first);
}

TEST(Aligner, SpansEndAtCharacters) {
  Aligner aligner;
  const auto observe = [&](const std::string& system) {
    const std::string text = body(system, "look", {{"hello to you", ""}});
    const auto read = messages::read(text, messages::Format::anthropic);
    const messages::Projection p = messages::project(*read);
    const std::vector<std::int64_t> tokens(p.size(), 10);
    return aligner.observe({p, tokens, system}, seconds(0), seconds(300));
  };
  observe("Grüße aus Köln");
  const Seen seen = observe("Grüße aus Käln");
  ASSERT_TRUE(seen.change);
  EXPECT_EQ(seen.change->before, "ö");
  EXPECT_EQ(seen.change->after, "ä");
  const Seen longer = observe("Grüße aus Käln und Umgebung");
  ASSERT_TRUE(longer.change);
  EXPECT_EQ(longer.change->before, "");
  EXPECT_EQ(longer.change->after, " und Umgebung");
  const Seen empty = observe("");
  ASSERT_TRUE(empty.change);
}

}  // namespace
}  // namespace headroom::pipeline
