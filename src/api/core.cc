#include "api/core.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "api/answer.h"
#include "api/request.h"
#include "api/shared_context.h"
#include "api/simulation.h"
#include "api/tool.h"
#include "api/write_behind.h"
#include "base/hash.h"
#include "json/document.h"
#include "ledger/savings.h"
#include "messages/conversation.h"
#include "pipeline/in_hand.h"
#include "pipeline/secret_gate.h"
#include "relay/given.h"
#include "store/audit.h"
#include "store/misses.h"
#include "tokens/models.h"

namespace headroom::api {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t memory_bytes = std::uint64_t{256} << 20;
constexpr std::size_t behind_bytes = std::size_t{16} << 20;  // of originals that wait for the store

// Handles of a store that ends with its process need no secret, but the same content must give the same handle in the
// next one (promise 2), so this key comes from the workspace's name.
store::WorkspaceKey process_key(std::string_view workspace) {
  store::WorkspaceKey key{std::string(workspace), {}};
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const std::uint64_t word = hash64(workspace, seed);
    for (int shift = 0; shift < 64; shift += 8) key.handle_key += static_cast<char>(word >> shift & 0xFF);
  }
  return key;
}

// Counters hold large tables of recent words: made once, lent to one call at a time.
class CounterPool {
 public:
  class Lease {
   public:
    explicit Lease(CounterPool& pool) : pool_(pool), counters_(pool.take()) {}
    ~Lease() { pool_.give(std::move(counters_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    tokens::Witnesses& operator*() { return *counters_; }

   private:
    CounterPool& pool_;
    std::unique_ptr<tokens::Witnesses> counters_;
  };

  // Counters on loan keep theirs and come back later.
  void renew() {
    const std::scoped_lock lock(mutex_);
    for (auto& counters : free_) counters = std::make_unique<tokens::Witnesses>();
  }

 private:
  std::unique_ptr<tokens::Witnesses> take() {
    {
      const std::scoped_lock lock(mutex_);
      if (!free_.empty()) {
        auto last = std::move(free_.back());
        free_.pop_back();
        return last;
      }
    }
    return std::make_unique<tokens::Witnesses>();
  }
  void give(std::unique_ptr<tokens::Witnesses> counters) {
    const std::scoped_lock lock(mutex_);
    free_.push_back(std::move(counters));
  }
  std::mutex mutex_;
  std::vector<std::unique_ptr<tokens::Witnesses>> free_;
};

// Makes the directory with its parents, 0700 where we make it.
Result<void> make_private_directory(const fs::path& directory) {
  std::error_code error;
  if (fs::is_directory(directory, error)) return {};
  if (directory.has_parent_path()) fs::create_directories(directory.parent_path(), error);
  fs::create_directory(directory, error);
  if (!error) fs::permissions(directory, fs::perms::owner_all, error);
  std::error_code ignored;
  if (fs::is_directory(directory, ignored)) return {};
  if (!error) error = std::make_error_code(std::errc::not_a_directory);  // something else has the name
  return fail(ErrorKind::unavailable, "cannot make the directory " + directory.string() + ": " + error.message());
}

// A program's bare handle: the bytes themselves, moved rather than copied where they are ours.
pipeline::RetrieveAnswer bare_answer(pipeline::Located& found) {
  pipeline::RetrieveAnswer answer;
  const std::string_view content = found.content;
  answer.status = store::Status::live;
  answer.total = std::count(content.begin(), content.end(), '\n') + (!content.empty() && content.back() != '\n');
  answer.text = found.entry ? std::move(found.entry->content) : std::string(content);
  return answer;
}

}  // namespace

struct Core::Impl {
  Config config;
  CounterPool counters;
  std::mutex opening;  // of `store`: to open it may take as long as a busy disk does
  std::unique_ptr<store::Store> store;
  std::mutex mutex;  // of what follows; `opening` is taken first
  std::optional<store::WorkspaceKey> key;
  std::function<void(const Retrieval&)> hook;
  pipeline::ViewCache views;
  pipeline::ContentIndexes indexes;  // of originals that queries were put to

  // Without a master key nothing may leave the process: originals are kept in its memory then, which is said once.
  std::atomic<bool> for_want_of_a_key = false;
  std::string why;  // written before the flag is set
  std::atomic<bool> told = false;

