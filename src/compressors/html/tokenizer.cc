#include "compressors/html/tokenizer.h"

#include <algorithm>
#include <array>

#include "compressors/html/references.h"

namespace headroom::compressors::html {
namespace {

constexpr std::size_t npos = std::string_view::npos;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
bool is_letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

// Elements whose content is text up to their end tag.
constexpr auto raw_elements =
    std::to_array<std::string_view>({"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"});

// Where the attribute that begins at `at` ends; its name and value.
struct Read {
  std::string_view name, value;
  std::size_t end;
};
Read read_attribute(std::string_view s, std::size_t at) {
  const std::size_t begin = at;
  if (at < s.size() && s[at] == '=') ++at;  // an odd name that begins with =
  while (at < s.size() && !is_space(s[at]) && s[at] != '/' && s[at] != '>' && s[at] != '=') ++at;
  const std::string_view name = s.substr(begin, at - begin);
  std::size_t behind = at;
  while (behind < s.size() && is_space(s[behind])) ++behind;
  if (behind >= s.size() || s[behind] != '=') return {name, {}, at};
  ++behind;
  while (behind < s.size() && is_space(s[behind])) ++behind;
  if (behind >= s.size()) return {name, {}, s.size()};
  if (s[behind] == '"' || s[behind] == '\'') {
    const std::size_t close = std::min(s.find(s[behind], behind + 1), s.size());
    return {name, s.substr(behind + 1, close - behind - 1), std::min(close + 1, s.size())};
  }
  std::size_t end = behind;
  while (end < s.size() && !is_space(s[end]) && s[end] != '>') ++end;
  return {name, s.substr(behind, end - behind), end};
}

}  // namespace

bool is_name(std::string_view name, std::string_view lower_name) {
  return name.size() == lower_name.size() &&
         std::equal(name.begin(), name.end(), lower_name.begin(), [](char a, char b) { return lower(a) == b; });
}

Token Tokenizer::text_to(std::size_t end) {
  const Token t{TokenType::text, at_, end, {}, {}, false};
  at_ = end;
  return t;
}

Token Tokenizer::comment_from(std::size_t begin, std::size_t content, std::string_view close) {
  const std::size_t found = source_.find(close, content);
  at_ = found == npos ? source_.size() : found + close.size();
  return {TokenType::comment, begin, at_, {}, {}, false};
}

Token Tokenizer::next() {
  if (at_ >= source_.size()) return {TokenType::end, source_.size(), source_.size(), {}, {}, false};
  if (!raw_until_.empty()) {
    for (std::size_t close = at_;;) {
      close = source_.find("</", close);
      if (close == npos) {
        raw_until_ = {};
        return text_to(source_.size());
      }
      const std::size_t behind = close + 2 + raw_until_.size();
      const char after = behind < source_.size() ? source_[behind] : '>';
      if (is_name(source_.substr(close + 2, raw_until_.size()), raw_until_) &&
          (is_space(after) || after == '/' || after == '>')) {
        raw_until_ = {};
        if (close > at_) return text_to(close);
        break;
      }
      close += 2;
    }
  }
  if (source_[at_] != '<') return text_to(std::min(source_.find('<', at_), source_.size()));
  const std::size_t begin = at_;
  const char mark = begin + 1 < source_.size() ? source_[begin + 1] : '\0';
  if (is_letter(mark)) return tag();
  if (mark == '/') {
    const char first = begin + 2 < source_.size() ? source_[begin + 2] : '\0';
    if (is_letter(first)) return tag();
    if (first != '\0') return comment_from(begin, begin + 2, ">");
  } else if (mark == '!') {
    const std::string_view rest = source_.substr(begin);
    if (rest.starts_with("<!-->") || rest.starts_with("<!--->")) return comment_from(begin, begin + 4, ">");
    if (rest.starts_with("<!--")) return comment_from(begin, begin + 4, "-->");
    Token t = comment_from(begin, begin + 2, ">");
    if (rest.size() >= 9 && is_name(rest.substr(2, 7), "doctype")) t.type = TokenType::doctype;
    return t;
  } else if (mark == '?') {
    return comment_from(begin, begin + 1, ">");
  }
  return text_to(std::min(source_.find('<', begin + 1), source_.size()));  // a mere "<"
}

Token Tokenizer::tag() {
  const std::size_t begin = at_;
  Token t;
  t.begin = begin;
  t.type = source_[begin + 1] == '/' ? TokenType::end_tag : TokenType::start_tag;
  const std::size_t name = begin + (t.type == TokenType::end_tag ? 2 : 1);
  std::size_t at = name;
  while (at < source_.size() && !is_space(source_[at]) && source_[at] != '/' && source_[at] != '>') ++at;
  t.name = source_.substr(name, at - name);
  const std::size_t attributes = at;
  while (at < source_.size() && source_[at] != '>') {
    if (is_space(source_[at]) || source_[at] == '/') {
      ++at;
    } else {
      at = read_attribute(source_, at).end;
    }
  }
  if (at >= source_.size()) {  // the standard drops a tag that is not closed
    at_ = source_.size();
    return {TokenType::comment, begin, at_, {}, {}, false};
  }
  t.attributes = source_.substr(attributes, at - attributes);
  t.self_closing = !t.attributes.empty() && t.attributes.back() == '/';
  t.end = at_ = at + 1;
  if (t.type == TokenType::start_tag) {
    for (const std::string_view raw : raw_elements) {
      if (is_name(t.name, raw)) raw_until_ = raw;
    }
  }
  return t;
}

Attribute attribute(std::string_view attributes, std::string_view lower_name) {
  for (std::size_t at = 0; at < attributes.size();) {
    if (is_space(attributes[at]) || attributes[at] == '/') {
      ++at;
      continue;
    }
    const Read r = read_attribute(attributes, at);
    if (is_name(r.name, lower_name)) {
      Attribute a{true, {}};
      append_resolved(a.value, r.value, true);
      return a;
    }
    at = std::max(r.end, at + 1);
  }
  return {};
}

}  // namespace headroom::compressors::html
