#include "relay/relay.h"

#include <variant>

#include "relay/given.h"
#include "relay/stream.h"
#include "relay/whole.h"

namespace headroom::relay {
namespace {

constexpr std::size_t max_event = std::size_t{10} << 20;
constexpr std::size_t max_whole = std::size_t{64} << 20;

bool starts_with_word(std::string_view type, std::string_view word) {
  if (type.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = type[i] >= 'A' && type[i] <= 'Z' ? static_cast<char>(type[i] | 0x20) : type[i];
    if (c != word[i]) return false;
  }
  return type.size() == word.size() || type[word.size()] == ';' || type[word.size()] == ' ';
}

// A request whose replies are not ours to read: several choices at once.
bool is_plain_request(Wire wire, const Document& doc) {
  if (wire == Wire::openai) return find_integer(doc, 0, {"n"}).value_or(1) == 1;
  if (wire != Wire::gemini) return true;
  for (const std::string_view config : {"generationConfig", "generation_config"}) {
    for (const std::string_view count : {"candidateCount", "candidate_count"}) {
      if (find_integer(doc, 0, {config, count}).value_or(1) != 1) return false;
    }
  }
  return true;
}

Stream stream_of(Wire wire, TraceMode mode, Takes takes) {
  switch (wire) {
    case Wire::anthropic:
    case Wire::converse:
      return AnthropicStream(mode, std::move(takes));
    case Wire::openai:
      return ChatStream(mode, std::move(takes));
    case Wire::responses:
      return ResponsesStream(mode, std::move(takes));
    case Wire::gemini:
      return GeminiStream(mode, std::move(takes));
  }
  return AnthropicStream(mode, std::move(takes));
}

}  // namespace

struct Relay::Impl {
  // How the bytes of the reply at hand are read.
  enum class Mode : std::uint8_t { through, stream, whole, failure };

  explicit Impl(Setup s)
      : setup(std::move(s)),
        answers(setup.originals, setup.limits),
        stream(stream_of(setup.wire, setup.trace, takes())),
        whole(setup.wire, setup.trace, takes()) {
    readable = setup.added;
    if (setup.added && setup.wire != Wire::responses) return;
    const auto doc = Document::parse(setup.request);
    if (!setup.added)
      readable = doc && is_plain_request(setup.wire, *doc) && with_turns(setup.wire, setup.request, "0").has_value();
    if (doc && setup.wire == Wire::responses) {
      const auto store = find(*doc, 0, {"store"});
      const bool stateless = store && doc->is(*store, Kind::false_);
      std::get<ResponsesStream>(stream).set_stateless(stateless);
      if (!stateless) std::get<ResponsesStream>(stream).set_chained(setup.chained);
      whole.set_stateless(stateless);
    }
  }

  Takes takes() {
    return [this](const Call& call) { return !setup.alias || answers.in_hand(call); };
  }

  template <class F>
  decltype(auto) on_stream(F&& f) {
    return std::visit(std::forward<F>(f), stream);
  }

  // --- what comes

  void head(Head h) {
    buffer.clear();
    const bool good = h.status >= 200 && h.status < 300;
    const bool events = starts_with_word(h.content_type, "text/event-stream");
    const bool json = starts_with_word(h.content_type, "application/json");
    const bool streams = setup.wire != Wire::converse;
    if (!readable || given_up) {
      mode = Mode::through;
    } else if (asked && used && *used == Mode::stream && (!good || !events)) {
      mode = wrote ? Mode::failure : Mode::through;
    } else if (!good || (!json && !(events && streams)) || (asked && used && *used == Mode::whole && !json)) {
      mode = Mode::through;
    } else {
      mode = events ? Mode::stream : Mode::whole;
      used = mode;
    }
    asked = false;
  }

  void bytes(std::string_view text) {
    switch (mode) {
      case Mode::through:
        write(text);
        break;
      case Mode::failure:
        if (buffer.size() + text.size() <= max_event) buffer += text;
        break;
      case Mode::whole:
        buffer += text;
        if (buffer.size() > max_whole) {
          mode = Mode::through;
          write(std::exchange(buffer, {}));
        }
        break;
      case Mode::stream:
        parser.feed(text, [this](const SseEvent& event) { this->event(event); });
        if (parser.pending().size() > max_event) release();
        if (given_up) {
          write(parser.pending());
          mode = Mode::through;
        }
        if (given_up || asked) parser = {};
        break;
    }
  }

