#include "messages/our_tool.h"

#include <array>

namespace headroom::messages {
namespace {

using json::Kind;
using json::NodeId;

#define HEADROOM_DESCRIPTION "\"Get back original content that a [... hash=...] marker stands for.\""
#define HEADROOM_PROPERTIES                                                                     \
  "{\"hash\":{\"type\":\"string\"},\"query\":{\"type\":\"string\"},"                            \
  "\"lines\":{\"type\":\"string\",\"description\":\"120-180\"},\"rows\":{\"type\":\"string\"}," \
  "\"path\":{\"type\":\"string\"},\"max_tokens\":{\"type\":\"integer\"},\"cursor\":{\"type\":\"string\"}}"
#define HEADROOM_SCHEMA "{\"type\":\"object\",\"properties\":" HEADROOM_PROPERTIES ",\"required\":[\"hash\"]}"
#define HEADROOM_FUNCTION "\"name\":\"headroom_retrieve\",\"description\":" HEADROOM_DESCRIPTION

// In the order of Format.
constexpr std::string_view definitions[] = {
    "{\"type\":\"function\",\"function\":{" HEADROOM_FUNCTION ",\"parameters\":" HEADROOM_SCHEMA "}}",
    "{\"type\":\"function\"," HEADROOM_FUNCTION ",\"parameters\":" HEADROOM_SCHEMA "}",
    "{" HEADROOM_FUNCTION ",\"input_schema\":" HEADROOM_SCHEMA "}",
    "{" HEADROOM_FUNCTION ",\"parameters\":" HEADROOM_SCHEMA "}",
    "{\"toolSpec\":{" HEADROOM_FUNCTION ",\"inputSchema\":{\"json\":" HEADROOM_SCHEMA "}}}",
    "{\"type\":\"function\"," HEADROOM_FUNCTION ",\"inputSchema\":" HEADROOM_SCHEMA "}",
};
static_assert(std::size(definitions) == static_cast<std::size_t>(Format::vercel) + 1);

#undef HEADROOM_DESCRIPTION
#undef HEADROOM_PROPERTIES
#undef HEADROOM_SCHEMA
#undef HEADROOM_FUNCTION

// Gemini: the last list of function declarations. A request that has only tools of the server's gets none of ours,
// since models refuse both together.
std::optional<NodeId> last_declarations(const json::Document& doc, NodeId tools) {
  std::optional<NodeId> last;
  for (NodeId tool : doc.elements(tools)) {
    for (const std::string_view key : {"functionDeclarations", "function_declarations"}) {
      const auto list = doc.member(tool, key);
      if (list && doc.is(*list, Kind::array)) last = list;
    }
  }
  return last;
}

// The array that takes one more tool.
std::optional<NodeId> list_of(const Conversation& c) {
  if (!c.tools || !c.has_tools || c.has_our_tool) return std::nullopt;
  return c.format == Format::gemini ? last_declarations(c.doc, *c.tools) : c.tools;
}

}  // namespace

std::string_view tool_definition(Format format) {
  return definitions[static_cast<std::size_t>(format)];
}

bool can_add_tool(const Conversation& conversation) {
  return list_of(conversation).has_value();
}

std::optional<Addition> add_tool(const Conversation& c) {
  const auto list = list_of(c);
  if (!list) return std::nullopt;
  std::string value(tool_definition(c.format));
  // After the last element: white space before the bracket stays where it is.
  std::size_t at = c.doc[*list].begin() + std::size_t{1};
  bool first = true;
  for (NodeId e : c.doc.elements(*list)) at = c.doc[e].end(), first = false;
  Addition added;
  added.edit = {at, 0, (first ? "" : ",") + value};
  added.list = *list;
  added.pointer = pointer_of(c.doc, *list) + "/-";
  added.value = std::move(value);
  return added;
}

}  // namespace headroom::messages
