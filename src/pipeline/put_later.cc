#include "pipeline/put_later.h"

namespace headroom::pipeline {

void PutLater::run() {
  const auto store = open();
  if (store) (void)known.renew(**store, renewed);
  if ((!store || !put(**store)) && failed != nullptr) *failed = true;
}

bool PutLater::put(store::Store& store) {
  if (fresh.empty()) return true;
  std::vector<store::Original> originals;
  for (Fresh& f : fresh) {
    f.original.content = f.content;
    originals.push_back(f.original);
  }
  bool all = true;
  for (const auto& answer : store.put(originals)) {
    all &= answer.has_value();
    if (answer) known.add(*answer);
  }
  return all;
}

}  // namespace headroom::pipeline
