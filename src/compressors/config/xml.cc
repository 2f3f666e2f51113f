// XML by its lines: balanced tags; an element that has its lines for itself is an entry, its end tag closes it.
#include <algorithm>

#include "compressors/config/config_text.h"

namespace headroom::compressors::config {
namespace {

constexpr std::size_t kDeepest = 256;

constexpr bool is_name(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-' || c == '.' ||
         c == ':' || static_cast<unsigned char>(c) >= 0x80;
}

class Reader {
 public:
  Reader(std::string_view text, const Lines& lines, std::vector<ConfigLine>& parts)
      : text_(text), lines_(lines), parts_(parts) {
    parts_.assign(lines.size(), {});
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].find_first_not_of(" \t\r") != std::string_view::npos) parts_[i].part = Part::goes_on;
    }
  }

  bool run() {
    while (at_ < text_.size()) {
      const std::size_t open = text_.find('<', at_);
      if (!text_ok(text_.substr(at_, std::min(open, text_.size()) - at_))) return false;
      if (open == std::string_view::npos) break;
      advance(open);
      if (!markup()) return false;
    }
    return open_.empty() && roots_ == 1 && elements_ >= 4;
  }

 private:
  // Text outside of the root is white space.
  bool text_ok(std::string_view text) const {
    return !open_.empty() || text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  }

  void advance(std::size_t to) {
    line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                 text_.begin() + static_cast<std::ptrdiff_t>(to), '\n'));
    at_ = to;
  }
  bool first_in_line() const {
    const std::string_view line = lines_[line_];
    const std::size_t first = line.find_first_not_of(" \t");
    return first != std::string_view::npos && line.data() + first == text_.data() + at_;
  }

  bool markup() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("<!--")) return skip("-->", Part::comment);
    if (rest.starts_with("<![CDATA[")) return !open_.empty() && skip("]]>", Part::goes_on);
    if (rest.starts_with("<?")) return skip("?>", Part::entry);
    if (rest.starts_with("<!")) return open_.empty() && rest.find('[') > rest.find('>') && skip(">", Part::entry);
    if (rest.starts_with("</")) return close();
    return open();
  }

  bool skip(std::string_view end, Part part) {
    const std::size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) return false;
    const bool own = first_in_line();
    const std::size_t first = line_;
    advance(found + end.size());
    const std::string_view tail = text_.substr(at_, text_.find('\n', at_) - at_);
    const bool whole = own && tail.find_first_not_of(" \t\r") == std::string_view::npos;
    if (whole && part != Part::goes_on) {
      for (std::size_t i = first; i <= line_ && i < parts_.size(); ++i)
        parts_[i] = {part == Part::entry && i > first ? Part::goes_on : part, depth(), {}, part == Part::entry};
    }
    return true;
  }

  bool open() {
    std::size_t i = at_ + 1;
    while (i < text_.size() && is_name(text_[i])) ++i;
    const std::string_view name = text_.substr(at_ + 1, i - at_ - 1);
    if (name.empty() || open_.size() >= kDeepest) return false;
    const std::size_t begin = at_;
    while (i < text_.size() && text_[i] != '>') {
      if (text_[i] == '<') return false;
      if (text_[i] == '"' || text_[i] == '\'') {
        i = text_.find(text_[i], i + 1);
        if (i == std::string_view::npos) return false;
      }
      ++i;
    }
    if (i >= text_.size()) return false;
    if (open_.empty() && (++roots_ > 1 || name == "svg" || name == "html" || name == "HTML")) return false;
    ++elements_;
    const bool own = first_in_line();
    if (own && line_ < parts_.size())
      parts_[line_] = {Part::item, depth(), text_.substr(begin + 1, name.size()), false};
    const bool empty = text_[i - 1] == '/';
    advance(i + 1);
    if (!empty) open_.push_back({name, own});
    return true;
  }

  bool close() {
    std::size_t i = at_ + 2;
    while (i < text_.size() && is_name(text_[i])) ++i;
    const std::string_view name = text_.substr(at_ + 2, i - at_ - 2);
    const std::size_t end = text_.find('>', i);
    if (open_.empty() || open_.back().name != name || end == std::string_view::npos) return false;
    if (text_.substr(i, end - i).find_first_not_of(" \t\r\n") != std::string_view::npos) return false;
    const bool own = first_in_line();
    const bool of_own = open_.back().own;
    open_.pop_back();
    if (own && of_own && line_ < parts_.size()) parts_[line_] = {Part::closing, depth(), {}, false};
    advance(end + 1);
    return true;
  }

  std::uint32_t depth() const { return static_cast<std::uint32_t>(open_.size()); }

  struct Open {
    std::string_view name;
    bool own;  // its start tag is the first in its line
  };
  std::string_view text_;
  const Lines& lines_;
  std::vector<ConfigLine>& parts_;
  std::vector<Open> open_;
  std::size_t at_ = 0, line_ = 0, roots_ = 0, elements_ = 0;
};

}  // namespace

bool read_xml(std::string_view text, const Lines& lines, std::vector<ConfigLine>& parts) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text[first] != '<') return false;
  return Reader(text, lines, parts).run();
}

}  // namespace headroom::compressors::config
