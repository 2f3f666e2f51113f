#include "pipeline/slices.h"

#include <algorithm>

#include "base/utf8.h"

namespace headroom::pipeline {
namespace {

constexpr std::int64_t least_tokens = label_tokens + 8;  // of an answer's first slice

bool whole(const Slice& s) {
  return s.begin == s.whole_begin && s.end == s.whole_end;
}

// The end of a label: which part of [begin, end) the slice is.
std::string part_of(const Slice& s, std::size_t begin, std::size_t end) {
  if (s.begin == begin && s.end == end) return "]";
  return ", bytes " + std::to_string(s.begin - begin) + "-" + std::to_string(s.end - begin - 1) + " of " +
         std::to_string(end - begin) + "]";
}

}  // namespace

std::size_t Slices::show_bytes(std::size_t begin, std::size_t end) {
  while (begin < end) {
    const std::size_t next = next_cell(begin, end);
    const bool follows = !slices_.empty() && joins(slices_.back(), begin, next);
    if (!pay(begin, next, !follows)) break;
    if (follows) {
      slices_.back().end = next;
    } else {
      slices_.push_back({.unit = Slice::Unit::lines, .begin = begin, .end = next});
    }
    begin = next;
  }
  return begin;
}

bool Slices::show_row(std::size_t n, Piece row) {
  Slice* last = slices_.empty() ? nullptr : &slices_.back();
  const bool follows = last != nullptr && last->unit == Slice::Unit::rows && last->last + 1 == n && whole(*last);
  if (!pay(follows ? last->end : row.begin, row.end, !follows)) return false;
  if (follows) {
    last->end = last->whole_end = row.end;
    last->last = n;
  } else {
    slices_.push_back({.unit = Slice::Unit::rows,
                       .begin = row.begin,
                       .end = row.end,
                       .first = n,
                       .last = n,
                       .whole_begin = row.begin,
                       .whole_end = row.end});
  }
  return true;
}

std::size_t Slices::show_part(Slice part, std::size_t begin, std::size_t end) {
  bool opened = false;
  while (begin < end) {
    const std::size_t next = next_cell(begin, end);
    if (!pay(begin, next, !opened)) break;
    if (!opened) {
      part.begin = begin;
      slices_.push_back(part);
    }
    opened = true;
    slices_.back().end = begin = next;
  }
  return begin;
}

void Slices::sort() {
  std::sort(slices_.begin(), slices_.end(),
            [](const Slice& a, const Slice& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
  std::vector<Slice> joined;
  for (Slice& s : slices_) {
    Slice* last = joined.empty() ? nullptr : &joined.back();
    const bool rows = last != nullptr && last->unit == Slice::Unit::rows && s.unit == Slice::Unit::rows &&
                      last->last + 1 == s.first && whole(*last) && whole(s);
    if (rows) {
      last->end = last->whole_end = s.end;
      last->last = s.last;
    } else if (last != nullptr && s.unit == Slice::Unit::lines && joins(*last, s.begin, s.end)) {
      last->end = s.end;
    } else {
      joined.push_back(std::move(s));
    }
  }
  slices_ = std::move(joined);
}

std::string Slices::label(const Slice& s) const {
  if (s.unit == Slice::Unit::path) return "[" + s.path + part_of(s, s.whole_begin, s.whole_end);
  const auto numbered = [](std::string_view noun, Range range) {
    return std::string("[").append(noun).append(range.first == range.last ? " " : "s ").append(to_string(range));
  };
  if (s.unit == Slice::Unit::rows) return numbered("row", {s.first, s.last}) + part_of(s, s.whole_begin, s.whole_end);
  const std::size_t first = lines_.line_of(s.begin);
  if (line_aligned(s.begin, s.end)) return numbered("line", {first, lines_.line_of(s.end - 1)}) + "]";
  return numbered("line", {first, first}) + part_of(s, lines_.begin(first), lines_.end(first));
}

void Slices::append_to(std::string& out) const {
  for (const Slice& s : slices_) {
    out.append("\n").append(label(s)).append("\n").append(content_, s.begin, s.end - s.begin);
    if (out.back() == '\n') out.pop_back();
  }
}

// The end of the next cell. The first of an answer is made to fit, so that an answer is never empty and a cursor moves
// on.
std::size_t Slices::next_cell(std::size_t begin, std::size_t end) {
  std::size_t next = search::cell_end(content_, begin, end);
  if (!slices_.empty()) return next;
  left_ = std::max(left_, least_tokens);
  while (next - begin > 1 && cost(begin, next) + label_tokens > left_) {
    const std::size_t half = utf8::floor_boundary(content_.substr(begin, next - begin), (next - begin) / 2);
    next = begin + std::max<std::size_t>(half, 1);
  }
  return next;
}

bool Slices::line_aligned(std::size_t begin, std::size_t end) const {
  return (begin == 0 || content_[begin - 1] == '\n') && (end == content_.size() || content_[end - 1] == '\n');
}

// Whole lines follow whole lines; a part of a line follows only a part of the same.
bool Slices::joins(const Slice& slice, std::size_t begin, std::size_t end) const {
  if (slice.unit != Slice::Unit::lines || slice.end != begin) return false;
  if (line_aligned(slice.begin, slice.end) && line_aligned(begin, end)) return true;
  return lines_.line_of(slice.begin) == lines_.line_of(begin);
}

std::int64_t Slices::cost(std::size_t begin, std::size_t end) {
  return ruler_.count(content_.substr(begin, end - begin)).value;
}

bool Slices::pay(std::size_t begin, std::size_t end, bool new_label) {
  const std::int64_t price = cost(begin, end) + (new_label ? label_tokens : 0);
  if (price > left_) return false;
  left_ -= price;
  return true;
}

}  // namespace headroom::pipeline
