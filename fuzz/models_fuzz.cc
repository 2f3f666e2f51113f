// Any bytes as a tokenizer.json, and as a text for one that is well formed: what is read encodes every byte or is
// refused, tokens give the bytes back, normalising twice changes nothing more, words cover what is no white space.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "models/byte_level_bpe.h"
#include "models/kompress.h"
#include "models/nfc.h"

namespace hr = headroom;

namespace {

// One token a byte, and one merge: "ab".
std::string well_formed() {
  std::string vocab;
  int next = 0x100;
  for (int b = 0; b < 256; ++b) {
    const bool prints = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
    std::string key;
    hr::utf8::append(key, static_cast<char32_t>(prints ? b : next++));
    if (key == "\"" || key == "\\") key.insert(0, "\\");
    vocab += "\"" + key + "\":" + std::to_string(b) + ",";
  }
  return R"({"added_tokens":[{"id":257,"content":"[SEP]"}],"pre_tokenizer":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{)" +
         vocab + R"("ab":256},"merges":["a b"]}})";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto plain = hr::models::ByteLevelBpe::parse(well_formed());
  if (!plain) std::abort();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto read = hr::models::ByteLevelBpe::parse(text)) {
    std::vector<std::int64_t> ids;
    read->encode("caf\xC3\xA9 don't 12 [CLS]", ids);
    if (ids.empty()) std::abort();
  }
  std::vector<std::int64_t> ids;
  plain->encode(text, ids);
  std::string back;
  for (const std::int64_t id : ids)
    back += id == 256 ? "ab" : id == 257 ? "[SEP]" : std::string(1, static_cast<char>(id));
  if (back != text) std::abort();
  if (!hr::utf8::is_valid(text)) return 0;
  const std::string once = hr::models::nfc(text);
  if (hr::models::nfc(once) != once || !hr::utf8::is_valid(once)) std::abort();
  std::vector<std::string_view> words;
  hr::models::append_words(text, words);
  const char* last = text.data();
  for (const std::string_view word : words) {
    if (word.empty() || word.data() < last || word.find_first_of(" \t\r\n") != std::string_view::npos) std::abort();
    last = word.data() + word.size();
  }
  return 0;
}
