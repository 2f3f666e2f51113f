#include "secrets/secrets.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "secrets/rules.h"
#include "secrets/values.h"

namespace headroom::secrets {
namespace {

constexpr std::array<std::uint8_t, 256> sets = [] {
  std::array<std::uint8_t, 256> table{};
  const auto add = [&](std::string_view bytes, std::initializer_list<Set> of) {
    for (const char c : bytes) {
      for (const Set s : of)
        table[static_cast<unsigned char>(c)] =
            static_cast<std::uint8_t>(table[static_cast<unsigned char>(c)] | 1u << static_cast<unsigned>(s));
    }
  };
  add("0123456789", {Set::hex, Set::upper, Set::alnum, Set::word, Set::dotted, Set::base64, Set::path});
  add("abcdef", {Set::hex});
  add("ABCDEFGHIJKLMNOPQRSTUVWXYZ", {Set::upper, Set::alnum, Set::word, Set::dotted, Set::base64, Set::path});
  add("abcdefghijklmnopqrstuvwxyz", {Set::alnum, Set::word, Set::dotted, Set::base64, Set::path});
  add("_-", {Set::word, Set::dotted, Set::path});
  add(".", {Set::dotted});
  add("+=", {Set::base64});
  add("/", {Set::base64, Set::path});
  return table;
}();

bool in(Set set, char c) {
  return (sets[static_cast<unsigned char>(c)] >> static_cast<unsigned>(set) & 1) != 0;
}

// Bytes from `at` that are of the set, at most `most`.
std::size_t run_of(std::string_view text, std::size_t at, Set set, std::size_t most) {
  std::size_t n = 0;
  while (n < most && at + n < text.size() && in(set, text[at + n])) ++n;
  return n;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Does an escape end just before `at`: one of a terminal (ESC [ 3 2 m) or of JSON (\n)? Its last letter is no part of a
// word.
bool behind_escape(std::string_view text, std::size_t at) {
  if (at < 2) return false;
  const char last = text[at - 1];
  if (text[at - 2] == '\\') return last == 'n' || last == 't' || last == 'r' || last == 'b' || last == 'f';
  if (last != 'm' && last != 'K') return false;
  std::size_t i = at - 1;
  for (std::size_t n = 0; i > 0 && n < 16 && (is_digit(text[i - 1]) || text[i - 1] == ';'); ++n) --i;
  return i > 1 && text[i - 1] == '[' && (text[i - 2] == '\x1b' || text[i - 2] == 'b' || text[i - 2] == '3');
}

bool starts_word(std::string_view text, std::size_t at) {
  return at == 0 || !(in(Set::alnum, text[at - 1]) || text[at - 1] == '_') || behind_escape(text, at);
}

// ---- rules: `at` is where the rule's anchor stands
// --------------------------------------------------------------------------- One text on its way through. A name and
// its value are judged once: up to `judged` no other name is looked for, or a text of nothing but names would be read
// again and again.
struct Scan {
  std::string_view text;
  std::size_t judged = 0;
};
using Check = std::optional<Finding> (*)(Scan& scan, std::size_t at);

std::optional<Finding> check_token(const TokenRule& rule, std::string_view text, std::size_t at) {
  if (text.substr(at, rule.prefix.size()) != rule.prefix) return std::nullopt;
  const bool bound = in(Set::alnum, rule.prefix.front());
  if (bound && !starts_word(text, at)) return std::nullopt;
  const std::size_t body = at + rule.prefix.size();
  const std::size_t n = run_of(text, body, rule.set, std::size_t{rule.most} + 1);
  if (n < rule.least || n > rule.most) return std::nullopt;
  const std::string_view value = text.substr(body, n);
  if (distinct(value) < 6 || is_placeholder(value)) return std::nullopt;
  return Finding{rule.name, at, rule.prefix.size() + n};
}

std::optional<Finding> check_pem(Scan& scan, std::size_t at) {
  const std::string_view text = scan.text;
  constexpr std::string_view begin = "-----BEGIN ", dashes = "-----";
  constexpr std::size_t most_label = 48, looked_at = 400;
  constexpr std::ptrdiff_t least_body = 40;
  if (text.substr(at, begin.size()) != begin) return std::nullopt;
  const std::string_view rest = text.substr(at + begin.size(), most_label);
  const std::size_t end = rest.find(dashes);
  if (end == rest.npos || rest.substr(0, end).find("PRIVATE KEY") == rest.npos) return std::nullopt;
  const std::size_t body = at + begin.size() + end + dashes.size();
  std::string_view looked = text.substr(body, looked_at);
  looked = looked.substr(0, looked.find(dashes));
  if (std::ranges::count_if(looked, [](char c) { return in(Set::base64, c); }) < least_body) return std::nullopt;
  const std::size_t closed = text.find(dashes, body);
  return Finding{"private_key", at, std::min(closed, text.size()) - at};
}

std::optional<Finding> check_jwt(Scan& scan, std::size_t at) {
  const std::string_view text = scan.text;
  constexpr std::size_t most = 8192, least_part = 10;
  if (text.substr(at, 3) != "eyJ" || !starts_word(text, at) || (at > 0 && text[at - 1] == '-')) return std::nullopt;
  std::size_t end = at;
  for (int part = 0; part < 3; ++part) {
    if (part > 0) {
      if (end >= text.size() || text[end] != '.') return std::nullopt;
      ++end;
    }
    const std::size_t n = run_of(text, end, Set::word, most);
    if (n < least_part) return std::nullopt;
    end += n;
  }
  return Finding{"jwt", at, end - at};
}

// "scheme://user:password@host"; `at` is the colon before the slashes.
std::optional<Finding> check_url(Scan& scan, std::size_t at) {
  const std::string_view text = scan.text;
  constexpr std::size_t most = 512;
  if (at == 0 || !in(Set::alnum, text[at - 1]) || text.substr(at, 3) != "://") return std::nullopt;
  const std::size_t begin = at + 3;
  std::size_t colon = text.npos, end = begin;
  for (; end < text.size() && end - begin < most; ++end) {
    const char c = text[end];
    if (c == '@') break;
    if (c == ':' && colon == text.npos) colon = end;
    if (static_cast<unsigned char>(c) <= ' ' || c == '/' || c == '?' || c == '#' || c == '"' || c == '\'' || c == '<' ||
        c == '>' || c == '\\' || c == '`')
      return std::nullopt;
  }
  if (end >= text.size() || text[end] != '@' || colon == text.npos) return std::nullopt;
  if (end + 1 >= text.size() || !(in(Set::alnum, text[end + 1]) || text[end + 1] == '[')) return std::nullopt;
  const std::string_view password = text.substr(colon + 1, end - colon - 1);
  constexpr std::string_view words[] = {"password", "pass", "passwd", "pwd", "PASSWORD", "PASS", "secret"};
  if (password.size() < 3 || is_placeholder(password) || std::ranges::find(words, password) != std::end(words))
    return std::nullopt;
  return Finding{"url_password", colon + 1, password.size()};
}

char folded(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
bool folds_to(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) { return a == folded(b); });
}

// "Authorization: Bearer TOKEN" or "Basic BASE64"; `at` is the scheme.
std::optional<Finding> check_scheme(Scan& scan, std::size_t at) {
  const std::string_view text = scan.text;
  const std::string_view rest = text.substr(at);
  const bool bearer = folds_to(rest, "bearer "), basic = folds_to(rest, "basic ");
  if ((!bearer && !basic) || !starts_word(text, at)) return std::nullopt;
  constexpr std::size_t most = 4096;
  const std::size_t body = at + (bearer ? 7 : 6);
  std::size_t n = 0;
  while (n < most && body + n < text.size() &&
         (in(Set::dotted, text[body + n]) || in(Set::base64, text[body + n]) || text[body + n] == '~'))
    ++n;
  const std::string_view value = text.substr(body, n);
  if (n < (bearer ? 16u : 12u) || is_placeholder(value) || distinct(value) < 6) return std::nullopt;
  // A word of prose has no digits, and few different letters.
  if (std::ranges::none_of(value, is_digit) && value.find('=') == value.npos && distinct(value) < 14)
    return std::nullopt;
  if (basic) {  // a word of prose unless a header stands before it
    const std::size_t from = at < 24 ? 0 : at - 24;
    const std::string_view before = text.substr(from, at - from);
    if (before.find("uthorization") == before.npos && before.find("UTHORIZATION") == before.npos) return std::nullopt;
  }
  return Finding{bearer ? "bearer_token" : "basic_credentials", body, n};
}

bool in_name(char c) {
  return in(Set::word, c) || c == '.';
}

// NAME=value, "name": "value", name: value, --name=value; `at` stands inside of the name, at the word that makes it
// one.
std::optional<Finding> check_assignment(Scan& scan, std::size_t at) {
  if (at < scan.judged) return std::nullopt;
  const std::string_view text = scan.text;
  constexpr std::size_t most_name = 80, most_value = 256;
  std::size_t begin = at, end = at;
  while (begin > 0 && at - begin < most_name && in_name(text[begin - 1]) && !behind_escape(text, begin)) --begin;
  while (end < text.size() && end - at < most_name && in_name(text[end])) ++end;
  scan.judged = end;
  bool loud = false;
  const Named what = named(text.substr(begin, end - begin), loud);
  if (what == Named::nothing) return std::nullopt;

  const auto skip = [&](std::size_t i, std::string_view bytes, std::size_t most) {
    for (std::size_t n = 0; n < most && i < text.size() && bytes.find(text[i]) != bytes.npos; ++n) ++i;
    return i;
  };
  std::size_t i = skip(end, "\\\"'`", 4);  // the end of a quoted name, perhaps in JSON inside of JSON
  i = skip(i, " \t]", 8);
  if (i >= text.size() || (text[i] != '=' && text[i] != ':')) return std::nullopt;
  const bool colon = text[i] == ':';
  i += text.substr(i, 2) == ":=" || text.substr(i, 2) == "=>" ? 2 : 1;
  if (i < text.size() && (text[i] == '=' || text[i] == ':')) return std::nullopt;  // == compares, :: belongs to C++
  i = skip(i, " \t", 8);
  const std::size_t unquoted = i;
  i = skip(i, "\\", 3);
  const char quote = i < text.size() && (text[i] == '"' || text[i] == '\'' || text[i] == '`') ? text[i] : '\0';
  i = quote != '\0' ? i + 1 : unquoted;
  std::size_t stop = i;
  const std::string_view ends =
      quote != '\0' ? std::string_view("\"'`\\\n\r") : std::string_view(" \t\r\n\"'`,;)}]&|\\<>");
  while (stop < text.size() && stop - i <= most_value && ends.find(text[stop]) == ends.npos) ++stop;
  const std::string_view value = text.substr(i, stop - i);
  scan.judged = stop;
  // In prose and code a bare word behind a colon or an equals sign is most often a name.
  const bool bare_word =
      quote == '\0' && !loud && colon && std::ranges::none_of(value, [](char c) { return c >= '0' && c <= '9'; });
  if (bare_word || !is_secret_value(what, loud, value)) return std::nullopt;
  return Finding{what == Named::password ? "password" : what == Named::key ? "key" : "token", i, value.size()};
}

// ---- anchors: the three or four bytes at which a rule begins, case folded
// --------------------------------------------------
struct Anchor {
  std::string_view text;
  Check check;
};
constexpr Anchor anchors[] = {
    {"----", check_pem},        {"eyj", check_jwt},         {"://", check_url},        {"bear", check_scheme},
    {"basi", check_scheme},     {"pass", check_assignment}, {"pwd", check_assignment}, {"toke", check_assignment},
    {"secr", check_assignment}, {"cred", check_assignment}, {"key", check_assignment},
};
constexpr std::size_t token_count = std::size(token_rules), anchor_count = std::size(anchors);

constexpr std::uint32_t fold_all = 0x20202020u;

constexpr std::uint32_t window(const char* p) {
  std::uint32_t w = 0;
  for (int i = 3; i >= 0; --i) w = w << 8 | static_cast<unsigned char>(p[i]);
  return w | fold_all;
}
constexpr std::uint32_t slot_of(std::uint32_t w) {
  return w * 0x9E3779B1u >> 16;
}

struct Gram {
  std::uint32_t window;
  std::uint16_t rule;  // a token rule, or token_count + an anchor
};

constexpr std::string_view anchor_text(std::size_t rule) {
  return rule < token_count ? token_rules[rule].prefix : anchors[rule - token_count].text;
}
// A three-byte anchor stands for the windows with every fourth byte that folding leaves.
constexpr std::size_t count_grams() {
  std::size_t n = 0;
  for (std::size_t r = 0; r < token_count + anchor_count; ++r) n += anchor_text(r).size() < 4 ? 64 : 1;
  return n;
}

struct Table {
  std::array<std::uint64_t, 1024> bits{};
  std::array<Gram, count_grams()> grams{};
};

constexpr Table table = [] {
  Table t;
  std::size_t n = 0;
  const auto add = [&](std::uint32_t w, std::size_t rule) {
    const std::uint32_t slot = slot_of(w);
    t.bits[slot >> 6] |= std::uint64_t{1} << (slot & 63);
    t.grams[n++] = {w, static_cast<std::uint16_t>(rule)};
  };
  for (std::size_t r = 0; r < token_count + anchor_count; ++r) {
    const std::string_view text = anchor_text(r);
    if (text.size() >= 4) {
      add(window(&text[0]), r);
      continue;
    }
    for (unsigned fourth = 0; fourth < 128; ++fourth) {
      if ((fourth & 0x20) == 0) continue;
      const char bytes[4] = {text[0], text[1], text[2], static_cast<char>(fourth)};
      add(window(bytes), r);
    }
  }
  std::sort(t.grams.begin(), t.grams.end(),
            [](const Gram& a, const Gram& b) { return a.window != b.window ? a.window < b.window : a.rule < b.rule; });
  return t;
}();

std::optional<Finding> check_at(Scan& scan, std::size_t at, std::uint32_t w) {
  auto gram = std::ranges::lower_bound(table.grams, w, {}, &Gram::window);
  for (; gram != table.grams.end() && gram->window == w; ++gram) {
    const auto found = gram->rule < token_count ? check_token(token_rules[gram->rule], scan.text, at)
                                                : anchors[gram->rule - token_count].check(scan, at);
    if (found) return found;
  }
  return std::nullopt;
}

// The next finding at or behind `at`, which is moved behind it.
std::optional<Finding> next(Scan& scan, std::size_t& at) {
  const std::string_view text = scan.text;
  for (; at + 4 <= text.size(); ++at) {
    std::uint32_t w;
    std::memcpy(&w, text.data() + at, sizeof w);
    if constexpr (std::endian::native == std::endian::big) w = __builtin_bswap32(w);
    w |= fold_all;
    const std::uint32_t slot = slot_of(w);
    if ((table.bits[slot >> 6] >> (slot & 63) & 1) == 0) continue;
    if (const auto found = check_at(scan, at, w)) {
      at = std::max(at + 1, found->offset + found->length);
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Finding> first(std::string_view text) {
  Scan scan{text};
  std::size_t at = 0;
  return next(scan, at);
}

std::vector<Finding> all(std::string_view text) {
  std::vector<Finding> found;
  Scan scan{text};
  std::size_t at = 0;
  while (const auto one = next(scan, at)) found.push_back(*one);
  return found;
}

}  // namespace headroom::secrets
