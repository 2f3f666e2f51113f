// A model directory that the user names, as a judge of words: which of them a summary would keep (kompress-v2-base and
// what has its interface).
//
//   DIR/onnx/kompress-int8-wo.onnx, or kompress-fp32.onnx, or kompress-int8.onnx; DIR/tokenizer.json
//   input_ids, attention_mask (int64 [1, n])  ->  final_scores (float [1, n], 0..1: the chance that it is kept)
//
// Words are cut at white space and each encoded alone, [CLS] before a chunk and [SEP] behind; a chunk holds at most 350
// words and 512 tokens. A word that the limit cuts opens the next chunk; one that fills a chunk alone is kept. A word
// scores the best of its tokens. Scores are rounded to 1/256 before anything is made of them, so that the last bits of
// a sum decide nothing; still, processors may differ, which is why this is an option and no default. Files are read
// once, when the model is opened, and known by their SHA-256.
//
// Cost: the model's own, on one thread. At most `most_words` words of a text are judged: a longer text
// is not ranked by a model at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headroom::models {

inline constexpr std::uint16_t full_word_score = 256;
inline constexpr std::size_t most_words = 16'384, least_words = 64;

// What a directory holds.
struct ModelFiles {
  std::filesystem::path model, tokenizer;  // below the directory
  std::string model_sha256, tokenizer_sha256;
};

class Kompress {
 public:
  // Reads, checks and runs it once. `library`: see onnx_runtime.h.
  static Result<std::shared_ptr<const Kompress>> open(const std::filesystem::path& directory,
                                                      const std::string& library);
  ~Kompress();
  Kompress(const Kompress&) = delete;
  Kompress& operator=(const Kompress&) = delete;

  const ModelFiles& files() const;
  // All that decides a score: both files, the library, the rules above.
  std::string_view version() const;

  // Of each word 0..256. Under 64 words all are kept.
  Result<std::vector<std::uint16_t>> score_words(std::span<const std::string_view> words) const;
  // Of each text, read one after the other: the mean of the better half of its words, 0..256. too_large beyond
  // most_words.
  Result<std::vector<std::uint16_t>> score_sentences(std::span<const std::string_view> sentences) const;

 private:
  struct Impl;
  explicit Kompress(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The words of a text, cut at white space of any script.
void append_words(std::string_view text, std::vector<std::string_view>& out);

// The mean of the better half (of one word more, if their number is odd), rounded.
std::uint16_t better_half(std::span<std::uint16_t> scores);

}  // namespace headroom::models
