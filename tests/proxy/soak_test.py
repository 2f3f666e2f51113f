#!/usr/bin/env python3
"""soak_test.py --binary build/release/headroom [--minutes 60]: 32 clients of every sort for a long time. Item 22 of docs/acceptance/proxy.md.

Small and large conversations, streams, errors, relayed bodies, own endpoints, clients that leave in the middle. Five times after a warm-up (5
minutes, or a half of a shorter run) all clients rest, until nothing is in flight: what is then in use of the heap is what is kept, whatever the
allocator holds beside it and however busy the machine is. At the last rest that is above the most of the first three by less than 16 bytes for each
request between (or a quarter of a MB: what caches hold differs by so much), and by less than 1 MB an hour where the run is that long; a leak of one
string a request is more. In an hour's run memory as the system sees it keeps to the same: 1 MB an hour by the line through its samples, or less
than that line's own uncertainty. (In a shorter one the cache of finished views is one that fills early; below five minutes it does not.) Descriptors stay; the p99 of small requests in the last third is at most 20 % above the first's (and 2 ms).
"""
import argparse
import http.client
import json
import pathlib
import random
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import fixture  # noqa: E402
from fixture import KEYS, STREAM, Provider, Proxy, chunk, conversation, percentile, reply  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--binary", default=fixture.BINARY)
parser.add_argument("--minutes", type=float, default=60)
parser.add_argument("--clients", type=int, default=32)
parser.add_argument("--pause", type=float, default=0.05, help="seconds between a client's requests")
options = parser.parse_args()
fixture.BINARY = options.binary

