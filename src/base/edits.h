// A body is immutable bytes plus a sorted list of edits (promise 1): what no edit names leaves identical.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/shared_text.h"

namespace headroom {

struct Edit {
  std::size_t offset;      // bytes from the start of the body
  std::size_t length;      // bytes replaced
  SharedText replacement;  // bytes put in their place: views that turn after turn puts there again
};

// The body with the edits applied. Edits must be sorted by offset, disjoint and inside the body (asserted).
std::string splice(std::string_view body, std::span<const Edit> edits);

}  // namespace headroom
