#!/usr/bin/env python3
"""sdk_test.py --driver build/test/tests/relay_driver: the retrieval loop before the providers' own Python packages.

A server on loopback stands for a proxy with a scripted provider behind it. The packages send their requests to it and read what the
loop made of the provider's replies; their next request carries what they understood, and after the traces in it were turned back the
provider must see exactly what it wrote. So the streams that our other tests are made of are checked too: the packages parse them.

Needs tests/relay/requirements.txt; ./dev check installs it into build/venv-sdk.
"""
import argparse
import http.server
import json
import subprocess
import sys
import threading
import unittest

import anthropic
import openai
from google import genai
from google.genai import types

DRIVER = "build/test/tests/relay_driver"
ORIGINAL = "\n".join(f"line {i} of the original" for i in range(2000))
RUN = {"cmd": "make"}


class Driver:
    """The loop in a process of its own, see relay_driver.cc."""

    def __init__(self):
        self.process = subprocess.Popen([DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, what, data=b""):
        if isinstance(data, (dict, list)):
            data = json.dumps(data).encode()
        self.process.stdin.write(b"%s %d\n%s" % (what.encode(), len(data), data))
        self.process.stdin.flush()
        out = {}
        while True:
            kind, size = self.process.stdout.readline().split()
            out.setdefault(kind.decode(), b"")
            out[kind.decode()] += self.process.stdout.read(int(size))
            if kind == b".":
                return out

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


# ---- the provider: rounds of (kind, value, id) in every form --------------------------------------------------------------------


def event(kind, data):
    return (f"event: {kind}\n" if kind else "") + f"data: {json.dumps(data)}\n\n"


def pieces(text):
    return [text[i : i + 7] for i in range(0, len(text), 7)]


def has_call(round_):
    return any(kind in ("own", "client") for kind, _, _ in round_)


def name_of(kind):
    return "headroom_retrieve" if kind == "own" else "run"


class Anthropic:
    path, format = "/v1/messages", "anthropic"

    def stream(self, round_, n):
        usage = {"input_tokens": 10 * n, "cache_read_input_tokens": n, "cache_creation_input_tokens": 0, "output_tokens": 1}
        out = event("message_start", {"type": "message_start", "message": {
            "id": f"msg_{n}", "type": "message", "role": "assistant", "model": "claude-x", "content": [],
            "stop_reason": None, "stop_sequence": None, "usage": usage}})
        out += event("ping", {"type": "ping"})
        for index, (kind, value, id_) in enumerate(round_):
            def delta(**d):
                return event("content_block_delta", {"type": "content_block_delta", "index": index, "delta": d})
            start = {"text": {"type": "text", "text": ""}, "thinking": {"type": "thinking", "thinking": "", "signature": ""}}.get(
                kind, {"type": "tool_use", "id": id_, "name": name_of(kind), "input": {}})
            out += event("content_block_start", {"type": "content_block_start", "index": index, "content_block": start})
            if kind == "text":
                out += "".join(delta(type="text_delta", text=p) for p in pieces(value))
            elif kind == "thinking":
                out += "".join(delta(type="thinking_delta", thinking=p) for p in pieces(value))
                out += delta(type="signature_delta", signature=id_)
            else:
                out += "".join(delta(type="input_json_delta", partial_json=p) for p in pieces(json.dumps(value)))
            out += event("content_block_stop", {"type": "content_block_stop", "index": index})
        reason = "tool_use" if has_call(round_) else "end_turn"
        out += event("message_delta", {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None},
                                       "usage": {"output_tokens": 5 * n}})
        return out + event("message_stop", {"type": "message_stop"})

    def whole(self, round_, n):
        return {"id": f"msg_{n}", "type": "message", "role": "assistant", "model": "claude-x",
                "content": self.blocks(round_), "stop_reason": "tool_use" if has_call(round_) else "end_turn",
                "stop_sequence": None, "usage": {"input_tokens": 10 * n, "cache_read_input_tokens": n,
                                                 "cache_creation_input_tokens": 0, "output_tokens": 5 * n}}

    def blocks(self, round_):
        out = []
        for kind, value, id_ in round_:
            if kind == "text":
                out.append({"type": "text", "text": value})
            elif kind == "thinking":
                out.append({"type": "thinking", "thinking": value, "signature": id_})
            else:
                out.append({"type": "tool_use", "id": id_, "name": name_of(kind), "input": value})
        return out

    def turns(self, body):
        """What the provider's model wrote, as the request has it: a list of turns, each a list of (kind, value, id)."""
        return [[self.read(b) for b in m["content"]] for m in body["messages"] if m["role"] == "assistant"]

    def read(self, b):
        if b["type"] == "tool_use":
            return ("own" if b["name"] == "headroom_retrieve" else "client", b["input"], b["id"])
        if b["type"] == "thinking":
            return ("thinking", b["thinking"], b["signature"])
        return ("text", b["text"], None)

    def answered(self, body):
        return [b["tool_use_id"] for m in body["messages"] if isinstance(m["content"], list) for b in m["content"]
                if b["type"] == "tool_result"]


