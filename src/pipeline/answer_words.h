// The words of a retrieval answer's brackets: ranges, counts, where an original came from, an image that no text shows.
//
//   list({1-4, 9-12})            -> "1-4, 9-12"        of more than eight the rest is counted
//   counted(3, "error")          -> "3 errors"
//   describe({"Bash", "make"})   -> Bash "make"
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/address.h"
#include "pipeline/retrieve.h"
#include "store/store.h"

namespace headroom::pipeline {

inline constexpr std::size_t listed_ranges = 8;  // ranges named in a head or foot

// At most `limit` bytes, without what would end a line.
std::string for_bracket(std::string_view text, std::size_t limit);
std::string list(std::span<const Range> ranges);
std::string counted(std::size_t n, std::string_view noun);
std::string describe(const store::Source& source);
std::optional<std::size_t> number(std::string_view text);
// As a cursor names it.
std::string spelled(const Item& item);

// An image is no text: what it is, and how it is had. nullopt: no image.
std::optional<RetrieveAnswer> describe_image(store::Handle handle, std::string_view content);

}  // namespace headroom::pipeline
