#include "compressors/log/acceptance.h"

#include <algorithm>

namespace headroom::compressors::log {
namespace {

constexpr std::size_t kReach = 8;  // lines behind an error or frame that belong to it

constexpr std::uint32_t kToolRoles =
    kMark | kDiagnostic | kTestFailure | kException | kSummary | kExit | kStep | kCause | kSuccess | kChatter | kLevel;

// "# x", "- x", "* x", "> x", "```", "| a | b", "1. x": Markdown.
bool is_markdown(std::string_view t) {
  if (t.starts_with("```") || t.starts_with("~~~") || t.starts_with("> ")) return true;
  std::size_t n = 0;
  while (n < t.size() && t[n] == '#') ++n;
  if (n > 0 && n <= 6 && n < t.size() && t[n] == ' ') return true;
  if (t.size() > 2 && (t[0] == '-' || t[0] == '*' || t[0] == '+') && t[1] == ' ') return true;
  if (t.size() > 4 && t[0] == '|' && t.back() == '|') return true;
  n = 0;
  while (n < t.size() && t[n] >= '0' && t[n] <= '9') ++n;
  return n > 0 && n <= 3 && t.substr(n).starts_with(". ");
}

// "-rw-r--r-- 1 root ...".
bool is_listing(std::string_view t) {
  return t.size() > 12 && std::string_view("-dlbcps").find(t[0]) != std::string_view::npos &&
         std::all_of(t.begin() + 1, t.begin() + 10,
                     [](char c) { return std::string_view("rwxsStT-").find(c) != std::string_view::npos; });
}

}  // namespace

bool accepts(std::span<const Line> lines, const Grouping& g) {
  std::size_t filled = 0, strong = 0, shared = 0, markdown = 0, listing = 0, since = kReach + 1;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view text = lines[i].text;
    const std::size_t lead = text.find_first_not_of(" \t\r");
    if (lead == std::string_view::npos) continue;
    ++filled;
    const Signals& s = g.signals(i);
    const std::string_view t = text.substr(lead);
    const bool tool = (s.roles & kToolRoles) || (s.is(kFrame) && (lead > 0 || s.severe()));
    if (g.stamps[i].found() && g.stamps[i].begin < 48 && !is_listing(t)) {
      ++strong;
      since = kReach + 1;
    } else if (tool) {
      ++strong;
      since = 0;
    } else if (is_listing(t)) {
      ++listing;
    } else if (since < kReach && (lead > 0 || t[0] == '|' || t[0] == '=')) {
      ++strong;
      ++since;
    } else {
      ++since;
      const Template& t_of = g.templates[g.template_of(i)];
      if (t_of.count >= 3 && t_of.fixed_words >= 1 && t_of.words >= 2) ++shared;
      if (is_markdown(t)) ++markdown;
    }
  }
  if (filled < 2 || listing * 5 > filled) return false;
  if (strong * 2 >= filled) return true;
  if (markdown * 5 > filled) return false;
  return (strong + shared) * 2 >= filled;
}

}  // namespace headroom::compressors::log
