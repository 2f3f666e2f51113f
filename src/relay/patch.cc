#include "relay/patch.h"

#include <algorithm>
#include <charconv>

#include "json/strings.h"

namespace headroom::relay {
namespace {

std::optional<NodeId> last_member(const Document& doc, NodeId object, std::string_view key) {
  std::optional<NodeId> found;
  if (!doc.is(object, Kind::object)) return found;
  for (const json::Member m : doc.members(object)) {
    if (doc.string_is(m.key, key)) found = m.value;
  }
  return found;
}

}  // namespace

std::optional<NodeId> find(const Document& doc, NodeId object, std::initializer_list<std::string_view> keys) {
  std::optional<NodeId> at = object;
  for (const std::string_view key : keys) {
    at = last_member(doc, *at, key);
    if (!at) break;
  }
  return at;
}

std::string find_string(const Document& doc, NodeId object, std::initializer_list<std::string_view> keys) {
  const auto at = find(doc, object, keys);
  return at && doc.is(*at, Kind::string) ? doc.string(*at) : std::string();
}

std::optional<std::int64_t> find_integer(const Document& doc, NodeId object,
                                         std::initializer_list<std::string_view> keys) {
  const auto at = find(doc, object, keys);
  if (!at || !doc.is(*at, Kind::number)) return std::nullopt;
  const std::string_view raw = doc.raw(*at);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  if (error != std::errc() || end != raw.data() + raw.size()) return std::nullopt;
  return value;
}

Patch& Patch::replace(NodeId value, std::string_view raw) {
  edits_.push_back({doc_[value].begin(), doc_[value].size(), std::string(raw)});
  return *this;
}

Patch& Patch::set(NodeId object, std::string_view key, std::string_view raw) {
  if (const auto value = last_member(doc_, object, key)) return replace(*value, raw);
  return append(object, json::quote(key).append(":").append(raw));
}

Patch& Patch::without(NodeId object, std::initializer_list<std::string_view> keys) {
  const auto named = [&](NodeId key) {
    return std::any_of(keys.begin(), keys.end(), [&](std::string_view k) { return doc_.string_is(key, k); });
  };
  std::string left;
  bool any = false;
  for (const json::Member m : doc_.members(object)) {
    if (named(m.key)) {
      any = true;
      continue;
    }
    left.append(left.empty() ? "" : ",").append(doc_.raw(m.key)).append(":").append(doc_.raw(m.value));
  }
  return any ? replace(object, "{" + left + "}") : *this;
}

Patch& Patch::append(NodeId container, std::string_view raw) {
  const bool empty = Document::first_child(container) == doc_.end_of(container);
  // After what was appended before: edits at one place keep their order.
  const std::size_t at = doc_[container].end() - 1;
  for (Edit& e : edits_) {
    if (e.offset == at && e.length == 0) {
      e.replacement = std::string(e.replacement.view()).append(",").append(raw);
      return *this;
    }
  }
  edits_.push_back({at, 0, std::string(empty ? "" : ",").append(raw)});
  return *this;
}

std::string Patch::of(std::string_view bytes, std::size_t offset) const {
  std::vector<Edit> inside;
  for (const Edit& e : edits_) {
    if (e.offset >= offset && e.offset + e.length <= offset + bytes.size())
      inside.push_back({e.offset - offset, e.length, e.replacement});
  }
  std::sort(inside.begin(), inside.end(), [](const Edit& a, const Edit& b) { return a.offset < b.offset; });
  return splice(bytes, inside);
}

std::string joined(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& v : values) out.append(out.empty() ? "" : ",").append(v);
  return out;
}

}  // namespace headroom::relay
