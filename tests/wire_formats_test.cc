// Requests by the thousand, in five wire formats: what no edit names leaves identical, edits give the intended text,
// and how a client writes a conversation down does not decide what its texts become.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "json/document.h"
#include "json/strings.h"
#include "messages/check.h"
#include "messages/edit.h"
#include "messages/projection.h"
#include "pipeline/compress.h"
#include "wire_bodies.h"

namespace headroom {
namespace {

using messages::Conversation;
using messages::Format;

// Characters of every kind: ASCII, what JSON escapes, two to four bytes, halves of pairs.
std::string any_text(std::mt19937& random, std::size_t most) {
  static const std::vector<std::string> bits{
      "a",        "word ", "/path/to",      "\n",   "\"",        "\\",   "\t",           "é",
      "界",       "🚀",    "\x01",          " = 1", "{\"k\":2}", "\r\n", "\xED\xA0\x80", "<b>",
      "error: x", "0x1f",  "\xED\xB0\x80 ", "[1]"};
  std::string out;
  for (std::size_t n = random() % (most + 1); n > 0; --n) out += bits[random() % bits.size()];
  return json::unescape(json::escape(out));  // halves that meet are one character
}

wire::Talk any_talk(std::mt19937& random) {
  wire::Talk talk;
  if (random() % 3 != 0) talk.system = any_text(random, 8);
  const std::size_t turns = 1 + random() % 3;
  for (std::size_t i = 0; i < turns; ++i) {
    wire::Turn turn;
    if (i == 0 || random() % 2 == 0) turn.user = "u" + any_text(random, 8);
    turn.assistant = "a" + any_text(random, 4);
    for (std::size_t n = random() % 3; n > 0; --n)
      turn.results.push_back({n % 2 != 0 ? "run" : "look", R"({"n": 1.0})", any_text(random, 30), random() % 5 == 0});
    talk.turns.push_back(std::move(turn));
  }
  return talk;
}

wire::Style any_style(std::mt19937& random) {
  wire::Style style;
  style.random.seed(static_cast<unsigned>(random()));
  style.shuffled = random() % 2 != 0;
  style.spaced = random() % 2 != 0;
  style.escaped = random() % 2 != 0;
  style.parts = random() % 2 != 0;
  style.strange = random() % 2 != 0;
  style.marked_turn = static_cast<int>(random() % 4) - 1;
  return style;
}

// A core with its own memory store.
struct Rig {
  tokens::Witnesses counters;
  store::WorkspaceKey key{"default", std::string(32, 'k')};
  std::unique_ptr<store::Store> memory = store::open_memory(key, {});
  pipeline::Services services{counters, [this]() -> Result<store::Store*> { return memory.get(); }, false, &key};
};

constexpr int bodies_per_format = 2000;  // 10,000 in all

TEST(WireFormats, WhatNoEditNamesLeavesIdentical) {
  std::mt19937 random(1);
  Rig rig;
  pipeline::Options options;
  options.min_lossless = Tokens(1'000'000);  // nothing is worth a view
  for (const Format format : wire::formats) {
    for (int i = 0; i < bodies_per_format; ++i) {
      const std::string body = wire::write(any_talk(random), format, any_style(random));
      const auto c = messages::read(body, format);
      ASSERT_TRUE(c) << c.error().message << '\n' << body;
      const auto out = pipeline::compress_body(body, messages::to_string(format), options, rig.services);
      ASSERT_FALSE(out.error) << body;
      ASSERT_TRUE(out.edits.empty() && out.output == body) << body;
    }
  }
}

// The check and the whole reading agree on the result, and on results with a byte too many, too few or another.
void expect_one_verdict(const Conversation& c, const std::string& after, const messages::Plan& plan,
                        std::mt19937& random) {
  ASSERT_FALSE(messages::violation(c, after, plan)) << after;
  static constexpr std::string_view bytes = "\",:{}[]\\ 1aun\xC3\xA9";
  for (int i = 0; i < 8; ++i) {
    std::string spoilt = after;
    const std::size_t at = random() % spoilt.size();
    const char byte = bytes[random() % bytes.size()];
    switch (random() % 3) {
      case 0:
        spoilt.erase(at, 1 + random() % 3);
        break;
      case 1:
        spoilt.insert(at, 1 + random() % 3, byte);
        break;
      default:
        spoilt[at] = byte;
    }
    ASSERT_EQ(messages::violation(c, spoilt, plan).has_value(),
              messages::violation_by_reading(c, spoilt, plan).has_value())
        << after << '\n'
        << spoilt;
  }
}

TEST(WireFormats, RandomEditsGiveTheIntendedTexts) {
  std::mt19937 random(2);
  std::size_t edited = 0;
  for (const Format format : wire::formats) {
    for (int i = 0; i < bodies_per_format; ++i) {
      const std::string body = wire::write(any_talk(random), format, any_style(random));
      const auto c = messages::read(body, format);
      ASSERT_TRUE(c);
      std::vector<Edit> edits;
      messages::Plan plan;
      std::vector<std::string> intended;
      for (const messages::Leaf& leaf : c->leaves) {
        const std::string text = messages::text_of(*c, leaf);
        if (random() % 2 != 0) {
          intended.push_back(text);
          continue;
        }
        // Half of it, new text, and the rest: what is kept keeps its spelling.
        const std::size_t cut = text.find('\n', text.size() / 2);
        std::string now = cut == std::string::npos ? any_text(random, 10) : text.substr(0, cut) + any_text(random, 3);
        now = json::unescape(json::escape(now));
        const messages::Replacement replaced = messages::replace_leaf(*c, leaf, now);
        edits.insert(edits.end(), replaced.edits.begin(), replaced.edits.end());
        messages::plan_leaf(*c, leaf, plan);
        intended.push_back(std::move(now));
        ++edited;
      }
      std::ranges::sort(edits, {}, &Edit::offset);
      const std::string after = splice(body, edits);
      const auto wrong = messages::violation_by_reading(*c, after, plan);
      ASSERT_FALSE(wrong) << *wrong << '\n' << body << '\n' << after;
      expect_one_verdict(*c, after, plan, random);
      const auto again = messages::read(after, format);
      ASSERT_EQ(again->leaves.size(), c->leaves.size()) << after;
      for (std::size_t k = 0; k < intended.size(); ++k) {
        ASSERT_EQ(messages::text_of(*again, again->leaves[k]), intended[k]) << after;
        const bool kept = !std::ranges::any_of(plan.changed, [&](json::NodeId n) { return n == c->leaves[k].node; });
        if (kept) {
          ASSERT_EQ(again->doc.raw(again->leaves[k].node), c->doc.raw(c->leaves[k].node));
        }
      }
      // The same edits, without leave to make them.
      if (after != body) {
        ASSERT_TRUE(messages::violation(*c, after, {}).has_value());
      }
    }
  }
  EXPECT_GT(edited, 10'000u);
}

TEST(WireFormats, ACutBodyPassesAsItCame) {
  std::mt19937 random(3);
  Rig rig;
  for (const Format format : wire::formats) {
    wire::Style style = any_style(random);
    const std::string body = wire::write(any_talk(random), format, style);
    for (std::size_t n = 0; n < body.size(); ++n) {
      const std::string cut = body.substr(0, n);
      const auto out = pipeline::compress_body(cut, "", {}, rig.services);
      ASSERT_EQ(out.output, cut);
      ASSERT_EQ(out.skipped.size(), 1u) << n;
      ASSERT_TRUE(out.edits.empty() && !out.error);
    }
  }
}

// Tool output that every fidelity has a view for.
std::string rows(std::mt19937& random, int n) {
  std::string out = "[";
  for (int i = 0; i < n; ++i) {
    out += std::string(i > 0 ? "," : "") + "{\"id\":" + std::to_string(i) + ",\"path\":\"src/file_" +
           std::to_string(random() % 977) + ".cc\",\"state\":\"" + (random() % 50 == 0 ? "failed" : "ok") + "\"}";
  }
  return out + "]";
}

std::string log(std::mt19937& random, int n) {
  std::string out;
  for (int i = 0; i < n; ++i) {
    out += "2026-01-05T10:00:" + std::to_string(10 + i % 50) + "Z INFO /srv/app: request " +
           std::to_string(random() % 99991) + " done in " + std::to_string(random() % 300) + " ms\n";
    if (random() % 60 == 0) out += "2026-01-05T10:01:00Z ERROR /srv/app: connection réfused\n";
  }
  return out;
}

TEST(WireFormats, TheWayItIsWrittenDoesNotDecideTheViews) {
  std::mt19937 random(4);
  Rig rig;
  pipeline::Options options;
  options.retrieval = pipeline::Retrieval::tool;
  int changed = 0;
  for (int i = 0; i < 50; ++i) {
    wire::Talk talk;
    talk.system = "Be brief: é/à.";
    talk.turns.push_back({"Which of these failed in src/file_17.cc?",
                          "I look.",
                          {{"list", R"({"q":"state/failed"})", rows(random, 60 + i), false},
                           {"logs", R"({"n":1})", log(random, 60 + i), false}}});
    talk.turns.push_back({"", "More.", {{"list", "{}", rows(random, 40), false}}});
    for (const Format format : wire::formats) {
      const auto views = [&](const wire::Style& style) {
        const std::string body = wire::write(talk, format, style);
        const auto out = pipeline::compress_body(body, "", options, rig.services);
        EXPECT_FALSE(out.error) << out.error->message;
        std::vector<std::string> texts;
        for (const pipeline::Change& c : out.changes) texts.emplace_back(c.text.view());
        for (const pipeline::MarkerInfo& m : out.markers) texts.push_back(m.hash);
        return texts;
      };
      const std::vector<std::string> plain = views({});
      changed += static_cast<int>(plain.size());
      for (int variant = 0; variant < 4; ++variant)
        ASSERT_EQ(views(any_style(random)), plain) << messages::to_string(format) << ' ' << i;
    }
  }
  EXPECT_GT(changed, 500);
}

TEST(WireFormats, TheWayItIsWrittenDoesNotDecideTheProjection) {
  std::mt19937 random(5);
  for (const Format format : wire::formats) {
    for (int i = 0; i < 200; ++i) {
      const wire::Talk talk = any_talk(random);
      wire::Style style = any_style(random), other = any_style(random);
      other.strange = style.strange;
      const std::string a = wire::write(talk, format, style), b = wire::write(talk, format, other);
      const auto x = messages::read(a, format), y = messages::read(b, format);
      const auto p = messages::project(*x), q = messages::project(*y);
      ASSERT_TRUE(messages::is_prefix(p, q) && messages::is_prefix(q, p)) << a << '\n' << b;
      wire::Talk longer = talk;
      longer.turns.push_back({"and now?", "x", {}});
      const std::string c = wire::write(longer, format, any_style(random));
      const auto z = messages::read(c, format);
      ASSERT_TRUE(messages::is_prefix(p, messages::project(*z))) << a << '\n' << c;
      ASSERT_FALSE(messages::is_prefix(messages::project(*z), p));
    }
  }
}

}  // namespace
}  // namespace headroom
