#!/usr/bin/env python3
"""home_test.py --binary build/test/headroom [--full]: the proxy dials nobody but its upstream, writes nothing in clear, and goes to no
address that a name or a redirect would lead it to.

Runs itself again in namespaces of its own (unshare: as root, or with user namespaces): there, all interfaces are listened on, so every
packet that leaves the process is seen, DNS and metadata addresses included. Where no namespace can be had the tests are skipped.
"""
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import fixture  # noqa: E402
from fixture import KEYS, STREAM, Provider, Proxy, chunk, conversation, reply  # noqa: E402

FULL = fixture.FULL
INSIDE = "HEADROOM_TEST_NAMESPACE"
SECRETS = {"key": "sk-ant-planted-1f3a9c77", "bearer": "planted-bearer-77aa20", "content": "planted-content-zebra-4471",
           "answer": "planted-answer-heron-9082", "path": "planted-path-lynx-5530", "query": "planted-query-otter-2218"}


class Packets:
    """Every packet on every interface: loopback's by where their connections go, the others whole."""

    def __init__(self):
        self.dialled, self.others = set(), []
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.settimeout(0.2)
        self.over = False
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()
        # It sees what it must: one packet of our own to where names would be asked for.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"seen?", ("192.0.2.53", 53))
        end = time.monotonic() + 5
        while not self.others and time.monotonic() < end:
            time.sleep(0.01)
        assert self.others, "packets that leave are not seen here"
        self.others.clear()

    def listen(self):
        while not self.over:
            try:
                packet, address = self.socket.recvfrom(1 << 16)
            except TimeoutError:
                continue
            ip = packet[14:]
            if address[1] in (0x0800, 0x86DD) and address[0] == "lo":
                version = ip[0] >> 4
                header, protocol = (ip[0] % 16 * 4, ip[9]) if version == 4 else (40, ip[6])
                to = socket.inet_ntoa(ip[16:20]) if version == 4 else socket.inet_ntop(socket.AF_INET6, ip[24:40])
                segment = ip[header:]
                if protocol == 6 and segment[13] & 0x12 == 2:  # a connection's first packet
                    self.dialled.add((to, int.from_bytes(segment[2:4], "big")))
                elif protocol not in (6, 1, 58):
                    self.others.append((address[0], to, protocol, bytes(segment[:60])))
            elif address[0] != "lo":
                self.others.append((address[0], hex(address[1]), ip[:80].hex()))

    def stop(self):
        time.sleep(0.3)
        self.over = True
        self.thread.join()
        self.socket.close()


def serve(request, send):
    if request.get("x-redirect"):
        return send(reply("", 302, extra=f"location: {request.get('x-redirect')}\r\n"))
    if request.get("x-status"):
        return send(reply('{"error":{"message":"busy"}}', int(request.get("x-status"))))
    text = SECRETS["answer"]
    if b'"stream": true' in request.body:
        send(STREAM)
        events = [{"type": "message_start", "message": {"id": "m", "usage": {"input_tokens": 50, "output_tokens": 1}}},
                  {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
                  {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 9}}, {"type": "message_stop"}]
        for e in events:
            send(chunk(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode()))
        return send(b"0\r\n\r\n")
    return send(reply(json.dumps({"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [{"type": "text", "text": text}],
                                  "stop_reason": "end_turn", "usage": {"input_tokens": 50, "output_tokens": 9}})))


