// AES-256-GCM with a random 96-bit nonce: the one cipher of the store. OpenSSL's EVP does it.
//
//   seal(key, "about", "text")  -> nonce (12) || ciphertext || tag (16), 28 bytes longer than the text
//   open(key, "about", sealed)  -> "text"; corrupt if a bit of key, `about` or `sealed` is not as it was
//
// Cost: 0.5 ms once in a process (OpenSSL's provider; its configuration file is not read), then 0.2 ms a MB.
// Source: NIST SP 800-38D; a key must not see more than 2^32 random nonces (its section 8.3).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct evp_cipher_st;
struct evp_cipher_ctx_st;

namespace headroom::store {

inline constexpr std::size_t key_size = 32, nonce_size = 12, tag_size = 16;
inline constexpr std::size_t seal_overhead = nonce_size + tag_size;

// `size` bytes of the system's generator.
Result<std::string> random_bytes(std::size_t size);

// Overwrites a secret before its memory is given back.
void wipe(std::string& secret);

// Not thread-safe: one per store, under its lock. Loads nothing until it is first used.
class Aead {
 public:
  Result<std::string> seal(std::string_view key, std::string_view about, std::string_view text);
  Result<std::string> open(std::string_view key, std::string_view about, std::string_view sealed);
  // Whether `sealed` opens and holds just `text`; without a copy of it. corrupt if not.
  Result<void> check(std::string_view key, std::string_view about, std::string_view sealed, std::string_view text);

 private:
  Result<void> ready();
  // take(body, update) opens the body by update(out, part) and says whether it went well; then the tag is looked at.
  template <class Take>
  Result<void> open_parts(std::string_view key, std::string_view about, std::string_view sealed, Take take);

  struct FreeCipher {
    void operator()(evp_cipher_st* c) const;
  };
  struct FreeContext {
    void operator()(evp_cipher_ctx_st* c) const;
  };
  std::unique_ptr<evp_cipher_st, FreeCipher> cipher_;
  std::unique_ptr<evp_cipher_ctx_st, FreeContext> context_;
};

}  // namespace headroom::store
