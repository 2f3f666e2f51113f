#include "api/nearest.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"

namespace headroom::api {
namespace {

constexpr std::size_t longest = 64;

char folded(char c) {
  if (c == '-') return '_';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::array<std::size_t, longest + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& up = rows[(i + 2) % 3];
    const auto& up2 = rows[(i + 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char x = folded(a[i - 1]), y = folded(b[j - 1]);
      row[j] = std::min({up[j] + 1, row[j - 1] + 1, up[j - 1] + (x != y)});
      if (i > 1 && j > 1 && x == folded(b[j - 2]) && folded(a[i - 2]) == y) row[j] = std::min(row[j], up2[j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

std::string_view nearest(std::string_view name, std::span<const std::string_view> valid) {
  std::string_view best;
  std::size_t best_distance = longest;
  if (name.empty() || name.size() > longest) return best;
  for (const std::string_view candidate : valid) {
    if (candidate.size() > longest) continue;
    const std::size_t d = distance(name, candidate);
    if (d * 3 <= std::max(name.size(), candidate.size()) && d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

std::string unknown_name(std::string_view what, std::string_view name, std::span<const std::string_view> valid) {
  std::string message = "unknown ";
  message.append(what).append(" \"").append(name.substr(0, utf8::floor_boundary(name, longest))).append("\"; ");
  if (const std::string_view near = nearest(name, valid); !near.empty()) {
    return message.append("did you mean \"").append(near).append("\"?");
  }
  message.append("known: ");
  for (std::size_t i = 0; i < valid.size(); ++i) message.append(i ? ", " : "").append(valid[i]);
  return message;
}

}  // namespace headroom::api
