// Acceptance 25: every allocation of a rewriting fails in turn. The client's bytes go out, or those of a calm run:
// never others, and never a handle that leads nowhere.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <nlohmann/json.hpp>

#include "proxy/long_request_test_support.h"
#include "proxy/proxy_test_support.h"
#include "proxy/rewrite.h"
#include "store/test_directory.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEADROOM_OWN_NEW 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEADROOM_OWN_NEW 0
#endif
#endif
#ifndef HEADROOM_OWN_NEW
#define HEADROOM_OWN_NEW 1
#endif

#if HEADROOM_OWN_NEW  // sanitizers bring their own
namespace {

thread_local std::int64_t left_here = -1;         // allocations of this thread until one fails; -1: none does
std::atomic<std::int64_t> left_on_the_pool = -1;  // the same of threads of lower priority, which the pool's are

bool fails_now() {
  if (left_here >= 0 && left_here-- == 0) return true;
  if (left_on_the_pool.load(std::memory_order_relaxed) < 0) return false;
  if (::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())) <= ::getpriority(PRIO_PROCESS, ::getpid()))
    return false;
  return left_on_the_pool.fetch_sub(1) == 0;
}

}  // namespace

// Not inlined: the compiler would hold a malloc against a delete.
__attribute__((noinline)) void* operator new(std::size_t size) {
  void* const p = fails_now() ? nullptr : std::malloc(size);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
__attribute__((noinline)) void operator delete(void* p) noexcept {
  std::free(p);
}
__attribute__((noinline)) void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}

