// Frames of a WebSocket as they pass, in one direction: their bytes go on untouched but for whole text messages that
// somebody wants to read first, and may replace.
//
//   FrameReader   bytes -> heads and payloads, for every split the same
//   TextTap       bytes -> what goes on at once, and text messages held until they are whole:
//                 "\x81\x85KKKK....." -> text "hello", with the frames that it came in
//
// A text message may come in fragments, with pings and the like between them: those go on at once. A message that is
// not replaced goes on in its own frames, byte for byte; one that is goes on as one frame under the client's own
// masking key. What is no frame (a reserved opcode or bit, a missing mask, a control frame of over 125 bytes) ends the
// reading: from there on all bytes go on, since the peer is who judges them. O(n); memory: the message that is held.
// Source: RFC 6455, section 5.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::http {

enum class Opcode : std::uint8_t { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

struct FrameHead {
  bool last = false, masked = false;
  Opcode opcode = Opcode::more;
  std::uint64_t length = 0;
  std::array<char, 4> mask{};
  bool is_control() const { return static_cast<std::uint8_t>(opcode) >= 8; }
};

class FrameReader {
 public:
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void on_frame(const FrameHead& head, std::string_view bytes) = 0;
    virtual void on_payload(std::string_view bytes) = 0;  // as they came: masked
    virtual void on_frame_end() = 0;
  };

  // `masked`: the sender is a client.
  explicit FrameReader(bool masked) : masked_(masked) {}
  // How many bytes were taken: all, unless there is something that is no frame; what was begun of its head then
  // stands in begun().
  std::size_t feed(std::string_view bytes, Sink& sink);
  bool bad() const { return bad_; }
  bool between_frames() const { return !bad_ && !inside_ && begun_.empty(); }
  std::string_view begun() const { return begun_; }

 private:
  const bool masked_;
  bool bad_ = false, inside_ = false;
  std::string begun_;  // of a head
  FrameHead head_;
  std::uint64_t left_ = 0;
};

// The payload with the mask put on or taken off; `at`: where in the frame it begins.
void mask(char* bytes, std::size_t size, const std::array<char, 4>& key, std::uint64_t at);
// A close frame as a server sends it: 1001, going away.
inline constexpr std::string_view going_away{"\x88\x02\x03\xe9", 4};
// One whole text frame; masked if a key is given.
std::string text_frame(std::string_view text, const std::array<char, 4>* key);

// A text message that is held.
struct HeldText {
  struct Part {
    std::string head;  // of its frame, as it came
    std::array<char, 4> key;
    std::size_t size = 0;  // of its payload
  };
  std::string text;  // without masks
  std::vector<Part> parts;

  // The frames as they came.
  std::string frames() const;
  // One frame with another text.
  std::string replaced(std::string_view other) const;
};

class TextTap final : public FrameReader::Sink {
 public:
  struct Item {
    bool is_text = false;
    std::string bytes;  // goes on as it is
    HeldText text;
  };

  // `most`: a longer message goes on unread.
  TextTap(bool masked, std::size_t most) : reader_(masked), most_(most) {}

  void feed(std::string_view bytes);
  // The message that is not whole yet goes on unread.
  void let_go();
  // What came, in order.
  bool empty() const { return ready_.empty(); }
  Item take();
  bool between_frames() const { return reader_.between_frames(); }
  // Bytes of the message that is not whole yet.
  std::size_t held() const { return held_.text.size(); }

  void on_frame(const FrameHead& head, std::string_view bytes) override;
  void on_payload(std::string_view bytes) override;
  void on_frame_end() override;

 private:
  static constexpr std::size_t most_parts = 4096;
  enum class Message : std::uint8_t { none, held, passing };
  void pass(std::string_view bytes);

  FrameReader reader_;
  const std::size_t most_;
  Message message_ = Message::none;
  FrameHead head_;
  HeldText held_;
  std::deque<Item> ready_;
};

}  // namespace headroom::http
