// JSON that is not one value: lines of values, values in a row (parted by commas, as rows cut out of an array are), a
// value cut off by a tool's limit.
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "compressors/json/reversible.h"
#include "json/document.h"

namespace headroom::compressors::records {
namespace {

using json::Document;

constexpr std::size_t most_rest = 4096;  // bytes of the cut-off end that stand verbatim
constexpr std::size_t least_values = 5;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// All values of the text as one array: "{...}\n{...}" -> "[{...},{...}]"; empty if the text is something else. `rest`
// is what follows the last whole value (a line cut off).
std::string as_array(std::string_view text, std::string_view& rest) {
  std::string out = "[";
  std::size_t at = 0, values = 0;
  while (at < text.size()) {
    while (at < text.size() && (is_space(text[at]) || text[at] == '\x1E'))
      ++at;  // RFC 7464 puts a record separator in front
    if (at < text.size() && values > 0 && text[at] == ',') {
      ++at;
      continue;
    }
    if (at == text.size()) break;
    if (text[at] != '{' && text[at] != '[') {
      if (values < least_values) return {};
      rest = text.substr(at);
      break;
    }
    const auto value = Document::parse_prefix(text.substr(at));
    if (!value) {
      if (values < least_values || !value.error().truncated) return {};
      rest = text.substr(at);
      break;
    }
    if (values++ > 0) out += ',';
    out += text.substr(at + value->root().begin(), value->root().size());
    at += value->root().end();
  }
  if (values < least_values || rest.size() > most_rest) return {};
  out += ']';
  return out;
}

// The text up to its last whole element, with what is open closed; empty if there is none. The element is one of the
// outermost array that the text ends in, so that no row is shown that is not whole.
std::string closed(std::string_view text, std::string_view& rest) {
  struct Open {
    char closer;
    std::size_t cut = 0;       // behind its last whole element or member
    std::size_t elements = 0;  // whole ones, about
  };
  std::vector<Open> open;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      ++at;
      while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
    } else if (c == '{' || c == '[') {
      if (open.size() >= static_cast<std::size_t>(json::max_depth)) return {};
      open.push_back({c == '{' ? '}' : ']'});
    } else if (c == '}' || c == ']') {
      if (open.empty() || open.back().closer != c) return {};
      open.pop_back();
      if (open.empty()) return {};  // whole, so what is wrong is something else
      open.back().cut = at + 1;
    } else if (c == ',') {
      if (open.empty()) return {};
      open.back().cut = at;
      ++open.back().elements;
    }
  }
  std::size_t depth = 0;
  while (depth < open.size() && (open[depth].closer != ']' || open[depth].elements < least_values)) ++depth;
  if (depth == open.size()) {  // no long array: the innermost that holds something whole
    while (depth > 0 && open[depth - 1].cut == 0) --depth;
    if (depth == 0) return {};
    --depth;
  }
  std::string out(text.substr(0, open[depth].cut));
  for (std::size_t i = depth + 1; i-- > 0;) out += open[i].closer;
  rest = text.substr(open[depth].cut);
  return out;
}

Reversible with_rest(Reversible reversible, std::string_view rest) {
  while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
  while (!rest.empty() && is_space(rest.back())) rest.remove_suffix(1);
  if (rest.starts_with(',')) rest.remove_prefix(1);
  if (rest.empty() || !reversible.view) return reversible;
  std::string& text = reversible.view->text;
  const std::size_t before = text.size();
  text += "\n[cut off here; the rest as it is]\n";
  if (rest.size() <= most_rest) {
    text += rest;
  } else {
    text += rest.substr(0, utf8::floor_boundary(rest, most_rest / 2));
    text += "\n[" + std::to_string(rest.size() - most_rest / 2) + " bytes more]";
  }
  const Tokens added(static_cast<std::int64_t>(text.size() - before));  // at most
  reversible.tokens += added;
  reversible.bar += added;
  return reversible;
}

}  // namespace

Reversible reversible_view(std::string_view text, const Context& context) {
  if (text.size() > json::max_text) return {};
  const auto doc = Document::parse(text);
  if (doc) return reversible_view(*doc, context);
  std::string_view rest;
  std::string repaired = as_array(text, rest);
  if (repaired.empty() && doc.error().truncated) repaired = closed(text, rest);
  if (repaired.empty()) return {};
  const auto again = Document::parse(repaired);
  if (!again) return {};
  return with_rest(reversible_view(*again, context), rest);
}

}  // namespace headroom::compressors::records
