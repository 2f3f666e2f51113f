#include "api/tool.h"

#include "messages/our_tool.h"

namespace headroom::api {

std::span<const std::string_view> tool_formats() {
  return messages::format_names();
}

std::optional<std::string_view> tool_definition(std::string_view name) {
  if (name.empty()) return messages::tool_definition(messages::Format::openai);
  const auto format = messages::parse_format(name);
  if (!format) return std::nullopt;
  return messages::tool_definition(*format);
}

}  // namespace headroom::api
