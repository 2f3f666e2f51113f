// The core from C++: the C ABI with types. Header only; includes nothing of ours but headroom.h.
//
//   headroom::Handle core(R"({"store":"memory"})");
//   const headroom::Answer a = core.compress_content(log, {.kind = "log", .options = R"({"retrieval":"tool"})"});
//   if (a.ok()) use(a.json);
//
// Answers are JSON as docs/use.md describes; parse them with the library you already have.
#ifndef HEADROOM_HEADROOM_HPP_
#define HEADROOM_HEADROOM_HPP_

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "headroom/headroom.h"

namespace headroom {

enum class CallStatus { answered = HEADROOM_OK, bad_request = HEADROOM_BAD_REQUEST, failed = HEADROOM_FAILED };

struct Answer {
  CallStatus status = CallStatus::failed;
  std::string json;
  bool ok() const { return status == CallStatus::answered; }
};

// Thrown when a handle cannot be opened; what() is the answer's JSON.
struct OpenError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Empty fields are left to their defaults. `options` is a JSON object.
struct CompressOptions {
  std::string_view kind = {}, query = {}, tool = {}, arguments = {}, model = {}, format = {}, returned = {};
  std::string_view options = {};
};
struct RetrieveOptions {
  std::string_view lines = {}, rows = {}, path = {}, query = {}, cursor = {};
  long long max_tokens = 0;  // 0: not given
};

class Relay;

class Handle {
 public:
  // `config` as headroom_open takes it.
  explicit Handle(std::string_view config = "{}") {
    Answer answer;
    headroom_handle* opened = nullptr;
    if (headroom_open(config.data(), config.size(), &opened, keep, &answer) != HEADROOM_OK) {
      throw OpenError(answer.json.empty() ? "headroom_open failed" : answer.json);
    }
    handle_.reset(opened);
  }

  // Any request, as JSON. Thread-safe.
  Answer call(std::string_view request) const {
    Answer answer;
    answer.status =
        static_cast<CallStatus>(headroom_call(handle_.get(), request.data(), request.size(), keep, &answer));
    return answer;
  }

  // A request body or a list of messages: JSON bytes.
  Answer compress_body(std::string_view body, const CompressOptions& o = {}) const {
    return call(shortening("compress", "body", body, o));
  }
  // Any text: UTF-8.
  Answer compress_content(std::string_view text, const CompressOptions& o = {}) const {
    return call(shortening("compress", "content", text, o));
  }
  Answer simulate_body(std::string_view body, const CompressOptions& o = {}) const {
    return call(shortening("simulate", "body", body, o));
  }
  Answer count(std::string_view text, std::string_view model = {}) const {
    Request r("count");
    r.add("content", text).add("model", model);
    return call(r.text());
  }
  Answer retrieve(std::string_view hash, const RetrieveOptions& o = {}) const {
    Request r("retrieve");
    r.add("hash", hash).add("lines", o.lines).add("rows", o.rows).add("path", o.path).add("query", o.query);
    r.add("cursor", o.cursor);
    if (o.max_tokens > 0) r.add_raw("max_tokens", std::to_string(o.max_tokens));
    return call(r.text());
  }
  Answer decode(std::string_view view) const {
    Request r("decode");
    r.add_always("content", view);
    return call(r.text());
  }
  // The body with the traces of earlier turns turned back into the calls that they stand for.
  Answer restore(std::string_view body, std::string_view format = {}) const {
    Request r("restore");
    r.add_always("body", body).add("format", format);
    return call(r.text());
  }
  // Answers a call of headroom_retrieve as a model's reply has it (JSON, any format); `body` is searched first.
  Answer tool_call(std::string_view tool_call, std::string_view body = {}, std::string_view format = {}) const {
    Request r("tool_call");
    r.add_raw("call", tool_call).add("body", body).add("format", format);
    return call(r.text());
  }
  // Shared texts: named, with versions, seen by all processes of the workspace. `if_version` -1: not given.
  Answer shared_put(std::string_view key, std::string_view text, std::string_view agent = {},
                    long long if_version = -1) const {
    Request r("shared_put");
    r.add_always("key", key).add_always("content", text).add("agent", agent);
    if (if_version >= 0) r.add_raw("if_version", std::to_string(if_version));
    return call(r.text());
  }
  Answer shared_get(std::string_view key, bool full = false) const {
    Request r("shared_get");
    r.add_always("key", key).add_raw("full", full ? "true" : "false");
    return call(r.text());
  }
  Answer shared_erase(std::string_view key) const {
    Request r("shared_erase");
    r.add_always("key", key);
    return call(r.text());
  }
  Answer shared_keys() const { return call(R"({"op":"shared_keys"})"); }
  Answer shared_stats() const { return call(R"({"op":"shared_stats"})"); }
  Answer shared_clear() const { return call(R"({"op":"shared_clear"})"); }
  Answer tool(std::string_view format = "openai") const {
    Request r("tool");
    r.add("format", format);
    return call(r.text());
  }

