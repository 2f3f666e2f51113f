// What changes in a system prompt from turn to turn, and where it goes.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "messages/projection.h"
#include "pipeline/additions.h"
#include "pipeline/align/cache_key.h"
#include "pipeline/align/relocate.h"
#include "pipeline/align/volatile.h"

namespace headroom::pipeline {
namespace {

std::vector<std::string> found(std::string_view text, std::optional<Volatile> kind = std::nullopt) {
  std::vector<std::string> out;
  for (const VolatileValue& v : volatile_values(text)) {
    if (!kind || v.kind == *kind) out.emplace_back(text.substr(v.begin, v.end - v.begin));
  }
  return out;
}

using Strings = std::vector<std::string>;

TEST(Volatile, FindsDatesAndTimesWhole) {
  for (const char* const value : {"2026-01-05",
                                  "2026/01/05",
                                  "2026-01-05T10:15:30Z",
                                  "2026-01-05T10:15:30.123+01:00",
                                  "2026-01-05 10:15",
                                  "2026-01-05 10:15:30 UTC",
                                  "January 5, 2026",
                                  "Jan 5, 2026",
                                  "5 January 2026",
                                  "5th of January 2026",
                                  "Monday, January 5, 2026",
                                  "Mon Jan 5 2026",
                                  "Mon Jan  5 10:15:30 2026",
                                  "Mon Jan 5 10:15:30 CET 2026",
                                  "Mon, 05 Jan 2026 10:15:30 GMT",
                                  "January 5, 2026 at 10:15 PM",
                                  "1/5/2026",
                                  "05.01.2026",
                                  "10:15",
                                  "10:15:30",
                                  "10:15 pm",
                                  "23:59:59 +0200",
                                  "1767607530",
                                  "1767607530123",
                                  "05-Jan-2026"}) {
    EXPECT_EQ(found(std::string("Now: ") + value + ", so."), Strings{value});
    EXPECT_EQ(found(value, Volatile::date), Strings{value});
  }
}

TEST(Volatile, FindsIdsAndNeverTheirLabels) {
  const std::string jwt = "eyJhbGciOi.eyJzdWIiOi.SflKxwRJSM-x";
  for (const std::string& value :
       {std::string("9f1c2d3e-4b5a-6978-8796-a5b4c3d2e1f0"), std::string("01ARZ3NDEKTSV4RRFFQ69G5FAV"), jwt,
        std::string("0123456789abcdef0123456789abcdef")}) {
    EXPECT_EQ(found("The id is " + value + ".", Volatile::id), Strings{value});
  }
  EXPECT_EQ(found("session_id: abc-1234"), Strings{"abc-1234"});
  EXPECT_EQ(found("Session ID: `req_0a1b2c`"), Strings{"req_0a1b2c"});
  EXPECT_EQ(found("\"requestId\": \"r4nd0mx\""), Strings{"r4nd0mx"});
  EXPECT_EQ(found("X-Request-ID: 7d3e9f"), Strings{"7d3e9f"});
  EXPECT_EQ(found("trace-id=00112233, x"), Strings{"00112233"});
}

TEST(Volatile, LeavesNamesVersionsAndPathsAlone) {
  for (const char* const text : {"gpt-4o-2024-08-06",
                                 "claude-sonnet-4-5-20250929",
                                 "/var/log/2026-01-05/app.log",
                                 "v1.2.3",
                                 "1.2.3.4",
                                 "port 8080",
                                 "12345",
                                 "session id: main",
                                 "the session identifier is shown below",
                                 "2026",
                                 "ratio 3:2",
                                 "99:99",
                                 "13/45/2026",
                                 "0123456789012345",
                                 "deadbeef",
                                 "May I",
                                 "march on",
                                 "5 may",
                                 "request id",
                                 "/x/9f1c2d3e-4b5a-6978-8796-a5b4c3d2e1f0",
                                 "2026-13-05",
                                 "a2026-01-05",
                                 "1000000000",
                                 "const x = 10;",
                                 ""}) {
    EXPECT_EQ(found(text), Strings{}) << text;
  }
  EXPECT_EQ(found("a 2026-01-05\n```sh\ndate 2026-01-06\n```\nb 2026-01-07"), (Strings{"2026-01-05", "2026-01-07"}));
  EXPECT_EQ(found("~~~\n2026-01-06"), Strings{});
}

RC_GTEST_PROP(Volatile, ValuesLieInTheTextInOrder, (std::string text)) {
  static const Strings bits{"2026-01-05",   "T10:",  ":15", "Jan ", " 5, ",
                            "session_id: ", "```\n", "eyJ", "\n",   "0a1b2c3d"};
  for (char& c : text) c = static_cast<char>(c % 2 != 0 ? c : ' ');
  std::string all;
  for (const char c : text) all += bits[static_cast<unsigned char>(c) % bits.size()] + c;
  std::size_t at = 0;
  for (const VolatileValue& v : volatile_values(all)) {
    RC_ASSERT(v.begin >= at && v.end > v.begin && v.end <= all.size());
    at = v.end;
  }
}

struct Wire {
  const char *format, *head, *tail;  // around the system text, and after it
};

// Requests of one conversation whose prompt has a clock.
std::string request(std::string_view format, int turn) {
  const std::string clock = "2026-01-05 10:" + std::to_string(10 + turn) + ":00";
  const std::string system = "You are careful. Now: " + clock + ". Session ID: s-12345. " + std::string(200, 'x');
  std::string list;
  const auto add = [&](const std::string& message) { list += (list.empty() ? "" : ",") + message; };
  const bool gemini = format == "gemini", converse = format == "converse";
  const std::string key = gemini ? "parts" : "content";
  const auto content = [&](const std::string& text) {
    return gemini || converse ? "[{\"text\":\"" + text + "\"}]" : "\"" + text + "\"";
  };
  if (format == "openai") add(R"({"role":"system","content":")" + system + "\"}");
  for (int i = 0; i <= turn; ++i) {
    add("{\"role\":\"user\",\"" + key + "\":" + content("question " + std::to_string(i) + std::string(100, 'q')) + "}");
    if (i < turn)
      add("{\"role\":\"" + std::string(gemini ? "model" : "assistant") + "\",\"" + key +
          "\":" + content("answer " + std::to_string(i)) + "}");
  }
  if (format == "responses") return R"({"model":"m","instructions":")" + system + R"(","input":[)" + list + "]}";
  if (gemini) return R"({"systemInstruction":{"parts":[{"text":")" + system + R"("}]},"contents":[)" + list + "]}";
  if (converse) return R"({"system":[{"text":")" + system + R"("}],"messages":[)" + list + "]}";
  if (format == "anthropic") return R"({"system":")" + system + R"(","messages":[)" + list + "]}";
  return R"({"model":"m","messages":[)" + list + "]}";
}

std::string relocated(const std::string& body, std::string_view format, Relocate which) {
  tokens::Counter ruler;
  const auto c = messages::read(body, messages::parse_format(format));
  EXPECT_TRUE(c) << body;
  Options options;
  options.relocate = which;
  Additions added = additions_to(*c, options, {}, ruler);
  sort_edits(added.edits);
  const std::string out = splice(body, added.edits);
  const auto wrong = messages::violation(*c, out, added.plan);
  EXPECT_FALSE(wrong) << *wrong << '\n' << out;
  return out;
}

messages::Projection projected(const std::string& body, std::string_view format) {
  return messages::project(*messages::read(body, messages::parse_format(format)));
}

constexpr std::string_view formats[] = {"openai", "responses", "anthropic", "gemini", "converse"};

// Bytes of the second request that a cache holds from the first, as a share.
double cached_share(const std::string& before, const std::string& now, std::string_view format) {
  const auto a = projected(before, format), b = projected(now, format);
  std::size_t same = 0, held = 0, all = 0;
  while (same < a.size() && same < b.size() && a[same].digest == b[same].digest) ++same;
  for (std::size_t i = 0; i < b.size(); ++i) {
    all += b[i].bytes;
    if (i < same) held += b[i].bytes;
  }
  return static_cast<double>(held) / static_cast<double>(all);
}

// Twenty turns with a clock in the prompt.
TEST(Relocation, KeepsThePrefixOfAConversationWithAClock) {
  for (const std::string_view format : formats) {
    double with = 0, without = 0;
    for (int turn = 1; turn < 20; ++turn) {
      const std::string before = request(format, turn - 1), now = request(format, turn);
      EXPECT_TRUE(messages::is_prefix(projected(relocated(before, format, Relocate::all), format),
                                      projected(relocated(now, format, Relocate::all), format)))
          << format << ' ' << turn;
      EXPECT_FALSE(messages::is_prefix(projected(before, format), projected(now, format))) << format;
      with += cached_share(relocated(before, format, Relocate::dates), relocated(now, format, Relocate::dates), format);
      without += cached_share(before, now, format);
    }
    EXPECT_GE(with / 19, 0.85) << format;
    EXPECT_LE(without / 19, 0.05) << format;
  }
}

TEST(Relocation, PutsTheValuesLastInEveryFormat) {
  const std::string values = "[moved from the system prompt: 1 = 2026-01-05 10:10:00; 2 = s-12345]";
  const auto body = [&](std::string_view f) { return relocated(request(f, 0), f, Relocate::all); };
  for (const std::string_view format : formats) {
    const std::string out = body(format);
    EXPECT_NE(out.find("Now: [moved 1]. Session ID: [moved 2]. xx"), std::string::npos) << out;
    EXPECT_EQ(out.find("2026-01-05"), out.rfind("2026-01-05")) << "once";
    EXPECT_NE(relocated(request(format, 0), format, Relocate::ids).find("[moved from the system prompt: 1 = s-12345]"),
              std::string::npos);
  }
  EXPECT_TRUE(body("openai").ends_with(R"(,{"role":"system","content":")" + values + "\"}]}"));
  EXPECT_TRUE(body("responses").ends_with(R"(,{"role":"developer","content":")" + values + "\"}]}"));
  EXPECT_TRUE(body("anthropic").ends_with(R"(},{"type":"text","text":")" + values + "\"}]}]}"));
  EXPECT_TRUE(body("gemini").ends_with(R"(},{"text":")" + values + "\"}]}]}"));
  EXPECT_TRUE(body("converse").ends_with(R"(},{"text":")" + values + "\"}]}]}"));
}

