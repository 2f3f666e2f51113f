// Lines that wait to be printed as one: equal ones as "line x12", and such as are equal but for one cell, an integer
// rising by one, as 81234..81240|B|0.00. O(bytes).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace headroom::compressors::records {

// Rows equal but for one cell that is an integer rising by one, or equal altogether, wait here to be printed as one
// line.
class Run {
 public:
  explicit Run(std::string& out) : out_(out) {}

  void add(std::string_view line, char separator, std::size_t depth) {
    if (count_ > 0 && separator == separator_ && depth == depth_ && extends(line)) {
      ++count_;
      last_ = line;
      return;
    }
    flush();
    separator_ = separator;
    depth_ = depth;
    first_ = last_ = line;
    count_ = 1;
    kind_ = Kind::open;
  }
  void flush() {
    if (count_ == 0) return;
    out_.append(depth_, ' ');
    if (count_ >= 3 && kind_ == Kind::rising) {
      out_.append(first_, 0, end_);
      out_ += "..";
      out_.append(last_, begin_, last_.size() - (first_.size() - end_) - begin_);
      out_.append(first_, end_, std::string::npos);
      out_ += '\n';
    } else if (count_ >= 2 && kind_ == Kind::equal) {
      // (a line whose text ends like a repeat came with " x1" behind it)
      if (first_.ends_with(" x1")) first_.resize(first_.size() - 3);
      out_ += first_ + " x" + std::to_string(count_) + '\n';
    } else {
      out_ += first_ + '\n';
      if (count_ == 2) {
        out_.append(depth_, ' ');
        out_ += last_ + '\n';
      }
    }
    count_ = 0;
  }

 private:
  enum class Kind { open, rising, equal };

  bool extends(std::string_view line) {
    if (line == last_) {
      if (kind_ == Kind::rising) return false;
      kind_ = Kind::equal;
      return true;
    }
    if (kind_ == Kind::equal) return false;
    if (line.find_first_of("[{\"") != std::string_view::npos) return false;  // separators inside JSON are none
    // The differing bytes, widened to a whole run of digits that is a whole cell, must be last + 1.
    std::size_t a = 0;
    const std::size_t limit = std::min(line.size(), last_.size());
    while (a < limit && line[a] == last_[a]) ++a;
    while (a > 0 && is_digit(line[a - 1])) --a;
    std::size_t e1 = a, e2 = a;
    while (e1 < last_.size() && is_digit(last_[e1])) ++e1;
    while (e2 < line.size() && is_digit(line[e2])) ++e2;
    if (e1 == a || e2 == a || e1 - a > 17 || e2 - a > 17) return false;
    if (std::string_view(last_).substr(e1) != line.substr(e2)) return false;
    if (a > 0 && !boundary(line[a - 1])) return false;
    if (e2 < line.size() && !boundary(line[e2])) return false;
    if (kind_ == Kind::rising && a != begin_) return false;
    const std::string_view x = std::string_view(last_).substr(a, e1 - a), y = line.substr(a, e2 - a);
    if ((x[0] == '0' || y[0] == '0') && x.size() != y.size()) return false;
    if (std::stoull(std::string(y)) != std::stoull(std::string(x)) + 1) return false;
    if (kind_ == Kind::open) {
      begin_ = a;
      end_ = e1;
    }
    kind_ = Kind::rising;
    return true;
  }
  bool boundary(char c) const { return c == separator_; }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  std::string& out_;
  std::string first_, last_;
  std::size_t count_ = 0, begin_ = 0, end_ = 0;
  Kind kind_ = Kind::open;
  char separator_ = '|';
  std::size_t depth_ = 0;
};

}  // namespace headroom::compressors::records
