// The proxy's own endpoints: health, /v1/compress, /v1/retrieve*, /v1/usage, administration.
//
// What reads a body, a store or a conversation runs on the pool; the rest is answered at once.
#pragma once

#include <memory>
#include <string>

#include "http/connection.h"
#include "proxy/app.h"

namespace headroom::proxy {

class Worker;

struct OwnRequest {
  http::Head head;
  const Route& route;
  std::string path;  // without prefixes, with its query
  Caller caller;
  std::shared_ptr<const Settings> settings;
};

// Null: answered already.
std::shared_ptr<http::Handler> answer_own(Worker& worker, http::Connection& connection, OwnRequest request);

// A whole answer, head and body.
struct OwnAnswer {
  int status = 200;
  std::string body;
  std::string extra = {};  // header lines
  std::string_view type = "application/json";
};

OwnAnswer answer_health(App& app, Endpoint endpoint, bool known_caller);
OwnAnswer answer_compress(App& app, const OwnRequest& request, const std::string& body);
OwnAnswer answer_retrieve(App& app, const OwnRequest& request, const std::string& body);
OwnAnswer answer_usage(App& app, const OwnRequest& request, const std::string& body);
OwnAnswer answer_tool_call(App& app, const OwnRequest& request, const std::string& body);
OwnAnswer own_error(const ErrorCode& error, std::string_view message);

// A query's value, decoded; "" if it is not there.
std::string query_value(std::string_view target, std::string_view name);
std::string percent_decoded(std::string_view text, bool plus_is_space);

}  // namespace headroom::proxy
