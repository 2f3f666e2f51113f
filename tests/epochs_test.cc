// Conversations over time: what was forwarded stays, but at epochs; the same bytes whoever forwards them and whenever;
// long sessions stay under their limit, and what left can be found again. Over the recorded sessions of corpus/ and
// generated ones, turn by turn.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/edits.h"
#include "json/writer.h"
#include "messages/conversation.h"
#include "messages/projection.h"
#include "pipeline/compress.h"
#include "tokens/models.h"

#include "generated_session.h"

namespace headroom::pipeline {
namespace {

namespace fs = std::filesystem;
using messages::Conversation;

struct Session {
  std::string name, body;
};

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

const std::vector<Session>& recorded() {
  static const std::vector<Session> all = [] {
    std::vector<fs::path> paths;
    for (const auto& e : fs::directory_iterator(fs::path(HEADROOM_SOURCE_DIR) / "corpus/sessions")) {
      const std::string name = e.path().filename().string();
      if (name.ends_with(".json") && !name.ends_with(".meta.json")) paths.push_back(e.path());
    }
    std::sort(paths.begin(), paths.end());
    std::vector<Session> out;
    for (const fs::path& p : paths) out.push_back({p.stem().string(), read_file(p)});
    return out;
  }();
  return all;
}

// The request that ended at this message: the list cut off behind it.
std::string cut_after(const Conversation& c, int message) {
  const auto node = [&](int m) { return c.doc[c.message_list[static_cast<std::size_t>(m)].node]; };
  const std::size_t end = node(message).end();
  const Edit rest{end, node(c.message_count - 1).end() - end, ""};
  return splice(c.doc.text(), {&rest, 1});
}

struct Rig {
  tokens::Witnesses counters;
  store::WorkspaceKey key{"default", std::string(32, 'k')};
  std::unique_ptr<store::Store> memory = store::open_memory(key, {});
  ViewCache cache;
  Services services{counters, [this]() -> Result<store::Store*> { return memory.get(); }, false, &key, &cache};
};

Options options_with(Tokens limit, std::string model = "claude-sonnet-4-5") {
  Options o;
  o.retrieval = Retrieval::tool;
  o.redeems_outside = true;
  o.model = std::move(model);
  if (limit.value > 0) o.model_limit = limit;
  return o;
}

Options lossless() {
  Options o;
  o.model = "claude-sonnet-4-5";
  return o;
}

struct Turn {
  int boundary;
  std::string in;
  Outcome out;
};

// All requests of a session, in order, by one process.
std::vector<Turn> replay(const Session& session, const Options& options, Rig& rig) {
  const auto c = messages::read(session.body);
  std::vector<Turn> turns;
  if (!c) return turns;
  for (const int b : c->boundaries) {
    std::string in = cut_after(*c, b);
    Outcome out = compress_body(in, to_string(c->format), options, rig.services);
    turns.push_back({b, std::move(in), std::move(out)});
  }
  return turns;
}

messages::Projection projected(const std::string& body, std::string_view format) {
  const auto c = messages::read(body, messages::parse_format(format));
  return c ? messages::project(*c) : messages::Projection{};
}

bool ends_in_epoch(const Turn& turn) {
  if (turn.out.epochs.empty()) return false;
  return history::parse_position(turn.out.epochs.back())->message == turn.boundary;
}

std::vector<Options> classes(const Session& session) {
  const auto size = static_cast<std::int64_t>(session.body.size());
  std::vector<Options> out{lossless(), options_with(Tokens(0)), options_with(Tokens(32'000 + size / 10))};
  out.push_back(options_with(Tokens(0), "gpt-4.1-mini"));
  out.back().keep_code = 2;
  return out;
}

TEST(Epochs, SessionsAreThere) {
  EXPECT_GE(recorded().size(), 5u);
}

TEST(Epochs, WhatWasForwardedStaysButAtEpochs) {  // promise 3
  std::size_t requests = 0, epochs = 0;
  for (const Session& session : recorded()) {
    const auto c = messages::read(session.body);
    ASSERT_TRUE(c) << session.name;
    const std::string_view format = to_string(c->format);
    for (const Options& options : classes(session)) {
      Rig rig;
      const std::vector<Turn> turns = replay(session, options, rig);
      messages::Projection before;
      std::vector<std::string> positions;
      for (const Turn& turn : turns) {
        ASSERT_FALSE(turn.out.error) << session.name << ": " << turn.out.error->message;
        EXPECT_LE(turn.out.after, turn.out.before) << session.name;
        messages::Projection now = projected(turn.out.output, format);
        ASSERT_FALSE(now.empty()) << session.name;
        ++requests;
        if (ends_in_epoch(turn)) {
          ++epochs;
        } else {
          const auto difference = messages::first_difference(before, now);
          EXPECT_FALSE(difference) << session.name << " at message " << turn.boundary << ": " << difference->pointer;
          EXPECT_EQ(turn.out.epochs, positions) << session.name;
        }
        ASSERT_GE(turn.out.epochs.size(), positions.size());
        EXPECT_TRUE(std::equal(positions.begin(), positions.end(), turn.out.epochs.begin())) << session.name;
        positions = turn.out.epochs;
        before = std::move(now);
      }
    }
  }
  std::printf("%zu requests, %zu epochs\n", requests, epochs);
  EXPECT_GT(requests, 100u);
  EXPECT_GT(epochs, 5u);
}

// First seen at turn n, by another process, without a cache: the same bytes as by one that saw every turn.
TEST(Epochs, TheSameBytesWithoutCacheAndFirstSeenAtAnyTurn) {
  for (const Session& session : recorded()) {
    const auto c = messages::read(session.body);
    ASSERT_TRUE(c) << session.name;
    for (const Options& options : classes(session)) {
      Rig rig;
      const std::vector<Turn> turns = replay(session, options, rig);
      const std::size_t step = std::max<std::size_t>(1, turns.size() / 4);
      for (std::size_t i = turns.size(); i-- > 0;) {
        if ((turns.size() - 1 - i) % step != 0) continue;
        Rig fresh;
        fresh.services.cache = nullptr;
        const Outcome out = compress_body(turns[i].in, to_string(c->format), options, fresh.services);
        EXPECT_TRUE(out.output == turns[i].out.output) << session.name << " at message " << turns[i].boundary;
        EXPECT_EQ(out.epochs, turns[i].out.epochs) << session.name;
        EXPECT_EQ(out.after, turns[i].out.after) << session.name;
      }
    }
  }
}

// "result 3 of X" is the third that the reader sees, whatever the first two became.
TEST(Epochs, PointersCountResultsAsTheReaderDoes) {
  std::string rows = "[";
  for (int i = 0; i < 200; ++i) {
    rows += (i ? "," : "") + std::string("{\"id\":") + std::to_string(i) + ",\"state\":\"settled\",\"amount\":12}";
  }
  const std::string notes =
      "The harbour was quiet when we came down in the morning.\nNobody had told us that boats leave before six.\n"
      "An old man mended nets beside the wall and whistled.\nWe asked him for the way, though he only shrugged.\n"
      "Later it rained, so lunch happened under a bridge.\nMy sister drew gulls in her notebook until dusk.\n"
      "Then a bus came after all, half empty and warm.\nI slept through most of what followed.\n";
  std::string others = notes;  // what lies nearer: as many lines, none of them equal
  std::replace(others.begin(), others.end(), 'e', 'a');
  std::string body = R"({"model":"gpt-4o","messages":[{"role":"user","content":"Go on."})";
  int n = 0;
  for (const std::string& text : {rows + "]", std::string("done"), notes, others, notes}) {
    const std::string id = "c" + std::to_string(n++);
    body += R"(,{"role":"assistant","content":null,"tool_calls":[{"id":")" + id +
            R"(","type":"function","function":{"name":"show","arguments":"{\"what\":\"all\"}"}}]})" +
            R"(,{"role":"tool","tool_call_id":")" + id + R"(","content":)";
    json::Writer content;
    content.string(text);
    body += content.text() + "}";
  }
  body += "]}";
  Rig rig;
  const Outcome o = compress_body(body, "openai", options_with(Tokens(0)), rig.services);
  EXPECT_NE(o.output.find("result 3 of show"), std::string::npos) << o.output;
}

