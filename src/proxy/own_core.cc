// /v1/compress, /v1/retrieve*, /v1/usage: the core over HTTP.
#include <algorithm>

#include "api/answer.h"
#include "json/document.h"
#include "json/writer.h"
#include "proxy/own.h"

namespace headroom::proxy {

OwnAnswer answer_compress(App& app, const OwnRequest& request, const std::string& body) {
  (void)app, (void)request, (void)body;
  return own_error(code::not_offered, "later");
}
OwnAnswer answer_retrieve(App& app, const OwnRequest& request, const std::string& body) {
  (void)app, (void)request, (void)body;
  return own_error(code::not_offered, "later");
}
OwnAnswer answer_usage(App& app, const OwnRequest& request, const std::string& body) {
  (void)app, (void)request, (void)body;
  return own_error(code::not_offered, "later");
}
OwnAnswer answer_tool_call(App& app, const OwnRequest& request, const std::string& body) {
  (void)app, (void)request, (void)body;
  return own_error(code::not_offered, "later");
}

}  // namespace headroom::proxy
