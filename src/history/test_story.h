// A conversation for tests: calls, each with its result, as past.h tells them.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/reads.h"
#include "json/strings.h"

namespace headroom::history {

// Owns its texts.
struct Story {
  struct Entry {
    std::string name, arguments, result;
    bool error;
  };
  std::string system;
  std::vector<Entry> entries;  // each a call of its own message and its result

  // Views into `this`.
  Past past() const {
    Past p;
    p.messages.push_back({Role::system, false});
    p.blocks.push_back({0, -1, Role::system, system, Tokens(0), false, false});
    p.messages.push_back({Role::user, true});
    for (const Entry& e : entries) {
      p.messages.push_back({Role::assistant, false});
      const int call = static_cast<int>(p.calls.size());
      p.calls.push_back({e.name, e.arguments, static_cast<int>(p.messages.size()) - 1});
      p.messages.push_back({Role::tool, true});
      p.blocks.push_back(
          {static_cast<int>(p.messages.size()) - 1, call, Role::tool, e.result, Tokens(0), e.error, true});
    }
    return p;
  }
  // Indices of entries whose results are stale.
  std::set<std::size_t> stale() const {
    std::set<std::size_t> found;
    for (const StaleRead& r : stale_reads(past())) found.insert(static_cast<std::size_t>(r.block) - 1);
    return found;
  }
  void add(std::string name, std::string arguments, std::string result, bool error = false) {
    entries.push_back({std::move(name), std::move(arguments), std::move(result), error});
  }
};

inline std::string bash(std::string_view command) {
  return "{\"command\":" + json::quote(command) + "}";
}

using Set = std::set<std::size_t>;

}  // namespace headroom::history
