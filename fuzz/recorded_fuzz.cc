// Any bytes as a recorded session: the session's description up to the first NUL, then its messages, one a line. What
// is accepted can be replayed: every request, and the answer to it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "replay/recorded.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t nul = std::min(text.find('\0'), text.size());
  const std::string_view meta = text.substr(0, nul), body = text.substr(std::min(nul + 1, text.size()));
  const auto session = headroom::replay::Recorded::parse("input", body, meta);
  if (!session) {
    if (!session.error().message.starts_with("recorded session: input")) std::abort();
    return 0;
  }
  constexpr std::size_t looked_at = 16;
  for (std::size_t i = 0; i < std::min(session->requests(), looked_at); ++i) {
    if (session->messages_of(i) > session->messages().size()) std::abort();
    const std::string request = session->request(i);
    if (request != session->request(i)) std::abort();
    if (session->answer(i).size() > session->messages().size() - session->messages_of(i)) std::abort();
  }
  return 0;
}
