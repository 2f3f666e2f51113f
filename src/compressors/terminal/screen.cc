#include "compressors/terminal/screen.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include "base/lines.h"
#include "compressors/log/ansi.h"
#include "detect/line_shapes.h"
#include "salience/severity.h"

namespace headroom::compressors::terminal {
namespace {

constexpr std::size_t kMostErrors = 8;  // states of one line that are kept because they say an error

// "\e[3A": the letter and the first number (`absent` if there is none); '\0' if it is no such code.
struct Code {
  char letter = '\0';
  std::size_t number = 0;
  bool numbered = false, many = false;
};

Code read_code(std::string_view code) {
  const std::size_t bracket = code.find('[');
  if (bracket == std::string_view::npos || code.size() < bracket + 2) return {};
  Code out;
  out.letter = code.back();
  const std::string_view inner = code.substr(bracket + 1, code.size() - bracket - 2);
  const auto [end, error] = std::from_chars(inner.data(), inner.data() + inner.size(), out.number);
  out.numbered = error == std::errc{};
  out.many = inner.find(';') != std::string_view::npos;
  if (!out.numbered) out.number = 0;
  return out;
}

bool is_blank(std::string_view s) {
  return s.find_first_not_of(" \t\r") == std::string_view::npos;
}

struct State {
  std::size_t line;
  std::string text;
  bool over = false;  // written over by a later one
  bool from_start = true;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : lines_(split_lines(text)) {}

  Screen run() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      line_ = i;
      read_line(lines_[i].text);
      finish_state();
      move_to_row(row_ + 1);
      from_start_ = true;
    }
    print();
    return std::move(screen_);
  }

 private:
  void read_line(std::string_view s) {
    for (std::size_t i = 0; i < s.size();) {
      const std::size_t n = s[i] == '\x1b' || s[i] == '^' ? log::ansi_size(s, i) : 0;
      if (n > 0) {
        ++screen_.codes;
        apply(read_code(s.substr(i, n)));
        i += n;
      } else if (s[i] == '\r') {
        finish_state();
        from_start_ = true;
        ++i;
      } else if (s[i] == '\b') {
        ++screen_.codes;
        take_back();
        ++i;
      } else {
        const std::size_t end = std::min(s.find_first_of("\x1b^\r\b", i + 1), s.size());
        current_.append(s, i, end - i);
        i = end;
      }
    }
  }

  // The last code point of the state leaves; one taken back to nothing may come from a state before: that stays.
  void take_back() {
    while (!current_.empty()) {
      const auto c = static_cast<unsigned char>(current_.back());
      current_.pop_back();
      if ((c & 0xC0) != 0x80) break;
    }
  }

  void apply(const Code& code) {
    const std::size_t n = std::max<std::size_t>(1, code.number);
    switch (code.letter) {
      case 'A':
      case 'F':
        finish_state();
        if (code.letter == 'F') from_start_ = true;
        move_to_row(row_ - std::min(n, row_ - page_));
        break;
      case 'B':
      case 'E':
        finish_state();
        if (code.letter == 'E') from_start_ = true;
        move_to_row(row_ + std::min<std::size_t>(n, 1000));
        break;
      case 'C':
      case 'D':
        if (current_.empty() && code.letter == 'C') from_start_ = false;
        break;
      case 'G':
        finish_state();
        from_start_ = n <= 1;
        break;
      case 'H':
      case 'f':
        home(code);
        break;
      case 'J':
        if (code.number >= 2) home({});
        break;
      default:  // colours and modes; an erased line shows what stood there last
        break;
    }
  }

  void home(const Code& code) {
    finish_state();
    if (code.numbered && (code.number > 1 || code.many)) {  // to a row and a column of the page
      move_to_row(page_ + std::min<std::size_t>(code.number == 0 ? 0 : code.number - 1, 1000));
      from_start_ = !code.many;
      return;
    }
    if (row_ == page_ || !paged_) {
      page_ = std::max(page_, row_);
    } else {
      move_to_row(page_);
    }
    paged_ = true;
    from_start_ = true;
  }

  void move_to_row(std::size_t row) { row_ = std::min(row, lines_.size() + kMostRows); }

  // What was written since the cursor last moved is a state of its row.
  void finish_state() {
    if (current_.empty()) return;
    if (is_blank(current_) && !(states_.empty() || states_.back().line != line_)) {
      current_.clear();
      return;
    }
    const std::size_t index = states_.size();
    if (row_ >= last_of_row_.size()) last_of_row_.resize(row_ + 1, kNone);
    if (from_start_) {
      for (std::size_t k = last_of_row_[row_]; k != kNone; k = before_[k]) {
        states_[k].over = true;
        if (states_[k].from_start) break;
      }
    }
    before_.push_back(from_start_ ? kNone : last_of_row_[row_]);
    states_.push_back({line_, std::move(current_), false, from_start_});
    last_of_row_[row_] = index;
    current_.clear();
  }

  void print() {
    std::size_t k = 0;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      bool first = true;
      std::unordered_set<std::uint64_t> shapes;
      for (; k < states_.size() && states_[k].line == i; ++k) {
        const State& s = states_[k];
        if (s.over && !is_new_error(s.text, shapes)) {
          ++screen_.overwritten;
          continue;
        }
        if (!first) screen_.text += '\r';
        first = false;
        screen_.text += s.text;
      }
      if (first && !lines_[i].text.empty()) screen_.emptied.push_back(i);
      screen_.text += lines_[i].end;
    }
  }

  static bool is_new_error(std::string_view text, std::unordered_set<std::uint64_t>& shapes) {
    return shapes.size() < kMostErrors && salience::is_severe(text) && shapes.insert(detect::shape_of(text)).second;
  }

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  static constexpr std::size_t kMostRows = 4096;  // below the last line of the text

  std::vector<Line> lines_;
  std::size_t line_ = 0, row_ = 0, page_ = 0;
  bool from_start_ = true, paged_ = false;
  std::string current_;
  std::vector<State> states_;
  std::vector<std::size_t> before_;       // of each state that adds to its row: the one it adds to
  std::vector<std::size_t> last_of_row_;  // index of the state that its row was last written with
  Screen screen_;
};

}  // namespace

bool has_codes(std::string_view text) {
  if (text.find('\x1b') != std::string_view::npos || text.find('\b') != std::string_view::npos ||
      text.find("^[[") != std::string_view::npos)
    return true;
  for (std::size_t at = text.find('\r'); at != std::string_view::npos; at = text.find('\r', at + 1)) {
    if (at + 1 < text.size() && text[at + 1] != '\n') return true;
  }
  return false;
}

std::optional<Screen> read_screen(std::string_view text) {
  if (!has_codes(text) || text.find('\0') != std::string_view::npos) return std::nullopt;
  return Reader(text).run();
}

}  // namespace headroom::compressors::terminal
