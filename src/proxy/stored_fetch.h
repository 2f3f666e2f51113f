// One response that a provider stores, asked for with the client's own header fields.
//
//   POST /v1/responses?api-version=v  going on from resp_1  ->  GET /v1/responses/resp_1?api-version=v
//
// For a request that was refused because a call of ours in that response has no output (relay/stored.h). Bounds: 32
// MiB.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/client.h"
#include "proxy/headers.h"

namespace headroom::proxy {

// The head that asks for it; "" if `id` is no id.
std::string stored_request(const http::Head& client, const Destination& to, std::string_view id, bool own_bearer);

class StoredFetch final : public http::UpstreamHandler {
 public:
  // nullopt: it cannot be had. Called once, never from within the constructor; not after destruction.
  using Done = std::move_only_function<void(std::optional<std::string>)>;
  StoredFetch(http::Client& client, const Destination& to, std::string head, Done done);

  void on_reply(http::Head head) override;
  void on_reply_body(std::string_view piece) override;
  void on_reply_end() override;
  void on_fault(http::Fault fault) override;

 private:
  static constexpr std::size_t most = 32 << 20;
  void over(std::optional<std::string> body);

  Done done_;
  std::string body_;
  bool good_ = false;
  std::unique_ptr<http::Upstream> upstream_;
};

}  // namespace headroom::proxy
