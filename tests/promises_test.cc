// The promises of the design that can be seen from outside, on every golden case and on mutations of it.
//
// Each case's input becomes a tool result in a request of both wire formats, and a content of its own.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/lines.h"
#include "base/utf8.h"
#include "json/document.h"
#include "json/strings.h"
#include "json/writer.h"
#include "pipeline/compress.h"

namespace headroom::pipeline {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string name, text;
};

std::string read_file(const fs::path& p) {
  std::ifstream in(p, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Small, seeded edits of the kind that real output differs by.
std::string mutate(const std::string& text, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::string> lines;
  for (const Line& l : split_lines(text)) lines.emplace_back(l.full());
  const auto pick = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
  switch (seed % 6) {
    case 0:
      if (!lines.empty())
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(pick(lines.size())), lines[pick(lines.size())]);
      break;
    case 1:
      if (!lines.empty()) lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(pick(lines.size())));
      break;
    case 2:
      return text.substr(0, pick(text.size()));
    case 3: {
      std::string out = text;
      for (int i = 0; i < 5 && !out.empty(); ++i) out[pick(out.size())] = static_cast<char>(32 + pick(95));
      return out;
    }
    case 4:
      std::shuffle(lines.begin(), lines.end(), random);
      break;
    case 5: {
      std::string out;
      for (const Line& l : split_lines(text)) out.append(l.text).append("\r\n");
      return out;
    }
  }
  std::string out;
  for (const std::string& l : lines) out += l;
  return out;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> out;
    std::vector<fs::path> inputs;
    for (const auto& e : fs::recursive_directory_iterator(fs::path(HEADROOM_SOURCE_DIR) / "corpus")) {
      if (e.path().filename() == "input") inputs.push_back(e.path());
    }
    std::sort(inputs.begin(), inputs.end());
    unsigned seed = 0;
    for (const fs::path& p : inputs) {
      const std::string name = fs::relative(p.parent_path(), fs::path(HEADROOM_SOURCE_DIR) / "corpus").string();
      const std::string text = read_file(p);
      out.push_back({name, text});
      for (int i = 0; i < 3; ++i, ++seed)
        out.push_back({name + " mutated by " + std::to_string(seed), mutate(text, seed)});
    }
    return out;
  }();
  return all;
}

// A core with its own memory store.
struct Rig {
  tokens::Witnesses counters;
  store::WorkspaceKey key{"default", std::string(32, 'k')};
  std::unique_ptr<store::Store> memory = store::open_memory(key, {});
  Services services{counters, [this]() -> Result<store::Store*> { return memory.get(); }, false, &key};
};

Options with_tool() {
  Options o;
  o.retrieval = Retrieval::tool;
  return o;
}

std::string valid_utf8(const std::string& text) {
  return json::unescape(json::escape(text));
}

std::string request(const std::string& text, bool anthropic, bool more) {
  json::Writer w;
  w.object().key("model").string("m").key("messages").array();
  w.object().key("role").string("user").key("content").string("Which of these failed, and why?").end();
  if (anthropic) {
    w.object().key("role").string("assistant").key("content").array();
    w.object()
        .key("type")
        .string("tool_use")
        .key("id")
        .string("t1")
        .key("name")
        .string("run")
        .key("input")
        .object()
        .end()
        .end()
        .end()
        .end();
    w.object().key("role").string("user").key("content").array();
    w.object()
        .key("type")
        .string("tool_result")
        .key("tool_use_id")
        .string("t1")
        .key("content")
        .string(text)
        .end()
        .end()
        .end();
  } else {
    w.object().key("role").string("assistant").key("content").null().key("tool_calls").array();
    w.object().key("id").string("t1").key("type").string("function").key("function").object();
    w.key("name").string("run").key("arguments").string("{}").end().end().end().end();
    w.object().key("role").string("tool").key("tool_call_id").string("t1").key("content").string(text).end();
  }
  if (more) w.object().key("role").string("user").key("content").string("Now look at handler_17 instead.").end();
  w.end().end();
  return std::move(w).take();
}

std::string leaf_after(const Outcome& o) {
  return std::string(o.changes.empty() ? std::string_view() : o.changes[0].text.view());
}

TEST(Promises, TheCorpusIsThere) {
  EXPECT_GE(cases().size(), 40u);
}

TEST(Promises, BytesNotDecidedToChangeLeaveIdentical) {  // 1
  Rig rig;
  for (const Case& c : cases()) {
    for (bool anthropic : {false, true}) {
      const std::string body = request(valid_utf8(c.text), anthropic, false);
      const Outcome o = compress_body(body, "", with_tool(), rig.services);
      ASSERT_FALSE(o.error) << c.name << ": " << o.error->message;
      EXPECT_EQ(splice(body, o.edits), o.output) << c.name;
      EXPECT_LE(o.edits.size(), 1u) << c.name;
      if (o.edits.empty()) {
        EXPECT_EQ(o.output, body) << c.name;
      }
      EXPECT_TRUE(json::Document::parse(o.output)) << c.name;
    }
  }
}

TEST(Promises, AViewIsAFunctionOfWhatCameBefore) {  // 2
  Rig one, two;
  for (const Case& c : cases()) {
    const std::string text = valid_utf8(c.text);
    const Outcome now = compress_body(request(text, false, false), "", with_tool(), one.services);
    const Outcome later = compress_body(request(text, false, true), "", with_tool(), two.services);
    EXPECT_EQ(leaf_after(now), leaf_after(later)) << c.name;
    const Outcome anthropic = compress_body(request(text, true, false), "", with_tool(), two.services);
    EXPECT_EQ(leaf_after(now), leaf_after(anthropic)) << c.name;
  }
}

