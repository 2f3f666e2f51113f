#include "compressors/json/lossless_sample.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "compressors/compressor.h"
#include "compressors/json/encode.h"
#include "compressors/json/reversible_grid.h"
#include "json/document.h"
#include "tokens/counter.h"

namespace headroom::compressors::records {
namespace {

// A column's cell in a row: counting, wild, few values, seldom another, text around a number, equal.
std::string cell_of(int style, int row, int wild) {
  switch (style) {
    case 0:
      return std::to_string(1000 + row);
    case 1:
      return std::to_string(wild);
    case 2:
      return wild % 3 == 0 ? R"("ok")" : wild % 3 == 1 ? R"("waiting")" : R"("refused")";
    case 3:
      return std::to_string(row / 5);
    case 4:
      return "\"/srv/data/" + std::to_string(wild % 50) + "/part-" + std::to_string(row) + ".bin\"";
    default:
      return R"("eu-west-1")";
  }
}

std::string rows_of(const std::vector<int>& styles, const std::vector<int>& wild, int rows) {
  std::string json = "[";
  for (int r = 0; r < rows; ++r) {
    json += r > 0 ? ",{" : "{";
    for (std::size_t c = 0; c < styles.size(); ++c) {
      const int w = wild[(static_cast<std::size_t>(r) * styles.size() + c) % wild.size()];
      json += (c > 0 ? ",\"c" : "\"c") + std::to_string(c) + "\":" + cell_of(styles[c], r, w);
    }
    json += "}";
  }
  return json + "]";
}

Tokens judged(const std::string& json) {
  const auto doc = json::Document::parse(json);
  const auto grid = grid_of_array(*doc, 0);
  return grid ? lossless_by_sample(*grid) : Tokens();
}

Tokens encoded(const std::string& json) {
  const auto doc = json::Document::parse(json);
  tokens::Counter ruler;
  EncodeOptions options;
  options.ruler = &ruler;
  const auto view = encode(*doc, options);
  return ruler.count(view ? *view : json);
}

// Rows of one sort from the first to the last: what is judged stays below what they take.
RC_GTEST_PROP(LosslessSample, StaysBelowWhatAlikeRowsTake, ()) {
  const auto rows = *rc::gen::inRange(5, 400);
  const auto styles =
      *rc::gen::resize(6, rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6))));
  const auto wild = *rc::gen::container<std::vector<int>>(1009, rc::gen::inRange(0, 100000));
  const std::string json = rows_of(styles, wild, rows);
  RC_ASSERT(judged(json) <= encoded(json));
}

TEST(LosslessSample, TellsWhatWildRowsTake) {
  std::vector<int> wild;
  for (int i = 0; i < 1009; ++i) wild.push_back(i * 7919 % 99991);
  const std::string json = rows_of({0, 1, 4, 2}, wild, 400);
  EXPECT_GT(judged(json).value * 3, encoded(json).value);
}

TEST(LosslessSample, EqualRowsAndFewRowsCostNothing) {
  EXPECT_EQ(judged(rows_of({0, 5}, {1}, 400)), Tokens());
  EXPECT_EQ(judged(rows_of({1, 4}, {13, 77, 4242}, 15)), Tokens());
}

// Neither the first rows nor the last ones decide.
TEST(LosslessSample, StretchesOfEqualRowsCountForNothing) {
  std::string json = "[";
  for (int r = 0; r < 300; ++r) {
    const bool wild = r < 40 || r > 280;
    json += (r > 0 ? R"(,{"id":)" : R"({"id":)") + std::to_string(wild ? r * 7919 % 99991 : 5) + R"(,"state":"ok"})";
  }
  EXPECT_EQ(judged(json + "]"), Tokens());
}

}  // namespace
}  // namespace headroom::compressors::records
