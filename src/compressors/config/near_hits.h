// Which of the query's hits are shown: those near the best. In a file of alike entries the words that most of them
// share make hits of all, far below the one that is meant.
#pragma once

#include "search/query.h"

namespace headroom::compressors::config {

inline bool is_close(const search::Hit& hit, const search::Hit& best) {
  return hit.anchor || hit.score * 3 >= best.score;
}

}  // namespace headroom::compressors::config
