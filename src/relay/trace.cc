#include "relay/trace.h"

#include <algorithm>
#include <charconv>
#include <cstring>

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

bool may_hold_trace(std::string_view bytes) {
  // Any case of the tool's name: the part that ends it is looked for, the rest compared.
  constexpr std::string_view tail = "etrieve ", tail_upper = "ETRIEVE ";
  for (const std::string_view needle : {tail, tail_upper}) {
    const auto next = [&](std::size_t from) {  // memmem leaps; find would stop at each of its first letter
      const void* const found = ::memmem(bytes.data() + from, bytes.size() - from, needle.data(), needle.size());
      return found ? static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data()) : std::string_view::npos;
    };
    for (std::size_t at = next(0); at != std::string_view::npos; at = next(at + 1)) {
      constexpr std::size_t lead = std::string_view("headroom_r").size();
      const std::size_t end = at + needle.size() - 1;
      if (at < lead) continue;
      if (is_our_tool(bytes.substr(at - lead, end - (at - lead)))) return true;
    }
  }
  return false;
}

}  // namespace headroom::relay
