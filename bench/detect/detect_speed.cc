// What detection costs: the sketch of made texts of one MB and of given files, in processor time (the machine may be
// busy).
//
//   detect_speed [FILE...]      log of 1000000 bytes: 0.31 ms, 0.31 ms/MB
//
// A sketch looks at 192 KiB at most, so texts beyond that cost the same, and short ones more per MB.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "detect/sketch.h"

namespace {

constexpr int runs = 31;

double processor_ms() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

std::string made(std::string_view what) {
  std::string text;
  std::uint64_t seed = 1;
  for (int n = 1; text.size() < 1'000'000; ++n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const std::string value = std::to_string(seed >> 44), count = std::to_string(n);
    if (what == "log") {
      text += "2026-03-01T10:00:00Z INFO worker-" + count + ": request " + value + " served in 12 ms\n";
    } else if (what == "rows") {
      text += "lib" + value + "/stable,now 1." + count + "-2 amd64 [installed,automatic]\n";
    } else if (what == "code") {
      text += "    result_" + value + " = self.compute(\"" + count + "\", limit)\n";
    } else if (what == "json lines") {
      text += "{\"id\":" + value + ",\"name\":\"n" + count + "\",\"ok\":true}\n";
    } else {
      text += "Nobody knows why number " + count + " of the list was left out, but all agree on it.\n";
    }
  }
  return text;
}

void measure(std::string_view name, std::string_view text) {
  std::vector<double> times;
  std::size_t lines = 0;
  for (int i = 0; i < runs; ++i) {
    const double begin = processor_ms();
    lines += headroom::detect::sketch(text).lines;
    times.push_back(processor_ms() - begin);
  }
  std::nth_element(times.begin(), times.begin() + runs / 2, times.end());
  const double ms = times[runs / 2], mb = static_cast<double>(text.size()) / 1e6;
  std::printf("%.*s of %zu bytes: %.2f ms, %.2f ms/MB (%zu lines looked at)\n", static_cast<int>(name.size()),
              name.data(), text.size(), ms, ms / mb, lines / runs);
}

}  // namespace

int main(int argc, char** argv) {
  for (const std::string_view what : {"log", "rows", "code", "json lines", "prose"}) measure(what, made(what));
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    measure(argv[i], std::string(std::istreambuf_iterator<char>(file), {}));
  }
  return 0;
}
