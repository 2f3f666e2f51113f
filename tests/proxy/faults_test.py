#!/usr/bin/env python3
"""faults_test.py --binary build/test/headroom [--full]: clients that leave or are slow, upstreams that fail, bodies that are broken or
large, against the proxy as a process. Each test is an item of docs/acceptance/proxy.md and prints its figures.

Without --full sizes and counts are those that a test run has time for.
"""
import gzip
import hashlib
import json
import os
import pathlib
import resource
import socket
import struct
import sys
import threading
import time
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import fixture  # noqa: E402
from fixture import KEYS, STREAM, Provider, Proxy, chunk, conversation, percentile, reply  # noqa: E402

FULL, SANITIZED = fixture.FULL, fixture.SANITIZED
OK = reply('{"id":"x","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}')
EVENTS = b'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":5,"output_tokens":1}}}\n\n' \
         b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
# MB that a round of a test may leave behind: what the ledger keeps of some thousand requests, and the allocator for the next.
SLACK = 1.0
ROUNDS = 3


def post_bytes(path, body, extra=""):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return (f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: k\r\ncontent-type: application/json\r\n{extra}"
            f"content-length: {len(data)}\r\n\r\n").encode() + data


def leave(s, rudely):
    if rudely:  # a reset instead of a farewell
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def payload(chunks):
    """What a beginning of a chunked body holds."""
    out = b""
    while chunks:
        size, _, chunks = chunks.partition(b"\r\n")
        size = int(size, 16) if chunks else 0
        out, chunks = out + chunks[:size], chunks[size + 2:]
    return out


