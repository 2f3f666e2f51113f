#!/usr/bin/env python3
"""gate_test.py --binary build/test/headroom: who gets what. Rows x tokens x Host x Origin, over HTTP, WebSocket handshakes and a Unix socket; another
user of the machine; a page whose name was bound to this address. Item 17 of docs/acceptance/proxy.md.

The expected answer of every combination is computed by `expected`, the gate's rules in ten lines, beside the real one.
"""
import itertools
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import fixture  # noqa: E402
from fixture import Provider, Proxy, reply  # noqa: E402

# Method, path, right.
ROUTES = [("GET", "/livez", "open"), ("GET", "/readyz", "open"), ("GET", "/health", "open"), ("POST", "/v1/messages", "data"), ("POST", "/v1/chat/completions", "data"),
          ("GET", "/v1/models", "data"), ("POST", "/v1/compress", "data"), ("POST", "/v1/usage", "data"), ("GET", "/v1/retrieve/123456789012", "content"),
          ("POST", "/v1/retrieve/tool_call", "content"), ("GET", "/v1/retrieve/stats", "content"), ("GET", "/stats", "read"), ("GET", "/metrics", "read"),
          ("GET", "/debug/memory", "read"), ("GET", "/transformations/feed", "read"), ("GET", "/stats-history", "read"), ("POST", "/cache/clear", "admin"),
          ("POST", "/stats/reset", "admin"), ("POST", "/admin/reload", "admin"), ("PATCH", "/anything/else", "data")]
HOSTS = {"127.0.0.1": True, "localhost": True, "127.8.9.1:1": True, "[::1]": True, "evil.example": False, "localhost.evil.example": False, "192.168.1.5": False}
ORIGINS = {None: True, "same": True, "https://evil.example": False, "null": False, "http://localhost:1": False}


def expected(right, rights, host, origin, strict):
    """Of a browser, for which only its token speaks: the status, or None: past the gate."""
    if not HOSTS[host] or not ORIGINS[origin]:
        return 403
    if right == "open" or right in rights:
        return None
    return None if right == "data" and not strict and not rights else 401  # data is free on loopback, for addresses set by hand


NOBODY = frozenset()


