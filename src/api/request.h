// A JSON request, read and checked: operation, input, options. Unknown operations, fields and options, and wrong types,
// are errors that name the nearest valid name.
//
//   {"op":"compress","content":"...","kind":"log","options":{"retrieval":"tool"},"return":"body"}
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/core.h"
#include "base/result.h"
#include "ledger/savings.h"
#include "pipeline/options.h"

namespace headroom::api {

enum class Operation : std::uint8_t {
  compress,
  count,
  retrieve,
  simulate,
  tool,
  formats,
  decode,
  restore,
  tool_call,
  store_stats,
  store_purge,
  shared_put,
  shared_get,
  shared_keys,
  shared_stats,
  shared_erase,
  shared_clear,
  stats
};

// What a compress answer carries: the spliced bytes, only their list of messages, the edits, or the changed texts by
// pointer.
enum class Return : std::uint8_t { body, messages, edits, changes };
std::optional<Return> parse_return(std::string_view name);
// Turns off what this return cannot say: a statement beside an image is a new element of a list, which no pointer
// names.
void fit_to_return(Return returned, pipeline::Options& options, std::vector<std::string>& warnings);

struct Request {
  Operation op = Operation::compress;
  Input input;  // its text is in `owned` or in the request's own bytes
  std::string owned;
  std::string model, format;
  Return returned = Return::body;
  pipeline::Options options;
  RetrieveCall retrieve;
  std::string call;  // of tool_call: JSON
  std::optional<std::chrono::seconds> older_than;
  SharedCall shared;
  ledger::SavingsQuery savings;
  std::vector<std::string> warnings;
};

// On the heap: views into `owned` stay valid.
Result<std::unique_ptr<Request>> parse_request(std::string_view json);

// A handle's configuration:
// {"store":"memory"|"sqlite","directory":"...","workspace":"default","ttl":3600,"store_bytes":N}.
Result<Config> parse_config(std::string_view json);

}  // namespace headroom::api
