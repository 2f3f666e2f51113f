#include "history/repeats.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "history/repeats_lines.h"
#include "history/repeats_myers.h"
#include "history/repeats_pointer.h"
#include "tokens/counter.h"

namespace headroom::history {

namespace {

constexpr std::size_t candidates_per_anchor = 16;
constexpr std::size_t places_per_block = 2;      // of one fingerprint: the first ones
constexpr std::size_t most_probes = 64;          // of the table; a fingerprint that finds no room is not kept
constexpr std::int64_t least_tokens = 60;        // of the lines that a pointer saves
constexpr std::size_t widest_gap = 8;            // lines that differ in the middle of a pointer
constexpr std::size_t widest_margin = 4;         // lines that differ between a run and what is added at its ends
constexpr std::size_t least_stretch_bytes = 16;  // equal lines between two exceptions: about what naming them costs
constexpr std::size_t most_exceptions = 16;      // of one pointer
constexpr std::size_t widest_difference = 2000;  // lines that Myers' difference is asked about
constexpr int most_edits = 64;
constexpr std::size_t most_differences = 256;  // gaps of a block that it is asked about
constexpr std::size_t most_pointers = 256;     // of a view

using Shift = std::ptrdiff_t;  // line of the target less line of the block

}  // namespace

Reading read_lines(std::string_view text) {
  return std::make_shared<const LineHashes>(hash_lines(text));
}

Index::Index() : anchors_(1), heads_(64) {}

// The slot of a fingerprint: its own, or a free one; nullopt if neither is near.
std::optional<std::size_t> Index::slot(std::uint64_t fingerprint) const {
  const std::size_t mask = heads_.size() - 1;
  for (std::size_t probe = 0; probe < most_probes; ++probe) {
    const std::size_t at = (fingerprint + probe) & mask;
    if (heads_[at] == 0 || anchors_[heads_[at]].fingerprint == fingerprint) return at;
  }
  return std::nullopt;
}

std::uint32_t Index::newest(std::uint64_t fingerprint) const {
  const auto at = slot(fingerprint);
  return at ? heads_[*at] : 0;
}

void Index::grow() {
  heads_.assign(heads_.size() * 2, 0);
  for (std::uint32_t a = 1; a < anchors_.size(); ++a) {
    if (const auto at = slot(anchors_[a].fingerprint)) heads_[*at] = a;  // in order: the newest stays
  }
}

void Index::insert(const Fingerprint& fingerprint, std::uint32_t block) {
  if (anchors_.size() * 2 > heads_.size()) grow();
  const auto at = slot(fingerprint.hash);
  if (!at) return;
  std::uint32_t before = heads_[*at], of_block = 0;
  for (std::uint32_t a = before; a != 0 && anchors_[a].block == block; a = anchors_[a].before) ++of_block;
  if (of_block >= places_per_block) return;
  heads_[*at] = static_cast<std::uint32_t>(anchors_.size());
  anchors_.push_back({fingerprint.hash, block, fingerprint.line, before});
}

void Index::add(const Reading& reading, std::string_view label, std::span<const Lines> shown) {
  const auto block = static_cast<std::uint32_t>(blocks_.size());
  for (const Fingerprint& f : reading->fingerprints) {
    if (all_shown(shown, {f.line, f.line + gram_lines})) insert(f, block);
  }
  const std::size_t numbers[] = {reading->digest.low, reading->digest.high, hash64(label), digest_.low, digest_.high};
  std::string chained(reinterpret_cast<const char*>(numbers), sizeof numbers);
  for (const Lines& s : shown) chained.append(reinterpret_cast<const char*>(&s), sizeof s);
  digest_ = hash128(chained);
  blocks_.push_back({reading, std::make_shared<const std::string>(label),
                     std::make_shared<const std::vector<Lines>>(shown.begin(), shown.end())});
}

void Index::add(std::string_view text, std::string_view label) {
  const Reading reading = read_lines(text);
  const Lines all{0, reading->lines.count()};
  add(reading, label, {&all, all.size() > 0 ? std::size_t{1} : std::size_t{0}});
}

bool Index::may_find(const Reading& reading) const {
  const auto anchored = [this](const Fingerprint& f) { return newest(f.hash) != 0; };
  const auto same = [&](const Block& b) { return b.reading->digest == reading->digest; };
  return std::ranges::any_of(reading->fingerprints, anchored) || std::ranges::any_of(blocks_, same);
}

// Looks one text up in an index.
class Finder {
 public:
  Finder(const Index& index, const LineHashes& block, std::string_view text, const TextOf& earlier,
         std::string_view handle)
      : index_(index), block_(block), text_(text), handle_(handle), sources_(sources(index), earlier) {}

