// Where a message's body ends: a length, chunks, the end of the connection, or nothing. Incremental: the same payload
// for every split of the bytes.
//
//   "5\r\nhello\r\n0\r\n\r\nGET"  ->  payload "hello", done; "GET" is not taken
//
// Chunk extensions and trailers are read and dropped (RFC 9112, 7.1.2: they may be). Sizes beyond 2^60, line ends but
// CRLF and lines over 8 KiB are refused. O(n); memory: one line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "http/head.h"

namespace headroom::http {

class BodyReader {
 public:
  enum class State : std::uint8_t { open, done, bad };

  BodyReader() = default;
  // `length`: of a body that has one; of others it says nothing.
  BodyReader(Framing framing, std::uint64_t length)
      : framing_(framing), left_(framing == Framing::length ? length : 0) {
    if (framing == Framing::none || (framing == Framing::length && length == 0)) state_ = State::done;
  }

  // Takes bytes up to the body's end; payload goes to `sink` in pieces. Returns how many were taken.
  template <class Sink>
  std::size_t feed(std::string_view bytes, Sink&& sink) {
    std::size_t taken = 0;
    while (state_ == State::open && taken < bytes.size()) {
      const std::string_view rest = bytes.substr(taken);
      if (payload_comes()) {
        const std::string_view piece = rest.substr(0, framing_ == Framing::until_close ? rest.size() : most(rest));
        taken += piece.size();
        took(piece.size());
        sink(piece);
      } else {
        taken += frame(rest);
      }
    }
    return taken;
  }
  // The connection ended: may the body end here?
  bool may_end() const { return state_ == State::done || framing_ == Framing::until_close; }
  State state() const { return state_; }

 private:
  enum class Place : std::uint8_t { size, extension, size_lf, data, data_cr, data_lf, trailer, trailer_lf };

  bool payload_comes() const { return framing_ != Framing::chunked || place_ == Place::data; }
  std::size_t most(std::string_view rest) const {
    return left_ < rest.size() ? static_cast<std::size_t>(left_) : rest.size();
  }
  void took(std::size_t n);
  // One byte or more of what stands between payloads.
  std::size_t frame(std::string_view rest);

  Framing framing_ = Framing::none;
  State state_ = State::open;
  Place place_ = Place::size;
  std::uint64_t left_ = 0;
  int digits_ = 0;
  std::size_t line_ = 0;  // bytes of the extension or trailer line at hand
  std::size_t trailers_ = 0;
};

// "1f\r\n": what stands before a chunk's payload.
void append_chunk(std::string& out, std::string_view payload);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace headroom::http
