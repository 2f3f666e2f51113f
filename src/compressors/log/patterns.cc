#include "compressors/log/patterns.h"

#include <algorithm>

namespace headroom::compressors::log {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool in_run(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u >= '0' && u <= '9') || ((u | 0x20) >= 'a' && (u | 0x20) <= 'z') || u >= 0x80;
}

// Calls f(blanks, word) for each word and f(blanks, "") at the end.
template <class OnWord>
void for_each_word(std::string_view s, OnWord on_word) {
  std::size_t i = 0;
  while (true) {
    const std::size_t blank = i;
    while (i < s.size() && is_blank(s[i])) ++i;
    const std::size_t begin = i;
    while (i < s.size() && !is_blank(s[i])) ++i;
    on_word(s.substr(blank, begin - blank), s.substr(begin, i - begin));
    if (i == begin) return;
  }
}

// The runs of a word: [begin, end).
template <class OnRun>
void for_each_run(std::string_view word, OnRun on_run) {
  for (std::size_t i = 0; i < word.size();) {
    if (!in_run(word[i])) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    while (i < word.size() && in_run(word[i])) ++i;
    on_run(begin, i);
  }
}

}  // namespace

std::uint64_t layout_of(const Body& body, bool padded) {
  std::uint64_t h = body.timed ? 1 : 2;
  const auto add = [&h, padded](std::string_view blanks, std::string_view word) {
    if (padded && blanks.size() > 1 && blanks.find('\t') == std::string_view::npos) blanks = "  ";
    h = (h ^ (word.empty() ? 3 : 5)) * 0x9E3779B97F4A7C15ull;
    for (const char c : blanks) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
    h ^= h >> 31;
  };
  if (body.timed) for_each_word(body.before, add);
  for_each_word(body.after, add);
  return h;
}

PatternMaker::PatternMaker(const Body& first) : timed_(first.timed) {
  const char* const line = first.timed ? first.before.data() : first.after.data();
  const auto add = [this, line](std::string_view blanks, std::string_view word) {
    Column c;
    c.blanks = blanks;
    c.at = static_cast<std::size_t>(word.data() - line);
    c.first = word;
    c.prefix = c.suffix = c.shortest = word.size();
    for_each_run(word, [&c](std::size_t, std::size_t) { c.run_equal.push_back(true); });
    columns_.push_back(std::move(c));
  };
  if (timed_) for_each_word(first.before, add);
  words_before_ = columns_.size();
  for_each_word(first.after, add);
}

void PatternMaker::add(const Body& body) {
  const char* const line = body.timed ? body.before.data() : body.after.data();
  std::size_t i = 0;
  const auto add = [&](std::string_view blanks, std::string_view word) {
    if (i < columns_.size()) add_word(columns_[i++], blanks, word, static_cast<std::size_t>(word.data() - line));
  };
  if (timed_) for_each_word(body.before, add);
  for_each_word(body.after, add);
}

void PatternMaker::add_word(Column& c, std::string_view blanks, std::string_view word, std::size_t at) {
  c.equal_blanks = c.equal_blanks && blanks == c.blanks;
  c.equal_at = c.equal_at && at == c.at;
  const std::string_view ref = c.first;
  if (word == ref) return;
  c.equal = false;
  c.shortest = std::min(c.shortest, word.size());
  std::size_t p = 0;
  const std::size_t least = std::min(c.prefix, word.size());
  while (p < least && word[p] == ref[p]) ++p;
  c.prefix = p;
  std::size_t s = 0;
  const std::size_t least_suffix = std::min(c.suffix, word.size());
  while (s < least_suffix && word[word.size() - 1 - s] == ref[ref.size() - 1 - s]) ++s;
  c.suffix = s;
  if (!c.same_marks) return;
  std::size_t i = 0, j = 0, run = 0;
  while (i < ref.size() && j < word.size()) {
    if (in_run(ref[i]) != in_run(word[j])) break;
    if (!in_run(ref[i])) {
      if (ref[i] != word[j]) break;
      ++i;
      ++j;
      continue;
    }
    const std::size_t ib = i, jb = j;
    while (i < ref.size() && in_run(ref[i])) ++i;
    while (j < word.size() && in_run(word[j])) ++j;
    if (ref.substr(ib, i - ib) != word.substr(jb, j - jb)) c.run_equal[run] = false;
    ++run;
  }
  c.same_marks = i == ref.size() && j == word.size();
}

void PatternMaker::finish_column(Column& c) {
  const auto literal = [this](std::string_view s) { add_literal(s); };
  if (c.equal) {
    literal(c.first);
    return;
  }
  if (c.same_marks) {
    // Differing runs with nothing but punctuation between them are one hole.
    std::vector<std::pair<std::size_t, std::size_t>> runs;
    for_each_run(c.first, [&runs](std::size_t b, std::size_t e) { runs.emplace_back(b, e); });
    for (std::size_t r = 0; r < runs.size(); ++r) {
      if (c.run_equal[r]) continue;
      if (!c.run_holes.empty() && c.run_holes.back().second == r) {
        c.run_holes.back().second = r + 1;
      } else {
        c.run_holes.emplace_back(r, r + 1);
      }
    }
    std::size_t at = 0;
    for (const auto& [first, last] : c.run_holes) {
      literal(c.first.substr(at, runs[first].first - at));
      pattern_.push_back({Piece::hole, {}, 0});
      at = runs[last - 1].second;
    }
    literal(c.first.substr(at));
    return;
  }
  c.affix = true;
  while (c.prefix > 0 && in_run(c.first[c.prefix - 1])) --c.prefix;
  c.suffix = std::min(c.suffix, c.shortest - c.prefix);
  while (c.suffix > 0 && in_run(c.first[c.first.size() - c.suffix])) --c.suffix;
  literal(c.first.substr(0, c.prefix));
  pattern_.push_back({Piece::hole, {}, 0});
  literal(c.first.substr(c.first.size() - c.suffix));
}

bool PatternMaker::finish() {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Column& c = columns_[i];
    if (timed_ && i == words_before_) pattern_.push_back({Piece::time, {}, 0});
    if (!c.equal_blanks) {
      if (!c.equal_at) return false;
      pattern_.push_back({Piece::pad, {}, c.at});
    } else {
      add_literal(c.blanks);
    }
    finish_column(c);
  }
  return true;
}

void PatternMaker::add_literal(std::string_view s) {
  if (s.empty()) return;
  if (!pattern_.empty() && pattern_.back().kind == Piece::literal) {
    pattern_.back().text += s;
  } else {
    pattern_.push_back({Piece::literal, std::string(s), 0});
  }
}

void PatternMaker::values(const Body& body, std::vector<std::string_view>& out) const {
  out.clear();
  std::size_t i = 0;
  const auto take = [&](std::string_view, std::string_view word) {
    if (i >= columns_.size()) return;
    const Column& c = columns_[i++];
    if (c.equal) return;
    if (c.affix) {
      out.push_back(word.substr(c.prefix, word.size() - c.prefix - c.suffix));
      return;
    }
    std::size_t run = 0, hole = 0, begin = 0;
    for_each_run(word, [&](std::size_t b, std::size_t e) {
      if (hole < c.run_holes.size()) {
        if (run == c.run_holes[hole].first) begin = b;
        if (run + 1 == c.run_holes[hole].second) {
          out.push_back(word.substr(begin, e - begin));
          ++hole;
        }
      }
      ++run;
    });
  };
  if (timed_) for_each_word(body.before, take);
  for_each_word(body.after, take);
}

}  // namespace headroom::compressors::log
