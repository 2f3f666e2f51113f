"""What the acceptance tests share: a provider on loopback that a test scripts, and the proxy as a process in front of it.

    with Provider(serve) as provider, Proxy(provider.url) as proxy:
        status, headers, body = proxy.ask("POST", "/v1/messages", {"model": "m", "messages": []})

`serve(request, send)` answers one request: `send(bytes)` writes as they are; it returns False to close. Nothing but the standard library;
loopback only; every process is ended by its id.
"""
import argparse
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BINARY = "build/test/headroom"
FULL = "--full" in sys.argv  # the sizes of ./dev check
SANITIZED = bool(os.environ.get("HEADROOM_TEST_SANITIZED"))  # its shadow memory is no measure of ours
KEYS = {"x-api-key": "sk-ant-fixture", "authorization": "Bearer sk-fixture", "content-type": "application/json"}


class Request:
    """A request as it came: `head` is its bytes, `fields` a list of (name, value) in order."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target = lines[0].split(" ")[:2]
        self.fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if line]
        self.head, self.body = head, body

    def get(self, name, default=None):
        return next((v for k, v in self.fields if k.lower() == name), default)


def reply(body, status=200, kind="application/json", extra=""):
    body = body if isinstance(body, bytes) else body.encode()
    return f"HTTP/1.1 {status} Its Words\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n{extra}\r\n".encode() + body


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


class Provider:
    """Threads, one a connection; `requests` keeps what came (`keep=False`: only their number)."""

    def __init__(self, serve, keep=True, backlog=1024, send_buffer=None):
        self.serve, self.keep, self.requests, self.count = serve, keep, [], 0
        self.lock, self.open = threading.Lock(), set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=backlog)
        if send_buffer:  # of its connections
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.open.add(connection)
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        try:
            data, more = b"", True
            while more is not False:
                request, data = self.read(connection, data)
                if request is None:
                    break
                with self.lock:
                    self.count += 1
                    if self.keep:
                        self.requests.append(request)
                more = self.serve(request, connection.sendall)
        except OSError:
            pass
        with self.lock:
            self.open.discard(connection)
        connection.close()

    @staticmethod
    def read(connection, data):
        def more():
            piece = connection.recv(1 << 16)
            if not piece:
                raise ConnectionError
            return piece
        try:
            while (end := data.find(b"\r\n\r\n")) < 0:
                data += more()
            request, data = Request(data[:end], b""), data[end + 4:]
            if request.get("transfer-encoding"):
                pieces = []
                while True:
                    while b"\r\n" not in data:
                        data += more()
                    line, data = data.split(b"\r\n", 1)
                    size = int(line, 16)
                    while len(data) < size + 2:
                        data += more()
                    pieces.append(data[:size])
                    data = data[size + 2:]
                    if size == 0:
                        break
                request.body = b"".join(pieces)
            elif length := int(request.get("content-length", 0)):
                pieces, have = [data], len(data)
                while have < length:
                    pieces.append(more())
                    have += len(pieces[-1])
                data = b"".join(pieces)
                request.body, data = data[:length], data[length:]
            return request, data
        except ConnectionError:
            return None, b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        with self.lock:
            for connection in self.open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


class Proxy:
    """`upstream`: of all providers. `wrapper`: words in front of the command (a namespace). `home` is kept if it is given."""

    def __init__(self, upstream, *arguments, home=None, environment=(), wrapper=()):
        self.own_home = home is None
        self.home = pathlib.Path(tempfile.mkdtemp() if home is None else home)
        kept = {k: v for k, v in os.environ.items() if not k.upper().endswith("_PROXY") and not k.startswith("HEADROOM_")}
        self.environment = {**kept, "HEADROOM_CONFIG_DIR": str(self.home), "HEADROOM_WORKSPACE_DIR": str(self.home), **dict(environment)}
        bases = [x for p in ("anthropic", "openai", "gemini", "azure", "bedrock", "vertex", "chatgpt", "cloudcode")
                 for x in (f"--{p}-api-url", upstream)] if upstream else []
        self.process = subprocess.Popen([*wrapper, BINARY, "proxy", "--port", "0", *bases, *arguments], stderr=subprocess.PIPE,
                                        text=True, env=self.environment)
        first = self.process.stderr.readline()
        found = re.search(r"https?://127\.0\.0\.1:(\d+)", first)
        if not found:
            raise RuntimeError(first + self.process.stderr.read())
        self.port = int(found.group(1))
        self.url = f"http://127.0.0.1:{self.port}"
        self.said = [first]
        self.reader = threading.Thread(target=lambda: self.said.extend(self.process.stderr), daemon=True)
        self.reader.start()

    # ---- asking

    def ask(self, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
            connection.request(method, path, data, KEYS if headers is None else headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def json(self, path):
        return json.loads(self.ask("GET", path, headers={})[2])

    def connect(self, timeout=30, receive=None):
        s = socket.socket()
        s.settimeout(timeout)
        if receive:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        s.connect(("127.0.0.1", self.port))
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s

    # ---- looking

    def metrics(self):
        text = self.ask("GET", "/metrics", headers={})[2].decode()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line and line[0] != "#"}

    def in_flight(self):
        """All gauges of what is under way, less this look itself."""
        found = {k: v for k, v in self.metrics().items() if k.startswith("headroom_in_flight")}
        return {k: v for k, v in found.items() if v > ('"connections"' in k)}

    def calms_down(self, seconds=5):
        end = time.monotonic() + seconds
        while (busy := self.in_flight()) and time.monotonic() < end:
            time.sleep(0.05)
        return busy

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def memory(self, what="VmRSS"):
        """In MB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(what + r":\s+(\d+)", status).group(1)) / 1024

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # ---- ending

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            self.reader.join(5)
            self.process.stderr.close()
            said = "".join(self.said)
            if "Sanitizer" in said:
                raise AssertionError(said)
            if self.own_home:
                shutil.rmtree(self.home, ignore_errors=True)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


