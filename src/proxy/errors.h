// Our own errors, told in the words of the API that the client speaks: its SDK shows them as it shows the provider's.
//
//   answer(Dialect::anthropic, code::upstream_timeout, "...")
//     -> 504, {"type":"error","error":{"type":"upstream_timeout","message":"..."}}
#pragma once

#include <string>
#include <string_view>

#include "proxy/routes.h"

namespace headroom::proxy {

struct ErrorCode {
  std::string_view code;
  int status;
  std::string_view gemini;  // its word for such a status
};

namespace code {
inline constexpr ErrorCode upstream_unreachable{"upstream_unreachable", 502, "UNAVAILABLE"};
inline constexpr ErrorCode upstream_tls_error{"upstream_tls_error", 502, "UNAVAILABLE"};
inline constexpr ErrorCode upstream_protocol_error{"upstream_protocol_error", 502, "UNAVAILABLE"};
inline constexpr ErrorCode upstream_timeout{"upstream_timeout", 504, "DEADLINE_EXCEEDED"};
inline constexpr ErrorCode internal_error{"internal_error", 500, "INTERNAL"};
inline constexpr ErrorCode shutting_down{"shutting_down", 503, "UNAVAILABLE"};
inline constexpr ErrorCode store_unavailable{"store_unavailable", 503, "UNAVAILABLE"};
inline constexpr ErrorCode invalid_request{"invalid_request", 400, "INVALID_ARGUMENT"};
inline constexpr ErrorCode upstream_not_allowed{"upstream_not_allowed", 400, "INVALID_ARGUMENT"};
inline constexpr ErrorCode too_large{"too_large", 413, "INVALID_ARGUMENT"};
inline constexpr ErrorCode unauthorized{"unauthorized", 401, "UNAUTHENTICATED"};
inline constexpr ErrorCode forbidden_host{"forbidden_host", 403, "PERMISSION_DENIED"};
inline constexpr ErrorCode forbidden_origin{"forbidden_origin", 403, "PERMISSION_DENIED"};
inline constexpr ErrorCode unknown_route{"unknown_route", 404, "NOT_FOUND"};
inline constexpr ErrorCode not_offered{"not_offered", 404, "NOT_FOUND"};
inline constexpr ErrorCode rate_limited{"rate_limited", 429, "RESOURCE_EXHAUSTED"};
}  // namespace code

std::string error_body(Dialect dialect, const ErrorCode& error, std::string_view message);
// The whole answer, head and body. `extra`: more header lines, each with its line end.
std::string error_answer(Dialect dialect, const ErrorCode& error, std::string_view message, bool keep,
                         std::string_view extra = {});
// The same as an event of a stream that has begun.
std::string error_event(Dialect dialect, const ErrorCode& error, std::string_view message);

// An answer of our own: JSON unless said otherwise.
std::string own_answer(int status, std::string_view body, bool keep, std::string_view extra = {},
                       std::string_view type = "application/json");
std::string_view reason_of(int status);

}  // namespace headroom::proxy