  std::optional<Repeat> run() {
    if (block_.lines.count() < least_run) return std::nullopt;
    std::optional<Repeat> result = whole();
    if (!result) {
      result = print(chains(common_runs_by_anchor()));
    }
    if (!result || result->view.size() >= text_.size() || sources_.decode(result->view) != text_) return std::nullopt;
    return result;
  }

 private:
  // Lines of the block that stand `shift` lines further on in a target.
  struct Run {
    Lines lines;
    std::uint32_t block;
    Shift shift;
    bool on_diagonal_of(const Run& other) const { return block == other.block && shift == other.shift; }
  };

  static std::vector<Source> sources(const Index& index) {
    std::vector<Source> list;
    list.reserve(index.blocks_.size());
    for (const Index::Block& b : index.blocks_) list.push_back({{}, *b.label, *b.shown, &b.reading->lines});
    return list;
  }

  const LineHashes& target(std::uint32_t block) const { return *index_.blocks_[block].reading; }

  // A block equal to an earlier one, whatever its lines look like.
  std::optional<Repeat> whole() {
    for (std::size_t k = index_.blocks_.size(); k-- > 0;) {
      const LineHashes& other = target(static_cast<std::uint32_t>(k));
      if (other.digest != block_.digest || !all_shown(sources_[k].shown, {0, other.lines.count()})) continue;
      if (tokens::Counter::estimate(text_).value < least_tokens) return std::nullopt;
      Pointer pointer;
      const Lines numbered = block_.lines.numbered();
      pointer.all = numbered.size() != block_.lines.count();
      if (!pointer.all) pointer.lines = pointer.source = numbers(block_.lines, numbered);
      pointer.handle = handle_;
      sources_.name(k, pointer);
      return Repeat{pointer.print(), {}, k};
    }
    return std::nullopt;
  }

  static Numbers numbers(const NumberedLines& lines, Lines range) {
    return {lines.number(range.begin), lines.number(range.end - 1)};
  }

  // The shown, numbered lines of a target around one of them.
  Lines shown_around(std::uint32_t block, std::size_t line) const {
    const std::span<const Lines> shown = sources_[block].shown;
    const auto after = std::ranges::upper_bound(shown, line, {}, &Lines::begin);
    if (after == shown.begin()) return {};
    const Lines numbered = target(block).lines.numbered();
    const Lines found = *std::prev(after);
    const Lines both{std::max(found.begin, numbered.begin), std::min(found.end, numbered.end)};
    return line >= both.begin && line < both.end ? both : Lines{};
  }

  // The longest run around the gram at `line`, not before `begin`.
  std::optional<Run> longest(const Fingerprint& fingerprint, std::size_t begin, const Run* last) const {
    std::optional<Run> best;
    std::size_t tried = 0;
    for (std::uint32_t a = index_.newest(fingerprint.hash); a != 0 && tried < candidates_per_anchor; ++tried) {
      const Index::Anchor& anchor = index_.anchors_[a];
      a = anchor.before;
      const std::optional<Run> run = around(fingerprint.line, anchor.block, anchor.line, begin);
      if (!run) continue;
      const bool longer = !best || run->lines.size() > best->lines.size();
      const bool smoother = best && run->lines.size() == best->lines.size() && last && run->on_diagonal_of(*last) &&
                            !best->on_diagonal_of(*last);
      if (longer || smoother) best = run;
    }
    return best;
  }

