// Any bytes: findings lie in the text, in order, and both doors agree.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "secrets/secrets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto found = headroom::secrets::all(text);
  if (headroom::secrets::first(text).has_value() == found.empty()) std::abort();
  std::size_t at = 0;
  for (const auto& f : found) {
    if (f.offset < at || f.length == 0 || f.offset + f.length > size) std::abort();
    at = f.offset + 1;
  }
  return 0;
}
