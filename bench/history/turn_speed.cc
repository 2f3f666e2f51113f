// turn_speed SESSIONS [CORPUS] [--slowest N] [--warm | --cold N | --only NAME]: what one more request costs in CPU time
// when a conversation of 1 MB and 200 messages gets one new result of 20 kB, in a process that has seen the
// conversation and in one that has not. Warm, each result is played in five processes and its median counts. The
// slowest 15 are named. --cold N: that alone, in N processes, and with one, two, four and eight threads: how long it
// takes, and what it costs. --only NAME: the results that are told of by that name a hundred times over, for a profile.
//
//   base: 201 messages, 1049210 bytes; 129 new results
//   warm: median 1.32 ms, p90 2.11 ms, p99 2.77 ms, 129 within 3; the base at first sight 111.62 ms
//   cold: median 109.94 ms, worst 112.99 ms (13 processes)
//
// All text is real: results of tools from the recorded sessions (SESSIONS), and the inputs of the golden cases
// (CORPUS), cut at a line end to at most 20 kB. Sessions at even places make the base, the others the new results.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "json/writer.h"
#include "messages/conversation.h"
#include "pipeline/compress.h"

namespace hr = headroom;
namespace fs = std::filesystem;

namespace {

// In so many processes each turn is played; its median counts, since others use the machine too.
constexpr std::size_t warm_processes = 5;
constexpr std::size_t base_bytes = 1 << 20, base_results = 100, new_bytes = 20'000, least_new = 12'000;

// CPU time of this thread: other processes do not count. Or of the process, or the time of day.
double now(clockid_t clock = CLOCK_THREAD_CPUTIME_ID) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

std::string read_file(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return std::move(out).str();
}

struct Result {
  std::string from, tool, arguments, text;
};

std::string cut_to(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  text.resize(most);
  const std::size_t end = text.rfind('\n');
  if (end != std::string::npos && end > most / 2) text.resize(end + 1);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80) != 0) text.pop_back();
  return text;
}

