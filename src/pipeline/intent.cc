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

// Whether the word or phrase stands at the front of `text`, in one of its forms: "fix", "fixes", "fixing"; a last e
// gives way: "analysing".
bool leads(std::string_view text, std::string_view word) {
  const auto form = [text](std::string_view stem, std::string_view ending) {
    return text.starts_with(stem) && text.substr(stem.size()).starts_with(ending) &&
           text.substr(stem.size() + ending.size()).starts_with(' ');
  };
  const std::string_view but_last = word.substr(0, word.size() - 1);
  if (!text.starts_with(but_last)) return false;
  if (std::any_of(std::begin(endings), std::end(endings), [&](std::string_view e) { return form(word, e); }))
    return true;
  if (word.ends_with('e')) return form(but_last, "ing");
  if (word.ends_with('x')) return form(word, "es");
  return word == "debug" && form(word, "ging");
}

template <class Words>
bool any_stands_in(const std::string& text, const Words& words) {
  for (std::size_t at = 1; at < text.size(); at = text.find(' ', at) + 1) {
    const std::string_view rest = std::string_view(text).substr(at);
    if (std::any_of(std::begin(words), std::end(words), [&](std::string_view w) { return leads(rest, w); }))
      return true;
  }
  return false;
}

}  // namespace

bool asks_about_code(std::string_view user_text, std::span<const std::string> words) {
  const std::string text = words_of(search::without_wrappers(user_text));
  if (words.empty()) return any_stands_in(text, built_in);
  std::vector<std::string> plain;
  for (const std::string& word : words) {
    const std::string one = words_of(word);
    if (one.size() > 2) plain.push_back(one.substr(1, one.size() - 2));
  }
  return any_stands_in(text, plain);
}

}  // namespace headroom::pipeline
