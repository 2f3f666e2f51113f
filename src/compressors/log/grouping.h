// Groups the lines of a log by what printed them: lines -> shapes (equal but for numbers) -> templates (equal in most
// words).
//
//   "job 17 done in 35 ms", "job 18 done in 1204 ms"                 one shape      job # done in # ms
//   "Started Session 12 of user ann", "... 13 of user bob"           one template, two shapes
//
// A line's shape is a 64-bit hash made in one pass over its bytes: runs of letters and digits that hold a digit are
// masked, the time is left out, blanks count as one; "0" and three-digit numbers from 400 to 599 stay apart, for they
// tell success from failure. Only the first line of a shape goes down the tree of Drain (He et al., "Drain: an online
// log parsing approach with fixed depth tree", ICWS 2017): number of words, first word, then the most similar of at
// most 64 templates (>= .6 of the words equal). Severe lines and others never share a template; nor do lines that stand
// for different things in a report of failed tests.
//
// Cost: O(bytes) for shapes, O(words x 64) for each new shape. At most 4,096 templates; what comes later joins the last
// one of its length.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/lines.h"
#include "compressors/compressor.h"
#include "compressors/log/signals.h"
#include "compressors/log/stamp.h"
#include "compressors/log/test_report.h"

namespace headroom::compressors::log {

inline constexpr std::size_t kMaxTemplates = 4096;
inline constexpr std::size_t kMaxChildren = 64;   // of a node of the tree
inline constexpr std::size_t kMaxWords = 128;     // of a line that are compared; the rest counts as one word
inline constexpr std::size_t kShapeBytes = 4096;  // of a line that make its shape

struct Shape {
  std::uint32_t first;  // line
  std::uint32_t last;   // line
  std::uint32_t count;
  std::uint32_t template_id;
  Signals signals;  // of its first line
};

struct Template {
  std::uint32_t first, last;  // lines
  std::uint32_t count = 0;
  std::uint32_t words = 0, fixed_words = 0;  // fixed: equal in all lines, and no value by its looks
};

struct Grouping {
  std::vector<std::uint32_t> shape_of;  // by line
  std::vector<Stamp> stamps;            // by line
  std::vector<ReportPart> parts;        // by line; empty if the log holds no report of failed tests
  std::vector<Shape> shapes;            // in order of their first line
  std::vector<Template> templates;      // in order of their first line

  const Shape& shape(std::size_t line) const { return shapes[shape_of[line]]; }
  const Signals& signals(std::size_t line) const { return shapes[shape_of[line]].signals; }
  ReportPart part(std::size_t line) const { return parts.empty() ? ReportPart::none : parts[line]; }
  std::uint32_t template_of(std::size_t line) const { return shapes[shape_of[line]].template_id; }
};

Grouping group_lines(std::span<const Line> lines);

// The same for the lines of the text that the context is for, made once where it has a place for them and they are few.
std::shared_ptr<const Grouping> grouping_of(std::span<const Line> lines, const Context& context);

}  // namespace headroom::compressors::log
