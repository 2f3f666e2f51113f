#include "pipeline/nomination.h"

#include <algorithm>
#include <utility>

namespace headroom::pipeline {

std::vector<const compressors::Compressor*> nominate(std::span<const compressors::Compressor> kinds,
                                                     const detect::Sketch& sketch, std::string_view path,
                                                     std::string_view label) {
  std::vector<std::pair<int, const compressors::Compressor*>> scored;
  for (const compressors::Compressor& c : kinds) {
    int evidence = c.evidence(sketch);
    if (c.evidence_of_name != nullptr) evidence = std::max(evidence, c.evidence_of_name(path, label));
    if (evidence > 0) scored.emplace_back(evidence, &c);
  }
  // The rows lie in one table: their addresses are its order.
  std::sort(scored.begin(), scored.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::vector<const compressors::Compressor*> out;
  for (const auto& [evidence, c] : scored) out.push_back(c);
  return out;
}

}  // namespace headroom::pipeline
