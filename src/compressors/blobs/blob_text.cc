#include "compressors/blobs/blob_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/lines.h"
#include "detect/line_shapes.h"

namespace headroom::compressors::blobs {
namespace {

constexpr std::size_t npos = std::string_view::npos;

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}
bool is_base64(char c) {
  return is_letter_or_digit(c) || c == '+' || c == '/' || c == '-' || c == '_' || c == '=';
}
bool is_hex(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

// The first bytes that base64 digits spell, line ends passed over.
std::string decoded_head(std::string_view digits) {
  constexpr std::size_t enough = 32;
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : digits) {
    const int value = base64_value(c);
    if (value < 0) continue;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out += static_cast<char>(bits >> have & 0xFF);
    if (out.size() == enough) break;
  }
  return out;
}

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t n = 0;
  for (std::size_t i = 0; i < 4; ++i) n = n << 8 | static_cast<unsigned char>(bytes[at + i]);
  return n;
}

struct Magic {
  std::string_view bytes, name;
};
constexpr auto magics = std::to_array<Magic>({{"\x89PNG\r\n\x1a\n", "PNG"},
                                              {"\xFF\xD8\xFF", "JPEG"},
                                              {"GIF8", "GIF"},
                                              {"RIFF", "RIFF"},
                                              {"%PDF-", "PDF"},
                                              {"PK\x03\x04", "ZIP"},
                                              {"\x1f\x8b", "gzip"},
                                              {"wOFF", "WOFF font"},
                                              {"wOF2", "WOFF2 font"},
                                              {"\x7f"
                                               "ELF",
                                               "ELF"}});

// What a run of digits holds, by its first bytes.
std::string describe_base64(std::string_view run) {
  const std::string head = decoded_head(run);
  const auto digits =
      static_cast<std::size_t>(std::count_if(run.begin(), run.end(), [](char c) { return base64_value(c) >= 0; }));
  std::string out = "base64: ";
  for (const Magic& m : magics) {
    if (!std::string_view(head).starts_with(m.bytes)) continue;
    out += m.name;
    if (m.name == "PNG" && head.size() >= 24)
      out += ' ' + std::to_string(big_endian(head, 16)) + 'x' + std::to_string(big_endian(head, 20));
    out += ", ";
    break;
  }
  return out + std::to_string(digits / 4 * 3 + digits % 4 * 3 / 4) + " bytes";
}

// True if `digits` are as mixed as base64 of anything but text in plain words: a path or a long name is not.
bool is_mixed(std::string_view run) {
  std::size_t lower = 0, upper = 0, number = 0, marks = 0;
  for (const char c : run.substr(0, 2048)) {
    lower += c >= 'a' && c <= 'z';
    upper += c >= 'A' && c <= 'Z';
    number += c >= '0' && c <= '9';
    marks += c == '-' || c == '_' || c == '/';
  }
  const std::size_t all = std::min<std::size_t>(run.size(), 2048);
  return lower * 8 > all && upper * 8 > all && number * 40 > all && marks * 8 < all;
}

// Runs of digits within one line.
void find_runs(std::string_view text, std::size_t begin, std::size_t end, std::vector<Blob>& out) {
  for (std::size_t at = begin; at < end;) {
    if (!is_base64(text[at])) {
      ++at;
      continue;
    }
    std::size_t stop = at;
    bool hex = true;
    for (; stop < end && is_base64(text[stop]); ++stop) hex &= is_hex(text[stop]);
    const std::string_view run = text.substr(at, stop - at);
    if (run.size() >= least_bytes && (hex || is_mixed(run))) {
      out.push_back(
          {at, run.size(), hex ? "hexadecimal: " + std::to_string(run.size() / 2) + " bytes" : describe_base64(run)});
    }
    at = stop;
  }
}

// Lines of digits only and of one length, as certificates and mail hold them.
std::size_t block_of_lines(std::string_view text, const std::vector<Line>& lines, std::size_t i,
                           std::vector<Blob>& out) {
  const std::size_t width = lines[i].text.size();
  if (width < 60 || width >= least_bytes) return i;
  std::size_t k = i;
  const auto digits_only = [](std::string_view line) {
    return !line.empty() && std::all_of(line.begin(), line.end(), is_base64);
  };
  while (k < lines.size() && lines[k].text.size() == width && digits_only(lines[k].text)) ++k;
  if (k < i + 4) return i;
  if (k < lines.size() && lines[k].text.size() < width && digits_only(lines[k].text)) ++k;
  const auto begin = static_cast<std::size_t>(lines[i].text.data() - text.data());
  const auto end = static_cast<std::size_t>(lines[k - 1].text.data() - text.data()) + lines[k - 1].text.size();
  const std::string_view block = text.substr(begin, end - begin);
  const bool hex = std::all_of(block.begin(), block.end(), [](char c) { return is_hex(c) || c == '\n' || c == '\r'; });
  if (!hex && !is_mixed(block)) return i;
  out.push_back({begin, end - begin, hex ? "hexadecimal" : describe_base64(block)});
  return k;
}

// By what stands in it.
std::string_view language_of(std::string_view line) {
  const std::string_view head = line.substr(0, 16384);
  const auto has = [head](std::string_view word) { return head.find(word) != npos; };
  if (has("\"mappings\":\"")) return "source map";
  if (has("function(") || has("=>") || has("function ") || has("return ")) return "minified JavaScript";
  if (has("{") && has(":") && has(";") && (has("px") || has("color") || has("margin"))) return "minified CSS";
  if (has("</")) return "dense markup";
  return "text without blanks";
}

bool is_dense(std::string_view line) {
  if (line.size() < least_bytes || detect::time_prefix(line) != 0) return false;
  std::size_t blanks = 0, wide = 0, marks = 0;
  for (const char c : line) {
    blanks += c == ' ' || c == '\t';
    wide += static_cast<unsigned char>(c) >= 0x80;
    marks += c == '(' || c == ')' || c == '{' || c == '}' || c == ';' || c == '=' || c == '<' || c == '>';
  }
  if (blanks * 100 >= line.size() * 6 || wide * 4 > line.size()) return false;
  const bool rows = (line.front() == '{' || line.front() == '[') && line.find("\":") != npos &&
                    line.find("\"mappings\":\"") == npos;  // JSON, perhaps cut off
  return !rows && marks * 25 > line.size();
}

}  // namespace

std::vector<Blob> find_blobs(std::string_view text) {
  std::vector<Blob> out;
  const std::vector<Line> lines = split_lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i].text;
    const auto begin = static_cast<std::size_t>(line.data() - text.data());
    if (is_dense(line)) {
      out.push_back({begin, line.size(), std::string(language_of(line)), true});
    } else if (line.size() >= least_bytes) {
      find_runs(text, begin, begin + line.size(), out);
    } else if (line.size() >= 60) {
      const std::size_t behind = block_of_lines(text, lines, i, out);
      if (behind > i) i = behind - 1;
    }
  }
  return out;
}

}  // namespace headroom::compressors::blobs
