// The JSON of /stats: names that clients of other proxies know, then what the dashboard shows.
#include <algorithm>
#include <vector>

#include "json/writer.h"
#include "ledger/state.h"

namespace headroom::ledger {
namespace {

using json::Writer;

// Milliseconds with three decimals: "0.812".
void put_ms(Writer& out, std::string_view key, Micros time) {
  const std::int64_t us = time.count();
  std::string text = std::to_string(us % 1000 + 1000);
  out.key(key).raw(std::to_string(us / 1000) + '.' + text.substr(1));
}

void put_times(Writer& out, std::string_view key, const Histogram& h) {
  out.key(key).object();
  out.key("count").number(static_cast<std::int64_t>(h.count()));
  put_ms(out, "average_ms", h.average());
  put_ms(out, "min_ms", h.least());
  put_ms(out, "max_ms", h.most());
  put_ms(out, "p50_ms", h.quantile(50, 100));
  put_ms(out, "p90_ms", h.quantile(90, 100));
  put_ms(out, "p99_ms", h.quantile(99, 100));
  out.end();
}

// "0.012345": micro-dollars as dollars.
void put_usd(Writer& out, std::string_view key, std::int64_t micro) {
  const std::int64_t size = micro < 0 ? -micro : micro;
  out.key(key).raw((micro < 0 ? "-" : "") + std::to_string(size / 1'000'000) + '.' +
                   std::to_string(size % 1'000'000 + 1'000'000).substr(1));
}

template <class Map, class Value>
auto largest(const Map& map, std::size_t most, Value value) {
  std::vector<const typename Map::value_type*> out;
  for (const auto& one : map) out.push_back(&one);
  std::sort(out.begin(), out.end(), [&](const auto* a, const auto* b) {
    return value(a->second) != value(b->second) ? value(a->second) > value(b->second) : a->first < b->first;
  });
  if (out.size() > most) out.resize(most);
  return out;
}

void put_requests(Writer& out, const Shown& shown) {
  const State& s = shown.state;
  out.key("requests").object();
  out.key("total").number(s.totals.requests).key("cached").number(s.cached);
  out.key("rate_limited").number(s.rate_limited).key("failed").number(s.totals.failed);
  out.key("hidden_rounds").number(s.totals.rounds);
  out.key("by_provider").object();
  for (const auto& [name, figures] : s.providers) {
    out.key(name.empty() ? "unknown" : name.view()).number(figures.requests);
  }
  out.end().key("by_model").object();
  for (const auto* one : largest(s.models, 20, [](const Figures& f) { return f.requests; })) {
    out.key(one->first.empty() ? "unknown" : one->first.view()).number(one->second.requests);
  }
  out.end().end();
}

void put_tokens(Writer& out, const Figures& f) {
  const std::int64_t saved = f.tokens_before - f.tokens_after;
  out.key("tokens").object();
  out.key("input").number(f.usage.input()).key("output").number(f.usage.output);
  out.key("uncached").number(f.usage.uncached);
  out.key("cache_read").number(f.usage.read).key("cache_written").number(f.usage.written);
  out.key("saved").number(saved).key("total_before_compression").number(f.tokens_before);
  out.key("savings_percent").raw(saved_percent(f)).key("unpriced_saved").number(f.unpriced_tokens);
  out.end();
}

void put_cost(Writer& out, const State& s) {
  out.key("cost").object();
  put_usd(out, "saved_usd", s.totals.saved);
  put_usd(out, "spent_usd", s.totals.spent);
  put_usd(out, "net_usd", s.totals.net());
  put_usd(out, "billed_usd", s.totals.billed);
  out.key("savings_percent").raw(saved_percent(s.totals));
  out.key("saved_by_basis").object();
  for (std::size_t i = 0; i < s.saved.size(); ++i) put_usd(out, to_string(static_cast<Basis>(i)), s.saved[i]);
  out.end().key("spent_by_reason").object();
  for (std::size_t i = 0; i < s.spent.size(); ++i) put_usd(out, to_string(static_cast<Spending>(i)), s.spent[i]);
  out.end().end();
}

void put_parts(Writer& out, const State& s) {
  out.key("by_tool").array();
  for (const auto* one : largest(s.parts, 16, [](const Part& p) { return p.microusd; })) {
    out.object().key("tool").string(one->first.first.view()).key("kind").string(one->first.second.view());
    out.key("times").number(one->second.times).key("tokens").number(one->second.tokens);
    put_usd(out, "saved_usd", one->second.microusd);
    out.end();
  }
  out.end();
  // Tokens that were not needed, by what they were.
  std::map<KindName, std::int64_t> kinds;
  for (const auto& [names, part] : s.parts) kinds[names.second] += part.tokens;
  out.key("waste_signals").object();
  for (const auto* one : largest(kinds, 16, [](std::int64_t n) { return n; })) {
    out.key(one->first.view()).number(one->second);
  }
  out.end();
}

void put_cache(Writer& out, const State& s) {
  out.key("cache").object();
  const auto of_cause = [&s](MissCause cause) {
    std::int64_t n = 0;
    for (const auto& segment : s.misses) n += segment[static_cast<std::size_t>(cause)].times;
    return n;
  };
  out.key("hits").number(of_cause(MissCause::hit)).key("first").number(of_cause(MissCause::first));
  out.key("short").number(of_cause(MissCause::too_short)).key("misses").array();
  for (std::size_t segment = 0; segment < State::segments; ++segment) {
    for (std::size_t cause = 0; cause < State::causes; ++cause) {
      const MissSum& sum = s.misses[segment][cause];
      const Miss miss{static_cast<Segment>(segment), static_cast<MissCause>(cause), 0};
      if (sum.times == 0 || !miss.is_miss()) continue;
      out.object().key("segment").string(to_string(miss.segment)).key("cause").string(to_string(miss.cause));
      out.key("times").number(sum.times).key("tokens").number(sum.tokens);
      put_usd(out, "cost_usd", sum.microusd);
      out.end();
    }
  }
  out.end().end();
}

template <class Name, std::size_t N>
void put_counts(Writer& out, std::string_view key, const std::array<Counts::Count, N>& counts) {
  out.key(key).object();
  for (std::size_t i = 0; i < N; ++i) {
    const std::uint64_t n = counts[i].load(std::memory_order_relaxed);
    if (n != 0) out.key(to_string(static_cast<Name>(i))).number(static_cast<std::int64_t>(n));
  }
  out.end();
}

void put_upstream_errors(Writer& out, const Counts& counts) {
  out.key("upstream_errors").array();
  for (std::size_t u = 0; u < upstreams; ++u) {
    for (std::size_t e = 0; e < upstream_errors; ++e) {
      const std::uint64_t n = counts.failed[u][e].load(std::memory_order_relaxed);
      if (n == 0) continue;
      out.object().key("upstream").string(to_string(static_cast<Upstream>(u)));
      out.key("code")
          .string(to_string(static_cast<UpstreamError>(e)))
          .key("times")
          .number(static_cast<std::int64_t>(n));
      out.end();
    }
  }
  out.end();
}

void put_gauges(Writer& out, const Shown& shown) {
  const Gauges& g = shown.gauges;
  std::int64_t retrievals = 0;
  for (const Retrieved result : {Retrieved::found, Retrieved::partial}) {
    retrievals += static_cast<std::int64_t>(
        shown.counts.retrieved[static_cast<std::size_t>(result)].load(std::memory_order_relaxed));
  }
  out.key("compression").object();
  out.key("ccr_entries").number(g.store.entries).key("ccr_max_entries").number(g.store.most_entries);
  out.key("original_tokens_cached").number(g.store.original_tokens);
  out.key("compressed_tokens_cached").number(g.store.shown_tokens).key("ccr_retrievals").number(retrievals);
  out.end();
  out.key("store").object().key("kind").string(g.store.kind).key("reachable").boolean(g.store.reachable);
  out.key("entries").number(g.store.entries).key("bytes").number(g.store.bytes);
  out.key("max_bytes").number(g.store.most_bytes).end();
  out.key("in_flight").object().key("requests").number(g.requests).key("streams").number(g.streams);
  out.key("websockets").number(g.websockets).key("connections").number(g.connections);
  out.key("waiting").number(g.waiting).key("bytes").number(g.bytes_in_flight).end();
}

void put_recent(Writer& out, const Shown& shown) {
  out.key("recent_requests").array();
  constexpr std::size_t most = 25, one_more = 640;
  std::size_t n = 0;
  for (auto at = shown.state.events.rbegin(); at != shown.state.events.rend() && n < most; ++at, ++n) {
    if (out.text().size() + one_more > most_stats_bytes) break;
    const Row& row = at->row;
    out.object().key("request_id").string(row.id.view()).key("timestamp").string(to_iso(row.t));
    out.key("provider").string(provider_of(row.rt).view()).key("model").string(row.md.view());
    out.key("stream").boolean(at->stream);
    out.key("mode").string(at->mode == Mode::audit ? "audit" : at->mode == Mode::off ? "off" : "optimize");
    out.key("tokens_input_before").number(row.tokens_before).key("tokens_input_after").number(row.tokens_after);
    out.key("tokens_output").number(row.usage ? row.usage->output : 0);
    out.key("transforms_applied").array();
    for (const TransformName& name : at->transforms) {
      if (!name.empty()) out.string(name.view());
    }
    out.end().key("error");
    if (row.st >= 400) {
      out.string(row.x.empty() ? "status_" + std::to_string(row.st) : row.x.view());
    } else {
      out.null();
    }
    out.end();
  }
  out.end();
}

}  // namespace

std::string stats_json(const Shown& shown, Time now) {
  const State& s = shown.state;
  Writer out;
  out.object();
  out.key("timestamp").string(to_iso(now)).key("uptime_seconds").number(shown.gauges.uptime.count());
  put_requests(out, shown);
  put_tokens(out, s.totals);
  put_times(out, "latency", s.latency);
  put_times(out, "overhead", s.overhead);
  put_times(out, "ttfb", s.first_byte);
  put_gauges(out, shown);
  out.key("pipeline_timing").object();
  put_times(out, "queue", s.queue);
  put_times(out, "own", s.overhead);
  out.end();
  put_parts(out, s);
  put_cost(out, s);
  put_cache(out, s);
  put_counts<pipeline::Reason>(out, "skipped", shown.counts.skipped);
  put_counts<Gate>(out, "refused", shown.counts.refused);
  put_counts<Retrieved>(out, "retrievals", shown.counts.retrieved);
  put_upstream_errors(out, shown.counts);
  out.key("log").object().key("lost_lines").number(static_cast<std::int64_t>(shown.lost_lines)).end();
  out.key("views").boolean(shown.gauges.views);
  put_recent(out, shown);
  out.end();
  return std::move(out).take();
}

}  // namespace headroom::ledger