class Chat:
    path, format = "/v1/chat/completions", "openai"

    def usage(self, n):
        return {"prompt_tokens": 10 * n, "completion_tokens": 5 * n, "total_tokens": 15 * n,
                "prompt_tokens_details": {"cached_tokens": n}}

    def stream(self, round_, n):
        def chunk(delta=None, reason=None, usage=None):
            choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]
            return event("", {"id": f"chatcmpl-{n}", "object": "chat.completion.chunk", "created": 1700000000 + n,
                              "model": "gpt-5", "service_tier": "default", "choices": choices, "usage": usage})
        out, index = chunk({"role": "assistant", "content": "", "refusal": None}), 0
        for kind, value, id_ in round_:
            if kind == "text":
                out += "".join(chunk({"content": p}) for p in pieces(value))
            elif kind in ("own", "client"):
                out += chunk({"tool_calls": [{"index": index, "id": id_, "type": "function",
                                              "function": {"name": name_of(kind), "arguments": ""}}]})
                out += "".join(chunk({"tool_calls": [{"index": index, "function": {"arguments": p}}]})
                               for p in pieces(json.dumps(value)))
                index += 1
        out += chunk({}, "tool_calls" if has_call(round_) else "stop")
        return out + chunk(usage=self.usage(n)) + "data: [DONE]\n\n"

    def whole(self, round_, n):
        return {"id": f"chatcmpl-{n}", "object": "chat.completion", "created": 1700000000 + n, "model": "gpt-5",
                "choices": [{"index": 0, "message": self.message(round_), "logprobs": None,
                             "finish_reason": "tool_calls" if has_call(round_) else "stop"}], "usage": self.usage(n)}

    def message(self, round_):
        text = "".join(v for kind, v, _ in round_ if kind == "text")
        calls = [{"id": i, "type": "function", "function": {"name": name_of(k), "arguments": json.dumps(v)}}
                 for k, v, i in round_ if k in ("own", "client")]
        return {"role": "assistant", "content": text or None, "refusal": None, **({"tool_calls": calls} if calls else {})}

    def turns(self, body):
        out = []
        for m in body["messages"]:
            if m["role"] != "assistant":
                continue
            turn = [("text", m["content"], None)] if m.get("content") else []
            for c in m.get("tool_calls") or []:
                kind = "own" if c["function"]["name"] == "headroom_retrieve" else "client"
                turn.append((kind, json.loads(c["function"]["arguments"]), c["id"]))
            out.append(turn)
        return out

    def answered(self, body):
        return [m["tool_call_id"] for m in body["messages"] if m["role"] == "tool"]


