// Puts the originals of an answer that has gone out, and renews those that were put before.
//
// Owns all that it needs, so that it may run on any thread, later. What the store no longer has is forgotten: the next
// request that carries it puts it again.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipeline/known_stored.h"
#include "store/store.h"

namespace headroom::pipeline {

struct PutLater {
  struct Fresh {
    store::Original original;  // whose content is `content`
    std::string content;
  };

  std::function<Result<store::Store*>()> open;
  KnownStored known;
  std::atomic<bool>* failed = nullptr;  // becomes true if the store could not be reached or refused an original
  std::vector<store::Handle> renewed = {};
  std::vector<Fresh> fresh = {};

  void run();

 private:
  bool put(store::Store& store);
};

}  // namespace headroom::pipeline
