// headroom worker: a warm process that answers JSON lines, for benchmarks and for programs without a binding.
//
//   -> {"ready":true}
//   <- {"op":"compress","messages":[...],"model":"gpt-4o","opts":{"retrieval":"tool"},"clear":true}
//   -> {"messages":[...],"ms":0.7,"cpu_ms":0.7,"tokens_before":9000,"tokens_after":700,...}
//   <- {"op":"retrieve","hash":"482193075514"}   -> {"content":"..."} or {"content":null}
//   <- {"op":"decode","content":"..."}           -> {"content":"..."} or {"content":null}
//   <- {"op":"rss"}                              -> {"maxrss_mb":23.4}
//   any failure                                  -> {"error":"..."}
//
// `ms` and `cpu_ms` are taken around the core call alone: they stand in this answer, which is no answer of the core.
// `clear` forgets the counts of earlier requests first. Ends when the input closes.
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>

#include "api/answer.h"
#include "api/core.h"
#include "api/nearest.h"
#include "cli/commands.h"
#include "cli/io.h"
#include "cli/memory.h"
#include "json/document.h"
#include "json/writer.h"

namespace headroom::cli {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

// Lines of a stream, each valid until the next call.
class LineReader {
 public:
  explicit LineReader(int fd) : fd_(fd) {}

  // The next line without its end; the last one may lack it. nullopt at the end.
  std::optional<std::string_view> next() {
    buffer_.erase(0, taken_);
    taken_ = 0;
    for (std::size_t scanned = 0;;) {
      const std::size_t end = buffer_.find('\n', scanned);
      if (end != buffer_.npos) {
        taken_ = end + 1;
        return std::string_view(buffer_).substr(0, end);
      }
      scanned = buffer_.size();
      if (!fill()) {
        taken_ = buffer_.size();
        return buffer_.empty() ? std::nullopt : std::optional<std::string_view>(buffer_);
      }
    }
  }

