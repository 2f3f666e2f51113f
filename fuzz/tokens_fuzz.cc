// Any bytes: the fast counter agrees with the patterns run by PCRE2 and with merging by definition; a count stays
// within its bounds; a text fed in two parts counts as the whole.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "tokens/counter.h"
#include "tokens/reference_test_support.h"
#include "tokens/streaming.h"
#include "tokens/text.h"

using headroom::Tokens;
using namespace headroom::tokens;

namespace {

// PCRE2's Unicode tables are older than the vocabularies': code points they may see differently become ordinary ones.
std::string with_common_characters(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = headroom::utf8::decode(text, at);
    const bool common = c.value < 0x0250 || (c.value >= 0x0300 && c.value < 0x0370) ||
                        (c.value >= 0x2000 && c.value < 0x2070) || (c.value >= 0x3000 && c.value < 0x3100) ||
                        (c.value >= 0x4E00 && c.value < 0x9F00) || (c.value >= 0x1F300 && c.value < 0x1F600) ||
                        c.value == 0xFFFD;
    headroom::utf8::append(out, common ? c.value : 0x4E00 + c.value % 0x1000);
    at += c.size;
  }
  return out;
}

void check(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;  // the reference is quadratic
  static const Reference references[] = {Reference(VocabularyId::o200k), Reference(VocabularyId::cl100k)};
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string text = with_common_characters(well_formed_copy(bytes).value_or(std::string(bytes)));
  for (const VocabularyId id : {VocabularyId::o200k, VocabularyId::cl100k}) {
    static Counter counters[] = {Counter(VocabularyId::o200k), Counter(VocabularyId::cl100k)};  // caches change nothing
    Counter& counter = counters[id == VocabularyId::cl100k];
    const Tokens count = counter.count(text);
    check(count == Tokens(references[id == VocabularyId::cl100k].count(text)));
    check(counter.at_least(text) <= count);
    check(!counter.exceeds(text, count));
    const Tokens of_bytes = counter.count(bytes);
    StreamingCounter streaming(id);
    const std::size_t cut = size == 0 ? 0 : data[0] * 17 % size;
    streaming.feed(bytes.substr(0, cut));
    streaming.feed(bytes.substr(cut));
    check(streaming.finish() == of_bytes);
    const Counter::Settled settled =
        counter.count_settled(std::string_view(text).substr(0, headroom::utf8::floor_boundary(text, cut)));
    check(settled.tokens + counter.count(std::string_view(text).substr(settled.bytes)) == count);
  }
  return 0;
}
