#include "search/query.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/utf8.h"
#include "search/anchors.h"
#include "search/terms.h"

namespace headroom::search {
namespace {

constexpr std::size_t max_query_bytes = 2000;
constexpr std::size_t max_terms = 512;

// Blocks that agents put around or beside what the user typed: context, reminders, output of local commands.
constexpr std::array<std::string_view, 24> wrappers{"system-reminder",      "system_reminder",
                                                    "environment_details",  "environment_context",
                                                    "user_instructions",    "command-name",
                                                    "command-message",      "command-args",
                                                    "local-command-stdout", "local-command-stderr",
                                                    "local-command-caveat", "ide_opened_file",
                                                    "ide_selection",        "ide_diagnostics",
                                                    "additional_data",      "open_and_recently_viewed_files",
                                                    "project_layout",       "git_status",
                                                    "attached_files",       "persisted-output",
                                                    "session-start-hook",   "user-prompt-submit-hook",
                                                    "workspace_info",       "reminderInstructions"};

// Index of the wrapper that opens at `text[0] == '<'`, or wrappers.size().
std::size_t wrapper_at(std::string_view text) {
  std::size_t w = 0;
  for (; w < wrappers.size(); ++w) {
    const std::string_view name = wrappers[w];
    if (text.size() <= name.size() + 1 || text.substr(1, name.size()) != name) continue;
    const char after = text[name.size() + 1];
    if (after == '>' || after == ' ' || after == '\n') break;
  }
  return w;
}

// The last max_query_bytes, not begun inside a word.
std::string_view tail(std::string_view text) {
  if (text.size() <= max_query_bytes) return text;
  const std::size_t cut = text.size() - max_query_bytes;
  const std::size_t space = text.find_first_of(" \n\t\r", cut - 1);
  const std::size_t begin = space != std::string_view::npos && space < cut + max_term ? space : cut;
  std::size_t at = begin;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  return text.substr(at);
}

}  // namespace

std::string without_wrappers(std::string_view text) {
  std::string out;
  std::size_t kept = 0;
  std::array<bool, wrappers.size()> unclosed{};  // no end tag from here on: looked for once, so the whole stays linear
  for (std::size_t i = text.find('<'); i != std::string_view::npos; i = text.find('<', i)) {
    const std::size_t w = wrapper_at(text.substr(i));
    if (w == wrappers.size() || unclosed[w]) {
      ++i;
      continue;
    }
    const std::string end_tag = std::string("</").append(wrappers[w]).append(">");
    const std::size_t close = text.find(end_tag, i);
    if (close == std::string_view::npos) {
      unclosed[w] = true;
      ++i;
      continue;
    }
    out.append(text, kept, i - kept);
    out += ' ';
    i = kept = close + end_tag.size();
  }
  out.append(text.substr(kept));
  return out;
}

Query Query::parse(std::span<const QueryText> texts) {
  Query query;
  std::map<std::string, std::uint32_t, std::less<>> index;
  for (const QueryText& given : texts) {
    const std::string bare = without_wrappers(given.text);
    const std::string_view text = tail(bare);
    append_anchors(query.anchors_, text);

    std::vector<bool> counted(query.terms_.size(), false);  // a term counts once per text
    std::int64_t previous = -1;
    for_each_term(text, [&](std::string_view term, TermKind kind) {
      const bool single = term.size() == 1 && !(term[0] >= '0' && term[0] <= '9');
      if (kind == TermKind::word && (single || is_stop_word(term))) {
        previous = -1;
        return;
      }
      auto at = index.find(term);
      if (at == index.end()) {
        if (query.terms_.size() >= max_terms) {
          previous = -1;
          return;
        }
        at = index.emplace(term, static_cast<std::uint32_t>(query.terms_.size())).first;
        query.terms_.push_back({std::string(term), 0, kind == TermKind::identifier});
        counted.push_back(false);
      }
      Term& t = query.terms_[at->second];
      if (!counted[at->second]) t.weight += given.weight;
      counted[at->second] = true;
      if (kind == TermKind::identifier) return;  // its words have set `previous`
      if (previous >= 0) query.adjacent_.emplace_back(static_cast<std::uint32_t>(previous), at->second);
      previous = at->second;
    });
  }
  std::sort(query.adjacent_.begin(), query.adjacent_.end());
  query.adjacent_.erase(std::unique(query.adjacent_.begin(), query.adjacent_.end()), query.adjacent_.end());
  return query;
}

}  // namespace headroom::search
