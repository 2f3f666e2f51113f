#include "http/coding.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <utility>

#include "http/head.h"

namespace headroom::http {
namespace {

constexpr std::size_t step = 32 << 10;
constexpr std::size_t most_ratio = 200;
constexpr std::size_t free_bytes = 64 << 10;  // short texts may repeat as they like

// What all share: the cap on what comes out.
class Capped : public Decoder {
 public:
  explicit Capped(std::size_t most) : most_(most) {}
  bool complete() const override { return complete_; }

 protected:
  bool give(std::string& plain, const char* bytes, std::size_t n) {
    given_ += n;
    plain.append(bytes, n);
    return given_ <= most_ && (given_ <= free_bytes || given_ / most_ratio <= taken_);
  }
  const std::size_t most_;
  std::size_t given_ = 0, taken_ = 0;
  bool complete_ = false;
  std::array<char, step> buffer_;
};

class Zlib final : public Capped {
 public:
  // What servers call deflate has a head (zlib) or none (RFC 1951): its first two bytes tell.
  Zlib(std::size_t most, bool gzip) : Capped(most), gzip_(gzip), headless_(!gzip) {
    good_ = inflateInit2(&z_, gzip ? gzip_window : zlib_window) == Z_OK;
  }
  ~Zlib() override { inflateEnd(&z_); }
  Zlib(const Zlib&) = delete;
  Zlib& operator=(const Zlib&) = delete;

  bool feed(std::string_view bytes, std::string& plain) override {
    taken_ += bytes.size();
    if (!headless_) return inflate_all(bytes, plain);
    start_ += bytes;
    if (start_.size() < 2) return true;
    headless_ = false;
    const auto first = static_cast<unsigned char>(start_[0]), second = static_cast<unsigned char>(start_[1]);
    if ((first & 0x0F) != Z_DEFLATED || (first * 256 + second) % 31 != 0) inflateReset2(&z_, raw_window);
    return inflate_all(std::exchange(start_, {}), plain);
  }

 private:
  static constexpr int zlib_window = 15, gzip_window = 15 + 16, raw_window = -15;

  bool inflate_all(std::string_view bytes, std::string& plain) {
    z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    z_.avail_in = static_cast<uInt>(bytes.size());
    for (;;) {
      if (complete_) {
        if (z_.avail_in == 0) return good_;
        // Another member follows (RFC 1952, 2.2); behind a text of deflate nothing may.
        if (!gzip_ || inflateReset(&z_) != Z_OK) return good_ = false;
        complete_ = false;
      }
      z_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      z_.avail_out = static_cast<uInt>(buffer_.size());
      const int result = good_ ? inflate(&z_, Z_NO_FLUSH) : Z_DATA_ERROR;
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return good_ = false;
      const std::size_t n = buffer_.size() - z_.avail_out;
      if (!give(plain, buffer_.data(), n)) return good_ = false;
      complete_ = result == Z_STREAM_END;
      if (!complete_ && n < buffer_.size() && z_.avail_in == 0) return true;
    }
  }

  z_stream z_{};
  std::string start_;  // of what may have no head, until it tells
  bool good_ = false;
  const bool gzip_;
  bool headless_;
};

class Zstd final : public Capped {
 public:
  explicit Zstd(std::size_t most) : Capped(most), z_(ZSTD_createDCtx()) {
    ZSTD_DCtx_setParameter(z_, ZSTD_d_windowLogMax, 25);  // 32 MiB
  }
  ~Zstd() override { ZSTD_freeDCtx(z_); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  // Frame by frame, each by its first four bytes (RFC 8878, 3.1): the library would read formats from before the RFC
  // too.
  bool feed(std::string_view bytes, std::string& plain) override {
    taken_ += bytes.size();
    while (!bytes.empty()) {
      if (magic_.size() == magic_size) {
        if (!decompress(bytes, plain)) return false;
        continue;
      }
      complete_ = false;
      const std::string_view piece = bytes.substr(0, magic_size - magic_.size());
      magic_ += piece;
      bytes.remove_prefix(piece.size());
      std::string_view magic = magic_;
      if (magic.size() == magic_size && (!begins_frame(magic) || !decompress(magic, plain))) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t magic_size = 4;
  static bool begins_frame(std::string_view magic) {
    constexpr std::string_view frame = "\x28\xB5\x2F\xFD", skippable = "\x2A\x4D\x18";
    return magic == frame || (magic.substr(1) == skippable && (static_cast<unsigned char>(magic[0]) >> 4) == 5);
  }

  // Takes what belongs to the frame at hand.
  bool decompress(std::string_view& bytes, std::string& plain) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (bool more = true; more;) {
      ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
      const std::size_t result = ZSTD_decompressStream(z_, &out, &in);
      if (ZSTD_isError(result) || !give(plain, buffer_.data(), out.pos)) return false;
      complete_ = result == 0;  // with all that it made given out: a further call would begin a frame
      more = !complete_ && (in.pos < in.size || out.pos == out.size);
    }
    bytes.remove_prefix(in.pos);
    if (complete_) magic_.clear();
    return true;
  }

  ZSTD_DCtx* z_;
  std::string magic_;  // of the frame at hand
};

class Brotli final : public Capped {
 public:
  explicit Brotli(std::size_t most) : Capped(most), b_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {}
  ~Brotli() override { BrotliDecoderDestroyInstance(b_); }
  Brotli(const Brotli&) = delete;
  Brotli& operator=(const Brotli&) = delete;

  bool feed(std::string_view bytes, std::string& plain) override {
    taken_ += bytes.size();
    const auto* in = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t left = bytes.size();
    if (complete_) return bytes.empty();
    while (!complete_) {
      auto* out = reinterpret_cast<std::uint8_t*>(buffer_.data());
      std::size_t room = buffer_.size();
      const auto result = BrotliDecoderDecompressStream(b_, &left, &in, &room, &out, nullptr);
      if (result == BROTLI_DECODER_RESULT_ERROR || !give(plain, buffer_.data(), buffer_.size() - room)) return false;
      complete_ = result == BROTLI_DECODER_RESULT_SUCCESS;
      if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) return true;
    }
    return left == 0;  // nothing may follow
  }

 private:
  BrotliDecoderState* b_;
};

}  // namespace

bool knows_coding(std::string_view coding) {
  for (const std::string_view known : {"gzip", "x-gzip", "deflate", "br", "zstd"}) {
    if (same_name(coding, known)) return true;
  }
  return false;
}

std::unique_ptr<Decoder> Decoder::make(std::string_view coding, std::size_t most) {
  if (same_name(coding, "gzip") || same_name(coding, "x-gzip")) return std::make_unique<Zlib>(most, true);
  if (same_name(coding, "deflate")) return std::make_unique<Zlib>(most, false);
  if (same_name(coding, "br")) return std::make_unique<Brotli>(most);
  if (same_name(coding, "zstd")) return std::make_unique<Zstd>(most);
  return nullptr;
}

std::optional<std::string> decode(std::string_view coding, std::string_view bytes, std::size_t most) {
  const auto decoder = Decoder::make(coding, most);
  std::string plain;
  if (!decoder || !decoder->feed(bytes, plain) || !decoder->complete()) return std::nullopt;
  return plain;
}

}  // namespace headroom::http
