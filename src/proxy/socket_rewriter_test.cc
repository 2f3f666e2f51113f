// A client of Responses over WebSocket as Codex is one, through the proxy, to a provider and back (acceptance 20).
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "http/websocket.h"
#include "proxy/proxy_test_support.h"

namespace headroom::proxy::test {
namespace {

using Json = nlohmann::ordered_json;
using http::text_frame;

constexpr std::array<char, 4> key = {'\x12', '\x34', '\x56', '\x78'};
constexpr std::string_view upgrade =
    "GET /v1/responses HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\nConnection: Upgrade\r\nUpgrade: "
    "websocket\r\nSec-WebSocket-Key: abc\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: "
    "permessage-deflate\r\n";

std::string frame(int first, std::string_view payload, bool masked = true) {
  std::string f = text_frame(payload, masked ? &key : nullptr);
  f[0] = static_cast<char>(first);
  return f;
}

std::string create(int rows, std::string_view more = "") {
  Json list = Json::array();
  for (int i = 0; i < rows; ++i)
    list.push_back({{"id", 1000 + i}, {"name", "item-" + std::to_string(i)}, {"status", "ok"}, {"n", i * 7919 % 1000}});
  return Json{{"type", "response.create"},
              {"model", "gpt-5-codex"},
              {"store", false},
              {"note", more},
              {"input",
               {{{"type", "message"}, {"role", "user"}, {"content", "which item?"}},
                {{"type", "function_call"}, {"call_id", "c1"}, {"name", "run"}, {"arguments", "{}"}},
                {{"type", "function_call_output"}, {"call_id", "c1"}, {"output", list.dump(2)}}}}}
      .dump();
}

// Answers the handshake; then `talk` has the connection.
test::Provider::Serve serve(std::function<void(Wire&)> talk) {
  return [talk = std::move(talk)](Wire& wire, const Message& request) {
    EXPECT_EQ(request.head.get("upgrade"), "websocket");
    EXPECT_FALSE(request.head.find("sec-websocket-extensions"));
    wire.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
        "x\r\nSec-WebSocket-Protocol: responses\r\n\r\n");
    talk(wire);
    return false;
  };
}

Wire open(const Proxy& proxy, std::string_view more = "") {
  Wire wire(proxy.port());
  wire.send(std::string(upgrade) + std::string(more) + "\r\n");
  std::size_t end = 0;
  while ((end = wire.in().find("\r\n\r\n")) == std::string::npos && wire.fill()) {
  }
  EXPECT_TRUE(wire.in().starts_with("HTTP/1.1 101")) << wire.in();
  EXPECT_NE(wire.in().find("Sec-WebSocket-Protocol: responses"), std::string::npos);
  if (end != std::string::npos) wire.in().erase(0, end + 4);
  return wire;
}

// Whole frames, of at least `size` bytes together.
std::string take(Wire& wire, std::size_t size) {
  while (wire.in().size() < size && wire.fill()) {
  }
  return std::exchange(wire.in(), {});
}

constexpr std::string_view completed =
    R"({"type":"response.completed","response":{"id":"resp_1","usage":{"input_tokens":900,"input_tokens_details":{"cached_tokens":500},"output_tokens":7}}})";

TEST(Socket, ResponseCreateIsShortenedAndAllElsePasses) {
  std::mutex mutex;
  std::vector<std::string> texts;
  std::string other;
  int asked = 0;
  test::Provider provider(serve([&](Wire& wire) {
    http::TextTap tap(true, 64 << 20);
    do {
      tap.feed(std::exchange(wire.in(), {}));
      while (!tap.empty()) {
        const auto item = tap.take();
        const std::scoped_lock lock(mutex);
        if (!item.is_text) {
          other += item.bytes;
          continue;
        }
        texts.push_back(item.text.text);
        if (item.text.text.find("response.create") == std::string::npos) continue;
        EXPECT_EQ(item.text.parts.size(), 1u);
        // The second is asked for before the first is over.
        if (++asked == 1) continue;
        if (asked == 2) wire.send(frame(0x81, R"({"type":"response.created"})", false) + frame(0x81, completed, false));
        wire.send(frame(0x81, R"({"type":"response.created"})", false) + frame(0x81, completed, false));
      }
    } while (wire.fill());
  }));
  Proxy proxy(provider.port());
  Wire wire = open(proxy);
  const std::string large = create(300), small = create(1), again = create(200, "fragments");
  const std::string said = R"({"type":"session.update","x":1.0})";
  wire.send(frame(0x82, "binary") + frame(0x81, large) + frame(0x89, "ping") + frame(0x81, said) + frame(0x81, small));
  const std::string turn = frame(0x81, R"({"type":"response.created"})", false) + frame(0x81, completed, false);
  EXPECT_EQ(take(wire, 2 * turn.size()), turn + turn);
  wire.send(frame(0x01, again.substr(0, 10)) + frame(0x89, "between") + frame(0x00, again.substr(10, 5000)));
  wire.send(frame(0x80, again.substr(5010)));
  EXPECT_EQ(take(wire, turn.size()), turn);
  wire.send(frame(0x88, std::string_view("\x0f\xa1"
                                         "bye",
                                         5)));
  wire.close();
  EXPECT_TRUE(proxy.calms_down());

  const std::scoped_lock lock(mutex);
  ASSERT_EQ(texts.size(), 4u);
  EXPECT_EQ(other, frame(0x82, "binary") + frame(0x89, "ping") + frame(0x89, "between") +
                       frame(0x88, std::string_view("\x0f\xa1"
                                                    "bye",
                                                    5)));
  for (const auto& [sent, came] : {std::pair(large, texts[0]), std::pair(again, texts[3])}) {
    EXPECT_LT(came.size(), sent.size() * 2 / 3);
    Json before = Json::parse(sent), after = Json::parse(came);
    EXPECT_EQ(after["input"][2]["output"].get<std::string>().find("hash="), std::string::npos);  // lossless
    before["input"][2].erase("output");
    after["input"][2].erase("output");
    EXPECT_EQ(before.dump(), after.dump());
  }
  EXPECT_EQ(texts[1], said);
  EXPECT_EQ(texts[2], small);
  // A row for each turn, with what the provider said was used.
  const Json stats = Json::parse(proxy.app().ledger()->stats({}, proxy.app().gauges()));
  EXPECT_EQ(stats["tokens"]["output"], 21) << stats.dump(1);
  EXPECT_EQ(stats["requests"]["total"], 4);
  EXPECT_GT(stats["tokens"]["saved"].get<int>(), 1000);
}

TEST(Socket, ModesAndOffSwitches) {
  std::mutex mutex;
  std::string seen;
  test::Provider provider([&](Wire& wire, const Message& request) {
    const bool offered = request.head.find("sec-websocket-extensions").has_value();
    EXPECT_EQ(offered, request.head.get("x-how") != "audit");
    wire.send(
        "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: responses\r\n\r\n");
    do {
      const std::scoped_lock lock(mutex);
      seen += std::exchange(wire.in(), {});
      if (seen.ends_with(frame(0x89, "end"))) wire.send(frame(0x8A, "end", false));
    } while (wire.fill());
    return false;
  });
  Proxy proxy(provider.port());
  const std::string bytes = frame(0x01, create(200)) + frame(0x80, "") + frame(0x89, "end");
  for (const std::string_view how :
       {"x-headroom-mode: off\r\nx-how: off\r\n", "x-headroom-bypass: true\r\nx-how: b\r\n",
        "x-headroom-mode: audit\r\nx-how: audit\r\n"}) {
    Wire wire = open(proxy, how);
    wire.send(bytes);
    EXPECT_EQ(take(wire, 5), frame(0x8A, "end", false));
    wire.close();
    EXPECT_TRUE(proxy.calms_down());
    const std::scoped_lock lock(mutex);
    EXPECT_EQ(std::exchange(seen, {}), bytes) << how;
  }
}

TEST(Socket, LargeMessagesBothWaysAndASlowReader) {
  const std::string huge(std::size_t{16} << 20, 'h');
  const std::string sent = frame(0x81, create(1, huge)), text = frame(0x81, huge, false);
  std::atomic<bool> equal{false};
  test::Provider provider(serve([&](Wire& wire) {
    while (wire.in().size() < sent.size() && wire.fill()) {
    }
    equal = wire.in() == sent;
    wire.send(text + text);
    while (wire.fill()) {
    }
  }));
  Proxy proxy(provider.port());
  Wire wire = open(proxy);
  wire.send(sent);
  std::this_thread::sleep_for(milliseconds(500));  // reads nothing: the provider has to wait
  EXPECT_TRUE(take(wire, 2 * text.size()) == text + text);
  EXPECT_TRUE(equal);
  wire.close();
  EXPECT_TRUE(proxy.calms_down());
}

TEST(Socket, CloseCodesBothWays) {
  const std::string theirs = frame(0x88,
                                   std::string_view("\x0f\xa2"
                                                    "over",
                                                    6),
                                   false);
  std::string got;
  test::Provider provider(serve([&](Wire& wire) {
    while (wire.in().size() < 9 && wire.fill()) {
    }
    got = wire.in();
    wire.send(theirs);
  }));
  Proxy proxy(provider.port());
  Wire wire = open(proxy);
  const std::string ours = frame(0x88, std::string_view("\x0f\xa1"
                                                        "bye",
                                                        5));
  wire.send(ours);
  EXPECT_EQ(take(wire, 1000), theirs);  // and then the end
  EXPECT_TRUE(wire.ended());
  EXPECT_EQ(got, ours);
  EXPECT_TRUE(proxy.calms_down());
}

TEST(Socket, ADrainSaysGoodbyeBetweenFrames) {
  test::Provider provider(serve([&](Wire& wire) {
    wire.send(frame(0x81, "hello", false));
    while (wire.fill()) {
    }
  }));
  Proxy proxy(provider.port());
  Wire wire = open(proxy);
  EXPECT_EQ(take(wire, 7), frame(0x81, "hello", false));
  std::thread stopping([&] { proxy.stop(); });
  EXPECT_EQ(take(wire, 1000), std::string("\x88\x02\x03\xe9", 4));
  EXPECT_TRUE(wire.ended());
  stopping.join();
}

// A message of 16 MiB in fragments, with pings between, that asks for no response; and the same back. To the provider
// the pings may go ahead of a message that is read first.
TEST(Socket, FragmentsPassBitByBit) {
  const std::string text(std::size_t{16} << 20, 'f');
  const auto fragments = [&](bool masked) {
    constexpr std::size_t size = 1 << 20;
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += size) {
      const int first = (at == 0 ? 0x01 : 0x00) | (at + size == text.size() ? 0x80 : 0x00);
      out += frame(first, std::string_view(text).substr(at, size), masked) + frame(0x89, "still here?", masked);
    }
    return out;
  };
  const auto without_pings = [](std::string_view bytes, int& pings) {
    const std::string ping = frame(0x89, "still here?");
    std::string out;
    std::size_t at = 0, found = 0;
    for (; (found = bytes.find(ping, at)) != bytes.npos; at = found + ping.size(), ++pings)
      out += bytes.substr(at, found - at);
    return out.append(bytes.substr(at));
  };
  const std::string there = fragments(true), back = fragments(false);
  std::atomic<bool> equal{false};
  test::Provider provider(serve([&](Wire& wire) {
    int sent = 0, came = 0;
    equal = without_pings(take(wire, there.size()), came) == without_pings(there, sent) && sent == 16 && came == 16;
    wire.send(back);
    while (wire.fill()) {
    }
  }));
  Proxy proxy(provider.port());
  Wire wire = open(proxy);
  wire.send(there);
  EXPECT_TRUE(take(wire, back.size()) == back);
  EXPECT_TRUE(equal);
  wire.close();
  EXPECT_TRUE(proxy.calms_down());
}

