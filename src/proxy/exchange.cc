#include "proxy/exchange.h"

#include <utility>

#include "http/body.h"
#include "http/coding.h"
#include "proxy/worker.h"

namespace headroom::proxy {
namespace {

// Bodies up to this size go out with their head in one write; larger ones are not copied.
constexpr std::size_t copied_size = 64 << 10;

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
  if (sent_ == came_) sent_ = Clock::now();  // of later rounds the provider's time would count as ours
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

}  // namespace headroom::proxy
