#include "store/aead.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "store/files.h"

namespace headroom::store {
namespace {

// EVP takes sizes as int.
constexpr std::size_t part_size = 64 * 1024;  // of what is compared while it is opened
constexpr std::size_t most_bytes = std::size_t{1} << 30;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

Error damaged() {
  return {ErrorKind::corrupt, "the store gave back other bytes than it was given"};
}

Error broken() {
  return {ErrorKind::internal, "the cipher of the store does not work"};
}

}  // namespace

void Aead::FreeCipher::operator()(evp_cipher_st* c) const {
  EVP_CIPHER_free(c);
}
void Aead::FreeContext::operator()(evp_cipher_ctx_st* c) const {
  EVP_CIPHER_CTX_free(c);
}

Result<std::string> random_bytes(std::size_t size) {
  std::string out(size, '\0');
  constexpr std::size_t at_once = 256;  // what getentropy gives
  for (std::size_t i = 0; i < size; i += at_once) {
    if (::getentropy(out.data() + i, std::min(at_once, size - i)) != 0) {
      return std::unexpected(system_error("no randomness to be had", errno));
    }
  }
  return out;
}

void wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

Result<void> Aead::ready() {
  if (context_) return {};
  // Neither the system's configuration file nor the texts of errors: half of the time that the first cipher takes.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
                          OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
                      nullptr);
  cipher_.reset(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  if (!cipher_) return std::unexpected(broken());
  context_.reset(EVP_CIPHER_CTX_new());
  if (!context_) return std::unexpected(broken());
  return {};
}

Result<std::string> Aead::seal(std::string_view key, std::string_view about, std::string_view text) {
  if (const auto done = ready(); !done) return std::unexpected(done.error());
  if (key.size() != key_size || about.size() > most_bytes) return std::unexpected(broken());
  if (text.size() > most_bytes) return fail(ErrorKind::too_large, "a content over 1 GiB is not encrypted");
  auto sealed = random_bytes(nonce_size);
  if (!sealed) return sealed;
  sealed->resize(text.size() + seal_overhead);
  unsigned char* const out = bytes(*sealed);
  EVP_CIPHER_CTX* const c = context_.get();
  int n = 0;
  const bool done = EVP_EncryptInit_ex2(c, cipher_.get(), bytes(key), out, nullptr) == 1 &&
                    EVP_EncryptUpdate(c, nullptr, &n, bytes(about), static_cast<int>(about.size())) == 1 &&
                    EVP_EncryptUpdate(c, out + nonce_size, &n, bytes(text), static_cast<int>(text.size())) == 1 &&
                    EVP_EncryptFinal_ex(c, out + nonce_size + text.size(), &n) == 1 &&
                    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, tag_size, out + nonce_size + text.size()) == 1;
  if (!done) return std::unexpected(broken());
  return sealed;
}

template <class Take>
Result<void> Aead::open_parts(std::string_view key, std::string_view about, std::string_view sealed, Take take) {
  if (const auto done = ready(); !done) return std::unexpected(done.error());
  if (key.size() != key_size || about.size() > most_bytes) return std::unexpected(broken());
  if (sealed.size() < seal_overhead || sealed.size() > most_bytes) return std::unexpected(damaged());
  const std::string_view body = sealed.substr(nonce_size, sealed.size() - seal_overhead);
  std::string tag(sealed.substr(sealed.size() - tag_size));
  EVP_CIPHER_CTX* const c = context_.get();
  int n = 0;
  const auto update = [&](unsigned char* out, std::string_view in) {
    return EVP_DecryptUpdate(c, out, &n, bytes(in), static_cast<int>(in.size())) == 1;
  };
  const bool done = EVP_DecryptInit_ex2(c, cipher_.get(), bytes(key), bytes(sealed), nullptr) == 1 &&
                    update(nullptr, about) && take(body, update) &&
                    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1 &&
                    EVP_DecryptFinal_ex(c, nullptr, &n) == 1;
  return done ? Result<void>() : std::unexpected(damaged());
}

Result<std::string> Aead::open(std::string_view key, std::string_view about, std::string_view sealed) {
  std::string text;
  const auto done = open_parts(key, about, sealed, [&](std::string_view body, const auto& update) {
    text.resize(body.size());
    return update(bytes(text), body);
  });
  if (done) return text;
  wipe(text);  // bytes whose tag did not hold are nobody's
  return std::unexpected(done.error());
}

Result<void> Aead::check(std::string_view key, std::string_view about, std::string_view sealed, std::string_view text) {
  return open_parts(key, about, sealed, [text](std::string_view body, const auto& update) {
    if (body.size() != text.size()) return false;
    std::string part(std::min(part_size, body.size()), '\0');
    bool same = true;
    for (std::size_t at = 0; same && at < body.size(); at += part_size) {
      const std::string_view here = body.substr(at, part_size);
      same = update(bytes(part), here) && std::string_view(part).substr(0, here.size()) == text.substr(at, part_size);
    }
    wipe(part);
    return same;
  });
}

}  // namespace headroom::store
