// The proxy end to end, in this process: bytes from a client, through it, to a provider and back.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "proxy/proxy_test_support.h"

namespace headroom::proxy::test {
namespace {

using Json = nlohmann::ordered_json;

bool answer_ok(Wire& wire, const Message&) {
  wire.send(reply(R"({"ok":true,"usage":{"input_tokens":3,"output_tokens":1}})"));
  return true;
}

// The fields that reach the provider, without what is of one connection only.
std::string fields_of(const http::Head& head) {
  std::string out;
  for (std::size_t i = 0; i < head.field_count(); ++i) {
    if (!http::same_name(head.field(i).name, "host") && !http::same_name(head.field(i).name, "content-length"))
      out += head.line(i);
  }
  return out;
}

// ---- bytes
// ------------------------------------------------------------------------------------------------------------

TEST(Proxy, ForwardsFieldsInOrderAndSpelling) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  const std::string body = R"({"model":"m","messages":[]})";
  proxy.ask(
      "POST /v1/messages?beta=true HTTP/1.1\r\nhOST: localhost\r\nX-Api-Key: k\r\nzeta: 1\r\nAlpha:  two \r\nzeta: "
      "3\r\n"
      "X-Headroom-Project: p\r\nConnection: keep-alive, x-gone\r\nX-Gone: 1\r\naccept-encoding: gzip\r\n"
      "CONTENT-length: " +
      std::to_string(body.size()) + "\r\nanthropic-version: v\r\n\r\n" + body);
  const Message seen = provider.last();
  EXPECT_EQ(seen.head.target(), "/v1/messages?beta=true");
  EXPECT_EQ(fields_of(seen.head),
            "X-Api-Key: k\r\nzeta: 1\r\nAlpha:  two \r\nzeta: 3\r\naccept-encoding: gzip\r\nanthropic-version: v\r\n");
  EXPECT_EQ(seen.head.get("host"), "127.0.0.1:" + std::to_string(provider.port()));
  EXPECT_EQ(seen.body, body);
}

// Acceptance 6: nothing to gain, and `off`.
TEST(Proxy, BodiesKeepTheirBytes) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  std::vector<std::string> bodies = {
      R"({"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":1.0,"x":1e400,"y":9007199254740993})",
      R"({"model":"m","model":"n","messages":[],"messages":[]})",
      "\xEF\xBB\xBF{\"model\":\"m\",\"messages\":[]}",
      "{\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800 \\u00e9 \\/\"}],\r\n\t\"model\" : \"m\" }",
      "not json",
      "{",
      "[]",
      "null",
      "\"text\"",
      std::string("{\"a\":\"\0\"}", 9),
      "{\"a\":\"\xff\xfe\"}",
      std::string(10'000, '['),
      "",
      R"({"messages":5,"model":7})",
      R"({"messages":[{"role":"tool","content":{}}]})"};
  for (int i = 0; i < 200; ++i) {
    std::string text;
    for (int k = 0; k < i * 7 % 300; ++k) text += static_cast<char>((i * 31 + k * k * 17) % 256);
    bodies.push_back(text);
    bodies.push_back(R"({"model":"m","messages":[{"role":"user","content":")" +
                     std::string(static_cast<std::size_t>(i * 97), 'a') + "\"}]}");
  }
  Wire wire(proxy.port());
  for (const std::string path :
       {"/v1/messages", "/v1/chat/completions", "/v1/responses", "/v1beta/models/m:generateContent"}) {
    for (const std::string_view extra : {"x-api-key: k\r\n", "x-api-key: k\r\nx-headroom-mode: off\r\n",
                                         "x-api-key: k\r\nx-headroom-bypass: true\r\n"}) {
      for (const std::string& body : bodies) {
        wire.send(post(path, body, extra));
        const Message answer = read_message(wire, false);
        ASSERT_TRUE(answer.complete) << path << " " << body.substr(0, 80);
        ASSERT_EQ(answer.head.status(), 200);
        ASSERT_EQ(provider.last().body, body);
      }
    }
  }
}

// Acceptance 14: coded bodies that are broken go out as they came; good ones are read.
TEST(Proxy, CodedBodiesGoOutAsTheyCame) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  const std::string gzip("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\xca\xcd\x4f\x49\xcd\x51\xb2\x52\xca\x55",
                         23);  // cut short
  for (const std::string coding : {"gzip", "deflate", "br", "zstd", "compress", "gzip, gzip"}) {
    const Message answer =
        proxy.ask(post("/v1/messages", gzip, "x-api-key: k\r\ncontent-encoding: " + coding + "\r\n"));
    EXPECT_EQ(answer.head.get("x-headroom-skipped"), "encoding") << coding;
    EXPECT_EQ(provider.last().body, gzip);
    EXPECT_EQ(provider.last().head.get("content-encoding"), coding);
  }
}

