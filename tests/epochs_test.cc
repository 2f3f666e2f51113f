// Conversations over time: what was forwarded stays, but at epochs; the same bytes whoever forwards them and whenever;
// every handle resolves, and no view is larger than its text. Over the recorded sessions of corpus/, turn by turn,
// under several classes of options; one pass over all of them serves every test here.
//
// HEADROOM_FULL=1 runs twice as many classes: more than 10,000 forwarded bodies.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "history/same_result.h"
#include "history/touch.h"
#include "json/writer.h"
#include "recorded_sessions.h"

namespace headroom::pipeline {
namespace {

std::vector<Options> classes(const Session& session) {
  const auto size = static_cast<std::int64_t>(session.body.size());
  std::vector<Options> out{lossless(), options_with(Tokens(0)), options_with(Tokens(32'000 + size / 10))};
  out.push_back(options_with(Tokens(0), "gpt-4.1-mini"));
  out.back().keep_code = 2;
  if (std::getenv("HEADROOM_FULL") == nullptr) return out;
  out.push_back(options_with(Tokens(32'000 + size / 6), "claude-opus-4-1"));
  out.push_back(options_with(Tokens(0), "gemini-2.5-pro"));
  out.push_back(options_with(Tokens(0)));
  out.back().protect_analysis_context = false;
  out.push_back(options_with(Tokens(0)));
  out.back().roles = {"tool", "user"};
  return out;
}

// All requests of a session, in order, by one process under one class of options.
struct Pass {
  struct Turn {
    int boundary;
    Hash128 output;
    std::vector<std::string> epochs;
    Tokens after;
  };
  const Session& session;
  Options options;
  std::string format;
  std::vector<Turn> turns;
  std::string last;  // what the last request became
  // What was seen on the way; a line for whatever must not be.
  std::vector<std::string> failed, moved, dead, larger, astray;
  std::size_t epochs = 0, handles = 0, views = 0, same_results = 0;
};

bool ends_in_epoch(const Outcome& out, int boundary) {
  return !out.epochs.empty() && history::parse_position(out.epochs.back())->message == boundary;
}

class Watch {
 public:
  Watch(const Session& session, const Options& options) : pass_{session, options, {}, {}, {}, {}, {}, {}, {}, {}} {}

  Pass run() && {
    const auto c = messages::read(pass_.session.body);
    if (!c) {
      pass_.failed.push_back("is no request");
      return std::move(pass_);
    }
    pass_.format = to_string(c->format);
    for (const messages::Leaf& leaf : c->leaves) texts_[leaf.pointer] = messages::text_of(*c, leaf);
    for (const int b : c->boundaries) turn(cut_after(*c, b), b);
    return std::move(pass_);
  }

 private:
  void turn(const std::string& in, int boundary) {
    at_ = pass_.session.name + " at message " + std::to_string(boundary) + ": ";
    Outcome out = compress_body(in, pass_.format, pass_.options, rig_.services);
    if (out.error) pass_.failed.push_back(at_ + out.error->message);
    look_at_prefix(out, boundary);
    look_at_handles(out);
    look_at_views(out);
    look_at_same_results(in, out);
    pass_.turns.push_back({boundary, hash128(out.output), out.epochs, out.after});
    pass_.last = std::move(out.output);
  }

  void look_at_prefix(const Outcome& out, int boundary) {  // promise 3
    messages::Projection now = projected(out.output, pass_.format);
    if (now.empty()) pass_.moved.push_back(at_ + "does not read");
    const std::vector<std::string> before =
        pass_.turns.empty() ? std::vector<std::string>{} : pass_.turns.back().epochs;
    if (ends_in_epoch(out, boundary)) {
      ++pass_.epochs;
    } else {
      if (const auto d = messages::first_difference(before_, now)) pass_.moved.push_back(at_ + d->pointer);
      if (out.epochs != before) pass_.moved.push_back(at_ + "another epoch");
    }
    if (out.epochs.size() < before.size() || !std::equal(before.begin(), before.end(), out.epochs.begin()))
      pass_.moved.push_back(at_ + "an epoch has gone");
    before_ = std::move(now);
  }

  void look_at_handles(const Outcome& out) {  // promise 5
    constexpr std::string_view lead = "Retrieve with hash=";
    for (std::size_t at = out.output.find(lead); at != std::string::npos; at = out.output.find(lead, at + 1)) {
      const std::string digits = out.output.substr(at + lead.size(), 12);
      if (pass_.session.body.find(digits) != std::string::npos) continue;  // the client's own text
      ++pass_.handles;
      if (!seen_.insert(digits).second) continue;
      const auto handle = store::parse_handle(digits);
      const auto found = handle ? rig_.memory->get(*handle) : Result<store::Found>();
      const bool right =
          handle && found && found->entry && store::handle_of(rig_.key, found->entry->content) == *handle;
      if (!right) pass_.dead.push_back(at_ + digits);
    }
  }

  void look_at_views(const Outcome& out) {  // promise 7
    if (out.after > out.before) pass_.larger.push_back(at_ + "the whole");
    for (const Change& change : out.changes) {
      const auto original = texts_.find(change.pointer);
      if (original == texts_.end()) continue;  // what left, or no text
      if (!views_.insert(hash128((change.pointer + "\n").append(change.text.view()))).second) continue;
      ++pass_.views;
      if (!rig_.counters.smaller(change.text, original->second) || !witnesses_agree(change.text, original->second))
        pass_.larger.push_back(at_ + change.pointer);
    }
  }

  // "same as the result of X above": the one that this means is the very same text, and something stands for it.
  void look_at_same_results(const std::string& in, const Outcome& out) {
    if (std::ranges::find(out.transforms, "units") != out.transforms.end()) return;  // the reader counts other results
    const auto c = messages::read(in, messages::parse_format(pass_.format));
    if (!c) return;
    std::unordered_map<std::string_view, std::string_view> views;
    for (const Change& change : out.changes) views[change.pointer] = change.text;
    std::vector<std::string> labels;
    std::vector<const messages::Leaf*> results;
    std::vector<bool> refers;
    for (const messages::Leaf& leaf : c->leaves) {
      if (leaf.role != messages::Role::tool) continue;
      const auto view = views.find(leaf.pointer);
      const auto same = view == views.end() ? std::nullopt : history::SameResult::parse(view->second);
      if (same) look_at_same_result(*same, leaf, labels, results, refers);
      const messages::Call* call = leaf.call < 0 ? nullptr : &c->calls[static_cast<std::size_t>(leaf.call)];
      labels.push_back(call ? history::call_label({call->name, call->arguments, call->message}) : "");
      results.push_back(&leaf);
      refers.push_back(same.has_value());
    }
  }
  void look_at_same_result(const history::SameResult& same, const messages::Leaf& leaf,
                           const std::vector<std::string>& labels, const std::vector<const messages::Leaf*>& results,
                           const std::vector<bool>& refers) {
    ++pass_.same_results;
    std::vector<history::ResultAbove> above;
    for (std::size_t i = 0; i < labels.size(); ++i) above.push_back({labels[i], refers[i]});
    const auto found = history::find_same(same, above);
    const bool right = found && !refers[*found] && texts_[results[*found]->pointer] == texts_[leaf.pointer];
    if (!right) pass_.astray.push_back(at_ + leaf.pointer + " " + same.print());
  }

  // The same by whole counts, one witness after the other.
  bool witnesses_agree(std::string_view view, std::string_view text) {
    return o200k_.count(view) < o200k_.count(text) && cl100k_.count(view) < cl100k_.count(text) &&
           o200k_.count_digits_apart(view) < o200k_.count_digits_apart(text) && view.size() < text.size();
  }

  struct Less {
    bool operator()(const Hash128& a, const Hash128& b) const {
      return a.low != b.low ? a.low < b.low : a.high < b.high;
    }
  };

  Pass pass_;
  Rig rig_;
  tokens::Counter o200k_{tokens::VocabularyId::o200k}, cl100k_{tokens::VocabularyId::cl100k};
  std::unordered_map<std::string, std::string> texts_;  // of the client, by their pointers
  std::set<std::string> seen_;
  std::set<Hash128, Less> views_;
  messages::Projection before_;
  std::string at_;
};

const std::vector<Pass>& passes() {
  static const std::vector<Pass> all = [] {
    std::vector<Pass> out;
    for (const Session& session : recorded()) {
      for (const Options& options : classes(session)) out.push_back(Watch(session, options).run());
    }
    return out;
  }();
  return all;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

TEST(Epochs, SessionsAreThere) {
  EXPECT_GE(recorded().size(), 40u);
}

TEST(Epochs, WhatWasForwardedStaysButAtEpochs) {  // promise 3
  std::size_t requests = 0, epochs = 0;
  for (const Pass& pass : passes()) {
    EXPECT_TRUE(pass.failed.empty()) << joined(pass.failed);
    EXPECT_TRUE(pass.moved.empty()) << joined(pass.moved);
    requests += pass.turns.size(), epochs += pass.epochs;
  }
  std::printf("%zu requests, %zu epochs\n", requests, epochs);
  EXPECT_GT(requests, 4000u);
  EXPECT_GT(epochs, 5u);
}

// Every handle that stands in a forwarded body gives an original with that handle; none stands there where nothing may
// be left out.
TEST(Epochs, EveryHandleResolves) {
  std::size_t bodies = 0, handles = 0;
  for (const Pass& pass : passes()) {
    EXPECT_TRUE(pass.dead.empty()) << joined(pass.dead);
    if (pass.options.retrieval == Retrieval::none) {
      EXPECT_EQ(pass.handles, 0u) << pass.session.name;
    }
    bodies += pass.turns.size(), handles += pass.handles;
  }
  std::printf("%zu handles in %zu bodies\n", handles, bodies);
  EXPECT_GT(handles, 10'000u);
}

TEST(Epochs, NoViewIsLargerUnderAnyWitness) {  // promise 7
  std::size_t views = 0;
  for (const Pass& pass : passes()) {
    EXPECT_TRUE(pass.larger.empty()) << joined(pass.larger);
    views += pass.views;
  }
  std::printf("%zu views\n", views);
  EXPECT_GT(views, 1000u);
}

// A line that says which earlier result this one is again means a result with the same bytes.
TEST(Epochs, SameResultsAreTheSame) {
  std::size_t lines = 0;
  for (const Pass& pass : passes()) {
    EXPECT_TRUE(pass.astray.empty()) << joined(pass.astray);
    lines += pass.same_results;
  }
  std::printf("%zu lines for results that were shown before\n", lines);
  EXPECT_GT(lines, 1000u);
}

// First seen at turn n, by another process: without a cache, or by two replicas in turn that saw other turns. The same
// bytes as by the one that saw every turn.
TEST(Epochs, TheSameBytesWithoutCacheAndFirstSeenAtAnyTurn) {
  std::size_t compared = 0;
  for (const Pass& pass : passes()) {
    const auto c = messages::read(pass.session.body);
    ASSERT_TRUE(c && !pass.turns.empty()) << pass.session.name;
    const std::size_t step = std::max<std::size_t>(1, pass.turns.size() / 4);
    Rig replicas[2];
    for (std::size_t i = (pass.turns.size() - 1) % step, n = 0; i < pass.turns.size(); i += step, ++n) {
      Rig fresh;
      fresh.services.cache = nullptr;
      Rig& rig = i + step >= pass.turns.size() ? fresh : replicas[n % 2];
      const std::string in = cut_after(*c, pass.turns[i].boundary);
      const Outcome out = compress_body(in, pass.format, pass.options, rig.services);
      EXPECT_TRUE(hash128(out.output) == pass.turns[i].output)
          << pass.session.name << " at message " << pass.turns[i].boundary;
      EXPECT_EQ(out.epochs, pass.turns[i].epochs) << pass.session.name;
      EXPECT_EQ(out.after, pass.turns[i].after) << pass.session.name;
      ++compared;
    }
  }
  std::printf("%zu requests compared\n", compared);
  EXPECT_GT(compared, 500u);
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

// A result that comes again, of the same call or of another: a line says which it is, and nothing else stands for it.
TEST(Epochs, AResultShownInAViewIsNotShownAgain) {
  const auto rows = [](int from) {
    std::string out = "[";
    for (int i = from; i < from + 200; ++i)
      out +=
          (i > from ? "," : "") + std::string("{\"id\":") + std::to_string(i) + ",\"state\":\"settled\",\"amount\":12}";
    return out + "]";
  };
  std::string body = R"({"model":"gpt-4o","messages":[{"role":"user","content":"Go on."})";
  int n = 0;
  for (const auto& [what, text] :
       {std::pair("a", rows(0)), {"a", rows(0)}, {"b", rows(0)}, {"a", rows(500)}, {"a", rows(0)}}) {
    const std::string id = "c" + std::to_string(n++);
    body += R"(,{"role":"assistant","content":null,"tool_calls":[{"id":")" + id +
            R"(","type":"function","function":{"name":"show","arguments":"{\"path\":\")" + what + R"(\"}"}}]})" +
            R"(,{"role":"tool","tool_call_id":")" + id + R"(","content":)";
    json::Writer content;
    content.string(text);
    body += content.text() + "}";
  }
  body += "]}";
  for (const Options& options : {lossless(), options_with(Tokens(0))}) {
    Rig rig;
    const Outcome o = compress_body(body, "openai", options, rig.services);
    ASSERT_EQ(o.changes.size(), 5u);
    const auto says = [&](std::size_t i) {
      const auto same = history::SameResult::parse(o.changes[i].text);
      return same ? (same->nth > 0 ? std::to_string(same->nth) + " " : "") + same->label : "a view";
    };
    EXPECT_EQ(says(0), "a view");
    EXPECT_EQ(says(1), "show a");
    EXPECT_EQ(says(2), "show a");
    EXPECT_EQ(says(3), "a view");
    EXPECT_EQ(says(4), "1 show a") << "the nearest is another";
    EXPECT_EQ(o.changes[1].text.view().find("hash=") != std::string::npos, options.retrieval != Retrieval::none);
  }
}

TEST(Epochs, PositionsHandedBackGiveTheSameBytes) {
  for (const Pass& pass : passes()) {
    if (pass.turns.empty() || pass.turns.back().epochs.empty()) continue;
    Rig rig;
    Options options = pass.options;
    options.epoch.mode = history::EpochMode::positions;
    for (const std::string& p : pass.turns.back().epochs)
      options.epoch.positions.push_back(*history::parse_position(p));
    const auto c = messages::read(pass.session.body);
    const std::string in = cut_after(*c, pass.turns.back().boundary);
    const Outcome again = compress_body(in, pass.format, options, rig.services);
    EXPECT_EQ(pass.last, again.output) << pass.session.name;
    EXPECT_EQ(pass.turns.back().epochs, again.epochs) << pass.session.name;
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

}  // namespace
}  // namespace headroom::pipeline
