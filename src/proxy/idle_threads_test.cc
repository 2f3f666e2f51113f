// Large conversations that nobody has seen, several at once, on one pool: each gets what is idle, and the same bytes.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <string>
#include <vector>

#include "api/core.h"
#include "proxy/long_request_test_support.h"
#include "proxy/pool.h"
#include "proxy/rewrite.h"

namespace headroom::proxy::test {
namespace {

RewriteJob job_of(int n) {
  RewriteJob job;
  job.format = "anthropic";
  job.body = long_request(12 + n, n * 5);  // they share some of their texts
  return job;
}

TEST(IdleThreads, HelpSeveralAtOnce) {
  constexpr int requests = 6;
  pipeline::Options options;
  options.retrieval = pipeline::Retrieval::auto_;
  std::vector<std::string> alone;
  {
    api::Core core(api::Config{});
    for (int n = 0; n < requests; ++n) {
      const Rewritten out = rewrite(core, job_of(n), options);
      ASSERT_FALSE(out.failed);
      alone.emplace_back(out.body.view());
    }
    ASSERT_NE(alone[0].find("hash="), std::string::npos);
  }
  for (const unsigned threads : {1u, 2u, 4u, 16u}) {
    std::unique_ptr<api::Core> core;
    Pool pool(threads);  // its threads end before the core
    std::atomic<int> lent = 0;
    api::Config config;
    config.idle_threads = {[&](Pool::Job job) {
                             const bool took = pool.lend(std::move(job));
                             lent += took;
                             return took;
                           },
                           [&] { return pool.is_wanted(); }};
    core = std::make_unique<api::Core>(std::move(config));
    std::vector<std::string> out(requests);
    // One by one, so that threads are idle; then all at once.
    for (const int at_once : {1, requests}) {
      core->drop_caches();
      for (int first = 0; first < requests; first += at_once) {
        std::latch done(at_once);
        for (int n = first; n < first + at_once; ++n) {
          pool.submit(Pool::small + 1, [&, n] {
            out[static_cast<std::size_t>(n)] = rewrite(*core, job_of(n), options).body.view();
            done.count_down();
          });
        }
        done.wait();
      }
      EXPECT_EQ(lent > 0, threads > 1);
      // Handles are this process's: the same for both cores.
      EXPECT_EQ(out, alone) << threads << " threads, " << at_once << " at once";
    }
    pool.stop();
  }
}

}  // namespace
}  // namespace headroom::proxy::test
