// Frames must go on byte for byte however they are cut, and texts must be what was sent.
#include "http/websocket.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace headroom::http {
namespace {

constexpr std::array<char, 4> key = {'\x12', '\xff', '\x00', '\x7e'};

std::string frame(int first, std::string_view payload, bool masked = true) {
  std::string f = text_frame(payload, masked ? &key : nullptr);
  f[0] = static_cast<char>(first);
  return f;
}

struct Seen {
  std::string on;  // what goes on, if nothing is replaced
  std::vector<std::string> texts;
};

Seen run(std::string_view bytes, std::size_t step, std::size_t most = 1 << 20, bool masked = true) {
  TextTap tap(masked, most);
  Seen seen;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    tap.feed(bytes.substr(at, step));
    while (!tap.empty()) {
      const TextTap::Item item = tap.take();
      seen.on += item.is_text ? item.text.frames() : item.bytes;
      if (item.is_text) seen.texts.push_back(item.text.text);
    }
  }
  return seen;
}

TEST(WebSocket, TextsAndTheRest) {
  const std::string long_text(70'000, 'x');
  const std::string bytes = frame(0x81, "hello") + frame(0x89, "ping") + frame(0x82, "binary") + frame(0x01, "first ") +
                            frame(0x8A, "pong") + frame(0x00, "second ") + frame(0x80, "third") +
                            frame(0x81, long_text) + frame(0x81, "") +
                            frame(0x88,
                                  "\x03\xe8"
                                  "bye");
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{1000}, bytes.size()}) {
    const Seen seen = run(bytes, step);
    EXPECT_EQ(seen.texts, (std::vector<std::string>{"hello", "first second third", long_text, ""}));
    EXPECT_EQ(seen.on.size(), bytes.size());
  }
  // A control frame between fragments goes first; all else keeps its place.
  const Seen seen = run(frame(0x01, "a") + frame(0x89, "p") + frame(0x80, "b"), 1);
  EXPECT_EQ(seen.on, frame(0x89, "p") + frame(0x01, "a") + frame(0x80, "b"));
}

TEST(WebSocket, TooLongGoesOnUnread) {
  const std::string bytes = frame(0x81, std::string(300, 'a')) + frame(0x01, std::string(60, 'b')) +
                            frame(0x00, std::string(60, 'c')) + frame(0x80, "d") + frame(0x81, "short");
  for (const std::size_t step : {1, 7, 1000}) {
    const Seen seen = run(bytes, step, 100);
    EXPECT_EQ(seen.texts, std::vector<std::string>{"short"});
    EXPECT_EQ(seen.on, bytes);
  }
}

TEST(WebSocket, WhatIsNoFrameGoesOn) {
  const std::string good = frame(0x81, "one");
  for (const std::string& bad : {frame(0xC1, "rsv"), frame(0x83, "opcode"), frame(0x89, std::string(200, 'p')),
                                 frame(0x09, "cut ping"), frame(0x81, "no mask", false), std::string(40, '\xff')}) {
    for (const std::size_t step : {1, 5, 1000}) {
      const Seen seen = run(good + bad + good, step);
      EXPECT_EQ(seen.texts, std::vector<std::string>{"one"});
      EXPECT_EQ(seen.on, good + bad + good);
    }
  }
  // A text in the middle of a text: the peer is told what was sent.
  const std::string twice = frame(0x01, "a") + frame(0x01, "b") + frame(0x80, "c") + good;
  EXPECT_EQ(run(twice, 2).on, twice);
  EXPECT_EQ(run(twice, 2).texts, std::vector<std::string>{"one"});
}

TEST(WebSocket, Replaced) {
  TextTap tap(true, 1000);
  tap.feed(frame(0x01, "a lo") + frame(0x80, "ng text"));
  const TextTap::Item item = tap.take();
  const std::string out = item.text.replaced("short");
  EXPECT_EQ(out, frame(0x81, "short"));
  EXPECT_EQ(run(out, 1).texts, std::vector<std::string>{"short"});
  TextTap server(false, 1000);
  server.feed(frame(0x81, "x", false));
  EXPECT_EQ(server.take().text.replaced("y"), std::string("\x81\x01y"));
}

RC_GTEST_PROP(WebSocket, AnyBytesTheSameWhateverTheCut, (const std::string& bytes, bool masked)) {
  const Seen whole = run(bytes, bytes.size() + 1, 50, masked), cut = run(bytes, 1, 50, masked);
  RC_ASSERT(whole.on == cut.on);
  RC_ASSERT(whole.texts == cut.texts);
  RC_ASSERT(whole.on.size() <= bytes.size());
}

// Any messages in any fragments, cut anywhere: the same texts, and every byte once all are whole.
RC_GTEST_PROP(WebSocket, AnyFragments, ()) {
  const auto messages =
      *rc::gen::container<std::vector<std::vector<std::string>>>(rc::gen::nonEmpty<std::vector<std::string>>());
  std::string bytes;
  std::vector<std::string> texts;
  for (const auto& parts : messages) {
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const int last = i + 1 == parts.size() ? 0x80 : 0;
      bytes += frame(last | (i == 0 ? 1 : 0), parts[i]);
      text += parts[i];
    }
    texts.push_back(text);
  }
  const auto step = static_cast<std::size_t>(*rc::gen::inRange(1, 40));
  const Seen seen = run(bytes, step);
  RC_ASSERT(seen.texts == texts);
  RC_ASSERT(seen.on == bytes);
}

}  // namespace
}  // namespace headroom::http
