// Which public vocabulary counts for a model, and whether the count is then exact.
#pragma once

#include <string_view>

#include "tokens/counter.h"

namespace headroom::api {

struct ModelVocabulary {
  tokens::VocabularyId id;
  std::string_view name;
  bool exact;  // false: the model's own vocabulary is not public; the figure is o200k_base's
};

// By prefix of the name, a provider's prefix ("openai/") left out; no model: plain o200k_base.
ModelVocabulary vocabulary_of(std::string_view model);

}  // namespace headroom::api
