// Any bytes as an image file: refused, or pixels of the size that the header says; and what is made smaller is a file
// of that kind and size which costs less.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "images/smaller.h"

namespace hr = headroom::images;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto file = hr::read_header(bytes);
  // Larger ones are the same code for longer.
  if (!file || file->size.pixels() > 4'000'000) return 0;
  const auto pixels = hr::decode(bytes, *file);
  if (pixels && (pixels->size != file->size ||
                 pixels->samples.size() != pixels->stride() * static_cast<std::size_t>(file->size.height)))
    std::abort();
  for (const std::string_view model : {"gpt-4o", "gpt-4.1-mini", "claude-opus-5", "gemini-2.5-pro"}) {
    const hr::Billing& billing = *hr::billing_of(model);
    const auto made = hr::smaller(bytes, billing);
    if (!made) continue;
    const auto now = hr::read_header(made->bytes);
    if (!now || !now->ours || now->kind != file->kind || now->size != made->to) std::abort();
    if (hr::tokens_of(billing, now->size) >= hr::tokens_of(billing, file->size)) std::abort();
  }
  return 0;
}
