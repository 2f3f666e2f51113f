// What lies on the disk: nothing that anyone can read, and nothing that opens anywhere but in its place.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "store/policy.h"
#include "store/store.h"
#include "store/test_directory.h"
#include "store/vault.h"

namespace headroom::store {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

const WorkspaceKey key = derive_keys(std::string(32, 'k'));

class SqliteEncryption : public testing::Test {
 protected:
  fs::path file() const { return directory_.path() / "originals.db"; }
  std::unique_ptr<Store> open(const WorkspaceKey& with = key) {
    auto store = open_sqlite(file(), with, {.now = [this] { return now_; }});
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  static Result<Handle> put(Store& store, std::string_view content, Source source = {"Bash", "npm test"}) {
    const Original one{content, "slot", std::move(source), 7, 3};
    return store.put({&one, 1})[0];
  }
  // All bytes of all files of the directory.
  std::string disk() const {
    std::string all;
    for (const auto& e : fs::directory_iterator(directory_.path())) {
      std::ifstream in(e.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
  }
  void run(const char* sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &db), SQLITE_OK);
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, &message), SQLITE_OK) << (message ? message : "");
    sqlite3_free(message);
    sqlite3_close(db);
  }
  std::int64_t number(const char* sql) {
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open(file().c_str(), &db), SQLITE_OK);
    std::int64_t value = -1;
    sqlite3_exec(
        db, sql,
        [](void* out, int, char** values, char**) {
          *static_cast<std::int64_t*>(out) = values[0] ? std::stoll(values[0]) : 0;
          return 0;
        },
        &value, nullptr);
    sqlite3_close(db);
    return value;
  }
  Clock::time_point now_{std::chrono::hours(500000)};
  TestDirectory directory_;
};

TEST_F(SqliteEncryption, NothingReadableOnTheDisk) {
  const std::string content = "the quick brown fox jumps over the lazy dog";
  {
    const auto store = open();
    ASSERT_TRUE(put(*store, content, {"secret_tool", "--password hunter2"}));
    ASSERT_TRUE(store->put_record({"name of a record", "text of a record", "agent of a record", {}}));
    for (const char* text : {"quick brown", "secret_tool", "hunter2", "of a record"})
      EXPECT_EQ(disk().find(text), std::string::npos) << text << " while open";
  }
  now_ += 2h;
  {
    const auto store = open();
    ASSERT_TRUE(put(*store, "another"));  // sweeps: the hint goes to `gone`
    EXPECT_EQ(store->get(handle_of(key, content))->hint->tool, "secret_tool");
  }
  for (const char* text : {"quick brown", "secret_tool", "hunter2", "of a record", "another"})
    EXPECT_EQ(disk().find(text), std::string::npos) << text;
}

TEST_F(SqliteEncryption, EqualContentsLookDifferent) {
  const auto store = open();
  const auto handle = put(*store, std::string(4096, 'a'));
  const std::string before = disk();
  ASSERT_TRUE(store->erase(*handle));
  ASSERT_TRUE(put(*store, std::string(4096, 'a')));
  EXPECT_EQ(number("SELECT count(DISTINCT ct) FROM payload"), 1);
  EXPECT_EQ(disk().find(std::string(64, 'a')), std::string::npos);
}

TEST_F(SqliteEncryption, AnotherMasterKeyOpensNothing) {
  Handle handle;
  {
    handle = put(*open(), "text").value();
  }
  const WorkspaceKey other = derive_keys(std::string(32, 'x'));
  // Its handle is another one; and with the right handle key, but another wrapping key, the data key does not open.
  EXPECT_EQ(open(other)->get(handle)->status == Status::live, false);
  WorkspaceKey half = key;
  half.wrapping_key = other.wrapping_key;
  const auto found = open(half)->get(handle);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(open()->get(handle)->entry->content, "text");  // nothing was put aside
}