  std::optional<Run> around(std::size_t line, std::uint32_t block, std::size_t there, std::size_t begin) const {
    const LineHashes& other = target(block);
    const Lines bounds = shown_around(block, there);
    const std::size_t end = block_.lines.numbered().end;
    std::size_t forward = 0, back = 0;
    while (line + forward < end && there + forward < bounds.end &&
           block_.masked[line + forward] == other.masked[there + forward]) {
      ++forward;
    }
    if (forward < gram_lines) return std::nullopt;  // not shown, or two grams of one hash
    while (line - back > begin && there - back > bounds.begin &&
           block_.masked[line - back - 1] == other.masked[there - back - 1]) {
      ++back;
    }
    return Run{{line - back, line + forward}, block, static_cast<Shift>(there) - static_cast<Shift>(line)};
  }

  // Disjoint, in order. A run long enough to stand for itself may take lines from shorter ones before it.
  std::vector<Run> common_runs_by_anchor() const {
    std::vector<Run> runs;
    std::size_t done = block_.lines.numbered().begin, settled = done;
    for (const Fingerprint& fingerprint : block_.fingerprints) {
      if (fingerprint.line < done) continue;
      const auto run = longest(fingerprint, settled, runs.empty() ? nullptr : &runs.back());
      if (!run) continue;
      while (!runs.empty() && runs.back().lines.begin >= run->lines.begin) runs.pop_back();
      if (!runs.empty()) runs.back().lines.end = std::min(runs.back().lines.end, run->lines.begin);
      runs.push_back(*run);
      done = run->lines.end;
      if (run->lines.size() >= least_run) settled = done;
    }
    return runs;
  }

  // Runs on one diagonal joined over the lines that differ, what Myers' difference finds between runs of one target put
  // in, and each run drawn out at its ends.
  std::vector<Run> chains(const std::vector<Run>& runs) const {
    std::vector<Run> joined = join(runs);
    std::vector<Run> all;
    std::size_t asked = 0;
    for (const Run& run : joined) {
      if (!all.empty() && asked < most_differences) {
        ++asked;
        difference(Run(all.back()), run, all);
      }
      all.push_back(run);
    }
    all = join(all);
    std::erase_if(all, [](const Run& run) { return run.lines.size() < least_run; });
    for (std::size_t i = 0; i < all.size(); ++i) {
      draw_out(all[i], i == 0 ? block_.lines.numbered().begin : all[i - 1].lines.end,
               i + 1 == all.size() ? block_.lines.numbered().end : all[i + 1].lines.begin);
    }
    return all;
  }

  std::vector<Run> join(const std::vector<Run>& runs) const {
    std::vector<Run> chains;
    auto joins = [](const Run& chain, const Run& run) {
      return chain.on_diagonal_of(run) && run.lines.begin - chain.lines.end <= widest_gap;
    };
    for (const Run& run : runs) {
      // A few lines that happen to stand elsewhere too do not part a run.
      std::size_t kept = chains.size();
      while (kept > 1 && chains.size() - kept < widest_gap && chains[kept - 1].lines.size() < least_run &&
             !joins(chains[kept - 1], run)) {
        --kept;
      }
      if (kept > 0 && joins(chains[kept - 1], run)) {
        chains.resize(kept, run);
        chains.back().lines.end = run.lines.end;
      } else {
        chains.push_back(run);
      }
    }
    return chains;
  }

