// What every backend must do, run on each: handles, reading back, expiry, capacity. Time stands still but where a test
// moves it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>

#include "store/hmac.h"
#include "store/policy.h"
#include "store/store.h"
#include "store/test_directory.h"
#include "store/test_redis_server.h"

namespace headroom::store {
namespace {

using namespace std::chrono_literals;

struct TestClock {
  Clock::time_point now{std::chrono::hours(500000)};
};

enum class Backend { memory, sqlite, redis };

class StoreTest : public testing::TestWithParam<Backend> {
 protected:
  static void SetUpTestSuite() {
    ASSERT_FALSE(RedisServer::program().empty()) << "./dev setup test installs it";
    server_ = std::make_unique<RedisServer>();
  }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (GetParam() == Backend::redis) server_->command({"FLUSHALL"});
  }

  std::unique_ptr<Store> open(std::uint64_t capacity = 1 << 20, std::string_view workspace = "default") {
    Options options{.ttl = 3600s, .capacity_bytes = capacity, .now = [clock = clock_] { return clock->now; }};
    const WorkspaceKey key = derive_keys(std::string(32, 'k'), workspace);
    if (GetParam() == Backend::memory) return open_memory(key, options);
    if (GetParam() == Backend::redis) {
      auto store = open_redis(server_->url(), key, options);
      EXPECT_TRUE(store) << store.error().message;
      return std::move(*store);
    }
    auto store = open_sqlite(directory_.path() / "originals.db", key, options);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }

  static Result<Handle> put(Store& store, std::string_view content, Source source = {"Bash", "npm test"}) {
    const Original one{content, "slot", std::move(source), 7, 3};
    auto answers = store.put({&one, 1});
    EXPECT_EQ(answers.size(), 1u);
    return answers[0];
  }

