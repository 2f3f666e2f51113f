// The slow reference of the tests: PCRE2 runs the published split patterns, and merging follows the definition word by
// word. Header-only and of no use to the product.
#pragma once

#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH 8
#endif
#include <pcre2.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/counter.h"
#include "tokens/vocabulary.h"

namespace headroom::tokens {

class Reference {
 public:
  explicit Reference(VocabularyId id) : vocabulary_(Vocabulary::embedded(id)) {
    constexpr std::string_view kO200k =
        R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
        R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
        R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
    constexpr std::string_view kCl100k =
        R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++\z|\s*[\r\n]|\s+(?!\S)|\s)";
    const std::string_view pattern = id == VocabularyId::o200k ? kO200k : kCl100k;
    int error = 0;
    PCRE2_SIZE at = 0;
    code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), PCRE2_UTF | PCRE2_UCP, &error,
                          &at, nullptr);
    if (code_ == nullptr) std::abort();
    match_ = pcre2_match_data_create(1, nullptr);
  }
  ~Reference() {
    pcre2_match_data_free(match_);
    pcre2_code_free(code_);
  }
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  // Valid UTF-8 only.
  std::vector<std::string_view> pieces(std::string_view text) const {
    std::vector<std::string_view> out;
    for (std::size_t at = 0; at < text.size();) {
      const int found = pcre2_match(code_, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), at,
                                    PCRE2_NO_UTF_CHECK, match_, nullptr);
      if (found < 0) std::abort();
      const PCRE2_SIZE* span = pcre2_get_ovector_pointer(match_);
      if (span[0] != at || span[1] == at) std::abort();  // the patterns cover every text
      out.push_back(text.substr(at, span[1] - at));
      at = span[1];
    }
    return out;
  }

  std::int64_t merge(std::string_view piece) const {
    std::vector<std::size_t> starts;  // of the tokens so far, and the end
    for (std::size_t i = 0; i <= piece.size(); ++i) starts.push_back(i);
    for (;;) {
      std::size_t best = 0;
      std::uint32_t lowest = Vocabulary::kNone;
      for (std::size_t i = 0; i + 2 < starts.size(); ++i) {
        const std::uint32_t rank = rank_of(piece.substr(starts[i], starts[i + 2] - starts[i]));
        if (rank < lowest) {
          lowest = rank;
          best = i;
        }
      }
      if (lowest == Vocabulary::kNone) return static_cast<std::int64_t>(starts.size()) - 1;
      starts.erase(starts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    }
  }

  std::int64_t count(std::string_view text) const {
    std::int64_t total = 0;
    for (std::string_view piece : pieces(text)) total += rank_of(piece) != Vocabulary::kNone ? 1 : merge(piece);
    return total;
  }

  const Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  std::uint32_t rank_of(std::string_view bytes) const {
    return vocabulary_.rank(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }

  Vocabulary vocabulary_;
  pcre2_code* code_;
  pcre2_match_data* match_;
};

}  // namespace headroom::tokens
