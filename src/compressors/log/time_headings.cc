#include "compressors/log/time_headings.h"

#include <array>
#include <limits>

#include "compressors/log/notation.h"
#include "tokens/counter.h"

namespace headroom::compressors::log {
namespace {

std::int64_t price(std::string_view s) {
  return tokens::Counter::estimate(s).value;
}

}  // namespace

TimeHeadings::TimeHeadings(std::span<const Line> lines, std::span<const Stamp> stamps)
    : lines_(lines), stamps_(stamps) {
  std::int64_t plain = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (stamps[i].found()) plain += price(lines[i].text.substr(stamps[i].begin, stamps[i].end - stamps[i].begin));
  }
  std::int64_t best = plain;
  for (const Cut cut : {Cut::day, Cut::hour, Cut::minute, Cut::whole}) {
    const std::int64_t p = price_of(cut);
    if (p < best) {
      best = p;
      cut_ = cut;
      any_ = true;
    }
  }
}

bool TimeHeadings::fits(std::size_t i, Cut cut) const {
  const Stamp& s = stamps_[i];
  const std::size_t at = s.cuts[static_cast<std::size_t>(cut)];
  if (!s.found() || at == 0) return false;
  const std::string_view text = lines_[i].text;
  const std::string_view head = text.substr(s.begin, at - s.begin);
  if (cut_of_heading(head) != cut) return false;
  if (cut == Cut::whole) return true;
  const std::string_view tail = text.substr(at, s.end - at);
  return begins_as_tail(tail, cut) && tail.find(' ') == std::string_view::npos;
}

std::int64_t TimeHeadings::price_of(Cut cut) const {
  std::int64_t total = 0;
  std::string_view last, last_tail;
  std::array<std::int64_t, 128> by_size{};  // of a tail: all of one size cost alike
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const Stamp& s = stamps_[i];
    if (!s.found()) continue;
    const std::string_view text = lines_[i].text;
    if (!fits(i, cut)) {
      total += price(text.substr(s.begin, s.end - s.begin));
      continue;
    }
    const std::size_t at = s.cuts[static_cast<std::size_t>(cut)];
    const std::string_view head = text.substr(s.begin, at - s.begin);
    if (head != last) {
      total += price(head) + 2;
      last = head;
      last_tail = {};
    }
    std::int64_t& tail = by_size[(s.end - at) & 127];
    if (tail == 0) tail = price(text.substr(at, s.end - at)) + 1;
    const std::string_view own = text.substr(at, s.end - at);
    if (own == last_tail) continue;  // most lines are templated: they leave out the time of the line above
    last_tail = own;
    if (s.end > at) total += tail;
  }
  return total;
}

bool TimeHeadings::timed(std::size_t i) const {
  return any_ && fits(i, cut_);
}

std::string_view TimeHeadings::head(std::size_t i) const {
  const Stamp& s = stamps_[i];
  return lines_[i].text.substr(s.begin, s.cuts[static_cast<std::size_t>(cut_)] - s.begin);
}

std::string_view TimeHeadings::tail(std::size_t i) const {
  const Stamp& s = stamps_[i];
  const std::size_t at = s.cuts[static_cast<std::size_t>(cut_)];
  return lines_[i].text.substr(at, s.end - at);
}

std::int64_t TimeHeadings::tail_price(std::size_t i) const {
  return timed(i) ? price(tail(i)) : 0;
}

}  // namespace headroom::compressors::log
