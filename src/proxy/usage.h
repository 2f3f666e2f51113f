// What a provider's reply says was used, read from a copy of its bytes as they pass: streams and whole bodies, every
// format. Never in the way: what cannot be read is left.
//
//   UsageWatcher w; w.begin("text/event-stream"); w.feed(bytes); w.end(); w.rounds()  ->  {uncached 312, read 56000,
//   ...}
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"
#include "ledger/usage.h"
#include "relay/sse.h"

namespace headroom::proxy {

class UsageWatcher {
 public:
  static constexpr std::size_t most_event = 10 << 20, most_whole = 4 << 20;

  // A reply begins; each of a turn's hidden rounds is one.
  void begin(std::string_view content_type);
  void feed(std::string_view bytes);
  void end();

  // One of each reply that said what it used.
  const std::vector<ledger::Usage>& rounds() const { return rounds_; }
  // One object of usage figures, of whatever provider.
  static std::optional<ledger::Usage> read_usage(std::string_view json);
  bool stream() const { return reply_ == Reply::stream; }

 private:
  enum class Reply : std::uint8_t { none, stream, whole };
  void event(const relay::SseEvent& event);
  void read(std::string_view json);
  void take(const json::Document& doc, json::NodeId usage);

  Reply reply_ = Reply::none;
  relay::SseParser parser_;
  std::string whole_;
  std::optional<ledger::Usage> usage_;
  ledger::Usage compacted_;  // by the provider, within the reply at hand
  std::vector<ledger::Usage> rounds_;
};

}  // namespace headroom::proxy