// Acceptance 13.
TEST(Proxy, StatusHeadersAndBodyPass) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  int asked = 0;
  for (const int status : {400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529}) {
    for (const std::string path :
         {"/v1/messages", "/v1/chat/completions", "/v1/models", "/v1beta/models/m:generateContent"}) {
      for (const std::string type : {"application/json", "text/event-stream"}) {
        const std::string body = "{\"error\":{\"type\":\"overloaded_error\",\"n\":1.0}}\n\n";
        provider.serve([=](Wire& wire, const Message&) {
          wire.send(reply(body, status, type,
                          "Retry-After: 7\r\nx-should-retry: true\r\nanthropic-ratelimit-tokens-remaining: 0\r\n"));
          return true;
        });
        const Message answer = proxy.ask(post(path, R"({"model":"m","messages":[]})"));
        ++asked;
        ASSERT_TRUE(answer.complete);
        EXPECT_EQ(answer.head.status(), status);
        EXPECT_EQ(answer.head.reason(), "Its Words");
        EXPECT_EQ(answer.body, body);
        EXPECT_EQ(answer.head.get("retry-after"), "7");
        EXPECT_EQ(answer.head.get("x-should-retry"), "true");
        EXPECT_EQ(answer.head.get("content-type"), type);
        EXPECT_FALSE(answer.head.find("x-headroom-error"));
      }
    }
  }
  EXPECT_EQ(provider.requests(), asked);  // no retry of ours
}

// Acceptance 11: a stream cut at every offset.
TEST(Proxy, StreamsPassWhateverTheCut) {
  const std::string events =
      ": ping\r\n\r\nevent: message_start\ndata: "
      "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n"
      "event: odd\rdata: x\r\rdata: "
      "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"\xc3\xa9\"}}\n\n"
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":7}}\n\nevent: "
      "message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
  std::atomic<std::size_t> cut{0};
  test::Provider provider([&](Wire& wire, const Message&) {
    std::string chunks;
    http::append_chunk(chunks, std::string_view(events).substr(0, cut));
    wire.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n" + chunks);
    std::this_thread::sleep_for(milliseconds(1));
    chunks.clear();
    http::append_chunk(chunks, std::string_view(events).substr(cut));
    wire.send(chunks + "0\r\n\r\n");
    return true;
  });
  Proxy proxy(provider.port());
  Wire wire(proxy.port());
  const std::string tools =
      R"({"model":"m","stream":true,"tools":[{"name":"run","input_schema":{"type":"object"}}],"messages":[{"role":"user","content":"hi"}]})";
  for (const std::string& body : {std::string(R"({"model":"m","stream":true,"messages":[]})"), tools}) {
    for (cut = 0; cut <= events.size(); ++cut) {
      wire.send(post("/v1/messages", body));
      const Message answer = read_message(wire, false);
      ASSERT_TRUE(answer.complete) << cut;
      ASSERT_EQ(answer.body, events) << cut;
    }
  }
}

// Acceptance 12: what the provider sends arrives when it is sent, not at the end.
TEST(Proxy, StreamsAreNotHeldBack) {
  std::atomic<bool> go_on{false};
  test::Provider provider([&](Wire& wire, const Message&) {
    wire.send(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n7\r\ndata: "
        "a\r\n2\r\n\n\n\r\n");
    while (!go_on) std::this_thread::sleep_for(milliseconds(1));
    wire.send("0\r\n\r\n");
    return true;
  });
  Proxy proxy(provider.port());
  Wire wire(proxy.port());
  wire.send(post("/v1/messages", R"({"model":"m","stream":true,"messages":[]})"));
  while (wire.in().find("data: a") == std::string::npos && wire.fill(milliseconds(3000))) {
  }
  EXPECT_NE(wire.in().find("data: a"), std::string::npos);
  go_on = true;
  EXPECT_EQ(read_message(wire, false).body, "data: a\n\n");
}