  static inline std::unique_ptr<RedisServer> server_;
  TestDirectory directory_;
  std::shared_ptr<TestClock> clock_ = std::make_shared<TestClock>();
};

std::string name_of(const testing::TestParamInfo<Backend>& info) {
  constexpr const char* names[] = {"memory", "sqlite", "redis"};
  return names[static_cast<int>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(Backends, StoreTest, testing::Values(Backend::memory, Backend::sqlite, Backend::redis),
                         name_of);

TEST_P(StoreTest, GivesBackWhatItWasGiven) {
  const auto store = open();
  const std::string content("a\0b\xff\xed\xa0\x80\r\n", 9);
  const auto handle = put(*store, content);
  ASSERT_TRUE(handle);
  const auto found = store->get(*handle);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->status, Status::live);
  EXPECT_EQ(found->entry->content, content);
  EXPECT_EQ(found->entry->handle, *handle);
  EXPECT_EQ(found->entry->kind, "slot");
  EXPECT_EQ(found->entry->source.tool, "Bash");
  EXPECT_EQ(found->entry->source.arguments, "npm test");
  EXPECT_EQ(found->entry->tokens, 7u);
  EXPECT_EQ(found->entry->lines, 3u);
  EXPECT_EQ(found->entry->expires - found->entry->created, 3600s);
}

TEST_P(StoreTest, UnknownHandlesAreUnknown) {
  const auto found = open()->get(Handle{123456789012});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->status, Status::unknown);
  EXPECT_FALSE(found->entry);
  EXPECT_FALSE(found->hint);
}

TEST_P(StoreTest, RefusesEmptyAndOversized) {
  const auto store = open(100);
  EXPECT_EQ(put(*store, "").error().kind, ErrorKind::invalid_request);
  EXPECT_EQ(put(*store, std::string(101, 'x')).error().kind, ErrorKind::full);
  EXPECT_TRUE(put(*store, std::string(100, 'x')));
}

TEST_P(StoreTest, AnErrorOfOneLeavesTheOthers) {
  const auto store = open(1000);
  const std::string big(2000, 'x');
  const Original three[] = {{"one", "slot", {}, 1, 1}, {big, "slot", {}, 1, 1}, {"three", "slot", {}, 1, 1}};
  const auto answers = store->put(three);
  ASSERT_TRUE(answers[0]);
  EXPECT_FALSE(answers[1]);
  ASSERT_TRUE(answers[2]);
  EXPECT_EQ(store->get(*answers[0])->entry->content, "one");
  EXPECT_EQ(store->get(*answers[2])->entry->content, "three");
}

TEST_P(StoreTest, EqualContentRenews) {
  const auto store = open();
  const auto first = put(*store, "text");
  clock_->now += 50min;
  EXPECT_EQ(put(*store, "text").value(), first.value());
  clock_->now += 50min;
  EXPECT_EQ(store->get(*first)->status, Status::live);
  EXPECT_EQ(store->stats()->entries, 1u);
  EXPECT_EQ(store->stats()->bytes, 4u);
}

TEST_P(StoreTest, ExpiresWithAHintAndIsForgottenAfterSevenDays) {
  const auto store = open();
  const auto handle = put(*store, "text");
  clock_->now += 3600s;
  EXPECT_EQ(store->stats()->expired, 1u);
  auto found = store->get(*handle);
  EXPECT_EQ(found->status, Status::expired);
  ASSERT_TRUE(found->hint);
  EXPECT_EQ(found->hint->tool, "Bash");
  clock_->now += 24h;
  ASSERT_TRUE(put(*store, "other"));  // sweeps
  found = store->get(*handle);
  EXPECT_EQ(found->status, Status::expired);
  ASSERT_TRUE(found->hint);
  EXPECT_EQ(found->hint->arguments, "npm test");
  clock_->now += gone_window;
  EXPECT_EQ(store->get(*handle)->status, Status::unknown);
  ASSERT_TRUE(put(*store, "text"));
  EXPECT_EQ(store->get(*handle)->status, Status::live);
}

TEST_P(StoreTest, ArgumentsAreCutAtACharacter) {
  const auto store = open();
  std::string arguments(199, 'a');
  arguments += "é and more";
  const auto handle = put(*store, "text", {"Bash", arguments});
  EXPECT_EQ(store->get(*handle)->entry->source.arguments, std::string(199, 'a'));
}

TEST_P(StoreTest, FullOfLiveEntriesRefuses) {
  const auto store = open(1000);
  const auto first = put(*store, std::string(600, 'a'));
  EXPECT_EQ(put(*store, std::string(600, 'b')).error().kind, ErrorKind::full);
  EXPECT_EQ(store->get(*first)->status, Status::live);
}

TEST_P(StoreTest, MakesRoomFromTheLongestNotCarried) {
  const auto store = open(1000);
  const auto first = put(*store, std::string(400, 'a'));
  clock_->now += 1min;
  const auto second = put(*store, std::string(400, 'b'));
  clock_->now += 1min;
  ASSERT_TRUE(put(*store, std::string(400, 'a')));  // carried again
  clock_->now += 9min;
  const auto third = put(*store, std::string(400, 'c'));
  ASSERT_TRUE(third);
  EXPECT_EQ(store->get(*first)->status, Status::live);
  EXPECT_EQ(store->get(*second)->status, Status::expired);
  EXPECT_EQ(store->get(*second)->hint->tool, "Bash");
  EXPECT_EQ(store->get(*third)->status, Status::live);
  EXPECT_EQ(store->stats()->bytes, 800u);
}

TEST_P(StoreTest, ExpiredEntriesMakeRoomFirst) {
  const auto store = open(1000);
  ASSERT_TRUE(put(*store, std::string(500, 'a')));
  clock_->now += 59min;
  const auto second = put(*store, std::string(500, 'b'));
  clock_->now += 2min;
  ASSERT_TRUE(put(*store, std::string(500, 'c')));
  EXPECT_EQ(store->get(*second)->status, Status::live);
}

TEST_P(StoreTest, NothingLeavesWhenThatWouldNotBeEnough) {
  const auto store = open(1000);
  const auto old = put(*store, std::string(100, 'a'));
  clock_->now += 11min;
  ASSERT_TRUE(put(*store, std::string(800, 'b')));
  EXPECT_EQ(put(*store, std::string(300, 'c')).error().kind, ErrorKind::full);
  EXPECT_EQ(store->get(*old)->status, Status::live);
}

TEST_P(StoreTest, AClockSetBackNeitherFreesNorBlocks) {
  const auto store = open(1000);
  clock_->now += 24h * 365;
  const auto future = put(*store, std::string(600, 'a'));
  clock_->now -= 24h * 365;
  EXPECT_TRUE(store->stat(*future).value());
  EXPECT_TRUE(put(*store, std::string(600, 'b')));
  EXPECT_EQ(store->get(*future)->status, Status::expired);
}

TEST_P(StoreTest, CarryingAHandleKeepsItsOriginal) {
  const auto store = open();
  const auto read = put(*store, "read"), renewed = put(*store, "renewed"), left = put(*store, "left alone");
  for (int i = 0; i < 30; ++i) {
    clock_->now += 10min;
    EXPECT_EQ(store->get(*read)->status, Status::live) << i;
    ASSERT_TRUE(store->renew({{*renewed}}));
  }
  EXPECT_EQ(store->get(*renewed)->status, Status::live);
  EXPECT_EQ(store->get(*left)->status, Status::expired);
}

// Two requests a second carry it, so every renewal is gathered; it is never the one that leaves.
TEST_P(StoreTest, GatheredRenewalsKeepAnEntryFromLeaving) {
  const auto store = open(1000);
  const auto first = put(*store, std::string(400, 'a')), second = put(*store, std::string(400, 'b'));
  for (int i = 0; i < 2 * 60 * 12; ++i) {
    clock_->now += 500ms;
    ASSERT_TRUE(store->renew({{*first}}));
  }
  ASSERT_TRUE(put(*store, std::string(400, 'c')));
  EXPECT_EQ(store->get(*first)->status, Status::live);
  EXPECT_EQ(store->get(*second)->status, Status::expired);
}

TEST_P(StoreTest, StatSaysWhatIsThereWithoutReadingIt) {
  const auto store = open();
  const auto handle = put(*store, "twelve bytes");
  const auto state = store->stat(*handle).value();
  ASSERT_TRUE(state);
  EXPECT_EQ(state->kind, "slot");
  EXPECT_EQ(state->size, 12u);
  EXPECT_EQ(state->expires - state->carried, 3600s);
  EXPECT_FALSE(store->stat(Handle{1}).value());
}

TEST_P(StoreTest, EraseRemovesOneAndLeavesNoHint) {
  const auto store = open();
  const auto one = put(*store, "one"), two = put(*store, "two");
  EXPECT_TRUE(store->erase(*one).value());
  EXPECT_FALSE(store->erase(*one).value());
  EXPECT_EQ(store->get(*one)->status, Status::expired);
  EXPECT_FALSE(store->get(*one)->hint);
  EXPECT_EQ(store->get(*two)->entry->content, "two");
  EXPECT_EQ(store->stats()->bytes, 3u);
  EXPECT_EQ(put(*store, "one").value(), one.value());
  EXPECT_EQ(store->get(*one)->entry->content, "one");
}

TEST_P(StoreTest, AnOriginalMayLiveLongerThanTheOthers) {
  const auto store = open();
  const Original batch{.content = "batch", .kind = "slot", .source = {}, .ttl = 25h};
  const auto handle = store->put({&batch, 1})[0];
  clock_->now += 24h;
  EXPECT_EQ(store->get(*handle)->status, Status::live);
  clock_->now += 24h;
  EXPECT_EQ(store->get(*handle)->status, Status::live);
  clock_->now += 25h;
  EXPECT_EQ(store->get(*handle)->status, Status::expired);
}

TEST_P(StoreTest, RecordsHaveVersions) {
  const auto store = open();
  EXPECT_FALSE(store->get_record("plan").value());
  const auto first = store->put_record({"plan", "one", "planner", {}}).value();
  EXPECT_TRUE(first.stored);
  EXPECT_EQ(first.version, 1u);
  const auto refused = store->put_record({"plan", "lost", "coder", 0}).value();
  EXPECT_FALSE(refused.stored);
  EXPECT_EQ(refused.version, 1u);
  const auto second = store->put_record({"plan", std::string("t\0wo", 4), "coder", 1}).value();
  EXPECT_TRUE(second.stored);
  EXPECT_EQ(second.version, 2u);
  const auto found = store->get_record("plan").value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->content, std::string("t\0wo", 4));
  EXPECT_EQ(found->agent, "coder");
  EXPECT_EQ(found->version, 2u);
  ASSERT_TRUE(store->put_record({"empty", "", "", {}}));
  const auto all = store->records().value();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].name, "empty");
  EXPECT_EQ(all[1].name, "plan");
  EXPECT_EQ(all[1].content, "");
  EXPECT_EQ(store->stats()->records, 2u);
  EXPECT_EQ(store->stats()->entries, 0u);
  EXPECT_TRUE(store->erase_record("plan").value());
  EXPECT_FALSE(store->erase_record("plan").value());
  EXPECT_FALSE(store->get_record("plan").value());
}

