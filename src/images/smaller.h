// An image file -> the same image at the next size that its model bills clearly less for.
//
//   a PNG of 1920x1080 with 24-pixel text, gpt-4o  ->  1024x576: 765 tokens instead of 1105
//   a PNG of 1920x1080 with 13-pixel text          ->  nothing: it could not be read any more
//
// Fewer tokens may be more bytes (letters with soft edges pack worse than sharp ones); more than half as many again are
// not taken, unless the file is under 256 KiB. A pure function of the bytes, the model's row and the detail asked for.
// Made from the original once: what it gives is marked and is never made smaller again. O(pixels), and only if the
// formula leaves something to gain: 64 megapixels take a second and 0.3 GB.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"
#include "images/billing.h"
#include "images/codec.h"

namespace headroom::images {

struct Smaller {
  std::string bytes;
  FileKind kind = FileKind::png;
  Size from, to;
  Tokens before, after;
};

std::optional<Smaller> smaller(std::string_view bytes, const Billing& billing, bool low_detail = false);

}  // namespace headroom::images
