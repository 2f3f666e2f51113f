#include "compressors/json/sections.h"

#include <algorithm>
#include <cstdint>

#include "compressors/json/plan.h"

namespace headroom::compressors::records {
namespace {

// A heading that may stand above a line: the best cost of all lines up to this one if it does, and which heading the
// line before then has.
struct State {
  PathId heading;
  std::int64_t cost;
  std::size_t before;
};

}  // namespace

std::string name_below(const Paths& paths, PathId heading, PathId path) {
  std::string name = paths.name(path);
  if (heading == root_path) return name;
  std::size_t front = paths.name(heading).size();
  if (name[front] == '.') ++front;
  return name.substr(front);
}

std::vector<PathId> choose_headings(const Paths& paths, const std::vector<PathId>& lines) {
  std::vector<std::vector<State>> states(lines.size());
  std::vector<PathId> chain;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    chain.clear();
    for (PathId p = lines[i]; p != root_path; p = paths[p].parent) chain.push_back(paths[p].parent);
    std::reverse(chain.begin(), chain.end());
    const std::string name = paths.name(lines[i]);
    const std::vector<State>* const above = i > 0 ? &states[i - 1] : nullptr;
    std::size_t best = 0;
    for (std::size_t k = 0; above != nullptr && k < above->size(); ++k) {
      if ((*above)[k].cost < (*above)[best].cost) best = k;
    }
    std::size_t front = 0;
    for (std::size_t depth = 0; depth < chain.size(); ++depth) {
      const PathId heading = chain[depth];
      if (depth > 0) front = paths.name(heading).size();
      const std::size_t skip = front + (depth > 0 && name[front] == '.' ? 1 : 0);
      const std::string_view head = std::string_view(name).substr(0, front);
      const std::int64_t change = head.empty() ? price("\n--\n") : price(head) + 2;
      State state{heading, heading == root_path ? 0 : change, 0};
      if (above != nullptr) {
        state.cost = (*above)[best].cost + change;
        state.before = best;
        for (std::size_t k = 0; k < above->size(); ++k) {
          if ((*above)[k].heading != heading || (*above)[k].cost > state.cost) continue;
          state.cost = (*above)[k].cost;
          state.before = k;
        }
      }
      state.cost += price(std::string_view(name).substr(skip));
      states[i].push_back(state);
    }
  }
  std::vector<PathId> out(lines.size(), root_path);
  std::size_t at = 0;
  for (std::size_t i = lines.size(); i-- > 0;) {
    if (i + 1 == lines.size()) {
      for (std::size_t k = 0; k < states[i].size(); ++k) {
        if (states[i][k].cost < states[i][at].cost) at = k;
      }
    }
    out[i] = states[i][at].heading;
    at = states[i][at].before;
  }
  return out;
}

}  // namespace headroom::compressors::records
