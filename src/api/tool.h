// The constant definition of headroom_retrieve, by the name of a wire format (messages/our_tool.h holds it).
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace headroom::api {

std::span<const std::string_view> tool_formats();
// Compact JSON; nullopt for an unknown format. "" is openai.
std::optional<std::string_view> tool_definition(std::string_view format);

}  // namespace headroom::api