class Responses:
    path, format = "/v1/responses", "responses"

    def items(self, round_, n):
        out = []
        for index, (kind, value, id_) in enumerate(round_, 10 * n):
            if kind == "text":
                out.append({"id": f"msg_{index}", "type": "message", "status": "completed", "role": "assistant",
                            "content": [{"type": "output_text", "text": value, "annotations": [], "logprobs": []}]})
            elif kind == "thinking":
                out.append({"id": f"rs_{index}", "type": "reasoning", "encrypted_content": id_,
                            "summary": [{"type": "summary_text", "text": value}]})
            else:
                out.append({"id": "fc_" + id_, "type": "function_call", "status": "completed", "call_id": id_,
                            "name": name_of(kind), "arguments": json.dumps(value)})
        return out

    def response(self, round_, n, status="completed"):
        done = status == "completed"
        usage = {"input_tokens": 10 * n, "input_tokens_details": {"cached_tokens": n, "cache_write_tokens": 0},
                 "output_tokens": 5 * n, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 15 * n}
        return {"id": f"resp_{n}", "object": "response", "created_at": 1700000000 + n, "status": status, "error": None,
                "incomplete_details": None, "instructions": None, "metadata": {}, "model": "gpt-5", "parallel_tool_calls": True,
                "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0,
                "output": self.items(round_, n) if done else [], "usage": usage if done else None}

    def whole(self, round_, n):
        return self.response(round_, n)

    def stream(self, round_, n):
        out, number = [], iter(range(10**6))

        def say(kind, **members):
            out.append(event(kind, {"type": kind, "sequence_number": next(number), **members}))
        say("response.created", response=self.response(round_, n, "in_progress"))
        say("response.in_progress", response=self.response(round_, n, "in_progress"))
        for index, ((kind, value, _), item) in enumerate(zip(round_, self.items(round_, n))):
            place = {"item_id": item["id"], "output_index": index}
            if kind == "text":
                part = item["content"][0]
                say("response.output_item.added", output_index=index, item={**item, "content": [], "status": "in_progress"})
                say("response.content_part.added", **place, content_index=0, part={**part, "text": ""})
                for p in pieces(value):
                    say("response.output_text.delta", **place, content_index=0, delta=p, logprobs=[])
                say("response.output_text.done", **place, content_index=0, text=value, logprobs=[])
                say("response.content_part.done", **place, content_index=0, part=part)
            elif kind == "thinking":
                say("response.output_item.added", output_index=index, item={**item, "summary": []})
                part = item["summary"][0]
                say("response.reasoning_summary_part.added", **place, summary_index=0, part={**part, "text": ""})
                say("response.reasoning_summary_text.delta", **place, summary_index=0, delta=value)
                say("response.reasoning_summary_text.done", **place, summary_index=0, text=value)
                say("response.reasoning_summary_part.done", **place, summary_index=0, part=part)
            else:
                say("response.output_item.added", output_index=index, item={**item, "arguments": "", "status": "in_progress"})
                for p in pieces(item["arguments"]):
                    say("response.function_call_arguments.delta", **place, delta=p)
                say("response.function_call_arguments.done", **place, arguments=item["arguments"], name=item["name"])
            say("response.output_item.done", output_index=index, item=item)
        say("response.completed", response=self.response(round_, n))
        return "".join(out)

    def turns(self, body):
        turns, turn = [], []
        for item in body["input"]:
            kind = item.get("type", "message")
            if kind == "function_call":
                own = item["name"] == "headroom_retrieve"
                turn.append(("own" if own else "client", json.loads(item["arguments"]), item["call_id"]))
            elif kind == "reasoning":
                turn.append(("thinking", item["summary"][0]["text"], item["encrypted_content"]))
            elif kind == "message" and item["role"] == "assistant":
                turn.append(("text", item["content"][0]["text"], None))
            elif turn:
                turns.append(turn)
                turn = []
        return turns + ([turn] if turn else [])

    def answered(self, body):
        return [i["call_id"] for i in body["input"] if i.get("type") == "function_call_output"]


