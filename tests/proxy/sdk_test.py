#!/usr/bin/env python3
"""sdk_test.py --binary build/test/headroom: the proxy between the providers' own Python packages and a scripted provider.

The packages talk to a real `headroom proxy` process on loopback; behind it a provider writes rounds as tests/relay/sdk_test.py defines
them. Each conversation holds a large tool result: the provider must see it shortened, its model asks for a part of it, and the package
must read one reply with the usage of both rounds. Errors, other endpoints and retries must be as without a proxy.

Needs tests/relay/requirements.txt.
"""
import argparse
import http.server
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "relay"))
import sdk_test as wires  # noqa: E402
import anthropic  # noqa: E402
import openai  # noqa: E402
from google import genai  # noqa: E402
from google.genai import types  # noqa: E402

BINARY = "build/test/headroom"
ORIGINAL = json.dumps([{"id": i, "name": f"item-{i}", "status": "error" if i == 77 else "ok",
                        "note": f"line {i * 7919 % 1000} of the table"} for i in range(400)], indent=1)
RUN = {"cmd": "make"}


class Provider(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.wire, self.script, self.seen, self.number, self.status = None, [], [], 0, 200
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def reply(self, status, kind, body, extra=()):
        self.send_response(status)
        self.send_header("content-type", kind)
        for name, value in extra:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.seen.append(self.path)
        self.reply(200, "application/json", b'{"object":"list","data":[{"id":"m1","object":"model","created":1,"owned_by":"x"}]}')

    def do_POST(self):
        server = self.server
        raw = self.rfile.read(int(self.headers["content-length"]))
        if server.status != 200:
            server.seen.append(raw)
            return self.reply(server.status, "application/json", b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}',
                              [("retry-after", "0")])
        if self.path.endswith("/embeddings"):
            server.seen.append(raw)
            return self.reply(200, "application/json", json.dumps({
                "object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}], "model": "e",
                "usage": {"prompt_tokens": 1, "total_tokens": 1}}).encode())
        body = json.loads(raw)
        server.seen.append(body)
        server.number += 1
        found = re.search(r"hash=(\d{12})", raw.decode())
        if not found and any(k == "own" for k, _, _ in server.script[0]):
            return self.reply(418, "application/json", json.dumps({"error": {"message": "no marker in " + self.path}}).encode())
        round_ = [(k, {**v, "hash": found.group(1)} if k == "own" else v, i) for k, v, i in server.script.pop(0)]
        if '"stream": true' in json.dumps(body) or "alt=sse" in self.path:
            events = server.wire.stream(round_, server.number).encode()
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for i in range(0, len(events), 61):
                piece = events[i : i + 61]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            return self.wfile.write(b"0\r\n\r\n")
        return self.reply(200, "application/json", json.dumps(server.wire.whole(round_, server.number)).encode())


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.TemporaryDirectory()
        cls.provider = Provider()
        base = f"http://127.0.0.1:{cls.provider.server_address[1]}"
        environment = {k: v for k, v in os.environ.items() if not k.upper().endswith("_PROXY") and not k.startswith("HEADROOM_")}
        environment.update(HEADROOM_CONFIG_DIR=cls.home.name, HEADROOM_WORKSPACE_DIR=cls.home.name)
        cls.process = subprocess.Popen(
            [BINARY, "proxy", "--port", "0", "--anthropic-api-url", base, "--openai-api-url", base, "--gemini-api-url", base],
            stderr=subprocess.PIPE, text=True, env=environment)
        first = cls.process.stderr.readline()
        cls.url = re.search(r"http://127\.0\.0\.1:\d+", first).group(0)
        threading.Thread(target=cls.process.stderr.read, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        began = time.monotonic()
        cls.process.send_signal(signal.SIGTERM)
        status = cls.process.wait(timeout=20)
        assert status == 0 and time.monotonic() - began < 7, (status, time.monotonic() - began)
        cls.provider.shutdown()
        cls.provider.server_close()
        cls.home.cleanup()

    def play(self, wire, rounds):
        p = self.provider
        p.wire, p.script, p.seen, p.number, p.status = wire, list(rounds), [], 0, 200

    def check_seen(self):
        first, second = self.provider.seen
        self.assertIn("headroom_retrieve", json.dumps(first))
        self.assertLess(len(json.dumps(first)), len(ORIGINAL) / 2)
        self.assertNotIn("item-78", json.dumps(first))
        self.assertIn("item-78", json.dumps(second))

    ROUNDS = [[("text", "let me look", None), ("own", {"rows": "75-79"}, "t1")], [("text", "item-77 failed", None)]]


class Anthropic(Case):
    def setUp(self):
        self.client = anthropic.Anthropic(api_key="k", base_url=self.url, max_retries=0)
        self.arguments = {"model": "claude-x", "max_tokens": 1000, "tools": [{"name": "run", "input_schema": {"type": "object"}}], "messages": [
            {"role": "user", "content": "what failed?"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "t0", "name": "run", "input": RUN}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t0", "content": ORIGINAL}]}]}

    def test_hidden_round(self):
        for stream in (True, False):
            self.play(wires.Anthropic(), self.ROUNDS)
            if stream:
                with self.client.messages.stream(**self.arguments) as reply:
                    message = reply.get_final_message()
            else:
                message = self.client.messages.create(**self.arguments)
            self.assertEqual([b.text for b in message.content], ["let me look", "item-77 failed"])
            self.assertEqual((message.usage.input_tokens, message.usage.output_tokens), (30, 15))
            self.check_seen()

    def test_errors_are_the_providers(self):
        self.play(wires.Anthropic(), [])
        self.provider.status = 529
        with self.assertRaises(anthropic.APIStatusError) as caught:
            self.client.messages.create(**self.arguments)
        self.assertEqual(caught.exception.status_code, 529)
        self.assertEqual(caught.exception.response.headers["retry-after"], "0")
        self.assertEqual(len(self.provider.seen), 1)
        with self.assertRaises(anthropic.APIStatusError):
            self.client.with_options(max_retries=2).messages.create(**self.arguments)
        self.assertEqual(len(self.provider.seen), 4)


class Chat(Case):
    def setUp(self):
        self.client = openai.OpenAI(api_key="k", base_url=self.url + "/v1", max_retries=0)
        self.arguments = {"model": "gpt-5", "tools": [{"type": "function", "function": {"name": "run", "parameters": {"type": "object"}}}], "messages": [
            {"role": "user", "content": "what failed?"},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "t0", "type": "function", "function": {"name": "run", "arguments": json.dumps(RUN)}}]},
            {"role": "tool", "tool_call_id": "t0", "content": ORIGINAL}]}

    def test_hidden_round(self):
        for stream in (True, False):
            self.play(wires.Chat(), self.ROUNDS)
            if stream:
                content, usage = "", None
                for chunk in self.client.chat.completions.create(**self.arguments, stream=True, stream_options={"include_usage": True}):
                    if chunk.choices:
                        content += chunk.choices[0].delta.content or ""
                    usage = chunk.usage or usage
            else:
                completion = self.client.chat.completions.create(**self.arguments)
                content, usage = completion.choices[0].message.content, completion.usage
            self.assertEqual(content, "let me lookitem-77 failed")
            self.assertEqual((usage.prompt_tokens, usage.completion_tokens), (30, 15))
            self.check_seen()

    def test_other_endpoints(self):
        self.play(wires.Chat(), [])
        self.assertEqual([m.id for m in self.client.models.list()], ["m1"])
        self.assertEqual(self.client.embeddings.create(model="e", input="x", encoding_format="float").data[0].embedding, [0.5, 0.25])

    def test_responses(self):
        arguments = {"model": "gpt-5", "store": False, "tools": [{"type": "function", "name": "run", "parameters": {"type": "object"}, "strict": False}],
                     "input": [{"role": "user", "content": "what failed?"},
                               {"type": "function_call", "call_id": "t0", "name": "run", "arguments": json.dumps(RUN)},
                               {"type": "function_call_output", "call_id": "t0", "output": ORIGINAL}]}
        for stream in (True, False):
            self.play(wires.Responses(), self.ROUNDS)
            if stream:
                with self.client.responses.stream(**arguments) as reply:
                    response = reply.get_final_response()
            else:
                response = self.client.responses.create(**arguments)
            self.assertIn("item-77 failed", response.output_text)
            self.assertEqual((response.usage.input_tokens, response.usage.output_tokens), (30, 15))
            self.check_seen()


class Gemini(Case):
    def test_hidden_round(self):
        client = genai.Client(api_key="k", http_options=types.HttpOptions(base_url=self.url))
        contents = [types.Content(role="user", parts=[types.Part(text="what failed?")]),
                    types.Content(role="model", parts=[types.Part(function_call=types.FunctionCall(name="run", args=RUN))]),
                    types.Content(role="user", parts=[types.Part(function_response=types.FunctionResponse(
                        name="run", response={"result": ORIGINAL}))])]
        config = types.GenerateContentConfig(
            tools=[types.Tool(function_declarations=[types.FunctionDeclaration(name="run", description="runs")])],
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True))
        for stream in (True, False):
            self.play(wires.Gemini(), self.ROUNDS)
            arguments = {"model": "gemini-x", "contents": contents, "config": config}
            if stream:
                text = "".join(c.text or "" for c in client.models.generate_content_stream(**arguments))
            else:
                text = client.models.generate_content(**arguments).text
            self.assertEqual(text, "let me lookitem-77 failed")
            self.check_seen()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=BINARY)
    options, rest = parser.parse_known_args()
    BINARY = options.binary
    unittest.main(argv=[sys.argv[0], *rest])
