// Shared texts through the call that every package makes: versions, views with handles, several processes at once, on
// every backend.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>

#include "api/core.h"
#include "json/document.h"
#include "store/test_directory.h"
#include "store/test_redis_server.h"

namespace headroom::api {
namespace {

// The member of an answer, as its JSON.
std::string member(const std::string& json, std::string_view name) {
  const auto doc = json::Document::parse(json);
  if (!doc) return "not JSON";
  const auto at = doc->member(0, name);
  if (!at) return "missing";
  return doc->is(*at, json::Kind::string) ? doc->string(*at) : std::string(doc->raw(*at));
}

enum class Backend { memory, sqlite, redis };

class SharedContext : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    if (GetParam() == Backend::redis) server_ = std::make_unique<store::RedisServer>();
  }
  Config config() const {
    Config config;
    config.directory = directory_.path();
    if (GetParam() == Backend::sqlite) config.store = Config::StoreKind::sqlite;
    if (GetParam() == Backend::redis) {
      config.store = Config::StoreKind::redis;
      config.store_url = server_->url();
    }
    return config;
  }
  std::unique_ptr<store::RedisServer> server_;
  store::TestDirectory directory_;
};

std::string name_of(const testing::TestParamInfo<Backend>& info) {
  constexpr const char* names[] = {"memory", "sqlite", "redis"};
  return names[static_cast<int>(info.param)];
}
INSTANTIATE_TEST_SUITE_P(Backends, SharedContext, testing::Values(Backend::memory, Backend::sqlite, Backend::redis),
                         name_of);

TEST_P(SharedContext, VersionsViewsAndKeys) {
  Core core(config());
  EXPECT_EQ(member(core.call(R"({"op":"shared_get","key":"plan"})").json, "found"), "false");
  EXPECT_EQ(member(core.call(R"({"op":"shared_put","key":"plan","content":"one","agent":"planner"})").json, "version"),
            "1");
  const auto refused = core.call(R"({"op":"shared_put","key":"plan","content":"lost","if_version":7})").json;
  EXPECT_EQ(member(refused, "stored"), "false");
  EXPECT_EQ(member(refused, "version"), "1");
  EXPECT_EQ(member(core.call(R"({"op":"shared_put","key":"plan","content":"two","if_version":1})").json, "version"),
            "2");
  const auto got = core.call(R"({"op":"shared_get","key":"plan"})").json;
  EXPECT_EQ(member(got, "content"), "two");
  EXPECT_EQ(member(got, "version"), "2");
  EXPECT_EQ(member(got, "hash"), "null");

  // A large one: a view with a handle, which gives the bytes back; `full` gives them at once.
  std::string rows = "[";
  for (int i = 0; i < 400; ++i)
    rows += std::string(i ? "," : "") + "{\"id\":" + std::to_string(i * 7919 % 9973) + ",\"state\":\"ok\"}";
  rows += "]";
  std::string escaped;
  for (const char c : rows) escaped += c == '"' ? std::string("\\\"") : std::string(1, c);
  EXPECT_EQ(core.call("{\"op\":\"shared_put\",\"key\":\"rows\",\"content\":\"" + escaped + "\"}").status,
            Status::answered);
  const auto view = core.call(R"({"op":"shared_get","key":"rows"})").json;
  EXPECT_LT(member(view, "content").size(), rows.size() / 4);
  EXPECT_EQ(member(core.call("{\"op\":\"retrieve\",\"hash\":\"" + member(view, "hash") + "\"}").json, "text"), rows);
  EXPECT_EQ(member(core.call(R"({"op":"shared_get","key":"rows"})").json, "content"), member(view, "content"));
  EXPECT_EQ(member(core.call(R"({"op":"shared_get","key":"rows","full":true})").json, "content"), rows);

  EXPECT_EQ(member(core.call(R"({"op":"shared_keys"})").json, "keys"), R"(["plan","rows"])");
  EXPECT_EQ(member(core.call(R"({"op":"shared_stats"})").json, "entries"), "2");
  EXPECT_EQ(member(core.call(R"({"op":"shared_erase","key":"plan"})").json, "erased"), "true");
  EXPECT_EQ(member(core.call(R"({"op":"shared_clear"})").json, "removed"), "1");
  EXPECT_EQ(core.call(R"({"op":"shared_get"})").status, Status::bad_request);
}

TEST_P(SharedContext, TheOldestLeaveBeyondTheMost) {
  Core core(config());
  for (int i = 0; i < 5; ++i) {
    const std::string n = std::to_string(i);
    core.call("{\"op\":\"shared_put\",\"key\":\"k" + n + "\",\"content\":\"x\",\"max_entries\":3}");
    ::usleep(3000);
  }
  EXPECT_EQ(member(core.call(R"({"op":"shared_keys"})").json, "keys"), R"(["k2","k3","k4"])");
}

TEST_P(SharedContext, ASecretGoesNowhereUnlessAsked) {
  Core core(config());
  const std::string secret = std::string("ghp_") + "a8Kd03mXq7Zr5Tn1Wc9YvB2Lh6Js4Pf0GeUi";
  const std::string put = R"({"op":"shared_put","key":"k","content":"token: )" + secret + "\"";
  EXPECT_EQ(core.call(put + "}").status == Status::answered, GetParam() == Backend::memory);
  EXPECT_EQ(core.call(put + R"(,"options":{"secrets":"encrypt"}})").status, Status::answered);
}

// Two writers, each adding one to a number `each` times, by version: none is lost.
TEST_P(SharedContext, NoIncrementIsLost) {
  constexpr int each = 10'000;
  const auto add = [&](Core& core) {
    for (int done = 0; done < each;) {
      const auto record = core.shared_get("n");
      if (!record) continue;  // busy: asked again
      SharedCall call;
      call.key = "n";
      call.if_version = *record ? (*record)->version : 0;
      const int value = *record ? std::stoi((*record)->content) : 0;
      const auto answer = core.shared_put(call, std::to_string(value + 1), pipeline::SecretsOption::memory);
      done += answer && answer->stored;
    }
  };
  if (GetParam() == Backend::memory) {  // one process: two threads
    Core core(config());
    std::thread other([&] { add(core); });
    add(core);
    other.join();
    EXPECT_EQ(core.shared_get("n").value()->content, std::to_string(2 * each));
    return;
  }
  {
    Core first(config());
    EXPECT_TRUE(first.shared_records());
    EXPECT_TRUE(first.shared_put({.key = "other"}, "x", {}));
  }
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  {
    Core core(config());
    add(core);
  }
  if (child == 0) ::_exit(0);
  int status = 1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  Core core(config());
  const auto record = core.shared_get("n");
  ASSERT_TRUE(record && *record);
  EXPECT_EQ((*record)->content, std::to_string(2 * each));
  EXPECT_EQ((*record)->version, static_cast<std::uint64_t>(2 * each));
}

}  // namespace
}  // namespace headroom::api
