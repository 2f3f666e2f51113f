// Who is let in, and which upstreams may be named.
#include <gtest/gtest.h>

#include "proxy/proxy_test_support.h"

namespace headroom::proxy::test {
namespace {

TEST(Proxy, GateBeforeAnyRoute) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port(), [](Configuration& c) {
    Token token;
    token.name = "named";
    token.rights.add(Right::data);
    token.digest = digest_of_token("a-token-of-ours-0123456789");
    c.settings.gate.tokens.add(token);
    c.settings.gate.require_token = true;
  });
  const auto get = [&](std::string_view path, std::string_view fields) {
    return proxy.ask("GET " + std::string(path) + " HTTP/1.1\r\n" + std::string(fields) + "\r\n\r\n").head;
  };
  EXPECT_EQ(get("/livez", "Host: 127.0.0.1").status(), 200);
  for (const std::string_view path : {"/livez", "/v1/models", "/v1/retrieve/1", "/stats", "/any", "/v1/compress"}) {
    EXPECT_EQ(get(path, "Host: evil.example").get("x-headroom-error"), "forbidden_host");
    EXPECT_EQ(get(path, "Host: localhost\r\nOrigin: https://evil.example").get("x-headroom-error"), "forbidden_origin");
    EXPECT_EQ(get(path, "Host: localhost\r\nOrigin: null").get("x-headroom-error"), "forbidden_origin");
    EXPECT_EQ(get(path, "Host: localhost\r\nSec-Fetch-Site: cross-site").get("x-headroom-error"), "forbidden_origin");
  }
  EXPECT_EQ(get("/v1/models", "Host: localhost\r\nx-api-key: k").status(), 401);
  EXPECT_EQ(get("/v1/models", "Host: localhost\r\nx-api-key: k\r\nx-headroom-proxy-token: wrong").status(), 401);
  EXPECT_EQ(provider.requests(), 0);
  EXPECT_EQ(get("/v1/models", "Host: localhost\r\nx-api-key: k\r\nx-headroom-proxy-token: a-token-of-ours-0123456789")
                .status(),
            200);
  EXPECT_FALSE(provider.last().head.find("x-headroom-proxy-token"));
  EXPECT_EQ(get("/k/a-token-of-ours-0123456789/p/mine/v1/models", "Host: localhost\r\nx-api-key: k").status(), 200);
  EXPECT_EQ(provider.last().head.target(), "/v1/models");
  // A bearer that is ours never leaves.
  EXPECT_EQ(
      get("/v1/models", "Host: localhost\r\nx-api-key: k\r\nauthorization: Bearer a-token-of-ours-0123456789").status(),
      200);
  EXPECT_FALSE(provider.last().head.find("authorization"));
  EXPECT_EQ(get("/stats", "Host: localhost\r\nauthorization: Bearer a-token-of-ours-0123456789").status(), 401);
}

