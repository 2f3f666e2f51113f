#!/usr/bin/env python3
"""process_test.py --binary build/test/headroom: the proxy as a process, in front of providers that speak TLS on loopback.

A certificate nobody vouches for and one for another name must each end in upstream_tls_error, with nothing
sent; one that --ca-bundle vouches for is accepted. Also here: signals, handovers under load, a TLS listener, a Unix socket's peers, a
busy port, an address beyond loopback without a token. Needs openssl; nothing but the standard library.
"""
import argparse
import http.client
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import warnings

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


class PlainProvider(threading.Thread):
    """answers every request the same way, over raw sockets: fast enough for a thousand in a second"""
    BODY = b'{"ok":true}'

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reply = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(self.BODY), self.BODY)
        with connection:
            seen = b""
            while piece := connection.recv(65536):
                seen += piece
                while (end := seen.find(b"\r\n\r\n")) >= 0:
                    length = re.search(rb"content-length: *(\d+)", seen[:end], re.I)
                    whole = end + 4 + int(length.group(1) if length else 0)
                    if len(seen) < whole:
                        break
                    seen = seen[whole:]
                    connection.sendall(reply)


class SlowStream(PlainProvider):
    """an event each half second, for seven seconds (`EVENTS`: for fewer)"""
    EVENTS = 14

    def __init__(self, **more):
        self.__dict__.update(more)
        super().__init__()

    def talk(self, connection):
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            try:
                for n in range(self.EVENTS):
                    event = b"data: %d\n\n" % n
                    connection.sendall(b"%x\r\n%s\r\n" % (len(event), event))
                    time.sleep(0.5)
                connection.sendall(b"0\r\n\r\n")
            except OSError:
                pass  # the proxy was told to end


