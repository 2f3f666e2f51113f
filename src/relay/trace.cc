#include "relay/trace.h"

#include <algorithm>
#include <charconv>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "json/document.h"
#include "json/strings.h"

namespace headroom::relay {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == ':';
}

bool is_plain_word(std::string_view id) {
  return !id.empty() && id != "-" && std::all_of(id.begin(), id.end(), is_plain);
}

bool is_line_object(std::string_view arguments) {
  if (arguments.find_first_of("\r\n") != std::string_view::npos) return false;
  const auto doc = json::Document::parse(arguments);
  return doc && doc->is(0, json::Kind::object) && doc->root().begin() == 0 && doc->root().end() == arguments.size();
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

bool take_number(std::string_view& text, std::string_view word, std::size_t& number) {
  std::string_view rest = text;
  if (!take(rest, word)) return true;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc() || number == 0) return false;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  text = rest;
  return true;
}

// The JSON value that the text begins with.
std::optional<std::string_view> take_value(std::string_view& text, json::Kind kind, std::string* decoded) {
  const auto doc = json::Document::parse_prefix(text);
  if (!doc || doc->root().begin() != 0 || doc->root().kind() != kind) return std::nullopt;
  const std::string_view raw = text.substr(0, doc->root().end());
  if (decoded != nullptr) *decoded = doc->string(0);
  text.remove_prefix(raw.size());
  return raw;
}

bool take_id(std::string_view& text, std::string& id) {
  if (text.starts_with('"')) return take_value(text, json::Kind::string, &id).has_value();
  std::size_t size = 0;
  while (size < text.size() && is_plain(text[size])) ++size;
  id = text.substr(0, size);
  text.remove_prefix(size);
  if (id == "-") id.clear();
  return size > 0;
}

bool take_arguments(std::string_view& text, std::string& arguments) {
  if (text.starts_with('"')) return take_value(text, json::Kind::string, &arguments).has_value();
  const auto raw = take_value(text, json::Kind::object, nullptr);
  if (raw) arguments = *raw;
  return raw.has_value();
}

}  // namespace

std::string print(const Trace& trace) {
  const Call& call = trace.call;
  std::string out = "[" + call.name + " ";
  out.append(call.id.empty() ? "-" : is_plain_word(call.id) ? call.id : json::quote(call.id)).append(" ");
  out.append(is_line_object(call.arguments) ? call.arguments : json::quote(call.arguments));
  if (trace.at > 0) out.append(" at ").append(std::to_string(trace.at));
  if (trace.back > 0) out.append(" back ").append(std::to_string(trace.back));
  if (trace.signed_next) out.append(" signed");
  if (trace.end) out.append(" end");
  return out + "]";
}

std::optional<Trace> parse_trace(std::string_view text) {
  const std::string_view whole = text;
  Trace trace;
  if (!take(text, "[")) return std::nullopt;
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos || !is_our_tool(text.substr(0, space))) return std::nullopt;
  trace.call.name = text.substr(0, space);
  text.remove_prefix(space + 1);
  if (!take_id(text, trace.call.id) || !take(text, " ")) return std::nullopt;
  if (!take_arguments(text, trace.call.arguments)) return std::nullopt;
  if (!take_number(text, " at ", trace.at) || !take_number(text, " back ", trace.back)) return std::nullopt;
  trace.signed_next = take(text, " signed");
  trace.end = take(text, " end");
  if (text != "]" || print(trace) != whole) return std::nullopt;
  return trace;
}

std::vector<TraceLine> find_trace_lines(std::string_view text) {
  std::vector<TraceLine> found;
  if (!may_hold_trace(text)) return found;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (text[std::min(begin, text.size() - 1)] == '[') {
      if (auto trace = parse_trace(text.substr(begin, end - begin))) {
        // The break before it, and the one behind it if text follows, came with it.
        const std::size_t from = begin == 0 || (!found.empty() && found.back().end == begin) ? begin : begin - 1;
        const std::size_t to = end;
        found.push_back({std::move(*trace), from, to});
        // A break behind the trace belongs to the next trace if there is one, else to this.
        if (end < text.size()) found.back().end = end + 1;
      }
    }
    begin = end + 1;
  }
  return found;
}

namespace {

// The next underscore at or after `at` with an m before it and an r behind it, in any case. `at` > 0.
std::size_t next_joint(std::string_view s, std::size_t at) {
#ifdef __SSE2__
  const __m128i bit = _mm_set1_epi8(0x20), m = _mm_set1_epi8('m'), r = _mm_set1_epi8('r'), joint = _mm_set1_epi8('_');
  const auto load = [&](std::size_t from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(s.data() + from));
  };
  for (; at + 17 <= s.size(); at += 16) {
    const __m128i before = _mm_cmpeq_epi8(_mm_or_si128(load(at - 1), bit), m);
    const __m128i behind = _mm_cmpeq_epi8(_mm_or_si128(load(at + 1), bit), r);
    const __m128i hit = _mm_and_si128(_mm_and_si128(before, behind), _mm_cmpeq_epi8(load(at), joint));
    if (const int mask = _mm_movemask_epi8(hit); mask != 0) return at + static_cast<std::size_t>(__builtin_ctz(mask));
  }
#endif
  for (; at + 1 < s.size(); ++at) {
    if (s[at] == '_' && (s[at - 1] | 0x20) == 'm' && (s[at + 1] | 0x20) == 'r') return at;
  }
  return std::string_view::npos;
}

}  // namespace

bool may_hold_trace(std::string_view bytes) {
  // The rarest part of the tool's name is looked for, the rest compared.
  constexpr std::string_view name = "headroom_retrieve";
  constexpr std::size_t lead = name.find('_');
  for (std::size_t at = next_joint(bytes, lead); at != std::string_view::npos; at = next_joint(bytes, at + 1)) {
    const std::size_t end = at - lead + name.size();
    if (end < bytes.size() && bytes[end] == ' ' && is_our_tool(bytes.substr(at - lead, name.size()))) return true;
  }
  return false;
}

}  // namespace headroom::relay
