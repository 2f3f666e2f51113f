// The dashboard in a real Chromium or Firefox, over figures of the real ledger: what it shows, both themes, from 360 px to a desktop,
// by keyboard alone, with nothing but its own host, under its own policy, by the rules of WCAG 2.2 AA (axe), without a
// word on the console, and when the proxy goes away and comes back.
//
//   node tests/dashboard/dashboard_test.mjs --driver build/test/tests/dashboard_figures [--binary build/test/headroom]
//                                           [--browser chromium|firefox] [--shots FOLDER]
//
// With --binary the proxy itself is asked too: its one-time code, its cookie, its figures.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, firefox } from "playwright-core";

const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : null);
const driver = option("--driver"), binary = option("--binary"), shots = option("--shots");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const kindOfBrowser = option("--browser") ?? "chromium";
const browserPath = { chromium: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"], firefox: ["/usr/bin/firefox-esr", "/usr/bin/firefox"] }[kindOfBrowser].find(existsSync);
assert(driver, "--driver PROGRAM");
assert(browserPath, `no ${kindOfBrowser} on this machine`);

const types = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", svg: "image/svg+xml" };
const policy = "default-src 'self'; frame-ancestors 'none'";

// The proxy's part: the driver's files, and a stream of its events, one each 150 ms.
class Proxy {
  constructor(folder) {
    this.folder = folder;
    this.streams = new Set();
    this.asked = [];
    this.signedIn = true;
    this.held = false;  // whether its events wait
  }
  file(name) {
    return readFileSync(join(this.folder, name.replaceAll("/", "_")));
  }
  answer(request, reply) {
    const url = new URL(request.url, "http://local");
    this.asked.push(url.pathname + url.search);
    const send = (body, type = "application/json", status = 200) =>
      reply.writeHead(status, { "content-type": type, "content-security-policy": policy, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" }).end(body);
    if (url.pathname === "/dashboard") return send(this.file(this.signedIn ? "/dashboard" : "/locked"), "text/html; charset=utf-8");
    if (url.pathname.startsWith("/dashboard/")) return send(this.file(url.pathname), types[url.pathname.split(".").at(-1)]);
    if (url.pathname === "/stats") return send(this.file("/stats"));
    if (url.pathname === "/stats-history") return send(this.file("/stats-history." + url.searchParams.get("series")));
    if (url.pathname === "/transformations/feed") return send(this.file("/transformations/feed"));
    if (url.pathname === "/transformations/view") return send(this.file("/transformations/view"));
    if (url.pathname !== "/events") return send("{}", "application/json", 404);
    reply.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" }).flushHeaders();
    this.streams.add(reply);
    const frames = this.file("/events").toString().split("\n\n").filter(Boolean);
    const next = () => {
      if (frames.length === 0 || reply.destroyed) return;
      if (!this.held) reply.write(frames.shift() + "\n\n");
      setTimeout(next, 150);
    };
    next();
  }
  async open(port = 0) {
    this.server = http.createServer((request, reply) => this.answer(request, reply));
    await new Promise((done) => this.server.listen(port, "127.0.0.1", done));
    this.port = this.server.address().port;
  }
  async close() {
    for (const stream of this.streams) stream.destroy();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

const work = mkdtempSync(join(tmpdir(), "dashboard-"));
const now = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
for (const kind of ["empty", "busy"]) execFileSync(driver, [join(work, kind), now, kind]);
if (shots) mkdirSync(shots, { recursive: true });

// Firefox as Debian ships it is driven by WebDriver BiDi, which cannot set a theme: there is one browser for each.
const browsers = {};
async function browserOf(theme = "light") {
  if (kindOfBrowser === "chromium") return (browsers.any ??= await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-gpu"] }));
  return (browsers[theme] ??= await firefox.launch({
    channel: "moz-firefox", executablePath: browserPath,
    firefoxUserPrefs: { "ui.systemUsesDarkTheme": theme === "dark" ? 1 : 0, "ui.prefersReducedMotion": 1, "layout.css.prefers-color-scheme.content-override": theme === "dark" ? 0 : 1 },
  }));
}
let passed = 0;
const open = [];  // what a test that failed left open

// For a picture the driver lays a style of its own over the page, and Firefox says that the page's policy forbids it.
const ofTheDriver = (text) => shots && kindOfBrowser === "firefox" && text.includes("blocked an inline style");

// A page on a proxy of its own; whatever it says on the console, throws or asks of another host is an error.
async function visit(kind, { width = 1280, height = 900, theme = "light", ready = true, setup = () => {} } = {}) {
  const proxy = new Proxy(join(work, kind));
  setup(proxy);
  await proxy.open();
  const browser = await browserOf(theme);
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: "reduce", locale: "en-GB" });
  const page = await context.newPage();
  page.setDefaultTimeout(10000);
  const said = [];
  page.on("console", (message) => ofTheDriver(message.text()) || said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => ofTheDriver(error.message) || said.push("error: " + error.message));
  await context.route("**", (route) => {
    const host = new URL(route.request().url()).host;
    if (host === `127.0.0.1:${proxy.port}`) return route.continue();
    said.push("asked " + route.request().url());
    return route.abort();
  });
  await page.goto(`http://127.0.0.1:${proxy.port}/dashboard`);
  if (ready) await page.locator("#link[data-state=live]").waitFor();
  const done = async () => (await context.close(), await proxy.close());
  open.push(done);
  return { page, proxy, said, done: async () => (open.splice(open.indexOf(done), 1), await done()) };
}

async function findings(page) {
  // The page's policy forbids foreign scripts; axe comes in through the debugger.
  await page.evaluate(axe);
  const result = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return result.violations.map((v) => `${v.impact} ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 4).join(" | ")}`);
}

async function shoot(page, name) {
  if (shots) await page.screenshot({ path: join(shots, name + ".png"), fullPage: true });
}

async function test(name, body) {
  try {
    await body();
    passed++;
    console.log("ok   " + name);
  } catch (error) {
    process.exitCode = 1;
    console.log("FAIL " + name + "\n     " + (error.stack ?? error));
    for (const done of open.splice(0)) await done().catch(() => {});
  }
}

for (const kind of ["busy", "empty"]) {
  for (const theme of ["light", "dark"]) {
    for (const width of [360, 768, 1280]) {
      await test(`${kind}, ${theme}, ${width} px: no finding, no scroll sideways, silent`, async () => {
        const { page, said, done } = await visit(kind, { theme, width });
        if (kind === "busy") await page.locator(".requests tbody tr").nth(49).waitFor({ state: "attached" });
        await page.locator("#chart svg").waitFor();
        await shoot(page, `${kind}-${theme}-${width}`);
        assert.deepEqual(await findings(page), []);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert(overflow <= 0, `${overflow} px too wide`);
        assert.deepEqual(said, []);
        await done();
      });
    }
  }
}

await test("figures are those of the ledger", async () => {
  const { page, proxy, said, done } = await visit("busy", { setup: (proxy) => (proxy.held = true) });
  const stats = JSON.parse(proxy.file("/stats")), history = JSON.parse(proxy.file("/stats-history.daily"));
  await page.locator(".requests tbody tr").first().waitFor();
  const text = (id) => page.locator("#" + id).innerText();
  assert.equal(await text("net"), "$" + (history.totals.net_microusd / 1e6).toFixed(2));
  assert.equal(await text("tile-requests"), history.totals.requests.toLocaleString("en"));
  assert.match(await text("net-sub"), /off a bill of \$/);
  assert.match(await text("by-tool"), /mcp__db__query/);
  for (const miss of stats.cache.misses) assert.match(await text("cache"), new RegExp({ tools: "Tools", system: "System prompt", messages: "Messages" }[miss.segment]));
  assert.match(await text("cache"), new RegExp(stats.cache.hits.toLocaleString("en") + " hits"));
  assert.match(await text("times"), /p50/);
  assert.match(await text("store"), /1,240/);
  assert.match(await text("skips"), /Too short to be worth it/);
  assert.match(await text("refused"), /Unknown caller/);
  // Events that come while the page is open stand above the rest, within a second.
  proxy.held = false;
  const newest = proxy.file("/events").toString().match(/data: (\{"t":.*)/g).at(-1).slice(6);
  const time = new Date(JSON.parse(newest).t).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  await page.waitForFunction((wanted) => document.querySelector(".requests tbody th")?.innerText.includes(wanted), time, { timeout: 4000 });
  assert.deepEqual(said, []);
  await done();
});

await test("an empty ledger says how to begin", async () => {
  const { page, proxy, said, done } = await visit("empty");
  await page.locator("#empty").waitFor({ state: "visible" });
  assert.match(await page.locator("#empty").innerText(), new RegExp(`ANTHROPIC_BASE_URL=http://127.0.0.1:${proxy.port}`));
  assert.equal(await page.locator("#net").innerText(), "$0");
  assert.deepEqual(said, []);
  await done();
});

await test("by keyboard alone", async () => {
  const { page, proxy, said, done } = await visit("busy");
  await page.locator(".requests tbody tr").first().waitFor();
  await page.waitForTimeout(1500);
  const focused = () => page.evaluate(() => { const a = document.activeElement; return a.id || a.name || a.getAttribute("aria-label") || a.innerText; });
  const visible = () => page.evaluate(() => {
    const style = getComputedStyle(document.activeElement.matches("input[type=radio]") ? document.activeElement.nextElementSibling : document.activeElement);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const order = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const name = await focused();
    if (name === "" || (await page.evaluate(() => document.activeElement === document.body))) break;
    assert(await visible(), "no focus ring on " + name);
    order.push(name);
    if (order.length > 4 && name === order[0]) break;
    if (name === "series") {
      await page.keyboard.press("ArrowRight");
      await page.waitForFunction(() => document.querySelector("#csv").href.includes("weekly"));
      await page.keyboard.press("ArrowLeft");
    }
    if (name === "Point in time") {
      await page.keyboard.press("End");
      const last = await page.evaluate(() => document.activeElement.getAttribute("aria-valuetext"));
      await page.keyboard.press("ArrowLeft");
      const before = await page.evaluate(() => document.activeElement.getAttribute("aria-valuetext"));
      assert.match(last, /Saved \$.*Spent \$.*Net/);
      assert.notEqual(last, before);
      assert(await page.locator(".tip").isVisible());
    }
    if (name === "pause") {
      await page.keyboard.press("Enter");
      assert.equal(await page.locator("#pause").getAttribute("aria-pressed"), "true");
      await page.keyboard.press("Enter");
    }
    if (name.startsWith("View before and after of")) {
      await page.keyboard.press("Enter");
      await page.locator(".view pre").first().waitFor();
      assert.match(await page.locator(".view").first().innerText(), /60 lines: 1 template/);
      assert.deepEqual(await findings(page), []);
      await shoot(page, "view-open");
      await page.keyboard.press("Enter");
      assert.equal(await page.locator(".view").count(), 0);
      break;
    }
  }
  assert.equal(order[0], "Skip to the figures");
  for (const wanted of ["theme", "measure", "series", "Point in time", "csv", "json", "Cache misses", "pause", "The newest requests"]) {
    assert(order.includes(wanted), `${wanted} is not reached: ${order.join(", ")}`);
  }
  assert(proxy.asked.some((path) => path.startsWith("/transformations/view?id=req")));
  assert.deepEqual(said, []);
  await done();
});

await test("measure, step and theme stay chosen; the chart can be pointed at", async () => {
  const { page, said, done } = await visit("busy", { theme: "dark" });
  await page.locator("#measure input[value=tokens]").check();
  assert.match(await page.locator("#legend").innerText(), /did not have to be sent/);
  await page.locator("#series input[value=hourly]").check();
  await page.waitForFunction(() => document.querySelector("#json").href.includes("hourly"));
  await page.locator("#chart").hover({ position: { x: 600, y: 100 } });
  assert.match(await page.locator(".tip").innerText(), /Tokens not sent/);
  assert.doesNotMatch(await page.locator(".tip").innerText(), /Net/);  // nothing is spent in tokens
  assert.doesNotMatch(await page.locator("#chart svg").textContent(), /-0/);
  await shoot(page, "tokens-hourly-dark");
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await page.locator("#theme").click();
  assert.notEqual(await ground(), dark);
  await page.reload();
  await page.locator("#link[data-state=live]").waitFor();
  assert.notEqual(await ground(), dark);
  assert.deepEqual(said, []);
  await done();
});

await test("a proxy that goes away leaves the figures, and is found again", async () => {
  const { page, proxy, said, done } = await visit("busy");
  await page.locator(".requests tbody tr").first().waitFor();
  const port = proxy.port;
  await proxy.close();
  await page.locator("#link[data-state=lost]").waitFor();
  assert.match(await page.locator("#link").innerText(), /No answer from the proxy. Figures are from \d\d:\d\d:\d\d/);
  assert.match(await page.locator("#net").innerText(), /^\$\d/);
  assert.deepEqual(await findings(page), []);
  await proxy.open(port);
  await page.locator("#link[data-state=live]").waitFor({ timeout: 15000 });
  // The browser itself tells of connections that it could not make; the page says nothing.
  assert.deepEqual(said.filter((line) => !line.includes("net::ERR_")), []);
  await done();
});

await test("without the right there is a page that says how to get it, and no script", async () => {
  const { page, proxy, said, done } = await visit("busy", { ready: false, setup: (proxy) => (proxy.signedIn = false) });
  assert.match(await page.locator("main").innerText(), /headroom dashboard/);
  assert(!proxy.asked.some((path) => path.startsWith("/stats") || path.endsWith(".js")));
  assert.deepEqual(await findings(page), []);
  await shoot(page, "locked");
  assert.deepEqual(said, []);
  await done();
});

await test("names that look like markup are text", async () => {
  const { page, said, done } = await visit("busy", {
    setup: (proxy) => {
      const file = proxy.file.bind(proxy);
      proxy.file = (name) => Buffer.from(file(name).toString().replaceAll('"mcp__db__query"', '"<img src=x onerror=alert(1)>"').replaceAll('"compiler"', '"<b>x</b>"'));
      const assets = proxy.file;
      proxy.file = (name) => (name.startsWith("/dashboard") ? file(name) : assets(name));
    },
  });
  await page.locator(".requests tbody tr").first().waitFor();
  assert.equal(await page.locator("main img, main b:not(.row b):not(.track b)").count(), 0);
  assert.match(await page.locator("#by-tool").innerText(), /<img src=x/);
  assert.deepEqual(said, []);
  await done();
});

// The whole way: requests through the proxy to a provider of ours, a code from the command line, the page.
if (binary) await test("the proxy lets a browser in by a code, once, and shows what came through", async () => {
  const provider = http.createServer((request, reply) => {
    let size = 0;
    request.on("data", (bytes) => (size += bytes.length));
    request.on("end", () => {
      const usage = { input_tokens: 20, cache_read_input_tokens: Math.round(size / 5), cache_creation_input_tokens: 800, output_tokens: 30 };
      reply.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({
        id: "m", type: "message", role: "assistant", model: "claude-sonnet-4-5", content: [{ type: "text", text: "done" }], stop_reason: "end_turn", usage }));
    });
  });
  await new Promise((done) => provider.listen(0, "127.0.0.1", done));
  const home = join(work, "home");
  const env = { PATH: process.env.PATH, HEADROOM_WORKSPACE_DIR: join(home, "state"), HEADROOM_CONFIG_DIR: join(home, "config") };
  const proxy = spawn(binary, ["proxy", "--port", "0", "--log-messages", "--anthropic-api-url", `http://127.0.0.1:${provider.address().port}`], { env, stdio: ["ignore", "ignore", "pipe"] });
  const context = await (await browserOf()).newContext({ locale: "en-GB" });
  try {
    const port = await new Promise((found, failed) => {
      let text = "";
      proxy.stderr.on("data", (bytes) => { text += bytes; const at = text.match(/listens on http:\/\/127\.0\.0\.1:(\d+)/); if (at) found(Number(at[1])); });
      proxy.on("exit", () => failed(new Error("the proxy ended: " + text)));
    });
    const base = `http://127.0.0.1:${port}`;
    const log = Array.from({ length: 400 }, (_, i) => `2026-01-05 09:12:${String(i % 60).padStart(2, "0")} INFO worker ${i % 4} finished job ${i}`).join("\n") + "\n2026-01-05 09:13:00 ERROR disk full\n";
    const body = { model: "claude-sonnet-4-5", max_tokens: 100, tools: [{ name: "Bash", description: "run", input_schema: { type: "object", properties: { command: { type: "string" } } } }], messages: [{ role: "user", content: "why did it fail?" }] };
    for (let i = 0; i < 3; i++) {
      body.messages.push({ role: "assistant", content: [{ type: "tool_use", id: "t" + i, name: "Bash", input: { command: "make " + i } }] });
      body.messages.push({ role: "user", content: [{ type: "tool_result", tool_use_id: "t" + i, content: log + i }] });
      const reply = await fetch(base + "/v1/messages", { method: "POST", headers: { "content-type": "application/json", "x-api-key": "k", "anthropic-version": "2023-06-01" }, body: JSON.stringify(body) });
      assert.equal(reply.status, 200);
      await reply.text();
    }
    const page = await context.newPage();
    const said = [];
    page.on("console", (message) => ofTheDriver(message.text()) || said.push(message.text()));
    page.on("pageerror", (error) => ofTheDriver(error.message) || said.push(error.message));
    await page.goto(base + "/dashboard");
    assert.match(await page.locator("main").innerText(), /opens from your terminal/);
    const url = execFileSync(binary, ["dashboard", "--print", "--port", String(port)], { env, stdio: ["ignore", "pipe", "ignore"] }).toString().trim();
    await page.goto(url);
    assert.equal(page.url(), base + "/dashboard");
    await page.locator("#link[data-state=live]").waitFor();
    await page.waitForFunction(() => document.querySelector("#tile-requests").innerText === "3");
    assert.match(await page.locator("#by-tool").innerText(), /Bash/);
    await page.locator(".requests button").first().click();
    await page.locator(".view pre").first().waitFor();
    assert.match(await page.locator(".view").first().innerText(), /disk full/);
    await shoot(page, "proxy");
    assert.deepEqual(said, []);
    const [cookie] = await context.cookies();
    assert(cookie.httpOnly && cookie.sameSite === "Strict");
    // The code is used up; the cookie opens figures alone; without it nothing opens.
    const again = await fetch(url, { redirect: "manual" });
    assert.equal(again.status, 200);
    assert(!again.headers.get("set-cookie"));
    assert.match(await again.text(), /opens from your terminal/);
    const ask = (path, init = {}) => fetch(base + path, { ...init, headers: { cookie: `${cookie.name}=${cookie.value}`, ...init.headers } }).then((reply) => reply.status);
    assert.equal(await ask("/stats"), 200);
    assert.equal(await ask("/stats", { headers: { cookie: "headroom_dashboard=1-2-3" } }), 401);
    assert.equal(await ask("/v1/retrieve/482193075514"), 401);
    assert.equal(await ask("/stats/reset", { method: "POST" }), 401);
    assert.equal(await ask("/stats", { headers: { "sec-fetch-site": "cross-site" } }), 403);
  } finally {
    await context.close();
    proxy.kill();
    provider.closeAllConnections();
    provider.close();
  }
});

for (const browser of Object.values(browsers)) await browser.close();
rmSync(work, { recursive: true, force: true });
console.log(`${passed} passed`);
process.exit();
