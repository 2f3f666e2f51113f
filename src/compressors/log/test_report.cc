#include "compressors/log/test_report.h"

#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <string_view>

#include "compressors/log/ansi.h"

namespace headroom::compressors::log {
namespace {

constexpr std::size_t kNear = 4;       // lines of source before a pointer
constexpr std::size_t kLeastRule = 3;  // marks on each side of a heading

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view trim_right(std::string_view s) {
  while (!s.empty() && (s.back() == '\r' || s.back() == ' ')) s.remove_suffix(1);
  return s;
}

// "FAILURES" of "==== FAILURES ====" for the mark '='; empty if the line is no heading of this mark.
std::string_view heading_of(std::string_view line, char mark) {
  line = trim_right(line);
  std::size_t n = 0, m = 0;
  while (n < line.size() && line[n] == mark) ++n;
  while (m < line.size() - n && line[line.size() - 1 - m] == mark) ++m;
  if (n < kLeastRule || m < 1 || n + m + 3 > line.size() || line[n] != ' ' || line[line.size() - m - 1] != ' ')
    return {};
  return line.substr(n + 1, line.size() - n - m - 2);
}

bool opens_section(std::string_view line) {
  const std::string_view name = heading_of(line, '=');
  return name == "FAILURES" || name == "ERRORS";
}

// "_ _ _ _ _": between two frames.
bool is_rule(std::string_view line) {
  line = trim_right(line);
  return line.size() >= 7 && line.starts_with("_ _ _ ") &&
         std::all_of(line.begin(), line.end(), [](char c) { return c == '_' || c == ' '; });
}

// "pool.py:31: AssertionError", "pool.py:31: in take", "pool.py:31: ": what stands behind the number and its colon.
struct Place {
  bool found = false, frame = false;
};
Place place_of(std::string_view line) {
  if (line.empty() || line[0] == ' ' || line[0] == '\t') return {};
  for (std::size_t at = line.find(':'); at != std::string_view::npos; at = line.find(':', at + 1)) {
    std::size_t i = at + 1;
    while (i < line.size() && is_digit(line[i])) ++i;
    if (i == at + 1 || i >= line.size() || line[i] != ':') continue;
    const std::string_view rest = trim_right(line.substr(i + 1));
    if (rest.empty() || rest.starts_with(" in ")) return {true, true};
    return {rest[0] == ' ', false};
  }
  return {};
}

class Reader {
 public:
  Reader(std::span<const Line> lines, std::span<const Stamp> stamps) {
    texts_.reserve(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) texts_.push_back(body_of(lines[i].text, stamps[i]));
  }

  std::vector<ReportPart> read() {
    parts_.assign(texts_.size(), ReportPart::none);
    bool found = false;
    for (std::size_t i = 0; i < texts_.size();) {
      if (!opens_section(texts_[i])) {
        ++i;
        continue;
      }
      const std::size_t end = section_end(i + 1);
      found |= read_section(i + 1, end);
      i = end;
    }
    if (!found) parts_.clear();
    return std::move(parts_);
  }

 private:
  // Without what was put before the line, and without colour codes.
  std::string_view body_of(std::string_view line, const Stamp& stamp) {
    if (stamp.found()) {
      line.remove_prefix(stamp.end);
      if (line.starts_with(' ')) line.remove_prefix(1);
    }
    if (line.find('\x1b') == std::string_view::npos) return line;
    append_plain(plain_.emplace_back(), line);
    return plain_.back();
  }

  std::string_view text(std::size_t i) const { return texts_[i]; }

  std::size_t section_end(std::size_t i) const {
    while (i < texts_.size() && heading_of(text(i), '=').empty()) ++i;
    return i;
  }

  bool read_section(std::size_t begin, std::size_t end) {
    bool found = false;
    for (std::size_t i = begin; i < end;) {
      if (heading_of(text(i), '_').empty() || is_rule(text(i))) {
        ++i;
        continue;
      }
      found = true;
      std::size_t next = i + 1;
      while (next < end && (heading_of(text(next), '_').empty() || is_rule(text(next)))) ++next;
      read_failure(i, next);
      i = next;
    }
    return found;
  }

