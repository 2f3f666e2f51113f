// A script for the server, with what all scripts share in front of it, and the name by which the server keeps it: the
// SHA-1 of its text (EVALSHA).
#pragma once

#include <string>
#include <string_view>

namespace headroom::store {

std::string hex_of(std::string_view bytes);

class RedisScript {
 public:
  explicit RedisScript(std::string_view body);
  const std::string& text() const { return text_; }
  const std::string& name() const { return name_; }

 private:
  std::string text_, name_;
};

}  // namespace headroom::store
