// Images of a conversation that outgrows its model: they count, and leave with their originals within reach.
#include "pipeline/image_facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/base64.h"
#include "images/test_support.h"
#include "messages/unread.h"
#include "pipeline/compress.h"

namespace headroom::pipeline {
namespace {

std::string screen(int mark) {
  images::Pixels page = images::blank({640, 480});
  images::fill(page, 10 + 9 * mark, 20 + mark, 8, 8, 0);
  return images::file_of(page, images::FileKind::png);
}

std::string source(std::string_view type, std::string_view media, std::string_view bytes) {
  return R"({"type":")" + std::string(type) + R"(","source":{"type":"base64","media_type":")" + std::string(media) +
         R"(","data":")" + base64(bytes) + R"("}})";
}

// A turn: a call, and a result with this part beside a line of text.
std::string turn(int i, const std::string& part) {
  const std::string id = "t" + std::to_string(i);
  return R"(,{"role":"assistant","content":[{"type":"tool_use","id":")" + id + R"(","name":"look","input":{"page":)" +
         std::to_string(i) + R"(}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":")" + id +
         R"(","content":[{"type":"text","text":"page )" + std::to_string(i) + "\"}," + part + "]}]}";
}

std::string body_of(const std::string& turns) {
  return R"({"model":"claude-sonnet-4-5","max_tokens":9,"tools":[{"name":"look","input_schema":{"type":"object"}}],"messages":[)"
         R"({"role":"user","content":"look at all pages"})" +
         turns + "]}";
}

class UnitsWithImages : public testing::Test {
 protected:
  store::WorkspaceKey key{"units", std::string(32, 'k')};
  std::unique_ptr<store::Store> memory = store::open_memory(key, {});
  tokens::Witnesses counters;

  Services services() {
    Services s{counters, [this]() -> Result<store::Store*> { return memory.get(); }};
    s.key = &key;
    return s;
  }
  static Options options() {
    Options o;
    o.retrieval = Retrieval::auto_;
    o.route = Route::intercepted;
    o.model_limit = Tokens(24'000);
    return o;
  }
};

TEST_F(UnitsWithImages, TheyCountAndTheirOriginalsStayWithinReach) {
  std::string turns;
  std::vector<std::string> files;
  for (int i = 0; i < 60; ++i) {
    files.push_back(screen(i));
    turns += turn(i, source("image", "image/png", files.back()));
  }
  const std::string body = body_of(turns);
  Services s = services();
  const Outcome out = compress_body(body, "anthropic", options(), s);
  ASSERT_FALSE(out.error);
  ASSERT_TRUE(out.changed) << "a few words a turn, but sixty images of 410 tokens";
  const auto left = left_originals(body, "anthropic", options(), s);
  const auto is_in_hand = [&](std::string_view content) {
    return std::ranges::any_of(left, [&](const LeftOriginal& o) { return o.content == content; });
  };
  int units = 0, images = 0;
  for (const MarkerInfo& m : out.markers) {
    if (m.kind != "unit") continue;
    ++units;
    const auto unit = memory->get(*store::parse_handle(m.hash));
    ASSERT_TRUE(unit && unit->entry);
    const std::string& text = unit->entry->content;
    EXPECT_TRUE(is_in_hand(text));
    constexpr std::string_view line = "[image 640x480, ", hash = "Retrieve with hash=";
    ASSERT_NE(text.find(line), text.npos) << text;
    const std::size_t at = text.find(hash);
    ASSERT_NE(at, text.npos) << text;
    const auto image = memory->get(*store::parse_handle(text.substr(at + hash.size(), 12)));
    ASSERT_TRUE(image && image->entry) << text;
    EXPECT_EQ(image->entry->kind, "image");
    EXPECT_NE(std::ranges::find(files, image->entry->content), files.end());
    EXPECT_TRUE(is_in_hand(image->entry->content));
    ++images;
  }
  EXPECT_GE(units, 10);
  EXPECT_EQ(images, units);
}

TEST_F(UnitsWithImages, WhatNoRenderingTellsStays) {
  std::string turns, words;
  for (int i = 0; i < 400; ++i) words += "word" + std::to_string(i * 7919 % 997) + " ";
  const std::string paper(8'000, '%');
  for (int i = 0; i < 60; ++i) {
    const bool document = i % 2 == 0;
    turns += turn(i, document ? source("document", "application/pdf", paper + std::to_string(i))
                              : R"({"type":"text","text":")" + words + std::to_string(i) + "\"}");
  }
  const std::string body = body_of(turns);
  const auto conversation = messages::read(body, messages::Format::anthropic);
  ASSERT_TRUE(conversation);
  const std::vector<bool> more = messages::hold_more(*conversation);
  for (std::size_t m = 2; m < more.size(); m += 2) EXPECT_EQ(more[m], (m / 2 - 1) % 2 == 0) << m;
  Services s = services();
  const Outcome out = compress_body(body, "anthropic", options(), s);
  int units = 0;
  for (const MarkerInfo& m : out.markers) units += m.kind == "unit";
  EXPECT_GE(units, 5);
  for (int i = 0; i < 60; i += 2)
    EXPECT_NE(out.output.find(base64(paper + std::to_string(i))), out.output.npos) << "document " << i;
}

TEST_F(UnitsWithImages, BytesThatAreNoFileAreToldAsSuch) {
  const std::string body = body_of(turn(0, source("image", "image/webp", "RIFF of no kind that is read")));
  const auto conversation = messages::read(body, messages::Format::anthropic);
  ASSERT_TRUE(conversation);
  Services s = services();
  Texts texts(*conversation);
  const Options o = options();
  const Placing placing{*conversation, o, s, &s.counters, texts, true, {}, {}};
  const auto pictures = pictures_of(placing);
  ASSERT_EQ(pictures.size(), 1u);
  EXPECT_EQ(pictures[0].text.find("[image, 28 bytes. Retrieve with hash="), 0u) << pictures[0].text;
  EXPECT_GT(tokens_of_image(placing, conversation->images[0]), Tokens(0));
}

}  // namespace
}  // namespace headroom::pipeline
