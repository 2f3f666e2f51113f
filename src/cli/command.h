// Commands and their flags as tables: parser, help, man page, completions and tests all read these rows.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/context.h"
#include "cli/settings.h"

namespace headroom::cli {

struct FlagRow {
  std::string_view name;   // without dashes
  char letter;             // '\0': none
  std::string_view value;  // what it takes, for help; "": nothing
  std::string_view help;
};

// A command line, parsed: values of the command's own flags by name ("" for those without one), options by table name.
struct Arguments {
  std::map<std::string, std::string, std::less<>> flags;
  GivenFlags options;
  std::vector<std::string> positional;

  bool has(std::string_view flag) const { return flags.contains(flag); }
  std::string get(std::string_view flag, std::string_view otherwise = {}) const {
    const auto at = flags.find(flag);
    return std::string(at == flags.end() ? otherwise : std::string_view(at->second));
  }
};

struct Command {
  std::string_view name;
  std::string_view arguments;  // "[FILE|-]"
  std::string_view summary;    // one line
  std::string_view text;       // more, for its help and the man page
  std::span<const FlagRow> flags;
  bool takes_options;  // the options table as flags
  std::size_t most_arguments;
  Exit (*run)(const Context& context, const Arguments& arguments);
};

std::span<const Command> commands();
const Command* find_command(std::string_view name);
// Flags of every command: help, color.
std::span<const FlagRow> common_flags();

// "min_lossy" -> "min-lossy".
std::string flag_of(std::string_view option);

Result<Arguments> parse_arguments(const Command& command, std::span<const std::string_view> words);

}  // namespace headroom::cli