  void event(const SseEvent& event) {
    if (asked) return;  // the reply is over for us
    if (event.raw.size() > max_event) release();
    if (given_up) return write(event.raw);
    on_stream([&](auto& s) { s.event(event); });
    settle();
  }

  void end() {
    switch (mode) {
      case Mode::through:
        state = Output::State::done;
        return;
      case Mode::failure:
        write(on_stream([&](auto& s) { return s.error_event(buffer); }));
        state = Output::State::done;
        return;
      case Mode::whole:
        return end_whole();
      case Mode::stream:
        break;
    }
    write(parser.pending());
    parser = {};
    on_stream([](auto& s) { s.end_of_reply(); });
    settle();
    if (state == Output::State::open) state = Output::State::done;
  }

  void end_whole() {
    const bool asks = whole.read(buffer);
    buffer.clear();
    if (asks && !late && !answers.exhausted()) {
      const std::vector<Call> calls = whole.own_calls();
      const std::string turn = whole.model_turn();
      whole.next_round();
      if (go_on(calls, turn)) return;
    }
    write(whole.write(asks));
    state = Output::State::done;
  }

  // After every event: the grammar's bytes go on; a round that wants answers gets them.
  void settle() {
    on_stream([this](auto& s) {
      if (s.wants_answers()) {
        const std::vector<Call> calls = s.turn().own_calls();
        if (late || answers.exhausted()) {
          s.end_here();
        } else if (const std::string turn = s.model_turn(); go_on(calls, turn)) {
          s.next_round();
        } else {
          s.release();
        }
      }
      write(s.take_output());
    });
  }

  bool go_on(const std::vector<Call>& calls, const std::string& turn) {
    if (turn.empty()) return false;  // a reply so broken that nothing of it can be sent back
    if (counts.rounds == 0) {        // most replies hold no call of ours: the request is read for the first that does
      given_in(setup.request, setup.wire, answers);
      answers.turn();
    }
    std::vector<Answered> answered;
    answered.reserve(calls.size());
    for (const Call& call : calls) answered.push_back({call, answers.answer(call)});
    answers.round();
    auto next = with_turns(setup.wire, setup.request, turn + "," + answer_turn(setup.wire, answered));
    if (!next) return false;
    setup.request = *next;
    request = std::move(*next);
    asked = true;
    ++counts.rounds;
    counts.calls += static_cast<int>(calls.size());
    state = Output::State::asks;
    return true;
  }

  // We cannot go on: what is held goes out, the rest goes through.
  void release() {
    if (std::exchange(given_up, true)) return;
    counts.failed = 1;
    on_stream([this](auto& s) {
      s.release();
      write(s.take_output());
    });
  }

  void write(std::string_view text) {
    wrote |= !text.empty();
    client += text;
  }

  Output output() {
    Output out{std::exchange(client, {}), std::exchange(request, {}), state};
    if (state == Output::State::asks) state = Output::State::open;
    return out;
  }

  Setup setup;
  Answers answers;
  Stream stream;
  WholeReplies whole;
  SseParser parser;
  Counts counts;
  std::string client, request, buffer;
  Mode mode = Mode::through;
  std::optional<Mode> used;  // by the replies so far
  Output::State state = Output::State::open;
  bool readable = false, asked = false, wrote = false, late = false, given_up = false;
};

Relay::Relay(Setup setup) : impl_(std::make_unique<Impl>(std::move(setup))) {}
Relay::~Relay() = default;
Relay::Relay(Relay&&) noexcept = default;
Relay& Relay::operator=(Relay&&) noexcept = default;

Output Relay::head(Head head) {
  impl_->head(head);
  return impl_->output();
}
Output Relay::bytes(std::string_view bytes) {
  if (!impl_->asked) impl_->bytes(bytes);
  return impl_->output();
}
Output Relay::end() {
  if (!impl_->asked) impl_->end();
  return impl_->output();
}
Output Relay::cut() {
  // What is held goes down with the reply; what stood before an event's end has no meaning for the client.
  if (impl_->mode == Impl::Mode::whole) impl_->write(impl_->buffer);
  if (impl_->mode == Impl::Mode::stream) impl_->write(impl_->parser.pending());
  impl_->state = Output::State::broken;
  return impl_->output();
}
void Relay::deadline() {
  impl_->late = true;
}
Counts Relay::counts() const {
  Counts counts = impl_->counts;
  counts.dropped = impl_->whole.dropped() + impl_->on_stream([](auto& s) { return s.turn().dropped(); });
  return counts;
}

}  // namespace headroom::relay
