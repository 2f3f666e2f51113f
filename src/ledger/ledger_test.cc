// The ledger as a whole: sums, restarts, what its texts say, threads.
#include "ledger/ledger.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "ledger/histogram.h"
#include "ledger/history.h"
#include "ledger/ledger_test_support.h"
#include "ledger/log.h"
#include "ledger/views.h"

namespace headroom::ledger {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

std::unique_ptr<Ledger> open_in(const std::filesystem::path& folder, int days = 90) {
  auto ledger = Ledger::open({.directory = folder, .days = days});
  EXPECT_TRUE(ledger.has_value());
  return std::move(*ledger);
}

void wait_until_loaded(const Ledger& ledger) {
  for (int i = 0; i < 1000 && !ledger.history_loaded(); ++i) std::this_thread::sleep_for(milliseconds(5));
  ASSERT_TRUE(ledger.history_loaded());
}

// Acceptance: 10,000 requests, and every figure that is shown anywhere equals the sum of what was told, to the token.
TEST(Ledger, TenThousandRequestsAddUpToTheTokenEverywhere) {
  TestFolder folder;
  std::mt19937_64 random(7);
  Usage sum;
  std::int64_t removed_by_rows = 0;
  const Time begin = test_time("2026-01-05T22:00:00.000Z");
  json stats, history;
  std::string csv;
  {
    const auto ledger = open_in(folder.path);
    for (int i = 0; i < 10'000; ++i) {
      Exchange e = any_exchange(random, begin + milliseconds(i * 1000));
      for (const Usage& round : e.rounds) sum += round;
      removed_by_rows += e.row.tokens_before - e.row.tokens_after;
      ledger->record(std::move(e));
    }
    ledger->flush();
    stats = json::parse(ledger->stats(begin, {}));
    history = json::parse(ledger->history_json(Series::hourly, begin));
    csv = ledger->history_csv(Series::daily, begin);
  }
  EXPECT_EQ(stats["requests"]["total"], 10'000);
  EXPECT_EQ(stats["tokens"]["input"], sum.input());
  EXPECT_EQ(stats["tokens"]["output"], sum.output);
  EXPECT_EQ(stats["tokens"]["cache_read"], sum.read);
  EXPECT_EQ(stats["tokens"]["saved"], removed_by_rows);

  // The file's own rows.
  Usage in_file;
  Money money;
  std::map<std::pair<std::string, std::string>, std::int64_t> parts;
  std::int64_t rows = 0;
  for (const char* const day : {"2026-01-05", "2026-01-06"}) {
    const std::string text = read_file(folder.path / ("requests-" + std::string(day) + ".jsonl"));
    ASSERT_FALSE(text.empty());
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      ASSERT_NE(end, std::string::npos);
      const std::string line = text.substr(at, end - at);
      ASSERT_LE(line.size(), 300u);
      const json one = json::parse(line);
      if (one.contains("st")) {
        ++rows;
        if (one.contains("u")) in_file += {one["u"][0], one["u"][1], one["u"][2], one["u"][3]};
        if (one.contains("m")) {
          money.saved += one["m"][0].get<std::int64_t>(), money.spent += one["m"][1].get<std::int64_t>();
          money.billed += one["m"][2].get<std::int64_t>();
        }
      } else if (one.contains("p")) {
        parts[{one["p"][0], one["p"][1]}] += one["m"].get<std::int64_t>();
      }
      at = end + 1;
    }
  }
  EXPECT_EQ(rows, 10'000);
  EXPECT_EQ(in_file, sum);
  std::int64_t by_tool = 0;
  for (const auto& [names, micro] : parts) by_tool += micro;
  EXPECT_EQ(by_tool, money.saved);
  EXPECT_GT(money.saved, 0);
  EXPECT_GT(money.spent, 0);

  // The series, from the files.
  const json& totals = history["totals"];
  EXPECT_EQ(totals["requests"], 10'000);
  EXPECT_EQ(totals["uncached"], sum.uncached);
  EXPECT_EQ(totals["cache_read"], sum.read);
  EXPECT_EQ(totals["cache_written"], sum.written);
  EXPECT_EQ(totals["output"], sum.output);
  EXPECT_EQ(totals["saved_microusd"], money.saved);
  EXPECT_EQ(totals["spent_microusd"], money.spent);
  EXPECT_EQ(totals["billed_microusd"], money.billed);
  std::int64_t in_points = 0, by_model = 0;
  for (const json& point : history["points"]) in_points += point["output"].get<std::int64_t>();
  for (const json& model : history["by_model"]) by_model += model["output"].get<std::int64_t>();
  EXPECT_EQ(in_points, sum.output);
  EXPECT_EQ(by_model, sum.output);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 3);  // head and two days

  // Another process, later: the same totals, and a file of sums for what is over.
  {
    const auto ledger = open_in(folder.path);
    wait_until_loaded(*ledger);
    EXPECT_EQ(json::parse(ledger->history_json(Series::monthly, begin))["totals"], totals);
    EXPECT_EQ(json::parse(ledger->stats(begin, {}))["requests"]["total"], 0);
  }
}

TEST(Ledger, OldRowsGoAndTheirSumsStay) {
  TestFolder folder;
  std::mt19937_64 random(3);
  json before;
  {
    const auto ledger = open_in(folder.path, 7);
    for (int day = 0; day < 20; ++day) {
      for (int i = 0; i < 20; ++i) ledger->record(any_exchange(random, test_time() + std::chrono::days(day)));
    }
    ledger->flush();
    before = json::parse(ledger->history_json(Series::daily, test_time()))["totals"];
  }
  const auto ledger = open_in(folder.path, 7);
  wait_until_loaded(*ledger);
  Exchange last = any_exchange(random, test_time() + std::chrono::days(20));
  last.rounds.clear(), last.row.q = 0;
  ledger->record(std::move(last));
  const auto kept = [&] {
    int n = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path)) {
      n += entry.path().filename().string().starts_with("requests-");
    }
    return n;
  };
  ledger->flush();
  for (int i = 0; i < 400 && kept() != 8; ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_EQ(kept(), 8);  // today and the seven days before it
  const auto after = open_in(folder.path, 7);
  wait_until_loaded(*after);
  const json totals = json::parse(after->history_json(Series::daily, test_time()))["totals"];
  EXPECT_EQ(totals["requests"], before["requests"].get<int>() + 1);
  EXPECT_EQ(totals["output"], before["output"]);
  EXPECT_EQ(totals["saved_microusd"], before["saved_microusd"]);
}

TEST(Ledger, FilesAreTheOwnersAloneAndTwoProcessesMayShareThem) {
  TestFolder folder;
  std::mt19937_64 random(5);
  const auto one = open_in(folder.path), two = open_in(folder.path);
  std::int64_t output = 0;
  for (int i = 0; i < 500; ++i) {
    Exchange e = any_exchange(random, test_time());
    for (const Usage& round : e.rounds) output += round.output;
    (i % 2 == 0 ? one : two)->record(std::move(e));
    if (i % 50 == 0) one->flush(), two->flush();
  }
  one->flush(), two->flush();
  for (const auto* ledger : {&one, &two}) {
    const json totals = json::parse((*ledger)->history_json(Series::daily, test_time()))["totals"];
    EXPECT_EQ(totals["requests"], 500);
    EXPECT_EQ(totals["output"], output);
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder.path)) {
    struct stat about{};
    ASSERT_EQ(::stat(entry.path().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0600u) << entry.path();
  }
}

TEST(Ledger, StatsStaySmallWithTheLongestNames) {
  std::mt19937_64 random(11);
  const auto ledger = open_in("");
  for (int i = 0; i < 3000; ++i) {
    Exchange e = any_exchange(random, test_time());
    e.row.md = ModelName::own(("model-with-a-rather-long-name-x-" + std::to_string(i) + "yyyyyy").substr(0, 40));
    e.row.id = "0123456789abcdef";
    e.row.x = "upstream_protocol_error_", e.row.st = 502;
    for (Removed& r : e.removed) r.tool = ToolName::own("mcp__server__a_long_name_" + std::to_string(i % 300));
    for (auto& name : e.transforms) name = "a_transform_of_24_chars_";
    ledger->record(std::move(e));
  }
  for (std::size_t r = 0; r < reasons; ++r) ledger->counts().skip(static_cast<pipeline::Reason>(r), 1'000'000'000);
  for (std::size_t u = 0; u < upstreams; ++u) {
    for (std::size_t e = 0; e < upstream_errors; ++e)
      ledger->counts().upstream_failed(static_cast<Upstream>(u), static_cast<UpstreamError>(e));
  }
  ledger->flush();
  const std::string text = ledger->stats(test_time(), {});
  EXPECT_LE(text.size(), std::size_t{16} << 10);
  const json stats = json::parse(text);
  EXPECT_GE(stats["recent_requests"].size(), 3u);
  // The labels of /metrics are a closed set too.
  std::set<std::string> models;
  const std::string metrics = ledger->metrics({});
  for (std::size_t at = 0; (at = metrics.find("model=\"", at)) != std::string::npos; ++at) {
    models.insert(metrics.substr(at, metrics.find('"', at + 7) - at));
  }
  EXPECT_LE(models.size(), 100u);
}

TEST(Ledger, MetricsAreWhatPrometheusReads) {
  std::mt19937_64 random(13);
  const auto ledger = open_in("");
  for (int i = 0; i < 200; ++i) ledger->record(any_exchange(random, test_time()));
  ledger->counts().skip(pipeline::Reason::too_small, 12);
  ledger->counts().refuse(Gate::host);
  ledger->counts().upstream_failed(Upstream::openai, UpstreamError::timeout);
  const std::string text = ledger->metrics({.requests = 3});
  std::map<std::string, double> samples;
  std::set<std::string> typed;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    ASSERT_NE(end, std::string::npos);
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("# TYPE ")) typed.insert(line.substr(7, line.find(' ', 7) - 7));
    if (line.starts_with("#")) continue;
    const std::size_t space = line.rfind(' ');
    EXPECT_TRUE(samples.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second) << line;
    std::string name = line.substr(0, line.find_first_of("{ "));
    for (const std::string_view end_of : {"_bucket", "_sum", "_count"}) {
      if (name.ends_with(end_of) && typed.contains(name.substr(0, name.size() - end_of.size())))
        name.resize(name.size() - end_of.size());
    }
    EXPECT_TRUE(typed.contains(name)) << line;
  }
  EXPECT_EQ(samples.at("headroom_skipped_total{reason=\"too_small\"}"), 12);
  EXPECT_EQ(samples.at("headroom_refused_total{gate=\"host\"}"), 1);
  EXPECT_EQ(samples.at("headroom_upstream_errors_total{upstream=\"openai\",code=\"timeout\"}"), 1);
  EXPECT_EQ(samples.at("headroom_in_flight{what=\"requests\"}"), 3);
  EXPECT_EQ(samples.at("headroom_latency_ms_count"), 200);
  EXPECT_EQ(samples.at("headroom_latency_ms_bucket{le=\"+Inf\"}"), 200);
  double before = 0;
  for (const std::int64_t bound : Histogram::shown_bounds()) {
    std::string le = std::to_string(bound / 1000);
    if (bound == 50) le = "0.05";
    if (bound == 100) le = "0.1";
    if (bound == 200) le = "0.2";
    if (bound == 500) le = "0.5";
    const double n = samples.at("headroom_overhead_ms_bucket{le=\"" + le + "\"}");
    EXPECT_GE(n, before);
    before = n;
  }
}

