#include "search/anchors.h"

#include <algorithm>
#include <cstring>

#include "search/terms.h"

namespace headroom::search {
namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
bool alnum(char c) {
  return digit(c) || letter(c);
}

struct Quote {
  std::string_view open, close;
  bool apostrophe;  // may also stand inside a word, where it quotes nothing
};
constexpr Quote quotes[] = {
    {"\"", "\"", false}, {"`", "`", false}, {"'", "'", true}, {"\u201C", "\u201D", false}, {"\u00AB", "\u00BB", false}};

void add(std::vector<std::string>& anchors, std::string_view text) {
  if (text.size() < min_anchor || text.size() > max_anchor || anchors.size() >= max_anchors) return;
  if (std::find(anchors.begin(), anchors.end(), text) != anchors.end()) return;
  anchors.emplace_back(text);
}

void add_quoted(std::vector<std::string>& anchors, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const Quote& q : quotes) {
      if (!text.substr(i).starts_with(q.open)) continue;
      if (q.apostrophe && i > 0 && alnum(text[i - 1])) continue;
      const std::size_t begin = i + q.open.size();
      const std::string_view reach = text.substr(begin, max_anchor + q.close.size());
      const std::size_t close = std::min(reach.find(q.close), reach.find('\n'));
      if (close == std::string_view::npos || reach[close] == '\n') continue;
      if (q.apostrophe && close + 1 < reach.size() && alnum(reach[close + 1])) continue;
      const std::string_view inner = reach.substr(0, close);
      const bool has_word = std::any_of(inner.begin(), inner.end(), [](char c) { return alnum(c) || (c & 0x80); });
      if (has_word && !is_stop_word(to_lower(inner))) add(anchors, inner);
      i = begin + close + q.close.size() - 1;
      break;
    }
  }
}

// What ends a token: white space, quotes, brackets and signs that no id, path or address holds.
bool ends_token(char c) {
  return static_cast<unsigned char>(c) <= ' ' || std::strchr("\"'`<>()[]{},;|=&*!?$#^", c) != nullptr;
}

bool is_email(std::string_view t) {
  const std::size_t at = t.find('@');
  if (at == 0 || at == std::string_view::npos || at + 3 > t.size()) return false;
  const std::size_t dot = t.find('.', at);
  return alnum(t[at - 1]) && alnum(t[at + 1]) && dot != std::string_view::npos && dot + 1 < t.size();
}

// name.ext, with :line or not.
bool is_file_name(std::string_view t) {
  while (!t.empty() && (digit(t.back()) || t.back() == ':')) {
    const std::size_t colon = t.rfind(':');
    if (colon == std::string_view::npos) break;
    t = t.substr(0, colon);
  }
  const std::size_t dot = t.rfind('.');
  if (dot == std::string_view::npos || dot < 2) return false;
  const std::string_view ext = t.substr(dot + 1);
  return !ext.empty() && ext.size() <= 5 && std::all_of(ext.begin(), ext.end(), alnum) &&
         std::any_of(ext.begin(), ext.end(), letter) && alnum(t[dot - 1]);
}

bool is_path(std::string_view t) {
  const auto slashes = std::count_if(t.begin(), t.end(), [](char c) { return c == '/' || c == '\\'; });
  if (slashes == 0) return false;
  if (!std::any_of(t.begin(), t.end(), alnum)) return false;
  return slashes >= 2 || t.front() == '/' || t.front() == '.' || t.front() == '~' || is_file_name(t);
}

bool is_id(std::string_view t) {
  return std::count_if(t.begin(), t.end(), digit) >= 4;
}

void add_tokens(std::vector<std::string>& anchors, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (ends_token(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && !ends_token(text[end])) ++end;
    std::string_view token = text.substr(i, end - i);
    i = end;
    while (!token.empty() && (token.back() == '.' || token.back() == ':' || token.back() == '-'))
      token.remove_suffix(1);
    while (!token.empty() &&
           (token.front() == ':' || token.front() == '@' || token.front() == '-' || token.front() == '+'))
      token.remove_prefix(1);
    if (is_email(token) || is_path(token) || is_file_name(token) || is_id(token)) add(anchors, token);
  }
}

std::uint32_t window(const char* p) {
  const auto b = [p](int i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(p[i])); };
  return b(0) | b(1) << 8 | b(2) << 16;
}

std::uint32_t slot(std::uint32_t bytes) {
  return (bytes * 0x9E3779B1u) >> 17;
}

}  // namespace

void append_anchors(std::vector<std::string>& anchors, std::string_view text) {
  add_quoted(anchors, text);
  add_tokens(anchors, text);
}

AnchorFinder::AnchorFinder(std::span<const std::string> anchors)
    : anchors_(anchors.first(std::min(anchors.size(), max_anchors))) {
  std::size_t shortest = max_anchor;
  for (const std::string& a : anchors_) {
    if (a.size() >= min_anchor) shortest = std::min(shortest, a.size());
  }
  step_ = std::clamp<std::size_t>(shortest - 2, 1, 4);
  for (std::size_t a = 0; a < anchors_.size(); ++a) {
    if (anchors_[a].size() < min_anchor) continue;
    for (std::size_t o = 0; o < step_; ++o) {
      const std::uint32_t bytes = window(anchors_[a].data() + o);
      windows_.push_back({bytes, static_cast<std::uint16_t>(a), static_cast<std::uint16_t>(o)});
      bits_[slot(bytes) / 64] |= std::uint64_t{1} << slot(bytes) % 64;
    }
  }
  std::sort(windows_.begin(), windows_.end(), [](const Window& x, const Window& y) { return x.bytes < y.bytes; });
}

std::uint32_t AnchorFinder::find(std::string_view text) const {
  std::uint32_t found = 0;
  const auto all = static_cast<std::uint32_t>((std::uint64_t{1} << anchors_.size()) - 1);
  for (std::size_t i = 0; i + min_anchor <= text.size(); i += step_) {
    const std::uint32_t bytes = window(text.data() + i);
    const std::uint32_t s = slot(bytes);
    if ((bits_[s / 64] >> s % 64 & 1) == 0) continue;
    auto w = std::lower_bound(windows_.begin(), windows_.end(), bytes,
                              [](const Window& x, std::uint32_t b) { return x.bytes < b; });
    for (; w != windows_.end() && w->bytes == bytes; ++w) {
      if ((found >> w->anchor & 1) != 0 || i < w->offset) continue;
      const std::string& anchor = anchors_[w->anchor];
      const std::size_t begin = i - w->offset, end = begin + anchor.size();
      if (end > text.size() || std::memcmp(text.data() + begin, anchor.data(), anchor.size()) != 0) continue;
      if (digit(anchor.front()) && begin > 0 && digit(text[begin - 1])) continue;
      if (digit(anchor.back()) && end < text.size() && digit(text[end])) continue;
      found |= std::uint32_t{1} << w->anchor;
      if (found == all) return found;
    }
  }
  return found;
}

}  // namespace headroom::search
