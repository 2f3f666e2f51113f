// Units as types: a count of tokens is not a count of bytes.
//
// Tokens are counted by a vocabulary (tokens/); sizes in bytes are plain std::size_t and never convert to Tokens.
#pragma once

#include <compare>
#include <cstdint>

namespace headroom {

struct Tokens {
  std::int64_t value = 0;

  constexpr Tokens() = default;
  constexpr explicit Tokens(std::int64_t n) : value(n) {}

  friend constexpr auto operator<=>(Tokens, Tokens) = default;
  constexpr Tokens& operator+=(Tokens o) {
    value += o.value;
    return *this;
  }
  constexpr Tokens& operator-=(Tokens o) {
    value -= o.value;
    return *this;
  }
  friend constexpr Tokens operator+(Tokens a, Tokens b) { return Tokens(a.value + b.value); }
  friend constexpr Tokens operator-(Tokens a, Tokens b) { return Tokens(a.value - b.value); }
};

}  // namespace headroom
