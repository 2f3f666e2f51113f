// Turns the vocabularies, as published, into the tables that are built into the binary (formats: src/tokens/tables.h).
//
//   embed_vocabularies OUT_DIR DATA_DIR    reads DATA_DIR/NAME_base.tiktoken, writes OUT_DIR/NAME_base.bin,
//   char_classes.bin
//
// A .tiktoken file has a line per token, in order of rank: the token's bytes in base64, a space, the rank. Its SHA-256
// must be the published one. Before a table is written every token is looked up in it. Runs at build time, about a
// second.
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokens/char_class.h"
#include "tokens/tables.h"
#include "tokens/vocabulary.h"

namespace {

using namespace headroom::tokens;
using Bytes = std::vector<unsigned char>;

struct Source {
  const char* name;
  const char* sha256;  // of the file that openaipublic.blob.core.windows.net/encodings/ serves
  std::size_t tokens;
};
constexpr std::array<Source, 2> kSources{{
    {"o200k_base", "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d", 199998},
    {"cl100k_base", "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7", 100256},
}};

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "embed_vocabularies: %s\n", why.c_str());
  std::exit(1);
}

void require(bool ok, const std::string& why) {
  if (!ok) fail(why);
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  require(in.good(), "cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::string& path, const Bytes& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  out.close();
  require(out.good(), "cannot write " + path);
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, 32> digest;
  unsigned size = 0;
  require(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1, "SHA-256 failed");
  std::string hex;
  for (unsigned char b : digest) {
    hex += "0123456789abcdef"[b >> 4];
    hex += "0123456789abcdef"[b & 15];
  }
  return hex;
}

std::string base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (char c : text) {
    if (c == '=') break;
    const std::size_t digit = kDigits.find(c);
    require(digit != std::string_view::npos, "not base64");
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if ((have += 6) >= 8) out += static_cast<char>(bits >> (have -= 8));
  }
  return out;
}

std::vector<std::string> parse(const Source& source, std::string_view text) {
  require(sha256(text) == source.sha256, std::string(source.name) + ": SHA-256 is not the published one");
  std::vector<std::string> tokens;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t space = line.find(' ');
    require(space != std::string_view::npos && line.substr(space + 1) == std::to_string(tokens.size()),
            "ranks out of order");
    tokens.push_back(base64(line.substr(0, space)));
  }
  require(tokens.size() == source.tokens, "wrong number of tokens");
  return tokens;
}

using Ranks = std::unordered_map<std::string, std::uint32_t>;

