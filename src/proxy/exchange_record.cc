// What is told of an exchange: to the client where it was refused, to the ledger once it is over.
#include <algorithm>
#include <new>
#include <utility>

#include "proxy/exchange.h"
#include "proxy/worker.h"

namespace headroom::proxy {

using std::chrono::duration_cast;
using std::chrono::microseconds;

void Exchange::refuse(const ErrorCode& error, std::string_view message) {
  if (!connection_ || step_ == Step::done) return;
  Dialect dialect = request_.route.dialect;
  if (dialect == Dialect::own && to_) {
    dialect = to_->provider == Provider::anthropic                                     ? Dialect::anthropic
              : to_->provider == Provider::gemini || to_->provider == Provider::vertex ? Dialect::gemini
              : to_->provider == Provider::bedrock                                     ? Dialect::bedrock
              : to_->provider == Provider::by_headers                                  ? Dialect::own
                                                                                       : Dialect::openai;
  }
  const bool keep = sent_all_ && !app_.draining;
  connection_->send(error_answer(dialect, error, message, keep, own_fields()));
  step_ = Step::done;
  upstream_.reset();
  std::exchange(connection_, nullptr)->end(keep);
  record(error.status, error.code);
}

void Exchange::record(int status, std::string_view code) {
  step_ = Step::done;
  release();
  if (std::exchange(recorded_, true)) return;
  if (socket_) socket_->close();
  ledger::Exchange e = describe(id_, rewritten_, status, code);
  app_.spend(request_.caller.name, e);
  if (ledger::Ledger* const ledger = app_.ledger()) count_upstream(ledger->counts(), status, code);
  if (streaming_reply_) app_.figures.streams.fetch_sub(1, std::memory_order_relaxed);
  if (status == 101) app_.figures.websockets.fetch_sub(1, std::memory_order_relaxed);
  if (rewritten_.failed) app_.figures.failed_inside.fetch_add(1, std::memory_order_relaxed);
  {
    const std::scoped_lock lock(slip_->mutex);
    slip_->over = true;
    if (slip_->digesting) {
      slip_->exchange = std::move(e);
      return;
    }
    e.prompt = std::move(slip_->prompt);
  }
  app_.record(std::move(e));
}

// What is told of a request: its row and what goes with it.
ledger::Exchange Exchange::describe(const std::string& id, Rewritten& rewritten, int status, std::string_view code) {
  const auto now = Clock::now();
  ledger::Exchange e;
  ledger::Row& row = e.row;
  row.t = std::chrono::time_point_cast<std::chrono::milliseconds>(wall_);
  row.id = ledger::RequestId::own(id);
  row.rt = ledger::RouteName::own(request_.route.name);
  row.md = ledger::ModelName::of(rewritten.model);
  row.st = status;
  row.by = ledger::CallerName::own(request_.caller.name);
  row.bytes_in = static_cast<std::int64_t>(bytes_in_);
  row.bytes_out = static_cast<std::int64_t>(bytes_out_);
  row.tokens_before = rewritten.before.value;
  row.tokens_after = rewritten.after.value;
  row.q = rounds_;
  row.own =
      duration_cast<microseconds>(sent_ - read_ > Clock::duration::zero() ? sent_ - read_ : Clock::duration::zero());
  row.first_byte = duration_cast<microseconds>(first_byte_ - came_);
  row.total = duration_cast<microseconds>(now - came_);
  row.ep = rewritten.epoch;
  row.x = ledger::Code::own(!code.empty() ? code : skipped_);
  if (!rewritten.views.empty()) app_.views.add(row.id, std::move(rewritten.views));
  e.removed = std::move(rewritten.removed);
  e.transforms = rewritten.transform_names;
  e.rounds = usage_.rounds();
  e.queued = duration_cast<microseconds>(queued_);
  e.went_out = duration_cast<microseconds>(read_.time_since_epoch());
  e.mode = mode_;
  e.stream = streaming_reply_;
  if (rewritten.tool_added) e.tool_tokens = app_.tool_tokens(request_.route.format);
  if (ledger::Ledger* const ledger = app_.ledger()) {
    const http::Head& head = request_.head;
    const std::string_view project = request_.project.empty() ? head.get("x-headroom-project") : request_.project;
    const std::string_view labels[] = {project, head.get("x-headroom-user-id"), head.get("x-headroom-stack")};
    for (std::size_t i = 0; i < 3; ++i) {
      if (!labels[i].empty()) row.labels[i] = ledger->label(labels[i]);
    }
    if (const auto session = head.find("x-headroom-session-id"); session && session->size() <= 64) {
      if (const auto key = app_.core(request_.caller.workspace).workspace_key()) {
        row.cv = ledger::conversation_of(*session, key->handle_key);
        e.session_labelled = true;
      }
    }
    for (const auto& [reason, n] : rewritten.skip_counts) ledger->counts().skip(reason, n);
  }
  return e;
}

// What the provider's cache sees of what was sent, in digests: by it a later miss is explained.
void Exchange::digest_prompt(const SharedText& sent) {
  if (!app_.ledger()) return;
  const std::string_view format = request_.route.format;
  api::Core& core = app_.core(request_.caller.workspace);
  if (sent.size() <= inline_size) {
    if (const auto key = core.workspace_key()) slip_->prompt = ledger::prompt_of(sent, format, key->handle_key);
    return;
  }
  slip_->digesting = true;
  app_.pool.submit(
      sent.size(),
      [&app = app_, &core, format, slip = slip_, body = sent] {
        std::optional<ledger::Prompt> prompt;
        try {
          if (const auto key = core.workspace_key()) prompt = ledger::prompt_of(body, format, key->handle_key);
        } catch (const std::bad_alloc&) {
          // The row goes without: a miss of the provider's cache is not explained.
        }
        const std::scoped_lock lock(slip->mutex);
        slip->digesting = false;
        if (slip->over) {
          slip->exchange.prompt = std::move(prompt);
          app.record(std::move(slip->exchange));
        } else {
          slip->prompt = std::move(prompt);
        }
      },
      Pool::Place::front);  // it holds the body
}

void Exchange::count_upstream(ledger::Counts& counts, int status, std::string_view code) const {
  if (!to_) return;
  using ledger::UpstreamError;
  const auto upstream =
      to_->provider == Provider::by_headers ? ledger::Upstream::other : static_cast<ledger::Upstream>(to_->provider);
  static_assert(static_cast<int>(Provider::grok) == static_cast<int>(ledger::Upstream::grok));
  const std::pair<std::string_view, UpstreamError> ours[] = {
      {code::upstream_unreachable.code, UpstreamError::unreachable},
      {code::upstream_tls_error.code, UpstreamError::tls_error},
      {code::upstream_protocol_error.code, UpstreamError::protocol_error},
      {code::upstream_timeout.code, UpstreamError::timeout},
      {"broken_off", UpstreamError::broken_off}};
  for (const auto& [word, error] : ours) {
    if (word == code) return counts.upstream_failed(upstream, error);
  }
  if (code.empty() && status >= 400) counts.upstream_failed(upstream, ledger::upstream_error_of(status));
}

}  // namespace headroom::proxy
