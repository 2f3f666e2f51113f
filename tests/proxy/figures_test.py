#!/usr/bin/env python3
"""figures_test.py --binary build/test/headroom [--full]: the ledger adds up to what providers said, and streams arrive as they are sent.
Items 12 and 23 of docs/acceptance/proxy.md."""
import http.client
import json
import pathlib
import random
import socket
import sys
import time
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import fixture  # noqa: E402
from fixture import KEYS, STREAM, TOOL, Provider, Proxy, chunk, conversation, percentile, reply  # noqa: E402

FULL = fixture.FULL


class Ledger(unittest.TestCase):
    """Item 23."""

    def test_sums(self):
        count = 10_000 if FULL else 800
        chance = random.Random(23)
        sent = {"uncached": 0, "read": 0, "written": 0, "output": 0}

        def serve(request, send):
            u = {"uncached": chance.randrange(3000), "read": chance.randrange(50_000), "written": chance.randrange(4000), "output": chance.randrange(900)}
            for k, v in u.items():
                sent[k] += v
            streams = b'"stream": true' in request.body
            if request.target == "/v1/messages":
                usage = {"input_tokens": u["uncached"], "cache_read_input_tokens": u["read"], "cache_creation_input_tokens": u["written"], "output_tokens": u["output"]}
                if not streams:
                    return send(reply(json.dumps({"id": "m", "type": "message", "role": "assistant", "content": [], "usage": usage})))
                events = [{"type": "message_start", "message": {"id": "m", "usage": {**usage, "output_tokens": 1}}},
                          {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": u["output"]}}, {"type": "message_stop"}]
                text = "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events)
            elif request.target == "/v1/chat/completions":
                sent["uncached"] += u["written"]  # nothing is written at a price of its own there
                sent["written"] -= u["written"]
                usage = {"prompt_tokens": u["uncached"] + u["written"] + u["read"], "completion_tokens": u["output"],
                         "prompt_tokens_details": {"cached_tokens": u["read"]}}
                if not streams:
                    return send(reply(json.dumps({"id": "c", "object": "chat.completion", "choices": [], "usage": usage})))
                text = f'data: {json.dumps({"id": "c", "choices": [], "usage": usage})}\n\ndata: [DONE]\n\n'
            else:
                sent["uncached"] += u["written"]
                sent["written"] -= u["written"]
                usage = {"promptTokenCount": u["uncached"] + u["written"] + u["read"], "cachedContentTokenCount": u["read"], "candidatesTokenCount": u["output"]}
                return send(reply(json.dumps({"candidates": [], "usageMetadata": usage})))
            send(STREAM)
            for at in range(0, len(text), 50):
                send(chunk(text[at:at + 50].encode()))
            return send(b"0\r\n\r\n")

        with Provider(serve, keep=False) as provider, Proxy(provider.url) as proxy:
            client = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
            began = time.monotonic()
            for n in range(count):
                path, model = (("/v1/messages", "claude-sonnet-4-5"), ("/v1/chat/completions", "gpt-4o"), ("/v1beta/models/gemini-2.5-pro:generateContent", ""))[n % 3]
                body = {"model": model, "max_tokens": 5, "stream": n % 4 == 0 and n % 3 != 2, "messages": [{"role": "user", "content": f"q {n}"}]}
                if n % 3 == 1:
                    body["stream_options"] = {"include_usage": True}
                if n % 3 == 2:
                    body = {"contents": [{"role": "user", "parts": [{"text": f"q {n}"}]}]}
                elif n % 40 == 0:
                    body = conversation(n, 2, stream=body["stream"])
                client.request("POST", path, json.dumps(body), KEYS)
                self.assertEqual(client.getresponse().read() and 200, 200)
            client.close()
            seconds = time.monotonic() - began
            time.sleep(1.5)  # what is written is at most a second behind
            stats = proxy.json("/stats")
            metrics = proxy.metrics()
            logged = [json.loads(line) for f in (proxy.home / "logs").iterdir() for line in f.read_text().splitlines()]
            rows = [r for r in logged if "rt" in r and "u" in r]
            sums = [sum(r["u"][i] for r in rows) for i in range(4)]
            expected = [sent[k] for k in ("uncached", "read", "written", "output")]
            print(f"\nitem 23: {count} requests in {seconds:.1f} s: uncached, read, written, output of {len(rows)} rows {sums}, the provider said {expected}")
            self.assertEqual(sums, expected)
            self.assertEqual(stats["requests"]["total"], count)
            self.assertEqual((stats["tokens"]["input"], stats["tokens"]["output"]), (sum(expected[:3]), expected[3]))
            counted = {name: sum(v for k, v in metrics.items() if k.startswith(f"headroom_{name}_total")) for name in
                       ("cache_read_tokens", "cache_write_tokens", "tokens_output", "requests")}
            self.assertEqual(counted, {"cache_read_tokens": sent["read"], "cache_write_tokens": sent["written"], "tokens_output": sent["output"], "requests": count})
            # A row is small, and holds none of what was said.
            self.assertLessEqual(max(len(json.dumps(r, separators=(",", ":"))) for r in rows), 330)


class PrefixCache:
    """A provider that keeps prompts by their prefix, block by block: tools, system, messages; a token is four bytes. What a request shares with
    the prompts before is read, the rest written. `x-forgets: all` loses everything first, `some` all behind the first message."""

    def __init__(self):
        self.known = set()

    def serve(self, request, send):
        body = json.loads(request.body)
        blocks = [json.dumps(b) for b in [*body.get("tools", []), body["system"], *body["messages"]]]
        first_message = len(body.get("tools", [])) + 2
        chains = ["\0".join(blocks[:n + 1]) for n in range(len(blocks))]
        forgets = request.get("x-forgets")
        if forgets:
            self.known -= set(chains if forgets == "all" else chains[first_message:])
        shared = next((n for n, chain in enumerate(chains) if chain not in self.known), len(chains))
        self.known.update(chains)
        sizes = [len(b) // 4 for b in blocks]
        usage = {"input_tokens": 3, "cache_read_input_tokens": sum(sizes[:shared]), "cache_creation_input_tokens": sum(sizes[shared:]), "output_tokens": 5}
        return send(reply(json.dumps({"id": "m", "type": "message", "role": "assistant", "content": [], "usage": usage})))


class Misses(unittest.TestCase):
    """Item 23: each miss of the provider's cache is told by the first block that differs, and by why."""

    # What a client, or its provider, does before its third request; where and why that misses.
    KINDS = {"another description": ("tools", "changed"), "another tool in front": ("tools", "changed"), "a clock": ("system", "changed"),
             "another first message": ("messages", "changed"), "an edited message": ("messages", "changed"), "a message taken out": ("messages", "changed"),
             "forgotten": ("tools", "provider"), "half forgotten": ("messages", "partial"), "nothing": None}

    @staticmethod
    def words(seed, n):
        chance = random.Random(seed)
        return " ".join(chance.choice(("river", "stone", "lamp", "cloud", "field", "glass", "paper", "wheel", "north", "seven")) for _ in range(n))

    def request(self, number, turns, kind):
        """The request of a turn; `kind`: with the change, which then stays."""
        tool = {"name": "look", "description": self.words(number, 120), "input_schema": {"type": "object"}}
        tools = [tool, {**tool, "name": "put"}]
        system = f"It is 10:{number % 60:02}. " + self.words(number + 1, 300)
        messages = [{"role": ("user", "assistant")[n % 2], "content": f"{number} {n} " + self.words(number * 100 + n, 200)} for n in range(2 * turns + 1)]
        if kind == "another description":
            tools[0]["description"] += " changed"
        elif kind == "another tool in front":
            tools.insert(0, {**tool, "name": "new"})
        elif kind == "a clock":
            system = system.replace("10:", "11:")
        elif kind == "another first message":
            messages[0]["content"] += " changed"
        elif kind == "an edited message":
            messages[2]["content"] = self.words(number + 7, 190)
        elif kind == "a message taken out":
            del messages[1:3]
        return {"model": "claude-sonnet-4-5", "max_tokens": 9, "system": system, "tools": tools, "messages": messages}

    def test_each_is_explained(self):
        each = 30 if FULL else 14
        cache, expected = PrefixCache(), {}
        with Provider(cache.serve, keep=False) as provider, Proxy(provider.url) as proxy:
            client = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
            # Turn by turn of all: between two of one conversation there is always time, for a model to answer.
            for turn in range(1, 5):
                for number in range(each * len(self.KINDS)):
                    kind, why = list(self.KINDS.items())[number % len(self.KINDS)]
                    forgets = {"forgotten": "all", "half forgotten": "some"}.get(kind) if turn == 3 else None
                    client.request("POST", "/v1/messages", json.dumps(self.request(number, turn, kind if turn >= 3 else None)),
                                   {**KEYS, **({"x-forgets": forgets} if forgets else {})})
                    answer = client.getresponse()
                    answer.read()
                    expected[answer.headers["x-headroom-request-id"]] = (kind, turn, why if turn == 3 else None)
            client.close()
            time.sleep(1.5)
            metrics = proxy.metrics()
            rows = {r["id"]: r for f in (proxy.home / "logs").iterdir() for r in map(json.loads, f.read_text().splitlines()) if "rt" in r}
        self.assertEqual(set(rows), set(expected))
        told, money = {}, 0
        for name, (kind, turn, why) in expected.items():
            miss = rows[name].get("mi")
            self.assertEqual(tuple(miss[:2]) if miss else None, why, (kind, turn, miss, rows[name]))
            if miss:
                told[why] = told.get(why, 0) + 1
                self.assertGreater(miss[2], 0, (kind, miss))  # what is written again costs more than reading it
                money += miss[2]
        counted = {k: v for k, v in metrics.items() if k.startswith("headroom_cache_miss_total") and v}
        self.assertEqual(sum(counted.values()), sum(told.values()))
        for (segment, cause), n in told.items():
            self.assertEqual(counted[f'headroom_cache_miss_total{{segment="{segment}",cause="{cause}"}}'], n, counted)
        self.assertGreaterEqual(sum(told.values()), 100)
        print(f"\nitem 23: {sum(told.values())} misses of {len(expected)} requests told by segment and cause: {told}; {money / 1e6:.2f} dollars")


class Liveliness(unittest.TestCase):
    """Item 12."""

    ROUTES = {"/v1/messages": {"model": "m", "stream": True, "messages": [{"role": "user", "content": "x"}]},
              "/v1/messages tools": {"model": "m", "stream": True, "tools": [TOOL], "messages": [{"role": "user", "content": "x"}]},
              "/v1/chat/completions": {"model": "m", "stream": True, "messages": [{"role": "user", "content": "x"}]},
              "/v1/responses": {"model": "m", "stream": True, "input": "x"},
              "/v1beta/models/m:streamGenerateContent?alt=sse": {"contents": [{"role": "user", "parts": [{"text": "x"}]}]},
              "/backend-api/codex/responses": {"model": "m", "stream": True, "input": "x"}, "/openai/deployments/d/chat/completions": {"stream": True, "messages": []},
              "/v1/projects/p/locations/us-central1/publishers/anthropic/models/m:streamRawPredict": {"stream": True, "messages": []},
              "/model/m/invoke-with-response-stream": {"messages": []}, "/v1/audio/speech": {"input": "x"}, "/anything/else": {"a": 1}}

    def test_each_chunk_at_once(self):
        tokens, pause = (60, 0.05) if FULL else (12, 0.01)
        sent = []

        def serve(request, send):
            zipped = request.get("x-zip")
            packer = zlib.compressobj(6, zlib.DEFLATED, 31) if zipped else None
            send(STREAM[:-2] + (b"content-encoding: gzip\r\n\r\n" if zipped else b"\r\n"))
            for n in range(tokens):
                event = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%04d"}}\n\n' % n
                data = packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH) if packer else event
                sent.append(time.monotonic())
                send(chunk(data))
                time.sleep(pause)
            if packer:
                send(chunk(packer.flush()))
            return send(b"0\r\n\r\n")

        late, held = {}, {}
        with Provider(serve, keep=False) as provider, Proxy(provider.url) as proxy:
            def play(url_port, path, body, zipped):
                sent.clear()
                times, data, packed = [], b"", zlib.decompressobj(31) if zipped else None
                with socket.create_connection(("127.0.0.1", url_port), 20) as s:
                    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    raw = json.dumps(body).encode()
                    s.sendall(f"POST {path.split(' ')[0]} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer k\r\napi-key: k\r\n".encode()
                              + (b"x-zip: 1\r\n" if zipped else b"") + b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(raw) + raw)
                    plain, rest, headed, over = b"", b"", False, False
                    while not over:
                        piece = s.recv(1 << 16)
                        now = time.monotonic()
                        if not piece:
                            break
                        data += piece
                        rest += piece
                        if not headed:
                            if b"\r\n\r\n" not in rest:
                                continue
                            headed, rest = True, rest.split(b"\r\n\r\n", 1)[1]
                        while b"\r\n" in rest:
                            size = int(rest[:rest.index(b"\r\n")] or b"0", 16)
                            whole = rest.index(b"\r\n") + 2 + size + 2
                            if len(rest) < whole:
                                break
                            over = size == 0
                            part, rest = rest[rest.index(b"\r\n") + 2:whole - 2], rest[whole:]
                            plain += packed.decompress(part) if packed else part
                        while len(times) < plain.count(b"\n\n"):
                            times.append(now)
                self.assertEqual(len(times), tokens, (path, data[-200:]))
                return [(b - a) * 1000 for a, b in zip(sent, times)]

            for zipped in (False, True):
                for path, body in self.ROUTES.items():
                    # On a busy machine either way may be slow for a while: both are played in turn, and the calmest of five
                    # counts. What the proxy itself holds back it holds back in each of them.
                    def overdue(times):
                        return sum(t > pause * 1000 * 0.9 for t in times)
                    for _ in range(5):
                        direct = play(provider.port, path, body, zipped)
                        through = play(proxy.port, path, body, zipped)
                        key = path, zipped
                        late[key] = min(percentile(through, 0.5) - percentile(direct, 0.5), late.get(key, 1e9))
                        held[key] = min(max(0, overdue(through) - overdue(direct)), held.get(key, tokens))
                        if late[key] < 0.5 and held[key] == 0:
                            break
            chunks = len(late) * tokens
            print(f"\nitem 12: {len(self.ROUTES)} routes, plain and gzip, {chunks} chunks: later than directly by {percentile(late.values(), 0.5):.3f} ms at the "
                  f"median route, {max(late.values()):.3f} at the worst; {sum(held.values())} more than directly came after the next was due")
            self.assertLess(max(late.values()), 1)
            self.assertLess(sum(held.values()), chunks / 50)


if __name__ == "__main__":
    fixture.main()
