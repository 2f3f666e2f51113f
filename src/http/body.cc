#include "http/body.h"

namespace headroom::http {
namespace {

constexpr std::size_t most_line = 8 << 10;

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_text(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u == '\t' || (u >= 0x20 && u != 0x7F);
}

}  // namespace

void BodyReader::took(std::size_t n) {
  if (framing_ == Framing::until_close) return;
  left_ -= n;
  if (left_ > 0) return;
  if (framing_ == Framing::length) {
    state_ = State::done;
  } else {
    place_ = Place::data_cr;
  }
}

std::size_t BodyReader::frame(std::string_view rest) {
  const char c = rest.front();
  const auto to = [&](Place place, bool good) {
    place_ = place;
    if (!good) state_ = State::bad;
  };
  switch (place_) {
    case Place::size: {
      if (const int digit = hex(c); digit >= 0) {
        left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
        if (++digits_ > 15) state_ = State::bad;
        break;
      }
      line_ = 0;
      to(c == '\r' ? Place::size_lf : Place::extension, digits_ > 0 && (c == '\r' || c == ';'));
      break;
    }
    case Place::extension:
      if (c == '\r') {
        place_ = Place::size_lf;
      } else if (!is_text(c) || ++line_ > most_line) {
        state_ = State::bad;
      }
      break;
    case Place::size_lf:
      to(left_ > 0 ? Place::data : Place::trailer, c == '\n');
      digits_ = 0;
      line_ = 0;
      break;
    case Place::data:
      break;
    case Place::data_cr:
      to(Place::data_lf, c == '\r');
      break;
    case Place::data_lf:
      to(Place::size, c == '\n');
      break;
    case Place::trailer:
      if (c == '\r') {
        place_ = Place::trailer_lf;
      } else if (!is_text(c) || ++line_ > most_line || ++trailers_ > most_line) {
        state_ = State::bad;
      }
      break;
    case Place::trailer_lf:
      if (c != '\n') {
        state_ = State::bad;
      } else if (line_ == 0) {
        state_ = State::done;
      } else {
        line_ = 0;
        place_ = Place::trailer;
      }
      break;
  }
  return 1;
}

void append_chunk(std::string& out, std::string_view payload) {
  if (payload.empty()) return;  // an empty chunk would be the last
  char digits[16];
  int n = 0;
  for (std::size_t size = payload.size(); size > 0; size >>= 4) digits[n++] = "0123456789abcdef"[size & 15];
  while (n > 0) out += digits[--n];
  out += "\r\n";
  out += payload;
  out += "\r\n";
}

}  // namespace headroom::http