  store::AuditLog audit_log;
  store::Misses misses;
  std::atomic<bool> put_failed = false;  // behind an answer, and not told yet
  WriteBehind behind;                    // last: what it does needs the others

  explicit Impl(Config c)
      : config(std::move(c)),
        views(config.cache_bytes.value),
        audit_log(config.directory / "audit.jsonl"),
        behind(config.lend_thread, behind_bytes) {}

  Result<void> audit(const Retrieval& r) {
    if (config.directory.empty()) return fail(ErrorKind::unavailable, "no directory for the audit log");
    const auto handle = store::parse_handle(r.hash);
    const std::string how = std::string(r.for_model ? "model " : "program ").append(r.asked);
    return audit_log.append(
        {config.principal, config.workspace, handle ? store::to_string(*handle) : "none", r.bytes, how, r.result});
  }

  // One master key for a directory. A workspace that has a file of its own, from before there was one, goes on with it.
  fs::path key_file() const {
    std::error_code error;
    const fs::path own = config.directory / (config.workspace + ".workspace.key");
    if (config.workspace != "default" && fs::exists(own, error)) return own;
    return config.directory / "workspace.key";
  }
  bool store_leaves_process() const { return config.store != Config::StoreKind::memory && !for_want_of_a_key; }
  fs::path database() const { return config.directory / "originals.db"; }

  store::Options store_options() const {
    store::Options options;
    options.ttl = config.ttl;
    options.capacity_bytes = config.store_bytes.value;
    options.synchronous = config.synchronous;
    options.folds_in_flush = static_cast<bool>(config.lend_thread);
    const bool as_given = config.store_bytes.value != Config{}.store_bytes.value;
    if (!store_leaves_process() && !as_given) options.capacity_bytes = memory_bytes;
    return options;
  }

  // `make`: the key file is made if there is none. Call with the mutex held.
  Result<store::WorkspaceKey> key_of(bool make) {
    if (key) return *key;
    if (!config.master_key.empty()) return *(key = store::derive_keys(config.master_key, config.workspace));
    std::error_code error;
    if (config.directory.empty() || (!make && !fs::exists(key_file(), error))) return process_key(config.workspace);
    if (make) {
      if (auto made = make_private_directory(config.directory); !made) return std::unexpected(made.error());
    }
    auto loaded = store::load_or_make_key(key_file(), config.workspace);
    if (loaded) key = *loaded;
    return loaded;
  }

  // The same, or the key of a store in memory. Call with the mutex held.
  store::WorkspaceKey key_or_memory(bool make) {
    const bool no_place = config.directory.empty() && store_leaves_process() &&
                          (config.master_key.empty() || config.store == Config::StoreKind::sqlite);
    const auto found =
        no_place ? fail(ErrorKind::unavailable, "no directory: set HOME or HEADROOM_WORKSPACE_DIR") : key_of(make);
    if (found) return *found;
    if (!for_want_of_a_key) {
      why = found.error().message;
      for_want_of_a_key = true;
    }
    return *(key = process_key(config.workspace));
  }

  // For handles of a body's texts; nullopt if nothing may be lost anyway, or where there is none (then open() says
  // why).
  std::optional<store::WorkspaceKey> handle_key(const pipeline::Options& options, bool make) {
    const bool derives = options.prompt_cache_key == pipeline::CacheKey::derive;
    if (options.retrieval == pipeline::Retrieval::none && !derives) return std::nullopt;
    const std::scoped_lock lock(mutex);
    return key_or_memory(make);
  }

  // What a call is told of a store that is not the one it might expect; nullopt: nothing.
  std::optional<std::string> note_on_store(const pipeline::Options& options) {
    if (options.retrieval == pipeline::Retrieval::none || store_leaves_process()) return std::nullopt;
    std::string note = for_want_of_a_key ? "no key to encrypt originals with (" + why + "): " : std::string();
    if (config.ends_after_call) {
      return note +
             "originals kept in memory alone would end with this process, so nothing is left out: lossless views";
    }
    if (!for_want_of_a_key || told.exchange(true)) return std::nullopt;
    return note + "they are kept in this process's memory";
  }

