#include "pipeline/births.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "json/writer.h"
#include "pipeline/compress.h"
#include "pipeline/side_by_side.h"
#include "store/store.h"

namespace headroom::pipeline {
namespace {

using history::EpochMode;
using Job = std::move_only_function<void(tokens::Witnesses&)>;

std::string log_of(int seed) {
  std::string text;
  for (int k = 0; k < 120; ++k) {
    text += "2026-01-05T10:" + std::to_string(10 + k % 50) + ":07Z INFO  worker-" + std::to_string(seed % 7) +
            " request " + std::to_string(seed * 1000 + k) + " served in " + std::to_string(k * 37 % 400) + " ms\n";
    if (k % 40 == 39)
      text += "2026-01-05T10:59:07Z ERROR worker failed: connection " + std::to_string(k) + " refused\n";
  }
  return text;
}

std::string code_of(int seed) {
  std::string text = "import os\n\n";
  for (int k = 0; k < 40; ++k) {
    const std::string n = std::to_string(seed * 100 + k);
    text += "def step_" + n + "(a, b):\n    total = a + b\n    for i in range(" + n +
            "):\n        total += i * b\n        if total > 10:\n            total -= 3\n    return total\n\n";
  }
  return text;
}

// A conversation of logs and of code that is read, the code of each path twice; one text is larger than what is shared.
std::string body_of(int results, bool with_large) {
  std::string out =
      R"({"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"Why is the connection refused?"})";
  for (int i = 0; i < results; ++i) {
    const bool code = i % 3 == 1;
    const std::string id = "call_" + std::to_string(i);
    const std::string path = R"({"path":"src/step)" + std::to_string(i % 30) + R"(.py"})";
    json::Writer call, answer;
    call.object().key("role").string("assistant").key("content").null().key("tool_calls").array().object();
    call.key("id").string(id).key("type").string("function").key("function").object();
    call.key("name").string(code ? "Read" : "Bash").key("arguments").string(code ? path : R"({"command":"run"})");
    call.end().end().end().end();
    std::string text = code ? code_of(i % 30) : log_of(i);
    if (with_large && i == 5) {
      for (int k = 100; text.size() < (std::size_t{300} << 10); ++k) text += log_of(k);
    }
    answer.object().key("role").string("tool").key("tool_call_id").string(id).key("content").string(text).end();
    out.append(",").append(call.text()).append(",").append(answer.text());
  }
  return out + "]}";
}

const std::string& body() {
  static const std::string all = body_of(60, true);
  return all;
}

std::string outcome(const IdleThreads* idle, const Options& given = {}, const std::string& request = body()) {
  const store::WorkspaceKey key{"default", std::string(32, 'k')};
  const auto store = store::open_memory(key, {});
  tokens::Witnesses counters;
  ViewCache cache;
  Services services{counters, [&]() -> Result<store::Store*> { return store.get(); }, false, &key, &cache, true};
  services.idle = idle;
  Options options = given;
  options.retrieval = Retrieval::tool;
  options.redeems_outside = true;
  const Outcome out = compress_body(request, "openai", options, services);
  EXPECT_FALSE(out.error);
  std::string all = out.output;
  for (const Row& r : out.rows) all += r.kind + r.method + r.note + std::to_string(r.after.value) + "\n";
  for (const std::string& e : out.epochs) all += e + "\n";
  return all;
}

// So many threads at once; each lives as long as its job.
class Crew {
 public:
  explicit Crew(int threads) : most_(threads) {}
  ~Crew() { join(); }
  IdleThreads idle{[this](Job job) { return lend(std::move(job)); }, [] { return false; }};
  void join() {
    std::deque<std::jthread> mine;
    const std::scoped_lock lock(mutex_);
    mine.swap(threads_);
  }
  int lent() const { return lent_; }

 private:
  bool lend(Job job) {
    const std::scoped_lock lock(mutex_);
    if (running_ >= most_) return false;
    ++running_;
    ++lent_;
    threads_.emplace_back([this, job = std::move(job)]() mutable {
      tokens::Witnesses counters;
      job(counters);
      job = nullptr;
      --running_;
    });
    return true;
  }
  const int most_;
  std::atomic<int> running_ = 0, lent_ = 0;
  std::mutex mutex_;
  std::deque<std::jthread> threads_;
};

