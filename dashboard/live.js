// The newest requests as a table; on a narrow screen, as cards. Rows are added at most twice a second, and not at all
// while the list is paused. Where the proxy keeps views (--log-messages), a row opens to what stood there before.

import { at, h, say } from "./dom.js";
import { clock, count, exact, ms, usd } from "./format.js";
import { causes, kinds, segments } from "./words.js";

const most = 50;

function state(row) {
  const text = row.x && row.x !== "audit" ? row.x.replaceAll("_", " ") : "";
  if (row.st === 499) return h("span", { class: "state warn" }, "client left");
  if (row.st >= 400) return [h("span", { class: "state bad" }, String(row.st)), text && h("span", { class: "sub" }, text)];
  if (row.mode === "audit") return h("span", { class: "state warn" }, "audit");
  return [h("span", { class: "state" }, String(row.st)), text && h("span", { class: "sub" }, text)];
}

function tokens(row) {
  if (!row.k) return "–";
  const [before, after] = row.k;
  if (before <= after) return exact(after);
  return [`${count(before)} → ${count(after)}`, h("span", { class: "sub" }, `−${Math.round((100 * (before - after)) / before)} %` + (row.transforms.length ? ", " + row.transforms.slice(0, 2).join(", ") : ""))];
}

function money(row) {
  if (!row.m) return h("span", { class: "sub" }, row.u ? "no price" : "no usage");
  const net = row.m[0] - row.m[1];
  return [usd(net), row.mi && h("span", { class: "sub" }, `${(segments[row.mi[0]] ?? "Prompt").toLowerCase()} ${(causes[row.mi[1]]?.[0] ?? row.mi[1]).toLowerCase()}: ${usd(row.mi[2])}`)];
}

const columns = [
  ["Time", (row) => clock(row.t), "", true],
  ["Model", (row) => [h("span", { class: "model" }, row.md || "–"), h("span", { class: "sub" }, (row.rt ?? "").replace(".", " ") + (row.project ? ", " + row.project : ""))]],
  ["Tokens", tokens, "num"],
  ["Net", money, "num"],
  ["Own", (row) => (row.ms ? ms(row.ms[0]) : "–"), "num"],
  ["First byte", (row) => (row.ms && row.ms[1] > 0 ? ms(row.ms[1]) : "–"), "num"],
  ["Total", (row) => (row.ms ? ms(row.ms[2]) : "–"), "num"],
  ["Answer", state],
];

export class Live {
  constructor() {
    this.rows = [];
    this.paused = false;
    this.missed = 0;
    this.viewable = false;
    this.body = null;
    at("pause").addEventListener("click", () => this.pause());
  }

  start(rows, viewable) {
    this.viewable = viewable;
    this.rows = rows.slice(0, most);
    this.draw();
  }

  add(row) {
    if (row.id && this.rows.some((one) => one.id === row.id && one.t === row.t)) return;
    row.fresh = true;
    this.rows.unshift(row);
    if (this.paused) this.missed++;
    this.due ??= setTimeout(() => { this.due = null; this.paused ? this.hint() : this.draw(); }, 500);
  }

  pause() {
    this.paused = !this.paused;
    this.missed = 0;
    at("pause").setAttribute("aria-pressed", String(this.paused));
    if (!this.paused) this.draw();
    this.hint();
  }

  hint() {
    say("live-hint", this.paused ? (this.missed ? `paused, ${exact(this.missed)} more have come` : "paused") : this.rows.length ? "the newest first" : "");
  }

  draw() {
    this.rows = this.rows.slice(0, most);
    this.hint();
    if (this.rows.length === 0) {
      this.body = null;
      return at("live").replaceChildren(h("p", { class: "none" }, "Requests appear here as they end."));
    }
    if (!this.body) {
      this.body = h("tbody");
      at("live").replaceChildren(h("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": "The newest requests" },
        h("table", { class: "requests cards" }, h("thead", null, h("tr", null, ...columns.map(([name, , kind]) => h("th", { scope: "col", class: kind || null }, name)), this.viewable && h("th", { scope: "col" }, h("span", { class: "hidden" }, "Views")))), this.body)));
    }
    // Rows that stay keep their elements, and with them focus and open views.
    const known = new Map([...this.body.children].map((tr) => [tr.dataset.key, tr]));
    const nodes = [];
    for (const row of this.rows) {
      const key = row.id + row.t;
      nodes.push(known.get(key) ?? this.line(row, key));
      const opened = known.get("view " + key);
      if (opened) nodes.push(opened);
    }
    if (nodes.length === this.body.children.length && nodes.every((node, i) => node === this.body.children[i])) return;
    const focused = document.activeElement;
    this.body.replaceChildren(...nodes);
    if (focused && focused !== document.activeElement && focused.isConnected) focused.focus();
  }

  line(row, key) {
    const tr = h("tr", { "data-key": key, class: row.fresh && "fresh" },
      ...columns.map(([name, cell, kind, head]) => h(head ? "th" : "td", { "data-name": name, class: kind || null, scope: head && "row" }, h("span", null, ...[cell(row)].flat().filter(Boolean)))));
    if (this.viewable) {
      const button = h("button", { type: "button", class: "quiet", "aria-expanded": "false", "aria-label": "View before and after of the request at " + clock(row.t) }, "View");
      button.addEventListener("click", () => this.toggle(row, key, tr, button));
      tr.append(h("td", null, button));
    }
    return tr;
  }

  async toggle(row, key, tr, button) {
    const next = tr.nextElementSibling;
    if (next?.dataset.key === "view " + key) {
      next.remove();
      return button.setAttribute("aria-expanded", "false");
    }
    const cell = h("td", { colspan: columns.length + 1 }, h("p", { class: "sub" }, "Loading"));
    tr.after(h("tr", { class: "views", "data-key": "view " + key }, cell));
    button.setAttribute("aria-expanded", "true");
    try {
      const reply = await fetch("/transformations/view?id=" + encodeURIComponent(row.id));
      const kept = reply.ok ? await reply.json() : { views: [] };
      cell.replaceChildren(...(kept.views.length ? kept.views.map(view) : [h("p", { class: "sub" }, "Nothing was changed in this request, or its view is no longer kept: the last 50 are.")]));
    } catch {
      cell.replaceChildren(h("p", { class: "sub" }, "The proxy does not answer."));
    }
  }
}

function view(one) {
  const side = (name, text, n) => h("div", null, h("h4", null, `${name}, ${exact(n)} tokens`), h("pre", { tabindex: "0" }, text));
  return h("div", { class: "view" },
    h("h3", null, `${one.tool || "Text"}, ${kinds[one.kind] ?? one.kind}`),
    h("div", { class: "sides" }, side("Before", one.before, one.tokens_before), side("After", one.after, one.tokens_after)));
}