  Result<store::Store*> open() {
    const std::scoped_lock lock(opening);
    if (store) return store.get();
    store::WorkspaceKey workspace_key = [this] {
      const std::scoped_lock inner(mutex);
      return key_or_memory(!config.directory.empty() && config.master_key.empty());
    }();
    if (!store_leaves_process()) {
      store = store::open_memory(std::move(workspace_key), store_options());
      return store.get();
    }
    auto opened = config.store == Config::StoreKind::redis
                      ? store::open_redis(config.store_url, std::move(workspace_key), store_options())
                      : store::open_sqlite(database(), std::move(workspace_key), store_options());
    if (!opened) return std::unexpected(opened.error());
    store = std::move(*opened);
    return store.get();
  }

  pipeline::Outcome run(const Input& input, const pipeline::Options& options, pipeline::Services& services) {
    if (input.kind == Input::Kind::body) return pipeline::compress_body(input.text, input.format, options, services);
    return pipeline::compress_content(input.text, input.hints, options, services);
  }

  // What left a conversation at its epochs; nothing where nothing may be left out.
  std::vector<pipeline::LeftOriginal> left_of(std::string_view body, std::string_view format,
                                              const pipeline::Options& options) {
    if (options.retrieval == pipeline::Retrieval::none) return {};
    CounterPool::Lease lease(counters);
    pipeline::Services services = services_of(*lease);
    const auto handles = handle_key(options, !config.directory.empty());
    services.key = handles ? &*handles : nullptr;
    return pipeline::left_originals(body, format, options, services);
  }
  pipeline::Services services_of(tokens::Witnesses& witnesses) {
    pipeline::Services services{witnesses, [this] { return open(); }, store_leaves_process()};
    services.cache = &views;
    services.same_store = true;
    services.prices = &config.price_table();
    services.scorer = config.prose_model.scorer.get();
    services.ttl_batch = config.ttl_batch;
    if (config.lend_thread) {
      services.later = [this](std::size_t bytes, WriteBehind::Job& job) { return behind.add(bytes, job); };
      services.put_failed = &put_failed;
    }
    return services;
  }

  store::WorkspaceKey key_of_handles() {
    const std::scoped_lock lock(mutex);
    auto workspace_key = key_of(false);
    return workspace_key ? *workspace_key : process_key(config.workspace);
  }

  // Where a handle is looked up: the body, then the store if there is one.
  pipeline::Located locate(store::Handle handle, pipeline::InHand* in_hand) {
    std::function<Result<store::Store*>()> opened;
    if (exists() || behind.waits()) {
      opened = [this] {
        behind.finish();
        return open();
      };
    }
    return pipeline::locate(handle, in_hand, opened);
  }

  // Tells who accounts for retrievals, and the audit log. What cannot be logged, where that was asked for, is not given
  // out.
  Result<void> account(const pipeline::RetrieveRequest& request, pipeline::Located::Where where, std::size_t bytes) {
    if (!hook && !config.audit) return {};
    constexpr std::string_view results[] = {"in_hand", "store", "gone", "unknown", "unreachable"};
    const std::pair<std::string_view, std::string_view> parts[] = {{request.cursor, "cursor"},
                                                                   {request.query, "query"},
                                                                   {request.rows, "rows"},
                                                                   {request.path, "path"},
                                                                   {request.lines, "lines"}};
    std::string_view asked = request.bare() ? "whole" : "overview";
    for (const auto& [value, name] : parts) {
      if (!value.empty()) {
        asked = name;
        break;
      }
    }
    const Retrieval retrieval{request.hash, asked, results[static_cast<std::size_t>(where)], bytes, request.for_model};
    if (hook) hook(retrieval);
    return config.audit ? audit(retrieval) : Result<void>();
  }

  bool exists() const {
    std::error_code error;
    return config.store != Config::StoreKind::sqlite || for_want_of_a_key || fs::exists(database(), error);
  }

  // An answer for a model: text in every case.
  std::string answer_model(const pipeline::RetrieveRequest& request, pipeline::InHand* in_hand) {
    const store::Handle handle = store::parse_handle(request.hash).value_or(store::no_handle);
    const pipeline::Located found = locate(handle, in_hand);
    std::string text = text_for_model(request, handle, found);
    if (account(request, found.where, text.size())) return text;
    return "[" + store::to_string(handle) + ": the retrieval could not be logged, so it is not answered]";
  }

