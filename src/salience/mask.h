// The template of a string: what is left when digits, hex numbers and UUIDs are masked. Strings of one template were
// most likely written by one line of code.
//
//   masked("job 17 of user_42 took 35 ms (id 3f1c2aa9)")  -> "job # of user_# took # ms (id #)"
//   masked("550e8400-e29b-41d4-a716-446655440000")        -> "#"
//
// A run of letters and digits that holds a digit is masked from its first to its last digit, or whole if it is hex of
// six or more characters; masks joined by - : . , or / are one. O(n).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace headroom::salience {

// Appends the template to `out`.
void mask_to(std::string& out, std::string_view text);
std::string masked(std::string_view text);

// A 64-bit digest of the template; `scratch` only saves allocations.
std::uint64_t template_key(std::string_view text, std::string& scratch);
std::uint64_t template_key(std::string_view text);

}  // namespace headroom::salience
