#include "http/head.h"

#include <algorithm>
#include <cstring>

namespace headroom::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

// tchar of RFC 9110.
constexpr bool is_token_char(unsigned char c) {
  if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return true;
  for (const char t : std::string_view("!#$%&'*+-.^_`|~")) {
    if (c == static_cast<unsigned char>(t)) return true;
  }
  return false;
}
struct TokenTable {
  bool is[256] = {};
  constexpr TokenTable() {
    for (unsigned c = 0; c < 256; ++c) is[c] = is_token_char(static_cast<unsigned char>(c));
  }
};
constexpr TokenTable token_table;

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return token_table.is[static_cast<unsigned char>(c)]; });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

constexpr std::string_view hop_by_hop[] = {"connection",         "keep-alive", "proxy-connection",
                                           "proxy-authenticate", "te",         "trailer",
                                           "transfer-encoding",  "upgrade",    "proxy-authorization"};

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

bool lists(std::string_view value, std::string_view word) {
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    if (same_name(trimmed(value.substr(0, comma)), word)) return true;
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return false;
}

std::optional<std::string_view> Head::find(std::string_view name) const {
  for (const Place& f : fields_) {
    if (f.name.size == name.size() && same_name(at(f.name), name)) return at(f.value);
  }
  return std::nullopt;
}

bool Head::has_word(std::string_view name, std::string_view word) const {
  return std::ranges::any_of(fields_,
                             [&](const Place& f) { return same_name(at(f.name), name) && lists(at(f.value), word); });
}

bool Head::keeps_alive() const {
  if (framing_ == Framing::until_close || has_word("connection", "close")) return false;
  return minor_ >= 1 || has_word("connection", "keep-alive");
}

bool Head::is_hop_by_hop(std::string_view name) const {
  return std::ranges::any_of(hop_by_hop, [&](std::string_view h) { return same_name(h, name); }) ||
         has_word("connection", name);
}

// One pass over the head's lines.
class HeadParser {
 public:
  using Answer = std::expected<std::optional<Head>, BadHead>;

  HeadParser(std::string_view text, bool request, bool to_head) : text_(text), request_(request), to_head_(to_head) {}

  Answer parse() {
    const std::size_t end = text_.find("\r\n\r\n");
    // A head that can no longer be good is refused before it is complete.
    const std::string_view part = text_.substr(0, end == text_.npos ? text_.size() : end + 4);
    if (part.size() > max_head) return refuse("the head is larger than 64 KiB");
    if (const auto bad = bad_bytes(part); !bad.empty()) return refuse(bad);
    if (end == text_.npos) return std::nullopt;
    head_.bytes_.assign(part);
    if (const auto bad = first_line(); !bad.empty()) return refuse(bad);
    if (const auto bad = fields(); !bad.empty()) return refuse(bad);
    if (const auto bad = request_ ? request_framing() : response_framing(); !bad.empty()) return refuse(bad);
    return std::move(head_);
  }

 private:
  static Answer refuse(std::string_view why) { return std::unexpected(BadHead{why}); }