TEST_F(SqliteEncryption, WithoutAWrappingKeyNothingIsStored) {
  const auto store = open_sqlite(file(), {"default", std::string(32, 'k')}, {});
  ASSERT_FALSE(store);
  EXPECT_FALSE(fs::exists(file()));
}

TEST_F(SqliteEncryption, AContentMovedToAnotherRowDoesNotOpen) {
  const auto store = open();
  const auto one = put(*store, "one"), two = put(*store, "two");
  run("CREATE TEMP TABLE swap AS SELECT * FROM payload; "
      "UPDATE payload SET ct = (SELECT s.ct FROM swap s WHERE s.entry <> payload.entry)");
  EXPECT_EQ(store->get(*one).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(store->get(*two).error().kind, ErrorKind::corrupt);
}

TEST_F(SqliteEncryption, AnEntryOfAnotherKindOrWorkspaceDoesNotOpen) {
  const auto store = open();
  const auto handle = put(*store, "one");
  run("UPDATE entries SET kind = 'unit'");
  EXPECT_EQ(store->get(*handle).error().kind, ErrorKind::corrupt);
  run("UPDATE entries SET kind = 'slot', ws = 'other'; UPDATE data_keys SET ws = 'other'");
  EXPECT_EQ(store->get(*handle)->status, Status::unknown);
  EXPECT_FALSE(open(derive_keys(std::string(32, 'k'), "other"))->get(*handle));
}

TEST_F(SqliteEncryption, AnOlderVersionOfARecordDoesNotPassForTheNewer) {
  const auto store = open();
  ASSERT_TRUE(store->put_record({"plan", "one", "", {}}));
  run("CREATE TABLE kept AS SELECT ct FROM payload");
  ASSERT_TRUE(store->put_record({"plan", "two", "", {}}));
  run("UPDATE payload SET ct = (SELECT ct FROM kept)");
  EXPECT_EQ(store->get_record("plan").error().kind, ErrorKind::corrupt);
}

TEST_F(SqliteEncryption, PurgingAWorkspaceDestroysItsKeys) {
  const auto store = open();
  const auto other = open(derive_keys(std::string(32, 'k'), "other"));
  const auto handle = put(*store, "ours"), theirs = put(*other, "theirs");
  const fs::path copy = directory_.path() / "copy.db";
  ASSERT_EQ(store->purge(std::nullopt).value(), 1u);
  EXPECT_EQ(number("SELECT count(*) FROM data_keys WHERE ws = 'default'"), 0);
  EXPECT_EQ(store->get(*handle)->status, Status::expired);
  EXPECT_FALSE(store->get(*handle)->hint);
  EXPECT_EQ(other->get(*theirs)->entry->content, "theirs");
  // It goes on with a new key.
  const auto again = put(*store, "ours");
  EXPECT_EQ(store->get(*again)->entry->content, "ours");
}

TEST_F(SqliteEncryption, ADataKeyThatAnotherProcessDestroyedIsNotUsedOn) {
  const auto ours = open(), theirs = open();
  ASSERT_TRUE(put(*ours, "one"));
  ASSERT_TRUE(theirs->purge(std::nullopt));
  const auto handle = put(*ours, "two");  // sealed with the key it remembers, and again with a new one
  ASSERT_TRUE(handle) << handle.error().message;
  EXPECT_EQ(theirs->get(*handle)->entry->content, "two");
  ASSERT_TRUE(theirs->purge(std::nullopt));
  ASSERT_TRUE(ours->put_record({"plan", "three", "", {}}));
  EXPECT_EQ(open()->get_record("plan").value()->content, "three");
  EXPECT_EQ(number("SELECT count(*) FROM payload WHERE key NOT IN (SELECT key FROM data_keys)"), 0);
}

TEST_F(SqliteEncryption, ADataKeyIsReplacedBeforeItsNoncesMayMeet) {
  const auto store = open();
  const auto first = put(*store, "one");
  run(("UPDATE data_keys SET used = " + std::to_string(most_uses)).c_str());
  const auto second = put(*store, "two");
  ASSERT_TRUE(second);
  EXPECT_EQ(number("SELECT count(*) FROM data_keys"), 2);
  EXPECT_EQ(number("SELECT count(DISTINCT key) FROM payload"), 2);
  const auto again = open();
  EXPECT_EQ(again->get(*first)->entry->content, "one");
  EXPECT_EQ(again->get(*second)->entry->content, "two");
  EXPECT_LT(most_uses, std::int64_t{1} << 32);
}

// A file as the version before wrote it: four tables, contents in clear.
constexpr const char* older_file = R"(
PRAGMA journal_mode=WAL;
CREATE TABLE entries(entry INTEGER PRIMARY KEY, ws TEXT NOT NULL, handle INTEGER NOT NULL, id BLOB NOT NULL,
  kind TEXT NOT NULL, created INTEGER NOT NULL, carried INTEGER NOT NULL, expires INTEGER NOT NULL, size INTEGER NOT NULL,
  UNIQUE(ws, handle));
CREATE INDEX entries_expires ON entries(expires);
CREATE TABLE payload(entry INTEGER PRIMARY KEY, nonce BLOB, tool BLOB NOT NULL, arguments BLOB NOT NULL,
  tokens INTEGER NOT NULL, lines INTEGER NOT NULL, ct BLOB NOT NULL);
CREATE TABLE gone(ws TEXT NOT NULL, handle INTEGER NOT NULL, at INTEGER NOT NULL, tool BLOB, arguments BLOB,
  PRIMARY KEY(ws, handle)) WITHOUT ROWID;
CREATE INDEX gone_at ON gone(at);
CREATE TABLE totals(one INTEGER PRIMARY KEY CHECK(one = 1), bytes INTEGER NOT NULL);
INSERT INTO totals VALUES(1, 0);
PRAGMA user_version=1;
)";

