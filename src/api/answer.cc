#include "api/answer.h"

#include <cmath>

#include "base/base64.h"
#include "base/utf8.h"
#include "compressors/compressor.h"
#include "json/document.h"
#include "messages/conversation.h"

namespace headroom::api {
namespace {

std::string_view type_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_request:
      return "invalid_request";
    case ErrorKind::unavailable:
    case ErrorKind::full:
    case ErrorKind::collision:
    case ErrorKind::corrupt:
    case ErrorKind::not_found:
      return "storage_error";
    case ErrorKind::too_large:
      return "validation_error";
    case ErrorKind::internal:
      break;
  }
  return "compression_error";
}

std::string_view detail_of(ErrorKind kind) {
  constexpr std::string_view names[] = {"invalid_request", "unavailable", "full",      "collision",
                                        "corrupt",         "not_found",   "too_large", "internal"};
  return names[static_cast<std::size_t>(kind)];
}

// Six digits are enough for a share, and the same on every machine.
double share(Tokens part, Tokens whole) {
  if (whole.value <= 0) return 1.0;
  return std::round(static_cast<double>(part.value) / static_cast<double>(whole.value) * 1e6) / 1e6;
}

void write_markers(json::Writer& out, const pipeline::Outcome& o) {
  out.key("markers").array();
  for (const pipeline::MarkerInfo& m : o.markers) {
    out.object().key("hash").string(m.hash).key("pointer").string(m.pointer);
    out.key("message").number(std::int64_t{m.message}).key("kind").string(m.kind);
    out.key("shown").number(m.shown).key("total").number(m.total).key("unit").string(m.unit);
    out.key("tokens").number(m.tokens.value).key("bytes").number(static_cast<std::int64_t>(m.bytes)).end();
  }
  out.end().key("ccr_hashes").array();
  for (const pipeline::MarkerInfo& m : o.markers) out.string(m.hash);
  out.end();
}

void write_figures(json::Writer& out, const pipeline::Outcome& o, std::span<const std::string> warnings) {
  const double kept = share(o.after, o.before);
  out.key("tokens_before").number(o.before.value).key("tokens_after").number(o.after.value);
  out.key("tokens_saved").number((o.before - o.after).value);
  out.key("saved_fraction").number(std::round((1 - kept) * 1e6) / 1e6).key("compression_ratio").number(kept);
  out.key("lossless").boolean(o.lossless).key("transforms_applied").array();
  for (const std::string& t : o.transforms) out.string(t);
  out.end();
  write_markers(out, o);
  out.key("skipped").array();
  for (const pipeline::Skipped& s : o.skipped) {
    out.object().key("pointer").string(s.pointer).key("reason").string(to_string(s.reason)).end();
  }
  out.end().key("epoch").array();
  for (const std::string& position : o.epochs) out.string(position);
  out.end().key("warnings").array();
  for (const std::string& w : warnings) out.string(w);
  for (const std::string& w : o.warnings) out.string(w);
  out.end().key("error");
  if (o.error) {
    write_error(out, *o.error);
  } else {
    out.null();
  }
}

// What a provider's prompt cache can hold of the request, and what in its system prompt stands in the way.
void write_cache(json::Writer& out, const pipeline::Outcome& o) {
  out.key("cache").object().key("tokens").number(o.after.value).key("settled_tokens").number(o.settled.value);
  out.key("volatile").array();
  for (const pipeline::VolatilePart& v : o.volatile_parts) {
    out.object().key("pointer").string(v.pointer).key("begin").number(static_cast<std::int64_t>(v.begin));
    out.key("end").number(static_cast<std::int64_t>(v.end));
    out.key("kind").string(v.kind == pipeline::Volatile::date ? "date" : "id");
    if (!v.value.empty()) out.key("value").string(v.value);
    out.end();
  }
  out.end().key("written_again_tokens").number(o.written_again.value).end();
}

void write_payload(json::Writer& out, const Input& input, const pipeline::Outcome& o, Return returned) {
  if (returned == Return::edits && input.kind == Input::Kind::body) {
    out.key("edits").array();
    for (const Edit& e : o.edits) {
      out.object().key("offset").number(static_cast<std::int64_t>(e.offset));
      out.key("length").number(static_cast<std::int64_t>(e.length)).key("replacement").string(e.replacement).end();
    }
    out.end();
  } else if (returned == Return::changes && input.kind == Input::Kind::body) {
    out.key("changes").array();
    for (const pipeline::Change& c : o.changes) {
      out.object().key("pointer").string(c.pointer);
      if (c.value.empty()) {
        out.key("text").string(c.text);
      } else {
        out.key("value").raw(c.value);
      }
      out.end();
    }
    out.end();
  } else {
    out.key(input.kind == Input::Kind::body ? "body" : "content").string(o.output);
  }
}

}  // namespace

