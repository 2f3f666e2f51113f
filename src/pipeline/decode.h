// Lossless views back to their originals.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headroom::pipeline {

// The original of a view that one compressor made; nullopt if no decoder knows it.
std::optional<std::string> decode_by_kinds(std::string_view view);

// How deep a view may stand in views: a text in JSON in a span of mixed content...
inline constexpr int view_levels = 4;

// The same, or with marks for the codes of a terminal around it, or JSON with its long strings below it.
std::optional<std::string> decode_whole(std::string_view view, int levels = view_levels);

// The same, or mixed content.
std::optional<std::string> decode_any(std::string_view view, int levels = view_levels);

}  // namespace headroom::pipeline
