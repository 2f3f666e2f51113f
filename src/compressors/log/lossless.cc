#include "compressors/log/lossless.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "compressors/log/cuts.h"
#include "compressors/log/notation.h"
#include "compressors/log/patterns.h"
#include "compressors/log/phrases.h"
#include "compressors/log/time_headings.h"
#include "compressors/statements.h"
#include "salience/severity.h"
#include "tokens/counter.h"

namespace headroom::compressors::log {
namespace {

constexpr std::size_t kMostSamples = 64;    // lines of a group that are priced
constexpr std::size_t kLongestLine = 4096;  // bytes; longer ones stand raw
constexpr std::size_t kMostHoles = 24;
constexpr std::size_t kLeastCut = 6;         // lines of a group whose holes are cut further
constexpr std::size_t kMostCutSamples = 16;  // lines of a group for which cuts are priced
constexpr std::size_t kLeastRest = 5;        // bytes that "=" stands for
constexpr std::size_t kMostBlock = 64;       // lines of an equal block
constexpr std::int64_t kBlockWorth = 24;     // tokens that an equal block must hold

std::int64_t price(std::string_view s) {
  return tokens::Counter::estimate(s).value;
}

// A template of the view: the lines of one group.
struct Group {
  std::vector<std::uint32_t> lines;
  bool severe = false;
  std::optional<PatternMaker> maker;
  std::vector<HoleCut> cuts;          // of the maker's holes
  Pattern pattern;                    // with its cuts
  std::size_t name = 0;               // T1..; 0: its lines stand raw
  std::vector<std::uint8_t> dropped;  // by hole: always equals an earlier one
};

class Encoder {
 public:
  Encoder(std::span<const Line> lines, const Grouping& g, bool with_templates, std::string_view name)
      : lines_(lines), g_(g), with_templates_(with_templates), name_(name), headings_(lines, g.stamps) {}

  std::optional<std::string> run() {
    if (lines_.empty() || !read_ends()) return std::nullopt;
    find_equal_blocks();
    if (with_templates_) {
      make_groups();
      make_patterns();
      choose_marks();
      count_same_templates();
    }
    std::string text = definitions();
    write(text);
    // Nothing is sought inside the lines that a reader must see as they are.
    const Phrases phrases = too_many_parts_ ? Phrases() : find_phrases(text, parts_);
    if (phrases.mark.empty()) {
      text.insert(0, header({}));
      return text;
    }
    std::string letters;
    for (std::size_t k = 0; k < phrases.values.size(); ++k) {
      letters += static_cast<char>('A' + k);
      letters += '=' + phrases.values[k] + '\n';
    }
    return header(phrases.mark) + letters + phrases.text;
  }

 private:
  std::string_view text(std::size_t i) const { return lines_[i].text; }

  // All lines must end alike, but that the last may not end at all.
  bool read_ends() {
    const std::string_view end = lines_[0].end;
    for (std::size_t i = 0; i + 1 < lines_.size(); ++i) {
      if (lines_[i].end != end) return false;
    }
    open_end_ = lines_.back().end.empty();
    crlf_ = (lines_.size() == 1 ? lines_[0].end : end) == "\r\n";
    return open_end_ || lines_.back().end == end;
  }

  // Lines that stand again later, named by the number of the first: greedy, longest from the first occurrence.
  void find_equal_blocks() {
    block_.assign(lines_.size(), 0);
    labelled_.assign(lines_.size(), 0);
    target_.assign(lines_.size(), 0);
    std::unordered_map<std::uint64_t, std::uint32_t> first;
    std::vector<std::uint64_t> hashes(lines_.size());
    for (std::size_t i = 0; i < lines_.size(); ++i) hashes[i] = hash64(text(i));
    for (std::size_t i = 0; i < lines_.size();) {
      const auto [at, fresh] = first.try_emplace(hashes[i], static_cast<std::uint32_t>(i));
      std::size_t size = 0;
      if (!fresh && text(i).size() > 2) {
        const std::size_t j = at->second;
        std::int64_t worth = 0;
        while (size < kMostBlock && i + size < lines_.size() && j + size < i && !in_block(j + size) &&
               hashes[i + size] == hashes[j + size] && text(i + size) == text(j + size)) {
          worth += price(text(i + size));
          ++size;
        }
        // Equal neighbours are the business of "x3", single lines that repeat that of templates.
        if (worth < kBlockWorth || text(i) == text(i - 1) || (size == 1 && g_.templates[g_.template_of(i)].count > 3))
          size = 0;
      }
      if (size == 0) {
        ++i;
        continue;
      }
      block_[i] = static_cast<std::uint32_t>(size);
      target_[i] = at->second;
      labelled_[at->second] = 1;
      for (std::size_t k = 1; k < size; ++k) block_[i + k] = kInside;
      i += size;
    }
  }
  bool in_block(std::size_t i) const { return block_[i] != 0; }

