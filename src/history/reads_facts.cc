#include "history/reads_facts.h"

#include <algorithm>

#include "base/hash.h"
#include "history/gutter.h"
#include "history/paths.h"

namespace headroom::history {
namespace {

constexpr std::size_t longest_line = 2000;  // reading tools cut lines there without a word
constexpr std::int64_t round_count = 50;    // a result of 100, 150, 200... lines may have been cut at a limit

// System text and blocks about the environment name the directory; what a person writes does not.
std::optional<std::string> directory_of(const Block& block) {
  static constexpr std::string_view environment[] = {"<env", "<cwd>", "<working_directory>",
                                                     "<current_working_directory>"};
  const bool about = block.role == Role::system || std::ranges::any_of(environment, [&](std::string_view tag) {
                       return block.text.find(tag) != std::string_view::npos;
                     });
  return about ? stated_directory(block.text) : std::nullopt;
}

// The result shows the file from its first line to its last.
bool is_whole(const Touch& t, const Touches& touches, const NumberedLines& lines, std::string_view text, bool cut) {
  if (t.extent != Extent::lines || !t.lines.whole() || cut) return false;
  if (touches.shell) return true;
  const auto count = static_cast<std::int64_t>(lines.numbered().size());
  if (lines.has_gutter() && lines.number(lines.numbered().begin) != 1) return false;
  if (t.limit > 0 && count >= t.limit) return false;
  if (t.limit == 0 && count >= 2 * round_count && count % round_count == 0) return false;
  for (std::size_t i = 0; i < lines.count(); ++i) {
    if (lines.full(text, i).size() >= longest_line) return false;
  }
  return true;
}

std::optional<Excerpt> excerpt_of(const Touch& t, bool whole, const Touches& touches, const NumberedLines& lines,
                                  std::string_view text) {
  Excerpt e;
  Lines range = lines.numbered();
  bool bare = true;
  if (t.extent == Extent::lines && (whole || t.lines.last != 0 || t.limit == 0)) {
    e.first = t.lines.first;
    // Lines that begin with numbers of their own are no gutter.
    bare = lines.has_gutter() && lines.number(range.begin) == e.first;
    if (!bare) range = {0, lines.count()};
    if (!bare && !touches.only_reads) return std::nullopt;
    if (t.lines.last != 0)
      range.end = std::min(range.end, range.begin + static_cast<std::size_t>(t.lines.last - e.first + 1));
  } else if (!touches.shell && lines.has_gutter()) {
    e.first = lines.number(range.begin);
  } else {
    return std::nullopt;
  }
  if (range.size() == 0 || e.first < 1) return std::nullopt;
  e.hashes.reserve(range.size());
  for (std::size_t i = range.begin; i < range.end; ++i) {
    std::string_view line = bare ? lines.bare(text, i) : lines.full(text, i);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    e.hashes.push_back(hash64(line));
  }
  return e;
}

}  // namespace

BlockFacts read_block(const Past& past, const Block& block) {
  BlockFacts facts;
  if (block.role == Role::system || block.role == Role::user) facts.directory = directory_of(block);
  if (block.role != Role::tool || block.call < 0) return facts;
  facts.touches = touches_of(past.calls[static_cast<std::size_t>(block.call)]);
  const std::vector<Touch>& list = facts.touches.list;
  if (list.empty()) return facts;

  facts.outcome = outcome_of(facts.touches, block.text, block.error);
  facts.reads.resize(list.size());
  const auto reads = std::ranges::count(list, Effect::read, &Touch::effect);
  if (reads == 0 || facts.outcome != Outcome::done) return facts;
  std::string scratch;
  const std::string_view text = facts.touches.shell ? shell_output(block.text, scratch) : block.text;
  const NumberedLines lines(text);
  const bool cut = says_cut_off(text);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].effect != Effect::read) continue;
    facts.reads[i].whole = is_whole(list[i], facts.touches, lines, text, cut);
    // Of several files in one result it is not known where one ends.
    if (reads == 1 && !cut)
      facts.reads[i].excerpt = excerpt_of(list[i], facts.reads[i].whole, facts.touches, lines, text);
  }
  return facts;
}

}  // namespace headroom::history