void write_error(json::Writer& out, const Error& error) {
  out.object().key("type").string(type_of(error.kind)).key("message").string(error.message);
  out.key("details").object().key("kind").string(detail_of(error.kind)).end().end();
}

std::string error_answer(const Error& error) {
  json::Writer out;
  out.object().key("error");
  write_error(out, error);
  out.end();
  return std::move(out).take();
}

std::string failure_answer(std::string_view request) {
  const Error error{ErrorKind::internal, "failed inside; the original is kept"};
  json::Writer out;
  out.object().key("error");
  write_error(out, error);
  const auto doc = json::Document::parse(request);
  if (doc && doc->is(0, json::Kind::object)) {
    for (const std::string_view name : {"body", "content"}) {
      const auto original = doc->member(0, name);
      if (!original) continue;
      out.key(name);
      if (doc->is(*original, json::Kind::string)) {
        out.raw(doc->raw(*original));
      } else {
        out.string(doc->raw(*original));
      }
    }
  }
  out.end();
  return std::move(out).take();
}

std::string CompressAnswer::joined() const {
  std::string all;
  all.reserve(head.size() + payload.size() + tail.size());
  return all.append(head).append(payload).append(tail);
}

CompressAnswer compress_answer(const Input& input, const pipeline::Outcome& o, Return returned,
                               std::span<const std::string> warnings, std::string_view simulated) {
  CompressAnswer answer;
  json::Writer out;
  out.object();
  if (returned == Return::messages && input.kind == Input::Kind::body) {
    answer.payload = messages_of(o.output);
    if (!answer.payload.empty()) answer.head = "{\"messages\":";
  }
  if (answer.payload.empty()) write_payload(out, input, o, returned);
  write_figures(out, o, warnings);
  if (input.kind == Input::Kind::body) write_cache(out, o);
  out.end();
  answer.tail = std::move(out).take();
  if (!simulated.empty()) answer.tail.insert(answer.tail.size() - 1, "," + std::string(simulated));
  if (!answer.payload.empty()) answer.tail.front() = ',';
  return answer;
}

std::string_view messages_of(std::string_view body) {
  const auto doc = json::Document::parse(body);
  if (!doc) return {};
  if (doc->is(0, json::Kind::array)) return body;
  if (!doc->is(0, json::Kind::object)) return {};
  for (const std::string_view key : {"messages", "input", "contents", "prompt"}) {
    const auto list = doc->member(0, key);
    if (list && doc->is(*list, json::Kind::array)) return doc->raw(*list);
  }
  return {};
}

std::string count_answer(const Count& count) {
  json::Writer out;
  out.object().key("tokens").number(count.tokens.value).key("tokenizer").string(count.tokenizer);
  out.key("exact").boolean(count.exact).end();
  return std::move(out).take();
}

std::string retrieve_answer(const pipeline::RetrieveAnswer& r) {
  constexpr std::string_view states[] = {"live", "expired", "unknown"};
  json::Writer out;
  out.object().key("text").string(r.text);
  // JSON strings hold text; bytes that are none come beside it, exact.
  if (!utf8::is_valid_wtf8(r.text)) out.key("base64").string(base64(r.text));
  out.key("status").string(states[static_cast<std::size_t>(r.status)]).key("partial").boolean(r.partial);
  out.key("total").number(r.total).key("unit").string(r.unit).key("cursor");
  if (r.cursor.empty()) {
    out.null();
  } else {
    out.string(r.cursor);
  }
  out.end();
  return std::move(out).take();
}

std::string formats_answer() {
  json::Writer out;
  out.object().key("kinds").array();
  for (const compressors::Compressor& c : compressors::all()) out.string(c.kind);
  out.end().key("bodies").array();
  for (const std::string_view name : messages::format_names()) out.string(name);
  out.end().end();
  return std::move(out).take();
}

namespace {

void write_stats(json::Writer& out, const store::Stats& stats) {
  out.key("entries").number(static_cast<std::int64_t>(stats.entries));
  out.key("bytes").number(static_cast<std::int64_t>(stats.bytes));
  out.key("expired").number(static_cast<std::int64_t>(stats.expired));
  out.key("records").number(static_cast<std::int64_t>(stats.records));
}

}  // namespace

std::string stats_answer(const store::Stats& stats, const std::vector<store::WorkspaceStats>* all) {
  json::Writer out;
  out.object();
  write_stats(out, stats);
  out.key("total_bytes").number(static_cast<std::int64_t>(stats.total_bytes));
  out.key("capacity").number(static_cast<std::int64_t>(stats.capacity));
  if (all != nullptr) {
    out.key("workspaces").array();
    for (const store::WorkspaceStats& w : *all) {
      out.object().key("workspace").string(w.name);
      write_stats(out, w.stats);
      out.end();
    }
    out.end();
  }
  out.end();
  return std::move(out).take();
}

}  // namespace headroom::api