class Gemini:
    path, format = "/v1beta/models/", "gemini"

    def parts(self, round_):
        out = []
        for kind, value, id_ in round_:
            if kind == "text":
                out.append({"text": value})
            elif kind == "thinking":
                out.append({"text": value, "thought": True})
            else:
                out.append({"functionCall": {"name": name_of(kind), "args": value},
                            **({"thoughtSignature": id_} if id_ else {})})
        return out

    def body(self, parts, n, reason=None):
        return {"candidates": [{"content": {"parts": parts, "role": "model"}, "index": 0,
                                **({"finishReason": reason} if reason else {})}],
                "usageMetadata": {"promptTokenCount": 10 * n, "candidatesTokenCount": 5 * n, "totalTokenCount": 15 * n,
                                  "cachedContentTokenCount": n,
                                  "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 10 * n}]},
                "modelVersion": "gemini-3-pro", "responseId": f"r{n}"}

    def stream(self, round_, n):
        out = ""
        for (kind, value, _), part in zip(round_, self.parts(round_)):
            for p in [{"text": t} for t in pieces(value)] if kind == "text" else [part]:
                out += event("", self.body([p], n))
        return out + event("", self.body([{"text": ""}], n, "STOP"))

    def whole(self, round_, n):
        return self.body(self.parts(round_), n, "STOP")

    def turns(self, body):
        turns = []
        for content in body["contents"]:
            if content["role"] != "model":
                turns.append([])
                continue
            for p in content["parts"]:
                if "functionCall" in p:
                    own = p["functionCall"]["name"] == "headroom_retrieve"
                    turns[-1].append(("own" if own else "client", p["functionCall"]["args"], p.get("thoughtSignature")))
                elif p.get("thought"):
                    turns[-1].append(("thinking", p["text"], None))
                elif turns[-1] and turns[-1][-1][0] == "text":
                    turns[-1][-1] = ("text", turns[-1][-1][1] + p["text"], None)
                elif p.get("text"):
                    turns[-1].append(("text", p["text"], None))
        return [t for t in turns if t]

    def answered(self, body):
        return [p["functionResponse"]["name"] for c in body["contents"] for p in c["parts"] if "functionResponse" in p]


# ---- the server -----------------------------------------------------------------------------------------------------------------


class Proxy(http.server.ThreadingHTTPServer):
    """Restores traces, asks the scripted provider, relays; `seen` are the provider's requests."""

    daemon_threads = True

    def __init__(self, wire):
        super().__init__(("127.0.0.1", 0), Handler)
        self.wire, self.script, self.seen, self.number = wire, [], [], 0
        self.driver = Driver()
        self.counts = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, body, stream, write):
        """One request of the client."""
        answer = json.loads(self.driver.send("Q", {"op": "restore", "format": self.wire.format, "body": body.decode()})["a"])
        restored = answer["body"]
        self.driver.send("O", {"format": self.wire.format, "body": body.decode(), "request": restored})
        request = restored.encode()
        while True:
            self.seen.append(json.loads(request))
            self.number += 1
            round_ = self.script.pop(0)
            if stream:
                reply = self.wire.stream(round_, self.number).encode()
                kind = "text/event-stream"
            else:
                reply = json.dumps(self.wire.whole(round_, self.number)).encode()
                kind = "application/json"
            outs = [self.driver.send("H", {"status": 200, "content_type": kind})]
            for i in range(0, len(reply), 97):
                outs.append(self.driver.send("B", reply[i : i + 97]))
            if not any("r" in o for o in outs):
                outs.append(self.driver.send("E"))
            for o in outs:
                write(o.get("c", b""))
            if any("d" in o for o in outs):
                self.counts.append(json.loads(next(o["d"] for o in outs if "d" in o)))
                return
            request = next(o["r"] for o in outs if "r" in o)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        stream = b'"stream":true' in body.replace(b" ", b"") or "alt=sse" in self.path
        chunks = []
        try:
            self.server.answer(body, stream, chunks.append)
        except Exception as error:  # pylint: disable=broad-except
            self.send_error(500, str(error))
            raise
        reply = b"".join(chunks)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream" if stream else "application/json")
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)


# ---- the packages ---------------------------------------------------------------------------------------------------------------


