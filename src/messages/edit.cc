#include "messages/edit.h"

#include <algorithm>

#include "json/strings.h"
#include "messages/spelling.h"

namespace headroom::messages {
namespace {

using json::Kind;
using json::NodeId;

std::string parent_of(const std::string& pointer) {
  return pointer.substr(0, pointer.rfind('/'));
}

// A string leaf: what the view kept is written as the client wrote it.
std::string respelled(std::string_view raw, bool escaped, std::string_view view) {
  if (!escaped || is_plainly_spelled(raw)) return json::quote(view);
  const Spelling original(raw);
  return '"' + write(original, align(original, view)) + '"';
}

// Bedrock: {"json": V} -> {"text": "..."}, one edit from the key to the value's end.
void rename_item(const json::Document& doc, const Leaf& leaf, const std::string& quoted, Replacement& out) {
  const json::Node &key = doc[leaf.node - 1], &value = doc[leaf.node];
  const std::string_view between = doc.text().substr(key.end(), value.begin() - key.end());
  out.edits.push_back({key.begin(), value.end() - key.begin(), "\"text\"" + std::string(between) + quoted});
  out.pointer = parent_of(leaf.pointer);
  out.value = "{\"text\":" + quoted + "}";
}

// vercel: {"type":"json","value":V} -> {"type":"text","value":"..."}; error-json -> error-text.
void rename_type(const json::Document& doc, const Leaf& leaf, const std::string& quoted, Replacement& out) {
  const auto type = doc.member(leaf.holder, "type");
  const std::string name = type && doc.string_is(*type, "error-json") ? "\"error-text\"" : "\"text\"";
  out.edits.push_back({doc[leaf.node].begin(), doc[leaf.node].size(), quoted});
  if (type) out.edits.push_back({doc[*type].begin(), doc[*type].size(), name});
  std::ranges::sort(out.edits, {}, &Edit::offset);
  out.pointer = parent_of(leaf.pointer);
  out.value = "{\"type\":" + name + ",\"value\":" + quoted + "}";
}

bool is_structure(std::string_view view) {
  const auto doc = json::Document::parse(view);
  return doc && (doc->is(0, Kind::object) || doc->is(0, Kind::array));
}

}  // namespace

Replacement replace_leaf(const Conversation& c, const Leaf& leaf, std::string_view text) {
  const json::Node& node = c.doc[leaf.node];
  Replacement out;
  out.pointer = leaf.pointer;
  const auto put = [&](std::string value) { out.edits.push_back({node.begin(), node.size(), std::move(value)}); };
  if (leaf.part != Part::json_value) {
    put(respelled(c.doc.string_raw(leaf.node), node.escaped(), text));
  } else if (is_structure(text)) {
    out.value = text;
    put(out.value);
  } else if (c.format == Format::converse) {
    rename_item(c.doc, leaf, json::quote(text), out);
  } else if (leaf.holder != 0) {
    rename_type(c.doc, leaf, json::quote(text), out);
  } else {
    put(json::quote(text));
  }
  return out;
}

}  // namespace headroom::messages
