#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <turbojpeg.h>

#include <fstream>
#include <iterator>

#include "images/billing.h"
#include "images/codec.h"
#include "images/likeness.h"
#include "images/smaller.h"
#include "images/test_support.h"
#include "images/text_height.h"

namespace headroom::images {
namespace {

constexpr std::string_view models[] = {
    "gpt-4o", "gpt-4o-mini", "gpt-4.1-mini",      "gpt-4.1-nano",    "gpt-5",
    "o3",     "o4-mini",     "claude-sonnet-4-6", "claude-opus-5-5", "gemini-2.5-pro"};

std::int64_t tokens(std::string_view model, Size size, bool low = false) {
  return tokens_of(*billing_of(model), size, low).value;
}

std::string read_file(const std::string& path) {
  std::ifstream in(std::string(HEADROOM_SOURCE_DIR) + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

rc::Gen<Size> sizes(int most = 5000) {
  return rc::gen::map(rc::gen::pair(rc::gen::inRange(1, most), rc::gen::inRange(1, most)),
                      [](std::pair<int, int> p) { return Size{p.first, p.second}; });
}

// ---- billing --------------------------------------------------------------------------------------------------------

// The examples on the providers' own pages.
TEST(ImageBilling, GivesThePublishedExamples) {
  EXPECT_EQ(tokens("gpt-4o", {1024, 1024}), 765);
  EXPECT_EQ(tokens("gpt-4o", {2048, 4096}), 1105);
  EXPECT_EQ(tokens("gpt-4o", {4096, 8192}, true), 85);
  EXPECT_EQ(tokens("gpt-4o-mini", {1024, 1024}), 2833 + 4 * 5667);
  EXPECT_EQ(tokens("gpt-4.1-mini", {1024, 1024}), (1024 * 1620 + 999) / 1000);
  EXPECT_EQ(seen_size(*billing_of("gpt-4.1-mini"), {1800, 2400}), (Size{1056, 1408}));
  EXPECT_EQ(tokens("gpt-4.1-mini", {1800, 2400}), (1452 * 1620 + 999) / 1000);
  EXPECT_EQ(tokens("claude-3-7-sonnet-latest", {200, 200}), 54);
  EXPECT_EQ(tokens("claude-3-7-sonnet-latest", {1000, 1000}), 1334);
  EXPECT_NEAR(static_cast<double>(tokens("claude-3-7-sonnet-latest", {1092, 1092})), 1590, 60);  // at the limit
  EXPECT_EQ(tokens("claude-opus-4-7", {1000, 1000}), 36 * 36);
  EXPECT_EQ(tokens("gemini-2.0-flash", {384, 384}), 258);
  EXPECT_EQ(tokens("gemini-2.5-pro", {960, 540}), 6 * 258);
}

TEST(ImageBilling, ModelsWithoutARowHaveNone) {
  for (const std::string_view model : {"", "gpt-3.5-turbo", "gpt-5.2", "llama-4", "gemini-3-pro", "o1-mini", "claude"})
    EXPECT_EQ(billing_of(model), nullptr) << model;
  EXPECT_NE(billing_of("anthropic.claude-sonnet-4-20250514-v1:0"), nullptr);
}

RC_GTEST_PROP(ImageBilling, ALargerImageThanTheModelSeesCostsWhatIsSeen, ()) {
  const Size size = *sizes(20000);
  for (const std::string_view model : models) {
    const Billing& b = *billing_of(model);
    const Size seen = seen_size(b, size);
    RC_ASSERT(seen.width <= size.width && seen.height <= size.height);
    RC_ASSERT(seen.width >= 1 && seen.height >= 1);
    RC_ASSERT(tokens_of(b, size).value > 0);
  }
}

RC_GTEST_PROP(ImageBilling, TheNextSizeIsClearlyCheaperAndNotTooSmall, ()) {
  const Size size = *sizes();
  const int text = *rc::gen::element(0, 6, 9, 12, 20, 40);
  for (const std::string_view model : models) {
    const Billing& b = *billing_of(model);
    const auto to = cheaper_size(b, size, text);
    if (!to) continue;
    const Size seen = seen_size(b, size);
    RC_ASSERT(tokens_of(b, *to).value * 4 <= tokens_of(b, size).value * 3);
    RC_ASSERT(to->width <= seen.width && to->height <= seen.height);
    RC_ASSERT(to->pixels() * 100 >= seen.pixels() * 40);
    RC_ASSERT(text * 4 * to->width >= (text > 0 ? 35 : 0) * size.width);
    // The shape: within a pixel of the same.
    const std::int64_t skew = std::int64_t{to->width} * seen.height - std::int64_t{to->height} * seen.width;
    RC_ASSERT(std::abs(skew) <= std::max(seen.width, seen.height));
  }
}

TEST(ImageBilling, LowDetailHasNothingToGain) {
  EXPECT_EQ(cheaper_size(*billing_of("gpt-4o"), {2000, 2000}, 0, true), std::nullopt);
  EXPECT_EQ(cheaper_size(*billing_of("gpt-4o"), {1920, 1080}, 0), (Size{1024, 576}));
}

// ---- shrinking ------------------------------------------------------------------------------------------------------

// Each new pixel by its definition: the overlap of its area with every old one, in exact integers.
Pixels slow_shrink(const Pixels& image, Size to) {
  Pixels out = blank(to, image.channels);
  const auto overlap = [](int i, int n, int j, int m) {  // of [i, i+1) * m and [j, j+1) * n
    return std::max<std::int64_t>(0, std::min(std::int64_t{i + 1} * m, std::int64_t{j + 1} * n) -
                                         std::max(std::int64_t{i} * m, std::int64_t{j} * n));
  };
  for (int y = 0; y < to.height; ++y) {
    for (int x = 0; x < to.width; ++x) {
      std::int64_t sums[4] = {}, opacity = 0;
      for (int j = 0; j < image.size.height; ++j) {
        for (int i = 0; i < image.size.width; ++i) {
          const std::int64_t w =
              overlap(i, image.size.width, x, to.width) * overlap(j, image.size.height, y, to.height);
          const std::uint8_t* p = image.row(j) + i * image.channels;
          const std::int64_t a = image.channels == 4 ? w * p[3] : w;
          opacity += a;
          for (int c = 0; c < std::min(image.channels, 3); ++c) sums[c] += a * p[c];
        }
      }
      std::uint8_t* q = out.row(y) + x * image.channels;
      for (int c = 0; c < std::min(image.channels, 3); ++c)
        q[c] = static_cast<std::uint8_t>(opacity == 0 ? 0 : (sums[c] + opacity / 2) / opacity);
      const std::int64_t area = image.size.pixels();
      if (image.channels == 4) q[3] = static_cast<std::uint8_t>((opacity + area / 2) / area);
    }
  }
  return out;
}

RC_GTEST_PROP(ImageShrink, IsTheMeanOfEachArea, ()) {
  const int channels = *rc::gen::element(1, 3, 4);
  const Size size = *sizes(20);
  Pixels image{size, channels, {}};
  image.samples = *rc::gen::container<std::vector<std::uint8_t>>(image.stride() * static_cast<std::size_t>(size.height),
                                                                 rc::gen::arbitrary<std::uint8_t>());
  const Size to{*rc::gen::inRange(1, size.width + 1), *rc::gen::inRange(1, size.height + 1)};
  RC_ASSERT(shrink(image, to).samples == slow_shrink(image, to).samples);
}

TEST(ImageShrink, TheSameSizeIsTheSameImage) {
  const Pixels image = gradient({37, 23});
  EXPECT_EQ(shrink(image, image.size).samples, image.samples);
}

TEST(ImageShrink, TheWidestRowDoesNotOverflow) {
  const Pixels image = blank({most_side, 2}, 4);
  const Pixels small = shrink(image, {3, 1});
  EXPECT_EQ(small.samples, std::vector<std::uint8_t>(12, 255));
}

// ---- text -----------------------------------------------------------------------------------------------------------

TEST(ImageText, LinesOfLettersHaveTheirHeight) {
  for (const int height : {7, 9, 12, 16, 24, 40}) {
    Pixels page = blank({900, 700}, 1);
    write_lines(page, height);
    EXPECT_EQ(text_height(page), height);
    Pixels dark = blank({900, 700}, 1, 30);
    write_lines(dark, height, 220);
    EXPECT_EQ(text_height(dark), height);
  }
}

TEST(ImageText, PicturesHaveNone) {
  EXPECT_EQ(text_height(blank({640, 480}, 1)), 0);
  EXPECT_EQ(text_height(gradient({640, 480}, 1)), 0);
  Pixels noise = blank({640, 480}, 1);
  std::uint32_t state = 7;
  for (std::uint8_t& s : noise.samples) s = static_cast<std::uint8_t>((state = state * 1664525u + 1013904223u) >> 24);
  EXPECT_EQ(text_height(noise), 0);
  EXPECT_EQ(text_height(blank({1, 1}, 1)), 0);
}

// ---- files ----------------------------------------------------------------------------------------------------------

RC_GTEST_PROP(ImageFiles, PngKeepsEverySample, ()) {
  const int channels = *rc::gen::element(1, 3, 4);
  Pixels image{*sizes(24), channels, {}};
  image.samples = *rc::gen::container<std::vector<std::uint8_t>>(
      image.stride() * static_cast<std::size_t>(image.size.height), rc::gen::arbitrary<std::uint8_t>());
  if (channels == 4) image.samples[3] = 254;  // else it is written without opacity
  const std::string made = encode(image, "", File{}).value();
  const auto file = read_header(made);
  RC_ASSERT(file && file->ours && file->size == image.size);
  const auto again = decode(made, *file);
  RC_ASSERT(again && again->channels == channels);
  RC_ASSERT(again->samples == image.samples);
}

TEST(ImageFiles, AFileCutAnywhereIsLeftAlone) {
  for (const FileKind kind : {FileKind::png, FileKind::jpeg}) {
    const std::string whole = file_of(gradient({61, 47}), kind);
    ASSERT_TRUE(read_header(whole));
    ASSERT_TRUE(decode(whole, *read_header(whole)));
    for (std::size_t n = 0; n + 3 < whole.size(); ++n) {
      const std::string part = whole.substr(0, n);
      const auto file = read_header(part);
      EXPECT_FALSE(file && decode(part, *file)) << n;
    }
  }
}

// Every byte of a small file changed: refused, or an image of the size that its header says.
TEST(ImageFiles, AFileWithAWrongByteIsRefusedOrAnImage) {
  for (const FileKind kind : {FileKind::png, FileKind::jpeg}) {
    const std::string whole = file_of(gradient({33, 17}), kind);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      for (const int flip : {1, 0x80, 0xFF}) {
        std::string bad = whole;
        bad[i] = static_cast<char>(bad[i] ^ flip);
        const auto file = read_header(bad);
        if (!file || file->size.pixels() > 1'000'000) continue;
        const auto pixels = decode(bad, *file);
        if (pixels) {
          EXPECT_EQ(pixels->samples.size(), pixels->stride() * static_cast<std::size_t>(file->size.height));
        }
      }
    }
  }
}

std::string png_chunk(std::string_view name, std::string_view data) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(data.size() >> shift & 255);
  return out.append(name).append(data).append(4, '\0');
}

TEST(ImageFiles, WhatIsNotTreatedHasNoHeader) {
  const std::string png = file_of(gradient({40, 30}), FileKind::png);
  const auto with_header_byte = [&](std::size_t at, char value) {
    std::string changed = png;
    changed[at] = value;
    return changed;
  };
  EXPECT_FALSE(read_header(with_header_byte(24, 16))) << "16 bits a sample";
  std::string animated = png;
  animated.insert(33, png_chunk("acTL", std::string(8, '\0')));
  EXPECT_FALSE(read_header(animated));
  std::string huge = png;
  huge.replace(16, 8, std::string("\0\0\x40\0\0\0\x40\0", 8));  // 16384 x 16384
  EXPECT_FALSE(read_header(huge)) << "more than 64 megapixels";
  for (const std::string_view other : {"", "GIF89a", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "RIFF....WEBP",
                                       "BM", "\x89PNG\r\n\x1a\n", "\xFF\xD8\xFF"})
    EXPECT_FALSE(read_header(other));
}

TEST(ImageFiles, CmykJpegIsLeftAlone) {
  const std::vector<unsigned char> pixels(64 * 64 * 4, 90);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  const tjhandle handle = tjInitCompress();
  ASSERT_EQ(tjCompress2(handle, pixels.data(), 64, 0, 64, TJPF_CMYK, &data, &size, TJSAMP_444, 90, 0), 0);
  const std::string file(reinterpret_cast<char*>(data), size);
  tjFree(data);
  tjDestroy(handle);
  EXPECT_FALSE(read_header(file));
}

TEST(ImageFiles, OrientationAndColourStay) {
  std::string jpeg = file_of(gradient({200, 100}), FileKind::jpeg);
  const std::string exif = std::string(
      "\xFF\xE1\x00\x0C"
      "Exif\0\0abcd",
      14);
  jpeg.insert(2, exif);
  const std::string small = encode(gradient({100, 50}), jpeg, *read_header(jpeg)).value();
  EXPECT_NE(small.find(exif), std::string::npos);
  EXPECT_TRUE(decode(small, *read_header(small)));

  std::string png = file_of(gradient({200, 100}), FileKind::png);
  const std::string colour = png_chunk("cHRM", std::string(32, 'x'));
  png.insert(33, colour);
  const std::string smaller_png = encode(gradient({100, 50}), png, *read_header(png)).value();
  EXPECT_EQ(smaller_png.find(colour), 33u);
}

TEST(ImageFiles, TheSameBytesEveryTime) {
  for (const FileKind kind : {FileKind::png, FileKind::jpeg})
    EXPECT_EQ(file_of(gradient({300, 200}), kind), file_of(gradient({300, 200}), kind));
}

// ---- the whole way --------------------------------------------------------------------------------------------------

std::string screenshot() {
  Pixels page = blank({1920, 1080});
  fill(page, 0, 0, 1920, 60, 40);
  write_lines(page, 24);
  return file_of(page, FileKind::png);
}

TEST(ImageSmaller, AScreenshotIsCheaperAndStillAPng) {
  const std::string original = screenshot();
  const auto made = smaller(original, *billing_of("gpt-4o"));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->to, (Size{1024, 576}));
  EXPECT_EQ(made->before.value, 1105);
  EXPECT_EQ(made->after.value, 765);
  const auto file = read_header(made->bytes);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->kind, FileKind::png);
  EXPECT_EQ(file->size, made->to);
  EXPECT_FALSE(smaller(made->bytes, *billing_of("gpt-4o"))) << "one decision per image";
  EXPECT_FALSE(smaller(made->bytes, *billing_of("gpt-4.1-nano")));
}

