// The operations that look originals up: by handle, for a program, a model's call and the retrieval loop.
#include <algorithm>
#include <optional>
#include <utility>

#include "api/core_impl.h"
#include "relay/given.h"

namespace headroom::api {
namespace {

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

// ---- looking up, and the account of it

std::vector<pipeline::LeftOriginal> Core::Impl::left_of(std::string_view body, std::string_view format,
                                                        const pipeline::Options& options) {
  if (options.retrieval == pipeline::Retrieval::none) return {};
  CounterPool::Lease lease(counters);
  pipeline::Services services = services_of(*lease);
  const auto handles = keeping.handle_key(options, !config.directory.empty());
  services.key = handles ? &*handles : nullptr;
  return pipeline::left_originals(body, format, options, services);
}

pipeline::Located Core::Impl::locate(store::Handle handle, pipeline::InHand* in_hand) {
  std::function<Result<store::Store*>()> opened;
  if (keeping.exists() || behind.waits()) {
    opened = [this] {
      behind.finish();
      return keeping.open();
    };
  }
  return pipeline::locate(handle, in_hand, opened);
}

Result<void> Core::Impl::account(const pipeline::RetrieveRequest& request, pipeline::Located::Where where,
                                 std::size_t bytes) {
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

Result<void> Core::Impl::audit(const Retrieval& r) {
  if (config.directory.empty()) return fail(ErrorKind::unavailable, "no directory for the audit log");
  const auto handle = store::parse_handle(r.hash);
  const std::string how = std::string(r.for_model ? "model " : "program ").append(r.asked);
  return audit_log.append(
      {config.principal, config.workspace, handle ? store::to_string(*handle) : "none", r.bytes, how, r.result});
}

// ---- a program's call

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
    in_hand.emplace(call.body, "", impl_->keeping.lookup_key());
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

// ---- a model's call, in the retrieval loop

std::string Core::Impl::answer_model(const pipeline::RetrieveRequest& request, pipeline::InHand* in_hand) {
  const store::Handle handle = store::parse_handle(request.hash).value_or(store::no_handle);
  const pipeline::Located found = locate(handle, in_hand);
  std::string text = text_for_model(request, handle, found);
  if (account(request, found.where, text.size())) return text;
  return "[" + store::to_string(handle) + ": the retrieval could not be logged, so it is not answered]";
}

std::string Core::Impl::text_for_model(const pipeline::RetrieveRequest& request, store::Handle handle,
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
  hand->originals.emplace(hand->body, format, impl_->keeping.lookup_key());
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

}  // namespace headroom::api
