// Any replies of a provider: the loop never fails, what the client gets does not depend on how the replies are split,
// and without a call of ours in them the client gets the first reply's own bytes. What comes out of a trace goes back
// in.
//
// The first byte chooses the format, the way (stream or whole), the mode of traces and the alias; the second seeds the
// splits; replies are separated by a zero byte.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"
#include "relay/relay.h"
#include "relay/restore.h"

namespace hr = headroom::relay;

namespace {

hr::Originals originals() {
  hr::Originals o;
  o.in_hand = [](headroom::store::Handle h) { return h.value % 2 == 1; };
  o.retrieve = [](const headroom::pipeline::RetrieveRequest& r, headroom::Tokens given) {
    return "answer to " + std::string(r.hash) + " after " + std::to_string(given.value);
  };
  o.count = [](std::string_view text) { return headroom::Tokens(static_cast<std::int64_t>(text.size())); };
  return o;
}

constexpr std::string_view requests[] = {
    R"({"model":"m","messages":[{"role":"user","content":"q"}]})", R"({"messages":[{"role":"user","content":"q"}]})",
    R"({"input":"q","store":false})", R"({"contents":[{"role":"user","parts":[{"text":"q"}]}]})",
    R"({"messages":[{"role":"user","content":[{"text":"q"}]}]})"};

struct Played {
  std::string client;
  std::vector<std::string> requests;
};

Played play(std::uint8_t choice, const std::vector<std::string_view>& replies, unsigned seed) {
  const auto wire = static_cast<hr::Wire>(choice % 5);
  hr::Setup setup;
  setup.wire = wire;
  setup.request = requests[choice % 5];
  setup.trace = static_cast<hr::TraceMode>(choice / 5 % 3);
  setup.alias = choice / 15 % 2 == 1;
  setup.originals = originals();
  const bool stream = choice / 30 % 2 == 0;
  hr::Relay relay(std::move(setup));
  Played played;
  const auto take = [&](const hr::Output& o) {
    played.client += o.client;
    if (o.state == hr::Output::State::asks) played.requests.push_back(o.request);
    return o.state;
  };
  for (std::string_view reply : replies) {
    take(relay.head({200, stream ? "text/event-stream" : "application/json"}));
    auto state = hr::Output::State::open;
    while (!reply.empty()) {
      seed = seed == 0 ? 0 : seed * 1103515245u + 12345u;
      const std::size_t size = seed == 0 ? reply.size() : std::min<std::size_t>(reply.size(), 1 + (seed >> 16) % 60);
      const auto now = take(relay.bytes(reply.substr(0, size)));
      if (now != hr::Output::State::open) state = now;
      reply.remove_prefix(size);
    }
    if (state != hr::Output::State::asks) state = take(relay.end());
    if (state == hr::Output::State::done) break;
  }
  return played;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  std::vector<std::string_view> replies;
  while (replies.size() < 8) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    replies.push_back(text.substr(0, end));
    if (end == text.size()) break;
    text.remove_prefix(end + 1);
  }
  const Played whole = play(data[0], replies, 0), split = play(data[0], replies, data[1] + 1u);
  if (whole.client != split.client || whole.requests != split.requests) std::abort();
  const bool plain = replies[0].find("etrieve") == std::string_view::npos &&
                     replies[0].find("ETRIEVE") == std::string_view::npos &&
                     replies[0].find('\\') == std::string_view::npos;
  if (plain && (whole.client != replies[0] || !whole.requests.empty())) std::abort();
  for (const std::string& r : whole.requests) {
    if (!headroom::json::Document::parse(r)) std::abort();
  }
  // The same bytes as a request that may hold traces.
  const auto wire = static_cast<hr::Wire>(data[0] % 5);
  if (const auto restored = hr::restore(replies[0], wire, originals(), {})) {
    if (!headroom::json::Document::parse(restored->body)) std::abort();
    const auto again = hr::restore(replies[0], wire, originals(), {});
    if (!again || again->body != restored->body) std::abort();
  }
  return 0;
}
