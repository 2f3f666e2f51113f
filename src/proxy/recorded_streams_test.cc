// Event streams that providers really sent (corpus/streams), cut at every offset and byte by byte: the events seen, the
// usage read, the armed retrieval loop and the whole proxy. Acceptance 11.
//
// HEADROOM_RECORDED_STREAMS names a folder of more (tools/recorded_streams.py --all); with HEADROOM_FULL every cut of
// every stream goes through the proxy, else some hundred of each.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "http/gzip_test_support.h"
#include "proxy/proxy_test_support.h"
#include "proxy/usage.h"
#include "relay/relay.h"
#include "relay/sse.h"

namespace headroom::proxy::test {
namespace {

struct Wires {
  std::string_view folder, path;
  relay::Wire wire;
  bool relayed;  // the retrieval loop knows it
};
constexpr Wires wires[] = {{"anthropic", "/v1/messages", relay::Wire::anthropic, true},
                           {"chat", "/v1/chat/completions", relay::Wire::openai, true},
                           {"responses", "/v1/responses", relay::Wire::responses, true},
                           {"gemini", "/v1beta/models/m:streamGenerateContent?alt=sse", relay::Wire::gemini, true},
                           {"interactions", "/v1beta/interactions", relay::Wire::gemini, false}};

struct Recorded {
  const Wires* of;
  std::string name, bytes;
};

const std::vector<Recorded>& recorded() {
  static const std::vector<Recorded> all = [] {
    std::vector<Recorded> out;
    std::vector<std::filesystem::path> roots = {HEADROOM_SOURCE_DIR "/corpus/streams"};
    if (const char* more = std::getenv("HEADROOM_RECORDED_STREAMS")) roots.emplace_back(more);
    for (const auto& root : roots) {
      for (const Wires& wire : wires) {
        if (!std::filesystem::is_directory(root / wire.folder)) continue;
        for (const auto& entry : std::filesystem::directory_iterator(root / wire.folder)) {
          std::ifstream file(entry.path(), std::ios::binary);
          out.push_back({&wire, entry.path().stem(), {std::istreambuf_iterator<char>(file), {}}});
        }
      }
    }
    std::sort(out.begin(), out.end(), [](const Recorded& a, const Recorded& b) {
      return std::tie(a.of->folder, a.name) < std::tie(b.of->folder, b.name);
    });
    return out;
  }();
  return all;
}

bool full() {
  return std::getenv("HEADROOM_FULL") != nullptr;
}

// Every offset of a small stream; of a larger one about `most`, by a step that meets all residues.
std::vector<std::size_t> cuts(std::size_t size, std::size_t most) {
  std::vector<std::size_t> out;
  const std::size_t step = full() || size <= most ? 1 : size / most | 1;
  for (std::size_t cut = 0; cut <= size; cut += step) out.push_back(cut);
  return out;
}

// ---- the slow readers that ours are checked against

struct Event {
  std::string type, data;
  friend bool operator==(const Event&, const Event&) = default;
};

// Lines, whole stream in hand; of the recorded ones each line ends in LF or CRLF.
std::vector<Event> events_of(std::string_view stream) {
  std::vector<Event> out;
  Event event;
  bool any = false;
  while (!stream.empty()) {
    const std::size_t end = stream.find('\n');
    if (end == stream.npos) break;
    std::string_view line = stream.substr(0, end);
    stream.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) {
      if (any) out.push_back(event);
      event = {}, any = false;
      continue;
    }
    const std::size_t colon = line.find(':');
    std::string_view value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    const std::string_view key = line.substr(0, colon);
    if (key == "event") event.type = value;
    if (key == "data")
      event.data += any && !event.data.empty() ? "\n" + std::string(value) : std::string(value), any = true;
  }
  return out;
}

std::int64_t number(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<std::int64_t>() : 0;
}
std::int64_t inner(const Json& object, const char* outer, const char* key) {
  const auto found = object.find(outer);
  return found != object.end() && found->is_object() ? number(*found, key) : 0;
}

// By each provider's documentation, from the last figures of the stream.
ledger::Usage usage_of(const Wires& wire, const std::vector<Event>& events) {
  ledger::Usage u;
  for (const Event& e : events) {
    const Json data = Json::parse(e.data, nullptr, false);
    if (!data.is_object()) continue;
    if (wire.wire == relay::Wire::anthropic) {
      const Json usage =
          data.value("type", "") == "message_start" ? data["message"]["usage"] : data.value("usage", Json());
      if (!usage.is_object()) continue;
      if (usage.contains("input_tokens")) u.uncached = number(usage, "input_tokens");
      if (usage.contains("cache_read_input_tokens")) u.read = number(usage, "cache_read_input_tokens");
      if (usage.contains("cache_creation_input_tokens")) u.written = number(usage, "cache_creation_input_tokens");
      if (usage.contains("cache_creation")) u.written_1h = inner(usage, "cache_creation", "ephemeral_1h_input_tokens");
      u.output = number(usage, "output_tokens");
      for (const Json& part : usage.value("iterations", Json::array())) {
        if (part.value("type", "") != "compaction") continue;  // billed beside the figures on top
        u.uncached += number(part, "input_tokens");
        u.read += number(part, "cache_read_input_tokens");
        u.written += number(part, "cache_creation_input_tokens");
        u.output += number(part, "output_tokens");
      }
    } else if (wire.wire == relay::Wire::openai) {
      Json usage = data.value("usage", Json());
      if (data.contains("x_groq") && data["x_groq"].contains("usage")) usage = data["x_groq"]["usage"];
      if (!usage.is_object()) continue;
      u.read = inner(usage, "prompt_tokens_details", "cached_tokens");
      u.uncached = number(usage, "prompt_tokens") - u.read;
      u.output = number(usage, "completion_tokens");
    } else if (wire.wire == relay::Wire::responses) {
      if (!data.contains("response") || !data["response"].value("usage", Json()).is_object()) continue;
      const Json usage = data["response"]["usage"];
      u.read = inner(usage, "input_tokens_details", "cached_tokens");
      u.uncached = number(usage, "input_tokens") - u.read;
      u.output = number(usage, "output_tokens");
    } else if (const Json usage = data.value("usageMetadata", Json()); usage.is_object()) {
      u.read = number(usage, "cachedContentTokenCount");
      u.uncached = number(usage, "promptTokenCount") - u.read + number(usage, "toolUsePromptTokenCount");
      u.output = number(usage, "candidatesTokenCount") + number(usage, "thoughtsTokenCount");
    }
  }
  return u;
}

// ---- a stream in pieces

template <class Feed>
void feed_bytewise(std::string_view bytes, const Feed& feed) {
  for (std::size_t i = 0; i < bytes.size(); ++i) feed(bytes.substr(i, 1));
}

TEST(RecordedStreams, AreThereOfEveryWire) {
  std::map<std::string_view, int> count;
  for (const Recorded& r : recorded()) ++count[r.of->folder];
  for (const Wires& wire : wires) EXPECT_GE(count[wire.folder], 3) << wire.folder;
}

TEST(RecordedStreams, SameEventsAtEveryCut) {
  for (const Recorded& r : recorded()) {
    const std::vector<Event> all = events_of(r.bytes);
    ASSERT_FALSE(all.empty()) << r.name;
    const auto check = [&](const auto& run, std::size_t cut) {
      std::vector<Event> seen;
      std::string raw;
      relay::SseParser parser;
      run([&](std::string_view piece) {
        parser.feed(piece, [&](const relay::SseEvent& e) {
          raw += e.raw;
          if (e.has_data) seen.push_back({std::string(e.type), std::string(e.data)});
        });
      });
      raw += parser.pending();
      ASSERT_TRUE(seen == all) << r.name << " cut " << cut;
      ASSERT_TRUE(raw == r.bytes) << r.name << " cut " << cut;
    };
    const std::string_view bytes = r.bytes;
    for (const std::size_t cut : cuts(bytes.size(), 4096)) {
      check([&](const auto& feed) { feed(bytes.substr(0, cut)), feed(bytes.substr(cut)); }, cut);
      if (HasFatalFailure()) return;
    }
    check([&](const auto& feed) { feed_bytewise(bytes, feed); }, bytes.size());
  }
}

TEST(RecordedStreams, UsageReadIsUsageSent) {
  int counted = 0;
  for (const Recorded& r : recorded()) {
    if (!r.of->relayed) continue;
    const ledger::Usage sent = usage_of(*r.of, events_of(r.bytes));
    const auto check = [&](const auto& run, std::size_t cut) {
      UsageWatcher watcher;
      watcher.begin("text/event-stream; charset=utf-8");
      run([&](std::string_view piece) { watcher.feed(piece); });
      watcher.end();
      ledger::Usage read;
      for (const ledger::Usage& round : watcher.rounds()) read += round;
      ASSERT_TRUE(read == sent) << r.of->folder << " " << r.name << " cut " << cut << ": " << read.uncached << " "
                                << read.read << " " << read.output << ", sent " << sent.uncached << " " << sent.read
                                << " " << sent.output;
    };
    const std::string_view bytes = r.bytes;
    for (const std::size_t cut : cuts(bytes.size(), 1024)) {
      check([&](const auto& feed) { feed(bytes.substr(0, cut)), feed(bytes.substr(cut)); }, cut);
      if (HasFatalFailure()) return;
    }
    check([&](const auto& feed) { feed_bytewise(bytes, feed); }, bytes.size());
    counted += sent != ledger::Usage{};
  }
  EXPECT_GE(counted, 30);
}

// What the loop is told where it is armed.
relay::Setup armed(const Wires& wire) {
  relay::Setup setup;
  setup.wire = wire.wire;
  setup.request = SharedText(
      std::string(R"({"model":"m","stream":true,"tools":[],"messages":[],"input":[],"contents":[],"store":false})"));
  setup.added = true;
  setup.originals.in_hand = [](store::Handle) { return true; };
  setup.originals.retrieve = [](const pipeline::RetrieveRequest&, Tokens) { return std::string("an original"); };
  setup.originals.count = [](std::string_view) { return Tokens(1); };
  return setup;
}

TEST(RecordedStreams, PassTheArmedLoopUnchanged) {
  for (const Recorded& r : recorded()) {
    if (!r.of->relayed) continue;
    const auto check = [&](const auto& run, std::size_t cut) {
      relay::Relay loop(armed(*r.of));
      std::string client;
      relay::Output last = loop.head({200, "text/event-stream"});
      run([&](std::string_view piece) {
        client += last.client;
        if (last.state == relay::Output::State::open) last = loop.bytes(piece);
      });
      client += last.client;
      if (last.state == relay::Output::State::open) last = loop.end(), client += last.client;
      ASSERT_TRUE(client == r.bytes) << r.of->folder << " " << r.name << " cut " << cut << "\n" << client;
      ASSERT_EQ(last.state, relay::Output::State::done) << r.name;
      ASSERT_EQ(loop.counts().rounds + loop.counts().calls + loop.counts().failed, 0) << r.name;
    };
    const std::string_view bytes = r.bytes;
    for (const std::size_t cut : cuts(bytes.size(), 512)) {
      check([&](const auto& feed) { feed(bytes.substr(0, cut)), feed(bytes.substr(cut)); }, cut);
      if (HasFatalFailure()) return;
    }
    check([&](const auto& feed) { feed_bytewise(bytes, feed); }, bytes.size());
  }
}

// ---- a hidden round between two real streams

const Recorded& stream(std::string_view folder, std::string_view name) {
  for (const Recorded& r : recorded()) {
    if (r.of->folder == folder && r.name == name) return r;
  }
  ADD_FAILURE() << "no stream " << folder << "/" << name;
  return recorded().front();
}

// The recorded calls are of the client's tools; by another name they are ours.
std::string with_our_calls(std::string text, std::string_view tool) {
  for (const std::string before : {"\"name\":\"", "\"name\": \""}) {
    const std::string from = before + std::string(tool) + "\"";
    for (std::size_t at = 0; (at = text.find(from, at)) != text.npos;)
      text.replace(at, from.size(), before + "headroom_retrieve\"");
  }
  return text;
}

struct TwoRounds {
  std::string client, request;
  bool asked = false, done = false;
};

TwoRounds play(const Wires& wire, std::string_view first, std::string_view second, std::size_t step) {
  TwoRounds out;
  relay::Relay loop(armed(wire));
  const auto run = [&](std::string_view bytes, std::size_t size) {
    relay::Output o = loop.head({200, "text/event-stream"});
    out.client += o.client;
    for (std::size_t at = 0; at < bytes.size() && o.state == relay::Output::State::open; at += size) {
      o = loop.bytes(bytes.substr(at, size));
      out.client += o.client;
      out.request += o.request;
    }
    if (o.state == relay::Output::State::open) o = loop.end(), out.client += o.client, out.request += o.request;
    return o.state;
  };
  out.asked = run(first, step) == relay::Output::State::asks;
  if (out.asked) out.done = run(second, step) == relay::Output::State::done;
  return out;
}

// What a client may rely on in one stream, of either wire.
void check_one_stream(const Wires& wire, const std::vector<Event>& events) {
  int begun = 0, over = 0;
  std::int64_t blocks = 0, number = 0;
  std::set<std::string> ids;
  for (const Event& e : events) {
    if (e.data == "[DONE]") {
      ++over;
      continue;
    }
    const Json data = Json::parse(e.data, nullptr, false);
    ASSERT_TRUE(data.is_object()) << e.data;
    const std::string type = data.value("type", "");
    Json shown = data;
    if (shown.contains("response")) shown["response"].erase("tools");  // what the provider was offered; a trace is text
    EXPECT_EQ(shown.dump().find("\"headroom_retrieve\""), std::string::npos) << e.data;
    begun += type == "message_start" || type == "response.created";
    over += type == "message_stop" || type == "response.completed";
    // Counted from nought, without a gap.
    if (type == "content_block_start") {
      ASSERT_EQ(data["index"], blocks++);
    }
    if (type == "response.output_item.added") {
      ASSERT_EQ(data["output_index"], blocks++);
    }
    if (wire.folder == "responses") {
      ASSERT_EQ(data["sequence_number"], number++);
    }
    if (wire.folder == "responses" && data.contains("response")) ids.insert(data["response"]["id"]);
    if (wire.folder == "chat") ids.insert(data["id"]);
    if (wire.folder == "gemini") ids.insert(data["responseId"]);
    if (type == "response.completed") {
      EXPECT_EQ(static_cast<std::int64_t>(data["response"]["output"].size()), blocks);
    }
  }
  EXPECT_EQ(begun, wire.folder == "anthropic" || wire.folder == "responses");
  EXPECT_EQ(over, wire.folder != "gemini");
  EXPECT_EQ(ids.size(), wire.folder == "anthropic" ? 0u : 1u);
}

TEST(RecordedStreams, ARoundOfOursIsHiddenBetweenTwo) {
  const std::tuple<std::string_view, std::string_view, std::string_view, std::string_view> rounds[] = {
      {"anthropic", "tool_call", "get_weather", "text"},
      {"anthropic", "two_tool_calls", "_Person", "citations"},
      {"anthropic", "tool_call", "get_weather", "thinking"},
      {"chat", "two_tool_calls", "get_current_weather", "text"},
      {"chat", "two_tool_calls", "get_current_weather", "obfuscated"},
      {"responses", "tool_call", "get_weather", "codex"},
      {"responses", "function", "multiply", "reasoning"},
      {"responses", "function", "multiply", "code_interpreter"},
      {"gemini", "call", "get_weather", "text"},
      {"gemini", "two_calls", "get_weather", "code"},
      {"gemini", "thoughts_and_calls", "get_weather", "long_text"}};
  for (const auto& [folder, call, tool, text] : rounds) {
    const Wires& wire = *stream(folder, call).of;
    const std::string first = with_our_calls(stream(folder, call).bytes, tool), second = stream(folder, text).bytes;
    const TwoRounds whole = play(wire, first, second, first.size() + second.size());
    SCOPED_TRACE(std::string(folder) + " " + std::string(call) + ", " + std::string(text) + "\n" + whole.client);
    ASSERT_TRUE(whole.asked && whole.done);
    EXPECT_TRUE(Json::accept(whole.request)) << whole.request;
    EXPECT_NE(whole.request.find("an original"), std::string::npos) << whole.request;
    const std::vector<Event> events = events_of(whole.client);
    check_one_stream(wire, events);
    if (HasFatalFailure()) return;
    ledger::Usage both = usage_of(wire, events_of(first));
    both += usage_of(wire, events_of(second));
    EXPECT_TRUE(usage_of(wire, events) == both);
    for (const std::size_t step : {1, 7, 100}) {
      const TwoRounds cut = play(wire, first, second, step);
      EXPECT_TRUE(cut.client == whole.client && cut.request == whole.request) << step;
    }
  }
}

// ---- through the proxy

// A request that is forwarded with our tool in it: the loop is armed.
std::string armed_request(const Wires& wire) {
  const Json schema = {{"type", "object"}, {"properties", Json::object()}};
  Json body = {{"model", "m"}, {"stream", true}};
  if (wire.folder == "anthropic") {
    body["tools"] = {{{"name", "run"}, {"input_schema", schema}}};
    body["messages"] = {{{"role", "user"}, {"content", "hi"}}};
  } else if (wire.folder == "chat") {
    body["tools"] = {{{"type", "function"}, {"function", {{"name", "run"}, {"parameters", schema}}}}};
    body["messages"] = {{{"role", "user"}, {"content", "hi"}}};
  } else if (wire.folder == "responses") {
    body["tools"] = {{{"type", "function"}, {"name", "run"}, {"parameters", schema}}};
    body["input"] = {{{"role", "user"}, {"content", "hi"}}};
    body["store"] = false;
  } else {
    body = {{"tools", {{{"functionDeclarations", {{{"name", "run"}, {"parameters", schema}}}}}}},
            {"contents", {{{"role", "user"}, {"parts", {{{"text", "hi"}}}}}}}};
  }
  return body.dump();
}

TEST(RecordedStreams, PassTheProxyWhateverTheCut) {
  // Each piece is a chunk of its own, so the proxy sees the cut however the system joins writes.
  std::vector<std::string> pieces;
  std::string_view coding;
  test::Provider provider([&](Wire& wire, const Message&) {
    std::string reply = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";
    if (!coding.empty()) reply.append("content-encoding: ").append(coding).append("\r\n");
    reply += "transfer-encoding: chunked\r\n\r\n";
    for (const std::string& piece : pieces) {
      if (!piece.empty()) http::append_chunk(reply, piece);
    }
    wire.send(reply + "0\r\n\r\n");
    return true;
  });
  Proxy proxy(provider.port());
  Wire wire(proxy.port());
  int streams = 0, exchanges = 0;
  const auto ask = [&](const Recorded& r, const std::string& request, std::string_view expected, std::size_t cut) {
    wire.send(post(r.of->path, request));
    const Message answer = read_message(wire, false);
    ++exchanges;
    ASSERT_TRUE(answer.complete) << r.name << " " << cut;
    ASSERT_TRUE(answer.body == expected) << r.of->folder << " " << r.name << " " << cut << "\n" << answer.body;
  };
  for (const Recorded& r : recorded()) {
    ++streams;
    const std::string plain = R"({"model":"m","stream":true,"messages":[]})";
    for (const std::string& request : {plain, armed_request(*r.of)}) {
      coding = {};
      for (const std::size_t cut : cuts(r.bytes.size(), 64)) {
        pieces = {r.bytes.substr(0, cut), r.bytes.substr(cut)};
        ask(r, request, r.bytes, cut);
        if (HasFatalFailure()) return;
      }
      if (r.of->relayed && request != plain) {
        ASSERT_NE(provider.last().body.find("headroom_retrieve"), std::string::npos) << r.of->folder;
      }
      pieces.clear();
      for (const char c : r.bytes) pieces.emplace_back(1, c);
      ask(r, request, r.bytes, r.bytes.size());
      const std::string coded = http::gzip(r.bytes);
      coding = "gzip";
      if (request != plain && r.of->relayed) continue;  // the loop asks for plain replies
      pieces.clear();
      for (const char c : coded) pieces.emplace_back(1, c);
      ask(r, request, coded, r.bytes.size());
      if (HasFatalFailure()) return;
    }
  }
  wire.close();
  EXPECT_TRUE(proxy.calms_down());
  std::printf("%d streams, %d exchanges\n", streams, exchanges);
}

}  // namespace
}  // namespace headroom::proxy::test