  Body body(std::size_t i) const {
    const Stamp& s = g_.stamps[i];
    if (!headings_.timed(i)) return {{}, text(i), false};
    return {text(i).substr(0, s.begin), text(i).substr(s.end), true};
  }

  // Lines of one template that agree in layout and in their severity words.
  void make_groups() {
    std::unordered_map<std::uint64_t, std::uint32_t> index;
    group_of_.assign(lines_.size(), kNone);
    for (std::uint32_t i = 0; i < lines_.size(); ++i) {
      const Signals& s = g_.signals(i);
      if (in_block(i) || labelled_[i] || s.is(kExit) || text(i).size() > kLongestLine || text(i).size() < 6) continue;
      std::uint64_t key = layout_of(body(i), true) * 0x9E3779B97F4A7C15ull + g_.template_of(i);
      if (s.severity != salience::Severity::none) {
        for (const salience::SevereWord& w : salience::severe_words(text(i))) {
          key = (key ^ hash64(text(i).substr(w.begin, w.size))) * 0x9E3779B97F4A7C15ull;
        }
      }
      put(index, key, i);
    }
  }

  void put(std::unordered_map<std::uint64_t, std::uint32_t>& index, std::uint64_t key, std::uint32_t line) {
    const auto [at, fresh] = index.try_emplace(key, static_cast<std::uint32_t>(groups_.size()));
    if (fresh) groups_.emplace_back();
    Group& group = groups_[at->second];
    group.lines.push_back(line);
    group.severe |= g_.signals(line).severe();
    group_of_[line] = at->second;
  }

  // By exact blanks instead: its lines differ in more than how far they are filled up.
  void divide(std::size_t id) {
    const std::vector<std::uint32_t> lines = std::move(groups_[id].lines);
    groups_[id].lines.clear();
    std::unordered_map<std::uint64_t, std::uint32_t> index;
    for (const std::uint32_t i : lines) put(index, layout_of(body(i), false), i);
  }

  void make_patterns() {
    for (std::size_t id = 0; id < groups_.size(); ++id) {  // grows
      if (!make_pattern(groups_[id])) divide(id);
    }
  }

  // False if the lines' blanks cannot be told by a pattern.
  bool make_pattern(Group& group) {
    if (group.lines.size() < 2) return true;
    PatternMaker maker(body(group.lines[0]));
    for (std::size_t k = 1; k < group.lines.size(); ++k) maker.add(body(group.lines[k]));
    if (!maker.finish()) return false;
    const std::size_t holes = holes_in(maker.pattern());
    if (holes > kMostHoles) return true;
    cut_holes(group, maker);
    std::int64_t saved = 0;
    std::size_t samples = 0;
    Fillings values;
    std::string words;
    const std::size_t step = (group.lines.size() + kMostSamples - 1) / kMostSamples;
    for (std::size_t k = group.severe ? 1 : 0; k < group.lines.size(); k += step, ++samples) {
      fill(group, maker, group.lines[k], values);
      words = "T12";
      for (std::size_t h = 0; h < values.size(); ++h) {
        if (group.dropped[h]) continue;
        words += ' ';
        append_word(words, values[h]);
      }
      saved += price(raw(group.lines[k])) - price(words) - headings_.tail_price(group.lines[k]);
    }
    if (samples == 0) return true;
    const auto used = static_cast<std::int64_t>(group.lines.size() - (group.severe ? 1 : 0));
    const std::int64_t pattern_price = price(print(group.pattern, {})) + 4;
    if (saved * used / static_cast<std::int64_t>(samples) <= pattern_price) return true;
    group.maker = std::move(maker);
    group.name = ++names_;
    return true;
  }

  // What the line puts into the holes of its group's pattern; false if a cut does not fit.
  bool fill(const Group& group, const PatternMaker& maker, std::uint32_t line, Fillings& values) const {
    maker.values(body(line), values);
    return std::all_of(group.cuts.begin(), group.cuts.end(),
                       [&values](const HoleCut& cut) { return apply_cut(cut, values); });
  }

