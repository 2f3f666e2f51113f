// The dashboard: fetches /stats and /stats-history, listens to /events, hands figures to the panels. No library, nothing
// from elsewhere.

import { Chart } from "./chart.js";
import { at, h, say, show } from "./dom.js";
import { clock, count, pointName, shortPointName, usd, usdTick } from "./format.js";
import { Live } from "./live.js";
import * as panels from "./panels.js";

const historyEvery = 30000;
const shown = { stats: null, history: null, series: "daily", measure: "money", last: 0 };
const chart = new Chart(at("chart"));
const live = new Live();

// ---- drawing ----
function drawChart() {
  const { history, series } = shown;
  if (!history) return;
  const money = shown.measure === "money";
  const rows = history.points.map((p) => ({
    name: pointName(p.t, series), short: shortPointName(p.t, series),
    up: money ? p.saved_microusd : Math.max(p.tokens_before - p.tokens_after, 0),
    down: money ? p.spent_microusd : 0,
  }));
  chart.set(rows, money ? usd : count, money ? usdTick : count, money ? ["Saved", "Spent"] : ["Tokens not sent", ""]);
  show("legend", ...(money
    ? [h("li", null, h("i", { class: "key", "aria-hidden": "true" }), "Saved"), h("li", null, h("i", { class: "key down", "aria-hidden": "true" }), "Spent on it"), h("li", null, h("i", { class: "key line", "aria-hidden": "true" }), "Net")]
    : [h("li", null, h("i", { class: "key", "aria-hidden": "true" }), "Tokens that did not have to be sent")]));
  show("chart-table", h("table", null,
    h("thead", null, h("tr", null, ...["When", "Requests", "Tokens before", "Tokens after", "Saved", "Spent", "Net", "Billed"].map((name, i) => h("th", { scope: "col", class: i && "num" }, name)))),
    h("tbody", null, ...[...history.points].reverse().map((p) => h("tr", null, h("th", { scope: "row" }, pointName(p.t, series)),
      ...[count(p.requests), count(p.tokens_before), count(p.tokens_after), usd(p.saved_microusd), usd(p.spent_microusd), usd(p.net_microusd), usd(p.billed_microusd)].map((text) => h("td", { class: "num" }, text)))))));
}

function draw() {
  const { stats, history } = shown;
  if (!stats || !history) return;
  at("empty").hidden = history.totals.requests > 0;
  panels.hero(history, stats);
  panels.byTool(history, shown.series);
  panels.cache(stats);
  panels.times(stats);
  panels.store(stats);
  panels.skips(stats);
  panels.refused(stats);
  drawChart();
}

// ---- the link to the proxy ----
function link(state) {
  at("link").dataset.state = state;
  const texts = {
    live: "Live",
    lost: `No answer from the proxy. Figures are from ${shown.last ? clock(shown.last) : "before"}; trying again.`,
    locked: "The key of this page is no longer valid. Run: headroom dashboard",
  };
  say("link-text", texts[state] ?? "Connecting");
}

async function load(path) {
  const reply = await fetch(path, { headers: { accept: "application/json" } });
  if (reply.status === 401 || reply.status === 403) throw new Error("locked");
  if (!reply.ok) throw new Error("lost");
  return reply.json();
}

function take(stats) {
  shown.stats = stats;
  shown.last = Date.now();
  link("live");
  draw();
}

async function loadHistory() {
  const { series } = shown;
  const history = await load("/stats-history?format=json&series=" + series);
  if (series !== shown.series) return;  // another one was chosen meanwhile
  shown.history = history;
  draw();
  if (!history.complete) setTimeout(() => loadHistory().catch(fail), 1000);
}

function fail(error) {
  link(error.message === "locked" ? "locked" : "lost");
}

let events = null, again = null, patience = 1000;
function listen() {
  events?.close();
  events = new EventSource("/events");
  events.addEventListener("request", (event) => {
    live.add(JSON.parse(event.data));
    // The first of all, or a quiet time: what it adds is worth asking for at once.
    if (!shown.history?.totals.requests) loadHistory().catch(fail);
  });
  events.addEventListener("stats", (event) => { patience = 1000; take(JSON.parse(event.data)); });
  events.addEventListener("error", () => {
    events.close();
    link("lost");
    again ??= setTimeout(() => { again = null; start().catch(retry); }, patience);
    patience = Math.min(patience * 2, 15000);
  });
}

function retry(error) {
  fail(error);
  if (error.message === "locked") return;
  again ??= setTimeout(() => { again = null; start().catch(retry); }, patience);
  patience = Math.min(patience * 2, 15000);
}

async function start() {
  const [stats, feed] = await Promise.all([load("/stats"), load("/transformations/feed?limit=50")]);
  take(stats);
  live.start(feed.transformations, stats.views === true);
  await loadHistory();
  listen();
}

// ---- choices ----
at("series").addEventListener("change", (event) => {
  shown.series = event.target.value;
  for (const form of ["csv", "json"]) {
    at(form).href = `/stats-history?format=${form}&series=${shown.series}`;
    at(form).download = `headroom-${shown.series}.${form}`;
  }
  loadHistory().catch(fail);
});
at("measure").addEventListener("change", (event) => {
  shown.measure = event.target.value;
  drawChart();
});

const themes = ["system", "light", "dark"];
let theme = themes.includes(localStorage.getItem("theme")) ? localStorage.getItem("theme") : "system";
function setTheme(next) {
  theme = next;
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
  say("theme-text", "Theme: " + theme);
}
setTheme(theme);
at("theme").addEventListener("click", () => setTheme(themes[(themes.indexOf(theme) + 1) % themes.length]));

say("way-anthropic", "ANTHROPIC_BASE_URL=" + location.origin);
say("way-openai", "OPENAI_BASE_URL=" + location.origin + "/v1");
addEventListener("pagehide", () => events?.close());
setInterval(() => { if (shown.history && !document.hidden) loadHistory().catch(fail); }, historyEvery);
start().catch(retry);
