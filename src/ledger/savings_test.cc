// Sums over the files must be those of the rows, however they are grouped.
#include "ledger/savings.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "ledger/history.h"
#include "ledger/log.h"
#include "store/test_directory.h"

namespace headroom::ledger {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
constexpr auto day = std::chrono::sys_days(std::chrono::year(2026) / 3 / 4);

Row row(Time t, std::string_view model, std::uint64_t conversation, std::int64_t before, std::int64_t after) {
  Row r;
  r.t = t;
  r.id = "0123456789ab";
  r.rt = "openai.chat";
  r.md = ModelName::own(model);
  r.st = 200;
  r.by = "local";
  r.cv = {conversation};
  r.tokens_before = before;
  r.tokens_after = after;
  r.usage = Usage{after, 0, 0, 10, 0};
  r.money = Money{before - after, 5, after};
  return r;
}

struct SavingsTest : testing::Test {
  store::TestDirectory directory;
  void write(const Row& r, std::string_view file_of = "requests-") {
    const auto of = std::chrono::floor<std::chrono::days>(r.t);
    const std::string name = file_of == "requests-" ? rows_name(of) : hours_name(of);
    std::ofstream(directory.path() / name, std::ios::app) << to_line(r);
  }
};

TEST_F(SavingsTest, NothingYet) {
  const Savings s = savings(directory.path() / "none", {});
  EXPECT_FALSE(s.any);
  EXPECT_EQ(s.all.figures, Figures{});
  EXPECT_EQ(s.all.drift(), std::nullopt);
}

TEST_F(SavingsTest, NewOnceAndResentApart) {
  // Three turns of one conversation: 100 leave, then the same and 50 more, then the same again. Another one in between.
  write(row(day + 1h, "gpt-4o", 7, 1000, 900));
  write(row(day + 2h, "claude-x", 8, 500, 480));
  write(row(day + 3h, "gpt-4o", 7, 1200, 1050));
  write(row(day + 4h, "gpt-4o", 7, 1300, 1150));
  write(row(day + 5h, "gpt-4o", 0, 100, 90));  // no conversation: new
  std::ofstream(directory.path() / rows_name(day), std::ios::app) << "no line\n{\"l\":5}\n";
  const Savings s = savings(directory.path(), {Time(day), By::model});
  EXPECT_EQ(s.all.figures.requests, 5);
  EXPECT_EQ(s.all.removed(), 100 + 20 + 150 + 150 + 10);
  EXPECT_EQ(s.all.fresh, 100 + 20 + 50 + 0 + 10);
  EXPECT_EQ(s.all.resent, 100 + 150);
  EXPECT_EQ(s.all.figures.net(), s.all.removed() - 25);
  EXPECT_EQ(s.all.drift(), 0);
  EXPECT_FALSE(s.all.is_estimate());
  ASSERT_EQ(s.rows.size(), 2u);
  EXPECT_EQ(s.rows[0].name, "gpt-4o");
  EXPECT_EQ(s.rows[0].fresh + s.rows[1].fresh, s.all.fresh);
  EXPECT_EQ(s.rows[0].figures.saved + s.rows[1].figures.saved, s.all.figures.saved);
  // From three o'clock on; what had left before is still known as resent.
  const Savings late = savings(directory.path(), {Time(day + 3h), By::total});
  EXPECT_EQ(late.all.figures.requests, 3);
  EXPECT_EQ(late.all.resent, 250);
  EXPECT_TRUE(late.rows.empty());
}

TEST_F(SavingsTest, ByClientAndProject) {
  Row a = row(day + 1h, "gpt-4o", 1, 100, 50), b = row(day + 2h, "gpt-4o", 2, 100, 60);
  b.by = "gateway";
  a.labels[0] = static_cast<LabelId>(71);
  write(a);
  write(b);
  std::string label;
  append_label_line(label, static_cast<LabelId>(71), "my-project");
  std::ofstream(directory.path() / rows_name(day), std::ios::app) << label;
  const Savings clients = savings(directory.path(), {Time(day), By::client});
  ASSERT_EQ(clients.rows.size(), 2u);
  EXPECT_EQ(clients.rows[0].name, "local");
  EXPECT_EQ(clients.rows[1].name, "gateway");
  const Savings projects = savings(directory.path(), {Time(day), By::project});
  ASSERT_EQ(projects.rows.size(), 2u);
  EXPECT_EQ(projects.rows[0].name, "my-project");
  EXPECT_EQ(projects.rows[1].name, "(none)");
  const Json json = Json::parse(savings_json(projects, By::project));
  EXPECT_EQ(json["by"], "project");
  EXPECT_EQ(json["rows"][0]["tokens"]["removed"], 50);
  EXPECT_EQ(json["microusd"]["net"], 50 + 40 - 10);
  EXPECT_EQ(json["drift_percent"], 0.0);
}

TEST_F(SavingsTest, DriftMakesAnEstimate) {
  Row r = row(day + 1h, "gpt-4o", 1, 1000, 900);
  r.usage->uncached = 1000;
  write(r);
  r.q = 1;  // hidden rounds bill an input again: not compared
  r.usage->uncached = 9000;
  write(r);
  const Savings s = savings(directory.path(), {Time(day), By::total});
  EXPECT_EQ(s.all.drift(), 1000);
  EXPECT_TRUE(s.all.is_estimate());
  EXPECT_EQ(Json::parse(savings_json(s, By::total))["drift_percent"], 10.0);
}

TEST_F(SavingsTest, DaysWhoseRowsHaveExpired) {
  write(row(day - 48h + 1h, "gpt-4o", 1, 1000, 900));
  write(row(day - 48h + 2h, "claude-x", 2, 100, 90));
  {
    History history;
    std::ifstream file(directory.path() / rows_name(day - std::chrono::days(2)));
    for (std::string line; std::getline(file, line);) history.take(line);
    std::ofstream(directory.path() / hours_name(day - std::chrono::days(2)))
        << history.day_lines(day - std::chrono::days(2));
  }
  const Savings whole = savings(directory.path(), {Time(day - 72h), By::model});
  EXPECT_FALSE(whole.summed);  // rows are there: sums are not added to them
  std::filesystem::remove(directory.path() / rows_name(day - std::chrono::days(2)));
  const Savings summed = savings(directory.path(), {Time(day - 72h), By::model});
  EXPECT_TRUE(summed.summed);
  EXPECT_EQ(summed.all.figures.requests, 2);
  EXPECT_EQ(summed.all.figures.saved, whole.all.figures.saved);
  EXPECT_EQ(summed.all.removed(), whole.all.removed());
  ASSERT_EQ(summed.rows.size(), 2u);
  EXPECT_EQ(summed.rows[0].figures.billed, whole.rows[0].figures.billed);
  EXPECT_EQ(savings(directory.path(), {Time(day), By::model}).all.figures.requests, 0);
}

TEST_F(SavingsTest, Reset) {
  EXPECT_EQ(counted_since(directory.path()), Time{});
  ASSERT_TRUE(count_from(directory.path(), Time(day + 5h)));
  EXPECT_EQ(counted_since(directory.path()), Time(day + 5h));
  ASSERT_TRUE(count_from(directory.path(), Time(day + 6h)));
  EXPECT_EQ(counted_since(directory.path()), Time(day + 6h));
}

}  // namespace
}  // namespace headroom::ledger
