// Writes JSON text. Used for our own answers only: a caller's body is never printed again (promise 1).
//
//   json::Writer w;
//   w.object().key("tokens").number(3).key("kind").string("log").end();   // {"tokens":3,"kind":"log"}
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "json/strings.h"

namespace headroom::json {

class Writer {
 public:
  Writer& object() { return open('{'); }
  Writer& array() { return open('['); }
  Writer& end() {
    out_ += closers_.back();
    closers_.pop_back();
    comma_ = true;
    return *this;
  }
  Writer& key(std::string_view name) {
    separate();
    out_ += '"';
    escape_to(out_, name);
    out_ += "\":";
    comma_ = false;
    return *this;
  }
  Writer& string(std::string_view value) {
    separate();
    out_ += '"';
    escape_to(out_, value);
    out_ += '"';
    return *this;
  }
  Writer& number(std::int64_t value) { return raw(std::to_string(value)); }
  // Shortest form that reads back as the same double (std::to_chars), so equal on every machine.
  Writer& number(double value) {
    char buffer[32];
    const auto r = std::to_chars(buffer, buffer + sizeof buffer, value);
    return raw({buffer, static_cast<std::size_t>(r.ptr - buffer)});
  }
  Writer& boolean(bool value) { return raw(value ? "true" : "false"); }
  Writer& null() { return raw("null"); }
  // A value that is JSON text already.
  Writer& raw(std::string_view text) {
    separate();
    out_ += text;
    return *this;
  }
  std::string take() && { return std::move(out_); }
  const std::string& text() const { return out_; }

 private:
  Writer& open(char c) {
    separate();
    out_ += c;
    closers_ += c == '{' ? '}' : ']';
    comma_ = false;
    return *this;
  }
  void separate() {
    if (comma_) out_ += ',';
    comma_ = true;
  }
  std::string out_;
  std::string closers_;
  bool comma_ = false;
};

}  // namespace headroom::json
