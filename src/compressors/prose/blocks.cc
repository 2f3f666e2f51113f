#include "compressors/prose/blocks.h"

#include <algorithm>
#include <array>

#include "compressors/prose/sentences.h"
#include "detect/line_shapes.h"

namespace headroom::compressors::prose {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t longest_heading = 80;  // bytes

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}

std::size_t indentation(std::string_view line) {
  std::size_t n = 0;
  for (const char c : line) {
    if (c == ' ') {
      ++n;
    } else if (c == '\t') {
      n += 8;
    } else {
      break;
    }
  }
  return n;
}

// A line of one mark, three times and more: what underlines a heading, or rules off.
char rule_mark(std::string_view line) {
  line = trimmed(line);
  if (line.size() < 3 || std::string_view("=-~^\"*+#`.:'_").find(line[0]) == npos) return '\0';
  return std::all_of(line.begin(), line.end(), [&](char c) { return c == line[0]; }) ? line[0] : '\0';
}

// The bytes of "- ", "* ", "12. ", "a) " and the blanks before it; 0 if the line is no item.
std::size_t item_mark(std::string_view line) {
  std::size_t i = 0;
  while (i < line.size() && (line[i] == ' ' || line[i] == '\t')) ++i;
  const std::size_t begin = i;
  const auto blank_at = [&](std::size_t at) { return at < line.size() && (line[at] == ' ' || line[at] == '\t'); };
  if (i < line.size() && (line[i] == '-' || line[i] == '*' || line[i] == '+') && blank_at(i + 1)) return i + 2;
  for (const std::string_view bullet : {"•", "‣", "◦", "–", "·"}) {
    if (line.substr(i).starts_with(bullet) && blank_at(i + bullet.size())) return i + bullet.size() + 1;
  }
  if (i < line.size() && line[i] == '(') ++i;
  while (i < line.size() && i < begin + 4 && is_digit(line[i])) ++i;
  if (i == begin || (i == begin + 1 && line[begin] == '(')) {
    if (i < line.size() && is_letter(line[i]) && i + 1 < line.size() && line[i + 1] == ')') ++i;
  }
  if (i > begin && i < line.size() && (line[i] == '.' || line[i] == ')') && blank_at(i + 1)) return i + 2;
  return 0;
}

bool is_table_line(std::string_view line) {
  const std::string_view t = trimmed(line);
  if (t.size() < 3) return false;
  if (t.front() == '|') return t.find('|', 1) != npos;
  return t.starts_with("+-") || t.starts_with("+=");
}

// "---|---" and the like, under the names of a table's columns.
bool is_table_rule(std::string_view line) {
  const std::string_view t = trimmed(line);
  return t.find("--") != npos && t.find('|') != npos && t.find_first_not_of("|-: \t") == npos;
}

// "=====  ====": the rules of a simple table of reStructuredText.
bool is_simple_rule(std::string_view line) {
  const std::string_view t = trimmed(line);
  return t.size() > 6 && t.starts_with("==") && t.find("  ") != npos && t.find_first_not_of("= ") == npos;
}

bool has_capitals_only(std::string_view s) {
  return std::none_of(s.begin(), s.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// Which lines are running text.
std::vector<bool> sentences_of(std::span<const Line> lines) {
  std::vector<bool> sentences(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) sentences[i] = detect::is_sentence_line(trimmed(lines[i].text));
  return sentences;
}

// The indentation that most lines of running text have.
std::size_t usual_indent(std::span<const Line> lines, const std::vector<bool>& sentences) {
  std::array<std::size_t, 17> count{};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!sentences[i]) continue;
    if (const std::size_t indent = indentation(lines[i].text); indent < count.size()) ++count[indent];
  }
  return static_cast<std::size_t>(std::max_element(count.begin(), count.end()) - count.begin());
}

class Reader {
 public:
  explicit Reader(std::span<const Line> lines)
      : lines_(lines), sentences_(sentences_of(lines)), text_indent_(usual_indent(lines, sentences_)) {}

