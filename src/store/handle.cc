// Handles: HMAC-SHA-256 of the content under the workspace's handle key, as twelve decimal digits.
#include <charconv>

#include "store/hmac.h"
#include "store/store.h"

namespace headroom::store {
namespace {

constexpr std::uint64_t modulus = 1'000'000'000'000;
constexpr std::size_t digits = 12;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The number that `text` begins with, if it has 1 to 12 digits.
std::optional<Handle> leading_number(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  if (n == 0 || n > digits) return std::nullopt;
  Handle handle;
  const std::string_view number = text.substr(0, n);
  std::from_chars(number.data(), number.data() + number.size(), handle.value);
  return handle;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view around = " \t\r\n\"'`[]#";
  const std::size_t begin = text.find_first_not_of(around);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(around) + 1 - begin);
}

}  // namespace

Handle handle_of_id(const Digest& id) {
  std::uint64_t first = 0;
  for (int i = 0; i < 8; ++i) first = first << 8 | id[i];
  return {first % modulus};
}

Handle handle_of(const WorkspaceKey& key, std::string_view content) {
  return handle_of_id(hmac_sha256(key.handle_key, content));
}

std::string to_string(Handle handle) {
  std::string text = std::to_string(handle.value % modulus);
  text.insert(0, digits - text.size(), '0');
  return text;
}

std::optional<Handle> parse_handle(std::string_view text) {
  constexpr std::string_view lead = "hash=";
  if (const std::size_t at = text.rfind(lead); at != std::string_view::npos) {
    std::string_view rest = text.substr(at + lead.size());
    while (!rest.empty() && (rest.front() == '"' || rest.front() == '\'' || rest.front() == ' ')) rest.remove_prefix(1);
    if (const auto handle = leading_number(rest)) return handle;
  }
  const std::string_view bare = trimmed(text);
  if (!bare.empty() && bare.find_first_not_of("0123456789") == std::string_view::npos) return leading_number(bare);
  // A pasted line: the only run of exactly twelve digits in it.
  std::optional<Handle> found;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_digit(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end - i == digits) {
      const auto handle = leading_number(text.substr(i));
      if (found && *found != *handle) return std::nullopt;
      found = handle;
    }
    i = end;
  }
  return found;
}

}  // namespace headroom::store
