// The store in memory: a map by handle, capped in bytes, gone with the process.
#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>

#include "store/hmac.h"
#include "store/policy.h"
#include "store/store.h"

namespace headroom::store {
namespace {

class MemoryStore final : public Store {
 public:
  MemoryStore(WorkspaceKey key, Options options) : key_(std::move(key)), options_(std::move(options)) {}

  std::vector<Result<Handle>> put(std::span<const Original> originals) override {
    const std::scoped_lock lock(mutex_);
    const Clock::time_point now = this->now();
    forget(now);
    std::vector<Result<Handle>> handles;
    handles.reserve(originals.size());
    for (const Original& o : originals) handles.push_back(put_one(o, now));
    return handles;
  }

  Result<Found> get(Handle handle) override {
    const std::scoped_lock lock(mutex_);
    const Clock::time_point now = this->now();
    Found found;
    if (const auto at = entries_.find(handle); at != entries_.end()) {
      if (at->second.entry.expires > now) {
        found.status = Status::live;
        found.entry = at->second.entry;
      } else if (at->second.entry.expires > now - gone_window) {
        found.status = Status::expired;
        found.hint = at->second.entry.source;
      }
    } else if (const auto g = gone_.find(handle); g != gone_.end() && g->second.at > now - gone_window) {
      found.status = Status::expired;
      found.hint = g->second.hint;
    }
    return found;
  }

  Result<std::uint64_t> purge(std::optional<std::chrono::seconds> older_than) override {
    const std::scoped_lock lock(mutex_);
    const Clock::time_point now = this->now();
    std::uint64_t removed = 0;
    for (auto at = entries_.begin(); at != entries_.end();) {
      if (older_than && at->second.entry.created > now - *older_than) {
        ++at;
        continue;
      }
      at->second.entry.source = {};  // asked to forget: no hint stays
      at = leave(at, now);
      ++removed;
    }
    for (auto& [handle, gone] : gone_) {
      if (!older_than || gone.at <= now - *older_than) gone.hint.reset();
    }
    return removed;
  }

  Result<Stats> stats() override {
    const std::scoped_lock lock(mutex_);
    const Clock::time_point now = this->now();
    Stats stats{.entries = entries_.size(), .bytes = bytes_, .expired = 0};
    for (const auto& [handle, held] : entries_) stats.expired += held.entry.expires <= now;
    return stats;
  }

 private:
  struct Held {
    Entry entry;
    Digest id;
    Clock::time_point carried;
  };
  struct Gone {
    Clock::time_point at;
    std::optional<Source> hint;
  };
  using Entries = std::map<Handle, Held>;

  Clock::time_point now() const { return options_.now ? options_.now() : Clock::now(); }

  Result<Handle> put_one(const Original& original, Clock::time_point now) {
    if (const auto fit = check_original(original, options_); !fit) return std::unexpected(fit.error());
    const Digest id = hmac_sha256(key_.handle_key, original.content);
    const Handle handle = handle_of_id(id);
    if (const auto at = entries_.find(handle); at != entries_.end()) {
      if (at->second.id != id || at->second.entry.content != original.content) {
        return fail(ErrorKind::collision, "another content has this handle");
      }
      at->second.carried = now;
      at->second.entry.expires = now + options_.ttl;
      return handle;
    }
    if (!make_room(original.content.size(), now)) return fail(ErrorKind::full, "no room for another original");
    Entry entry{.handle = handle,
                .content = std::string(original.content),
                .kind = std::string(original.kind),
                .source = kept_source(original.source),
                .tokens = original.tokens,
                .lines = original.lines,
                .created = now,
                .expires = now + options_.ttl};
    bytes_ += entry.content.size();
    entries_.emplace(handle, Held{std::move(entry), id, now});
    gone_.erase(handle);
    return handle;
  }

  // Expired entries leave first, then those not carried for longest; nothing leaves if that would not be enough.
  bool make_room(std::uint64_t size, Clock::time_point now) {
    if (bytes_ + size <= options_.capacity_bytes) return true;
    std::vector<Entries::iterator> candidates;
    std::uint64_t freeable = 0;
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      if (at->second.entry.expires > now && is_live(at->second.carried, now)) continue;
      candidates.push_back(at);
      freeable += at->second.entry.content.size();
    }
    if (bytes_ - freeable + size > options_.capacity_bytes) return false;
    std::sort(candidates.begin(), candidates.end(), [now](auto a, auto b) {
      const auto rank = [now](const Held& h) { return std::tuple(h.entry.expires > now, h.carried, h.entry.handle); };
      return rank(a->second) < rank(b->second);
    });
    for (auto at : candidates) {
      if (bytes_ + size <= options_.capacity_bytes) break;
      leave(at, now);
    }
    return true;
  }

  Entries::iterator leave(Entries::iterator at, Clock::time_point now) {
    const Source& source = at->second.entry.source;
    Gone gone{now, std::nullopt};
    if (!source.tool.empty() || !source.arguments.empty()) gone.hint = source;
    gone_[at->first] = std::move(gone);
    bytes_ -= at->second.entry.content.size();
    return entries_.erase(at);
  }

  // A few at a time, going round, so that no put pays for a whole sweep.
  void forget(Clock::time_point now) {
    for (int budget = swept_per_put; budget > 0; --budget) {
      const auto at = entries_.upper_bound(swept_entry_);
      swept_entry_ = at == entries_.end() ? Handle{} : at->first;
      if (at == entries_.end()) break;
      if (at->second.entry.expires <= now) leave(at, now);
    }
    for (int budget = swept_per_put; budget > 0; --budget) {
      const auto at = gone_.upper_bound(swept_gone_);
      swept_gone_ = at == gone_.end() ? Handle{} : at->first;
      if (at == gone_.end()) break;
      if (at->second.at <= now - gone_window) gone_.erase(at);
    }
  }

  const WorkspaceKey key_;
  const Options options_;
  std::mutex mutex_;
  Entries entries_;
  std::map<Handle, Gone> gone_;
  Handle swept_entry_, swept_gone_;  // looked through up to here
  std::uint64_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<Store> open_memory(WorkspaceKey key, Options options) {
  return std::make_unique<MemoryStore>(std::move(key), std::move(options));
}

}  // namespace headroom::store
