#include "history/fold.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace headroom::history {
namespace {

__extension__ using Wide = __int128;

constexpr Terms claude{300'000, 3'750'000, Tokens(168'000), 85, 55};

// A conversation as the fold sees it: what each boundary adds, and what of it can be replaced, from which boundary on.
struct Turn {
  int size = 0;        // tokens of its one message
  int saving = 0;      // of them, that an epoch would save
  int delay = 0;       // boundaries until it may
  bool whole = false;  // all of it stays to be seen, in a shorter form
};

Tokens answer_of(const Turn& t) {
  return Tokens(t.whole ? 0 : std::min(t.size, 2000));
}

struct Course {
  std::vector<Epoch> epochs;
  std::vector<std::int64_t> forwarded;  // at each boundary, after it
};

std::int64_t forwarded_at(const std::vector<Turn>& turns, const std::vector<bool>& replaced, int b) {
  std::int64_t n = 0;
  for (int i = 0; i <= b; ++i) n += turns[i].size - (replaced[i] ? turns[i].saving : 0);
  return n;
}

// By the definition, everything from scratch at every boundary: every cut, every candidate.
std::optional<Epoch> reference(const std::vector<Turn>& turns, const std::vector<bool>& replaced, int b, int rested,
                               const Terms& terms) {
  if (b - std::max(rested, 0) < 6) return std::nullopt;
  const std::int64_t forwarded = forwarded_at(turns, replaced, b);
  std::optional<Epoch> best;
  Wide best_gain = 0;
  for (int c = b; c >= 0; --c) {
    std::int64_t saving = 0, kept = 0;
    Wide asked = 0;
    bool here = false;
    for (int i = c; i <= b; ++i) {
      kept += turns[i].size - (replaced[i] ? turns[i].saving : 0);
      if (replaced[i] || turns[i].saving == 0 || i + turns[i].delay > b) continue;
      here = here || i == c;
      saving += turns[i].saving;
      kept -= turns[i].saving;
      if (!turns[i].whole)
        asked += static_cast<Wide>(terms.read) * forwarded + static_cast<Wide>(terms.write) * answer_of(turns[i]).value;
    }
    const Wide cost = static_cast<Wide>(terms.write - terms.read) * kept + asked / 10;
    const Wide gain = static_cast<Wide>(terms.read) * (b + 1) * saving / 4 - cost;
    if (!here || gain < 0 || saving < std::max<std::int64_t>(2000, forwarded * 5 / 100)) continue;
    if (best && gain <= best_gain) continue;
    best_gain = gain;
    best = Epoch{Trigger::paying, {b, c}, b, Tokens(saving), Tokens(kept), 0};
  }
  return best;
}

Course run(const std::vector<Turn>& turns, const Terms& terms, bool by_definition,
           EpochMode mode = EpochMode::automatic, std::vector<Position> positions = {}) {
  Course out;
  Fold fold(terms, mode, std::move(positions));
  std::vector<bool> replaced(turns.size(), false);
  std::vector<std::int64_t> before{0};
  int e = -1;
  for (int b = 0; b < static_cast<int>(turns.size()); ++b) {
    before.assign(1, 0);
    std::vector<Candidate> candidates;
    for (int i = 0; i <= b; ++i) {
      before.push_back(before.back() + turns[i].size - (replaced[i] ? turns[i].saving : 0));
      if (!replaced[i] && turns[i].saving > 0 && i + turns[i].delay <= b)
        candidates.push_back({i, Tokens(turns[i].saving), answer_of(turns[i])});
    }
    const Boundary boundary{b, b, Tokens(before.back()), Tokens(before.back()), before, candidates};
    const auto epoch = by_definition ? reference(turns, replaced, b, e, terms) : fold.at(boundary);
    if (epoch) {
      for (int i = epoch->position.cut; i <= b; ++i) replaced[i] = replaced[i] || i + turns[i].delay <= b;
      e = b;
      out.epochs.push_back(*epoch);
      std::int64_t now = 0;
      for (int i = 0; i <= b; ++i) now += turns[i].size - (replaced[i] ? turns[i].saving : 0);
      fold.done(*epoch, Tokens(now));
      out.forwarded.push_back(now);
    } else {
      out.forwarded.push_back(before.back());
    }
  }
  return out;
}

