// Names that are equal but for one number of one width, rising by one: "web-001.log..web-128.log".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace headroom::compressors::listing {

struct NameRange {
  std::string_view first;
  std::size_t at = 0, width = 0;  // of its number
  std::uint64_t from = 0, to = 0;

  std::uint64_t count() const { return to - from + 1; }
  std::string name(std::uint64_t n) const;
};

// "a1.log..a9.log" as a range of three names at least; nullopt if it is a name like others.
std::optional<NameRange> read_range(std::string_view text);

// Whether `next` is the name behind `name` in such a range. Of several numbers the one that differs counts.
bool follows(std::string_view name, std::string_view next);

}  // namespace headroom::compressors::listing
