// The loop over scripted providers: what the client gets, what the provider gets, and that the next request gives the
// provider back what it wrote.
#include "relay/relay.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "relay/provider_test_support.h"
#include "relay/restore.h"

namespace headroom::relay {
namespace {

using test::Item;
using test::Json;
using test::Provider;
using test::Reply;
using test::Round;
using test::Usage;

constexpr Wire streams[] = {Wire::anthropic, Wire::openai, Wire::responses, Wire::gemini};

// Handles 1 to 9 are in hand, 10 is in the store; an answer says what was asked and given.
Originals originals() {
  Originals o;
  o.in_hand = [](store::Handle h) { return h.value >= 1 && h.value <= 9; };
  o.retrieve = [](const pipeline::RetrieveRequest& r, Tokens given) {
    return "[answer to " + std::string(r.hash) + " query " + std::string(r.query) + " after " +
           std::to_string(given.value) + "]";
  };
  o.count = [](std::string_view text) { return Tokens(static_cast<std::int64_t>(text.size())); };
  return o;
}

std::string hash_of(int n) {
  return R"({"hash":")" + store::to_string({static_cast<std::uint64_t>(n)}) + "\"}";
}

Item text(std::string value) {
  return {Item::text, std::move(value)};
}
Item thinking(std::string value) {
  return {Item::thinking, std::move(value), "sig/" + std::to_string(value.size()) + "=="};
}

struct Scene {
  Wire wire;
  bool streamed = true;
  TraceMode trace = TraceMode::auto_;
  std::size_t split = 0;  // bytes fed at a time; 0: all at once
  bool alias = false;
  Limits limits = {};
};

struct Played {
  std::string client;                 // bytes
  std::vector<std::string> requests;  // those that go on
  Output::State state = Output::State::open;
  Counts counts;
};

std::string id_of(Wire wire, int n) {
  return wire == Wire::gemini ? "" : "call_" + std::to_string(n);
}
Item own(Wire wire, int n) {
  return {Item::own, hash_of(n), id_of(wire, 100 + n), "headroom_retrieve"};
}
Item client(Wire wire, int n) {
  return {Item::client, R"({"n":)" + std::to_string(n) + "}", id_of(wire, n), "run"};
}

std::string reply_bytes(const Scene& s, const Round& round, int number, Usage usage, bool cut = false) {
  const Provider provider(s.wire);
  return s.streamed ? provider.stream(round, number, usage, cut) : provider.whole(round, number, usage);
}

Setup setup_of(const Scene& s, const std::string& request) {
  Setup setup;
  setup.wire = s.wire;
  setup.request = request;
  setup.trace = s.trace;
  setup.originals = originals();
  setup.alias = s.alias;
  setup.limits = s.limits;
  return setup;
}

// Plays replies against a relay, one after each request.
Played play(const Scene& s, const std::string& request, const std::vector<std::string>& replies) {
  Relay relay(setup_of(s, request));
  Played played;
  const auto take = [&](Output o) {
    played.client += o.client;
    if (!o.request.empty()) played.requests.push_back(o.request);
    played.state = o.state;
    return o.state;
  };
  for (const std::string& reply : replies) {
    take(relay.head({200, s.streamed ? "text/event-stream; charset=utf-8" : "application/json"}));
    const std::size_t step = s.split == 0 ? std::max<std::size_t>(reply.size(), 1) : s.split;
    bool asks = false;
    for (std::size_t i = 0; i < reply.size(); i += step) {
      asks |= take(relay.bytes(std::string_view(reply).substr(i, step))) == Output::State::asks;
    }
    if (!asks) take(relay.end());
    if (played.state == Output::State::done) break;
  }
  played.counts = relay.counts();
  return played;
}

Reply read(const Scene& s, std::string_view bytes) {
  return s.streamed ? Provider(s.wire).read_stream(bytes) : Provider(s.wire).read_whole(bytes);
}

std::string show(const Round& round) {
  std::string out;
  for (const Item& i : round) {
    constexpr const char* names[] = {"text", "thinking", "client", "own"};
    out += std::string(names[i.kind]) + "(" + i.value + ") ";
  }
  return out;
}

class RelayOfEveryFormat : public ::testing::TestWithParam<std::pair<Wire, bool>> {
 protected:
  Scene scene() const { return {.wire = GetParam().first, .streamed = GetParam().second}; }
};

INSTANTIATE_TEST_SUITE_P(Formats, RelayOfEveryFormat,
                         ::testing::Values(std::pair(Wire::anthropic, true), std::pair(Wire::anthropic, false),
                                           std::pair(Wire::openai, true), std::pair(Wire::openai, false),
                                           std::pair(Wire::responses, true), std::pair(Wire::responses, false),
                                           std::pair(Wire::gemini, true), std::pair(Wire::gemini, false),
                                           std::pair(Wire::converse, false)),
                         [](const auto& info) {
                           return std::string(to_string(info.param.first)) + (info.param.second ? "Stream" : "Whole");
                         });

TEST_P(RelayOfEveryFormat, RepliesWithoutOurCallsLeaveAsTheyCame) {
  const Scene s = scene();
  const Provider provider(s.wire);
  for (const Round& round :
       {Round{text("hello, world")}, Round{thinking("hm"), text("x"), client(s.wire, 1)}, Round{}}) {
    const std::string bytes = reply_bytes(s, round, 1, {10, 5, 2});
    const Played p = play(s, provider.first_request("x"), {bytes});
    EXPECT_EQ(p.client, bytes);
    EXPECT_EQ(p.state, Output::State::done);
    EXPECT_TRUE(p.requests.empty());
  }
}

TEST_P(RelayOfEveryFormat, AnswersACallOfOursAndGoesOn) {
  const Scene s = scene();
  const Provider provider(s.wire);
  const std::string request = provider.first_request("the original");
  const Round first{text("let me look"), own(s.wire, 3)}, second{text("it was the disk")};
  const Played p = play(s, request, {reply_bytes(s, first, 1, {10, 5, 2}), reply_bytes(s, second, 2, {30, 7, 11})});
  ASSERT_EQ(p.requests.size(), 1u);
  ASSERT_EQ(p.state, Output::State::done);
  // What went before stays by its bytes; the turn and its answer follow.
  std::vector<std::string> expected = provider.read_request(request);
  for (const std::string& l : provider.lines(first)) expected.push_back(l);
  const std::string id = s.wire == Wire::gemini ? "headroom_retrieve" : "call_103";
  expected.push_back("result " + id + " [answer to 000000000003 query  after 0]");
  EXPECT_EQ(provider.read_request(p.requests[0]), expected);
  EXPECT_EQ(p.requests[0].substr(0, request.find("the original")), request.substr(0, request.find("the original")));

  const Reply reply = read(s, p.client);
  EXPECT_TRUE(reply.complete);
  EXPECT_EQ(reply.usage, (Usage{40, 12, 13}));
  std::string said;
  for (const Item& i : reply.items) {
    EXPECT_EQ(i.kind, Item::text) << show(reply.items);
    said += i.value;
  }
  EXPECT_EQ(said, "let me lookit was the disk");
  const bool stored = s.wire == Wire::responses;
  if (s.wire != Wire::converse) {
    EXPECT_NE(reply.id.find(stored ? "2" : "1"), std::string::npos) << reply.id;
  }
  EXPECT_EQ(p.counts.rounds, 1);
  EXPECT_EQ(p.counts.calls, 1);
}

// Every order of up to three calls of ours and three of the client's, after a hidden round or none, with thinking or
// not: the client gets its calls, and its next request gives the provider back what it wrote.
TEST_P(RelayOfEveryFormat, MixedTurnsComeBackAsTheyWereWritten) {
  const Scene base = scene();
  const Provider provider(base.wire);
  const std::string request = provider.first_request("the original");
  int turns = 0;
  for (unsigned own_calls = 1; own_calls <= 3; ++own_calls) {
    for (unsigned client_calls = 1; client_calls <= 3; ++client_calls) {
      std::vector<int> order(own_calls, 0);
      order.resize(own_calls + client_calls, 1);
      do {
        for (const int variant : {0, 1, 2, 3, 4, 5}) {
          Scene s = base;
          s.split = variant == 0 ? 13 : 0;
          std::vector<Round> rounds;
          // Chat's thinking has no place of its own between the rounds of a turn: it stays with the last.
          const bool thinks = variant == 2 && s.wire != Wire::openai;
          if (variant >= 1 && variant != 5) {
            rounds.push_back({text("first"), own(s.wire, 8)});
            if (thinks) rounds.back().insert(rounds.back().begin(), thinking("let us see"));
          }
          if (variant == 4) rounds.push_back({own(s.wire, 7), own(s.wire, 9)});
          Round last;
          if (thinks) last.push_back(thinking("and now"));
          if (variant != 3) last.push_back(text("between the lines\nof a text"));
          int ours = 0, theirs = 0;
          for (const int who : order) {
            last.push_back(who == 0 ? own(s.wire, ++ours) : client(s.wire, ++theirs));
            if (variant == 5 && s.wire != Wire::openai) last.push_back(text("after call " + std::to_string(ours)));
          }
          if (s.wire == Wire::gemini) {
            // The first call of a round is signed.
            for (Round* r : {&rounds.emplace_back(last)}) {
              for (Item& i : *r) {
                if (i.kind < Item::client) continue;
                i.id = "sigOfFirst";
                break;
              }
            }
          } else {
            rounds.push_back(last);
          }
          std::vector<std::string> replies;
          Usage sum;
          for (std::size_t i = 0; i < rounds.size(); ++i) {
            const Usage u{10 + static_cast<int>(i), 3, static_cast<int>(i)};
            sum = sum + u;
            replies.push_back(reply_bytes(s, rounds[i], static_cast<int>(i) + 1, u));
          }
          const Played p = play(s, request, replies);
          ASSERT_EQ(p.state, Output::State::done);
          ASSERT_EQ(p.requests.size() + 1, rounds.size());
          const Reply reply = read(s, p.client);
          ASSERT_EQ(reply.usage, sum) << p.client;
          ASSERT_TRUE(reply.complete);
          int got = 0;
          for (const Item& i : reply.items) {
            ASSERT_NE(i.kind, Item::own);
            if (i.kind == Item::client) {
              ASSERT_EQ(i.value, client(s.wire, ++got).value);
            }
          }
          ASSERT_EQ(got, theirs);

          const std::string sent = provider.next_request(request, reply);
          const auto restored = restore(sent, s.wire, originals(), s.limits);
          ASSERT_TRUE(restored) << sent;
          // The provider's view: what it had got in its last request, what it then wrote, and the results.
          std::vector<std::string> expected = provider.read_request(p.requests.empty() ? request : p.requests.back());
          for (const std::string& l : provider.lines(rounds.back())) expected.push_back(l);
          const std::vector<std::string> is = provider.read_request(restored->body);
          ASSERT_GE(is.size(), expected.size());
          const std::vector<std::string> head(is.begin(), is.begin() + static_cast<std::ptrdiff_t>(expected.size()));
          ASSERT_EQ(head, expected) << show(rounds.back()) << "\n" << sent << "\n" << restored->body;
          // One result for each call of the last round.
          ASSERT_EQ(is.size() - expected.size(), order.size());
          for (std::size_t i = expected.size(); i < is.size(); ++i) ASSERT_TRUE(is[i].starts_with("result "));
          // Pure, and nothing left to restore.
          ASSERT_EQ(restore(sent, s.wire, originals(), s.limits)->body, restored->body);
          ASSERT_FALSE(restore(restored->body, s.wire, originals(), s.limits));
          ++turns;
        }
      } while (std::next_permutation(order.begin(), order.end()));
    }
  }
  EXPECT_GT(turns, 300);
}

TEST_P(RelayOfEveryFormat, HiddenRoundsWithThinkingLeaveTraces) {
  if (GetParam().first == Wire::openai) return;  // its thinking has no blocks
  for (const TraceMode mode : {TraceMode::auto_, TraceMode::always, TraceMode::never}) {
    Scene s = scene();
    s.trace = mode;
    const Provider provider(s.wire);
    const std::string request = provider.first_request("x");
    for (const bool first_thinks : {true, false}) {
      for (const bool second_thinks : {true, false}) {
        Round first{text("a"), own(s.wire, 1)}, second{text("b")};
        if (first_thinks) first.insert(first.begin(), thinking("one"));
        if (second_thinks) second.insert(second.begin(), thinking("two"));
        const Played p = play(s, request, {reply_bytes(s, first, 1, {1, 1, 1}), reply_bytes(s, second, 2, {1, 1, 1})});
        const Reply reply = read(s, p.client);
        const std::string sent = provider.next_request(request, reply);
        const auto restored = restore(sent, s.wire, originals(), s.limits);
        const bool traced = mode == TraceMode::always || (mode == TraceMode::auto_ && (first_thinks || second_thinks));
        ASSERT_EQ(restored.has_value(), traced) << p.client;
        if (!traced) continue;
        std::vector<std::string> expected = provider.read_request(p.requests[0]);
        for (const std::string& l : provider.lines(second)) expected.push_back(l);
        expected.push_back("user");
        ASSERT_EQ(provider.read_request(restored->body), expected) << sent;
      }
    }
  }
}

TEST_P(RelayOfEveryFormat, RoundsAreLimited) {
  Scene s = scene();
  s.limits.rounds = 2;
  const Provider provider(s.wire);
  std::vector<std::string> replies;
  for (int i = 1; i <= 6; ++i)
    replies.push_back(reply_bytes(s, {text("t" + std::to_string(i)), own(s.wire, i)}, i, {1, 1, 1}));
  const Played p = play(s, provider.first_request("x"), replies);
  EXPECT_EQ(p.requests.size(), 4u);  // two answered, two told that the budget is used
  EXPECT_EQ(p.state, Output::State::done);
  const auto results = provider.read_request(p.requests.back());
  EXPECT_EQ(std::count_if(results.begin(), results.end(),
                          [](const std::string& l) { return l.find("[budget used") != std::string::npos; }),
            2);
  const Reply reply = read(s, p.client);
  EXPECT_TRUE(reply.complete);
  const std::string normal[] = {"end_turn", "stop", "completed", "STOP", "end_turn"};
  EXPECT_EQ(reply.stop, normal[static_cast<int>(s.wire)]);
  EXPECT_EQ(reply.usage, (Usage{5, 5, 5}));
  std::string said;
  for (const Item& i : reply.items) said += i.value;
  EXPECT_EQ(said, "t1t2t3t4t5");
}

TEST_P(RelayOfEveryFormat, TheDeadlineEndsTheTurn) {
  const Scene s = scene();
  const Provider provider(s.wire);
  Relay relay(setup_of(s, provider.first_request("x")));
  relay.head({200, s.streamed ? "text/event-stream" : "application/json"});
  relay.deadline();
  Output o = relay.bytes(reply_bytes(s, {text("t"), own(s.wire, 1)}, 1, {1, 1, 1}));
  std::string client = o.client;
  o = relay.end();
  client += o.client;
  EXPECT_EQ(o.state, Output::State::done);
  EXPECT_TRUE(o.request.empty());
  const Reply reply = read(s, client);
  EXPECT_TRUE(reply.complete);
  ASSERT_EQ(reply.items.size(), 1u);
}

TEST_P(RelayOfEveryFormat, AliasesNotInHandAreTheClients) {
  Scene s = scene();
  s.alias = true;
  const Provider provider(s.wire);
  Item mine = own(s.wire, 3), theirs = own(s.wire, 77);
  mine.name = theirs.name = "mcp__headroom__headroom_retrieve";
  const Round round{text("a"), theirs};
  Played p = play(s, provider.first_request("x"), {reply_bytes(s, round, 1, {1, 1, 1})});
  EXPECT_TRUE(p.requests.empty());
  Reply reply = read(s, p.client);
  EXPECT_EQ(show(reply.items), show(round));
  p = play(s, provider.first_request("x"),
           {reply_bytes(s, {mine}, 1, {1, 1, 1}), reply_bytes(s, {text("b")}, 2, {1, 1, 1})});
  EXPECT_EQ(p.requests.size(), 1u);
  // Both in one turn: a mixed one, whose trace has the alias's name.
  p = play(s, provider.first_request("x"), {reply_bytes(s, {mine, theirs}, 1, {1, 1, 1})});
  EXPECT_TRUE(p.requests.empty());
  reply = read(s, p.client);
  const std::string sent = provider.next_request(provider.first_request("x"), reply);
  const auto restored = restore(sent, s.wire, originals(), s.limits);
  ASSERT_TRUE(restored) << p.client;
  EXPECT_NE(restored->body.find("mcp__headroom__headroom_retrieve"), std::string::npos);
}

TEST_P(RelayOfEveryFormat, NeverDropsAndCounts) {
  Scene s = scene();
  s.trace = TraceMode::never;
  const Provider provider(s.wire);
  const Played p = play(s, provider.first_request("x"),
                        {reply_bytes(s, {own(s.wire, 1), client(s.wire, 1), own(s.wire, 2)}, 1, {1, 1, 1})});
  const Reply reply = read(s, p.client);
  EXPECT_EQ(show(reply.items), show({client(s.wire, 1)}));
  EXPECT_EQ(p.counts.dropped, 2);
}

TEST_P(RelayOfEveryFormat, FailuresOfTheRequestThatGoesOnAreShown) {
  const Scene s = scene();
  const Provider provider(s.wire);
  const std::string first = reply_bytes(s, {text("a"), own(s.wire, 1)}, 1, {1, 1, 1});
  const std::string error = s.wire == Wire::anthropic
                                ? R"({"type":"error","error":{"type":"overloaded_error","message":"too busy"}})"
                                : R"({"error":{"code":529,"message":"too busy","status":"UNAVAILABLE"}})";
  Relay relay(setup_of(s, provider.first_request("x")));
  relay.head({200, s.streamed ? "text/event-stream" : "application/json"});
  Output o = relay.bytes(first);
  std::string client = o.client;
  if (o.state != Output::State::asks) {
    o = relay.end();
    client += o.client;
  }
  ASSERT_EQ(o.state, Output::State::asks);
  const bool wrote = !client.empty();
  EXPECT_EQ(wrote, s.streamed);
  client += relay.head({529, "application/json"}).client;
  client += relay.bytes(error).client;
  o = relay.end();
  client += o.client;
  EXPECT_EQ(o.state, Output::State::done);
  if (!wrote) {
    EXPECT_EQ(client, error);
  } else {
    EXPECT_EQ(read(s, client).error, "too busy");
  }
}

TEST_P(RelayOfEveryFormat, BreaksOffAsTheProviderDid) {
  const Scene s = scene();
  const Provider provider(s.wire);
  const std::string reply = reply_bytes(s, {text("hello"), client(s.wire, 1)}, 1, {1, 1, 1});
  for (std::size_t n = 0; n < reply.size(); n += 17) {
    Relay relay(setup_of(s, provider.first_request("x")));
    std::string client = relay.head({200, s.streamed ? "text/event-stream" : "application/json"}).client;
    client += relay.bytes(reply.substr(0, n)).client;
    const Output o = relay.cut();
    client += o.client;
    EXPECT_EQ(client, reply.substr(0, n));
    EXPECT_EQ(o.state, Output::State::broken);
  }
}

TEST_P(RelayOfEveryFormat, OtherRepliesGoThrough) {
  const Scene s = scene();
  const Provider provider(s.wire);
  for (const auto& [status, type] : std::vector<std::pair<int, std::string>>{
           {429, "application/json"}, {200, "text/html"}, {500, "text/event-stream"}, {200, "application/x-ndjson"}}) {
    Relay relay(setup_of(s, provider.first_request("x")));
    relay.head({status, type});
    const std::string reply = reply_bytes(s, {own(s.wire, 1)}, 1, {1, 1, 1});
    EXPECT_EQ(relay.bytes(reply).client, reply);
    EXPECT_EQ(relay.end().state, Output::State::done);
  }
}

class RelayOfStreams : public ::testing::TestWithParam<Wire> {};
INSTANTIATE_TEST_SUITE_P(Formats, RelayOfStreams, ::testing::ValuesIn(streams),
                         [](const auto& info) { return std::string(to_string(info.param)); });

// A pair of replies split at every byte, and fed byte by byte: the client's bytes are the same.
TEST_P(RelayOfStreams, AnySplitGivesTheSameBytes) {
  Scene s{.wire = GetParam()};
  const Provider provider(s.wire);
  const std::string request = provider.first_request("x");
  const Round first{thinking("hm"), text("one"), own(s.wire, 1)};
  const Round second{text("two"), own(s.wire, 2), client(s.wire, 1)};
  std::vector<std::string> replies{reply_bytes(s, first, 1, {1, 2, 3}), reply_bytes(s, second, 2, {4, 5, 6})};
  for (const bool crlf : {false, true}) {
    if (crlf) {
      for (std::string& r : replies) {
        std::string with;
        for (const char c : r) with += c == '\n' ? std::string("\r\n") : std::string(1, c);
        r = with;
      }
    }
    s.split = 0;
    const Played whole = play(s, request, replies);
    s.split = 1;
    ASSERT_EQ(play(s, request, replies).client, whole.client);
    for (std::size_t r = 0; r < replies.size(); ++r) {
      for (std::size_t n = 1; n < replies[r].size(); ++n) {
        Relay relay(setup_of(s, request));
        std::string client;
        for (std::size_t k = 0; k < replies.size(); ++k) {
          client += relay.head({200, "text/event-stream"}).client;
          const std::size_t cut = k == r ? n : replies[k].size();
          Output o = relay.bytes(replies[k].substr(0, cut));
          client += o.client;
          if (o.state != Output::State::asks) {
            o = relay.bytes(replies[k].substr(cut));
            client += o.client;
          }
          if (o.state != Output::State::asks) client += relay.end().client;
        }
        ASSERT_EQ(client, whole.client) << "split at " << n << " of reply " << r;
      }
    }
  }
}

// Text is never held back: what the client has said after each byte is what the provider had said in whole events.
TEST_P(RelayOfStreams, TextIsNeverHeldBack) {
  Scene s{.wire = GetParam()};
  const Provider provider(s.wire);
  const std::string reply =
      reply_bytes(s, {text("one two three four"), own(s.wire, 2), text("five"), client(s.wire, 1)}, 1, {4, 5, 6});
  Relay relay(setup_of(s, provider.first_request("x")));
  relay.head({200, "text/event-stream"});
  std::string client;
  std::size_t whole_events = 0;
  for (std::size_t n = 0; n < reply.size(); ++n) {
    client += relay.bytes(reply.substr(n, 1)).client;
    if (!reply.substr(0, n + 1).ends_with("\n\n")) continue;
    ++whole_events;
    const std::string written = reply.substr(0, n + 1);
    // Blocks that are still open are told by their deltas: pieces of the text stand in the bytes.
    for (const std::string& piece : {std::string("one two"), std::string(" three "), std::string("four")}) {
      EXPECT_EQ(client.find(piece) != std::string::npos, written.find(piece) != std::string::npos);
    }
  }
  EXPECT_GT(whole_events, 5u);
}

TEST_P(RelayOfStreams, CallsCutOffByALimitAreDropped) {
  Scene s{.wire = GetParam()};
  if (s.wire == Wire::gemini) return;  // its calls come whole
  const Provider provider(s.wire);
  const Played p =
      play(s, provider.first_request("x"), {reply_bytes(s, {text("a"), own(s.wire, 1)}, 1, {1, 2, 3}, true)});
  EXPECT_TRUE(p.requests.empty());
  const Reply reply = read(s, p.client);
  EXPECT_TRUE(reply.complete);
  EXPECT_EQ(show(reply.items), show({text("a")}));
  EXPECT_TRUE(reply.stop == "max_tokens" || reply.stop == "length" || reply.stop == "incomplete") << reply.stop;
  // Beside a call of the client's too: no trace of what was never said.
  const Played mixed =
      play(s, provider.first_request("x"), {reply_bytes(s, {client(s.wire, 1), own(s.wire, 1)}, 1, {1, 2, 3}, true)});
  EXPECT_EQ(show(read(s, mixed.client).items), show({client(s.wire, 1)}));
}

TEST_P(RelayOfStreams, HugeEventsReleaseWhatIsHeld) {
  Scene s{.wire = GetParam()};
  const Provider provider(s.wire);
  const std::string start = reply_bytes(s, {text("a"), own(s.wire, 1), text("b")}, 1, {1, 2, 3});
  const std::size_t held = start.find("headroom_retrieve");
  Relay relay(setup_of(s, provider.first_request("x")));
  relay.head({200, "text/event-stream"});
  std::string client = relay.bytes(start.substr(0, start.find("\n\n", held) + 2)).client;
  EXPECT_EQ(client.find("headroom_retrieve"), std::string::npos);
  const std::string huge = "data: {\"x\":\"" + std::string(11 << 20, 'y') + "\"}\n\n";
  client += relay.bytes(huge).client;
  EXPECT_NE(client.find("headroom_retrieve"), std::string::npos);
  EXPECT_TRUE(client.ends_with(huge));
  EXPECT_EQ(relay.counts().failed, 1);
  EXPECT_EQ(relay.bytes("data: rest\n\n").client, "data: rest\n\n");
}

TEST(Restore, LeavesWhatIsNoTraceAlone) {
  const auto body = [](std::string_view text, std::string_view role) {
    return Json{{"system", "s"},
                {"messages",
                 {{{"role", "user"}, {"content", "q"}},
                  {{"role", role}, {"content", {{{"type", "text"}, {"text", text}}}}},
                  {{"role", "user"}, {"content", "next"}}}}}
        .dump();
  };
  const auto restored = [&](std::string_view text, std::string_view role = "assistant") {
    return restore(body(text, role), Wire::anthropic, originals(), {}).has_value();
  };
  EXPECT_TRUE(restored(R"([headroom_retrieve t1 {"hash":"000000000003"} end])"));
  EXPECT_TRUE(restored(R"([headroom_retrieve "t 1" {"hash":3}])"));
  EXPECT_TRUE(restored("so:\n[headroom_retrieve t1 {\"hash\":\"000000000003\"} end]"));
  EXPECT_FALSE(restored(R"([headroom_retrieve t1 {"hash":"000000000003"} end])", "user"));
  EXPECT_FALSE(restored(R"(see [headroom_retrieve t1 {"hash":"000000000003"} end])"));
  EXPECT_FALSE(restored(R"([headroom_retrieve t1 {"hash":"000000000003"} end] ok)"));
  EXPECT_FALSE(restored(R"([headroom_retrieve t1 {"hash":"000000000077"} end])"));         // not in hand
  EXPECT_FALSE(restored(R"([headroom_retrieve t1 {"hash":"000000000003"} back 5 end])"));  // no such place
  EXPECT_FALSE(restored(R"([headroom_retrieve t1 {"hash":"000000000003"}  end])"));
  EXPECT_FALSE(restored(R"([headroom_retrieve  {"hash":"000000000003"} end])"));
  EXPECT_FALSE(restored(R"([other_tool t1 {"hash":"000000000003"} end])"));
}

TEST(Restore, KeepsAllOtherBytes) {
  const std::string before = R"({ "messages" : [ {"role":"user","content":"q\u00e9"} ,)"
                             "\n";
  const std::string after =
      R"( , {"content":[{"type":"tool_result","tool_use_id":"c","content":"r"}], "role" : "user"}], "x":1e400})";
  const std::string body =
      before +
      R"({"content":[{"type":"text","text":"a\/b", "citations":null},{"type":"text","text":"[headroom_retrieve t {\"hash\":\"3\"}]"},{"type":"tool_use","id":"c","name":"n","input":{ }}], "role":"assistant"})" +
      after;
  const auto restored = restore(body, Wire::anthropic, originals(), {});
  ASSERT_TRUE(restored);
  EXPECT_EQ(
      restored->body,
      before +
          R"({"content":[{"type":"text","text":"a\/b", "citations":null},{"type":"tool_use","id":"t","name":"headroom_retrieve","input":{"hash":"3"}},{"type":"tool_use","id":"c","name":"n","input":{ }}], "role":"assistant"})" +
          R"( , {"content":[{"type":"tool_result","tool_use_id":"t","content":"[answer to 3 query  after 0]"},{"type":"tool_result","tool_use_id":"c","content":"r"}], "role" : "user"}], "x":1e400})");
}

TEST(Restore, ThinkingTurnsAreSplitEvenIfTheHandleIsGone) {
  const std::string body = Json{{"messages",
                                 {{{"role", "assistant"},
                                   {"content",
                                    {{{"type", "thinking"}, {"thinking", "a"}, {"signature", "s"}},
                                     {{"type", "text"}, {"text", R"([headroom_retrieve t {"hash":"77"} end])"}},
                                     {{"type", "text"}, {"text", "b"}}}}}}}}
                               .dump();
  const auto restored = restore(body, Wire::anthropic, originals(), {});
  ASSERT_TRUE(restored);
  EXPECT_EQ(Json::parse(restored->body)["messages"].size(), 3u);
}

}  // namespace
}  // namespace headroom::relay
