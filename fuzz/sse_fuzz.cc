// Any bytes as an event stream: the same events however they are split, all bytes accounted for, and other data in an
// event reads back.
//
// The first byte seeds the splits.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "relay/sse.h"

namespace {

struct Parsed {
  std::vector<std::string> events;
  std::string bytes;
};

Parsed parse(std::string_view text, unsigned seed) {
  Parsed parsed;
  headroom::relay::SseParser parser;
  while (!text.empty()) {
    seed = seed * 1103515245u + 12345u;
    const std::size_t size = seed == 0 ? text.size() : std::min<std::size_t>(text.size(), 1 + (seed >> 16) % 7);
    parser.feed(text.substr(0, size), [&](const headroom::relay::SseEvent& e) {
      parsed.events.push_back(std::string(e.type) + '\0' + std::string(e.data) + '\0' + std::string(e.raw));
      parsed.bytes += e.raw;
      if (!e.has_data) return;
      // Behind a CR at the end a LF may still come: one more byte tells the event.
      std::string other = headroom::relay::with_data(e, "{\"a\":1}");
      if (other.ends_with('\r')) other += '\n';
      int seen = 0;
      headroom::relay::SseParser later;  // behind what stood before it: a byte order mark is one at the beginning only
      if (parsed.events.size() > 1) later.feed(":\n\n", [](const headroom::relay::SseEvent&) {});
      later.feed(other, [&](const headroom::relay::SseEvent& again) {
        if (again.data != "{\"a\":1}" || again.type != e.type) std::abort();
        ++seen;
      });
      if (seen != 1) std::abort();
    });
    text.remove_prefix(size);
  }
  parsed.bytes += parser.pending();
  return parsed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Parsed whole;
  headroom::relay::SseParser parser;
  parser.feed(text, [&](const headroom::relay::SseEvent& e) {
    whole.events.push_back(std::string(e.type) + '\0' + std::string(e.data) + '\0' + std::string(e.raw));
    whole.bytes += e.raw;
  });
  whole.bytes += parser.pending();
  const Parsed split = parse(text, data[0] + 1u);
  if (split.events != whole.events || split.bytes != whole.bytes || whole.bytes != text) std::abort();
  return 0;
}
