#include "pipeline/long_strings.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "base/utf8.h"
#include "json/document.h"
#include "json/strings.h"

namespace headroom::pipeline {
namespace {

using compressors::records::Spelling;
using json::Document;
using json::NodeId;

constexpr std::size_t least_bytes = 240;       // of a string of several lines, as it stands in the JSON
constexpr std::size_t least_line_feeds = 3;    // in it
constexpr std::size_t least_one_liner = 1500;  // bytes of a string of fewer lines
constexpr std::size_t least_share = 4;         // of the text's bytes, one in so many is in such strings
constexpr std::size_t most_texts = 32;
constexpr std::size_t most_path = 512;         // bytes
constexpr std::size_t stride = 256;            // bytes without a quote that hint at a long string
constexpr std::string_view line_feed = "\\n";  // as it stands in JSON
constexpr std::string_view lead = "\"[text ";  // of what stands for a string

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

std::size_t count_line_feeds(std::string_view raw, std::size_t enough) {
  std::size_t n = 0;
  for (std::size_t at = 0; n < enough && (at = raw.find(line_feed, at)) != std::string_view::npos; at += 2) ++n;
  return n;
}

// A glance that most texts do not pass: brackets around, and line feeds inside strings or a long way without a quote.
bool may_hold_long_strings(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  if (text.size() < least_bytes) return false;
  if ((text.front() != '{' && text.front() != '[') || (text.back() != '}' && text.back() != ']')) return false;
  if (count_line_feeds(text, least_line_feeds) == least_line_feeds) return true;
  for (std::size_t at = 0; at + stride <= text.size(); at += stride) {
    if (text.substr(at, stride).find('"') == std::string_view::npos) return true;
  }
  return false;
}

// What stands between the quotes is worth a text of its own.
bool is_long(std::string_view raw) {
  return raw.size() >= least_one_liner ||
         (raw.size() >= least_bytes && count_line_feeds(raw, least_line_feeds) == least_line_feeds);
}

struct Found {
  std::size_t begin, end;  // with the quotes
  std::string path;
};

// The file that a member of this object says it is about.
std::string path_in(const Document& doc, NodeId object) {
  constexpr std::string_view names[] = {"path", "file", "file_path", "filePath", "filename", "uri"};
  for (const std::string_view name : names) {
    const auto value = doc.member(object, name);
    if (value && doc.is(*value, json::Kind::string) && doc[*value].size() < most_path) return doc.string(*value);
  }
  return {};
}

// Long strings of the values in `text`, in order; nullopt if it is no JSON.
std::optional<std::vector<Found>> find_long(std::string_view text, std::size_t& values) {
  std::vector<Found> found;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto doc = Document::parse_prefix(text.substr(at));
    if (!doc) return std::nullopt;
    std::vector<NodeId> open;  // objects and arrays
    for (NodeId id = 0; id < doc->size(); ++id) {
      while (!open.empty() && id >= doc->end_of(open.back())) open.pop_back();
      const json::Kind kind = (*doc)[id].kind();
      if (kind == json::Kind::object || kind == json::Kind::array) open.push_back(id);
      if (kind != json::Kind::string || (*doc)[id].size() < least_bytes || !is_long(doc->string_raw(id))) continue;
      found.push_back({at + (*doc)[id].begin(), at + (*doc)[id].end(), open.empty() ? "" : path_in(*doc, open.back())});
    }
    ++values;
    at += doc->root().end();
    while (at < text.size() && is_blank(text[at])) ++at;
  }
  return found;
}

std::string spelled(std::string_view value, Spelling spelling) {
  const std::string plain = json::quote(value);
  if (!spelling.ascii && !spelling.html) return plain;
  std::string out;
  compressors::records::respell(out, plain, spelling);
  return out;
}

// How the strings are spelled, if one of them is not as plainly as can be.
Spelling escapes_of(std::string_view text, std::span<const Found> found) {
  const Spelling all = compressors::records::spelling_of(text);
  Spelling s;
  s.ascii = all.ascii, s.html = all.html;
  if (s == Spelling()) return s;
  const bool plain = std::ranges::all_of(found, [&](const Found& f) {
    const std::string_view quoted = text.substr(f.begin, f.end - f.begin);
    return spelled(json::unescape(quoted.substr(1, quoted.size() - 2)), {}) == quoted;
  });
  return plain ? Spelling() : s;
}

// The text of a string that is to be taken out.
std::optional<std::string> text_of(std::string_view quoted, Spelling spelling) {
  std::string value = json::unescape(quoted.substr(1, quoted.size() - 2));
  if (utf8::first_invalid(value) || value.find('\0') != std::string::npos) return std::nullopt;
  if (spelled(value, spelling) != quoted) return std::nullopt;
  const std::size_t first = value.find_first_not_of(" \t\r\n");
  const bool brackets = first != std::string::npos && (value[first] == '{' || value[first] == '[');
  if (brackets && Document::parse(value) && !take_out_long_strings(value)) return std::nullopt;
  return value;
}

std::string name_of(std::size_t number) {
  return std::string(lead) + std::to_string(number) + "]\"";
}

}  // namespace

