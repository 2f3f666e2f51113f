// The core as one call: JSON request in, JSON answer out (the C ABI's and every package's door), and the same
// operations typed (the command line's door).
//
//   request  {"op":"compress","body":{...messages or a whole request...},"options":{"retrieval":"tool"}}
//   answer   {"body":"...","tokens_before":9000,"tokens_after":700,...}
//
// Pure but for the store: no clock, no randomness reaches an answer. Thread-safe: counters are lent to one call at a
// time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/config.h"
#include "base/result.h"
#include "base/shared_text.h"
#include "base/units.h"
#include "pipeline/compress.h"
#include "pipeline/retrieve.h"
#include "relay/relay.h"
#include "relay/restore.h"
#include "store/store.h"

namespace headroom::api {

enum class Status { answered = 0, bad_request = 1, failed = 2 };

struct Answer {
  Status status;
  std::string json;
};

// What an operation works on. The bytes are the caller's and must outlive the call.
struct Input {
  enum class Kind : std::uint8_t { none, body, content } kind = Kind::none;
  std::string_view text;
  std::string format;            // of a body: a name of messages::format_names(); "" = by shape
  pipeline::ContentHints hints;  // of a content
  // For who may not wait: the store is not asked; if it would have been, this becomes true, and the outcome counts for
  // nothing.
  bool* asks_for_store = nullptr;
};

struct Count {
  Tokens tokens;
  std::string_view tokenizer;  // "o200k_base", "cl100k_base"
  bool exact;                  // the model's own vocabulary is this one
};

struct RetrieveCall {
  std::string hash, lines, rows, path, query, cursor;
  std::optional<Tokens> max_tokens;
  std::string_view body;  // searched first: a conversation is the first store of its own originals
  std::string caller;     // who asks, if a front end knows: its misses are counted
  bool for_model =
      false;  // a model's call is always answered within max_tokens; a program's bare handle gives all bytes
  pipeline::Options options = {};  // that `body` was shortened with: what left it is found by them
};

// A reply that is watched on its way to the client, and its request.
struct RelayCall {
  std::string format;  // "", "openai", "responses", "anthropic", "gemini", "converse"
  SharedText body;     // the request as the client sent it: its originals are found here
  SharedText request;  // the bytes that went to the provider; "" if they are the same
  pipeline::TraceOption trace = pipeline::TraceOption::auto_;
  relay::Limits limits = {};
  pipeline::Options options = {};  // that it was shortened with: what left it at an epoch is found by them
  bool tool_added = false;         // Outcome::tool_added of that
};
relay::Limits limits_of(const pipeline::Options& options);

// A call of our tool that a library answers: the block or message to be appended, and what it says.
struct ToolAnswer {
  std::string block;  // JSON
  std::string text;
};

// One retrieval, for who keeps an account of them: no content.
struct Retrieval {
  std::string_view hash;    // as it was asked for
  std::string_view asked;   // "whole", "lines", "rows", "path", "query", "cursor", "overview"
  std::string_view result;  // "in_hand", "store", "gone", "unknown", "unreachable"
  std::size_t bytes = 0;    // given
  bool for_model = false;
};

struct SharedCall {
  std::string key, agent = {};
  std::optional<std::uint64_t> if_version = {}, most_entries = {};
  bool full = false;
};

class Core {
 public:
  // Opens nothing yet: the store is opened when a call first needs it, so `count` and lossless calls touch no file.
  explicit Core(Config config);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  Answer call(std::string_view request);

  // Fails open: see pipeline::Outcome.
  pipeline::Outcome compress(const Input& input, const pipeline::Options& options);
  // The same views and handles, with originals in a store that ends with the call.
  pipeline::Outcome simulate(const Input& input, const pipeline::Options& options);
  Result<Count> count(const Input& input, std::string_view model);
  // `answer_tokens` stands in for max_tokens where a part is asked for. A handle that is gone is an answer, not an
  // error.
  Result<pipeline::RetrieveAnswer> retrieve(const RetrieveCall& call, Tokens answer_tokens);
  // Called after every retrieval, on its thread. Set before the first call.
  void on_retrieval(std::function<void(const Retrieval&)> hook);
  Result<std::string> decode(std::string_view view);
  // The retrieval loop over one turn's replies. The core must outlive it; one thread at a time.
  Result<std::unique_ptr<relay::Relay>> open_relay(RelayCall call);
  // The body with the traces of earlier turns turned back, and going on from the last round of a stored response that
  // the client knows by its first; nullopt if it has neither. `options`: those that its requests
  // are shortened with.
  std::optional<relay::Restored> restore(std::string_view body, std::string_view format, const relay::Limits& limits,
                                         const pipeline::Options& options = {});
  // For a stored response that a request goes on from: the request with the answers that it lacks (relay/stored.h).
  std::optional<std::string> answer_stored(std::string_view request, std::string_view stored_response,
                                           const relay::Limits& limits);
  // A tool call in any format, as the model's reply has it; nullopt if it is not of our tool. `body` is searched first.
  Result<std::optional<ToolAnswer>> answer_tool_call(std::string_view call, std::string_view body,
                                                     std::string_view format, const relay::Limits& limits,
                                                     const pipeline::Options& options = {});
  Result<store::Stats> store_stats();
  // Of all workspaces in the store's file, for who owns the file: never for a caller of one workspace.
  Result<std::vector<store::WorkspaceStats>> store_workspaces();
  Result<std::uint64_t> store_purge(std::optional<std::chrono::seconds> older_than);
  // Shared texts (shared_context.h). A content with a secret is refused where option secrets keeps it from the store.
  Result<store::RecordAnswer> shared_put(const SharedCall& call, std::string_view content,
                                         pipeline::SecretsOption secrets);
  Result<std::optional<store::Record>> shared_get(std::string_view key);
  // The view of a shared text, with its handle if something was left out.
  pipeline::Outcome shared_view(const store::Record& record, pipeline::Options options);
  Result<std::vector<store::Record>> shared_records();
  Result<bool> shared_erase(std::string_view key);
  Result<std::uint64_t> shared_clear();
  // Writes what is gathered; a process that lives long calls it every few seconds. Opens nothing.
  Result<void> flush();
  // The key of handles and digests, made if there is none; null: no lossy views of bodies.
  std::optional<store::WorkspaceKey> workspace_key();
  // Where retrievals are logged.
  std::filesystem::path audit_file() const;
  // Forgets counts of earlier calls (never originals): the next call is timed as a first one.
  void drop_caches();
  // Is there a store on disk? One that was never written to need not be made to be looked at.
  bool store_exists() const;

 private:
  relay::Originals originals(SharedText body, std::string_view format, const pipeline::Options& options);
  Tokens given_in(std::string_view body, store::Handle handle);
  Result<store::Store*> open_store();
  // Responses that the provider keeps: who goes on from `first` means `last`.
  bool note_chain(std::string_view first, std::string_view last);
  std::string chained_to(std::string_view response);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// "0.1.0".
std::string_view version();

// True if the text is a request body of a format that we read, or its list of messages alone: see
// messages::is_request.
bool is_body(std::string_view text);

}  // namespace headroom::api
