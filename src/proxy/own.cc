#include "proxy/own.h"

#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <exception>
#include <fstream>

#include "json/writer.h"
#include "proxy/dashboard.h"
#include "proxy/worker.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace headroom::proxy {
namespace {

bool reads_body(Endpoint e) {
  return e == Endpoint::compress || e == Endpoint::usage || e == Endpoint::retrieve || e == Endpoint::tool_call ||
         e == Endpoint::retrieve_get || e == Endpoint::retrieve_stats || e == Endpoint::stats_history;
}

OwnAnswer answer_memory() {
  std::int64_t vms = 0, rss = 0, total = 0;
  std::ifstream statm("/proc/self/statm");
  statm >> vms >> rss;
  std::ifstream meminfo("/proc/meminfo");
  std::string word;
  if (meminfo >> word) meminfo >> total;
  const std::int64_t page = ::sysconf(_SC_PAGESIZE);
  json::Writer out;
  out.object().key("process_memory").object().key("rss").number(rss * page).key("vms").number(vms * page);
  const std::int64_t per_mille = total > 0 ? rss * page * 1000 / (total * 1024) : 0;
  out.key("percent").raw(std::to_string(per_mille / 10) + "." + std::to_string(per_mille % 10)).end();
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
  // What is in use is what is kept; what the allocator holds beside it for later is no leak.
  const auto heap = ::mallinfo2();
  out.key("heap").object().key("in_use").number(static_cast<std::int64_t>(heap.uordblks + heap.hblkhd));
  out.key("held").number(static_cast<std::int64_t>(heap.arena + heap.hblkhd)).end();
#endif
  out.end();
  return {200, std::move(out).take()};
}

ledger::Time now_of_day() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

OwnAnswer answer_figures(App& app, const OwnRequest& request) {
  ledger::Ledger& ledger = *app.ledger();
  switch (request.route.endpoint) {
    case Endpoint::metrics:
      return {200, ledger.metrics(app.gauges()), "", "text/plain; version=0.0.4; charset=utf-8"};
    case Endpoint::feed: {
      std::size_t limit = 50;
      const std::string asked = query_value(request.path, "limit");
      std::from_chars(asked.data(), asked.data() + asked.size(), limit);
      return {200, ledger.feed(std::min<std::size_t>(limit, 1000))};
    }
    case Endpoint::stats_history: {
      const auto series = ledger::parse_series(query_value(request.path, "series"));
      const auto which = series.value_or(ledger::Series::hourly);
      if (query_value(request.path, "format") == "csv")
        return {200, ledger.history_csv(which, now_of_day()), "", "text/csv; charset=utf-8"};
      return {200, ledger.history_json(which, now_of_day())};
    }
    default:
      return {200, ledger.stats(now_of_day(), app.gauges())};
  }
}

// Rows as they come, figures every two seconds, until the client leaves.
class EventStream final : public http::Handler, public std::enable_shared_from_this<EventStream> {
 public:
  EventStream(Worker& worker, http::Connection& connection, std::uint64_t after)
      : worker_(worker), connection_(&connection), after_(after) {}

  void begin() {
    connection_->send(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-store\r\nx-content-type-options: "
        "nosniff\r\nconnection: close\r\n\r\n");
    look();
  }
  void on_body(std::string_view) override {}
  void on_body_end() override {}
  void on_gone() override { connection_ = nullptr; }

 private:
  static constexpr int figures_every = 10;  // looks

  void look() {
    App& app = worker_.app();
    if (!connection_) return;
    if (app.draining) return std::exchange(connection_, nullptr)->end(false);
    // A reader that is slow is told later, not more.
    if (connection_->unsent() < http::Connection::low_mark) {
      const ledger::Events events = app.ledger()->events(after_);
      after_ = events.last;
      if (!events.bytes.empty()) connection_->send(events.bytes);
      if (looks_++ % figures_every == 0) connection_->send(app.ledger()->stats_event(now_of_day(), app.gauges()));
    }
    worker_.loop().at(worker_.loop().now() + std::chrono::milliseconds(200), [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->look();
    });
  }

  Worker& worker_;
  http::Connection* connection_;
  std::uint64_t after_;
  int looks_ = 0;
};

OwnAnswer answer_now(App& app, const OwnRequest& request) {
  switch (request.route.endpoint) {
    case Endpoint::livez:
    case Endpoint::readyz:
    case Endpoint::health:
      return answer_health(app, request.route.endpoint, request.caller.known);
    case Endpoint::memory:
      return answer_memory();
    case Endpoint::dashboard:
      return answer_dashboard(app, request);
    case Endpoint::view: {
      auto view = app.views.json(query_value(request.path, "id"));
      return {200, view ? std::move(*view) : std::string("{\"views\":[]}")};
    }
    case Endpoint::stats:
    case Endpoint::stats_history:
    case Endpoint::metrics:
    case Endpoint::feed:
      return app.ledger() ? answer_figures(app, request) : own_error(code::store_unavailable, "No log is kept.");
    case Endpoint::stats_reset:
      if (app.ledger()) app.ledger()->reset();
      return {200, "{\"reset\":true}"};
    case Endpoint::cache_clear:
      app.clear_caches();
      return {200, "{\"cleared\":true}"};
    case Endpoint::reload: {
      const auto done = app.reload();
      if (!done) return own_error(code::invalid_request, done.error().message);
      return {200, "{\"reloaded\":true}"};
    }
    default:
      return own_error(code::not_offered, "This endpoint is not offered.");
  }
}

// Reads the body, then answers on the pool.
class OwnExchange final : public http::Handler, public std::enable_shared_from_this<OwnExchange> {
 public:
  OwnExchange(Worker& worker, http::Connection& connection, OwnRequest request)
      : worker_(worker), connection_(&connection), request_(std::make_shared<OwnRequest>(std::move(request))) {}