# ---- conversations, made from a seed

def rows(n, seed=0):
    return json.dumps([{"id": 1000 + i, "name": f"item-{seed}-{i}", "status": "error" if i == n // 5 else "ok",
                        "note": f"line {(i * 7919 + seed * 104729) % 1000} of the table"} for i in range(n)], indent=1)


def log(n, seed=0):
    return "\n".join(f"2026-03-0{1 + i % 9} 10:{i // 60 % 60:02}:{i % 60:02} {'ERROR' if i == n // 3 else 'INFO'} [worker-{i % 4}] "
                     f"batch={i} rows={(i * 7919 + seed) % 9000} took={(i * 31 + seed) % 200}ms" for i in range(n)) + "\n"


TOOL = {"name": "run", "description": "runs a command", "input_schema": {"type": "object", "properties": {"q": {"type": "string"}}}}


def turn(seed, t):
    """The assistant's call and its result of turn t (Anthropic)."""
    content = rows(40 + (seed + t) % 90, seed * 100 + t) if (seed + t) % 3 else log(60 + t, seed * 100 + t)
    return [{"role": "assistant", "content": [{"type": "tool_use", "id": f"t{t}", "name": "run", "input": {"q": f"step {t} of {seed}"}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": f"t{t}", "content": content}]}]


def conversation(seed=0, turns=1, **more):
    messages = [{"role": "user", "content": f"task {seed}: which item has an error?"}]
    for t in range(turns):
        messages += turn(seed, t)
    return {"model": "claude-sonnet-4-5", "max_tokens": 100, "tools": [TOOL], "messages": messages, **more}


def main():
    """Runs the tests of the module that is the program: `--binary PATH`, `--full`, the rest is unittest's."""
    global BINARY
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=BINARY)
    parser.add_argument("--full", action="store_true")
    options, rest = parser.parse_known_args()
    BINARY = os.path.abspath(options.binary)
    unittest.main(module="__main__", argv=[sys.argv[0], *rest])
