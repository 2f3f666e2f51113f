#include "compressors/log/grouping.h"

#include <algorithm>
#include <array>

#include "base/numbering.h"
#include "compressors/log/ansi.h"

namespace headroom::compressors::log {
namespace {

constexpr std::uint64_t kPrime = 0x9E3779B97F4A7C15ull;

enum ByteClass : std::uint8_t { other, letter, digit, blank, escape };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> t{};
  for (int c = 'a'; c <= 'z'; ++c) t[c] = t[c - 32] = letter;
  for (int c = 0x80; c < 0x100; ++c) t[c] = letter;
  for (int c = '0'; c <= '9'; ++c) t[c] = digit;
  t[' '] = t['\t'] = t['\r'] = blank;
  t[0x1b] = escape;
  return t;
}
constexpr auto kClasses = make_classes();
ByteClass class_of(char c) {
  return static_cast<ByteClass>(kClasses[static_cast<unsigned char>(c)]);
}

constexpr std::uint64_t mix(std::uint64_t h, std::uint64_t v) {
  h = (h ^ v) * kPrime;
  return h ^ (h >> 29);
}

// What a run of letters and digits counts as. Runs with digits are values, but for those that tell success from
// failure.
std::uint64_t run_value(const char* s, std::size_t n, std::uint64_t bytes, bool has_digit, bool has_letter) {
  if (!has_digit) return bytes;
  if (!has_letter) {
    if (n == 1 && s[0] == '0') return '0';
    if (n == 3 && (s[0] == '4' || s[0] == '5')) return static_cast<std::uint64_t>(s[0]);
  }
  return '#';
}

// Calls f(value, is_word_end) for the masked form of `s`.
template <class OnItem>
void masked(std::string_view s, OnItem on_item) {
  s = s.substr(0, kShapeBytes);
  const char* const p = s.data();
  const std::size_t n = s.size();
  for (std::size_t i = 0; i < n;) {
    switch (class_of(p[i])) {
      case letter:
      case digit: {
        const std::size_t begin = i;
        std::uint64_t bytes = 0;
        bool has_digit = false, has_letter = false;
        for (; i < n; ++i) {
          const ByteClass c = class_of(p[i]);
          if (c != letter && c != digit) break;
          has_digit |= c == digit;
          has_letter |= c == letter;
          bytes = bytes * 0x100000001B3ull + static_cast<unsigned char>(p[i]);
        }
        on_item(run_value(p + begin, i - begin, bytes, has_digit, has_letter));
        break;
      }
      case blank:
        while (i < n && class_of(p[i]) == blank) ++i;
        on_item(' ');
        break;
      case escape:
        if (const std::size_t size = ansi_size(s, i); size > 0) {
          i += size;
          break;
        }
        [[fallthrough]];
      default:
        on_item(static_cast<unsigned char>(p[i++]));
    }
  }
}

std::uint64_t shape_hash(std::string_view line, const Stamp& stamp) {
  std::uint64_t h = 0x51ED270B;
  const auto add = [&h](std::uint64_t v) { h = mix(h, v); };
  if (stamp.found()) {
    masked(line.substr(0, stamp.begin), add);
    add('@');
    masked(line.substr(stamp.end), add);
  } else {
    masked(line, add);
  }
  return h;
}

// A word of a template: the hash of its masked form, 0 where lines differ.
struct Word {
  std::uint64_t hash;
  bool value;  // holds something that varies from line to line by its looks: a digit, a path, an assignment
};

void read_words(std::string_view body, std::vector<Word>& words) {
  words.clear();
  std::uint64_t h = 0;
  bool any = false, value = false;
  const auto flush = [&] {
    if (!any) return;
    if (words.size() < kMaxWords) {
      words.push_back({h | 1, value});
    } else {
      words.back() = {mix(words.back().hash, h) | 1, words.back().value || value};
    }
    h = 0;
    any = value = false;
  };
  masked(body, [&](std::uint64_t v) {
    if (v == ' ') {
      flush();
      return;
    }
    any = true;
    value |= v == '#' || v == '/' || v == '=' || v == '\\';
    h = mix(h, v);
  });
  flush();
}

class Tree {
 public:
  // The template of a line's words; makes one if none is near.
  std::uint32_t add(std::span<const Word> words, bool severe, ReportPart part) {
    Leaf& leaf = leaf_of(words, severe, part);
    std::uint32_t best = 0;
    std::size_t best_score = 0;
    for (std::uint32_t id = leaf.first; id != kNone; id = templates_[id].next) {
      const std::size_t score = similarity(of(id), words);
      if (score > best_score) {
        best_score = score;
        best = id;
      }
    }
    const bool near = best_score * 5 >= words.size() * 2 * 3;  // scores count double: >= .6
    if (leaf.count > 0 && (near || leaf.count >= kMaxChildren || templates_.size() >= kMaxTemplates)) {
      if (best_score == 0) best = leaf.last;
      merge(of(best), words);
      return best;
    }
    if (templates_.size() >= kMaxTemplates) return static_cast<std::uint32_t>(kMaxTemplates - 1);
    const auto id = static_cast<std::uint32_t>(templates_.size());
    templates_.push_back({static_cast<std::uint32_t>(words_.size()), static_cast<std::uint32_t>(words.size()), kNone});
    words_.insert(words_.end(), words.begin(), words.end());
    (leaf.count++ == 0 ? leaf.first : templates_[leaf.last].next) = id;
    leaf.last = id;
    return id;
  }

