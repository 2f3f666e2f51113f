#include "pipeline/additions.h"

#include <algorithm>
#include <tuple>

#include "messages/our_tool.h"

namespace headroom::pipeline {

Additions additions_to(const messages::Conversation& c, const Options& options, const Capability& capability,
                       tokens::Counter& ruler) {
  Additions out;
  if (!options.optimize || !capability.inject) return out;
  auto added = messages::add_tool(c);
  if (!added) return out;
  out.tokens = ruler.count(added->value);
  out.tool = true;
  out.edits.push_back(std::move(added->edit));
  out.plan.appended.push_back(added->list);
  out.changes.push_back({std::move(added->pointer), -1, "", std::move(added->value)});
  return out;
}

void sort_edits(std::vector<Edit>& edits) {
  std::ranges::sort(
      edits, [](const Edit& a, const Edit& b) { return std::tie(a.offset, a.length) < std::tie(b.offset, b.length); });
}

}  // namespace headroom::pipeline
