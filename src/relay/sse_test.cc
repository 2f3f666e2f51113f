#include "relay/sse.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace headroom::relay {
namespace {

struct Seen {
  std::string raw, type, data;
  bool has_data;
  friend bool operator==(const Seen&, const Seen&) = default;
};

struct Parsed {
  std::vector<Seen> events;
  std::string bytes;  // all raws and what was left
};

Parsed parse(const std::vector<std::string>& parts) {
  Parsed r;
  SseParser parser;
  for (const std::string& part : parts) {
    parser.feed(part, [&](const SseEvent& e) {
      r.events.push_back({std::string(e.raw), std::string(e.type), std::string(e.data), e.has_data});
      r.bytes += e.raw;
      if (e.one_line) {
        const auto at = static_cast<std::size_t>(e.data.data() - e.raw.data());
        ASSERT_EQ(e.raw.substr(at, e.data.size()), e.data);
      }
    });
  }
  r.bytes += parser.pending();
  return r;
}

constexpr std::string_view sample =
    "\xEF\xBB\xBF: hello\n\nevent: a\ndata: one\ndata:two\nid: 7\n\n\r\nevent:b\r\ndata: {\"x\": "
    "1}\r\n\r\ndata\r\rretry: 5\r\r"
    "data: last one\n: mid comment\ndata:  two spaces\n\n\n\nevent: c\n\ndata: cut";

TEST(Sse, ReadsEveryKindOfLineEnd) {
  const Parsed r = parse({std::string(sample)});
  ASSERT_EQ(r.events.size(), 7u);
  EXPECT_FALSE(r.events[0].has_data);
  EXPECT_EQ(r.events[1].type, "a");
  EXPECT_EQ(r.events[1].data, "one\ntwo");
  EXPECT_EQ(r.events[2].type, "b");
  EXPECT_EQ(r.events[2].data, "{\"x\": 1}");
  EXPECT_TRUE(r.events[3].has_data);
  EXPECT_EQ(r.events[3].data, "");
  EXPECT_EQ(r.events[5].data, "last one\n two spaces");
  EXPECT_EQ(r.events[6].type, "c");
  EXPECT_EQ(r.bytes, sample);
}

TEST(Sse, AnySplitInTwoOrThreeGivesTheSame) {
  const std::string text(sample);
  const Parsed whole = parse({text});
  for (std::size_t i = 0; i <= text.size(); ++i) {
    for (std::size_t k = i; k <= text.size(); ++k) {
      const Parsed split = parse({text.substr(0, i), text.substr(i, k - i), text.substr(k)});
      ASSERT_EQ(split.events, whole.events) << i << " " << k;
      ASSERT_EQ(split.bytes, whole.bytes);
    }
  }
}

TEST(Sse, TellsAnEventWithItsLastByte) {
  for (const std::string text : {"data: a\n\n", "data: a\r\n\r\n", "data: a\r\r"}) {
    SseParser parser;
    int events = 0;
    for (const char c : text) parser.feed({&c, 1}, [&](const SseEvent&) { ++events; });
    EXPECT_EQ(events, 1) << text;
  }
}

RC_GTEST_PROP(Sse, RandomTextsSplitAnywhere, ()) {
  const auto parts = *rc::gen::container<std::vector<std::string>>(
      rc::gen::container<std::string>(rc::gen::elementOf(std::string("d:\r\n\na evnt\xEF\xBB\xBF"))));
  std::string all;
  for (const std::string& p : parts) all += p;
  RC_ASSERT(parse(parts).events == parse({all}).events);
  RC_ASSERT(parse(parts).bytes == all);
}

RC_GTEST_PROP(Sse, OtherDataReadsBack, (std::string data)) {
  std::string one_end;  // every line end of a value reads back as LF
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (data[i] == '\r' && i + 1 < data.size() && data[i + 1] == '\n') continue;
    one_end += data[i] == '\r' ? '\n' : data[i];
  }
  for (const std::string text : {"event: x\nid: 1\ndata: old\n\n", "data: a\r\ndata: b\r\n\r\n"}) {
    std::string out;
    SseParser().feed(text, [&](const SseEvent& e) { out = with_data(e, data); });
    const Parsed r = parse({out});
    RC_ASSERT(r.events.size() == 1u);
    RC_ASSERT(r.events[0].data == one_end);
  }
}

}  // namespace
}  // namespace headroom::relay
