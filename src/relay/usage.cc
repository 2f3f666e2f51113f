#include "relay/usage.h"

#include <charconv>
#include <limits>
#include <optional>
#include <vector>

#include "json/strings.h"
#include "json/writer.h"
#include "relay/patch.h"

namespace headroom::relay {
namespace {

std::optional<std::int64_t> integer(std::string_view raw) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  if (error != std::errc() || end != raw.data() + raw.size()) return std::nullopt;
  return value;
}

std::string sum_numbers(std::string_view a, std::string_view b) {
  const auto x = integer(a), y = integer(b);
  std::int64_t whole = 0;
  if (x && y && !__builtin_add_overflow(*x, *y, &whole)) return std::to_string(whole);
  double u = 0, v = 0;
  std::from_chars(a.data(), a.data() + a.size(), u);
  std::from_chars(b.data(), b.data() + b.size(), v);
  if (!(u + v <= std::numeric_limits<double>::max() && u + v >= std::numeric_limits<double>::lowest()))
    return std::string(b);
  json::Writer out;
  out.number(u + v);
  return std::move(out).take();
}

struct Value {
  const Document& doc;
  NodeId node;
  std::string_view raw() const { return doc.raw(node); }
  bool is(Kind kind) const { return doc.is(node, kind); }
};

std::string sum(Value a, Value b);

std::string sum_objects(Value a, Value b) {
  std::string out;
  const auto add = [&out](std::string_view key, std::string_view value) {
    out.append(out.empty() ? "" : ",").append(key).append(":").append(value);
  };
  for (const json::Member m : b.doc.members(b.node)) {
    const auto same = find(a.doc, a.node, {b.doc.string(m.key)});
    add(b.doc.raw(m.key), same ? sum({a.doc, *same}, {b.doc, m.value}) : std::string(b.doc.raw(m.value)));
  }
  for (const json::Member m : a.doc.members(a.node)) {
    if (!find(b.doc, b.node, {a.doc.string(m.key)})) add(a.doc.raw(m.key), a.doc.raw(m.value));
  }
  return "{" + out + "}";
}

// [{"modality":"TEXT","tokenCount":5}] by modality; else one list after the other.
std::string sum_lists(Value a, Value b) {
  std::vector<std::string> out;
  std::vector<NodeId> taken;
  std::vector<std::string> later;
  for (const NodeId e : b.doc.elements(b.node)) {
    const std::string modality = find_string(b.doc, e, {"modality"});
    std::optional<NodeId> same;
    for (const NodeId f : a.doc.elements(a.node)) {
      if (!modality.empty() && find_string(a.doc, f, {"modality"}) == modality) same = f;
    }
    if (same) taken.push_back(*same);
    later.push_back(same ? sum({a.doc, *same}, {b.doc, e}) : std::string(b.doc.raw(e)));
  }
  for (const NodeId f : a.doc.elements(a.node)) {
    bool is_taken = false;
    for (const NodeId t : taken) is_taken |= t == f;
    if (!is_taken) out.emplace_back(a.doc.raw(f));
  }
  out.insert(out.end(), later.begin(), later.end());
  return "[" + joined(out) + "]";
}

std::string sum(Value a, Value b) {
  if (a.is(Kind::number) && b.is(Kind::number)) return sum_numbers(a.raw(), b.raw());
  if (a.is(Kind::object) && b.is(Kind::object)) return sum_objects(a, b);
  if (a.is(Kind::array) && b.is(Kind::array)) return sum_lists(a, b);
  return std::string(b.is(Kind::null) ? a.raw() : b.raw());
}

}  // namespace

std::string sum_usage(std::string_view earlier, std::string_view later) {
  const auto a = Document::parse(earlier), b = Document::parse(later);
  if (!a || !b) return std::string(b ? later : earlier);
  return sum({*a, 0}, {*b, 0});
}

std::string overlay_usage(std::string_view earlier, std::string_view later) {
  const auto a = Document::parse(earlier), b = Document::parse(later);
  if (!a || !b) return std::string(b ? later : earlier);
  if (!a->is(0, Kind::object) || !b->is(0, Kind::object)) return std::string(later);
  std::string out;
  const auto add = [&out](std::string_view key, std::string_view value) {
    out.append(out.empty() ? "" : ",").append(key).append(":").append(value);
  };
  for (const json::Member m : b->members(0)) {
    const auto same = b->is(m.value, Kind::null) ? find(*a, 0, {b->string(m.key)}) : std::nullopt;
    add(b->raw(m.key), same ? a->raw(*same) : b->raw(m.value));
  }
  for (const json::Member m : a->members(0)) {
    if (!find(*b, 0, {a->string(m.key)})) add(a->raw(m.key), a->raw(m.value));
  }
  return "{" + out + "}";
}

}  // namespace headroom::relay