class Disconnects(unittest.TestCase):
    """Item 8."""

    def test_every_byte(self):
        def serve(request, send):
            if request.get("x-whole"):
                return send(OK)
            send(STREAM)
            for at in range(0, len(EVENTS), 7):
                send(chunk(EVENTS[at:at + 7]))
            return send(b"0\r\n\r\n")

        step = 1 if FULL else 5
        with Provider(serve, keep=False) as provider, Proxy(provider.url) as proxy:
            def play(path, extra, body):
                request, cuts = post_bytes(path, body, extra), 0
                with proxy.connect() as s:
                    s.sendall(request)
                    size, data = 0, b""
                    while not data.endswith(b"\n0\r\n\r\n") and not (extra and data.endswith(b"}}")):
                        data += s.recv(1 << 16)
                    size = len(data)
                for n in range(0, len(request), step):
                    s = proxy.connect()
                    s.sendall(request[:n])
                    leave(s, n // step % 2)
                    cuts += 1
                for n in range(1, size, step):
                    s = proxy.connect(receive=2048)
                    s.sendall(request)
                    got = 0
                    while got < n:
                        got += len(s.recv(min(n - got, 4096)))
                    leave(s, n // step % 2)
                    cuts += 1
                return cuts

            # The third is rewritten on the pool; the last is relayed unread.
            kinds = [("/v1/messages", "", {"model": "m", "stream": True, "messages": [{"role": "user", "content": "x"}]}),
                     ("/v1/messages", "x-whole: 1\r\n", {"model": "m", "messages": [{"role": "user", "content": "x"}]}),
                     ("/v1/chat/completions", "x-whole: 1\r\n", {"model": "m", "messages": [
                         {"role": "user", "content": "x"}, {"role": "tool", "tool_call_id": "c", "content": fixture.rows(60)}]}),
                     ("/v1/files", "", {"a": 1})]
            if not FULL:
                kinds[2][2]["messages"][1]["content"] = fixture.rows(40)

            def all_kinds():
                return sum(play(*kind) for kind in kinds)
            all_kinds()  # once, so that what is made once is there
            self.assertEqual(proxy.calms_down(), {})
            time.sleep(0.3)
            # Connections to the provider are kept for the next request: those it knows of are no leak. The heap levels off after
            # some rounds; what is lost with each connection is lost in every round.
            descriptors, growth = proxy.descriptors() - len(provider.open), []
            for _ in range(ROUNDS):
                memory = proxy.memory()
                cuts = all_kinds()
                self.assertEqual(proxy.calms_down(), {})
                time.sleep(0.3)
                left = proxy.descriptors() - len(provider.open)
                growth.append(proxy.memory() - memory)
                print(f"\nitem 8: {cuts} disconnects; gauges 0; descriptors {descriptors} -> {left}; memory {memory:.1f} MB {growth[-1]:+.2f}")
                self.assertEqual(left, descriptors)
                if growth[-1] <= SLACK or SANITIZED:
                    break
            if not SANITIZED:
                self.assertLessEqual(min(growth), SLACK)


class Slow(unittest.TestCase):
    """Item 9."""

    def test_slow_readers(self):
        clients, seconds = (500, 15) if FULL else (60, 3)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        big = os.urandom(1 << 20) * 24
        sent = []

        def serve(request, send):
            if not request.get("x-big"):
                return send(OK)
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: %d\r\n\r\n" % len(big)
            send(head)
            sent.append(0)
            mine = len(sent) - 1
            for at in range(0, len(big), 1 << 16):
                send(big[at:at + (1 << 16)])
                sent[mine] = at
            return None

        with Provider(serve, keep=False, send_buffer=1 << 16) as provider, Proxy(provider.url) as proxy:
            def others(seconds):
                times, end = [], time.monotonic() + seconds
                with proxy.connect() as s:
                    request = post_bytes("/v1/messages", {"model": "m", "messages": [{"role": "user", "content": "x"}]})
                    while time.monotonic() < end:
                        began = time.monotonic()
                        s.sendall(request)
                        data = b""
                        while not data.endswith(b"}}"):
                            data += s.recv(1 << 16)
                        times.append((time.monotonic() - began) * 1000)
                return times
            others(0.3)
            calm = percentile(others(seconds / 2), 0.99)
            memory = proxy.memory()
            slow = []
            for _ in range(clients):
                s = proxy.connect(receive=4096)
                s.sendall(b"GET /v1/files/1 HTTP/1.1\r\nhost: localhost\r\nx-api-key: k\r\nx-big: 1\r\n\r\n")
                slow.append(s)
            done = threading.Event()

            def read():
                while not done.wait(1):
                    for s in slow:
                        s.recv(1024)
            reader = threading.Thread(target=read)
            reader.start()
            time.sleep(min(3, seconds / 3))
            # What else runs on the machine only ever slows the others down: the best of some rounds is the proxy's.
            busy = float("inf")
            for _ in range(ROUNDS):
                busy = min(busy, percentile(others(seconds), 0.99))
                if busy < 3 * calm + 20:
                    break
            held = proxy.memory() - memory
            done.set()
            reader.join()
            print(f"\nitem 9: {clients} clients read 24 MiB at 1 KB/s: p99 of others {calm:.2f} -> {busy:.2f} ms, "
                  f"{held / clients * 1024:.0f} KiB held for each, the provider was let send {max(sent) >> 10} KiB at most")
            for s in slow:
                s.close()
            self.assertEqual(proxy.calms_down(10), {})
            self.assertLess(busy, 3 * calm + 20)
            if not SANITIZED:
                self.assertLess(held / clients, 1.0)
            self.assertLess(max(sent), len(big) - (1 << 20))  # a reader's pace reaches the provider

    @unittest.skipUnless(__name__ == "__main__" and "--full" in sys.argv, "takes ten seconds: the limit of heads")
    def test_slow_heads(self):
        with Provider(lambda request, send: send(OK), keep=False) as provider, Proxy(provider.url) as proxy:
            heads = [proxy.connect() for _ in range(500)]
            began, ended = time.monotonic(), {}
            text = b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-padding: " + b"a" * 100
            for at in range(14):
                for i, s in enumerate(heads):
                    if i in ended:
                        continue
                    try:
                        s.sendall(text[at:at + 1])
                    except OSError:
                        ended[i] = time.monotonic() - began
                        continue
                    s.settimeout(0)
                    try:
                        if not s.recv(1):
                            ended[i] = time.monotonic() - began
                    except BlockingIOError:
                        pass
                    except OSError:
                        ended[i] = time.monotonic() - began
                    s.settimeout(30)
                self.assertEqual(proxy.ask("POST", "/v1/messages", {"model": "m", "messages": []})[0], 200)
                time.sleep(max(0, began + at + 1 - time.monotonic()))
            print(f"\nitem 9: 500 heads at 1 byte/s: ended after {min(ended.values()):.1f} to {max(ended.values()):.1f} s")
            self.assertEqual(len(ended), 500)
            self.assertGreater(min(ended.values()), 9)
            self.assertLess(max(ended.values()), 13)
            self.assertEqual(proxy.calms_down(), {})


class Upstream(unittest.TestCase):
    """Item 10."""

    def test_death_after_every_byte(self):
        whole = STREAM + b"".join(chunk(EVENTS[at:at + 23]) for at in range(0, len(EVENTS), 23)) + b"0\r\n\r\n"
        length = [0]

        def serve(request, send):
            send(whole[:length[0]])
            return False

        told = cut = 0
        with Provider(serve, keep=False) as provider, Proxy(provider.url, "--retry-max-attempts", "1") as proxy:
            tools = {"model": "m", "stream": True, "tools": [fixture.TOOL], "messages": [{"role": "user", "content": "x"}]}
            for body in ({"model": "m", "stream": True, "messages": []}, tools):
                for length[0] in range(0, len(whole), 1 if FULL else 3):
                    with proxy.connect() as s:
                        s.sendall(post_bytes("/v1/messages", body))
                        data = b""
                        while piece := s.recv(1 << 16) if not (b"x-headroom-error" in data and data.endswith(b"}}")) else b"":
                            data += piece
                    head, _, rest = data.partition(b"\r\n\r\n")
                    if length[0] < len(STREAM):
                        self.assertIn(b"HTTP/1.1 502", head, length)
                        self.assertIn(b"upstream_protocol_error", head)
                        told += 1
                        continue
                    if b"x-headroom-error: upstream_protocol_error" in head:  # what is watched goes on by whole events: none was there
                        self.assertNotIn(b"\n\n", payload(whole[len(STREAM):length[0]]))
                        told += 1
                        continue
                    self.assertIn(b"HTTP/1.1 200", head)
                    self.assertFalse(rest.endswith(b"0\r\n\r\n"), "a stream that broke off must not look complete")
                    self.assertTrue(EVENTS.startswith(payload(rest)), (length, rest))
                    cut += 1
            self.assertEqual(proxy.calms_down(), {})
        print(f"\nitem 10: {told} deaths in the head told as 502, {cut} in the stream broke off there")

    def test_false_length(self):
        for said, given in ((50, 20), (20, 50)):
            def serve(request, send, said=said, given=given):
                send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % said + b"x" * given)
                return given > said
            with Provider(serve, keep=False) as provider, Proxy(provider.url) as proxy:
                for _ in range(3):
                    with proxy.connect() as s:
                        s.sendall(post_bytes("/v1/messages", {"model": "m", "messages": []}))
                        s.settimeout(5)
                        data = b""
                        while len(data.partition(b"\r\n\r\n")[2]) < said and (piece := s.recv(1 << 16)):
                            data += piece
                    self.assertEqual(data.partition(b"\r\n\r\n")[2], b"x" * min(said, given))
                self.assertEqual(proxy.calms_down(), {})


class Malformed(unittest.TestCase):
    """Item 14."""

    # 64 MiB of zeros: bytes that say "this byte again" in each coding's own way.
    @staticmethod
    def zstd_bomb():
        block = (1 << 17) << 3 | 1 << 1  # of 128 KiB, one byte again and again, not the last
        return b"\x28\xb5\x2f\xfd\x00\x58" + (block.to_bytes(3, "little") + b"\0") * 511 + (block | 1).to_bytes(3, "little") + b"\0"

    def test_goes_out_as_it_came(self):
        good = json.dumps({"model": "m", "messages": [{"role": "user", "content": "x" * 300}]}).encode()
        raw_deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        bomb = zlib.compress(b"\0" * (64 << 20), 9)
        bodies = [
            (None, b"{\"model\":\"m\",\"messages\":[" + b"[" * 10_000), (None, b"[" * 10_000 + b"]" * 10_000),
            (None, b'{"messages":[{"role":"user","content":"\\ud800"}],"model":"m"}'), (None, b'{"messages":[{"role":"user","content":"\xff\xfe"}]}'),
            (None, b'{"messages":[{"role":"user","content":"\xed\xa0\x80"}]}'), (None, good[:-1]), (None, good + b"}"), (None, b"\0" * 5000),
            ("gzip", gzip.compress(good)[:-9]), ("gzip", good), ("gzip", gzip.compress(b"\0" * (64 << 20))), ("deflate", bomb),
            ("deflate", raw_deflate.compress(b"\0" * (64 << 20)) + raw_deflate.flush()), ("zstd", self.zstd_bomb()), ("zstd", self.zstd_bomb()[:300]),
            ("zstd", b"\x28\xb5\x2f\xfd"), ("br", bytes([0xFF] * 400)), ("br", b"\x8b")]
        # Every prefix of good bodies in each coding that Python speaks.
        for coding, data in (("gzip", gzip.compress(good)), ("deflate", zlib.compress(good))):
            bodies += [(coding, data[:n]) for n in range(1, len(data), 1 if FULL else 7)]
        with Provider(lambda request, send: send(OK)) as provider, Proxy(provider.url) as proxy:
            proxy.ask("POST", "/v1/messages", conversation(1, 2))  # what is loaded once is there
            memory = proxy.memory()
            for path in ("/v1/messages", "/v1/chat/completions", "/v1/responses", "/v1beta/models/m:generateContent", "/v1/messages/batches"):
                for coding, body in bodies:
                    provider.requests.clear()
                    status, headers, _ = proxy.ask("POST", path, body, {**KEYS, **({"content-encoding": coding} if coding else {})})
                    self.assertEqual(status, 200, (path, coding, body[:60]))
                    self.assertEqual(provider.requests[0].body, body)
                    self.assertEqual(provider.requests[0].get("content-encoding"), coding)
                    self.assertNotEqual(headers.get("x-headroom-compression-failed"), "true")
                    if coding:
                        self.assertEqual(headers.get("x-headroom-skipped"), "encoding", (coding, body[:20]))
            print(f"\nitem 14: {5 * len(bodies)} broken bodies went out as they came; peak {proxy.memory('VmHWM'):.0f} MB ({memory:.0f} at rest)")
            # A bomb is given up by its ratio: 200 bytes for each of its own, before it is whole. One that is unpacked takes its
            # 64 MiB every time; what else the process does meanwhile is not in every round.
            for coding, body in bodies:
                if not coding or len(body) < 5000:
                    continue
                took = []
                while len(took) < ROUNDS and (not took or min(took) > 30):
                    proxy.forget_peak()
                    before = proxy.memory("VmHWM")
                    proxy.ask("POST", "/v1/messages", body, {**KEYS, "content-encoding": coding})
                    took.append(proxy.memory("VmHWM") - before)
                print(f"  a bomb of {len(body) >> 10} KiB in {coding}: {min(took):.1f} MB at most")
                if not SANITIZED:
                    self.assertLess(min(took), 40, coding)


class Large(unittest.TestCase):
    """Item 16."""

    def test_rewritten_at_once(self):
        count, size = (8, 32 << 20) if FULL else (3, 4 << 20)
        part = conversation(1, 12)
        one = len(json.dumps(part["messages"][1:]))
        body = conversation(0, 0)
        for seed in range(size // one):
            for message in conversation(seed, 12)["messages"][1:]:
                block = message["content"][0]  # each call and its result: an id of their own
                for name in ("id", "tool_use_id"):
                    if name in block:
                        block[name] += f"_{seed}"
                body["messages"].append(message)
        body = json.dumps(body).encode()
        seen = []

        def serve(request, send):
            seen.append((len(request.body), hashlib.sha256(request.body).hexdigest()))
            return send(OK)

        with Provider(serve, keep=False) as provider, Proxy(provider.url) as proxy:
            self.assertEqual(proxy.ask("POST", "/v1/messages", conversation(3, 3))[0], 200)
            seen.clear()
            proxy.forget_peak()
            began, memory = time.monotonic(), proxy.memory()
            answers = []
            threads = [threading.Thread(target=lambda: answers.append(proxy.ask("POST", "/v1/messages", body, timeout=280)[0])) for _ in range(count)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            peak = proxy.memory("VmHWM")
            print(f"\nitem 16: {count} bodies of {len(body) / 1e6:.1f} MB at once: {time.monotonic() - began:.1f} s, each sent as {seen[0][0] / 1e6:.1f} MB, "
                  f"memory {memory:.0f} -> {peak:.0f} MB at most, {peak - count * len(body) / (1 << 20):.0f} above the bodies")
            if FULL and not SANITIZED:
                self.assertLess(peak - count * len(body) / (1 << 20), 80)
            self.assertEqual(answers, [200] * count)
            self.assertEqual(len({digest for _, digest in seen}), 1)
            self.assertLess(seen[0][0], len(body) * 0.8)
            self.assertEqual(proxy.calms_down(), {})

    def test_streamed(self):
        size = (200 if FULL else 40) << 20
        piece = os.urandom(1 << 20)

        def serve(request, send):
            digest = hashlib.sha256(request.body).hexdigest()
            send(b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\nx-digest: %s\r\ncontent-length: %d\r\n\r\n"
                 % (digest.encode(), len(request.body)))
            return send(request.body)

        with Provider(serve, keep=False) as provider, Proxy(provider.url, "--max-body", "1MiB") as proxy:
            sent = hashlib.sha256(piece * (size >> 20)).hexdigest()
            for path in ("/v1/files", "/v1/messages"):
                proxy.forget_peak()
                with proxy.connect(timeout=120) as s:
                    def feed(s=s, path=path):
                        s.sendall(f"POST {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: k\r\ncontent-length: {size}\r\n\r\n".encode())
                        for _ in range(size >> 20):
                            s.sendall(piece)
                    feeder = threading.Thread(target=feed)
                    feeder.start()
                    head = b""
                    while b"\r\n\r\n" not in head:
                        head += s.recv(1 << 16)
                    head, _, rest = head.partition(b"\r\n\r\n")
                    digest, got = hashlib.sha256(rest), len(rest)
                    while got < size:
                        data = s.recv(1 << 20)
                        digest.update(data)
                        got += len(data)
                    feeder.join()
                self.assertIn(sent.encode(), head)
                self.assertEqual(digest.hexdigest(), sent)
                print(f"\nitem 16: {size >> 20} MiB streamed both ways over {path}: same bytes, {proxy.memory('VmHWM'):.0f} MB at most")
                if not SANITIZED:
                    self.assertLess(proxy.memory("VmHWM"), 48)


if __name__ == "__main__":
    fixture.main()
