// Rows back to records: the shapes are read into parts, each row fills one.
#include <charconv>
#include <map>
#include <vector>

#include "base/lines.h"
#include "compressors/config/record_notation.h"
#include "compressors/config/records.h"
#include "compressors/statements.h"

namespace headroom::compressors::config {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 25;  // that a view may stand for

// Literals with holes between them; a group is one of its own.
struct Part {
  std::vector<std::string> literals;  // one more than holes
  Repeat repeat = Repeat::no;
};
using Shape = std::vector<Part>;

class Decoder {
 public:
  Decoder(std::string_view view, std::string_view lead) : rest_(view), lead_(lead) {}

  std::optional<std::string> run() {
    if (!first_line() || !shapes()) return std::nullopt;
    while (!rest_.empty()) {
      if (!body_line() || out_.size() > kMostBytes) return std::nullopt;
    }
    return std::move(out_);
  }

 private:
  static bool number(std::string_view& s, std::size_t& n) {
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), n);
    if (error != std::errc{}) return false;
    s.remove_prefix(static_cast<std::size_t>(end - s.data()));
    return true;
  }

  // The marks are those that give this very line.
  bool first_line() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return false;
    const std::string_view line = rest_.substr(0, end + 1);
    const std::size_t comma = line.find(", ");
    if (!line.starts_with('[') || !line.substr(1).starts_with(lead_) || comma == std::string_view::npos) return false;
    std::string_view after = line.substr(comma + 2);
    std::size_t lines = 0;
    if (!number(after, lines)) return false;
    rest_.remove_prefix(end + 1);
    for (const std::string_view hole : kHoleMarks) {
      for (const std::string_view separator : kSeparators) {
        for (std::size_t k = 0; k <= kGoesOn.size(); ++k) {
          marks_ = {hole, separator, k == 0 ? std::string_view() : kGoesOn[k - 1]};
          for (const int groups : {0, 1, 2, 3}) {
            if (heading(line.substr(1, comma - 1), lines, marks_, (groups & 1) != 0, (groups & 2) != 0) == line)
              return true;
          }
        }
      }
    }
    return false;
  }

  // A line, its end put right: "\" at the end means none. The last may have none anyway.
  bool take(std::string& to) {
    if (rest_.empty()) return false;
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) {
      to += rest_;
      rest_ = {};
      return true;
    }
    const std::string_view line = rest_.substr(0, end);
    if (!marks_.goes_on.empty() && line.ends_with(marks_.goes_on)) {
      to += line.substr(0, line.size() - marks_.goes_on.size());
    } else {
      to += rest_.substr(0, end + 1);
    }
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool shapes() {
    while (!rest_.starts_with(kBody)) {
      std::string_view line = take_line(rest_);
      if (line.size() < 5 || line[0] != '[' || line[1] < 'A' || line[1] > 'Z' || line.substr(2, 2) != ", ")
        return false;
      const char letter = line[1];
      line.remove_prefix(4);
      std::size_t lines = 0;
      if (!number(line, lines) || (line != " line]" && line != " lines]")) return false;
      std::string text;
      for (; lines > 0; --lines) {
        if (!take(text)) return false;
      }
      if (!shapes_.emplace(letter, shape_of(text)).second) return false;
    }
    rest_.remove_prefix(kBody.size());
    for (const auto& [letter, shape] : shapes_) {
      for (const Part& p : shape) tagged_ = tagged_ || p.repeat == Repeat::rows;
    }
    tagged_ = tagged_ || shapes_.size() > 1;
    return !shapes_.empty();
  }

  Shape shape_of(std::string_view text) const {
    Shape out(1);
    out.back().literals.emplace_back();
    const auto open = [&](Repeat repeat) { out.push_back({{std::string()}, repeat}); };
    while (!text.empty()) {
      const Repeat now = out.back().repeat;
      if (text.starts_with(marks_.hole)) {
        out.back().literals.emplace_back();
        text.remove_prefix(marks_.hole.size());
      } else if (now == Repeat::no && text.starts_with(kListOpen)) {
        open(Repeat::list);
        text.remove_prefix(kListOpen.size());
      } else if (now == Repeat::no && text.starts_with(kRowsOpen)) {
        open(Repeat::rows);
        text.remove_prefix(kRowsOpen.size());
      } else if ((now == Repeat::list && text.starts_with(kListClose)) ||
                 (now == Repeat::rows && text.starts_with(kRowsClose))) {
        open(Repeat::no);
        text.remove_prefix(kListClose.size());
      } else {
        out.back().literals.back() += text[0];
        text.remove_prefix(1);
      }
    }
    return out;
  }

  bool body_line() {
    std::string_view line = rest_.substr(0, rest_.find('\n'));
    std::size_t rows = 0;
    if (line.starts_with('[')) {
      line.remove_prefix(1);
      if (number(line, rows) && (line == " rows]" || line == " row]")) {
        take_line(rest_);
        for (; rows > 0; --rows) {
          if (rest_.empty() || !row()) return false;
        }
        return true;
      }
    }
    return take(out_);
  }

  // The cell at the front; its separator goes with it.
  std::string_view take_cell(std::string_view& cells) const {
    const std::size_t end = cells.find(marks_.separator);
    const std::string_view cell = cells.substr(0, end);
    cells.remove_prefix(end == std::string_view::npos ? cells.size() : end + marks_.separator.size());
    return cell;
  }
  void fill(const Part& p, std::string_view& cells) {
    for (std::size_t k = 0; k < p.literals.size(); ++k) {
      if (k > 0) out_ += take_cell(cells);
      out_ += p.literals[k];
    }
  }

  bool row() {
    std::string_view cells = take_line(rest_);
    const Shape* shape = &shapes_.begin()->second;
    if (tagged_) {
      if (cells.size() < 2 || cells[1] != ' ' || !shapes_.contains(cells[0])) return false;
      shape = &shapes_.find(cells[0])->second;
      cells.remove_prefix(2);
    }
    for (const Part& p : *shape) {
      if (p.repeat == Repeat::no) {
        fill(p, cells);
      } else if (p.repeat == Repeat::list) {
        std::string_view list = take_cell(cells);
        do {
          std::string_view value = list.substr(0, list.find(','));
          list.remove_prefix(value.size());
          fill(p, value);
        } while (list.starts_with(',') && (list.remove_prefix(1), true) && out_.size() <= kMostBytes);
      } else {
        while (rest_.starts_with(kSubRow) && out_.size() <= kMostBytes) {
          std::string_view below = take_line(rest_).substr(kSubRow.size());
          fill(p, below);
        }
      }
      if (out_.size() > kMostBytes) return false;
    }
    return cells.empty();
  }

  std::string_view rest_, lead_;
  RecordMarks marks_;
  std::map<char, Shape> shapes_;
  bool tagged_ = false;
  std::string out_;
};

}  // namespace

std::optional<std::string> decode_records(std::string_view view, std::string_view lead) {
  return Decoder(view, lead).run();
}

}  // namespace headroom::compressors::config