USAGE = {"input_tokens": 900, "output_tokens": 9, "cache_read_input_tokens": 500}
WHOLE = reply(json.dumps({"id": "m", "type": "message", "role": "assistant", "content": [], "usage": USAGE}))
EVENTS = [f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in (
    {"type": "message_start", "message": {"usage": USAGE}}, *[{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x" * 40}}] * 20,
    {"type": "message_delta", "usage": {"output_tokens": 9}}, {"type": "message_stop"})]
SMALL = json.dumps({"model": "claude-sonnet-4-5", "max_tokens": 5, "messages": [{"role": "user", "content": "hello"}]}).encode()


def serve(request, send):
    if request.get("x-fail") == "status":
        return send(reply('{"error":{}}', 529))
    if request.get("x-fail") == "death":
        send(STREAM + chunk(EVENTS[0]))
        return False
    if b'"stream": true' in request.body:
        send(STREAM)
        for event in EVENTS:
            send(chunk(event))
        return send(b"0\r\n\r\n")
    return send(WHOLE)


KINDS = {"small": 10, "conversation": 6, "stream": 4, "large": 1, "relayed": 2, "status": 2, "death": 1, "gone": 2, "own": 2}
over, running = threading.Event(), threading.Event()
done = dict.fromkeys(KINDS, 0)
small_times = []  # (when, ms)
failures = []


def client(proxy, number):
    chance = random.Random(number)
    names, weights = list(KINDS), list(KINDS.values())
    kept = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)

    def ask(method, path, body, more=()):
        kept.request(method, path, body, {**KEYS, **dict(more)})
        answer = kept.getresponse()
        answer.read()
        return answer.status
    while not over.wait(options.pause * (0.5 + chance.random())):
        running.wait()
        kind = chance.choices(names, weights)[0]
        seed = chance.randrange(10_000_000)
        try:
            if kind == "small":
                began = time.monotonic()
                status = ask("POST", "/v1/messages", SMALL)
                small_times.append((began, (time.monotonic() - began) * 1000))
                assert status == 200, status
            elif kind in ("conversation", "stream"):
                body = conversation(seed % 500, 1 + seed % 6, stream=kind == "stream")
                body["messages"][0]["content"] += str(seed)
                assert ask("POST", "/v1/messages", json.dumps(body)) == 200
            elif kind == "large":
                assert ask("POST", "/v1/messages", json.dumps(conversation(seed, 40))) == 200
            elif kind == "relayed":
                assert ask("POST", "/v1/files", b"y" * (seed % 300_000)) == 200
            elif kind == "status":
                assert ask("POST", "/v1/messages", SMALL, {"x-fail": "status"}.items()) == 529
            elif kind == "own":
                assert ask("POST", "/v1/compress", json.dumps({"model": "m", "messages": conversation(seed, 1)["messages"]})) == 200
                assert ask("GET", ("/stats", "/metrics", "/livez")[seed % 3], None) == 200
            else:
                with proxy.connect() as s:
                    body = json.dumps(conversation(seed % 50, 2, stream=True)).encode()
                    s.sendall(f"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-api-key: k\r\n{'x-fail: death' if kind == 'death' else 'x-a: b'}\r\n"
                              f"content-length: {len(body)}\r\n\r\n".encode() + body[:len(body) if kind == "death" else seed % len(body)])
                    while kind == "death" and s.recv(1 << 16):
                        pass
            done[kind] += 1
        except (AssertionError, OSError, http.client.HTTPException) as error:
            failures.append((kind, repr(error)))
            kept.close()
    kept.close()


with Provider(serve, keep=False) as provider, Proxy(provider.url, "--cache-bytes", "24MiB" if options.minutes >= 60 else "4MiB") as proxy:
    def rest():
        """Requests so far, and bytes in use of the heap while nothing is under way."""
        running.clear()
        end = time.monotonic() + 60  # the slowest request may take a while on a busy machine; connections are kept
        while (left := {k: v for k, v in proxy.in_flight().items() if '"connections"' not in k}) and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(2)  # what is written is a second behind
        found = sum(done.values()), proxy.json("/debug/memory")["heap"]["in_use"], left
        running.set()
        return found

    running.set()
    threads = [threading.Thread(target=client, args=(proxy, n)) for n in range(options.clients)]
    began = time.monotonic()
    for t in threads:
        t.start()
    total = options.minutes * 60
    warm = min(300, total / 2)
    samples = []  # hours, MB, descriptors but those to the provider
    rests = []
    while (now := time.monotonic() - began) < total:
        time.sleep(min(5, max(0.5, total / 100)))
        if now > warm + (total - warm) * len(rests) / 4 and len(rests) < 4:
            rests.append(rest())
        if now > warm:
            samples.append((now / 3600, proxy.memory(), proxy.descriptors() - len(provider.open)))
    rests.append(rest())
    over.set()
    for t in threads:
        t.join()
    busy = proxy.calms_down(10)
    hours, memory, descriptors = zip(*samples)
    slope, _ = statistics.linear_regression(hours, memory)
    # What is left of the samples around the line says how far the slope could be off (twice its standard error).
    middle = statistics.fmean(hours)
    level = statistics.fmean(memory)
    rest = sum((m - level - slope * (h - middle)) ** 2 for h, m in zip(hours, memory))
    uncertain = 2 * (rest / max(1, len(hours) - 2) / sum((h - middle) ** 2 for h in hours)) ** 0.5
    first = [ms for at, ms in small_times if warm < at - began < warm + (total - warm) / 3]
    last = [ms for at, ms in small_times if at - began > total - (total - warm) / 3]
    early, late = percentile(first, 0.99), percentile(last, 0.99)
    print(f"item 22: {options.minutes} min, {sum(done.values())} requests {done}, {len(failures)} failures {failures[:3]}")
    quarters = ", ".join(f"{memory[len(memory) * i // 4]:.1f}" for i in range(4))
    print(f"  memory by quarters {quarters}, then {memory[-1]:.1f} MB: {slope:+.1f} MB/h, uncertain by {uncertain:.1f}; descriptors {descriptors[0]} -> "
          f"{descriptors[-1]} (most {max(descriptors)}); p99 of small {early:.2f} -> {late:.2f} ms; in flight at the end: {busy}")
    requests, grown = rests[-1][0] - rests[2][0], rests[-1][1] - max(used for _, used, _ in rests[:3])
    print(f"  in use while all rest: {', '.join(f'{used / 1e6:.2f}' for _, used, _ in rests)} MB; {grown:+} bytes in the last {requests} requests")
    long = options.minutes >= 60
    flat = grown < max(16 * requests, 256 << 10) and (not long or grown < (total - warm) / 7200 * 1e6)
    bad = [name for name, good in (("failures", not failures), ("in flight", not busy and not any(left for _, _, left in rests)),
                                   ("what is kept", flat), ("memory", not long or slope < 1 or slope < uncertain),
                                   ("descriptors", max(descriptors[len(descriptors) // 2:]) <= max(descriptors[:len(descriptors) // 2]) + 4),
                                   ("p99", late <= early * 1.2 + 2)) if not good]
    if bad:
        sys.exit("not held: " + ", ".join(bad))