TEST(Socket, EveryCloseCodeBothWays) {
  struct Closing {
    std::string payload;
    bool provider_first;
    std::promise<std::string> got = {};
  };
  std::mutex mutex;
  std::shared_ptr<Closing> next;
  test::Provider provider(serve([&](Wire& wire) {
    const std::shared_ptr<Closing> closing = [&] {
      const std::scoped_lock lock(mutex);
      return next;
    }();
    const std::string theirs = frame(0x88, closing->payload, false);
    if (closing->provider_first) wire.send(theirs);
    closing->got.set_value(take(wire, 6 + closing->payload.size()));
    if (!closing->provider_first) wire.send(theirs);
  }));
  Proxy proxy(provider.port());
  for (const int code : {0, 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4000, 4999}) {
    for (const bool first : {false, true}) {
      const std::string payload =
          code == 0 ? "" : std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + "why";
      const auto closing = std::make_shared<Closing>(Closing{payload, first});
      {
        const std::scoped_lock lock(mutex);
        next = closing;
      }
      Wire wire = open(proxy);
      const std::string ours = frame(0x88, payload), theirs = frame(0x88, payload, false);
      if (first) {
        EXPECT_EQ(take(wire, theirs.size()), theirs) << code;
      }
      wire.send(ours);
      EXPECT_EQ(take(wire, 1000), first ? "" : theirs) << code;  // and then the end
      EXPECT_TRUE(wire.ended()) << code;
      wire.close();
      EXPECT_TRUE(proxy.calms_down());
      EXPECT_EQ(closing->got.get_future().get(), ours) << code;
    }
  }
}

