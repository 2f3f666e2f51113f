// The way back: the provider's reply to the client, as it comes or through the retrieval loop; and how an exchange
// ends, by either side or with the process.
#include <algorithm>
#include <utility>

#include "http/body.h"
#include "http/coding.h"
#include "proxy/exchange.h"
#include "proxy/worker.h"

namespace headroom::proxy {
namespace {

constexpr std::chrono::seconds all_rounds{120};

bool ends_in_empty_line(std::string_view bytes) {
  return bytes.ends_with("\n\n") || bytes.ends_with("\r\n\r\n") || bytes.ends_with("\r\r");
}

// A header's value holds no line end and nothing beyond ASCII.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 200)) out += c >= 0x20 && c < 0x7F ? c : '?';
  return out;
}

const ErrorCode& code_of(http::Fault fault) {
  switch (fault) {
    case http::Fault::tls:
      return code::upstream_tls_error;
    case http::Fault::protocol:
      return code::upstream_protocol_error;
    case http::Fault::timeout:
      return code::upstream_timeout;
    case http::Fault::refused_address:
      return code::upstream_not_allowed;
    case http::Fault::unreachable:
      break;
  }
  return code::upstream_unreachable;
}

std::string_view message_of(http::Fault fault) {
  switch (fault) {
    case http::Fault::tls:
      return "The provider's certificate could not be verified, or it speaks no TLS that is accepted.";
    case http::Fault::protocol:
      return "The provider closed the connection or answered with something that is no HTTP.";
    case http::Fault::timeout:
      return "The provider did not answer in time.";
    case http::Fault::refused_address:
      return "This upstream's address may not be connected to.";
    case http::Fault::unreachable:
      break;
  }
  return "The provider could not be reached.";
}

}  // namespace

void Exchange::on_reply(http::Head head) {
  if (first_byte_ == came_) first_byte_ = Clock::now();
  if (!connection_) return;
  if (may_lack_output(head)) {
    refusal_ = std::move(head);
    return;
  }
  const std::string type(head.get("content-type"));
  const int status = head.status();
  status_ = status;
  reply_ = std::move(head);
  discarding_ = false;
  if (status == 101) return start_tunnel();
  const std::string_view coding = reply_->get("content-encoding");
  const bool readable = coding.empty() || http::same_name(coding, "identity");
  if (request_.route.action == Action::rewrite && mode_ != Mode::off && skipped_ != "bypass") {
    usage_.begin(readable || http::knows_coding(coding) ? type : std::string());
    decoder_ = readable ? nullptr : http::Decoder::make(coding, UsageWatcher::most_whole);
  }
  step_ = Step::replying;
  if (rewritten_.relay && (readable || asked_before_)) {
    relaying_ = true;
    return apply(rewritten_.relay->head({status, type}));
  }
  relaying_ = false;
  start_reply(std::nullopt);
}

// Our own fields, for the client.
std::string Exchange::own_fields() const {
  std::string out = "x-headroom-request-id: " + id_ + "\r\n";
  const auto add = [&out](std::string_view name, std::string_view value) {
    out.append("x-headroom-").append(name).append(": ").append(value).append("\r\n");
  };
  if (request_.route.action == Action::relay) return out;
  add("mode", to_string(mode_));
  if (!rewritten_.model.empty()) add("model", printable(rewritten_.model));
  if (rewritten_.counted) {
    add("tokens-before", std::to_string(rewritten_.before.value));
    add("tokens-after", std::to_string(rewritten_.after.value));
    add("tokens-saved", std::to_string(std::max<std::int64_t>(rewritten_.before.value - rewritten_.after.value, 0)));
  }
  const auto joined = [](const auto& list) {
    std::string all;
    for (const auto& word : list) all.append(all.empty() ? "" : ",").append(word);
    return all;
  };
  if (!rewritten_.transforms.empty()) add("transforms", joined(rewritten_.transforms));
  if (!skipped_.empty()) {
    add("skipped", skipped_);
  } else if (!rewritten_.skipped.empty()) {
    add("skipped", joined(rewritten_.skipped));
  }
  if (rewritten_.failed) add("compression-failed", "true");
  if (mode_ == Mode::audit) add("applied", "false");
  return out;
}

// The head that the client gets. `length`: of a body of ours that is complete.
void Exchange::start_reply(std::optional<std::uint64_t> length) {
  head_sent_ = true;
  const http::Head& reply = *reply_;
  const bool old_client = request_.head.minor_version() == 0;
  const bool bodiless = reply.framing() == http::Framing::none;
  ReplyPlan plan;
  plan.rewritten = relaying_ && length.has_value();
  if (length) {
    plan.length = length;
  } else if (relaying_ || (!bodiless && reply.framing() != http::Framing::length)) {
    plan.chunked = chunked_ = !old_client;
    plan.close = old_client;
  }
  keep_ = keep_ && !plan.close && !app_.draining;
  plan.close = plan.close || !keep_ || app_.draining;
  streaming_reply_ = http::same_name(reply.get("content-type").substr(0, 17), "text/event-stream");
  if (streaming_reply_) app_.figures.streams.fetch_add(1, std::memory_order_relaxed);
  connection_->send(reply_head(reply, plan, own_fields()));
}

