// The Redis store against real servers: replicas, a killed one, a cluster of three nodes, and what lies in the dump.
// The contract that all backends share is store_test.cc's.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <map>
#include <set>
#include <thread>

#include "store/store.h"
#include "store/test_redis_server.h"

namespace headroom::store {
namespace {

using namespace std::chrono_literals;

const WorkspaceKey key = derive_keys(std::string(32, 'k'));

std::string content_of(int n, std::size_t size = 2000) {
  std::string text = "content " + std::to_string(n) + "\n";
  while (text.size() < size) text += text;
  return text;
}

Result<Handle> put(Store& store, std::string_view content) {
  const Original one{content, "slot", {"secret_tool", "make"}, 1, 1};
  return store.put({&one, 1})[0];
}

bool holds(Store& store, Handle handle, std::string_view content) {
  const auto found = store.get(handle);
  return found && found->status == Status::live && found->entry->content == content;
}

std::unique_ptr<Store> open(const std::string& url, const WorkspaceKey& with = key, Options options = {}) {
  auto store = open_redis(url, with, std::move(options));
  EXPECT_TRUE(store) << store.error().message;
  return std::move(*store);
}

TEST(RedisUrls, AreReadAndShownWithoutTheirPassword) {
  const auto url = parse_redis_url("rediss://app:p%40ss@one:7000,two,[::1]:7001/3?cacert=/etc/ca.pem");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->user, "app");
  EXPECT_EQ(url->password, "p@ss");
  EXPECT_EQ(url->database, 3);
  EXPECT_EQ(url->ca_file, "/etc/ca.pem");
  ASSERT_EQ(url->addresses.size(), 3u);
  EXPECT_EQ(url->addresses[0], (RedisAddress{"one", 7000}));
  EXPECT_EQ(url->addresses[1], (RedisAddress{"two", 6379}));
  EXPECT_EQ(url->addresses[2], (RedisAddress{"::1", 7001}));
  for (const char* bad :
       {"", "http://x", "redis://", "redis://h:0", "redis://h:99999", "redis://h/x", "redis://[::1", "redis://h?x=y"})
    EXPECT_FALSE(parse_redis_url(bad)) << bad;
  EXPECT_EQ(without_password("redis://app:secret@host:1/2"), "redis://app:***@host:1/2");
  EXPECT_EQ(without_password("redis://host:1"), "redis://host:1");
}

TEST(Redis, TwoProcessesShareOneStoreAndOneIsKilled) {
  ASSERT_FALSE(RedisServer::program().empty()) << "./dev setup test installs it";
  const RedisServer server;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::close(ends[0]);
    const auto store = open(server.url());
    for (int i = 0; i < 100'000; ++i) {
      const auto handle = put(*store, content_of(i));
      if (!handle) continue;
      const std::int64_t message[2] = {static_cast<std::int64_t>(handle->value), i};
      if (::write(ends[1], message, sizeof message) != sizeof message) ::_exit(1);
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  const auto store = open(server.url());
  std::int64_t message[2];
  int told = 0;
  const auto check = [&] {
    if (::read(ends[0], message, sizeof message) != sizeof message) return false;
    EXPECT_TRUE(holds(*store, {static_cast<std::uint64_t>(message[0])}, content_of(static_cast<int>(message[1]))));
    ++told;
    return true;
  };
  while (told < 50 && check()) {
  }
  ::kill(child, SIGKILL);
  while (check()) {
  }
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  EXPECT_GE(told, 50);
}

TEST(Redis, TheDumpHoldsNoText) {
  const RedisServer server;
  const auto store = open(server.url());
  const auto handle = put(*store, "the quick brown fox jumps over the lazy dog");
  ASSERT_TRUE(handle) << handle.error().message;
  ASSERT_TRUE(store->put_record({"name of a record", "text of a record", "agent of a record", {}}));
  const std::string dump = server.dump();
  ASSERT_GT(dump.size(), 400u);
  EXPECT_NE(dump.find("hr:{default}:e:"), std::string::npos);  // it is the dump of this store
  for (const char* text : {"quick brown", "secret_tool", "of a record"})
    EXPECT_EQ(dump.find(text), std::string::npos) << text;
  EXPECT_EQ(store->get_record("name of a record").value()->content, "text of a record");
}

TEST(Redis, PurgingDestroysTheDataKeys) {
  const RedisServer server;
  const auto ours = open(server.url()), theirs = open(server.url());
  const auto handle = put(*ours, "one");
  ASSERT_TRUE(handle) << handle.error().message;
  EXPECT_EQ(theirs->purge(std::nullopt).value(), 1u);
  EXPECT_EQ(server.command({"EXISTS", "hr:{default}:k"}).number, 0);
  EXPECT_EQ(ours->get(*handle)->status, Status::expired);
  const auto again = put(*ours, "two");  // its key is gone: sealed with a new one
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(holds(*theirs, *again, "two"));
}

TEST(Redis, EntriesDieOnTheServerToo) {
  const RedisServer server;
  const auto store = open(server.url(), key, {.ttl = 1s});
  const auto handle = put(*store, "text");
  ASSERT_TRUE(holds(*store, *handle, "text"));
  for (int i = 0; i < 60 && server.command({"EXISTS", "hr:{default}:e:" + std::to_string(handle->value)}).number == 1;
       ++i)
    ::usleep(50'000);
  EXPECT_EQ(server.command({"EXISTS", "hr:{default}:e:" + std::to_string(handle->value)}).number, 0);
  const auto found = store->get(*handle);
  EXPECT_EQ(found->status, Status::expired);
  EXPECT_EQ(found->hint->tool, "secret_tool");
  ASSERT_TRUE(put(*store, "other"));  // sweeps what the server dropped
  EXPECT_EQ(server.command({"GET", "hr:{default}:b"}).text, "5");
}

TEST(Redis, OutOfReachIsSaidSoonAndNotTriedAgainAtOnce) {
  RedisServer server;
  const auto store = open(server.url());
  const auto before = put(*store, "before");
  ASSERT_TRUE(before);
  server.stop();
  const auto begun = std::chrono::steady_clock::now();
  const auto refused = put(*store, "after");
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 1500ms);
  server.start();
  EXPECT_FALSE(put(*store, "after"));  // paused
  std::this_thread::sleep_for(5100ms);
  EXPECT_TRUE(put(*store, "after"));
  EXPECT_FALSE(store->get(*before)->entry);  // this server kept nothing
}

// A server that takes connections and never answers.
TEST(Redis, ASilentServerIsLeftAfterAQuarterOfASecond) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 4), 0);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  const auto store = open("redis://127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(put(*store, "text").error().kind, ErrorKind::unavailable);
  const auto took = std::chrono::steady_clock::now() - begun;
  EXPECT_GE(took, 240ms);
  EXPECT_LT(took, 1500ms);  // 250 ms, and a machine under load
  const auto again = std::chrono::steady_clock::now();
  EXPECT_FALSE(store->get(Handle{1}));
  EXPECT_LT(std::chrono::steady_clock::now() - again, 100ms);
  ::close(listener);
}

