// Which vocabulary counts for a model, whether the count is then the model's own, and how far off it may be if not.
//
//   "openai/gpt-4o-mini"     -> o200k_base, exact
//   "gpt-4"                  -> cl100k_base, exact
//   "claude-sonnet-4-5"      -> o200k_base x 1.25 (1.00-1.60) for JSON and logs
//   "some-unknown-model"     -> o200k_base, not exact, no factors
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokens/counter.h"

namespace headroom::tokens {

// A model's tokens per token of the vocabulary, in hundredths: integers, since bounds decide what goes out.
struct Factor {
  std::int64_t centre = 100, low = 100, high = 100;

  // Rounded to the nearest; low down and high up, so that they stay bounds.
  Tokens estimate(Tokens n) const { return Tokens((n.value * centre + 50) / 100); }
  Tokens at_least(Tokens n) const { return Tokens(n.value * low / 100); }
  Tokens at_most(Tokens n) const { return Tokens((n.value * high + 99) / 100); }
};

enum class ContentClass : std::uint8_t { prose, code, data };  // data: JSON and logs

struct ModelTokens {
  VocabularyId vocabulary;
  std::string_view tokenizer;  // "o200k_base" or "cl100k_base"
  bool exact;                  // the vocabulary is the model's own
  Factor prose, code, data;

  const Factor& factor(ContentClass c) const {
    return c == ContentClass::prose ? prose : c == ContentClass::code ? code : data;
  }
};

// By the first row whose glob matches the name, in any case, without provider prefixes ("openrouter/anthropic/",
// "us.anthropic.", "models/"). No name: plain o200k_base, exact.
const ModelTokens& tokens_of_model(std::string_view model);

// What a model's name may be once provider prefixes and regions are off, in the order in which rows are tried:
// "bedrock/us.anthropic.claude-x" -> "us.anthropic.claude-x", "anthropic.claude-x", "claude-x".
std::vector<std::string_view> names_of_model(std::string_view model);

struct ModelCount {
  Tokens tokens;
  std::string_view tokenizer;
  bool exact;
};

// The count in the model's vocabulary; where that is not public, o200k's, said to be inexact.
ModelCount count_for_model(std::string_view model, std::string_view text);

}  // namespace headroom::tokens
