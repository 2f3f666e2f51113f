#include "proxy/stored_fetch.h"

#include <algorithm>
#include <utility>

namespace headroom::proxy {

std::string stored_request(const http::Head& client, const Destination& to, std::string_view id, bool own_bearer) {
  const bool good = !id.empty() && id.size() <= 200 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (!good) return {};
  Destination there = to;
  const std::size_t query = std::min(there.target.find('?'), there.target.size());
  there.target.insert(query, "/" + std::string(id));
  std::string text = "GET / HTTP/1.1\r\n";
  for (std::size_t i = 0; i < client.field_count(); ++i) {
    const std::string_view name = client.field(i).name;
    const bool of_body =
        std::ranges::any_of(std::initializer_list<std::string_view>{"content-length", "content-type",
                                                                    "content-encoding", "transfer-encoding", "expect",
                                                                    "content-md5", "digest", "content-digest"},
                            [name](std::string_view n) { return http::same_name(n, name); });
    if (!of_body) text += client.line(i);
  }
  const auto head = http::parse_request(text + "\r\n");
  if (!head || !*head) return {};
  ForwardPlan plan;
  plan.plain_reply = true;
  plan.own_bearer = own_bearer;
  return forward_head(**head, there, plan);
}

StoredFetch::StoredFetch(http::Client& client, const Destination& to, std::string head, Done done)
    : done_(std::move(done)) {
  upstream_ = std::make_unique<http::Upstream>(client, to.origin, *this, false, to.policy);
  upstream_->send(std::move(head));
  upstream_->end();
}

void StoredFetch::on_reply(http::Head head) {
  const std::string_view coding = head.get("content-encoding");
  good_ = head.status() == 200 && (coding.empty() || http::same_name(coding, "identity"));
}

void StoredFetch::on_reply_body(std::string_view piece) {
  good_ = good_ && body_.size() + piece.size() <= most;
  if (good_) body_ += piece;
}

void StoredFetch::on_reply_end() {
  over(good_ ? std::optional(std::move(body_)) : std::nullopt);
}

void StoredFetch::on_fault(http::Fault) {
  over(std::nullopt);
}

void StoredFetch::over(std::optional<std::string> body) {
  if (done_) std::exchange(done_, nullptr)(std::move(body));
}

}  // namespace headroom::proxy
