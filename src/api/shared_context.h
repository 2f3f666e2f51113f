// What agents share: named texts with versions, in the workspace's store, so across processes, machines and languages.
//
//   put("plan", "...", agent "planner")            -> version 1
//   put("plan", "...", agent "coder", if_version 1) -> version 2; a later one with 1 is refused and told 2
//   get("plan")         -> the view, as a tool result would get it, with its handle if something was left out
//   get("plan", full)   -> the bytes
//
// The view is made when it is asked for, by the same pipeline and from the same bytes, so it is always the same; its
// original is stored then, under its handle, as any original is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/core.h"
#include "base/result.h"
#include "store/store.h"

namespace headroom::api {

// Records that are not shared texts begin with it.
inline constexpr std::string_view own_records = "\x1f";

struct SharedPut {
  std::string_view key, content, agent;
  std::optional<std::uint64_t> if_version;  // 0: only if there is none
  std::uint64_t most_entries = 100;         // those written longest ago leave beyond it
};

Result<store::RecordAnswer> shared_put(store::Store& store, const SharedPut& put);
Result<std::uint64_t> shared_clear(store::Store& store);  // entries removed

std::string shared_put_answer(std::string_view key, const store::RecordAnswer& answer);
// `view`: null for `full`.
std::string shared_get_answer(const store::Record& record, const pipeline::Outcome* view);
std::string shared_missing_answer(std::string_view key);
std::string shared_keys_answer(std::span<const store::Record> records);
std::string shared_stats_answer(std::span<const store::Record> records);

}  // namespace headroom::api
