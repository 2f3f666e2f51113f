#include "ledger/exchange.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/hash.h"
#include "messages/conversation.h"
#include "messages/projection.h"
#include "store/hmac.h"

namespace headroom::ledger {
namespace {

std::uint64_t first_bytes(const store::Digest& digest, int count) {
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | digest[static_cast<std::size_t>(i)];
  return value;
}

// 48 bits; 0 means "not known", so it is no digest.
ConversationId keyed_id(std::string_view key, std::string_view purpose, std::string_view text) {
  std::string message(purpose);
  message += '\0';
  message += text;
  return {std::max<std::uint64_t>(first_bytes(store::hmac_sha256(key, message), 6), 1)};
}

std::string_view bytes_of(const Hash128& hash) {
  return {reinterpret_cast<const char*>(&hash), sizeof hash};
}

Segment segment_of(messages::Section section) {
  switch (section) {
    case messages::Section::tools:
      return Segment::tools;
    case messages::Section::system:
      return Segment::system;
    case messages::Section::messages:
      break;
  }
  return Segment::messages;
}

}  // namespace

std::vector<Removed> removed_of(const pipeline::Outcome& outcome) {
  std::map<std::tuple<int, ToolName, KindName>, Removed> sums;
  std::int64_t told = 0;
  for (const pipeline::Row& row : outcome.rows) {
    if (row.after >= row.before) continue;
    Removed one{ToolName::of(row.tool), KindName::own(row.kind), row.before.value, row.after.value, row.message};
    if (one.kind.empty()) one.kind = "text";
    told += one.before - one.after;
    Removed& sum = sums.try_emplace({one.message, one.tool, one.kind}, Removed{one.tool, one.kind, 0, 0, one.message})
                       .first->second;
    sum.before += one.before, sum.after += one.after;
  }
  std::vector<Removed> out;
  out.reserve(sums.size() + 1);
  for (auto& [key, sum] : sums) out.push_back(sum);
  const std::int64_t rest = outcome.before.value - outcome.after.value - told;
  if (rest > 0 && !outcome.epochs.empty()) out.push_back({{}, "turn", rest, 0, -1});
  return out;
}

std::array<TransformName, 4> transforms_of(const pipeline::Outcome& outcome) {
  std::array<TransformName, 4> out;
  for (std::size_t i = 0; i < std::min(out.size(), outcome.transforms.size()); ++i) {
    out[i] = TransformName::own(outcome.transforms[i]);
  }
  return out;
}

std::optional<Prompt> prompt_of(std::string_view body, std::string_view format, std::string_view key) {
  const auto conversation = messages::read(body, messages::parse_format(format));
  if (!conversation) return std::nullopt;
  const std::uint64_t seed = first_bytes(store::hmac_sha256(key, "headroom ledger blocks"), 8);
  Prompt out;
  std::string opening;
  int first_message = -1;
  const messages::Projection projection = messages::project(*conversation);
  out.blocks.reserve(projection.size());
  for (const messages::ProjectedBlock& block : projection) {
    out.blocks.push_back({hash64(bytes_of(block.digest), seed),
                          static_cast<std::uint32_t>(std::min<std::size_t>(block.bytes, 0xFFFFFFFF)), block.message,
                          segment_of(block.section), block.head});
    if (block.section != messages::Section::messages) continue;
    if (first_message < 0) first_message = block.message;
    if (block.message == first_message) opening += bytes_of(block.digest);
  }
  if (!opening.empty()) out.opening = keyed_id(key, "headroom conversation", opening);
  for (const messages::Message& message : conversation->message_list) {
    if (message.role == messages::Role::assistant) out.fresh_from = message.index + 1;
  }
  // A prefill: the turn that the model is to go on with belongs to this request.
  if (out.fresh_from == conversation->message_count) {
    out.fresh_from = 0;
    for (const int boundary : conversation->boundaries) {
      int begin = boundary;
      while (begin > 0 &&
             conversation->message_list[static_cast<std::size_t>(begin - 1)].role != messages::Role::assistant)
        --begin;
      out.fresh_from = begin;
    }
  }
  return out;
}

ConversationId conversation_of(std::string_view label, std::string_view key) {
  return label.empty() ? ConversationId{} : keyed_id(key, "headroom session", label);
}

}  // namespace headroom::ledger
