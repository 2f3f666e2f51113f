// Repeats: lines that an earlier result shows already become a pointer to it.
//
//   result of Read src/money.py, lines 1-380, again, with line 41 changed:
//   [lines 1-380 as in the result of Read src/money.py above, but line 41. Retrieve with hash=482193075514]
//       41	    return round(total, 2)
//
// Found by fingerprints: hashes of three neighbouring lines, of which winnowing (Schleimer, Wilkerson, Aiken 2003)
// keeps the least in every window of three, so that any run of five common lines shares one, wherever it stands.
// Numbers in front of lines are peeled off before; times, durations and process numbers are masked for this step only.
// Between runs Myers' difference (1986) finds what else is common. Lines that differ stand verbatim behind the pointer.
//
// A pointer counts only lines that are shown verbatim earlier in the same list: the caller says which. A view is given
// only if its decoder, run here, gives the block back byte for byte. Block k depends on blocks 0..k-1 only.
//
// Cost: O(bytes) to read a text, O(16 x lines) to look it up, whatever the number of blocks before; Myers is bounded by
// 64 edits a gap and 256 gaps; a view has at most 256 pointers. Nothing is kept of a text but hashes and offsets, 20
// bytes a line. docs/formats/repeats.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "history/gutter.h"

namespace headroom::history {

// A text's lines and their hashes; immutable, shared between an index and its copies.
struct Fingerprint;
struct LineHashes;
using Reading = std::shared_ptr<const LineHashes>;
Reading read_lines(std::string_view text);

// A block as it stands before the reader.
struct Earlier {
  std::string_view text;              // the original
  std::string_view label;             // call_label() of its call; "" if that is not in the list
  std::span<const Lines> shown = {};  // lines that stand in its view verbatim, sorted, disjoint
};

// The text of an earlier block by its number. It stays as long as the answer to what it was asked for.
using TextOf = std::function<std::string_view(std::size_t block)>;

struct Repeat {
  std::string view;          // ends as the original ends, or in a pointer without line end
  std::vector<Lines> shown;  // lines of the block that the view still shows verbatim
  std::size_t target = 0;    // the first earlier block that it points at
};

// What was said so far. Copies are cheap (a list of shared readings and one flat table), so one can be kept per prefix
// of a conversation, by digest().
class Index {
 public:
  Index();

  // The next block. `shown`: as in Earlier; empty for a block that stands as something else.
  void add(const Reading& reading, std::string_view label, std::span<const Lines> shown);
  // All of it shown.
  void add(std::string_view text, std::string_view label);

  // The view of a text that comes next, or nullopt if it repeats nothing worth a pointer (five lines and 60 tokens).
  // `earlier(k)` is the text of the k-th block added, asked for only where the view points at it. `handle`: twelve
  // digits, or "" for a pointer without one. The caller still compares tokens: a view is always shorter in bytes.
  std::optional<Repeat> find(const Reading& reading, std::string_view text, const TextOf& earlier,
                             std::string_view handle) const;
  std::optional<Repeat> find(const Reading& reading, std::string_view text, std::span<const std::string_view> earlier,
                             std::string_view handle) const;

  // A quick look before find(), which reads earlier texts: false if that would find nothing.
  bool may_find(const Reading& reading) const;

  std::size_t size() const { return blocks_.size(); }
  std::string_view label(std::size_t block) const { return *blocks_[block].label; }
  // Of all that was added, in order.
  Hash128 digest() const { return digest_; }

 private:
  struct Block {
    Reading reading;
    std::shared_ptr<const std::string> label;
    std::shared_ptr<const std::vector<Lines>> shown;
  };
  // A place where a fingerprint was seen; chained to the one before it with the same.
  struct Anchor {
    std::uint64_t fingerprint;
    std::uint32_t block, line, before;
  };
  friend class Finder;

  std::optional<std::size_t> slot(std::uint64_t fingerprint) const;
  std::uint32_t newest(std::uint64_t fingerprint) const;  // 0: none
  void insert(const Fingerprint& fingerprint, std::uint32_t block);
  void grow();

  std::vector<Block> blocks_;
  std::vector<Anchor> anchors_;       // [0] is nobody's
  std::vector<std::uint32_t> heads_;  // open addressing: the newest anchor of a fingerprint
  Hash128 digest_;
};

// The block that a view stands for, given all blocks before it, in order. nullopt if it is no such view or points at
// what is not there. A pointer means the nearest block above with its label that shows all those lines verbatim.
std::optional<std::string> decode_repeats(std::string_view view, std::span<const Earlier> earlier);

}  // namespace headroom::history