TEST(Proxy, PipelinedRequestsAreAnsweredInOrder) {
  test::Provider provider([](Wire& wire, const Message& request) {
    wire.send(reply(request.body));
    return true;
  });
  Proxy proxy(provider.port());
  Wire wire(proxy.port());
  std::string all;
  for (int i = 0; i < 50; ++i) all += post("/v1/messages", "{\"n\":" + std::to_string(i) + "}");
  wire.send(all);
  for (int i = 0; i < 50; ++i) ASSERT_EQ(read_message(wire, false).body, "{\"n\":" + std::to_string(i) + "}");
}

TEST(Proxy, ChunkedAndExpectedBodies) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  for (const std::string path : {"/v1/messages", "/v1/files"}) {
    Wire wire(proxy.port());
    wire.send(
        "POST " + path +
        " HTTP/1.1\r\nHost: localhost\r\nx-api-key: k\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
    ASSERT_TRUE(wire.fill());
    EXPECT_TRUE(wire.in().starts_with("HTTP/1.1 100 Continue\r\n\r\n")) << wire.in();
    wire.in().clear();
    wire.send("3\r\n{\"a\r\n");
    std::this_thread::sleep_for(milliseconds(5));
    wire.send("5\r\n\":1}\n\r\n0\r\n\r\n");
    EXPECT_EQ(read_message(wire, false).head.status(), 200);
    EXPECT_EQ(provider.last().body, "{\"a\":1}\n");
    EXPECT_FALSE(provider.last().head.find("expect"));
  }
}

TEST(Proxy, LargeBodiesStreamByteForByte) {
  std::string echoed;
  test::Provider provider([&](Wire& wire, const Message& request) {
    wire.send(reply(request.body, 200, "application/octet-stream"));
    return true;
  });
  Proxy proxy(provider.port(), [](Configuration& c) { c.setup.max_body = 1 << 20; });
  std::string body(12 << 20, 'x');
  for (std::size_t i = 0; i < body.size(); i += 7) body[i] = static_cast<char>(i * 31);
  for (const std::string path : {"/v1/messages", "/v1/files"}) {
    Wire wire(proxy.port());
    std::thread sender([&] { wire.send(post(path, body)); });
    Wire& reader = wire;
    const Message answer = read_message(reader, false);
    sender.join();
    EXPECT_TRUE(answer.complete);
    EXPECT_TRUE(answer.body == body) << path;
    EXPECT_EQ(answer.head.get("x-headroom-skipped"), path == "/v1/messages" ? "too_large" : "");
  }
  EXPECT_TRUE(proxy.calms_down());
}

// ---- what goes wrong
// --------------------------------------------------------------------------------------------------

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

// ---- the gate, upstreams
// ----------------------------------------------------------------------------------------------

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
  for (const std::string& target : targets) {
    for (const std::string path : {"/v1/messages", "/v1/chat/completions", "/v1/models", "/any"}) {
      const Message answer = proxy.ask(post(path, "{}", "x-api-key: k\r\nx-headroom-base-url: " + target + "\r\n"));
      EXPECT_EQ(answer.head.status(), 400) << target;
      EXPECT_EQ(answer.head.get("x-headroom-error"), "upstream_not_allowed") << target;
    }
  }
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

// ---- rewriting
// --------------------------------------------------------------------------------------------------------

std::string rows(int n) {
  Json list = Json::array();
  for (int i = 0; i < n; ++i)
    list.push_back({{"id", 1000 + i},
                    {"name", "item-" + std::to_string(i)},
                    {"status", i == 77 ? "error" : "ok"},
                    {"note", "line " + std::to_string(i * 7919 % 1000) + " of the table"}});
  return list.dump(1);
}

Json conversation(bool stream) {
  return {
      {"model", "claude-x"},
      {"max_tokens", 100},
      {"stream", stream},
      {"tools", {{{"name", "run"}, {"description", "runs"}, {"input_schema", {{"type", "object"}}}}}},
      {"messages",
       {{{"role", "user"}, {"content", "which item has an error?"}},
        {{"role", "assistant"},
         {"content", {{{"type", "tool_use"}, {"id", "t1"}, {"name", "run"}, {"input", {{"q", "all"}}}}}}},
        {{"role", "user"}, {"content", {{{"type", "tool_result"}, {"tool_use_id", "t1"}, {"content", rows(400)}}}}}}}};
}

