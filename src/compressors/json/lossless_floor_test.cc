#include "compressors/json/lossless_floor.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "compressors/json/encode.h"
#include "compressors/json/reversible_grid.h"
#include "json/document.h"
#include "tokens/counter.h"

namespace headroom::compressors::records {
namespace {

constexpr Tokens no_limit{1 << 30};

// A column's number in a row: counting, stepping, wild, seldom changing, with a shared front or back.
std::string number_of(int style, int row, int wild) {
  switch (style) {
    case 0:
      return std::to_string(1000 + row);
    case 1:
      return std::to_string(10 * row + 5);
    case 2:
      return std::to_string(wild);
    case 3:
      return std::to_string(wild % 70);
    case 4:
      return std::to_string(row) + ".5";
    case 5:
      return "12." + std::to_string(wild);
    case 6:
      return std::to_string(row / 3);
    default:
      return std::to_string(wild) + "." + std::to_string(row);
  }
}

std::string rows_of(const std::vector<int>& styles, const std::vector<int>& wild, int rows) {
  std::string json = "[";
  for (int r = 0; r < rows; ++r) {
    json += r > 0 ? ",{" : "{";
    std::size_t c = 0;
    for (const int style : styles) {
      const int w = wild[(static_cast<std::size_t>(r) * styles.size() + c) % wild.size()];
      json += (c > 0 ? ",\"c" : "\"c") + std::to_string(c) + "\":" + number_of(style, r, w);
      ++c;
    }
    json += ",\"ref\":\"order " + number_of(styles[0], r, wild[static_cast<std::size_t>(r) % wild.size()]) + "\"}";
  }
  return json + "]";
}

Tokens floor_of(const std::string& json) {
  const auto doc = json::Document::parse(json);
  const auto grid = grid_of_array(*doc, 0);
  return grid ? lossless_floor(*grid, no_limit) : Tokens(0);
}

RC_GTEST_PROP(LosslessFloor, NoLosslessViewIsBelow, ()) {
  const auto rows = *rc::gen::inRange(5, 400);
  const auto styles =
      *rc::gen::resize(6, rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8))));
  const auto wild = *rc::gen::container<std::vector<int>>(97, rc::gen::inRange(0, 100000));
  const std::string json = rows_of(styles, wild, rows);
  const Tokens floor = floor_of(json);
  const auto doc = json::Document::parse(json);
  tokens::Counter ruler;
  for (const bool marks : {true, false}) {
    EncodeOptions options;
    options.marks = marks;
    options.ruler = &ruler;
    if (const auto view = encode(*doc, options)) RC_ASSERT(floor <= ruler.count(*view));
  }
  RC_ASSERT(floor <= ruler.count(json));
}

TEST(LosslessFloor, WildNumbersCostTheirDigitsInEveryRow) {
  std::string json = "[";
  for (int r = 0; r < 300; ++r) json += (r > 0 ? R"(,{"n":)" : R"({"n":)") + std::to_string(r * r * 37 % 99991) + "}";
  const Tokens floor = floor_of(json + "]");
  EXPECT_GT(floor, Tokens(600));
  const auto doc = json::Document::parse(json += "]");
  EXPECT_EQ(lossless_floor(*grid_of_array(*doc, 0), Tokens(50)) >= Tokens(50), true);
}

TEST(LosslessFloor, CountersAndFewValuesCostNothing) {
  std::string counters = "[", few = "[";
  for (int r = 0; r < 300; ++r) {
    counters += (r > 0 ? R"(,{"n":)" : R"({"n":)") + std::to_string(r) + "}";
    few += (r > 0 ? R"(,{"n":)" : R"({"n":)") + std::to_string(r * 7 % 64) + "}";
  }
  EXPECT_EQ(floor_of(counters + "]"), Tokens(0));
  EXPECT_EQ(floor_of(few + "]"), Tokens(0));
}

}  // namespace
}  // namespace headroom::compressors::records
