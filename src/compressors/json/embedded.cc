#include "compressors/json/embedded.h"

#include <utility>

#include "compressors/json/cells.h"
#include "json/strings.h"

namespace headroom::compressors::records {
namespace {

using json::Document;
using json::Kind;
using json::Member;
using json::NodeId;

constexpr std::size_t least_bytes = 16;  // of a string worth opening
constexpr std::size_t least_share = 10;  // of the text's bytes, one in so many is in such strings
constexpr int most_levels = 3;           // of strings inside strings
constexpr std::string_view style_word = " strings";
constexpr std::string_view ended_word = " ended";

// A string's bytes between the quotes, as they are written, look like a value's.
bool looks_like_value(std::string_view raw) {
  if (raw.size() < least_bytes || (raw[0] != '{' && raw[0] != '[')) return false;
  if (raw.ends_with("\\n")) raw.remove_suffix(2);
  return raw.ends_with(raw[0] == '{' ? '}' : ']');
}

class Opener {
 public:
  Opener(Spelling spelling, bool ended) : spelling_(spelling), ended_(ended) {}

  // Prints a value with the strings below it opened; of values out of strings in one spelling of escapes.
  void print(const Document& doc, NodeId node, std::string& out, int level) {
    switch (doc[node].kind()) {
      case Kind::object: {
        out += '{';
        bool first = true;
        for (const Member m : doc.members(node)) {
          if (!std::exchange(first, false)) out += ',';
          member(doc, m, out, level);
        }
        out += '}';
        break;
      }
      case Kind::array: {
        out += '[';
        bool first = true;
        for (const NodeId e : doc.elements(node)) {
          if (!std::exchange(first, false)) out += ',';
          print(doc, e, out, level);
        }
        out += ']';
        break;
      }
      case Kind::string:
        string(doc, node, out, level);
        break;
      default:
        out += doc.raw(node);
    }
  }

  // Bytes of the strings opened.
  std::size_t opened() const { return opened_; }
  // A key of the text would be taken for one of ours.
  bool clash() const { return clash_; }

 private:
  static void string(const Document& doc, NodeId node, std::string& out, int level) {
    if (level > 0 && doc[node].escaped()) {
      out += json::quote(doc.string(node));
    } else {
      out += doc.raw(node);
    }
  }

  void member(const Document& doc, Member m, std::string& out, int level) {
    const bool marked =
        doc[m.key].escaped() ? doc.string(m.key).ends_with(opened_mark) : doc.string_raw(m.key).ends_with(opened_mark);
    clash_ = clash_ || marked;
    string(doc, m.key, out, level);
    if (doc.is(m.value, Kind::string) && looks_like_value(doc.string_raw(m.value))) {
      if (const auto inside = value_of(doc.string(m.value), level)) {
        out.back() = opened_mark;
        out += "\":";
        out += *inside;
        if (level == 0) opened_ += doc[m.value].size();
        return;
      }
    }
    out += ':';
    print(doc, m.value, out, level);
  }

  // The value that a string is, if printing it again gives the string.
  std::optional<std::string> value_of(const std::string& text, int level) {
    if (level >= most_levels || text.ends_with('\n') != ended_) return std::nullopt;
    const auto inner = Document::parse(text);
    if (!inner || Document::first_child(0) == inner->end_of(0)) return std::nullopt;
    std::string out;
    print(*inner, 0, out, level + 1);
    std::string again;
    respell_value(again, out);
    return again == text ? std::optional(std::move(out)) : std::nullopt;
  }

  void respell_value(std::string& out, std::string_view value) const {
    std::string closed;
    close_strings(closed, value, spelling_, ended_);
    respell(out, closed, spelling_);
    if (ended_) out += '\n';
  }

  Spelling spelling_;
  bool ended_;
  std::size_t opened_ = 0;
  bool clash_ = false;
};

}  // namespace

std::optional<Opened> open_strings(const Document& doc) {
  // The longest string that looks like a value says how they are spelled.
  NodeId longest = 0;
  std::size_t bytes = 0;
  for (NodeId id = 0; id < doc.size(); ++id) {
    if (!doc.is(id, Kind::string) || !looks_like_value(doc.string_raw(id))) continue;
    bytes += doc[id].size();
    if (longest == 0 || doc[id].size() > doc[longest].size()) longest = id;
  }
  if (bytes * least_share <= doc.text().size()) return std::nullopt;
  const std::string text = doc.string(longest);
  Opened out;
  out.spelling = spelling_of(text);
  out.ended = text.ends_with('\n');
  Opener opener(out.spelling, out.ended);
  opener.print(doc, 0, out.text, 0);
  if (opener.opened() * least_share <= doc.text().size() || opener.clash() || out.text.size() > json::max_text)
    return std::nullopt;
  return out;
}

void close_strings(std::string& out, std::string_view compact, Spelling spelling, bool ended) {
  std::size_t from = 0;
  for (std::size_t at = 0; at < compact.size();) {
    if (compact[at] != '"') {
      ++at;
      continue;
    }
    const std::size_t end = end_of_json(compact, at);
    if (end == std::string_view::npos) break;
    at = end;
    if (at + 1 >= compact.size() || compact[at] != ':' || compact[at - 2] != opened_mark) continue;
    if (compact[at + 1] != '{' && compact[at + 1] != '[') continue;
    const std::size_t value_end = end_of_json(compact, at + 1);
    if (value_end == std::string_view::npos) break;
    out.append(compact, from, at - 2 - from);
    out += "\":";
    std::string inner, value;
    close_strings(inner, compact.substr(at + 1, value_end - at - 1), spelling, ended);
    respell(value, inner, spelling);
    if (ended) value += '\n';
    out += json::quote(value);
    from = at = value_end;
  }
  out.append(compact, from);
}

std::string describe(const Opened& opened) {
  return std::string(style_word) + describe(opened.spelling) + std::string(opened.ended ? ended_word : "");
}

std::optional<StringsStyle> read_strings_style(std::string_view& text) {
  if (!text.starts_with(style_word)) return std::nullopt;
  text.remove_prefix(style_word.size());
  StringsStyle style;
  style.spelling = read_spelling(text);
  if (text.starts_with(ended_word)) {
    text.remove_prefix(ended_word.size());
    style.ended = true;
  }
  return style;
}

}  // namespace headroom::compressors::records