  std::vector<Block> run() {
    while (at_ < lines_.size()) {
      if (is_empty(at_)) {
        ++at_;
      } else if (!(fence() || table() || marked_heading() || underlined_heading() || rule() || item() ||
                   lone_heading())) {
        run_of_lines();
      }
    }
    return std::move(blocks_);
  }

 private:
  std::string_view text(std::size_t i) const { return lines_[i].text; }
  bool exists(std::size_t i) const { return i < lines_.size(); }
  bool is_empty(std::size_t i) const { return !exists(i) || trimmed(text(i)).empty(); }

  Block& add(BlockKind kind, std::size_t last) {
    blocks_.push_back({kind, at_, last});
    at_ = last + 1;
    return blocks_.back();
  }

  bool fence() {
    if (unclosed_ || !detect::is_fence(text(at_))) return false;
    const char mark = trimmed(text(at_))[0];
    std::size_t end = at_ + 1;
    while (exists(end) && !(detect::is_fence(text(end)) && trimmed(text(end))[0] == mark)) ++end;
    if (!exists(end)) {
      unclosed_ = true;  // one look to the end is enough
      return false;
    }
    add(BlockKind::code, end).fenced = true;
    return true;
  }

  bool table() {
    std::size_t end = at_;
    if (is_table_line(text(at_)) && exists(at_ + 1) && is_table_line(text(at_ + 1))) {
      while (exists(end) && is_table_line(text(end))) ++end;
    } else if (exists(at_ + 1) && text(at_).find('|') != npos && is_table_rule(text(at_ + 1))) {
      while (exists(end) && text(end).find('|') != npos) ++end;
    } else if (is_simple_rule(text(at_))) {
      end = at_ + 1;
      while (!is_empty(end)) ++end;
    }
    if (end < at_ + 2) return false;
    add(BlockKind::table, end - 1);
    return true;
  }

  bool marked_heading() {
    const std::string_view line = text(at_);
    std::size_t marks = 0;
    while (marks < line.size() && line[marks] == '#') ++marks;
    if (marks < 1 || marks > 6 || marks + 1 >= line.size() || line[marks] != ' ') return false;
    add(BlockKind::heading, at_).level = static_cast<std::uint8_t>(marks);
    return true;
  }

  static std::uint8_t level_of(char mark) {
    return mark == '=' || mark == '#' || mark == '*' ? 1 : mark == '-' ? 2 : 3;
  }

  bool underlined_heading() {
    const std::size_t size = trimmed(text(at_)).size();
    const auto underlines = [&](std::size_t i, std::size_t of) {
      return exists(i) && rule_mark(text(i)) != '\0' && rule_mark(text(i)) != ':' &&
             trimmed(text(i)).size() + 2 >= std::min<std::size_t>(of, 8);
    };
    const char over = rule_mark(text(at_));
    if (over != '\0' && !is_empty(at_ + 1) && exists(at_ + 2) && rule_mark(text(at_ + 2)) == over &&
        rule_mark(text(at_ + 1)) == '\0') {
      add(BlockKind::heading, at_ + 2).level = level_of(over);
      return true;
    }
    const bool alone = at_ == 0 || is_empty(at_ - 1);
    if (over != '\0' || !alone || size > longest_heading * 2 || !underlines(at_ + 1, size) || item_mark(text(at_)) != 0)
      return false;
    const char mark = rule_mark(text(at_ + 1));
    add(BlockKind::heading, at_ + 1).level = level_of(mark);
    return true;
  }

  // A rule between paragraphs belongs to what follows; alone it is code of one line.
  bool rule() {
    if (rule_mark(text(at_)) == '\0') return false;
    add(BlockKind::code, at_);
    return true;
  }

