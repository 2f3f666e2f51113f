#include "proxy/socket_rewriter.h"

#include <algorithm>
#include <utility>

#include "json/document.h"
#include "proxy/worker.h"

namespace headroom::proxy {
namespace {

// Of an event that is read for its usage; a longer one passes unread.
constexpr std::size_t most_event = 10 << 20;

bool asks_for_response(std::string_view text) {
  constexpr std::string_view type = "response.create";
  return text.find(type) != text.npos && top_string(text, "type") == type;
}

bool ends_response(std::string_view type) {
  return type == "response.completed" || type == "response.incomplete" || type == "response.failed";
}

}  // namespace

SocketRewriter::SocketRewriter(Worker& worker, Host& host, Setup setup)
    : worker_(worker),
      app_(worker.app()),
      host_(&host),
      setup_(std::move(setup)),
      client_(true, app_.setup.max_body),
      provider_(false, most_event) {}

SocketRewriter::~SocketRewriter() {
  app_.figures.body_bytes.fetch_sub(accounted_, std::memory_order_relaxed);
}

void SocketRewriter::close() {
  if (!host_) return;
  while (!turns_.empty()) end_turn({});
  host_ = nullptr;
}

void SocketRewriter::from_client(std::string_view bytes) {
  client_.feed(bytes);
  account();
  const auto all = app_.figures.body_bytes.load(std::memory_order_relaxed);
  if (client_.held() > 0 && all > static_cast<std::int64_t>(app_.setup.max_in_flight)) {
    client_.let_go();  // no room for more bodies: it goes on unread
    account();
  }
  pump();
}

// What is held stands in the gauge of bodies in flight.
void SocketRewriter::account() {
  const auto now = static_cast<std::int64_t>(client_.held()) + at_work_;
  app_.figures.body_bytes.fetch_add(now - std::exchange(accounted_, now), std::memory_order_relaxed);
}

void SocketRewriter::pump() {
  while (host_ && !busy_ && !client_.empty()) {
    http::TextTap::Item item = client_.take();
    if (!item.is_text) {
      host_->socket_to_provider(std::move(item.bytes));
    } else if (!asks_for_response(item.text.text)) {
      host_->socket_to_provider(item.text.frames());
    } else {
      rewrite(std::move(item.text));
    }
  }
}

void SocketRewriter::rewrite(http::HeldText text) {
  const std::size_t size = text.text.size();
  at_work_ += static_cast<std::int64_t>(size);
  account();
  auto job = std::make_shared<RewriteJob>();
  job->body = SharedText(text.text);
  job->format = "responses";
  job->lossless_only = true;
  job->watches = false;
  job->audit = setup_.audit;
  job->keeps_views = app_.setup.log_messages;
  if (setup_.audit) {
    host_->socket_to_provider(text.frames());  // at once; the figures come when they come
    text = {};
  } else {
    busy_ = true;
    host_->socket_hold_client(true);
  }
  api::Core& core = app_.core(setup_.workspace);
  const auto result = std::make_shared<Rewritten>();
  auto note = http::Loop::note([weak = weak_from_this(), text = std::move(text), result, size] {
    if (const auto self = weak.lock()) self->done(text, size, std::move(*result));
  });
  app_.pool.submit(size, [&core, job = std::move(job), result, note = std::move(note), settings = setup_.settings,
                          &loop = worker_.loop()]() mutable {
    *result = proxy::rewrite(core, *job, settings->core.call);
    job.reset();
    loop.post(std::move(note));
  });
}

void SocketRewriter::done(const http::HeldText& text, std::size_t size, Rewritten result) {
  at_work_ -= static_cast<std::int64_t>(size);
  account();
  if (!host_) return;
  const SharedText body = std::exchange(result.body, {});
  if (turns_.size() == most_turns) end_turn({});  // one that never ended
  turns_.push_back(std::move(result));
  if (setup_.audit) return;
  host_->socket_to_provider(!body.empty() ? text.replaced(body) : text.frames());
  busy_ = false;
  pump();
  if (!busy_ && host_) host_->socket_hold_client(false);
}

void SocketRewriter::from_provider(std::string_view bytes) {
  provider_.feed(bytes);
  while (!provider_.empty()) {
    const http::TextTap::Item item = provider_.take();
    if (item.is_text) read_event(item.text.text);
  }
}

void SocketRewriter::read_event(const std::string& text) {
  const std::string_view type = top_string(text, "type");
  if (type == "error" && !turns_.empty()) return end_turn({});
  if (!ends_response(type)) return;
  std::vector<ledger::Usage> rounds;
  if (const auto doc = json::Document::parse(text)) {
    const auto response = doc->member(0, "response");
    const auto usage = response ? doc->member(*response, "usage") : std::nullopt;
    if (const auto used = usage ? UsageWatcher::read_usage(doc->raw(*usage)) : std::nullopt) rounds.push_back(*used);
  }
  if (turns_.empty()) turns_.emplace_back();  // of a text that was not read
  end_turn(std::move(rounds));
}

void SocketRewriter::end_turn(std::vector<ledger::Usage> usage) {
  if (turns_.empty() || !host_) return;
  Rewritten turn = std::move(turns_.front());
  turns_.pop_front();
  host_->socket_turn(std::move(turn), std::move(usage));
}

}  // namespace headroom::proxy
