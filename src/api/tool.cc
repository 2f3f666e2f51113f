#include "api/tool.h"

#include <array>

namespace headroom::api {
namespace {

#define HEADROOM_DESCRIPTION "\"Get back original content that a [... hash=...] marker stands for.\""
#define HEADROOM_PROPERTIES                                                                     \
  "{\"hash\":{\"type\":\"string\"},\"query\":{\"type\":\"string\"},"                            \
  "\"lines\":{\"type\":\"string\",\"description\":\"120-180\"},\"rows\":{\"type\":\"string\"}," \
  "\"path\":{\"type\":\"string\"},\"max_tokens\":{\"type\":\"integer\"},\"cursor\":{\"type\":\"string\"}}"
#define HEADROOM_SCHEMA "{\"type\":\"object\",\"properties\":" HEADROOM_PROPERTIES ",\"required\":[\"hash\"]}"
#define HEADROOM_FUNCTION "\"name\":\"headroom_retrieve\",\"description\":" HEADROOM_DESCRIPTION

struct Row {
  std::string_view format, definition;
};
constexpr Row rows[] = {
    {"openai", "{\"type\":\"function\",\"function\":{" HEADROOM_FUNCTION ",\"parameters\":" HEADROOM_SCHEMA "}}"},
    {"responses", "{\"type\":\"function\"," HEADROOM_FUNCTION ",\"parameters\":" HEADROOM_SCHEMA "}"},
    {"anthropic", "{" HEADROOM_FUNCTION ",\"input_schema\":" HEADROOM_SCHEMA "}"},
    {"gemini", "{" HEADROOM_FUNCTION ",\"parameters\":" HEADROOM_SCHEMA "}"},
    {"converse", "{\"toolSpec\":{" HEADROOM_FUNCTION ",\"inputSchema\":{\"json\":" HEADROOM_SCHEMA "}}}"},
};

#undef HEADROOM_DESCRIPTION
#undef HEADROOM_PROPERTIES
#undef HEADROOM_SCHEMA
#undef HEADROOM_FUNCTION

constexpr auto names = [] {
  std::array<std::string_view, std::size(rows)> list{};
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = rows[i].format;
  return list;
}();

}  // namespace

std::span<const std::string_view> tool_formats() {
  return names;
}

std::optional<std::string_view> tool_definition(std::string_view format) {
  for (const Row& row : rows) {
    if (row.format == format || format.empty()) return row.definition;
  }
  return std::nullopt;
}

}  // namespace headroom::api