// Of some conversations nearly all could leave, of others little: epochs pay early, late, never.
rc::Gen<std::vector<Turn>> turns(int size) {
  return rc::gen::mapcat(rc::gen::inRange(5, 100), [size](int least) {
    return rc::gen::resize(250, rc::gen::container<std::vector<Turn>>(rc::gen::apply(
                                    [least](int s, int share, int delay, bool whole) {
                                      return Turn{s, share > least ? s * 19 / 20 : 0, delay, whole};
                                    },
                                    rc::gen::inRange(1, size), rc::gen::inRange(0, 100), rc::gen::inRange(0, 5),
                                    rc::gen::arbitrary<bool>())));
  });
}

constexpr Terms no_limit(Terms t) {
  t.usable = Tokens(0);
  return t;
}

RC_GTEST_PROP(Fold, DecidesAsTheDefinitionDoes, ()) {
  const auto conversation = *turns(20'000);
  Terms terms = no_limit(claude);
  if (*rc::gen::inRange(0, 3) == 0) terms.write = terms.read;  // no cache prices: cost 0
  const Course fast = run(conversation, terms, false), slow = run(conversation, terms, true);
  RC_TAG(fast.epochs.size());
  RC_ASSERT(fast.epochs.size() == slow.epochs.size());
  for (std::size_t i = 0; i < fast.epochs.size(); ++i) {
    RC_ASSERT(fast.epochs[i].position == slow.epochs[i].position);
    RC_ASSERT(fast.epochs[i].saving == slow.epochs[i].saving);
    RC_ASSERT(fast.epochs[i].kept == slow.epochs[i].kept);
  }
}

RC_GTEST_PROP(Fold, LaterTurnsMoveNoDecision, ()) {
  const auto conversation = *turns(20'000);
  const Course whole = run(conversation, claude, false);
  const auto n = *rc::gen::inRange<std::size_t>(0, conversation.size() + 1);
  const Course cut = run({conversation.begin(), conversation.begin() + static_cast<std::ptrdiff_t>(n)}, claude, false);
  std::vector<Position> of_whole, of_cut;
  for (const Epoch& e : whole.epochs) {
    if (e.ordinal < static_cast<int>(n)) of_whole.push_back(e.position);
  }
  for (const Epoch& e : cut.epochs) of_cut.push_back(e.position);
  RC_ASSERT(of_whole == of_cut);
  RC_ASSERT(std::equal(cut.forwarded.begin(), cut.forwarded.end(), whole.forwarded.begin()));
}

RC_GTEST_PROP(Fold, PositionsHandedBackGiveTheSame, ()) {
  const auto conversation = *turns(20'000);
  const Course first = run(conversation, claude, false);
  std::vector<Position> positions;
  for (const Epoch& e : first.epochs) positions.push_back(*parse_position(to_string(e.position)));
  const Course again = run(conversation, claude, false, EpochMode::positions, positions);
  RC_ASSERT(first.forwarded == again.forwarded);
  RC_ASSERT(first.epochs.size() == again.epochs.size());
}

// Each rewrite is paid back by the time the conversation is a quarter longer, with perfect caching between requests.
RC_GTEST_PROP(Fold, PaysBackWithinAQuarterMore, ()) {
  const auto conversation = *turns(20'000);
  const Terms terms = no_limit(claude);
  const Course with = run(conversation, terms, false);
  RC_TAG(with.epochs.size());
  std::vector<bool> replaced(conversation.size(), false);
  for (const Epoch& e : with.epochs) {
    const std::int64_t before = forwarded_at(conversation, replaced, e.ordinal);
    Wide once = 0;  // what the rewrite costs, and one call in ten
    for (int i = e.position.cut; i <= e.ordinal; ++i) {
      const Turn& t = conversation[static_cast<std::size_t>(i)];
      if (replaced[static_cast<std::size_t>(i)] || t.saving == 0 || i + t.delay > e.ordinal) continue;
      replaced[static_cast<std::size_t>(i)] = true;
      if (!t.whole)
        once += (static_cast<Wide>(terms.read) * before + static_cast<Wide>(terms.write) * answer_of(t).value) / 10;
    }
    const std::int64_t after = forwarded_at(conversation, replaced, e.ordinal);
    std::int64_t untouched = 0;
    for (int i = 0; i < e.position.cut; ++i) {
      const Turn& t = conversation[static_cast<std::size_t>(i)];
      untouched += t.size - (replaced[static_cast<std::size_t>(i)] ? t.saving : 0);
    }
    once += static_cast<Wide>(terms.write - terms.read) * (after - untouched);
    RC_ASSERT(static_cast<Wide>(terms.read) * (before - after) * (e.ordinal + 1) >= 4 * once);
  }
}

std::vector<Turn> even(int n, int size, int saving) {
  return std::vector<Turn>(static_cast<std::size_t>(n), Turn{size, saving, 1});
}

TEST(Fold, FiresWhereItPays) {
  const Course r = run(even(60, 2000, 1500), no_limit(claude), false);
  ASSERT_FALSE(r.epochs.empty());
  EXPECT_EQ(r.epochs[0].trigger, Trigger::paying);
  EXPECT_GE(r.epochs[0].ordinal, 6);
  for (std::size_t i = 1; i < r.epochs.size(); ++i) EXPECT_GE(r.epochs[i].ordinal - r.epochs[i - 1].ordinal, 6);
  EXPECT_TRUE(run(even(60, 2000, 0), no_limit(claude), false).epochs.empty());
}

TEST(Fold, NothingOnItsOwnWithoutPrices) {
  EXPECT_TRUE(run(even(60, 2000, 1500), Terms{}, false).epochs.empty());
  EXPECT_TRUE(run(even(60, 2000, 1500), claude, false, EpochMode::off).epochs.empty());
  const Course limited = run(even(60, 2000, 1500), claude, false, EpochMode::limit);
  EXPECT_TRUE(std::all_of(limited.epochs.begin(), limited.epochs.end(),
                          [](const Epoch& e) { return e.trigger == Trigger::limit; }));
}

TEST(Fold, LimitFiresAboveTheMarkAndAgainAfterGrowth) {
  const Terms terms{0, 0, Tokens(100'000), 85, 55};
  const Course r = run(even(200, 1000, 700), terms, false);
  ASSERT_GE(r.epochs.size(), 2u);
  EXPECT_EQ(r.epochs[0].ordinal, 85);
  for (const Epoch& e : r.epochs) {
    EXPECT_EQ(e.trigger, Trigger::limit);
    EXPECT_EQ(e.position.cut, 0);
  }
}

// Nothing can be replaced: each epoch walks over all that is forwarded, so their sum must stay in proportion to it.
TEST(Fold, WhatCannotShrinkIsWalkedOverInProportionToItsSize) {
  const Terms terms{0, 0, Tokens(100'000), 85, 55};
  std::int64_t few = 0;
  for (const int n : {1'000, 4'000}) {
    const Course r = run(even(n, 1000, 0), terms, false);
    std::int64_t walked = 0;
    for (const Epoch& e : r.epochs) walked += r.forwarded[static_cast<std::size_t>(e.ordinal)];
    ASSERT_GT(r.epochs.size(), 10u);
    EXPECT_LE(walked, 12 * r.forwarded.back());
    few = few == 0 ? static_cast<std::int64_t>(r.epochs.size()) : few;
    EXPECT_LE(static_cast<std::int64_t>(r.epochs.size()), few + 16);  // four times the size: log 4 / log 1.1 more
  }
}

TEST(Fold, AskedAtTheEnd) {
  Fold fold(Terms{});
  const std::vector<std::int64_t> before{0, 10};
  const Boundary b{0, 0, Tokens(10), Tokens(10), before, {}};
  EXPECT_FALSE(fold.at(b));
  const auto epoch = fold.at(b, true);
  ASSERT_TRUE(epoch);
  EXPECT_EQ(epoch->trigger, Trigger::asked);
  EXPECT_EQ(to_string(epoch->position), "0");
}

TEST(Fold, PositionsAsText) {
  EXPECT_EQ(to_string(Position{40, 12}), "40@12");
  EXPECT_EQ(parse_position("40@12"), (Position{40, 12}));
  EXPECT_EQ(parse_position("7"), (Position{7, 0}));
  for (const char* bad : {"", "@", "-1", "1@2", "1@", "x", "1 ", "99999999999"})
    EXPECT_FALSE(parse_position(bad)) << bad;
}

}  // namespace
}  // namespace headroom::history