  void on_body(std::string_view piece) override {
    if (!connection_ || too_large_) return;
    if (body_.size() + piece.size() > worker_.app().setup.max_body) {
      too_large_ = true;
      body_ = {};
      return answer(own_error(code::too_large, "The body is larger than this proxy reads."), false);
    }
    body_ += piece;
  }

  void on_body_end() override {
    if (too_large_) return;
    App& app = worker_.app();
    const std::size_t size = body_.size();
    // What is answered where memory is at its end is made before.
    const auto made = std::make_shared<OwnAnswer>(own_error(code::internal_error, "Failed inside."));
    auto note = http::Loop::note([weak = weak_from_this(), made] {
      if (const auto self = weak.lock()) self->answer(*made, true);
    });
    app.pool.submit(size, [&app, request = request_, body = std::move(body_), made, note = std::move(note),
                           &loop = worker_.loop()]() mutable {
      try {
        *made = answer_with(app, *request, body);
      } catch (const std::exception&) {
        app.figures.failed_inside.fetch_add(1, std::memory_order_relaxed);
      }
      loop.post(std::move(note));
    });
  }

  void on_gone() override { connection_ = nullptr; }

 private:
  // Content never gives a 5xx; what escapes is our bug, and memory at its end.
  static OwnAnswer answer_with(App& app, const OwnRequest& request, const std::string& body) {
    switch (request.route.endpoint) {
      case Endpoint::compress:
        return answer_compress(app, request, body);
      case Endpoint::stats_history:  // reads files
        return answer_now(app, request);
      case Endpoint::usage:
        return answer_usage(app, request, body);
      case Endpoint::tool_call:
        return answer_tool_call(app, request, body);
      default:
        return answer_retrieve(app, request, body);
    }
  }

  void answer(const OwnAnswer& made, bool keep) {
    if (!connection_) return;
    keep = keep && !worker_.app().draining;
    connection_->send(own_answer(made.status, made.body, keep, made.extra, made.type));
    std::exchange(connection_, nullptr)->end(keep);
  }

  Worker& worker_;
  http::Connection* connection_;
  std::shared_ptr<OwnRequest> request_;
  std::string body_;
  bool too_large_ = false;
};

}  // namespace

OwnAnswer own_error(const ErrorCode& error, std::string_view message) {
  return {error.status, error_body(Dialect::own, error, message),
          "x-headroom-error: " + std::string(error.code) + "\r\n"};
}

std::shared_ptr<http::Handler> answer_own(Worker& worker, http::Connection& connection, OwnRequest request) {
  if (reads_body(request.route.endpoint)) return std::make_shared<OwnExchange>(worker, connection, std::move(request));
  if (request.route.endpoint == Endpoint::events && worker.app().ledger()) {
    std::uint64_t after = 0;
    const std::string_view last = request.head.get("last-event-id");
    std::from_chars(last.data(), last.data() + last.size(), after);
    if (last.empty()) after = worker.app().ledger()->last_event();
    auto stream = std::make_shared<EventStream>(worker, connection, after);
    stream->begin();
    return stream;
  }
  const bool keep = request.head.framing() == http::Framing::none && !worker.app().draining;
  const OwnAnswer made = answer_now(worker.app(), request);
  connection.send(own_answer(made.status, made.body, keep, made.extra, made.type));
  connection.end(keep);
  return nullptr;
}

OwnAnswer answer_health(App& app, Endpoint endpoint, bool known_caller) {
  const bool draining = app.draining && !app.handed_over;
  const bool degraded = app.reload_refused || !app.store_reachable();
  const std::string_view status = degraded ? "degraded" : "healthy";
  const auto settings = app.settings();
  json::Writer out;
  out.object();
  if (endpoint == Endpoint::livez) {
    const auto up =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - app.started).count();
    out.key("service").string("headroom-proxy").key("implementation").string("native").key("alive").boolean(true);
    out.key("status").string(status).key("version").string(api::version());
    out.key("uptime_seconds").number(static_cast<double>(up) / 1000.0).end();
    return {200, std::move(out).take()};
  }
  if (endpoint == Endpoint::readyz) {
    out.key("status").string(degraded || draining ? "degraded" : "ready").key("reasons").array();
    if (draining) out.string("draining");
    if (app.reload_refused) out.string("reload_refused");
    if (!app.store_reachable()) out.string("store_unreachable");
    out.end().key("class").string(app.view_class()).end();
    return {draining ? 503 : 200, std::move(out).take()};
  }
  out.key("service").string("headroom-proxy").key("status").string(status);
  out.key("ready").boolean(!draining).key("version").string(api::version());
  if (known_caller) {
    out.key("config").object().key("optimize").boolean(settings->mode == Mode::optimize).key("cache").boolean(true);
    out.key("rate_limit").boolean(settings->requests_per_minute > 0).end();
    out.key("pid").number(std::int64_t{::getpid()}).key("upstreams").object();
    for (std::size_t i = 0; i < providers; ++i) {
      const auto& url = settings->upstreams.bases[i].url;
      if (url) out.key(to_string(static_cast<Provider>(i))).string(url->origin.authority() + url->path);
    }
    out.end();
  }
  out.end();
  return {200, std::move(out).take()};
}

std::string percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string query_value(std::string_view target, std::string_view name) {
  const std::size_t mark = target.find('?');
  if (mark == target.npos) return {};
  std::string_view rest = target.substr(mark + 1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (percent_decoded(pair.substr(0, equals), true) == name)
      return percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

}  // namespace headroom::proxy
