// Each panel from the figures of /stats and /stats-history. What has nothing to show says why, and what would change it.

import { bytes, count, exact, ms, percent, pointName, usd } from "./format.js";
import { h, say, show } from "./dom.js";
import { causes, gates, kinds, reasons, retrievals, segments, upstreamErrors } from "./words.js";

const none = (text) => h("p", { class: "none" }, text);
const micro = (dollars) => Math.round(dollars * 1e6);

// [{name, small, value, valueSmall, part}] as bars; the rest behind "Show all".
function bars(rows, tone) {
  const most = Math.max(...rows.map((row) => row.part), 1e-9);
  const item = (row) =>
    h("li", null,
      h("span", { class: "name" }, row.name, row.small && h("small", null, row.small)),
      h("span", { class: "value" }, row.value, row.valueSmall && h("small", null, row.valueSmall)),
      h("span", { class: "bar " + (row.tone ?? tone ?? ""), "aria-hidden": "true" }, h("i", { "--part": ((100 * row.part) / most).toFixed(1) + "%" })));
  const first = rows.slice(0, 7), rest = rows.slice(7);
  const list = h("ul", { class: "bars" }, ...first.map(item));
  if (rest.length === 0) return [list];
  return [list, h("details", { class: "more" }, h("summary", null, `${rest.length} more`), h("ul", { class: "bars" }, ...rest.map(item)))];
}

export function hero(history, stats) {
  const t = history.totals;
  say("net", usd(t.net_microusd));
  const parts = [];
  if (t.billed_microusd > 0) {
    parts.push(`${percent(t.saved_percent / 100)} off a bill of ${usd(t.billed_microusd + t.net_microusd)}: ${usd(t.saved_microusd)} saved, ${usd(t.spent_microusd)} spent on it.`);
    if (history.since) parts.push("Since " + pointName(history.since, "daily") + ".");
  } else if (t.requests > 0) {
    parts.push("No request had both the provider's usage and a known price, so there is no sum of money.");
  }
  say("net-sub", parts.join(" "));
  say("tile-requests", count(t.requests));
  say("tile-requests-sub", t.failed > 0 ? `${count(t.failed)} failed` : t.requests > 0 ? "none failed" : "");
  const left = t.tokens_before - t.tokens_after;
  say("tile-tokens", count(Math.max(left, 0)));
  say("tile-tokens-sub", t.tokens_before > 0 ? `${percent(left / t.tokens_before)} of ${count(t.tokens_before)}` : "");
  const input = t.uncached + t.cache_read + t.cache_written;
  say("tile-cache", input > 0 ? percent(t.cache_read / input) : "–");
  say("tile-cache-sub", input > 0 ? `of ${count(input)} input tokens` : "no usage yet");
  const own = stats.overhead;
  say("tile-own", own.count > 0 ? ms(own.p50_ms) : "–");
  say("tile-own-sub", own.count > 0 ? `99 % under ${ms(own.p99_ms)}` : "");
}

export function byTool(history, series) {
  const names = { hourly: "last 7 days", daily: "last 90 days", weekly: "last year", monthly: "last two years" };
  say("tools-hint", names[series]);
  const rows = history.by_tool
    .map((row) => ({
      name: row.tool || "Whole turns", small: kinds[row.kind] ?? row.kind, value: usd(row.saved_microusd),
      valueSmall: count(row.tokens) + " tokens", part: row.saved_microusd,
    }))
    .filter((row) => row.part > 0)
    .sort((a, b) => b.part - a.part);
  show("by-tool", ...(rows.length ? bars(rows) : [none("No tool output has been shortened with a known price in this time. Output of tools over 50 tokens is looked at.")]));
}

export function cache(stats) {
  const c = stats.cache;
  const missed = c.misses.reduce((sum, miss) => sum + miss.times, 0);
  const all = c.hits + c.first + missed;
  if (all === 0) {
    return show("cache", none("No request has been held against an earlier one yet. From the second request of a conversation on, every miss of the provider's prompt cache is explained here, with its price."));
  }
  const part = (n) => ((100 * n) / all).toFixed(2) + "%";
  const cost = c.misses.reduce((sum, miss) => sum + miss.cost_usd, 0);
  const rows = [...c.misses].sort((a, b) => b.cost_usd - a.cost_usd || b.times - a.times);
  show("cache",
    h("div", { class: "share", "aria-hidden": "true" },
      h("i", { class: "hit", "--part": part(c.hits) }), h("i", { class: "first", "--part": part(c.first) }), h("i", { class: "miss", "--part": part(missed) })),
    h("ul", { class: "legend" },
      h("li", null, h("i", { class: "key", "aria-hidden": "true" }), `${exact(c.hits)} ${c.hits === 1 ? "hit" : "hits"}`),
      h("li", null, h("i", { class: "key first", "aria-hidden": "true" }), `${exact(c.first)} first`),
      h("li", null, h("i", { class: "key down", "aria-hidden": "true" }), `${exact(missed)} missed, ${usd(micro(cost))}`)),
    rows.length === 0
      ? none("Every conversation was read from the cache as far as it could be.")
      : h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Cache misses" },
          h("table", { class: "cards" },
            h("thead", null, h("tr", null, h("th", { scope: "col" }, "First difference"), h("th", { scope: "col" }, "Why"), h("th", { scope: "col", class: "num" }, "Times"), h("th", { scope: "col", class: "num" }, "Price"))),
            h("tbody", null, ...rows.map((miss) =>
              h("tr", null,
                h("th", { scope: "row", "data-name": "First difference" }, h("span", null, segments[miss.segment] ?? miss.segment)),
                h("td", { "data-name": "Why" }, h("span", null, causes[miss.cause]?.[0] ?? miss.cause, h("span", { class: "sub" }, causes[miss.cause]?.[1] ?? ""))),
                h("td", { class: "num", "data-name": "Times" }, h("span", null, exact(miss.times))),
                h("td", { class: "num", "data-name": "Price" }, h("span", null, usd(micro(miss.cost_usd)), h("span", { class: "sub" }, count(miss.tokens) + " tokens")))))))));
}

