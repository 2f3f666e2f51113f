// Acceptance 25: every allocation of a rewriting fails in turn. The client's bytes go out, or those of a calm run:
// never others, and never a handle that leads nowhere.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <nlohmann/json.hpp>

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

// The same in a running proxy: the provider gets the client's bytes, the client its reply and a header that says so.
TEST(RewriteFaults, OnThePool) {
  if (::getpriority(PRIO_PROCESS, ::getpid()) == 19) GTEST_SKIP() << "no priority is lower: the pool is not told apart";
  test::Provider provider([](Wire& wire, const Message&) {
    wire.send(reply("{}"));
    return true;
  });
  Proxy proxy(provider.port());
  const std::string body = request_with(300);
  Wire wire(proxy.port());
  wire.send(post("/v1/messages", body));
  ASSERT_EQ(read_message(wire, false).head.status(), 200);
  const std::string calm = provider.last().body;
  ASSERT_LT(calm.size(), body.size() / 2);
  std::uint64_t failed = 0;
  for (const int n : {20, 60, 100, 200, 400, 800}) {
    proxy.app().clear_caches();
    left_on_the_pool = n;
    wire.send(post("/v1/messages", body));
    const Message answer = read_message(wire, false);
    left_on_the_pool = -1;
    ASSERT_EQ(answer.head.status(), 200) << n;
    const bool told = answer.head.get("x-headroom-compression-failed") == "true";
    failed += told;
    EXPECT_TRUE(provider.last().body == (told ? body : calm)) << n;
  }
  wire.close();
  EXPECT_GT(failed, 2u);
  EXPECT_TRUE(proxy.calms_down());
  EXPECT_EQ(proxy.app().figures.failed_inside.load(), failed);
}

}  // namespace
}  // namespace headroom::proxy::test
#endif
