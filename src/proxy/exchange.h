// One request to a provider and its reply: read -> rewrite -> forward -> relay -> record.
//
//   read      the body, whole where it may be rewritten (else it streams on as it comes)
//   rewrite   on the pool, or here if it is small
//   forward   to the upstream that the route and the headers name
//   relay     the reply, as it comes; where the model may call our tool, through the retrieval loop
//   record    a row
//
// exchange.cc reads, rewrites and forwards; exchange_relay.cc relays; exchange_detours.cc has replies that go other
// ways; exchange_record.cc refuses and records. All on its connection's loop, but the rewriting. The client gone: the
// job's result is dropped, the upstream closed.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "http/client.h"
#include "http/coding.h"
#include "http/connection.h"
#include "proxy/app.h"
#include "proxy/headers.h"
#include "proxy/rewrite.h"
#include "proxy/socket_rewriter.h"
#include "proxy/stored_fetch.h"
#include "proxy/usage.h"

namespace headroom::proxy {

class Worker;

class Exchange final : public http::Handler,
                       public http::UpstreamHandler,
                       private SocketRewriter::Host,
                       public std::enable_shared_from_this<Exchange> {
 public:
  struct Request {
    http::Head head;
    const Route& route;
    std::string path;     // without prefixes
    std::string project;  // label
    Caller caller;
    std::shared_ptr<const Settings> settings;
  };

  Exchange(Worker& worker, http::Connection& connection, Request request);
  ~Exchange() override;
  // Before the first byte of the body.
  void begin();

  void on_body(std::string_view piece) override;
  void on_body_end() override;
  void on_writable() override;
  void on_gone() override;

  void on_reply(http::Head head) override;
  void on_reply_body(std::string_view piece) override;
  void on_reply_end() override;
  void on_fault(http::Fault fault) override;
  void on_upstream_writable() override;

  // The process ends: the client is told, at the end of an event if it reads a stream.
  void shut_down();
  // There may be room for its body now; false: there is not.
  bool try_again();

 private:
  // Bodies up to this size are rewritten on the loop itself: it takes less than handing them over, and less than 200
  // us.
  static constexpr std::size_t inline_size = 4 << 10;
  // Of a refusal that may have a cause of ours.
  static constexpr std::size_t most_refusal = 64 << 10;

  enum class Step : std::uint8_t { reading, waiting, rewriting, streaming, forwarded, replying, tunnel, done };

  // read
  // Why the body is not read; "" if it is.
  std::string_view reason_to_stream() const;
  void give_up_collecting(std::string_view reason);
  void on_streamed(std::string_view piece);
  bool reserve();
  // rewrite
  void rewrite();
  void rewritten(Rewritten result);
  // forward
  bool find_destination();
  void open_upstream();
  void forward_stream();
  void forward_whole(const SharedText& body);
  void send_whole(const SharedText& body);
  // relay
  void start_tunnel();
  void apply(relay::Output output);
  void watch(std::string_view piece);
  void socket_to_provider(std::string bytes) override;
  void socket_hold_client(bool on) override;
  void socket_turn(Rewritten turn, std::vector<ledger::Usage> usage) override;
  // A stored response left a call of ours open: answered, once
  bool may_lack_output(const http::Head& head) const;
  void fetch_stored();
  void answer_stored(const std::string& response);
  void let_refusal_go(bool whole);
  void go_on();
  void start_reply(std::optional<std::uint64_t> length);
  void write(std::string_view bytes);
  void finish();
  std::string own_fields() const;
  // record
  void refuse(const ErrorCode& error, std::string_view message);
  void record(int status, std::string_view code);
  ledger::Exchange describe(const std::string& id, Rewritten& rewritten, int status, std::string_view code);
  void digest_prompt(const SharedText& sent);
  void count_upstream(ledger::Counts& counts, int status, std::string_view code) const;
  void release();

  Worker& worker_;
  App& app_;
  http::Connection* connection_;
  Request request_;
  Step step_ = Step::reading;
  Mode mode_ = Mode::optimize;
  std::string id_;

  std::string body_;  // while it is read
  SharedText whole_;  // then, until something is sent
  std::uint64_t reserved_ = 0, bytes_in_ = 0, bytes_out_ = 0;
  std::string_view skipped_;  // of the whole body
  Rewritten rewritten_;
  std::shared_ptr<std::atomic<bool>> cancelled_;

  std::optional<Destination> to_;
  ForwardPlan plan_;
  std::unique_ptr<http::Upstream> upstream_;

  std::optional<http::Head> reply_;
  bool relaying_ = false, head_sent_ = false, chunked_ = false, keep_ = true, discarding_ = false,
       asked_before_ = false;
  bool ends_event_ = true, streaming_reply_ = false, ending_ = false, relay_done_ = false;
  bool decoded_ = false, sent_all_ = false, recorded_ = false;
  int rounds_ = 0;
  std::unique_ptr<http::Decoder> decoder_;
  std::string next_request_;
  UsageWatcher usage_;
  std::shared_ptr<SocketRewriter> socket_;
  bool client_held_ = false;  // by the socket's rewriter

  // Going on from a stored response: what was sent, and the refusal while its cause is looked for.
  SharedText resend_;
  std::optional<http::Head> refusal_;
  std::string refusal_body_;
  std::unique_ptr<StoredFetch> stored_;

  // The row waits for the prompt's digests, which a pool thread makes while the provider answers: who comes second
  // records.
  struct Slip {
    std::mutex mutex;
    bool digesting = false, over = false;
    std::optional<ledger::Prompt> prompt;
    ledger::Exchange exchange;
  };
  std::shared_ptr<Slip> slip_ = std::make_shared<Slip>();

  using Clock = std::chrono::steady_clock;
  Clock::time_point came_, read_, sent_, first_byte_;
  std::chrono::nanoseconds queued_{0};
  std::chrono::system_clock::time_point wall_;
  int status_ = 0;
};

}  // namespace headroom::proxy
