// Heads of HTTP/1.1 messages, read strictly and kept as bytes: what is forwarded has the client's order and spelling.
//
//   "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
//     -> method POST, target /v1/messages, fields {Host: localhost}, {Content-Length: 2}, framing: 2 bytes
//
// Everything by which two readers could disagree where a message ends is refused: a length beside a transfer coding,
// two lengths, a coding but `chunked`, folded lines, a bare LF or CR, NUL, a space before the colon. Why not a
// library's parser: docs/decisions/0014. O(n). Source: RFC 9110, RFC 9112.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::http {

inline constexpr std::size_t max_head = std::size_t{64} << 10;
inline constexpr std::size_t max_target = std::size_t{16} << 10;
inline constexpr std::size_t max_fields = 100;

enum class Framing : std::uint8_t { none, length, chunked, until_close };

struct Field {
  std::string_view name, value;  // the value without white space around it
};

// Names of fields and codings compare without case.
bool same_name(std::string_view a, std::string_view b);
// Is `word` an element of a comma list ("keep-alive, Upgrade")?
bool lists(std::string_view value, std::string_view word);

// A head and its bytes; movable, since fields are kept by offset.
class Head {
 public:
  const std::string& bytes() const { return bytes_; }  // with the empty line
  std::string_view method() const { return at(method_); }
  std::string_view target() const { return at(target_); }
  int status() const { return status_; }  // of a response
  std::string_view reason() const { return at(reason_); }
  int minor_version() const { return minor_; }  // HTTP/1.x
  std::size_t field_count() const { return fields_.size(); }
  Field field(std::size_t i) const { return {at(fields_[i].name), at(fields_[i].value)}; }
  // The line as it came, with its line end.
  std::string_view line(std::size_t i) const { return at(fields_[i].line); }
  // The first field of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view get(std::string_view name) const { return find(name).value_or(std::string_view()); }
  // Some field of that name has the word in its list.
  bool has_word(std::string_view name, std::string_view word) const;

  Framing framing() const { return framing_; }
  std::uint64_t length() const { return length_; }
  // The connection may be used again after this message.
  bool keeps_alive() const;
  // Hop-by-hop: of this connection alone, by its name or because `connection` lists it.
  bool is_hop_by_hop(std::string_view name) const;

 private:
  friend class HeadParser;
  struct Span {
    std::uint32_t begin = 0, size = 0;
  };
  struct Place {
    Span name, value, line;
  };
  std::string_view at(Span s) const { return std::string_view(bytes_).substr(s.begin, s.size); }

  std::string bytes_;
  Span method_, target_, reason_;
  std::vector<Place> fields_;
  int status_ = 0, minor_ = 1;
  Framing framing_ = Framing::none;
  std::uint64_t length_ = 0;
};

// Why it is none, in few words: for the answer, never content of the head.
struct BadHead {
  std::string_view why;
};

// nullopt: the head is not complete yet. On success `bytes().size()` bytes of the text belong to it.
std::expected<std::optional<Head>, BadHead> parse_request(std::string_view text);
// `to_head`: the answer to a HEAD request, which has no body whatever it says.
std::expected<std::optional<Head>, BadHead> parse_response(std::string_view text, bool to_head);

}  // namespace headroom::http
