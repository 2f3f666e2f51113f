#include "history/unit_index.h"

#include <algorithm>

#include "base/utf8.h"
#include "history/touch.h"
#include "search/query.h"

namespace headroom::history {
namespace {

constexpr std::size_t most_what = 120, quoted = 60, most_labels = 3;  // bytes, bytes, calls

// One line, without what could end our bracket early or break the line.
std::string plain(std::string_view text, std::size_t most) {
  std::string out;
  bool blank = false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) {
      blank = !out.empty();
      continue;
    }
    if (blank) out += ' ';
    blank = false;
    out += c == '[' ? '(' : c == ']' ? ')' : c;
    if (out.size() > 4 * most) break;
  }
  if (out.size() > most) out = out.substr(0, utf8::floor_boundary(out, most)) + "...";
  return out;
}

std::string_view name_of(Role role) {
  constexpr std::string_view names[] = {"system", "user", "assistant", "tool"};
  return names[static_cast<std::size_t>(role)];
}

std::string line_of(const Entry& e, std::string_view what, bool failed, std::string_view handle) {
  std::string line = "[turn " + std::to_string(e.turn) + ": ";
  line.append(what).append(", ").append(std::to_string(e.tokens.value)).append(" tokens, ");
  return line.append(failed ? "failed" : "ok").append(". Retrieve with hash=").append(handle).append("]");
}

}  // namespace

std::string what_of(const Past& past, const Unit& unit) {
  std::string out;
  const auto [call, calls_end] = within(past.calls, unit.first, unit.end);
  for (std::size_t i = call; i < std::min(calls_end, call + most_labels); ++i)
    out.append(i > call ? "; " : "").append(plain(call_label(past.calls[i]), most_what));
  if (calls_end - call > most_labels) out += "; " + std::to_string(calls_end - call - most_labels) + " more";
  if (!out.empty()) return out;
  const auto [block, blocks_end] = within(past.blocks, unit.first, unit.end);
  for (std::size_t i = block; i < blocks_end; ++i) {
    const std::string text = plain(search::without_wrappers(past.blocks[i].text), quoted);
    if (!text.empty()) return std::string(name_of(past.blocks[i].role)) + ": \"" + text + "\"";
  }
  return "nothing to read";
}

std::vector<int> turns_of(const Past& past) {
  std::vector<int> turns;
  turns.reserve(past.messages.size());
  int ended = 0;
  for (const Message& m : past.messages) {
    turns.push_back(std::max(ended, 1));
    ended += m.boundary;
  }
  return turns;
}

bool failed(const Past& past, const Unit& unit) {
  const auto [first, end] = within(past.blocks, unit.first, unit.end);
  return std::any_of(past.blocks.begin() + static_cast<std::ptrdiff_t>(first),
                     past.blocks.begin() + static_cast<std::ptrdiff_t>(end), [](const Block& b) { return b.error; });
}

Entry unit_entry(const Past& past, const Unit& unit, int turn, std::string_view handle, tokens::Counter& counter) {
  Entry e{unit.first, unit.end, turn, turn, unit.tokens, "", {}, 0};
  std::string what = what_of(past, unit);
  const bool bad = failed(past, unit);
  for (;;) {
    e.line = line_of(e, what, bad, handle);
    e.cost = counter.count(e.line + "\n");
    if (e.cost <= most_line || what.size() <= 4) return e;
    what = what.substr(0, utf8::floor_boundary(what, what.size() * 3 / 4 - 3)) + "...";
  }
}

std::size_t to_fold(const std::vector<Entry>& entries) {
  Tokens all;
  for (const Entry& e : entries) all += e.cost;
  if (all <= most_index) return 0;
  // Down to half, so that the next epochs need not fold again.
  std::size_t n = 0;
  while (n < entries.size() && all > Tokens(most_index.value / 2)) all -= entries[n++].cost;
  return n >= 2 ? n : 0;
}

std::string folded_content(const std::vector<Entry>& entries, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out.append(entries[i].line).append("\n");
  return out;
}

void fold(std::vector<Entry>& entries, std::size_t n, std::string_view handle, tokens::Counter& counter) {
  Entry e = entries.front();
  e.tokens = Tokens();
  e.lines = 0;
  for (std::size_t i = 0; i < n; ++i) {
    e.tokens += entries[i].tokens;
    e.lines += std::max(entries[i].lines, 1);
    e.last_turn = entries[i].last_turn;
  }
  e.line = "[turns " + std::to_string(e.turn) + "-" + std::to_string(e.last_turn) + ": " + std::to_string(e.lines) +
           " index lines, " + std::to_string(e.tokens.value) + " tokens left out. Retrieve with hash=";
  e.line.append(handle).append("]");
  e.cost = counter.count(e.line + "\n");
  entries.erase(entries.begin() + 1, entries.begin() + static_cast<std::ptrdiff_t>(n));
  entries.front() = std::move(e);
}

std::string run_text(const std::vector<Entry>& entries, std::size_t first, std::size_t end) {
  if (first == end) return "[earlier turns left out; their lines are folded into the index above]";
  Tokens tokens;
  int turns = 0;
  for (std::size_t i = first; i < end; ++i) {
    tokens += entries[i].tokens;
    turns += std::max(entries[i].lines, 1);
  }
  std::string out = "[" + std::to_string(turns) + (turns == 1 ? " earlier turn" : " earlier turns") + " left out, " +
                    std::to_string(tokens.value) + " tokens; each line below stands for one]";
  for (std::size_t i = first; i < end; ++i) out.append("\n").append(entries[i].line);
  return out;
}

}  // namespace headroom::history