std::vector<fs::path> files_under(const fs::path& folder, bool (*wanted)(const fs::path&)) {
  std::vector<fs::path> out;
  for (const auto& e : fs::recursive_directory_iterator(folder)) {
    if (e.is_regular_file() && wanted(e.path())) out.push_back(e.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

void results_of_session(const fs::path& path, std::vector<Result>& out) {
  const std::string body = read_file(path);
  const auto c = hr::messages::read(body);
  if (!c) return;
  for (const hr::messages::Leaf& leaf : c->leaves) {
    if (leaf.role != hr::messages::Role::tool || leaf.call < 0) continue;
    const auto& call = c->calls[static_cast<std::size_t>(leaf.call)];
    out.push_back(
        {path.stem().string(), std::string(call.name), std::string(call.arguments), hr::messages::text_of(*c, leaf)});
  }
}

class Talk {
 public:
  Talk() {
    body_ = R"({"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"See what these say, and go on."})";
  }
  void add(const Result& r) {
    const std::string id = "call_" + std::to_string(results_++);
    hr::json::Writer call, answer;
    call.object().key("role").string("assistant").key("content").null().key("tool_calls").array().object();
    call.key("id").string(id).key("type").string("function").key("function").object();
    call.key("name").string(r.tool).key("arguments").string(r.arguments).end().end().end().end();
    answer.object().key("role").string("tool").key("tool_call_id").string(id).key("content").string(r.text).end();
    body_.append(",").append(call.text()).append(",").append(answer.text());
  }
  std::string body() const { return body_ + "]}"; }
  std::size_t messages() const { return 1 + 2 * results_; }
  std::size_t bytes() const { return body_.size(); }

 private:
  std::string body_;
  std::size_t results_ = 0;
};

struct Process {
  hr::tokens::Witnesses counters;
  hr::store::WorkspaceKey key{"default", std::string(32, 'k')};
  std::unique_ptr<hr::store::Store> store = hr::store::open_memory(key, {});
  hr::pipeline::ViewCache cache;
  hr::pipeline::Services services{
      counters, [this]() -> hr::Result<hr::store::Store*> { return store.get(); }, false, &key, &cache, true};

  double turn(const std::string& body) {
    hr::pipeline::Options options;
    options.retrieval = hr::pipeline::Retrieval::tool;
    options.redeems_outside = true;
    options.model_limit = hr::Tokens(4'000'000);  // rewrites are another matter: session_speed shows them
    const double begun = now();
    const auto out = hr::pipeline::compress_body(body, "openai", options, services);
    const double ms = now() - begun;
    if (out.error) std::fprintf(stderr, "%s\n", out.error->message.c_str());
    return ms;
  }
};

// Idle threads: each lives as long as its job.
class Crew {
 public:
  using Job = std::move_only_function<void(hr::tokens::Witnesses&)>;
  explicit Crew(int threads) : most_(threads) {}
  hr::pipeline::IdleThreads idle{[this](Job job) { return lend(std::move(job)); }, [] { return false; }};

 private:
  bool lend(Job job) {
    const std::scoped_lock lock(mutex_);
    if (running_ >= most_) return false;
    ++running_;
    threads_.emplace_back([this, job = std::move(job)]() mutable {
      hr::tokens::Witnesses counters;
      job(counters);
      const std::scoped_lock done(mutex_);
      --running_;
    });
    return true;
  }
  const int most_;
  int running_ = 0;
  std::mutex mutex_;
  std::deque<std::jthread> threads_;
};

// A frame of its own, so that a profile can tell it from the turns: the sum keeps the call from being one of the tail.
[[gnu::noinline]] double first_sight(Process& process, const std::string& body) {
  return 0.0 + process.turn(body);
}

double at(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

// For a profile: each result a hundred times, each time in a copy of the same warm process. (A text changed to be new
// each time would not be the same JSON, or none.)
void play_over(const Talk& talk, const std::vector<Result>& fresh) {
  Process warm;
  first_sight(warm, talk.body());
  for (const Result& r : fresh) {
    Talk next = talk;
    next.add(r);
    const std::string body = next.body();
    for (int n = 0; n < 100; ++n) {
      const pid_t copy = ::fork();
      if (copy == 0) {
        warm.turn(body);
        ::_exit(0);
      }
      if (copy > 0) ::waitpid(copy, nullptr, 0);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "turn_speed SESSIONS [CORPUS] [--slowest N] [--warm | --cold N | --only NAME]\n");
    return 2;
  }
  std::size_t slowest = 15, cold_alone = 0;
  bool cold_too = true;
  std::string only;
  if (argc > 3 && std::string_view(argv[argc - 2]) == "--cold") {
    cold_alone = static_cast<std::size_t>(std::atoi(argv[argc - 1]));
    argc -= 2;
  }
  if (argc > 3 && std::string_view(argv[argc - 2]) == "--only") {
    only = argv[argc - 1];
    argc -= 2;
  }
  if (std::string_view(argv[argc - 1]) == "--warm") {
    cold_too = false;
    --argc;
  }
  if (argc > 3 && std::string_view(argv[argc - 2]) == "--slowest") {
    slowest = static_cast<std::size_t>(std::atoi(argv[argc - 1]));
    argc -= 2;
  }
  std::vector<Result> base, fresh;
  const auto sessions = files_under(argv[1], [](const fs::path& p) {
    return p.extension() == ".json" && !p.filename().string().ends_with(".meta.json");
  });
  for (std::size_t i = 0; i < sessions.size(); ++i) results_of_session(sessions[i], i % 2 == 0 ? base : fresh);
  if (argc > 2) {
    for (const fs::path& p : files_under(argv[2], [](const fs::path& f) { return f.filename() == "input"; })) {
      const std::string name =
          p.parent_path().parent_path().filename().string() + "/" + p.parent_path().filename().string();
      fresh.push_back({name, "Bash", R"({"command":"cat output"})", read_file(p)});
    }
  }
  std::erase_if(fresh, [&](const Result& r) {
    return r.text.size() < least_new || (r.from + ", " + r.tool + " " + r.arguments).find(only) == std::string::npos;
  });
  for (Result& r : fresh) r.text = cut_to(std::move(r.text), new_bytes);
  // Results of all lengths, the longest among them cut: a hundred that are a megabyte together.
  Talk talk;
  const std::size_t step = std::max<std::size_t>(1, base.size() / (base_results * 2));
  for (std::size_t i = 0; i < base.size() && talk.messages() < 2 * base_results; i += step) {
    const std::size_t left = base_results - talk.messages() / 2;
    const std::size_t room =
        (base_bytes > talk.bytes() ? base_bytes - talk.bytes() : 0) / std::max<std::size_t>(left, 1);
    if (base[i].text.size() < room / 2) continue;
    base[i].text = cut_to(std::move(base[i].text), room * 2);
    talk.add(base[i]);
  }
  std::printf("base: %zu messages, %zu bytes; %zu new results\n", talk.messages(), talk.bytes(), fresh.size());
  if (fresh.empty()) return 1;

  if (!only.empty()) {
    play_over(talk, fresh);
    return 0;
  }
  if (cold_alone > 0) {
    std::vector<double> times;
    for (std::size_t i = 0; i < cold_alone; ++i) times.push_back(Process().turn(talk.body()));
    std::printf("cold: median %.2f ms, worst %.2f ms\n", at(times, .5), at(times, 1));
    for (const int threads : {1, 2, 4, 8}) {
      std::vector<double> lasted, cost;
      for (std::size_t i = 0; i < cold_alone; ++i) {
        Process process;
        const double begun = now(CLOCK_MONOTONIC), used = now(CLOCK_PROCESS_CPUTIME_ID);
        {
          Crew crew(threads - 1);
          process.services.idle = &crew.idle;
          process.turn(talk.body());
          lasted.push_back(now(CLOCK_MONOTONIC) - begun);
        }
        cost.push_back(now(CLOCK_PROCESS_CPUTIME_ID) - used);
      }
      std::printf("cold, %d thread%s: wall median %.2f ms, least %.2f; processor median %.2f ms, least %.2f\n", threads,
                  threads == 1 ? "" : "s", at(lasted, .5), at(lasted, 0), at(cost, .5), at(cost, 0));
    }
    return 0;
  }
  std::vector<double> first;
  std::vector<std::vector<double>> played(fresh.size());
  for (std::size_t process = 0; process < warm_processes; ++process) {
    Process warm;
    first.push_back(first_sight(warm, talk.body()));
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      Talk next = talk;
      next.add(fresh[i]);
      played[i].push_back(warm.turn(next.body()));
    }
  }
  std::vector<double> times;
  std::vector<std::pair<double, const Result*>> told;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    times.push_back(at(played[i], .5));
    told.emplace_back(times.back(), &fresh[i]);
  }
  std::printf("warm: median %.2f ms, p90 %.2f ms, p99 %.2f ms, %zd within 3; the base at first sight %.2f ms\n",
              at(times, .5), at(times, .9), at(times, .99),
              std::ranges::count_if(times, [](double ms) { return ms <= 3; }), at(first, .5));
  std::vector<double> cold;
  for (std::size_t i = 0; cold_too && i < fresh.size(); i += std::max<std::size_t>(1, fresh.size() / 12)) {
    Talk next = talk;
    next.add(fresh[i]);
    cold.push_back(Process().turn(next.body()));
  }
  if (cold_too)
    std::printf("cold: median %.2f ms, worst %.2f ms (%zu processes)\n", at(cold, .5), at(cold, 1), cold.size());
  std::sort(told.begin(), told.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; i < std::min(slowest, told.size()); ++i)
    std::printf("%.2f ms: %s, %s %.60s, %zu bytes\n", told[i].first, told[i].second->from.c_str(),
                told[i].second->tool.c_str(), told[i].second->arguments.c_str(), told[i].second->text.size());
  return 0;
}
