#include "relay/trace.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "relay/usage.h"

namespace headroom::relay {
namespace {

TEST(Trace, ReadsAsItIsWritten) {
  Trace t{{"toolu_1", "headroom_retrieve", R"({"hash": "1", "query":"a] b"})", ""}, 0, 0, false, false};
  EXPECT_EQ(print(t), R"([headroom_retrieve toolu_1 {"hash": "1", "query":"a] b"}])");
  t.at = 2;
  t.back = 17;
  t.signed_next = t.end = true;
  EXPECT_EQ(print(t), R"([headroom_retrieve toolu_1 {"hash": "1", "query":"a] b"} at 2 back 17 signed end])");
  const auto read = parse_trace(print(t));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->call.arguments, t.call.arguments);
}

TEST(Trace, RefusesWhatIsNotExact) {
  for (const char* text :
       {"", "[", "[headroom_retrieve]", "[headroom_retrieve x]", "[headroom_retrieve x {}", "[headroom_retrieve x {} ]",
        "[headroom_retrieve x {} end end]", "[headroom_retrieve x {} at 0]", "[headroom_retrieve x {} end at 1]",
        "[retrieve x {}]", "[headroom_retrieve x {}] ", "[headroom_retrieve x {} at 01]", "[headroom_retrieve x  {}]",
        "[headroom_retrieve x []]", "[xheadroom_retrieve x {}]", "[headroom_retrieve \"x\" {}]"}) {
    EXPECT_FALSE(parse_trace(text)) << text;
  }
}

RC_GTEST_PROP(Trace, PrintAndParseAreInverse,
              (std::string id, std::string arguments, unsigned at, unsigned back, bool moved, bool end)) {
  // Names and ids of real models are text; what is no UTF-8 is not theirs.
  for (std::string* s : {&id, &arguments}) {
    for (char& c : *s) c = static_cast<char>(c & 0x7F);
  }
  const Trace t{{id, "mcp__headroom__headroom_retrieve", arguments, ""}, at, back, moved, end};
  const auto read = parse_trace(print(t));
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->call.id == id);
  RC_ASSERT(read->call.arguments == arguments);
  RC_ASSERT(read->at == at && read->back == back && read->signed_next == moved && read->end == end);
}

TEST(Trace, StandsOnALineOfItsOwn) {
  const std::string t = R"([headroom_retrieve a {"hash":"1"}])", u = R"([headroom_retrieve b {"hash":"2"} end])";
  const auto rest = [](const std::string& text) {
    std::string out;
    std::size_t at = 0;
    for (const TraceLine& l : find_trace_lines(text)) {
      out += text.substr(at, l.begin - at) + "|";
      at = l.end;
    }
    return out + text.substr(at);
  };
  EXPECT_EQ(rest(t), "|");
  EXPECT_EQ(rest("x\n" + t), "x|");
  EXPECT_EQ(rest("x\n" + t + "\ny"), "x|y");
  EXPECT_EQ(rest("x\n\n" + t + "\n\ny"), "x\n|\ny");
  EXPECT_EQ(rest("x\n" + t + "\n" + u + "\ny"), "x||y");
  EXPECT_EQ(rest("x\n" + t + "\ny\n" + u), "x|y|");
  EXPECT_EQ(rest("x " + t), "x " + t);
  EXPECT_EQ(rest(""), "");
}

TEST(Trace, IsLookedForInAnyCase) {
  EXPECT_TRUE(may_hold_trace(R"({"text":"[headroom_retrieve a {\"hash\":1}]"})"));
  EXPECT_TRUE(may_hold_trace("[mcp__x__Headroom_Retrieve a {}]"));
  EXPECT_TRUE(may_hold_trace("[HEADROOM_RETRIEVE a {}]"));
  EXPECT_FALSE(may_hold_trace(R"({"name":"headroom_retrieve","x":"I retrieve it"})"));
  EXPECT_FALSE(may_hold_trace(""));
  for (std::size_t before = 0; before < 40; ++before) {
    for (std::size_t after = 0; after < 40; ++after) {
      const std::string front(before, '_'), back(after, 'm');
      EXPECT_TRUE(may_hold_trace(front + "headroom_retrieve " + back));
      EXPECT_FALSE(may_hold_trace(front + "headroom_retrieve" + back)) << "no space behind it";
      EXPECT_FALSE(may_hold_trace(front + "eadroom_retrieve " + back));
    }
  }
}

TEST(Usage, SumsWhateverIsANumber) {
  EXPECT_EQ(sum_usage(R"({"a":1,"b":{"c":2,"d":null},"t":"x"})", R"({"b":{"c":3,"d":4,"e":5},"t":"y","a":10})"),
            R"({"b":{"c":5,"d":4,"e":5},"t":"y","a":11})");
  EXPECT_EQ(sum_usage(R"({"a":1,"z":[1]})", R"({"a":null})"), R"({"a":1,"z":[1]})");
  EXPECT_EQ(sum_usage(R"({"cost":0.25})", R"({"cost":0.5})"), R"({"cost":0.75})");
  EXPECT_EQ(sum_usage("", R"({"a":1})"), R"({"a":1})");
  EXPECT_EQ(sum_usage(R"({"a":1})", ""), R"({"a":1})");
  EXPECT_EQ(sum_usage(R"([{"modality":"TEXT","n":1},{"modality":"IMAGE","n":7}])", R"([{"modality":"TEXT","n":2}])"),
            R"([{"modality":"IMAGE","n":7},{"modality":"TEXT","n":3}])");
  EXPECT_EQ(sum_usage(R"({"a":9223372036854775807})", R"({"a":1})"), R"({"a":9223372036854775808})");
  EXPECT_EQ(overlay_usage(R"({"in":5,"out":1,"c":2})", R"({"out":9,"c":null})"), R"({"out":9,"c":2,"in":5})");
}

}  // namespace
}  // namespace headroom::relay
