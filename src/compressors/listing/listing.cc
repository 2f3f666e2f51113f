#include "compressors/listing/listing.h"

#include <algorithm>

#include "compressors/listing/grouped.h"
#include "compressors/listing/listing_text.h"
#include "compressors/listing/rows.h"
#include "compressors/listing/summary.h"
#include "compressors/listing/tree.h"
#include "compressors/smaller_views.h"
#include "compressors/statements.h"

namespace headroom::compressors {
namespace {

constexpr std::size_t largest = std::size_t{96} << 20;  // a line takes some 200 bytes of memory to look at
// Above this size a lossless view cannot compete with a reversible one; making it would only cost time.
constexpr std::size_t lossless_beside_reversible = std::size_t{256} << 10;

int evidence(const detect::Sketch& s) {
  if (s.lines < 3 || s.has_nul || s.bytes > largest) return 0;
  const auto share = [&s](std::size_t n) { return static_cast<int>(n * 100 / s.lines); };
  if (share(s.digit_lines) > 30) return 0;  // base64: its lines look like paths
  if (share(s.listing_lines) >= 70) return 91;
  // Paths alone: a search's -l is one too, and its heading view is as good.
  if (share(s.path_lines) >= 70) return share(s.path_lines);
  if (share(s.listing_lines) >= 40) return 50;
  if (share(s.listing_lines) + share(s.path_lines) >= 60) return 45;
  return s.listing_lines > 1 && share(s.listing_lines) >= 1 ? 12 : 0;  // ls -R: its headings alone can be told
}

std::optional<std::string> encode(const listing::Listing& l, std::string_view text) {
  switch (l.style) {
    case listing::Style::tree:
      return listing::encode_tree(l, text);
    case listing::Style::paths:
    case listing::Style::statuses:
    case listing::Style::names:
      return listing::encode_grouped(l, text);
    default:
      return listing::encode_rows(l, text);
  }
}

std::string_view method_of(listing::Style style) {
  switch (style) {
    case listing::Style::tree:
      return "listing_tree";
    case listing::Style::paths:
    case listing::Style::statuses:
    case listing::Style::names:
      return "listing_headings";
    default:
      return "listing_rows";
  }
}

std::vector<View> views(std::string_view text, const Context& context, bool forced) {
  if (text.size() > largest || text.starts_with("[listing ")) return {};
  const std::optional<listing::Listing> l = listing::read_listing(text, forced);
  if (!l) return {};
  const bool lossless = !context.reversible || text.size() <= lossless_beside_reversible;
  return smaller_views(
      text, context, method_of(l->style), [&] { return lossless ? encode(*l, text) : std::nullopt; },
      [&](Tokens original, Tokens) { return listing::summarise(*l, context, original); });
}

std::optional<std::string> decode(std::string_view view) {
  if (!view.starts_with("[listing ")) return std::nullopt;
  if (auto original = listing::decode_tree(view)) return original;
  if (auto original = listing::decode_grouped(view)) return original;
  return listing::decode_rows(view);
}

}  // namespace

const Compressor listing_compressor{.kind = "listing", .evidence = evidence, .views = views, .decode = decode};

}  // namespace headroom::compressors
