// A look at a store must tell what is wrong, and leave every byte as it was.
#include "store/check.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "store/test_directory.h"

namespace headroom::store {
namespace {

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Fixture : testing::Test {
  TestDirectory directory;
  std::filesystem::path file = directory.path() / "originals.db";
  WorkspaceKey key = *load_or_make_key(directory.path() / "workspace.key");

  void fill() {
    const auto store = open_sqlite(file, key, {});
    ASSERT_TRUE(store);
    for (int i = 0; i < 200; ++i) {
      const std::string content = std::string(3000, 'a') + std::to_string(i);
      Original original;
      original.content = content;
      original.kind = "slot";
      const auto put = (*store)->put({&original, 1});
      ASSERT_TRUE(put[0]) << put[0].error().message;
    }
  }
};
using StoreCheckTest = Fixture;

TEST_F(StoreCheckTest, NothingThere) {
  const auto check = check_sqlite(file, key);
  ASSERT_TRUE(check);
  EXPECT_FALSE(check->there);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(StoreCheckTest, SoundAndUnchanged) {
  fill();
  const std::string before = bytes_of(file);
  const auto check = check_sqlite(file, key);
  ASSERT_TRUE(check) << check.error().message;
  EXPECT_EQ(check->damage, "");
  EXPECT_EQ(check->entries, 200u);
  EXPECT_EQ(check->key_fits, true);
  EXPECT_EQ(bytes_of(file), before);
}

TEST_F(StoreCheckTest, AnotherKeyDoesNotFit) {
  fill();
  WorkspaceKey other = derive_keys(std::string(32, 'x'));
  other.name = key.name;
  const auto check = check_sqlite(file, other);
  ASSERT_TRUE(check);
  EXPECT_EQ(check->key_fits, false);
  other.name = "nobody";
  EXPECT_EQ(check_sqlite(file, other)->key_fits, std::nullopt);
}

TEST_F(StoreCheckTest, DamageIsTold) {
  fill();
  std::string bytes = bytes_of(file);
  ASSERT_GT(bytes.size(), 40'000u);
  std::fill(bytes.begin() + 8192, bytes.begin() + 40'000, '\x5a');
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  std::filesystem::remove(file.string() + "-wal");
  const auto check = check_sqlite(file, key);
  ASSERT_TRUE(check) << check.error().message;
  EXPECT_NE(check->damage, "");
  EXPECT_EQ(bytes_of(file), bytes);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << std::string(4096, 'n');
  const auto none = check_sqlite(file, key);
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_NE(none->damage, "");
}

}  // namespace
}  // namespace headroom::store
