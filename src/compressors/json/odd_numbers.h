// Numbers that are odd for their column though no robust deviation says so.
//
//   few_below_zero   stocks 1..400 and one of -38: within the spread, but the only one below zero
//   uneven_steps     times every minute, and once two hours: the row behind the gap
//   seldom_values    10, 500, 10, 10, 500 and one 255: of a few values the one that hardly ever comes
//   odd_nested_numbers   the same, and outliers, among numbers inside of lists and objects: [{"at": "a", "stock": 12}]
//
// "Few" is salience::is_rare: at most three, less than one in a hundred. Linear but for a median a column; of nested
// cells at most 64 values a row and 64 kinds of numbers a column are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "compressors/json/reversible_grid.h"

namespace headroom::compressors::records {

// The number that `raw` spells; NaN if it is none or too large.
double number_of(std::string_view raw);

// Indices; NaN is no value.
std::vector<std::size_t> few_below_zero(std::span<const double> values);
std::vector<std::size_t> uneven_steps(std::span<const double> values);
std::vector<std::size_t> seldom_values(std::span<const double> values);

// Rows, each maybe more than once. Rows apart are not looked at.
std::vector<std::uint32_t> odd_nested_numbers(const Grid& grid, std::size_t column);

}  // namespace headroom::compressors::records
