#include "pipeline/content_index.h"

#include <string>

#include "base/hash.h"

namespace headroom::pipeline {
namespace {

// Kinds of entries are kept apart by what is hashed: a content's digest, size and kind.
Hash128 key_of(std::string_view content, std::string_view kind) {
  const Hash128 h = hash128(content);
  std::string part(kind);
  for (const std::uint64_t n : {h.low, h.high, std::uint64_t{content.size()}})
    part.append(" ").append(std::to_string(n));
  return hash128(part);
}

}  // namespace

ContentIndex::ContentIndex(std::string_view content)
    : size(content.size()),
      lines(content),
      table(table_of(content)),
      pieces(search::split_pieces(content, table.rows)),
      terms(content, pieces) {}

std::size_t ContentIndex::bytes() const {
  return sizeof *this + lines.count() * sizeof(std::uint32_t) +
         (table.rows.capacity() + pieces.capacity()) * sizeof(Piece) + terms.bytes();
}

std::shared_ptr<const ContentIndex> ContentIndexes::of(std::string_view content) {
  if (content.size() < least_content || content.size() > most_content) return nullptr;
  const Hash128 key = key_of(content, "index");
  if (auto known = kept_.find<ContentIndex>(key); known && known->size == content.size()) return known;
  auto made = std::make_shared<const ContentIndex>(content);
  kept_.put(key, made, made->bytes());
  return made;
}

std::shared_ptr<const search::TrigramIndex> ContentIndexes::trigrams_of(std::string_view content,
                                                                        std::span<const std::string_view> pieces) {
  const Hash128 key = key_of(content, "trigrams");
  if (auto known = kept_.find<search::TrigramIndex>(key); known && known->pieces() == pieces.size()) return known;
  auto made = std::make_shared<const search::TrigramIndex>(pieces);
  kept_.put(key, made, made->bytes());
  return made;
}

}  // namespace headroom::pipeline