// A process of ours is known by its socket, a browser is not: its pages are anybody's.
TEST(Gate, ABrowsersSocketSaysNothing) {
  static constexpr std::int64_t us = 1000;
  GateRules rules;
  rules.bound_host = "127.0.0.1";
  rules.uid = us;
  http::Peer peer;
  peer.loopback = true;
  const auto is_known = [&](std::string_view fields, std::int64_t uid) {
    const auto head =
        http::parse_request("GET /stats HTTP/1.1\r\nHost: localhost:8787\r\n" + std::string(fields) + "\r\n");
    EXPECT_TRUE(head && *head) << fields;
    const Verdict v = judge(rules, **head, peer, Right::read, {}, [uid] { return uid; });
    EXPECT_EQ(v.caller.known, v.refused == nullptr) << fields;
    return v.caller.known;
  };
  // curl; Node.js's fetch, its EventSource and its WebSocket (undici).
  const std::string_view programs[] = {
      "", "user-agent: curl/8.5.0\r\naccept: */*\r\n",
      "accept: */*\r\naccept-language: *\r\nsec-fetch-mode: cors\r\nuser-agent: node\r\n",
      "Accept: text/event-stream\r\nSec-Fetch-Mode: cors\r\n",
      "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-fetch-mode: websocket\r\n"};
  for (const std::string_view fields : programs) {
    EXPECT_TRUE(is_known(fields, us)) << fields;
    EXPECT_FALSE(is_known(fields, us + 1)) << fields;
    EXPECT_FALSE(is_known(fields, -1)) << fields;
  }
  // What browsers send for a page: of another site, of this one's own origin, by hand in the address bar, an image, a
  // form, a WebSocket, a worker; and what none sends, which is nobody's reason to be known.
  const std::string_view pages[] = {
      "sec-fetch-site: cross-site\r\nsec-fetch-mode: no-cors\r\nsec-fetch-dest: image\r\n",
      "sec-fetch-site: cross-site\r\nsec-fetch-mode: cors\r\nsec-fetch-dest: empty\r\norigin: https://evil.example\r\n",
      "sec-fetch-site: same-site\r\nsec-fetch-mode: cors\r\nsec-fetch-dest: empty\r\norigin: http://localhost:1\r\n",
      "sec-fetch-site: same-origin\r\nsec-fetch-mode: cors\r\nsec-fetch-dest: empty\r\n",
      "sec-fetch-site: none\r\nsec-fetch-mode: navigate\r\nsec-fetch-dest: document\r\nsec-fetch-user: ?1\r\n",
      "sec-fetch-mode: websocket\r\norigin: https://evil.example\r\n",
      "sec-fetch-mode: cors\r\norigin: null\r\n",
      "sec-fetch-mode: cors\r\ncookie: a=b\r\n",
      "sec-fetch-mode: cors\r\nsec-fetch-dest: empty\r\n",
      "sec-fetch-mode: cors\r\nSec-Fetch-Site: none\r\n",
      "sec-fetch-mode: no-cors\r\n",
      "sec-fetch-mode: navigate\r\n",
      "sec-fetch-mode: same-origin\r\n",
      "sec-fetch-mode: \r\n",
      "sec-fetch-mode: CORS\r\n",
      "sec-fetch-mode: cors\r\nsec-fetch-mode: no-cors\r\n",
      "sec-fetch-storage-access: none\r\n",
      "cookie: a=b\r\n",
      "origin: http://localhost:8787\r\n"};
  for (const std::string_view fields : pages) EXPECT_FALSE(is_known(fields, us)) << fields;
  // A name that was bound to this address is not one of ours, whatever stands beside it.
  const auto rebound = http::parse_request("GET /stats HTTP/1.1\r\nHost: evil.example\r\nsec-fetch-mode: cors\r\n\r\n");
  EXPECT_EQ(judge(rules, **rebound, peer, Right::read, {}, [] { return us; }).gate, "host");
}

