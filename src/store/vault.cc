#include "store/vault.h"

#include <cstring>

namespace headroom::store {
namespace {

constexpr std::string_view format = "headroom store 2";

void append_number(std::string& out, std::uint64_t n) {
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(n >> shift & 0xFF);
}
void append_field(std::string& out, std::string_view field) {
  append_number(out, field.size());
  out += field;
}

// Reads what the two above wrote; nullopt where the bytes end too soon.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}
  std::optional<std::uint64_t> number() {
    if (bytes_.size() < 8) return std::nullopt;
    std::uint64_t n = 0;
    for (int i = 7; i >= 0; --i) n = n << 8 | static_cast<unsigned char>(bytes_[static_cast<std::size_t>(i)]);
    bytes_.remove_prefix(8);
    return n;
  }
  std::optional<std::string_view> field() {
    const auto size = number();
    if (!size || *size > bytes_.size()) return std::nullopt;
    const std::string_view found = bytes_.substr(0, *size);
    bytes_.remove_prefix(*size);
    return found;
  }

 private:
  std::string_view bytes_;
};

std::string_view as_text(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

Vault::~Vault() {
  forget_all();
  wipe(keys_.wrapping_key);
  wipe(keys_.handle_key);
}

Digest Vault::id_of_record(std::string_view name) const {
  std::string text("record\0", 7);
  text += name;
  // A key of its own: no content has the id of a record.
  const std::string key = hkdf_sha256(keys_.handle_key, "record names");
  return hmac_sha256(key, text);
}

// What sealed bytes are bound to: every field with its length, so no two sets of fields look alike.
std::string Vault::about(std::string_view what, std::string_view id) const {
  std::string text;
  append_field(text, format);
  append_field(text, keys_.name);
  append_field(text, id);
  append_field(text, what);
  return text;
}

Result<Vault::FreshKey> Vault::make_key() {
  auto key = random_bytes(key_size);
  if (!key) return std::unexpected(key.error());
  const auto number = random_bytes(sizeof(std::uint64_t));
  if (!number) return std::unexpected(number.error());
  std::uint64_t id = 0;
  std::memcpy(&id, number->data(), sizeof id);
  FreshKey fresh{static_cast<DataKeyId>(id >> 1 | 1), {}};
  auto wrapped = aead_.seal(keys_.wrapping_key, about("data key", std::to_string(fresh.id)), *key);
  if (!wrapped) return std::unexpected(wrapped.error());
  fresh.wrapped = std::move(*wrapped);
  data_keys_[fresh.id] = std::move(*key);
  return fresh;
}

Result<void> Vault::learn(DataKeyId id, std::string_view wrapped) {
  if (knows(id)) return {};
  auto key = aead_.open(keys_.wrapping_key, about("data key", std::to_string(id)), wrapped);
  if (!key) {
    if (key.error().kind != ErrorKind::corrupt) return std::unexpected(key.error());
    return fail(ErrorKind::unavailable, "the store's data key does not open: it was made under another master key");
  }
  data_keys_[id] = std::move(*key);
  return {};
}

void Vault::forget(DataKeyId id) {
  if (const auto at = data_keys_.find(id); at != data_keys_.end()) {
    wipe(at->second);
    data_keys_.erase(at);
  }
}

void Vault::forget_all() {
  for (auto& [id, key] : data_keys_) wipe(key);
  data_keys_.clear();
}

Result<std::string> Vault::seal_content(DataKeyId key, const Digest& id, std::string_view kind,
                                        std::string_view content) {
  const auto at = data_keys_.find(key);
  if (at == data_keys_.end()) return fail(ErrorKind::internal, "a data key is not there");
  return aead_.seal(at->second, about(kind, as_text(id)), content);
}

Result<std::string> Vault::open_content(DataKeyId key, std::string_view id, std::string_view kind,
                                        std::string_view sealed) {
  const auto at = data_keys_.find(key);
  if (at == data_keys_.end()) return fail(ErrorKind::corrupt, "the data key of an original is not there");
  return aead_.open(at->second, about(kind, id), sealed);
}

Result<void> Vault::check_content(DataKeyId key, std::string_view id, std::string_view kind, std::string_view sealed,
                                  std::string_view content) {
  const auto at = data_keys_.find(key);
  if (at == data_keys_.end()) return fail(ErrorKind::corrupt, "the data key of an original is not there");
  return aead_.check(at->second, about(kind, id), sealed, content);
}

Result<std::string> Vault::seal_hint(DataKeyId key, std::int64_t handle, const Hint& hint) {
  const auto at = data_keys_.find(key);
  if (at == data_keys_.end()) return fail(ErrorKind::internal, "a data key is not there");
  std::string text;
  append_number(text, hint.tokens);
  append_number(text, hint.lines);
  append_field(text, hint.source.tool);
  append_field(text, hint.source.arguments);
  append_field(text, hint.name);
  return aead_.seal(at->second, about("hint", std::to_string(handle)), text);
}

Result<Hint> Vault::open_hint(DataKeyId key, std::int64_t handle, std::string_view sealed) {
  const auto at = data_keys_.find(key);
  if (at == data_keys_.end()) return fail(ErrorKind::corrupt, "the data key of a hint is not there");
  const auto text = aead_.open(at->second, about("hint", std::to_string(handle)), sealed);
  if (!text) return std::unexpected(text.error());
  Fields fields(*text);
  const auto tokens = fields.number(), lines = fields.number();
  const auto tool = fields.field(), arguments = fields.field(), name = fields.field();
  if (!name || !arguments || !tool || !lines || !tokens) return fail(ErrorKind::corrupt, "a hint is cut short");
  return Hint{{std::string(*tool), std::string(*arguments)}, *tokens, *lines, std::string(*name)};
}

std::int64_t row_of_record(const Digest& id) {
  std::uint64_t first = 0;
  for (int i = 0; i < 8; ++i) first = first << 8 | id[static_cast<std::size_t>(i)];
  return -1 - static_cast<std::int64_t>(first >> 2);
}

}  // namespace headroom::store