TEST(Proxy, ShortensAndAnswersItsOwnTool) {
  std::vector<Json> seen;
  test::Provider provider([&](Wire& wire, const Message& request) {
    const Json body = Json::parse(request.body);
    seen.push_back(body);
    const auto n = body["messages"].size();
    if (n == 3) {
      const std::string text = body["messages"][2]["content"][0]["content"];
      const std::size_t at = text.find("hash=");
      const std::string hash = at == text.npos ? "000000000000" : text.substr(at + 5, 12);
      wire.send(reply(Json{{"id", "msg_1"},
                           {"type", "message"},
                           {"role", "assistant"},
                           {"model", "claude-x"},
                           {"content",
                            {{{"type", "tool_use"},
                              {"id", "own1"},
                              {"name", "headroom_retrieve"},
                              {"input", {{"hash", hash}, {"rows", "70-79"}}}}}},
                           {"stop_reason", "tool_use"},
                           {"stop_sequence", nullptr},
                           {"usage", {{"input_tokens", 100}, {"output_tokens", 20}}}}
                          .dump()));
    } else {
      wire.send(reply(Json{{"id", "msg_2"},
                           {"type", "message"},
                           {"role", "assistant"},
                           {"model", "claude-x"},
                           {"content", {{{"type", "text"}, {"text", "item-77"}}}},
                           {"stop_reason", "end_turn"},
                           {"stop_sequence", nullptr},
                           {"usage", {{"input_tokens", 150}, {"output_tokens", 5}}}}
                          .dump()));
    }
    return true;
  });
  Proxy proxy(provider.port());
  const std::string body = conversation(false).dump();
  const Message answer = proxy.ask(post("/v1/messages", body, "x-api-key: k\r\naccept-encoding: gzip, br\r\n"));
  ASSERT_EQ(answer.head.status(), 200) << answer.body;
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(provider.last().head.get("accept-encoding"), "identity");
  EXPECT_EQ(seen[0]["tools"].size(), 2u);
  EXPECT_LT(seen[0].dump().size(), body.size() / 2);
  EXPECT_NE(seen[1]["messages"].back().dump().find("item-77"), std::string::npos) << seen[1]["messages"].back().dump();
  const Json got = Json::parse(answer.body);
  EXPECT_EQ(got["content"][0]["text"], "item-77");
  EXPECT_EQ(got["content"].size(), 1u);
  EXPECT_EQ(got["usage"]["input_tokens"], 250);
  EXPECT_EQ(got["usage"]["output_tokens"], 25);
  EXPECT_GT(std::stoi(std::string(answer.head.get("x-headroom-tokens-saved"))), 1000);
  EXPECT_EQ(answer.head.get("x-headroom-model"), "claude-x");
  // The same again gives the same bytes, whatever is cached.
  const std::string first = seen[0].dump();
  proxy.ask(post("/v1/messages", body));
  EXPECT_EQ(seen[2].dump(), first);
}

TEST(Proxy, AuditSendsTheOriginal) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  const std::string body = conversation(false).dump();
  const Message answer = proxy.ask(post("/v1/messages", body, "x-api-key: k\r\nx-headroom-mode: audit\r\n"));
  EXPECT_EQ(answer.head.status(), 200);
  EXPECT_EQ(answer.head.get("x-headroom-applied"), "false");
  EXPECT_EQ(provider.last().body, body);
}

// ---- own endpoints
// ----------------------------------------------------------------------------------------------------