TEST(Socket, ARefusedUpgradeIsTheClients) {
  int status = 0;
  test::Provider provider([&](Wire& wire, const Message& request) {
    if (request.head.find("upgrade"))
      wire.send(reply("{\"error\": {\"n\": 1.0}}", status, "application/json", "retry-after: 7\r\n"));
    else
      answer_ok(wire, request);
    return true;
  });
  Proxy proxy(provider.port());
  for (status = 400; status <= 529; ++status) {
    Wire wire(proxy.port());
    wire.send(std::string(upgrade) + "\r\n");
    const Message answer = read_message(wire, false);
    ASSERT_TRUE(answer.complete) << status;
    EXPECT_EQ(answer.head.status(), status);
    EXPECT_EQ(answer.head.reason(), "Its Words");
    EXPECT_EQ(answer.head.get("retry-after"), "7");
    EXPECT_EQ(answer.body, "{\"error\": {\"n\": 1.0}}");
    wire.send(post("/v1/messages", "{}"));  // what goes on is no tunnel
    EXPECT_EQ(read_message(wire, false).head.status(), 200) << status;
  }
  EXPECT_TRUE(proxy.calms_down());
}

TEST(Socket, ASlowReaderHoldsTheProvider) {
  const std::string text = frame(0x81, std::string(1 << 20, 's'), false);
  constexpr int most = 96;
  std::atomic<int> sent{0};
  test::Provider provider(serve([&](Wire& wire) {
    for (; sent < most; ++sent) wire.send(text);
    while (wire.fill()) {
    }
  }));
  Proxy proxy(provider.port());
  Wire wire = open(proxy);
  int before = -1;
  while (sent != before) {  // until nothing more goes
    before = sent;
    std::this_thread::sleep_for(milliseconds(300));
  }
  EXPECT_LT(sent, 32);  // what the system's own buffers take: 6 MB each
  std::size_t came = 0;
  while (came < most * text.size()) {
    ASSERT_TRUE(!wire.in().empty() || wire.fill());
    came += std::exchange(wire.in(), {}).size();
  }
  EXPECT_EQ(came, most * text.size());
  wire.close();
  EXPECT_TRUE(proxy.calms_down());
}

