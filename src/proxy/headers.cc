#include "proxy/headers.h"

#include <algorithm>

namespace headroom::proxy {
namespace {

bool is_ours(std::string_view name) {
  constexpr std::string_view prefix = "x-headroom-";
  return name.size() >= prefix.size() && http::same_name(name.substr(0, prefix.size()), prefix);
}

// The line with another value; the name's spelling stays.
void replace(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void add_framing(std::string& out, const BodyPlan& body) {
  if (body.kind == BodyPlan::Kind::length) {
    out.append("content-length: ").append(std::to_string(body.length)).append("\r\n");
  } else if (body.kind == BodyPlan::Kind::chunked) {
    out.append("transfer-encoding: chunked\r\n");
  }
}

}  // namespace

std::string forward_head(const http::Head& head, const Destination& to, const ForwardPlan& plan) {
  std::string out;
  out.reserve(head.bytes().size() + 256);
  out.append(head.method()).append(" ").append(to.target).append(" HTTP/1.1\r\n");
  bool framed = false, asked = false;
  for (std::size_t i = 0; i < head.field_count(); ++i) {
    const auto [name, value] = head.field(i);
    if (is_ours(name) || http::same_name(name, "expect")) continue;
    if (http::same_name(name, "host")) {
      replace(out, name, to.origin.authority());
      continue;
    }
    if (http::same_name(name, "content-length")) {
      if (plan.body.kind == BodyPlan::Kind::length) {
        replace(out, name, std::to_string(plan.body.length));
      } else if (plan.body.kind == BodyPlan::Kind::as_it_came) {
        out += head.line(i);
      } else {
        continue;
      }
      framed = true;
      continue;
    }
    if (plan.upgrade && (http::same_name(name, "upgrade") || http::same_name(name, "connection"))) {
      out += head.line(i);
      continue;
    }
    if (head.is_hop_by_hop(name)) continue;
    if (plan.plain_frames && http::same_name(name, "sec-websocket-extensions")) continue;
    if (plan.own_bearer && http::same_name(name, "authorization")) continue;
    if (plan.decoded && http::same_name(name, "content-encoding")) continue;
    if (plan.plain_reply && http::same_name(name, "accept-encoding")) {
      asked = true;
      replace(out, name, "identity");
      continue;
    }
    if (to.base &&
        std::ranges::any_of(to.base->extra_headers, [&](const auto& h) { return http::same_name(h.first, name); }))
      continue;  // the operator's own takes its place
    out += head.line(i);
  }
  static_cast<void>(asked);  // who accepts no coding gets none
  if (!framed) add_framing(out, plan.body);
  if (to.base) {
    for (const auto& [name, value] : to.base->extra_headers) replace(out, name, value);
  }
  return out += "\r\n";
}

std::string reply_head(const http::Head& head, const ReplyPlan& plan, std::string_view own_fields) {
  std::string out = "HTTP/1.1 ";
  out.reserve(head.bytes().size() + own_fields.size() + 64);
  out.append(std::to_string(head.status())).append(" ").append(head.reason()).append("\r\n");
  for (std::size_t i = 0; i < head.field_count(); ++i) {
    const std::string_view name = head.field(i).name;
    if (plan.upgrade && (http::same_name(name, "upgrade") || http::same_name(name, "connection"))) {
      out += head.line(i);
      continue;
    }
    if (head.is_hop_by_hop(name) || is_ours(name)) continue;
    if (http::same_name(name, "content-length") && (plan.length || plan.chunked || plan.rewritten)) continue;
    if (plan.rewritten && (http::same_name(name, "content-md5") || http::same_name(name, "digest") ||
                           http::same_name(name, "content-digest") || http::same_name(name, "etag")))
      continue;
    out += head.line(i);
  }
  if (plan.length) out.append("content-length: ").append(std::to_string(*plan.length)).append("\r\n");
  if (plan.chunked) out.append("transfer-encoding: chunked\r\n");
  if (plan.close) out.append("connection: close\r\n");
  return out.append(own_fields).append("\r\n");
}

}  // namespace headroom::proxy
