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
        carry(at->second, now);
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

  Result<void> renew(std::span<const Handle> handles) override {
    const std::scoped_lock lock(mutex_);
    const Clock::time_point now = this->now();
    for (const Handle handle : handles) {
      const auto at = entries_.find(handle);
      if (at != entries_.end() && at->second.entry.expires > now) carry(at->second, now);
    }
    return {};
  }

  Result<bool> erase(Handle handle) override {
    const std::scoped_lock lock(mutex_);
    const auto at = entries_.find(handle);
    if (at == entries_.end()) return false;
    at->second.entry.source = {};
    leave(at, now());
    return true;
  }

  Result<std::optional<EntryState>> stat(Handle handle) override {
    const std::scoped_lock lock(mutex_);
    const auto at = entries_.find(handle);
    if (at == entries_.end() || at->second.entry.expires <= now()) return std::nullopt;
    const Entry& e = at->second.entry;
    return EntryState{e.kind, e.content.size(), e.created, at->second.carried, e.expires};
  }

  Result<void> flush() override { return {}; }

  Result<RecordAnswer> put_record(const RecordPut& record) override {
    const std::scoped_lock lock(mutex_);
    const Clock::time_point now = this->now();
    if (record.content.size() > max_content) return fail(ErrorKind::too_large, "a content over 64 MiB is not stored");
    drop_expired_records(now);
    const auto at = records_.find(record.name);
    const std::uint64_t version = at == records_.end() ? 0 : at->second.version;
    if (record.if_version && *record.if_version != version) return RecordAnswer{false, version};
    const std::uint64_t held = at == records_.end() ? 0 : at->second.size;
    bytes_ -= held;
    if (!make_room(record.content.size(), now)) {
      bytes_ += held;
      return fail(ErrorKind::full, "no room for another record");
    }
    bytes_ += record.content.size();
    Record& kept = records_[std::string(record.name)];
    kept = {std::string(record.name),  std::string(record.content),
            std::string(record.agent), version + 1,
            record.content.size(),     now,
            now + options_.ttl};
    return RecordAnswer{true, version + 1};
  }

  Result<std::optional<Record>> get_record(std::string_view name) override {
    const std::scoped_lock lock(mutex_);
    const Clock::time_point now = this->now();
    drop_expired_records(now);
    const auto at = records_.find(name);
    if (at == records_.end()) return std::nullopt;
    at->second.expires = now + options_.ttl;
    return at->second;
  }

  Result<std::vector<Record>> records() override {
    const std::scoped_lock lock(mutex_);
    drop_expired_records(now());
    std::vector<Record> list;
    for (const auto& [name, record] : records_) {
      list.push_back(record);
      list.back().content.clear();
    }
    return list;
  }

  Result<bool> erase_record(std::string_view name) override {
    const std::scoped_lock lock(mutex_);
    const auto at = records_.find(name);
    if (at == records_.end()) return false;
    bytes_ -= at->second.size;
    records_.erase(at);
    return true;
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
    for (auto at = records_.begin(); at != records_.end();) {
      if (older_than && at->second.written > now - *older_than) {
        ++at;
        continue;
      }
      bytes_ -= at->second.size;
      at = records_.erase(at);
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
    Stats stats{.entries = entries_.size(),
                .bytes = bytes_,
                .records = records_.size(),
                .total_bytes = bytes_,
                .capacity = options_.capacity_bytes};
    for (const auto& [handle, held] : entries_) stats.expired += held.entry.expires <= now;
    return stats;
  }

  Result<std::vector<WorkspaceStats>> workspaces() override {
    return std::vector<WorkspaceStats>{{key_.name, *stats()}};
  }

 private:
  struct Held {
    Entry entry;
    Digest id;
    Clock::time_point carried;
    std::chrono::seconds ttl;
  };
  struct Gone {
    Clock::time_point at;
    std::optional<Source> hint;
  };
  using Entries = std::map<Handle, Held>;

  Clock::time_point now() const { return options_.now ? options_.now() : Clock::now(); }

  static void carry(Held& held, Clock::time_point now) {
    held.carried = now;
    held.entry.expires = now + held.ttl;
  }

  void drop_expired_records(Clock::time_point now) {
    std::erase_if(records_, [&](const auto& item) {
      if (item.second.expires > now) return false;
      bytes_ -= item.second.size;
      return true;
    });
  }

  Result<Handle> put_one(const Original& original, Clock::time_point now) {
    if (const auto fit = check_original(original, options_); !fit) return std::unexpected(fit.error());
    const Digest id = hmac_sha256(key_.handle_key, original.content);
    const Handle handle = handle_of_id(id);
    const auto ttl = original.ttl.count() > 0 ? original.ttl : options_.ttl;
    if (const auto at = entries_.find(handle); at != entries_.end()) {
      if (at->second.id != id || at->second.entry.content != original.content) {
        return fail(ErrorKind::collision, "another content has this handle");
      }
      at->second.ttl = std::max(at->second.ttl, ttl);
      carry(at->second, now);
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
                .expires = now + ttl};
    bytes_ += entry.content.size();
    entries_.emplace(handle, Held{std::move(entry), id, now, ttl});
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
  std::map<std::string, Record, std::less<>> records_;
  Handle swept_entry_, swept_gone_;  // looked through up to here
  std::uint64_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<Store> open_memory(WorkspaceKey key, Options options) {
  return std::make_unique<MemoryStore>(std::move(key), std::move(options));
}

}  // namespace headroom::store
