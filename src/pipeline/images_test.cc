// Images of requests: which become smaller, what stands beside them, and that all else stays.
#include "pipeline/images.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <iterator>

#include "base/base64.h"
#include "images/smaller.h"
#include "images/test_support.h"
#include "messages/image.h"

namespace headroom::pipeline {
namespace {

using images::FileKind;

std::string screen(int mark = 0, images::Size size = {1600, 900}) {
  images::Pixels page = images::blank(size);
  images::write_lines(page, 24);
  images::fill(page, 1500, 20 + mark, 4, 4, 0);
  return images::file_of(page, FileKind::png);
}

struct Wire {
  std::string_view format, model;
  std::string user, result;  // a message with an image and one with a result that holds one; @ = base64
};
std::ostream& operator<<(std::ostream& out, const Wire& wire) {
  return out << wire.format;
}

std::string with(std::string pattern, const std::string& data) {
  for (std::size_t at = 0; (at = pattern.find('@', at)) != pattern.npos; at += data.size())
    pattern.replace(at, 1, data);
  return pattern;
}

std::string body_of(const Wire& wire, const std::vector<std::string>& messages) {
  std::string list;
  for (const std::string& m : messages) list += (list.empty() ? "" : ", ") + m;
  const std::string key = wire.format == "responses" ? "input"
                          : wire.format == "gemini"  ? "contents"
                          : wire.format == "vercel"  ? "prompt"
                                                     : "messages";
  return "{\"model\" : \"" + std::string(wire.model) + "\", \"x\":1.0e0, \"" + key + "\":[" + list + "]}";
}

const Wire wires[] = {
    {"anthropic", "claude-sonnet-4-6",
     R"({"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"@"},"cache_control":{"type":"ephemeral"}},{"type":"text","text":"look"}]})",
     R"({"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"shot","input":{}}]}, {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"@"}}]}]})"},
    {"openai", "gpt-4o",
     R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image\/png;base64,@","detail":"high"}},{"type":"text","text":"look"}]})",
     ""},
    {"responses", "gpt-4.1-mini",
     R"({"role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,@"}]})",
     R"({"type":"function_call","call_id":"c1","name":"shot","arguments":"{}"}, {"type":"function_call_output","call_id":"c1","output":[{"type":"input_image","image_url":"data:image/png;base64,@"}]})"},
    {"gemini", "gemini-2.5-pro",
     R"({"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"@"}},{"text":"look"}]})", ""},
    {"converse", "anthropic.claude-sonnet-4-20250514-v1:0",
     R"({"role":"user","content":[{"image":{"format":"png","source":{"bytes":"@"}}},{"text":"look"}]})",
     R"({"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"shot","input":{}}}]}, {"role":"user","content":[{"toolResult":{"toolUseId":"t1","content":[{"image":{"format":"png","source":{"bytes":"@"}}}]}}]})"},
    {"vercel", "gpt-4o",
     R"({"role":"user","content":[{"type":"file","mediaType":"image/png","data":"@"},{"type":"text","text":"look"}]})",
     ""},
};

class ImagesOf : public testing::TestWithParam<Wire> {
 protected:
  store::WorkspaceKey key = store::WorkspaceKey{"images", std::string(32, 'k')};
  std::unique_ptr<store::Store> memory = store::open_memory(key, {});
  ViewCache cache;

  Options options() const {
    Options o;
    o.images = true;
    o.retrieval = Retrieval::tool;
    o.redeems_outside = true;
    o.model = GetParam().model;
    return o;
  }
  Outcome run(const std::string& body, const Options& o, bool cached = false, bool broken_store = false) {
    tokens::Witnesses counters;
    Services services{counters, [&]() -> Result<store::Store*> {
                        if (broken_store) return fail(ErrorKind::unavailable, "no");
                        return memory.get();
                      }};
    services.key = &key;
    if (cached) services.cache = &cache;
    return compress_body(body, GetParam().format, o, services);
  }
  // A size that the model's formula leaves something to gain for.
  std::string large() const { return GetParam().format == "gemini" ? screen(0, {3200, 2400}) : screen(); }
};

TEST_P(ImagesOf, ASmallerOneStandsInItsPlaceWithItsStatementBesideIt) {
  const std::string original = large(), data = base64(original);
  const std::string body = body_of(GetParam(), {with(GetParam().user, data)});
  const Outcome out = run(body, options());
  ASSERT_FALSE(out.error) << out.error->message;
  ASSERT_EQ(out.markers.size(), 1u);
  EXPECT_EQ(out.markers[0].bytes, original.size());
  EXPECT_LT(out.after, out.before);
  EXPECT_FALSE(out.lossless);
  const auto made = images::smaller(original, *images::billing_of(GetParam().model));
  ASSERT_TRUE(made);
  // Byte for byte: the request as it was, but for these two places.
  const std::string statement = "[image " + std::to_string(made->from.width) + "x" + std::to_string(made->from.height) +
                                " shown at " + std::to_string(made->to.width) + "x" + std::to_string(made->to.height) +
                                ". Retrieve with hash=" + out.markers[0].hash + "]";
  const auto c = messages::read(body, messages::parse_format(GetParam().format));
  ASSERT_EQ(c->images.size(), 1u);
  std::vector<Edit> edits;
  messages::Plan plan;
  messages::replace_bytes(*c, c->images[0], base64(made->bytes), statement, edits, plan);
  std::ranges::sort(edits, {}, &Edit::offset);
  EXPECT_TRUE(out.output == splice(body, edits));
  EXPECT_EQ(out.edits.size(), 2u);
  EXPECT_NE(out.output.find("\"x\":1.0e0"), std::string::npos);
  const auto again = messages::read(out.output, messages::parse_format(GetParam().format));
  ASSERT_EQ(again->images.size(), 1u);
  EXPECT_TRUE(messages::bytes_of(*again, again->images[0]) == made->bytes);
  EXPECT_EQ(again->images[0].marked, c->images[0].marked);
  // The original comes back by its handle.
  const auto kept = memory->get(*store::parse_handle(out.markers[0].hash));
  ASSERT_TRUE(kept && kept->entry);
  EXPECT_TRUE(kept->entry->content == original);
  // Once more: nothing. The same with a cache, cold and warm.
  EXPECT_TRUE(run(out.output, options()).output == out.output);
  EXPECT_TRUE(run(body, options(), true).output == out.output);
  EXPECT_TRUE(run(body, options(), true).output == out.output);
}

