#include "compressors/prose/lossless.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/hash.h"
#include "base/numbering.h"
#include "base/utf8.h"

namespace headroom::compressors::prose {
namespace {

constexpr std::string_view open = "[prose, ",
                           behind_count =
                               " lines, complete; [= lines 3-9, \"...\"] stands for those lines once more]\n";
constexpr std::string_view again = "[= lines ";
constexpr std::size_t least_bytes = 80;   // of a repeated paragraph
constexpr std::size_t quoted_bytes = 24;  // of its first line, to find it by
constexpr std::size_t most_decoded = std::size_t{256} << 20;

bool is_blank_line(std::string_view line) {
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

struct Paragraph {
  std::size_t first, last;  // lines
  std::size_t earlier;      // the first paragraph of the same bytes (of the same digest: the view is decoded before it
                            // is given); its own index if it is new
};

std::string_view bytes_of(std::span<const Line> lines, std::size_t first, std::size_t last) {
  const char* begin = lines[first].text.data();
  const std::string_view end = lines[last].full();
  return {begin, static_cast<std::size_t>(end.data() + end.size() - begin)};
}

std::vector<Paragraph> read_paragraphs(std::span<const Line> lines) {
  std::vector<Paragraph> out;
  Numbering texts;
  std::vector<std::size_t> first_of;  // by number of the text
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is_blank_line(lines[i].text)) continue;
    std::size_t last = i;
    while (last + 1 < lines.size() && !is_blank_line(lines[last + 1].text)) ++last;
    const std::uint32_t text = texts.number(hash64(bytes_of(lines, i, last)));
    if (text == first_of.size()) first_of.push_back(out.size());
    out.push_back({i, last, first_of[text]});
    i = last;
  }
  return out;
}

// "[= lines 3-9, "The licensor grants"]"
std::string statement(std::span<const Line> lines, std::size_t first, std::size_t last) {
  std::string_view words = lines[first].text;
  words.remove_prefix(std::min(words.find_first_not_of(" \t"), words.size()));
  std::size_t cut = utf8::floor_boundary(words, quoted_bytes);
  if (cut < words.size()) {
    const std::size_t blank = words.rfind(' ', cut);
    if (blank != std::string_view::npos && blank > 0) cut = blank;
  }
  std::string out(again);
  return out.append(std::to_string(first + 1))
      .append("-")
      .append(std::to_string(last + 1))
      .append(", \"")
      .append(words.substr(0, cut))
      .append("\"]");
}

std::optional<std::size_t> take_number(std::string_view& s) {
  std::size_t n = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), n);
  if (error != std::errc()) return std::nullopt;
  s.remove_prefix(static_cast<std::size_t>(end - s.data()));
  return n;
}

}  // namespace

bool repeats_paragraphs(std::span<const Line> lines) {
  const std::vector<Paragraph> paragraphs = read_paragraphs(lines);
  for (std::size_t p = 0; p < paragraphs.size(); ++p) {
    if (paragraphs[p].earlier != p) return true;
  }
  return false;
}

std::optional<std::string> encode_paragraphs(std::string_view text, std::span<const Line> lines) {
  if (text.size() > most_decoded / 2) return std::nullopt;
  const std::vector<Paragraph> paragraphs = read_paragraphs(lines);
  std::string out;
  std::size_t written = 0;  // lines
  bool any = false;
  for (std::size_t p = 0; p < paragraphs.size(); ++p) {
    const std::size_t from = paragraphs[p].earlier;
    if (from == p) continue;
    // Neighbours that follow there as here, the blank lines between them included.
    std::size_t n = 1;
    while (p + n < paragraphs.size() && from + n < p && paragraphs[p + n].earlier == paragraphs[from + n].earlier &&
           bytes_of(lines, paragraphs[from + n - 1].last, paragraphs[from + n].first) ==
               bytes_of(lines, paragraphs[p + n - 1].last, paragraphs[p + n].first)) {
      ++n;
    }
    const std::size_t first = paragraphs[p].first, last = paragraphs[p + n - 1].last;
    if (bytes_of(lines, first, last).size() < least_bytes) continue;
    for (; written < first; ++written) out += lines[written].full();
    (out += statement(lines, paragraphs[from].first, paragraphs[from + n - 1].last)) += lines[last].end;
    written = last + 1;
    any = true;
    p += n - 1;
  }
  if (!any) return std::nullopt;
  for (; written < lines.size(); ++written) out += lines[written].full();
  std::string view(open);
  view.append(std::to_string(lines.size())).append(behind_count).append(out);
  return decode_paragraphs(view) == text ? std::optional(std::move(view)) : std::nullopt;
}

std::optional<std::string> decode_paragraphs(std::string_view view) {
  if (!view.starts_with(open)) return std::nullopt;
  view.remove_prefix(open.size());
  const auto count = take_number(view);
  if (!count || !view.starts_with(behind_count)) return std::nullopt;
  view.remove_prefix(behind_count.size());
  std::string out;
  std::vector<std::size_t> begins{0};  // of the lines in `out`, and of the one to come
  for (const Line& line : split_lines(view)) {
    std::string_view rest = line.text;
    if (!rest.starts_with(again)) {
      out += line.full();
      begins.push_back(out.size());
      continue;
    }
    rest.remove_prefix(again.size());
    const auto first = take_number(rest);
    if (!first || !rest.starts_with('-')) return std::nullopt;
    rest.remove_prefix(1);
    const auto last = take_number(rest);
    if (!last || *first < 1 || *last < *first || *last >= begins.size() || !rest.starts_with(", \""))
      return std::nullopt;
    const std::size_t begin = begins[*first - 1], size = begins[*last] - begin;
    if (out.size() + size > most_decoded || begins.size() + (*last - *first) > *count) return std::nullopt;
    const std::size_t base = out.size();
    out.append(out, begin, size);
    for (std::size_t i = *first; i <= *last; ++i) begins.push_back(begins[i] - begin + base);
  }
  return begins.size() - 1 == *count ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace headroom::compressors::prose
