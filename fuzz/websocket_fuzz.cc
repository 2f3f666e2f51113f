// Any bytes as a WebSocket's, cut in two ways: nothing is lost or added, the texts are the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "http/websocket.h"

namespace {

struct Seen {
  std::string on;
  std::vector<std::string> texts;
  std::size_t held = 0;
};

Seen run(std::string_view bytes, std::size_t step, bool masked) {
  headroom::http::TextTap tap(masked, 300);
  Seen seen;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    tap.feed(bytes.substr(at, step));
    while (!tap.empty()) {
      const auto item = tap.take();
      seen.on += item.is_text ? item.text.frames() : item.bytes;
      if (item.is_text) seen.texts.push_back(item.text.text);
    }
  }
  seen.held = tap.held();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const bool masked = data[0] & 1;
  const Seen whole = run(bytes, bytes.size() + 1, masked), cut = run(bytes, data[1] % 17 + 1u, masked);
  if (whole.on != cut.on || whole.texts != cut.texts || whole.held != cut.held) std::abort();
  if (whole.on.size() > bytes.size()) std::abort();
  return 0;
}