  void difference(const Run& before, const Run& after, std::vector<Run>& out) const {
    if (before.block != after.block || before.shift == after.shift) return;
    const Lines gap{before.lines.end, after.lines.begin};
    const auto begin = static_cast<Shift>(gap.begin) + before.shift, end = static_cast<Shift>(gap.end) + after.shift;
    if (gap.size() < least_run || begin + static_cast<Shift>(least_run) > end) return;
    const auto size = static_cast<std::size_t>(end - begin);
    if (gap.size() > widest_difference || size > widest_difference) return;
    const std::size_t least_edits = gap.size() > size ? gap.size() - size : size - gap.size();
    if (least_edits > static_cast<std::size_t>(most_edits)) return;
    const std::span<const std::uint64_t> a(block_.exact), b(target(before.block).exact);
    const auto found =
        common_runs(a.subspan(gap.begin, gap.size()), b.subspan(static_cast<std::size_t>(begin), size), most_edits);
    if (!found) return;
    for (const CommonRun& c : *found) {
      const Shift shift = begin + static_cast<Shift>(c.b) - static_cast<Shift>(gap.begin + c.a);
      out.push_back({{gap.begin + c.a, gap.begin + c.a + c.size}, before.block, shift});
    }
  }

  // The line stands in the target, shown, byte for byte but for its number.
  bool equal(const Run& run, std::size_t line) const {
    const Shift there = static_cast<Shift>(line) + run.shift;
    const LineHashes& other = target(run.block);
    if (there < 0 || there >= static_cast<Shift>(other.exact.size())) return false;
    const auto at = static_cast<std::size_t>(there);
    return other.exact[at] == block_.exact[line] && shown_around(run.block, at).size() > 0;
  }

  std::size_t bytes(Lines lines) const { return block_.lines.slice(text_, lines).size(); }

  void draw_out(Run& run, std::size_t least, std::size_t most) const {
    for (std::size_t line = run.lines.begin, gained = 0; line > least && run.lines.begin - line <= widest_margin;) {
      --line;
      if (!equal(run, line)) continue;
      gained += bytes({line, line + 1});
      if (line + 1 != run.lines.begin && gained < least_stretch_bytes) continue;
      run.lines.begin = line;
      gained = 0;
    }
    for (std::size_t line = run.lines.end, gained = 0; line < most && line - run.lines.end <= widest_margin; ++line) {
      if (!equal(run, line)) continue;
      gained += bytes({line, line + 1});
      if (line != run.lines.end && gained < least_stretch_bytes) continue;
      run.lines.end = line + 1;
      gained = 0;
    }
  }

  // The equal lines of a run, without stretches that are not worth being named.
  std::vector<Lines> stretches(const Run& run) const {
    std::vector<Lines> all;
    for (std::size_t line = run.lines.begin; line < run.lines.end; ++line) {
      if (!equal(run, line)) continue;
      if (!all.empty() && all.back().end == line) {
        ++all.back().end;
      } else {
        all.push_back({line, line + 1});
      }
    }
    std::erase_if(all, [this](Lines s) { return bytes(s) < least_stretch_bytes; });
    return all;
  }

  bool worth(std::span<const Lines> copied) const {
    std::size_t lines = 0;
    std::int64_t tokens = 0;
    for (const Lines& s : copied) {
      lines += s.size();
      tokens += tokens::Counter::estimate(block_.lines.slice(text_, s)).value;
    }
    return lines >= least_run && tokens >= least_tokens;
  }

  // How the numbers of the block's lines are had from the target.
  Pointer::Numbering numbering(std::uint32_t block, std::size_t line) const {
    const NumberedLines& there = target(block).lines;
    if (!block_.lines.has_gutter()) {
      return there.has_gutter() ? Pointer::Numbering::without : Pointer::Numbering::as_there;
    }
    const bool alike =
        there.has_gutter() && there.style().prints_alike(block_.lines.style(), block_.lines.number(line));
    return alike ? Pointer::Numbering::as_there : Pointer::Numbering::numbered_on;
  }

  struct Output {
    std::string view;
    std::vector<Lines> shown;
    std::size_t pointers = 0;
    std::size_t done = 0;          // lines of the block that the view stands for
    bool ends_in_pointer = false;  // the view's last line is no line of the block
    std::optional<std::uint32_t> target, first_target;
  };