TEST(ImageSmaller, SmallTextIsKeptReadable) {
  Pixels page = blank({1920, 1080});
  write_lines(page, 10);
  EXPECT_FALSE(smaller(file_of(page, FileKind::png), *billing_of("gpt-4o")));
}

TEST(ImageSmaller, AScreenshotOfABrowser) {
  const std::string large = read_file("/corpus/images/large_text.png"),
                    small = read_file("/corpus/images/small_text.png");
  ASSERT_FALSE(large.empty() || small.empty());
  EXPECT_GE(text_height(luma_of(decode(large, *read_header(large)).value())), 14);
  const auto made = smaller(large, *billing_of("gpt-4o"));
  ASSERT_TRUE(made);
  EXPECT_LE(made->after.value * 4, made->before.value * 3);
  EXPECT_LE(text_height(luma_of(decode(small, *read_header(small)).value())), 10);
  for (const std::string_view model : models) EXPECT_FALSE(smaller(small, *billing_of(model))) << model;
}

RC_GTEST_PROP(ImageSmaller, NeverDearerAndOnlyOnce, ()) {
  const Size size = *sizes(1400);
  const FileKind kind = *rc::gen::element(FileKind::png, FileKind::jpeg);
  Pixels image = gradient(size);
  if (*rc::gen::arbitrary<bool>()) write_lines(image, *rc::gen::inRange(8, 60));
  const std::string original = file_of(image, kind);
  const Billing& b =
      *billing_of(*rc::gen::elementOf(std::vector<std::string_view>(std::begin(models), std::end(models))));
  const auto made = smaller(original, b);
  if (!made) return;
  RC_ASSERT(made->after < made->before);
  const auto file = read_header(made->bytes);
  RC_ASSERT(file && file->kind == kind && file->size == made->to);
  RC_ASSERT(tokens_of(b, file->size) == made->after);
  RC_ASSERT(decode(made->bytes, *file).has_value());
  RC_ASSERT(!smaller(made->bytes, b));
}