TEST_P(ImagesOf, InToolResultsToo) {
  if (GetParam().result.empty()) return;
  const std::string body =
      body_of(GetParam(), {R"({"role":"user","content":[]})", with(GetParam().result, base64(large()))});
  const Outcome out = run(body, options());
  ASSERT_EQ(out.markers.size(), 1u);
  EXPECT_EQ(out.rows.back().tool, "shot");
  Options excluded = options();
  excluded.exclude = {"shot"};
  EXPECT_FALSE(run(body, excluded).changed);
}

TEST_P(ImagesOf, StayAsTheyCameWhereTheyMust) {
  const std::string data = base64(large());
  const std::string body = body_of(GetParam(), {with(GetParam().user, data)});
  const auto same = [&](const std::string& b, const Options& o, bool broken = false) {
    EXPECT_TRUE(run(b, o, false, broken).output == b);
  };
  Options off = options();
  off.images = false;
  same(body, off);
  Options lossless = options();
  lossless.fidelity = FidelityOption::lossless;
  same(body, lossless);
  Options none = options();
  none.retrieval = Retrieval::none;
  same(body, none);
  Options frozen = options();
  frozen.frozen_message_count = 1;
  same(body, frozen);
  Options vetoed = options();
  vetoed.protect_messages = {0};
  same(body, vetoed);
  Options counting = options();
  counting.optimize = false;
  same(body, counting);
  Options unknown = options();
  unknown.model = "some-model";
  same(body, unknown);
  same(body, options(), true);  // a store that takes nothing
  for (const std::string_view bad : {"", "AAAA", "not base64!", "https://host.example/a.png"})
    same(body_of(GetParam(), {with(GetParam().user, std::string(bad))}), options());
  std::string cut = data;
  cut.resize(data.size() / 2 / 4 * 4);
  same(body_of(GetParam(), {with(GetParam().user, cut)}), options());
}

// What an image becomes does not hang on what comes after it.
TEST_P(ImagesOf, LaterMessagesChangeNothingBefore) {
  const std::string first = with(GetParam().user, base64(large()));
  const std::string second = with(GetParam().user, base64(screen(8)));
  const std::string one = run(body_of(GetParam(), {first}), options()).output;
  const std::string two = run(body_of(GetParam(), {first, second}), options()).output;
  EXPECT_TRUE(two.starts_with(one.substr(0, one.size() - 2)));
}

TEST_P(ImagesOf, OlderRepeatsLeaveAtAnEpoch) {
  std::string user = GetParam().user;
  if (const auto mark = user.find(",\"cache_control\""); mark != user.npos)
    user.erase(mark, user.find('}', mark) + 1 - mark);
  const std::string a = with(user, base64(screen(0))), b = with(user, base64(screen(400)));
  std::string other = user;
  images::Pixels photo = images::gradient({1600, 900});
  other = with(other, base64(images::file_of(photo, FileKind::png)));
  const std::string body = body_of(GetParam(), {a, other, b, a});
  Options o = options();
  EXPECT_EQ(run(body, o).output.find("shown again later"), std::string::npos);
  o.compact = true;
  const Outcome out = run(body, o);
  ASSERT_FALSE(out.error) << out.error->message;
  const auto now = messages::read(out.output, messages::parse_format(GetParam().format));
  EXPECT_EQ(now->images.size(), 2u) << "the picture, and the last of three that show the same";
  std::size_t said = 0;
  for (std::size_t at = 0; (at = out.output.find("shown again later", at)) != std::string::npos; ++at) ++said;
  EXPECT_EQ(said, 2u);
  EXPECT_TRUE(run(body, o, true).output == out.output);
}

INSTANTIATE_TEST_SUITE_P(All, ImagesOf, testing::ValuesIn(wires),
                         [](const auto& wire) { return std::string(wire.param.format); });

TEST(Images, AScreenThatIsPointedAtStays) {
  tokens::Witnesses counters;
  const store::WorkspaceKey key{"images", std::string(32, 'k')};
  const auto memory = store::open_memory(key, {});
  Services services{counters, [&]() -> Result<store::Store*> { return memory.get(); }};
  services.key = &key;
  Options o;
  o.images = true;
  o.retrieval = Retrieval::tool;
  o.redeems_outside = true;
  const std::string message = with(wires[0].user, base64(screen()));
  const std::string tool = R"(,"tools":[{"type":"computer_20250124","name":"computer"}]})";
  std::string body = body_of(wires[0], {message});
  EXPECT_TRUE(compress_body(body, "anthropic", o, services).changed);
  body.replace(body.size() - 1, 1, tool);
  EXPECT_FALSE(compress_body(body, "anthropic", o, services).changed);
}

}  // namespace
}  // namespace headroom::pipeline
