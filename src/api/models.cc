#include "api/models.h"

namespace headroom::api {
namespace {

using tokens::VocabularyId;

struct Row {
  std::string_view prefix;
  VocabularyId id;
};
// Longest first: "gpt-4o" before "gpt-4".
constexpr Row rows[] = {
    {"gpt-4o", VocabularyId::o200k},
    {"gpt-4.1", VocabularyId::o200k},
    {"gpt-4.5", VocabularyId::o200k},
    {"gpt-5", VocabularyId::o200k},
    {"gpt-oss", VocabularyId::o200k},
    {"chatgpt-4o", VocabularyId::o200k},
    {"o1", VocabularyId::o200k},
    {"o3", VocabularyId::o200k},
    {"o4", VocabularyId::o200k},
    {"codex", VocabularyId::o200k},
    {"gpt-4", VocabularyId::cl100k},
    {"gpt-3.5", VocabularyId::cl100k},
    {"gpt-35", VocabularyId::cl100k},
    {"text-embedding-3", VocabularyId::cl100k},
    {"text-embedding-ada-002", VocabularyId::cl100k},
    {"o200k_base", VocabularyId::o200k},
    {"cl100k_base", VocabularyId::cl100k},
};

}  // namespace

ModelVocabulary vocabulary_of(std::string_view model) {
  if (const std::size_t slash = model.rfind('/'); slash != model.npos) model.remove_prefix(slash + 1);
  if (model.empty()) return {VocabularyId::o200k, "o200k_base", true};
  for (const Row& row : rows) {
    if (!model.starts_with(row.prefix)) continue;
    return {row.id, row.id == VocabularyId::o200k ? "o200k_base" : "cl100k_base", true};
  }
  return {VocabularyId::o200k, "o200k_base", false};
}

}  // namespace headroom::api
