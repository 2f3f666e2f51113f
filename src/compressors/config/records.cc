#include "compressors/config/records.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_map>

#include "base/hash.h"
#include "base/lines.h"
#include "compressors/config/near_hits.h"
#include "compressors/config/record_notation.h"
#include "compressors/statements.h"
#include "salience/severity.h"

namespace headroom::compressors::config {
namespace {

constexpr std::size_t kLeastRecords = 3;   // of one shape
constexpr std::size_t kMostShapes = 26;    // letters
constexpr std::size_t kLeastGain = 24;     // bytes: what a run of rows needs for its heading
constexpr std::size_t kMostAsked = 40;     // records that the query finds
constexpr std::size_t kMostColumns = 256;  // of one shape

constexpr bool is_word(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

// One place of a shape: a piece that stands there once, or once and more.
struct Slot {
  std::size_t piece;         // an exemplar
  std::size_t first_column;  // of its holes
  std::size_t holes;
  Repeat repeat = Repeat::no;
  bool comma = false;  // a value that a list between commas cannot hold
};

// What the values of a hole share.
struct Column {
  std::string_view prefix, suffix, first;
  std::size_t shortest = 0;
  bool seen = false, constant = true;

  void take(std::string_view value) {
    if (!seen) {
      prefix = suffix = first = value;
      shortest = value.size();
      seen = true;
      return;
    }
    constant = constant && value == first;
    shortest = std::min(shortest, value.size());
    const auto ahead = std::mismatch(prefix.begin(), prefix.end(), value.begin(), value.end());
    prefix = prefix.substr(0, static_cast<std::size_t>(ahead.first - prefix.begin()));
    const auto behind = std::mismatch(suffix.rbegin(), suffix.rend(), value.rbegin(), value.rend());
    suffix.remove_prefix(suffix.size() - static_cast<std::size_t>(behind.first - suffix.rbegin()));
  }
  // A shared part ends where a run of letters and digits ends.
  void settle() {
    while (!prefix.empty() && is_word(prefix.back())) prefix.remove_suffix(1);
    while (!suffix.empty() && is_word(suffix.front())) suffix.remove_prefix(1);
    if (prefix.size() + suffix.size() >= shortest) suffix = {};
    if (prefix.size() >= shortest) prefix = {};
  }
  std::string_view cell(std::string_view value) const {
    return value.substr(prefix.size(), value.size() - prefix.size() - suffix.size());
  }
};

struct Shape {
  std::vector<Slot> slots;
  std::vector<Column> columns;
  std::vector<std::size_t> records;
  std::size_t literal_bytes = 0;  // of one record
  char letter = '\0';
};

class Encoder {
 public:
  Encoder(std::string_view text, const Records& r, std::string_view name) : text_(text), r_(r), name_(name) {}

  // By record: whether it is of a shape with rows.
  std::vector<bool> find_shapes() {
    digest_pieces();
    find_repeated();
    group();
    choose();
    std::vector<bool> out(r_.records.size());
    for (const Shape* s : chosen_) {
      for (const std::size_t k : s->records) out[k] = true;
    }
    return out;
  }

  // After find_shapes().
  std::optional<std::string> run() {
    if (!settle_shapes()) return std::nullopt;
    std::optional<std::string> out = write();
    if (!out || decode_records(*out, name_) != text_) return std::nullopt;
    return out;
  }

  std::optional<View> run_without_most(const Context& context) {
    // What is shown is true if it comes back were nothing left out.
    if (!run()) return std::nullopt;
    choose_shown(context);
    numbered_ = true;
    std::optional<std::string> out = write();
    const std::size_t rows = numbers_.size();
    if (!out || left_ == 0) return std::nullopt;
    while (out->ends_with('\n') || out->ends_with('\r')) out->pop_back();
    View view;
    view.text = std::move(*out);
    view.fidelity = Fidelity::reversible;
    view.method = "config_rows";
    view.statement =
        counted(rows, "record") + " compressed to " + std::to_string(rows - left_) + ": alike ones left out";
    view.shown = static_cast<std::int64_t>(rows - left_);
    view.total = static_cast<std::int64_t>(rows);
    view.unit = "records";
    return view;
  }

 private:
  bool settle_shapes() {
    for (Shape* s : chosen_) settle(*s);
    chosen_.erase(std::remove_if(chosen_.begin(), chosen_.end(), [](const Shape* s) { return s->letter == '\0'; }),
                  chosen_.end());
    return !chosen_.empty() && choose_marks();
  }

  std::string_view hole(const Piece& p, std::size_t k) const {
    const Hole& h = r_.holes[p.first_hole + k];
    return text_.substr(h.begin, h.end - h.begin);
  }
  // The text between the holes: k = 0 is what stands before the first.
  std::string_view literal(const Piece& p, std::size_t k) const {
    const std::size_t from = k == 0 ? p.begin : r_.holes[p.first_hole + k - 1].end;
    const std::size_t to = k == p.holes ? p.end : r_.holes[p.first_hole + k].begin;
    return text_.substr(from, to - from);
  }
  std::string_view text_of(const Record& r) const {
    const std::size_t begin = r_.pieces[r.first_piece].begin, end = r_.pieces[r.first_piece + r.pieces - 1].end;
    return text_.substr(begin, end - begin);
  }

  void digest_pieces() {
    for (const Piece& p : r_.pieces) {
      std::uint64_t d = p.holes + 1;
      for (std::size_t k = 0; k <= p.holes; ++k) d = d * 0x9E3779B97F4A7C15ull + hash64(literal(p, k));
      digests_.push_back(d);
    }
  }
  // Kinds of pieces that follow each other somewhere.
  void find_repeated() {
    for (const Record& r : r_.records) {
      for (std::size_t i = r.first_piece + 1; i < r.first_piece + r.pieces; ++i) {
        if (digests_[i] == digests_[i - 1] && r_.pieces[i].holes > 0) repeated_[digests_[i]] = true;
      }
    }
  }
  // Calls f(first piece, pieces) for each place of a record.
  template <class F>
  void for_each_slot(const Record& r, F f) const {
    const std::size_t end = r.first_piece + r.pieces;
    for (std::size_t i = r.first_piece; i < end;) {
      std::size_t n = 1;
      if (repeated_.contains(digests_[i])) {
        while (i + n < end && digests_[i + n] == digests_[i]) ++n;
      }
      f(i, n);
      i += n;
    }
  }

  bool fits(const Record& r) const {
    for (std::size_t i = r.first_piece; i < r.first_piece + r.pieces; ++i) {
      const Piece& p = r_.pieces[i];
      for (std::size_t k = 0; k < p.holes; ++k) {
        const std::string_view value = hole(p, k);
        if (value.find_first_of("\r\n") != std::string_view::npos || salience::is_severe(value)) return false;
      }
    }
    return true;
  }

  void group() {
    std::unordered_map<std::uint64_t, std::size_t> by_digest;
    shape_of_.assign(r_.records.size(), nullptr);
    for (std::size_t k = 0; k < r_.records.size(); ++k) {
      const Record& r = r_.records[k];
      if (!fits(r)) continue;
      std::uint64_t d = 1;
      for_each_slot(r, [&](std::size_t i, std::size_t) { d = d * 0x9E3779B97F4A7C15ull + digests_[i]; });
      const auto [at, is_new] = by_digest.emplace(d, shapes_.size());
      if (is_new) shapes_.push_back({});
      shapes_[at->second].records.push_back(k);
    }
    for (Shape& s : shapes_) {
      const Record& r = r_.records[s.records[0]];
      for_each_slot(r, [&](std::size_t i, std::size_t) {
        const Piece& p = r_.pieces[i];
        s.slots.push_back({i, s.columns.size(), p.holes, Repeat::no, false});
        if (repeated_.contains(digests_[i])) s.slots.back().repeat = Repeat::list;
        s.columns.resize(s.columns.size() + p.holes);
        for (std::size_t k = 0; k <= p.holes; ++k) s.literal_bytes += literal(p, k).size();
      });
    }
  }

  // The shapes that save most.
  void choose() {
    for (Shape& s : shapes_) {
      if (s.records.size() >= kLeastRecords && s.columns.size() <= kMostColumns) chosen_.push_back(&s);
    }
    const auto gain = [](const Shape* s) { return s->literal_bytes * (s->records.size() - 1); };
    std::sort(chosen_.begin(), chosen_.end(), [&](const Shape* a, const Shape* b) {
      return gain(a) != gain(b) ? gain(a) > gain(b) : a->records[0] < b->records[0];
    });
    if (chosen_.size() > kMostShapes) chosen_.resize(kMostShapes);
    std::sort(chosen_.begin(), chosen_.end(),
              [](const Shape* a, const Shape* b) { return a->records[0] < b->records[0]; });
  }

  // What the columns share; how lists are written. The shape keeps letter '\0' if it cannot be one.
  void settle(Shape& s) {
    for (const std::size_t k : s.records) {
      std::size_t at = 0;
      for_each_slot(r_.records[k], [&](std::size_t first, std::size_t n) {
        const Slot& slot = s.slots[at++];
        for (std::size_t i = first; i < first + n; ++i) {
          for (std::size_t h = 0; h < slot.holes; ++h) s.columns[slot.first_column + h].take(hole(r_.pieces[i], h));
        }
      });
    }
    for (Column& c : s.columns) c.settle();
    for (const std::size_t k : s.records) {
      std::size_t at = 0;
      for_each_slot(r_.records[k], [&](std::size_t first, std::size_t n) {
        Slot& slot = s.slots[at++];
        if (slot.repeat == Repeat::no || slot.holes != 1) return;
        for (std::size_t i = first; i < first + n; ++i) {
          const std::string_view cell = s.columns[slot.first_column].cell(hole(r_.pieces[i], 0));
          slot.comma = slot.comma || cell.empty() || cell.find(',') != std::string_view::npos;
        }
      });
    }
    std::size_t in_rows = 0;
    for (Slot& slot : s.slots) {
      if (slot.repeat == Repeat::no) continue;
      slot.repeat = slot.holes == 1 && !slot.comma ? Repeat::list : Repeat::rows;
      in_rows += slot.repeat == Repeat::rows;
      // How often it stands there is told by its values.
      if (slot.repeat == Repeat::list) s.columns[slot.first_column].constant = false;
    }
    if (in_rows <= 1) s.letter = '?';
  }

  // Marks that do not occur where they would be read as such.
  bool choose_marks() {
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      chosen_[i]->letter = static_cast<char>('A' + i);
      for (const std::size_t k : chosen_[i]->records) shape_of_[k] = chosen_[i];
    }
    std::string literals;
    for (const Shape* s : chosen_) {
      for (const Slot& slot : s->slots) {
        const Piece& p = r_.pieces[slot.piece];
        for (std::size_t k = 0; k <= slot.holes; ++k) {
          literals += literal(p, k);
          if (k == slot.holes) break;
          const Column& c = s->columns[slot.first_column + k];
          literals += c.constant ? c.first : c.prefix;
          literals += '\n';
          if (!c.constant) literals += c.suffix;
        }
        literals += '\n';
      }
    }
    for (const std::string_view m : {kListOpen, kListClose, kRowsOpen, kRowsClose}) {
      if (literals.find(m) != std::string::npos) return false;
    }
    for (const std::string_view m : kHoleMarks) {
      if (marks_.hole.empty() && literals.find(m) == std::string::npos) marks_.hole = m;
    }
    std::array<bool, kSeparators.size()> used{};
    for (const Shape* s : chosen_) {
      for (const std::size_t k : s->records) {
        for_each_cell(*s, r_.records[k], [&](std::string_view cell) {
          for (std::size_t i = 0; i < kSeparators.size(); ++i)
            used[i] = used[i] || cell.find(kSeparators[i]) != std::string_view::npos;
        });
      }
    }
    for (std::size_t i = 0; i < kSeparators.size(); ++i) {
      if (marks_.separator.empty() && !used[i]) marks_.separator = kSeparators[i];
    }
    for (const std::string_view m : kGoesOn) {
      if (marks_.goes_on.empty() && text_.find(std::string(m) + '\n') == std::string_view::npos && !text_.ends_with(m))
        marks_.goes_on = m;
    }
    return !marks_.hole.empty() && !marks_.separator.empty() && !marks_.goes_on.empty();
  }

  template <class F>
  void for_each_cell(const Shape& s, const Record& r, F f) const {
    std::size_t at = 0;
    for_each_slot(r, [&](std::size_t first, std::size_t n) {
      const Slot& slot = s.slots[at++];
      for (std::size_t i = first; i < first + n; ++i) {
        for (std::size_t h = 0; h < slot.holes; ++h) {
          const Column& c = s.columns[slot.first_column + h];
          if (!c.constant) f(c.cell(hole(r_.pieces[i], h)));
        }
      }
    });
  }

  // ---- writing ----
  std::string skeleton(const Shape& s) const {
    std::string out;
    for (const Slot& slot : s.slots) {
      const Piece& p = r_.pieces[slot.piece];
      if (slot.repeat != Repeat::no) out += slot.repeat == Repeat::list ? kListOpen : kRowsOpen;
      for (std::size_t k = 0; k <= slot.holes; ++k) {
        out += literal(p, k);
        if (k == slot.holes) break;
        const Column& c = s.columns[slot.first_column + k];
        if (c.constant) {
          out += c.first;
        } else {
          out.append(c.prefix).append(marks_.hole).append(c.suffix);
        }
      }
      if (slot.repeat != Repeat::no) out += slot.repeat == Repeat::list ? kListClose : kRowsClose;
    }
    return out;
  }

  void end_line(std::string& out) {
    if (out.ends_with('\n')) return;
    out.append(marks_.goes_on) += '\n';
    goes_on_ = true;
  }

  void row(std::string& out, const Shape& s, const Record& r) const {
    std::string below;
    bool first_cell = true;
    const auto separate = [&](std::string& to, bool& first) {
      if (!first) to += marks_.separator;
      first = false;
    };
    if (tagged_) {
      out += s.letter;
      out += ' ';
    }
    std::size_t at = 0;
    for_each_slot(r, [&](std::size_t first, std::size_t n) {
      const Slot& slot = s.slots[at++];
      if (slot.repeat == Repeat::list) separate(out, first_cell);
      for (std::size_t i = first; i < first + n; ++i) {
        const bool in_rows = slot.repeat == Repeat::rows;
        if (in_rows) below += kSubRow;
        bool first_below = true;
        for (std::size_t h = 0; h < slot.holes; ++h) {
          const Column& c = s.columns[slot.first_column + h];
          if (c.constant) continue;
          if (in_rows) {
            separate(below, first_below);
          } else if (slot.repeat == Repeat::no) {
            separate(out, first_cell);
          } else if (i > first) {
            out += ',';
          }
          (in_rows ? below : out) += c.cell(hole(r_.pieces[i], h));
        }
        if (in_rows) below += '\n';
      }
    });
    out += '\n';
    out += below;
  }

  std::optional<std::string> write() {
    bool lists = false, rows = false;
    for (const Shape* s : chosen_) {
      for (const Slot& slot : s->slots) {
        lists = lists || slot.repeat == Repeat::list;
        rows = rows || slot.repeat == Repeat::rows;
      }
    }
    tagged_ = chosen_.size() > 1 || rows;
    std::string out;
    for (const Shape* s : chosen_) {
      std::string shape = skeleton(*s);
      end_line(shape);
      out += shape_line(s->letter, static_cast<std::size_t>(std::count(shape.begin(), shape.end(), '\n')));
      out += shape;
    }
    out += kBody;
    std::size_t at = 0;  // in the text
    for (std::size_t k = 0; k < r_.records.size();) {
      if (shape_of_[k] == nullptr) {
        ++k;
        continue;
      }
      std::size_t end = k + 1;
      const auto begin_of = [&](std::size_t i) {
        return static_cast<std::size_t>(text_of(r_.records[i]).data() - text_.data());
      };
      const auto end_of = [&](std::size_t i) { return begin_of(i) + text_of(r_.records[i]).size(); };
      while (end < r_.records.size() && shape_of_[end] != nullptr && begin_of(end) == end_of(end - 1)) ++end;
      std::size_t gain = 0;
      for (std::size_t i = k; i < end; ++i) gain += shape_of_[i]->literal_bytes;
      if (gain < kLeastGain) {
        k = end;
        continue;
      }
      if (!plain(out, text_.substr(at, begin_of(k) - at), true)) return std::nullopt;
      if (numbered_) {
        numbered_rows(out, k, end);
      } else {
        out += rows_line(end - k);
        for (std::size_t i = k; i < end; ++i) row(out, *shape_of_[i], r_.records[i]);
      }
      at = end_of(end - 1);
      k = end;
    }
    if (!plain(out, text_.substr(at), false)) return std::nullopt;
    RecordMarks named = marks_;
    if (!goes_on_) named.goes_on = {};
    return (numbered_ ? heading_of_some(name_, count_lines(text_), named, lists, rows)
                      : heading(name_, count_lines(text_), named, lists, rows)) +
           out;
  }

  // ---- most rows left out ----
  void choose_shown(const Context& context) {
    shown_.assign(r_.records.size(), false);
    for (const Shape* s : chosen_) {
      for (const std::size_t k : {s->records[0], s->records[1], s->records.back()}) shown_[k] = true;
    }
    std::vector<std::string_view> texts;
    for (std::size_t k = 0; k < r_.records.size(); ++k) {
      if (shape_of_[k] != nullptr) numbers_.push_back(k), texts.push_back(text_of(r_.records[k]));
    }
    if (context.query.empty()) return;
    const std::vector<search::Hit> hits = search::rank(context.query, texts);
    for (std::size_t i = 0; i < std::min(hits.size(), kMostAsked) && is_close(hits[i], hits[0]); ++i)
      shown_[numbers_[hits[i].piece]] = true;
  }

  // Records k..end, the shown ones with their numbers.
  void numbered_rows(std::string& out, std::size_t k, std::size_t end) {
    const auto number = [this](std::size_t i) {
      return static_cast<std::size_t>(std::lower_bound(numbers_.begin(), numbers_.end(), i) - numbers_.begin());
    };
    for (std::size_t i = k; i < end;) {
      std::size_t to = i;
      while (to < end && shown_[to] == shown_[i]) ++to;
      if (shown_[i]) {
        out += rows_line(to - i);
        for (; i < to; ++i) {
          out += std::to_string(number(i));
          out += marks_.separator;
          row(out, *shape_of_[i], r_.records[i]);
        }
      } else {
        const std::size_t n = to - i;
        out += "[rows " + std::to_string(number(i)) + '-' + std::to_string(number(to - 1)) + ": " + counted(n, "row") +
               "]\n";
        left_ += n;
        i = to;
      }
    }
  }

  // Text that is no row, as it is. False if it would be read as a line of ours.
  bool plain(std::string& out, std::string_view text, bool rows_follow) {
    for (const Line& l : split_lines(text)) {
      if (reads_as_statement(l.text)) return false;
    }
    out += text;
    if (rows_follow && !text.empty()) end_line(out);
    return true;
  }

  std::string_view text_;
  const Records& r_;
  std::string_view name_;
  std::vector<std::uint64_t> digests_;                // by piece
  std::unordered_map<std::uint64_t, bool> repeated_;  // kinds of pieces
  std::vector<Shape> shapes_;
  std::vector<Shape*> chosen_;
  std::vector<const Shape*> shape_of_;  // by record; null: as it is
  RecordMarks marks_;
  bool tagged_ = false, goes_on_ = false;
  // Where rows are left out: which stay, the records that have rows, how many are gone.
  bool numbered_ = false;
  std::vector<bool> shown_;
  std::vector<std::size_t> numbers_;
  std::size_t left_ = 0;
};

// Records of rare shapes give way to the smaller ones within them.
Records with_inner(const Records& outer, const std::vector<bool>& stays, const Records& inner) {
  Records out;
  const auto add = [&out](const Records& from, const Record& r) {
    out.records.push_back({out.pieces.size(), r.pieces});
    for (std::size_t i = r.first_piece; i < r.first_piece + r.pieces; ++i) {
      Piece p = from.pieces[i];
      const auto first = from.holes.begin() + static_cast<std::ptrdiff_t>(p.first_hole);
      p.first_hole = out.holes.size();
      out.holes.insert(out.holes.end(), first, first + static_cast<std::ptrdiff_t>(p.holes));
      out.pieces.push_back(p);
    }
  };
  const auto begin_of = [](const Records& r, std::size_t k) { return r.pieces[r.records[k].first_piece].begin; };
  std::size_t at = 0;
  for (std::size_t k = 0; k < outer.records.size(); ++k) {
    const Record& r = outer.records[k];
    const std::size_t end = outer.pieces[r.first_piece + r.pieces - 1].end;
    for (; at < inner.records.size() && begin_of(inner, at) < end; ++at) {
      if (!stays[k] || begin_of(inner, at) < begin_of(outer, k)) add(inner, inner.records[at]);
    }
    if (stays[k]) add(outer, r);
  }
  for (; at < inner.records.size(); ++at) add(inner, inner.records[at]);
  return out;
}

// Calls run(encoder) for the records, those of rare shapes cut into smaller ones.
template <class Run>
auto with_encoder(std::string_view text, const Records& records, const Records& inner, std::string_view name, Run run) {
  Encoder encoder(text, records, name);
  const std::vector<bool> of_shapes = encoder.find_shapes();
  if (inner.records.empty() || std::find(of_shapes.begin(), of_shapes.end(), false) == of_shapes.end())
    return run(encoder);
  const Records both = with_inner(records, of_shapes, inner);
  Encoder again(text, both, name);
  again.find_shapes();
  return run(again);
}

}  // namespace

std::optional<std::string> encode_records(std::string_view text, const Records& records, const Records& inner,
                                          std::string_view name) {
  return with_encoder(text, records, inner, name, [](Encoder& e) { return e.run(); });
}

std::optional<View> leave_rows_out(std::string_view text, const Records& records, const Records& inner,
                                   std::string_view name, const Context& context) {
  return with_encoder(text, records, inner, name, [&](Encoder& e) { return e.run_without_most(context); });
}

}  // namespace headroom::compressors::config
