#include "compressors/json/paths.h"

#include <algorithm>

#include "base/hash.h"
#include "json/document.h"
#include "json/strings.h"

namespace headroom::compressors::records {
namespace {

bool plain(unsigned char c) {
  if (c <= 0x20 || c == 0x7F) return false;
  switch (c) {
    case '.':
    case '[':
    case ']':
    case '=':
    case ';':
    case ':':
    case '*':
    case '^':
    case '{':
    case '}':
    case '|':
    case ',':
    case '"':
    case '\\':
      return false;
    default:
      return true;
  }
}

bool lone_surrogate(std::string_view key) {
  for (std::size_t i = 0; i + 1 < key.size(); ++i) {
    if (static_cast<unsigned char>(key[i]) == 0xED && static_cast<unsigned char>(key[i + 1]) >= 0xA0) return true;
  }
  return false;
}

}  // namespace

void append_key(std::string& out, std::string_view key) {
  const bool bare =
      !key.empty() && std::all_of(key.begin(), key.end(), [](char c) { return plain(static_cast<unsigned char>(c)); });
  if (bare && !lone_surrogate(key)) {
    out += key;
  } else {
    out += '"';
    json::escape_to(out, key);
    out += '"';
  }
}

PathId Paths::add(PathId parent, std::string_view key, bool first_element) {
  const auto depth = static_cast<std::uint16_t>(steps_[parent].depth + 1);
  steps_.push_back({std::string(key), first_element, parent, depth});
  return static_cast<PathId>(steps_.size() - 1);
}

PathId Paths::find_or_add(PathId parent, std::string_view key, bool first_element) {
  const std::uint64_t hash = hash64(key, std::uint64_t{parent} << 1 | static_cast<std::uint64_t>(first_element));
  const auto [from, to] = index_.equal_range(hash);
  for (auto it = from; it != to; ++it) {
    const Step& s = steps_[it->second];
    if (s.parent == parent && s.first_element == first_element && s.key == key) return it->second;
  }
  const PathId id = add(parent, key, first_element);
  index_.emplace(hash, id);
  return id;
}

std::string Paths::name(PathId id) const {
  std::vector<PathId> chain;
  for (; id != root_path; id = steps_[id].parent) chain.push_back(id);
  std::string out;
  for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
    const Step& s = steps_[*it];
    if (s.first_element) {
      out += "[0]";
      continue;
    }
    if (!out.empty()) out += '.';
    append_key(out, s.key);
  }
  return out;
}

std::optional<PathId> Paths::parse(std::string_view& text) {
  PathId at = root_path;
  std::string_view rest = text;
  for (bool first = true;; first = false) {
    if (!first && rest.starts_with("[0]")) {
      rest.remove_prefix(3);
      at = find_or_add(at, "", true);
      continue;
    }
    if (!first) {
      if (!rest.starts_with('.')) break;
      rest.remove_prefix(1);
    }
    if (rest.starts_with('"')) {
      std::size_t end = 1;
      while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
      if (end >= rest.size()) return std::nullopt;
      const auto quoted = json::Document::parse(rest.substr(0, end + 1));
      if (!quoted) return std::nullopt;
      at = find_or_add(at, quoted->string(0), false);
      rest.remove_prefix(end + 1);
    } else {
      std::size_t end = 0;
      while (end < rest.size() && plain(static_cast<unsigned char>(rest[end]))) ++end;
      if (end == 0) return std::nullopt;
      at = find_or_add(at, rest.substr(0, end), false);
      rest.remove_prefix(end);
    }
  }
  text = rest;
  return at;
}

void ObjectBuilder::begin(std::string& out) {
  open_.clear();
  comma_ = false;
  out += '{';
}

void ObjectBuilder::key(std::string& out, PathId leaf) {
  chain_.clear();
  for (PathId p = paths_[leaf].parent; p != root_path; p = paths_[p].parent) chain_.push_back(p);
  std::reverse(chain_.begin(), chain_.end());
  std::size_t common = 0;
  while (common < open_.size() && common < chain_.size() && open_[common] == chain_[common]) ++common;
  const auto write_key = [&](PathId id) {
    if (comma_) out += ',';
    comma_ = false;
    if (paths_[id].first_element) return;
    out += '"';
    json::escape_to(out, paths_[id].key);
    out += "\":";
  };
  while (open_.size() > common) {
    // A step holds an array if the step below it is its first element; that one holds the object.
    const bool array = paths_[open_.back()].first_element;
    out += '}';
    open_.pop_back();
    if (array) {
      out += ']';
      open_.pop_back();
    }
    comma_ = true;
  }
  for (std::size_t i = open_.size(); i < chain_.size(); ++i) {
    write_key(chain_[i]);
    const bool array = i + 1 < chain_.size() && paths_[chain_[i + 1]].first_element;
    out += array ? '[' : '{';
    open_.push_back(chain_[i]);
  }
  write_key(leaf);
  comma_ = true;
}

void ObjectBuilder::add(std::string& out, PathId leaf, std::string_view json) {
  key(out, leaf);
  out += json;
}

void ObjectBuilder::end(std::string& out) {
  while (!open_.empty()) {
    const bool array = paths_[open_.back()].first_element;
    out += '}';
    open_.pop_back();
    if (array) {
      out += ']';
      if (!open_.empty()) open_.pop_back();
    }
  }
  out += '}';
}

}  // namespace headroom::compressors::records