TEST_P(StoreTest, RecordsExpireWhenNobodyUsesThem) {
  const auto store = open();
  ASSERT_TRUE(store->put_record({"used", "x", "", {}}));
  ASSERT_TRUE(store->put_record({"unused", "x", "", {}}));
  for (int i = 0; i < 10; ++i) {
    clock_->now += 50min;
    ASSERT_TRUE(store->get_record("used").value()) << i;
  }
  EXPECT_FALSE(store->get_record("unused").value());
  EXPECT_EQ(store->put_record({"unused", "y", "", {}})->version, 1u);
}

TEST_P(StoreTest, RecordsOfAWorkspaceAreItsOwn) {
  const auto ours = open(1 << 20, "ours"), theirs = open(1 << 20, "theirs");
  ASSERT_TRUE(ours->put_record({"plan", "secret", "", {}}));
  EXPECT_FALSE(theirs->get_record("plan").value());
  EXPECT_TRUE(theirs->records()->empty());
}

TEST_P(StoreTest, PurgeLeavesNoHint) {
  const auto store = open();
  const auto old = put(*store, "old");
  clock_->now += 10min;
  const auto young = put(*store, "young");
  EXPECT_EQ(store->purge(5min).value(), 1u);
  EXPECT_EQ(store->get(*old)->status, Status::expired);
  EXPECT_FALSE(store->get(*old)->hint);
  EXPECT_EQ(store->get(*young)->status, Status::live);
  EXPECT_EQ(store->purge(std::nullopt).value(), 1u);
  EXPECT_EQ(store->stats()->entries, 0u);
  EXPECT_EQ(store->stats()->bytes, 0u);
}

