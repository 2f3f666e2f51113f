// The Node packages of OpenAI and Anthropic through the proxy, and the npm client `headroom-ai` against its own endpoints.
//
//   node tests/providers/sdk_test.mjs --binary build/test/headroom
//
// Every exchange of the providers' packages is made twice, straight to a scripted provider and through the proxy: what the package gives
// its caller must be the same, errors, headers and waits included. Loopback only. Items 1, 2 and 4 of docs/acceptance/proxy.md.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI, { toFile } from "openai";
import { HeadroomClient, compress, simulate } from "headroom-ai";

const option = (name, otherwise) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise);
const binary = option("--binary", "build/test/headroom");

// ---- a provider: answers by path and by what was asked

const usage = { input_tokens: 11, output_tokens: 7 };
const sse = (events, named) => events.map((e) => (named ? `event: ${e.type}\n` : "") + `data: ${JSON.stringify(e)}\n\n`).join("");
const chatChunk = (delta, more = {}) => ({ id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: null, ...more }] });
const toolCall = { id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Oslo"}' } };
const file = { id: "file-1", object: "file", bytes: 12, created_at: 1, filename: "a.jsonl", purpose: "batch" };
const batch = { id: "batch_1", object: "batch", endpoint: "/v1/chat/completions", status: "in_progress", created_at: 1 };
const messageBatch = { id: "msgbatch_1", type: "message_batch", processing_status: "ended", request_counts: { processing: 0, succeeded: 1 }, results_url: null };

function chat(body, text) {
  const calls = body.tools && body.tool_choice !== "none" ? [toolCall] : undefined;
  if (!body.stream)
    return JSON.stringify({ id: "c1", object: "chat.completion", created: 1, model: body.model, usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
      choices: [{ index: 0, message: { role: "assistant", content: calls ? null : text, tool_calls: calls }, finish_reason: calls ? "tool_calls" : "stop" }] });
  const deltas = calls
    ? [{ role: "assistant", tool_calls: [{ index: 0, ...toolCall, function: { name: "weather", arguments: "" } }] }, { tool_calls: [{ index: 0, function: { arguments: '{"city":"Oslo"}' } }] }]
    : [{ role: "assistant", content: "" }, ...text.split(/(?<= )/).map((content) => ({ content }))];
  const last = chatChunk({}, { finish_reason: calls ? "tool_calls" : "stop" });
  const counted = { ...chatChunk({}), choices: [], usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } };
  return sse([...deltas.map((d) => chatChunk(d)), last, ...(body.stream_options ? [counted] : [])]) + "data: [DONE]\n\n";
}

function responses(body, text) {
  const item = { type: "message", id: "msg_1", role: "assistant", status: "completed", content: [{ type: "output_text", text, annotations: [] }] };
  const done = { id: "resp_1", object: "response", created_at: 1, model: body.model, status: "completed", output: [item], tools: [], usage: { ...usage, total_tokens: 18 } };
  if (!body.stream) return JSON.stringify(done);
  const at = { item_id: "msg_1", output_index: 0, content_index: 0 };
  const events = [{ type: "response.created", response: { ...done, status: "in_progress", output: [] } },
    { type: "response.output_item.added", output_index: 0, item: { ...item, status: "in_progress", content: [] } },
    { type: "response.content_part.added", ...at, part: { type: "output_text", text: "", annotations: [] } },
    ...text.split(/(?<= )/).map((delta) => ({ type: "response.output_text.delta", ...at, delta })),
    { type: "response.output_text.done", ...at, text }, { type: "response.content_part.done", ...at, part: item.content[0] },
    { type: "response.output_item.done", output_index: 0, item }, { type: "response.completed", response: done }];
  return sse(events.map((e, sequence_number) => ({ ...e, sequence_number })), true);
}

// As many tokens as the conversation has words: what is counted and what is billed are the same only if both bodies were.
const tokensOf = (body) => JSON.stringify([body.messages, body.tools ?? []]).split(/\W+/).length;

