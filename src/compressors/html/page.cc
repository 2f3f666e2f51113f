#include "compressors/html/page.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "compressors/html/elements.h"
#include "compressors/html/references.h"
#include "compressors/html/tokenizer.h"

namespace headroom::compressors::html {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t deepest = 4096, search_depth = 64;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

// Words of class and id names that say that an element is no part of what the page is about. Whole words between - and
// _ and blanks.
constexpr auto aside_words = std::to_array<std::string_view>(
    {"nav",           "navbar",     "navigation",  "navheader", "navfooter", "menu",       "sidebar",
     "sphinxsidebar", "breadcrumb", "breadcrumbs", "footer",    "toc",       "cookie",     "cookies",
     "banner",        "advert",     "ads",         "promo",     "related",   "share",      "social",
     "skip",          "skiplink",   "pagination",  "pager",     "searchbox", "modal",      "popup",
     "newsletter",    "subscribe",  "masthead",    "topbar",    "toolbar",   "headerlink", "linenos",
     "linenodiv",     "subnav",     "localtoc",    "tocbar",    "permalink", "langs",      "copyright"});
constexpr auto aside_roles = std::to_array<std::string_view>(
    {"navigation", "banner", "contentinfo", "search", "complementary", "menu", "menubar"});

template <class Words>
bool has_word(std::string_view names, const Words& words) {
  std::size_t at = 0;
  while (at < names.size()) {
    const std::size_t begin = at;
    while (at < names.size() && !is_space(names[at]) && names[at] != '-' && names[at] != '_') ++at;
    const std::string_view word = names.substr(begin, at - begin);
    for (const std::string_view w : words) {
      if (is_name(word, w)) return true;
    }
    ++at;
  }
  return false;
}

struct Open {
  std::string_view name;
  Layout layout;
  bool skipped, aside, main, link, code, quoted;  // inherited
  std::uint32_t list_depth;
};

class Maker {
 public:
  explicit Maker(std::string_view source) : source_(source), tokens_(source) {}

  Page run() {
    for (Token t = tokens_.next(); t.type != TokenType::end; t = tokens_.next()) {
      switch (t.type) {
        case TokenType::text:
          text(t);
          break;
        case TokenType::start_tag:
          start(t);
          break;
        case TokenType::end_tag:
          finish(t);
          break;
        default:
          break;
      }
    }
    flush(source_.size());
    return std::move(page_);
  }

 private:
  // What stands behind a heading to link to it.
  static bool is_link_mark(std::string_view text) { return text == "#" || text == "\u00B6" || text == "\u00A7"; }

  const Open& top() const { return stack_.empty() ? root_ : stack_.back(); }

  void text(const Token& t) {
    const std::string_view raw = source_.substr(t.begin, t.end - t.begin);
    if (top().layout == Layout::title && !top().skipped) {
      if (page_.title.empty()) append_resolved(page_.title, raw, false);
      return;
    }
    if (top().skipped) return;
    resolved_.clear();
    append_resolved(resolved_, raw, false);
    if (top().link && is_link_mark(resolved_)) return;
    if (top().code) {
      if (block_.text.empty()) {
        block_.begin = t.begin;
        if (resolved_.starts_with("\r\n")) {
          resolved_.erase(0, 2);
        } else if (resolved_.starts_with("\n")) {
          resolved_.erase(0, 1);
        }
      }
      block_.text += resolved_;
      count_words(resolved_);
      block_.end = t.end;
      return;
    }
    for (const char c : resolved_) {
      if (is_space(c)) {
        blank_ = true;
        continue;
      }
      if (block_.text.empty()) {
        block_.begin = t.begin;
        set_flags();
      } else if (blank_) {
        block_.text += ' ';
      }
      blank_ = false;
      block_.text += c;
    }
    count_words(resolved_);
    block_.end = t.end;
  }