TEST(Epochs, PositionsHandedBackGiveTheSameBytes) {
  for (const Session& session : recorded()) {
    const auto c = messages::read(session.body);
    for (Options options : classes(session)) {
      Rig rig;
      const Outcome first = compress_body(session.body, to_string(c->format), options, rig.services);
      options.epoch.mode = history::EpochMode::positions;
      for (const std::string& p : first.epochs) options.epoch.positions.push_back(*history::parse_position(p));
      const Outcome again = compress_body(session.body, to_string(c->format), options, rig.services);
      EXPECT_EQ(first.output, again.output) << session.name;
      EXPECT_EQ(first.epochs, again.epochs) << session.name;
    }
  }
}

TEST(Epochs, CompactIsAnEpochAtTheEndThatLaterTurnsCanKeep) {
  for (const Session& session : recorded()) {
    const auto c = messages::read(session.body);
    if (c->boundaries.size() < 8) continue;
    const int at = c->boundaries[c->boundaries.size() / 2];
    Rig rig;
    Options options = options_with(Tokens(0));
    options.epoch.mode = history::EpochMode::off;
    options.compact = true;
    const std::string_view format = to_string(c->format);
    const Outcome compact = compress_body(cut_after(*c, at), format, options, rig.services);
    ASSERT_EQ(compact.epochs.size(), 1u) << session.name;
    options.compact = false;
    options.epoch.mode = history::EpochMode::positions;
    options.epoch.positions = {*history::parse_position(compact.epochs[0])};
    const Outcome later = compress_body(session.body, format, options, rig.services);
    EXPECT_TRUE(messages::is_prefix(projected(compact.output, format), projected(later.output, format)))
        << session.name;
  }
}

