#include "base/edits.h"

#include <cassert>

namespace headroom {

std::string splice(std::string_view body, std::span<const Edit> edits) {
  std::size_t size = body.size();
  for (const Edit& e : edits) size = size - e.length + e.replacement.size();
  std::string out;
  out.reserve(size);
  std::size_t at = 0;
  for (const Edit& e : edits) {
    assert(e.offset >= at && e.offset + e.length <= body.size());
    out.append(body, at, e.offset - at).append(e.replacement.view());
    at = e.offset + e.length;
  }
  return out.append(body, at);
}

}  // namespace headroom