namespace headroom::proxy::test {
namespace {

using Json = nlohmann::json;

std::string request_with(int rows) {
  Json list = Json::array();
  for (int i = 0; i < rows; ++i)
    list.push_back(
        {{"id", i * 7919 % 1000}, {"name", "item-" + std::to_string(i)}, {"status", i == 7 ? "error" : "ok"}});
  return Json{{"model", "claude-x"},
              {"max_tokens", 9},
              {"tools", {{{"name", "run"}, {"input_schema", {{"type", "object"}}}}}},
              {"messages",
               {{{"role", "user"}, {"content", "which item has an error?"}},
                {{"role", "assistant"},
                 {"content", {{{"type", "tool_use"}, {"id", "t1"}, {"name", "run"}, {"input", {{"q", "all"}}}}}}},
                {{"role", "user"},
                 {"content", {{{"type", "tool_result"}, {"tool_use_id", "t1"}, {"content", list.dump(1)}}}}}}}}
      .dump();
}

TEST(RewriteFaults, EveryAllocation) {
  const store::TestDirectory directory;
  api::Config config;
  config.store = api::Config::StoreKind::sqlite;
  config.directory = directory.path();
  api::Core core(config);
  pipeline::Options options;
  options.retrieval = pipeline::Retrieval::auto_;
  RewriteJob job;
  job.format = "anthropic";
  job.body = request_with(120);
  const Rewritten calm = rewrite(core, job, options);
  ASSERT_TRUE(!calm.body.empty() && calm.relay && !calm.failed);
  ASSERT_NE(calm.body.view().find("hash="), std::string_view::npos);
  int failed = 0, whole = 0, without_loop = 0;
  // Each of the first hundred, then one in so many: all of them take a minute.
  for (std::int64_t n = 0;; n += n < 100 ? 1 : 61) {
    core.drop_caches();
    left_here = n;
    const Rewritten now = rewrite(core, job, options);
    const bool reached = left_here < 0;
    left_here = -1;
    if (now.failed) {
      ++failed;
      ASSERT_TRUE(now.body.empty()) << n;
    } else {
      ASSERT_TRUE(now.body.view() == calm.body.view()) << n;
      ++whole;
      without_loop += now.relay == nullptr;
    }
    if (!reached) break;
  }
  EXPECT_GT(failed, 100);
  EXPECT_EQ(without_loop, 0);  // a handle in the body, and nobody to answer for it
  core.drop_caches();
  const Rewritten after = rewrite(core, job, options);
  EXPECT_TRUE(after.body.view() == calm.body.view());
  RecordProperty("failed", failed);
  RecordProperty("whole", whole);
}

// Until the pool has nothing left to do.
void settle(Proxy& proxy) {
  while (proxy.app().pool.waiting() > 0) std::this_thread::sleep_for(milliseconds(1));
  std::this_thread::sleep_for(milliseconds(15));
}

// Our own endpoints: an answer comes, and it is the calm one, the originals, or an error in its words.
TEST(RewriteFaults, OwnEndpointsOnThePool) {
  if (::getpriority(PRIO_PROCESS, ::getpid()) == 19) GTEST_SKIP() << "no priority is lower: the pool is not told apart";
  Proxy proxy(1);
  const Json request = Json::parse(request_with(300));
  const std::string body = Json{{"model", "claude-x"}, {"messages", request["messages"]}}.dump();
  Wire wire(proxy.port());
  const auto ask = [&] {
    wire.send(post("/v1/compress", body));
    return read_message(wire, false);
  };
  const Json calm = Json::parse(ask().body);
  ASSERT_GT(calm["tokens_saved"], 1000);
  int originals = 0, told = 0;
  bool reached = true;
  for (int n = 0; reached; n += 1 + n / 4) {
    proxy.app().clear_caches();
    left_on_the_pool = n;
    const Message answer = ask();
    settle(proxy);
    reached = left_on_the_pool < 0;
    left_on_the_pool = -1;
    ASSERT_TRUE(answer.complete) << n;
    if (answer.head.status() == 500) {
      EXPECT_EQ(answer.head.get("x-headroom-error"), "internal_error");
      ++told;
      continue;
    }
    ASSERT_EQ(answer.head.status(), 200) << n;
    const Json now = Json::parse(answer.body);
    const bool skipped = now.value("compression_skipped", false);
    originals += skipped;
    EXPECT_EQ(now["messages"], skipped ? request["messages"] : calm["messages"]) << n;
  }
  EXPECT_GT(originals, 3);
  EXPECT_GT(told, 0);
  EXPECT_EQ(proxy.app().figures.failed_inside.load(), static_cast<std::uint64_t>(originals + told));
  EXPECT_EQ(Json::parse(ask().body)["messages"], calm["messages"]);
}

// Texts of a WebSocket: each reaches the provider once, as it came or shortened, and so does what comes behind it.
TEST(RewriteFaults, SocketsOnThePool) {
  if (::getpriority(PRIO_PROCESS, ::getpid()) == 19) GTEST_SKIP() << "no priority is lower: the pool is not told apart";
  std::mutex mutex;
  std::string seen;
  const auto masked = [](char opcode, std::string_view text) {  // by a mask of zeros
    std::string out{opcode, static_cast<char>(0x80 | (text.size() < 126 ? text.size() : 126))};
    if (text.size() >= 126) out.append({static_cast<char>(text.size() >> 8), static_cast<char>(text.size())});
    return out.append(4, '\0').append(text);
  };
  const std::string ping = masked('\x89', "end"), pong =
                                                      "\x8A\x03"
                                                      "end";
  test::Provider provider([&](Wire& out, const Message&) {
    out.send("HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    do {
      const std::scoped_lock lock(mutex);
      seen += std::exchange(out.in(), {});
      if (seen.ends_with("end")) out.send(pong);
    } while (out.fill());
    return false;
  });
  Proxy proxy(provider.port());
  const Json rows = Json::parse(request_with(300))["messages"][2]["content"][0]["content"];
  const std::string text = Json{{"type", "response.create"},
                                {"model", "gpt-5"},
                                {"input",
                                 {{{"role", "user"}, {"content", "which?"}},
                                  {{"type", "function_call"}, {"call_id", "c"}, {"name", "run"}, {"arguments", "{}"}},
                                  {{"type", "function_call_output"}, {"call_id", "c"}, {"output", rows}}}}}
                               .dump();
  const std::string sent = masked('\x81', text);
  Wire wire(proxy.port());
  wire.send(
      "GET /v1/responses HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\nConnection: Upgrade\r\n"
      "Upgrade: websocket\r\nSec-WebSocket-Key: abc\r\n\r\n");
  while (wire.in().find("\r\n\r\n") == std::string::npos && wire.fill()) {
  }
  wire.in().clear();
  const auto turn = [&] {
    wire.send(sent + ping);
    while (!wire.in().ends_with(pong) && wire.fill()) {
    }
    EXPECT_EQ(wire.in(), pong);
    wire.in().clear();
    const std::scoped_lock lock(mutex);
    return std::exchange(seen, {});
  };
  const auto payload = [](const std::string& frames) {  // what a mask of any bytes hides, made plain
    std::string out = frames.substr(8);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(out[i] ^ frames[4 + i % 4]);
    return out;
  };
  const std::string first = turn();
  ASSERT_LT(first.size(), sent.size() * 2 / 3);
  const auto plain = [&](const std::string& all) { return payload(all.substr(0, all.size() - ping.size())); };
  int as_it_came = 0;
  bool reached = true;
  for (int n = 0; reached; n += 1 + n / 4) {
    proxy.app().clear_caches();
    left_on_the_pool = n;
    const std::string now = turn();
    settle(proxy);
    reached = left_on_the_pool < 0;
    left_on_the_pool = -1;
    const bool raw = now == sent + ping;
    as_it_came += raw;
    ASSERT_TRUE(raw || plain(now) == plain(first)) << n;
  }
  EXPECT_GT(as_it_came, 3);
  wire.close();
  EXPECT_TRUE(proxy.calms_down());
}

// A stored response's open call: answered as in a calm moment, or not at all.
TEST(RewriteFaults, AnswersOfStoredResponses) {
  api::Core core(api::Config{});
  const std::string request =
      R"({"model":"m","previous_response_id":"resp_1","input":[{"role":"user","content":"x"}]})";
  const std::string response =
      R"({"id":"resp_1","output":[{"type":"function_call","call_id":"c","name":"headroom_retrieve","arguments":"{\"hash\":\"482193075514\"}"}]})";
  const pipeline::Options options;
  const auto calm = answer_stored(core, request, response, options);
  ASSERT_TRUE(calm && calm->body.view().find("function_call_output") != std::string_view::npos);
  int none = 0;
  for (std::int64_t n = 0;; ++n) {
    left_here = n;
    const auto now = answer_stored(core, request, response, options);
    const bool reached = left_here < 0;
    left_here = -1;
    none += !now;
    ASSERT_TRUE(!now || now->body.view() == calm->body.view()) << n;
    if (!reached) break;
  }
  EXPECT_GT(none, 10);
}

