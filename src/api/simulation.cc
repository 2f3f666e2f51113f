// Waste is counted in bytes by plain scans, each linear: runs of white space beyond one, long base64, texts that stand
// twice, tool calls made twice, HTML tags, dates.
#include "api/simulation.h"

#include <array>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "api/answer.h"
#include "base/hash.h"
#include "json/writer.h"
#include "messages/conversation.h"

namespace headroom::api {
namespace {

struct Waste {
  std::int64_t count = 0;
  std::int64_t bytes = 0;
  void add(std::size_t n) { ++count, bytes += static_cast<std::int64_t>(n); }
};

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Length of the run from `at` whose bytes all satisfy `accept`.
template <class Accept>
std::size_t run_length(std::string_view s, std::size_t at, Accept accept) {
  std::size_t n = 0;
  while (at + n < s.size() && accept(s[at + n])) ++n;
  return n;
}

// "2026-01-05" at `at`.
bool date_at(std::string_view s, std::size_t at) {
  constexpr std::string_view shape = "dddd-dd-dd";
  if (at + shape.size() > s.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 'd' ? !is_digit(s[at + i]) : s[at + i] != '-') return false;
  }
  return true;
}

struct Signals {
  Waste white_space, base64, repeats, rereads, html, dates;
  std::unordered_set<std::uint64_t> seen;

  void scan(std::string_view s) {
    constexpr std::size_t least_repeat = 200, least_base64 = 120, longest_tag = 200;
    if (s.size() >= least_repeat && !seen.insert(hash64(s)).second) repeats.add(s.size());
    for (std::size_t i = 0; i < s.size();) {
      if (is_blank(s[i])) {
        const std::size_t n = run_length(s, i, is_blank);
        if (n > 1) white_space.add(n - 1);
        i += n;
      } else if (is_letter(s[i]) || is_digit(s[i])) {
        if (date_at(s, i)) {
          dates.add(10);
          i += 10;
          continue;
        }
        const std::size_t n =
            run_length(s, i, [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '/' || c == '='; });
        if (n >= least_base64) base64.add(n);
        i += n;
      } else if (s[i] == '<' && i + 1 < s.size() && (is_letter(s[i + 1]) || s[i + 1] == '/')) {
        const std::size_t n = run_length(s.substr(0, std::min(s.size(), i + longest_tag)), i,
                                         [](char c) { return c != '>' && c != '\n'; });
        if (i + n < s.size() && s[i + n] == '>') html.add(n + 1);
        i += i + n < s.size() && s[i + n] == '>' ? n + 1 : 1;
      } else {
        ++i;
      }
    }
  }
};

constexpr std::array<std::string_view, 4> role_names = {"system", "user", "assistant", "tool"};

std::string hex(Hash128 h) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const std::uint64_t half : {h.high, h.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) out += digits[half >> shift & 15];
  }
  return out;
}

// Digest of everything up to the last assistant message: what the next request begins with as well.
std::string prefix_digest(const messages::Conversation& c) {
  int last = -1;
  for (const messages::Leaf& leaf : c.leaves) {
    if (leaf.role == messages::Role::assistant) last = leaf.message;
  }
  for (const messages::Call& call : c.calls) last = std::max(last, call.message);
  std::string blocks;
  for (const messages::Leaf& leaf : c.leaves) {
    if (leaf.message > last) continue;
    blocks.append(to_string(leaf.role)).append(1, '\0').append(messages::text_of(c, leaf)).append(1, '\0');
  }
  for (const messages::Call& call : c.calls)
    blocks.append(call.name).append(1, '\0').append(call.arguments).append(1, '\0');
  return hex(hash128(blocks));
}

// "0.012345 USD".
std::string dollars(std::int64_t nano) {
  const bool negative = nano < 0;
  const std::int64_t micro = (negative ? -nano : nano) / 1000;
  std::string fraction = std::to_string(micro % 1'000'000);
  fraction.insert(0, 6 - fraction.size(), '0');
  return (negative ? "-" : "") + std::to_string(micro / 1'000'000) + "." + fraction + " USD";
}

void write_waste(json::Writer& out, std::string_view name, const Waste& waste) {
  out.key(name).object().key("count").number(waste.count).key("bytes").number(waste.bytes).end();
}

void write_roles(json::Writer& out, const pipeline::Outcome& o) {
  out.key("block_breakdown").object();
  Tokens rest_before = o.before, rest_after = o.after;
  for (const std::string_view role : role_names) {
    Tokens before, after;
    for (const pipeline::Row& row : o.rows) {
      if (row.role == role) before += row.before, after += row.after;
    }
    rest_before -= before;
    rest_after -= after;
    out.key(role).object().key("before").number(before.value).key("after").number(after.value).end();
  }
  out.key("tool_calls").object().key("before").number(rest_before.value).key("after").number(rest_after.value).end();
  out.end();
}

}  // namespace

std::string simulated_members(const Input& input, const pipeline::Outcome& o) {
  json::Writer out;
  out.object();
  Signals signals;
  std::string digest;
  if (input.kind == Input::Kind::body) {
    if (const std::string_view list = messages_of(o.output); !list.empty()) out.key("messages_optimized").raw(list);
    const auto format = messages::parse_format(input.format);
    if (const auto before = messages::read(input.text, format)) {
      for (const messages::Leaf& leaf : before->leaves) signals.scan(messages::text_of(*before, leaf));
      std::unordered_set<std::uint64_t> calls;
      for (const messages::Call& call : before->calls) {
        const std::uint64_t digest_of_call = hash64(call.arguments, hash64(call.name));
        if (!calls.insert(digest_of_call).second) signals.rereads.add(call.arguments.size());
      }
    }
    if (const auto after = messages::read(o.output, format)) digest = prefix_digest(*after);
  } else {
    signals.scan(input.text);
  }
  write_roles(out, o);
  out.key("waste_signals").object();
  write_waste(out, "white_space", signals.white_space);
  write_waste(out, "base64", signals.base64);
  write_waste(out, "repeats", signals.repeats);
  write_waste(out, "rereads", signals.rereads);
  write_waste(out, "html", signals.html);
  write_waste(out, "dates", signals.dates);
  out.end().key("stable_prefix_hash");
  if (digest.empty()) {
    out.null();
  } else {
    out.string(digest);
  }
  // The share that stands as the request before this one had it: what a provider's cache can hold of it.
  out.key("cache_alignment_score");
  if (input.kind == Input::Kind::body && o.after.value > 0) {
    const std::int64_t millionths = o.settled.value * 1'000'000 / o.after.value;
    out.number(static_cast<double>(millionths) / 1e6);
  } else {
    out.null();
  }
  out.key("estimated_savings").string(o.saved_nano ? dollars(*o.saved_nano) : "unknown").end();
  std::string members = std::move(out).take();
  return members.substr(1, members.size() - 2);
}

}  // namespace headroom::api
