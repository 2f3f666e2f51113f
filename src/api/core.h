// The core as one call: JSON request in, JSON answer out (surfaces' common ground: C ABI, command line, worker).
//
//   request  {"op":"compress","body":{...messages or a whole request...},"options":{"retrieval":"tool"}}
//   answer   {"body":"...","tokens_before":9000,"tokens_after":700,...}
//
// Pure but for the store: no clock, no randomness reaches an answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headroom::api {

struct Config {
  enum class StoreKind { memory, sqlite } store = StoreKind::memory;
  std::filesystem::path directory;       // sqlite: holds originals.db and workspace.key; made 0700 if missing
  std::string workspace = "default";
  std::chrono::seconds ttl{3600};
  std::uint64_t store_bytes = std::uint64_t{1} << 30;
};

enum class Status { answered = 0, bad_request = 1, failed = 2 };

struct Answer {
  Status status;
  std::string json;
};

class Core {
 public:
  // Opens nothing yet: the store is opened when a call first needs it, so `count` and lossless calls touch no file.
  explicit Core(Config config);
  ~Core();
  // Thread-safe.
  Answer call(std::string_view request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string_view version();

}  // namespace headroom::api