class Case(unittest.TestCase):
    wire = None

    def setUp(self):
        self.proxy = Proxy(self.wire())
        # The handle of the original, from the core itself.
        answer = json.loads(self.proxy.driver.send("Q", {"op": "compress", "content": ORIGINAL,
                                                         "options": {"retrieval": "tool", "token_budget": 300}})["a"])
        self.own = {"hash": answer["ccr_hashes"][0], "lines": "7"}

    def tearDown(self):
        self.proxy.shutdown()
        self.proxy.server_close()
        self.proxy.driver.close()

    def play(self, rounds):
        self.proxy.script, self.proxy.seen, self.proxy.counts, self.proxy.number = list(rounds), [], [], 0

    def check_written(self, *rounds):
        """The last request holds these rounds as the provider wrote them, at its end, each call answered."""
        last = self.proxy.seen[-1]
        turns = self.proxy.wire.turns(last)
        self.assertEqual(turns[-len(rounds):], [list(r) for r in rounds])
        calls = [i for r in rounds for k, _, i in r if k in ("own", "client")]
        answered = self.proxy.wire.answered(last)
        if self.wire is not Gemini:
            for call in calls:
                self.assertEqual(answered.count(call), 1, call)

    def check_answer(self):
        self.assertIn("line 6 of the original", json.dumps(self.proxy.seen[1]))


class AnthropicPackage(Case):
    wire = Anthropic

    def setUp(self):
        super().setUp()
        self.client = anthropic.Anthropic(api_key="k", base_url=self.proxy.url, max_retries=0)
        self.messages = [
            {"role": "user", "content": "what failed?"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "t0", "name": "run", "input": RUN}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t0", "content": ORIGINAL}]}]

    def ask(self, stream):
        arguments = {"model": "claude-x", "max_tokens": 1000, "messages": self.messages}
        if not stream:
            return self.client.messages.create(**arguments)
        with self.client.messages.stream(**arguments) as reply:
            return reply.get_final_message()

    def test_hidden_round(self):
        for stream in (True, False):
            rounds = [[("text", "let me look", None), ("own", self.own, "t1")], [("text", "the disk was full", None)]]
            self.play(rounds)
            message = self.ask(stream)
            self.check_answer()
            self.assertEqual([b.type for b in message.content], ["text", "text"])
            self.assertEqual([b.text for b in message.content], ["let me look", "the disk was full"])
            self.assertEqual((message.id, message.stop_reason), ("msg_1", "end_turn"))
            usage = message.usage
            self.assertEqual((usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens), (30, 3, 15))
            self.assertEqual(self.proxy.counts, [{"rounds": 1, "calls": 1, "dropped": 0, "failed": 0}])

    def test_mixed_turns_with_thinking(self):
        for stream in (True, False):
            rounds = [[("thinking", "let us see", "sig/1=="), ("own", self.own, "t1")],
                      [("thinking", "and now", "sig/2=="), ("text", "one more", None), ("client", RUN, "t2"),
                       ("own", {**self.own, "lines": "9"}, "t3"), ("client", RUN, "t4")]]
            self.play(rounds)
            message = self.ask(stream)
            calls = [b for b in message.content if b.type == "tool_use"]
            self.assertEqual([(c.id, c.name, c.input) for c in calls], [("t2", "run", RUN), ("t4", "run", RUN)])
            self.proxy.script.append([("text", "done", None)])
            self.messages.append({"role": "assistant", "content": message.content})
            self.messages.append({"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": c.id, "content": "ok"} for c in calls]})
            self.assertEqual(self.ask(stream).content[0].text, "done")
            self.check_written(*rounds)
            del self.messages[3:]


