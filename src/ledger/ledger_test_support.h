// Exchanges for tests, and a folder of their own.
#pragma once

#include <sys/types.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "ledger/exchange.h"

namespace headroom::ledger {

struct TestFolder {
  std::filesystem::path path;
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "ledger-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~TestFolder() { std::filesystem::remove_all(path); }
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline constexpr std::string_view test_key = "0123456789abcdef0123456789abcdef";

inline Time test_time(const char* iso = "2026-01-05T09:12:44.031Z") {
  return *parse_iso(iso);
}

// One like those of an agent at work.
inline Exchange any_exchange(std::mt19937_64& random, Time t) {
  const auto below = [&random](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  static constexpr const char* models[] = {"claude-sonnet-4-5", "claude-opus-4-5", "gpt-5", "gemini-2.5-pro",
                                           "some-unknown-model"};
  static constexpr const char* routes[] = {"anthropic.messages", "anthropic.messages", "openai.responses",
                                           "gemini.generate", "openai.chat"};
  static constexpr const char* tools[] = {"Bash", "Read", "Grep", "mcp__db__query"};
  static constexpr const char* kinds[] = {"log", "json", "search", "diff", "code"};
  Exchange e;
  const auto which = static_cast<std::size_t>(below(5));
  e.row.t = t;
  e.row.id = RequestId::own("r" + std::to_string(below(1'000'000'000)));
  e.row.rt = RouteName::own(routes[which]);
  e.row.md = ModelName::own(models[which]);
  e.row.by = "local";
  e.row.st = below(20) == 0 ? 529 : 200;
  e.row.bytes_in = 1000 + below(300'000), e.row.bytes_out = 500 + below(100'000);
  e.row.own = Micros(50 + below(3000)), e.row.first_byte = Micros(200'000 + below(2'000'000));
  e.row.total = e.row.first_byte + Micros(below(20'000'000));
  e.queued = Micros(below(400));
  e.stream = below(2) == 0;
  std::int64_t left = 0;
  for (std::int64_t i = below(4); i > 0; --i) {
    const std::int64_t before = 300 + below(20'000), after = before / (2 + below(8));
    e.removed.push_back(
        {ToolName::own(tools[below(4)]), KindName::own(kinds[below(5)]), before, after, static_cast<int>(below(40))});
    left += before - after;
  }
  e.row.tokens_after = 2000 + below(60'000), e.row.tokens_before = e.row.tokens_after + left;
  if (e.row.st == 200) {
    for (std::int64_t rounds = 1 + (below(10) == 0); rounds > 0; --rounds) {
      e.rounds.push_back({below(2000), below(3) * 20'000, below(4000), below(3000), 0});
    }
    e.row.q = static_cast<int>(e.rounds.size()) - 1;
    e.tool_tokens = 110;
    e.transforms[0] = "log.templates";
  }
  return e;
}

}  // namespace headroom::ledger