  // Cuts the holes further where all lines allow it; "{1}": a hole that always equals an earlier one.
  void cut_holes(Group& group, const PatternMaker& maker) {
    group.cuts.clear();
    group.pattern = maker.pattern();
    std::vector<Fillings> rows;
    if (group.lines.size() >= kLeastCut) {
      const std::size_t step = (group.lines.size() + kMostCutSamples - 1) / kMostCutSamples;
      for (std::size_t k = 0; k < group.lines.size(); k += step) {
        rows.emplace_back();
        fill(group, maker, group.lines[k], rows.back());
      }
      group.cuts = find_cuts(std::move(rows));
      Fillings values;
      for (const std::uint32_t i : group.lines) {
        maker.values(body(i), values);
        std::size_t fits = 0;
        while (fits < group.cuts.size() && apply_cut(group.cuts[fits], values)) ++fits;
        group.cuts.resize(fits);
      }
      for (const HoleCut& cut : group.cuts) apply_cut(cut, group.pattern);
    }
    EqualHoles equal(holes_in(group.pattern));
    Fillings values;
    for (const std::uint32_t i : group.lines) {
      fill(group, maker, i, values);
      equal.add(values);
    }
    group.dropped.assign(holes_in(group.pattern), 0);
    std::size_t hole = 0;
    for (Piece& p : group.pattern) {
      if (p.kind != Piece::hole) continue;
      const std::size_t h = hole++;
      for (std::size_t k = 0; k < h && !group.dropped[h]; ++k) {
        if (!equal.are(h, k) || group.dropped[k]) continue;
        group.dropped[h] = 1;
        p = {Piece::same, {}, k};
      }
    }
  }

  // The pattern with its references counted among the holes that are left.
  static Pattern numbered(const Group& group) {
    Pattern pattern = group.pattern;
    for (Piece& p : pattern) {
      if (p.kind != Piece::same) continue;
      std::size_t left = 0;
      for (std::size_t h = 0; h < p.number; ++h) left += !group.dropped[h];
      p.number = left;
    }
    return pattern;
  }

  // Marks that no pattern's text holds; a pattern whose text has something like "{1}" is given up, as are all if no
  // mark is free.
  void choose_marks() {
    const auto holds = [this](std::string_view mark) {
      return std::any_of(groups_.begin(), groups_.end(), [mark](const Group& group) {
        if (group.name == 0) return false;
        const Pattern& pattern = group.pattern;
        return std::any_of(pattern.begin(), pattern.end(), [mark](const Piece& p) {
          return p.kind == Piece::literal && p.text.find(mark) != std::string::npos;
        });
      });
    };
    const auto choose = [&holds](std::span<const std::string_view> marks, std::string_view& out) {
      for (const std::string_view mark : marks) {
        if (holds(mark)) continue;
        out = mark;
        return true;
      }
      return false;
    };
    const bool free = choose(kHoleMarks, marks_.hole) && choose(kTimeMarks, marks_.time);
    names_ = 0;
    for (Group& group : groups_) {
      if (group.name == 0) continue;
      const Pattern pattern = numbered(group);
      const auto back = parse_pattern(print(pattern, marks_), marks_);
      group.name = 0;
      const auto same_kinds = [](const Piece& a, const Piece& b) { return a.kind == b.kind && a.number == b.number; };
      if (!free || !back || !std::equal(back->begin(), back->end(), pattern.begin(), pattern.end(), same_kinds))
        continue;
      pads_ |= std::any_of(pattern.begin(), pattern.end(), [](const Piece& p) { return p.kind == Piece::pad; });
      group.name = ++names_;
    }
  }

  // A blank for the name of the template above is worth it unless many lines begin with a blank themselves.
  void count_same_templates() {
    std::int64_t saved = 0;
    std::size_t above = 0;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const std::size_t name = group_of_[i] == kNone ? 0 : groups_[group_of_[i]].name;
      if (name == 0) {
        if (above != 0 && begins_as_same_template(text(i))) saved -= 3;
      } else if (name == above) {
        saved += 2;
      }
      above = name;
    }
    blank_for_same_ = saved > 10;
  }

  // A line's own text under the heading of its time, without template.
  std::string_view raw(std::size_t i) const {
    return headings_.timed(i) && g_.stamps[i].begin == 0 ? text(i).substr(headings_.head_size(i)) : text(i);
  }

