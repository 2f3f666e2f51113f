// session_speed BODY.json [MODEL_LIMIT] [--slowest N | --only TURN]: what each request of a conversation costs in CPU
// time while it grows, in a process that has seen the requests before it, and in one that has not. Each turn is played
// in five processes and its median counts.
//
//   turn 58: 402120 bytes, 101204 tokens: warm 0.71 ms (0.15 to count what is new), the same again 0.40 ms, cold 24.10
//   ms warm: median 0.52 ms, p90 0.80 ms, p99 0.90 ms; first quarter 0.31, last quarter 0.73; cache 3.1 MiB beyond
//   counting what is new: median 0.48 ms, p90 0.71 ms, p99 0.79 ms
//
// To count what is new: the tokens of the texts that the request before did not hold, each once, by a counter that has
// counted all before them; no request can be judged for less.
// --slowest N: names that many turns instead. --only TURN: that turn a hundred times over, for a profile.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <numeric>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/edits.h"
#include "messages/conversation.h"
#include "pipeline/compress.h"

namespace hr = headroom;

namespace {

// CPU time of this thread: other processes do not count.
double now() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

std::string cut_after(const hr::messages::Conversation& c, int message) {
  const auto node = [&](int m) { return c.doc[c.message_list[static_cast<std::size_t>(m)].node]; };
  const std::size_t end = node(message).end();
  const hr::Edit rest{end, node(c.message_count - 1).end() - end, ""};
  return hr::splice(c.doc.text(), {&rest, 1});
}

struct Process {
  hr::tokens::Witnesses counters;
  hr::store::WorkspaceKey key{"default", std::string(32, 'k')};
  std::unique_ptr<hr::store::Store> store = hr::store::open_memory(key, {});
  hr::pipeline::ViewCache cache;
  hr::pipeline::Services services{
      counters, [this]() -> hr::Result<hr::store::Store*> { return store.get(); }, false, &key, &cache, true};
};

double at(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

constexpr std::size_t processes = 5;  // in so many each turn is played

struct Session {
  hr::messages::Conversation conversation;
  hr::pipeline::Options options;

  std::size_t turns() const { return conversation.boundaries.size(); }
  std::string request(std::size_t turn) const { return cut_after(conversation, conversation.boundaries[turn]); }

  // The texts that this request holds and the one before does not.
  std::vector<std::string> new_texts(std::size_t turn) const {
    const int after = turn > 0 ? conversation.boundaries[turn - 1] : -2;  // -1: outside the list
    std::vector<std::string> out;
    for (const hr::messages::Leaf& leaf : conversation.leaves) {
      if (leaf.message > after && leaf.message <= conversation.boundaries[turn])
        out.push_back(hr::messages::text_of(conversation, leaf));
    }
    return out;
  }

  struct Played {
    double ms;
    std::size_t epochs;
    long long tokens;
  };
  Played play(const std::string& body, Process& in) const {
    const double begun = now();
    const auto out =
        hr::pipeline::compress_body(body, hr::messages::to_string(conversation.format), options, in.services);
    return {now() - begun, out.epochs.size(), static_cast<long long>(out.before.value)};
  }
};

// Tokens of texts alone, in a process that does nothing else.
class Counting {
 public:
  double count(const std::vector<std::string>& texts) {
    const double begun = now();
    for (const std::string& text : texts) tokens_ += counters_.ruler().count(text);
    return now() - begun;
  }

 private:
  hr::tokens::Witnesses counters_;
  hr::Tokens tokens_;
};

struct Turn {
  std::vector<double> warm, counting;  // ms, by process
  double again = 0;
  std::size_t bytes = 0;
  long long tokens = 0;
  bool epoch = false;

  double median() const { return at(warm, .5); }
  double to_count() const { return at(counting, .5); }
};

// In so many processes; the bytes that the last one's cache of views holds.
std::size_t play_all(const Session& s, std::vector<Turn>& turns) {
  turns.assign(s.turns(), {});
  std::size_t cached = 0;
  for (std::size_t n = 0; n < processes; ++n) {
    Process process;
    Counting counting;
    std::size_t epochs = 0;
    for (std::size_t i = 0; i < turns.size(); ++i) {
      const std::string body = s.request(i);
      const auto played = s.play(body, process);
      Turn& turn = turns[i];
      turn.warm.push_back(played.ms);
      turn.counting.push_back(counting.count(s.new_texts(i)));
      turn.bytes = body.size(), turn.tokens = played.tokens;
      turn.epoch = played.epochs > epochs;
      epochs = played.epochs;
      turn.again = s.play(body, process).ms;
    }
    cached = process.cache.bytes();
  }
  return cached;
}

void show(const Session& s, const std::vector<Turn>& turns, std::size_t i) {
  const Turn& t = turns[i];
  Process fresh;
  const double cold = s.play(s.request(i), fresh).ms;
  std::printf(
      "turn %zu: %zu bytes, %lld tokens: warm %.2f ms (%.2f to count what is new), the same again %.2f ms, cold %.2f "
      "ms%s\n",
      i + 1, t.bytes, t.tokens, t.median(), t.to_count(), t.again, cold, t.epoch ? ", epoch" : "");
}

void show_some(const Session& s, const std::vector<Turn>& turns) {
  const std::size_t step = std::max<std::size_t>(1, turns.size() / 8);
  for (std::size_t i = 0; i < turns.size(); ++i) {
    if (i % step == 0 || turns[i].epoch || i + 1 == turns.size()) show(s, turns, i);
  }
}

void show_slowest(const Session& s, const std::vector<Turn>& turns, std::size_t most) {
  std::vector<std::size_t> order(turns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return turns[a].median() > turns[b].median(); });
  if (order.size() > most) order.resize(most);
  for (const std::size_t i : order) show(s, turns, i);
}

// A stack of its own: a profile can leave it out.
[[gnu::noinline]] void first_sight(const Session& s, std::size_t turn, Process& in) {
  for (std::size_t i = 0; i < turn; ++i) s.play(s.request(i), in);
}

// The same turn in copies of one process that has played those before it.
int play_only(const Session& s, std::size_t turn) {
  constexpr int times = 100;
  if (turn == 0 || turn > s.turns()) return std::fprintf(stderr, "no turn %zu\n", turn), 2;
  const std::string body = s.request(turn - 1);
  Process process;
  first_sight(s, turn - 1, process);
  for (int n = 0; n < times; ++n) {
    const pid_t copy = ::fork();
    if (copy == 0) {
      s.play(body, process);
      ::_exit(0);
    }
    if (copy > 0) ::waitpid(copy, nullptr, 0);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "session_speed BODY.json [MODEL_LIMIT] [--slowest N | --only TURN]\n"), 2;
  std::ifstream in(argv[1], std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  const std::string body = text.str();
  auto c = hr::messages::read(body);
  if (!c) return std::fprintf(stderr, "%s is no request\n", argv[1]), 2;
  Session session{*std::move(c), {}};
  session.options.retrieval = hr::pipeline::Retrieval::tool;
  session.options.redeems_outside = true;
  std::size_t slowest = 0, only = 0;
  for (int i = 2; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--slowest" && has_value) {
      slowest = static_cast<std::size_t>(std::atoll(argv[++i]));
    } else if (word == "--only" && has_value) {
      only = static_cast<std::size_t>(std::atoll(argv[++i]));
    } else {
      session.options.model_limit = hr::Tokens(std::atoll(argv[i]));
    }
  }
  if (only > 0) return play_only(session, only);
  std::vector<Turn> turns;
  const std::size_t cached = play_all(session, turns);
  slowest > 0 ? show_slowest(session, turns, slowest) : show_some(session, turns);
  std::vector<double> times, beyond;
  for (const Turn& t : turns) {
    times.push_back(t.median());
    beyond.push_back(t.median() - t.to_count());
  }
  const auto quarter = static_cast<std::ptrdiff_t>(times.size() / 4);
  std::printf("warm: median %.2f ms, p90 %.2f ms, p99 %.2f ms; first quarter %.2f, last quarter %.2f; cache %.1f MiB\n",
              at(times, .5), at(times, .9), at(times, .99), at({times.begin(), times.begin() + quarter}, .5),
              at({times.end() - quarter, times.end()}, .5), static_cast<double>(cached) / (1 << 20));
  std::printf("beyond counting what is new: median %.2f ms, p90 %.2f ms, p99 %.2f ms\n", at(beyond, .5), at(beyond, .9),
              at(beyond, .99));
  return 0;
}
