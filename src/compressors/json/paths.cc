#include "compressors/json/paths.h"

#include <algorithm>
#include <charconv>
#include <utility>

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

PathId Paths::append(Step step) {
  step.depth = static_cast<std::uint16_t>(steps_[step.parent].depth + 1);
  steps_.push_back(std::move(step));
  return static_cast<PathId>(steps_.size() - 1);
}

PathId Paths::add(PathId parent, std::string_view key) {
  return append({std::string(key), -1, parent, 0});
}

PathId Paths::add_element(PathId parent, std::int32_t index) {
  return append({{}, index, parent, 0});
}

PathId Paths::find_or_add(PathId parent, std::string_view key, std::int32_t index) {
  const std::uint64_t hash = hash64(key, std::uint64_t{parent} << 32 | static_cast<std::uint32_t>(index));
  const auto [from, to] = index_.equal_range(hash);
  for (auto it = from; it != to; ++it) {
    const Step& s = steps_[it->second];
    if (s.parent == parent && s.index == index && s.key == key) return it->second;
  }
  const PathId id = append({std::string(key), index, parent, 0});
  index_.emplace(hash, id);
  return id;
}

std::string Paths::name(PathId id) const {
  std::vector<PathId> chain;
  for (; id != root_path; id = steps_[id].parent) chain.push_back(id);
  std::string out;
  for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
    const Step& s = steps_[*it];
    if (s.index >= 0) {
      out += '[';
      out += std::to_string(s.index);
      out += ']';
      continue;
    }
    if (!out.empty()) out += '.';
    append_key(out, s.key);
  }
  return out;
}

std::optional<PathId> Paths::parse(std::string_view& text, PathId from) {
  PathId at = from;
  std::string_view rest = text;
  for (bool first = true;; first = false) {
    if (rest.starts_with('[')) {
      std::int32_t index = -1;
      const auto r = std::from_chars(rest.data() + 1, rest.data() + rest.size(), index);
      const auto end = static_cast<std::size_t>(r.ptr - rest.data());
      if (r.ec != std::errc() || index < 0 || end >= rest.size() || rest[end] != ']') return std::nullopt;
      if (end > 2 && rest[1] == '0') return std::nullopt;
      rest.remove_prefix(end + 1);
      at = find_or_add(at, "", index);
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
      at = find_or_add(at, quoted->string(0), -1);
      rest.remove_prefix(end + 1);
    } else {
      std::size_t end = 0;
      while (end < rest.size() && plain(static_cast<unsigned char>(rest[end]))) ++end;
      if (end == 0) return std::nullopt;
      at = find_or_add(at, rest.substr(0, end), -1);
      rest.remove_prefix(end);
    }
  }
  text = rest;
  return at;
}

void ObjectBuilder::begin(std::string& out, bool array) {
  open_.assign(1, {root_path, array});
  comma_ = false;
  good_ = true;
  out += array ? '[' : '{';
}

void ObjectBuilder::write_key(std::string& out, PathId id) {
  if (comma_) out += ',';
  comma_ = false;
  const Paths::Step& step = paths_[id];
  Open& holder = open_.back();
  if (holder.array != (step.index >= 0)) good_ = false;
  if (step.index >= 0) {
    if (step.index != holder.next++) good_ = false;
    return;
  }
  out += '"';
  json::escape_to(out, step.key);
  out += "\":";
}

void ObjectBuilder::key(std::string& out, PathId leaf) {
  if (paths_[leaf].parent == open_.back().path) {
    write_key(out, leaf);
    comma_ = true;
    return;
  }
  chain_.clear();
  for (PathId p = leaf; p != root_path; p = paths_[p].parent) chain_.push_back(p);
  chain_.push_back(root_path);
  std::reverse(chain_.begin(), chain_.end());
  std::size_t common = 0;
  while (common < open_.size() && common + 1 < chain_.size() && open_[common].path == chain_[common]) ++common;
  while (open_.size() > common) {
    out += open_.back().array ? ']' : '}';
    open_.pop_back();
    comma_ = true;
  }
  for (std::size_t i = open_.size(); i + 1 < chain_.size(); ++i) {
    write_key(out, chain_[i]);
    const bool array = paths_[chain_[i + 1]].index >= 0;
    out += array ? '[' : '{';
    open_.push_back({chain_[i], array});
  }
  write_key(out, leaf);
  comma_ = true;
}

void ObjectBuilder::add(std::string& out, PathId leaf, std::string_view json) {
  key(out, leaf);
  out += json;
}

bool ObjectBuilder::end(std::string& out) {
  for (; !open_.empty(); open_.pop_back()) out += open_.back().array ? ']' : '}';
  return good_;
}

}  // namespace headroom::compressors::records