TEST_P(StoreTest, WorkspacesSeeOnlyTheirOwn) {
  const auto ours = open(1 << 20, "ours"), theirs = open(1 << 20, "theirs");
  const auto handle = put(*ours, "text");
  const auto other = put(*theirs, "text");
  EXPECT_NE(handle.value(), other.value());
  EXPECT_EQ(theirs->get(*handle)->status, Status::unknown);
  EXPECT_EQ(theirs->purge(std::nullopt).value(), 1u);
  EXPECT_EQ(ours->get(*handle)->status, Status::live);
}

TEST_P(StoreTest, RandomPutsAllComeBack) {
  const auto store = open(std::uint64_t{64} << 20);
  rc::check([&](const std::vector<std::string>& contents) {
    std::vector<Original> originals;
    for (const std::string& c : contents) originals.push_back({c, "slot", {}, 0, 0});
    const auto answers = store->put(originals);
    RC_ASSERT(answers.size() == contents.size());
    for (std::size_t i = 0; i < contents.size(); ++i) {
      RC_ASSERT(answers[i].has_value() == !contents[i].empty());
      if (answers[i]) RC_ASSERT(store->get(*answers[i])->entry->content == contents[i]);
    }
  });
}

TEST(Handles, AreTwelveDigitsAndReadLeniently) {
  EXPECT_EQ(to_string(Handle{42}), "000000000042");
  EXPECT_EQ(parse_handle("000000000042"), Handle{42});
  EXPECT_EQ(parse_handle("42"), Handle{42});
  EXPECT_EQ(parse_handle(" \"482193075514\" "), Handle{482193075514});
  EXPECT_EQ(parse_handle("[10 rows compressed to 2. Retrieve with hash=482193075514]"), Handle{482193075514});
  EXPECT_EQ(parse_handle("[482193075514: Bash \"npm test\", 900 lines; lines 120-180]"), Handle{482193075514});
  for (std::string_view none : {"", "abc", "1234567890123", "hash=", "-1", "12 34"})
    EXPECT_FALSE(parse_handle(none)) << none;
}

TEST(Handles, AreTheHmacOfTheContent) {
  // RFC 4231, case 2.
  const Digest d = hmac_sha256("Jefe", "what do ya want for nothing?");
  EXPECT_EQ(d[0], 0x5b);
  EXPECT_EQ(d[31], 0x43);
  EXPECT_EQ(handle_of({"w", "Jefe"}, "what do ya want for nothing?").value, 0x5bdcc146bf60754eull % 1'000'000'000'000);
}

TEST(Handles, HkdfFollowsItsRfc) {
  // RFC 5869, case 3: no salt, no info; the first 32 bytes.
  const std::string okm = hkdf_sha256(std::string(22, '\x0b'), "");
  EXPECT_EQ(static_cast<unsigned char>(okm[0]), 0x8d);
  EXPECT_EQ(static_cast<unsigned char>(okm[1]), 0xa4);
  EXPECT_EQ(static_cast<unsigned char>(okm[31]), 0x2d);
}

TEST(KeyFile, IsMadeOncePrivateAndReadAgain) {
  const TestDirectory directory;
  const auto file = directory.path() / "new" / "workspace.key";
  const auto first = load_or_make_key(file), again = load_or_make_key(file);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->handle_key.size(), 32u);
  EXPECT_EQ(first->handle_key, again->handle_key);
  EXPECT_NE(first->handle_key, load_or_make_key(file, "other")->handle_key);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(file).permissions(), perms::owner_read | perms::owner_write);
  EXPECT_EQ(std::filesystem::status(file.parent_path()).permissions(), perms::owner_all);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(file.parent_path()), {}), 1);  // nothing left beside it
}

TEST(KeyFile, ALinkOrADamagedFileIsRefused) {
  const TestDirectory directory;
  const auto file = directory.path() / "workspace.key", link = directory.path() / "link.key";
  ASSERT_TRUE(load_or_make_key(file));
  std::filesystem::create_symlink(file, link);
  EXPECT_FALSE(load_or_make_key(link));
  std::filesystem::resize_file(file, 31);
  EXPECT_EQ(load_or_make_key(file).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(std::filesystem::file_size(file), 31u);
}

}  // namespace
}  // namespace headroom::store