function messages(body, text) {
  const thinking = body.thinking ? [{ type: "thinking", thinking: "let me think", signature: "c2ln" }] : [];
  const tool = body.tools ? [{ type: "tool_use", id: "toolu_1", name: "weather", input: { city: "Oslo" } }] : [];
  const content = [...thinking, { type: "text", text }, ...tool];
  const counted = { input_tokens: tokensOf(body), output_tokens: 7, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  const whole = { id: "msg_1", type: "message", role: "assistant", model: body.model, content, stop_reason: tool.length ? "tool_use" : "end_turn", stop_sequence: null, usage: counted };
  if (!body.stream) return JSON.stringify(whole);
  const events = [{ type: "message_start", message: { ...whole, content: [], stop_reason: null, usage: { ...counted, output_tokens: 1 } } }, { type: "ping" }];
  content.forEach((block, index) => {
    const { start, deltas } = block.type === "text" ? { start: { ...block, text: "" }, deltas: text.split(/(?<= )/).map((t) => ({ type: "text_delta", text: t })) }
      : block.type === "thinking" ? { start: { ...block, thinking: "", signature: "" }, deltas: [{ type: "thinking_delta", thinking: block.thinking }, { type: "signature_delta", signature: block.signature }] }
      : { start: { ...block, input: {} }, deltas: [{ type: "input_json_delta", partial_json: '{"city":' }, { type: "input_json_delta", partial_json: '"Oslo"}' }] };
    events.push({ type: "content_block_start", index, content_block: start }, ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })), { type: "content_block_stop", index });
  });
  events.push({ type: "message_delta", delta: { stop_reason: whole.stop_reason, stop_sequence: null }, usage: { output_tokens: 7 } }, { type: "message_stop" });
  return sse(events, true);
}

const provider = { asked: [], failing: [], times: [] };
provider.server = http.createServer(async (request, reply) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const raw = Buffer.concat(pieces);
  const path = request.url.split("?")[0];
  provider.asked.push({ method: request.method, url: request.url, headers: request.headers, raw });
  const send = (body, type = "application/json", status = 200, more = {}) =>
    reply.writeHead(status, { "content-type": type, "request-id": "req_1", "x-request-id": "req_1", ...more }).end(body);
  if (provider.failing.length > 0) {
    provider.times.push(performance.now());
    const [status, more] = provider.failing.shift();
    return send(JSON.stringify({ type: "error", error: { type: `status_${status}`, message: `no: ${status}`, code: null, param: null } }), "application/json", status, more);
  }
  if (path.endsWith("/content")) return send(Buffer.from([0, 255, 10, 13, 128]), "application/octet-stream");
  if (path.endsWith("/results")) return send('{"custom_id":"a","result":{"type":"errored","error":{"type":"error"}}}\n', "application/x-jsonl");
  if (path === "/v1/audio/speech") return send(Buffer.alloc(3000, 7), "audio/mpeg");
  if (path === "/v1/files") return send(JSON.stringify(request.method === "GET" ? { object: "list", data: [file], has_more: false } : { ...file, bytes: raw.length > 0 ? 12 : 0 }));
  if (path.startsWith("/v1/files/")) return send(JSON.stringify(request.method === "DELETE" ? { id: "file-1", object: "file", deleted: true } : file));
  if (path === "/v1/batches") return send(JSON.stringify(request.method === "GET" ? { object: "list", data: [batch], has_more: false } : batch));
  if (path.startsWith("/v1/batches/")) return send(JSON.stringify(batch));
  if (path === "/v1/models") return send(JSON.stringify({ object: "list", data: [{ id: "m1", object: "model", type: "model", created: 1, display_name: "M" }], has_more: false }));
  if (path.startsWith("/v1/messages/batches")) {
    const listed = request.method === "GET" && path.endsWith("batches");
    const results_url = `http://${request.headers.host}/v1/messages/batches/msgbatch_1/results`;
    return send(JSON.stringify(listed ? { data: [messageBatch], has_more: false, first_id: null, last_id: null } : { ...messageBatch, results_url: provider.origin ? `${provider.origin}/v1/messages/batches/msgbatch_1/results` : results_url }));
  }
  if (path === "/v1/moderations") return send(JSON.stringify({ id: "mod", model: "m", results: [{ flagged: false }] }));
  if (path === "/v1/images/generations") return send(JSON.stringify({ created: 1, data: [{ b64_json: "AAAA" }] }));
  if (path === "/v1/embeddings") return send(JSON.stringify({ object: "list", model: "e", data: [{ object: "embedding", index: 0, embedding: [0.5, -1e-7] }], usage: { prompt_tokens: 1, total_tokens: 1 } }));
  const body = JSON.parse(raw);
  if (path === "/v1/messages/count_tokens") return send(JSON.stringify({ input_tokens: tokensOf(body) }));
  const text = `answer to ${JSON.stringify(body).length % 97} é \u{1F600} `;
  const make = { "/v1/chat/completions": chat, "/v1/responses": responses, "/v1/messages": messages }[path];
  if (!make) return send("{}", "application/json", 404);
  return send(make(body, text), body.stream ? "text/event-stream" : "application/json");
});

