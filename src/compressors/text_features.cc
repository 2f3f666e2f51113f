#include "compressors/text_features.h"

#include <algorithm>

#include "base/hash.h"

namespace headroom::compressors {
namespace {

bool is_word(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || (c & 0x80) != 0;
}

}  // namespace

void FeatureBuilder::add(std::uint64_t digest) {
  lists_.ids.push_back(ids_.number(digest));
  lists_.feature_count = ids_.size();
}

void FeatureBuilder::add_word_pairs(std::string_view text) {
  constexpr std::size_t most = 64;
  constexpr std::uint64_t number = 0x9E3779B97F4A7C15;
  std::uint64_t before = 0;
  std::size_t added = 0;
  for (std::size_t i = 0; i < text.size() && added < most;) {
    if (!is_word(text[i])) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    bool digits = true;
    for (; i < text.size() && is_word(text[i]); ++i) digits &= text[i] >= '0' && text[i] <= '9';
    const std::uint64_t word = digits ? number : hash64(text.substr(begin, i - begin));
    add(before * 31 + word);
    ++added;
    before = word;
  }
}

void FeatureBuilder::end_item() {
  const auto begin = lists_.ids.begin() + lists_.begin.back();
  std::sort(begin, lists_.ids.end());
  lists_.ids.erase(std::unique(begin, lists_.ids.end()), lists_.ids.end());
  lists_.end_item();
}

}  // namespace headroom::compressors
