#include "proxy/own.h"

#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <exception>
#include <fstream>

#include "json/writer.h"
#include "proxy/worker.h"

namespace headroom::proxy {
namespace {

bool reads_body(Endpoint e) {
  return e == Endpoint::compress || e == Endpoint::usage || e == Endpoint::retrieve || e == Endpoint::tool_call ||
         e == Endpoint::retrieve_get || e == Endpoint::retrieve_stats;
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
  out.key("percent").raw(std::to_string(per_mille / 10) + "." + std::to_string(per_mille % 10)).end().end();
  return {200, std::move(out).take()};
}

OwnAnswer answer_now(App& app, const OwnRequest& request) {
  switch (request.route.endpoint) {
    case Endpoint::livez:
    case Endpoint::readyz:
    case Endpoint::health:
      return answer_health(app, request.route.endpoint, request.caller.known);
    case Endpoint::memory:
      return answer_memory();
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
    app.pool.submit(size, [&app, request = request_, body = std::move(body_), weak = weak_from_this(),
                           &loop = worker_.loop()]() mutable {
      OwnAnswer made = guarded(app, *request, body);
      loop.post([weak = std::move(weak), made = std::move(made)] {
        if (const auto self = weak.lock()) self->answer(made, true);
      });
    });
  }

  void on_gone() override { connection_ = nullptr; }

 private:
  // Content never gives a 5xx; what escapes is our bug, and memory at its end.
  static OwnAnswer guarded(App& app, const OwnRequest& request, const std::string& body) {
    try {
      switch (request.route.endpoint) {
        case Endpoint::compress:
          return answer_compress(app, request, body);
        case Endpoint::usage:
          return answer_usage(app, request, body);
        case Endpoint::tool_call:
          return answer_tool_call(app, request, body);
        default:
          return answer_retrieve(app, request, body);
      }
    } catch (const std::exception&) {
      return own_error(code::internal_error, "Failed inside.");
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
  const bool keep = request.head.framing() == http::Framing::none && !worker.app().draining;
  const OwnAnswer made = answer_now(worker.app(), request);
  connection.send(own_answer(made.status, made.body, keep, made.extra, made.type));
  connection.end(keep);
  return nullptr;
}

OwnAnswer answer_health(App& app, Endpoint endpoint, bool known_caller) {
  const bool draining = app.draining;
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
