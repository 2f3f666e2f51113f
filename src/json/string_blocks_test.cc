// Both ways through a string's blocks, against one that looks at byte after byte.
#include "json/string_blocks.h"

#ifdef __SSE2__
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/processor.h"

namespace headroom::json {
namespace {

struct Stop {
  std::size_t at;
  bool escaped;
  bool operator==(const Stop&) const = default;
};

// Byte by byte. Blocks end where the vectors' do: 64 bytes on, or one byte less, before an escape cut in two.
Stop reference(const std::string& text, std::size_t at) {
  bool escaped = false;
  while (at + 64 <= text.size()) {
    const std::size_t end = at + 64;
    while (at < end) {
      const char c = text[at];
      if (c == '"' || static_cast<unsigned char>(c) < 0x20) return {at, escaped};
      if (c != '\\') {
        ++at;
        continue;
      }
      if (at + 1 == end) break;
      const char next = text[at + 1];
      if (next != '"' && next != '\\' && next != 'n' && next != 't') return {at, true};
      escaped = true;
      at += 2;
    }
    escaped = escaped || at < end;
  }
  return {at, escaped};
}

std::string random_text(std::mt19937& random) {
  // Sparse, dense, and nothing but backslashes: all runs, at all places.
  const std::string sorts[] = {std::string(200, 'x') + "\\\\\\\"n\n", "\\\\\\\\\\\\\\nt\"u\x01xyz", "\\\\\\n",
                               std::string(60, 'y') + "\\\\"};
  const std::string& letters = sorts[random() % std::size(sorts)];
  std::string text(random() % 400, ' ');
  for (char& c : text) c = letters[random() % letters.size()];
  return text;
}

TEST(StringBlocks, StopWhereAByteByByteReaderDoes) {
  std::mt19937 random(20261123);
  for (int round = 0; round < 200'000; ++round) {
    const std::string text = random_text(random);
    const std::size_t from = text.empty() ? 0 : random() % text.size();
    const Stop expected = reference(text, from);
    Stop got{from, false};
    got.at = skip_blocks_sse2(text.data(), text.size(), from, got.escaped);
    ASSERT_EQ(got, expected) << text;
#ifdef __x86_64__
    if (!has_avx2()) continue;
    Stop wide{from, false};
    wide.at = skip_blocks_avx2(text.data(), text.size(), from, wide.escaped);
    ASSERT_EQ(wide, got) << text;
#endif
  }
}

}  // namespace
}  // namespace headroom::json
#endif