TEST(SideBySide, GivesTheSameBytes) {
  Options by_share;
  by_share.target_ratio = 0.3;
  Options no_epochs;
  no_epochs.epoch.mode = EpochMode::off;
  Options small_model;
  small_model.model_limit = Tokens(60'000);
  for (const Options& options : {Options(), by_share, no_epochs, small_model}) {
    const std::string alone = outcome(nullptr, options);
    ASSERT_NE(alone.find("Retrieve with hash="), std::string::npos);
    for (const int threads : {1, 2, 4, 16}) {
      Crew crew(threads - 1);
      EXPECT_EQ(outcome(&crew.idle, options), alone) << threads;
      EXPECT_EQ(crew.lent() > 0, threads > 1) << threads;
    }
  }
}

TEST(SideBySide, AsksNobodyForLittle) {
  const std::string little = body_of(6, false);
  ASSERT_LT(little.size(), least_ahead);
  Crew crew(1);
  EXPECT_EQ(outcome(&crew.idle, {}, little), outcome(nullptr, {}, little));
  EXPECT_EQ(crew.lent(), 0);
}

// Whoever comes, comes late, is called back or fails: the same bytes.
RC_GTEST_PROP(SideBySide, NeedsNobody, ()) {
  static const std::string request = body_of(30, false), alone = outcome(nullptr, {}, request);
  enum : int { refused, dropped, late, failing, helping, last };
  const auto plan = *rc::gen::container<std::vector<int>>(4, rc::gen::inRange(0, int{last}));
  const int each_wanted = *rc::gen::inRange(1, 4);
  Crew crew(8);
  std::vector<Job> waiting;
  std::size_t n = 0;
  std::atomic<int> asked = 0;
  const IdleThreads idle{[&](Job job) {
                           switch (plan[n++ % plan.size()]) {
                             case refused:
                               return false;
                             case dropped:
                               return true;
                             case late:
                               waiting.push_back(std::move(job));
                               return true;
                             case failing:
                               throw std::runtime_error("no thread");
                             default:
                               return crew.idle.lend(std::move(job));
                           }
                         },
                         [&] { return ++asked % each_wanted == 0; }};
  const std::string all = outcome(&idle, {}, request);
  RC_ASSERT(all == alone);
  crew.join();
  tokens::Witnesses counters;
  for (Job& job : waiting) job(counters);  // the request is gone: nothing is left to do
}

// What a test calls side_by_side with.
struct Request {
  explicit Request(const IdleThreads* idle) : texts(*read) {
    services.idle = idle;
    for (std::size_t i = 0; i < read->leaves.size(); ++i) leaves.push_back(i);
  }
  decltype(messages::read("")) read = messages::read(body());
  tokens::Witnesses counters;
  Services services{counters, {}};
  Options options;
  Texts texts;
  Placing placing{*read, options, services, &counters, texts, false, {}, user_texts_before(*read, texts)};
  std::vector<std::size_t> leaves;
};

TEST(SideBySide, EachOnceAndAllOfThem) {
  Crew crew(3);
  Request r(&crew.idle);
  std::vector<int> made(r.leaves.size(), 0);
  side_by_side(r.placing, r.leaves, [&](const Placing&, std::size_t i) { ++made[i]; });
  EXPECT_EQ(made, std::vector<int>(r.leaves.size(), 1));
}

// The large text is never another thread's.
TEST(SideBySide, LendsNoLargeText) {
  Crew crew(3);
  Request r(&crew.idle);
  std::atomic<int> large = 0, large_elsewhere = 0;
  const auto caller = std::this_thread::get_id();
  side_by_side(r.placing, r.leaves, [&](const Placing& mine, std::size_t i) {
    if (mine.texts[i].size() <= (std::size_t{256} << 10)) return;
    ++large;
    large_elsewhere += std::this_thread::get_id() != caller;
  });
  EXPECT_GT(large, 0);
  EXPECT_EQ(large_elsewhere, 0);
}

// A lent thread that fails leaves its text to the caller; a caller that fails waits for those who help.
TEST(SideBySide, SurvivesWantOfMemory) {
  const auto caller = std::this_thread::get_id();
  for (const bool caller_fails : {false, true}) {
    Crew crew(2);
    Request r(&crew.idle);
    std::atomic<int> made = 0, failed = 0;
    std::atomic<bool> came = false;
    const auto make = [&](const Placing&, std::size_t) {
      const bool mine = std::this_thread::get_id() == caller;
      if (mine) came = true;
      while (!came) std::this_thread::yield();  // or others might take all
      if (mine == caller_fails) {
        ++failed;
        throw std::bad_alloc();
      }
      ++made;
    };
    if (caller_fails) {
      EXPECT_THROW(side_by_side(r.placing, r.leaves, make), std::bad_alloc);
      EXPECT_EQ(failed, 1);
    } else {
      side_by_side(r.placing, r.leaves, make);
      EXPECT_EQ(made + failed, static_cast<int>(r.leaves.size()));
    }
  }
}

}  // namespace
}  // namespace headroom::pipeline
