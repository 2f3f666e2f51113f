#include "history/repeats_pointer.h"

#include <algorithm>
#include <charconv>

namespace headroom::history {
namespace {

constexpr std::string_view without_words = ", without its line numbers";
constexpr std::string_view numbered_on_words = ", numbered on";
constexpr std::string_view handle_words = ". Retrieve with hash=";
constexpr std::size_t handle_digits = 12;
constexpr std::int64_t greatest_number = std::int64_t{1} << 40;

std::string print_numbers(Numbers n) {
  return n.first == n.last ? std::to_string(n.first) : std::to_string(n.first) + "-" + std::to_string(n.last);
}

std::string print_lines(Numbers n) {
  return (n.first == n.last ? "line " : "lines ") + print_numbers(n);
}

bool take(std::string_view& s, std::string_view prefix) {
  if (!s.starts_with(prefix)) return false;
  s.remove_prefix(prefix.size());
  return true;
}

bool take_back(std::string_view& s, std::string_view suffix) {
  if (!s.ends_with(suffix)) return false;
  s.remove_suffix(suffix.size());
  return true;
}

std::optional<std::int64_t> take_number(std::string_view& s) {
  std::int64_t n = 0;
  const auto r = std::from_chars(s.data(), s.data() + s.size(), n);
  if (r.ec != std::errc() || n < 0 || n > greatest_number) return std::nullopt;
  s.remove_prefix(static_cast<std::size_t>(r.ptr - s.data()));
  return n;
}

std::optional<Numbers> take_numbers(std::string_view& s) {
  const auto first = take_number(s);
  if (!first) return std::nullopt;
  if (!take(s, "-")) return Numbers{*first, *first};
  const auto last = take_number(s);
  if (!last || *last < *first) return std::nullopt;
  return Numbers{*first, *last};
}

// "line 41", "lines 1-380".
std::optional<Numbers> take_lines(std::string_view& s) {
  if (!take(s, "lines ") && !take(s, "line ")) return std::nullopt;
  return take_numbers(s);
}

// ", but line 41", ", but lines 41, 50-52", or nothing: all of `s`.
bool read_exceptions(std::string_view s, std::vector<Numbers>& out) {
  out.clear();
  if (s.empty()) return true;
  if (!take(s, ", but lines ") && !take(s, ", but line ")) return false;
  do {
    const auto n = take_numbers(s);
    if (!n || (!out.empty() && n->first <= out.back().last)) return false;
    out.push_back(*n);
  } while (take(s, ", "));
  return s.empty();
}

// Takes the words behind the place off the back.
void take_tail(std::string_view& s, Pointer& pointer) {
  if (s.size() > handle_digits + handle_words.size()) {
    const std::string_view handle = s.substr(s.size() - handle_digits);
    const std::string_view words = s.substr(s.size() - handle_digits - handle_words.size(), handle_words.size());
    if (words == handle_words && handle.find_first_not_of("0123456789") == std::string_view::npos) {
      pointer.handle = handle;
      s.remove_suffix(handle_digits + handle_words.size());
    }
  }
  if (take_back(s, without_words)) pointer.numbering = Pointer::Numbering::without;
  if (take_back(s, numbered_on_words)) pointer.numbering = Pointer::Numbering::numbered_on;
}

// "the result of Read a.c above, but line 41": a label may hold the very words that end it, so the last place where the
// rest can be read is taken.
bool read_place(std::string_view s, Pointer& pointer) {
  if (take(s, "result ")) {
    const auto n = take_number(s);
    if (!n || *n == 0) return false;
    pointer.result = static_cast<std::size_t>(*n);
  } else if (!take(s, "the result")) {
    return false;
  }
  constexpr std::string_view end = " above";
  for (std::size_t at = s.rfind(end); at != std::string_view::npos; at = s.rfind(end, at - 1)) {
    if (read_exceptions(s.substr(at + end.size()), pointer.except)) {
      std::string_view label = s.substr(0, at);
      if (!label.empty() && !take(label, " of ")) return false;
      pointer.label = label;
      return true;
    }
    if (at == 0) break;
  }
  return false;
}

}  // namespace

std::string Pointer::print() const {
  std::string out = "[" + (all ? "all lines" : print_lines(lines));
  const bool moved = !all && source != lines;
  if (there) {
    out += moved ? " as in " + print_lines(source) + " there" : " as there";
  } else {
    out += " as in ";
    if (moved) out += print_lines(source) + " of ";
    out += result == 0 ? "the result" : "result " + std::to_string(result);
    if (!label.empty()) out += " of " + label;
    out += " above";
  }
  for (std::size_t i = 0; i < except.size(); ++i) {
    if (i == 0) out += except.size() == 1 && except[0].first == except[0].last ? ", but line " : ", but lines ";
    if (i > 0) out += ", ";
    out += print_numbers(except[i]);
  }
  if (numbering == Numbering::without) out += without_words;
  if (numbering == Numbering::numbered_on) out += numbered_on_words;
  if (!handle.empty()) out.append(handle_words).append(handle);
  return out + "]";
}

std::optional<Pointer> Pointer::parse(std::string_view line) {
  if (!take(line, "[") || !take_back(line, "]")) return std::nullopt;
  Pointer pointer;
  if (take(line, "all lines")) {
    pointer.all = true;
  } else if (const auto n = take_lines(line)) {
    pointer.lines = pointer.source = *n;
  } else {
    return std::nullopt;
  }
  take_tail(line, pointer);
  if (take(line, " as there")) {
    pointer.there = true;
    if (!read_exceptions(line, pointer.except)) return std::nullopt;
  } else {
    if (!take(line, " as in ")) return std::nullopt;
    std::string_view rest = line;
    bool of = false;
    if (const auto n = take_lines(rest)) {
      pointer.source = *n;
      line = rest;
      of = take(line, " of ");
      pointer.there = !of && take(line, " there");
      if (!of && !pointer.there) return std::nullopt;
    }
    if (pointer.there ? !read_exceptions(line, pointer.except) : !read_place(line, pointer)) return std::nullopt;
  }
  if (pointer.source.last - pointer.source.first != pointer.lines.last - pointer.lines.first) return std::nullopt;
  for (const Numbers& n : pointer.except) {
    if (pointer.all || !pointer.lines.contains(n.first) || !pointer.lines.contains(n.last)) return std::nullopt;
  }
  if (pointer.all && (pointer.there || pointer.numbering != Numbering::as_there)) return std::nullopt;
  return pointer;
}

bool all_shown(std::span<const Lines> shown, Lines lines) {
  const auto after = std::ranges::upper_bound(shown, lines.begin, {}, &Lines::begin);
  return lines.size() == 0 || (after != shown.begin() && std::prev(after)->end >= lines.end);
}

const NumberedLines& Sources::lines(std::size_t k) {
  if (list_[k].lines) return *list_[k].lines;
  if (!own_[k]) own_[k].emplace(text(k));
  return *own_[k];
}

bool Sources::gives(std::size_t k, const Pointer& pointer) {
  if (list_[k].shown.empty()) return false;
  const NumberedLines& target = lines(k);
  if (pointer.all) return target.count() > 0 && all_shown(list_[k].shown, {0, target.count()});
  const std::int64_t shift = pointer.source.first - pointer.lines.first;
  // The lines between two exceptions, by their numbers in this block.
  auto has = [&](std::int64_t first, std::int64_t last) {
    if (first > last) return true;
    const std::int64_t begin = target.line_of(first + shift), end = target.line_of(last + shift) + 1;
    const Lines numbered = target.numbered();
    if (begin < static_cast<std::int64_t>(numbered.begin) || end > static_cast<std::int64_t>(numbered.end))
      return false;
    return all_shown(list_[k].shown, {static_cast<std::size_t>(begin), static_cast<std::size_t>(end)});
  };
  std::int64_t next = pointer.lines.first;
  for (const Numbers& n : pointer.except) {
    if (!has(next, n.first - 1)) return false;
    next = n.last + 1;
  }
  return has(next, pointer.lines.last);
}

std::optional<std::size_t> Sources::find(const Pointer& pointer) {
  if (pointer.result > 0) {
    std::size_t seen = 0;
    for (std::size_t k = 0; k < list_.size(); ++k) {
      if (list_[k].label != pointer.label || ++seen < pointer.result) continue;
      return gives(k, pointer) ? std::optional(k) : std::nullopt;
    }
    return std::nullopt;
  }
  for (std::size_t k = list_.size(); k-- > 0;) {
    if (list_[k].label == pointer.label && gives(k, pointer)) return k;
  }
  return std::nullopt;
}

void Sources::name(std::size_t k, Pointer& pointer) {
  pointer.label = list_[k].label;
  pointer.result = 0;
  if (find(pointer) == k) return;
  for (std::size_t i = 0; i <= k; ++i) pointer.result += list_[i].label == pointer.label;
}

std::optional<std::string> Sources::decode(std::string_view view) {
  std::string out;
  std::string_view before;  // the verbatim line before the current one
  std::optional<std::size_t> target;
  auto next_line = [&view] {
    const std::size_t end = view.find('\n');
    const std::string_view line = view.substr(0, end == std::string_view::npos ? end : end + 1);
    view.remove_prefix(line.size());
    return line;
  };
  while (!view.empty()) {
    const std::string_view line = next_line();
    const auto pointer = Pointer::parse(line.ends_with('\n') ? line.substr(0, line.size() - 1) : line);
    if (!pointer) {
      out += line;
      before = line;
      continue;
    }
    if (!pointer->there) {
      target = find(*pointer);
    } else if (target && !gives(*target, *pointer)) {
      target.reset();
    }
    if (!target) return std::nullopt;
    const std::string_view text = this->text(*target);
    const NumberedLines& lines = this->lines(*target);
    if (pointer->all) {
      out += text;
      before = {};
      continue;
    }
    std::optional<GutterStyle> style;
    if (pointer->numbering == Pointer::Numbering::as_there && lines.has_gutter()) style = lines.style();
    if (pointer->numbering == Pointer::Numbering::numbered_on) {
      const auto numbered = read_numbered(before);
      if (!numbered || numbered->number != pointer->lines.first - 1) return std::nullopt;
      style = numbered->style;
    }
    auto except = pointer->except.begin();
    for (std::int64_t n = pointer->lines.first; n <= pointer->lines.last; ++n) {
      if (except != pointer->except.end() && except->last < n) ++except;
      if (except != pointer->except.end() && except->contains(n)) {
        if (view.empty()) return std::nullopt;
        before = next_line();
        out += before;
        continue;
      }
      if (style) style->print(out, n);
      const auto at = static_cast<std::size_t>(lines.line_of(n - pointer->lines.first + pointer->source.first));
      out += lines.bare(text, at);
    }
    if (pointer->except.empty()) before = {};
  }
  return target ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace headroom::history
