#include "api/core.h"

#include <utility>
#include <vector>

#include "api/core_impl.h"
#include "api/shared_context.h"
#include "json/document.h"
#include "messages/conversation.h"
#include "pipeline/secret_gate.h"
#include "tokens/models.h"

namespace headroom::api {
namespace {

pipeline::Outcome run(const Input& input, const pipeline::Options& options, pipeline::Services& services) {
  if (input.kind == Input::Kind::body) return pipeline::compress_body(input.text, input.format, options, services);
  return pipeline::compress_content(input.text, input.hints, options, services);
}

}  // namespace

pipeline::Services Core::Impl::services_of(tokens::Witnesses& witnesses) {
  pipeline::Services services{witnesses, [this] { return keeping.open(); }, keeping.leaves_process()};
  services.cache = &views;
  services.same_store = true;
  services.prices = &config.price_table();
  services.scorer = config.prose_model.scorer.get();
  services.ttl_batch = config.ttl_batch;
  if (config.lend_thread) {
    services.later = [this](std::size_t bytes, WriteBehind::Job& job) { return behind.add(bytes, job); };
    services.put_failed = &put_failed;
  }
  services.idle = helpers();
  return services;
}

bool Core::Impl::lend(std::move_only_function<void(tokens::Witnesses&)> job) {
  return config.idle_threads.lend([this, job = std::move(job)]() mutable {
    CounterPool::Lease lease(counters);
    job(*lease);
  });
}

Core::Core(Config config) : impl_(std::make_unique<Impl>(std::move(config))) {}
Core::~Core() = default;

pipeline::Outcome Core::compress(const Input& input, const pipeline::Options& given) {
  CounterPool::Lease counters(impl_->counters);
  pipeline::Options options = given;
  const auto key = impl_->keeping.handle_key(options, !impl_->config.directory.empty());
  const auto note = impl_->keeping.note(options);
  if (note && impl_->config.ends_after_call) options.retrieval = pipeline::Retrieval::none;
  pipeline::Services services = impl_->services_of(*counters);
  services.key = key ? &*key : nullptr;
  if (input.asks_for_store) {
    services.store = [asked = input.asks_for_store]() -> Result<store::Store*> {
      *asked = true;
      return fail(ErrorKind::unavailable, "the store is not asked here");
    };
  }
  pipeline::Outcome out = run(input, options, services);
  if (note) out.warnings.insert(out.warnings.begin(), *note);
  return out;
}

pipeline::Outcome Core::simulate(const Input& input, const pipeline::Options& options) {
  CounterPool::Lease counters(impl_->counters);
  std::unique_ptr<store::Store> scratch;
  const auto open_scratch = [&]() -> Result<store::Store*> {
    scratch = impl_->keeping.scratch();
    return scratch.get();
  };
  const auto key = impl_->keeping.handle_key(options, false);
  pipeline::Services services{*counters, open_scratch, impl_->keeping.leaves_process()};
  services.key = key ? &*key : nullptr;
  services.cache = &impl_->views;
  services.prices = &impl_->config.price_table();
  services.scorer = impl_->config.prose_model.scorer.get();
  services.idle = impl_->helpers();
  return run(input, options, services);
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

Result<std::string> Core::decode(std::string_view view) {
  return pipeline::decode(view);
}

void Core::drop_caches() {
  impl_->counters.renew();
  impl_->views.clear();
  impl_->indexes.clear();
}

Result<store::Store*> Core::open_store() {
  return impl_->keeping.open();
}

bool Core::store_exists() const {
  return impl_->store_exists();
}

Result<store::Stats> Core::store_stats() {
  if (!store_exists()) return store::Stats{};
  const auto store = impl_->keeping.open();
  if (!store) return std::unexpected(store.error());
  return (*store)->stats();
}

Result<std::vector<store::WorkspaceStats>> Core::store_workspaces() {
  if (!store_exists()) return std::vector<store::WorkspaceStats>();
  const auto store = impl_->keeping.open();
  if (!store) return std::unexpected(store.error());
  return (*store)->workspaces();
}

Result<std::uint64_t> Core::store_purge(std::optional<std::chrono::seconds> older_than) {
  if (!store_exists()) return std::uint64_t{0};
  const auto store = impl_->keeping.open();
  if (!store) return std::unexpected(store.error());
  return (*store)->purge(older_than);
}

Result<store::RecordAnswer> Core::shared_put(const SharedCall& call, std::string_view content,
                                             pipeline::SecretsOption secrets) {
  if (!pipeline::may_be_stored(content, secrets, impl_->keeping.leaves_process())) {
    return fail(ErrorKind::invalid_request,
                "the text holds a secret, which option secrets keeps from the store; secrets=encrypt stores it");
  }
  const auto store = impl_->keeping.open();
  if (!store) return std::unexpected(store.error());
  if (impl_->config.ends_after_call && !impl_->keeping.leaves_process())
    return fail(ErrorKind::unavailable,
                "a store in memory ends with this process" +
                    (impl_->keeping.why().empty() ? std::string() : " (" + impl_->keeping.why() + ")"));
  SharedPut put{call.key, content, call.agent, call.if_version};
  if (call.most_entries) put.most_entries = *call.most_entries;
  return api::shared_put(**store, put);
}

Result<std::optional<store::Record>> Core::shared_get(std::string_view key) {
  if (!store_exists()) return std::nullopt;
  const auto store = impl_->keeping.open();
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
  const auto store = impl_->keeping.open();
  if (!store) return std::unexpected(store.error());
  auto records = (*store)->records();
  if (records) std::erase_if(*records, [](const store::Record& r) { return r.name.starts_with(own_records); });
  return records;
}

Result<bool> Core::shared_erase(std::string_view key) {
  if (!store_exists()) return false;
  const auto store = impl_->keeping.open();
  if (!store) return std::unexpected(store.error());
  return (*store)->erase_record(key);
}

Result<std::uint64_t> Core::shared_clear() {
  if (!store_exists()) return std::uint64_t{0};
  const auto store = impl_->keeping.open();
  if (!store) return std::unexpected(store.error());
  return api::shared_clear(**store);
}

Result<void> Core::flush() {
  impl_->behind.finish();
  store::Store* const opened = impl_->keeping.opened();
  return opened ? opened->flush() : Result<void>();
}

std::optional<store::WorkspaceKey> Core::workspace_key() {
  return impl_->keeping.workspace_key();
}

std::filesystem::path Core::audit_file() const {
  return impl_->config.directory / "audit.jsonl";
}

std::string_view version() {
  return HEADROOM_VERSION;
}

bool is_body(std::string_view text) {
  return messages::is_request(text);
}

}  // namespace headroom::api
