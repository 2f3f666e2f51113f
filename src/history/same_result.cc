#include "history/same_result.h"

#include <charconv>

namespace headroom::history {
namespace {

constexpr std::string_view lead = "[same as ", nearest = "the result", numbered = "result ", of = " of ",
                           above_words = " above", handle_words = ". Retrieve with hash=";
constexpr std::size_t handle_digits = 12;

bool take(std::string_view& s, std::string_view prefix) {
  if (!s.starts_with(prefix)) return false;
  s.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::string SameResult::print() const {
  std::string out(lead);
  if (nth == 0) {
    out += nearest;
  } else {
    out.append(numbered).append(std::to_string(nth));
  }
  if (!label.empty()) out.append(of).append(label);
  out += above_words;
  if (!handle.empty()) out.append(handle_words).append(handle);
  return out + "]";
}

std::optional<SameResult> SameResult::parse(std::string_view line) {
  if (!take(line, lead) || !line.ends_with(']')) return std::nullopt;
  line.remove_suffix(1);
  SameResult same;
  if (line.size() > handle_digits + handle_words.size()) {
    const std::string_view tail = line.substr(line.size() - handle_digits - handle_words.size());
    const std::string_view digits = tail.substr(handle_words.size());
    if (tail.starts_with(handle_words) && digits.find_first_not_of("0123456789") == std::string_view::npos) {
      same.handle = digits;
      line.remove_suffix(tail.size());
    }
  }
  if (!line.ends_with(above_words)) return std::nullopt;
  line.remove_suffix(above_words.size());
  if (take(line, numbered)) {
    const auto r = std::from_chars(line.data(), line.data() + line.size(), same.nth);
    if (r.ec != std::errc() || same.nth == 0) return std::nullopt;
    line.remove_prefix(static_cast<std::size_t>(r.ptr - line.data()));
  } else if (!take(line, nearest)) {
    return std::nullopt;
  }
  if (!line.empty() && (!take(line, of) || line.empty())) return std::nullopt;
  same.label = line;
  return same;
}

std::optional<std::size_t> find_same(const SameResult& same, std::span<const ResultAbove> above) {
  if (same.nth == 0) {
    for (std::size_t k = above.size(); k-- > 0;) {
      if (above[k].label == same.label && !above[k].refers) return k;
    }
    return std::nullopt;
  }
  std::size_t seen = 0;
  for (std::size_t k = 0; k < above.size(); ++k) {
    if (above[k].label == same.label && ++seen == same.nth) return k;
  }
  return std::nullopt;
}

SameResult name_same(std::size_t k, std::span<const ResultAbove> above) {
  SameResult same{std::string(above[k].label)};
  if (find_same(same, above) == k) return same;
  for (std::size_t i = 0; i <= k; ++i) same.nth += above[i].label == above[k].label;
  return same;
}

}  // namespace headroom::history
