#include "compressors/rows/acceptance.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "compressors/rows/leads.h"
#include "detect/line_shapes.h"

namespace headroom::compressors::rows {
namespace {

constexpr std::size_t first_look = 400;     // filled lines after which a text must look like rows
constexpr std::size_t most_continued = 12;  // lines under one row
constexpr std::size_t longest_heading = 100;

// Lines that stand above others: "Symbol table '.symtab':", "Main commands".
bool reads_as_heading(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  return !line.empty() && line.size() <= longest_heading &&
         std::string_view(".;,{}(\\").find(line.back()) == std::string_view::npos;
}

bool is_comment(std::string_view s) {
  return s.starts_with('#') || s.starts_with("//") || s.starts_with(';') || s.starts_with("/*") || s.starts_with("-- ");
}

// What is counted line by line.
class Count {
 public:
  void add(std::string_view line) {
    const std::size_t lead = line.find_first_not_of(" \t\r");
    if (lead == std::string_view::npos) {
      blank_above_ = true;
      above_ = {};
      return;
    }
    ++filled_;
    const std::string_view s = line.substr(lead, line.find_last_not_of(" \t\r") + 1 - lead);
    if (in_armour(s)) {
      ++armoured_;
      above_ = {};
      return;
    }
    count_foreign(line, s);
    const RowShape shape = shape_of_row(line);
    if (shape.lead == Lead::name) count_name(shape, s);
    if (shape.lead != Lead::none && shape.lead != Lead::name) {
      count_row(shape);
      above_ = {most_continued, shape.indent, false};
    } else if (goes_on(shape, line)) {
      ++continued_;
      --above_.lines;
    } else if ((blank_above_ || filled_ == 1 || s.back() == ':') && reads_as_heading(s)) {
      ++headings_;
      above_ = {s.back() == ':' ? most_continued : 0, shape.indent, true};
    } else {
      notes_ += detect::is_sentence_line(s);
      above_ = {};
    }
    blank_above_ = false;
  }

  std::size_t filled() const { return filled_; }

  // `percent`: of the lines that must be rows, or belong to some.
  bool may_be_rows(std::size_t percent) const {
    if (is_foreign()) return false;
    if (names_ * 100 >= filled_ * std::max<std::size_t>(percent, 90)) return is_list_of_names();
    if (of(Lead::setting) > 0 && number_settings_ * 2 < of(Lead::setting)) return false;
    // Values only are numbers, or a program for a machine; names and explanations stand in one column.
    if (of(Lead::values) * 2 > rows_ && worded_values_ * 5 < of(Lead::values) * 3) return false;
    if (of(Lead::term) * 2 > rows_ && (explained_terms_ * 5 < of(Lead::term) * 3 ||
                                       columns_at_most() * 2 < of(Lead::term) || machine_terms_ * 2 < of(Lead::term)))
      return false;
    const std::size_t headings = std::min(headings_, filled_ / 5);
    // What a program says of itself opens and ends with some sentences.
    const std::size_t notes = of(Lead::option) >= least_options ? std::min(notes_, filled_ / 5) : 0;
    const std::size_t armoured = std::min(armoured_, filled_ / 3);
    return rows_ * 2 >= filled_ && (rows_ + continued_ + headings + notes + armoured) * 100 >= filled_ * percent;
  }

 private:
  static constexpr std::size_t least_options = 20, least_names = 100;

  struct Above {  // the row or heading under which lines may go on
    std::size_t lines = 0, indent = 0;
    bool is_heading = false;
  };

  // "-----BEGIN CERTIFICATE-----" up to its end, behind what a tool said of it.
  bool in_armour(std::string_view s) {
    const bool is_in = armour_ || s.starts_with("-----BEGIN ");
    armour_ = is_in && !s.starts_with("-----END ");
    return is_in;
  }

  bool goes_on(const RowShape& shape, std::string_view line) const {
    return above_.lines > 0 && shape.indent >= above_.indent + 2 && !(above_.is_heading && reads_as_code(line));
  }

