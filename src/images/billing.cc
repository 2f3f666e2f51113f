#include "images/billing.h"

#include <algorithm>
#include <cmath>

#include "base/glob.h"

namespace headroom::images {
namespace {

constexpr int square = 2048, short_side = 768, tile = 512;    // tiles
constexpr std::int64_t area = 1'150'000, area_divisor = 750;  // area
constexpr int small_crop = 384, min_crop = 256, max_crop = 768;
constexpr int step = 16;              // grid of the sizes that are tried; a divisor of every grid but 28
constexpr int kept_share = 40;        // per cent of the pixels
constexpr int smallest_capital = 35;  // quarters of a pixel: 12-pixel text (capitals are .73 of the size)
constexpr int worth_quarters = 3;     // a smaller image costs at most so many quarters

// clang-format off
constexpr Billing rows[] = {
    // Anthropic: 28-pixel patches from 4.7 on, by area before. An unknown newer name of these families is one of them.
    {"*claude-3*",          Rule::area, 0, 0, 0, 0, 0, 1568, "2026-11-22"},
    {"*claude-opus-4-7*",   Rule::patches, 0, 0, 28, 4784, 1000, 2576, "2026-11-22"},
    {"*claude-opus-4.7*",   Rule::patches, 0, 0, 28, 4784, 1000, 2576, "2026-11-22"},
    {"*claude-opus-4-8*",   Rule::patches, 0, 0, 28, 4784, 1000, 2576, "2026-11-22"},
    {"*claude-opus-4.8*",   Rule::patches, 0, 0, 28, 4784, 1000, 2576, "2026-11-22"},
    {"*claude-opus-4*",     Rule::area, 0, 0, 0, 0, 0, 1568, "2026-11-22"},
    {"*claude-sonnet-4*",   Rule::area, 0, 0, 0, 0, 0, 1568, "2026-11-22"},
    {"*claude-haiku-4*",    Rule::area, 0, 0, 0, 0, 0, 1568, "2026-11-22"},
    {"*claude-*-5*",        Rule::patches, 0, 0, 28, 4784, 1000, 2576, "2026-11-22"},
    // OpenAI: patches for the small ones, tiles for the rest.
    {"gpt-4.1-mini*",       Rule::patches, 0, 0, 32, 1536, 1620, 0, "2026-11-22"},
    {"gpt-4.1-nano*",       Rule::patches, 0, 0, 32, 1536, 2460, 0, "2026-11-22"},
    {"gpt-5-mini*",         Rule::patches, 0, 0, 32, 1536, 1620, 0, "2026-11-22"},
    {"gpt-5-nano*",         Rule::patches, 0, 0, 32, 1536, 2460, 0, "2026-11-22"},
    {"o4-mini*",            Rule::patches, 0, 0, 32, 1536, 1720, 0, "2026-11-22"},
    {"gpt-4o-mini*",        Rule::tiles, 2833, 5667, 0, 0, 0, square, "2026-11-22"},
    {"gpt-4o*",             Rule::tiles, 85, 170, 0, 0, 0, square, "2026-11-22"},
    {"chatgpt-4o*",         Rule::tiles, 85, 170, 0, 0, 0, square, "2026-11-22"},
    {"gpt-4.1",             Rule::tiles, 85, 170, 0, 0, 0, square, "2026-11-22"},
    {"gpt-4.1-20*",         Rule::tiles, 85, 170, 0, 0, 0, square, "2026-11-22"},
    {"gpt-5",               Rule::tiles, 70, 140, 0, 0, 0, square, "2026-11-22"},
    {"gpt-5-20*",           Rule::tiles, 70, 140, 0, 0, 0, square, "2026-11-22"},
    {"gpt-5-chat*",         Rule::tiles, 70, 140, 0, 0, 0, square, "2026-11-22"},
    {"o1",                  Rule::tiles, 75, 150, 0, 0, 0, square, "2026-11-22"},
    {"o1-20*",              Rule::tiles, 75, 150, 0, 0, 0, square, "2026-11-22"},
    {"o1-pro*",             Rule::tiles, 75, 150, 0, 0, 0, square, "2026-11-22"},
    {"o3",                  Rule::tiles, 75, 150, 0, 0, 0, square, "2026-11-22"},
    {"o3-20*",              Rule::tiles, 75, 150, 0, 0, 0, square, "2026-11-22"},
    {"o3-pro*",             Rule::tiles, 75, 150, 0, 0, 0, square, "2026-11-22"},
    // Google: crops up to 2.5; later ones have one price for all sizes.
    {"*gemini-2.0*",        Rule::crops, 258, 258, 0, 0, 0, 0, "2026-11-22"},
    {"*gemini-2.5*",        Rule::crops, 258, 258, 0, 0, 0, 0, "2026-11-22"},
};
// clang-format on

// The size scaled by num/den, each side at least one pixel; never up.
Size scaled(Size size, std::int64_t num, std::int64_t den) {
  if (num >= den) return size;
  return {static_cast<int>(std::max<std::int64_t>(1, size.width * num / den)),
          static_cast<int>(std::max<std::int64_t>(1, size.height * num / den))};
}

std::int64_t patches_of(Size size, int patch) {
  return ceil_div(size.width, patch) * ceil_div(size.height, patch);
}

// OpenAI's two steps: by area to the cap, then so that the tighter side ends on a whole patch. The square root is
// IEEE's, the same everywhere.
Size within_cap(Size size, int patch, int cap) {
  if (patches_of(size, patch) <= cap) return size;
  const double w = size.width, h = size.height, p = patch;
  double r = std::sqrt(p * p * cap / (w * h));
  const double across = w * r / p, down = h * r / p;
  r *= std::min(std::max(1.0, std::floor(across)) / across, std::max(1.0, std::floor(down)) / down);
  r = std::min(r, 1.0);
  Size out{std::max(1, static_cast<int>(std::lround(w * r))), std::max(1, static_cast<int>(std::lround(h * r)))};
  // A strip narrower than a patch: the other side is what is too long.
  while (patches_of(out, patch) > cap) (out.width > out.height ? out.width : out.height) -= patch;
  return out;
}

Size within_area(Size size) {
  if (size.pixels() <= area) return size;
  const double r = std::sqrt(static_cast<double>(area) / static_cast<double>(size.pixels()));
  return {std::max(1, static_cast<int>(size.width * r)), std::max(1, static_cast<int>(size.height * r))};
}

Tokens crops_of(Size size, const Billing& b) {
  if (size.longer() <= small_crop) return Tokens(b.base);
  const int unit = std::clamp(size.shorter() * 2 / 3, min_crop, max_crop);
  return Tokens(b.each * ceil_div(size.width, unit) * ceil_div(size.height, unit));
}

}  // namespace

const Billing* billing_of(std::string_view model) {
  const auto found = std::ranges::find_if(rows, [&](const Billing& row) { return glob_matches(row.glob, model); });
  return found == std::end(rows) ? nullptr : found;
}

Size seen_size(const Billing& b, Size size) {
  if (b.long_edge > 0) size = scaled(size, b.long_edge, size.longer());
  switch (b.rule) {
    case Rule::tiles:
      return scaled(size, short_side, size.shorter());
    case Rule::patches:
      return within_cap(size, b.patch, b.cap);
    case Rule::area:
      return within_area(size);
    case Rule::crops:
      break;
  }
  return size;
}

Tokens tokens_of(const Billing& b, Size size, bool low) {
  if (low && b.rule == Rule::tiles) return Tokens(b.base);
  const Size seen = seen_size(b, size);
  switch (b.rule) {
    case Rule::tiles:
      return Tokens(b.base + b.each * ceil_div(seen.width, tile) * ceil_div(seen.height, tile));
    case Rule::patches:
      return Tokens(ceil_div(patches_of(seen, b.patch) * b.factor, 1000));
    case Rule::area:
      return Tokens(ceil_div(seen.pixels(), area_divisor));
    case Rule::crops:
      break;
  }
  return crops_of(seen, b);
}

std::optional<Size> cheaper_size(const Billing& b, Size size, int text, bool low) {
  const Tokens now = tokens_of(b, size, low);
  const Size seen = seen_size(b, size);
  std::optional<Size> best;
  const auto consider = [&](Size s) {
    if (s.width < 1 || s.height < 1 || s.pixels() >= seen.pixels()) return;
    if (best && s.pixels() <= best->pixels()) return;
    if (tokens_of(b, s, low).value * 4 > now.value * worth_quarters) return;
    best = s;
  };
  const int grid = b.patch > 0 ? std::min(b.patch, step * 2) : step;
  for (int w = grid; w < seen.width; w += grid)
    consider({w, static_cast<int>(std::int64_t{seen.height} * w / seen.width)});
  for (int h = grid; h < seen.height; h += grid)
    consider({static_cast<int>(std::int64_t{seen.width} * h / seen.height), h});
  if (!best || best->pixels() * 100 < seen.pixels() * kept_share) return std::nullopt;
  if (text > 0 && std::int64_t{text} * 4 * best->width < std::int64_t{smallest_capital} * size.width)
    return std::nullopt;
  return best;
}

}  // namespace headroom::images
