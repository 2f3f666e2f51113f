#include "proxy/worker.h"

#include <unistd.h>

#include <utility>

#include "proxy/dashboard.h"
#include "proxy/exchange.h"
#include "proxy/own.h"

namespace headroom::proxy {

Worker::Worker(App& app) : app_(app), client_(loop_, app.client) {}
Worker::~Worker() {
  stop();
  loop_.clear();
}

void Worker::start() {
  thread_ = std::thread([this] { loop_.run(); });
}

void Worker::stop() {
  if (!thread_.joinable()) return;
  loop_.stop();
  thread_.join();
}

void Worker::adopt(http::Socket socket, http::Peer peer, std::string first) {
  busy_.fetch_add(1, std::memory_order_relaxed);  // until it is open: a drain waits for it
  loop_.post([this, socket = std::move(socket), peer = std::move(peer), first = std::move(first)]() mutable {
    http::Connection::open(loop_, *this, std::move(socket), std::move(peer), app_.setup.limits, std::move(first));
    busy_.fetch_sub(1, std::memory_order_relaxed);
  });
}

void Worker::drain() {
  loop_.post([this] {
    const auto all = connections_;
    for (http::Connection* const c : all) {
      c->close_after();
      if (c->idle()) c->close();
    }
    client_.drop_kept();
  });
}

void Worker::cut_off() {
  loop_.post([this] {
    const auto all = exchanges_;
    for (Exchange* const e : all) {
      if (exchanges_.contains(e)) e->shut_down();
    }
    for (http::Connection* const c : connections_) loop_.touch(c);
  });
}

void Worker::opened(http::Connection& connection) {
  connections_.insert(&connection);
  busy_.fetch_add(1, std::memory_order_relaxed);
  app_.figures.connections.fetch_add(1, std::memory_order_relaxed);
}

void Worker::closed(http::Connection& connection) {
  connections_.erase(&connection);
  busy_.fetch_sub(1, std::memory_order_relaxed);
  app_.figures.connections.fetch_sub(1, std::memory_order_relaxed);
}

void Worker::entered(Exchange* exchange) {
  exchanges_.insert(exchange);
}
void Worker::left(Exchange* exchange) {
  exchanges_.erase(exchange);
}

void Worker::wait_for_room(std::weak_ptr<Exchange> exchange) {
  waiting_.push_back(std::move(exchange));
  // Room may come on another loop: looked for ten times a second too.
  loop_.at(loop_.now() + std::chrono::milliseconds(100), [this] { room_again(); });
}

void Worker::room_again() {
  while (!waiting_.empty()) {
    const auto first = waiting_.front().lock();
    if (first && !first->try_again()) {
      loop_.at(loop_.now() + std::chrono::milliseconds(100), [this] { room_again(); });
      return;
    }
    waiting_.pop_front();
  }
}

void Worker::count_refusal(std::string_view gate) {
  using ledger::Gate;
  if (!app_.ledger()) return;
  for (const Gate g : {Gate::framing, Gate::host, Gate::origin, Gate::caller, Gate::right, Gate::rate}) {
    if (ledger::to_string(g) == gate) return app_.ledger()->counts().refuse(g);
  }
}

std::string Worker::refuse(const http::BadHead& bad) {
  count_refusal("framing");
  return error_answer(Dialect::own, code::invalid_request, bad.why, false);
}

std::shared_ptr<http::Handler> Worker::on_request(http::Connection& connection, http::Head head) {
  auto settings = app_.settings();
  if (std::string answer = preflight_answer(settings->gate, head); !answer.empty()) {
    connection.send(answer);
    connection.end(true);
    return nullptr;
  }
  const Prefixes prefixes = read_prefixes(head.target());
  const Route& route = find_route(head.method(), prefixes.path);
  const http::Peer& peer = connection.peer();
  Verdict verdict =
      judge(settings->gate, head, peer, route.right, prefixes.token, [&peer] { return uid_of_peer(peer); });
  admit_dashboard(verdict, head, route, settings->gate.tokens,
                  std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  const bool keep = head.framing() == http::Framing::none;
  if (verdict.refused) {
    count_refusal(verdict.gate);
    connection.send(error_answer(route.dialect, *verdict.refused, verdict.why, keep));
    connection.end(keep);
    return nullptr;
  }
  if (route.right != Right::open && !app_.may_ask(verdict.caller.name, settings->requests_per_minute)) {
    count_refusal("rate");
    connection.send(error_answer(route.dialect, code::rate_limited, "Too many requests in this minute.", keep,
                                 "retry-after: 60\r\n"));
    connection.end(keep);
    return nullptr;
  }
  if (route.action != Action::own && settings->budget > 0) {
    if (const auto wait = app_.budget.wait(verdict.caller.name, settings->budget, std::chrono::system_clock::now())) {
      count_refusal("rate");
      connection.send(error_answer(route.dialect, code::rate_limited, "The budget of this day is spent.", keep,
                                   "retry-after: " + std::to_string(wait->count()) + "\r\n"));
      connection.end(keep);
      return nullptr;
    }
  }
  std::string path(prefixes.path), project(prefixes.project);
  if (route.action == Action::own) {
    if (route.endpoint == Endpoint::compress && !verdict.caller.known) {
      // Whether this caller could redeem a handle.
      Verdict more =
          judge(settings->gate, head, peer, Right::content, prefixes.token, [&peer] { return uid_of_peer(peer); });
      if (!more.refused) verdict.caller = std::move(more.caller);
    }
    return answer_own(*this, connection,
                      {std::move(head), route, std::move(path), std::move(verdict.caller), settings});
  }
  auto exchange =
      std::make_shared<Exchange>(*this, connection,
                                 Exchange::Request{std::move(head), route, std::move(path), std::move(project),
                                                   std::move(verdict.caller), settings});
  exchange->begin();
  return exchange;
}

}  // namespace headroom::proxy
