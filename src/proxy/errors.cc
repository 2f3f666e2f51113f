#include "proxy/errors.h"

#include "json/writer.h"

namespace headroom::proxy {

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 303:
      return "See Other";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

std::string error_body(Dialect dialect, const ErrorCode& error, std::string_view message) {
  json::Writer out;
  out.object();
  switch (dialect) {
    case Dialect::anthropic:
      out.key("type").string("error").key("error").object();
      out.key("type").string(error.code).key("message").string(message).end();
      break;
    case Dialect::openai:
      out.key("error").object().key("message").string(message).key("type").string(error.code);
      out.key("param").null().key("code").string(error.code).end();
      break;
    case Dialect::gemini:
      out.key("error").object().key("code").number(std::int64_t{error.status});
      out.key("message").string(message).key("status").string(error.gemini).end();
      break;
    case Dialect::bedrock:
      out.key("message").string(message);
      break;
    case Dialect::own:
      out.key("error").object().key("type").string(error.code).key("message").string(message).end();
      break;
  }
  out.end();
  return std::move(out).take();
}

std::string own_answer(int status, std::string_view body, bool keep, std::string_view extra, std::string_view type) {
  std::string out = "HTTP/1.1 " + std::to_string(status) + " ";
  out.append(reason_of(status)).append("\r\n");
  if (!type.empty()) out.append("content-type: ").append(type).append("\r\n");
  out.append("content-length: ").append(std::to_string(body.size())).append("\r\n");
  out.append("x-content-type-options: nosniff\r\ncache-control: no-store\r\n");
  if (!keep) out.append("connection: close\r\n");
  return out.append(extra).append("\r\n").append(body);
}

std::string error_answer(Dialect dialect, const ErrorCode& error, std::string_view message, bool keep,
                         std::string_view extra) {
  std::string more("x-headroom-error: ");
  more.append(error.code).append("\r\n").append(extra);
  if (dialect == Dialect::bedrock) more.append("x-amzn-errortype: ").append(error.code).append("\r\n");
  return own_answer(error.status, error_body(dialect, error, message), keep, more);
}

std::string error_event(Dialect dialect, const ErrorCode& error, std::string_view message) {
  const std::string body = error_body(dialect, error, message);
  return (dialect == Dialect::anthropic ? "event: error\ndata: " : "data: ") + body + "\n\n";
}

}  // namespace headroom::proxy
