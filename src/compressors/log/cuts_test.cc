#include "compressors/log/cuts.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace headroom::compressors::log {
namespace {

constexpr Marks kMarks{};

// The pattern of one hole, cut for these fillings, and what the first row then fills in.
std::pair<std::string, std::vector<std::string>> cut(const std::vector<std::string>& fillings) {
  std::vector<Fillings> rows;
  for (const std::string& filling : fillings) rows.push_back({filling});
  Pattern pattern{{Piece::literal, "get ", 0}, {Piece::hole, {}, 0}};
  Fillings first = rows.front();
  for (const HoleCut& c : find_cuts(rows)) {
    apply_cut(c, pattern);
    EXPECT_TRUE(apply_cut(c, first));
  }
  return {print(pattern, kMarks), {first.begin(), first.end()}};
}

std::string filled(const Pattern& pattern, const Fillings& fillings) {
  std::string out;
  std::size_t hole = 0;
  for (const Piece& p : pattern) out += p.kind == Piece::literal ? p.text : std::string(fillings[hole++]);
  return out;
}

TEST(LogCuts, AtTextAndAtWhatStandsInAnotherHole) {
  const auto [pattern, first] =
      cut({"ajv@https://hub.example/ajv/-/ajv-8.1", "co@https://hub.example/co/-/co-4.6",
           "@types/node@https://hub.example/@types/node/-/node-20.3", "debug@https://hub.example/debug/-/debug-4.3"});
  EXPECT_EQ(pattern, "get *@https://hub.example/*/-/*");
  EXPECT_EQ(first, (std::vector<std::string>{"ajv", "ajv", "ajv-8.1"}));
}

TEST(LogCuts, UnitsStayBehindTheirNumbers) {
  const auto [pattern, first] = cut({"35ms", "1204ms", "7ms", "99ms"});
  EXPECT_EQ(pattern, "get *ms");
  EXPECT_EQ(first, (std::vector<std::string>{"35"}));
}

TEST(LogCuts, NeverInsideARun) {
  EXPECT_EQ(cut({"veth41ab", "veth7c20", "veth09de"}).first, "get *");
  EXPECT_EQ(cut({"abcode1", "xcode2", "qcode3"}).first, "get *");
}

TEST(LogCuts, EqualHolesAreFound) {
  EqualHoles equal(3);
  equal.add({"a", "b", "a"});
  equal.add({"c", "c", "c"});
  EXPECT_TRUE(equal.are(2, 0));
  EXPECT_FALSE(equal.are(1, 0));
  EXPECT_FALSE(equal.are(2, 1));
}

RC_GTEST_PROP(LogCuts, FillingThePatternGivesEachRow, ()) {
  static constexpr const char* kWords[] = {"/srv/", "ajv", "-", "@https://hub/", "12", "ms", "", ".", "7"};
  const std::size_t holes = *rc::gen::inRange<std::size_t>(1, 4);
  std::vector<std::vector<std::string>> texts(*rc::gen::inRange<std::size_t>(2, 9));
  for (auto& row : texts) {
    for (std::size_t h = 0; h < holes; ++h) {
      row.emplace_back();
      for (std::size_t n = *rc::gen::inRange<std::size_t>(0, 6); n > 0; --n)
        row.back() += kWords[*rc::gen::inRange<std::size_t>(0, std::size(kWords))];
    }
  }
  Pattern pattern;
  for (std::size_t h = 0; h < holes; ++h) {
    pattern.push_back({Piece::hole, {}, 0});
    pattern.push_back({Piece::literal, "|", 0});
  }
  std::vector<Fillings> rows;
  for (const auto& row : texts) rows.emplace_back(row.begin(), row.end());
  const Pattern whole = pattern;
  const std::vector<HoleCut> cuts = find_cuts(rows);
  for (const HoleCut& c : cuts) apply_cut(c, pattern);
  for (const Fillings& row : rows) {
    Fillings fillings = row;
    for (const HoleCut& c : cuts) RC_ASSERT(apply_cut(c, fillings));
    RC_ASSERT(fillings.size() == holes_in(pattern));
    RC_ASSERT(filled(pattern, fillings) == filled(whole, row));
  }
}

}  // namespace
}  // namespace headroom::compressors::log