  // Words that begin in `s`; characters of scripts without blanks count three to a word.
  void count_words(std::string_view s) {
    std::uint32_t words = 0, wide = 0;
    bool within = false;
    for (const char c : s) {
      const bool space = is_space(c);
      words += !space && !within;
      within = !space;
      wide += static_cast<unsigned char>(c) >= 0xE3;
    }
    words += wide / 3;
    block_.words += words;
    if (top().link) block_.link_words += words;
  }

  static std::uint8_t depth_of(const Open& o) {
    return static_cast<std::uint8_t>(std::min<std::uint32_t>(o.list_depth, 200));
  }

  void set_flags() {
    block_.main = top().main;
    block_.aside = top().aside;
    block_.quoted = top().quoted;
    block_.list_depth = depth_of(top());
    page_.has_main |= block_.main;
  }

  // Ends the block that is being read.
  void flush(std::size_t) {
    blank_ = false;
    if (block_.kind == BlockKind::code) {
      while (!block_.text.empty() && is_space(block_.text.back())) block_.text.pop_back();
    }
    if (!block_.text.empty()) {
      if (table_ != 0 && block_.kind != BlockKind::code) {
        block_.table = table_;
        block_.row = row_;
        block_.column = column_;
        block_.header_cell = header_cell_;
      }
      page_.blocks.push_back(std::move(block_));
    }
    block_ = Block();
    // What follows in the same cell or item goes on as such.
    if (table_ != 0) block_.kind = BlockKind::cell;
  }

  void start(const Token& t) {
    ++page_.tags;
    const Layout layout = layout_of(t.name);
    page_.known += layout != Layout::unknown || t.name.find('-') != npos;
    if (layout == Layout::empty) return empty(t);
    close_implied(layout, t.begin);
    Open o = top();
    o.name = t.name;
    o.layout = layout;
    if (!o.skipped) look_at(t, o);
    begin(t, o);
    const bool foreign_end = t.self_closing && (layout == Layout::unknown || o.skipped);  // svg and its like
    if (foreign_end || stack_.size() >= deepest) return;
    stack_.push_back(o);
  }

  // What the element and its attributes say of its content.
  void look_at(const Token& t, Open& o) {
    if (o.layout == Layout::skipped) {
      o.skipped = true;
      page_.scripts += is_name(t.name, "script");
      page_.styles += is_name(t.name, "style");
    }
    o.aside |= o.layout == Layout::aside;
    o.main |= o.layout == Layout::main;
    o.link |= o.layout == Layout::link;
    o.code |= o.layout == Layout::code;
    o.quoted |= o.layout == Layout::quote;
    if (o.layout == Layout::list || o.layout == Layout::numbered) ++o.list_depth;
    if (t.attributes.find('=') == npos && t.attributes.find("hidden") == npos) return;
    if (o.layout == Layout::inlined && !t.attributes.contains("hidden") && !t.attributes.contains("none") &&
        !t.attributes.contains("lineno"))
      return;
    const Attribute style = attribute(t.attributes, "style"), role = attribute(t.attributes, "role");
    const bool invisible = attribute(t.attributes, "hidden").found ||
                           attribute(t.attributes, "aria-hidden").value == "true" || is_invisible(style.value);
    if (invisible) {
      o.skipped = true;
      ++page_.hidden;
    }
    const Attribute id = attribute(t.attributes, "id"), names = attribute(t.attributes, "class");
    const bool whole_page = is_name(t.name, "body") || is_name(t.name, "html") || o.layout == Layout::main;
    // Sections are called by what they are about: <section id="copyright">.
    const bool named_by_role = o.layout == Layout::list || o.layout == Layout::table || o.layout == Layout::cell ||
                               is_name(t.name, "div") || is_name(t.name, "header") || is_name(t.name, "form");
    const bool is_section = has_word(names.value, std::array<std::string_view, 2>{"section", "sect1"});
    if (!whole_page && ((named_by_role && !is_section && has_word(id.value, aside_words)) ||
                        has_word(names.value, aside_words) || has_word(role.value, aside_roles)))
      o.aside = true;
    // A mark behind a heading that links to it, "skip to content": no words of the text around them.
    if (o.layout == Layout::link && has_word(names.value, aside_words)) o.skipped = true;
    if (is_name(role.value, "main") || is_name(role.value, "article") || is_name(id.value, "main-content"))
      o.main = true;
  }

