// From a body, or one content, to the bytes that go to the model: which slots may change -> candidates -> choice ->
// store -> marker -> edits.
//
// Fail open: whatever goes wrong inside, `output` is the input's own bytes and `error` says why. Pure but for the
// store: the same input, options and workspace key give the same output.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/edits.h"
#include "base/result.h"
#include "base/units.h"
#include "pipeline/align/volatile_parts.h"
#include "pipeline/capability.h"
#include "pipeline/options.h"
#include "pipeline/skip.h"
#include "pipeline/view_cache.h"
#include "prices/prices.h"
#include "store/store.h"
#include "tokens/counter.h"

namespace headroom::compressors::prose {
class SentenceScorer;
}

namespace headroom::pipeline {

// Threads that have nothing else to do.
struct IdleThreads {
  // Has one of them run the job at once, with counters of its own; false: there is none, and it never runs. It may be
  // dropped even so.
  std::function<bool(std::move_only_function<void(tokens::Witnesses&)>)> lend;
  std::function<bool()> wanted;  // other work waits: who was lent a thread gives it back
};

// What a call needs from outside. Not thread-safe: one per thread (the store itself is).
struct Services {
  tokens::Witnesses& counters;
  // Opens the store on first use; lossless calls never ask for it. Null: no store (reversible views are off).
  std::function<Result<store::Store*>()> store;
  bool store_leaves_process = false;  // it is a file or a server: what may only be kept in memory does not go there
  // Of the workspace whose store that is: handles of a body's texts are known before anything is stored. Null: bodies
  // get lossless views only.
  const store::WorkspaceKey* key = nullptr;
  ViewCache* cache = nullptr;  // only speed; null: none
  bool same_store = false;     // every call with this cache has this store: what it took need not be put again
  const prices::Prices* prices = nullptr;                      // null: the file compiled in
  const compressors::prose::SentenceScorer* scorer = nullptr;  // null: the default
  std::chrono::seconds ttl_batch{0};                           // how long originals of batches are kept; 0: like others
  // Takes work that the answer need not wait for, or says that it does not: originals of a request that is its own
  // first store are put that way. The work may use the store and the cache, which outlive it. Null: nobody takes it.
  std::function<bool(std::size_t bytes, std::move_only_function<void()>& work)> later = {};
  std::atomic<bool>* put_failed = nullptr;  // set by such work; told by the next answer
  const IdleThreads* idle = nullptr;        // share the work on a large request; only speed; null: none do
};

struct ContentHints {
  std::string kind;       // forced kind, or empty
  std::string query;      // what the content is read for
  std::string tool;       // name of the tool that gave it
  std::string arguments;  // its arguments, JSON or text
  std::string path = {};  // of the file it is the text of; "": what the arguments say
};

struct MarkerInfo {
  std::string hash;     // 12 digits
  std::string pointer;  // RFC 6901, into the body; "" for a content
  int message = -1;     // index, -1 for a content
  std::string kind;     // "json", "log"...
  std::int64_t shown = 0, total = 0;
  std::string unit;  // "rows", "lines"...
  Tokens tokens;     // of the original
  std::size_t bytes = 0;
};

struct Skipped {
  std::string pointer;
  int message = -1;
  Reason reason;
};

// A slot that changed: for `return: changes`.
struct Change {
  std::string pointer;
  int message = -1;
  SharedText text;    // decoded
  std::string value;  // JSON, where what is put there is no string; else empty
};

// One line per slot: for people.
struct Row {
  int message = -1;
  std::string role, tool, kind, method;
  Tokens before, after;
  std::string note;  // the marker's statement, "lossless", or the reason it stayed
  std::size_t order = 0;
};

// What an epoch did, for people and for the report of costs.
struct EpochReport {
  std::string position, trigger;  // "40@12"; "paying", "limit", "asked"
  Tokens before, after;           // of all that is forwarded, centre estimate in the model's tokens
  std::int64_t gain_nano = 0;     // nano-dollars: what it will have gained after as many requests as there were
};

struct Outcome {
  std::string output;       // the spliced body, or the view
  std::vector<Edit> edits;  // of a body
  Tokens before, after;     // contents, tool-call names and arguments, on the o200k ruler
  bool changed = false;
  bool tool_added = false;  // headroom_retrieve joined the request's tools; its tokens are in `after`
  Redeem redeem = Redeem::none;
  bool lossless = true;
  std::vector<MarkerInfo> markers;
  std::vector<Skipped> skipped;
  std::vector<Change> changes;
  std::vector<std::string> transforms;  // methods used, in order, each once
  std::vector<std::string> warnings;
  std::optional<Error> error;
  std::vector<Row> rows;
  std::vector<std::string> epochs;  // positions, to be handed back as `epoch`
  std::vector<EpochReport> epoch_reports;
  std::optional<std::int64_t> saved_nano;  // nano-dollars at the model's input price, centre estimate; no price: none
  Tokens images_before, images_after;      // of the images, by their formula; in `before` and `after`
  Tokens settled;  // of `after`: what the request before this one ended in, and this one leaves as it was
  std::vector<VolatilePart> volatile_parts;  // of the system prompt as it goes out...
  Tokens written_again;                      // ...and of `after`, what each change of the first of them costs
};

// `body`: a request in a format of messages/, or its bare list of messages. `format`: its name; "" = by shape.
Outcome compress_body(std::string_view body, std::string_view format, const Options& options, Services& services);

// What left this conversation at its epochs, and the index lines that folded: what their handles stand for. None of it
// is a text of the body, so it is made again as it was made then. With the cache of the call that shortened the body
// that costs about reading it.
struct LeftOriginal {
  std::string content;
  store::Source source;
};
std::vector<LeftOriginal> left_originals(std::string_view body, std::string_view format, const Options& options,
                                         Services& services);

// One content; any bytes.
Outcome compress_content(std::string_view content, const ContentHints& hints, const Options& options,
                         Services& services);

// The original of a lossless view, or of a text with lossless views in it; an error (not_found) if `view` is none.
Result<std::string> decode(std::string_view view);

// Tokens of a body as `before` counts them.
Result<Tokens> count_body(std::string_view body, std::string_view format, tokens::Counter& counter);

}  // namespace headroom::pipeline