TEST(Redis, LoginAndDatabase) {
  const RedisServer server({"--requirepass", "pass:word"});
  EXPECT_EQ(put(*open(server.url()), "text").error().kind, ErrorKind::unavailable);
  const auto store = open("redis://:pass%3Aword@" + server.address() + "/2");
  const auto handle = put(*store, "text");
  ASSERT_TRUE(handle) << handle.error().message;
  EXPECT_TRUE(holds(*store, *handle, "text"));
  EXPECT_FALSE(holds(*open("redis://:pass%3Aword@" + server.address()), *handle, "text"));
}

TEST(Redis, AMegabyteComesBack) {
  const RedisServer server;
  const auto store = open(server.url());
  const std::string large = content_of(1, 2 << 20);
  const auto handle = put(*store, large);
  ASSERT_TRUE(handle) << handle.error().message;
  EXPECT_TRUE(holds(*store, *handle, large));
}

TEST(Redis, OverTls) {
  const TestDirectory certificates;
  const std::string ca = (certificates.path() / "ca.pem").string(), secret = (certificates.path() / "key.pem").string();
  const std::string command =
      "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 "
      "-addext subjectAltName=IP:127.0.0.1 -keyout " +
      secret + " -out " + ca + " 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const std::uint16_t port = free_port();
  const RedisServer server({"--tls-port", std::to_string(port), "--tls-cert-file", ca, "--tls-key-file", secret,
                            "--tls-ca-cert-file", ca, "--tls-auth-clients", "no"});
  const std::string url = "rediss://127.0.0.1:" + std::to_string(port);
  const auto store = open(url + "?cacert=" + ca);
  const auto handle = put(*store, "text");
  ASSERT_TRUE(handle) << handle.error().message;
  EXPECT_TRUE(holds(*store, *handle, "text"));
  EXPECT_FALSE(put(*open(url), "text"));  // nobody vouches for it
  EXPECT_FALSE(put(*open("rediss://localhost:" + std::to_string(port) + "?cacert=" + ca), "text"));  // not its name
}

