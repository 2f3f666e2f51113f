// Bars up for what was saved and down for what that cost, a line for the net. A pointer or the arrow keys move a cursor
// over the points; the whole is a slider, so that it can be read without eyes too. The table beside it has all figures.

import { h, svg } from "./dom.js";

const height = 260, left = 56, right = 8, top = 10, bottom = 26;

// 1, 2, 5 x 10^k: at most `most` steps from `low` to `high`.
function ticks(low, high, most) {
  const raw = (high - low) / most;
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * unit).find((n) => n >= raw);
  const out = [];
  for (let t = Math.ceil(low / step); t * step <= high + step / 1e6; t++) out.push(t * step || 0);  // never -0
  return out;
}

export class Chart {
  constructor(box) {
    this.box = box;
    this.index = -1;
    this.tip = h("div", { class: "tip", hidden: true });
    this.surface = h("div", {
      tabindex: "0", role: "slider", "aria-label": "Point in time", "aria-valuemin": "0", "aria-valuemax": "0", "aria-valuenow": "0",
    });
    box.append(this.surface, this.tip);
    this.surface.addEventListener("keydown", (event) => this.key(event));
    this.surface.addEventListener("pointermove", (event) => this.point(event));
    this.surface.addEventListener("pointerdown", (event) => this.point(event));
    this.surface.addEventListener("pointerleave", () => document.activeElement === this.surface || this.select(-1));
    this.surface.addEventListener("focus", () => this.surface.matches(":focus-visible") && this.index < 0 && this.select(this.rows.length - 1));
    this.surface.addEventListener("blur", () => this.select(-1));
    new ResizeObserver(() => this.draw()).observe(box);
    this.rows = [];
  }

  // `rows`: [{name, short, up, down}], down as a positive number; `format` writes values, `tick` those of the axis.
  set(rows, format, tick, names) {
    const same = JSON.stringify([rows, names]) === JSON.stringify([this.rows, this.names]);
    this.rows = rows;
    this.format = format;
    this.tick = tick;
    this.names = names;
    if (!same) this.draw();
  }

  draw() {
    const width = this.box.clientWidth;
    if (width === 0 || !this.format) return;
    const rows = this.rows;
    const high = Math.max(0, ...rows.map((row) => row.up), ...rows.map((row) => row.up - row.down));
    const low = Math.min(0, ...rows.map((row) => -row.down), ...rows.map((row) => row.up - row.down));
    const lines = high === low ? [0] : ticks(low, high, 5);
    const max = Math.max(high, lines.at(-1)), min = Math.min(low, lines[0]);
    const y = (value) => (max === min ? height - bottom : top + ((max - value) / (max - min)) * (height - top - bottom));
    this.step = (width - left - right) / Math.max(rows.length, 1);
    const x = (i) => left + this.step * i;
    const bar = Math.min(Math.max(this.step * 0.72, 1.5), 34);

    const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", focusable: "false" });
    for (const value of lines) {
      picture.append(
        svg("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: value === 0 ? "zero" : "rule" }),
        svg("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, this.tick(value)),
      );
    }
    this.cursor = svg("rect", { class: "cursor", y: top, height: height - top - bottom, width: this.step, display: "none" });
    picture.append(this.cursor);
    rows.forEach((row, i) => {
      const begin = x(i) + (this.step - bar) / 2, zero = y(0);
      if (row.up > 0) picture.append(svg("rect", { class: "up", x: begin, y: y(row.up), width: bar, height: Math.max(zero - y(row.up), 1), rx: Math.min(2, bar / 4) }));
      if (row.down > 0) picture.append(svg("rect", { class: "down", x: begin, y: zero, width: bar, height: Math.max(y(-row.down) - zero, 1), rx: Math.min(2, bar / 4) }));
    });
    if (rows.length > 1 && rows.some((row) => row.down > 0)) {
      const d = rows.map((row, i) => `${i === 0 ? "M" : "L"}${(x(i) + this.step / 2).toFixed(1)} ${y(row.up - row.down).toFixed(1)}`).join("");
      picture.append(svg("path", { class: "net-line", d }));
    }
    if (high === low) {
      const text = rows.length === 0 ? "The first request begins this chart" : "Nothing saved or spent in this time";
      picture.append(svg("text", { class: "nothing", x: (left + width - right) / 2, y: height / 2, "text-anchor": "middle" }, text));
    }
    const every = Math.max(1, Math.ceil(rows.length / Math.max(2, Math.floor((width - left) / 92))));
    rows.forEach((row, i) => {
      if ((rows.length - 1 - i) % every !== 0) return;
      const middle = x(i) + this.step / 2;
      const anchor = middle > width - 30 ? "end" : middle < left + 24 ? "start" : "middle";
      picture.append(svg("text", { x: anchor === "end" ? width - right : Math.max(middle, left), y: height - 6, "text-anchor": anchor }, row.short));
    });
    this.surface.replaceChildren(picture);
    this.surface.setAttribute("aria-valuemax", String(Math.max(rows.length - 1, 0)));
    this.select(Math.min(this.index, rows.length - 1));
  }

  select(index) {
    this.index = index;
    const row = this.rows[index];
    this.tip.hidden = !row;
    if (!this.cursor) return;
    this.cursor.setAttribute("display", row ? "inline" : "none");
    this.cursor.setAttribute("x", left + this.step * Math.max(index, 0));
    const last = this.rows.at(-1);
    const told = row ?? last;
    const values = (one) => [[this.names[0], one.up], [this.names[1], one.down], [this.names[1] && "Net", one.up - one.down]].filter(([name]) => name);
    this.surface.setAttribute("aria-valuenow", String(row ? index : Math.max(this.rows.length - 1, 0)));
    this.surface.setAttribute("aria-valuetext", told ? told.name + ": " + values(told).map(([name, value]) => name + " " + this.format(value)).join(", ") : "No points");
    if (!row) return;
    this.tip.replaceChildren(h("strong", null, row.name), ...values(row).map(([name, value]) => h("div", null, h("span", null, name), h("span", null, this.format(value)))));
    const middle = left + this.step * (index + 0.5), width = this.tip.offsetWidth;
    const side = middle + 14 + width > this.box.clientWidth ? middle - 14 - width : middle + 14;
    this.tip.style.left = Math.max(0, side) + "px";
  }

  point(event) {
    const x = event.clientX - this.box.getBoundingClientRect().left;
    const index = Math.floor((x - left) / this.step);
    this.select(index >= 0 && index < this.rows.length ? index : -1);
  }

  key(event) {
    const last = this.rows.length - 1;
    const moves = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7, Home: -1e9, End: 1e9 };
    if (event.key === "Escape") return this.select(-1);
    if (!(event.key in moves) || last < 0) return;
    event.preventDefault();
    const from = this.index < 0 ? last : this.index;
    this.select(Math.min(Math.max(from + moves[event.key], 0), last));
  }
}