  // Words of a template that are equal in all its lines and look like no value.
  void count_words(std::uint32_t id, Template& t) {
    if (id >= templates_.size()) return;
    t.words = templates_[id].size;
    t.fixed_words = static_cast<std::uint32_t>(
        std::ranges::count_if(of(id), [](const Word& w) { return w.hash != 0 && !w.value; }));
  }

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  // The words of all templates stand in one array; the templates of a leaf are a chain in order of their making.
  struct Made {
    std::uint32_t begin, size, next;
  };
  struct Leaf {
    std::uint32_t first = kNone, last = kNone, count = 0;
  };

  std::span<Word> of(std::uint32_t id) { return std::span(words_).subspan(templates_[id].begin, templates_[id].size); }

  Leaf& leaf_of(std::span<const Word> words, bool severe, ReportPart part) {
    const std::uint64_t apart = static_cast<std::uint64_t>(part) << 32;
    const std::uint64_t root = mix((words.size() * 2 + severe) | apart, 0xD1B54A32D192ED03ull);
    const std::uint64_t lead = words.empty() || words[0].value ? '*' : words[0].hash;
    std::uint32_t leaf = leaf_numbers_.find(mix(root, lead));
    if (leaf == Numbering::none) {
      // A node with its 64 children has one more for whatever else comes.
      std::uint32_t& children = at(children_, root_numbers_.number(root));
      const bool full = lead != '*' && children >= kMaxChildren;
      children += !full;
      leaf = leaf_numbers_.number(mix(root, full ? '*' : lead));
    }
    return at(leaves_, leaf);
  }
  template <class T>
  static T& at(std::vector<T>& list, std::uint32_t number) {
    if (number >= list.size()) list.resize(number + 1);
    return list[number];
  }

  // Twice the number of equal words; two values of the same place count half a word.
  static std::size_t similarity(std::span<const Word> a, std::span<const Word> b) {
    std::size_t score = 0;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
      if (a[i].hash == b[i].hash) {
        score += 2;
      } else if (a[i].value && b[i].value) {
        score += 1;
      }
    }
    return score;
  }
  static void merge(std::span<Word> a, std::span<const Word> b) {
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
      if (a[i].hash != b[i].hash) {
        a[i].value = a[i].value && b[i].value;
        a[i].hash = 0;
      }
    }
  }

  Numbering leaf_numbers_, root_numbers_;
  std::vector<Leaf> leaves_;
  std::vector<std::uint32_t> children_;  // by root: the leaves below it
  std::vector<Made> templates_;
  std::vector<Word> words_;
};

}  // namespace

Grouping group_lines(std::span<const Line> lines) {
  Grouping g;
  g.shape_of.resize(lines.size());
  g.stamps.reserve(lines.size());
  for (const Line& line : lines) g.stamps.push_back(find_stamp(line.text));
  g.parts = read_report(lines, g.stamps);
  Numbering shapes;
  Tree tree;
  std::string plain;
  std::vector<Word> words;
  for (std::uint32_t i = 0; i < lines.size(); ++i) {
    const std::string_view text = lines[i].text;
    const Stamp& stamp = g.stamps[i];
    const ReportPart part = g.part(i);
    std::uint64_t hash = shape_hash(text, stamp);
    if (part != ReportPart::none) hash = mix(hash, static_cast<std::uint64_t>(part));
    const std::uint32_t id = shapes.number(hash);
    g.shape_of[i] = id;
    if (id < g.shapes.size()) {
      Shape& shape = g.shapes[id];
      shape.last = i;
      ++shape.count;
    } else {
      plain.clear();
      if (stamp.found()) append_plain(plain, text.substr(0, stamp.begin));
      append_plain(plain, text.substr(stamp.end));
      const Signals signals = part == ReportPart::none ? read_signals(plain) : signals_of(part, plain);
      read_words(plain, words);
      const std::uint32_t t = tree.add(words, signals.severity >= salience::Severity::error, part);
      if (t >= g.templates.size()) g.templates.resize(t + 1, {.first = i, .last = i});
      g.shapes.push_back({i, i, 1, t, signals});
    }
    Template& t = g.templates[g.shapes[id].template_id];
    if (t.count++ == 0) t.first = i;
    t.last = i;
  }
  for (std::uint32_t id = 0; id < g.templates.size(); ++id) tree.count_words(id, g.templates[id]);
  return g;
}

std::shared_ptr<const Grouping> grouping_of(std::span<const Line> lines, const Context& context) {
  constexpr std::size_t most_kept = 1 << 16;  // lines: some megabytes
  if (context.grouping != nullptr && *context.grouping != nullptr) return *context.grouping;
  auto made = std::make_shared<const Grouping>(group_lines(lines));
  if (context.grouping != nullptr && lines.size() <= most_kept) *context.grouping = made;
  return made;
}

}  // namespace headroom::compressors::log
