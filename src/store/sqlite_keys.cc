#include "store/sqlite_keys.h"

#include <utility>

namespace headroom::store {

Result<DataKeyId> SqliteKeys::current() {
  if (current_ != 0) return current_;
  const auto kept = rows_.usable_key(ws_);
  if (!kept) return std::unexpected(kept.error());
  if (*kept) {
    if (const auto learned = vault_.learn((*kept)->key, (*kept)->wrapped); !learned)
      return std::unexpected(learned.error());
    return current_ = (*kept)->key;
  }
  auto made = vault_.make_key();
  if (!made) return std::unexpected(made.error());
  unwritten_ = std::move(*made);
  return current_ = unwritten_->id;
}

Result<bool> SqliteKeys::use(std::int64_t times) {
  if (unwritten_ && unwritten_->id == current_) {
    if (const auto added = rows_.add_key(ws_, unwritten_->id, unwritten_->wrapped); !added)
      return std::unexpected(added.error());
  }
  return rows_.use_key(current_, times);
}

void SqliteKeys::leave() {
  vault_.forget(current_);
  current_ = 0;
  unwritten_.reset();
}

Result<void> SqliteKeys::need(DataKeyId id) {
  if (vault_.knows(id)) return {};
  const auto kept = rows_.key(id);
  if (!kept) return std::unexpected(kept.error());
  if (!*kept) return fail(ErrorKind::corrupt, "the data key of an original was destroyed");
  return vault_.learn(id, (*kept)->wrapped);
}

void SqliteKeys::forget_all() {
  vault_.forget_all();
  current_ = 0;
}

}  // namespace headroom::store
