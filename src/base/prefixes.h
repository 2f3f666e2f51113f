// A fixed set of beginnings, asked of many lines: those with the line's first byte alone are compared.
//
//   constexpr Prefixes openings(std::to_array<std::string_view>({"npm ERR!", "npm WARN", "Collecting "}));
//   openings.begins("npm ERR! code 1")  ->  true
//
// Made by the compiler; a line that begins with another byte costs one look into a table.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace headroom {

template <std::size_t N>
class Prefixes {
 public:
  constexpr explicit Prefixes(std::array<std::string_view, N> rows) : rows_(rows) {
    static_assert(N < 256);
    std::sort(rows_.begin(), rows_.end());
    for (const std::string_view row : rows_) ++first_[static_cast<unsigned char>(row[0]) + 1];
    for (std::size_t c = 0; c < 256; ++c) first_[c + 1] = static_cast<std::uint8_t>(first_[c + 1] + first_[c]);
  }

  // Those with the first byte of a text that is not empty.
  constexpr std::span<const std::string_view> candidates(std::string_view text) const {
    const auto c = static_cast<unsigned char>(text[0]);
    return std::span(rows_).subspan(first_[c], first_[c + 1] - first_[c]);
  }
  constexpr bool begins(std::string_view text) const {
    return !text.empty() &&
           std::ranges::any_of(candidates(text), [text](std::string_view row) { return text.starts_with(row); });
  }

 private:
  std::array<std::string_view, N> rows_;
  std::array<std::uint8_t, 257> first_{};  // of each byte, where its rows begin
};

}  // namespace headroom
