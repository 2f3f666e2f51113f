#include "proxy/before_after.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>

#include "json/document.h"

namespace headroom::proxy {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

constexpr std::size_t most_texts = 20;

// RFC 6901; nullopt if nothing is there.
std::optional<NodeId> value_at(const Document& doc, std::string_view pointer) {
  NodeId node = 0;
  while (!pointer.empty()) {
    const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
    std::string key(pointer.substr(1, end - 1));
    for (const auto& [escape, plain] : {std::pair("~1", '/'), std::pair("~0", '~')}) {
      for (std::size_t at = 0; (at = key.find(escape, at)) != key.npos; ++at) key.replace(at, 2, 1, plain);
    }
    std::optional<NodeId> next;
    if (doc.is(node, Kind::object)) {
      next = doc.member(node, key);
    } else if (doc.is(node, Kind::array)) {
      std::size_t index = 0, i = 0;
      std::from_chars(key.data(), key.data() + key.size(), index);
      for (const NodeId e : doc.elements(node)) {
        if (i++ == index) next = e;
      }
    }
    if (!next) return std::nullopt;
    node = *next;
    pointer.remove_prefix(end);
  }
  return node;
}

}  // namespace

std::vector<ledger::View> before_and_after(std::string_view body, const pipeline::Outcome& outcome) {
  std::vector<ledger::View> out;
  if (!outcome.changed || outcome.error) return out;
  const auto doc = Document::parse(body);
  if (!doc) return out;
  // The rows of a message are in the order of its texts; those that stayed have as many tokens as before.
  std::map<int, std::vector<const pipeline::Row*>> rows;
  for (const pipeline::Row& row : outcome.rows) {
    if (row.after != row.before) rows[row.message].push_back(&row);
  }
  std::map<int, std::size_t> taken;
  for (const pipeline::Change& change : outcome.changes) {
    const auto node = value_at(*doc, change.pointer);
    if (!node || change.message < 0) continue;
    ledger::View view;
    view.before = doc->is(*node, Kind::string) ? doc->string(*node) : std::string(doc->raw(*node));
    view.after = change.text;
    const auto& of_message = rows[change.message];
    if (const std::size_t i = taken[change.message]++; i < of_message.size()) {
      view.tool = of_message[i]->tool, view.kind = of_message[i]->kind;
      view.tokens_before = of_message[i]->before.value, view.tokens_after = of_message[i]->after.value;
    }
    out.push_back(std::move(view));
  }
  if (out.size() > most_texts) out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(most_texts));
  return out;
}

}  // namespace headroom::proxy
