// Numbers and times as people read them. Input units: micro-dollars, tokens, milliseconds, bytes.

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

// 12345678 -> "$12.35", 12345 -> "$0.012", 42 -> "$0.000042", -1500000 -> "−$1.50"
export function usd(micro) {
  const size = Math.abs(micro) / 1e6;
  const sign = micro < 0 ? "−" : "";
  if (size === 0) return "$0";
  if (size >= 1000) return sign + "$" + grouped.format(size);
  if (size >= 1) return sign + "$" + size.toFixed(2);
  if (size >= 0.01) return sign + "$" + size.toFixed(3);
  return sign + "$" + size.toFixed(Math.min(6, 1 - Math.floor(Math.log10(size))));
}

// The same for an axis: no more digits than the number has.
export function usdTick(micro) {
  const size = Math.abs(micro) / 1e6;
  return (micro < 0 ? "−$" : "$") + (size >= 10000 ? compact.format(size) : String(Number(size.toPrecision(4))));
}

// 9870 -> "9,870", 1234567 -> "1.2M"
export function count(n) {
  return Math.abs(n) < 10000 ? grouped.format(n) : compact.format(n);
}

export function exact(n) {
  return grouped.format(n);
}

export function ms(n) {
  if (n === 0) return "0 ms";
  if (n < 1) return n.toFixed(2) + " ms";
  if (n < 10) return n.toFixed(1) + " ms";
  if (n < 1000) return Math.round(n) + " ms";
  if (n < 60000) return (n / 1000).toFixed(1) + " s";
  return Math.floor(n / 60000) + " min " + Math.round((n % 60000) / 1000) + " s";
}

export function bytes(n) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (n >= 1000 && unit < units.length - 1) n /= 1024, unit++;
  return (unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)) + " " + units[unit];
}

// 0.1234 -> "12.3 %"
export function percent(share) {
  const n = share * 100;
  if (n !== 0 && Math.abs(n) < 0.1) return (n < 0 ? "−" : "") + "<0.1 %";
  return (Math.abs(n) >= 10 ? n.toFixed(0) : n.toFixed(1)).replace("-", "−") + " %";
}

export function clock(time) {
  return new Date(time).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}

// Points of a series are hours, days, weeks and months of UTC.
const labels = {
  hourly: { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false },
  daily: { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" },
  weekly: { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" },
  monthly: { month: "long", year: "numeric", timeZone: "UTC" },
};
const shortLabels = {
  hourly: { weekday: "short", hour: "2-digit", minute: "2-digit", hour12: false },
  daily: { day: "numeric", month: "short", timeZone: "UTC" },
  weekly: { day: "numeric", month: "short", timeZone: "UTC" },
  monthly: { month: "short", year: "2-digit", timeZone: "UTC" },
};
export function pointName(time, series) {
  const text = new Intl.DateTimeFormat("en-GB", labels[series]).format(new Date(time));
  return series === "weekly" ? "Week of " + text : text;
}
export function shortPointName(time, series) {
  return new Intl.DateTimeFormat("en-GB", shortLabels[series]).format(new Date(time));
}
