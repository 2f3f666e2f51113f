// Turns a word into the tokens that a model was trained on: byte-level byte-pair encoding as `tokenizer.json` of the
// Hugging Face tokenizers describes it (GPT-2, RoBERTa, ModernBERT).
//
//   "Don't"  ->  "Don" "'t"  ->  ids
//
// The word is normalised (NFC, if the file says so), cut into runs of letters, of digits and of others (GPT-2's
// pattern, which a word without blanks makes simple), and in each run the pair of the lowest rank is merged until none
// is left. What the file asks for beyond that (dropout, other normalisers, byte fallback...) is an error: another
// tokenizer would give the model other numbers than it knows. O(n log n) in the longest run. Checked against the
// tokenizers package (tests/models).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/result.h"

namespace headroom::models {

class ByteLevelBpe {
 public:
  static Result<ByteLevelBpe> parse(std::string_view tokenizer_json);

  // Appends the tokens of a word that stands alone: no blank in it, none before it.
  void encode(std::string_view word, std::vector<std::int64_t>& out) const;
  // Of an added token: "[CLS]".
  std::optional<std::int64_t> added(std::string_view content) const;
  std::size_t size() const { return vocabulary_.size(); }

 private:
  struct Merge {
    std::uint32_t rank, id;
  };
  struct Added {
    std::string content;
    std::int64_t id;
    bool single_word;  // only where no letter or digit is beside it
  };

  Result<void> read_vocabulary(const class TokenizerFile& file);
  void encode_plain(std::string_view text, std::vector<std::int64_t>& out) const;
  void encode_run(std::string_view run, std::vector<std::int64_t>& out) const;
  template <class Rest>
  void around_added(std::string_view text, const std::vector<Added>& added, std::vector<std::int64_t>& out,
                    Rest rest) const;

  std::unordered_map<std::string, std::uint32_t, TextHasher, std::equal_to<>> vocabulary_;  // by bytes
  std::unordered_map<std::uint64_t, Merge> merges_;                                         // by both ids
  std::uint32_t of_byte_[256] = {};
  std::vector<Added> added_raw_, added_normalised_;  // looked for before and after normalisation; longest first
  bool nfc_ = false;
};

}  // namespace headroom::models
