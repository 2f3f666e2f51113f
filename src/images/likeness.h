// Whether two images show the same: equal bytes are the caller's look; here those that differ in a cursor or a clock.
//
// Two tests, both must hold. A 64-bit hash of the low frequencies (the discrete cosine transform of a 32x32 thumbnail,
// each of its first 8x8 coefficients but the mean above or below their median) differs in at most 4 bits; and of the
// blocks of 16x16 pixels fewer than one in a hundred changed. Images of other sizes are never alike. Integers
// throughout. O(pixels).
#pragma once

#include <cstdint>

#include "images/pixels.h"

namespace headroom::images {

// Of an image of one channel.
std::uint64_t likeness_hash(const Pixels& luma);

// `a`, `b`: one channel each.
bool are_alike(const Pixels& a, const Pixels& b);

}  // namespace headroom::images