  // Line ends are CRLF and nothing else; no control characters but HT; a NUL or a folded line is refused.
  static std::string_view bad_bytes(std::string_view part) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      const auto c = static_cast<unsigned char>(part[i]);
      if (c >= 0x20 && c != 0x7F) continue;
      if (c == '\t') continue;
      if (c == '\r') {
        if (i + 1 == part.size()) break;  // its LF may come
        if (part[i + 1] != '\n') return "a bare CR in the head";
        if (i + 2 < part.size() && (part[i + 2] == ' ' || part[i + 2] == '\t')) return "a folded line in the head";
        ++i;
        continue;
      }
      return c == '\n' ? "a bare LF in the head" : "a control character in the head";
    }
    return {};
  }

  Head::Span span(std::string_view part) const {
    return {static_cast<std::uint32_t>(part.data() - head_.bytes_.data()), static_cast<std::uint32_t>(part.size())};
  }

  std::string_view first_line() {
    const std::string_view all = head_.bytes_;
    const std::string_view line = all.substr(0, all.find("\r\n"));
    next_ = line.size() + 2;
    return request_ ? request_line(line) : status_line(line);
  }

  std::string_view request_line(std::string_view line) {
    const std::size_t a = line.find(' '), b = line.rfind(' ');
    if (a == line.npos || a == b) return "no request line";
    const std::string_view method = line.substr(0, a), target = line.substr(a + 1, b - a - 1);
    if (!is_token(method) || method.size() > 32) return "no method";
    if (target.size() > max_target) return "the target is larger than 16 KiB";
    for (const char c : target) {
      if (c <= 0x20 || c >= 0x7F) return "a character that no target has";
    }
    if (method == "CONNECT") return "CONNECT is not offered";
    if (target.front() != '/' && !(target == "*" && method == "OPTIONS")) return "the target is no path";
    if (!version(line.substr(b + 1))) return "no version of HTTP/1";
    head_.method_ = span(method);
    head_.target_ = span(target);
    return {};
  }

  std::string_view status_line(std::string_view line) {
    if (line.size() < 12 || !version(line.substr(0, 8)) || line[8] != ' ') return "no status line";
    for (const char c : line.substr(9, 3)) {
      if (c < '0' || c > '9') return "no status";
      head_.status_ = head_.status_ * 10 + (c - '0');
    }
    if (head_.status_ < 100 || (line.size() > 12 && line[12] != ' ')) return "no status";
    head_.reason_ = span(line.substr(std::min<std::size_t>(13, line.size())));
    return {};
  }

  bool version(std::string_view text) {
    if (text != "HTTP/1.1" && text != "HTTP/1.0") return false;
    head_.minor_ = text.back() - '0';
    return true;
  }

  std::string_view fields() {
    const std::string_view all = head_.bytes_;
    while (next_ + 2 < all.size()) {
      const std::size_t end = all.find("\r\n", next_);
      const std::string_view line = all.substr(next_, end - next_);
      const std::size_t colon = line.find(':');
      if (colon == line.npos || !is_token(line.substr(0, colon))) return "a field without a proper name";
      if (head_.fields_.size() == max_fields) return "more than 100 fields";
      const std::string_view value = trimmed(line.substr(colon + 1));
      head_.fields_.push_back({span(line.substr(0, colon)), span(value), span(all.substr(next_, line.size() + 2))});
      next_ = end + 2;
    }
    return {};
  }

  // Length and coding, as both kinds of message have them.
  std::string_view read_framing(bool& has_length, bool& chunked) {
    for (std::size_t i = 0; i < head_.field_count(); ++i) {
      const Field f = head_.field(i);
      if (same_name(f.name, "content-length")) {
        if (has_length) return "two lengths";
        has_length = true;
        if (f.value.empty() || f.value.size() > 18) return "a length that is no number";
        for (const char c : f.value) {
          if (c < '0' || c > '9') return "a length that is no number";
          head_.length_ = head_.length_ * 10 + static_cast<std::uint64_t>(c - '0');
        }
      } else if (same_name(f.name, "transfer-encoding")) {
        if (chunked) return "two transfer codings";
        if (!same_name(f.value, "chunked")) return "a transfer coding that is not chunked";
        chunked = true;
      }
    }
    if (has_length && chunked) return "a length beside a transfer coding";
    if (chunked && head_.minor_ == 0) return "a transfer coding in HTTP/1.0";
    return {};
  }

  std::string_view request_framing() {
    bool has_length = false, chunked = false;
    if (const auto bad = read_framing(has_length, chunked); !bad.empty()) return bad;
    int hosts = 0;
    for (std::size_t i = 0; i < head_.field_count(); ++i) hosts += same_name(head_.field(i).name, "host");
    if (hosts > 1 || (hosts == 0 && head_.minor_ == 1)) return "not one host";
    head_.framing_ = chunked ? Framing::chunked : head_.length_ > 0 ? Framing::length : Framing::none;
    return {};
  }

  std::string_view response_framing() {
    bool has_length = false, chunked = false;
    if (const auto bad = read_framing(has_length, chunked); !bad.empty()) return bad;
    const bool bodiless = to_head_ || head_.status_ < 200 || head_.status_ == 204 || head_.status_ == 304;
    if (bodiless || (has_length && head_.length_ == 0)) {
      head_.framing_ = Framing::none;
    } else {
      head_.framing_ = chunked ? Framing::chunked : has_length ? Framing::length : Framing::until_close;
    }
    return {};
  }

  const std::string_view text_;
  const bool request_, to_head_;
  Head head_;
  std::size_t next_ = 0;
};

std::expected<std::optional<Head>, BadHead> parse_request(std::string_view text) {
  return HeadParser(text, true, false).parse();
}

std::expected<std::optional<Head>, BadHead> parse_response(std::string_view text, bool to_head) {
  return HeadParser(text, false, to_head).parse();
}

}  // namespace headroom::http
