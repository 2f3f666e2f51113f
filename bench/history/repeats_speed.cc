// What looking for repeats and stale reads costs: reading alone, one block of 20 kB at the end of a session of 400 kB,
// and the reads of a session of 1 MB.
//
//   repeats_speed
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "history/reads.h"
#include "history/repeats.h"

namespace {

using namespace headroom;

// Numbered source lines, a fixed sequence by `seed`.
std::string source(std::uint64_t seed, std::size_t bytes) {
  std::string text;
  for (std::int64_t n = 1; text.size() < bytes; ++n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    history::GutterStyle{6, "\t"}.print(text, n);
    text += "    result_" + std::to_string(seed >> 52) + " = self.compute(" + std::to_string(seed >> 40 & 4095) +
            ", limit)\n";
  }
  return text;
}

// The least of some runs, in milliseconds: what the work costs where nothing else runs.
template <class F>
double least_ms(int runs, F&& f) {
  double least = 1e9;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    f();
    const auto end = std::chrono::steady_clock::now();
    least = std::min(least, std::chrono::duration<double, std::milli>(end - start).count());
  }
  return least;
}

}  // namespace

int main() {
  const std::string large = source(1, 8u << 20);
  const double read = least_ms(5, [&] { history::read_lines(large); });
  std::printf("read 8 MiB of lines: %.1f ms, %.0f MB/s\n", read, static_cast<double>(large.size()) / 1e3 / read);

  std::vector<std::string> texts;
  history::Index index;
  for (std::uint64_t i = 0; i < 20; ++i) {
    texts.push_back(source(100 + i, 20'000));
    index.add(texts.back(), "Read src/file_" + std::to_string(i) + ".py");
  }
  const std::vector<std::string_view> earlier(texts.begin(), texts.end());
  std::string edited = texts[3];
  edited.replace(edited.size() / 2, 5, "other");
  struct Case {
    const char* name;
    std::string text;
  };
  for (const Case& c : {Case{"new text", source(999, 20'000)}, Case{"equal to an earlier one", texts[3]},
                        Case{"one line of it changed", edited},
                        Case{"two halves", texts[5].substr(0, 10'000) + "\n" + texts[7].substr(10'000)}}) {
    std::size_t view = 0;
    const double ms = least_ms(200, [&] {
      const history::Reading reading = history::read_lines(c.text);
      const auto found = index.find(reading, c.text, earlier, "482193075514");
      view = found ? found->view.size() : c.text.size();
      history::Index next = index;
      const history::Lines all{0, 1};
      next.add(reading, "Read src/new.py", {&all, 1});
    });
    std::printf("20 kB behind 400 kB, %s: %.3f ms, %zu bytes left\n", c.name, ms, view);
  }
  const double copy = least_ms(200, [&] { history::Index next = index; });
  std::printf("a copy of the index: %.3f ms\n", copy);

  std::string equal;
  for (int i = 0; i < 100'000; ++i) equal += "the same line again\n";
  history::Index equals;
  equals.add(equal, "Bash yes");
  const std::string_view one[] = {equal};
  const std::string twice = "x\n" + equal + "y\n" + equal;
  const double bounded = least_ms(3, [&] { equals.find(history::read_lines(twice), twice, one, ""); });
  std::printf("200,000 equal lines: %.1f ms, %.0f MB/s\n", bounded, static_cast<double>(twice.size()) / 1e3 / bounded);

  std::vector<std::string> results, arguments;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const std::string path = "/srv/app/src/file_" + std::to_string(i % 40) + ".py";
    results.push_back(source(i % 40, 5'000));
    arguments.push_back(i % 2 == 0 ? "{\"file_path\":\"" + path + "\"}" : "{\"command\":\"cat -n " + path + "\"}");
  }
  history::Past past;
  for (std::size_t i = 0; i < results.size(); ++i) {
    past.messages.push_back({history::Role::assistant, false});
    past.calls.push_back({i % 2 == 0 ? "Read" : "Bash", arguments[i], static_cast<int>(past.messages.size()) - 1});
    past.messages.push_back({history::Role::tool, true});
    past.blocks.push_back({static_cast<int>(past.messages.size()) - 1, static_cast<int>(i), history::Role::tool,
                           results[i], Tokens(0), false, true});
  }
  std::size_t stale = 0;
  const double reads = least_ms(20, [&] { stale = history::stale_reads(past).size(); });
  std::vector<history::Facts> facts;
  for (const history::Block& block : past.blocks) facts.push_back(history::block_facts(past, block));
  const double again = least_ms(20, [&] { stale = history::stale_reads(past, facts).size(); });
  std::printf("the same with the facts of each block at hand: %.3f ms\n", again);
  std::printf("stale reads of 200 results, 1 MB: %.2f ms, %zu found\n", reads, stale);
}