std::optional<LongStrings> take_out_long_strings(std::string_view text) {
  if (!may_hold_long_strings(text)) return std::nullopt;
  std::size_t values = 0;
  auto found = find_long(text, values);
  if (!found || found->empty()) return std::nullopt;
  const auto size = [](const Found& f) { return f.end - f.begin; };
  if (found->size() > most_texts) {
    std::sort(found->begin(), found->end(), [&](const Found& a, const Found& b) {
      return size(a) != size(b) ? size(a) > size(b) : a.begin < b.begin;
    });
    found->resize(most_texts);
    std::sort(found->begin(), found->end(), [](const Found& a, const Found& b) { return a.begin < b.begin; });
  }
  LongStrings out;
  out.spelling = escapes_of(text, *found);
  out.one_value = values == 1;
  std::unordered_map<std::string_view, std::size_t> numbers;  // of texts taken out, by how they stand in the JSON
  std::size_t done = 0, bytes = 0;
  bool clash = false;  // the source says something like our names
  const auto copy = [&](std::size_t end) {
    const std::string_view part = text.substr(done, end - done);
    clash |= part.find(lead) != std::string_view::npos;
    out.frame += part;
  };
  for (const Found& f : *found) {
    const std::string_view quoted = text.substr(f.begin, size(f));
    auto [number, is_new] = numbers.try_emplace(quoted, out.texts.size() + 1);
    if (is_new) {
      auto value = text_of(quoted, out.spelling);
      if (!value) {
        numbers.erase(number);
        continue;
      }
      out.texts.push_back(*std::move(value));
      out.paths.push_back(f.path);
    }
    copy(f.begin);
    out.frame += name_of(number->second);
    done = f.end;
    bytes += quoted.size();
  }
  copy(text.size());
  if (clash || out.texts.empty() || bytes * least_share < text.size()) return std::nullopt;
  return out;
}

std::string put_in(std::string_view frame, std::span<const std::string> texts, Spelling spelling) {
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = 0; (at = frame.find(lead, at)) != std::string_view::npos;) {
    std::size_t number = 0;
    const char* const digits = frame.data() + at + lead.size();
    const auto [end, error] = std::from_chars(digits, frame.data() + frame.size(), number);
    const std::string_view rest = frame.substr(static_cast<std::size_t>(end - frame.data()));
    if (error != std::errc() || number == 0 || number > texts.size() || !rest.starts_with("]\"")) {
      at += lead.size();
      continue;
    }
    out.append(frame, done, at - done);
    out += spelled(texts[number - 1], spelling);
    done = at = frame.size() - rest.size() + 2;
  }
  out.append(frame, done);
  return out;
}

}  // namespace headroom::pipeline
