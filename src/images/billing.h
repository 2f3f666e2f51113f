// What an image costs in tokens, by the provider's own formula, and the next smaller size that costs clearly less.
//
//   billing_of("gpt-4o")          -> tiles: 85 + 170 for each 512-pixel tile
//   tokens_of(row, {1920, 1080})  -> 1105 (3 x 2 tiles of the 1365x768 that the model sees)
//   cheaper_size(row, ...)        -> 1024x576: 765 (2 x 2 tiles)
//
// A provider scales large images down before the model sees them; that is counted in. Rows are dated and compiled in; a
// model without a row is never touched. Published examples of the providers are the tests. O(side / 16).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/units.h"
#include "images/size.h"

namespace headroom::images {

enum class Rule : std::uint8_t {
  tiles,    // fit into a square, then the short side; base + a price for each 512-pixel tile
  patches,  // one token a patch up to a cap, beyond which the image is scaled down; times a factor
  area,     // width x height / 750, within a long edge and an area
  crops,    // one price up to 384 pixels, else one for each crop of two thirds of the short side
};

// One row per model family. What a rule does not use is 0.
struct Billing {
  std::string_view glob;  // of the model's name; the first that matches wins
  Rule rule;
  int base = 0, each = 0;  // tiles, crops: tokens
  int patch = 0, cap = 0;  // patches: pixels of a side, patches at most
  int factor = 1000;       // patches: thousandths of a token for each
  int long_edge = 0;       // pixels beyond which the provider scales down
  std::string_view as_of;  // when the provider's page was read
};

// Null: no row, or a name that is not known to be one of a family.
const Billing* billing_of(std::string_view model);

// What the model sees of an image: the provider's own scaling applied.
Size seen_size(const Billing& billing, Size size);

// `low`: the request asks for low detail, which has one price whatever the size.
Tokens tokens_of(const Billing& billing, Size size, bool low = false);

// The largest size of the same shape that costs at most three quarters, if it keeps two fifths of the pixels that the
// model would see and `text` (pixels of a capital letter of the smallest text in the image as it is, 0: none) at 8.75
// pixels or more: the capitals of 12-pixel text.
std::optional<Size> cheaper_size(const Billing& billing, Size size, int text, bool low = false);

}  // namespace headroom::images
