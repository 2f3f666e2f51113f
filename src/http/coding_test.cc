// Codings undone: whole, in pieces of every size, cut short, followed by something else.
#include "http/coding.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <string>
#include <vector>

namespace headroom::http {
namespace {

// `window`: 15 zlib, 31 gzip, -15 without a head.
std::string deflated(std::string_view text, int window) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, text.size()) + 32, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

struct Coded {
  std::string_view coding;
  std::string bytes;
};
std::vector<Coded> all_codings(std::string_view text) {
  return {{"gzip", deflated(text, 31)},
          {"X-Gzip", deflated(text, 31)},
          {"deflate", deflated(text, 15)},
          {"deflate", deflated(text, -15)},
          {"zstd", zstd(text)}};
}

// Hardly compressible, so that no ratio stops it.
std::string noise(std::size_t size) {
  std::string out;
  std::uint32_t state = 7;
  while (out.size() < size) out += static_cast<char>('!' + ((state = state * 1664525u + 1013904223u) >> 24) % 90);
  return out;
}

std::optional<std::string> in_pieces(std::string_view coding, std::string_view bytes, std::size_t piece) {
  const auto decoder = Decoder::make(coding, 8 << 20);
  std::string plain;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    if (!decoder->feed(bytes.substr(at, piece), plain)) return std::nullopt;
  }
  return decoder->complete() ? std::optional(plain) : std::nullopt;
}

TEST(Coding, AnySizeInAnyPieces) {
  // Around the 32 KiB in which output is made: an end there is an end.
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{2}, std::size_t{300}, std::size_t{32767}, std::size_t{32768}, std::size_t{32769},
        std::size_t{65536}, std::size_t{98304}, std::size_t{131072}}) {
    const std::string text = noise(size);
    for (const Coded& c : all_codings(text)) {
      EXPECT_TRUE(decode(c.coding, c.bytes, 1 << 20) == text) << c.coding << " " << size;
      for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{4096}})
        EXPECT_TRUE(in_pieces(c.coding, c.bytes, piece) == text) << c.coding << " " << size << " by " << piece;
    }
  }
}

TEST(Coding, EveryBeginningIsNone) {
  for (const Coded& c : all_codings(noise(500))) {
    for (std::size_t n = 0; n < c.bytes.size(); ++n)
      EXPECT_FALSE(decode(c.coding, std::string_view(c.bytes).substr(0, n), 1 << 20)) << c.coding << " " << n;
  }
}

// What follows is part of the text (gzip's members, zstd's frames), or the whole is none: never left out.
TEST(Coding, NothingBehindTheEndIsLost) {
  const std::string one = noise(40'000), two = noise(70);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}, std::size_t{1} << 20}) {
    EXPECT_TRUE(in_pieces("gzip", deflated(one, 31) + deflated(two, 31), piece) == one + two);
    EXPECT_TRUE(in_pieces("zstd", zstd(one) + zstd(two), piece) == one + two);
    for (const Coded& c : all_codings(one)) EXPECT_FALSE(in_pieces(c.coding, c.bytes + "garbage", piece)) << c.coding;
    EXPECT_FALSE(in_pieces("deflate", deflated(one, 15) + deflated(two, 15), piece));
  }
}

// Formats of zstd from before its RFC are none.
TEST(Coding, FramesOfTheRfcAlone) {
  const std::string text = noise(100);
  std::string frame = zstd(text);
  const std::string skipped("\x53\x2A\x4D\x18\x03\0\0\0abc", 11);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
    EXPECT_TRUE(in_pieces("zstd", skipped + frame + skipped, piece) == text);
    for (const char first : {'\x1E', '\x22', '\x27'}) {
      frame[0] = first;
      EXPECT_FALSE(in_pieces("zstd", frame, piece));
    }
    frame[0] = '\x28';
  }
}

TEST(Coding, ACapAndARatio) {
  const std::string text = noise(5000);
  for (const Coded& c : all_codings(text)) {
    EXPECT_TRUE(decode(c.coding, c.bytes, 5000));
    EXPECT_FALSE(decode(c.coding, c.bytes, 4999));
  }
  for (const Coded& c : all_codings(std::string(8 << 20, 'x'))) EXPECT_FALSE(decode(c.coding, c.bytes, 64 << 20));
  for (const Coded& c : all_codings(std::string(64 << 10, 'x'))) EXPECT_TRUE(decode(c.coding, c.bytes, 64 << 20));
  EXPECT_FALSE(decode("gzip, br", text, 1 << 20));
  EXPECT_FALSE(knows_coding("compress"));
}

}  // namespace
}  // namespace headroom::http