TEST(Socket, ADrainLetsWhatComesInTimePass) {
  std::atomic<bool> stopping{false};
  const std::string late = frame(0x81, "late", false);
  test::Provider provider(serve([&](Wire& wire) {
    wire.send(frame(0x81, "hello", false));
    while (!stopping) std::this_thread::sleep_for(milliseconds(5));
    std::this_thread::sleep_for(milliseconds(200));
    wire.send(late);
    while (wire.fill()) {
    }
  }));
  Proxy proxy(provider.port());  // drains for a second
  Wire wire = open(proxy);
  EXPECT_EQ(take(wire, 7), frame(0x81, "hello", false));
  std::thread stop([&] { proxy.stop(); });
  stopping = true;
  EXPECT_EQ(take(wire, 1000), late + std::string("\x88\x02\x03\xe9", 4));
  EXPECT_TRUE(wire.ended());
  stop.join();
}

// Any bytes cut anywhere reach the provider as they came, if they ask for no response.
TEST(Socket, WhatIsNoWebSocketPasses) {
  test::Provider provider(serve([&](Wire& wire) {
    do {
      wire.send(std::exchange(wire.in(), {}));
    } while (wire.fill());
  }));
  Proxy proxy(provider.port());
  Wire wire = open(proxy);
  const std::string bytes = frame(0x81, "one") + std::string("\xff\xff no frame") + frame(0x81, create(100));
  for (const char c : bytes.substr(0, 40)) wire.send(std::string(1, c));
  wire.send(bytes.substr(40));
  EXPECT_EQ(take(wire, bytes.size()), bytes);
}

}  // namespace
}  // namespace headroom::proxy::test
