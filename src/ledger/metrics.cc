// The text of /metrics: Prometheus' exposition format 0.0.4. Label values are words or names out of closed sets, so
// nothing needs an escape.
#include <charconv>

#include "ledger/state.h"

namespace headroom::ledger {
namespace {

class Text {
 public:
  void head(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    out_.append("# HELP headroom_").append(name).append(" ").append(help);
    out_.append("\n# TYPE headroom_").append(name).append(" ").append(type) += '\n';
  }
  // labels: `reason="x"`, without braces.
  void sample(std::string_view labels, std::int64_t value, std::string_view name_end = {}) {
    line(labels, name_end);
    out_.append(std::to_string(value)) += '\n';
  }
  // Microseconds as milliseconds.
  void sample_ms(std::int64_t us, std::string_view name_end) {
    line({}, name_end);
    out_.append(ms(us)) += '\n';
  }
  void one(std::string_view name, std::string_view type, std::string_view help, std::int64_t value) {
    head(name, type, help);
    sample({}, value);
  }
  void histogram(std::string_view name, std::string_view help, const Histogram& h) {
    head(name, "histogram", help);
    for (const std::int64_t bound : Histogram::shown_bounds()) {
      sample("le=\"" + ms(bound) + '"', static_cast<std::int64_t>(h.up_to(bound)), "_bucket");
    }
    sample("le=\"+Inf\"", static_cast<std::int64_t>(h.count()), "_bucket");
    sample_ms(h.sum().count(), "_sum");
    sample({}, static_cast<std::int64_t>(h.count()), "_count");
  }
  std::string take() && { return std::move(out_); }

  static std::string ms(std::int64_t us) {
    std::string out = std::to_string(us / 1000);
    if (us % 1000 == 0) return out;
    std::string part = std::to_string(us % 1000 + 1000).substr(1);
    while (part.back() == '0') part.pop_back();
    return out + '.' + part;
  }

 private:
  void line(std::string_view labels, std::string_view name_end) {
    out_.append("headroom_").append(name_).append(name_end);
    if (!labels.empty()) out_.append("{").append(labels) += '}';
    out_ += ' ';
  }
  std::string out_, name_;
};

std::string label(std::string_view name, std::string_view value) {
  return std::string(name).append("=\"").append(value.empty() ? "unknown" : value) + '"';
}

template <class Name, std::size_t N>
void put_counts(Text& out, std::string_view metric, std::string_view help, std::string_view name,
                const std::array<Counts::Count, N>& counts) {
  out.head(metric, "counter", help);
  for (std::size_t i = 0; i < N; ++i) {
    out.sample(label(name, to_string(static_cast<Name>(i))),
               static_cast<std::int64_t>(counts[i].load(std::memory_order_relaxed)));
  }
}

void put_by_model(Text& out, const State& s) {
  struct Metric {
    std::string_view name, help;
    std::int64_t (*value)(const Figures&);
  };
  static constexpr Metric metrics[] = {
      {"requests_total", "Requests.", [](const Figures& f) { return f.requests; }},
      {"requests_failed_total", "Requests that ended in an error.", [](const Figures& f) { return f.failed; }},
      {"tokens_input_total", "Input tokens as the provider reported them.",
       [](const Figures& f) { return f.usage.input(); }},
      {"tokens_output_total", "Output tokens as the provider reported them.",
       [](const Figures& f) { return f.usage.output; }},
      {"tokens_saved_total", "Tokens that did not have to be sent, counted on o200k_base.",
       [](const Figures& f) { return std::max<std::int64_t>(f.tokens_before - f.tokens_after, 0); }},
      {"cache_read_tokens_total", "Input tokens read from the provider's cache.",
       [](const Figures& f) { return f.usage.read; }},
      {"cache_write_tokens_total", "Input tokens written to the provider's cache.",
       [](const Figures& f) { return f.usage.written; }},
  };
  for (const Metric& metric : metrics) {
    out.head(metric.name, "counter", metric.help);
    for (const auto& [model, figures] : s.models) out.sample(label("model", model.view()), metric.value(figures));
    if (s.models.empty()) out.sample({}, 0);
  }
}

}  // namespace

std::string metrics_text(const Shown& shown) {
  const State& s = shown.state;
  const Counts& c = shown.counts;
  const Gauges& g = shown.gauges;
  Text out;
  put_by_model(out, s);
  out.histogram("latency_ms", "From the request's first byte to the answer's last.", s.latency);
  out.histogram("overhead_ms", "Time spent in the proxy itself.", s.overhead);
  out.histogram("ttfb_ms", "From the request's first byte to the answer's first.", s.first_byte);
  out.histogram("queue_ms", "Waiting for a worker.", s.queue);
  put_counts<pipeline::Reason>(out, "skipped_total", "Texts and bodies that were left as they came.", "reason",
                               c.skipped);
  put_counts<Gate>(out, "refused_total", "Requests that the gate refused.", "gate", c.refused);
  put_counts<Retrieved>(out, "retrievals_total", "Answers to calls for an original.", "result", c.retrieved);
  out.head("saved_microusd_total", "counter", "What removed tokens would have cost, by the class they would have had.");
  for (std::size_t i = 0; i < s.saved.size(); ++i) {
    out.sample(label("basis", to_string(static_cast<Basis>(i))), s.saved[i]);
  }
  out.head("spent_microusd_total", "counter", "What saving cost.");
  for (std::size_t i = 0; i < s.spent.size(); ++i) {
    out.sample(label("why", to_string(static_cast<Spending>(i))), s.spent[i]);
  }
  out.head("cache_miss_total", "counter", "Prompt cache misses by where the prompt first differed and why.");
  for (std::size_t segment = 0; segment < State::segments; ++segment) {
    for (std::size_t cause = 0; cause < State::causes; ++cause) {
      const Miss miss{static_cast<Segment>(segment), static_cast<MissCause>(cause), 0};
      const MissSum& sum = s.misses[segment][cause];
      if (!miss.is_miss() || (sum.times == 0 && miss.segment != Segment::messages)) continue;
      out.sample(label("segment", to_string(miss.segment)) + ',' + label("cause", to_string(miss.cause)), sum.times);
    }
  }
  out.head("upstream_errors_total", "counter", "Errors of providers, and of the way to them.");
  for (std::size_t u = 0; u < upstreams; ++u) {
    for (std::size_t e = 0; e < upstream_errors; ++e) {
      const auto n = static_cast<std::int64_t>(c.failed[u][e].load(std::memory_order_relaxed));
      if (n == 0 && e != 0) continue;
      out.sample(label("upstream", to_string(static_cast<Upstream>(u))) + ',' +
                     label("code", to_string(static_cast<UpstreamError>(e))),
                 n);
    }
  }
  out.head("in_flight", "gauge", "What is open now.");
  out.sample(label("what", "requests"), g.requests);
  out.sample(label("what", "streams"), g.streams);
  out.sample(label("what", "websockets"), g.websockets);
  out.sample(label("what", "connections"), g.connections);
  out.sample(label("what", "waiting"), g.waiting);
  out.sample(label("what", "bytes"), g.bytes_in_flight);
  out.one("store_bytes", "gauge", "Bytes of originals in the store.", g.store.bytes);
  out.one("store_entries", "gauge", "Originals in the store.", g.store.entries);
  out.one("log_lines_lost_total", "counter", "Lines of the request log that could not be written.",
          static_cast<std::int64_t>(shown.lost_lines));
  return std::move(out).take();
}

}  // namespace headroom::ledger
