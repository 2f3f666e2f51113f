#include "pipeline/align/cache_key.h"

#include "json/document.h"
#include "store/hmac.h"

namespace headroom::pipeline {
namespace {

using messages::Conversation;
using messages::Format;

void add_sized(std::string& out, std::string_view part) {
  out.append(std::to_string(part.size())).append(":").append(part);
}

std::string first_user_text(const Conversation& c) {
  for (const messages::Leaf& leaf : c.leaves) {
    if (leaf.role == messages::Role::user) return messages::text_of(c, leaf);
  }
  return "";
}

}  // namespace

std::optional<CacheKeyMember> derive_cache_key(const Conversation& c, std::span<const std::string> system_texts,
                                               std::string_view key) {
  if (c.format != Format::openai && c.format != Format::responses) return std::nullopt;
  if (!c.doc.is(c.root, json::Kind::object) || c.doc.member(c.root, "prompt_cache_key")) return std::nullopt;
  std::string all = "prompt cache key ";
  add_sized(all, c.tools ? c.doc.raw(*c.tools) : std::string_view());
  for (const std::string& text : system_texts) add_sized(all, text);
  add_sized(all, first_user_text(c));
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::size_t bytes = 8;
  const store::Digest digest = store::hmac_sha256(key, all);
  std::string value = "\"";
  for (std::size_t i = 0; i < bytes; ++i) {
    value += digits[digest[i] >> 4];
    value += digits[digest[i] & 15];
  }
  value += '"';
  std::size_t at = c.doc[c.root].begin() + std::size_t{1};
  bool first = true;
  for (const json::Member m : c.doc.members(c.root)) at = c.doc[m.value].end(), first = false;
  CacheKeyMember member;
  member.edit = {at, 0, (first ? "" : ",") + ("\"prompt_cache_key\":" + value)};
  member.value = value;
  return member;
}

}  // namespace headroom::pipeline
