// HMAC-SHA-256 and HKDF-SHA-256 (RFC 2104, RFC 5869), the only cryptography the store needs today; OpenSSL's libcrypto
// does it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "store/store.h"

namespace headroom::store {

using Digest = std::array<std::uint8_t, 32>;

Digest hmac_sha256(std::string_view key, std::string_view message);

// 32 bytes for one purpose from a master key: extract with a salt of zeros, expand once.
std::string hkdf_sha256(std::string_view master, std::string_view purpose);

// The first 8 bytes, big-endian, mod 10^12.
Handle handle_of_id(const Digest& id);

}  // namespace headroom::store