// ---- the proxy

async function start(more = []) {
  const home = mkdtempSync(join(tmpdir(), "headroom-"));
  const kept = Object.fromEntries(Object.entries(process.env).filter(([k]) => !/^HEADROOM_|_PROXY$/i.test(k)));
  const base = `http://127.0.0.1:${provider.server.address().port}`;
  const child = spawn(binary, ["proxy", "--port", "0", "--openai-api-url", base, "--anthropic-api-url", base, ...more],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...kept, HEADROOM_CONFIG_DIR: home, HEADROOM_WORKSPACE_DIR: home } });
  const [first] = await once(child.stderr, "data");
  child.stderr.resume();
  return { url: /http:\/\/127\.0\.0\.1:\d+/.exec(first)[0], home, async stop() {
    child.kill("SIGTERM");
    const [status] = await once(child, "exit");
    rmSync(home, { recursive: true });
    assert.equal(status, 0);
  } };
}

const gather = async (stream) => {
  const all = [];
  for await (const event of stream) all.push(event);
  return all;
};
// What an exchange gives its caller: the value, or the error as a program sees it.
async function outcome(exchange, client) {
  try {
    return JSON.parse(JSON.stringify(await exchange(client)));
  } catch (error) {
    if (error?.status === undefined) throw error;
    return { name: error.constructor.name, status: error.status, message: error.message, type: error.type, id: error.requestID ?? error.request_id };
  }
}

let exchanges = 0;
async function same(name, exchange, direct, through, prepare = () => {}) {
  prepare();
  provider.origin = direct.baseURL.replace(/\/v1$/, "");
  const one = await outcome(exchange, direct);
  prepare();
  provider.origin = through.baseURL.replace(/\/v1$/, "");
  const other = await outcome(exchange, through);
  const origins = (value) => JSON.parse(JSON.stringify(value).replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "ORIGIN"));
  assert.deepEqual(origins(other), origins(one), name);
  exchanges += 1;
}

// ---- item 1