// Acceptance 18.
TEST(Proxy, NamedUpstreamsPassThePolicy) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  const std::string here = std::to_string(provider.port());
  std::vector<std::string> targets = {"http://127.0.0.1:" + here,
                                      "https://127.0.0.1:" + here,
                                      "http://localhost:" + here,
                                      "https://localhost:" + here,
                                      "http://[::1]:" + here,
                                      "http://[::ffff:127.0.0.1]:" + here,
                                      "http://0.0.0.0:" + here,
                                      "http://127.1:" + here,
                                      "http://2130706433:" + here,
                                      "http://0x7f.1:" + here,
                                      "http://0177.0.0.1:" + here,
                                      "http://169.254.169.254",
                                      "https://169.254.169.254",
                                      "http://metadata.google.internal",
                                      "http://100.100.100.200",
                                      "http://10.0.0.1",
                                      "https://10.0.0.1",
                                      "http://192.168.1.1",
                                      "https://172.16.0.1",
                                      "https://[fd00::1]",
                                      "https://[fe80::1]",
                                      "https://user@api.openai.com",
                                      "https://api.openai.com@127.0.0.1:" + here,
                                      "https://user:p@api.anthropic.com",
                                      "https://api.openai.com:8443",
                                      "http://api.openai.com",
                                      "https://api.openai.com.evil.example",
                                      "https://evil.example",
                                      "https://xapi.openai.com",
                                      "ftp://api.openai.com",
                                      "file:///etc/passwd",
                                      "gopher://127.0.0.1",
                                      "api.openai.com",
                                      "//api.openai.com",
                                      "https://",
                                      "https:///",
                                      "https://api.openai.com#@127.0.0.1",
                                      "https://api.openai.com?x",
                                      "https://[::1",
                                      "https://127.0.0.1\\@api.openai.com",
                                      "https://api.openai.com:0",
                                      "https://api.openai.com:99999",
                                      "https://-aiplatform.googleapis.com.x",
                                      "https://a b",
                                      "https://\xc3\xa9.example",
                                      "https://[64:ff9b::7f00:1]",
                                      "https://[2002:7f00:1::]",
                                      "https://192.0.2.1",
                                      "https://224.0.0.1",
                                      "https://255.255.255.255",
                                      "https://198.18.0.1",
                                      "https://100.64.0.1",
                                      "https://[ff02::1]",
                                      "https://[::]",
                                      "https://api.openai.com%00.evil.example",
                                      "HTTP://127.0.0.1:" + here,
                                      "https://localhost.:" + here,
                                      "https://127.0.0.1.nip.io",
                                      "http://[0:0:0:0:0:ffff:7f00:1]:" + here,
                                      "javascript:alert(1)"};
  EXPECT_GE(targets.size(), 60u);
  int asked = 0;
  for (const Route& route : routes()) {
    if (route.action == Action::own) continue;
    for (const std::string& target : targets) {
      const std::string fields = "x-api-key: k\r\nx-headroom-base-url: " + target + "\r\n";
      const Message answer = proxy.ask(request_of(route, "{}", fields));
      EXPECT_EQ(answer.head.status(), 400) << target << " " << route.pattern;
      EXPECT_EQ(answer.head.get("x-headroom-error"), "upstream_not_allowed") << target << " " << route.pattern;
      ++asked;
    }
  }
  EXPECT_GE(asked, 60 * 50);
  EXPECT_EQ(provider.connections(), 0);
}

TEST(Proxy, NamedUpstreamsThatTheOperatorAllows) {
  test::Provider elsewhere(answer_ok), provider(answer_ok);
  Proxy proxy(provider.port(), [&](Configuration& c) {
    ASSERT_TRUE(add_allowed(c.settings.upstreams.allowed, "127.0.0.1:" + std::to_string(elsewhere.port())));
    Token token;
    token.name = "named";
    token.rights.add(Right::data);
    token.digest = digest_of_token("a-token-of-ours-0123456789");
    c.settings.gate.tokens.add(token);
  });
  const std::string base = "x-headroom-base-url: http://127.0.0.1:" + std::to_string(elsewhere.port()) + "/v1\r\n";
  EXPECT_EQ(proxy.ask(post("/v1/chat/completions", "{}", base)).head.status(), 400);  // not to a stranger
  const Message answer =
      proxy.ask(post("/v1/chat/completions", "{}", base + "x-headroom-proxy-token: a-token-of-ours-0123456789\r\n"));
  EXPECT_EQ(answer.head.status(), 200) << answer.body;
  EXPECT_EQ(elsewhere.last().head.target(), "/v1/chat/completions");
  EXPECT_FALSE(elsewhere.last().head.find("x-headroom-base-url"));
  EXPECT_EQ(provider.requests(), 0);
}

TEST(Proxy, UnknownRoutesGoNowhere) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  const Message answer = proxy.ask("GET /any HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.head.status(), 404);
  EXPECT_EQ(answer.head.get("x-headroom-error"), "unknown_route");
  EXPECT_EQ(proxy.ask(post("/v1/telemetry/x", "{}")).head.get("x-headroom-error"), "not_offered");
  EXPECT_EQ(provider.connections(), 0);
}

}  // namespace
}  // namespace headroom::proxy::test
