#include "pipeline/known_stored.h"

#include <memory>

namespace headroom::pipeline {

Hash128 KnownStored::key_of(store::Handle handle) const {
  return hash128("stored " + handle_key_ + " " + store::to_string(handle));
}

bool KnownStored::has(store::Handle handle) const {
  return cache_->find<bool>(key_of(handle)) != nullptr;
}

void KnownStored::add(store::Handle handle) const {
  cache_->put(key_of(handle), std::make_shared<const bool>(true), 1);
}

std::vector<bool> KnownStored::renew(store::Store& store, std::span<const store::Handle> handles) const {
  std::vector<bool> is_there;
  std::vector<store::Handle> there;
  for (const store::Handle handle : handles) {
    is_there.push_back(has(handle));
    if (!is_there.back()) continue;
    const auto state = store.stat(handle);
    is_there.back() = state && *state;
    if (is_there.back()) {
      there.push_back(handle);
    } else {
      cache_->erase(key_of(handle));
    }
  }
  if (!there.empty()) (void)store.renew(there);  // gathered and written later; a renewal lost costs a put
  return is_there;
}

}  // namespace headroom::pipeline
