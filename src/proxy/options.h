// The proxy's own options as a table: flag, variable, config.toml key, help, and how a value is read.
//
//   {"port", "HEADROOM_PORT", "N", "Port to listen on; 0: any free one", ...}
//   --port 0 | HEADROOM_PORT=0 | port = 0
//
// Options of what may change in a request are the core's (api/options.h); both tables stand in one file and one help.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proxy/app.h"

namespace headroom::proxy {

// What the rows fill in: setup, and the part of the settings that is not the core's.
struct Configuration {
  Setup setup;
  Settings settings;
  std::string token_file, token;  // `token`: the value itself, from the environment
  std::string config_file;
};

struct OptionRow {
  std::string_view name;      // "max_body"
  std::string_view variable;  // of the environment; "" for none
  std::string_view values;    // "" for a switch
  std::string_view help;
  bool restarts = true;  // a change needs a new start
  Result<void> (*set)(Configuration& configuration, std::string_view text);
};

std::span<const OptionRow> proxy_options();
const OptionRow* find_proxy_option(std::string_view name);

// Bases of providers: --anthropic-api-url, ANTHROPIC_TARGET_API_URL; --anthropic-extra-headers JSON, ANTHROPIC_HEADERS.
Result<void> set_base(Configuration& configuration, Provider provider, std::string_view url);
Result<void> set_extra_headers(Configuration& configuration, Provider provider, std::string_view json);

// The defaults.
Configuration default_configuration();

}  // namespace headroom::proxy