// In a running proxy: the provider gets the client's bytes, the client its reply and a header that says so.
void fail_each_on_the_pool(Proxy& proxy, test::Provider& provider, const std::string& body, std::uint64_t least) {
  Wire wire(proxy.port());
  wire.send(post("/v1/messages", body));
  ASSERT_EQ(read_message(wire, false).head.status(), 200);
  const std::string calm = provider.last().body;
  ASSERT_LT(calm.size(), body.size() / 2);
  std::uint64_t failed = 0;
  // Up to beyond the last: what runs behind the answer (the prompt's digests, the originals' way to the store) too.
  bool reached = true;
  for (int n = 0; reached; n += 1 + n / 4) {
    proxy.app().clear_caches();
    left_on_the_pool = n;
    wire.send(post("/v1/messages", body));
    const Message answer = read_message(wire, false);
    settle(proxy);
    reached = left_on_the_pool < 0;
    left_on_the_pool = -1;
    ASSERT_EQ(answer.head.status(), 200) << n;
    const bool told = answer.head.get("x-headroom-compression-failed") == "true";
    failed += told;
    EXPECT_TRUE(provider.last().body == (told ? body : calm)) << n;
  }
  wire.close();
  EXPECT_GT(failed, least);
  EXPECT_TRUE(proxy.calms_down());
  EXPECT_EQ(proxy.app().figures.failed_inside.load(), failed);
}

bool answer_all(Wire& wire, const Message&) {
  wire.send(reply("{}"));
  return true;
}

TEST(RewriteFaults, OnThePool) {
  if (::getpriority(PRIO_PROCESS, ::getpid()) == 19) GTEST_SKIP() << "no priority is lower: the pool is not told apart";
  test::Provider provider(answer_all);
  Proxy proxy(provider.port());
  fail_each_on_the_pool(proxy, provider, request_with(300), 2);
}

// What fails on a lent thread is done by the one that asked for it: only its own failures are told.
TEST(RewriteFaults, OnLentThreads) {
  if (::getpriority(PRIO_PROCESS, ::getpid()) == 19) GTEST_SKIP() << "no priority is lower: the pool is not told apart";
  test::Provider provider(answer_all);
  Proxy proxy(provider.port(), [](Configuration& c) { c.setup.threads = 4; });
  fail_each_on_the_pool(proxy, provider, long_request(30, 0), 2);
}

}  // namespace
}  // namespace headroom::proxy::test
#endif