TEST(Promises, LosslessViewsDecode) {  // 4
  Rig rig;
  for (const Case& c : cases()) {
    const Outcome o = compress_content(c.text, {}, Options(), rig.services);
    EXPECT_TRUE(o.lossless && o.markers.empty()) << c.name;
    if (!o.changed) {
      EXPECT_EQ(o.output, c.text) << c.name;
      continue;
    }
    const auto back = decode(o.output);
    ASSERT_TRUE(back) << c.name;
    EXPECT_TRUE(*back == c.text || json::same_tokens(*back, c.text)) << c.name;
  }
}

TEST(Promises, EveryHandleGivesTheOriginal) {  // 5
  Rig rig;
  for (const Case& c : cases()) {
    const Outcome o = compress_content(c.text, {}, with_tool(), rig.services);
    if (!o.lossless) {
      ASSERT_EQ(o.markers.size(), 1u) << c.name;
    }
    for (const MarkerInfo& m : o.markers) {
      EXPECT_NE(o.output.find("Retrieve with hash=" + m.hash + "]"), std::string::npos) << c.name;
      const auto found = rig.memory->get(*store::parse_handle(m.hash));
      ASSERT_TRUE(found && found->entry) << c.name;
      EXPECT_EQ(found->entry->content, c.text) << c.name;
    }
  }
}

TEST(Promises, NeverLarger) {  // 7
  Rig rig;
  for (const Case& c : cases()) {
    for (const Options& options : {Options(), with_tool()}) {
      const Outcome o = compress_content(c.text, {}, options, rig.services);
      EXPECT_EQ(o.before, rig.counters.ruler().count(c.text)) << c.name;
      EXPECT_EQ(o.after, rig.counters.ruler().count(o.output)) << c.name;
      EXPECT_LE(o.after, o.before) << c.name;
      EXPECT_LE(o.output.size(), c.text.size()) << c.name;
    }
  }
}

TEST(Promises, CompressedAgainStaysAsItIs) {
  Rig rig;
  for (const Case& c : cases()) {
    for (const Options& options : {Options(), with_tool()}) {
      const Outcome o = compress_content(c.text, {}, options, rig.services);
      if (o.changed) {
        EXPECT_EQ(compress_content(o.output, {}, options, rig.services).output, o.output) << c.name;
      }
    }
  }
}

TEST(Promises, ValidTextInValidTextOut) {
  Rig rig;
  for (const Case& c : cases()) {
    if (!utf8::is_valid(c.text)) continue;
    EXPECT_TRUE(utf8::is_valid(compress_content(c.text, {}, with_tool(), rig.services).output)) << c.name;
  }
}

// A store that takes nothing.
class Broken final : public store::Store {
 public:
  explicit Broken(ErrorKind kind) : kind_(kind) {}
  std::vector<Result<store::Handle>> put(std::span<const store::Original> originals) override {
    return std::vector<Result<store::Handle>>(originals.size(), fail(kind_, "no room"));
  }
  Result<store::Found> get(store::Handle) override { return fail(kind_, "no"); }
  Result<void> renew(std::span<const store::Handle>) override { return fail(kind_, "no"); }
  Result<bool> erase(store::Handle) override { return fail(kind_, "no"); }
  Result<std::optional<store::EntryState>> stat(store::Handle) override { return fail(kind_, "no"); }
  Result<void> flush() override { return fail(kind_, "no"); }
  Result<std::uint64_t> purge(std::optional<std::chrono::seconds>) override { return fail(kind_, "no"); }
  Result<store::Stats> stats() override { return fail(kind_, "no"); }
  Result<std::vector<store::WorkspaceStats>> workspaces() override { return fail(kind_, "no"); }
  Result<store::RecordAnswer> put_record(const store::RecordPut&) override { return fail(kind_, "no"); }
  Result<std::optional<store::Record>> get_record(std::string_view) override { return fail(kind_, "no"); }
  Result<std::vector<store::Record>> records() override { return fail(kind_, "no"); }
  Result<bool> erase_record(std::string_view) override { return fail(kind_, "no"); }

 private:
  ErrorKind kind_;
};

TEST(Promises, NoMarkerWithoutAnOriginal) {  // 5, 8
  for (ErrorKind kind : {ErrorKind::full, ErrorKind::collision, ErrorKind::unavailable}) {
    tokens::Witnesses counters;
    Broken broken(kind);
    Services services{counters, [&]() -> Result<store::Store*> { return &broken; }};
    Services closed{counters, [&]() -> Result<store::Store*> { return fail(kind, "cannot open"); }};
    for (std::size_t i = 0; i < cases().size(); i += 4) {
      const Case& c = cases()[i];
      for (Services* s : {&services, &closed}) {
        const Outcome o = compress_content(c.text, {}, with_tool(), *s);
        EXPECT_TRUE(o.lossless && o.markers.empty()) << c.name;
        EXPECT_EQ(o.output.find("Retrieve with hash="), c.text.find("Retrieve with hash=")) << c.name;
        EXPECT_EQ(o.after, counters.ruler().count(o.output)) << c.name;
        if (!o.changed) {
          EXPECT_EQ(o.output, c.text) << c.name;
        }
      }
    }
  }
}

TEST(Promises, WithoutAWayBackNothingIsLost) {  // 5
  Rig rig;
  Options lossless = with_tool();
  lossless.fidelity = FidelityOption::lossless;
  for (const Case& c : cases()) {
    EXPECT_EQ(compress_content(c.text, {}, lossless, rig.services).output,
              compress_content(c.text, {}, Options(), rig.services).output)
        << c.name;
  }
}

}  // namespace
}  // namespace headroom::pipeline
