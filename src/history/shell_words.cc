#include "history/shell_words.h"

#include <algorithm>
#include <utility>

namespace headroom::history {
namespace {

constexpr std::size_t most_commands = 4096;
constexpr std::size_t longest_braces = 256;  // looked through for a list in braces; behind it the word is not known

// Words that open or close something other than a simple command.
constexpr std::string_view reserved[] = {"if",   "then", "else", "elif",   "fi",       "for",  "while", "until", "do",
                                         "done", "case", "esac", "select", "function", "time", "{",     "}",     "[["};

bool is_name(std::string_view s) {
  if (s.empty() || (s[0] >= '0' && s[0] <= '9')) return false;
  return std::ranges::all_of(
      s, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

class Reader {
 public:
  explicit Reader(std::string_view script) : s_(script) {}

  std::optional<std::vector<Pipeline>> run() {
    while (good_ && count_ < most_commands) {
      skip_blanks();
      if (at_ >= s_.size()) break;
      step();
    }
    const bool dangling = after_join_ && command_.words.empty() && command_.redirects.empty();
    end_pipeline(Pipeline::Join::then);
    if (!good_ || dangling || at_ < s_.size() || !documents_.empty() || open_pipe_) return std::nullopt;
    return std::move(pipelines_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < s_.size() ? s_[at_ + ahead] : '\0'; }
  bool take(std::string_view what) {
    if (!s_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }

  void skip_blanks() {
    for (;;) {
      if (peek() == ' ' || peek() == '\t' || (peek() == '\r' && peek(1) == '\n')) {
        ++at_;
      } else if (peek() == '\\' && peek(1) == '\n') {
        at_ += 2;
      } else {
        break;
      }
    }
    if (peek() == '#' && at_ < s_.size()) at_ = std::min(s_.find('\n', at_), s_.size());
  }

  void step() {
    switch (peek()) {
      case '\n':
        ++at_;
        read_documents();
        if (!open_pipe_ && !after_join_) end_pipeline(Pipeline::Join::then);
        return;
      case ';':
        ++at_;
        if (peek() == ';' || after_join_) good_ = false;
        end_pipeline(Pipeline::Join::then);
        return;
      case '|':
        if (take("||")) {
          end_pipeline(Pipeline::Join::otherwise);
        } else {
          if (take("|&")) {
            // Errors join the output: what flows on is no file's text for sure.
            command_.redirects.push_back({Redirect::Kind::duplicate, 2, {"1"}});
          } else {
            ++at_;
          }
          if (command_.words.empty()) good_ = false;
          end_command();
          open_pipe_ = true;
        }
        return;
      case '&':
        if (take("&&")) {
          end_pipeline(Pipeline::Join::also);
        } else if (peek(1) == '>') {
          ++at_;
          redirect(-2);
        } else {
          ++at_;
          pipeline_.background = true;
          end_pipeline(Pipeline::Join::then);
        }
        return;
      case '(':
      case ')':
        good_ = false;
        return;
      case '<':
      case '>':
        redirect(-1);
        return;
      default:
        break;
    }
    const std::size_t begin = at_;
    Word word = read_word();
    if (!good_) return;
    const bool number = word.text.size() == 1 && word.text[0] >= '0' && word.text[0] <= '9' && at_ == begin + 1;
    if (number && (peek() == '<' || peek() == '>')) return redirect(word.text[0] - '0');
    add(std::move(word), s_.substr(begin, at_ - begin));
  }

  void add(Word word, std::string_view source) {
    if (command_.words.empty()) {
      if (std::ranges::find(reserved, source) != std::end(reserved) || source == "!") {
        good_ = source == "time";  // the only one of them that changes nothing
        return;
      }
      const std::size_t equals = source.find('=');
      if (equals != std::string_view::npos && is_name(source.substr(0, equals))) {
        assigned_ = true;
        return;
      }
    }
    command_.words.push_back(std::move(word));
    open_pipe_ = after_join_ = false;
  }

  void end_command() {
    if (!command_.words.empty() || !command_.redirects.empty()) {
      pipeline_.commands.push_back(std::move(command_));
      ++count_;
      open_pipe_ = after_join_ = false;
    }
    command_ = {};
  }

  void end_pipeline(Pipeline::Join next) {
    end_command();
    const bool empty = pipeline_.commands.empty();
    if (next != Pipeline::Join::then && empty && !assigned_) good_ = false;
    if (!empty) pipelines_.push_back(std::move(pipeline_));
    pipeline_ = {};
    assigned_ = false;
    if (!empty || next != Pipeline::Join::then || !after_join_) pipeline_.join = next;
    after_join_ = next != Pipeline::Join::then;
  }

  void redirect(int from) {
    const bool in = peek() == '<';
    ++at_;
    Redirect r{in ? Redirect::Kind::in : Redirect::Kind::out, from, {}};
    if (in && peek() == '(') return void(good_ = false);
    if (!in && peek() == '(') return void(good_ = false);
    bool document = false, strip = false;
    if (in && take("<<")) {
      r.kind = Redirect::Kind::document;
    } else if (in && take("<")) {
      document = true;
      strip = take("-");
      r.kind = Redirect::Kind::document;
    } else if (!in && take(">")) {
      r.kind = Redirect::Kind::append;
    } else if (take("&")) {
      r.kind = Redirect::Kind::duplicate;
    } else if (!in && take("|")) {
      // >|: as >
    } else if (in && take(">")) {
      return void(good_ = false);
    }
    skip_blanks();
    const std::size_t begin = at_;
    r.word = read_word();
    if (begin == at_) return void(good_ = false);
    // >&file is both streams to a file.
    if (r.kind == Redirect::Kind::duplicate && !in && r.word.text != "-" &&
        r.word.text.find_first_not_of("0123456789") != std::string::npos) {
      r.kind = Redirect::Kind::out;
      r.from = -2;
    }
    command_.redirects.push_back(std::move(r));
    after_join_ = open_pipe_ = false;
    if (document) {
      const std::string_view source = s_.substr(begin, at_ - begin);
      const bool quoted = source.find_first_of("'\"\\") != std::string_view::npos;
      documents_.push_back({pipelines_.size(), pipeline_.commands.size(), command_.redirects.size() - 1,
                            command_.redirects.back().word.text, quoted, strip});
    }
  }

  // The texts of here-documents, after the line that asked for them.
  void read_documents() {
    for (const Document& d : std::exchange(documents_, {})) {
      std::string text;
      bool ended = false;
      while (!ended && at_ < s_.size()) {
        const std::size_t end = std::min(s_.find('\n', at_), s_.size());
        std::string_view line = s_.substr(at_, end - at_);
        at_ = std::min(end + 1, s_.size());
        if (d.strip) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
        if (line == d.end || (line.ends_with('\r') && line.substr(0, line.size() - 1) == d.end)) {
          ended = true;
        } else {
          text.append(line).append("\n");
        }
      }
      if (!ended) return void(good_ = false);
      Pipeline& pipeline = d.pipeline < pipelines_.size() ? pipelines_[d.pipeline] : pipeline_;
      Command& command = d.command < pipeline.commands.size() ? pipeline.commands[d.command] : command_;
      if (d.redirect >= command.redirects.size()) return void(good_ = false);
      const bool known = d.quoted || text.find_first_of("$`\\") == std::string::npos;
      command.redirects[d.redirect].word = {std::move(text), known};
    }
  }

  // Up to the next blank or operator that no quote covers.
  Word read_word() {
    Word word;
    const std::size_t begin = at_;
    while (good_ && at_ < s_.size()) {
      const char c = s_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == ';' || c == '&' || c == '|' || c == '<' || c == '>' || c == '(' ||
          c == ')' || (c == '\r' && peek(1) == '\n')) {
        break;
      }
      ++at_;
      switch (c) {
        case '\'':
          single_quoted(word);
          break;
        case '"':
          double_quoted(word);
          break;
        case '\\':
          if (peek() == '\n') {
            ++at_;
          } else if (at_ < s_.size()) {
            word.text += s_[at_++];
          }
          break;
        case '$':
          dollar(word);
          break;
        case '`':
          backquoted(word);
          break;
        case '*':
        case '?':
        case '[':
          word.text += c;
          // `[` alone is a command.
          if (c != '[' || at_ != begin + 1 || (at_ < s_.size() && peek() != ' ')) word.known = false;
          break;
        case '{': {
          std::string_view inner = s_.substr(at_, longest_braces);
          const std::size_t end = inner.find_first_of("} \n");
          if (end == std::string_view::npos && inner.size() == longest_braces) word.known = false;
          inner = inner.substr(0, end);
          if (inner.find(',') != std::string_view::npos || inner.find("..") != std::string_view::npos)
            word.known = false;
          word.text += c;
          break;
        }
        case '~':
          if (at_ == begin + 1 && at_ < s_.size() && peek() != '/' && peek() != ' ' && peek() != '\n')
            word.known = false;
          word.text += c;
          break;
        default:
          word.text += c;
      }
    }
    return word;
  }

  void single_quoted(Word& word) {
    const std::size_t end = s_.find('\'', at_);
    if (end == std::string_view::npos) return void(good_ = false);
    word.text += s_.substr(at_, end - at_);
    at_ = end + 1;
  }

  void double_quoted(Word& word) {
    while (at_ < s_.size() && s_[at_] != '"') {
      const char c = s_[at_++];
      if (c == '$') {
        dollar(word);
      } else if (c == '`') {
        backquoted(word);
      } else if (c == '\\' && at_ < s_.size() && std::string_view("$`\"\\\n").find(s_[at_]) != std::string_view::npos) {
        if (s_[at_] != '\n') word.text += s_[at_];
        ++at_;
      } else {
        word.text += c;
      }
      if (!good_) return;
    }
    if (at_ >= s_.size()) return void(good_ = false);
    ++at_;
  }

  // What stands behind a dollar sign: passed over, its value is not known.
  void dollar(Word& word) {
    const char c = peek();
    if (c == '(' || c == '{') {
      word.known = false;
      skip_nested();
    } else if (c == '\'') {
      word.known = false;
      for (++at_; at_ < s_.size() && s_[at_] != '\''; ++at_) at_ += s_[at_] == '\\';
      if (at_ >= s_.size()) return void(good_ = false);
      ++at_;
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_?$!#@*-\"").find(c) != std::string_view::npos) {
      if (c != '\0') word.known = false;
    } else {
      word.text += '$';
    }
  }

  void backquoted(Word& word) {
    word.known = false;
    for (; at_ < s_.size() && s_[at_] != '`'; ++at_) at_ += s_[at_] == '\\';
    if (at_ >= s_.size()) return void(good_ = false);
    ++at_;
  }

  // From an opening bracket to behind the one that closes it; quotes inside hide brackets.
  void skip_nested() {
    std::string closers;
    for (; at_ < s_.size(); ++at_) {
      const char c = s_[at_];
      if (c == '\\') {
        ++at_;
      } else if (c == '\'') {
        at_ = std::min(s_.find('\'', at_ + 1), s_.size());
      } else if (c == '(') {
        closers += ')';
      } else if (c == '{') {
        closers += '}';
      } else if (!closers.empty() && c == closers.back()) {
        closers.pop_back();
        if (closers.empty()) return void(++at_);
      }
    }
    at_ = s_.size();
    good_ = false;
  }

  struct Document {
    std::size_t pipeline, command, redirect;
    std::string end;
    bool quoted, strip;
  };

  std::string_view s_;
  std::size_t at_ = 0, count_ = 0;
  bool good_ = true;
  bool open_pipe_ = false;   // a command must follow
  bool after_join_ = false;  // a pipeline must follow
  bool assigned_ = false;    // nothing but assignments so far
  Command command_;
  Pipeline pipeline_;
  std::vector<Pipeline> pipelines_;
  std::vector<Document> documents_;
};

}  // namespace

std::optional<std::vector<Pipeline>> read_script(std::string_view script) {
  return Reader(script).run();
}

}  // namespace headroom::history
