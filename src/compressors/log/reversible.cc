#include "compressors/log/reversible.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "compressors/log/ansi.h"
#include "compressors/log/selection.h"
#include "compressors/log/shown_line.h"
#include "compressors/log/traces.h"
#include "compressors/statements.h"

namespace headroom::compressors::log {
namespace {

// A template of fewer lines gets no statement of its own.
constexpr std::size_t kNamedCount = 3, kNamedCountOfMany = 8, kManyTemplates = 64;

constexpr std::size_t kSmallGap = 32;  // lines; of what a smaller gap holds only errors are counted

// What the frames of traces in a gap are called.
class FrameIndex {
 public:
  FrameIndex(std::span<const Line> lines, std::span<const Trace> traces)
      : lines_(lines), traces_(traces), in_frame_(lines.size()) {
    for (const Trace& t : traces) {
      for (const Frame& f : t.frames) std::fill_n(in_frame_.begin() + static_cast<std::ptrdiff_t>(f.first), f.lines, 1);
    }
  }
  bool in_frame(std::size_t line) const { return in_frame_[line] != 0; }

  // "29 frames of std, core", "5 traces like lines 26-38"; "" if most of the gap is something else.
  std::string say(std::size_t begin, std::size_t end) const {
    std::size_t filled = 0, within = 0, repeats = 0, frames = 0;
    for (std::size_t i = begin; i < end; ++i) {
      filled += lines_[i].text.find_first_not_of(" \t\r") != std::string_view::npos;
      within += in_frame(i);
    }
    if (within == 0) return {};
    auto t = std::partition_point(traces_.begin(), traces_.end(), [begin](const Trace& x) { return x.end <= begin; });
    std::size_t same = Trace::npos;
    bool one_kind = true;
    std::vector<std::pair<std::string, std::size_t>> names;
    for (; t != traces_.end() && t->begin < end; ++t) {
      if (t->same_as != Trace::npos && t->frames.front().first >= begin && t->frames.back().first < end) {
        ++repeats;
        one_kind = one_kind && (same == Trace::npos || same == t->same_as);
        same = t->same_as;
        filled -= std::min(filled, t->told.size());
        continue;
      }
      for (const Frame& f : t->frames) {
        if (f.first < begin || f.first >= end) continue;
        ++frames;
        if (f.own) continue;
        const std::string name = library_of(lines_[f.first].text);
        const auto at = std::find_if(names.begin(), names.end(), [&](const auto& n) { return n.first == name; });
        if (at != names.end()) {
          ++at->second;
        } else if (!name.empty() && names.size() < kMostNames) {
          names.emplace_back(name, 1);
        }
      }
    }
    if (within * 3 < filled * 2 || frames + repeats == 0) return {};
    std::string out;
    if (frames > 0) {
      out = counted(frames, "frame");
      std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
      });
      for (std::size_t k = 0; k < std::min(names.size(), kNamed); ++k) out += (k == 0 ? " of " : ", ") + names[k].first;
    }
    if (repeats == 0) return out;
    if (!out.empty()) out += ", ";
    out += counted(repeats, "trace");
    if (!one_kind) return out + " like those above";
    const Trace& first = traces_[same];
    return out + " like lines " + std::to_string(first.begin + 1) + '-' + std::to_string(first.end);
  }

 private:
  static constexpr std::size_t kMostNames = 32, kNamed = 3;
  std::span<const Line> lines_;
  std::span<const Trace> traces_;
  std::vector<std::uint8_t> in_frame_;
};

class Writer {
 public:
  Writer(std::span<const Line> lines, const Grouping& g, const FrameIndex& frames, const Selection& selection,
         bool without_stamps, bool without_colours, const Manner& manner)
      : manner_(manner),
        lines_(lines),
        g_(g),
        frames_(frames),
        selection_(selection),
        without_stamps_(without_stamps),
        without_colours_(without_colours) {}

  std::string run() {
    header();
    named_.assign(g_.templates.size(), 0);
    for (std::size_t i = 0; i < lines_.size();) {
      if (selection_.shown[i]) {
        name_template(i);
        line(i++);
        continue;
      }
      std::size_t end = i;
      while (end < lines_.size() && !selection_.shown[end]) ++end;
      gap(i, end);
      i = end;
    }
    if (!out_.empty() && out_.back() == '\n') out_.pop_back();
    return std::move(out_);
  }

