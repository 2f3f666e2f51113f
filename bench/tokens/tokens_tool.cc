// Counts the tokens of blocks: what compare_tiktoken.py compares and times. Not part of the product.
//
//   tokens_tool count VOCABULARY    stdin: blocks, each its length (4 bytes, little-endian) and its bytes; stdout: a
//   count a line tokens_tool speed VOCABULARY N  the same stdin; counts all blocks N times, each time with a new
//   counter, and prints
//                                   "count BYTES SECONDS TOKENS" for the fastest round; then the same of at_least() and
//                                   estimate()
//   tokens_tool tail                counts 10 MB of one character, for several, and prints seconds
//   tokens_tool cold                microseconds of the first count of a process
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/counter.h"

namespace {

using headroom::Tokens;
using headroom::tokens::Counter;
using headroom::tokens::VocabularyId;

std::vector<std::string> read_blocks() {
  std::vector<std::string> blocks;
  unsigned char size[4];
  while (std::fread(size, 1, 4, stdin) == 4) {
    std::string block(size[0] | size[1] << 8 | size[2] << 16 | static_cast<std::size_t>(size[3]) << 24, '\0');
    if (std::fread(block.data(), 1, block.size(), stdin) != block.size()) std::exit(2);
    blocks.push_back(std::move(block));
  }
  return blocks;
}

// Processor seconds, which a busy machine disturbs less than the time of day.
double seconds(const std::function<void()>& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

void speed(const std::vector<std::string>& blocks, VocabularyId id, int rounds) {
  std::size_t bytes = 0;
  for (const auto& block : blocks) bytes += block.size();
  const auto best = [&](const char* name, auto count) {
    double fastest = 1e9;
    std::int64_t total = 0;
    for (int i = 0; i < rounds; ++i) {
      Counter counter(id);
      total = 0;
      fastest = std::min(fastest, seconds([&] {
                           for (const auto& block : blocks) total += count(counter, block).value;
                         }));
    }
    std::printf("%s %zu %.6f %lld\n", name, bytes, fastest, static_cast<long long>(total));
  };
  best("count", [](Counter& c, std::string_view b) { return c.count(b); });
  best("at_least", [](Counter& c, std::string_view b) { return c.at_least(b); });
  best("estimate", [](Counter&, std::string_view b) { return Counter::estimate(b); });
}

void tail() {
  constexpr std::size_t kBytes = 10'000'000;
  for (std::string_view unit : {"a", "A", " ", "\n", "-", "=", ".", "1", "ab", "aA", "\xE4\xB8\xAD", "\xCC\x81", "\r\n",
                                "acgt", "\xF0\x9F\x98\x80", "!\n", "\xE0\xB8\x81\xE0\xB8\xB2", "xqzj"}) {
    std::string text;
    while (text.size() < kBytes) text += unit;
    for (VocabularyId id : {VocabularyId::o200k, VocabularyId::cl100k}) {
      Counter counter(id);
      Tokens count;
      const double s = seconds([&] { count = counter.count(text); });
      std::printf("%-6s 10 MB of %-10s %8lld tokens %.3f s\n", id == VocabularyId::o200k ? "o200k" : "cl100k",
                  unit == "\n"     ? "\\n"
                  : unit == "\r\n" ? "\\r\\n"
                  : unit == "!\n"  ? "!\\n"
                                   : std::string(unit).c_str(),
                  static_cast<long long>(count.value), s);
    }
  }
}

// The first count of a process: pages of the tables come in, caches are empty.
void cold() {
  const std::string text =
      "The first text that this process counts: 12 lines of log, two stack frames, and a hash 3f9ae1.\n";
  const auto start = std::chrono::steady_clock::now();
  Counter counter;
  const Tokens count = counter.count(text);
  const double us = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
  std::printf("counter made and %lld tokens counted in %.0f us\n", static_cast<long long>(count.value), us);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "tail") return tail(), 0;
  if (mode == "cold") return cold(), 0;
  if (argc < 3)
    return std::fputs("usage: tokens_tool count|speed o200k|cl100k [rounds] <blocks; tokens_tool tail|cold\n", stderr),
           2;
  const VocabularyId id = std::strcmp(argv[2], "cl100k") == 0 ? VocabularyId::cl100k : VocabularyId::o200k;
  const std::vector<std::string> blocks = read_blocks();
  if (mode == "speed") return speed(blocks, id, argc > 3 ? std::atoi(argv[3]) : 3), 0;
  Counter counter(id);
  for (const auto& block : blocks) std::printf("%lld\n", static_cast<long long>(counter.count(block).value));
}