  // True if the reader takes `s` for what it is.
  bool reads_as_itself(std::string_view s, bool timed) const {
    std::string_view after;
    if (take_coordinate(s, after) || s.starts_with("[=") || s.starts_with(kTimeHeading) ||
        take_template_name(s, after) || take_repeat(s, after) || reads_as_statement(s)) {
      return false;
    }
    if (blank_for_same_ && above_ != 0 && begins_as_same_template(s)) return false;
    if (written_ == 0 && s.size() >= 2 && (s[1] == '=' || (s[0] == 'T' && s.find('=') != std::string_view::npos)))
      return false;
    const bool tail = !heading_.empty() && begins_as_tail(s, cut_of_heading(heading_));
    if (tail != timed) return false;
    if (!tail) return true;
    const std::size_t blank = s.find(' ');
    return blank == std::string_view::npos || !take_template_name(s.substr(blank + 1), after);
  }

  void write(std::string& out) {
    for (std::size_t i = 0; i < lines_.size();) {
      if (i > 0) out += '\n';
      if (block_[i] != 0) {
        write_block(out, i);
        above_ = 0;
        i += block_[i];
        ++written_;
        continue;
      }
      std::size_t times = 1;
      while (!labelled_[i] && i + times < lines_.size() && !in_block(i + times) && !labelled_[i + times] &&
             text(i + times) == text(i))
        ++times;
      write_line(out, i, times);
      i += times;
      ++written_;
    }
  }

  void write_block(std::string& out, std::size_t i) {
    const std::size_t first = target_[i] + 1, size = block_[i];
    out += size == 1 ? "[= line " : "[= lines ";
    out += std::to_string(first);
    if (size > 1) out += '-' + std::to_string(first + size - 1);
    out += ']';
    uses_blocks_ = true;
  }

  void write_heading(std::string& out, std::size_t i) {
    const std::string_view head = headings_.head(i);
    if (head == heading_) return;
    heading_ = head;
    tail_ = {};
    above_ = 0;
    out += kTimeHeading;
    out += head;
    out += '\n';
    ++written_;
  }

  void write_line(std::string& out, std::size_t i, std::size_t times) {
    const bool last_and_empty = i + times == lines_.size() && text(i).empty();
    if (!labelled_[i] && !last_and_empty) {
      if (write_templated(out, i, times)) return;
      const bool timed = headings_.timed(i) && g_.stamps[i].begin == 0 && headings_.cut() != Cut::whole;
      if (timed) write_heading(out, i);
      const std::string_view s = timed ? raw(i) : text(i);
      if (reads_as_itself(s, timed)) {
        if (timed) tail_ = {};
        if (!severe(i)) add_part({out.size() + (timed ? headings_.tail(i).size() : 0), out.size() + s.size()});
        out += s;
        if (times > 1) out += " x" + std::to_string(times);
        above_ = 0;
        return;
      }
    }
    for (std::size_t k = 0; k < times; ++k) {
      if (k > 0) out += '\n';
      out += std::to_string(i + k + 1) + "| ";
      if (!severe(i)) add_part({out.size(), out.size() + text(i).size()});
      out += text(i);
    }
    above_ = 0;
    uses_coordinates_ = true;
  }

  void add_part(const Part& part) {
    if (too_many_parts_) return;
    if (parts_.size() < kMostParts) return parts_.push_back(part);
    too_many_parts_ = true;
    parts_ = {};  // megabytes that nobody asks for
  }

  bool write_templated(std::string& out, std::size_t i, std::size_t times) {
    if (group_of_.empty() || group_of_[i] == kNone) return false;
    Group& group = groups_[group_of_[i]];
    if (group.name == 0) return false;
    if (group.severe && i == group.lines[0]) return false;  // stands whole, to be read
    std::vector<std::string_view>& values = values_;
    if (!fill(group, *group.maker, static_cast<std::uint32_t>(i), values)) return false;
    for (std::size_t h = 0; h < values.size(); ++h) {
      if (salience::is_severe(values[h])) return false;
    }
    bool no_time = true;
    if (headings_.timed(i)) {
      write_heading(out, i);
      const std::string_view tail = headings_.tail(i);
      no_time = tail.empty() || tail == tail_;
      if (!no_time) {
        out += tail;
        out += ' ';
      } else if (!tail.empty()) {
        same_time_ = true;
      }
      tail_ = tail;
      uses_time_ = true;
    }
    std::size_t words = 0;
    for (std::size_t h = 0; h < values.size(); ++h) {
      if (!group.dropped[h]) values[words++] = values[h];
    }
    values.resize(words);
    if (blank_for_same_ && above_ == group.name && no_time && words > 0) {
      uses_blank_ = true;
    } else {
      out += 'T' + std::to_string(group.name);
    }
    const bool rest_as_before = rest_stood_before();
    for (std::size_t h = 0; h < values.size(); ++h) {
      out += ' ';
      if (h == 1 && rest_as_before) {
        out += kRestAsBefore;
        break;
      }
      const std::size_t begin = out.size();
      append_word(out, values[h]);
      const std::size_t quotes = out.size() - begin == values[h].size() ? 0 : 1;
      const bool escaped = out.size() - begin != values[h].size() + 2 * quotes;
      add_part({begin + quotes, out.size() - quotes, escaped ? 0 : begin, escaped ? 0 : out.size()});
    }
    if (times > 1) out += " x" + std::to_string(times);
    above_ = group.name;
    uses_templates_ = true;
    return true;
  }

