// Content codings undone: gzip, deflate, br, zstd. Whole bodies with a cap, and replies piece by piece.
//
//   decode("gzip", bytes, 64 MiB)  ->  text; nullopt: broken, cut short, larger than the cap or than 200 times its
//   bytes
//
// Why these libraries: docs/decisions/0014. O(output).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace headroom::http {

// One coding; lists of several are not undone.
bool knows_coding(std::string_view coding);

std::optional<std::string> decode(std::string_view coding, std::string_view bytes, std::size_t most);

class Decoder {
 public:
  // Null: no coding that is known. `most`: of plain bytes in all.
  static std::unique_ptr<Decoder> make(std::string_view coding, std::size_t most);
  virtual ~Decoder() = default;
  // Appends what came out; false: broken, or more than the cap. Nothing may be fed after that.
  virtual bool feed(std::string_view bytes, std::string& plain) = 0;
  // All that was begun has ended.
  virtual bool complete() const = 0;
};

}  // namespace headroom::http
