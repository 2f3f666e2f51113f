// Connections that outlive a request: upgrades, and the end of the process.
#include <gtest/gtest.h>

#include "proxy/proxy_test_support.h"

namespace headroom::proxy::test {
namespace {

// Acceptance 20, relayed: the handshake is the provider's, the bytes pass.
TEST(Proxy, WebSocketsPass) {
  test::Provider provider([](Wire& wire, const Message& request) {
    if (request.head.get("x-refuse") == "1") {
      wire.send(reply("no", 403, "text/plain"));
      return true;
    }
    EXPECT_EQ(request.head.get("upgrade"), "websocket");
    EXPECT_EQ(request.head.get("sec-websocket-key"), "abc");
    wire.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
        "x\r\n\r\n");
    while (wire.fill()) {
      wire.send(std::exchange(wire.in(), {}));
    }
    return false;
  });
  Proxy proxy(provider.port());
  const std::string upgrade =
      "GET /v1/responses HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\nConnection: Upgrade\r\nUpgrade: "
      "websocket\r\n"
      "Sec-WebSocket-Key: abc\r\n";
  Wire wire(proxy.port());
  wire.send(upgrade + "\r\n");
  while (wire.in().find("\r\n\r\n") == std::string::npos && wire.fill()) {
  }
  EXPECT_TRUE(wire.in().starts_with("HTTP/1.1 101")) << wire.in();
  EXPECT_NE(wire.in().find("Sec-WebSocket-Accept: x"), std::string::npos);
  wire.in().clear();
  std::string bytes(300'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  std::thread sender([&] { wire.send(bytes); });
  while (wire.in().size() < bytes.size() && wire.fill()) {
  }
  sender.join();
  EXPECT_TRUE(wire.in() == bytes);
  wire.close();
  EXPECT_EQ(proxy.ask(upgrade + "x-refuse: 1\r\n\r\n").head.status(), 403);
  EXPECT_TRUE(proxy.calms_down());
}

// Acceptance 21.
TEST(Proxy, DrainLetsStreamsEndOrTellsThem) {
  std::atomic<bool> go_on{false};
  test::Provider provider([&](Wire& wire, const Message& request) {
    wire.send(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n");
    const bool endless = request.head.get("x-endless") == "1";
    while (endless || !go_on) {
      std::this_thread::sleep_for(milliseconds(5));
      pollfd p{wire.fd(), POLLIN, 0};
      if (::poll(&p, 1, 0) > 0) return false;  // given up
    }
    wire.send("0\r\n\r\n");
    return true;
  });
  Proxy proxy(provider.port());
  std::vector<Wire> ends, endless;
  for (int i = 0; i < 20; ++i) {
    ends.emplace_back(proxy.port()).send(post("/v1/messages", "{}"));
    endless.emplace_back(proxy.port()).send(post("/v1/messages", "{}", "x-api-key: k\r\nx-endless: 1\r\n"));
  }
  for (auto* list : {&ends, &endless}) {
    for (Wire& w : *list) {
      while (w.in().find("data: a") == std::string::npos && w.fill()) {
      }
    }
  }
  const auto before = std::chrono::steady_clock::now();
  std::thread stopping([&] { proxy.stop(); });
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_FALSE(Wire(proxy.port()).good());
  go_on = true;
  for (Wire& w : ends) {
    const Message m = read_message(w, false);
    EXPECT_TRUE(m.complete);
    EXPECT_EQ(m.body, "data: a\n\n");
  }
  for (Wire& w : endless) {
    const Message m = read_message(w, false);
    EXPECT_TRUE(m.complete);
    EXPECT_NE(m.body.find("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"shutting_down\""),
              std::string::npos)
        << m.body;
  }
  stopping.join();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

}  // namespace
}  // namespace headroom::proxy::test