TEST(Relocation, ChangesNothingWhereItIsOffOrNothingIsVolatile) {
  for (const std::string_view format : formats) {
    EXPECT_EQ(relocated(request(format, 3), format, Relocate::off), request(format, 3));
    const std::string again = relocated(request(format, 3), format, Relocate::all);
    EXPECT_EQ(relocated(again, format, Relocate::all), again) << "twice is once";
  }
  std::string many;
  for (int i = 10; i < 27; ++i) many += "at 10:" + std::to_string(i) + ", ";
  for (const std::string& body :
       {std::string(R"({"system":"No clock here.","messages":[{"role":"user","content":"2026-01-05"}]})"),
        std::string(R"({"system":"2026-01-05","messages":[{"role":"user","content":""}]})"),
        std::string(R"({"system":"2026-01-05","messages":[]})"),
        std::string(R"({"system":"2026-01-05 [moved 1]","messages":[{"role":"user","content":"x"}]})"),
        R"({"system":")" + many + R"(","messages":[{"role":"user","content":"x"}]})",
        R"({"system":"session id: a1)" + std::string(126, 'b') + R"(","messages":[]})"}) {
    EXPECT_EQ(relocated(body, "anthropic", Relocate::all), body);
  }
  // A system message that comes later is no prompt.
  const std::string later = R"({"messages":[{"role":"user","content":"x"},{"role":"system","content":"2026-01-05"}]})";
  EXPECT_EQ(relocated(later, "openai", Relocate::all), later);
}

