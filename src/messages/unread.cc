#include "messages/unread.h"

#include <cstddef>

namespace headroom::messages {
namespace {

constexpr std::size_t frame = 1024;  // names, ids, brackets of a message; and of each text and image in it:
constexpr std::size_t frame_of_part = 256;

}  // namespace

std::vector<bool> hold_more(const Conversation& c) {
  std::vector<std::size_t> read(c.message_list.size(), frame);
  const auto add = [&](int message, json::NodeId node) {
    if (message >= 0) read[static_cast<std::size_t>(message)] += c.doc[node].size() + frame_of_part;
  };
  for (const Leaf& leaf : c.leaves) add(leaf.message, leaf.node);
  for (const Image& image : c.images) add(image.message, image.part);
  std::vector<bool> out(c.message_list.size());
  for (std::size_t m = 0; m < out.size(); ++m) {
    const Message& message = c.message_list[m];
    out[m] = message.role != Role::assistant && c.doc[message.node].size() > read[m];
  }
  return out;
}

}  // namespace headroom::messages
