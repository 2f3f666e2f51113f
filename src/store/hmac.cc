// The low-level SHA-256 of libcrypto: one digest needs none of the providers that the EVP interface would load first,
// which takes 0.7 ms and 2 MB of pages in a process that lives for six.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "store/hmac.h"

#include <openssl/sha.h>

namespace headroom::store {
namespace {

constexpr std::size_t block_size = 64;

class Sha256 {
 public:
  Sha256() { SHA256_Init(&state_); }
  Sha256& add(std::string_view bytes) {
    SHA256_Update(&state_, bytes.data(), bytes.size());
    return *this;
  }
  Digest digest() {
    Digest out;
    SHA256_Final(out.data(), &state_);
    return out;
  }

 private:
  SHA256_CTX state_;
};

std::string_view as_text(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

Digest hmac_sha256(std::string_view key, std::string_view message) {
  Digest short_key;
  if (key.size() > block_size) {
    short_key = Sha256().add(key).digest();
    key = as_text(short_key);
  }
  std::string inner(block_size, '\x36'), outer(block_size, '\x5C');
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  return Sha256().add(outer).add(as_text(Sha256().add(inner).add(message).digest())).digest();
}

std::string hkdf_sha256(std::string_view master, std::string_view purpose) {
  const std::string salt(32, '\0');
  const Digest prk = hmac_sha256(salt, master);
  std::string message(purpose);
  message += '\1';
  const Digest okm = hmac_sha256(as_text(prk), message);
  return {okm.begin(), okm.end()};
}

}  // namespace headroom::store
