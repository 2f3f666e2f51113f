// What doctor sees of addresses: who answers where the proxy listens, and, with --online, the providers.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <map>
#include <memory>

#include "api/core.h"
#include "cli/doctor.h"
#include "cli/io.h"
#include "http/client.h"
#include "json/document.h"
#include "store/files.h"

namespace headroom::cli {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::milliseconds patience{2000};

// Waits for the descriptor until `end`.
bool wait_for(int fd, short what, steady_clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
  pollfd p{fd, what, 0};
  return left.count() > 0 && ::poll(&p, 1, static_cast<int>(left.count())) == 1;
}

// Connects within the patience; the descriptor's errno is in `error` if it could not.
store::File connect_to(const sockaddr* address, socklen_t size, int& error) {
  const int fd = ::socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  error = 0;
  if (fd < 0) return error = errno, store::File(-1);
  if (::connect(fd, address, size) == 0) return store::File(fd);
  error = errno;
  if (error == EINPROGRESS) {
    socklen_t n = sizeof error;
    if (!wait_for(fd, POLLOUT, steady_clock::now() + patience)) {
      error = ETIMEDOUT;
    } else {
      ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n);
    }
  }
  if (error == 0) return store::File(fd);
  ::close(fd);
  return store::File(-1);
}

// One GET over a connection that is open; "" if no whole answer came.
std::string get(int fd, std::string_view path, std::string_view host) {
  const std::string request =
      "GET " + std::string(path) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\nConnection: close\r\n\r\n";
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) return {};
  const auto end = steady_clock::now() + patience;
  constexpr std::size_t most = 256 << 10;
  std::string in, body;
  std::array<char, 4096> buffer;
  while (in.size() < most && wait_for(fd, POLLIN, end)) {
    const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n <= 0) break;
    in.append(buffer.data(), static_cast<std::size_t>(n));
  }
  const auto head = http::parse_response(in, false);
  if (!head || !*head) return {};
  http::BodyReader reader((*head)->framing(), (*head)->length());
  reader.feed(std::string_view(in).substr((*head)->bytes().size()), [&](std::string_view piece) { body += piece; });
  return reader.may_end() ? body : std::string();
}

// A numeric loopback address for what the proxy listens on; nullopt: it is not this machine's alone.
std::optional<http::Address> loopback_of(const proxy::Setup& setup) {
  std::string host = setup.host;
  if (host == "localhost" || host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::" || host == "[::]") host = "::1";
  const auto address = http::parse_address(host, setup.port);
  return address && http::is_loopback(*address) ? address : std::nullopt;
}

void read_health(std::string_view health, std::string_view ready, Answering& answering) {
  const auto doc = json::Document::parse(health);
  if (!doc) return;
  const auto text = [&](std::string_view key) {
    const auto value = doc->member(0, key);
    return value && doc->is(*value, json::Kind::string) ? doc->string(*value) : std::string();
  };
  answering.is_proxy = text("service") == "headroom-proxy";
  answering.version = text("version");
  answering.status = text("status");
  if (const auto pid = doc->member(0, "pid"); pid && doc->is(*pid, json::Kind::number)) {
    for (const char c : doc->raw(*pid)) answering.pid = answering.pid * 10 + (c - '0');
  }
  const auto more = json::Document::parse(ready);
  const auto reasons = more ? more->member(0, "reasons") : std::nullopt;
  if (!reasons || !more->is(*reasons, json::Kind::array)) return;
  for (const json::NodeId r : more->elements(*reasons)) {
    if (more->is(r, json::Kind::string)) answering.reasons.push_back(more->string(r));
  }
}

}  // namespace

Answering ask_proxy(const proxy::Setup& setup) {
  Answering answering;
  http::Address address;
  if (!setup.uds.empty()) {
    auto& un = reinterpret_cast<sockaddr_un&>(address.storage);
    un.sun_family = AF_UNIX;
    if (setup.uds.size() >= sizeof un.sun_path) return answering;
    std::memcpy(un.sun_path, setup.uds.c_str(), setup.uds.size());
    address.size = sizeof un;
  } else {
    const auto loopback = loopback_of(setup);
    if (!loopback || setup.port == 0) return answering;
    address = *loopback;
  }
  std::string health, ready;
  for (std::string* const body : {&health, &ready}) {
    const store::File fd = connect_to(address.get(), address.size, answering.error);
    if (fd.fd() < 0) return answering;
    answering.connected = true;
    if (!setup.tls_cert.empty()) return answering;  // who is not asked without the certificate's own trust
    *body = get(fd.fd(), body == &health ? "/health" : "/readyz", "localhost");
  }
  read_health(health, ready, answering);
  return answering;
}

