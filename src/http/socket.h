// A connected socket, in clear or under TLS, that never blocks.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headroom::http {

// What connections to providers trust and offer: TLS 1.2 or newer, certificate and name always verified. There is no
// way to turn that off. Or what a listener shows its clients. Made once, shared by all threads.
class TlsContext {
 public:
  // `extra`: a file of certificates that are trusted beside the system's; "" for none.
  static Result<std::shared_ptr<TlsContext>> make(const std::string& extra);
  // For a listener: files of a certificate with those that vouch for it, and of its key, in PEM.
  static Result<std::shared_ptr<TlsContext>> make_server(const std::string& certificate, const std::string& key);
  // When a listener's certificate ends.
  std::chrono::sys_seconds expires() const;
  ~TlsContext();

 private:
  friend class Socket;
  struct Impl;
  explicit TlsContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class Socket {
 public:
  enum class Io : unsigned char { done, again, closed, failed };

  explicit Socket(int fd = -1);
  ~Socket();
  Socket(Socket&&) noexcept;
  Socket& operator=(Socket&&) noexcept;

  int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void close();
  int release();

  // `n`: bytes read or written. `closed`: the peer will send no more.
  Io read(char* buffer, std::size_t size, std::size_t& n);
  Io write(std::string_view bytes, std::size_t& n);
  // Decrypted bytes that no event will tell of.
  bool has_pending() const;

  // From here on everything is under TLS, to this name.
  bool start_tls(const TlsContext& context, const std::string& host);
  // The same as a server: the client begins.
  bool accept_tls(const TlsContext& context);
  // Under TLS, and the handshake is not over.
  bool is_shaking() const;
  // `done` when it is over; `again`: wants_write says what it waits for.
  Io handshake();
  bool wants_write() const { return wants_write_; }
  bool is_tls() const { return tls_ != nullptr; }

 private:
  struct Tls;
  int fd_;
  bool wants_write_ = false;
  std::unique_ptr<Tls> tls_;
};

void set_no_delay(int fd);

}  // namespace headroom::http