// The length of the left part of the last merge when byte-pair encoding runs on the token's own bytes; 0 if it never
// gets there.
std::size_t left_length(const Ranks& ranks, const std::string& token) {
  if (token.size() == 1) return 0;
  std::vector<std::string> parts;
  for (char c : token) parts.emplace_back(1, c);
  while (parts.size() > 2) {
    std::size_t best = 0;
    std::uint32_t lowest = Vocabulary::kNone;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto it = ranks.find(parts[i] + parts[i + 1]);
      if (it != ranks.end() && it->second < lowest) {
        lowest = it->second;
        best = i;
      }
    }
    if (lowest == Vocabulary::kNone) return 0;
    parts[best] += parts[best + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  // merge.cc relies on ranks growing with each merge.
  for (const auto& part : parts) require(ranks.at(part) < ranks.at(token), "a merge lowers the rank");
  return parts[0].size();
}

template <class T>
std::uint32_t append(Bytes& blob, const std::vector<T>& section) {
  blob.resize((blob.size() + 63) / 64 * 64);
  const auto at = static_cast<std::uint32_t>(blob.size());
  const auto* p = reinterpret_cast<const unsigned char*>(section.data());
  blob.insert(blob.end(), p, p + section.size() * sizeof(T));
  return at;
}

Bytes build(const std::vector<std::string>& tokens) {
  Ranks ranks;
  for (std::uint32_t id = 0; id < tokens.size(); ++id) ranks.emplace(tokens[id], id);
  require(ranks.size() == tokens.size() && tokens.size() < kIdMask, "tokens repeat, or are too many");

  VocabularyHeader header{};
  header.tokens = static_cast<std::uint32_t>(tokens.size());
  header.slots = header.tokens / 2 * 3;
  std::vector<std::uint32_t> offsets{0}, slots(header.slots, kEmptySlot);
  std::vector<std::uint32_t> pairs(std::size_t{1} << 14, Vocabulary::kNone);
  Bytes lefts, longest_by_start(65536, 0), bytes;
  std::size_t unreachable = 0;
  for (std::uint32_t id = 0; id < tokens.size(); ++id) {
    const std::string& token = tokens[id];
    const auto* p = reinterpret_cast<const unsigned char*>(token.data());
    require(!token.empty() && token.size() < 256, "token of odd length");
    header.longest = std::max(header.longest, static_cast<std::uint32_t>(token.size()));
    bytes.insert(bytes.end(), p, p + token.size());
    offsets.push_back(static_cast<std::uint32_t>(bytes.size()));
    lefts.push_back(static_cast<unsigned char>(left_length(ranks, token)));
    if (token.size() > 1) {
      if (lefts.back() == 0) ++unreachable;
      unsigned char& longest = longest_by_start[p[0] | p[1] << 8];
      longest = std::max(longest, static_cast<unsigned char>(token.size()));
    }
    if (token.size() == 2 && (p[0] | p[1]) < 0x80) {
      pairs[static_cast<std::size_t>(p[0] << 7 | p[1])] = id;
    }
    const std::uint64_t hash = piece_hash(p, token.size());
    std::size_t slot = first_slot(hash, header.slots);
    while (slot < slots.size() && slots[slot] != kEmptySlot) ++slot;
    if (slot == slots.size()) slots.push_back(kEmptySlot);
    slots[slot] = fingerprint(hash) | id;
  }
  slots.push_back(kEmptySlot);  // where the last probe ends
  header.slots_stored = static_cast<std::uint32_t>(slots.size());

  Bytes blob(sizeof header);
  header.slots_at = append(blob, slots);
  header.offsets_at = append(blob, offsets);
  header.lefts_at = append(blob, lefts);
  header.longest_by_start_at = append(blob, longest_by_start);
  header.pairs_at = append(blob, pairs);
  header.bytes_at = append(blob, bytes);
  header.size = static_cast<std::uint32_t>(blob.size());
  std::memcpy(blob.data(), &header, sizeof header);

  const Vocabulary vocabulary(blob.data());
  for (unsigned char first = 0; first < 0x80; ++first) {
    for (unsigned char second = 0; second < 0x80; ++second) {
      const unsigned char pair[] = {first, second};
      require(vocabulary.rank_of_pair(pair) == vocabulary.rank(pair, 2), "the table of pairs is wrong");
    }
  }
  for (std::uint32_t id = 0; id < tokens.size(); ++id) {
    const std::string& token = tokens[id];
    const auto* p = reinterpret_cast<const unsigned char*>(token.data());
    require(vocabulary.rank(p, token.size()) == id, "a token is not found in the table");
  }
  // What the counter takes for granted: every byte is a token, and so is every run of one to three digits.
  for (int b = 0; b < 256; ++b) require(ranks.contains(std::string(1, static_cast<char>(b))), "a byte is no token");
  for (int n = 0; n < 1000; ++n) {
    const std::string digits = std::to_string(n);
    for (std::size_t width = digits.size(); width <= 3; ++width) {
      require(ranks.contains(std::string(width - digits.size(), '0') + digits), "digits are no token");
    }
  }
  std::fprintf(stderr, "%zu tokens, %zu never made by merging, longest %u bytes, table %zu bytes\n", tokens.size(),
               unreachable, header.longest, blob.size());
  return blob;
}

struct ClassRange {
  char32_t first;
  CharClass kind;
};
constexpr ClassRange kClassRanges[] = {
#include "tokens/unicode_classes.inc"
};

Bytes build_classes() {
  Bytes of;
  of.reserve(0x110000);
  for (std::size_t i = 0; i < std::size(kClassRanges); ++i) {
    const char32_t end = i + 1 < std::size(kClassRanges) ? kClassRanges[i + 1].first : 0x110000;
    while (of.size() < end) of.push_back(static_cast<unsigned char>(kClassRanges[i].kind));
  }
  std::vector<Bytes> rows;
  Bytes blob;
  for (std::size_t block = 0; block < kClassBlocks; ++block) {
    const Bytes row(of.begin() + static_cast<std::ptrdiff_t>(block) * 256,
                    of.begin() + static_cast<std::ptrdiff_t>(block + 1) * 256);
    std::size_t at = 0;
    while (at < rows.size() && rows[at] != row) ++at;
    if (at == rows.size()) rows.push_back(row);
    require(at < 256, "too many kinds of blocks");
    blob.push_back(static_cast<unsigned char>(at));
  }
  for (const Bytes& row : rows) blob.insert(blob.end(), row.begin(), row.end());
  const CharClasses classes(blob.data());
  for (char32_t c = 0; c < 0x110000; ++c)
    require(static_cast<unsigned char>(classes.of(c)) == of[c], "class table is wrong");
  for (char32_t c = 0; c < 128; ++c) require(detail::kAsciiClass[c] == classes.of(c), "ASCII table is wrong");
  return blob;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) fail("usage: embed_vocabularies OUT_DIR DATA_DIR");
  const std::string out = argv[1], data = argv[2];
  for (const Source& source : kSources) {
    const std::string file = read_file(data + "/" + source.name + ".tiktoken");
    write_file(out + "/" + source.name + ".bin", build(parse(source, file)));
  }
  write_file(out + "/char_classes.bin", build_classes());
}
