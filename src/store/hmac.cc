#include "store/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace headroom::store {

Digest hmac_sha256(std::string_view key, std::string_view message) {
  Digest digest{};
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(message.data()),
       message.size(), digest.data(), nullptr);
  return digest;
}

std::string hkdf_sha256(std::string_view master, std::string_view purpose) {
  const std::string salt(32, '\0');
  const Digest prk = hmac_sha256(salt, master);
  std::string message(purpose);
  message += '\1';
  const Digest okm = hmac_sha256({reinterpret_cast<const char*>(prk.data()), prk.size()}, message);
  return {okm.begin(), okm.end()};
}

}  // namespace headroom::store
