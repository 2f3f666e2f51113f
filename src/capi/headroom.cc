// The C ABI: catches everything, owns nothing but the handle. The one catch of this surface.
#include "headroom/headroom.h"

#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "api/answer.h"
#include "api/core.h"
#include "api/request.h"

struct headroom_handle {
  explicit headroom_handle(headroom::api::Config config) : core(std::move(config)) {}
  headroom::api::Core core;
};

namespace {

using headroom::Error;
using headroom::ErrorKind;

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

const char* headroom_version(void) {
  static_assert(HEADROOM_OK == static_cast<int>(headroom::api::Status::answered));
  static_assert(HEADROOM_BAD_REQUEST == static_cast<int>(headroom::api::Status::bad_request));
  static_assert(HEADROOM_FAILED == static_cast<int>(headroom::api::Status::failed));
  return headroom::api::version().data();
}

}  // extern "C"