class Gate(unittest.TestCase):
    def tokens(self, home):
        environment = {**os.environ, "HEADROOM_CONFIG_DIR": home, "HEADROOM_WORKSPACE_DIR": home}
        made = {}
        for rights in ("data", "data,content", "read", "data,content,read,admin"):
            made[frozenset(rights.split(","))] = subprocess.run([fixture.BINARY, "token", "add", rights.replace(",", "-"), "--rights", rights], capture_output=True,
                                                                text=True, check=True, env=environment).stdout.strip()
        return made

    @staticmethod
    def exchange(s, method, path, fields):
        body = b'{"model":"m","messages":[]}' if method != "GET" else b""
        s.sendall(f"{method} {path} HTTP/1.1\r\n{fields}x-api-key: k\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body)
        data = b""
        while piece := s.recv(1 << 16):
            data += piece
        return int(data.split(b" ", 2)[1]), data

    def test_matrix(self):
        with tempfile.TemporaryDirectory() as home, Provider(lambda r, send: send(reply("{}"))) as provider:
            tokens = {NOBODY: None, **self.tokens(home)}
            wrong = "hrt_" + "0" * 64
            checks = past = 0
            for strict in (False, True):
                # As root this test's own user is known by its socket; a browser's mark takes that away.
                with Proxy(provider.url, *(["--require-token"] if strict else []), home=home) as proxy:
                    ours = f"http://127.0.0.1:{proxy.port}"
                    for (method, path, right), (rights, token), host, origin in itertools.product(ROUTES, tokens.items(), HOSTS, ORIGINS):
                        if origin == "same" and host != "127.0.0.1":
                            continue
                        if not HOSTS[host] and ORIGINS[origin] and path not in ("/livez", "/v1/messages", "/stats"):
                            continue  # refused before the route: three will do
                        for way in ("x-headroom-proxy-token", "authorization", "/k/") if token and HOSTS[host] and origin is None else ("x-headroom-proxy-token",):
                            where = f"/k/{token}{path}" if way == "/k/" else path
                            fields = f"Host: {host if host != '127.0.0.1' else f'127.0.0.1:{proxy.port}'}\r\n"
                            # A cookie makes it a browser, so that this process's own user does not count.
                            fields += "cookie: a=b\r\n"
                            if origin is not None:
                                fields += f"Origin: {ours if origin == 'same' else origin}\r\n"
                            if token and way != "/k/":
                                fields += f"{way}: {'Bearer ' if way == 'authorization' else ''}{token}\r\n"
                            with proxy.connect() as s:
                                status, data = self.exchange(s, method, where, fields)
                            want = expected(right, rights, host, origin, strict)
                            said = re.search(rb"x-headroom-error: (\w+)", data)
                            self.assertEqual(status if want else (said.group(1) if said and status in (401, 403) else None), want, (method, where, fields, strict, data[:300]))
                            checks += 1
                            past += want is None
                    # What is not one of ours, a cut one and an empty one are nobody's.
                    for token in (wrong, tokens[frozenset(["read"])][:-1], tokens[frozenset(["read"])] + "0", "", "hrt_"):
                        with proxy.connect() as s:
                            self.assertEqual(self.exchange(s, "GET", "/stats", f"Host: localhost\r\ncookie: a=b\r\nx-headroom-proxy-token: {token}\r\n")[0], 401)
            seen = "".join(r.head.decode() for r in provider.requests)
            self.assertFalse([t for t in tokens.values() if t and t in seen], "a token of ours went to the provider")
        print(f"\nitem 17: {checks} combinations of route, token, host and origin as the rules say; {past} past the gate")

    # A program of this user without a token is known by its socket; a page is not, whoever runs its browser.
    MARKS = [("", True), ("user-agent: curl/8.5.0\r\n", True), ("sec-fetch-mode: cors\r\naccept-language: *\r\nuser-agent: node\r\n", True),
             ("sec-fetch-mode: websocket\r\n", True), ("sec-fetch-mode: cors\r\ncookie: a=b\r\n", False), ("sec-fetch-mode: no-cors\r\n", False),
             ("sec-fetch-mode: navigate\r\n", False), ("sec-fetch-mode: cors\r\nsec-fetch-dest: empty\r\n", False),
             ("sec-fetch-mode: cors\r\nsec-fetch-site: same-origin\r\nsec-fetch-dest: empty\r\n", False),
             ("sec-fetch-site: none\r\nsec-fetch-mode: navigate\r\nsec-fetch-dest: document\r\n", False)]
    # Those of another site get nothing at all.
    FOREIGN = ["sec-fetch-mode: no-cors\r\nsec-fetch-site: cross-site\r\nsec-fetch-dest: image\r\n", "sec-fetch-mode: cors\r\norigin: https://evil.example\r\n",
               "sec-fetch-mode: websocket\r\norigin: https://evil.example\r\n", "sec-fetch-mode: cors\r\norigin: null\r\n"]

    def test_browsers(self):
        with Provider(lambda r, send: send(reply("{}"))) as provider, Proxy(provider.url) as proxy:
            checks = 0
            for method, path, right in ROUTES:
                for marks, known in self.MARKS:
                    with proxy.connect() as s:
                        status, data = self.exchange(s, method, path, "Host: localhost\r\n" + marks)
                    self.assertEqual(status == 401, not known and right not in ("open", "data"), (method, path, marks, data[:200]))
                    checks += 1
                before = provider.count
                for marks in self.FOREIGN:
                    with proxy.connect() as s:
                        self.assertEqual(self.exchange(s, method, path, "Host: localhost\r\n" + marks)[0], 403, (method, path, marks))
                    checks += 1
                self.assertEqual(provider.count, before)
        print(f"\nitem 17: {checks} requests with and without a browser's marks")

    @unittest.skipUnless(shutil.which("node"), "needs Node.js")
    def test_node(self):
        """Its fetch says `sec-fetch-mode: cors`, and is a program of this user all the same."""
        script = ("const [url] = process.argv.slice(1); const seen = [];"
                  "for (const [m, p] of [['GET', '/stats'], ['GET', '/metrics'], ['GET', '/v1/retrieve/stats'], ['POST', '/cache/clear']])"
                  " seen.push((await fetch(url + p, { method: m })).status);"
                  "seen.push((await fetch(url + '/stats', { headers: { origin: 'https://evil.example' } })).status);"
                  "seen.push((await fetch(url + '/stats', { headers: { cookie: 'a=b' } })).status);"
                  "console.log(JSON.stringify(seen))")
        with Provider(lambda r, send: send(reply("{}"))) as provider, Proxy(provider.url) as proxy:
            ran = subprocess.run(["node", "--input-type=module", "-e", script, proxy.url], capture_output=True, text=True, check=True, timeout=60)
            self.assertEqual(ran.stdout.strip(), "[200,200,200,200,403,401]", ran.stderr)

    def test_upgrades(self):
        """The gate comes before an upgrade: the provider hears nothing of a refused one."""
        with Provider(lambda r, send: send(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n") and False) as provider, \
                Proxy(provider.url, "--require-token") as proxy:
            upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nauthorization: Bearer sk-x\r\n"
            for path in ("/v1/responses", "/backend-api/codex/responses", "/anything"):
                for fields, want in (("Host: evil.example\r\n", 403), ("Host: localhost\r\nOrigin: https://evil.example\r\n", 403), ("Host: localhost\r\nOrigin: null\r\n", 403),
                                     ("Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", 403), ("Host: localhost\r\ncookie: a=b\r\n", 401)):
                    with proxy.connect() as s:
                        s.sendall(f"GET {path} HTTP/1.1\r\n{fields}{upgrade}\r\n".encode())
                        self.assertIn(f"HTTP/1.1 {want}".encode(), s.recv(4096), (path, fields))
            self.assertEqual(provider.count, 0)
            token = (proxy.home / "token").read_text().strip()
            with proxy.connect() as s:
                s.sendall(f"GET /v1/responses HTTP/1.1\r\nHost: localhost\r\ncookie: a=b\r\nx-headroom-proxy-token: {token}\r\n{upgrade}\r\n".encode())
                self.assertIn(b"HTTP/1.1 101", s.recv(4096))
            self.assertEqual(provider.count, 1)

    def test_unix_socket(self):
        with Provider(lambda r, send: send(reply("{}"))) as provider, tempfile.TemporaryDirectory() as home:
            path = pathlib.Path(home) / "s" / "proxy.sock"
            environment = {**{k: v for k, v in os.environ.items() if not k.startswith("HEADROOM_")}, "HEADROOM_CONFIG_DIR": home, "HEADROOM_WORKSPACE_DIR": home}
            process = subprocess.Popen([fixture.BINARY, "proxy", "--uds", str(path), "--anthropic-api-url", provider.url], stderr=subprocess.DEVNULL, env=environment)
            try:
                for _ in range(200):
                    if path.exists():
                        break
                    time.sleep(0.02)
                self.assertEqual(path.parent.stat().st_mode & 0o777, 0o700)
                for method, target, right in ROUTES:
                    with socket.socket(socket.AF_UNIX) as s:
                        s.connect(str(path))
                        status, data = self.exchange(s, method, target, "Host: localhost\r\n")
                    self.assertNotIn(status, (401, 403), (target, right, data[:200]))  # the kernel says that it is our own user
                    with socket.socket(socket.AF_UNIX) as s:
                        s.connect(str(path))
                        self.assertEqual(self.exchange(s, method, target, "Host: evil.example\r\n")[0], 403)
            finally:
                process.terminate()
                self.assertEqual(process.wait(30), 0)

    @unittest.skipUnless(os.geteuid() == 0, "needs another user: as root")
    def test_another_user(self):
        """A process of another user gets nothing but what is open or free on loopback; its own user's all."""
        script = ("import os,sys,socket\nos.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
                  "for line in sys.stdin:\n m,p=line.split()\n s=socket.socket(); s.connect(('127.0.0.1',int(sys.argv[1])))\n"
                  " b=b'{\"model\":\"m\",\"messages\":[]}' if m!='GET' else b''\n"
                  " s.sendall(f'{m} {p} HTTP/1.1\\r\\nHost: localhost\\r\\nx-api-key: k\\r\\ncontent-length: {len(b)}\\r\\nconnection: close\\r\\n\\r\\n'.encode()+b)\n"
                  " d=b''\n while (x:=s.recv(65536)): d+=x\n print(int(d.split()[1]))\n")
        with Provider(lambda r, send: send(reply("{}"))) as provider, Proxy(provider.url) as proxy:
            asked = "".join(f"{m} {p}\n" for m, p, _ in ROUTES)
            other = subprocess.run([sys.executable, "-S", "-c", script, str(proxy.port)], input=asked, capture_output=True, text=True, check=False)
            if other.returncode != 0 and "Permission" in other.stderr:
                self.skipTest("the interpreter is not readable for others")
            self.assertEqual(other.returncode, 0, other.stderr)
            for (method, path, right), status in zip(ROUTES, map(int, other.stdout.split())):
                self.assertEqual(status == 401, right not in ("open", "data"), (method, path, status))
                own = proxy.ask(method, path, b'{"model":"m","messages":[]}' if method != "GET" else None, {"x-api-key": "k"})[0]
                self.assertNotIn(own, (401, 403), path)

    def test_rebinding(self):
        """A page under a name that now leads here: its requests carry that name, and get nothing, whatever they ask."""
        with Provider(lambda r, send: send(reply("{}"))) as provider, Proxy(provider.url) as proxy:
            for method, path, _ in ROUTES:
                for fields in (f"Host: attacker.example:{proxy.port}\r\n", f"Host: attacker.example:{proxy.port}\r\nOrigin: http://attacker.example:{proxy.port}\r\nSec-Fetch-Site: same-origin\r\n"):
                    with proxy.connect() as s:
                        status, data = self.exchange(s, method, path, fields)
                    self.assertEqual(status, 403)
                    self.assertNotIn(b"access-control-allow-origin", data.lower())
            self.assertEqual(provider.count, 0)


if __name__ == "__main__":
    fixture.main()
