#include "images/smaller.h"

#include <algorithm>

#include "images/text_height.h"

namespace headroom::images {
namespace {

constexpr std::size_t small_file = 256 << 10;  // bytes that no request is too large for

}  // namespace

std::optional<Smaller> smaller(std::string_view bytes, const Billing& billing, bool low_detail) {
  const auto file = read_header(bytes);
  if (!file || file->ours) return std::nullopt;
  // Most images are small enough as they are: known before anything is decoded.
  if (!cheaper_size(billing, file->size, 0, low_detail)) return std::nullopt;
  const auto pixels = decode(bytes, *file);
  if (!pixels) return std::nullopt;
  const auto to = cheaper_size(billing, file->size, text_height(luma_of(*pixels)), low_detail);
  if (!to) return std::nullopt;
  auto made = encode(shrink(*pixels, *to), bytes, *file);
  if (!made || made->size() > std::max(bytes.size() / 2 * 3, small_file)) return std::nullopt;
  return Smaller{std::move(*made),
                 file->kind,
                 file->size,
                 *to,
                 tokens_of(billing, file->size, low_detail),
                 tokens_of(billing, *to, low_detail)};
}

}  // namespace headroom::images