TEST_F(SqliteEncryption, AFileOfTheOlderLayoutIsTakenOverByEachWorkspace) {
  run(older_file);
  const WorkspaceKey other = derive_keys(std::string(32, 'k'), "other");
  const auto now =
      std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch()).count());
  constexpr std::string_view hex = "0123456789abcdef";
  const auto insert = [&](int entry, const WorkspaceKey& with, const std::string& content, std::string_view expires) {
    const Digest id = hmac_sha256(with.handle_key, content);
    std::string blob;
    for (const auto byte : id) {
      blob += hex[byte >> 4];
      blob += hex[byte & 15];
    }
    const std::string n = std::to_string(entry);
    run(("INSERT INTO entries VALUES(" + n + ",'" + with.name + "'," + std::to_string(handle_of(with, content).value) +
         ",x'" + blob + "','slot'," + now + "," + now + "," + now + std::string(expires) + "," +
         std::to_string(content.size()) + "); INSERT INTO payload VALUES(" + n + ",NULL,'Bash','make',7,3,'" + content +
         "')")
            .c_str());
  };
  insert(1, key, "content of ours", "+60000");
  insert(2, key, "content long expired", "-60000");
  insert(3, other, "content of theirs", "+60000");
  {
    const auto store = open();
    const auto found = store->get(handle_of(key, "content of ours"));
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_EQ(found->status, Status::live);
    EXPECT_EQ(found->entry->content, "content of ours");
    EXPECT_EQ(found->entry->source.arguments, "make");
    EXPECT_EQ(found->entry->tokens, 7u);
    EXPECT_EQ(store->stats()->bytes, 15u);
    EXPECT_EQ(store->stats()->total_bytes, 15u);
    ASSERT_TRUE(put(*store, "new"));
  }
  EXPECT_EQ(disk().find("content of ours"), std::string::npos);
  EXPECT_EQ(disk().find("long expired"), std::string::npos);
  {
    const auto store = open(other);
    EXPECT_EQ(store->get(handle_of(other, "content of theirs"))->entry->content, "content of theirs");
  }
  EXPECT_EQ(number("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'older%'"), 0);
  EXPECT_EQ(disk().find("content of"), std::string::npos);
  for (const auto& e : fs::directory_iterator(directory_.path()))
    EXPECT_EQ(e.path().filename().string().find("corrupt"), std::string::npos) << e.path();
}

