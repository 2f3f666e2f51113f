#include "cli/memory.h"

#include <cstdlib>  // defines __GLIBC__

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace headroom::cli {
namespace {

void set_thresholds([[maybe_unused]] int map, [[maybe_unused]] int trim) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, map);
  mallopt(M_TRIM_THRESHOLD, trim);
#endif
}

}  // namespace

void give_memory_back() {
  set_thresholds(1 << 20, 2 << 20);
}

void keep_memory() {
  set_thresholds(32 << 20, 128 << 20);
}

void share_memory() {
  set_thresholds(4 << 20, 16 << 20);
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 2);
#endif
}

}  // namespace headroom::cli
