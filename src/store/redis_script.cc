#include "store/redis_script.h"

#include <openssl/sha.h>

#include <array>

#include "store/redis_scripts.h"

namespace headroom::store {

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

RedisScript::RedisScript(std::string_view body) : text_(std::string(script_common).append(body)) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text_.data()), text_.size(), digest.data());
  name_ = hex_of({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace headroom::store
