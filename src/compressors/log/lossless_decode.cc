#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compressors/log/lossless.h"
#include "compressors/log/notation.h"
#include "compressors/log/phrases.h"

namespace headroom::compressors::log {
namespace {

constexpr std::size_t kRoom = 4;                          // bytes of text for one of its view
constexpr std::size_t kMostBytes = std::size_t{1} << 26;  // more than any content that is compressed

constexpr std::size_t kWidest = 4096;  // bytes of a line that blanks may fill

// "[log, 6 lines, complete; ...]" -> 6, the marks, the line ends.
struct Header {
  std::size_t lines = 0;
  Marks marks;
  std::string_view phrase_mark;
  bool blank_for_same = false;  // a blank at the front: the template of the line above
  bool crlf = false, open_end = false;
};

std::optional<Header> parse_header(std::string_view line, std::string_view name) {
  Header h;
  if (!line.starts_with('[') || !line.substr(1).starts_with(name) || !line.ends_with(']')) return std::nullopt;
  line.remove_prefix(1 + name.size());
  if (!line.starts_with(", ")) return std::nullopt;
  line.remove_prefix(2);
  while (!line.empty() && line[0] >= '0' && line[0] <= '9' && h.lines < 1'000'000'000) {
    h.lines = h.lines * 10 + static_cast<std::size_t>(line[0] - '0');
    line.remove_prefix(1);
  }
  if (!line.starts_with(" line")) return std::nullopt;
  if (line.find(", complete") == std::string_view::npos) return std::nullopt;
  for (const std::string_view mark : kHoleMarks) {
    if (line.find("its " + std::string(mark) + " filled") != std::string_view::npos) h.marks.hole = mark;
  }
  h.marks.time = {};
  for (const std::string_view mark : kTimeMarks) {
    if (line.find("; " + std::string(mark) + " = the time") != std::string_view::npos) h.marks.time = mark;
  }
  for (const std::string_view mark : kPhraseMarks) {
    if (line.find("; A, " + std::string(mark) + "A = ") != std::string_view::npos) h.phrase_mark = mark;
  }
  h.blank_for_same = line.find("; a blank for T1 = as above") != std::string_view::npos;
  h.crlf = line.find("; CRLF") != std::string_view::npos;
  h.open_end = line.find("; no line end at the end") != std::string_view::npos;
  return h;
}

class Reader {
 public:
  Reader(std::string_view view, std::string_view name) : rest_(view), name_(name) {}

  std::optional<std::string> run() {
    const std::optional<Header> header = parse_header(next(), name_);
    if (!header) return std::nullopt;
    header_ = *header;
    end_ = header_.crlf ? "\r\n" : "\n";
    if (!header_.phrase_mark.empty() && !letters()) return std::nullopt;
    if (!definitions()) return std::nullopt;
    // Room that is not written to takes no memory; growing takes the text twice.
    out_.reserve(std::min(kMostBytes, rest_.size() * kRoom));
    while (!done_) {
      if (!line(next())) return std::nullopt;
      if (starts_.size() > header_.lines) return std::nullopt;
    }
    if (starts_.size() != header_.lines) return std::nullopt;
    if (header_.open_end && out_.size() >= end_.size()) out_.resize(out_.size() - end_.size());
    return std::move(out_);
  }

 private:
  std::string_view next() {
    const std::size_t at = rest_.find('\n');
    const std::string_view line = rest_.substr(0, at);
    if (at == std::string_view::npos) {
      done_ = true;
      rest_ = {};
    } else {
      rest_.remove_prefix(at + 1);
    }
    return line;
  }
  std::string_view peek() const { return rest_.substr(0, rest_.find('\n')); }

  // "A=long value" lines; then puts the values for their letters in all that follows.
  bool letters() {
    std::vector<std::string_view> values;
    while (!done_ && values.size() < letters_.size() &&
           peek().starts_with(std::string{static_cast<char>('A' + values.size()), '='})) {
      letters_[values.size()] = next().substr(2);
      values.push_back(letters_[values.size()]);
    }
    if (!expand_phrases(rest_, header_.phrase_mark, values, kMostBytes, expanded_)) return false;
    rest_ = expanded_;
    return true;
  }

  bool definitions() {
    const Marks marks{header_.marks.hole, header_.marks.time.empty() ? std::string_view("\n") : header_.marks.time};
    while (!done_) {
      const std::string lead = 'T' + std::to_string(patterns_.size() + 1) + '=';
      if (!peek().starts_with(lead)) break;
      auto pattern = parse_pattern(next().substr(lead.size()), marks);
      if (!pattern) return false;
      patterns_.push_back(*std::move(pattern));
    }
    return true;
  }

