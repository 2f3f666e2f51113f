// Any bytes as a request, read as every format: what is found lies in the body, a projection is a prefix of itself, and
// a leaf replaced by half of its own text reads back as that.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json/strings.h"
#include "messages/check.h"
#include "messages/conversation.h"
#include "messages/edit.h"
#include "messages/projection.h"

namespace hm = headroom::messages;

namespace {

void check(std::string_view body, std::optional<hm::Format> format) {
  const auto c = hm::read(body, format);
  if (!c) return;
  if (hm::violation(*c, body, {})) std::abort();
  const hm::Projection p = hm::project(*c);
  if (!hm::is_prefix(p, p)) std::abort();
  int tried = 0;
  for (const hm::Leaf& leaf : c->leaves) {
    if (leaf.message >= c->message_count || leaf.call >= static_cast<int>(c->calls.size())) std::abort();
    if (++tried > 8) break;
    std::string text = hm::text_of(*c, leaf);
    text.resize(text.size() / 2);
    text = headroom::json::unescape(headroom::json::escape(text));  // what can be written
    const hm::Replacement now = hm::replace_leaf(*c, leaf, text);
    const std::string after = headroom::splice(body, now.edits);
    hm::Plan plan;
    hm::plan_leaf(*c, leaf, plan);
    if (hm::violation(*c, after, plan) || hm::violation_by_reading(*c, after, plan)) std::abort();
    // A byte spoilt: the shorter proof holds only where the reading does.
    std::string spoilt = after;
    spoilt[(now.edits.front().offset + text.size()) % spoilt.size()] = "\",{]\\x"[text.size() % 6];
    if (!hm::violation(*c, spoilt, plan) && hm::violation_by_reading(*c, spoilt, plan)) std::abort();
    const auto again = hm::read(after, c->format);
    if (!again || again->leaves.size() != c->leaves.size()) std::abort();
    if (leaf.part != hm::Part::json_value &&
        hm::text_of(*again, again->leaves[static_cast<std::size_t>(&leaf - c->leaves.data())]) != text)
      std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  check(body, std::nullopt);
  for (const std::string_view name : hm::format_names()) check(body, hm::parse_format(name));
  return 0;
}
