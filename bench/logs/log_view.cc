// Prints the log compressor's view of standard input, for measuring it alone.
//
//   log_view [--token-budget N] [--query TEXT] [--lossless] [--unforced] [--stats] < build.log
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "compressors/log/log.h"

int main(int argc, char** argv) {
  using namespace headroom;
  std::optional<Tokens> budget;
  std::string query_text;
  bool lossless = false, stats = false, forced = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--token-budget" && i + 1 < argc) {
      budget = Tokens(std::atoll(argv[++i]));
    } else if (arg == "--query" && i + 1 < argc) {
      query_text = argv[++i];
    } else if (arg == "--lossless") {
      lossless = true;
    } else if (arg == "--unforced") {
      forced = false;
    } else if (arg == "--stats") {
      stats = true;
    }
  }
  std::ios::sync_with_stdio(false);
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  const search::QueryText asked{query_text, 1};
  const search::Query query = search::Query::parse({&asked, query_text.empty() ? 0u : 1u});
  tokens::Counter ruler;
  const compressors::Context context{query, ruler, budget, !lossless};
  const auto start = std::chrono::steady_clock::now();
  const auto views = compressors::log_compressor.views(text, context, forced);
  const auto end = std::chrono::steady_clock::now();
  for (const compressors::View& view : views) {
    const bool is_lossless = view.fidelity == compressors::Fidelity::lossless;
    if (stats) {
      std::fprintf(stderr, "%s: %lld of %lld tokens, %s\n", std::string(view.method).c_str(),
                   static_cast<long long>(ruler.count(view.text).value),
                   static_cast<long long>(ruler.count(text).value), view.statement.c_str());
    }
    if (is_lossless != lossless) continue;
    std::cout << view.text << '\n';
  }
  if (stats) {
    std::fprintf(stderr, "%.1f ms, %zu bytes\n", std::chrono::duration<double, std::milli>(end - start).count(),
                 text.size());
  }
  return 0;
}