  void emit(std::string_view text, std::size_t times = 1) {
    for (std::size_t i = 0; i < times && starts_.size() <= header_.lines && out_.size() < kMostBytes; ++i) {
      starts_.push_back(out_.size());
      out_ += text;
      out_ += end_;
    }
  }

  bool line(std::string_view s) {
    const std::size_t above = std::exchange(above_, 0);
    if (header_.blank_for_same && above != 0 && begins_as_same_template(s)) return templated(above, tail_, s.substr(1));
    std::string_view after;
    if (const std::size_t number = take_coordinate(s, after)) {
      if (number != starts_.size() + 1) return false;
      emit(after);
      return true;
    }
    if (const auto range = parse_same_lines(s)) return same_lines(*range);
    if (s.starts_with(kTimeHeading)) {
      heading_ = s.substr(kTimeHeading.size());
      tail_ = {};
      return true;
    }
    if (const std::size_t k = take_template_name(s, after); k > 0 && k <= patterns_.size())
      return templated(k, tail_, after);
    if (timed(s)) {
      const std::size_t blank = s.find(' ');
      if (blank != std::string_view::npos) {
        if (const std::size_t k = take_template_name(s.substr(blank + 1), after); k > 0 && k <= patterns_.size()) {
          tail_ = s.substr(0, blank);
          return templated(k, tail_, after);
        }
      }
      tail_ = {};
      return repeated(std::string(heading_) + std::string(s));
    }
    return repeated(std::string(s));
  }

  bool timed(std::string_view s) const { return !heading_.empty() && begins_as_tail(s, cut_of_heading(heading_)); }

  bool repeated(const std::string& s) {
    std::string_view front = s;
    const std::size_t times = take_repeat(s, front);
    emit(times ? front : std::string_view(s), times ? times : 1);
    return true;
  }

  bool templated(std::size_t name, std::string_view tail, std::string_view words) {
    const Pattern& pattern = patterns_[name - 1];
    above_ = name;
    std::vector<std::string> values(holes_in(pattern));
    for (std::size_t h = 0; h < values.size(); ++h) {
      std::string& value = values[h];
      if (h == 1 && (words == kRestAsBefore || words.starts_with("= "))) {
        const auto last = rest_of_.find(values[0]);
        if (last == rest_of_.end() || last->second.size() + 1 != values.size()) return false;
        std::copy(last->second.begin(), last->second.end(), values.begin() + 1);
        words.remove_prefix(std::min<std::size_t>(words.size(), 2));
        break;
      }
      auto word = take_word(words);
      if (!word) return false;
      if (!word->quoted && word->text.size() == 1 && word->text[0] >= 'A' && word->text[0] <= 'Z') {
        value = letters_[static_cast<std::size_t>(word->text[0] - 'A')];
      } else {
        value = std::move(word->text);
      }
    }
    if (values.size() > 1) rest_of_[values[0]].assign(values.begin() + 1, values.end());
    std::size_t times = 1;
    if (!words.empty()) {
      std::string_view front;
      const std::string padded = ' ' + std::string(words);
      times = take_repeat(padded, front);
      if (times == 0 || !front.empty()) return false;
    }
    std::string text;
    std::size_t hole = 0;
    for (const Piece& p : pattern) {
      switch (p.kind) {
        case Piece::literal:
          text += p.text;
          break;
        case Piece::hole:
          text += values[hole++];
          break;
        case Piece::same:
          text += values[p.number];
          break;
        case Piece::pad:
          if (text.size() >= p.number || p.number > kWidest) return false;
          text.resize(p.number, ' ');
          break;
        case Piece::time:
          text += heading_;
          text += tail;
          break;
      }
    }
    emit(text, times);
    return true;
  }

  bool same_lines(LineRange range) {
    if (range.last > starts_.size() || out_.size() > kMostBytes) return false;
    const std::size_t begin = starts_[range.first - 1];
    const std::size_t end = range.last < starts_.size() ? starts_[range.last] : out_.size();
    for (std::size_t i = range.first - 1; i < range.last; ++i) starts_.push_back(out_.size() + (starts_[i] - begin));
    out_.append(std::string(out_, begin, end - begin));
    return true;
  }

  std::string_view rest_, name_;
  std::string expanded_;  // the view behind its letters, with their values
  bool done_ = false;
  Header header_;
  std::string_view end_;
  std::vector<Pattern> patterns_;
  std::array<std::string_view, 26> letters_{};
  std::string_view heading_;
  std::string_view tail_;  // of the last templated line: its time holds for those behind it that have none
  std::size_t above_ = 0;  // template of the line above, 0 if it had none
  std::unordered_map<std::string, std::vector<std::string>> rest_of_;  // by first word
  std::string out_;
  std::vector<std::size_t> starts_;  // of the lines written
};

}  // namespace

std::optional<std::string> decode(std::string_view view, std::string_view name) {
  return Reader(view, name).run();
}

}  // namespace headroom::compressors::log
