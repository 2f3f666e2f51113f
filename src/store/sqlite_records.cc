#include "store/sqlite_records.h"

#include <algorithm>
#include <utility>

#include "store/renewals.h"

namespace headroom::store {
namespace {

std::string_view as_bytes(const Digest& id) {
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

std::string record_kind(std::int64_t version) {
  return "record " + std::to_string(version);  // bound to the version: an older content does not open as a newer one
}

}  // namespace

Result<RecordAnswer> SqliteRecords::write(const RecordPut& record) {
  if (const auto fit = check_original({.content = record.content, .kind = {}, .source = {}}, options_);
      !fit && !record.content.empty())
    return std::unexpected(fit.error());
  const Digest id = vault_.id_of_record(record.name);
  const std::int64_t handle = row_of_record(id);
  const auto now = clock_();
  RecordAnswer answer;
  const auto done = db_.transaction([&]() -> Result<void> {
    auto known = rows_.find(ws_, handle);
    if (!known) return std::unexpected(known.error());
    auto bytes = rows_.total_bytes();
    if (!bytes) return std::unexpected(bytes.error());
    const std::int64_t before = *bytes;
    if (const auto swept = rows_.sweep(now, *bytes); !swept) return swept;
    const bool there = *known && (*known)->expires > now;
    if (*known) known = rows_.find(ws_, handle);  // it may have been swept
    if (!known) return std::unexpected(known.error());
    answer.version = there ? static_cast<std::uint64_t>((*known)->version) : 0;
    if (record.if_version && *record.if_version != answer.version)
      return *bytes == before ? Result<void>() : rows_.set_total_bytes(*bytes);
    const auto size = static_cast<std::int64_t>(record.content.size());
    const std::int64_t held = *known ? (*known)->size : 0;
    const auto room = rows_.make_room(size - held, static_cast<std::int64_t>(options_.capacity_bytes), now, *bytes,
                                      *known ? (*known)->entry : 0);
    if (!room) return std::unexpected(room.error());
    if (!*room) return fail(ErrorKind::full, "no room for another record");
    EntryRow row{.entry = *known ? (*known)->entry : 0,
                 .handle = handle,
                 .version = static_cast<std::int64_t>(answer.version + 1),
                 .size = size,
                 .id = std::string(as_bytes(id)),
                 .kind = "record",
                 .created = now,
                 .carried = now,
                 .expires = now + options_.ttl};
    const auto sealed = seal(record, id, row);
    if (!sealed) return std::unexpected(sealed.error());
    if (row.entry != 0) {
      if (const auto replaced = rows_.replace(row, *sealed); !replaced) return replaced;
    } else if (const auto added = rows_.add(ws_, row, *sealed); !added) {
      return std::unexpected(added.error());
    }
    answer = {true, static_cast<std::uint64_t>(row.version)};
    return rows_.set_total_bytes(*bytes + size - held);
  });
  if (!done) {
    keys_.abandon();
    return std::unexpected(done.error());
  }
  keys_.committed();
  return answer;
}

Result<PayloadRow> SqliteRecords::seal(const RecordPut& record, const Digest& id, const EntryRow& row) {
  for (int turn = 0; turn < 2; ++turn) {
    const auto key = keys_.current();
    if (!key) return std::unexpected(key.error());
    const auto usable = keys_.use(uses_per_entry);
    if (!usable) return std::unexpected(usable.error());
    if (!*usable) {
      keys_.leave();
      continue;
    }
    auto ct = vault_.seal_content(*key, id, record_kind(row.version), record.content);
    if (!ct) return std::unexpected(ct.error());
    const Hint hint{{std::string(record.agent), {}}, 0, 0, std::string(record.name)};
    auto sealed_hint = vault_.seal_hint(*key, row.handle, hint);
    if (!sealed_hint) return std::unexpected(sealed_hint.error());
    return PayloadRow{*key, std::move(*sealed_hint), std::move(*ct)};
  }
  return fail(ErrorKind::internal, "no data key can be used");
}

Result<Record> SqliteRecords::opened(const EntryRow& row, bool with_content) {
  const auto kept = rows_.payload(row.entry, with_content);
  if (!kept) return std::unexpected(kept.error());
  if (!*kept) return fail(ErrorKind::corrupt, "a record has no content");
  if (const auto key = keys_.need((*kept)->key); !key) return std::unexpected(key.error());
  auto hint = vault_.open_hint((*kept)->key, row.handle, (*kept)->hint);
  if (!hint) return std::unexpected(hint.error());
  Record record{std::move(hint->name),
                {},
                std::move(hint->source.tool),
                static_cast<std::uint64_t>(row.version),
                static_cast<std::uint64_t>(row.size),
                row.created,
                row.expires};
  if (with_content) {
    auto content = vault_.open_content((*kept)->key, row.id, record_kind(row.version), (*kept)->ct);
    if (!content) return std::unexpected(content.error());
    record.content = std::move(*content);
  }
  return record;
}

// Both reads in one transaction: between them another process may write the next version.
Result<std::optional<Record>> SqliteRecords::read(std::string_view name) {
  const std::int64_t handle = row_of_record(vault_.id_of_record(name));
  if (const auto begun = db_.done_or_failed(db_.execute("BEGIN"), "cannot read the store"); !begun)
    return std::unexpected(begun.error());
  const auto now = clock_();
  const auto row = rows_.find(ws_, handle);
  const bool live = row && *row && (*row)->expires > now;
  auto record = live ? opened(**row, true) : Result<Record>();
  db_.execute("COMMIT");
  if (!row) return std::unexpected(row.error());
  if (!live) return std::nullopt;
  if (!record) return std::unexpected(record.error());
  // Used: kept a full time from now on. Not more often than renewals are written, and no reader waits for it.
  if (now - (*row)->carried >= renewals_wait) {
    static_cast<void>(db_.transaction([&] { return rows_.renew(ws_, handle, now); }));
  }
  return std::move(*record);
}

Result<std::vector<Record>> SqliteRecords::list() {
  if (const auto begun = db_.done_or_failed(db_.execute("BEGIN"), "cannot read the store"); !begun)
    return std::unexpected(begun.error());
  std::vector<Record> list;
  Result<void> done;
  const auto rows = rows_.records(ws_);
  if (!rows) done = std::unexpected(rows.error());
  for (std::size_t i = 0; done && i < rows->size(); ++i) {
    if ((*rows)[i].expires <= clock_()) continue;
    auto record = opened((*rows)[i], false);
    if (record) {
      list.push_back(std::move(*record));
    } else {
      done = std::unexpected(record.error());
    }
  }
  db_.execute("COMMIT");
  if (!done) return std::unexpected(done.error());
  std::ranges::sort(list, {}, &Record::name);
  return list;
}

}  // namespace headroom::store
