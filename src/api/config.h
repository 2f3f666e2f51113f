// What a handle is opened with: where originals are kept, under which workspace, how long, how many bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "prices/prices.h"

namespace headroom::compressors::prose {
class SentenceScorer;
}

namespace headroom::api {

// A size in bytes, as a type of its own in the options table ("256MiB" on a command line).
struct Bytes {
  std::uint64_t value = 0;
};

// A price file that stands in for the one compiled in. The path is an option's value; load_prices reads it once all
// layers of options are known.
struct PriceFile {
  std::string path;                             // "": the one compiled in
  std::shared_ptr<const prices::Prices> table;  // of that file
};

// Who judges sentences of prose. The name is an option's value; load_model opens what it names once all layers of
// options are known.
struct ProseModel {
  std::string name;  // "": the default; the other built-in ranking; a registered name; a path
  std::shared_ptr<const compressors::prose::SentenceScorer> scorer;
};

// The library that runs ONNX models; "": as the loader finds it.
struct OnnxLibrary {
  std::string path;
};

struct Config {
  enum class StoreKind : std::uint8_t { memory, sqlite, redis } store = StoreKind::memory;
  std::string store_url;            // of redis
  std::filesystem::path directory;  // holds originals.db and workspace.key; made 0700 if missing
  std::filesystem::path logs;       // the ledger's folder, for `stats`; "": there is none
  std::string master_key;           // 32 bytes, instead of workspace.key; empty: that file
  std::string workspace = "default";
  std::chrono::seconds ttl{3600};
  std::chrono::seconds ttl_batch{25 * 3600};  // of originals of batches, which providers answer within a day
  Bytes store_bytes{std::uint64_t{1} << 30};
  bool audit = false;                          // every original that is asked for gets a line in audit.jsonl
  std::string principal;                       // who asks, for that line
  bool synchronous = false;                    // sqlite: every commit reaches the disk
  Bytes cache_bytes{std::uint64_t{24} << 20};  // finished views; only speed
  // The process ends after this call, so that nobody can ask it for an original that it keeps in memory alone.
  bool ends_after_call = false;
  // Runs a job on another thread soon: originals of requests in hand are put there. Who lends threads also calls
  // Core::flush() every few seconds. Empty: nobody does.
  std::function<void(std::move_only_function<void()>)> lend_thread = {};
  // Idle threads share the work on a large request. `lend` runs the job at once on one of them, or says that there is
  // none; `wanted`: other work waits for a thread. Empty: nobody helps.
  struct {
    std::function<bool(std::move_only_function<void()>)> lend;
    std::function<bool()> wanted;
  } idle_threads = {};
  PriceFile prices;
  ProseModel prose_model;
  OnnxLibrary onnxruntime;

  const prices::Prices& price_table() const { return prices.table ? *prices.table : prices::Prices::built_in(); }
};

// Reads the file that `prices.path` names, if it names one. An error names the file, and in it the row and the member:
// a file that was asked for and cannot be read is never replaced by the one compiled in.
Result<void> load_prices(Config& config);

// Opens the model that `prose_model.name` names, if it names one, and runs it once. A model that is missing, changed or
// fails is an error: never another ranking in its place.
Result<void> load_model(Config& config);
// "extractive": centrality, facts and position by fixed weights, the default; "small": trees trained on documentation.
bool is_built_in_model(std::string_view name);
std::string_view default_model();

// Whether there is such a model, without opening it.
Result<void> check_model(const Config& config);

// Where `headroom model add` notes models.
std::filesystem::path model_registry(const std::filesystem::path& directory);

}  // namespace headroom::api
