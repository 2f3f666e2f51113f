// Which job a pool takes next, and how many huge ones at once.
#include "proxy/pool.h"

#include <gtest/gtest.h>

#include <latch>
#include <string>

namespace headroom::proxy {
namespace {

// Jobs that write down when they begin. The first holds the pool's one thread until all are there.
std::string order_of(const std::function<void(const std::function<void(std::size_t, char, Pool::Place)>&)>& submit_all,
                     std::ptrdiff_t jobs) {
  std::string order;
  std::latch all_there(1), all_done(jobs);
  Pool pool(1);
  pool.submit(0, [&] { all_there.wait(); });
  submit_all([&](std::size_t size, char name, Pool::Place place) {
    pool.submit(
        size,
        [&, name] {
          order += name;
          all_done.count_down();
        },
        place);
  });
  all_there.count_down();
  all_done.wait();
  pool.stop();
  return order;
}

constexpr auto back = Pool::Place::back, front = Pool::Place::front;

TEST(Pool, SmallJobsFirstInOrder) {
  EXPECT_EQ(order_of(
                [](const auto& submit) {
                  submit(Pool::huge + 1, 'H', back);
                  submit(Pool::huge, 'L', back);
                  submit(Pool::small + 1, 'M', back);
                  submit(Pool::small, 's', back);
                  submit(Pool::huge + 2, 'I', front);
                  submit(0, 't', back);
                },
                6),
            "stLMIH");
}

// Small jobs that never end do not keep the others out.
TEST(Pool, NoneWaitsForEver) {
  const std::string order = order_of(
      [](const auto& submit) {
        submit(Pool::huge + 1, 'H', back);
        for (int i = 0; i < 100; ++i) submit(1, 's', back);
      },
      101);
  EXPECT_LT(order.find('H'), 20u);
}

// A pool that jobs meet in: the most of them that ran at once.
int most_at_once(unsigned threads, std::size_t size, int jobs, int expected) {
  std::atomic<int> running{0}, most{0};
  std::latch met(expected), done(jobs);
  Pool pool(threads);
  for (int i = 0; i < jobs; ++i) {
    pool.submit(size, [&, i] {
      const int now = ++running;
      for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      if (i < expected) met.arrive_and_wait();  // as many as may run do run at once
      --running;
      done.count_down();
    });
  }
  done.wait();
  pool.stop();
  return most;
}

TEST(Pool, HugeJobsTakeTurns) {
  EXPECT_EQ(most_at_once(2, Pool::huge + 1, 6, 1), 1);       // one thread is left to the others
  EXPECT_EQ(most_at_once(8, Pool::most_huge / 2, 8, 2), 2);  // by their bytes
  EXPECT_EQ(most_at_once(8, Pool::most_huge + 1, 4, 1), 1);  // one is always let in
  EXPECT_GE(most_at_once(3, Pool::huge, 6, 3), 3);           // those below are not held
}

// A small job does not wait for a huge one, however few threads there are but one.
TEST(Pool, AHugeJobLeavesAThread) {
  std::latch small_ran(1), done(2);
  Pool pool(2);
  for (int i = 0; i < 2; ++i) {
    pool.submit(Pool::huge + 1, [&] {
      small_ran.wait();
      done.count_down();
    });
  }
  pool.submit(1, [&] { small_ran.count_down(); });
  done.wait();
  pool.stop();
}

TEST(Pool, WhatWaitsIsDropped) {
  std::latch begun(1), ends(1);
  std::atomic<int> ran{0};
  Pool pool(1);
  pool.submit(1, [&] {
    begun.count_down();
    ends.wait();
  });
  begun.wait();
  for (const std::size_t size : {std::size_t{1}, Pool::huge, Pool::huge + 1}) pool.submit(size, [&] { ++ran; });
  EXPECT_EQ(pool.waiting(), 3u);
  std::thread stopping([&] { pool.stop(); });
  while (pool.waiting() > 0) std::this_thread::yield();
  ends.count_down();
  stopping.join();
  pool.submit(1, [&] { ++ran; });
  EXPECT_EQ(ran, 0);
}

// A thread is lent where one is idle or can be started, and nobody waits; it is wanted back as soon as somebody does.
TEST(Pool, LendsWhatIsIdle) {
  std::latch begun(2), ends(1), helped(1), ran(1);
  Pool pool(3);
  const auto hold = [&] {
    begun.count_down();
    ends.wait();
  };
  for (int i = 0; i < 2; ++i) pool.submit(1, hold);
  begun.wait();
  EXPECT_FALSE(pool.is_wanted());
  std::latch lent(1);
  ASSERT_TRUE(pool.lend([&] {
    lent.count_down();
    helped.wait();
  }));
  lent.wait();
  EXPECT_FALSE(pool.is_wanted());
  EXPECT_FALSE(pool.lend([] { FAIL() << "all threads are at work"; }));
  pool.submit(1, [&] { ran.count_down(); });
  EXPECT_TRUE(pool.is_wanted());
  EXPECT_FALSE(pool.lend([] { FAIL() << "another job waits"; }));
  helped.count_down();
  ran.wait();
  while (!pool.lend([] {})) std::this_thread::yield();  // idle again
  ends.count_down();
  pool.stop();
  EXPECT_FALSE(pool.lend([] { FAIL() << "the pool has ended"; }));
}

}  // namespace
}  // namespace headroom::proxy