  std::size_t shown() const { return shown_; }
  std::size_t errors_shown() const { return errors_shown_; }

 private:
  void header() {
    out_ = "[" + std::string(manner_.name) + ", " + counted(lines_.size(), "line") +
           "; those shown stand verbatim behind their numbers; gaps hold no error unless counted";
    if (without_stamps_ || without_colours_) {
      out_ += ", without ";
      if (without_stamps_) out_ += "the collector's time";
      if (without_stamps_ && without_colours_) out_ += " and ";
      if (without_colours_) out_ += "colour codes";
    }
    out_ += "]\n";
  }

  void line(std::size_t i) {
    ++shown_;
    errors_shown_ += g_.signals(i).severe() && !frames_.in_frame(i);
    out_ += std::to_string(i + 1);
    out_ += ' ';
    std::string_view s = lines_[i].text;
    if (without_stamps_ && g_.stamps[i].collector) {
      s.remove_prefix(g_.stamps[i].end);
      if (s.starts_with(' ')) s.remove_prefix(1);
    }
    if (s.size() <= kWholeLine) {
      text(s);
    } else {
      const std::size_t head = utf8::floor_boundary(s, kLongHead);
      const std::size_t tail = utf8::floor_boundary(s, s.size() - kLongTail);
      text(s.substr(0, head));
      out_ += " [" + std::to_string(tail - head) + " bytes] ";
      text(s.substr(tail));
    }
    out_ += '\n';
  }

  void text(std::string_view s) {
    if (without_colours_) {
      append_plain(out_, s);
    } else {
      out_ += s;
    }
  }

  void name_template(std::size_t i) {
    const std::uint32_t id = g_.template_of(i);
    const Template& t = g_.templates[id];
    if (t.count < (g_.templates.size() > kManyTemplates ? kNamedCountOfMany : kNamedCount) || named_[id]) return;
    named_[id] = 1;
    out_ += "[T" + std::to_string(++names_) + ' ' + std::to_string(t.count) + "x, lines " +
            std::to_string(t.first + 1) + '-' + std::to_string(t.last + 1);
    if (!without_stamps_ && g_.stamps[t.first].found() && g_.stamps[t.last].found()) {
      out_ += ", " + std::string(clock(t.first)) + '-' + std::string(clock(t.last));
    }
    out_ += "]\n";
  }

  // The time of day of a line, to the second.
  std::string_view clock(std::size_t i) const {
    const Stamp& s = g_.stamps[i];
    const std::size_t hour = s.cuts[static_cast<std::size_t>(Cut::hour)];
    if (hour < 3) return lines_[i].text.substr(s.begin, s.end - s.begin);
    return lines_[i].text.substr(hour - 3, std::min<std::size_t>(8, s.end - (hour - 3)));
  }

