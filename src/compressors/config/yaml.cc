// YAML: libyaml says whether the text is a file of it and where its scalars and collections stand; the lines follow.
#include <yaml.h>

#include <algorithm>
#include <iterator>

#include "compressors/config/config_text.h"

namespace headroom::compressors::config {
namespace {

constexpr std::size_t kDeepest = 64;  // collections in collections

// One parser, closed whatever happens.
class Parser {
 public:
  explicit Parser(std::string_view text) : good_(yaml_parser_initialize(&parser_) != 0) {
    if (good_) yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~Parser() {
    if (good_) yaml_parser_delete(&parser_);
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  bool next(yaml_event_t& event) { return good_ && yaml_parser_parse(&parser_, &event) != 0; }

 private:
  yaml_parser_t parser_;
  bool good_;
};

// Lines that a scalar of several lines goes on in, and those with anchors or block scalars.
class Reader {
 public:
  Reader(const Lines& lines, std::vector<ConfigLine>& parts) : parts_(parts) { parts_.assign(lines.size(), {}); }

  bool run(std::string_view text) {
    Parser parser(text);
    yaml_event_t event;
    for (bool more = true; more;) {
      if (!parser.next(event)) return false;
      more = event.type != YAML_STREAM_END_EVENT && depth_ <= kDeepest;
      take(event);
      yaml_event_delete(&event);
    }
    return depth_ == 0 && collections_ > 0 && !scalar_document_;
  }

 private:
  void take(const yaml_event_t& e) {
    switch (e.type) {
      case YAML_SEQUENCE_START_EVENT:
        open(e, e.data.sequence_start.anchor);
        break;
      case YAML_MAPPING_START_EVENT:
        open(e, e.data.mapping_start.anchor);
        break;
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        --depth_;
        // A collection in brackets goes on to its end.
        if (e.end_mark.index > e.start_mark.index) go_on(opened_.back(), e.end_mark.line);
        opened_.pop_back();
        break;
      case YAML_ALIAS_EVENT:
        pin(e.start_mark.line);
        break;
      case YAML_SCALAR_EVENT: {
        scalar_document_ |= depth_ == 0;
        if (e.data.scalar.anchor != nullptr) pin(e.start_mark.line);
        const bool block =
            e.data.scalar.style == YAML_LITERAL_SCALAR_STYLE || e.data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
        if (block) pin(e.start_mark.line);
        // A block ends at the front of the line behind it.
        const std::size_t last = e.end_mark.line - (e.end_mark.column == 0 && e.end_mark.line > e.start_mark.line);
        go_on(e.start_mark.line, last);
        break;
      }
      default:
        break;
    }
  }
  void open(const yaml_event_t& e, const yaml_char_t* anchor) {
    ++depth_;
    ++collections_;
    opened_.push_back(e.start_mark.line);
    if (anchor != nullptr) pin(e.start_mark.line);
  }
  void pin(std::size_t line) {
    if (line < parts_.size()) parts_[line].pinned = true;
  }
  void go_on(std::size_t first, std::size_t last) {
    for (std::size_t i = std::max(first + 1, gone_on_); i <= last && i < parts_.size(); ++i)
      parts_[i].part = Part::goes_on;
    gone_on_ = std::max(gone_on_, last + 1);
  }

  std::vector<ConfigLine>& parts_;
  std::vector<std::size_t> opened_;
  std::size_t depth_ = 0, collections_ = 0, gone_on_ = 0;
  bool scalar_document_ = false;
};

// "key: value" -> "key"; the key may be quoted. "" if there is none.
std::string_view key_of(std::string_view s) {
  if (s.empty()) return {};
  std::size_t from = 0;
  if (s[0] == '"' || s[0] == '\'') {
    from = s.find(s[0], 1);
    if (from == std::string_view::npos) return {};
  }
  const std::size_t spaced = s.find(": ", from);
  if (spaced != std::string_view::npos) return s.substr(0, spaced);
  return s.back() == ':' ? s.substr(0, s.size() - 1) : std::string_view();
}

}  // namespace

namespace {

// A collection in brackets that goes on behind its first line, and no second document: JSON, or what is left of it. One
// that is whole leaves no other line that could be an entry; one that is cut is no YAML. Where a second one seems to
// begin ("---", or "... [423 lines truncated] ..."), a bracket closes before it, or the first one is cut there.
bool is_in_brackets(const Lines& lines) {
  const auto says_something = [](std::string_view line) {
    const std::size_t indent = line.find_first_not_of(" \t\r");
    return indent != std::string_view::npos && line[indent] != '#';
  };
  const auto first = std::ranges::find_if(lines, says_something);
  if (first == lines.end() || first->find_first_of("]}") != std::string_view::npos) return false;
  const char lead = (*first)[first->find_first_not_of(" \t\r")];
  if (lead != '{' && lead != '[') return false;
  const auto mark = std::find_if(
      first, lines.end(), [](std::string_view line) { return line.starts_with("---") || line.starts_with("..."); });
  if (mark == lines.end()) return true;
  auto before = std::prev(mark);  // the first line says something, and is no mark
  while (!says_something(*before)) --before;
  return before->find_first_of("]}") == std::string_view::npos;
}

}  // namespace

bool read_yaml(std::string_view text, const Lines& lines, std::vector<ConfigLine>& parts) {
  if (is_in_brackets(lines)) return false;
  // Most of what is no YAML is seen at its lines, before the parser is asked.
  std::size_t filled = 0, likely = 0;
  for (const std::string_view line : lines) {
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == std::string_view::npos || line[indent] == '\r') continue;
    const std::string_view rest = line.substr(indent);
    ++filled;
    likely += rest.starts_with("- ") || rest == "-" || rest[0] == '#' || rest.starts_with("---") ||
              !key_of(rest).empty() || indent >= 4;
  }
  if (filled < 3 || likely * 10 < filled * 7) return false;
  if (!Reader(lines, parts).run(text)) return false;
  std::size_t keys = 0, wordy = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ConfigLine& p = parts[i];
    std::string_view rest = lines[i];
    while (rest.ends_with('\r') || rest.ends_with(' ')) rest.remove_suffix(1);
    const std::size_t indent = std::min(rest.find_first_not_of(' '), rest.size());
    rest.remove_prefix(indent);
    if (p.part == Part::goes_on) continue;
    if (rest.empty()) continue;
    if (rest[0] == '#') {
      p.part = Part::comment;
      p.depth = static_cast<std::uint32_t>(indent * 2);
      continue;
    }
    p.part = Part::entry;
    p.depth = static_cast<std::uint32_t>(indent * 2);
    if (rest.starts_with("- ") || rest == "-") {
      p.part = Part::item;
      ++p.depth;
      while (rest.starts_with("- ")) rest.remove_prefix(2);
    }
    p.key = key_of(rest);
    keys += !p.key.empty();
    wordy += std::count(p.key.begin(), p.key.end(), ' ') > 2;
  }
  return keys >= 2 && wordy * 10 <= keys;  // sentences with a colon are prose
}

}  // namespace headroom::compressors::config
