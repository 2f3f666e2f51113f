// Replies that go other ways than straight back: a tunnel, whose WebSocket frames may be rewritten; and a refusal whose
// cause may be a call of ours that a stored response left open, which is answered, once.
#include <utility>

#include "http/coding.h"
#include "proxy/exchange.h"
#include "proxy/worker.h"
#include "relay/stored.h"

namespace headroom::proxy {
void Exchange::start_tunnel() {
  step_ = Step::tunnel;
  head_sent_ = true;
  app_.figures.websockets.fetch_add(1, std::memory_order_relaxed);
  connection_->send(reply_head(*reply_, {.length = {}, .upgrade = true}, ""));
  if (plan_.plain_frames && !reply_->find("sec-websocket-extensions"))
    socket_ = std::make_shared<SocketRewriter>(
        worker_, static_cast<SocketRewriter::Host&>(*this),
        SocketRewriter::Setup{request_.caller.workspace, request_.settings, mode_ == Mode::audit});
  connection_->become_tunnel();
}

void Exchange::socket_to_provider(std::string bytes) {
  if (!upstream_) return;
  upstream_->send(std::move(bytes));
  if (connection_ && upstream_->unsent() > http::Upstream::high_mark) connection_->pause(true);
}

void Exchange::socket_hold_client(bool on) {
  client_held_ = on;
  const bool full = upstream_ && upstream_->unsent() > http::Upstream::high_mark;
  if (connection_ && (on || !full)) connection_->pause(on);
}

void Exchange::socket_turn(Rewritten turn, std::vector<ledger::Usage> usage) {
  ledger::Exchange e = describe(app_.next_request_id(), turn, 200, {});
  e.row.t = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  e.row.bytes_in = e.row.bytes_out = 0;  // those are the connection's
  e.row.own = e.row.first_byte = e.row.total = std::chrono::microseconds(0);
  e.rounds = std::move(usage);
  e.stream = true;
  app_.spend(request_.caller.name, e);
  app_.record(std::move(e));
}

// ---- a call of ours that a stored response left open

bool Exchange::may_lack_output(const http::Head& head) const {
  return head.status() == 400 && !resend_.empty() && !refusal_ && !asked_before_;
}

// The refusal is whole: is a call of ours its cause?
void Exchange::fetch_stored() {
  std::string plain = refusal_body_;
  const std::string_view coding = refusal_->get("content-encoding");
  if (!coding.empty() && !http::same_name(coding, "identity"))
    plain = http::decode(coding, refusal_body_, 16 * most_refusal).value_or("");
  std::string head;
  if (relay::lacks_tool_output(plain))
    head = stored_request(request_.head, *to_, relay::previous_response(resend_), plan_.own_bearer);
  if (head.empty()) return let_refusal_go(true);
  step_ = Step::rewriting;
  stored_ = std::make_unique<StoredFetch>(worker_.client(), *to_, std::move(head),
                                          [this](std::optional<std::string> response) {
                                            if (!connection_) return;
                                            if (!response) return let_refusal_go(true);
                                            answer_stored(*response);
                                          });
}

void Exchange::answer_stored(const std::string& response) {
  api::Core& core = app_.core(request_.caller.workspace);
  const auto answered = std::make_shared<std::optional<Rewritten>>();
  auto note = http::Loop::note([weak = weak_from_this(), answered] {
    const auto self = weak.lock();
    if (!self || !self->connection_) return;
    if (!*answered) return self->let_refusal_go(true);
    self->resend_ = {};
    self->refusal_.reset();
    self->rewritten_.relay = std::move((*answered)->relay);
    self->plan_.plain_reply = self->rewritten_.relay != nullptr;
    self->plan_.decoded = self->decoded_;
    self->plan_.body = {BodyPlan::Kind::length, (*answered)->body.size()};
    self->step_ = Step::forwarded;
    self->send_whole((*answered)->body);
  });
  app_.pool.submit(response.size(), [&core, request = resend_, response, settings = request_.settings, answered,
                                     note = std::move(note), &loop = worker_.loop()]() mutable {
    *answered = proxy::answer_stored(core, request, response, settings->core.call);
    loop.post(std::move(note));
  });
}

// It is the client's. `whole`: all of it has come.
void Exchange::let_refusal_go(bool whole) {
  resend_ = {};
  http::Head head = std::move(*refusal_);
  refusal_.reset();
  const std::string body = std::exchange(refusal_body_, {});
  on_reply(std::move(head));
  if (!body.empty()) on_reply_body(body);
  if (whole) on_reply_end();
}

}  // namespace headroom::proxy
