// Stale reads against reads that were really carried out: corpus/reads/, labelled by the files themselves, not by the
// words of the calls (bench/sessions/record_reads.py).
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "history/reads.h"
#include "json/document.h"

namespace headroom::history {
namespace {

struct Call {
  std::string name, arguments, result, label;
  bool error = false;
};

struct Recorded {
  std::string agent, system;
  std::vector<Call> calls;

  // Views into `this`.
  Past past() const {
    Past p;
    p.messages.push_back({Role::system, false});
    p.blocks.push_back({0, -1, Role::system, system, Tokens(0), false, false});
    p.messages.push_back({Role::user, true});
    for (const Call& c : calls) {
      p.messages.push_back({Role::assistant, false});
      const int call = static_cast<int>(p.calls.size());
      p.calls.push_back({c.name, c.arguments, static_cast<int>(p.messages.size()) - 1});
      p.messages.push_back({Role::tool, true});
      p.blocks.push_back(
          {static_cast<int>(p.messages.size()) - 1, call, Role::tool, c.result, Tokens(0), c.error, true});
    }
    return p;
  }
};

std::vector<Recorded> recorded() {
  std::vector<Recorded> out;
  std::ifstream in(HEADROOM_SOURCE_DIR "/corpus/reads/reads.jsonl");
  for (std::string line; std::getline(in, line);) {
    const auto doc = json::Document::parse(line);
    if (!doc) return {};
    const auto text = [&](json::NodeId node, std::string_view key) { return doc->string(*doc->member(node, key)); };
    Recorded r{text(0, "agent"), text(0, "system"), {}};
    for (const json::NodeId call : doc->elements(*doc->member(0, "calls"))) {
      r.calls.push_back({text(call, "name"), text(call, "arguments"), text(call, "result"), text(call, "label"),
                         doc->raw(*doc->member(call, "error")) == "true"});
    }
    out.push_back(std::move(r));
  }
  return out;
}

TEST(StaleReads, AgainstReadsThatWereCarriedOut) {
  int labelled = 0, stale = 0, found = 0, wrong = 0;
  std::map<std::string, std::pair<int, int>> by_agent;  // stale, found
  for (const Recorded& session : recorded()) {
    std::set<std::size_t> given;
    for (const StaleRead& r : stale_reads(session.past())) given.insert(static_cast<std::size_t>(r.block) - 1);
    for (std::size_t i = 0; i < session.calls.size(); ++i) {
      const Call& c = session.calls[i];
      const bool said = given.contains(i);
      labelled += c.label != "none";
      if (said && (c.label == "keep" || c.label == "none")) {
        ++wrong;
        ADD_FAILURE() << session.agent << ", call " << i << ", " << c.label << ": " << c.name << " " << c.arguments;
      }
      if (c.label != "stale") continue;
      ++stale, ++by_agent[session.agent].first;
      found += said, by_agent[session.agent].second += said;
      if (!said && std::getenv("HEADROOM_SHOW") != nullptr)
        std::printf("missed: %s, call %zu: %s %s\n", session.agent.c_str(), i, c.name.c_str(), c.arguments.c_str());
    }
  }
  std::printf("%d labelled reads: %d stale, %d of them found, %d replaced that should stay\n", labelled, stale, found,
              wrong);
  for (const auto& [agent, counts] : by_agent)
    std::printf("  %s: %d of %d\n", agent.c_str(), counts.second, counts.first);
  EXPECT_GE(labelled, 300);
  EXPECT_GE(stale, 100);
  EXPECT_EQ(wrong, 0);
  EXPECT_GE(found * 100, stale * 90);
}

}  // namespace
}  // namespace headroom::history