TEST(Relocation, ComesAfterTheMarkAndKeepsIt) {
  const std::string body =
      R"({"system":[{"type":"text","text":"It is 10:15.","cache_control":{"type":"ephemeral"}}],"messages":[)"
      R"({"role":"user","content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}} ]},{"role":"assistant","content":"prefill"}]})";
  const std::string out = relocated(body, "anthropic", Relocate::dates);
  EXPECT_NE(
      out.find(
          R"("cache_control":{"type":"ephemeral"}},{"type":"text","text":"[moved from the system prompt: 1 = 10:15]"} ]})"),
      std::string::npos)
      << out;
  EXPECT_NE(out.find(R"("text":"It is [moved 1].","cache_control")"), std::string::npos);
  const std::string text =
      relocated(R"({"model":"m","instructions":"10:15","input":"hi \/"})", "responses", Relocate::all);
  EXPECT_EQ(text, R"({"model":"m","instructions":"[moved 1]","input":[{"role":"user","content":"hi \/"},)"
                  R"({"role":"developer","content":"[moved from the system prompt: 1 = 10:15]"}]})");
}

// What the first request tells of the cache: where the clock and the id stand, and what each change of them costs.
TEST(VolatileParts, SayWhatEachChangeMakesTheProviderReadAnew) {
  tokens::Witnesses counters;
  Services services{counters, nullptr};
  for (const std::string_view format : formats) {
    const std::string body = request(format, 3);
    const Outcome out = compress_body(body, format, Options(), services);
    ASSERT_EQ(out.volatile_parts.size(), 2u) << format;
    const auto c = messages::read(body, messages::parse_format(format));
    const std::string text = messages::text_of(*c, c->leaves[system_leaves(*c).at(0)]);
    const VolatilePart& clock = out.volatile_parts[0];
    EXPECT_EQ(text.substr(clock.begin, clock.end - clock.begin), "2026-01-05 10:13:00") << format;
    EXPECT_EQ(clock.value, "2026-01-05 10:13:00");
    EXPECT_EQ(clock.pointer, c->leaves[system_leaves(*c)[0]].pointer);
    EXPECT_EQ(out.volatile_parts[1].kind, Volatile::id);
    EXPECT_EQ(out.volatile_parts[1].value, "");
    EXPECT_EQ(out.written_again, out.after - counters.ruler().count("You are careful. Now: "));
    Options moved;
    moved.relocate = Relocate::all;
    EXPECT_TRUE(compress_body(body, format, moved, services).volatile_parts.empty()) << format;
  }
  const Outcome quiet = compress_body(R"({"system":"Be brief.","messages":[{"role":"user","content":"2026-01-05"}]})",
                                      "anthropic", Options(), services);
  EXPECT_TRUE(quiet.volatile_parts.empty());
  EXPECT_EQ(quiet.written_again, Tokens(0));
}

