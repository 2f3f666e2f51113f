#include "relay/call.h"

#include <algorithm>

#include "json/strings.h"
#include "json/writer.h"
#include "relay/patch.h"

namespace headroom::relay {
namespace {

struct Row {
  Wire wire;
  std::string_view name;
  std::string_view list;  // the request's list of messages
};
constexpr Row rows[] = {
    {Wire::anthropic, "anthropic", "messages"}, {Wire::openai, "openai", "messages"},
    {Wire::responses, "responses", "input"},    {Wire::gemini, "gemini", "contents"},
    {Wire::converse, "converse", "messages"},
};

const Row& row_of(Wire wire) {
  return rows[static_cast<std::size_t>(wire)];
}

// Arguments where the format wants an object.
std::string as_object(std::string_view arguments) {
  const auto doc = Document::parse(arguments);
  return doc && doc->is(0, Kind::object) ? std::string(arguments) : std::string("{}");
}

bool has_block(const Document& doc, NodeId list, std::initializer_list<std::string_view> keys) {
  for (const NodeId message : doc.elements(list)) {
    const auto content = find(doc, message, {"content"});
    if (!content || !doc.is(*content, Kind::array)) continue;
    for (const NodeId block : doc.elements(*content)) {
      if (std::any_of(keys.begin(), keys.end(), [&](std::string_view key) { return find(doc, block, {key}); }))
        return true;
    }
  }
  return false;
}

bool has_block_type(const Document& doc, NodeId list, std::initializer_list<std::string_view> types) {
  for (const NodeId message : doc.elements(list)) {
    const auto content = find(doc, message, {"content"});
    if (!content || !doc.is(*content, Kind::array)) continue;
    for (const NodeId block : doc.elements(*content)) {
      const std::string type = find_string(doc, block, {"type"});
      if (std::find(types.begin(), types.end(), type) != types.end()) return true;
    }
  }
  return false;
}

}  // namespace

std::optional<Wire> parse_wire(std::string_view name) {
  for (const Row& row : rows) {
    if (row.name == name) return row.wire;
  }
  return std::nullopt;
}

std::string_view to_string(Wire wire) {
  return row_of(wire).name;
}

std::optional<Wire> wire_of(std::string_view request) {
  const auto doc = Document::parse(request);
  if (!doc || !doc->is(0, Kind::object)) return std::nullopt;
  if (find(*doc, 0, {"contents"})) return Wire::gemini;
  if (find(*doc, 0, {"input"})) return Wire::responses;
  const auto list = find(*doc, 0, {"messages"});
  if (!list || !doc->is(*list, Kind::array)) return std::nullopt;
  if (find(*doc, 0, {"inferenceConfig"}) || find(*doc, 0, {"toolConfig"}) ||
      has_block(*doc, *list, {"toolUse", "toolResult"}))
    return Wire::converse;
  if (find(*doc, 0, {"system"}) || find(*doc, 0, {"anthropic_version"})) return Wire::anthropic;
  const auto tools = find(*doc, 0, {"tools"});
  if (tools && doc->is(*tools, Kind::array)) {
    for (const NodeId tool : doc->elements(*tools)) {
      if (find(*doc, tool, {"input_schema"})) return Wire::anthropic;
    }
  }
  return has_block_type(*doc, *list, {"tool_use", "tool_result", "thinking"}) ? Wire::anthropic : Wire::openai;
}

bool offers_our_tool(std::string_view request) {
  const auto doc = Document::parse(request);
  if (!doc) return false;
  // Names stand at several depths (function, toolSpec, functionDeclarations): any of them in the list of tools counts.
  for (const std::string_view key : {"tools", "toolConfig"}) {
    const auto tools = find(*doc, 0, {key});
    if (!tools) continue;
    for (NodeId i = *tools; i < doc->end_of(*tools); ++i) {
      if (doc->is(i, Kind::object) && is_our_tool(find_string(*doc, i, {"name"}))) return true;
    }
  }
  return false;
}

std::optional<ReadCall> read_call(std::string_view json) {
  const auto doc = Document::parse(json);
  if (!doc || !doc->is(0, Kind::object)) return std::nullopt;
  const auto raw = [&](NodeId object, std::string_view key) {
    const auto value = find(*doc, object, {key});
    if (!value) return std::string();
    return doc->is(*value, Kind::string) ? doc->string(*value) : std::string(doc->raw(*value));
  };
  const auto made = [&](Wire wire, NodeId object, std::string id, std::string_view arguments) {
    return ReadCall{wire,
                    {std::move(id), find_string(*doc, object, {"name"}), raw(object, arguments),
                     find_string(*doc, 0, {"thoughtSignature"})}};
  };
  if (const auto function = find(*doc, 0, {"function"}))
    return made(Wire::openai, *function, find_string(*doc, 0, {"id"}), "arguments");
  if (const auto call = find(*doc, 0, {"functionCall"}))
    return made(Wire::gemini, *call, find_string(*doc, *call, {"id"}), "args");
  if (const auto use = find(*doc, 0, {"toolUse"}))
    return made(Wire::converse, *use, find_string(*doc, *use, {"toolUseId"}), "input");
  if (find(*doc, 0, {"call_id"})) return made(Wire::responses, 0, find_string(*doc, 0, {"call_id"}), "arguments");
  if (find(*doc, 0, {"input"})) return made(Wire::anthropic, 0, find_string(*doc, 0, {"id"}), "input");
  if (find(*doc, 0, {"args"})) return made(Wire::gemini, 0, find_string(*doc, 0, {"id"}), "args");
  return std::nullopt;
}

std::string call_block(Wire wire, const Call& call) {
  json::Writer out;
  out.object();
  switch (wire) {
    case Wire::anthropic:
      out.key("type").string("tool_use").key("id").string(call.id).key("name").string(call.name);
      out.key("input").raw(as_object(call.arguments));
      break;
    case Wire::openai:
      out.key("id").string(call.id).key("type").string("function").key("function").object();
      out.key("name").string(call.name).key("arguments").string(call.arguments).end();
      break;
    case Wire::responses:
      out.key("type").string("function_call").key("call_id").string(call.id).key("name").string(call.name);
      out.key("arguments").string(call.arguments);
      break;
    case Wire::gemini:
      out.key("functionCall").object();
      if (!call.id.empty()) out.key("id").string(call.id);
      out.key("name").string(call.name).key("args").raw(as_object(call.arguments)).end();
      if (!call.signature.empty()) out.key("thoughtSignature").string(call.signature);
      break;
    case Wire::converse:
      out.key("toolUse").object().key("toolUseId").string(call.id).key("name").string(call.name);
      out.key("input").raw(as_object(call.arguments)).end();
      break;
  }
  out.end();
  return std::move(out).take();
}

std::string assistant_turn(Wire wire, const std::vector<std::string>& blocks) {
  switch (wire) {
    case Wire::anthropic:
    case Wire::converse:
      return R"({"role":"assistant","content":[)" + joined(blocks) + "]}";
    case Wire::gemini:
      return R"({"role":"model","parts":[)" + joined(blocks) + "]}";
    case Wire::openai:
    case Wire::responses:
      break;
  }
  return joined(blocks);
}

std::string answer_block(Wire wire, const Answered& answered) {
  json::Writer out;
  out.object();
  switch (wire) {
    case Wire::anthropic:
      out.key("type").string("tool_result").key("tool_use_id").string(answered.call.id);
      out.key("content").string(answered.text);
      break;
    case Wire::openai:
      out.key("role").string("tool").key("tool_call_id").string(answered.call.id);
      out.key("content").string(answered.text);
      break;
    case Wire::responses:
      out.key("type").string("function_call_output").key("call_id").string(answered.call.id);
      out.key("output").string(answered.text);
      break;
    case Wire::gemini:
      out.key("functionResponse").object();
      if (!answered.call.id.empty()) out.key("id").string(answered.call.id);
      out.key("name").string(answered.call.name).key("response").object();
      out.key("output").string(answered.text).end().end();
      break;
    case Wire::converse:
      out.key("toolResult").object().key("toolUseId").string(answered.call.id).key("content").array();
      out.object().key("text").string(answered.text).end().end().end();
      break;
  }
  out.end();
  return std::move(out).take();
}

std::string answer_turn(Wire wire, std::span<const Answered> answers) {
  std::vector<std::string> blocks;
  for (const Answered& a : answers) blocks.push_back(answer_block(wire, a));
  switch (wire) {
    case Wire::anthropic:
    case Wire::converse:
      return R"({"role":"user","content":[)" + joined(blocks) + "]}";
    case Wire::gemini:
      return R"({"role":"user","parts":[)" + joined(blocks) + "]}";
    case Wire::openai:
    case Wire::responses:
      break;
  }
  return joined(blocks);
}

std::optional<std::string> with_turns(Wire wire, std::string_view request, std::string_view elements) {
  const auto doc = Document::parse(request);
  if (!doc) return std::nullopt;
  const auto list = find(*doc, 0, {row_of(wire).list});
  if (!list) return std::nullopt;
  Patch patch(*doc);
  switch ((*doc)[*list].kind()) {
    case Kind::array:
      patch.append(*list, elements);
      break;
    case Kind::string:  // Responses: a text alone is one message of the user
      if (wire != Wire::responses) return std::nullopt;
      patch.replace(*list, std::string(R"([{"role":"user","content":)")
                               .append(doc->raw(*list))
                               .append("},")
                               .append(elements)
                               .append("]"));
      break;
    case Kind::object:  // Gemini: one content alone
      if (wire != Wire::gemini) return std::nullopt;
      patch.replace(*list, std::string("[").append(doc->raw(*list)).append(",").append(elements).append("]"));
      break;
    default:
      return std::nullopt;
  }
  return patch.text();
}

}  // namespace headroom::relay