 private:
  friend class Relay;
  // Writes a request; empty values are left out.
  class Request {
   public:
    Request() : text_("{") {}
    explicit Request(std::string_view op) : text_("{\"op\":") { append(op); }
    Request& add(std::string_view name, std::string_view value) {
      return value.empty() ? *this : add_always(name, value);
    }
    Request& add_always(std::string_view name, std::string_view value) {
      comma();
      append(name);
      text_ += ':';
      append(value);
      return *this;
    }
    Request& add_raw(std::string_view name, std::string_view json) {
      comma();
      append(name);
      text_ += ':';
      text_ += json;
      return *this;
    }
    std::string text() && { return std::move(text_) + "}"; }
    std::string text() & { return text_ + "}"; }

   private:
    void comma() {
      if (text_.size() > 1) text_ += ',';
    }
    void append(std::string_view value) {
      text_ += '"';
      for (const char c : value) {
        if (c == '"' || c == '\\') {
          text_ += '\\';
          text_ += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
          text_ += escape;
        } else {
          text_ += c;
        }
      }
      text_ += '"';
    }
    std::string text_;
  };

  static std::string shortening(std::string_view op, std::string_view what, std::string_view text,
                                const CompressOptions& o) {
    Request r(op);
    // A string, not a value: then even a body that is no JSON comes back as it went.
    r.add_always(what, text)
        .add("kind", o.kind)
        .add("query", o.query)
        .add("tool", o.tool)
        .add("arguments", o.arguments);
    r.add("model", o.model).add("format", o.format).add("return", o.returned);
    if (!o.options.empty()) r.add_raw("options", o.options);
    return std::move(r).text();
  }
  static void keep(void* user, const char* json, size_t size) { static_cast<Answer*>(user)->json.assign(json, size); }

  struct Close {
    void operator()(headroom_handle* h) const { headroom_close(h); }
  };
  std::unique_ptr<headroom_handle, Close> handle_;
};

// What a relay gives for what it was fed.
struct RelayOutput {
  std::string client;   // bytes for the client
  std::string request;  // to be sent, if not empty; its reply is fed next
  std::string counts;   // JSON, with `done`
  bool done = false, broken = false;
};

// The retrieval loop over one turn's replies; see headroom_relay_open. The handle must outlive it.
class Relay {
 public:
  // `config` as headroom_relay_open takes it. Throws OpenError.
  Relay(const Handle& handle, std::string_view config) {
    Answer answer;
    headroom_relay* opened = nullptr;
    if (headroom_relay_open(handle.handle_.get(), config.data(), config.size(), &opened, Handle::keep, &answer) !=
        HEADROOM_OK) {
      throw OpenError(answer.json.empty() ? "headroom_relay_open failed" : answer.json);
    }
    relay_.reset(opened);
  }

  RelayOutput head(int status, std::string_view content_type) {
    Handle::Request r;
    r.add_raw("status", std::to_string(status)).add("content_type", content_type);
    return feed(HEADROOM_RELAY_HEAD, r.text());
  }
  // {"status":200,"content_type":"text/event-stream"}
  RelayOutput head(std::string_view json) { return feed(HEADROOM_RELAY_HEAD, json); }
  RelayOutput bytes(std::string_view reply) { return feed(HEADROOM_RELAY_BYTES, reply); }
  RelayOutput end() { return feed(HEADROOM_RELAY_END, {}); }
  RelayOutput cut() { return feed(HEADROOM_RELAY_CUT, {}); }
  void deadline() { feed(HEADROOM_RELAY_DEADLINE, {}); }

 private:
  RelayOutput feed(int what, std::string_view bytes) {
    RelayOutput out;
    const int status = headroom_relay_feed(relay_.get(), what, bytes.data(), bytes.size(), keep, &out);
    if (status != HEADROOM_OK) throw std::runtime_error("headroom_relay_feed failed");
    return out;
  }
  static void keep(void* user, int what, const char* bytes, size_t size) {
    RelayOutput& out = *static_cast<RelayOutput*>(user);
    if (what == HEADROOM_RELAY_CLIENT) out.client.append(bytes, size);
    if (what == HEADROOM_RELAY_REQUEST) out.request.assign(bytes, size);
    if (what == HEADROOM_RELAY_DONE) out.counts.assign(bytes, size);
    out.done |= what == HEADROOM_RELAY_DONE;
    out.broken |= what == HEADROOM_RELAY_BROKEN;
  }
  struct Close {
    void operator()(headroom_relay* r) const { headroom_relay_close(r); }
  };
  std::unique_ptr<headroom_relay, Close> relay_;
};

}  // namespace headroom

#endif  // HEADROOM_HEADROOM_HPP_
