// The operation `stats`: the ledger's sums by the core call.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "api/core.h"
#include "api/request.h"

namespace headroom::api {
namespace {

TEST(Stats, SumsTheLedger) {
  const auto folder = std::filesystem::temp_directory_path() / ("headroom_api_stats_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "requests-2026-03-04.jsonl")
      << R"({"t":"2026-03-04T09:12:44.031Z","id":"7f3a9c21d0e4","rt":"openai.chat","md":"gpt-4o","st":200,"k":[900,400],"u":[400,0,0,9],"m":[50,5,100]})"
      << "\n";
  const auto config = parse_config(R"({"logs":")" + folder.string() + "\"}");
  ASSERT_TRUE(config) << config.error().message;
  Core core(*config);
  const auto ask = [&](std::string_view request) {
    const Answer a = core.call(request);
    return std::pair(a.status, nlohmann::json::parse(a.json));
  };
  const auto [status, all] = ask(R"({"op":"stats","since":"2026-03-04","by":"model"})");
  EXPECT_EQ(status, Status::answered) << all;
  EXPECT_EQ(all["microusd"]["net"], 45);
  EXPECT_EQ(all["rows"][0]["name"], "gpt-4o");
  EXPECT_EQ(ask(R"({"op":"stats","since":"2026-03-04T10:00:00.000Z"})").second["requests"], 0);
  EXPECT_EQ(ask(R"({"op":"stats"})").second["requests"], 1);
  EXPECT_EQ(ask(R"({"op":"stats","since":"yesterday"})").first, Status::bad_request);
  EXPECT_EQ(ask(R"({"op":"stats","by":"modle"})").first, Status::bad_request);
  EXPECT_EQ(Core(Config{}).call(R"({"op":"stats"})").status, Status::bad_request);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace headroom::api