async function openai(proxy) {
  const make = (origin) => new OpenAI({ apiKey: "k", baseURL: `${origin}/v1`, maxRetries: 0 });
  const direct = make(`http://127.0.0.1:${provider.server.address().port}`), through = make(proxy.url);
  const tools = [{ type: "function", function: { name: "weather", description: "d", parameters: { type: "object", properties: {} } } }];
  for (let n = 0; n < 14; ++n) {
    const messages = [{ role: "system", content: "be brief" }, { role: "user", content: `question ${"x ".repeat(n)}` }];
    const all = { model: "gpt-4o", messages, temperature: n / 10, seed: n };
    const plan = {
      chat: (c) => c.chat.completions.create(all), "chat stream": async (c) => gather(await c.chat.completions.create({ ...all, stream: true, stream_options: { include_usage: true } })),
      "chat tools": (c) => c.chat.completions.create({ ...all, tools, parallel_tool_calls: false }),
      "chat tools stream": async (c) => (await c.chat.completions.stream({ ...all, tools }).finalChatCompletion()),
      responses: (c) => c.responses.create({ model: "gpt-5", input: messages[1].content, store: false }),
      "responses stream": async (c) => gather(await c.responses.create({ model: "gpt-5", input: messages.slice(1), store: false, stream: true })),
    };
    for (const [name, exchange] of Object.entries(plan)) await same(name, exchange, direct, through);
  }
  const plan = {
    "files create": async (c) => c.files.create({ purpose: "batch", file: await toFile(Buffer.from('{"a":1}\n'), "a.jsonl") }), "files list": async (c) => (await c.files.list()).data,
    "files retrieve": (c) => c.files.retrieve("file-1"), "files content": async (c) => [...new Uint8Array(await (await c.files.content("file-1")).arrayBuffer())],
    "files delete": (c) => c.files.delete("file-1"), "batches create": (c) => c.batches.create({ input_file_id: "file-1", endpoint: "/v1/chat/completions", completion_window: "24h" }),
    "batches retrieve": (c) => c.batches.retrieve("batch_1"), "batches cancel": (c) => c.batches.cancel("batch_1"), "batches list": async (c) => (await c.batches.list()).data,
    models: async (c) => (await c.models.list()).data, embeddings: (c) => c.embeddings.create({ model: "e", input: ["a"], encoding_format: "float" }),
    moderations: (c) => c.moderations.create({ input: "x" }), images: (c) => c.images.generate({ model: "i", prompt: "x" }),
    speech: async (c) => (await (await c.audio.speech.create({ model: "t", voice: "alloy", input: "x" })).arrayBuffer()).byteLength,
    "raw headers": async (c) => (await c.chat.completions.create({ model: "m", messages: [] }).withResponse()).request_id,
  };
  for (const [name, exchange] of Object.entries(plan)) await same(name, exchange, direct, through);
  for (const status of [400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503, 529]) {
    for (const stream of [false, true])
      await same(`chat ${status}`, (c) => c.chat.completions.create({ model: "m", messages: [], stream }), direct, through, () => (provider.failing = [[status, { "retry-after": "3" }]]));
    await same(`responses ${status}`, (c) => c.responses.create({ model: "m", input: "x" }), direct, through, () => (provider.failing = [[status, {}]]));
  }
}

// ---- item 2