  // "bash to sqlite3": the first words of the first and the last line of a gap, for who looks for one of them.
  std::string first_and_last(std::size_t begin, std::size_t end) const {
    const auto next = [this](std::size_t i, std::size_t stop, std::ptrdiff_t step) {
      while (i != stop && lines_[i].text.find_first_not_of(" \t\r") == std::string_view::npos)
        i = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(i) + step);
      return i;
    };
    const std::size_t first = next(begin, end - 1, 1), last = next(end - 1, first, -1);
    const std::string_view from = first_word(lines_[first].text), to = first_word(lines_[last].text);
    if (last <= first || from.empty() || to.empty() || from == to) return {};
    return std::string(from) + " to " + std::string(to);
  }
  // Without what would end the statement early or not be readable; empty if it is long.
  static std::string_view first_word(std::string_view line) {
    constexpr std::size_t longest = 32;
    const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
    const std::string_view word = line.substr(begin, std::min(line.find_first_of(" \t\r", begin), line.size()) - begin);
    if (word.size() > longest || word.find_first_of("[];\x1b") != std::string_view::npos || !utf8::is_valid(word))
      return {};
    return word;
  }

  // A gap of one or two short lines is shown: it costs no more than its statement.
  void gap(std::size_t begin, std::size_t end) {
    if (end - begin <= 2) {
      std::size_t bytes = 0;
      for (std::size_t i = begin; i < end; ++i)
        bytes += lines_[i].text.size() - (without_stamps_ ? g_.stamps[i].end : 0);
      if (bytes <= 40) {
        for (std::size_t i = begin; i < end; ++i) line(i);
        return;
      }
    }
    std::size_t errors = 0;
    std::unordered_set<std::uint32_t> kinds;
    for (std::size_t i = begin; i < end; ++i) {
      errors += g_.signals(i).severe() && !frames_.in_frame(i);
      kinds.insert(g_.template_of(i));
    }
    out_ += end - begin == 1 ? "[line " : "[lines ";
    out_ += std::to_string(begin + 1);
    if (end - begin > 1) out_ += '-' + std::to_string(end);
    if (!total_said_) out_ += " of " + std::to_string(lines_.size());
    total_said_ = true;
    if (const std::string said = frames_.say(begin, end); !said.empty()) {
      out_ += ": " + said;
      if (errors > 0) out_ += ", " + counted(errors, "error");
    } else {
      const std::string names = manner_.names_hidden ? first_and_last(begin, end) : std::string();
      if (!names.empty()) out_ += ": " + names;
      if (end - begin > kSmallGap) {
        out_ += (names.empty() ? ": " : "; ") + counted(kinds.size(), "template") + ", " + counted(errors, "error");
      } else if (errors > 0) {
        out_ += (names.empty() ? ": " : "; ") + counted(errors, "error");
      }
    }
    out_ += "]\n";
  }

  const Manner& manner_;
  std::span<const Line> lines_;
  const Grouping& g_;
  const FrameIndex& frames_;
  const Selection& selection_;
  bool without_stamps_, without_colours_;
  std::string out_;
  std::vector<std::uint8_t> named_;
  std::size_t names_ = 0, shown_ = 0, errors_shown_ = 0;
  bool total_said_ = false;
};

}  // namespace

std::optional<View> reversible_view(std::string_view text, std::span<const Line> lines, const Grouping& grouping,
                                    const Context& context, const Manner& manner) {
  std::size_t collected = 0;
  for (const Stamp& s : grouping.stamps) collected += s.collector && s.begin < 4;
  const bool without_stamps = collected * 10 >= lines.size() * 9;
  const bool without_colours = has_ansi(text);
  const Tokens whole = tokens::Counter::estimate(text);
  const std::vector<Trace> traces = find_traces(lines, grouping.stamps);
  const FrameIndex frames(lines, traces);
  View view;
  // Estimates may be off and statements cost: measure, and select again by what was measured, until the limit holds.
  std::int64_t percent = 100;
  for (int round = 0; round < 3; ++round) {
    const Selection selection = select_lines(
        lines, grouping, {context.query, context.token_budget, whole, without_stamps, percent, traces, manner});
    Writer writer(lines, grouping, frames, selection, without_stamps, without_colours, manner);
    view.text = writer.run();
    view.shown = static_cast<std::int64_t>(writer.shown());
    std::size_t errors = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) errors += grouping.signals(i).severe() && !frames.in_frame(i);
    view.statement = counted(lines.size(), "line") + " compressed to " + std::to_string(writer.shown());
    view.statement +=
        errors == 0 ? ": no errors"
                    : ": " + std::to_string(writer.errors_shown()) + " of " + counted(errors, "error line") + " kept";
    const std::int64_t size = context.ruler.count(view.text).value;
    if (size <= selection.limit || selection.spent == 0) break;
    percent = percent * size / std::max<std::int64_t>(1, std::min(selection.spent, selection.limit)) + 3;
  }
  if (view.text.size() >= text.size()) return std::nullopt;
  view.fidelity = Fidelity::reversible;
  view.line_preserving = !without_stamps && !without_colours;
  view.method = "log_lines";
  view.total = static_cast<std::int64_t>(lines.size());
  view.unit = "lines";
  return view;
}

}  // namespace headroom::compressors::log