TEST(Proxy, CompressAndRetrieve) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  Json body = {
      {"model", "gpt-4o"},
      {"odd", 1},
      {"config", {{"mode", "ccr"}, {"nonsense", 2}, {"session_id", "s"}}},
      {"messages",
       {{{"role", "user"}, {"content", "which failed?"}},
        {{"role", "assistant"},
         {"content", nullptr},
         {"tool_calls", {{{"id", "c1"}, {"type", "function"}, {"function", {{"name", "run"}, {"arguments", "{}"}}}}}}},
        {{"role", "tool"}, {"tool_call_id", "c1"}, {"content", rows(400)}}}}};
  const Message answer = proxy.ask(post("/v1/compress", body.dump(), ""));
  ASSERT_EQ(answer.head.status(), 200) << answer.body;
  const Json got = Json::parse(answer.body);
  ASSERT_EQ(got["messages"].size(), 3u);
  EXPECT_EQ(got["messages"][0], body["messages"][0]);
  EXPECT_EQ(got["tokens_before"].get<int>() - got["tokens_after"].get<int>(), got["tokens_saved"].get<int>());
  EXPECT_GT(got["tokens_saved"].get<int>(), 1000);
  EXPECT_EQ(got["ignored_keys"], Json::parse(R"(["odd","nonsense"])"));
  EXPECT_EQ(got["session"]["id"], "s");
  ASSERT_EQ(got["ccr_hashes"].size(), 1u) << answer.body;
  const std::string hash = got["ccr_hashes"][0];
  const Message whole = proxy.ask("GET /v1/retrieve/" + hash + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_EQ(whole.head.status(), 200) << whole.body;
  EXPECT_EQ(Json::parse(whole.body)["original_content"], rows(400));
  const Message part = proxy.ask(post("/v1/retrieve", Json{{"hash", hash}, {"rows", "77"}}.dump(), ""));
  EXPECT_NE(Json::parse(part.body)["original_content"].get<std::string>().find("item-77"), std::string::npos);
  const Message none = proxy.ask("GET /v1/retrieve/000000000001 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(none.head.status(), 404);
  EXPECT_EQ(Json::parse(none.body)["status"], "not_found");
  for (const std::string_view bad :
       {"", "[]", "{}", "{\"model\":1}", "{\"model\":\"m\"}", "{\"model\":\"m\",\"messages\":{}}", "x"})
    EXPECT_EQ(proxy.ask(post("/v1/compress", bad, "")).head.status(), 400) << bad;
  const Json lossless = Json::parse(
      proxy.ask(post("/v1/compress", Json{{"model", "gpt-4o"}, {"messages", body["messages"]}}.dump(), "")).body);
  EXPECT_EQ(lossless["lossless"], true);
  EXPECT_TRUE(lossless["ccr_hashes"].empty());
}

TEST(Proxy, TwentyMissesAMinute) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  int limited = 0;
  for (int i = 0; i < 25; ++i) {
    const Message m =
        proxy.ask("GET /v1/retrieve/00000000" + std::to_string(1000 + i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    limited += m.head.status() == 429;
  }
  EXPECT_EQ(limited, 5);
}

TEST(Proxy, FiguresAndHealth) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  const auto get = [&](std::string_view path) {
    return proxy.ask("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  };
  EXPECT_EQ(Json::parse(get("/livez").body)["alive"], true);
  EXPECT_EQ(Json::parse(get("/readyz").body)["status"], "ready");
  EXPECT_EQ(Json::parse(get("/readyz").body)["class"].get<std::string>().size(), 16u);
  EXPECT_TRUE(Json::parse(get("/health").body).contains("upstreams"));
  for (int i = 0; i < 3; ++i)
    proxy.ask(post("/v1/messages", R"({"model":"claude-x","messages":[{"role":"user","content":"hi"}]})"));
  const Json stats = Json::parse(get("/stats").body);
  EXPECT_EQ(stats["requests"]["total"], 3) << stats.dump(1);
  EXPECT_EQ(stats["tokens"]["output"], 3) << stats.dump(1);
  EXPECT_NE(get("/metrics").body.find("headroom_requests_total"), std::string::npos);
  EXPECT_EQ(get("/stats-history?series=daily").head.status(), 200);
  EXPECT_EQ(get("/transformations/feed?limit=2").head.status(), 200);
  EXPECT_EQ(get("/debug/memory").head.status(), 200);
  EXPECT_EQ(get("/v1/retrieve/stats").head.status(), 200);
  EXPECT_EQ(proxy.ask(post("/cache/clear", "", "")).head.status(), 200);
  Wire events(proxy.port());
  events.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  while (events.in().find("event: stats") == std::string::npos && events.fill(milliseconds(3000))) {
  }
  EXPECT_NE(events.in().find("event: stats"), std::string::npos) << events.in();
}

// ---- upgrades, the end
// ------------------------------------------------------------------------------------------------

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