TEST(CacheKey, IsOnePerConversationAndOnlyWhereNoneIs) {
  const auto key_of = [](const std::string& body, std::string_view key, Relocate which) {
    tokens::Counter ruler;
    const auto c = messages::read(body);
    const auto member = derive_cache_key(*c, settled_system(*c, which, ruler), key);
    return member ? member->value : std::string();
  };
  const std::string one = key_of(request("openai", 1), "k", Relocate::all);
  EXPECT_EQ(one.size(), 18u);
  EXPECT_EQ(one, key_of(request("openai", 7), "k", Relocate::all));
  EXPECT_NE(one, key_of(request("openai", 1), "other", Relocate::all));
  EXPECT_NE(key_of(request("openai", 1), "k", Relocate::off), key_of(request("openai", 7), "k", Relocate::off));
  EXPECT_NE(one, key_of(request("responses", 1), "k", Relocate::off));
  EXPECT_EQ(key_of(request("anthropic", 1), "k", Relocate::all), "");
  EXPECT_EQ(key_of(R"({"messages":[{"role":"user","content":"x"}],"prompt_cache_key":"mine"})", "k", Relocate::all),
            "");
  EXPECT_EQ(key_of(R"([{"role":"user","content":"x"}])", "k", Relocate::all), "");

  const std::string body = R"({"messages":[{"role":"user","content":"x"}] })";
  const auto c = messages::read(body);
  Options options;
  options.prompt_cache_key = CacheKey::derive;
  tokens::Counter ruler;
  const Additions added = additions_to(*c, options, {}, ruler, "k");
  const std::string out = splice(body, added.edits);
  EXPECT_TRUE(out.starts_with(R"({"messages":[{"role":"user","content":"x"}],"prompt_cache_key":")")) << out;
  EXPECT_FALSE(messages::violation(*c, out, added.plan));
  EXPECT_TRUE(additions_to(*c, options, {}, ruler).edits.empty()) << "no key of a workspace";
}

}  // namespace
}  // namespace headroom::pipeline
