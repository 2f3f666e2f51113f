#include "search/pieces.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/utf8.h"
#include "search/trigrams.h"

namespace headroom::search {
namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}

// The end of the line at `begin`, its line end included.
std::size_t line_end(std::string_view text, std::size_t begin, std::size_t end) {
  const void* hit = std::memchr(text.data() + begin, '\n', end - begin);
  return hit == nullptr ? end : static_cast<std::size_t>(static_cast<const char*>(hit) - text.data()) + 1;
}

// Appends runs that cover [begin, end).
void append_runs(std::vector<Piece>& out, std::string_view text, std::size_t begin, std::size_t end) {
  std::size_t run = begin, lines = 0;
  for (std::size_t at = begin; at < end;) {
    const std::size_t next = cell_end(text, at, end);
    if (lines > 0 && (lines >= max_run_lines || next - run > max_run_bytes)) {
      out.push_back({run, at});
      run = at;
      lines = 0;
    }
    ++lines;
    const bool blank = text.substr(at, next - at).find_first_not_of(" \t\r\n") == std::string_view::npos;
    at = next;
    if (blank && lines > max_run_lines / 2) {
      out.push_back({run, at});
      run = at;
      lines = 0;
    }
  }
  if (run < end) out.push_back({run, end});
}

void append_piece(std::vector<Piece>& out, std::string_view text, std::size_t begin, std::size_t end) {
  if (begin >= end) return;
  if (end - begin <= max_piece_bytes) {
    out.push_back({begin, end});
  } else {
    append_runs(out, text, begin, end);
  }
}

bool has_words(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || static_cast<unsigned char>(c) >= 0x80;
  });
}

bool opens_hunk(std::string_view line) {
  return line.starts_with("@@ -") || line.starts_with("diff --") || line.starts_with("Index: ");
}

// A date, a time of day, a syslog month, or epoch seconds, perhaps in a bracket.
bool opens_record(std::string_view line) {
  if (!line.empty() && (line.front() == '[' || line.front() == '(')) line.remove_prefix(1);
  if (line.size() < 8) return false;
  if (digit(line[0]) && digit(line[1])) {
    if (line[2] == ':' && digit(line[3]) && digit(line[4]) && line[5] == ':') return true;
    if (digit(line[2]) && digit(line[3]) && (line[4] == '-' || line[4] == '/') && digit(line[5])) return true;
    if ((line[2] == '/' || line[2] == '-' || line[2] == '.') && (digit(line[3]) || (line[3] >= 'A' && line[3] <= 'Z')))
      return true;
    std::size_t digits = 2;
    while (digits < line.size() && digit(line[digits])) ++digits;
    return digits == 10 || digits == 13;
  }
  constexpr std::string_view months[] = {"Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ",
                                         "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec "};
  return std::any_of(std::begin(months), std::end(months),
                     [line](std::string_view m) { return line.starts_with(m); }) &&
         (digit(line[4]) || line[4] == ' ') && digit(line[5]);
}

using Opens = bool (*)(std::string_view);

// What opens a piece of this text: at least one hunk among the lines looked at, or a stamp on a third of them; else
// nothing.
Opens opener_of(std::string_view text) {
  constexpr std::size_t looked_at = 400;
  std::size_t lines = 0, hunks = 0, records = 0;
  for (std::size_t at = 0; at < text.size() && lines < looked_at;) {
    const std::size_t next = line_end(text, at, text.size());
    const std::string_view line = text.substr(at, std::min<std::size_t>(next - at, 80));
    at = next;
    if (line.find_first_not_of(" \t\r\n") == std::string_view::npos) continue;
    ++lines;
    hunks += line.starts_with("@@ -");
    records += opens_record(line);
  }
  if (hunks > 0) return opens_hunk;
  if (records > 0 && 3 * records >= lines) return opens_record;
  return nullptr;
}

void append_opened(std::vector<Piece>& out, std::string_view text, Opens opens) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = line_end(text, at, text.size());
    if (at > begin && opens(text.substr(at, next - at))) {
      append_piece(out, text, begin, at);
      begin = at;
    }
    at = next;
  }
  append_piece(out, text, begin, text.size());
}

}  // namespace

std::size_t cell_end(std::string_view text, std::size_t begin, std::size_t end) {
  const std::size_t limit = std::min(end, begin + max_run_bytes);
  const std::size_t line = line_end(text, begin, limit);
  if (line < limit || line == end || text[line - 1] == '\n') return line;
  // A long line: to its end if that is near, else to a space in the last quarter, else between two characters.
  const std::string_view cell = text.substr(begin, limit - begin);
  const std::size_t space = cell.find_last_of(" ,;");
  if (space != std::string_view::npos && space >= max_run_bytes * 3 / 4) return begin + space + 1;
  const std::size_t whole = utf8::floor_boundary(text.substr(begin, end - begin), max_run_bytes);
  return begin + std::max<std::size_t>(whole, 1);
}

std::vector<Piece> split_pieces(std::string_view text, std::span<const Piece> rows) {
  std::vector<Piece> out;
  if (!rows.empty()) {
    out.reserve(rows.size() + 2);
    std::size_t at = 0;
    const auto append_gap = [&](std::size_t end) {
      if (has_words(text.substr(at, end - at))) append_runs(out, text, at, end);
    };
    for (const Piece& row : rows) {
      append_gap(row.begin);
      append_piece(out, text, row.begin, row.end);
      at = row.end;
    }
    append_gap(text.size());
  } else if (const Opens opens = opener_of(text)) {
    append_opened(out, text, opens);
  } else {
    append_runs(out, text, 0, text.size());
  }
  return out;
}

std::vector<std::size_t> nearest(std::string_view query, std::span<const std::string_view> pieces, std::size_t k) {
  // Trigrams by hash slot; a slot is stamped with the last piece that had it, so each counts once per piece without
  // clearing.
  std::vector<std::uint32_t> stamp(trigram_slots, 0);
  std::vector<bool> asked(trigram_slots, false);
  std::size_t asked_for = 0;
  for_each_trigram(query, [&](std::uint32_t slot) {
    asked_for += !asked[slot];
    asked[slot] = true;
  });
  std::vector<ByDice> scored;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto mark = static_cast<std::uint32_t>(i + 1);
    std::size_t own = 0, shared = 0;
    for_each_trigram(pieces[i], [&](std::uint32_t slot) {
      if (stamp[slot] == mark) return;
      stamp[slot] = mark;
      ++own;
      shared += asked[slot];
    });
    if (shared > 0) scored.push_back({dice(shared, own, asked_for), i});
  }
  return best_by_dice(scored, k, pieces.size());
}

}  // namespace headroom::search