TEST(MasterKey, IsReadFromHexAndBase64) {
  std::string raw(32, '\0');
  for (int i = 0; i < 32; ++i) raw[static_cast<std::size_t>(i)] = static_cast<char>(i * 7);
  EXPECT_EQ(parse_master_key("00070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9"), raw);
  EXPECT_EQ(parse_master_key("AAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK+2vcTL0tk="), raw);
  EXPECT_EQ(parse_master_key("AAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK-2vcTL0tk"), raw);
  for (const char* bad : {"", "00", "zz070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9",
                          "AAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK+2vcTL0t!="})
    EXPECT_FALSE(parse_master_key(bad)) << bad;
}

TEST(Aead, OpensOnlyWhatItSealed) {
  Aead aead;
  const std::string k(32, 'k');
  const auto sealed = aead.seal(k, "about", "text").value();
  EXPECT_EQ(sealed.size(), 4 + seal_overhead);
  EXPECT_EQ(aead.open(k, "about", sealed).value(), "text");
  EXPECT_NE(aead.seal(k, "about", "text").value(), sealed);
  EXPECT_FALSE(aead.open(std::string(32, 'x'), "about", sealed));
  EXPECT_FALSE(aead.open(k, "About", sealed));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(aead.open(k, "about", changed)) << i;
    EXPECT_FALSE(aead.open(k, "about", sealed.substr(0, i))) << i;
  }
  EXPECT_EQ(aead.open(k, "", aead.seal(k, "", "").value()).value(), "");
}

// NIST's GCM test vector (AES-256, case 14 of the submission): key, nonce and text of zeros.
TEST(Aead, ChecksWithoutACopy) {
  Aead aead;
  const std::string k(32, 'k');
  for (const std::size_t size : {0u, 1u, 65535u, 65536u, 65537u, 200000u}) {
    std::string text(size, 'a');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 % 251);
    const auto sealed = aead.seal(k, "about", text).value();
    EXPECT_TRUE(aead.check(k, "about", sealed, text)) << size;
    EXPECT_FALSE(aead.check(k, "About", sealed, text)) << size;
    EXPECT_FALSE(aead.check(k, "about", sealed, text + "a")) << size;
    for (const std::size_t at : {std::size_t{0}, size / 2, size - 1}) {
      if (at >= size) continue;
      std::string other = text, damaged = sealed;
      other[at] = static_cast<char>(other[at] ^ 1);
      damaged[damaged.size() - 1 - at] = static_cast<char>(damaged[damaged.size() - 1 - at] ^ 1);
      EXPECT_FALSE(aead.check(k, "about", sealed, other)) << size << " " << at;
      EXPECT_FALSE(aead.check(k, "about", damaged, text)) << size << " " << at;
      EXPECT_FALSE(aead.check(k, "about", sealed, text.substr(0, at))) << size << " " << at;
    }
  }
}

TEST(Aead, FollowsItsStandard) {
  Aead aead;
  std::string sealed(12, '\0');
  sealed += std::string("\xce\xa7\x40\x3d\x4d\x60\x6b\x6e\x07\x4e\xc5\xd3\xba\xf3\x9d\x18", 16);
  sealed += std::string("\xd0\xd1\xc8\xa7\x99\x99\x6b\xf0\x26\x5b\x98\xb5\xd4\x8a\xb9\x19", 16);
  EXPECT_EQ(aead.open(std::string(32, '\0'), "", sealed).value(), std::string(16, '\0'));
}

}  // namespace
}  // namespace headroom::store
