#include "secrets/values.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace headroom::secrets {
namespace {

constexpr std::size_t longest_name = 80, longest_value = 4096;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_letter(char c) {
  return is_lower(c) || is_upper(c);
}
char lower(char c) {
  return is_upper(c) ? static_cast<char>(c | 0x20) : c;
}

std::string folded(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

// Letters only, folded: "next_page-Token" -> "nextpagetoken".
std::string letters_of(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (is_letter(c)) out += lower(c);
  }
  return out;
}

bool any_inside(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view w) { return text.find(w) != text.npos; });
}

// Names that end like a secret's and hold something else.
constexpr std::string_view other_tokens[] = {"page",       "next",   "continuation", "cursor", "sync", "resume",
                                             "start",      "end",    "max",          "min",    "stop", "eos",
                                             "bos",        "pad",    "unk",          "mask",   "sep",  "cls",
                                             "completion", "prompt", "count",        "design", "per"};
constexpr std::string_view other_keys[] = {"public",   "primary", "foreign", "sort",        "cache",      "partition",
                                           "row",      "object",  "hot",     "idempotency", "dedup",      "group",
                                           "routing",  "lookup",  "index",   "arrow",       "shortcut",   "message",
                                           "registry", "unique",  "query",   "join",        "translation"};
// What makes a key a secret whatever the case of its name.
constexpr std::string_view secret_keys[] = {
    "api",     "access",   "secret",  "private", "encrypt", "sign",         "master",  "auth",    "account",
    "storage", "consumer", "license", "service", "client",  "subscription", "shared",  "webhook", "deploy",
    "admin",   "hmac",     "aes",     "crypt",   "jwt",     "cookie",       "session", "token"};

}  // namespace

int distinct(std::string_view text) {
  std::array<std::uint64_t, 4> seen{};
  int n = 0;
  for (const char c : text.substr(0, 256)) {
    const auto byte = static_cast<unsigned char>(c);
    std::uint64_t& word = seen[byte >> 6];
    const std::uint64_t bit = std::uint64_t{1} << (byte & 63);
    n += (word & bit) == 0;
    word |= bit;
    if (n == 32) break;
  }
  return n;
}

bool is_placeholder(std::string_view value) {
  if (value.empty() || distinct(value) < 3) return true;
  constexpr std::string_view beginnings = "$<{@[(";
  if (beginnings.find(value.front()) != beginnings.npos) return true;
  if (value.front() == '%' && (value.back() == '%' || value.substr(0, 2) == "%(" || value == "%s")) return true;
  if (value.find("***") != value.npos || value.find("...") != value.npos || value.find("${") != value.npos ||
      value.find("{{") != value.npos || value.find("\xe2\x80\xa6") != value.npos ||
      value.find("\xe2\x80\xa2\xe2\x80\xa2") != value.npos)
    return true;
  const std::string text = folded(value.substr(0, 200));
  constexpr std::string_view words[] = {
      "example",      "placeholder", "changeme", "change-me", "change_me",  "redacted",    "xxxx",       "yourtoken",
      "your-",        "your_",       "yourkey",  "yourpass",  "yoursecret", "dummy",       "insert",     "replace-",
      "replace_",     "fake-",       "fake_",    "hidden",    "masked",     "process.env", "os.environ", "getenv",
      "secretkeyref", "vault:",      "op://",    "arn:aws",   "secrets.",   "env.",        "-here",      "_here"};
  return any_inside(text, words);
}

Named named(std::string_view name, bool& loud) {
  if (name.empty() || name.size() > longest_name) return Named::nothing;
  loud = std::ranges::any_of(name, is_upper) && std::ranges::none_of(name, is_lower);
  const std::string letters = letters_of(name);
  const std::string_view text = letters;
  for (const std::string_view word : {"password", "passwd", "passphrase", "pwd"}) {
    if (text.ends_with(word)) return Named::password;
  }
  if (text.ends_with("dbpass") || text.ends_with("userpass") || (loud && name.ends_with("_PASS")))
    return Named::password;
  for (const std::string_view word : {"token", "secret", "credential", "credentials"}) {
    if (!text.ends_with(word)) continue;
    const std::string_view before = text.substr(0, text.size() - word.size());
    return any_inside(before, other_tokens) ? Named::nothing : Named::token;
  }
  if (!text.ends_with("key") || text == "key") return Named::nothing;
  const std::string_view before = text.substr(0, text.size() - 3);
  if (any_inside(before, other_keys)) return Named::nothing;
  return loud || any_inside(before, secret_keys) ? Named::key : Named::nothing;
}

bool is_secret_value(Named what, bool loud, std::string_view value) {
  if (what == Named::nothing || value.size() > longest_value) return false;
  if (value.size() < (what == Named::password ? (loud ? 4u : 6u) : (loud ? 8u : 10u))) return false;
  if (value.find_first_of(" \t\r\n") != value.npos || is_placeholder(value)) return false;
  // Paths, calls, addresses (a password inside of one is the URL rule's).
  if (value.front() == '~' || value.front() == '.' || value.find("://") != value.npos) return false;
  if (value.find('(') != value.npos && value.find(')') != value.npos) return false;
  const bool digit = std::ranges::any_of(value, is_digit), upper = std::ranges::any_of(value, is_upper),
             low = std::ranges::any_of(value, is_lower);
  const bool letter = upper || low;
  const bool symbol = std::ranges::any_of(
      value, [](char c) { return !is_digit(c) && !is_letter(c) && c != '_' && c != '-' && c != '.' && c != '/'; });
  // Base64 may begin like a path does.
  if (value.front() == '/' && !(value.size() >= 32 && digit && upper && low && value.find('.') == value.npos))
    return false;
  const std::string text = folded(value);
  constexpr std::string_view words[] = {"required",  "optional", "invalid", "incorrect", "missing",  "expired",
                                        "undefined", "null",     "none",    "true",      "false",    "string",
                                        "unknown",   "disabled", "enabled", "denied",    "password", "secret",
                                        "default",   "number",   "boolean", "refresh",   "bearer",   "basic",
                                        "empty",     "unset",    "updated", "changed",   "reset",    "rejected"};
  if (std::ranges::find(words, text) != std::end(words)) return false;
  if (what == Named::password) {
    if (loud) return true;
    return (digit && letter) || symbol || (upper && low);
  }
  if (!letter) return false;  // a count, a time
  // Words joined by dots, dashes or capitals are names of things; a key has digits, or many different letters in a row.
  if (digit) return distinct(value) >= 6;
  if (value.find_first_of("._-:/") != value.npos) return false;
  return value.size() >= 20 && upper && low && distinct(value) >= 12;
}

}  // namespace headroom::secrets