class RedisCluster : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 3; ++i)
      nodes_.push_back(std::make_unique<RedisServer>(
          std::vector<std::string>{"--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf"}));
    constexpr const char* ranges[3][2] = {{"0", "5460"}, {"5461", "10922"}, {"10923", "16383"}};
    for (int i = 0; i < 3; ++i) {
      ASSERT_FALSE(node(i).command({"CLUSTER", "ADDSLOTSRANGE", ranges[i][0], ranges[i][1]}).is_error());
      ASSERT_FALSE(node(i).command({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)}).is_error());
    }
    for (int i = 1; i < 3; ++i)
      ASSERT_FALSE(node(0).command({"CLUSTER", "MEET", "127.0.0.1", std::to_string(node(i).port())}).is_error());
    for (int tries = 0; tries < 300; ++tries) {
      int fine = 0;
      for (int i = 0; i < 3; ++i)
        fine += node(i).command({"CLUSTER", "INFO"}).text.find("cluster_state:ok") != std::string::npos &&
                node(i).command({"CLUSTER", "INFO"}).text.find("cluster_known_nodes:3") != std::string::npos;
      if (fine == 3) return;
      ::usleep(50'000);
    }
    FAIL() << "the cluster did not come up";
  }
  RedisServer& node(int i) { return *nodes_[static_cast<std::size_t>(i)]; }
  std::string id(int i) { return node(i).command({"CLUSTER", "MYID"}).text; }
  std::vector<std::unique_ptr<RedisServer>> nodes_;
};

// command() follows redirects as the store does; what a node itself holds is asked by slot.
TEST_F(RedisCluster, WorkspacesAreFoundOnTheirNodesByRedirects) {
  std::set<std::int64_t> slots;
  for (int w = 0; w < 12; ++w) {
    const std::string name = "team-" + std::to_string(w);
    const WorkspaceKey with = derive_keys(std::string(32, 'k'), name);
    const auto store = open(node(w % 3).url(), with);
    const auto handle = put(*store, content_of(w));
    ASSERT_TRUE(handle) << name << ": " << handle.error().message;
    EXPECT_TRUE(holds(*store, *handle, content_of(w)));
    EXPECT_TRUE(holds(*open(node((w + 1) % 3).url(), with), *handle, content_of(w)));
    ASSERT_TRUE(store->put_record({"n", "1", "", {}}));
    EXPECT_EQ(store->stats()->records, 1u);
    slots.insert(node(0).command({"CLUSTER", "KEYSLOT", "hr:{" + name + "}:e:1"}).number / 5461);
  }
  EXPECT_EQ(slots.size(), 3u);  // every node had its share
  // Seeds in order: the first is not there.
  const auto store = open("redis://127.0.0.1:" + std::to_string(free_port()) + "," + node(2).address());
  EXPECT_TRUE(put(*store, "text"));
}

TEST_F(RedisCluster, AMovingSlotIsFollowedOrSaidToBeOutOfReach) {
  const WorkspaceKey with = derive_keys(std::string(32, 'k'), "moving");
  const std::string slot = std::to_string(node(0).command({"CLUSTER", "KEYSLOT", "hr:{moving}:e:1"}).number);
  const int from = static_cast<int>(std::stoi(slot) / 5461.5), to = (from + 1) % 3;
  ASSERT_FALSE(node(to).command({"CLUSTER", "SETSLOT", slot, "IMPORTING", id(from)}).is_error());
  ASSERT_FALSE(node(from).command({"CLUSTER", "SETSLOT", slot, "MIGRATING", id(to)}).is_error());
  const auto store = open(node(from).url(), with);
  EXPECT_EQ(store->get(Handle{1})->status, Status::unknown);  // one key a command: asked for (ASK) at the new node
  // Many keys a command: until the slot has its place, the store is out of reach; no marker is given out.
  EXPECT_EQ(put(*store, "text").error().kind, ErrorKind::unavailable);
  for (const int n : {to, from, 3 - from - to})
    ASSERT_FALSE(node(n).command({"CLUSTER", "SETSLOT", slot, "NODE", id(to)}).is_error());
  const auto handle = put(*store, "text");  // MOVED now
  ASSERT_TRUE(handle) << handle.error().message;
  EXPECT_TRUE(holds(*store, *handle, "text"));
  EXPECT_TRUE(holds(*open(node(from).url(), with), *handle, "text"));
}

}  // namespace
}  // namespace headroom::store
