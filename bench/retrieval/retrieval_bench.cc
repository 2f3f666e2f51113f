// Retrieval, measured: does an answer hold the line that was asked for, and how long does it take?
//
//   retrieval_bench [QUERIES]
//
// 1. A log of 100,000 tokens with one planted line each time, asked for by some of its words (seeded): the share of
// answers of at most
//    2,000 tokens that hold the line.
// 2. Originals of 1 MB: 99th percentile of ranges and queries.
// 3. A request of 8 MB: finding an original in it by its handle, read already.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "json/strings.h"
#include "pipeline/in_hand.h"
#include "pipeline/retrieve.h"

namespace {

using namespace headroom;

struct Random {  // Knuth's MMIX generator: the same everywhere
  std::uint64_t state;
  std::uint64_t next() { return (state = state * 6364136223846793005u + 1442695040888963407u) >> 33; }
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  template <class T, std::size_t N>
  const T& of(const T (&list)[N]) {
    return list[below(N)];
  }
};

constexpr std::string_view services[] = {"checkout", "billing", "search", "gateway", "mailer", "ingest", "reports"};
constexpr std::string_view verbs[] = {"accepted", "finished", "retried", "queued", "scheduled", "refreshed", "opened"};
constexpr std::string_view things[] = {"request", "session", "batch", "connection", "job", "upload", "snapshot"};
constexpr std::string_view odd_verbs[] = {"evicted",  "quarantined", "throttled", "rejected",
                                          "orphaned", "truncated",   "revoked"};
constexpr std::string_view odd_things[] = {"certificate", "partition", "ledger", "webhook",
                                           "replica",     "quota",     "voucher"};
constexpr std::string_view reasons[] = {"disk pressure",    "a stale lease", "clock skew",      "a missing index",
                                        "an expired grant", "schema drift",  "a poisoned cache"};

std::string stamp(std::uint64_t second) {
  char text[40];
  std::snprintf(text, sizeof text, "2026-01-05T%02d:%02d:%02dZ ", static_cast<int>(second / 3600 % 24),
                static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
  return text;
}

std::string log_of(std::size_t lines, Random& random) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) {
    text.append(stamp(i)).append(random.below(20) == 0 ? "WARN " : "INFO ").append(random.of(services)).append(" ");
    text.append(random.of(things)).append(" ").append(std::to_string(10000 + random.below(90000))).append(" ");
    text.append(random.of(verbs)).append(" in ").append(std::to_string(random.below(900))).append(" ms\n");
    if (random.below(40) == 0)
      text.append("    at ").append(random.of(services)).append(".Handler.run(Handler.java:44)\n");
  }
  return text;
}

struct Planted {
  std::string line, question;
};

// A line of its own kind, and words of it as a person would ask.
Planted plant(Random& random) {
  const std::string thing(random.of(odd_things)), verb(random.of(odd_verbs)), service(random.of(services)),
      reason(random.of(reasons)), id = std::to_string(100000 + random.below(900000));
  const std::string line = std::string(random.below(2) == 0 ? "ERROR " : "INFO ") + service + " " + thing + " " + id +
                           " " + verb + " because of " + reason;
  switch (random.below(5)) {
    case 0:
      return {line, "what happened to " + thing + " " + id + "?"};
    case 1:
      return {line, "why was the " + thing + " " + verb};
    case 2:
      return {line, "was anything in " + service + " " + verb + " because of " + reason};
    case 3:
      return {line, thing + " " + reason};
    default:
      return {line, id};
  }
}

// Of the processor, so that a busy machine does not show.
double milliseconds_of(const auto& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) * 1000 / CLOCKS_PER_SEC;
}

double percentile(std::vector<double> times, double share) {
  std::sort(times.begin(), times.end());
  return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
}

const store::WorkspaceKey key{"default", std::string(32, 'k')};

pipeline::RetrieveAnswer ask(std::string_view content, pipeline::RetrieveRequest request, tokens::Counter& ruler,
                             pipeline::ContentIndexes* indexes = nullptr) {
  request.hash = "1";
  request.for_model = true;
  return pipeline::answer_retrieve(request, {1}, content, {"Bash", "make"}, Tokens(2000), ruler, indexes);
}

void planted_lines(int queries) {
  Random random{7};
  tokens::Counter ruler;
  const std::string base = log_of(4700, random);
  int held = 0, empty = 0;
  std::int64_t largest = 0;
  for (int i = 0; i < queries; ++i) {
    const Planted p = plant(random);
    std::string content = base;
    const std::size_t at = content.find('\n', random.below(content.size() - 200)) + 1;
    content.insert(at, stamp(random.below(86400)) + p.line + "\n");
    const auto answer = ask(content, {.query = p.question}, ruler);
    held += answer.text.find(p.line) != std::string::npos;
    empty += answer.text.empty();
    largest = std::max(largest, ruler.count(answer.text).value);
  }
  std::printf("planted line in a log of %lld tokens: %d of %d answers hold it, %d empty, largest %lld tokens\n",
              static_cast<long long>(ruler.count(base).value), held, queries, empty, static_cast<long long>(largest));
}