async function anthropic(proxy) {
  const make = (origin, maxRetries = 0) => new Anthropic({ apiKey: "k", baseURL: origin, maxRetries });
  const straight = `http://127.0.0.1:${provider.server.address().port}`;
  const direct = make(straight), through = make(proxy.url);
  const tool = { name: "weather", description: "d", input_schema: { type: "object", properties: {} } };
  for (let n = 0; n < 10; ++n) {
    const all = { model: "claude-x", max_tokens: 2000, messages: [{ role: "user", content: `question ${"y ".repeat(n)}` }] };
    const plan = {
      messages: (c) => c.messages.create(all), stream: async (c) => gather(await c.messages.create({ ...all, stream: true })),
      helper: (c) => c.messages.stream({ ...all, system: "s", metadata: { user_id: "u" } }).finalMessage(),
      thinking: (c) => c.messages.stream({ ...all, thinking: { type: "enabled", budget_tokens: 1024 } }).finalMessage(),
      count: (c) => c.messages.countTokens({ model: all.model, messages: all.messages }),
    };
    for (const [name, exchange] of Object.entries(plan)) await same(name, exchange, direct, through);
    // Our tool joins where there are tools: its tokens are in the bill, so they are no part of what is compared here.
    const without = (message) => ({ ...message, usage: null, content: message.content.map((b) => (b.type === "text" ? { ...b, text: "" } : b)) });
    await same("tools", async (c) => without(await c.messages.create({ ...all, tools: [tool] })), direct, through);
    await same("tools stream", async (c) => without(await c.messages.stream({ ...all, tools: [tool] }).finalMessage()), direct, through);
  }
  const plan = {
    "batches create": (c) => c.messages.batches.create({ requests: [{ custom_id: "a", params: { model: "m", max_tokens: 1, messages: [{ role: "user", content: "x" }] } }] }),
    "batches retrieve": (c) => c.messages.batches.retrieve("msgbatch_1"), "batches cancel": (c) => c.messages.batches.cancel("msgbatch_1"),
    "batches list": async (c) => (await c.messages.batches.list()).data, "batches results": async (c) => gather(await c.messages.batches.results("msgbatch_1")),
    models: async (c) => (await c.models.list()).data,
  };
  for (const [name, exchange] of Object.entries(plan)) await same(name, exchange, direct, through);
  for (const status of [400, 401, 403, 404, 413, 429, 500, 529])
    for (const stream of [false, true])
      await same(`messages ${status}`, (c) => c.messages.create({ model: "m", max_tokens: 1, messages: [], stream }), direct, through, () => (provider.failing = [[status, {}]]));
  // The package's own retry waits as the provider says, and the proxy adds none.
  for (const status of [429, 529]) {
    provider.failing = [[status, { "retry-after": "1" }], [status, { "retry-after-ms": "300" }]];
    provider.times = [];
    const before = provider.asked.length;
    await make(proxy.url, 2).messages.create({ model: "m", max_tokens: 1, messages: [{ role: "user", content: "x" }] });
    assert.equal(provider.asked.length - before, 3);
    const waited = [provider.times[1] - provider.times[0]];
    assert(waited[0] >= 990 && waited[0] < 3000, `waited ${waited} ms`);
    exchanges += 1;
  }
  // What count_tokens says is what the same request is billed.
  const rows = JSON.stringify(Array.from({ length: 400 }, (_, i) => ({ id: i, name: `item-${i}`, status: i === 77 ? "error" : "ok" })), null, 1);
  const long = { model: "claude-x", tools: [tool], messages: [{ role: "user", content: "what failed?" },
    { role: "assistant", content: [{ type: "tool_use", id: "t0", name: "weather", input: {} }] }, { role: "user", content: [{ type: "tool_result", tool_use_id: "t0", content: rows }] }] };
  const counted = await through.messages.countTokens(long), billed = await through.messages.create({ ...long, max_tokens: 10 });
  assert.equal(counted.input_tokens, billed.usage.input_tokens);
  assert((await direct.messages.countTokens(long)).input_tokens > 3 * counted.input_tokens);
}

// ---- item 4

