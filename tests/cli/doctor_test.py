#!/usr/bin/env python3
"""doctor_test.py --binary PATH - headroom doctor finds what is wrong, says what to do, and changes nothing.

Every fault is made by hand, on loopback; with --online a provider with a certificate of ours stands in. Needs openssl.
"""
import argparse
import contextlib
import http.server
import json
import os
import pathlib
import random
import re
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

BINARY = "build/test/headroom"
DICE = random.Random(1)
ROWS = json.dumps([{"id": i, "service": DICE.choice(["auth", "cart", "mail"]), "message": f"request served in {DICE.randint(10, 99)} ms"}
                   for i in range(300)], indent=2)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Head(http.server.BaseHTTPRequestHandler):
    date = None

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return self.date or super().date_time_string(timestamp)

    def do_HEAD(self):
        self.server.seen.append((self.path, dict(self.headers)))
        self.send_response(404)
        self.send_header("content-length", "0")
        self.end_headers()


class Doctor(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.home = pathlib.Path(self.folder.name)
        self.data = self.home / "w"
        self.port = free_port()
        self.environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "HEADROOM_WORKSPACE_DIR": str(self.data),
                            "HEADROOM_CONFIG_DIR": str(self.home / "c")}

    def tearDown(self):
        for path in (self.data, self.home / "c"):
            if path.exists() and not path.is_symlink():
                path.chmod(0o700)
        self.folder.cleanup()

    def run_it(self, *arguments, stdin=None, **environment):
        return subprocess.run([BINARY, *arguments], input=stdin, capture_output=True, text=True, timeout=120, check=False,
                              env={**self.environment, **environment})

    def doctor(self, *arguments, expect=None, **environment):
        """findings other than ok, as {check: [(level, what, advice)]}"""
        p = self.run_it("doctor", "--json", "--port", str(self.port), *arguments, **environment)
        answer = json.loads(p.stdout)
        levels = {f["level"] for f in answer["findings"]}
        status = 2 if "fail" in levels else 1 if "warn" in levels else 0
        self.assertEqual(p.returncode, status, p.stdout)
        self.assertEqual(answer["status"], ["healthy", "warnings", "failures"][status])
        if expect is not None:
            self.assertEqual(status, expect, p.stdout)
        found = {}
        for f in answer["findings"]:
            if f["level"] in ("warn", "fail"):
                self.assertTrue(f.get("advice"), f"{f['check']}: no advice for {f['what']}")
            if f["level"] != "ok":
                found.setdefault(f["check"], []).append((f["level"], f["what"], f.get("advice", "")))
        return found

    def only(self, found, check, level, words, advice=""):
        bad = {c: v for c, v in found.items() if any(l != "note" for l, _, _ in v)}
        self.assertEqual(list(bad), [check], found)
        self.assertEqual(bad[check][0][0], level)
        self.assertIn(words, bad[check][0][1])
        self.assertIn(advice, bad[check][0][2])

    def fill(self):
        p = self.run_it("compress", "--retrieval", "tool", "--json", "-", stdin=ROWS)
        self.assertEqual(p.returncode, 0, p.stderr)
        self.assertTrue(json.loads(p.stdout)["markers"])

    def tree(self):
        return {str(p): (p.lstat().st_mode, p.read_bytes() if p.is_file() and not p.name.endswith("-shm") else b"")
                for p in sorted(self.home.rglob("*")) if not p.name.endswith("-shm")}

    def test_a_fresh_home_is_healthy_and_stays_fresh(self):
        self.assertEqual(list(self.doctor(expect=0)), ["clients"])
        self.assertEqual(list(self.home.iterdir()), [])
        text = self.run_it("doctor", "--port", str(self.port))
        self.assertEqual((text.returncode, text.stderr), (0, ""))
        self.assertTrue(text.stdout.endswith("\nhealthy\n"), text.stdout)
        self.assertEqual(self.run_it("doctor", "--prot", "1").returncode, 2)

    def test_a_store_in_use_is_healthy_and_unchanged(self):
        self.fill()
        before = self.tree()
        self.doctor(expect=0)
        self.assertEqual(self.tree(), before)

    def test_rights(self):
        self.fill()
        for path, mode, check, level, advice in ((self.data, 0o755, "directories", "warn", "chmod 700"),
                                                 (self.data / "workspace.key", 0o644, "key", "fail", "chmod 600")):
            kept = path.stat().st_mode & 0o777
            path.chmod(mode)
            self.only(self.doctor(), check, level, oct(mode)[2:], advice)
            self.assertEqual(path.stat().st_mode & 0o777, mode)
            path.chmod(kept)
        (self.data / "token").write_text("hrt_" + "0" * 64)
        (self.data / "token").chmod(0o640)
        self.only(self.doctor(), "tokens", "fail", "0640", "chmod 600")

    def test_what_is_no_directory(self):
        self.data.symlink_to(self.home)
        self.only(self.doctor(), "directories", "fail", "symbolic link")

    def test_the_key(self):
        self.fill()
        key = self.data / "workspace.key"
        bytes_ = key.read_bytes()
        key.write_bytes(bytes_[:31])
        self.only(self.doctor(), "key", "fail", "32 bytes", "restore")
        key.write_bytes(bytes(32))
        self.only(self.doctor(), "store", "fail", "another key", "restore")
        key.unlink()
        self.only(self.doctor(), "key", "fail", "gone", "restore")
        self.assertFalse(key.exists())
        self.doctor(expect=0, HEADROOM_MASTER_KEY=bytes_.hex())

    def test_a_damaged_store(self):
        self.fill()
        file = self.data / "originals.db"
        with contextlib.closing(sqlite3.connect(file)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        bytes_ = bytearray(file.read_bytes())
        bytes_[4096:12288] = b"\x5a" * 8192
        file.write_bytes(bytes_)
        self.only(self.doctor(), "store", "fail", "damaged", "puts it aside")
        self.assertEqual(file.read_bytes(), bytes_)
        file.write_bytes(b"no database at all, " * 500)
        self.only(self.doctor(), "store", "fail", "damaged")

    def test_the_configuration(self):
        (self.home / "c").mkdir(mode=0o700)
        file = self.home / "c/config.toml"
        file.write_text("mode = \"sideways\"\n")
        self.only(self.doctor(), "configuration", "fail", "line 1: mode")
        file.write_text("min_lossy = 300\n")
        file.chmod(0o666)
        self.only(self.doctor(), "configuration", "warn", "0666", "chmod 600")

    @contextlib.contextmanager
    def proxy(self, *arguments):
        p = subprocess.Popen([BINARY, "proxy", "--port", str(self.port), *arguments], stderr=subprocess.PIPE, text=True,
                             env=self.environment)
        try:
            self.assertIn("listens on", p.stderr.readline())
            yield p
        finally:
            p.terminate()
            p.wait(timeout=20)
            p.stderr.close()

    def test_ports_and_clients(self):
        ours = f"http://127.0.0.1:{self.port}"
        self.only(self.doctor(ANTHROPIC_BASE_URL=ours), "clients", "warn", "no proxy runs there", "headroom proxy")
        with self.proxy() as p:
            text = self.run_it("doctor", "--port", str(self.port)).stdout
            self.assertIn(f"a proxy answers at {ours} (process {p.pid})", text)
            good = {"ANTHROPIC_BASE_URL": ours, "OPENAI_BASE_URL": f"http://localhost:{self.port}/k/s3cret-token/v1/"}
            self.assertEqual(self.doctor(expect=0, **good), {})
            for name, value, words in (("ANTHROPIC_BASE_URL", ours + "/v1", "/v1 there itself"), ("OPENAI_BASE_URL", ours, "end in /v1"),
                                       ("OPENAI_BASE_URL", f"https://127.0.0.1:{self.port}/v1", "speaks http"),
                                       ("OPENAI_BASE_URL", "127.0.0.1", "no address"),
                                       ("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{free_port()}", "nothing answers")):
                self.only(self.doctor(**{name: value}), "clients", "warn", words, "export " + name + "=" + ours)
            found = self.doctor(expect=0, OPENAI_BASE_URL="https://api.example.com/v1")
            self.assertIn("not through the proxy", found["clients"][0][1])
            self.only(self.doctor(HTTP_PROXY="http://10.0.0.1:3128"), "proxies", "warn", "NO_PROXY", "127.0.0.1")
            self.doctor(expect=0, HTTP_PROXY="http://10.0.0.1:3128", NO_PROXY="localhost,127.0.0.1")
            # Claude Code's own setting wins over the shell's.
            (self.home / ".claude").mkdir()
            (self.home / ".claude/settings.json").write_text(json.dumps({"env": {"ANTHROPIC_BASE_URL": ours + "/v1"}}))
            self.only(self.doctor(**good), "clients", "warn", "settings.json: env.ANTHROPIC_BASE_URL", "wins over")
            (self.home / ".claude/settings.json").unlink()
            everything = self.run_it("doctor", "--port", str(self.port), "--json", **good)
            self.assertNotIn("s3cret", everything.stdout + everything.stderr)
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", self.port))
            other.listen()
            self.only(self.doctor(), "port", "fail", "another program", "--port")

    def test_addresses_beyond_loopback_are_not_asked(self):
        self.only(self.doctor("--host", "198.51.100.7"), "port", "fail", "cannot listen", "--host")
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.connect(("198.51.100.7", 9))  # sends nothing: says which address of ours would be used
                own = s.getsockname()[0]
        except OSError:
            self.skipTest("this machine has no address but loopback")
        with socket.socket() as other:
            other.bind((own, self.port))
            other.listen()
            self.assertIn("not asked", self.doctor("--host", own, expect=0)["port"][0][1])
            other.settimeout(0.2)
            self.assertRaises(TimeoutError, other.accept)

    def test_a_proxy_that_is_not_well(self):
        (self.home / "c").mkdir(mode=0o700)
        with self.proxy() as p:
            (self.home / "c/config.toml").write_text("mode = \"sideways\"\n")
            p.send_signal(1)
            self.assertTrue(any("not changed" in line for line in iter(p.stderr.readline, "")))  # stops at the first
            (self.home / "c/config.toml").write_text("mode = \"off\"\n")
            self.only(self.doctor(), "port", "warn", "reload_refused", "HUP")

    def test_online(self):
        key, file = self.home / "k.pem", self.home / "c.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", file, "-days", "2", "-subj",
                        "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Head)
        server.handle_error = lambda *_: None
        server.seen = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file, key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"https://127.0.0.1:{server.server_address[1]}"
        # All of them, so that nothing outside is asked.
        to = [w for p in ("anthropic", "openai", "gemini", "cloudcode", "chatgpt", "grok") for w in (f"--{p}-api-url", url)]
        self.doctor(*to, expect=0)
        self.assertEqual(server.seen, [])
        self.only(self.doctor(*to, "--online"), "upstreams", "fail", "certificate", "--ca-bundle")
        self.doctor(*to, "--online", "--ca-bundle", str(file), expect=0)
        self.assertEqual([(path, sorted(k.lower() for k in h)) for path, h in server.seen], [("/", ["connection", "host"])])
        Head.date = "Thu, 01 Jan 2026 00:00:00 GMT"
        try:
            self.only(self.doctor(*to, "--online", "--ca-bundle", str(file)), "upstreams", "warn", "the clock is", "set the clock")
        finally:
            Head.date = None
        server.shutdown()
        server.server_close()
        found = self.doctor(*to, "--online")
        self.only(found, "upstreams", "fail", "cannot be reached", "--anthropic-api-url")
        self.only(self.doctor("--openai-api-url", f"http://localhost:{self.port}"), "upstreams", "fail", "the proxy itself")

    def test_every_finding_has_a_check_of_the_table(self):
        text = self.run_it("doctor", "--port", str(self.port)).stdout
        names = re.findall(r"^(?:ok|note|warn|fail) +(\w+)", text, re.M)
        self.assertEqual(list(dict.fromkeys(names)), ["binary", "configuration", "directories", "key", "store", "tokens", "disk", "clock",
                                                      "port", "upstreams", "clients", "proxies"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=BINARY)
    options, rest = parser.parse_known_args()
    BINARY = options.binary
    unittest.main(argv=[sys.argv[0], *rest])
