#include "cli/toml.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"
#include "json/document.h"
#include "json/strings.h"
#include "json/writer.h"

namespace headroom::cli {
namespace {

constexpr bool is_bare(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<Setting>> run() {
    std::vector<Setting> settings;
    if (!utf8::is_valid(text_)) return fail(ErrorKind::invalid_request, "not UTF-8");
    for (;;) {
      skip_lines();
      if (at_end()) return settings;
      Setting setting{{}, {}, line_};
      if (!read_key(setting.key) || !read_value(setting.json, 0) || !end_of_line()) return refused();
      const bool twice = std::ranges::any_of(settings, [&](const Setting& s) { return s.key == setting.key; });
      if (twice) return error("key " + setting.key + " stands twice"), refused();
      settings.push_back(std::move(setting));
    }
  }

 private:
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool error(std::string message) {
    if (message_.empty()) message_ = std::move(message);
    return false;
  }
  std::unexpected<Error> refused() const {
    return fail(ErrorKind::invalid_request, "line " + std::to_string(line_) + ": " + message_);
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }
  // White space, comments and line ends.
  void skip_lines() {
    for (;;) {
      skip_blanks();
      if (peek() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
      if (peek() == '\r') ++at_;
      if (peek() != '\n' || at_end()) return;
      ++at_;
      ++line_;
    }
  }
  bool end_of_line() {
    skip_blanks();
    if (peek() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
    if (peek() == '\r') ++at_;
    return at_end() || peek() == '\n' || error("text after the value");
  }
  bool read_key(std::string& key) {
    if (peek() == '[') return error("tables are not known here: all keys stand at the top");
    if (peek() == '"' || peek() == '\'') {
      if (!read_string(key)) return false;
    } else {
      while (is_bare(peek())) key += text_[at_++];
    }
    skip_blanks();
    if (key.empty()) return error("a key is expected");
    if (peek() != '=') return error("= is expected after " + key);
    ++at_;
    skip_blanks();
    return true;
  }
  bool read_value(std::string& json, int depth) {
    if (peek() == '"' || peek() == '\'') {
      std::string value;
      if (!read_string(value)) return false;
      json += json::quote(value);
      return true;
    }
    if (peek() == '[') return depth == 0 ? read_list(json) : error("a list in a list is not known here");
    return read_scalar(json);
  }
  bool read_list(std::string& json) {
    ++at_;
    json += '[';
    for (bool first = true;; first = false) {
      skip_lines();
      if (peek() == ']') break;
      if (at_end()) return error("the list does not end");
      if (!first) json += ',';
      if (!read_value(json, 1)) return false;
      skip_lines();
      if (peek() == ',') {
        ++at_;
      } else if (peek() != ']') {
        return error("a comma or ] is expected");
      }
    }
    ++at_;
    json += ']';
    return true;
  }
  bool read_scalar(std::string& json) {
    std::string word;
    while (!at_end() && (is_bare(peek()) || peek() == '.' || peek() == '+' || peek() == ':')) word += text_[at_++];
    if (word == "true" || word == "false") {
      json += word;
      return true;
    }
    std::erase(word, '_');
    if (word.starts_with('+')) word.erase(0, 1);
    // Without the parts only TOML has, its decimal numbers are those of JSON: no ".7", "7.", "07", "inf" or "0x7".
    const bool number = !word.empty() && (word[0] == '-' || (word[0] >= '0' && word[0] <= '9'));
    if (!number || !json::Document::parse(word)) {
      return error("a value is expected: a string in quotes, a number, true, false, or a list");
    }
    json += word;
    return true;
  }
  bool read_string(std::string& value) {
    const char quote = text_[at_++];
    if (text_.substr(at_).starts_with(std::string(2, quote))) return error("multi-line strings are not known here");
    while (!at_end() && peek() != quote) {
      const char c = text_[at_++];
      if (static_cast<unsigned char>(c) < 0x20 && c != '\t') return error("the string does not end");
      if (c != '\\' || quote == '\'') {
        value += c;
      } else if (!read_escape(value)) {
        return false;
      }
    }
    if (at_end()) return error("the string does not end");
    ++at_;
    return true;
  }
  bool read_escape(std::string& value) {
    struct Row {
      char name, value;
    };
    constexpr Row rows[] = {{'b', '\b'}, {'t', '\t'}, {'n', '\n'}, {'f', '\f'}, {'r', '\r'}, {'"', '"'}, {'\\', '\\'}};
    const char name = peek();
    ++at_;
    for (const Row& row : rows) {
      if (row.name == name) return value += row.value, true;
    }
    const std::size_t digits = name == 'u' ? 4 : name == 'U' ? 8 : 0;
    std::uint32_t code = 0;
    const std::string_view hex = text_.substr(std::min(at_, text_.size()), digits);
    const auto r = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
    if (digits == 0 || hex.size() != digits || r.ptr != hex.data() + digits || code > 0x10FFFF || code >> 11 == 27) {
      return error("unknown escape in a string");
    }
    at_ += digits;
    utf8::append(value, static_cast<char32_t>(code));
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0, line_ = 1;
  std::string message_;
};

}  // namespace

Result<std::vector<Setting>> parse_toml(std::string_view text) {
  return Parser(text).run();
}

}  // namespace headroom::cli