export function times(stats) {
  const rows = [["Own", stats.overhead], ["First byte", stats.ttfb], ["Total", stats.latency]];
  if (rows.every(([, t]) => t.count === 0)) return show("times", none("Nothing has been timed yet."));
  // 0.05 ms to 60 s, by its logarithm.
  const place = (n) => ((100 * (Math.log10(Math.min(Math.max(n, 0.05), 60000)) - Math.log10(0.05))) / (Math.log10(60000) - Math.log10(0.05))).toFixed(1) + "%";
  show("times",
    h("div", { class: "spread" },
      ...rows.map(([name, t]) =>
        t.count === 0
          ? h("div", { class: "row" }, h("b", null, name), h("span", { class: "sub" }, "no reply yet"))
          : h("div", { class: "row" },
              h("b", null, name),
              h("div", { class: "values" }, ...[["p50", t.p50_ms], ["p90", t.p90_ms], ["p99", t.p99_ms]].map(([label, value]) => h("span", null, h("span", null, label), ms(value)))),
              h("div", { class: "track", "aria-hidden": "true" },
                h("i", { "--from": place(t.p50_ms), "--to": place(t.p99_ms) }),
                h("b", { "--at": place(t.p50_ms) }), h("b", { class: "mid", "--at": place(t.p90_ms) }), h("b", { class: "last", "--at": place(t.p99_ms) })))),
      h("div", { class: "row", "aria-hidden": "true" }, h("div", { class: "axis" }, ...["0.05 ms", "1.7 ms", "55 ms", "1.8 s", "60 s"].map((text) => h("span", null, text))))));
}

export function store(stats) {
  const s = stats.store, c = stats.compression, r = stats.retrievals;
  say("store-hint", s.reachable ? { memory: "in memory", sqlite: "on disk, encrypted", redis: "on Redis, encrypted" }[s.kind] ?? s.kind : "out of reach");
  const answered = Object.entries(r).filter(([, n]) => n > 0);
  const nodes = [];
  if (!s.reachable) nodes.push(none("The store cannot be reached. Requests go on: conversations hold their own originals."));
  if (s.max_bytes > 0) {
    nodes.push(
      h("div", { class: "share", "aria-hidden": "true" }, h("i", { class: "hit", "--part": Math.min((100 * s.bytes) / s.max_bytes, 100).toFixed(2) + "%" })),
      h("p", { class: "sub" }, `${bytes(s.bytes)} of ${bytes(s.max_bytes)} used`));
  } else {
    nodes.push(h("p", { class: "sub" }, `${bytes(s.bytes)} used`));
  }
  nodes.push(
    h("dl", { class: "pairs" },
      h("dt", null, "Originals kept"), h("dd", null, exact(s.entries)),
      ...(c.original_tokens_cached > 0 ? [h("dt", null, "Their tokens, shown as"), h("dd", null, `${count(c.original_tokens_cached)} → ${count(c.compressed_tokens_cached)}`)] : []),
      ...(answered.length === 0
        ? [h("dt", null, "Asked for"), h("dd", null, "none yet")]
        : answered.flatMap(([name, n]) => [h("dt", null, "Asked for, " + (retrievals[name] ?? name)), h("dd", null, exact(n))])),
      ...(stats.requests.hidden_rounds > 0 ? [h("dt", null, "Rounds answered for the model"), h("dd", null, exact(stats.requests.hidden_rounds))] : [])));
  show("store", ...nodes);
}

export function skips(stats) {
  const rows = Object.entries(stats.skipped)
    .map(([name, n]) => ({ name: reasons[name] ?? name, value: exact(n), part: n, tone: ["failed", "store_failed", "check_failed", "collision"].includes(name) ? "bad" : "" }))
    .sort((a, b) => b.part - a.part);
  show("skips", ...(rows.length ? bars(rows) : [none("Nothing has been passed over.")]));
}

export function refused(stats) {
  const rows = [
    ...Object.entries(stats.refused).map(([name, n]) => ({ name: gates[name] ?? name, small: "refused", value: exact(n), part: n, tone: "warn" })),
    ...stats.upstream_errors.map((row) => ({ name: row.upstream, small: upstreamErrors[row.code] ?? row.code, value: exact(row.times), part: row.times, tone: "bad" })),
  ].sort((a, b) => b.part - a.part);
  if (stats.log.lost_lines > 0) {
    rows.push({ name: "Log lines that could not be written", value: exact(stats.log.lost_lines), part: stats.log.lost_lines, tone: "bad" });
  }
  show("refused", ...(rows.length ? bars(rows) : [none("No request was refused, and no provider failed.")]));
}