class ChatPackage(Case):
    wire = Chat

    def setUp(self):
        super().setUp()
        self.client = openai.OpenAI(api_key="k", base_url=self.proxy.url + "/v1", max_retries=0)
        self.messages = [
            {"role": "user", "content": "what failed?"},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "t0", "type": "function", "function": {"name": "run", "arguments": json.dumps(RUN)}}]},
            {"role": "tool", "tool_call_id": "t0", "content": ORIGINAL}]

    def ask(self, stream):
        arguments = {"model": "gpt-5", "messages": self.messages}
        if not stream:
            return self.client.chat.completions.create(**arguments)
        with self.client.chat.completions.stream(**arguments, stream_options={"include_usage": True}) as reply:
            return reply.get_final_completion()

    def test_hidden_round(self):
        for stream in (True, False):
            self.play([[("text", "let me look", None), ("own", self.own, "t1")], [("text", "the disk was full", None)]])
            completion = self.ask(stream)
            self.check_answer()
            choice = completion.choices[0]
            self.assertEqual(choice.message.content, "let me lookthe disk was full")
            self.assertEqual((completion.id, completion.created, choice.finish_reason), ("chatcmpl-1", 1700000001, "stop"))
            self.assertIsNone(choice.message.tool_calls)
            usage = completion.usage
            self.assertEqual((usage.prompt_tokens, usage.completion_tokens, usage.total_tokens), (30, 15, 45))
            self.assertEqual(usage.prompt_tokens_details.cached_tokens, 3)

    def test_mixed_turn(self):
        for stream in (True, False):
            rounds = [[("text", "first", None), ("own", self.own, "t1")],
                      [("text", "one more", None), ("client", RUN, "t2"), ("own", {**self.own, "lines": "9"}, "t3"),
                       ("client", RUN, "t4")]]
            self.play(rounds)
            message = self.ask(stream).choices[0].message
            self.assertEqual([(c.id, c.function.name) for c in message.tool_calls], [("t2", "run"), ("t4", "run")])
            self.proxy.script.append([("text", "done", None)])
            self.messages.append(message.model_dump(exclude_none=True, include={"role", "content", "tool_calls"}))
            self.messages += [{"role": "tool", "tool_call_id": c.id, "content": "ok"} for c in message.tool_calls]
            self.assertEqual(self.ask(stream).choices[0].message.content, "done")
            self.check_written(*rounds)
            del self.messages[3:]


class ResponsesPackage(Case):
    wire = Responses

    def setUp(self):
        super().setUp()
        self.client = openai.OpenAI(api_key="k", base_url=self.proxy.url + "/v1", max_retries=0)
        self.input = [
            {"role": "user", "content": "what failed?"},
            {"type": "function_call", "call_id": "t0", "name": "run", "arguments": json.dumps(RUN)},
            {"type": "function_call_output", "call_id": "t0", "output": ORIGINAL}]

    def ask(self, stream):
        arguments = {"model": "gpt-5", "input": self.input, "store": False, "include": ["reasoning.encrypted_content"]}
        if not stream:
            return self.client.responses.create(**arguments)
        with self.client.responses.stream(**arguments) as reply:
            numbers = []
            for e in reply:
                numbers.append(e.sequence_number)
            self.assertEqual(sorted(set(numbers)), list(range(max(numbers) + 1)))
            return reply.get_final_response()

    def test_hidden_round(self):
        for stream in (True, False):
            self.play([[("text", "let me look", None), ("own", self.own, "t1")], [("text", "the disk was full", None)]])
            response = self.ask(stream)
            self.check_answer()
            self.assertEqual([i.type for i in response.output], ["message", "message"])
            self.assertEqual(response.output_text, "let me lookthe disk was full")
            self.assertEqual((response.id, response.status), ("resp_1" if stream else "resp_2", "completed"))
            usage = response.usage
            self.assertEqual((usage.input_tokens, usage.output_tokens, usage.total_tokens), (30, 15, 45))

    def test_a_chain_of_stored_responses(self):
        # The package refuses a stream whose id changes on the way; the next request goes on from that id, and must reach the
        # last round, where the answer lies.
        first, last = self.proxy.number + 1, self.proxy.number + 2
        self.play([[("text", "let me look", None), ("own", self.own, "t1")], [("text", "the disk was full", None)],
                   [("text", "because of logs", None)]])
        arguments = {"model": "gpt-5", "input": self.input, "store": True}
        with self.client.responses.stream(**arguments) as reply:
            ids = {e.response.id for e in reply if e.type in ("response.created", "response.completed")}
            response = reply.get_final_response()
        self.assertEqual((ids, response.id), ({f"resp_{first}"}, f"resp_{first}"))
        self.assertEqual(response.output_text, "let me lookthe disk was full")
        with self.client.responses.stream(model="gpt-5", input="why?", previous_response_id=response.id) as reply:
            self.assertEqual(reply.get_final_response().output_text, "because of logs")
        self.assertEqual(self.proxy.seen[-1]["previous_response_id"], f"resp_{last}")
        # A whole body has one id only: the last round's, so nothing need be kept.
        self.play([[("own", self.own, "t2")], [("text", "full", None)], [("text", "logs", None)]])
        response = self.client.responses.create(**arguments)
        self.client.responses.create(model="gpt-5", input="why?", previous_response_id=response.id)
        self.assertEqual(self.proxy.seen[-1]["previous_response_id"], response.id)

    def test_mixed_turn_with_reasoning(self):
        for stream in (True, False):
            rounds = [[("thinking", "let us see", "sealed1"), ("own", self.own, "t1")],
                      [("thinking", "and now", "sealed2"), ("text", "one more", None), ("client", RUN, "t2"),
                       ("own", {**self.own, "lines": "9"}, "t3"), ("client", RUN, "t4")]]
            self.play(rounds)
            response = self.ask(stream)
            calls = [i for i in response.output if i.type == "function_call"]
            self.assertEqual([(c.call_id, c.name) for c in calls], [("t2", "run"), ("t4", "run")])
            self.proxy.script.append([("text", "done", None)])
            self.input += [i.model_dump(exclude_none=True) for i in response.output]
            self.input += [{"type": "function_call_output", "call_id": c.call_id, "output": "ok"} for c in calls]
            self.assertEqual(self.ask(stream).output_text, "done")
            self.check_written(*rounds)
            del self.input[3:]


