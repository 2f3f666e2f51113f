// A WebSocket on a route of OpenAI's Responses, as Codex uses it: each text {"type":"response.create",...} is a request
// body, and is shortened as one, losslessly; all else passes byte for byte, both ways. Texts of the provider are read
// along for what they say was used.
//
//   client -> frames -> TextTap -> response.create? -> pool -> one frame -> provider      the rest: as it came
//   provider -> client, at once; beside it: response.completed -> usage -> a turn
//
// A text that is being rewritten holds back what comes behind it, and the client is not read meanwhile. Fails open:
// what cannot be read goes on as it came.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "http/websocket.h"
#include "proxy/app.h"
#include "proxy/rewrite.h"
#include "proxy/usage.h"

namespace headroom::proxy {

class Worker;

class SocketRewriter : public std::enable_shared_from_this<SocketRewriter> {
 public:
  class Host {
   public:
    virtual ~Host() = default;
    virtual void socket_to_provider(std::string bytes) = 0;
    // No more of the client's bytes for now.
    virtual void socket_hold_client(bool on) = 0;
    // A response is over, with what was done for its request.
    virtual void socket_turn(Rewritten turn, std::vector<ledger::Usage> usage) = 0;
  };

  struct Setup {
    std::string workspace;
    std::shared_ptr<const Settings> settings;
    bool audit = false;
  };
  SocketRewriter(Worker& worker, Host& host, Setup setup);
  ~SocketRewriter();

  void from_client(std::string_view bytes);
  void from_provider(std::string_view bytes);
  // The provider's last frame is whole: one of ours may follow.
  bool between_frames() const { return provider_.between_frames(); }
  // The host goes; nothing is told it any more. Turns that are under way are told first.
  void close();

 private:
  void pump();
  void rewrite(http::HeldText text);
  void done(const http::HeldText& text, std::size_t size, Rewritten result);
  void account();
  void read_event(const std::string& text);
  void end_turn(std::vector<ledger::Usage> usage);

  Worker& worker_;
  App& app_;
  Host* host_;
  const Setup setup_;
  http::TextTap client_, provider_;
  bool busy_ = false;
  std::int64_t accounted_ = 0, at_work_ = 0;  // bytes in the gauge of bodies; of the text on the pool
  // Asked for and not over: responses come in the order in which they were asked for.
  static constexpr std::size_t most_turns = 64;
  std::deque<Rewritten> turns_;
};

}  // namespace headroom::proxy
