#!/usr/bin/env python3
"""process_test.py --binary build/test/headroom: the proxy as a process, in front of providers that speak TLS on loopback.

A certificate nobody vouches for and one for another name must each end in upstream_tls_error, with nothing
sent; one that --ca-bundle vouches for is accepted. Also here: signals, a busy port, an address beyond loopback without a token.
Needs openssl; nothing but the standard library.
"""
import argparse
import http.client
import http.server
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BINARY = "build/test/headroom"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.server.seen.append(self.rfile.read(int(self.headers["content-length"])))
        body = b'{"ok":true}'
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Provider(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # handshakes that the client breaks off

    def __init__(self, certificate, key):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Processes(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp())
        self.processes = []

    def tearDown(self):
        for p in self.processes:
            if p.poll() is None:
                p.terminate()
            p.wait(timeout=20)
            p.stderr.close()
        subprocess.run(["rm", "-rf", str(self.home)], check=True)

    def environment(self):
        kept = {k: v for k, v in os.environ.items() if not k.upper().endswith("_PROXY") and not k.startswith("HEADROOM_")}
        return {**kept, "HEADROOM_CONFIG_DIR": str(self.home), "HEADROOM_WORKSPACE_DIR": str(self.home)}

    def proxy(self, *arguments):
        p = subprocess.Popen([BINARY, "proxy", "--port", "0", *arguments], stderr=subprocess.PIPE, text=True, env=self.environment())
        self.processes.append(p)
        port = int(re.search(r"http://127\.0\.0\.1:(\d+)", p.stderr.readline()).group(1))
        threading.Thread(target=p.stderr.read, daemon=True).start()
        return p, port

    def post(self, port, path="/v1/messages"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("POST", path, '{"model":"m","messages":[]}', {"x-api-key": "k", "content-type": "application/json"})
        reply = connection.getresponse()
        body = reply.read()
        connection.close()
        return reply.status, reply.headers.get("x-headroom-error"), body

    def certificate(self, name, days):
        key, file = self.home / f"{name}.key", self.home / f"{name}.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(file), "-days", str(days),
                "-subj", f"/CN={name}", "-addext", f"subjectAltName={'IP' if name[0].isdigit() else 'DNS'}:{name}")
        return file, key

    def test_certificates(self):
        good, good_key = self.certificate("127.0.0.1", 2)
        other, other_key = self.certificate("elsewhere.example", 2)
        for file, key, bundle, accepted in ((good, good_key, None, False), (other, other_key, other, False), (good, good_key, good, True)):
            provider = Provider(file, key)
            url = f"https://127.0.0.1:{provider.server_address[1]}"
            more = ["--ca-bundle", str(bundle)] if bundle else []
            _, port = self.proxy("--anthropic-api-url", url, "--retry-max-attempts", "1", *more)
            for _ in range(3):
                status, error, _ = self.post(port)
                self.assertEqual((status, error), (200, None) if accepted else (502, "upstream_tls_error"))
            self.assertEqual(len(provider.seen), 3 if accepted else 0)
            provider.shutdown()
            provider.server_close()

    def test_signals(self):
        process, port = self.proxy()
        (self.home / "config.toml").write_text("mode = \"sideways\"\n")
        process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/readyz")
        ready = json.loads(connection.getresponse().read())
        self.assertEqual((ready["status"], ready["reasons"]), ("degraded", ["reload_refused"]))
        (self.home / "config.toml").write_text("mode = \"off\"\n")
        process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        connection.request("GET", "/health")
        health = json.loads(connection.getresponse().read())
        self.assertEqual((health["status"], health["config"]["optimize"]), ("healthy", False))
        connection.close()
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=10), 0)
        self.assertLess(time.monotonic() - began, 5)

    def test_what_does_not_start(self):
        _, port = self.proxy()
        for arguments, status, words in (
                (["--port", str(port)], 3, "in use"), (["--port", "70000"], 2, "whole number"), (["--mode", "x"], 2, "optimize"),
                (["--anthropic-api-url", "ftp://x"], 2, "address"), (["--prot", "1"], 2, "did you mean --port"),
                (["--config", "/nonexistent.toml", "--port", "0"], 3, "nonexistent")):
            p = subprocess.run([BINARY, "proxy", *arguments], capture_output=True, text=True, env=self.environment(), timeout=20, check=False)
            self.assertEqual(p.returncode, status, p.stderr)
            self.assertIn(words, p.stderr)
            self.assertEqual(p.stdout, "")

    def test_tokens(self):
        def token(*arguments, status=0):
            p = subprocess.run([BINARY, "token", *arguments], capture_output=True, text=True, env=self.environment(), timeout=20, check=False)
            self.assertEqual(p.returncode, status, p.stderr)
            return p.stdout.strip()
        made = token("add", "gateway", "--rights", "data,read", "--workspace", "team")
        self.assertRegex(made, r"^hrt_[0-9a-f]{64}$")
        self.assertNotIn(made, (self.home / "tokens.json").read_text())
        self.assertEqual((self.home / "tokens.json").stat().st_mode & 0o777, 0o600)
        _, port = self.proxy("--require-token")
        self.assertEqual((self.home / "token").stat().st_mode & 0o777, 0o600)
        for text, expected in ((made, 200), ((self.home / "token").read_text().strip(), 200), ("hrt_" + "0" * 64, 401), (None, 401)):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            # A cookie makes it a browser's: then only the token counts.
            connection.request("GET", "/stats", headers={"cookie": "a=b", **({"x-headroom-proxy-token": text} if text else {})})
            self.assertEqual(connection.getresponse().status, expected, text)
            connection.close()
        token("remove", "gateway")
        token("remove", "gateway", status=1)
        self.assertEqual(token("list"), "")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=BINARY)
    options, rest = parser.parse_known_args()
    BINARY = options.binary
    unittest.main(argv=[sys.argv[0], *rest])
