#include "pipeline/secret_gate.h"

#include <gtest/gtest.h>

#include <string>

#include "pipeline/compress.h"

namespace headroom::pipeline {
namespace {

// Put together here, so that no scanner takes this file's own text for a leak.
const std::string secret = std::string("ghp_") + "a8Kd03mXq7Zr5Tn1Wc9YvB2Lh6Js4Pf0GeUi";

std::string log_with(std::string_view line) {
  std::string log;
  for (int i = 0; i < 600; ++i) {
    log += "2026-03-01T10:00:" + std::to_string(10 + i % 50) + "Z INFO worker[" + std::to_string(i % 7) + "]: job " +
           std::to_string(i) + " done in " + std::to_string(i * 13 % 97) + " ms\n";
    if (i == 300) log += std::string(line) + "\n";
  }
  return log;
}

struct Trial {
  Outcome outcome;
  std::uint64_t stored;
  std::string hint;
};

Trial run(std::string_view text, SecretsOption option, bool leaves, std::string_view arguments = {}) {
  tokens::Witnesses counters;
  const auto memory = store::open_memory({"default", std::string(32, 'k')}, {});
  Services services{counters, [&]() -> Result<store::Store*> { return memory.get(); }, leaves};
  Options options;
  options.retrieval = Retrieval::tool;
  options.secrets = option;
  Trial run{compress_content(text, {.kind = "log", .query = "", .tool = "Bash", .arguments = std::string(arguments)},
                             options, services),
            0, ""};
  run.stored = memory->stats()->entries;
  if (!run.outcome.markers.empty()) {
    const auto found = memory->get(*store::parse_handle(run.outcome.markers[0].hash));
    run.hint = found->entry->source.arguments;
  }
  return run;
}

bool told(const Outcome& o) {
  return o.skipped.size() == 1 && o.skipped[0].reason == Reason::secret;
}

TEST(SecretGate, AContentWithoutASecretIsShortenedUnderEveryOption) {
  for (const auto option : {SecretsOption::memory, SecretsOption::encrypt, SecretsOption::raw}) {
    const Trial r = run(log_with("nothing to see"), option, true);
    EXPECT_EQ(r.outcome.markers.size(), 1u);
    EXPECT_EQ(r.stored, 1u);
  }
}

TEST(SecretGate, MemoryKeepsASecretFromAStoreElsewhere) {
  const Trial there = run(log_with("token is " + secret), SecretsOption::memory, true);
  EXPECT_TRUE(there.outcome.lossless);
  EXPECT_TRUE(there.outcome.changed);  // the lossless view
  EXPECT_TRUE(there.outcome.markers.empty());
  EXPECT_EQ(there.stored, 0u);
  EXPECT_TRUE(told(there.outcome));
  const Trial here = run(log_with("token is " + secret), SecretsOption::memory, false);
  EXPECT_EQ(here.outcome.markers.size(), 1u);
  EXPECT_EQ(here.stored, 1u);
}

TEST(SecretGate, EncryptStoresItLikeAnyOther) {
  const Trial r = run(log_with("token is " + secret), SecretsOption::encrypt, true);
  EXPECT_EQ(r.outcome.markers.size(), 1u);
  EXPECT_EQ(r.stored, 1u);
}

TEST(SecretGate, RawLeavesTheContentAsItIs) {
  const std::string text = log_with("token is " + secret);
  for (const bool leaves : {true, false}) {
    const Trial r = run(text, SecretsOption::raw, leaves);
    EXPECT_EQ(r.outcome.output, text);
    EXPECT_FALSE(r.outcome.changed);
    EXPECT_EQ(r.stored, 0u);
    EXPECT_TRUE(told(r.outcome));
  }
}

TEST(SecretGate, ASecretInTheArgumentsIsNoHint) {
  const std::string arguments = "curl -H 'PRIVATE-TOKEN: " + secret + "' host";
  EXPECT_EQ(run(log_with(""), SecretsOption::memory, true, arguments).hint, "");
  EXPECT_EQ(run(log_with(""), SecretsOption::memory, true, "curl host").hint, "curl host");
  EXPECT_EQ(run(log_with(""), SecretsOption::encrypt, true, arguments).hint, arguments);
}

}  // namespace
}  // namespace headroom::pipeline
