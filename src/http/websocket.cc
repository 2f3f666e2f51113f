#include "http/websocket.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace headroom::http {
namespace {

constexpr std::size_t shortest_head = 2, longest_control = 125;

// What is known of a head's size from its first two bytes.
std::size_t head_size(std::string_view first) {
  const auto second = static_cast<std::uint8_t>(first[1]);
  const std::size_t length = (second & 0x7F) == 126 ? 2 : (second & 0x7F) == 127 ? 8 : 0;
  return shortest_head + length + (second & 0x80 ? 4 : 0);
}

std::uint64_t number(std::string_view bytes) {
  std::uint64_t n = 0;
  for (const char c : bytes) n = n << 8 | static_cast<std::uint8_t>(c);
  return n;
}

// False: no head of a frame that may come without extensions.
bool read_head(std::string_view bytes, bool masked, FrameHead& head) {
  const auto first = static_cast<std::uint8_t>(bytes[0]), second = static_cast<std::uint8_t>(bytes[1]);
  const std::uint8_t opcode = first & 0x0F;
  head.last = first & 0x80;
  head.masked = second & 0x80;
  head.opcode = static_cast<Opcode>(opcode);
  const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
  if ((first & 0x70) != 0 || !known || head.masked != masked) return false;
  const std::size_t end = bytes.size() - (masked ? 4 : 0);
  head.length = end == shortest_head ? second & 0x7F : number(bytes.substr(shortest_head, end - shortest_head));
  if (head.length >> 63 != 0) return false;
  if (head.is_control() && (!head.last || head.length > longest_control)) return false;
  if (masked) std::memcpy(head.mask.data(), bytes.data() + end, 4);
  return true;
}

}  // namespace

std::size_t FrameReader::feed(std::string_view bytes, Sink& sink) {
  std::size_t taken = 0;
  while (!bad_ && taken < bytes.size()) {
    const std::string_view rest = bytes.substr(taken);
    if (inside_) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest.size()));
      sink.on_payload(rest.substr(0, n));
      taken += n;
      left_ -= n;
    } else {
      const std::size_t want = begun_.size() < shortest_head ? shortest_head : head_size(begun_);
      const std::size_t n = std::min(want - begun_.size(), rest.size());
      begun_ += rest.substr(0, n);
      taken += n;
      if (begun_.size() < shortest_head || begun_.size() < head_size(begun_)) continue;
      if (!read_head(begun_, masked_, head_)) {
        bad_ = true;
        return taken;
      }
      inside_ = true;
      left_ = head_.length;
      sink.on_frame(head_, begun_);
      begun_.clear();
    }
    if (inside_ && left_ == 0) {
      inside_ = false;
      sink.on_frame_end();
    }
  }
  return taken;
}

void mask(char* bytes, std::size_t size, const std::array<char, 4>& key, std::uint64_t at) {
  std::size_t i = 0;
  for (; i < size && (at + i) % 4 != 0; ++i) bytes[i] ^= key[(at + i) % 4];
  std::uint64_t eight = 0;
  std::memcpy(&eight, key.data(), 4);
  std::memcpy(reinterpret_cast<char*>(&eight) + 4, key.data(), 4);
  for (; i + 8 <= size; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, 8);
    word ^= eight;
    std::memcpy(bytes + i, &word, 8);
  }
  for (; i < size; ++i) bytes[i] ^= key[(at + i) % 4];
}

std::string text_frame(std::string_view text, const std::array<char, 4>* key) {
  std::string out;
  out.reserve(text.size() + 14);
  out += static_cast<char>(0x80 | static_cast<std::uint8_t>(Opcode::text));
  const std::uint8_t bit = key ? 0x80 : 0;
  const auto put = [&out](std::uint64_t n, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(n >> shift & 0xFF);
  };
  if (text.size() <= longest_control) {
    out += static_cast<char>(bit | text.size());
  } else if (text.size() <= 0xFFFF) {
    out += static_cast<char>(bit | 126);
    put(text.size(), 2);
  } else {
    out += static_cast<char>(bit | 127);
    put(text.size(), 8);
  }
  if (key) out.append(key->data(), key->size());
  const std::size_t begin = out.size();
  out += text;
  if (key) mask(out.data() + begin, text.size(), *key, 0);
  return out;
}

std::string HeldText::frames() const {
  std::string out;
  std::size_t at = 0;
  for (const Part& p : parts) {
    out += p.head;
    const std::size_t begin = out.size();
    out.append(text, at, p.size);
    // A frame without a mask has a key of zeros.
    mask(out.data() + begin, p.size, p.key, 0);
    at += p.size;
  }
  return out;
}

std::string HeldText::replaced(std::string_view other) const {
  const bool masked = !parts.empty() && (static_cast<std::uint8_t>(parts.front().head[1]) & 0x80) != 0;
  return text_frame(other, masked ? &parts.front().key : nullptr);
}

void TextTap::feed(std::string_view bytes) {
  std::size_t taken = 0;
  if (!reader_.bad()) {
    taken = reader_.feed(bytes, *this);
    if (reader_.bad()) {
      let_go();
      pass(reader_.begun());
    }
  }
  if (taken < bytes.size()) pass(bytes.substr(taken));
}

TextTap::Item TextTap::take() {
  Item item = std::move(ready_.front());
  ready_.pop_front();
  return item;
}

void TextTap::pass(std::string_view bytes) {
  if (bytes.empty()) return;
  if (ready_.empty() || ready_.back().is_text) ready_.emplace_back();
  ready_.back().bytes += bytes;
}

void TextTap::let_go() {
  if (message_ != Message::held) return;
  pass(std::exchange(held_, {}).frames());
  message_ = Message::passing;
}

void TextTap::on_frame(const FrameHead& head, std::string_view bytes) {
  head_ = head;
  if (head.is_control()) return pass(bytes);
  // A message within a message is nothing that may come; its peer is who says so.
  if (head.opcode != Opcode::more && message_ == Message::held) let_go();
  if (message_ == Message::none) message_ = head.opcode == Opcode::text ? Message::held : Message::passing;
  if (message_ == Message::held &&
      (head.length > most_ || held_.text.size() + head.length > most_ || held_.parts.size() >= most_parts))
    let_go();
  if (message_ != Message::held) return pass(bytes);
  held_.parts.push_back({std::string(bytes), head.mask, 0});
}

void TextTap::on_payload(std::string_view bytes) {
  if (head_.is_control() || message_ != Message::held) return pass(bytes);
  HeldText::Part& part = held_.parts.back();
  const std::size_t begin = held_.text.size();
  held_.text += bytes;
  mask(held_.text.data() + begin, bytes.size(), part.key, part.size);
  part.size += bytes.size();
}

void TextTap::on_frame_end() {
  if (head_.is_control() || !head_.last) return;
  if (std::exchange(message_, Message::none) != Message::held) return;
  Item item;
  item.is_text = true;
  item.text = std::exchange(held_, {});
  ready_.push_back(std::move(item));
}

}  // namespace headroom::http
