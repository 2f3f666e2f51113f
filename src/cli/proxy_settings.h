// What the proxy runs with: defaults, config.toml, environment, flags, in this order; the core's options likewise.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "proxy/options.h"

namespace headroom::cli {

// The main token is made where there is none, or left: who only looks changes nothing.
enum class MainToken : std::uint8_t { made, left };

Result<proxy::Configuration> configure(const Context& context, const Arguments& arguments, MainToken main);

// "http://127.0.0.1:8787": as a client on this machine asks it.
std::string base_url(const proxy::Setup& setup, std::uint16_t port);

}  // namespace headroom::cli
