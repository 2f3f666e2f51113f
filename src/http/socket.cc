#include "http/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <utility>

namespace headroom::http {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* c) const { SSL_CTX_free(c); }
};
struct FreeSsl {
  void operator()(SSL* s) const { SSL_free(s); }
};

// Where distributions keep the certificates they trust, for a binary that was built on another one.
constexpr long partial_writes = SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY;

// HTTP/1.1 is what is spoken here, whatever else a client offers.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  constexpr std::string_view http1 = "http/1.1";
  for (unsigned at = 0; at < offered_size; at += 1u + offered[at]) {
    const std::string_view name(reinterpret_cast<const char*>(offered) + at + 1, offered[at]);
    if (name != http1) continue;
    *out = offered + at + 1;
    *size = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

constexpr std::array bundles = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem"};

}  // namespace

struct TlsContext::Impl {
  std::unique_ptr<SSL_CTX, FreeContext> context;
};
struct Socket::Tls {
  std::unique_ptr<SSL, FreeSsl> ssl;
};

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

Result<std::shared_ptr<TlsContext>> TlsContext::make(const std::string& extra) {
  auto impl = std::make_unique<Impl>();
  impl->context.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = impl->context.get();
  if (!context) return fail(ErrorKind::internal, "cannot set up TLS");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, partial_writes);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  constexpr unsigned char http1[] = "\x08http/1.1";
  SSL_CTX_set_alpn_protos(context, http1, sizeof http1 - 1);
  for (const char* const bundle : bundles) {
    if (::access(bundle, R_OK) == 0 && SSL_CTX_load_verify_locations(context, bundle, nullptr) == 1) break;
  }
  SSL_CTX_set_default_verify_paths(context);
  if (!extra.empty() && SSL_CTX_load_verify_locations(context, extra.c_str(), nullptr) != 1) {
    ERR_clear_error();
    return fail(ErrorKind::invalid_request, "cannot read certificates from " + extra);
  }
  ERR_clear_error();
  return std::shared_ptr<TlsContext>(new TlsContext(std::move(impl)));
}

Result<std::shared_ptr<TlsContext>> TlsContext::make_server(const std::string& certificate, const std::string& key) {
  auto impl = std::make_unique<Impl>();
  impl->context.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const context = impl->context.get();
  if (!context) return fail(ErrorKind::internal, "cannot set up TLS");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, partial_writes);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // TLS 1.2 with forward secrecy and authenticated encryption alone (RFC 9325, 4.2): block ciphers leak through their
  // padding (Lucky 13), and a key that is stolen must not open what was recorded before.
  if (SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1 ||
      SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") != 1)
    return fail(ErrorKind::internal, "cannot set up TLS");
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets do: they are kept by clients
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  const auto wrong = [](const std::string& what) {
    ERR_clear_error();
    return fail(ErrorKind::invalid_request, what);
  };
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    return wrong("cannot read a certificate from " + certificate);
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return wrong("cannot read the certificate's key from " + key + ", or it is another's");
  if (SSL_CTX_check_private_key(context) != 1) return wrong("the key in " + key + " is not that of the certificate");
  ERR_clear_error();
  return std::shared_ptr<TlsContext>(new TlsContext(std::move(impl)));
}

std::chrono::sys_seconds TlsContext::expires() const {
  const X509* const own = SSL_CTX_get0_certificate(impl_->context.get());
  tm parts{};
  if (!own || ASN1_TIME_to_tm(X509_get0_notAfter(own), &parts) != 1) return {};
  return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

Socket::Socket(int fd) : fd_(fd) {}
Socket::~Socket() {
  close();
}
Socket::Socket(Socket&& o) noexcept
    : fd_(std::exchange(o.fd_, -1)), wants_write_(o.wants_write_), tls_(std::move(o.tls_)) {}
Socket& Socket::operator=(Socket&& o) noexcept {
  if (this != &o) {
    close();
    fd_ = std::exchange(o.fd_, -1);
    wants_write_ = o.wants_write_;
    tls_ = std::move(o.tls_);
  }
  return *this;
}

void Socket::close() {
  if (fd_ < 0) return;
  if (tls_) {
    SSL_shutdown(tls_->ssl.get());  // a farewell, if there is room for it; nobody waits for the answer
    ERR_clear_error();
  }
  tls_.reset();
  ::close(std::exchange(fd_, -1));
}

int Socket::release() {
  return std::exchange(fd_, -1);
}

Socket::Io Socket::read(char* buffer, std::size_t size, std::size_t& n) {
  n = 0;
  if (!tls_) {
    const ssize_t got = ::recv(fd_, buffer, size, 0);
    if (got > 0) return n = static_cast<std::size_t>(got), Io::done;
    if (got == 0) return Io::closed;
    return errno == EAGAIN || errno == EINTR ? Io::again : Io::failed;
  }
  const int got = SSL_read_ex(tls_->ssl.get(), buffer, size, &n);
  if (got == 1) return Io::done;
  const int error = SSL_get_error(tls_->ssl.get(), got);
  ERR_clear_error();
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return Io::again;
  return error == SSL_ERROR_ZERO_RETURN ? Io::closed : Io::failed;
}

Socket::Io Socket::write(std::string_view bytes, std::size_t& n) {
  n = 0;
  if (bytes.empty()) return Io::done;
  if (!tls_) {
    const ssize_t put = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put >= 0) return n = static_cast<std::size_t>(put), Io::done;
    return errno == EAGAIN || errno == EINTR ? Io::again : Io::failed;
  }
  const int put = SSL_write_ex(tls_->ssl.get(), bytes.data(), bytes.size(), &n);
  if (put == 1) return Io::done;
  const int error = SSL_get_error(tls_->ssl.get(), put);
  ERR_clear_error();
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? Io::again : Io::failed;
}

bool Socket::has_pending() const {
  return tls_ && SSL_has_pending(tls_->ssl.get());
}

bool Socket::start_tls(const TlsContext& context, const std::string& host) {
  auto tls = std::make_unique<Tls>();
  tls->ssl.reset(SSL_new(context.impl_->context.get()));
  SSL* const ssl = tls->ssl.get();
  if (!ssl || SSL_set_fd(ssl, fd_) != 1) return false;
  in6_addr scratch;
  const bool numeric =
      ::inet_pton(AF_INET, host.c_str(), &scratch) == 1 || ::inet_pton(AF_INET6, host.c_str(), &scratch) == 1;
  if (numeric) {
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) != 1) return false;
  } else {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set1_host(ssl, host.c_str()) != 1 || SSL_set_tlsext_host_name(ssl, host.c_str()) != 1) return false;
  }
  SSL_set_connect_state(ssl);
  tls_ = std::move(tls);
  return true;
}

bool Socket::accept_tls(const TlsContext& context) {
  auto tls = std::make_unique<Tls>();
  tls->ssl.reset(SSL_new(context.impl_->context.get()));
  SSL* const ssl = tls->ssl.get();
  if (!ssl || SSL_set_fd(ssl, fd_) != 1) return false;
  SSL_set_accept_state(ssl);
  tls_ = std::move(tls);
  return true;
}

bool Socket::is_shaking() const {
  return tls_ && !SSL_is_init_finished(tls_->ssl.get());
}

Socket::Io Socket::handshake() {
  const int done = SSL_do_handshake(tls_->ssl.get());
  if (done == 1) return Io::done;
  const int error = SSL_get_error(tls_->ssl.get(), done);
  ERR_clear_error();
  wants_write_ = error == SSL_ERROR_WANT_WRITE;
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? Io::again : Io::failed;
}

void set_no_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace headroom::http