class GeminiPackage(Case):
    wire = Gemini

    def setUp(self):
        super().setUp()
        self.client = genai.Client(api_key="k", http_options=types.HttpOptions(base_url=self.proxy.url))
        self.history = [
            types.Content(role="user", parts=[types.Part(text="what failed?")]),
            types.Content(role="model", parts=[types.Part(function_call=types.FunctionCall(name="run", args=RUN))])]
        self.result = types.Part(function_response=types.FunctionResponse(name="run", response={"output": ORIGINAL}))

    def ask(self, chat, stream, message):
        if not stream:
            return [chat.send_message(message)]
        return list(chat.send_message_stream(message))

    def test_hidden_round(self):
        for stream in (True, False):
            self.play([[("text", "let me look", None), ("own", self.own, None)], [("text", "the disk was full", None)]])
            chat = self.client.chats.create(model="gemini-3-pro", history=list(self.history))
            replies = self.ask(chat, stream, self.result)
            self.check_answer()
            self.assertEqual("".join(r.text or "" for r in replies), "let me lookthe disk was full")
            self.assertEqual({r.response_id for r in replies}, {"r1"})
            usage = replies[-1].usage_metadata
            self.assertEqual((usage.prompt_token_count, usage.candidates_token_count, usage.total_token_count), (30, 15, 45))

    def test_mixed_turn_with_signatures(self):
        for stream in (True, False):
            signature = "c2lnbmF0dXJl"
            rounds = [[("text", "first", None), ("own", self.own, signature)],
                      [("text", "one more", None), ("own", {**self.own, "lines": "9"}, signature), ("client", RUN, None),
                       ("client", RUN, None)]]
            self.play(rounds)
            chat = self.client.chats.create(model="gemini-3-pro", history=list(self.history))
            replies = self.ask(chat, stream, self.result)
            calls = [c for r in replies for c in r.function_calls or []]
            self.assertEqual([(c.name, c.args) for c in calls], [("run", RUN), ("run", RUN)])
            self.proxy.script.append([("text", "done", None)])
            replies = self.ask(chat, stream, [
                types.Part(function_response=types.FunctionResponse(name="run", response={"output": "ok"})) for _ in calls])
            self.assertEqual("".join(r.text or "" for r in replies), "done")
            self.check_written(*rounds)
            self.assertEqual(self.proxy.wire.answered(self.proxy.seen[-1]),
                             ["run", "headroom_retrieve", "headroom_retrieve", "run", "run"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--driver", default=DRIVER)
    known, rest = parser.parse_known_args()
    DRIVER = known.driver
    unittest.main(argv=[sys.argv[0], *rest])
