// Writes answers as JSON. Only our own words are written; a caller's body goes in as its bytes (promise 1).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/core.h"
#include "api/request.h"
#include "json/writer.h"
#include "pipeline/compress.h"

namespace headroom::api {

// {"type":"invalid_request","message":"...","details":null}
void write_error(json::Writer& out, const Error& error);
std::string error_answer(const Error& error);
// After a failure inside: the error, with the request's own body or content beside it (promise 8).
std::string failure_answer(std::string_view request);

// An answer of three pieces, so that a large list of messages is not copied: head + payload + tail.
struct CompressAnswer {
  std::string head;
  std::string_view payload;  // into the outcome's output
  std::string tail;
  std::string joined() const;
};

// `simulated`: the members that `simulate` adds, already written as JSON members ("\"a\":1,\"b\":2"), or empty.
CompressAnswer compress_answer(const Input& input, const pipeline::Outcome& outcome, Return returned,
                               std::span<const std::string> warnings, std::string_view simulated = {});

// The raw bytes of the list of messages of a body (`input`, `contents`); the whole text if it is a list itself; "" if
// there is none.
std::string_view messages_of(std::string_view body);

std::string count_answer(const Count& count);
std::string retrieve_answer(const pipeline::RetrieveAnswer& retrieved);
std::string formats_answer();
// `all`: also of these workspaces; null: of none.
std::string stats_answer(const store::Stats& stats, const std::vector<store::WorkspaceStats>* all = nullptr);

}  // namespace headroom::api
