// What a core is made of: shared by the files that carry out its operations, and by nobody else.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/core.h"
#include "api/counter_pool.h"
#include "api/keeping.h"
#include "api/write_behind.h"
#include "pipeline/in_hand.h"
#include "store/audit.h"
#include "store/misses.h"

namespace headroom::api {

struct Core::Impl {
  static constexpr std::size_t behind_bytes = std::size_t{16} << 20;  // of originals that wait for the store

  Config config;
  CounterPool counters;
  Keeping keeping;
  std::function<void(const Retrieval&)> hook;
  pipeline::ViewCache views;
  pipeline::ContentIndexes indexes;  // of originals that queries were put to
  store::AuditLog audit_log;
  store::Misses misses;
  std::atomic<bool> put_failed = false;  // behind an answer, and not told yet
  WriteBehind behind;                    // last: what it does needs the others
  const pipeline::IdleThreads idle;

  explicit Impl(Config c)
      : config(std::move(c)),
        keeping(config),
        views(config.cache_bytes.value),
        audit_log(config.directory / "audit.jsonl"),
        behind(config.lend_thread, behind_bytes),
        idle{[this](auto job) { return lend(std::move(job)); }, config.idle_threads.wanted} {}

  pipeline::Services services_of(tokens::Witnesses& witnesses);
  const pipeline::IdleThreads* helpers() const { return config.idle_threads.lend ? &idle : nullptr; }
  // An idle thread with counters.
  bool lend(std::move_only_function<void(tokens::Witnesses&)> job);
  // Is there a store, once what waits for it is in it?
  bool store_exists() {
    behind.finish();
    return keeping.exists();
  }

  // ---- retrieval (core_retrieval.cc)

  // What left a conversation at its epochs; nothing where nothing may be left out.
  std::vector<pipeline::LeftOriginal> left_of(std::string_view body, std::string_view format,
                                              const pipeline::Options& options);
  // Where a handle is looked up: the body, then the store if there is one.
  pipeline::Located locate(store::Handle handle, pipeline::InHand* in_hand);
  // Tells who accounts for retrievals, and the audit log. What cannot be logged, where that was asked for, is not given
  // out.
  Result<void> account(const pipeline::RetrieveRequest& request, pipeline::Located::Where where, std::size_t bytes);
  Result<void> audit(const Retrieval& retrieval);
  // An answer for a model: text in every case.
  std::string answer_model(const pipeline::RetrieveRequest& request, pipeline::InHand* in_hand);
  std::string text_for_model(const pipeline::RetrieveRequest& request, store::Handle handle,
                             const pipeline::Located& found);
};

}  // namespace headroom::api
