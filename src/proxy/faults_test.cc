// What goes wrong around the proxy: requests that two readers could read two ways, clients that leave, upstreams that
// fail.
#include <gtest/gtest.h>

#include "http/smuggling_test_support.h"
#include "proxy/proxy_test_support.h"

namespace headroom::proxy::test {
namespace {

// Acceptance 15.
TEST(Proxy, RefusesWhatTwoReadersCouldReadTwoWays) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  for (const std::string fields :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked", "Content-Length: 3\r\nContent-Length: 3",
        "Content-Length : 3", "Transfer-Encoding: gzip, chunked", "X: 1\r\n Content-Length: 3",
        "X: a\nContent-Length: 3", "Content-Length: +3"}) {
    for (const std::string path : {"/v1/messages", "/v1/compress", "/livez", "/any"}) {
      Wire wire(proxy.port());
      wire.send("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: k\r\n" + fields +
                "\r\n\r\nabcGET / HTTP/1.1\r\nHost: x\r\n\r\n");
      const Message answer = read_message(wire, false);
      EXPECT_EQ(answer.head.status(), 400) << fields;
      while (wire.fill()) {
      }
      EXPECT_TRUE(wire.ended());
      EXPECT_EQ(wire.in(), "") << fields;
    }
  }
  for (const std::string chunks : {"x\r\n", "3\nabc", "fffffffffffffffff\r\n", "3\r\nabcd\r\n", "3 \r\nabc"}) {
    const Message answer = proxy.ask(
        "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: k\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
    EXPECT_EQ(answer.head.status(), 400) << chunks;
  }
  EXPECT_EQ(provider.connections(), 0);
}

TEST(Proxy, RefusesEverySmugglingVariant) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  for (const std::string& variant : http::smuggling_variants()) {
    Wire wire(proxy.port());
    wire.send(variant + "abcGET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    const Message answer = read_message(wire, false);
    EXPECT_EQ(answer.head.status(), 400) << variant.substr(0, 200);
    while (wire.fill()) {
    }
    EXPECT_TRUE(wire.ended());
    EXPECT_EQ(wire.in(), "") << variant.substr(0, 200);
  }
  EXPECT_EQ(provider.connections(), 0);
  EXPECT_TRUE(proxy.calms_down());
}

// Acceptance 8.
TEST(Proxy, ClientsThatLeaveAtAnyByte) {
  const std::string events = "data: {\"a\":1}\n\ndata: [DONE]\n\n";
  test::Provider provider([&](Wire& wire, const Message&) {
    wire.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
    for (const char c : events) {
      std::string chunk;
      http::append_chunk(chunk, {&c, 1});
      wire.send(chunk);
    }
    wire.send("0\r\n\r\n");
    return true;
  });
  Proxy proxy(provider.port());
  const std::string request =
      post("/v1/chat/completions", R"({"model":"m","stream":true,"messages":[{"role":"user","content":"x"}]})",
           "authorization: Bearer k\r\n");
  for (std::size_t n = 0; n <= request.size(); n += 1) {
    Wire wire(proxy.port());
    wire.send(request.substr(0, n));
    if (n % 2) wire.reset();
  }
  for (std::size_t n = 1; n < 400; n += 3) {
    Wire wire(proxy.port());
    wire.send(request);
    while (wire.in().size() < n && wire.fill(milliseconds(2000))) {
    }
    if (n % 2) wire.reset();
  }
  EXPECT_TRUE(proxy.calms_down());
}

// Acceptance 10.
TEST(Proxy, UpstreamFaultsAreTold) {
  const std::string whole =
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n01234567890123456789";
  std::atomic<std::size_t> length{0};
  test::Provider provider([&](Wire& wire, const Message&) {
    wire.send(whole.substr(0, length));
    return false;
  });
  Proxy proxy(provider.port());
  const std::size_t head = whole.find("\r\n\r\n") + 4;
  for (length = 0; length < whole.size(); ++length) {
    const Message answer = proxy.ask(post("/v1/messages", R"({"model":"m","messages":[]})"));
    if (length < head) {
      EXPECT_EQ(answer.head.status(), 502) << length;
      EXPECT_EQ(answer.head.get("x-headroom-error"), "upstream_protocol_error");
      EXPECT_EQ(Json::parse(answer.body)["error"]["type"], "upstream_protocol_error");
    } else {
      EXPECT_FALSE(answer.complete) << length;
      EXPECT_EQ(answer.body, whole.substr(head, length - head));
    }
  }
  provider.serve([](Wire& wire, const Message&) {
    wire.send("SSH-2.0-OpenSSH\r\n\r\n");
    return false;
  });
  EXPECT_EQ(proxy.ask(post("/v1/chat/completions", "{}")).head.get("x-headroom-error"), "upstream_protocol_error");
  EXPECT_TRUE(proxy.calms_down());
}

TEST(Proxy, UnreachableAndSilentUpstreams) {
  std::uint16_t nobody = 0;
  {
    test::Provider gone(answer_ok);
    nobody = gone.port();
  }
  Proxy unreachable(nobody);
  for (const auto& [path, check] : std::vector<std::pair<std::string, std::string>>{
           {"/v1/messages", "\"type\":\"error\""},
           {"/v1/chat/completions", "\"param\":null"},
           {"/v1beta/models/m:generateContent", "\"status\":\"UNAVAILABLE\""},
           {"/model/m/invoke", "{\"message\""}}) {
    const Message answer = unreachable.ask(post(path, "{}"));
    EXPECT_EQ(answer.head.status(), 502) << path;
    EXPECT_EQ(answer.head.get("x-headroom-error"), "upstream_unreachable");
    EXPECT_NE(answer.body.find(check), std::string::npos) << answer.body;
  }
  std::atomic<bool> done{false};
  test::Provider silent([&](Wire&, const Message&) {
    while (!done) std::this_thread::sleep_for(milliseconds(5));
    return false;
  });
  Proxy patient(silent.port(), [](Configuration& c) { c.setup.client.silence = milliseconds(300); });
  const Message answer = patient.ask(post("/v1/messages", "{}"));
  EXPECT_EQ(answer.head.status(), 504);
  EXPECT_EQ(answer.head.get("x-headroom-error"), "upstream_timeout");
  done = true;
}

// A kept connection that its server closed: sent once more, over a new one, and nobody notices.
TEST(Proxy, ClosedKeptConnectionsAreNotNoticed) {
  test::Provider provider([](Wire& wire, const Message&) {
    wire.send(reply("{}"));
    return false;  // closes, without having said so
  });
  Proxy proxy(provider.port());
  Wire wire(proxy.port());
  for (int i = 0; i < 100; ++i) {
    wire.send(post("/v1/messages", R"({"model":"m","messages":[]})"));
    ASSERT_EQ(read_message(wire, false).head.status(), 200) << i;
  }
}

TEST(Proxy, SlowHeadsEnd) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port(), [](Configuration& c) { c.setup.limits.head = milliseconds(300); });
  Wire slow(proxy.port());
  slow.send("POST /v1/messages HTTP/1.1\r\nHost:");
  EXPECT_FALSE(slow.fill(milliseconds(3000)));
  EXPECT_TRUE(slow.ended());
}

}  // namespace
}  // namespace headroom::proxy::test
