#include "api/keeping.h"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/hash.h"

namespace headroom::api {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t memory_bytes = std::uint64_t{256} << 20;

// Handles of a store that ends with its process need no secret, but the same content must give the same handle in the
// next one (promise 2), so this key comes from the workspace's name.
store::WorkspaceKey process_key(std::string_view workspace) {
  store::WorkspaceKey key{std::string(workspace), {}};
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const std::uint64_t word = hash64(workspace, seed);
    for (int shift = 0; shift < 64; shift += 8) key.handle_key += static_cast<char>(word >> shift & 0xFF);
  }
  return key;
}

// Makes the directory with its parents, 0700 where we make it.
Result<void> make_private_directory(const fs::path& directory) {
  std::error_code error;
  if (fs::is_directory(directory, error)) return {};
  if (directory.has_parent_path()) fs::create_directories(directory.parent_path(), error);
  fs::create_directory(directory, error);
  if (!error) fs::permissions(directory, fs::perms::owner_all, error);
  std::error_code ignored;
  if (fs::is_directory(directory, ignored)) return {};
  if (!error) error = std::make_error_code(std::errc::not_a_directory);  // something else has the name
  return fail(ErrorKind::unavailable, "cannot make the directory " + directory.string() + ": " + error.message());
}

}  // namespace

// ---- keys

// One master key for a directory. A workspace that has a file of its own, from before there was one, goes on with it.
fs::path Keeping::key_file() const {
  std::error_code error;
  const fs::path own = config_.directory / (config_.workspace + ".workspace.key");
  if (config_.workspace != "default" && fs::exists(own, error)) return own;
  return config_.directory / "workspace.key";
}

Result<store::WorkspaceKey> Keeping::key_of(bool make) {
  if (key_) return *key_;
  if (!config_.master_key.empty()) return *(key_ = store::derive_keys(config_.master_key, config_.workspace));
  std::error_code error;
  if (config_.directory.empty() || (!make && !fs::exists(key_file(), error))) return process_key(config_.workspace);
  if (make) {
    if (auto made = make_private_directory(config_.directory); !made) return std::unexpected(made.error());
  }
  auto loaded = store::load_or_make_key(key_file(), config_.workspace);
  if (loaded) key_ = *loaded;
  return loaded;
}

// The same, or the key of a store in memory.
store::WorkspaceKey Keeping::key_or_memory(bool make) {
  const bool no_place = config_.directory.empty() && leaves_process() &&
                        (config_.master_key.empty() || config_.store == Config::StoreKind::sqlite);
  const auto found =
      no_place ? fail(ErrorKind::unavailable, "no directory: set HOME or HEADROOM_WORKSPACE_DIR") : key_of(make);
  if (found) return *found;
  if (!for_want_of_a_key_) {
    why_ = found.error().message;
    for_want_of_a_key_ = true;
  }
  return *(key_ = process_key(config_.workspace));
}

std::optional<store::WorkspaceKey> Keeping::handle_key(const pipeline::Options& options, bool make) {
  const bool derives = options.prompt_cache_key == pipeline::CacheKey::derive;
  if (options.retrieval == pipeline::Retrieval::none && !derives) return std::nullopt;
  const std::scoped_lock lock(mutex_);
  return key_or_memory(make);
}

store::WorkspaceKey Keeping::lookup_key() {
  const std::scoped_lock lock(mutex_);
  auto key = key_of(false);
  return key ? *std::move(key) : process_key(config_.workspace);
}

std::optional<store::WorkspaceKey> Keeping::workspace_key() {
  const std::scoped_lock lock(mutex_);
  auto key = key_of(!config_.directory.empty());
  return key ? std::optional(std::move(*key)) : std::nullopt;
}

// ---- the store

store::Options Keeping::store_options() const {
  store::Options options;
  options.ttl = config_.ttl;
  options.capacity_bytes = config_.store_bytes.value;
  options.synchronous = config_.synchronous;
  options.folds_in_flush = static_cast<bool>(config_.lend_thread);
  const bool as_given = config_.store_bytes.value != Config{}.store_bytes.value;
  if (!leaves_process() && !as_given) options.capacity_bytes = memory_bytes;
  return options;
}

bool Keeping::exists() const {
  std::error_code error;
  return config_.store != Config::StoreKind::sqlite || for_want_of_a_key_ || fs::exists(database(), error);
}

Result<store::Store*> Keeping::open() {
  const std::scoped_lock lock(opening_);
  if (store_) return store_.get();
  store::WorkspaceKey key = [this] {
    const std::scoped_lock inner(mutex_);
    return key_or_memory(!config_.directory.empty() && config_.master_key.empty());
  }();
  if (!leaves_process()) {
    store_ = store::open_memory(std::move(key), store_options());
    return store_.get();
  }
  auto opened = config_.store == Config::StoreKind::redis
                    ? store::open_redis(config_.store_url, std::move(key), store_options())
                    : store::open_sqlite(database(), std::move(key), store_options());
  if (!opened) return std::unexpected(opened.error());
  store_ = std::move(*opened);
  return store_.get();
}

store::Store* Keeping::opened() {
  const std::scoped_lock lock(opening_);
  return store_.get();
}

std::unique_ptr<store::Store> Keeping::scratch() {
  const std::scoped_lock lock(mutex_);
  return store::open_memory(key_or_memory(false), store_options());
}

std::optional<std::string> Keeping::note(const pipeline::Options& options) {
  if (options.retrieval == pipeline::Retrieval::none || leaves_process()) return std::nullopt;
  std::string note = for_want_of_a_key_ ? "no key to encrypt originals with (" + why_ + "): " : std::string();
  if (config_.ends_after_call) {
    return note + "originals kept in memory alone would end with this process, so nothing is left out: lossless views";
  }
  if (!for_want_of_a_key_ || told_.exchange(true)) return std::nullopt;
  return note + "they are kept in this process's memory";
}

}  // namespace headroom::api
