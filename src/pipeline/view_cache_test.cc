#include "pipeline/view_cache.h"

#include <gtest/gtest.h>

#include <string>

#include "pipeline/intent.h"

namespace headroom::pipeline {
namespace {

std::shared_ptr<const std::string> text(int n) {
  return std::make_shared<const std::string>(std::to_string(n));
}

TEST(ViewCache, KeepsWhatWasUsedLastWithinItsBytes) {
  ViewCache cache(100'000);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    cache.put(Hash128{i, i}, text(static_cast<int>(i)), 1000);
    ASSERT_LE(cache.bytes(), 100'000u);
    ASSERT_TRUE(cache.find<std::string>(Hash128{0, 0})) << i;  // asked for again and again
  }
  EXPECT_EQ(*cache.find<std::string>(Hash128{999, 999}), "999");
  EXPECT_FALSE(cache.find<std::string>(Hash128{1, 1}));
  cache.erase(Hash128{999, 999});
  EXPECT_FALSE(cache.find<std::string>(Hash128{999, 999}));
  cache.clear();
  EXPECT_EQ(cache.bytes(), 0u);
  EXPECT_EQ(cache.entries(), 0u);
}

TEST(ViewCache, ReplacesAndRefusesWhatIsTooLarge) {
  ViewCache cache(10'000);
  cache.put(Hash128{1, 1}, text(1), 100);
  cache.put(Hash128{1, 1}, text(2), 200);
  EXPECT_EQ(*cache.find<std::string>(Hash128{1, 1}), "2");
  EXPECT_EQ(cache.entries(), 1u);
  cache.put(Hash128{2, 2}, text(3), 20'000);
  EXPECT_FALSE(cache.find<std::string>(Hash128{2, 2}));
  EXPECT_TRUE(cache.find<std::string>(Hash128{1, 1}));
}

TEST(Intent, WholeWordsOnly) {
  for (const char* yes : {"Fix it", "please DEBUG this", "why does it hang", "analysing", "it fails", "two bugs",
                          "root cause?", "explained", "fixes"}) {
    EXPECT_TRUE(asks_about_code(yes)) << yes;
  }
  for (const char* no : {"", "add a prefix", "terrors of night", "list the files",
                         "<system-reminder>fix the bug</system-reminder>go on"}) {
    EXPECT_FALSE(asks_about_code(no)) << no;
  }
  const std::string words[] = {"poke"};
  EXPECT_TRUE(asks_about_code("poked it", words));
  EXPECT_FALSE(asks_about_code("fix it", words));
}

}  // namespace
}  // namespace headroom::pipeline