@unittest.skipUnless(os.environ.get(INSIDE), "in a namespace of its own")
class StaysHome(unittest.TestCase):
    def test_packets_and_secrets(self):
        """Item 19."""
        seconds = 600 if FULL else 8
        chance = random.Random(19)
        packets = Packets()
        headers = {"x-api-key": SECRETS["key"], "authorization": "Bearer " + SECRETS["bearer"], "content-type": "application/json",
                   "anthropic-version": "2023-06-01", "x-headroom-project": "p"}
        kinds = dict.fromkeys(("rewritten", "stream", "status", "relayed", "own", "refused", "gone"), 0)
        with Provider(serve, keep=False) as provider, Proxy(provider.url) as proxy:
            home, end, t = proxy.home, time.monotonic() + seconds, 0
            while time.monotonic() < end:
                t += 1
                kind = chance.choice(list(kinds))
                kinds[kind] += 1
                body = conversation(t % 50, 1 + t % 7, stream=kind == "stream")
                body["messages"][0]["content"] += f" {SECRETS['content']}"
                body["messages"][-1]["content"][0]["content"] += SECRETS["content"]
                if kind in ("rewritten", "stream"):
                    self.assertEqual(proxy.ask("POST", f"/v1/messages?x={SECRETS['query']}", body, headers)[0], 200)
                elif kind == "status":
                    self.assertEqual(proxy.ask("POST", "/v1/messages", body, {**headers, "x-status": "529"})[0], 529)
                elif kind == "relayed":
                    proxy.ask("POST", f"/v1/{SECRETS['path']}?x={SECRETS['query']}", body, headers)
                elif kind == "own":
                    config = {"mode": "ccr", "session_id": SECRETS["query"]}
                    got = json.loads(proxy.ask("POST", "/v1/compress", {"model": "m", "messages": body["messages"], "config": config}, headers)[2])
                    for handle in got["ccr_hashes"]:
                        proxy.ask("GET", f"/v1/retrieve/{handle}?query={SECRETS['query']}", headers=headers)
                    for path in ("/stats", "/metrics", "/transformations/feed", "/stats-history", "/v1/retrieve/stats", "/debug/memory"):
                        text = proxy.ask("GET", path, headers=headers)[2].decode()
                        for name, secret in SECRETS.items():
                            if (path, name) != ("/v1/retrieve/stats", "query"):
                                self.assertNotIn(secret, text, path)
                elif kind == "refused":
                    for target in ("http://169.254.169.254/latest", "https://metadata.google.internal", "https://10.1.2.3", f"https://u:{SECRETS['key']}@x.org"):
                        self.assertEqual(proxy.ask("POST", "/v1/messages", body, {**headers, "x-headroom-base-url": target})[0], 400)
                    status, answer, _ = proxy.ask("GET", "/v1/models", headers={**headers, "x-redirect": "http://169.254.169.254/latest"})
                    self.assertEqual((status, answer["location"]), (302, "http://169.254.169.254/latest"))
                else:
                    with proxy.connect() as s:
                        s.sendall(b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-api-key: " + SECRETS["key"].encode() + b"\r\ncontent-le")
            proxy.process.send_signal(1)
            self.assertEqual(proxy.stop(), 0)
            port = provider.port
            packets.stop()
            said = "".join(proxy.said)
            files = [f for f in home.rglob("*") if f.is_file()]
            for name, secret in SECRETS.items():
                self.assertNotIn(secret, said)
                for f in files:
                    self.assertNotIn(secret.encode(), f.read_bytes(), f"{name} stands in {f.relative_to(home)}")
            print(f"\nitem 19: {seconds} s, {sum(kinds.values())} requests {kinds}; {provider.count} reached the provider; dialled: "
                  f"{sorted(packets.dialled)}; other packets: {len(packets.others)}; {len(files)} files, {sum(f.stat().st_size for f in files)} bytes, no secret")
            self.assertEqual(packets.dialled - {("127.0.0.1", port), ("127.0.0.1", proxy.port)}, set())
            self.assertEqual(packets.others, [])
            self.assertTrue(any("log" in str(f) for f in files) and any(f.suffix in (".db", ".sqlite", ".sqlite3") for f in files), files)

    def test_names_that_lead_inside(self):
        """Item 18: a provider's name that resolves to this machine, to metadata or to a private network is not connected to."""
        private = ["127.0.0.1", "::1", "169.254.169.254", "10.0.0.1", "fd00::1", "::ffff:127.0.0.1", "100.64.0.1", "0.0.0.0", "192.168.0.1"]
        packets = Packets()
        with Provider(serve, keep=False) as provider, Proxy(provider.url, "--retry-max-attempts", "1") as proxy:
            for address in private:
                pathlib.Path("/etc/hosts").write_text(f"{address} api.openai.com\n")
                for path in ("/v1/messages", "/v1/chat/completions", "/v1/models", "/any"):
                    status, headers, _ = proxy.ask("POST", path, {"model": "m", "messages": []}, {**KEYS, "x-headroom-base-url": "https://api.openai.com"})
                    self.assertEqual((status, headers["x-headroom-error"]), (400, "upstream_not_allowed"), (address, path))
            # One address of several is enough.
            pathlib.Path("/etc/hosts").write_text("198.41.0.4 api.openai.com\n127.0.0.1 api.openai.com\n")
            status, headers, _ = proxy.ask("POST", "/v1/messages", {"model": "m", "messages": []}, {**KEYS, "x-headroom-base-url": "https://api.openai.com"})
            self.assertEqual(status, 400)
            self.assertEqual(provider.count, 0)
            packets.stop()
            print(f"\nitem 18: {len(private)} addresses behind a provider's name, on 4 routes: 400; dialled: {sorted(packets.dialled)}")
            self.assertEqual(packets.dialled, {("127.0.0.1", proxy.port)})
            self.assertEqual(packets.others, [])


class Namespaces(unittest.TestCase):
    @unittest.skipIf(os.environ.get(INSIDE), "inside already")
    def test_in_namespaces(self):
        """All above, in a network of their own (loopback is the way to everywhere) and with a name table of their own."""
        if not shutil.which("unshare") or subprocess.run(["unshare", "-n", "-m", "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no namespaces here")
        if not shutil.which("ip"):
            self.skipTest("no ip (package iproute2) to set a network up with")
        with tempfile.TemporaryDirectory() as folder:
            hosts = pathlib.Path(folder) / "hosts"
            hosts.write_text("")
            resolver = pathlib.Path(folder) / "resolv.conf"
            resolver.write_text("nameserver 192.0.2.53\n")
            script = ("ip link set lo up && ip route add default dev lo src 127.0.0.1 && mount --bind \"$1\" /etc/hosts && mount --bind \"$2\" /etc/resolv.conf && shift 2 && exec \"$@\"")
            more = ["--full"] if FULL else []
            done = subprocess.run(["unshare", "-n", "-m", "sh", "-c", script, "sh", str(hosts), str(resolver), sys.executable, __file__, "--binary",
                                   fixture.BINARY, *more, "StaysHome"], env={**os.environ, INSIDE: "1"}, capture_output=True, text=True, check=False, timeout=900)
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Ran 2 tests", done.stderr)
        self.assertNotIn("skipped", done.stderr)


if __name__ == "__main__":
    fixture.main()