class Load(threading.Thread):
    """requests at a steady pace, each whole or a failure; `kept`: over connections that are used again"""
    REQUEST = (b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-api-key: k\r\ncontent-type: application/json\r\n"
               b"content-length: 27\r\n\r\n" + b'{"model":"m","messages":[]}')

    def __init__(self, port, pace, kept):
        super().__init__(daemon=True)
        self.port, self.pace, self.kept = port, pace, kept
        self.done, self.failed, self.over = 0, [], False

    def one(self, connection):
        connection.sendall(self.REQUEST)
        seen = b""
        while b"\r\n\r\n" not in seen or not seen.endswith(PlainProvider.BODY):
            piece = connection.recv(65536)
            if not piece:
                raise OSError(f"ended after {seen!r}")
            seen += piece
        if not seen.startswith(b"HTTP/1.1 200"):
            raise OSError(repr(seen))
        return b"connection: close" in seen.lower()

    def run(self):
        connection, due = None, time.monotonic()
        while not self.over:
            due += self.pace
            time.sleep(max(0, due - time.monotonic()))
            try:
                if connection is None:
                    connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self.one(connection) or not self.kept:
                    connection.close()
                    connection = None
                self.done += 1
            except OSError as error:
                self.failed.append(str(error))
                connection = None
        if connection:
            connection.close()


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

    def fifty_streams(self, drain):
        """SIGTERM while fifty streams are under way: what each got, and when the process had ended"""
        provider = SlowStream(EVENTS=6)
        process, port = self.proxy("--anthropic-api-url", f"http://127.0.0.1:{provider.port}", "--drain-seconds", str(drain))
        streams, bodies = [], []
        for _ in range(50):
            streams.append(socket.create_connection(("127.0.0.1", port), timeout=20))
            streams[-1].sendall(Load.REQUEST)
        for stream in streams:
            bodies.append(stream.recv(65536))
            while b"data: " not in bodies[-1]:
                bodies[-1] += stream.recv(65536)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        for n, stream in enumerate(streams):
            with stream:
                while piece := stream.recv(65536):
                    bodies[n] += piece
            self.assertTrue(bodies[n].endswith(b"\r\n0\r\n\r\n"), bodies[n][-100:])  # ended as HTTP ends, whatever it holds
        self.assertEqual(process.wait(timeout=20), 0)
        provider.listener.close()
        return time.monotonic() - began, bodies

    def test_fifty_streams_are_told(self):
        took, bodies = self.fifty_streams(1)
        self.assertTrue(all(body.count(b"event: error") == 1 and b"shutting_down" in body for body in bodies), bodies[0])
        self.assertLess(took, 5)
        print(f"SIGTERM with 50 streams: all told, exit 0 after {took:.1f} s", file=sys.stderr)

    def test_fifty_streams_finish(self):
        took, bodies = self.fifty_streams(60)
        for body in bodies:
            self.assertEqual(re.findall(rb"data: (\d+)", body), [b"%d" % n for n in range(6)])
            self.assertNotIn(b"event: error", body)
        self.assertLess(took, 10)
        print(f"SIGTERM with 50 streams, drain of 60 s: all finished, exit 0 after {took:.1f} s", file=sys.stderr)

    def process_at(self, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/health")
        health = json.loads(connection.getresponse().read())
        connection.close()
        return health["pid"]

    def gone(self, pid, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass
            state = pathlib.Path(f"/proc/{pid}/stat")
            if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
            time.sleep(0.05)
        return False

    def test_handover(self):
        """five new processes under load: no request fails, and each old one ends once its streams have"""
        provider = PlainProvider()
        process, port = self.proxy("--anthropic-api-url", f"http://127.0.0.1:{provider.port}", "--drain-seconds", "1")
        rate = int(os.environ.get("HEADROOM_TEST_RATE", "400"))  # a second
        load = [Load(port, 4 / rate, kept=n % 2 == 0) for n in range(4)]
        for l in load:
            l.start()
        pids, waits = [process.pid], []
        try:
            for _ in range(5):
                time.sleep(0.5)
                began = time.monotonic()
                os.kill(pids[-1], signal.SIGUSR2)
                while (pid := self.process_at(port)) == pids[-1]:
                    self.assertLess(time.monotonic() - began, 30, "no new process")
                    time.sleep(0.01)
                waits.append(time.monotonic() - began)
                pids.append(pid)
            time.sleep(0.5)
            for l in load:
                l.over = True
            for l in load:
                l.join()
            self.assertEqual([l.failed for l in load], [[]] * 4)
            self.assertGreater(sum(l.done for l in load), rate)
            self.assertEqual(len(set(pids)), 6)
            for pid in pids[:-1]:
                self.assertTrue(self.gone(pid), pid)
            print(f"handovers: {sum(l.done for l in load)} requests, 0 failed; new process after "
                  f"{max(waits) * 1000:.0f} ms at most", file=sys.stderr)
        finally:
            for pid in pids[1:]:
                try:
                    os.kill(pid, signal.SIGTERM)
                except ProcessLookupError:
                    pass
            self.assertTrue(self.gone(pids[-1]))
            provider.listener.close()

    def test_handover_finishes_streams(self):
        """the old process serves what it has to its end, however long; then it ends too, and its path is the new one's"""
        provider = SlowStream()
        path = self.home / "s"
        old = subprocess.Popen([BINARY, "proxy", "--uds", str(path), "--anthropic-api-url", f"http://127.0.0.1:{provider.port}",
                                "--drain-seconds", "1"], stderr=subprocess.PIPE, text=True, env=self.environment())
        self.processes.append(old)
        old.stderr.readline()
        lines = []
        threading.Thread(target=lambda: lines.extend(iter(old.stderr.readline, "")), daemon=True).start()

        def pid():
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(str(path))
                s.sendall(b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                seen = b""
                while piece := s.recv(65536):
                    seen += piece
            return json.loads(seen.partition(b"\r\n\r\n")[2])["pid"]
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(20)
            stream.connect(str(path))
            stream.sendall(Load.REQUEST)
            seen = stream.recv(65536)
            old.send_signal(signal.SIGUSR2)
            end = time.monotonic() + 20
            while (new := pid()) == old.pid and time.monotonic() < end:
                time.sleep(0.05)
            self.assertNotEqual(new, old.pid)
            self.assertIsNone(old.poll())
            self.addCleanup(lambda: self.gone(new, 0.1) or os.kill(new, signal.SIGKILL))
            while not seen.endswith(b"\r\n0\r\n\r\n"):
                piece = stream.recv(65536)
                self.assertTrue(piece, seen)
                seen += piece
        self.assertEqual(re.findall(rb"data: (\d+)", seen), [b"%d" % n for n in range(SlowStream.EVENTS)])
        self.assertNotIn(b"event: error", seen)
        self.assertEqual(old.wait(timeout=20), 0)
        self.assertEqual(pid(), new)  # the path is still there
        os.kill(new, signal.SIGTERM)
        self.assertTrue(self.gone(new))
        end = time.monotonic() + 5
        while path.exists() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertFalse(path.exists())
        self.assertTrue(any("finishing what is in flight" in line for line in lines), lines)

    def test_a_new_process_that_does_not_start(self):
        process, port = self.proxy()
        (self.home / "config.toml").write_text("mode = \"sideways\"\n")
        process.send_signal(signal.SIGUSR2)
        time.sleep(1)
        self.assertEqual(self.process_at(port), process.pid)
        (self.home / "config.toml").unlink()
        process.send_signal(signal.SIGUSR2)
        end = time.monotonic() + 20
        while (pid := self.process_at(port)) == process.pid and time.monotonic() < end:
            time.sleep(0.05)
        self.assertNotEqual(pid, process.pid)
        self.assertEqual(process.wait(timeout=20), 0)
        os.kill(pid, signal.SIGTERM)
        self.assertTrue(self.gone(pid))

    def test_tls_listener(self):
        file, key = self.certificate("127.0.0.1", 30)
        provider = PlainProvider()
        p = subprocess.Popen([BINARY, "proxy", "--port", "0", "--tls-cert", str(file), "--tls-key", str(key), "--anthropic-api-url",
                              f"http://127.0.0.1:{provider.port}"], stderr=subprocess.PIPE, text=True, env=self.environment())
        self.processes.append(p)
        port = int(re.search(r"https://127\.0\.0\.1:(\d+)", p.stderr.readline()).group(1))
        threading.Thread(target=p.stderr.read, daemon=True).start()
        trusting = ssl.create_default_context(cafile=str(file))
        trusting.set_alpn_protocols(["h2", "http/1.1"])
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=trusting)
        for size in (10, 1_000_000):  # kept, and larger than a record
            body = json.dumps({"model": "m", "messages": [], "note": "x" * size})
            connection.request("POST", "/v1/messages", body, {"x-api-key": "k", "origin": f"https://127.0.0.1:{port}"})
            self.assertEqual(connection.getresponse().read(), PlainProvider.BODY)
        self.assertEqual((connection.sock.selected_alpn_protocol(), connection.sock.version()), ("http/1.1", "TLSv1.3"))
        # The scheme is the listener's: a page that came in clear is another origin.
        connection.request("POST", "/v1/messages", "{}", {"x-api-key": "k", "origin": f"http://127.0.0.1:{port}"})
        reply = connection.getresponse()
        self.assertEqual((reply.status, reply.read() != b""), (403, True))
        # Figures need a known caller: a process of the same user is one under TLS too.
        connection.request("GET", "/stats")
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()
        old = ssl.create_default_context(cafile=str(file))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            old.minimum_version = ssl.TLSVersion.TLSv1
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        for context in (old, ssl.create_default_context()):  # too old; trusts nobody
            with self.assertRaises(ssl.SSLError):
                http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context).request("GET", "/livez")
        # TLS 1.2 with forward secrecy and authenticated encryption, or not at all.
        for ciphers, accepted in (("ECDHE+AESGCM", True), ("ECDHE+CHACHA20", True), ("ECDHE+AES:!AESGCM", False), ("kRSA+AESGCM", False),
                                  ("kRSA+AES:!AESGCM", False)):
            context = ssl.create_default_context(cafile=str(file))
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(ciphers)
            with self.subTest(ciphers=ciphers), socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
                if accepted:
                    with context.wrap_socket(plain, server_hostname="127.0.0.1") as secured:
                        self.assertEqual(secured.version(), "TLSv1.2")
                else:
                    with self.assertRaises(ssl.SSLError):
                        context.wrap_socket(plain, server_hostname="127.0.0.1")
        with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
            plain.sendall(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
            try:
                self.assertNotIn(b"alive", plain.recv(1000))
            except ConnectionResetError:
                pass
        # A certificate that was renewed is shown after SIGHUP; one that cannot be read changes nothing.
        before = ssl.get_server_certificate(("127.0.0.1", port))
        self.certificate("127.0.0.1", 60)
        p.send_signal(signal.SIGHUP)
        end = time.monotonic() + 10
        while (after := ssl.get_server_certificate(("127.0.0.1", port))) == before and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(after.strip(), file.read_text().strip())
        file.write_text("none")
        p.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        self.assertEqual(ssl.get_server_certificate(("127.0.0.1", port)), after)
        p.send_signal(signal.SIGTERM)
        self.assertEqual(p.wait(timeout=20), 0)
        provider.listener.close()
        for arguments, words in ((["--tls-cert", str(file)], "go together"),
                                 (["--tls-cert", str(file), "--tls-key", str(key)], "cannot read a certificate")):
            bad = subprocess.run([BINARY, "proxy", "--port", "0", *arguments], capture_output=True, text=True, env=self.environment(),
                                 timeout=20, check=False)
            self.assertEqual(bad.returncode, 2, bad.stderr)
            self.assertIn(words, bad.stderr)

    def test_unix_socket(self):
        """a peer with our uid is known; another's gets what is open, and no content"""
        path = self.home / "run" / "s"
        p = subprocess.Popen([BINARY, "proxy", "--uds", str(path)], stderr=subprocess.PIPE, text=True, env=self.environment())
        self.processes.append(p)
        self.assertIn("unix:", p.stderr.readline())
        threading.Thread(target=p.stderr.read, daemon=True).start()
        self.assertEqual((path.parent.stat().st_mode & 0o777, path.stat().st_mode & 0o777), (0o700, 0o600))
        ask = """
import os, socket, sys
if int(sys.argv[2]): os.setgid(int(sys.argv[2])), os.setuid(int(sys.argv[2]))
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.settimeout(20)
s.sendall(b"GET " + sys.argv[3].encode() + b" HTTP/1.1\\r\\nhost: localhost\\r\\nconnection: close\\r\\n\\r\\n")
print(s.recv(100).split()[1].decode())
"""

        def status(uid, target):
            return subprocess.run([sys.executable, "-c", ask, str(path), str(uid), target], capture_output=True, text=True, timeout=30,
                                  check=False).stdout.strip()
        self.assertEqual([status(0, t) for t in ("/livez", "/stats", "/v1/retrieve/123456789012")], ["200", "200", "404"])
        if os.geteuid() == 0:  # only root can become another
            for place in (self.home, path.parent):
                place.chmod(0o755)
            path.chmod(0o666)
            self.assertEqual([status(65534, t) for t in ("/livez", "/stats", "/v1/retrieve/123456789012")], ["200", "401", "401"])
        # One that runs is not pushed aside; one that was left over is.
        second = subprocess.run([BINARY, "proxy", "--uds", str(path)], capture_output=True, text=True, env=self.environment(), timeout=20,
                                check=False)
        self.assertEqual(second.returncode, 3)
        p.kill()
        p.wait()
        third = subprocess.Popen([BINARY, "proxy", "--uds", str(path)], stderr=subprocess.PIPE, text=True, env=self.environment())
        self.processes.append(third)
        self.assertIn("unix:", third.stderr.readline())
        third.send_signal(signal.SIGTERM)
        self.assertEqual(third.wait(timeout=20), 0)
        self.assertFalse(path.exists())

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
