// Sessions that are longer than their model takes: they stay under the limit, and what left can be found again.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "generated_session.h"
#include "recorded_sessions.h"

namespace headroom::pipeline {
namespace {

TEST(LongSessions, SessionsOfTwiceTheLimitStayUnderIt) {
  const Generated g = generate(7, 200, 220);
  Rig rig;
  const Outcome all = compress_body(g.body(g.messages.size()), "", lossless(), rig.services);
  const Tokens usable(high_estimate(all) / 2);
  const Tokens reserve(32'000);  // of the price row
  const Options options = options_with(usable + reserve);
  std::int64_t after_epoch = -1;
  int epochs = 0;
  std::vector<std::int64_t> grown;
  messages::Projection before;
  for (std::size_t n = 1; n <= g.messages.size(); ++n) {
    const std::string body = g.body(n);
    const auto c = messages::read(body);
    if (c->boundaries.empty() || c->boundaries.back() != static_cast<int>(n) - 1) continue;
    const Outcome o = compress_body(body, "", options, rig.services);
    ASSERT_FALSE(o.error) << o.error->message;
    EXPECT_LE(high_estimate(o), usable.value) << "at message " << n;
    const auto now = projected(o.output, "anthropic");
    const bool epoch = static_cast<int>(o.epochs.size()) > epochs;
    if (epoch) {
      if (after_epoch >= 0) grown.push_back(o.epoch_reports.back().before.value);
      epochs = static_cast<int>(o.epochs.size());
      after_epoch = high_estimate(o);
    } else {
      EXPECT_TRUE(messages::is_prefix(before, now)) << "at message " << n;
    }
    before = now;
  }
  EXPECT_GE(epochs, 3);
  // Between limit epochs the size grows by a quarter of the limit at least.
  Rig again;
  const Outcome last = compress_body(g.body(g.messages.size()), "", options, again.services);
  const tokens::Factor factor = tokens::tokens_of_model("claude-sonnet-4-5").data;
  for (std::size_t i = 1; i < last.epoch_reports.size(); ++i) {
    if (last.epoch_reports[i].trigger != "limit") continue;
    const std::int64_t growth =
        (last.epoch_reports[i].before - last.epoch_reports[i - 1].after).value * factor.high / factor.centre;
    EXPECT_GE(growth * 100, usable.value * 25) << "epoch " << i;
  }
}

TEST(LongSessions, FactsInWhatLeftAreFoundByOneRetrieval) {
  int left = 0, found = 0;
  for (const unsigned seed : {11U, 12U, 13U}) {
    const Generated g = generate(seed, 170, 200);
    Rig rig;
    const Outcome all = compress_body(g.body(g.messages.size()), "", lossless(), rig.services);
    const Options options = options_with(Tokens(high_estimate(all) / 2 + 32'000));
    const Outcome o = compress_body(g.body(g.messages.size()), "", options, rig.services);
    for (const Planted& p : g.planted) {
      if (o.output.find(p.fact) != std::string::npos) continue;
      ++left;
      // The reader looks for a line that names the subject, and asks for its handle.
      for (std::size_t at = o.output.find("[turn "); at != std::string::npos; at = o.output.find("[turn ", at + 1)) {
        const std::string text = o.output.substr(at, o.output.find(']', at) - at + 1);
        if (text.find(p.subject) == std::string::npos) continue;
        const auto entry = rig.memory->get(*store::parse_handle(text));
        found += entry && entry->entry && entry->entry->content.find(p.fact) != std::string::npos;
        break;
      }
    }
  }
  std::printf("%d of %d facts found\n", found, left);
  EXPECT_GE(left, 100);
  EXPECT_GE(found * 100, left * 95);
}

// A store that takes nothing: nothing leaves, nothing is lost.
class Broken final : public store::Store {
 public:
  std::vector<Result<store::Handle>> put(std::span<const store::Original> originals) override {
    return std::vector<Result<store::Handle>>(originals.size(), refused());
  }
  Result<store::Found> get(store::Handle) override { return refused(); }
  Result<void> renew(std::span<const store::Handle>) override { return refused(); }
  Result<bool> erase(store::Handle) override { return refused(); }
  Result<std::optional<store::EntryState>> stat(store::Handle) override { return refused(); }
  Result<void> flush() override { return refused(); }
  Result<std::uint64_t> purge(std::optional<std::chrono::seconds>) override { return refused(); }
  Result<store::Stats> stats() override { return refused(); }
  Result<std::vector<store::WorkspaceStats>> workspaces() override { return refused(); }
  Result<store::RecordAnswer> put_record(const store::RecordPut&) override { return refused(); }
  Result<std::optional<store::Record>> get_record(std::string_view) override { return refused(); }
  Result<std::vector<store::Record>> records() override { return refused(); }
  Result<bool> erase_record(std::string_view) override { return refused(); }

 private:
  static std::unexpected<Error> refused() { return fail(ErrorKind::full, "no room"); }
};

TEST(LongSessions, WithoutAStoreNothingLeaves) {
  const Generated g = generate(3, 60, 200);
  Rig rig;
  const Outcome all = compress_body(g.body(g.messages.size()), "", lossless(), rig.services);
  const Options options = options_with(Tokens(high_estimate(all) / 2 + 32'000));
  Broken broken;
  rig.services.store = [&]() -> Result<store::Store*> { return &broken; };
  const Outcome o = compress_body(g.body(g.messages.size()), "", options, rig.services);
  EXPECT_TRUE(o.error);
  EXPECT_EQ(o.output.find("Retrieve with hash="), std::string::npos);
  for (const Planted& p : g.planted) EXPECT_NE(o.output.find(p.fact), std::string::npos);
}

}  // namespace
}  // namespace headroom::pipeline
