// session_speed BODY.json [MODEL_LIMIT]: what each request of a conversation costs in CPU time while it grows, in one
// process that has seen the requests before it, and in one that has not.
//
//   turn 58: 402120 bytes, 101204 tokens: warm 0.71 ms, cold 24.10 ms
//   warm: median 0.52 ms, p99 0.90 ms; first quarter 0.31, last quarter 0.73; cache 3.1 MiB
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
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

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "session_speed BODY.json [MODEL_LIMIT]\n"), 2;
  std::ifstream in(argv[1], std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  const std::string body = text.str();
  const auto c = hr::messages::read(body);
  if (!c) return std::fprintf(stderr, "%s is no request\n", argv[1]), 2;
  hr::pipeline::Options options;
  options.retrieval = hr::pipeline::Retrieval::tool;
  options.redeems_outside = true;
  if (argc > 2) options.model_limit = hr::Tokens(std::atoll(argv[2]));
  Process warm;
  std::vector<double> times;
  std::size_t n = 0, epochs = 0;
  const std::size_t step = std::max<std::size_t>(1, c->boundaries.size() / 8);
  for (const int b : c->boundaries) {
    const std::string request = cut_after(*c, b);
    const auto start = now();
    const hr::pipeline::Outcome o =
        hr::pipeline::compress_body(request, hr::messages::to_string(c->format), options, warm.services);
    const double ms = now() - start;
    const bool epoch = o.epochs.size() > epochs;
    epochs = o.epochs.size();
    times.push_back(ms);
    const auto again = now();
    (void)hr::pipeline::compress_body(request, hr::messages::to_string(c->format), options, warm.services);
    const double repeated = now() - again;
    if (n++ % step == 0 || epoch || n == c->boundaries.size()) {
      Process cold;
      const auto first = now();
      (void)hr::pipeline::compress_body(request, hr::messages::to_string(c->format), options, cold.services);
      std::printf("turn %zu: %zu bytes, %lld tokens: warm %.2f ms, the same again %.2f ms, cold %.2f ms%s\n", n,
                  request.size(), static_cast<long long>(o.before.value), ms, repeated, now() - first,
                  epoch ? ", epoch" : "");
    }
  }
  const auto quarter = static_cast<std::ptrdiff_t>(times.size() / 4);
  std::printf("warm: median %.2f ms, p90 %.2f ms, p99 %.2f ms; first quarter %.2f, last quarter %.2f; cache %.1f MiB\n",
              at(times, .5), at(times, .9), at(times, .99), at({times.begin(), times.begin() + quarter}, .5),
              at({times.end() - quarter, times.end()}, .5), static_cast<double>(warm.cache.bytes()) / (1 << 20));
  return 0;
}