// JSON of 1 MB, whose rows are its pieces.
std::string rows_of(std::size_t bytes, Random& random) {
  std::string text = "[";
  for (int i = 0; text.size() < bytes; ++i) {
    text.append(i > 0 ? ",\n" : "").append("{\"id\":").append(std::to_string(i)).append(",\"service\":\"");
    text.append(random.of(services)).append("\",\"state\":\"").append(random.of(verbs)).append("\",\"ms\":");
    text.append(std::to_string(random.below(900))).append("}");
  }
  return text + "]";
}

void print(const char* what, std::vector<double>& times) {
  std::printf("  %-28s p50 %6.2f  p99 %6.2f ms\n", what, percentile(times, 0.5), percentile(times, 0.99));
}

// Queries whose words stand in it (the planted line's and the service's), and such that nothing holds.
void speeds() {
  Random random{9};
  tokens::Counter ruler;
  for (const bool rows : {false, true}) {
    const std::string base = rows ? rows_of(1000000, random) : log_of(17500, random).substr(0, 1000000);
    std::printf("1 MB of %s:\n", rows ? "JSON rows" : "log");
    std::vector<double> ranges, scans, first, hits, misses;
    std::size_t bytes = 0;
    for (int i = 0; i < 200; ++i) {
      const std::uint64_t line = 1 + random.below(15000);
      const std::string lines = std::to_string(line) + "-" + std::to_string(line + 60);
      ranges.push_back(milliseconds_of([&] { ask(base, {.lines = lines}, ruler); }));
      const Planted p = plant(random);
      std::string content = base;
      if (!rows) content.insert(content.find('\n', random.below(content.size() - 2000)) + 1, p.line + "\n");
      const std::string question =
          rows ? std::string(random.of(services)) + " " + std::to_string(random.below(900)) : p.question;
      const std::string nothing = "zq" + std::to_string(i) + "xk wvjq";
      std::string scanned, indexed;
      scans.push_back(milliseconds_of([&] { scanned = ask(content, {.query = question}, ruler).text; }));
      pipeline::ContentIndexes indexes;
      first.push_back(milliseconds_of([&] { ask(content, {.query = question}, ruler, &indexes); }));
      hits.push_back(milliseconds_of([&] { indexed = ask(content, {.query = question}, ruler, &indexes).text; }));
      ask(content, {.query = nothing}, ruler, &indexes);
      misses.push_back(milliseconds_of([&] { ask(content, {.query = nothing + "y"}, ruler, &indexes); }));
      if (scanned != indexed) std::abort();
      bytes = indexes.bytes();
    }
    print("ranges", ranges);
    print("query, no index", scans);
    print("first query, index built", first);
    print("query, indexed", hits);
    print("query without a hit, indexed", misses);
    std::printf("  index %.1f MB, with that for queries without a hit\n", static_cast<double>(bytes) / 1e6);
  }
}

void in_hand() {
  Random random{11};
  std::string body = R"({"messages":[{"role":"user","content":"go"})";
  std::size_t bytes = 0;
  std::string last;
  for (int i = 0; i < 400; ++i) {
    const std::string id = "c" + std::to_string(i);
    last = log_of(350, random);
    bytes += last.size();
    body += R"(,{"role":"assistant","content":null,"tool_calls":[{"id":")" + id +
            R"(","type":"function","function":{"name":"run","arguments":"{}"}}]},{"role":"tool","tool_call_id":")" +
            id + R"(","content":)" + json::quote(last) + "}";
  }
  body += "]}";
  double best_read = 1e9, best_all = 1e9;
  for (int i = 0; i < 5; ++i) {
    best_read = std::min(best_read, milliseconds_of([&] {
                           if (!messages::read(body)) std::abort();
                         }));
    best_all = std::min(best_all, milliseconds_of([&] {
                          pipeline::InHand hand(body, "openai", key);
                          if (!hand.has(store::handle_of(key, last))) std::abort();
                        }));
  }
  const double mb = static_cast<double>(bytes) / 1e6;
  std::printf("in hand: %.1f MB of results; read %.1f ms, hashed %.1f ms, %.0f MB/s once read\n", mb, best_read,
              best_all - best_read, mb / (best_all - best_read) * 1000);
}

}  // namespace

int main(int argc, char** argv) {
  planted_lines(argc > 1 ? std::atoi(argv[1]) : 500);
  speeds();
  in_hand();
}
