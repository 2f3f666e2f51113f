#include "pipeline/view_cache.h"

namespace headroom::pipeline {

std::shared_ptr<const void> ViewCache::look_up(Hash128 key) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->value;
}

void ViewCache::insert(Hash128 key, std::shared_ptr<const void> value, std::size_t bytes) {
  bytes += overhead;
  std::list<Entry> dropped;  // destroyed outside the lock
  const std::scoped_lock lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    bytes_ -= found->second->bytes;
    dropped.splice(dropped.end(), entries_, found->second);
    by_key_.erase(found);
  }
  if (bytes > capacity_) return;
  entries_.push_front({key, std::move(value), bytes});
  by_key_[key] = entries_.begin();
  bytes_ += bytes;
  while (bytes_ > capacity_) {
    bytes_ -= entries_.back().bytes;
    by_key_.erase(entries_.back().key);
    dropped.splice(dropped.end(), entries_, std::prev(entries_.end()));
  }
}

void ViewCache::erase(Hash128 key) {
  std::list<Entry> dropped;
  const std::scoped_lock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  bytes_ -= found->second->bytes;
  dropped.splice(dropped.end(), entries_, found->second);
  by_key_.erase(found);
}

void ViewCache::clear() {
  std::list<Entry> dropped;
  const std::scoped_lock lock(mutex_);
  dropped.swap(entries_);
  by_key_.clear();
  bytes_ = 0;
}

std::size_t ViewCache::bytes() const {
  const std::scoped_lock lock(mutex_);
  return bytes_;
}

std::size_t ViewCache::entries() const {
  const std::scoped_lock lock(mutex_);
  return entries_.size();
}

}  // namespace headroom::pipeline
