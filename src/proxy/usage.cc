#include "proxy/usage.h"

#include <algorithm>
#include <charconv>

#include "http/head.h"

namespace headroom::proxy {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

constexpr std::int64_t most_tokens = 10'000'000'000;  // as in ledger::Usage::sane(): sums of what is said stay numbers

std::optional<std::int64_t> number(const Document& doc, NodeId object, std::string_view key) {
  const auto value = doc.member(object, key);
  if (!value || !doc.is(*value, Kind::number)) return std::nullopt;
  const std::string_view raw = doc.raw(*value);
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), n);
  if (error != std::errc() || n < 0) return std::nullopt;
  return std::min(n, most_tokens);
}

std::int64_t nested(const Document& doc, NodeId object, std::string_view outer, std::string_view inner) {
  const auto details = doc.member(object, outer);
  return details && doc.is(*details, Kind::object) ? number(doc, *details, inner).value_or(0) : 0;
}

void set(std::int64_t& to, std::optional<std::int64_t> value) {
  if (value) to = *value;
}

void take_anthropic(const Document& doc, NodeId usage, ledger::Usage& u) {
  set(u.uncached, number(doc, usage, "input_tokens"));
  set(u.read, number(doc, usage, "cache_read_input_tokens"));
  set(u.written, number(doc, usage, "cache_creation_input_tokens"));
  set(u.output, number(doc, usage, "output_tokens"));
  if (doc.member(usage, "cache_creation"))
    u.written_1h = nested(doc, usage, "cache_creation", "ephemeral_1h_input_tokens");
}

std::int64_t but(std::int64_t all, std::int64_t part) {
  return all > part ? all - part : 0;
}

}  // namespace

void UsageWatcher::begin(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  reply_ = http::same_name(type, "text/event-stream")  ? Reply::stream
           : http::same_name(type, "application/json") ? Reply::whole
                                                       : Reply::none;
  parser_ = {};
  whole_.clear();
  usage_.reset();
  compacted_ = {};
}

void UsageWatcher::feed(std::string_view bytes) {
  if (reply_ == Reply::stream) {
    parser_.feed(bytes, [this](const relay::SseEvent& e) { event(e); });
    if (parser_.pending().size() > most_event) reply_ = Reply::none;
  } else if (reply_ == Reply::whole) {
    whole_ += bytes;
    if (whole_.size() > most_whole) {
      reply_ = Reply::none;
      whole_ = {};
    }
  }
}

void UsageWatcher::end() {
  if (reply_ == Reply::whole) read(whole_);
  whole_ = {};
  if (usage_) rounds_.push_back(*usage_ += compacted_);
  usage_.reset();
  compacted_ = {};
}

void UsageWatcher::event(const relay::SseEvent& e) {
  if (e.has_data && e.data.find("\"usage") != e.data.npos) read(e.data);
}

void UsageWatcher::read(std::string_view json) {
  const auto doc = Document::parse(json);
  if (!doc) return;
  // Where the formats have it: at the top, in the message that a stream opens with, in a response that a stream ends
  // with, in Groq's own member of a chunk.
  for (const std::string_view holder : {"", "message", "response", "x_groq"}) {
    const auto at = holder.empty() ? std::optional<NodeId>(0) : doc->member(0, holder);
    if (!at || !doc->is(*at, Kind::object)) continue;
    for (const std::string_view key : {"usage", "usageMetadata"}) {
      if (const auto usage = doc->member(*at, key); usage && doc->is(*usage, Kind::object)) take(*doc, *usage);
    }
  }
}

std::optional<ledger::Usage> UsageWatcher::read_usage(std::string_view json) {
  const auto doc = Document::parse(json);
  if (!doc || !doc->is(0, Kind::object)) return std::nullopt;
  UsageWatcher watcher;
  watcher.take(*doc, 0);
  watcher.end();
  if (watcher.rounds_.front() == ledger::Usage{}) return std::nullopt;
  return watcher.rounds_.front();
}

// A later report of one reply stands over an earlier one, member by member.
void UsageWatcher::take(const Document& doc, NodeId usage) {
  ledger::Usage u = usage_.value_or(ledger::Usage{});
  if (const auto prompt = number(doc, usage, "prompt_tokens")) {  // chat
    u.read = nested(doc, usage, "prompt_tokens_details", "cached_tokens");
    u.uncached = but(*prompt, u.read);
    set(u.output, number(doc, usage, "completion_tokens"));
  } else if (const auto candidates = number(doc, usage, "candidatesTokenCount"),
             thoughts = number(doc, usage, "thoughtsTokenCount"), prompt = number(doc, usage, "promptTokenCount");
             prompt || candidates || thoughts) {  // Gemini, which leaves out any of them
    if (prompt) {
      u.read = number(doc, usage, "cachedContentTokenCount").value_or(0);
      u.uncached = but(*prompt, u.read) + number(doc, usage, "toolUsePromptTokenCount").value_or(0);
    }
    u.output = candidates.value_or(0) + thoughts.value_or(0);
  } else if (doc.member(usage, "input_tokens_details")) {  // Responses
    const auto input = number(doc, usage, "input_tokens");
    u.read = nested(doc, usage, "input_tokens_details", "cached_tokens");
    u.uncached = but(input.value_or(0), u.read);
    set(u.output, number(doc, usage, "output_tokens"));
  } else {  // Anthropic
    take_anthropic(doc, usage, u);
    if (const auto parts = doc.member(usage, "iterations"); parts && doc.is(*parts, Kind::array)) {
      compacted_ = {};
      // A compaction of Anthropic's own is billed beside the figures on top, which are of the other parts.
      for (const NodeId part : doc.elements(*parts)) {
        const auto type = doc.is(part, Kind::object) ? doc.member(part, "type") : std::nullopt;
        if (!type || !doc.string_is(*type, "compaction")) continue;
        ledger::Usage billed;
        take_anthropic(doc, part, billed);
        compacted_ += billed;
      }
    }
  }
  usage_ = u;
}

}  // namespace headroom::proxy