  static bool is_invisible(std::string_view style) {
    std::string packed;
    for (const char c : style.substr(0, 400)) {
      if (!is_space(c)) packed += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
    return packed.contains("display:none") || packed.contains("visibility:hidden");
  }

  void begin(const Token& t, const Open& o) {
    switch (o.layout) {
      case Layout::inlined:
      case Layout::link:
      case Layout::unknown:
      case Layout::skipped:
      case Layout::title:
        return;
      case Layout::heading:
        flush(t.begin);
        block_.kind = BlockKind::heading;
        block_.level = static_cast<std::uint8_t>(t.name[1] - '0');
        return;
      case Layout::code:
        flush(t.begin);
        block_.kind = BlockKind::code;
        block_.main = o.main;
        block_.aside = o.aside;
        block_.list_depth = depth_of(o);
        return;
      case Layout::item:
      case Layout::term:
      case Layout::detail:
        flush(t.begin);
        block_.kind = BlockKind::item;
        block_.level = static_cast<std::uint8_t>(std::clamp<std::uint32_t>(o.list_depth, 1, 200));
        if (o.layout == Layout::term) block_.kind = BlockKind::term;
        if (o.layout == Layout::item && !numbers_.empty() && numbers_.back() > 0) block_.number = numbers_.back()++;
        return;
      case Layout::list:
      case Layout::numbered:
        flush(t.begin);
        numbers_.push_back(o.layout == Layout::numbered ? 1 : 0);
        return;
      case Layout::table:
        flush(t.begin);
        tables_.push_back({table_, row_, column_, header_cell_});
        table_ = ++table_count_;
        row_ = column_ = 0;
        return;
      case Layout::row:
        flush(t.begin);
        ++row_;
        column_ = 0;
        return;
      case Layout::cell:
      case Layout::head_cell:
        flush(t.begin);
        ++column_;
        header_cell_ = o.layout == Layout::head_cell;
        if (table_ != 0) block_.kind = BlockKind::cell;
        return;
      case Layout::field:
        flush(t.begin);
        if (!is_name(t.name, "select")) block_.kind = BlockKind::field;
        return;
      default:
        // A paragraph within an item is the item's text, as long as that has none.
        if (block_.text.empty() && block_.kind == BlockKind::item) return;
        flush(t.begin);
        return;
    }
  }

  void empty(const Token& t) {
    if (top().skipped) return;
    if (is_name(t.name, "br")) {
      if (top().code) {
        block_.text += '\n';
      } else {
        blank_ = true;
      }
    } else if (is_name(t.name, "hr")) {
      flush(t.begin);
    } else if (is_name(t.name, "img")) {
      const Attribute alt = attribute(t.attributes, "alt");
      if (!alt.value.empty()) words(t, "![" + alt.value + "]");
    } else if (is_name(t.name, "input") && !top().code) {
      input(t);
    }
  }

  // "[field email, email, required]": what a form asks for.
  void input(const Token& t) {
    const std::string type = attribute(t.attributes, "type").value;
    if (type == "hidden") return;
    std::string said = type == "submit" || type == "button" || type == "reset" ? "[button" : "[field";
    for (const std::string_view what : {"name", "type", "value", "placeholder"}) {
      const Attribute a = attribute(t.attributes, what);
      if (!a.value.empty()) said.append(" ").append(a.value);
    }
    if (attribute(t.attributes, "required").found) said += " required";
    if (attribute(t.attributes, "checked").found) said += " checked";
    words(t, said + "]");
  }

  void words(const Token& t, std::string_view said) {
    if (block_.text.empty()) {
      block_.begin = t.begin;
      set_flags();
    } else {
      block_.text += ' ';
    }
    for (const char c : said) block_.text += is_space(c) ? ' ' : c;
    block_.end = t.end;
    blank_ = true;
    count_words(said);
  }

  // Ends of elements that a start tag implies.
  void close_implied(Layout layout, std::size_t at) {
    switch (layout) {
      case Layout::item:
        close_within({"li"}, {"ul", "ol", "menu", "dir"}, at);
        break;
      case Layout::term:
      case Layout::detail:
        close_within({"dt", "dd"}, {"dl"}, at);
        break;
      case Layout::row:
        close_within({"tr"}, {"table"}, at);
        break;
      case Layout::cell:
      case Layout::head_cell:
        close_within({"td", "th"}, {"tr", "table"}, at);
        break;
      case Layout::field:
        close_within({"option"}, {"select"}, at);
        break;
      case Layout::inlined:
      case Layout::link:
      case Layout::unknown:
      case Layout::skipped:
        break;
      default:
        if (!stack_.empty() && is_name(stack_.back().name, "p")) pop_to(stack_.size() - 1, at);
        break;
    }
  }

  void close_within(std::initializer_list<std::string_view> names, std::initializer_list<std::string_view> scopes,
                    std::size_t at) {
    const auto any = [](std::string_view name, std::initializer_list<std::string_view> of) {
      return std::any_of(of.begin(), of.end(), [&](std::string_view n) { return is_name(name, n); });
    };
    for (std::size_t i = stack_.size(); i > 0 && stack_.size() - i < search_depth; --i) {
      if (any(stack_[i - 1].name, scopes)) return;
      if (any(stack_[i - 1].name, names)) return pop_to(i - 1, at);
    }
  }

  void finish(const Token& t) {
    ++page_.ends;
    const Layout layout = layout_of(t.name);
    for (std::size_t i = stack_.size(); i > 0 && stack_.size() - i < search_depth; --i) {
      const Open& o = stack_[i - 1];
      if (o.name.size() == t.name.size() && same(o.name, t.name)) {
        ++page_.closed;
        return pop_to(i - 1, t.begin);
      }
      // A cell's end cannot close what lies around its table, nor an inline end what a block opened.
      if (o.layout == Layout::table && layout != Layout::table && layout != Layout::block) return;
    }
  }

  static bool same(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return (x | 0x20) == (y | 0x20); });
  }

