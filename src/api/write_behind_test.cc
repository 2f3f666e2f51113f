#include "api/write_behind.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "api/core.h"

namespace headroom::api {
namespace {

using Job = WriteBehind::Job;

TEST(WriteBehind, DoesWhatWaitsInOrderOnTheThreadThatIsLent) {
  std::vector<Job> lent;
  std::vector<int> done;
  WriteBehind behind([&](Job job) { lent.push_back(std::move(job)); }, 100);
  for (int i = 0; i < 3; ++i) {
    Job job = [&done, i] { done.push_back(i); };
    EXPECT_TRUE(behind.add(10, job));
  }
  EXPECT_TRUE(behind.waits());
  EXPECT_TRUE(done.empty());
  ASSERT_EQ(lent.size(), 1u) << "one thread is enough for all that waits";
  lent[0]();
  EXPECT_EQ(done, (std::vector{0, 1, 2}));
  EXPECT_FALSE(behind.waits());
  Job more = [&done] { done.push_back(3); };
  EXPECT_TRUE(behind.add(10, more));
  EXPECT_EQ(lent.size(), 2u) << "and another for what comes later";
}

TEST(WriteBehind, AsksForNoSecondThreadWhileOneWorks) {
  std::vector<Job> lent;
  int done = 0;
  WriteBehind behind([&](Job job) { lent.push_back(std::move(job)); }, 100);
  Job first = [&] {
    ++done;
    Job more = [&] { ++done; };
    EXPECT_TRUE(behind.add(10, more));
  };
  EXPECT_TRUE(behind.add(10, first));
  ASSERT_EQ(lent.size(), 1u);
  Job thread = std::move(lent[0]);
  thread();
  EXPECT_EQ(lent.size(), 1u);
  EXPECT_EQ(done, 2);
}

TEST(WriteBehind, LeavesTheWorkToItsCallerBeyondItsBound) {
  int done = 0;
  WriteBehind behind([](Job) {}, 100);
  Job first = [&] { ++done; }, second = [&] { ++done; };
  EXPECT_TRUE(behind.add(80, first));
  EXPECT_FALSE(behind.add(30, second));
  second();
  EXPECT_EQ(done, 1) << "what was not taken is still the caller's";
  behind.finish();
  EXPECT_TRUE(behind.add(30, second));
}

TEST(WriteBehind, NobodyLendsAThread) {
  WriteBehind behind({}, 100);
  Job job = [] {};
  EXPECT_FALSE(behind.add(1, job));
}

TEST(WriteBehind, EndsWithAllDone) {
  int done = 0;
  {
    WriteBehind behind([](Job) {}, 100);  // a pool that ended drops its jobs
    Job job = [&] { ++done; };
    EXPECT_TRUE(behind.add(1, job));
  }
  EXPECT_EQ(done, 1);
}

TEST(WriteBehind, FinishWaitsForWhatRuns) {
  std::thread lent;
  std::atomic<bool> begun = false, done = false;
  WriteBehind behind([&](Job job) { lent = std::thread(std::move(job)); }, 100);
  Job job = [&] {
    begun = true;
    std::this_thread::yield();
    done = true;
  };
  EXPECT_TRUE(behind.add(1, job));
  while (!begun) std::this_thread::yield();
  behind.finish();
  EXPECT_TRUE(done);
  lent.join();
}

// ---- a core whose requests are their own first store
// -----------------------------------------------------------------

std::string rows(int count, int odd_one = -1) {
  std::string out = "[";
  for (int i = 0; i < count; ++i)
    out += std::string(i > 0 ? "," : "") + R"({\"id\":)" +
           std::to_string(i == 30 && odd_one >= 0 ? odd_one : i * 7919 % 99991) + R"(,\"state\":\"ok\",\"node\":\"n-)" +
           std::to_string(i % 17) + R"(\"})";
  return out + "]";
}

// A request in which one call a result was made.
std::string request_with(const std::vector<std::string>& results) {
  std::string calls, answers;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string id = std::to_string(i), comma = i > 0 ? "," : "";
    calls += comma + R"({"type":"tool_use","id":"t)" + id + R"(","name":"run","input":{}})";
    answers += comma + R"({"type":"tool_result","tool_use_id":"t)" + id + R"(","content":")" + results[i] + R"("})";
  }
  return R"({"model":"claude-sonnet-4-5","max_tokens":9,"tools":[{"name":"run","input_schema":{"type":"object"}}],"messages":[)"
         R"({"role":"user","content":"go"},{"role":"assistant","content":[)" +
         calls + R"(]},{"role":"user","content":[)" + answers + "]}]}";
}

std::string request_with_rows() {
  return request_with({rows(200)});
}

pipeline::Options intercepted() {
  pipeline::Options options;
  options.retrieval = pipeline::Retrieval::auto_;
  options.route = pipeline::Route::intercepted;
  return options;
}

Input body_of(std::string_view text) {
  Input input;
  input.kind = Input::Kind::body;
  input.text = text;
  input.format = "anthropic";
  return input;
}

TEST(WriteBehind, AnAnswerGoesOutBeforeItsOriginalsAreStoredAndWhoAsksForOneGetsIt) {
  std::vector<Job> lent;
  Config config;
  config.lend_thread = [&](Job job) { lent.push_back(std::move(job)); };
  Core core(std::move(config));
  const std::string body = request_with_rows();
  const auto out = core.compress(body_of(body), intercepted());
  ASSERT_EQ(out.markers.size(), 1u);
  EXPECT_EQ(lent.size(), 1u) << "a thread is asked for, and has not begun";
  RetrieveCall call;
  call.hash = out.markers[0].hash;
  const auto answer = core.retrieve(call, Tokens(1000));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, store::Status::live);
  EXPECT_EQ(answer->text.size(), out.markers[0].bytes);
  lent[0]();
  // The next turn renews what was put, and changes no byte.
  const auto again = core.compress(body_of(body), intercepted());
  EXPECT_EQ(again.output, out.output);
  EXPECT_EQ(lent.size(), 2u);
}

