#!/usr/bin/env python3
"""litellm_test.py --binary build/test/headroom: LiteLLM's proxy with its `headroom` guardrail, which asks /v1/compress and gives its model
headroom_retrieve itself. Item 3 of docs/acceptance/proxy.md.

client -> LiteLLM (guardrail -> our proxy) -> a scripted provider. Twenty turns; an early tool result of 10,000 tokens must arrive at half its
size at most, its rows must keep their bytes from turn to turn, a line that left must come back through the tool, and another key must get 404.

Needs tests/providers/requirements.txt.
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
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "proxy"))
import fixture  # noqa: E402
from fixture import Provider, Proxy, log, reply  # noqa: E402

MASTER = "sk-litellm-test"
RESULT = "\n".join(json.dumps({"at": i, "code": i * 2654435761 % 4294967296, "service": f"svc-{i % 7}", "state": "failed" if i == 301 else "ok",
                               "note": f"{i * 40503 % 65536:x} {i * 69069 % 1000003:x}"}) for i in range(600))
TOOLS = [{"type": "function", "function": {"name": "run", "description": "runs a command", "parameters": {"type": "object", "properties": {"q": {"type": "string"}}}}}]


def completion(message, reason="stop"):
    return reply(json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "fake", "choices": [
        {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": reason}], "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}}))


class LiteLLM(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.home, True)
        self.seen, self.wants = [], None
        self.provider = Provider(self.answer, keep=False)
        self.addCleanup(self.provider.__exit__)
        environment = {**os.environ, "HEADROOM_CONFIG_DIR": self.home, "HEADROOM_WORKSPACE_DIR": self.home}

        def token(name, *more):
            return subprocess.run([fixture.BINARY, "token", "add", name, "--rights", "data,content", *more], capture_output=True, text=True, check=True,
                                  env=environment).stdout.strip()
        self.key = token("litellm", "--workspace", "team", "--retrieval", "tool")
        self.foreign = token("other", "--workspace", "elsewhere", "--retrieval", "tool")
        self.proxy = Proxy(None, "--require-token", home=self.home)
        self.addCleanup(self.proxy.__exit__)
        self.start_litellm()

    def answer(self, request, send):
        if not request.body:  # LiteLLM looks at what there is
            return send(reply("{}", 404))
        body = json.loads(request.body)
        self.seen.append(body)
        wanted = self.wants
        if wanted and not any(m.get("tool_call_id") == "own1" for m in body["messages"]):
            call = {"id": "own1", "type": "function", "function": {"name": "headroom_retrieve", "arguments": json.dumps(wanted)}}
            return send(completion({"content": None, "tool_calls": [call]}, "tool_calls"))
        return send(completion({"content": "done"}))

    def start_litellm(self):
        with socket.create_server(("127.0.0.1", 0)) as s:
            self.port = s.getsockname()[1]
        config = pathlib.Path(self.home) / "litellm.json"  # JSON is YAML
        config.write_text(json.dumps({
            "model_list": [{"model_name": "fake", "litellm_params": {"model": "openai/fake", "api_base": self.provider.url + "/v1", "api_key": "k"}}],
            "guardrails": [{"guardrail_name": "shorten", "litellm_params": {"guardrail": "headroom", "mode": "pre_call", "default_on": True, "api_base": self.proxy.url,
                                                                             "api_key": self.key, "unreachable_fallback": "fail_closed"}}],
            "general_settings": {"master_key": MASTER}, "litellm_settings": {"telemetry": False}}))
        config = config.rename(config.with_suffix(".yaml"))
        program = pathlib.Path(sys.executable).with_name("litellm")
        kept = {k: v for k, v in os.environ.items() if not k.upper().endswith("_PROXY")}
        self.log = open(pathlib.Path(self.home) / "litellm.log", "w+")  # noqa: SIM115
        self.addCleanup(self.log.close)
        process = subprocess.Popen([str(program), "--config", str(config), "--host", "127.0.0.1", "--port", str(self.port), "--num_workers", "1"], stdout=self.log,
                                   stderr=subprocess.STDOUT, env={**kept, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_DOCS": "True", "HOME": self.home}, cwd=self.home)

        def stop():
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.addCleanup(stop)
        for _ in range(600):
            if process.poll() is not None:
                break
            try:
                if self.ask("GET", "/health/liveliness", None)[0] == 200:
                    return
            except OSError:
                time.sleep(0.2)
        self.log.seek(0)
        self.fail("LiteLLM does not start:\n" + self.log.read()[-3000:])

    def ask(self, method, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, json.dumps(body) if body else None, {"authorization": f"Bearer {MASTER}", "content-type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def chat(self, messages):
        status, body = self.ask("POST", "/v1/chat/completions", {"model": "fake", "messages": messages, "tools": TOOLS})
        self.assertEqual(status, 200, body[:2000])
        return json.loads(body)

    def test_twenty_turns(self):
        messages = [{"role": "system", "content": "You help."}, {"role": "user", "content": "which request failed?"}]

        def exchange(i, content):
            return [{"role": "assistant", "content": None, "tool_calls": [{"id": f"c{i}", "type": "function", "function": {"name": "run", "arguments": f'{{"q":"{i}"}}'}}]},
                    {"role": "tool", "tool_call_id": f"c{i}", "content": content}]
        messages += exchange(0, RESULT)
        before, changed = None, 0
        for t in range(1, 21):
            messages += exchange(t, log(8 + t, t))
            self.seen.clear()
            self.chat(messages)
            sent = self.seen[-1]["messages"]
            self.assertEqual(len(sent), len(messages), f"turn {t}")
            if before is not None:  # all but the newest exchange, which the guardrail withheld a turn ago
                changed += sent[:len(before) - 2] != before[:-2]
            before = sent
        self.assertEqual(changed, 0, "earlier rows changed")
        shown = before[3]["content"]
        self.assertLessEqual(len(shown), len(RESULT) / 2)
        self.assertIn('failed', shown)
        handle = re.search(r"hash=(\d{12})", shown).group(1)
        # A line that left is asked for, and is there in the model's next round.
        gone = next(line for line in RESULT.split("\n") if line not in shown and json.loads(line)["note"] not in shown)
        self.assertTrue(any(t["function"]["name"] == "headroom_retrieve" for t in self.seen[-1]["tools"]))
        self.wants = {"hash": handle, "query": json.loads(gone)["note"]}
        self.seen.clear()
        answer = self.chat(messages)
        self.assertEqual(answer["choices"][0]["message"]["content"], "done")
        given = next(m for m in self.seen[-1]["messages"] if m.get("tool_call_id") == "own1")["content"]
        self.assertIn(json.loads(gone)["note"], given)
        # The key decides: another workspace's gets what a handle that never was gets.
        found = [self.proxy.ask("GET", f"/v1/retrieve/{handle}?query=x", headers={"authorization": f"Bearer {key}"}) for key in (self.key, self.foreign)]
        self.assertEqual([status for status, _, _ in found], [200, 404])
        print(f"\nitem 3: 20 turns, {len(RESULT)} bytes of an early result sent as {len(shown)} ({1 - len(shown) / len(RESULT):.0%} off), rows kept their bytes; "
              f"a dropped line came back in {len(given)} bytes; a foreign key: 404")

    def test_fails_closed(self):
        """A proxy that is gone: the guardrail refuses, as it is set to; nothing goes out unshortened."""
        self.proxy.stop()
        self.seen.clear()
        messages = [{"role": "user", "content": "x"}, {"role": "assistant", "content": None, "tool_calls": [
            {"id": "c0", "type": "function", "function": {"name": "run", "arguments": "{}"}}]}, {"role": "tool", "tool_call_id": "c0", "content": RESULT},
            {"role": "assistant", "content": "y"}, {"role": "user", "content": "and now?"}]
        status, _ = self.ask("POST", "/v1/chat/completions", {"model": "fake", "messages": messages})
        self.assertGreaterEqual(status, 400)
        self.assertEqual(self.seen, [])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=fixture.BINARY)
    options, rest = parser.parse_known_args()
    fixture.BINARY = os.path.abspath(options.binary)
    unittest.main(argv=[sys.argv[0], *rest])