  bool is_foreign() const {
    const auto more_than = [this](std::size_t n, std::size_t of_hundred) { return n * 100 > filled_ * of_hundred; };
    return patch_ || fences_ > 0 || more_than(added_, 2) || more_than(comments_, 5) || more_than(digests_, 20) ||
           more_than(blamed_, 10) || more_than(counted_, 30) || more_than(markdown_, 10);
  }

  // Names of files, packages, programs: not words of a language, and not keys, which are all of one size.
  bool is_list_of_names() const {
    return names_ >= least_names && machine_names_ * 4 >= names_ && names_of_one_size() * 10 < names_ * 9 &&
           rising_names_ * 100 >= names_ * 95;
  }

  void count_foreign(std::string_view line, std::string_view s) {
    patch_ |= detect::is_hunk_head(line) || line.starts_with("diff --git ");
    fences_ += detect::is_fence(line);
    added_ += s.size() > 1 && s[0] == '+' && s[1] != '-' && s[1] != '+';
    comments_ += is_comment(s);
    digests_ += holds_digest(line);
    blamed_ += is_blame_line(line);
    markdown_ += detect::is_markdown(line);
    std::uint64_t number = 0;
    if (is_counted_line(line, number)) {
      counted_ += number == number_above_ + 1;
      number_above_ = number;
    }
  }

  void count_row(const RowShape& shape) {
    ++rows_;
    ++leads_[static_cast<std::size_t>(shape.lead)];
    number_settings_ += shape.lead == Lead::setting && shape.is_number;
    worded_values_ += shape.lead == Lead::values && shape.has_word;
    if (shape.lead == Lead::term) {
      explained_terms_ += shape.explains;
      machine_terms_ += shape.is_machine;
      ++columns_[shape.second];
    }
  }

  // Tools sort names, by whatever order: neighbours whose first letters fall are few.
  void count_name(const RowShape& shape, std::string_view name) {
    ++names_;
    machine_names_ += shape.is_machine;
    ++sizes_[std::min<std::size_t>(shape.size, sizes_.size() - 1)];
    const auto first_of = [](std::string_view s) {
      for (const char c : s) {
        const char low = static_cast<char>(c | 0x20);
        if (low >= 'a' && low <= 'z') return low;
      }
      return '\0';
    };
    const char first = first_of(name);
    rising_names_ += first >= first_above_ || first == '\0';
    if (first != '\0') first_above_ = first;
  }

  std::size_t of(Lead lead) const { return leads_[static_cast<std::size_t>(lead)]; }
  std::size_t names_of_one_size() const { return *std::max_element(sizes_.begin(), sizes_.end()); }
  std::size_t columns_at_most() const {
    std::size_t most = 0;
    for (const auto& [column, n] : columns_) most = std::max(most, n);
    return most;
  }

  std::size_t filled_ = 0, rows_ = 0, continued_ = 0, headings_ = 0, notes_ = 0;
  std::array<std::size_t, 12> leads_{};
  std::size_t number_settings_ = 0, worded_values_ = 0, explained_terms_ = 0, machine_terms_ = 0;
  std::unordered_map<std::size_t, std::size_t> columns_;  // where the explanations of terms begin
  std::size_t names_ = 0, machine_names_ = 0, rising_names_ = 0;
  std::array<std::size_t, 64> sizes_{};  // names by their bytes
  char first_above_ = '\0';
  std::size_t fences_ = 0, added_ = 0, comments_ = 0, digests_ = 0, blamed_ = 0, counted_ = 0, markdown_ = 0;
  std::size_t armoured_ = 0;
  bool patch_ = false, blank_above_ = false, armour_ = false;
  std::uint64_t number_above_ = UINT64_MAX - 1;
  Above above_;
};

}  // namespace

bool accepts(std::span<const Line> lines) {
  if (lines.size() < least_rows) return false;
  Count count;
  for (const Line& line : lines) {
    count.add(line.text);
    if (count.filled() == first_look && !count.may_be_rows(70)) return false;
  }
  return count.filled() >= least_rows && count.may_be_rows(90);
}

}  // namespace headroom::compressors::rows
