// Bytes through the proxy, in this process: bodies, heads, streams and status pass as they come.
#include <gtest/gtest.h>

#include "proxy/proxy_test_support.h"

namespace headroom::proxy::test {
namespace {

// The fields that reach the provider, without what is of one connection only.
std::string fields_of(const http::Head& head) {
  std::string out;
  for (std::size_t i = 0; i < head.field_count(); ++i) {
    if (!http::same_name(head.field(i).name, "host") && !http::same_name(head.field(i).name, "content-length"))
      out += head.line(i);
  }
  return out;
}

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
  for (int i = 0; i < 320; ++i) {
    std::string text;
    for (int k = 0; k < i * 7 % 300; ++k) text += static_cast<char>((i * 31 + k * k * 17) % 256);
    bodies.push_back(text);
    bodies.push_back(R"({"model":"m","messages":[{"role":"user","content":")" +
                     std::string(static_cast<std::size_t>(i % 100 * 97), 'a') + "\"}]}");
  }
  Wire wire(proxy.port());
  int asked = 0;
  for (const std::string path :
       {"/v1/messages", "/v1/chat/completions", "/v1/responses", "/v1beta/models/m:generateContent"}) {
    for (const std::string_view extra :
         {"x-api-key: k\r\n", "x-api-key: k\r\nx-headroom-mode: off\r\n", "x-api-key: k\r\nx-headroom-bypass: true\r\n",
          "x-api-key: k\r\nX-Headroom-: true\r\n"}) {
      for (const std::string& body : bodies) {
        wire.send(post(path, body, extra));
        const Message answer = read_message(wire, false);
        ASSERT_TRUE(answer.complete) << path << " " << body.substr(0, 80);
        ASSERT_EQ(answer.head.status(), 200);
        ASSERT_EQ(provider.last().body, body);
        ++asked;
        for (std::size_t i = 0; i < provider.last().head.field_count(); ++i)
          ASSERT_EQ(provider.last().head.field(i).name.find("eadroom-"), std::string_view::npos);
      }
    }
  }
  EXPECT_GE(asked, 10'000);
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
  for (const Route& route : routes()) {
    if (route.action == Action::own) continue;
    Wire wire(proxy.port());
    for (const int status : {400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529}) {
      for (const std::string type : {"application/json", "text/event-stream"}) {
        const std::string body = "{\"error\":{\"type\":\"overloaded_error\",\"n\":1.0}}\n\n";
        provider.serve([=](Wire& from, const Message&) {
          from.send(reply(body, status, type,
                          "Retry-After: 7\r\nx-should-retry: true\r\nanthropic-ratelimit-tokens-remaining: 0\r\n"));
          return true;
        });
        wire.send(request_of(route, R"({"model":"m","messages":[]})"));
        const Message answer = read_message(wire, false);
        ++asked;
        ASSERT_TRUE(answer.complete) << route.pattern;
        EXPECT_EQ(answer.head.status(), status) << route.pattern;
        EXPECT_EQ(answer.head.reason(), "Its Words");
        EXPECT_EQ(answer.body, body) << route.pattern;
        EXPECT_EQ(answer.head.get("retry-after"), "7");
        EXPECT_EQ(answer.head.get("x-should-retry"), "true");
        EXPECT_EQ(answer.head.get("content-type"), type);
        EXPECT_FALSE(answer.head.find("x-headroom-error"));
      }
    }
  }
  EXPECT_GE(asked, 26 * 50);
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

}  // namespace
}  // namespace headroom::proxy::test