 private:
  bool fill() {
    constexpr std::size_t step = 1 << 16;
    const std::size_t old = buffer_.size();
    buffer_.resize(old + step);
    ssize_t n;
    do {
      n = ::read(fd_, buffer_.data() + old, step);
    } while (n < 0 && errno == EINTR);
    buffer_.resize(old + static_cast<std::size_t>(n > 0 ? n : 0));
    return n > 0;
  }
  int fd_;
  std::string buffer_;
  std::size_t taken_ = 0;
};

double milliseconds(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

std::string decimal(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.4f", value);
  return text;
}

std::string failure(std::string_view message) {
  json::Writer out;
  out.object().key("error").string(message).end();
  return std::move(out).take();
}

std::string content(const std::string* text) {
  json::Writer out;
  out.object().key("content");
  if (text) {
    out.string(*text);
  } else {
    out.null();
  }
  out.end();
  return std::move(out).take();
}

class Worker {
 public:
  Worker(const Context& context, const Loaded& loaded)
      : context_(context), settings_(loaded.settings), core_(loaded.settings.handle) {}

  Exit run() {
    if (const Exit e = context_.print("{\"ready\":true}\n"); e != Exit::done) return e;
    LineReader lines(context_.in);
    while (const auto line = lines.next()) {
      if (line->find_first_not_of(" \t\r") == line->npos) continue;
      api::CompressAnswer answer = guarded(*line);
      const auto written = write_all(context_.out, {answer.head, answer.payload, answer.tail, "\n"});
      if (!written) return context_.refuse(written.error());
      if (quit_) break;
    }
    return Exit::done;
  }

 private:
  api::CompressAnswer guarded(std::string_view line) {
    try {
      return answer(line);
    } catch (const std::exception& e) {
      return {failure(std::string("failed inside: ") + e.what()), {}, {}};
    }
  }

  api::CompressAnswer answer(std::string_view line) {
    const auto doc = Document::parse(line);
    if (!doc) {
      return {failure("not JSON: " + doc.error().message + " at byte " + std::to_string(doc.error().offset)), {}, {}};
    }
    const auto op = doc->member(0, "op");
    const std::string name = op && doc->is(*op, Kind::string) ? doc->string(*op) : "";
    if (name == "compress") return compress(*doc);
    if (name == "retrieve") return {retrieve(*doc), {}, {}};
    if (name == "decode") return {decode(*doc), {}, {}};
    if (name == "rss") return {rss(), {}, {}};
    if (name == "clear") return core_.drop_caches(), api::CompressAnswer{"{}", {}, {}};
    if (name == "quit") return quit_ = true, api::CompressAnswer{"{}", {}, {}};
    constexpr std::string_view known[] = {"compress", "retrieve", "decode", "rss", "clear", "quit"};
    return {failure(api::unknown_name("op", name, known)), {}, {}};
  }

  api::CompressAnswer compress(const Document& doc) {
    const auto messages = doc.member(0, "messages");
    if (!messages || !doc.is(*messages, Kind::array)) return {failure("messages must be a list"), {}, {}};
    api::Settings settings = settings_;
    std::vector<std::string> warnings;
    if (const auto opts = doc.member(0, "opts"); opts && doc.is(*opts, Kind::object)) {
      api::Layer layer;
      for (const auto [key, value] : doc.members(*opts)) layer.add_json(doc.string(key), doc.raw(value));
      if (const auto ok = layer.apply(settings, warnings); !ok) return {failure(ok.error().message), {}, {}};
    }
    if (const auto model = doc.member(0, "model"); model && doc.is(*model, Kind::string))
      settings.call.model = doc.string(*model);
    if (const auto clear = doc.member(0, "clear"); clear && doc.is(*clear, Kind::true_)) core_.drop_caches();
    api::Input input;
    input.kind = api::Input::Kind::body;
    input.text = doc.raw(*messages);
    const double wall = milliseconds(CLOCK_MONOTONIC), cpu = milliseconds(CLOCK_PROCESS_CPUTIME_ID);
    outcome_ = core_.compress(input, settings.call);
    const double cpu_ms = milliseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, ms = milliseconds(CLOCK_MONOTONIC) - wall;
    api::CompressAnswer answer;
    answer.head = "{\"messages\":";
    answer.payload = outcome_.output;
    json::Writer out;
    out.object().key("ms").raw(decimal(ms)).key("cpu_ms").raw(decimal(cpu_ms));
    out.key("tokens_before").number(outcome_.before.value).key("tokens_after").number(outcome_.after.value);
    out.key("lossless").boolean(outcome_.lossless).key("transforms").array();
    for (const std::string& t : outcome_.transforms) out.string(t);
    out.end().key("warnings").array();
    for (const std::string& w : warnings) out.string(w);
    out.end();
    if (outcome_.error) out.key("failed").string(outcome_.error->message);
    out.end();
    answer.tail = std::move(out).take();
    answer.tail.front() = ',';
    return answer;
  }

  std::string retrieve(const Document& doc) {
    const auto hash = doc.member(0, "hash");
    if (!hash) return failure("hash is missing");
    api::RetrieveCall call;
    call.hash = doc.is(*hash, Kind::string) ? doc.string(*hash) : std::string(doc.raw(*hash));
    const auto found = core_.retrieve(call, settings_.call.answer_tokens);
    if (!found) return failure(found.error().message);
    return content(found->status == store::Status::live ? &found->text : nullptr);
  }

  std::string decode(const Document& doc) {
    const auto view = doc.member(0, "content");
    if (!view || !doc.is(*view, Kind::string)) return failure("content must be a string");
    const auto original = core_.decode(doc.string(*view));
    return content(original ? &*original : nullptr);
  }

  // The kernel's high-water mark of this process; ru_maxrss would begin with that of its parent.
  std::string rss() {
    double kib = 0;
    if (const auto status = Blob::read_file("/proc/self/status")) {
      const std::size_t at = status->view().find("VmHWM:");
      if (at != std::string_view::npos)
        kib = std::strtod(std::string(status->view().substr(at + 6, 32)).c_str(), nullptr);
    }
    if (kib == 0) {
      rusage usage{};
      ::getrusage(RUSAGE_SELF, &usage);
      kib = static_cast<double>(usage.ru_maxrss);
    }
    return "{\"maxrss_mb\":" + decimal(kib / 1024) + "}";
  }

  const Context& context_;
  const api::Settings settings_;
  api::Core core_;
  pipeline::Outcome outcome_;  // holds what the answer in flight points to
  bool quit_ = false;
};

}  // namespace

Exit run_worker(const Context& context, const Arguments& arguments) {
  const auto loaded = load_settings(context, arguments.options);
  if (!loaded) return context.refuse(loaded.error());
  for (const std::string& warning : loaded->warnings) context.say(warning);
  keep_memory();
  return Worker(context, *loaded).run();
}

}  // namespace headroom::cli