void Exchange::write(std::string_view bytes) {
  if (bytes.empty() || !connection_) return;
  bytes_out_ += bytes.size();
  if (streaming_reply_) ends_event_ = ends_in_empty_line(bytes);
  if (chunked_) {
    std::string framed;
    framed.reserve(bytes.size() + 20);
    http::append_chunk(framed, bytes);
    connection_->send(framed);
  } else {
    connection_->send(bytes);
  }
  if (upstream_ && connection_->unsent() > http::Connection::high_mark) upstream_->pause(true);
  if (ending_ && ends_event_) shut_down();
}

void Exchange::watch(std::string_view piece) {
  if (!decoder_) return usage_.feed(piece);
  std::string plain;
  if (!decoder_->feed(piece, plain)) {
    decoder_.reset();
    usage_.begin("");  // it cannot be read; the relay goes on
    return;
  }
  usage_.feed(plain);
}

void Exchange::on_reply_body(std::string_view piece) {
  if (!connection_) return;
  if (refusal_) {
    refusal_body_ += piece;
    if (refusal_body_.size() > most_refusal) let_refusal_go(false);
    return;
  }
  if (step_ == Step::tunnel) {
    bytes_out_ += piece.size();
    connection_->send(piece);
    if (socket_) socket_->from_provider(piece);
    if (connection_->unsent() > http::Connection::high_mark) upstream_->pause(true);
    return;
  }
  if (!relaying_) {
    write(piece);
    return watch(piece);
  }
  watch(piece);
  if (discarding_ || relay_done_) return;
  apply(rewritten_.relay->bytes(piece));
}

void Exchange::on_writable() {
  if (upstream_) upstream_->pause(false);
}

// What the loop made of the reply so far.
void Exchange::apply(relay::Output output) {
  using State = relay::Output::State;
  if (!output.client.empty() || output.state == State::done) {
    if (!head_sent_) {
      const bool whole = output.state == State::done;
      start_reply(whole ? std::optional<std::uint64_t>(output.client.size()) : std::nullopt);
    }
    write(output.client);
  }
  switch (output.state) {
    case State::open:
      return;
    case State::asks:
      next_request_ = std::move(output.request);
      discarding_ = true;  // what is left of this reply says nothing more
      return;
    case State::done:
      relay_done_ = true;
      return;
    case State::broken:
      if (connection_) std::exchange(connection_, nullptr)->abort();
      return record(status_, "broken_off");
  }
}

void Exchange::on_reply_end() {
  if (connection_ && refusal_) return fetch_stored();
  usage_.end();
  if (!connection_) return;
  if (step_ == Step::tunnel) {
    if (socket_) socket_->close();
    connection_->end(false);
    return record(101, {});
  }
  if (!relaying_) return finish();
  if (!discarding_ && !relay_done_) apply(rewritten_.relay->end());
  if (discarding_) return go_on();
  if (relay_done_) finish();
}

// The next hidden round: the first request again, with the model's turn and our answers behind it.
void Exchange::go_on() {
  if (!asked_before_) {
    asked_before_ = true;
    worker_.loop().at(Clock::now() + all_rounds, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self && self->rewritten_.relay && self->connection_) self->rewritten_.relay->deadline();
    });
  }
  ++rounds_;
  plan_.decoded = decoded_;
  plan_.body.length = next_request_.size();
  step_ = Step::forwarded;
  send_whole(SharedText(std::exchange(next_request_, {})));
}

void Exchange::finish() {
  if (!connection_ || step_ == Step::done) return;
  if (chunked_) connection_->send(http::last_chunk);
  step_ = Step::done;
  std::exchange(connection_, nullptr)->end(keep_);
  record(status_, {});
}

void Exchange::on_fault(http::Fault fault) {
  if (connection_ && refusal_) let_refusal_go(false);
  usage_.end();
  if (!connection_) return;
  if (discarding_) return go_on();  // the reply had said all it had to
  const ErrorCode& error = code_of(fault);
  if (!head_sent_) return refuse(error, message_of(fault));
  if (relaying_ && rewritten_.relay && !relay_done_) {
    apply(rewritten_.relay->cut());
    if (!connection_) return;
    if (relay_done_) return finish();
  }
  // The client's stream breaks off as the provider's did.
  step_ = Step::done;
  std::exchange(connection_, nullptr)->abort();
  record(status_, error.code);
}

void Exchange::on_gone() {
  connection_ = nullptr;
  cancelled_->store(true, std::memory_order_relaxed);
  upstream_.reset();
  stored_.reset();
  if (socket_) socket_->close();
  if (step_ == Step::done) return;
  record(step_ == Step::tunnel ? 101 : 499, step_ == Step::tunnel ? "" : "client_gone");
}

void Exchange::shut_down() {
  if (!connection_ || step_ == Step::done) return;
  if (!head_sent_) return refuse(code::shutting_down, "The proxy is shutting down.");
  if (streaming_reply_ && !ends_event_ && !ending_) {
    ending_ = true;  // at the end of the event at hand
    return;
  }
  ending_ = false;
  if (streaming_reply_ && ends_event_) {
    keep_ = false;
    write(error_event(request_.route.dialect, code::shutting_down, "The proxy is shutting down."));
    return finish();
  }
  step_ = Step::done;
  upstream_.reset();
  http::Connection* const connection = std::exchange(connection_, nullptr);
  if (socket_ && socket_->between_frames()) {
    socket_->close();
    connection->send(http::going_away);
    connection->end(false);
  } else {
    connection->abort();
  }
  record(status_, "shutting_down");
}

}  // namespace headroom::proxy
