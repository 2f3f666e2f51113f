#include <algorithm>
#include <unordered_map>

#include "base/hash.h"
#include "compressors/config/record_cuts.h"

namespace headroom::compressors::config {
namespace {

constexpr std::size_t kLeastAlike = 5;

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// A tag with its attributes, or a comment, instruction, section.
struct Tag {
  std::size_t begin, end;
  enum Sort { open, empty, close, other } sort;
  std::size_t path;    // of names, as a number
  std::size_t parent;  // the tag that opened the element around it
};

class Cutter {
 public:
  Cutter(std::string_view text, bool innermost) : text_(text), innermost_(innermost) {}

  Records run() {
    if (!find_tags()) return {};
    find_repeating();
    for (std::size_t i = 0; i < tags_.size();) {
      const Tag& t = tags_[i];
      if ((t.sort != Tag::open && t.sort != Tag::empty) || !is_record(t.path)) {
        ++i;
        continue;
      }
      const std::size_t end = t.sort == Tag::empty ? i + 1 : closes_[i] + 1;
      record(i, end);
      i = end;
    }
    return std::move(out_);
  }

 private:
  struct Path {
    std::size_t parent;
    std::size_t count = 0;
    bool repeats = false;         // several under one parent
    bool repeats_within = false;  // a path below it does
    bool within = false;          // a path above it does
  };

  // The text is balanced: config_text.h has read it.
  bool find_tags() {
    std::unordered_map<std::uint64_t, std::size_t> ids;
    std::vector<std::size_t> open;
    paths_.push_back({0});
    for (std::size_t at = text_.find('<'); at != std::string_view::npos; at = text_.find('<', tags_.back().end)) {
      const std::string_view rest = text_.substr(at);
      const std::size_t parent = open.empty() ? npos : open.back();
      const std::size_t above = parent == npos ? 0 : tags_[parent].path;
      std::string_view close = rest.starts_with("<!--")        ? "-->"
                               : rest.starts_with("<![CDATA[") ? "]]>"
                               : rest.starts_with("<?")        ? "?>"
                               : rest.starts_with("<!")        ? ">"
                                                               : "";
      if (!close.empty()) {
        const std::size_t end = text_.find(close, at);
        if (end == std::string_view::npos) return false;
        tags_.push_back({at, end + close.size(), Tag::other, 0, parent});
      } else if (rest.starts_with("</")) {
        const std::size_t end = text_.find('>', at);
        if (end == std::string_view::npos || open.empty()) return false;
        tags_.push_back({at, end + 1, Tag::close, above, parent});
        closes_[open.back()] = tags_.size() - 1;
        open.pop_back();
      } else {
        std::size_t i = at + 1;
        while (i < text_.size() && text_[i] != '>') {
          if (text_[i] == '"' || text_[i] == '\'') i = text_.find(text_[i], i + 1);
          if (i == std::string_view::npos) return false;
          ++i;
        }
        if (i >= text_.size()) return false;
        const std::string_view name = text_.substr(at + 1, text_.find_first_of(" \t\r\n/>", at) - at - 1);
        const auto [id, is_new] = ids.emplace(hash64(name) ^ (above * 0x9E3779B97F4A7C15ull), paths_.size());
        if (is_new) paths_.push_back({above});
        const bool empty = text_[i - 1] == '/';
        tags_.push_back({at, i + 1, empty ? Tag::empty : Tag::open, id->second, parent});
        if (!empty) {
          open.push_back(tags_.size() - 1);
          closes_.resize(tags_.size());
        }
      }
      closes_.resize(tags_.size());
    }
    return open.empty();
  }

  void find_repeating() {
    std::unordered_map<std::size_t, std::size_t> last;  // path -> the parent it was seen under
    for (const Tag& t : tags_) {
      if (t.sort != Tag::open && t.sort != Tag::empty) continue;
      Path& p = paths_[t.path];
      ++p.count;
      const auto [at, is_new] = last.emplace(t.path, t.parent);
      if (!is_new && at->second == t.parent && t.parent != npos) p.repeats = true;
      at->second = t.parent;
    }
    for (Path& p : paths_) p.repeats = p.repeats && p.count >= kLeastAlike;
    for (std::size_t k = paths_.size(); k-- > 1;) {
      if (paths_[k].repeats || paths_[k].repeats_within) paths_[paths_[k].parent].repeats_within = true;
    }
    for (std::size_t k = 1; k < paths_.size(); ++k) {
      const Path& above = paths_[paths_[k].parent];
      paths_[k].within = above.repeats || above.within;
    }
  }
  bool is_record(std::size_t path) const {
    const Path& p = paths_[path];
    return p.repeats && !(innermost_ ? p.repeats_within : p.within);
  }

  // Tags first..end as one record: each piece has the blanks of its line before it and its line end behind it.
  void record(std::size_t first, std::size_t end) {
    out_.records.push_back({out_.pieces.size(), end - first});
    std::size_t from = line_front(tags_[first].begin, first == 0 ? 0 : tags_[first - 1].end);
    for (std::size_t i = first; i < end; ++i) {
      const std::size_t next = i + 1 < tags_.size() ? tags_[i + 1].begin : text_.size();
      const std::size_t to = line_front(next, tags_[i].end);
      out_.pieces.push_back({from, to, out_.holes.size(), 0});
      attributes(tags_[i]);
      if (i + 1 < end) content(tags_[i].end, next);
      out_.pieces.back().holes = out_.holes.size() - out_.pieces.back().first_hole;
      from = to;
    }
  }
  // Blanks before `at` up to the line's begin; not before `least`. Without a line end there, `least`... of the blanks.
  std::size_t line_front(std::size_t at, std::size_t least) const {
    std::size_t i = at;
    while (i > least && (text_[i - 1] == ' ' || text_[i - 1] == '\t')) --i;
    return i;
  }

  void attributes(const Tag& t) {
    if (t.sort == Tag::other) {
      const std::string_view tag = text_.substr(t.begin, t.end - t.begin);
      constexpr std::string_view open = "<![CDATA[";
      if (tag.starts_with(open)) out_.holes.push_back({t.begin + open.size(), t.end - 3});
      return;
    }
    for (std::size_t i = t.begin; i < t.end; ++i) {
      if (text_[i] != '"' && text_[i] != '\'') continue;
      const std::size_t close = text_.find(text_[i], i + 1);
      out_.holes.push_back({i + 1, close});
      i = close;
    }
  }
  void content(std::size_t begin, std::size_t end) {
    while (begin < end && is_blank(text_[begin])) ++begin;
    while (end > begin && is_blank(text_[end - 1])) --end;
    if (begin < end) out_.holes.push_back({begin, end});
  }

  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
  std::string_view text_;
  bool innermost_;
  std::vector<Tag> tags_;
  std::vector<std::size_t> closes_;  // by the tag that opens
  std::vector<Path> paths_;
  Records out_;
};

}  // namespace

Records xml_records(std::string_view text, bool innermost) {
  return Cutter(text, innermost).run();
}

}  // namespace headroom::compressors::config
