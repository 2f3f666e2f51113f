#include "images/jpeg.h"

#include <turbojpeg.h>

#include <array>
#include <memory>

#include "images/mark.h"

namespace headroom::images::jpeg {
namespace {

constexpr int quality = 90;  // billing is by pixels: bytes are spared by there being fewer of them
// Bit-exact on every machine; anything the decoder has to guess makes the file one that is left alone; a file of
// thousands of empty scans is refused.
constexpr int read_flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS;

struct Close {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Handle = std::unique_ptr<void, Close>;

struct Free {
  void operator()(unsigned char* p) const { tjFree(p); }
};

const unsigned char* bytes_of(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

struct Segment {
  unsigned char marker;  // the byte after FF
  std::string_view data, whole;
};

constexpr unsigned char start_of_scan = 0xDA, comment = 0xFE, exif = 0xE1, profile = 0xE2;

// Calls `take` for each segment before the first scan; true if that was reached.
template <class Take>
bool for_each_segment(std::string_view bytes, Take take) {
  if (!bytes.starts_with("\xFF\xD8")) return false;
  const auto at_byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  for (std::size_t at = 2; bytes.size() - at >= 4;) {
    if (at_byte(at) != 0xFF) return false;
    const unsigned char marker = at_byte(at + 1);
    if (marker == 0xFF) {  // a fill byte
      ++at;
      continue;
    }
    const std::size_t size = std::size_t{at_byte(at + 2)} << 8 | at_byte(at + 3);
    if (size < 2 || size > bytes.size() - at - 2) return false;
    if (marker == start_of_scan) return true;
    take(Segment{marker, bytes.substr(at + 4, size - 2), bytes.substr(at, size + 2)});
    at += size + 2;
  }
  return false;
}

// Orientation and colours; thumbnails and texts of other makers do not come along.
bool is_kept(const Segment& s) {
  return (s.marker == exif && s.data.starts_with(std::string_view("Exif\0\0", 6))) ||
         (s.marker == profile && s.data.starts_with(std::string_view("ICC_PROFILE\0", 12)));
}

std::string comment_segment() {
  std::string out{'\xFF', static_cast<char>(comment)};
  out += static_cast<char>((mark.size() + 2) >> 8);
  out += static_cast<char>((mark.size() + 2) & 255);
  return out.append(mark);
}

int subsampling_of(std::string_view bytes) {
  const Handle handle(tjInitDecompress());
  int width = 0, height = 0, subsampling = -1, colours = -1;
  if (!handle ||
      tjDecompressHeader3(handle.get(), bytes_of(bytes), bytes.size(), &width, &height, &subsampling, &colours) != 0 ||
      subsampling < 0)
    return TJSAMP_444;
  return subsampling;
}

}  // namespace

std::optional<File> read_header(std::string_view bytes) {
  File file;
  file.kind = FileKind::jpeg;
  int frames = 0;
  bool plain = true;
  const bool whole = for_each_segment(bytes, [&](const Segment& s) {
    const bool frame = s.marker >= 0xC0 && s.marker <= 0xCF && s.marker != 0xC4 && s.marker != 0xC8 && s.marker != 0xCC;
    if (frame && s.data.size() >= 6) {
      ++frames;
      const auto at = [&](std::size_t i) { return static_cast<unsigned char>(s.data[i]); };
      // Baseline, extended and progressive; 8 bits; grey or three colours.
      plain &= s.marker <= 0xC2 && at(0) == 8 && (at(5) == 1 || at(5) == 3);
      file.size = {at(3) << 8 | at(4), at(1) << 8 | at(2)};
    } else if (s.marker == comment) {
      file.ours |= s.data == mark;
    }
  });
  if (!whole || frames != 1 || !plain) return std::nullopt;
  return file;
}

std::optional<Pixels> decode(std::string_view bytes, const File& file) {
  const Handle handle(tjInitDecompress());
  int width = 0, height = 0, subsampling = -1, colours = -1;
  if (!handle ||
      tjDecompressHeader3(handle.get(), bytes_of(bytes), bytes.size(), &width, &height, &subsampling, &colours) != 0)
    return std::nullopt;
  if (Size{width, height} != file.size || subsampling < 0 || colours == TJCS_CMYK || colours == TJCS_YCCK)
    return std::nullopt;
  Pixels out{file.size, colours == TJCS_GRAY ? 1 : 3, {}};
  out.samples.resize(out.stride() * static_cast<std::size_t>(height));
  const int format = out.channels == 1 ? TJPF_GRAY : TJPF_RGB;
  if (tjDecompress2(handle.get(), bytes_of(bytes), bytes.size(), out.samples.data(), width, 0, height, format,
                    read_flags) != 0)
    return std::nullopt;
  return out;
}

std::optional<std::string> encode(const Pixels& pixels, std::string_view like) {
  const Handle handle(tjInitCompress());
  if (!handle) return std::nullopt;
  unsigned char* data = nullptr;
  unsigned long size = 0;
  const bool grey = pixels.channels == 1;
  const int done = tjCompress2(handle.get(), pixels.samples.data(), pixels.size.width, 0, pixels.size.height,
                               grey ? TJPF_GRAY : TJPF_RGB, &data, &size, grey ? TJSAMP_GRAY : subsampling_of(like),
                               quality, TJFLAG_ACCURATEDCT);
  const std::unique_ptr<unsigned char, Free> owner(data);
  if (done != 0) return std::nullopt;
  const std::string_view written(reinterpret_cast<const char*>(data), size);
  std::string head;
  for_each_segment(like, [&](const Segment& s) {
    if (is_kept(s)) head += s.whole;
  });
  head += comment_segment();
  // After the start and the JFIF segment, which must come first.
  std::size_t at = 2;
  if (written.size() >= 6 && written.substr(2, 2) == "\xFF\xE0")
    at += 2 + (std::size_t{static_cast<unsigned char>(written[4])} << 8 | static_cast<unsigned char>(written[5]));
  std::string out(written.substr(0, at));
  return out.append(head).append(written.substr(at));
}

}  // namespace headroom::images::jpeg