  // A short line without a stop, between blank lines or less indented than the text: "3.1 Title", "SYNOPSIS".
  bool lone_heading() {
    const std::string_view line = text(at_), words = trimmed(line);
    if (words.size() > longest_heading || indentation(line) > 6 || words.size() < 2) return false;
    if (std::string_view(".,;:!?|>{}=`)").find(words.back()) != npos || ends_in_stop(words)) return false;
    const unsigned char first = static_cast<unsigned char>(words[0]);
    if (!(first >= 0x80 || is_digit(words[0]) || (first >= 'A' && first <= 'Z'))) return false;
    if (std::count(words.begin(), words.end(), ' ') > 9 || !std::any_of(words.begin(), words.end(), is_letter))
      return false;
    if (words.find_first_of("<>|=\\{}$@") != npos || words.find("  ") != npos) return false;
    const bool above = at_ == 0 || is_empty(at_ - 1), below = is_empty(at_ + 1);
    // Manual pages and the like: the text is indented, headings less.
    const bool over_indented = !below && indentation(text(at_ + 1)) >= indentation(line) + 3;
    const bool outdented = indentation(line) < text_indent_ || (over_indented && has_capitals_only(words));
    if (!above || !(outdented ? exists(at_ + 1) : below && exists(at_ + 2))) return false;
    if (outdented && !below && indentation(text(at_ + 1)) <= indentation(line)) return false;
    add(BlockKind::heading, at_).level = outdented ? static_cast<std::uint8_t>(1 + indentation(line)) : 4;
    return true;
  }

  bool starts_other(std::size_t i) const {
    return item_mark(text(i)) != 0 || detect::is_fence(text(i)) || is_table_line(text(i)) ||
           (text(i).starts_with('#') && text(i).find(' ') <= 6) || rule_mark(text(i)) != '\0';
  }

  // Its lines go on until a blank line or the next item; what is indented under it may go on behind a blank line, as a
  // paragraph.
  bool item() {
    const std::size_t mark = item_mark(text(at_));
    if (mark == 0) return false;
    std::size_t end = at_ + 1;
    while (!is_empty(end) && !starts_other(end)) ++end;
    add(BlockKind::item, end - 1).text = mark;
    return true;
  }

  // Everything up to a blank line: a paragraph if most of it is running text, code if not. A short line over an
  // indented paragraph is a term and what it means: an item.
  void run_of_lines() {
    std::size_t end = at_ + 1;
    const std::size_t indent = indentation(text(at_));
    const bool term = trimmed(text(at_)).size() <= longest_heading && !sentences_[at_] && exists(end) &&
                      !is_empty(end) && indentation(text(end)) > indent && sentences_[end];
    while (!is_empty(end) && !starts_other(end) && !(term && indentation(text(end)) <= indent)) ++end;
    std::size_t writing = 0, all = 0;
    for (std::size_t i = at_; i < end; ++i) {
      const std::string_view line = trimmed(text(i));
      all += line.size();
      if (sentences_[i] ||
          (line.size() < 40 && i > at_ && writing > 0 && is_letter(line[0]) && !detect::is_code_line(line)))
        writing += line.size();
    }
    add(term ? BlockKind::item : writing * 2 >= all ? BlockKind::paragraph : BlockKind::code, end - 1);
  }

  std::span<const Line> lines_;
  const std::vector<bool> sentences_;
  std::vector<Block> blocks_;
  std::size_t text_indent_, at_ = 0;
  bool unclosed_ = false;
};

}  // namespace

std::vector<Block> read_blocks(std::span<const Line> lines) {
  return Reader(lines).run();
}

std::string_view heading_text(const Block& heading, std::span<const Line> lines) {
  std::string_view words = trimmed(lines[heading.first].text);
  if (rule_mark(words) != '\0' && heading.last > heading.first) words = trimmed(lines[heading.first + 1].text);
  while (!words.empty() && (words.front() == '#' || is_blank(words.front()))) words.remove_prefix(1);
  while (!words.empty() && (words.back() == '#' || is_blank(words.back()))) words.remove_suffix(1);
  return words;
}

}  // namespace headroom::compressors::prose
