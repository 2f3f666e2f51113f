#include "compressors/blobs/blobs.h"

#include <algorithm>
#include <string>

#include "base/lines.h"
#include "base/utf8.h"
#include "compressors/blobs/blob_text.h"
#include "compressors/statements.h"
#include "salience/severity.h"

namespace headroom::compressors {
namespace {

using blobs::Blob;

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t least_in_all = 2000;
constexpr std::size_t head_bytes = 160, tail_bytes = 80;
constexpr std::size_t most_quoted = 8, longest_quoted = 120;

int evidence(const detect::Sketch& s) {
  if (s.bytes < least_in_all || s.has_nul || s.invalid_utf8 || s.lines == 0) return 0;
  return s.dense_lines * 20 >= s.lines || s.digit_lines * 2 > s.lines ? 90 : 0;
}

// A query's anchors and severe strings of a stretch of code, by offset: what would be asked for.
void quote_what_matters(std::string& out, std::string_view inner, std::size_t offset, const Context& context) {
  std::size_t quoted = 0;
  const auto quote = [&](std::size_t begin, std::size_t end) {
    if (quoted++ >= most_quoted) return;
    (out += "; at ") += std::to_string(offset + begin);
    ((out += ": ") += inner.substr(begin, end - begin));
  };
  for (const std::string& anchor : context.query.anchors()) {
    const std::size_t at = inner.find(anchor);
    if (at != npos && anchor.size() <= longest_quoted) quote(at, at + anchor.size());
  }
  // String literals that say that something is wrong.
  for (std::size_t at = 0; at < inner.size();) {
    const std::size_t begin = inner.find_first_of("\"'`", at);
    if (begin == npos) break;
    const std::size_t end = inner.find(inner[begin], begin + 1);
    if (end == npos) break;
    const std::string_view literal = inner.substr(begin + 1, end - begin - 1);
    const bool words = literal.find(' ') != npos && literal.size() <= longest_quoted;
    if (words && literal.find_first_of("\n[]{};") == npos && salience::is_severe(literal)) quote(begin, end + 1);
    at = literal.size() > longest_quoted ? begin + 1 : end + 1;
  }
  if (quoted > most_quoted) out += "; " + std::to_string(quoted - most_quoted) + " more such strings";
}

// Text that stays must not read as a statement of ours.
bool forges(std::string_view text) {
  const std::vector<Line> lines = split_lines(text);
  return std::any_of(lines.begin(), lines.end(), [](const Line& l) { return reads_as_statement(l.text); });
}

std::vector<View> views(std::string_view text, const Context& context, bool forced) {
  if (!context.reversible || !utf8::is_valid(text)) return {};
  const std::vector<Blob> found = blobs::find_blobs(text);
  std::size_t in_all = 0;
  for (const Blob& b : found) in_all += b.size;
  // The text's own kind may be another: blobs must be most of it.
  if (in_all < least_in_all || (!forced && in_all * 2 < text.size())) return {};
  View view;
  view.fidelity = Fidelity::reversible;
  view.method = "blob_ends";
  std::size_t at = 0, shown = 0, hidden = 0;
  for (const Blob& b : found) {
    const std::string_view whole = text.substr(b.begin, b.size);
    const std::size_t head = utf8::floor_boundary(whole, head_bytes);
    std::size_t tail = utf8::floor_boundary(whole, whole.size() - tail_bytes);
    tail = std::max(tail, head);
    std::string between = b.code ? '[' + std::to_string(tail - head) + " bytes of " + b.what : '[' + b.what;
    if (b.code) quote_what_matters(between, whole.substr(head, tail - head), head, context);
    between += ']';
    if (forges(text.substr(at, b.begin - at))) return {};
    view.text += text.substr(at, b.begin - at);
    at = b.begin + b.size;
    if (between.size() >= tail - head) {
      view.text += whole;
      continue;
    }
    ((view.text += whole.substr(0, head)) += between) += whole.substr(tail);
    ++shown;
    hidden += tail - head;
  }
  if (shown == 0 || forges(text.substr(at))) return {};
  view.text += text.substr(at);
  while (!view.text.empty() && (view.text.back() == '\n' || view.text.back() == '\r')) view.text.pop_back();
  view.statement = std::to_string(hidden) + " of " + std::to_string(text.size()) + " bytes not shown, in " +
                   std::to_string(shown) + (shown == 1 ? " stretch" : " stretches") + " of dense text";
  view.shown = static_cast<std::int64_t>(text.size() - hidden);
  view.total = static_cast<std::int64_t>(text.size());
  view.unit = "bytes";
  std::vector<View> out;
  out.push_back(std::move(view));
  return out;
}

std::optional<std::string> decode(std::string_view) {
  return std::nullopt;  // there is no lossless view
}

}  // namespace

const Compressor blob_compressor{.kind = "blob", .evidence = evidence, .views = views, .decode = decode};

}  // namespace headroom::compressors
