// What left a conversation is still in the request that the client sends: a process that never saw the conversation and
// has no store answers for every handle in it; a reply's calls for it are answered, and their traces turned back, by
// whoever gets the next request.
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api/core.h"
#include "api/options.h"
#include "generated_session.h"
#include "json/document.h"
#include "json/strings.h"
#include "messages/projection.h"
#include "store/store.h"

namespace headroom {
namespace {

using api::Core;

// A process of its own: nothing but the workspace's name in common with the others.
std::unique_ptr<Core> process() {
  return std::make_unique<Core>(api::Config{});
}

pipeline::Options options_with(std::int64_t limit) {
  pipeline::Options options;
  options.retrieval = pipeline::Retrieval::auto_;
  options.model_limit = Tokens(limit);
  return options;
}

std::string with_tools(const std::string& messages) {
  return R"({"model":"claude-sonnet-4-5","tools":[{"name":"Bash","input_schema":{"type":"object"}}],"messages":[)" +
         messages + "]}";
}

std::string joined(const std::vector<std::string>& messages) {
  std::string out;
  for (const std::string& m : messages) out.append(out.empty() ? "" : ",").append(m);
  return out;
}

pipeline::Outcome shorten(Core& core, const std::string& body, const pipeline::Options& options) {
  api::Input input;
  input.kind = api::Input::Kind::body;
  input.text = body;
  return core.compress(input, options);
}

TEST(LeftInHand, AnyProcessAnswersForWhatLeft) {
  const Generated g = generate(21, 220, 120);
  const std::string body = with_tools(joined(g.messages));
  const pipeline::Options options = options_with(70'000);
  const pipeline::Outcome out = shorten(*process(), body, options);
  ASSERT_EQ(out.redeem, pipeline::Redeem::in_hand);
  int units = 0, folded = 0;
  const auto other = process();
  const store::WorkspaceKey unrelated{"another", std::string(32, 'x')};
  for (const pipeline::MarkerInfo& m : out.markers) {
    units += m.kind == "unit";
    folded += m.kind == "index";
    api::RetrieveCall call;
    call.hash = m.hash;
    call.options = options;
    EXPECT_EQ(other->retrieve(call, Tokens(2000))->status, store::Status::unknown) << m.kind;  // it has no store
    call.body = body;
    const auto found = other->retrieve(call, Tokens(2000));
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->status, store::Status::live) << m.kind << " " << m.hash;
    if (m.kind == "unit") {
      EXPECT_EQ(found->text.find("[assistant]"), 0u) << found->text.substr(0, 80);
    }
  }
  std::printf("%d units and %d folded indices in hand\n", units, folded);
  EXPECT_GE(units, 100);
  EXPECT_GE(folded, 1);
  // Options under which nothing may be left out have nothing of the kind.
  api::RetrieveCall call;
  call.hash = out.markers.back().hash;
  call.body = body;
  EXPECT_EQ(other->retrieve(call, Tokens(2000))->status, store::Status::unknown);
}

// The handles of units that a forwarded body shows.
std::vector<std::string> shown_units(const std::string& forwarded) {
  std::vector<std::string> out;
  for (std::size_t at = forwarded.find("[turn"); at != std::string::npos; at = forwarded.find("[turn", at + 1)) {
    const std::size_t end = forwarded.find(']', at), hash = forwarded.find("hash=", at);
    if (hash < end) out.push_back(forwarded.substr(hash + 5, 12));
  }
  return out;
}

// The provider's model asks for a unit that left beside a call for the client; the client's next request carries the
// trace. Each step by a process of its own: what the provider gets is what its model wrote, and goes on as it was.
TEST(LeftInHand, TracesOfUnitsAreTurnedBackByWhoeverComesNext) {
  const Generated g = generate(22, 75, 120);
  std::vector<std::string> client = g.messages;
  const pipeline::Options options = options_with(48'000);
  std::set<std::string> asked;
  messages::Projection before;
  std::size_t of_later_turns = 0;
  for (int turn = 0; turn < 14; ++turn) {
    SCOPED_TRACE(turn);
    const std::string body = with_tools(joined(client));
    const auto restored = process()->restore(body, "anthropic", {}, options);
    ASSERT_EQ(restored.has_value(), turn > 0);
    const std::string whole = restored ? restored->body : body;
    ASSERT_EQ(whole.find("[headroom_retrieve"), std::string::npos);  // no trace is left as text
    ASSERT_EQ(restored ? restored->calls : 0, turn);
    const auto read = messages::read(whole, messages::Format::anthropic);
    ASSERT_TRUE(read);
    messages::Projection now = messages::project(*read);
    ASSERT_TRUE(turn == 0 || messages::is_prefix(before, now));
    before = std::move(now);

    const pipeline::Outcome out = shorten(*process(), whole, options);
    ASSERT_FALSE(out.error);
    // The newest unit that was not asked for yet: turns with a trace in them leave too.
    std::string hash;
    for (const std::string& h : shown_units(out.output)) {
      if (!asked.contains(h)) hash = h;
    }
    ASSERT_FALSE(hash.empty());
    asked.insert(hash);
    api::RetrieveCall call;
    call.hash = hash;
    call.body = whole;
    call.options = options;
    const auto unit = process()->retrieve(call, Tokens(2000));
    ASSERT_EQ(unit->status, store::Status::live);
    of_later_turns += unit->text.find("headroom_retrieve") != std::string::npos;

    api::RelayCall setup;
    setup.format = "anthropic";
    setup.body = whole;
    setup.request = out.output;
    setup.options = options;
    const auto core = process();
    auto relay = core->open_relay(std::move(setup));
    ASSERT_TRUE(relay);
    const std::string n = std::to_string(turn);
    (*relay)->head({200, "application/json"});
    (*relay)->bytes(
        R"({"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Turn )" + n +
        R"("},{"type":"tool_use","id":"own)" + n + R"(","name":"headroom_retrieve","input":{"hash":")" + hash +
        R"("}},{"type":"tool_use","id":"client)" + n + R"(","name":"Bash","input":{"command":"step )" + n +
        R"("}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}})");
    const relay::Output reply = (*relay)->end();
    ASSERT_EQ(reply.state, relay::Output::State::done);
    const auto doc = json::Document::parse(reply.client);
    ASSERT_TRUE(doc);
    const std::string content(doc->raw(*doc->member(0, "content")));
    ASSERT_NE(content.find("[headroom_retrieve"), std::string::npos) << content;
    Generator text(static_cast<unsigned>(100 + turn));
    client.push_back(R"({"role":"assistant","content":)" + content + "}");
    client.push_back(R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"client)" + n +
                     R"(","content":)" + json::quote(text.prose(900)) + "}]}");
  }
  std::printf("%zu of 14 units asked for hold a retrieval themselves\n", of_later_turns);
  EXPECT_GE(of_later_turns, 1u);
}

}  // namespace
}  // namespace headroom