TEST(Ledger, EventsGoOnFromTheLastOneSeen) {
  std::mt19937_64 random(17);
  std::atomic<int> woken = 0;
  auto opened = Ledger::open({.wake = [&woken] { ++woken; }});
  const auto& ledger = *opened;
  for (int i = 0; i < 1500; ++i) ledger->record(any_exchange(random, test_time()));
  ledger->flush();
  EXPECT_EQ(ledger->last_event(), 1500u);
  std::uint64_t after = 1400;
  std::vector<std::uint64_t> ids;
  for (bool more = true; more;) {
    const Events events = ledger->events(after);
    for (std::size_t at = 0; (at = events.bytes.find("id: ", at)) != std::string::npos; at += 4) {
      ids.push_back(std::stoull(events.bytes.substr(at + 4)));
      const std::size_t data = events.bytes.find("data: ", at) + 6;
      const json row = json::parse(events.bytes.substr(data, events.bytes.find('\n', data) - data));
      EXPECT_TRUE(row.contains("st"));
      EXPECT_TRUE(row.contains("transforms"));
    }
    after = events.last, more = events.more;
  }
  ASSERT_EQ(ids.size(), 100u);
  EXPECT_EQ(ids.front(), 1401u);
  EXPECT_EQ(ids.back(), 1500u);
  EXPECT_EQ(ledger->events(1500).bytes, "");
  // One that is gone, and one of another run: all there are, in pieces.
  EXPECT_TRUE(ledger->events(3).bytes.starts_with("id: 501\n"));
  EXPECT_TRUE(ledger->events(99'999).bytes.starts_with("id: 501\n"));
  EXPECT_EQ(json::parse(ledger->feed(7))["transformations"].size(), 7u);
  for (int i = 0; i < 200 && woken == 0; ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_GE(woken, 1);
  ledger->reset();
  EXPECT_EQ(json::parse(ledger->stats(test_time(), {}))["requests"]["total"], 0);
  EXPECT_EQ(ledger->last_event(), 1500u);
}

TEST(Ledger, LabelsAreExplainedInEachFile) {
  TestFolder folder;
  const auto ledger = open_in(folder.path);
  std::mt19937_64 random(19);
  for (int day = 0; day < 2; ++day) {
    Exchange e = any_exchange(random, test_time() + std::chrono::days(day));
    e.row.labels = {ledger->label("my-project"), LabelId::none, ledger->label("ci")};
    ledger->record(std::move(e));
  }
  EXPECT_EQ(ledger->label("two words"), LabelId::none);
  EXPECT_EQ(ledger->label(std::string(65, 'a')), LabelId::none);
  EXPECT_EQ(ledger->label("my-project"), ledger->label("my-project"));
  const std::string feed = ledger->feed(1);
  EXPECT_EQ(json::parse(feed)["transformations"][0]["project"], "my-project");
  EXPECT_EQ(json::parse(feed)["transformations"][0]["stack"], "ci");
  ledger->flush();
  for (const char* const day : {"2026-01-05", "2026-01-06"}) {
    const std::string text = read_file(folder.path / ("requests-" + std::string(day) + ".jsonl"));
    EXPECT_NE(text.find("\"is\":\"my-project\""), std::string::npos);
    EXPECT_NE(text.find("\"is\":\"ci\""), std::string::npos);
  }
}

// Threads record, count and ask at once (a run under ThreadSanitizer looks for races: ./dev check).
TEST(Ledger, ThreadsMeet) {
  TestFolder folder;
  auto opened = Ledger::open({.directory = folder.path, .wake = [] {}});
  Ledger& ledger = **opened;
  std::vector<std::thread> threads;
  std::atomic<std::int64_t> output = 0;
  constexpr int writers = 3, each = 2000;
  for (int w = 0; w < writers; ++w) {
    threads.emplace_back([&ledger, &output, w] {
      std::mt19937_64 random(static_cast<std::uint64_t>(w));
      for (int i = 0; i < each; ++i) {
        Exchange e = any_exchange(random, test_time());
        for (const Usage& round : e.rounds) output += round.output;
        e.row.labels[0] = ledger.label("project-" + std::to_string(i % 50));
        ledger.record(std::move(e));
        ledger.counts().skip(pipeline::Reason::no_gain);
        ledger.retrieved({.hash = 1, .query = "q", .result = Retrieved::found});
      }
    });
  }
  threads.emplace_back([&ledger] {
    std::uint64_t after = 0;
    for (int i = 0; i < 60; ++i) {
      (void)ledger.stats(test_time(), {});
      (void)ledger.metrics({});
      (void)ledger.history_json(Series::hourly, test_time());
      after = ledger.events(after).last;
      (void)ledger.feed(10);
      (void)ledger.retrieve_stats({});
    }
  });
  for (std::thread& thread : threads) thread.join();
  ledger.flush();
  const json totals = json::parse(ledger.history_json(Series::daily, test_time()))["totals"];
  EXPECT_EQ(totals["requests"], writers * each);
  EXPECT_EQ(totals["output"], output.load());
  EXPECT_EQ(json::parse(ledger.stats(test_time(), {}))["retrievals"]["found"], writers * each);
}

// What is planted in every place that a caller's text can reach is in no file and no answer.
TEST(Ledger, PlantedSecretsGetNowhere) {
  TestFolder folder;
  const std::string secrets[] = {"sk-ant-api03-Q2hlZXNlQ2FrZTEyMzQ1Njc4OTAx",
                                 "ghp_0123456789abcdefghijABCDEFGHIJ012345", "AKIAIOSFODNN7EXAMPL3",
                                 "hunter2 is the password", "c3VwZXJzZWNyZXQxMjM0NTY3ODkwYWJj"};
  std::string all;
  {
    const auto ledger = open_in(folder.path);
    std::mt19937_64 random(23);
    for (const std::string& secret : secrets) {
      Exchange e = any_exchange(random, test_time());
      e.row.md = ModelName::of(secret);
      e.row.by = CallerName::of(secret);
      e.row.labels = {ledger->label(secret), ledger->label(secret), ledger->label(secret)};
      e.removed.push_back({ToolName::of(secret), KindName::own(secret), 1000, 10, 1});
      e.row.cv = conversation_of(secret, test_key);
      e.prompt = prompt_of(
          json{{"model", secret}, {"system", secret}, {"messages", {{{"role", "user"}, {"content", secret}}}}}.dump(),
          "", test_key);
      ASSERT_TRUE(e.prompt);
      ledger->record(std::move(e));
    }
    all = ledger->stats(test_time(), {}) + ledger->metrics({}) + ledger->feed(100) + ledger->events(0).bytes +
          ledger->history_json(Series::hourly, test_time());
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder.path)) all += read_file(entry.path());
  for (const std::string& secret : secrets) {
    EXPECT_EQ(all.find(secret), std::string::npos) << secret;
    EXPECT_EQ(all.find(secret.substr(8, 16)), std::string::npos) << secret;
  }
}

TEST(Ledger, RetrievalsShowTheLastTwenty) {
  const auto ledger = open_in("");
  for (std::uint64_t i = 0; i < 30; ++i) {
    ledger->retrieved({.hash = i,
                       .query = std::string(199, 'x') + "\xC3\xA4",
                       .items = 2,
                       .total_items = 9,
                       .tool = "Bash",
                       .type = "query"});
  }
  const json stats = json::parse(ledger->retrieve_stats({.store = {.entries = 4}}));
  EXPECT_EQ(stats["store"]["entries"], 4);
  EXPECT_EQ(stats["store"]["retrievals"], 30);
  ASSERT_EQ(stats["recent_retrievals"].size(), 20u);
  EXPECT_EQ(stats["recent_retrievals"][0]["hash"], "000000000029");
  EXPECT_EQ(stats["recent_retrievals"][0]["query"], std::string(199, 'x'));
}

TEST(Views, KeepTheNewestWithinTheirBounds) {
  Views views;
  for (int i = 0; i < 60; ++i) {
    views.add(RequestId::own("r" + std::to_string(i)),
              {{"Bash", "log", std::string(100'000, 'a'), "short", 25'000, 2}});
  }
  EXPECT_FALSE(views.json("r0"));
  const json one = json::parse(*views.json("r59"));
  EXPECT_EQ(one["views"][0]["before"].get<std::string>().size(), Views::longest_text);
  EXPECT_EQ(one["bytes_cut"], 100'000 - Views::longest_text);
  EXPECT_EQ(json::parse(views.list())["requests"].size(), 50u);
}

TEST(LogWriter, SaysWhatItCouldNotWrite) {
  TestFolder folder;
  auto log = LogWriter::open(folder.path / "logs");
  ASSERT_TRUE(log);
  const auto day = std::chrono::floor<std::chrono::days>(test_time());
  std::filesystem::create_directory(folder.path / "logs" / rows_name(day));  // in the way
  log->add(day, "{\"a\":1}\n");
  EXPECT_FALSE(log->flush());
  const std::string line(1000, 'x');
  for (int i = 0; i < 5000; ++i) log->add(day, line + '\n');
  EXPECT_GT(log->lost_lines(), 0u);
  EXPECT_LE(log->waiting(), LogWriter::most_waiting);
  std::filesystem::remove(folder.path / "logs" / rows_name(day));
  EXPECT_TRUE(log->flush());
  EXPECT_TRUE(read_file(folder.path / "logs" / rows_name(day)).starts_with("{\"a\":1}\n"));
  EXPECT_FALSE(LogWriter::open("/proc/no/such/place").has_value());
}

}  // namespace
}  // namespace headroom::ledger
