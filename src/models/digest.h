// SHA-256 of a model's files: by it a model is known, whatever its directory is called.
#pragma once

#include <string>
#include <string_view>

namespace headroom::models {

// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace headroom::models
