// For tests: the recorded sessions of corpus/, cut off behind any request, and a core of one process with its own
// store.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/edits.h"
#include "messages/conversation.h"
#include "messages/projection.h"
#include "pipeline/compress.h"
#include "tokens/models.h"

namespace headroom::pipeline {

using messages::Conversation;

struct Session {
  std::string name, body;
};

inline const std::vector<Session>& recorded() {
  static const std::vector<Session> all = [] {
    std::vector<std::filesystem::path> paths;
    for (const auto& e : std::filesystem::directory_iterator(HEADROOM_SOURCE_DIR "/corpus/sessions")) {
      const std::string name = e.path().filename().string();
      if (name.ends_with(".json") && !name.ends_with(".meta.json")) paths.push_back(e.path());
    }
    std::sort(paths.begin(), paths.end());
    std::vector<Session> out;
    for (const auto& p : paths) {
      std::ostringstream body;
      body << std::ifstream(p, std::ios::binary).rdbuf();
      out.push_back({p.stem().string(), std::move(body).str()});
    }
    return out;
  }();
  return all;
}

// The request that ended at this message: the list cut off behind it.
inline std::string cut_after(const Conversation& c, int message) {
  const auto node = [&](int m) { return c.doc[c.message_list[static_cast<std::size_t>(m)].node]; };
  const std::size_t end = node(message).end();
  const Edit rest{end, node(c.message_count - 1).end() - end, ""};
  return splice(c.doc.text(), {&rest, 1});
}

struct Rig {
  tokens::Witnesses counters;
  store::WorkspaceKey key{"default", std::string(32, 'k')};
  std::unique_ptr<store::Store> memory = store::open_memory(key, {});
  ViewCache cache;
  Services services{counters, [this]() -> Result<store::Store*> { return memory.get(); }, false, &key, &cache};
};

inline Options options_with(Tokens limit, std::string model = "claude-sonnet-4-5") {
  Options o;
  o.retrieval = Retrieval::tool;
  o.redeems_outside = true;
  o.model = std::move(model);
  if (limit.value > 0) o.model_limit = limit;
  return o;
}

inline Options lossless() {
  Options o;
  o.model = "claude-sonnet-4-5";
  return o;
}

inline messages::Projection projected(const std::string& body, std::string_view format) {
  const auto c = messages::read(body, messages::parse_format(format));
  return c ? messages::project(*c) : messages::Projection{};
}

// What goes to the model at most, by the high factor of its class of text.
inline std::int64_t high_estimate(const Outcome& o) {
  return tokens::tokens_of_model("claude-sonnet-4-5").data.at_most(o.after).value;
}

}  // namespace headroom::pipeline
