// Puts the originals of an answer that has gone out, and renews those that were put before.
//
// Owns all that it needs, so that it may run on any thread, later. What the store no longer has is forgotten in the
// cache too: the next request that carries it puts it again.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "pipeline/view_cache.h"
#include "store/store.h"

namespace headroom::pipeline {

struct PutLater {
  struct Renewed {
    store::Handle handle;
    Hash128 key;  // in the cache: it was put
  };
  struct Fresh {
    store::Original original;  // whose content is `content`
    std::string content;
    Hash128 key;
  };

  std::function<Result<store::Store*>()> open;
  ViewCache* cache = nullptr;
  std::atomic<bool>* failed = nullptr;  // becomes true if the store could not be reached or refused an original
  std::vector<Renewed> renewed = {};
  std::vector<Fresh> fresh = {};

  void run();

 private:
  void renew(store::Store& store);
  bool put(store::Store& store);
};

}  // namespace headroom::pipeline
