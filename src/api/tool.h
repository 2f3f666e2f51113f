// The constant definition of headroom_retrieve, in the shape of each wire format. Constant bytes: a provider's cache
// must not see them change. At most 120 o200k tokens each (a test counts).
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace headroom::api {

std::span<const std::string_view> tool_formats();
// Compact JSON; nullopt for an unknown format. "" is openai.
std::optional<std::string_view> tool_definition(std::string_view format);

}  // namespace headroom::api