  std::string text_for_model(const pipeline::RetrieveRequest& request, store::Handle handle,
                             const pipeline::Located& found) {
    switch (found.where) {
      case pipeline::Located::Where::in_hand:
      case pipeline::Located::Where::store: {
        CounterPool::Lease lease(counters);
        return pipeline::answer_retrieve(request, handle, found.content, found.source, *request.max_tokens,
                                         (*lease).ruler(), &indexes)
            .text;
      }
      case pipeline::Located::Where::gone:
        return pipeline::answer_missing(request, store::Status::expired, found.hint).text;
      case pipeline::Located::Where::unreachable:
        return "[" + store::to_string(handle) + ": the store cannot be reached now; try once more later]";
      case pipeline::Located::Where::nowhere:
        break;
    }
    return pipeline::answer_missing(request, store::Status::unknown, std::nullopt).text;
  }
};

relay::Originals Core::originals(SharedText body, std::string_view format, const pipeline::Options& options) {
  // The relay outlives the call that opened it: it keeps the body that its originals are in.
  struct Hand {
    SharedText body;
    std::optional<pipeline::InHand> originals;
    int pasts = 0;
  };
  constexpr int most_pasts = 16;  // turns for which what left is looked for: each costs about shortening the body
  const auto hand = std::make_shared<Hand>();
  hand->body = std::move(body);
  hand->originals.emplace(hand->body, format, impl_->key_of_handles());
  hand->originals->on_miss([this, at = hand.get(), format = std::string(format), options] {
    return impl_->left_of(at->body, format, options);
  });
  relay::Originals o;
  o.in_hand = [hand](store::Handle handle) { return hand->originals->has(handle); };
  o.up_to = [this, hand, format = std::string(format), options](std::function<std::string()> past) {
    hand->originals->on_miss([this, at = hand.get(), past = std::move(past), format, options] {
      if (++at->pasts > most_pasts) return std::vector<pipeline::LeftOriginal>();
      return impl_->left_of(past(), format, options);
    });
  };
  o.retrieve = [this, hand](const pipeline::RetrieveRequest& request, Tokens given) {
    pipeline::RetrieveRequest r = request;
    r.given = given;
    return impl_->answer_model(r, &*hand->originals);
  };
  o.count = [this](std::string_view text) {
    CounterPool::Lease counters(impl_->counters);
    return (*counters).ruler().count(text);
  };
  return o;
}

Core::Core(Config config) : impl_(std::make_unique<Impl>(std::move(config))) {}
Core::~Core() = default;

pipeline::Outcome Core::compress(const Input& input, const pipeline::Options& given) {
  CounterPool::Lease counters(impl_->counters);
  pipeline::Options options = given;
  const auto key = impl_->handle_key(options, !impl_->config.directory.empty());
  const auto note = impl_->note_on_store(options);
  if (note && impl_->config.ends_after_call) options.retrieval = pipeline::Retrieval::none;
  pipeline::Services services = impl_->services_of(*counters);
  services.key = key ? &*key : nullptr;
  if (input.asks_for_store) {
    services.store = [asked = input.asks_for_store]() -> Result<store::Store*> {
      *asked = true;
      return fail(ErrorKind::unavailable, "the store is not asked here");
    };
  }
  pipeline::Outcome out = impl_->run(input, options, services);
  if (note) out.warnings.insert(out.warnings.begin(), *note);
  return out;
}

pipeline::Outcome Core::simulate(const Input& input, const pipeline::Options& options) {
  CounterPool::Lease counters(impl_->counters);
  std::unique_ptr<store::Store> scratch;
  const auto open_scratch = [&]() -> Result<store::Store*> {
    const std::scoped_lock lock(impl_->mutex);
    scratch = store::open_memory(impl_->key_or_memory(false), impl_->store_options());
    return scratch.get();
  };
  const auto key = impl_->handle_key(options, false);
  pipeline::Services services{*counters, open_scratch, impl_->store_leaves_process()};
  services.key = key ? &*key : nullptr;
  services.cache = &impl_->views;
  services.prices = &impl_->config.price_table();
  services.scorer = impl_->config.prose_model.scorer.get();
  return impl_->run(input, options, services);
}

Result<Count> Core::count(const Input& input, std::string_view model) {
  std::string named(model);
  if (model.empty() && input.kind == Input::Kind::body) {
    const auto doc = json::Document::parse(input.text);
    if (doc && doc->is(0, json::Kind::object)) {
      if (const auto m = doc->member(0, "model"); m && doc->is(*m, json::Kind::string)) named = doc->string(*m);
    }
  }
  const tokens::ModelTokens& model_tokens = tokens::tokens_of_model(named);
  const auto counted = [&](tokens::Counter& counter) -> Result<Tokens> {
    if (input.kind == Input::Kind::body) return pipeline::count_body(input.text, input.format, counter);
    return counter.count(input.text);
  };
  Result<Tokens> tokens;
  if (model_tokens.vocabulary == tokens::VocabularyId::o200k) {
    CounterPool::Lease counters(impl_->counters);
    tokens = counted((*counters).ruler());
  } else {
    tokens::Counter counter(model_tokens.vocabulary);
    tokens = counted(counter);
  }
  if (!tokens) return std::unexpected(tokens.error());
  return Count{*tokens, model_tokens.tokenizer, model_tokens.exact};
}

Result<pipeline::RetrieveAnswer> Core::retrieve(const RetrieveCall& call, Tokens answer_tokens) {
  if (!call.caller.empty() && !impl_->misses.may_ask(call.caller))
    return fail(ErrorKind::unavailable, "too many handles that stand for nothing; try again in a minute");
  pipeline::RetrieveRequest request{.hash = call.hash,
                                    .lines = call.lines,
                                    .rows = call.rows,
                                    .path = call.path,
                                    .query = call.query,
                                    .cursor = call.cursor,
                                    .max_tokens = call.max_tokens,
                                    .for_model = call.for_model};
  // What is no handle at all is looked up like any other that is not there.
  const auto handle = std::optional(store::parse_handle(call.hash).value_or(store::no_handle));
  std::optional<pipeline::InHand> in_hand;
  if (!call.body.empty()) {
    in_hand.emplace(call.body, "", impl_->key_of_handles());
    in_hand->on_miss([&] { return impl_->left_of(call.body, "", call.options); });
  }
  if (call.for_model) request.given = given_in(call.body, *handle);
  pipeline::Located found = impl_->locate(*handle, in_hand ? &*in_hand : nullptr);
  Result<pipeline::RetrieveAnswer> answer = [&]() -> Result<pipeline::RetrieveAnswer> {
    switch (found.where) {
      case pipeline::Located::Where::in_hand:
      case pipeline::Located::Where::store: {
        if (request.bare()) return bare_answer(found);
        CounterPool::Lease counters(impl_->counters);
        return pipeline::answer_retrieve(request, *handle, found.content, found.source, answer_tokens,
                                         (*counters).ruler(), &impl_->indexes);
      }
      case pipeline::Located::Where::unreachable:
        return std::unexpected(*found.error);
      case pipeline::Located::Where::gone:
        return pipeline::answer_missing(request, store::Status::expired, found.hint);
      case pipeline::Located::Where::nowhere:
        break;
    }
    return pipeline::answer_missing(request, store::Status::unknown, std::nullopt);
  }();
  if (answer) answer->tool = found.hint ? found.hint->tool : found.source.tool;
  if (!call.caller.empty() && found.where == pipeline::Located::Where::nowhere) impl_->misses.missed(call.caller);
  const auto logged = impl_->account(request, found.where, answer ? answer->text.size() : 0);
  if (!logged) return std::unexpected(logged.error());
  return answer;
}

void Core::on_retrieval(std::function<void(const Retrieval&)> hook) {
  impl_->hook = std::move(hook);
}

// Tokens of the answers that a conversation holds to this handle.
Tokens Core::given_in(std::string_view body, store::Handle handle) {
  Tokens given;
  const auto wire = relay::wire_of(body);
  if (!wire) return given;
  CounterPool::Lease counters(impl_->counters);
  for (const relay::GivenAnswer& a : relay::given_answers(body, *wire)) {
    if (store::parse_handle(relay::read_arguments(a.arguments).hash) == handle)
      given += (*counters).ruler().count(a.text);
  }
  return given;
}

Result<std::string> Core::decode(std::string_view view) {
  return pipeline::decode(view);
}

void Core::drop_caches() {
  impl_->counters.renew();
  impl_->views.clear();
  impl_->indexes.clear();
}

Result<store::Store*> Core::open_store() {
  return impl_->open();
}

bool Core::store_exists() const {
  impl_->behind.finish();
  return impl_->exists();
}

Result<store::Stats> Core::store_stats() {
  if (!store_exists()) return store::Stats{};
  const auto store = impl_->open();
  if (!store) return std::unexpected(store.error());
  return (*store)->stats();
}

Result<std::vector<store::WorkspaceStats>> Core::store_workspaces() {
  if (!store_exists()) return std::vector<store::WorkspaceStats>();
  const auto store = impl_->open();
  if (!store) return std::unexpected(store.error());
  return (*store)->workspaces();
}

Result<std::uint64_t> Core::store_purge(std::optional<std::chrono::seconds> older_than) {
  if (!store_exists()) return std::uint64_t{0};
  const auto store = impl_->open();
  if (!store) return std::unexpected(store.error());
  return (*store)->purge(older_than);
}

Result<store::RecordAnswer> Core::shared_put(const SharedCall& call, std::string_view content,
                                             pipeline::SecretsOption secrets) {
  if (!pipeline::may_be_stored(content, secrets, impl_->store_leaves_process())) {
    return fail(ErrorKind::invalid_request,
                "the text holds a secret, which option secrets keeps from the store; secrets=encrypt stores it");
  }
  const auto store = impl_->open();
  if (!store) return std::unexpected(store.error());
  if (impl_->config.ends_after_call && !impl_->store_leaves_process())
    return fail(ErrorKind::unavailable, "a store in memory ends with this process" +
                                            (impl_->why.empty() ? std::string() : " (" + impl_->why + ")"));
  SharedPut put{call.key, content, call.agent, call.if_version};
  if (call.most_entries) put.most_entries = *call.most_entries;
  return api::shared_put(**store, put);
}

Result<std::optional<store::Record>> Core::shared_get(std::string_view key) {
  if (!store_exists()) return std::nullopt;
  const auto store = impl_->open();
  if (!store) return std::unexpected(store.error());
  return (*store)->get_record(key);
}

pipeline::Outcome Core::shared_view(const store::Record& record, pipeline::Options options) {
  options.retrieval = pipeline::Retrieval::tool;  // whoever shares a store can redeem its handles
  options.redeems_outside = true;
  Input input;
  input.kind = Input::Kind::content;
  input.text = record.content;
  return compress(input, options);
}

Result<std::vector<store::Record>> Core::shared_records() {
  if (!store_exists()) return std::vector<store::Record>();
  const auto store = impl_->open();
  if (!store) return std::unexpected(store.error());
  auto records = (*store)->records();
  if (records) std::erase_if(*records, [](const store::Record& r) { return r.name.starts_with(own_records); });
  return records;
}

Result<bool> Core::shared_erase(std::string_view key) {
  if (!store_exists()) return false;
  const auto store = impl_->open();
  if (!store) return std::unexpected(store.error());
  return (*store)->erase_record(key);
}

Result<std::uint64_t> Core::shared_clear() {
  if (!store_exists()) return std::uint64_t{0};
  const auto store = impl_->open();
  if (!store) return std::unexpected(store.error());
  return api::shared_clear(**store);
}

Result<void> Core::flush() {
  impl_->behind.finish();
  store::Store* opened = nullptr;
  {
    const std::scoped_lock lock(impl_->opening);
    opened = impl_->store.get();
  }
  return opened ? opened->flush() : Result<void>();
}

std::optional<store::WorkspaceKey> Core::workspace_key() {
  const std::scoped_lock lock(impl_->mutex);
  auto key = impl_->key_of(!impl_->config.directory.empty());
  return key ? std::optional(std::move(*key)) : std::nullopt;
}

std::filesystem::path Core::audit_file() const {
  return impl_->config.directory / "audit.jsonl";
}

namespace {

Answer refused(const Error& error) {
  const bool caller = error.kind == ErrorKind::invalid_request || error.kind == ErrorKind::not_found;
  return {caller ? Status::bad_request : Status::failed, error_answer(error)};
}

template <class T, class Write>
Answer answer_of(const Result<T>& result, Write write) {
  if (!result) return refused(result.error());
  return {Status::answered, write(*result)};
}

Answer answer_shortened(const Request& r, const pipeline::Outcome& outcome, std::string_view simulated) {
  const Status status = outcome.error ? Status::failed : Status::answered;
  return {status, compress_answer(r.input, outcome, r.returned, r.warnings, simulated).joined()};
}

}  // namespace

Answer Core::call(std::string_view text) {
  const auto request = parse_request(text);
  if (!request) return refused(request.error());
  const Request& r = **request;
  switch (r.op) {
    case Operation::compress:
      return answer_shortened(r, compress(r.input, r.options), {});
    case Operation::simulate: {
      const pipeline::Outcome outcome = simulate(r.input, r.options);
      return answer_shortened(r, outcome, simulated_members(r.input, outcome));
    }
    case Operation::count:
      return answer_of(count(r.input, r.model), count_answer);
    case Operation::retrieve:
      return answer_of(retrieve(r.retrieve, r.options.answer_tokens), retrieve_answer);
    case Operation::decode:
      return answer_of(decode(r.input.text), [](const std::string& original) {
        json::Writer out;
        out.object().key("content").string(original).end();
        return std::move(out).take();
      });
    case Operation::restore: {
      const auto restored = restore(r.input.text, r.format, limits_of(r.options), r.options);
      json::Writer out;
      out.object().key("body").string(restored ? std::string_view(restored->body) : r.input.text);
      out.key("restored").number(std::int64_t{restored ? restored->calls : 0}).end();
      return {Status::answered, std::move(out).take()};
    }
    case Operation::tool_call:
      return answer_of(answer_tool_call(r.call, r.input.text, r.format, limits_of(r.options), r.options),
                       [](const std::optional<ToolAnswer>& answer) {
                         json::Writer out;
                         out.object().key("ours").boolean(answer.has_value());
                         if (answer) out.key("answer").raw(answer->block).key("text").string(answer->text);
                         out.end();
                         return std::move(out).take();
                       });
    case Operation::tool:
      return {Status::answered, "{\"tool\":" + std::string(*tool_definition(r.format)) + "}"};
    case Operation::formats:
      return {Status::answered, formats_answer()};
    case Operation::store_stats:
      return answer_of(store_stats(), [](const store::Stats& stats) { return stats_answer(stats); });
    case Operation::store_purge:
      return answer_of(store_purge(r.older_than),
                       [](std::uint64_t n) { return "{\"removed\":" + std::to_string(n) + "}"; });
    case Operation::stats:
      if (impl_->config.logs.empty())
        return refused(
            Error{ErrorKind::invalid_request, "there is no ledger: the handle's configuration names no logs"});
      return {Status::answered, ledger::savings_json(ledger::savings(impl_->config.logs, r.savings), r.savings.by)};
    case Operation::shared_put:
      return answer_of(shared_put(r.shared, r.input.text, r.options.secrets),
                       [&](const store::RecordAnswer& a) { return shared_put_answer(r.shared.key, a); });
    case Operation::shared_get:
      return answer_of(shared_get(r.shared.key), [&](const std::optional<store::Record>& record) {
        if (!record) return shared_missing_answer(r.shared.key);
        if (r.shared.full) return shared_get_answer(*record, nullptr);
        const pipeline::Outcome view = shared_view(*record, r.options);
        return shared_get_answer(*record, &view);
      });
    case Operation::shared_keys:
      return answer_of(shared_records(), [](const auto& records) { return shared_keys_answer(records); });
    case Operation::shared_stats:
      return answer_of(shared_records(), [](const auto& records) { return shared_stats_answer(records); });
    case Operation::shared_erase:
      return answer_of(shared_erase(r.shared.key),
                       [](bool erased) { return std::string(erased ? "{\"erased\":true}" : "{\"erased\":false}"); });
    case Operation::shared_clear:
      return answer_of(shared_clear(), [](std::uint64_t n) { return "{\"removed\":" + std::to_string(n) + "}"; });
  }
  return refused(Error{ErrorKind::internal, "operation without an answer"});
}

std::string_view version() {
  return HEADROOM_VERSION;
}

bool is_body(std::string_view text) {
  return messages::is_request(text);
}

}  // namespace headroom::api
