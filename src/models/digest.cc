#include "models/digest.h"

#include <openssl/sha.h>

namespace headroom::models {

std::string sha256_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string out;
  for (const unsigned char byte : digest) (out += digits[byte >> 4]) += digits[byte & 15];
  return out;
}

}  // namespace headroom::models
