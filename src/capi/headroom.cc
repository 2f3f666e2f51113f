// The C ABI: catches everything, owns nothing but the handle. The one catch of this surface.
#include "headroom/headroom.h"

#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "api/answer.h"
#include "api/core.h"
#include "api/relay.h"
#include "api/request.h"

struct headroom_handle {
  explicit headroom_handle(headroom::api::Config config) : core(std::move(config)) {}
  headroom::api::Core core;
};

struct headroom_relay {
  std::unique_ptr<headroom::relay::Relay> relay;
};

namespace {

void deliver(headroom_sink sink, void* user, std::string_view json) {
  if (sink) sink(user, json.data(), json.size());
}

// After an exception, most likely for want of memory: says so, with the original if that can be had.
void deliver_failure(std::string_view request, headroom_sink sink, void* user) {
  std::string answer;
  try {
    answer = headroom::api::failure_answer(request);
  } catch (...) {
    answer.clear();
  }
  constexpr std::string_view bare =
      R"({"error":{"type":"compression_error","message":"failed inside","details":{"kind":"internal"}}})";
  deliver(sink, user, answer.empty() ? bare : std::string_view(answer));
}

std::string_view view(const char* bytes, size_t size) {
  return bytes ? std::string_view(bytes, size) : std::string_view();
}

}  // namespace

extern "C" {

int headroom_open(const char* config, size_t size, headroom_handle** handle, headroom_sink sink, void* user) {
  if (!handle) return HEADROOM_BAD_REQUEST;
  *handle = nullptr;
  try {
    const auto parsed = headroom::api::parse_config(view(config, size));
    if (!parsed) {
      deliver(sink, user, headroom::api::error_answer(parsed.error()));
      return HEADROOM_BAD_REQUEST;
    }
    *handle = new headroom_handle(*parsed);
    return HEADROOM_OK;
  } catch (...) {
    deliver_failure({}, sink, user);
    return HEADROOM_FAILED;
  }
}

int headroom_call(headroom_handle* handle, const char* request, size_t size, headroom_sink sink, void* user) {
  std::string answer;
  int status = HEADROOM_FAILED;
  if (!handle) {
    deliver(sink, user, R"({"error":{"type":"invalid_request","message":"no handle","details":{}}})");
    return HEADROOM_BAD_REQUEST;
  }
  try {
    headroom::api::Answer made = handle->core.call(view(request, size));
    status = static_cast<int>(made.status);
    answer = std::move(made.json);
  } catch (...) {
    deliver_failure(view(request, size), sink, user);
    return HEADROOM_FAILED;
  }
  // Outside the try: what a sink throws is its owner's.
  deliver(sink, user, answer);
  return status;
}

void headroom_close(headroom_handle* handle) {
  delete handle;
}

int headroom_relay_open(headroom_handle* handle, const char* config, size_t size, headroom_relay** relay,
                        headroom_sink sink, void* user) {
  if (!handle || !relay) return HEADROOM_BAD_REQUEST;
  *relay = nullptr;
  try {
    auto call = headroom::api::parse_relay_config(view(config, size));
    auto opened = call ? handle->core.open_relay(std::move(*call)) : std::unexpected(call.error());
    if (!opened) {
      deliver(sink, user, headroom::api::error_answer(opened.error()));
      return HEADROOM_BAD_REQUEST;
    }
    *relay = new headroom_relay{std::move(*opened)};
    return HEADROOM_OK;
  } catch (...) {
    deliver_failure({}, sink, user);
    return HEADROOM_FAILED;
  }
}

int headroom_relay_feed(headroom_relay* relay, int what, const char* bytes, size_t size, headroom_relay_sink sink,
                        void* user) {
  if (!relay || !sink) return HEADROOM_BAD_REQUEST;
  headroom::relay::Output out;
  std::string counts;
  try {
    switch (what) {
      case HEADROOM_RELAY_HEAD: {
        const auto head = headroom::api::parse_relay_head(view(bytes, size));
        if (!head) return HEADROOM_BAD_REQUEST;
        out = relay->relay->head({head->status, head->content_type});
        break;
      }
      case HEADROOM_RELAY_BYTES:
        out = relay->relay->bytes(view(bytes, size));
        break;
      case HEADROOM_RELAY_END:
        out = relay->relay->end();
        break;
      case HEADROOM_RELAY_CUT:
        out = relay->relay->cut();
        break;
      case HEADROOM_RELAY_DEADLINE:
        relay->relay->deadline();
        return HEADROOM_OK;
      default:
        return HEADROOM_BAD_REQUEST;
    }
    counts = headroom::api::relay_counts(relay->relay->counts());
  } catch (...) {
    return HEADROOM_FAILED;
  }
  // Outside the try: what a sink throws is its owner's.
  using State = headroom::relay::Output::State;
  if (!out.client.empty()) sink(user, HEADROOM_RELAY_CLIENT, out.client.data(), out.client.size());
  if (out.state == State::asks) sink(user, HEADROOM_RELAY_REQUEST, out.request.data(), out.request.size());
  if (out.state == State::done) sink(user, HEADROOM_RELAY_DONE, counts.data(), counts.size());
  if (out.state == State::broken) sink(user, HEADROOM_RELAY_BROKEN, "", 0);
  return HEADROOM_OK;
}

void headroom_relay_close(headroom_relay* relay) {
  delete relay;
}

const char* headroom_version(void) {
  static_assert(HEADROOM_OK == static_cast<int>(headroom::api::Status::answered));
  static_assert(HEADROOM_BAD_REQUEST == static_cast<int>(headroom::api::Status::bad_request));
  static_assert(HEADROOM_FAILED == static_cast<int>(headroom::api::Status::failed));
  return headroom::api::version().data();
}

}  // extern "C"