async function headroom(proxy) {
  const two = (n) => String(n % 60).padStart(2, "0");
  const rows = Array.from({ length: 900 }, (_, i) => `2026-03-0${1 + (i % 9)} 10:${two(Math.floor(i / 60))}:${two(i)} ${i === 300 ? "ERROR" : "INFO"} [worker-${i % 4}] batch=${i} rows=${(i * 7919) % 9000} took=${(i * 31) % 200}ms\n`).join("");
  const messages = [{ role: "user", content: "what failed?" },
    { role: "assistant", content: null, tool_calls: [{ id: "c1", type: "function", function: { name: "run", arguments: "{}" } }] }, { role: "tool", tool_call_id: "c1", content: rows }];
  // Node's fetch marks its requests as a browser does (sec-fetch-mode), for which only a token speaks: the client's key.
  const apiKey = readFileSync(join(proxy.home, "token"), "utf8").trim();
  const settings = { baseUrl: proxy.url, apiKey, fallback: false, retries: 0 };
  const result = await compress(messages, { ...settings, model: "gpt-4o" });
  assert.equal(result.messages.length, 3);
  assert(result.compressed && result.tokensSaved > 0 && result.tokensBefore - result.tokensAfter === result.tokensSaved);
  assert(result.compressionRatio > 0 && result.compressionRatio < 1 && result.transformsApplied.length > 0);
  assert.deepEqual(result.messages.slice(0, 2), messages.slice(0, 2));
  const same = await compress(messages, { ...settings, model: "gpt-4o" });
  assert.deepEqual(same, result);
  const short = await compress(messages.slice(0, 1), { ...settings, model: "gpt-4o" });
  assert.deepEqual(short.messages, messages.slice(0, 1));

  const client = new HeadroomClient({ ...settings, providerApiKey: "sk-x", config: { ccr: { enabled: true } } });
  const fit = await client.compress(messages, { model: "gpt-4o", tokenBudget: 500 });
  assert(fit.tokensAfter <= result.tokensAfter && fit.messages.length === 3);
  const dry = await simulate(messages, { ...settings, model: "gpt-4o" });
  assert(dry.tokensSaved > 0 && dry.transforms.length > 0, Object.keys(dry).join());
  const before = provider.asked.length;
  const health = await client.health();
  assert.equal(health.status, "healthy");
  const raw = await client.compressRaw({ messages, model: "gpt-4o", config: { mode: "ccr", nonsense: 1 } });
  assert.equal(raw.ccr_hashes.length, 1, JSON.stringify({ ...raw, messages: 0 }));
  assert.deepEqual(raw.ignored_keys, ["nonsense"]);
  const hash = raw.ccr_hashes[0];
  const whole = await client.retrieve(hash);
  assert.equal(whole.originalContent, rows);
  const part = await client.retrieve(hash, { query: "ERROR batch=300" });
  assert(JSON.stringify(part).includes("batch=300"), JSON.stringify(part));
  const answered = await client.handleToolCall({ toolCall: { id: "t", type: "function", function: { name: "headroom_retrieve", arguments: JSON.stringify({ hash, lines: "301" }) } }, provider: "openai" });
  assert(JSON.stringify(answered).includes("batch=300"), JSON.stringify(answered).slice(0, 500));
  await assert.rejects(client.retrieve("000000000009"), (error) => error.statusCode === 404 || /404|not.?found/i.test(error.message));
  assert.equal(provider.asked.length, before, "own endpoints ask no provider");

  const chat = await client.chat.completions.create({ model: "gpt-4o", messages: messages.slice(0, 1) });
  assert.match(chat.choices[0].message.content, /^answer to/);
  assert.equal(provider.asked.at(-1).headers.authorization, "Bearer sk-x");
  const message = await client.messages.create({ model: "claude-x", max_tokens: 10, messages: messages.slice(0, 1) });
  assert.match(message.content[0].text, /^answer to/);
  for (const look of ["proxyStats", "statsHistory", "memoryUsage", "getCCRStats", "clearCache"]) assert.equal(typeof (await client[look]()), "object", look);
  assert.match(await client.prometheusMetrics(), /headroom_requests_total/);
  const stats = await client.proxyStats();
  assert(stats.requests.total >= 2, JSON.stringify(stats.requests));
  await assert.rejects(client.telemetry.getStats(), /not.?offered|not offered|404/i);

  // A token that is asked for and not given is the client's authentication error.
  const strict = await start(["--require-token"]);
  await assert.rejects(compress(messages, { ...settings, apiKey: "hk", baseUrl: strict.url, model: "gpt-4o" }), (error) => error.name === "HeadroomAuthError" || /auth|401/i.test(`${error.name} ${error.message}`));
  await strict.stop();
  const fallen = await compress(messages, { ...settings, baseUrl: strict.url, model: "gpt-4o", fallback: true });
  assert.deepEqual(fallen.messages, messages);
}

provider.server.listen(0, "127.0.0.1");
await once(provider.server, "listening");
const proxy = await start();
const parts = { openai, anthropic, headroom };
let failed = 0;
for (const [name, part] of Object.entries(parts)) {
  const before = exchanges, began = performance.now();
  try {
    await part(proxy);
    console.log(`${name}: ${exchanges - before} exchanges as if direct, ${Math.round(performance.now() - began)} ms`);
  } catch (error) {
    failed += 1;
    console.error(`FAILED ${name}:`, error);
  }
}
await proxy.stop();
provider.server.closeAllConnections();
provider.server.close();
console.log(`${exchanges} exchanges`);
process.exit(failed ? 1 : 0);
