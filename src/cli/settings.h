// Where an option's value comes from: flag, then environment, then config.toml, then default.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "api/options.h"
#include "base/result.h"
#include "cli/context.h"
#include "cli/toml.h"

namespace headroom::cli {

enum class Origin : std::uint8_t { default_, file, environment, flag };
std::string_view to_string(Origin origin);

// The XDG directories, each with `headroom` at its end. HEADROOM_CONFIG_DIR stands in for the first,
// HEADROOM_WORKSPACE_DIR for the others. Empty if neither they nor HOME are set.
struct Directories {
  std::filesystem::path config, data, state;
};
Directories directories(const Context& context);

struct Loaded {
  api::Settings settings;
  std::vector<Origin> origins;  // of each row of api::options()
  std::vector<std::string> warnings;
  std::vector<Setting> proxy;  // keys of the file that are the proxy's (proxy/options.h)
};

// A flag as given: option name (with '_') and text.
using GivenFlags = std::vector<std::pair<std::string, std::string>>;

// The command line's defaults: originals outlive the process (SQLite) for 24 hours.
api::Settings command_line_defaults(const Context& context);
Result<Loaded> load_settings(const Context& context, const GivenFlags& flags);
// The same without opening the model that they name: for commands that make no views.
Result<Loaded> read_settings(const Context& context, const GivenFlags& flags);
// From other defaults, and, if `file` is not empty, from that file, which must be there, instead of config.toml.
Result<Loaded> load_settings(const Context& context, const GivenFlags& flags, const api::Settings& defaults,
                             const std::filesystem::path& file);

// "HEADROOM_MIN_LOSSY".
std::string variable_of(std::string_view option);

}  // namespace headroom::cli