  void pop_to(std::size_t size, std::size_t at) {
    while (stack_.size() > size) {
      const Layout layout = stack_.back().layout;
      switch (layout) {
        case Layout::inlined:
        case Layout::link:
        case Layout::unknown:
        case Layout::skipped:
        case Layout::title:
          break;
        case Layout::list:
        case Layout::numbered:
          flush(at);
          if (!numbers_.empty()) numbers_.pop_back();
          break;
        case Layout::table:
          flush(at);
          if (!tables_.empty()) {
            table_ = tables_.back().table;
            row_ = tables_.back().row;
            column_ = tables_.back().column;
            header_cell_ = tables_.back().header_cell;
            tables_.pop_back();
          }
          block_.kind = table_ != 0 ? BlockKind::cell : BlockKind::paragraph;
          break;
        default:
          flush(at);
          break;
      }
      stack_.pop_back();
    }
  }

  struct Outer {
    std::uint32_t table, row, column;
    bool header_cell;
  };

  std::string_view source_;
  Tokenizer tokens_;
  Page page_;
  Block block_;
  std::vector<Open> stack_;
  Open root_{{}, Layout::block, false, false, false, false, false, false, 0};
  std::vector<std::uint32_t> numbers_;  // of each open list: its next number, 0 if it has none
  std::vector<Outer> tables_;
  std::uint32_t table_ = 0, row_ = 0, column_ = 0, table_count_ = 0;
  bool header_cell_ = false, blank_ = false;
  std::string resolved_;
};

}  // namespace

Page read_page(std::string_view source) {
  return Maker(source).run();
}

}  // namespace headroom::compressors::html
