// Lossless views back to their originals.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headroom::pipeline {

// The original of a view that one compressor made; nullopt if no decoder knows it.
std::optional<std::string> decode_by_kinds(std::string_view view);

// The same, or with marks for the codes of a terminal around it.
std::optional<std::string> decode_whole(std::string_view view);

}  // namespace headroom::pipeline
