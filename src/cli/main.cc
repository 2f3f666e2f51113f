// Builds the context and hands it down. The one catch of this surface: whatever escapes is our bug, and says so.
#include <cstdlib>
#include <exception>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/io.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace {

// Large blocks go back to the system as they are freed. Left alone, glibc raises its threshold with every such block,
// and what one step leaves free is then too scattered for the next: half as much memory again on a body of 12 MB.
void keep_little_memory() {
#ifdef __GLIBC__
  constexpr int threshold = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, threshold);
  mallopt(M_TRIM_THRESHOLD, 2 * threshold);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  using headroom::cli::Exit;
  keep_little_memory();
  headroom::cli::Context context;
  context.environment = [](const char* name) {
    const char* const value = std::getenv(name);
    return value ? std::string_view(value) : std::string_view();
  };
  context.colour = headroom::cli::is_terminal(context.out) && context.environment("NO_COLOR").empty();
  try {
    const std::vector<std::string_view> words(argv + (argc > 0), argv + argc);
    return static_cast<int>(headroom::cli::run(context, words));
  } catch (const std::exception& e) {
    context.say(std::string("failed inside: ") + e.what());
  } catch (...) {
    context.say("failed inside");
  }
  return static_cast<int>(Exit::our_bug);
}
