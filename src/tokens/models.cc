#include "tokens/models.h"

#include "base/glob.h"

namespace headroom::tokens {
namespace {

constexpr Factor kSame{};

constexpr ModelTokens kO200k{VocabularyId::o200k, "o200k_base", true, kSame, kSame, kSame};
constexpr ModelTokens kCl100k{VocabularyId::cl100k, "cl100k_base", true, kSame, kSame, kSame};
constexpr ModelTokens kUnknown{VocabularyId::o200k, "o200k_base", false, kSame, kSame, kSame};
// First values of 2026-11, to be fitted on counted samples; never learned at run time, where replicas would come to
// differ.
constexpr ModelTokens kClaude{VocabularyId::o200k, "o200k_base",    false,
                              {110, 95, 135},      {120, 100, 150}, {125, 100, 160}};
constexpr ModelTokens kClaude47{VocabularyId::o200k, "o200k_base",    false,
                                {155, 120, 195},     {140, 110, 180}, {140, 105, 180}};
constexpr ModelTokens kGemini{VocabularyId::o200k, "o200k_base", false, {100, 80, 125}, {110, 85, 140}, {135, 95, 190}};

struct Row {
  std::string_view glob;  // `*`: any characters
  const ModelTokens* model;
};
constexpr Row kRows[] = {
    {"o200k_base", &kO200k},
    {"cl100k_base", &kCl100k},
    // The vocabularies that OpenAI has published, by model.
    {"gpt-4o*", &kO200k},
    {"chatgpt-4o*", &kO200k},
    {"gpt-4.1*", &kO200k},
    {"gpt-4.5*", &kO200k},
    {"gpt-5*", &kO200k},
    {"gpt-oss*", &kO200k},
    {"codex*", &kO200k},
    {"o1*", &kO200k},
    {"o3*", &kO200k},
    {"o4-mini*", &kO200k},
    {"gpt-4*", &kCl100k},
    {"gpt-3.5*", &kCl100k},
    {"gpt-35*", &kCl100k},  // as Azure spells it
    {"text-embedding-3*", &kCl100k},
    {"text-embedding-ada-002*", &kCl100k},
    // Claude: the older rows first, then 4.7 on, which is what an unknown newer name is taken for.
    {"claude-instant*", &kClaude},
    {"claude-1*", &kClaude},
    {"claude-2*", &kClaude},
    {"claude-3*", &kClaude},
    {"claude-v*", &kClaude},
    {"claude-*-4", &kClaude},
    {"claude-*-4-20*", &kClaude},  // a date, no minor version
    {"claude-*-4@*", &kClaude},
    {"claude-*-4-v*", &kClaude},
    {"claude-*-4-latest", &kClaude},
    {"claude-*-4-0*", &kClaude},
    {"claude-*-4-1*", &kClaude},
    {"claude-*-4-5*", &kClaude},
    {"claude-*-4-6*", &kClaude},
    {"claude-*-4.0*", &kClaude},
    {"claude-*-4.1*", &kClaude},
    {"claude-*-4.5*", &kClaude},
    {"claude-*-4.6*", &kClaude},
    {"claude-4-*", &kClaude},
    {"claude-4.5-*", &kClaude},
    {"claude*", &kClaude47},
    {"gemini*", &kGemini},
};

const ModelTokens* find(std::string_view name) {
  for (const Row& row : kRows) {
    if (glob_matches(row.glob, name)) return row.model;
  }
  return nullptr;
}

}  // namespace

std::vector<std::string_view> names_of_model(std::string_view model) {
  std::vector<std::string_view> names;
  if (const std::size_t slash = model.rfind('/'); slash != model.npos) model.remove_prefix(slash + 1);
  if (model.starts_with("ft:")) model.remove_prefix(3);
  names.push_back(model);
  // Bedrock: "us.anthropic.claude-sonnet-4-5-20250929-v1:0". Dots inside a name are tried last and in turn.
  for (std::size_t dot = model.find('.'); dot != model.npos; dot = model.find('.', dot + 1)) {
    names.push_back(model.substr(dot + 1));
  }
  return names;
}

const ModelTokens& tokens_of_model(std::string_view model) {
  if (model.empty()) return kO200k;
  for (const std::string_view name : names_of_model(model)) {
    if (name.empty()) return kO200k;
    if (const ModelTokens* found = find(name)) return *found;
  }
  return kUnknown;
}

ModelCount count_for_model(std::string_view model, std::string_view text) {
  const ModelTokens& row = tokens_of_model(model);
  return {Counter(row.vocabulary).count(text), row.tokenizer, row.exact};
}

}  // namespace headroom::tokens
