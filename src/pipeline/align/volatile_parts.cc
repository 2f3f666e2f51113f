#include "pipeline/align/volatile_parts.h"

#include "pipeline/align/relocate.h"

namespace headroom::pipeline {

VolatileParts volatile_parts(const messages::Conversation& c, tokens::Counter& ruler) {
  constexpr std::size_t most = 16;
  VolatileParts out;
  std::string buffer;
  for (const std::size_t i : system_leaves(c)) {
    const std::string_view text = messages::text_of(c, c.leaves[i], buffer);
    for (const VolatileValue& v : volatile_values(text)) {
      if (out.parts.empty()) out.before += ruler.count(text.substr(0, v.begin));
      const std::string_view value = v.kind == Volatile::date ? text.substr(v.begin, v.end - v.begin) : "";
      out.parts.push_back({c.leaves[i].pointer, v.begin, v.end, v.kind, std::string(value)});
      if (out.parts.size() == most) return out;
    }
    if (out.parts.empty()) out.before += ruler.count(text);
  }
  return out;
}

}  // namespace headroom::pipeline