  // Whether the words behind the first (values_) are those that last stood behind it; keeps them for the next.
  bool rest_stood_before() {
    if (values_.size() < 2) return false;
    const std::vector<std::string_view> rest(values_.begin() + 1, values_.end());
    std::vector<std::string_view>& last = rest_of_[values_[0]];
    if (last != rest) {
      last = rest;
      return false;
    }
    std::size_t size = 0;
    for (const std::string_view value : rest) size += value.size() + 1;
    if (size < kLeastRest) return false;
    uses_rest_ = true;
    return true;
  }

  bool severe(std::size_t i) const {
    return g_.signals(i).severity >= salience::Severity::error || g_.signals(i).severe();
  }

  std::string header(std::string_view phrase_mark) const {
    std::string out = "[" + std::string(name_) + ", " + counted(lines_.size(), "line") + ", complete";
    if (names_ > 0) out += "; T1 = pattern, its " + std::string(marks_.hole) + " filled by the words after it";
    if (uses_time_) out += "; " + std::string(marks_.time) + " = the time";
    if (same_time_) out += ", if none stands there that above";
    if (uses_blank_) out += "; a blank for T1 = as above";
    if (uses_rest_) out += "; \"=\" = what last followed that word";
    if (pads_) out += "; ~9~ = blanks to column 9";
    if (!phrase_mark.empty()) out += "; A, " + std::string(phrase_mark) + "A = long value";
    if (uses_coordinates_) out += "; 7| = line 7";
    if (crlf_) out += "; CRLF";
    if (open_end_) out += "; no line end at the end";
    return out + "]\n";
  }

  std::string definitions() {
    std::string out;
    for (const Group& group : groups_) {
      if (group.name == 0) continue;
      out += 'T' + std::to_string(group.name) + '=';
      for (const Piece& p : numbered(group)) {
        const std::string piece = print({p}, marks_);
        if (p.kind == Piece::literal) add_part({out.size(), out.size() + piece.size()});
        out += piece;
      }
      out += '\n';
    }
    return out;
  }

  static constexpr std::uint32_t kInside = 0xFFFFFFFF, kNone = 0xFFFFFFFF;
  std::span<const Line> lines_;
  const Grouping& g_;
  bool with_templates_;
  std::string_view name_;
  TimeHeadings headings_;
  bool crlf_ = false, open_end_ = false;
  std::vector<std::uint32_t> block_;    // at a block's first line its size, inside it kInside, else 0
  std::vector<std::uint32_t> target_;   // at a block's first line: where it first stood
  std::vector<std::uint8_t> labelled_;  // lines that blocks name: they carry their number
  std::vector<Group> groups_;
  std::vector<std::uint32_t> group_of_;
  std::size_t names_ = 0;
  Marks marks_;
  std::vector<Part> parts_;  // of the view in which phrases are sought
  bool too_many_parts_ = false;
  std::vector<std::string_view> values_;
  std::string_view heading_;
  std::string_view tail_;  // of the last templated line under this heading; a line of the same time leaves it out
  bool same_time_ = false;
  std::size_t above_ = 0;        // template of the line above
  bool blank_for_same_ = false;  // a blank may stand for its name
  std::unordered_map<std::string_view, std::vector<std::string_view>, TextHasher> rest_of_;  // by first word
  bool uses_blank_ = false, uses_rest_ = false;
  std::size_t written_ = 0;
  bool pads_ = false;  // some pattern fills up with blanks
  bool uses_time_ = false, uses_templates_ = false, uses_blocks_ = false, uses_coordinates_ = false;
};

}  // namespace

std::optional<std::string> encode(std::string_view text, std::span<const Line> lines, const Grouping& grouping,
                                  std::string_view name) {
  for (const bool with_templates : {true, false}) {
    std::optional<std::string> view = Encoder(lines, grouping, with_templates, name).run();
    if (!view || view->size() >= text.size()) continue;
    const std::optional<std::string> back = decode(*view, name);
    if (back && *back == text) return view;
  }
  return std::nullopt;
}

}  // namespace headroom::compressors::log