  // One failure: its heading, frames with source, the error. What the test printed comes last and is read like any
  // output.
  void read_failure(std::size_t begin, std::size_t end) {
    parts_[begin] = ReportPart::heading;
    std::size_t last_frame = 0;
    bool in_error = false;
    for (std::size_t i = begin + 1; i < end && heading_of(text(i), '-').empty(); ++i) {
      const std::string_view line = text(i);
      const bool is_error = line.starts_with("E ") || trim_right(line) == "E";
      if (is_error) {
        parts_[i] = in_error ? ReportPart::detail : ReportPart::error;
      } else if (line.starts_with(">  ")) {
        parts_[i] = ReportPart::pointer;
        mark_near(i, begin);
      } else if (const Place place = place_of(line); place.found) {
        parts_[i] = place.frame ? ReportPart::frame : ReportPart::place;
        last_frame = i;
      } else {
        parts_[i] = ReportPart::excerpt;
      }
      in_error = is_error;
    }
    // The short style says the place in the last frame, its statement below.
    if (last_frame == 0 || parts_[last_frame] != ReportPart::frame) return;
    parts_[last_frame] = ReportPart::place;
    for (std::size_t i = last_frame + 1; i < end && i <= last_frame + kNear && parts_[i] == ReportPart::excerpt; ++i) {
      parts_[i] = ReportPart::near;
    }
  }

  void mark_near(std::size_t pointer, std::size_t begin) {
    for (std::size_t i = pointer; i-- > begin && pointer - i <= kNear && parts_[i] == ReportPart::excerpt;) {
      if (is_rule(text(i)) || trim_right(text(i)).empty()) break;
      parts_[i] = ReportPart::near;
    }
  }

  std::deque<std::string> plain_;
  std::vector<std::string_view> texts_;
  std::vector<ReportPart> parts_;
};

// Cheap and not sure: a heading of a section, whatever stands before it and in whichever colour.
bool may_open_section(std::string_view line) {
  return line.find("== FAILURES =") != std::string_view::npos || line.find("== ERRORS =") != std::string_view::npos;
}

struct Row {
  ReportPart part;
  salience::Severity severity;
  std::uint32_t roles;
  float score;
};

// Source carries the role of chatter: it inherits nothing from an error beside it.
constexpr auto kRows = std::to_array<Row>({
    {ReportPart::heading, salience::Severity::error, kTestFailure | kHeading, 6.5F},
    {ReportPart::error, salience::Severity::error, kException | kExpectation, 6.5F},
    {ReportPart::detail, salience::Severity::error, kExpectation, 4.5F},
    {ReportPart::pointer, salience::Severity::none, kDiagnostic | kChatter, 5.5F},
    {ReportPart::near, salience::Severity::none, kChatter, 2},
    {ReportPart::place, salience::Severity::error, kDiagnostic | kFrame, 6},
    {ReportPart::frame, salience::Severity::none, kFrame | kChatter, 1.5F},
    {ReportPart::excerpt, salience::Severity::none, kChatter, 0},
});

}  // namespace

bool may_hold_report(std::span<const Line> lines) {
  return std::any_of(lines.begin(), lines.end(), [](const Line& l) { return may_open_section(l.text); });
}

std::vector<ReportPart> read_report(std::span<const Line> lines, std::span<const Stamp> stamps) {
  if (!may_hold_report(lines)) return {};
  return Reader(lines, stamps).read();
}

Signals signals_of(ReportPart part, std::string_view text) {
  const auto row = std::find_if(kRows.begin(), kRows.end(), [part](const Row& r) { return r.part == part; });
  if (row == kRows.end()) return {};
  Signals out{.severity = row->severity, .roles = row->roles, .score = row->score};
  // Frames of installed packages tell less; unless it failed there.
  if (part == ReportPart::frame && is_runtime_place(text)) {
    out.roles |= kRuntimeFrame;
    out.score = 0;
  }
  return out;
}

}  // namespace headroom::compressors::log
