// The last calls for an original, for /v1/retrieve/stats: whoever may read contents may read what was asked for.
//
// In memory only, at most 20 of at most 200 bytes of query. Thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "ledger/ledger.h"

namespace headroom::ledger {

class Retrievals {
 public:
  static constexpr std::size_t most = 20, longest_query = 200;
  void add(Retrieval retrieval);
  // {"store":{...},"recent_retrievals":[...]}, the newest first.
  std::string json(const Gauges& gauges) const;

 private:
  mutable std::mutex mutex_;
  std::deque<Retrieval> last_;
  std::int64_t count_ = 0;
};

}  // namespace headroom::ledger
