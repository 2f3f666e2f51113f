// A request whose first sight is shared with idle threads.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace headroom::proxy::test {

// A conversation of so many results, each a log of 12 kB: idle threads share the work on it.
inline std::string long_request(int results, int first) {
  nlohmann::json messages = nlohmann::json::array();
  messages.push_back({{"role", "user"}, {"content", "which item has an error?"}});
  for (int k = first; k < first + results; ++k) {
    std::string log;
    for (int i = 0; i < 150; ++i)
      log += "2026-01-05T10:" + std::to_string(10 + i % 50) + ":07Z INFO  worker-" + std::to_string(k) + " request " +
             std::to_string(k * 1000 + i) + " served in " + std::to_string(i * 37 % 400) + " ms\n";
    const std::string id = "t" + std::to_string(k);
    messages.push_back(
        {{"role", "assistant"},
         {"content", {{{"type", "tool_use"}, {"id", id}, {"name", "run"}, {"input", {{"q", std::to_string(k)}}}}}}});
    messages.push_back(
        {{"role", "user"}, {"content", {{{"type", "tool_result"}, {"tool_use_id", id}, {"content", log}}}}});
  }
  return nlohmann::json{{"model", "claude-x"},
                        {"max_tokens", 9},
                        {"tools", {{{"name", "run"}, {"input_schema", {{"type", "object"}}}}}},
                        {"messages", messages}}
      .dump();
}

}  // namespace headroom::proxy::test
