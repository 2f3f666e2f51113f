#include "store/policy.h"

#include "base/utf8.h"

namespace headroom::store {

Result<void> check_original(const Original& original, const Options& options) {
  if (original.content.empty()) return fail(ErrorKind::invalid_request, "an empty content has no handle");
  if (original.content.size() > max_content) return fail(ErrorKind::too_large, "a content over 64 MiB is not stored");
  if (original.content.size() > options.capacity_bytes)
    return fail(ErrorKind::full, "the content is larger than the store");
  return {};
}

Source kept_source(const Source& source) {
  return {source.tool, source.arguments.substr(0, utf8::floor_boundary(source.arguments, max_arguments))};
}

}  // namespace headroom::store
