#include "pipeline/put_later.h"

#include <memory>

namespace headroom::pipeline {

void PutLater::run() {
  const auto store = open();
  if (store) renew(**store);
  if ((!store || !put(**store)) && failed != nullptr) *failed = true;
}

void PutLater::renew(store::Store& store) {
  std::vector<store::Handle> there;
  for (const Renewed& r : renewed) {
    const auto state = store.stat(r.handle);
    if (state && *state) {
      there.push_back(r.handle);
    } else {
      cache->erase(r.key);
    }
  }
  if (!there.empty()) (void)store.renew(there);  // gathered and written later; a renewal lost costs a put
}

bool PutLater::put(store::Store& store) {
  if (fresh.empty()) return true;
  std::vector<store::Original> originals;
  for (Fresh& f : fresh) {
    f.original.content = f.content;
    originals.push_back(f.original);
  }
  bool all = true;
  const auto answers = store.put(originals);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    all &= answers[i].has_value();
    if (answers[i]) cache->put(fresh[i].key, std::make_shared<const bool>(true), 1);
  }
  return all;
}

}  // namespace headroom::pipeline