// Every handle that stands in a forwarded body gives an original with that handle.
TEST(Epochs, EveryHandleResolves) {
  constexpr std::string_view lead = "Retrieve with hash=";
  std::size_t seen = 0;
  for (const Session& session : recorded()) {
    for (const Options& options : classes(session)) {
      Rig rig;
      for (const Turn& turn : replay(session, options, rig)) {
        for (std::size_t at = turn.out.output.find(lead); at != std::string::npos;
             at = turn.out.output.find(lead, at + 1)) {
          const std::string digits = turn.out.output.substr(at + lead.size(), 12);
          if (session.body.find(digits) != std::string::npos) continue;  // the client's own text
          const auto handle = store::parse_handle(digits);
          ASSERT_TRUE(handle) << session.name << " " << digits;
          const auto found = rig.memory->get(*handle);
          ASSERT_TRUE(found && found->entry) << session.name << " " << digits;
          EXPECT_EQ(store::handle_of(rig.key, found->entry->content), *handle);
          ++seen;
        }
      }
    }
  }
  std::printf("%zu handles\n", seen);
  EXPECT_GT(seen, 100u);
}

// ---- generated sessions ---------------------------------------------------------------------------------------------

std::int64_t high_estimate(const Outcome& o) {
  return tokens::tokens_of_model("claude-sonnet-4-5").data.at_most(o.after).value;
}

