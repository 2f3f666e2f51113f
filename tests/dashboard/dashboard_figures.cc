// Writes what the proxy would answer to the dashboard, from the real ledger: the page's own files, /stats,
// /stats-history, the feed, events and a view, each as a file of a folder. For dashboard_test.mjs.
//
//   dashboard_figures FOLDER NOW empty|busy       NOW: "2026-01-05T09:12:44.031Z"
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "ledger/ledger.h"
#include "ledger/page.h"
#include "ledger/views.h"

namespace {

using namespace headroom::ledger;
using std::chrono::milliseconds;
using std::chrono::minutes;

struct Session {
  const char* route;
  const char* model;
  std::int64_t context, write, read;
};
constexpr Session sessions[] = {{"anthropic.messages", "claude-sonnet-4-5", 60'000, 1, 1},
                                {"anthropic.messages", "claude-opus-4-5", 90'000, 1, 1},
                                {"openai.responses", "gpt-5", 48'000, 0, 1},
                                {"gemini.generate", "gemini-2.5-pro", 30'000, 0, 1},
                                {"openai.chat", "local-model-of-ours", 9000, 0, 0}};
struct Output {
  const char* tool;
  const char* kind;
  std::int64_t tokens;
  int part;  // of it stays, in per cent
};
constexpr Output outputs[] = {{"Bash", "log", 9000, 12},    {"Bash", "json", 6000, 30},
                              {"Grep", "search", 4200, 40}, {"mcp__db__query", "json", 12'000, 15},
                              {"Read", "code", 5200, 55},   {"WebFetch", "text", 7000, 35},
                              {"Bash", "diff", 3300, 60}};

class Figures {
 public:
  explicit Figures(Ledger& ledger) : ledger_(ledger) {}

  // A turn of a session, as an agent makes them: a long prefix that was read, a little that is new.
  void turn(Time t) {
    const std::size_t which = below(100) < 55 ? 0 : static_cast<std::size_t>(below(5));
    const Session& session = sessions[which];
    State& state = states_[which];
    if (state.size > session.context) state = {0, state.generation + 1, 0, state.last};
    const std::int64_t fresh = 300 + below(3000);
    const bool clock = below(40) == 0, lost = below(60) == 0;
    const bool expired = t - state.last > minutes(5);
    const std::int64_t read = session.read == 0 || clock || lost || expired ? 0 : state.size;
    state.size = (state.size == 0 ? 11'000 : state.size) + fresh;
    ++state.turns;
    state.last = t;

    Exchange e;
    e.row.t = t;
    e.row.id = RequestId::own("req" + std::to_string(100'000 + n_++));
    e.row.rt = RouteName::own(session.route);
    e.row.md = ModelName::own(session.model);
    e.row.by = "local";
    e.row.cv = {0x5f0c1e2d3a4b + which * 1000 + static_cast<std::uint64_t>(state.generation)};
    e.row.st = 200;
    e.row.labels[0] = ledger_.label(which == 0 ? "compiler" : "website");
    std::int64_t left = 0;
    for (std::int64_t i = below(4); i > 0; --i) {
      const Output& output = outputs[below(7)];
      const std::int64_t before = output.tokens / 2 + below(static_cast<std::uint64_t>(output.tokens));
      e.removed.push_back({ToolName::own(output.tool), KindName::own(output.kind), before, before * output.part / 100,
                           static_cast<int>(below(static_cast<std::uint64_t>(2 * state.turns)))});
      left += before - before * output.part / 100;
      e.transforms[0] = TransformName::own(output.kind);
    }
    e.row.tokens_after = state.size, e.row.tokens_before = state.size + left;
    e.row.bytes_in = e.row.tokens_before * 4, e.row.bytes_out = 3000 + below(20'000);
    e.row.own = Micros(180 + below(900) + (below(20) == 0 ? 4000 : 0));
    e.row.first_byte = milliseconds(350 + below(1400));
    e.row.total = e.row.first_byte + milliseconds(400 + below(9000));
    e.queued = Micros(5 + below(90));
    e.stream = below(4) != 0;
    e.tool_tokens = 112;
    const std::int64_t unread = state.size - read;
    e.rounds = {{session.write ? 20 : unread, read, session.write ? unread - 20 : 0, 100 + below(2200), 0}};
    if (below(60) == 0) {
      e.rounds.push_back({20, state.size, 400, 300, 0});
      e.row.q = 1;
    }
    if (below(90) == 0) {
      e.row.st = below(2) == 0 ? 529 : 429;
      e.rounds.clear();
      ledger_.counts().upstream_failed(Upstream::anthropic, upstream_error_of(e.row.st));
    }
    if (below(120) == 0) e.row.st = 499, e.rounds.clear(), e.row.x = "client_gone";
    e.prompt = prompt(which, clock ? static_cast<std::uint64_t>(n_) : 0);
    ledger_.record(std::move(e));
  }

  void counts() {
    using headroom::pipeline::Reason;
    Counts& c = ledger_.counts();
    c.skip(Reason::too_small, 4210), c.skip(Reason::code_recent, 812), c.skip(Reason::no_gain, 640);
    c.skip(Reason::own_output, 77), c.skip(Reason::exact_tool, 356), c.skip(Reason::small_error, 91);
    c.skip(Reason::secret, 3), c.skip(Reason::not_json, 2), c.skip(Reason::failed, 1);
    c.refuse(Gate::host), c.refuse(Gate::caller), c.refuse(Gate::caller);
    c.upstream_failed(Upstream::openai, UpstreamError::timeout);
    for (int i = 0; i < 31; ++i)
      ledger_.retrieved({.hash = 482193075514, .items = 12, .total_items = 900, .tool = "Bash", .type = "lines"});
    ledger_.retrieved({.hash = 1, .result = Retrieved::expired});
  }

 private:
  std::int64_t below(std::uint64_t n) { return static_cast<std::int64_t>(random_() % n); }

  struct State {
    std::int64_t size = 0;
    int generation = 0, turns = 0;
    Time last{};
  };

  // Digests of a prompt that grows; with a clock, its system prompt is another one.
  Prompt prompt(std::size_t which, std::uint64_t clock) const {
    const State& state = states_[which];
    Prompt out;
    const std::uint64_t talk = (which + 1) * 1'000'000 + static_cast<std::uint64_t>(state.generation) * 10'000;
    out.blocks.push_back({which + 1, 9000, -1, Segment::tools, false});
    out.blocks.push_back({which + 100 + clock * 1000, 24'000, -1, Segment::system, false});
    for (int i = 0; i < 2 * state.turns; ++i) {
      out.blocks.push_back({talk + static_cast<std::uint64_t>(i), 3000, i, Segment::messages, i % 2 == 0});
    }
    out.fresh_from = 2 * state.turns - 1;
    return out;
  }

  Ledger& ledger_;
  std::mt19937_64 random_{20260105};
  int n_ = 0;
  State states_[5];
};

void write(const std::filesystem::path& folder, std::string name, std::string_view bytes) {
  for (char& c : name) c = c == '/' ? '_' : c;
  std::ofstream(folder / name, std::ios::binary) << bytes;
}

}  // namespace

int main(int argc, char** argv) {
  const auto now = argc == 4 ? parse_iso(argv[2]) : std::nullopt;
  if (!now) {
    std::fputs("usage: dashboard_figures FOLDER NOW empty|busy\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  const bool busy = std::string_view(argv[3]) == "busy";
  std::filesystem::create_directories(folder);
  auto opened = Ledger::open({});
  if (!opened) return 3;
  Ledger& ledger = **opened;
  Figures figures(ledger);
  if (busy) {
    for (int day = 40; day > 0; --day) {
      const bool weekend = day % 7 < 2;
      for (int i = 0; i < (weekend ? 12 : 60 + 2 * (40 - day)); ++i)
        figures.turn(*now - std::chrono::days(day) + std::chrono::seconds(70 * i));
    }
    for (int i = 120; i > 0; --i) figures.turn(*now - std::chrono::seconds(40 * i));
    figures.counts();
    ledger.flush();
  }
  Gauges gauges{.requests = 2, .streams = 1, .uptime = std::chrono::hours(51), .views = busy};
  gauges.store = {.entries = busy ? 1240 : 0,
                  .most_entries = 0,
                  .bytes = busy ? 83'000'000 : 0,
                  .most_bytes = 1 << 30,
                  .original_tokens = busy ? 5'400'000 : 0,
                  .shown_tokens = busy ? 1'210'000 : 0,
                  .kind = "sqlite"};
  for (const page::Asset& asset : page::assets()) write(folder, std::string(asset.path), asset.bytes);
  write(folder, "/locked", page::locked().bytes);
  write(folder, "/stats", ledger.stats(*now, gauges));
  for (const char* const name : {"hourly", "daily", "weekly", "monthly"}) {
    write(folder, std::string("/stats-history.") + name, ledger.history_json(*parse_series(name), *now));
  }
  write(folder, "/transformations/feed", ledger.feed(50));
  // What comes while the page is open.
  const std::uint64_t before = ledger.last_event();
  if (busy) {
    for (int i = 0; i < 5; ++i) figures.turn(*now + std::chrono::seconds(3 + 2 * i));
  }
  write(folder, "/events", ledger.events(before).bytes + ledger.stats_event(*now, gauges));
  Views views;
  std::string log;
  for (int i = 0; i < 60; ++i)
    log += "2026-01-05 09:12:" + std::to_string(10 + i % 50) + " INFO worker " + std::to_string(i % 4) +
           " finished job <" + std::to_string(i) + ">\n";
  views.add("any", {{"Bash", "log", log, "[60 lines: 1 template, 0 errors]\n" + log.substr(0, 120), 1820, 64}});
  write(folder, "/transformations/view", views.json("any").value_or("{}"));
}
