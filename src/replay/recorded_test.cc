// The recorded sessions are what the tests and the bills take them for: requests of one conversation each, in all
// formats, each request a prefix of the next as the provider's cache sees it.
#include "replay/recorded.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "messages/conversation.h"
#include "messages/projection.h"

namespace headroom::replay {
namespace {

const std::vector<Recorded>& all() {
  static const Result<std::vector<Recorded>> sessions = load_all(HEADROOM_SOURCE_DIR "/corpus/sessions");
  if (!sessions) ADD_FAILURE() << sessions.error().message;
  return *sessions;
}

TEST(Recorded, HoldsEveryFormatAndLength) {
  std::map<std::string, int> formats;
  std::size_t requests = 0;
  for (const Recorded& s : all()) {
    ++formats[s.format()];
    requests += s.requests();
  }
  EXPECT_EQ(formats.size(), 5u);
  for (const auto& [format, sessions] : formats) EXPECT_GE(sessions, 4) << format;
  EXPECT_GE(all().size(), 40u);
  EXPECT_GE(requests, 1000u);
  EXPECT_GE(std::ranges::count_if(all(), [](const Recorded& s) { return s.requests() >= 100; }), 5);
  RecordProperty("sessions", static_cast<int>(all().size()));
  RecordProperty("requests", static_cast<int>(requests));
}

// Every request reads in its format, ends at a boundary, and goes on where the one before ended, moved marks apart.
TEST(Recorded, RequestsGrowAsOneConversation) {
  for (const Recorded& s : all()) {
    SCOPED_TRACE(s.name());
    messages::Projection before;
    for (std::size_t i = 0; i < s.requests(); ++i) {
      const std::string body = s.request(i);
      const auto read = messages::read(body, messages::parse_format(s.format()));
      ASSERT_TRUE(read) << read.error().message;
      ASSERT_EQ(static_cast<std::size_t>(read->message_count), s.messages_of(i));
      EXPECT_TRUE(read->message_list.back().boundary) << "request " << i;
      ASSERT_FALSE(s.answer(i).empty()) << "request " << i;
      if (i + 1 < s.requests()) {
        EXPECT_LE(s.messages_of(i) + s.answer(i).size(), s.messages_of(i + 1));
      }
      messages::Projection now = messages::project(*read);
      if (s.clocked()) {  // its system prompt changes on purpose
        EXPECT_TRUE(i == 0 || s.gap(i) == 0 || !messages::is_prefix(before, now)) << "request " << i;
      } else {
        EXPECT_TRUE(messages::is_prefix(before, now)) << "request " << i;
      }
      before = std::move(now);
    }
  }
}

Result<Recorded> parsed(std::string_view body, std::string_view meta) {
  return Recorded::parse("case", body, meta);
}

TEST(Recorded, WhatDoesNotFitIsRefused) {
  constexpr std::string_view body =
      "{\"messages\":[\n{\"role\":\"user\",\"content\":\"a\"},\n{\"role\":\"assistant\"}\n]}\n";
  EXPECT_TRUE(parsed(body, R"({"requests":[1],"gaps":[0]})"));
  EXPECT_TRUE(parsed(body, R"({"requests":[1],"gaps":[0],"clock":"2026-10-05 09:00:00"})"));
  EXPECT_FALSE(parsed("", R"({"requests":[1],"gaps":[0]})"));
  EXPECT_FALSE(parsed(body, ""));
  for (const char* meta :
       {"[]", "{}", R"({"requests":[1]})", R"({"requests":1,"gaps":[0]})", R"({"requests":["1"],"gaps":[0]})",
        R"({"requests":[3],"gaps":[0]})", R"({"requests":[1,1],"gaps":[0,0]})", R"({"requests":[],"gaps":[]})",
        R"({"requests":[1],"gaps":[0,1]})", R"({"requests":[1],"gaps":[0],"clock":"noon"})"}) {
    const auto r = parsed(body, meta);
    ASSERT_FALSE(r) << meta;
    EXPECT_TRUE(r.error().message.starts_with("recorded session: case")) << r.error().message;
  }
}

// As the body names its own format, so it is read without being told.
TEST(Recorded, FormatIsKnownByShape) {
  for (const Recorded& s : all()) {
    SCOPED_TRACE(s.name());
    const std::string body = s.request(s.requests() - 1);
    const auto read = messages::read(body);
    ASSERT_TRUE(read);
    EXPECT_EQ(messages::to_string(read->format), s.format());
  }
}

}  // namespace
}  // namespace headroom::replay
