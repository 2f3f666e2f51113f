// headroom doctor: looks at what the proxy and the store need, changes nothing, and says what to do.
//
//   ok    store     12 originals, 80 KiB, sound
//   warn  claude    ANTHROPIC_BASE_URL ends in /v1: its paths begin with it already
//                   -> export ANTHROPIC_BASE_URL=http://127.0.0.1:8787
//
// A check is a row of the table in doctor_command.cc: a name and a function from what is known to findings. Nothing
// leaves this machine without --online; then the providers' addresses are asked for their heads, without a key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/settings.h"
#include "proxy/options.h"

namespace headroom::cli {

enum class Level : std::uint8_t { ok, note, warning, failure };  // a note does not change the exit status

struct Finding {
  Level level;
  std::string_view check;
  std::string what;
  std::string advice;  // what to do; "" if nothing
};

// What answers at the proxy's address.
struct Answering {
  bool connected = false, is_proxy = false;
  int error = 0;  // errno of the attempt
  std::string version, status;
  std::vector<std::string> reasons;  // why it is degraded
  std::int64_t pid = 0;
};

// What the checks know. `configuration` holds defaults where it could not be read.
struct Inspection {
  const Context& context;
  bool online;
  Directories directories;
  std::optional<Error> unreadable;  // of the configuration
  proxy::Configuration configuration;
  std::string address;  // "http://127.0.0.1:8787", or the path of a socket
  Answering answering;
  std::vector<Finding> findings = {};
  std::string_view check = {};  // the one at hand

  void ok(std::string what) { findings.push_back({Level::ok, check, std::move(what), {}}); }
  void note(std::string what, std::string advice = {}) {
    findings.push_back({Level::note, check, std::move(what), std::move(advice)});
  }
  void warn(std::string what, std::string advice) {
    findings.push_back({Level::warning, check, std::move(what), std::move(advice)});
  }
  void fail(std::string what, std::string advice) {
    findings.push_back({Level::failure, check, std::move(what), std::move(advice)});
  }
};

// doctor_files.cc
void check_binary(Inspection& i);
void check_configuration(Inspection& i);
void check_directories(Inspection& i);
void check_key(Inspection& i);
void check_store(Inspection& i);
void check_tokens(Inspection& i);
void check_disk(Inspection& i);
void check_clock(Inspection& i);
// doctor_network.cc
Answering ask_proxy(const proxy::Setup& setup);
void check_certificate(Inspection& i);
void check_port(Inspection& i);
void check_upstreams(Inspection& i);
// doctor_clients.cc
void check_clients(Inspection& i);
void check_proxies(Inspection& i);

// A client's setting, without what may be a secret in it: user info and the token of a `/k/` prefix.
std::string shown_url(std::string_view url);

}  // namespace headroom::cli
