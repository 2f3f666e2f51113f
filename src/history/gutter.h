// The lines of a text, with the line numbers that tools print in front of them told apart.
//
//   "     9\tint a;\n    10\tint b;\n"  -> numbers 9-10, width 6, separator "\t"; texts "int a;\n", "int b;\n"
//
// A gutter is a run of lines with consecutive numbers, each right-aligned to one width and followed by one separator
// (tab, an arrow, "|", ":" or a blank and such). It is taken only if it begins with the text's first or second line and
// is three lines long or more; lines behind it have no number. Without one, lines are numbered from 1 as they stand.
// O(n). Texts up to 4 GiB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::history {

// How a tool prints a number in front of a line.
struct GutterStyle {
  std::uint8_t width = 0;      // numbers are padded to it with blanks on the left
  std::string_view separator;  // from a table: static

  void print(std::string& out, std::int64_t number) const;
  // Of what print() appends.
  std::size_t size(std::int64_t number) const;
  // True if both print every number from `from` on alike.
  bool prints_alike(const GutterStyle& other, std::int64_t from) const;
  friend bool operator==(const GutterStyle&, const GutterStyle&) = default;
};

// A line that begins with a number and a separator; width is 0 where no blanks stand in front.
struct NumberedLine {
  std::int64_t number;
  GutterStyle style;
};
std::optional<NumberedLine> read_numbered(std::string_view line, std::string_view separator);
std::optional<NumberedLine> read_numbered(std::string_view line);  // by the first separator that fits

// Lines of a text by ordinal from 0, the end not counted in.
struct Lines {
  std::size_t begin = 0, end = 0;
  std::size_t size() const { return end - begin; }
  friend bool operator==(const Lines&, const Lines&) = default;
};

// Holds offsets only, so it may outlive the text; calls that need the text take it again.
class NumberedLines {
 public:
  NumberedLines() = default;
  explicit NumberedLines(std::string_view text);

  std::size_t count() const { return starts_.size() - 1; }
  // The whole line with its line end.
  std::string_view full(std::string_view text, std::size_t line) const {
    return text.substr(starts_[line], starts_[line + 1] - starts_[line]);
  }
  // Without its number; with its line end.
  std::string_view bare(std::string_view text, std::size_t line) const;
  std::string_view slice(std::string_view text, Lines lines) const {
    return text.substr(starts_[lines.begin], starts_[lines.end] - starts_[lines.begin]);
  }

  bool has_gutter() const { return numbered_.begin != numbered_.end; }
  const GutterStyle& style() const { return style_; }
  // Lines with a number: all, if there is no gutter.
  Lines numbered() const { return numbered_.begin == numbered_.end ? Lines{0, count()} : numbered_; }
  // As the reader sees it; the line must be one of numbered().
  std::int64_t number(std::size_t line) const {
    return first_ + static_cast<std::int64_t>(line) - static_cast<std::int64_t>(numbered().begin);
  }
  // The other way; may lie outside numbered().
  std::int64_t line_of(std::int64_t number) const {
    return number - first_ + static_cast<std::int64_t>(numbered().begin);
  }

 private:
  void find_gutter(std::string_view text);
  std::size_t end_of_run(std::string_view text, std::size_t begin, const NumberedLine& first) const;

  std::vector<std::uint32_t> starts_{0};  // and the text's size
  Lines numbered_;                        // empty: no gutter
  std::int64_t first_ = 1;
  GutterStyle style_;
};

}  // namespace headroom::history
