// For hash.cc alone.
#pragma once

#include <cstddef>
#include <cstdint>

namespace headroom {

struct Halves {
  std::uint64_t low, high;
};
Halves hash128_avx2(const char* bytes, std::size_t size);

}  // namespace headroom
