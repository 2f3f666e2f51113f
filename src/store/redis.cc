// The store in Redis or Valkey, shared by replicas. Encrypted by us as the SQLite file is (vault.h); the server sees
// handles, sizes and times. Steps that must be one are scripts (redis_scripts.h).
//
// What holds: a handle is returned only after its content was read back from the server, decrypted and compared. An
// exchange ends within 250 ms (and the time that large contents take); after a failure none is tried for 5 s, and
// callers go on with lossless views.
//
// Limits: the cap is per workspace, not over all of a server. Replicas' clocks must agree to within minutes. While a
// cluster moves a workspace's slot, its keys lie in two places and the store says `unavailable`.
#include <algorithm>
#include <charconv>
#include <mutex>

#include "store/policy.h"
#include "store/redis_link.h"
#include "store/redis_script.h"
#include "store/redis_scripts.h"
#include "store/renewals.h"
#include "store/store.h"
#include "store/vault.h"

namespace headroom::store {
namespace {

using Kind = RedisReply::Kind;

constexpr int most_attempts = 64;  // of a record's write without if_version, each lost to another writer
constexpr std::chrono::minutes written_counts = std::chrono::minutes(5);

std::int64_t milliseconds(Clock::time_point t) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count();
}
Clock::time_point time_of(std::int64_t ms) {
  return Clock::time_point(std::chrono::duration_cast<Clock::duration>(std::chrono::milliseconds(ms)));
}

std::int64_t number(const RedisReply& r) {
  if (r.kind == Kind::number) return r.number;
  std::int64_t n = 0;
  std::from_chars(r.text.data(), r.text.data() + r.text.size(), n);
  return n;
}

std::string_view as_bytes(const Digest& id) {
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

std::string record_kind(std::uint64_t version) {
  return "record " + std::to_string(version);
}

Error refused(const RedisReply& r) {
  // The server's first word says enough; the rest may quote a key.
  return {r.text.starts_with("OOM") ? ErrorKind::full : ErrorKind::unavailable,
          "the Redis store answers " + r.text.substr(0, r.text.find(' '))};
}

class RedisStore final : public Store {
 public:
  RedisStore(RedisUrl url, WorkspaceKey key, Options options)
      : options_(std::move(options)), link_(std::move(url)), vault_(std::move(key)) {
    prefix_ = "hr:{" + vault_.workspace() + "}:";
    for (const char* name : {"k", "u", "c", "x", "s", "b"}) shared_keys_.push_back(prefix_ + name);
  }
  ~RedisStore() override { static_cast<void>(flush()); }

  std::vector<Result<Handle>> put(std::span<const Original> originals) override {
    const std::scoped_lock lock(mutex_);
    std::vector<Result<Handle>> answers(originals.size(), fail(ErrorKind::internal, "not tried"));
    std::vector<Pending> pending;
    for (std::size_t i = 0; i < originals.size(); ++i) {
      if (const auto fit = check_original(originals[i], options_); !fit) {
        answers[i] = std::unexpected(fit.error());
        continue;
      }
      const Digest id = vault_.id_of(originals[i].content);
      const Handle handle = handle_of_id(id);
      pending.push_back({i, &originals[i], id, handle, std::to_string(handle.value), 0, {}, {}});
    }
    if (pending.empty()) return answers;
    const auto done = put_all(pending, answers);
    if (!done) {
      for (const Pending& p : pending) answers[p.index] = std::unexpected(done.error());
    }
    return answers;
  }

  Result<Found> get(Handle handle) override {
    const std::scoped_lock lock(mutex_);
    return look_up(handle);
  }

  Result<void> renew(std::span<const Handle> handles) override {
    const std::scoped_lock lock(mutex_);
    return note_carried(handles, now());
  }

  Result<bool> erase(Handle handle) override {
    const std::scoped_lock lock(mutex_);
    renewals_.forget(handle);
    return erase_named(std::to_string(handle.value));
  }

  Result<std::optional<EntryState>> stat(Handle handle) override {
    const std::scoped_lock lock(mutex_);
    const auto row = read_entry(std::to_string(handle.value));
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::nullopt;
    const Row& e = **row;
    return EntryState{e.kind, static_cast<std::uint64_t>(e.size), e.created, e.carried, e.expires};
  }

  Result<void> flush() override {
    const std::scoped_lock lock(mutex_);
    return renewals_.pending().empty() ? Result<void>() : write_renewals();
  }

  Result<std::uint64_t> purge(std::optional<std::chrono::seconds> older_than) override {
    const std::scoped_lock lock(mutex_);
    const std::string until = std::to_string(older_than ? milliseconds(now() - *older_than) : INT64_MAX);
    const auto reply = run(purge_, "-", {until, older_than ? "0" : "1"});
    if (!reply) return std::unexpected(reply.error());
    if (!older_than) {
      vault_.forget_all();
      sealing_key_ = 0;
      renewals_.clear();
    }
    return static_cast<std::uint64_t>(number(*reply));
  }

  Result<Stats> stats() override {
    const std::scoped_lock lock(mutex_);
    const auto reply = run(stats_, "-", {});
    if (!reply) return std::unexpected(reply.error());
    if (reply->list.size() != 4) return fail(ErrorKind::unavailable, "the Redis store answers otherwise");
    const auto at = [&](std::size_t i) { return static_cast<std::uint64_t>(number(reply->list[i])); };
    return Stats{at(0), at(1), at(2), at(3), at(1), options_.capacity_bytes};
  }

  Result<std::vector<WorkspaceStats>> workspaces() override {
    const auto own = stats();
    if (!own) return std::unexpected(own.error());
    return std::vector<WorkspaceStats>{{std::string(vault_.workspace()), *own}};
  }

  Result<RecordAnswer> put_record(const RecordPut& record) override {
    const std::scoped_lock lock(mutex_);
    if (record.content.size() > max_content) return fail(ErrorKind::too_large, "a content over 64 MiB is not stored");
    const Digest id = vault_.id_of_record(record.name);
    const std::string handle = name_of_record(id);
    RecordAnswer answer;
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
      const auto row = read_entry(handle);
      if (!row) return std::unexpected(row.error());
      answer.version = *row && (*row)->expires > now() ? static_cast<std::uint64_t>((*row)->version) : 0;
      if (record.if_version && *record.if_version != answer.version) return answer;
      const auto reply = write_record(record, id, handle, answer.version);
      if (!reply) return std::unexpected(reply.error());
      if (*reply == "stored") return RecordAnswer{true, answer.version + 1};
      if (*reply == "full") return fail(ErrorKind::full, "no room for another record");
      if (*reply == "key") leave_sealing_key();
    }
    return fail(ErrorKind::unavailable, "other writers were always faster");
  }

  Result<std::optional<Record>> get_record(std::string_view name) override {
    const std::scoped_lock lock(mutex_);
    const Digest id = vault_.id_of_record(name);
    const std::string handle = name_of_record(id);
    const auto row = read_entry(handle);
    if (!row) return std::unexpected(row.error());
    const auto now = this->now();
    if (!*row || (*row)->expires <= now) return std::nullopt;
    const Row& e = **row;
    if (const auto key = need_key(e.key); !key) return std::unexpected(key.error());
    auto content = vault_.open_content(e.key, as_bytes(id), record_kind(static_cast<std::uint64_t>(e.version)), e.ct);
    if (!content) return std::unexpected(content.error());
    auto hint = vault_.open_hint(e.key, row_of_record(id), e.hint);
    if (!hint) return std::unexpected(hint.error());
    if (now - e.carried >= renewals_wait) {
      static_cast<void>(run(renew_, "-", {handle, std::to_string(milliseconds(now))}));
    }
    return Record{std::string(name),
                  std::move(*content),
                  std::move(hint->source.tool),
                  static_cast<std::uint64_t>(e.version),
                  static_cast<std::uint64_t>(e.size),
                  e.created,
                  e.expires};
  }

  Result<std::vector<Record>> records() override {
    const std::scoped_lock lock(mutex_);
    const auto reply = run(records_, "-", {});
    if (!reply) return std::unexpected(reply.error());
    std::vector<Record> list;
    for (std::size_t i = 0; i + 8 <= reply->list.size(); i += 8) {
      const auto at = [&](std::size_t n) -> const RedisReply& { return reply->list[i + n]; };
      Digest id{};
      if (at(1).text.size() != id.size()) continue;
      std::ranges::copy(at(1).text, id.begin());
      const DataKeyId key = number(at(6));
      if (const auto known = need_key(key); !known) return std::unexpected(known.error());
      auto hint = vault_.open_hint(key, row_of_record(id), at(7).text);
      if (!hint) return std::unexpected(hint.error());
      list.push_back({std::move(hint->name),
                      {},
                      std::move(hint->source.tool),
                      static_cast<std::uint64_t>(number(at(2))),
                      static_cast<std::uint64_t>(number(at(5))),
                      time_of(number(at(3))),
                      time_of(number(at(4)))});
    }
    std::ranges::sort(list, {}, &Record::name);
    return list;
  }

  Result<bool> erase_record(std::string_view name) override {
    const std::scoped_lock lock(mutex_);
    return erase_named(name_of_record(vault_.id_of_record(name)));
  }

 private:
  struct Pending {
    std::size_t index;  // into the caller's list
    const Original* original;
    Digest id;
    Handle handle;
    std::string name;  // the handle as its key has it
    DataKeyId key;
    std::string hint, ct;  // empty: not sealed
  };
  struct Row {
    std::string id, kind;
    std::int64_t version, size;
    Clock::time_point created, carried, expires;
    DataKeyId key;
    std::string hint, ct;
  };

  Clock::time_point now() const { return options_.now ? options_.now() : Clock::now(); }

  static std::string name_of_record(const Digest& id) { return "r" + hex_of(as_bytes(id).substr(0, 16)); }

  // scripts:

  struct Call {
    const RedisScript* script;
    std::string handle;
    std::vector<std::string> arguments;
  };

  Result<RedisReply> run(const RedisScript& script, std::string handle, std::vector<std::string> arguments) {
    std::vector<Call> calls{{&script, std::move(handle), std::move(arguments)}};
    auto replies = run_all(calls);
    if (!replies) return std::unexpected(replies.error());
    if (replies->front().is_error()) return std::unexpected(refused(replies->front()));
    return std::move(replies->front());
  }

  // By name; the text goes only where the server does not know the script yet.
  Result<std::vector<RedisReply>> run_all(const std::vector<Call>& calls) {
    auto replies = send(calls, false);
    if (!replies) return replies;
    const bool missing = std::ranges::any_of(
        *replies, [](const RedisReply& r) { return r.is_error() && r.text.starts_with("NOSCRIPT"); });
    return missing ? send(calls, true) : std::move(replies);
  }

  Result<std::vector<RedisReply>> send(const std::vector<Call>& calls, bool with_text) {
    std::vector<RedisCommand> commands;
    std::vector<std::string> own_keys;
    own_keys.reserve(2 * calls.size());
    const std::string at = std::to_string(milliseconds(now())), keys = std::to_string(shared_keys_.size() + 2);
    for (const Call& c : calls) {
      RedisCommand command{with_text ? "EVAL" : "EVALSHA", with_text ? c.script->text() : c.script->name(), keys};
      command.insert(command.end(), shared_keys_.begin(), shared_keys_.end());
      own_keys.push_back(prefix_ + "e:" + c.handle);
      command.push_back(own_keys.back());
      own_keys.push_back(prefix_ + "g:" + c.handle);
      command.push_back(own_keys.back());
      command.insert(command.end(), {prefix_, at, c.handle});
      command.insert(command.end(), c.arguments.begin(), c.arguments.end());
      commands.push_back(std::move(command));
    }
    return link_.run(commands);
  }

  // data keys:

  Result<DataKeyId> sealing_key() {
    if (sealing_key_ != 0) return sealing_key_;
    auto kept = link_.run({{"HGETALL", shared_keys_[0]}, {"HGETALL", shared_keys_[1]}});
    if (!kept) return std::unexpected(kept.error());
    for (const RedisReply& r : *kept) {
      if (r.is_error()) return std::unexpected(refused(r));
    }
    const auto& keys = (*kept)[0].list;
    const auto& uses = (*kept)[1].list;
    for (std::size_t i = 0; i + 1 < keys.size(); i += 2) {
      std::int64_t used = 0;
      for (std::size_t u = 0; u + 1 < uses.size(); u += 2) {
        if (uses[u].text == keys[i].text) used = number(uses[u + 1]);
      }
      if (used + 1024 > most_uses) continue;
      const DataKeyId id = number(keys[i]);
      if (const auto learned = vault_.learn(id, keys[i + 1].text); !learned) return std::unexpected(learned.error());
      return sealing_key_ = id;
    }
    const auto made = vault_.make_key();
    if (!made) return std::unexpected(made.error());
    const std::string id = std::to_string(made->id);
    const auto added = link_.run({{"HSETNX", shared_keys_[0], id, made->wrapped}});
    if (!added) return std::unexpected(added.error());
    if ((*added)[0].is_error()) return std::unexpected(refused((*added)[0]));
    return sealing_key_ = made->id;
  }

  void leave_sealing_key() {
    vault_.forget(sealing_key_);
    sealing_key_ = 0;
  }

  Result<void> need_key(DataKeyId id) {
    if (vault_.knows(id)) return {};
    const auto kept = link_.run({{"HGET", shared_keys_[0], std::to_string(id)}});
    if (!kept) return std::unexpected(kept.error());
    if ((*kept)[0].kind != Kind::text) return fail(ErrorKind::corrupt, "the data key of an original was destroyed");
    return vault_.learn(id, (*kept)[0].text);
  }

  // put:

  Result<void> seal(Pending& p) {
    const auto key = sealing_key();
    if (!key) return std::unexpected(key.error());
    const Hint hint{kept_source(p.original->source), p.original->tokens, p.original->lines, {}};
    auto ct = vault_.seal_content(*key, p.id, p.original->kind, p.original->content);
    if (!ct) return std::unexpected(ct.error());
    auto sealed = vault_.seal_hint(*key, static_cast<std::int64_t>(p.handle.value), hint);
    if (!sealed) return std::unexpected(sealed.error());
    p.key = *key;
    p.hint = std::move(*sealed);
    p.ct = std::move(*ct);
    return {};
  }

  Call put_call(const Pending& p) const {
    const auto ttl = p.original->ttl.count() > 0 ? p.original->ttl : options_.ttl;
    return {&put_,
            p.name,
            {std::string(as_bytes(p.id)), std::string(p.original->kind), std::to_string(p.original->content.size()),
             std::to_string(std::chrono::milliseconds(ttl).count()), std::to_string(options_.capacity_bytes),
             std::to_string(p.key), std::to_string(most_uses), p.hint, p.ct}};
  }

  // First without contents: those that are there already are only renewed. Then the others, sealed; those whose key was
  // destroyed meanwhile once more.
  Result<void> put_all(std::vector<Pending>& pending, std::vector<Result<Handle>>& answers) {
    if (!renewals_.pending().empty()) {
      if (const auto renewed = write_renewals(); !renewed) return renewed;  // before anything has to leave
    }
    std::vector<Pending*> open;
    open.reserve(pending.size());
    for (Pending& p : pending) open.push_back(&p);
    for (int round = 0; round < 4 && !open.empty(); ++round) {
      std::vector<Call> calls;
      for (Pending* p : open) {
        if (round > 0) {
          if (const auto sealed = seal(*p); !sealed) return sealed;
        }
        calls.push_back(put_call(*p));
      }
      const auto replies = run_all(calls);
      if (!replies) return std::unexpected(replies.error());
      std::vector<Pending*> again;
      for (std::size_t i = 0; i < open.size(); ++i) {
        const RedisReply& r = (*replies)[i];
        auto& answer = answers[open[i]->index];
        if (r.is_error()) {
          answer = std::unexpected(refused(r));
        } else if (r.text == "stored" || r.text == "known") {
          answer = open[i]->handle;
        } else if (r.text == "collision") {
          answer = fail(ErrorKind::collision, "another content has this handle");
        } else if (r.text == "full") {
          answer = fail(ErrorKind::full, "no room for another original");
        } else {
          if (r.text == "key") leave_sealing_key();
          answer = fail(ErrorKind::unavailable, "the data key was destroyed meanwhile");
          again.push_back(open[i]);
        }
      }
      open = std::move(again);
    }
    return read_back(pending, answers);
  }

  Result<void> read_back(const std::vector<Pending>& pending, std::vector<Result<Handle>>& answers) {
    std::vector<const Pending*> stored;
    std::vector<std::string> keys;
    for (const Pending& p : pending) {
      if (answers[p.index]) stored.push_back(&p);
    }
    keys.reserve(stored.size());
    std::vector<RedisCommand> commands;
    for (const Pending* p : stored) {
      keys.push_back(prefix_ + "e:" + p->name);
      commands.push_back({"HMGET", keys.back(), "key", "ct"});
    }
    if (commands.empty()) return {};
    const auto replies = link_.run(commands);
    if (!replies) return std::unexpected(replies.error());
    for (std::size_t i = 0; i < stored.size(); ++i) {
      const Pending& p = *stored[i];
      const RedisReply& r = (*replies)[i];
      if (r.is_error() || r.list.size() != 2 || r.list[1].kind != Kind::text) {
        answers[p.index] = fail(ErrorKind::unavailable, "the original is gone already");
        continue;
      }
      const DataKeyId key = number(r.list[0]);
      if (const auto known = need_key(key); !known) {
        answers[p.index] = std::unexpected(known.error());
        continue;
      }
      const auto same =
          vault_.check_content(key, as_bytes(p.id), p.original->kind, r.list[1].text, p.original->content);
      if (!same) answers[p.index] = std::unexpected(same.error());
    }
    return {};
  }

  // get:

  static std::optional<Row> row_of(const RedisReply& r) {
    if (r.list.size() != 10 || r.list[0].kind != Kind::text) return std::nullopt;
    return Row{r.list[0].text,
               r.list[1].text,
               number(r.list[2]),
               number(r.list[3]),
               time_of(number(r.list[4])),
               time_of(number(r.list[5])),
               time_of(number(r.list[6])),
               number(r.list[7]),
               r.list[8].text,
               r.list[9].text};
  }
  RedisCommand entry_command(const std::string& key) const {
    return {"HMGET", key, "id", "kind", "version", "size", "created", "carried", "expires", "key", "hint", "ct"};
  }

  Result<std::optional<Row>> read_entry(const std::string& handle) {
    const std::string key = prefix_ + "e:" + handle;
    const auto replies = link_.run({entry_command(key)});
    if (!replies) return std::unexpected(replies.error());
    if ((*replies)[0].is_error()) return std::unexpected(refused((*replies)[0]));
    return row_of((*replies)[0]);
  }

  Result<Found> look_up(Handle handle) {
    const auto now = this->now();
    const auto id = static_cast<std::int64_t>(handle.value);
    const std::string name = std::to_string(handle.value), entry_key = prefix_ + "e:" + name,
                      gone_key = prefix_ + "g:" + name;
    const auto replies = link_.run({entry_command(entry_key), {"HMGET", gone_key, "at", "key", "hint"}});
    if (!replies) return std::unexpected(replies.error());
    for (const RedisReply& r : *replies) {
      if (r.is_error()) return std::unexpected(refused(r));
    }
    Found found;
    auto row = row_of((*replies)[0]);
    if (row) {
      const auto carried = renewals_.carried(handle);
      if (carried && *carried > row->carried && *carried < row->expires) row->expires += *carried - row->carried;
    }
    if (row && row->expires > now) {
      if (const auto key = need_key(row->key); !key) return std::unexpected(key.error());
      auto content = vault_.open_content(row->key, row->id, row->kind, row->ct);
      if (!content) return std::unexpected(content.error());
      auto hint = vault_.open_hint(row->key, id, row->hint);
      if (!hint) return std::unexpected(hint.error());
      found.status = Status::live;
      found.entry = Entry{.handle = handle,
                          .content = std::move(*content),
                          .kind = row->kind,
                          .source = std::move(hint->source),
                          .tokens = hint->tokens,
                          .lines = hint->lines,
                          .created = row->created,
                          .expires = row->expires};
      static_cast<void>(note_carried({{handle}}, now));  // if not now, then with a later call
      return found;
    }
    const auto& gone = (*replies)[1].list;
    if (gone.size() != 3 || gone[0].kind != Kind::text || time_of(number(gone[0])) <= now - gone_window) return found;
    found.status = Status::expired;
    if (gone[2].kind == Kind::text && need_key(number(gone[1]))) {
      auto hint = vault_.open_hint(number(gone[1]), id, gone[2].text);
      if (hint && !hint->empty()) found.hint = std::move(hint->source);
    }
    return found;
  }

  // life:

  // What this process has not written for five minutes is written at once, so that the server's times never lag behind
  // what other processes decide by.
  Result<void> note_carried(std::span<const Handle> handles, Clock::time_point now) {
    bool write_now = false;
    for (const Handle handle : handles) {
      renewals_.note(handle, now);
      const auto at = written_.find(handle);
      write_now |= at == written_.end() || now - at->second >= written_counts || now < at->second;
    }
    return write_now || renewals_.due(now) ? write_renewals() : Result<void>();
  }

  Result<void> write_renewals() {
    std::vector<std::string> arguments;
    for (const auto& [handle, carried] : renewals_.pending()) {
      arguments.push_back(std::to_string(handle.value));
      arguments.push_back(std::to_string(milliseconds(carried)));
    }
    const auto reply = run(renew_, "-", std::move(arguments));
    if (!reply) return std::unexpected(reply.error());
    if (written_.size() > most_renewals) written_.clear();
    for (const auto& [handle, carried] : renewals_.pending()) written_[handle] = carried;
    renewals_.clear();
    return {};
  }

  Result<bool> erase_named(const std::string& handle) {
    const auto reply = run(erase_, handle, {});
    if (!reply) return std::unexpected(reply.error());
    return number(*reply) == 1;
  }

  Result<std::string> write_record(const RecordPut& record, const Digest& id, const std::string& handle,
                                   std::uint64_t before) {
    const auto key = sealing_key();
    if (!key) return std::unexpected(key.error());
    auto ct = vault_.seal_content(*key, id, record_kind(before + 1), record.content);
    if (!ct) return std::unexpected(ct.error());
    const Hint hint{{std::string(record.agent), {}}, 0, 0, std::string(record.name)};
    auto sealed = vault_.seal_hint(*key, row_of_record(id), hint);
    if (!sealed) return std::unexpected(sealed.error());
    const auto reply =
        run(put_record_, handle,
            {std::string(as_bytes(id)), std::to_string(before), std::to_string(record.content.size()),
             std::to_string(std::chrono::milliseconds(options_.ttl).count()), std::to_string(options_.capacity_bytes),
             std::to_string(*key), std::to_string(most_uses), std::move(*sealed), std::move(*ct)});
    if (!reply) return std::unexpected(reply.error());
    return reply->text;
  }

  const Options options_;
  std::mutex mutex_;
  RedisLink link_;
  Vault vault_;
  std::string prefix_;
  std::vector<std::string> shared_keys_;
  Renewals renewals_;
  std::map<Handle, Clock::time_point> written_;  // when this process last wrote that it was carried
  DataKeyId sealing_key_ = 0;
  const RedisScript put_{script_put}, put_record_{script_put_record}, renew_{script_renew}, erase_{script_erase},
      purge_{script_purge}, stats_{script_stats}, records_{script_records};
};

}  // namespace

Result<std::unique_ptr<Store>> open_redis(std::string_view url, WorkspaceKey key, Options options) {
  if (key.wrapping_key.size() != key_size)
    return fail(ErrorKind::unavailable, "no key to encrypt originals with: they may not leave the process");
  if (key.name.find_first_of("{}") != key.name.npos)
    return fail(ErrorKind::invalid_request, "a workspace in Redis has no braces in its name");
  auto parsed = parse_redis_url(url);
  if (!parsed) return std::unexpected(parsed.error());
  return std::make_unique<RedisStore>(std::move(*parsed), std::move(key), std::move(options));
}

}  // namespace headroom::store