// ---- likeness -------------------------------------------------------------------------------------------------------

TEST(ImageLikeness, ACursorIsNoDifferenceALineIs) {
  Pixels page = blank({1280, 720}, 1);
  write_lines(page, 14);
  Pixels cursor = page;
  fill(cursor, 700, 300, 2, 16, 0);
  Pixels other = page;
  fill(other, 0, 300, 1280, 60, 255);
  EXPECT_TRUE(are_alike(page, page));
  EXPECT_TRUE(are_alike(page, cursor));
  EXPECT_FALSE(are_alike(page, other));
  EXPECT_FALSE(are_alike(page, shrink(page, {640, 360})));
}

RC_GTEST_PROP(ImageLikeness, GoesBothWays, ()) {
  const Size size = *sizes(60);
  const auto make = [&] {
    Pixels p{size, 1, {}};
    p.samples = *rc::gen::container<std::vector<std::uint8_t>>(static_cast<std::size_t>(size.pixels()),
                                                               rc::gen::element<std::uint8_t>(0, 100, 110, 255));
    return p;
  };
  const Pixels a = make(), b = make();
  RC_ASSERT(are_alike(a, b) == are_alike(b, a));
  RC_ASSERT(are_alike(a, a));
}

}  // namespace
}  // namespace headroom::images
