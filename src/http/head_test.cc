#include "http/head.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "http/smuggling_test_support.h"

namespace headroom::http {
namespace {

Head request(std::string_view text) {
  auto parsed = parse_request(text);
  EXPECT_TRUE(parsed && *parsed) << (parsed ? "incomplete" : std::string(parsed.error().why)) << "\n" << text;
  return parsed && *parsed ? std::move(**parsed) : Head();
}

TEST(Head, KeepsOrderAndSpelling) {
  const std::string text =
      "POST /v1/messages?beta=true HTTP/1.1\r\nhOsT: localhost:8787\r\nX-B:  two \r\nx-a: 1\r\nX-B: three\r\n"
      "Content-Length: 2\r\n\r\n";
  const Head head = request(text + "{}");
  EXPECT_EQ(head.bytes(), text);
  EXPECT_EQ(head.method(), "POST");
  EXPECT_EQ(head.target(), "/v1/messages?beta=true");
  EXPECT_EQ(head.field_count(), 5u);
  EXPECT_EQ(head.line(1), "X-B:  two \r\n");
  EXPECT_EQ(head.field(1).value, "two");
  EXPECT_EQ(head.get("x-b"), "two");
  EXPECT_EQ(head.framing(), Framing::length);
  EXPECT_EQ(head.length(), 2u);
  EXPECT_TRUE(head.keeps_alive());
}

TEST(Head, IncompleteAtEveryCut) {
  const std::string text = "GET / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n";
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    const auto parsed = parse_request(std::string_view(text).substr(0, cut));
    ASSERT_TRUE(parsed) << cut;
    EXPECT_FALSE(*parsed) << cut;
  }
  EXPECT_EQ(request(text).bytes(), text);
}

// Acceptance 15: variants by which two readers could disagree where a message ends. Each is refused, none waits for
// more.
TEST(Head, RefusesSmugglingVariants) {
  const std::vector<std::string> variants = smuggling_variants();
  EXPECT_GE(variants.size(), 80u);
  for (const std::string& v : variants) {
    const auto parsed = parse_request(v);
    EXPECT_FALSE(parsed.has_value()) << v.substr(0, 200);
  }
}

TEST(Head, RefusesTooManyFields) {
  std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (std::size_t i = 1; i < max_fields; ++i) text += "x: " + std::to_string(i) + "\r\n";
  EXPECT_TRUE(parse_request(text + "\r\n").has_value());
  EXPECT_FALSE(parse_request(text + "x: more\r\n\r\n").has_value());
}

TEST(Head, KnowsHopByHop) {
  const Head head =
      request("GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nTE: trailers\r\n\r\n");
  EXPECT_TRUE(head.is_hop_by_hop("x-mine"));
  EXPECT_TRUE(head.is_hop_by_hop("te"));
  EXPECT_TRUE(head.is_hop_by_hop("Connection"));
  EXPECT_FALSE(head.is_hop_by_hop("accept"));
  EXPECT_FALSE(head.keeps_alive());
  EXPECT_FALSE(request("GET / HTTP/1.0\r\nHost: a\r\n\r\n").keeps_alive());
  EXPECT_TRUE(request("GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n").keeps_alive());
}

TEST(Head, ReadsReplies) {
  const auto reply = [](std::string_view text, bool to_head = false) {
    auto parsed = parse_response(text, to_head);
    return parsed && *parsed ? std::move(**parsed) : Head();
  };
  const Head ok = reply("HTTP/1.1 200 OK then\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(ok.status(), 200);
  EXPECT_EQ(ok.reason(), "OK then");
  EXPECT_EQ(ok.framing(), Framing::length);
  EXPECT_EQ(reply("HTTP/1.1 529\r\n\r\n").status(), 529);
  EXPECT_EQ(reply("HTTP/1.1 200 OK\r\n\r\n").framing(), Framing::until_close);
  EXPECT_EQ(reply("HTTP/1.1 204 No\r\n\r\n").framing(), Framing::none);
  EXPECT_EQ(reply("HTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\n").framing(), Framing::none);
  EXPECT_EQ(reply("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", true).framing(), Framing::none);
  EXPECT_EQ(reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n").framing(), Framing::chunked);
  EXPECT_FALSE(parse_response("HTTP/1.1 2000 OK\r\n\r\n", false).has_value());
  EXPECT_FALSE(parse_response("ICY 200 OK\r\n\r\n", false).has_value());
}

RC_GTEST_PROP(Head, NeverReadsBeyondItsBytes, (const std::string& noise, const std::string& tail)) {
  const std::string text = "GET / HTTP/1.1\r\nHost: a\r\nX: " + noise + "\r\n\r\n";
  const auto parsed = parse_request(text + tail);
  if (!parsed || !*parsed) return;
  RC_ASSERT(text.starts_with((*parsed)->bytes()) || (*parsed)->bytes().size() <= text.size() + tail.size());
  // What was read once is read again the same.
  const auto again = parse_request((*parsed)->bytes());
  RC_ASSERT(again && *again && (*again)->field_count() == (*parsed)->field_count());
}

}  // namespace
}  // namespace headroom::http
