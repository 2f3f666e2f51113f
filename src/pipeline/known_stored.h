// What this process knows its store to have, so that a text that each request carries again is renewed, not put again.
//
// Kept among the finished views: forgetting costs a put. Cost: a look-up a handle, and a `stat` where it is renewed.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "pipeline/view_cache.h"
#include "store/store.h"

namespace headroom::pipeline {

class KnownStored {
 public:
  // `handle_key`: of the workspace; a handle under another key is another.
  KnownStored(ViewCache& cache, std::string handle_key) : cache_(&cache), handle_key_(std::move(handle_key)) {}

  bool has(store::Handle handle) const;
  void add(store::Handle handle) const;
  // Renews those known that the store still has, and forgets the others. True at i: `handles[i]` is known and there.
  std::vector<bool> renew(store::Store& store, std::span<const store::Handle> handles) const;

 private:
  Hash128 key_of(store::Handle handle) const;

  ViewCache* cache_;
  std::string handle_key_;
};

}  // namespace headroom::pipeline