  void verbatim(Output& out, Lines lines) const {
    if (lines.size() == 0) return;
    out.view += block_.lines.slice(text_, lines);
    out.ends_in_pointer = false;
    if (!out.shown.empty() && out.shown.back().end == lines.begin) {
      out.shown.back().end = lines.end;
    } else {
      out.shown.push_back(lines);
    }
  }

  // One pointer over the stretches and the lines between them.
  void point(Output& out, const Run& run, std::span<const Lines> copied) {
    const Pointer::Numbering how = numbering(run.block, copied.front().begin);
    std::size_t begin = copied.front().begin;
    const std::size_t end = copied.back().end;
    // Numbers can only go on from a line before that has one.
    if (how == Pointer::Numbering::numbered_on && (begin == out.done || begin == block_.lines.numbered().begin)) {
      if (copied.front().size() > 1) {
        ++begin;
      } else {
        copied = copied.subspan(1);
        if (copied.empty()) return;
        begin = copied.front().begin;
      }
    }

    Pointer pointer;
    pointer.numbering = how;
    pointer.lines = numbers(block_.lines, {begin, end});
    const auto there = static_cast<std::size_t>(static_cast<Shift>(begin) + run.shift);
    pointer.source = numbers(target(run.block).lines, {there, there + (end - begin)});
    std::size_t at = begin;
    for (const Lines& s : copied) {
      if (s.begin > at) pointer.except.push_back(numbers(block_.lines, {at, s.begin}));
      at = s.end;
    }
    pointer.there = out.target == run.block;
    if (!pointer.there) {
      sources_.name(run.block, pointer);
      if (!out.target) pointer.handle = handle_;
    }
    const std::string line = pointer.print();
    std::size_t saved = 0;
    for (const Lines& s : copied) saved += bytes(s);
    if (saved <= line.size() + 1) return;

    verbatim(out, {out.done, begin});
    out.view += line + "\n";
    out.ends_in_pointer = true;
    at = begin;
    for (const Lines& s : copied) {
      if (s.begin > at) verbatim(out, {at, s.begin});
      at = s.end;
    }
    ++out.pointers;
    out.done = end;
    out.target = run.block;
    if (!out.first_target) out.first_target = run.block;
  }

  std::optional<Repeat> print(const std::vector<Run>& runs) {
    Output out;
    for (const Run& run : runs) {
      const std::vector<Lines> copied = stretches(run);
      for (std::size_t i = 0; i < copied.size(); i += most_exceptions) {
        const auto part = std::span(copied).subspan(i, std::min(most_exceptions, copied.size() - i));
        if (out.pointers < most_pointers && worth(part)) point(out, run, part);
      }
    }
    if (!out.first_target) return std::nullopt;
    verbatim(out, {out.done, block_.lines.count()});
    if (out.ends_in_pointer) out.view.pop_back();  // the line feed behind it is none of the block's
    return Repeat{std::move(out.view), std::move(out.shown), *out.first_target};
  }

  const Index& index_;
  const LineHashes& block_;
  std::string_view text_;
  std::string_view handle_;
  Sources sources_;
};

std::optional<Repeat> Index::find(const Reading& reading, std::string_view text, const TextOf& earlier,
                                  std::string_view handle) const {
  return Finder(*this, *reading, text, earlier, handle).run();
}

std::optional<Repeat> Index::find(const Reading& reading, std::string_view text,
                                  std::span<const std::string_view> earlier, std::string_view handle) const {
  const TextOf text_of = [earlier](std::size_t k) { return k < earlier.size() ? earlier[k] : std::string_view(); };
  return find(reading, text, text_of, handle);
}

std::optional<std::string> decode_repeats(std::string_view view, std::span<const Earlier> earlier) {
  std::vector<Source> list;
  list.reserve(earlier.size());
  for (const Earlier& e : earlier) list.push_back({e.text, e.label, e.shown});
  return Sources(std::move(list)).decode(view);
}

}  // namespace headroom::history
