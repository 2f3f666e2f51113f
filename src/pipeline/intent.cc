#include "pipeline/intent.h"

#include <algorithm>
#include <array>
#include <vector>

#include "search/query.h"
#include "search/terms.h"

namespace headroom::pipeline {
namespace {

constexpr std::string_view built_in[] = {"analyse",   "analyze",  "explain",   "understand",    "debug",    "fix",
                                         "review",    "audit",    "inspect",   "investigate",   "diagnose", "refactor",
                                         "optimise",  "optimize", "improve",   "bug",           "error",    "wrong",
                                         "broken",    "fail",     "security",  "vulnerability", "why does", "how does",
                                         "what does", "why is",   "root cause"};
constexpr std::string_view endings[] = {"", "s", "d", "ed", "ing"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// Lower-case words with one blank between them and around.
std::string words_of(std::string_view text) {
  std::string out = " ";
  for (const char c : search::to_lower(text)) {
    if (is_letter(c)) {
      out += c;
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

// "fix" with "fixes" and "fixing"; a last e gives way: "analysing".
bool stands_in(const std::string& text, std::string_view word) {
  const std::string stem(word);
  for (const std::string_view ending : endings) {
    if (text.find(" " + stem + std::string(ending) + " ") != std::string::npos) return true;
  }
  if (stem.ends_with('e')) return text.find(" " + stem.substr(0, stem.size() - 1) + "ing ") != std::string::npos;
  if (stem.ends_with('x')) return text.find(" " + stem + "es ") != std::string::npos;
  return stem == "debug" && text.find(" debugging ") != std::string::npos;
}

}  // namespace

bool asks_about_code(std::string_view user_text, std::span<const std::string> words) {
  const std::string text = words_of(search::without_wrappers(user_text));
  if (words.empty()) {
    return std::any_of(std::begin(built_in), std::end(built_in),
                       [&](std::string_view w) { return stands_in(text, w); });
  }
  return std::any_of(words.begin(), words.end(), [&](const std::string& w) {
    const std::string plain = words_of(w);
    return plain.size() > 2 && stands_in(text, std::string_view(plain).substr(1, plain.size() - 2));
  });
}

}  // namespace headroom::pipeline
