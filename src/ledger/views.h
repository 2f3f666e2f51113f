// What was shortened in the last 50 requests, before and after: for --log-messages, where the user asked to see it.
//
// In memory only, at most 16 MiB; the oldest request goes first; of a text at most 64 KiB is kept. Shown to callers
// that may read contents, nowhere else. Thread-safe. Not made at all without the option.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/row.h"

namespace headroom::ledger {

struct View {
  std::string tool, kind, before, after;
  std::int64_t tokens_before = 0, tokens_after = 0;
};

class Views {
 public:
  static constexpr std::size_t most = 50, most_bytes = 16 << 20, longest_text = 64 << 10;
  void add(RequestId request, std::vector<View> views);
  // {"id":"...","views":[{"tool","kind","tokens_before","tokens_after","before","after"}]}; nullopt: not kept (any
  // more). `bytes_cut`: what was left out of long texts.
  std::optional<std::string> json(std::string_view request) const;
  // {"requests":["...",...]}, the newest first: those that json() knows.
  std::string list() const;

 private:
  struct Kept {
    RequestId request;
    std::vector<View> views;
    std::size_t cut = 0;
    std::size_t bytes = 0;
  };
  mutable std::mutex mutex_;
  std::deque<Kept> kept_;  // the newest last
  std::size_t bytes_ = 0;
};

}  // namespace headroom::ledger