void check_certificate(Inspection& i) {
  const proxy::Setup& setup = i.configuration.setup;
  if (setup.tls_cert.empty()) return;
  const auto context = http::TlsContext::make_server(setup.tls_cert, setup.tls_key);
  if (!context) return i.fail(context.error().message, "--tls-cert and --tls-key take files in PEM, readable here");
  const auto left = (*context)->expires() - std::chrono::system_clock::now();
  const auto days = std::chrono::duration_cast<std::chrono::days>(left).count();
  if (left.count() <= 0) return i.fail("has expired", "renew it, then kill -HUP the proxy");
  if (days < 14) return i.warn("ends in " + std::to_string(days) + " days", "renew it, then kill -HUP the proxy");
  i.ok("good for " + std::to_string(days) + " days");
}

void check_port(Inspection& i) {
  const proxy::Setup& setup = i.configuration.setup;
  const Answering& a = i.answering;
  if (a.is_proxy) {
    std::string who = "a proxy answers at " + i.address;
    if (a.pid > 0) who += " (process " + std::to_string(a.pid) + ")";
    if (a.version != api::version())
      return i.warn(who + ", version " + a.version + ", not this one",
                    a.pid > 0 ? "restart it: kill " + std::to_string(a.pid) : "restart it");
    if (a.status != "healthy" && !a.status.empty()) {
      std::string why;
      for (const std::string& reason : a.reasons) why += (why.empty() ? ": " : ", ") + reason;
      const bool reload = why.find("reload_refused") != why.npos;
      return i.warn(who + " and is " + a.status + why, reload ? "mend config.toml, then kill -HUP it"
                                                              : "look at what its start said, and at the store above");
    }
    return i.ok(who);
  }
  const bool unix_socket = !setup.uds.empty();
  if (a.connected && !setup.tls_cert.empty()) return i.ok("something listens at " + i.address + "; not asked more");
  if (a.connected)
    return i.fail(i.address + " is another program's",
                  unix_socket ? "--uds takes another path" : "--port takes another port, --port 0 any");
  if (!unix_socket && setup.port == 0) return i.ok("any free one");
  if (unix_socket) return i.ok("no proxy runs; " + i.address + " is free");
  const auto address = http::parse_address(setup.host == "localhost" ? "127.0.0.1" : setup.host, setup.port);
  if (!address) return i.note("no proxy was looked for at " + i.address + ": it is a name");
  const store::File probe(::socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(probe.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(probe.fd(), address->get(), address->size) == 0) return i.ok("no proxy runs; " + i.address + " is free");
  const int error = errno;
  const std::string why = std::strerror(error);
  if (error == EADDRINUSE && !http::is_loopback(*address))
    return i.note("something listens at " + i.address + ": a proxy? Beyond loopback it is not asked");
  if (error == EACCES) return i.fail("may not listen at " + i.address + ": " + why, "--port takes one above 1023");
  i.fail("cannot listen at " + i.address + ": " + why, "--host takes an address of this machine, --port another port");
}

// ---- with --online
// ----------------------------------------------------------------------------------------------------

namespace {

// The head of one answer, whatever its status.
class Visit final : public http::UpstreamHandler {
 public:
  Visit(http::Client& client, const http::Origin& origin, std::size_t& open) : open_(open) {
    ++open_;
    upstream_ = std::make_unique<http::Upstream>(client, origin, *this, true);
    upstream_->send("HEAD / HTTP/1.1\r\nhost: " + origin.authority() + "\r\nconnection: close\r\n\r\n");
    upstream_->end();
  }
  void on_reply(http::Head head) override {
    status = head.status();
    date = head.get("date");
  }
  void on_reply_body(std::string_view) override {}
  void on_reply_end() override { over(); }
  void on_fault(http::Fault why) override {
    if (status == 0) fault = why;
    over();
  }

  int status = 0;
  std::string date;
  std::optional<http::Fault> fault;

 private:
  void over() {
    if (!std::exchange(over_, true)) --open_;
  }
  std::size_t& open_;
  bool over_ = false;
  std::unique_ptr<http::Upstream> upstream_;
};

std::string_view why_of(http::Fault fault) {
  switch (fault) {
    case http::Fault::tls:
      return "its certificate cannot be verified";
    case http::Fault::timeout:
      return "no answer in time";
    case http::Fault::protocol:
      return "what answers speaks no HTTP";
    default:
      return "cannot be reached";
  }
}

// `names`: "anthropic, openai".
std::string advice_of(http::Fault fault, std::string_view names) {
  if (fault == http::Fault::tls) return "--ca-bundle names the certificates of a company's proxy; is the clock right?";
  return "check the network, HTTPS_PROXY, and --" + std::string(names.substr(0, names.find(','))) + "-api-url";
}

// How far the peer's clock is before ours, in seconds; nullopt: no date.
std::optional<long> ahead(const std::string& date) {
  std::tm tm{};
  if (!::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &tm)) return std::nullopt;
  return static_cast<long>(::timegm(&tm) - std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
}

}  // namespace

void check_upstreams(Inspection& i) {
  std::map<http::Origin, std::string> origins;  // and whose they are
  for (std::size_t p = 0; p < proxy::providers; ++p) {
    const auto& url = i.configuration.settings.upstreams.bases[p].url;
    if (!url) continue;
    std::string& names = origins[url->origin];
    names.append(names.empty() ? "" : ", ").append(proxy::to_string(static_cast<proxy::Provider>(p)));
  }
  const auto shown = [](const http::Origin& o, const std::string& names) {
    return (o.tls ? "https://" : "http://") + o.authority() + " (" + names + ")";
  };
  for (const auto& [origin, names] : origins) {
    const bool ours = i.configuration.setup.uds.empty() && origin.port == i.configuration.setup.port &&
                      (origin.host == i.configuration.setup.host || origin.host == "localhost" ||
                       origin.host == "127.0.0.1" || origin.host == "::1");
    if (ours)
      i.fail(shown(origin, names) + " is the proxy itself",
             "--" + names.substr(0, names.find(',')) + "-api-url takes the provider's address, not ours");
  }
  if (!i.online) return i.ok(std::to_string(origins.size()) + " addresses; not asked without --online");
  http::ClientOptions options = i.configuration.setup.client;
  options.attempts = 1;
  options.connect = std::min(options.connect, std::chrono::milliseconds(5000));
  options.silence = std::min(options.silence, std::chrono::milliseconds(10'000));
  std::map<http::Origin, std::unique_ptr<Visit>> visits;
  http::ClientShared shared(options);
  http::Loop loop;
  {
    http::Client client(loop, shared);
    std::size_t open = 0;
    const auto end = steady_clock::now() + std::chrono::seconds(20);
    loop.post([&] {
      for (const auto& [origin, names] : origins) visits.emplace(origin, std::make_unique<Visit>(client, origin, open));
    });
    std::function<void()> look = [&] {
      if ((open == 0 && !visits.empty()) || steady_clock::now() > end) return loop.stop();
      loop.at(steady_clock::now() + std::chrono::milliseconds(100), [&look] { look(); });
    };
    loop.post([&look] { look(); });
    loop.run();
    std::optional<long> worst;
    for (const auto& [origin, names] : origins) {
      const Visit& v = *visits[origin];
      if (v.status == 0) {
        const http::Fault fault = v.fault.value_or(http::Fault::timeout);
        i.fail(shown(origin, names) + ": " + std::string(why_of(fault)), advice_of(fault, names));
        continue;
      }
      i.ok(shown(origin, names));
      const auto off = ahead(v.date);
      if (off && (!worst || std::labs(*off) < std::labs(*worst))) worst = off;
    }
    visits.clear();
    loop.clear();
    // The nearest of all: one provider's clock may be wrong.
    if (worst && std::labs(*worst) > 300)
      i.warn("the clock is " + std::to_string(std::labs(*worst)) + " s " + (*worst > 0 ? "behind" : "ahead of") +
                 " the providers'",
             "set the clock: certificates and expiry are judged by it");
  }
}

}  // namespace headroom::cli
