#include "proxy/exchange.h"

#include <algorithm>
#include <new>
#include <utility>

#include "http/body.h"
#include "http/coding.h"
#include "proxy/worker.h"
#include "relay/stored.h"

namespace headroom::proxy {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

// Bodies up to this size are rewritten on the loop itself: it takes less than handing them over, and less than 200 us.
constexpr std::size_t inline_size = 4 << 10;
// Bodies up to this size go out with their head in one write; larger ones are not copied.
constexpr std::size_t copied_size = 64 << 10;
constexpr std::chrono::seconds all_rounds{120};
// Of a refusal that may have a cause of ours.
constexpr std::size_t most_refusal = 64 << 10;

bool is_true(std::string_view value) {
  return http::same_name(value, "true") || value == "1";
}

Mode mode_of(const http::Head& head, Mode configured) {
  const std::string_view asked = head.get("x-headroom-mode");
  if (http::same_name(asked, "off") || http::same_name(asked, "passthrough")) return Mode::off;
  if (http::same_name(asked, "audit")) return Mode::audit;
  if (http::same_name(asked, "optimize")) return Mode::optimize;
  return configured;
}

// Gemini streams a JSON array unless it is asked for events.
bool is_array_stream(std::string_view path) {
  return path.find(":streamGenerateContent") != path.npos && path.find("alt=sse") == path.npos;
}

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

Exchange::Exchange(Worker& worker, http::Connection& connection, Request request)
    : worker_(worker),
      app_(worker.app()),
      connection_(&connection),
      request_(std::move(request)),
      id_(app_.next_request_id()),
      cancelled_(std::make_shared<std::atomic<bool>>(false)) {
  came_ = read_ = sent_ = first_byte_ = Clock::now();
  wall_ = std::chrono::system_clock::now();
  worker_.entered(this);
  app_.figures.requests.fetch_add(1, std::memory_order_relaxed);
}

Exchange::~Exchange() {
  release();
  worker_.left(this);
  app_.figures.requests.fetch_sub(1, std::memory_order_relaxed);
}

// ---- read
// -------------------------------------------------------------------------------------------------------------

void Exchange::begin() {
  const http::Head& head = request_.head;
  mode_ = mode_of(head, request_.settings->mode);
  if (!find_destination()) return;
  const bool reads = request_.route.action == Action::rewrite || request_.route.action == Action::lossless;
  if (reads) skipped_ = reason_to_stream();
  if (!reads || !skipped_.empty()) return forward_stream();
  if (head.framing() == http::Framing::length) body_.reserve(static_cast<std::size_t>(head.length()));
  if (!reserve()) {
    step_ = Step::waiting;
    connection_->pause(true);
    worker_.wait_for_room(weak_from_this());
  }
}

std::string_view Exchange::reason_to_stream() const {
  if (is_true(request_.head.get("x-headroom-bypass"))) return "bypass";
  if (mode_ == Mode::off) return "mode_off";
  return request_.head.length() > app_.setup.max_body ? "too_large" : "";
}

// Room for the body among all that are in flight. A body of unknown length takes what it has taken.
bool Exchange::reserve() {
  const auto want = static_cast<std::int64_t>(request_.head.length());
  auto& in_flight = app_.figures.body_bytes;
  const std::int64_t before = in_flight.fetch_add(want, std::memory_order_relaxed);
  if (before > 0 && before + want > static_cast<std::int64_t>(app_.setup.max_in_flight)) {
    in_flight.fetch_sub(want, std::memory_order_relaxed);
    return false;
  }
  reserved_ = static_cast<std::uint64_t>(want);
  return true;
}

void Exchange::release() {
  if (reserved_ == 0) return;
  app_.figures.body_bytes.fetch_sub(static_cast<std::int64_t>(std::exchange(reserved_, 0)), std::memory_order_relaxed);
  worker_.room_again();
}

bool Exchange::try_again() {
  if (step_ != Step::waiting || !connection_) return true;
  if (!reserve()) return false;
  step_ = Step::reading;
  connection_->pause(false);
  return true;
}

void Exchange::on_body(std::string_view piece) {
  bytes_in_ += piece.size();
  switch (step_) {
    case Step::reading:
    case Step::waiting:
      if (body_.size() + piece.size() > app_.setup.max_body) {
        give_up_collecting("too_large");
        if (step_ == Step::streaming) on_streamed(piece);
        return;
      }
      body_ += piece;
      if (request_.head.framing() == http::Framing::chunked) {
        reserved_ += piece.size();
        app_.figures.body_bytes.fetch_add(static_cast<std::int64_t>(piece.size()), std::memory_order_relaxed);
      }
      return;
    case Step::streaming:
    case Step::replying:
    case Step::tunnel:
      return on_streamed(piece);
    default:
      return;
  }
}

void Exchange::on_streamed(std::string_view piece) {
  if (!upstream_ || (sent_all_ && step_ != Step::tunnel)) return;
  if (socket_) return socket_->from_client(piece);
  if (plan_.body.kind == BodyPlan::Kind::chunked && step_ != Step::tunnel) {
    std::string framed;
    http::append_chunk(framed, piece);
    upstream_->send(framed);
  } else {
    upstream_->send(piece);
  }
  if (connection_ && upstream_->unsent() > http::Upstream::high_mark) connection_->pause(true);
}

void Exchange::on_upstream_writable() {
  if (connection_ && step_ != Step::done && !client_held_) connection_->pause(false);
}

// The body is larger than its head said, or than chunks are taken for: what came goes out, the rest follows.
void Exchange::give_up_collecting(std::string_view reason) {
  skipped_ = reason;
  std::string first = std::exchange(body_, {});
  forward_stream();
  if (step_ == Step::streaming && !first.empty()) on_streamed(first);
}

void Exchange::on_body_end() {
  read_ = Clock::now();
  if (step_ == Step::reading) return rewrite();
  if ((step_ == Step::streaming || step_ == Step::replying) && upstream_ && !sent_all_) {
    if (plan_.body.kind == BodyPlan::Kind::chunked) upstream_->send(http::last_chunk);
    upstream_->end();
    sent_all_ = true;
  }
}

// ---- rewrite
// ----------------------------------------------------------------------------------------------------------

void Exchange::rewrite() {
  if (body_.empty()) {
    skipped_ = "not_json";
    return forward_whole({});
  }
  whole_ = SharedText(std::exchange(body_, {}));
  const std::string_view coding = request_.head.get("content-encoding");
  auto job = std::make_shared<RewriteJob>();
  job->format = request_.route.format;
  job->batches = request_.route.action == Action::lossless;
  job->lossless_only = job->batches || is_array_stream(request_.path);
  job->watches = request_.route.answers && !job->lossless_only;
  job->audit = mode_ == Mode::audit;
  job->keeps_views = app_.setup.log_messages;
  const bool coded = !coding.empty() && !http::same_name(coding, "identity");
  if (coded && !http::knows_coding(coding)) {
    skipped_ = "encoding";
    return forward_whole(std::exchange(whole_, {}));
  }
  step_ = Step::rewriting;
  api::Core& core = app_.core(request_.caller.workspace);
  job->body = whole_;
  if (coded) job->coding = coding;
  const auto run = [&core, job, settings = request_.settings] {
    return proxy::rewrite(core, *job, settings->core.call);
  };
  decoded_ = coded;
  if (job->body.size() <= inline_size && !coded && !job->audit) {
    job->may_wait = false;
    Rewritten result = run();
    if (!result.needs_store) return rewritten(std::move(result));
    job->may_wait = true;
  }
  const std::size_t size = job->body.size();
  // What comes back is made now: a job that cannot get memory must be able to say so.
  struct Answer {
    Rewritten result;
    Clock::duration waited{};
  };
  const auto answer = std::make_shared<Answer>();
  auto note = http::Loop::note([weak = weak_from_this(), answer] {
    const auto self = weak.lock();
    if (!self || !self->connection_) return;
    self->queued_ = answer->waited;
    self->rewritten(std::move(answer->result));
  });
  app_.pool.submit(size, [run, answer, cancelled = cancelled_, note = std::move(note), &loop = worker_.loop(),
                          queued = Clock::now()]() mutable {
    if (cancelled->load(std::memory_order_relaxed)) return;
    answer->waited = Clock::now() - queued;
    answer->result = run();
    loop.post(std::move(note));
  });
  if (mode_ == Mode::audit) forward_whole(std::exchange(whole_, {}));  // at once; the figures come when they come
}

void Exchange::rewritten(Rewritten result) {
  rewritten_ = std::move(result);
  if (mode_ == Mode::audit) return;
  SharedText body = std::exchange(whole_, {});
  if (!rewritten_.body.empty()) {
    plan_.decoded = decoded_;
    body =
        std::exchange(rewritten_.body, {});  // the client's own bytes go, unless the relay looks for originals in them
  }
  plan_.plain_reply = rewritten_.relay != nullptr;
  forward_whole(body);
}

// ---- forward
// ----------------------------------------------------------------------------------------------------------

bool Exchange::find_destination() {
  auto to = choose(request_.settings->upstreams, request_.route, request_.head, request_.path, request_.caller.known);
  if (!to) {
    if (to.error() == Nowhere::not_allowed)
      refuse(code::upstream_not_allowed, "This upstream may not be used; --allow-upstream adds one.");
    else
      refuse(code::unknown_route, "No provider is known for this request.");
    return false;
  }
  to_ = std::move(*to);
  plan_.own_bearer = request_.caller.token_in_authorization;
  return true;
}

void Exchange::open_upstream() {
  const bool to_head = request_.head.method() == "HEAD";
  upstream_ = std::make_unique<http::Upstream>(worker_.client(), to_->origin, *this, to_head, to_->policy);
  sent_ = Clock::now();
}

void Exchange::forward_stream() {
  const http::Head& head = request_.head;
  plan_.upgrade = head.find("upgrade").has_value() && head.has_word("connection", "upgrade");
  plan_.plain_frames = plan_.upgrade && request_.route.format == "responses" &&
                       http::same_name(head.get("upgrade"), "websocket") && mode_ != Mode::off &&
                       !is_true(head.get("x-headroom-bypass"));
  switch (head.framing()) {
    case http::Framing::length:
      plan_.body.kind = BodyPlan::Kind::as_it_came;
      break;
    case http::Framing::chunked:
      plan_.body.kind = BodyPlan::Kind::chunked;
      break;
    default:
      plan_.body.kind = head.find("content-length") ? BodyPlan::Kind::as_it_came : BodyPlan::Kind::none;
      break;
  }
  step_ = Step::streaming;
  open_upstream();
  if (head.framing() != http::Framing::none) upstream_->set_streamed();
  upstream_->send(forward_head(head, *to_, plan_));
}

void Exchange::forward_whole(const SharedText& body) {
  if (body.empty() && !request_.head.find("content-length") && request_.head.framing() == http::Framing::none) {
    plan_.body.kind = BodyPlan::Kind::none;
  } else {
    plan_.body = {BodyPlan::Kind::length, body.size()};
  }
  step_ = Step::forwarded;
  send_whole(body);
  if (mode_ == Mode::optimize && request_.route.format == "responses" &&
      body.view().find("\"previous_response_id\"") != std::string_view::npos)
    resend_ = body;
  if (mode_ == Mode::optimize && skipped_.empty() && request_.route.answers) digest_prompt(body);
  if (!rewritten_.relay) release();
}

void Exchange::send_whole(const SharedText& body) {
  open_upstream();
  std::string bytes = forward_head(request_.head, *to_, plan_);
  if (body.size() <= copied_size) {
    bytes += body;
    upstream_->send(std::move(bytes));
  } else {
    upstream_->send(std::move(bytes));
    upstream_->send_last(body);
  }
  upstream_->end();
  sent_all_ = true;
}

// ---- relay
// ------------------------------------------------------------------------------------------------------------

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
// -----------------------------------------------------------------

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

// ---- record
// -----------------------------------------------------------------------------------------------------------

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
