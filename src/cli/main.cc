// Builds the context and hands it down. The one catch of this surface: whatever escapes is our bug, and says so.
#include <cstdlib>
#include <exception>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/io.h"
#include "cli/memory.h"

int main(int argc, char** argv) {
  using headroom::cli::Exit;
  headroom::cli::give_memory_back();
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