TEST(WriteBehind, AStoreThatRefusesIsToldByTheNextAnswer) {
  std::vector<Job> lent;
  Config config;
  config.lend_thread = [&](Job job) { lent.push_back(std::move(job)); };
  config.store_bytes.value = 10;  // no original has room
  Core core(std::move(config));
  const std::string body = request_with_rows();
  const auto first = core.compress(body_of(body), intercepted());
  EXPECT_TRUE(first.changed);
  ASSERT_EQ(lent.size(), 1u);
  lent[0]();
  const auto second = core.compress(body_of(body), intercepted());
  EXPECT_EQ(second.output, first.output) << "the request in hand still has the text";
  const auto told = [](const pipeline::Outcome& o) {
    for (const auto& s : o.skipped) {
      if (s.reason == pipeline::Reason::store_failed) return true;
    }
    return false;
  };
  EXPECT_FALSE(told(first));
  EXPECT_TRUE(told(second));
}

// Two contents with one handle under the key of the workspace "default", found by trying a million: the store judges at
// once which of them keeps it, and the other goes out without loss.
TEST(WriteBehind, TwoTextsWithOneHandleAreJudgedBeforeTheAnswer) {
  const std::string first = rows(200, 838076), second = rows(200, 1259956);
  std::string handle;
  for (const std::string& text : {first, second}) {
    Core alone{Config{}};
    const auto out = alone.compress(body_of(request_with({text})), intercepted());
    ASSERT_EQ(out.markers.size(), 1u);
    if (!handle.empty()) {
      EXPECT_EQ(out.markers[0].hash, handle) << "the contents that were found collide no more: find others";
    }
    handle = out.markers[0].hash;
  }
  std::vector<Job> lent;
  Config config;
  config.lend_thread = [&](Job job) { lent.push_back(std::move(job)); };
  Core judge(std::move(config));
  const auto both = judge.compress(body_of(request_with({first, second})), intercepted());
  EXPECT_TRUE(lent.empty()) << "nothing is put behind the answer";
  ASSERT_EQ(both.markers.size(), 1u);
  EXPECT_EQ(both.markers[0].hash, handle);
  const auto collided = [](const pipeline::Skipped& s) { return s.reason == pipeline::Reason::collision; };
  EXPECT_EQ(std::ranges::count_if(both.skipped, collided), 1);
  RetrieveCall call;
  call.hash = both.markers[0].hash;
  const auto answer = judge.retrieve(call, Tokens(4000));
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->text.find("838076"), std::string::npos);
  EXPECT_NE(both.output.find("1259956"), std::string::npos) << "the other still has all its values in sight";
}

}  // namespace
}  // namespace headroom::api