TEST(Epochs, SessionsOfTwiceTheLimitStayUnderIt) {
  const Generated g = generate(7, 200, 220);
  Rig rig;
  const Outcome all = compress_body(g.body(g.messages.size()), "", lossless(), rig.services);
  const Tokens usable(high_estimate(all) / 2);
  const Tokens reserve(32'000);  // of the price row
  const Options options = options_with(usable + reserve);
  std::int64_t after_epoch = -1;
  int epochs = 0;
  std::vector<std::int64_t> grown;
  messages::Projection before;
  for (std::size_t n = 1; n <= g.messages.size(); ++n) {
    const std::string body = g.body(n);
    const auto c = messages::read(body);
    if (c->boundaries.empty() || c->boundaries.back() != static_cast<int>(n) - 1) continue;
    const Outcome o = compress_body(body, "", options, rig.services);
    ASSERT_FALSE(o.error) << o.error->message;
    EXPECT_LE(high_estimate(o), usable.value) << "at message " << n;
    const auto now = projected(o.output, "anthropic");
    const bool epoch = static_cast<int>(o.epochs.size()) > epochs;
    if (epoch) {
      if (after_epoch >= 0) grown.push_back(o.epoch_reports.back().before.value);
      epochs = static_cast<int>(o.epochs.size());
      after_epoch = high_estimate(o);
    } else {
      EXPECT_TRUE(messages::is_prefix(before, now)) << "at message " << n;
    }
    before = now;
  }
  EXPECT_GE(epochs, 3);
  // Between limit epochs the size grows by a quarter of the limit at least.
  Rig again;
  const Outcome last = compress_body(g.body(g.messages.size()), "", options, again.services);
  const tokens::Factor factor = tokens::tokens_of_model("claude-sonnet-4-5").data;
  for (std::size_t i = 1; i < last.epoch_reports.size(); ++i) {
    if (last.epoch_reports[i].trigger != "limit") continue;
    const std::int64_t growth =
        (last.epoch_reports[i].before - last.epoch_reports[i - 1].after).value * factor.high / factor.centre;
    EXPECT_GE(growth * 100, usable.value * 25) << "epoch " << i;
  }
}

TEST(Epochs, FactsInWhatLeftAreFoundByOneRetrieval) {
  const Generated g = generate(11, 170, 200);
  Rig rig;
  const Outcome all = compress_body(g.body(g.messages.size()), "", lossless(), rig.services);
  const Options options = options_with(Tokens(high_estimate(all) / 2 + 32'000));
  const Outcome o = compress_body(g.body(g.messages.size()), "", options, rig.services);
  int left = 0, found = 0;
  for (const Planted& p : g.planted) {
    if (o.output.find(p.fact) != std::string::npos) continue;
    ++left;
    // The reader looks for a line that names the subject, and asks for its handle.
    const std::size_t line = o.output.find("[turn ", 0);
    for (std::size_t at = line; at != std::string::npos; at = o.output.find("[turn ", at + 1)) {
      const std::string text = o.output.substr(at, o.output.find(']', at) - at + 1);
      if (text.find(p.subject) == std::string::npos) continue;
      const auto entry = rig.memory->get(*store::parse_handle(text));
      found += entry && entry->entry && entry->entry->content.find(p.fact) != std::string::npos;
      break;
    }
  }
  std::printf("%d of %d facts found\n", found, left);
  EXPECT_GE(left, 60);
  EXPECT_GE(found * 100, left * 95);
}

TEST(Epochs, UnitsOfEveryFormatLeaveWhole) {
  int with_units = 0;
  for (const Session& session : recorded()) {
    const auto c = messages::read(session.body);
    Rig rig;
    const Outcome whole = compress_body(session.body, to_string(c->format), lossless(), rig.services);
    Options options = options_with(Tokens(32'000 + whole.after.value * 6 / 10));
    const Outcome o = compress_body(session.body, to_string(c->format), options, rig.services);
    ASSERT_FALSE(o.error) << session.name << ": " << o.error->message;
    const auto after = messages::read(o.output, c->format);
    ASSERT_TRUE(after) << session.name;
    with_units += std::find(o.transforms.begin(), o.transforms.end(), "units") != o.transforms.end();
    for (const messages::Result& r : after->results) EXPECT_GE(r.call, 0) << session.name;
    EXPECT_EQ(splice(session.body, o.edits), o.output) << session.name;
  }
  EXPECT_GE(with_units, 4);
}

// A store that takes nothing: nothing leaves, nothing is lost.
class Broken final : public store::Store {
 public:
  std::vector<Result<store::Handle>> put(std::span<const store::Original> originals) override {
    return std::vector<Result<store::Handle>>(originals.size(), refused());
  }
  Result<store::Found> get(store::Handle) override { return refused(); }
  Result<void> renew(std::span<const store::Handle>) override { return refused(); }
  Result<bool> erase(store::Handle) override { return refused(); }
  Result<std::optional<store::EntryState>> stat(store::Handle) override { return refused(); }
  Result<void> flush() override { return refused(); }
  Result<std::uint64_t> purge(std::optional<std::chrono::seconds>) override { return refused(); }
  Result<store::Stats> stats() override { return refused(); }
  Result<std::vector<store::WorkspaceStats>> workspaces() override { return refused(); }
  Result<store::RecordAnswer> put_record(const store::RecordPut&) override { return refused(); }
  Result<std::optional<store::Record>> get_record(std::string_view) override { return refused(); }
  Result<std::vector<store::Record>> records() override { return refused(); }
  Result<bool> erase_record(std::string_view) override { return refused(); }

 private:
  static std::unexpected<Error> refused() { return fail(ErrorKind::full, "no room"); }
};

TEST(Epochs, WithoutAStoreNothingLeaves) {
  const Generated g = generate(3, 60, 200);
  Rig rig;
  const Outcome all = compress_body(g.body(g.messages.size()), "", lossless(), rig.services);
  const Options options = options_with(Tokens(high_estimate(all) / 2 + 32'000));
  Broken broken;
  rig.services.store = [&]() -> Result<store::Store*> { return &broken; };
  const Outcome o = compress_body(g.body(g.messages.size()), "", options, rig.services);
  EXPECT_TRUE(o.error);
  EXPECT_EQ(o.output.find("Retrieve with hash="), std::string::npos);
  for (const Planted& p : g.planted) EXPECT_NE(o.output.find(p.fact), std::string::npos);
}

}  // namespace
}  // namespace headroom::pipeline
