#!/usr/bin/env python3
"""replicas_test.py --binary build/test/headroom [--full]: several proxies that share a Redis and a master key.

Any request to any of them gives the provider the same bytes, whichever is killed, and when Redis goes; gateways that call /v1/compress turn
about (LiteLLM's, Portkey's and Kong's requests) get the same answer from each. Items 5 and 7 of docs/acceptance/proxy.md.
"""
import hashlib
import json
import pathlib
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
from fixture import KEYS, Provider, Proxy, conversation, log, reply, rows, turn  # noqa: E402

FULL = fixture.FULL
OK = reply('{"id":"x","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}')
SECRET = {"HEADROOM_MASTER_KEY": "0123456789abcdef" * 4}


class Redis:
    """A server of the test's own. The package redis-tools holds it too: one program that goes by its name."""

    def __init__(self):
        program = next((p for p in ("/usr/bin/redis-server", "/usr/bin/valkey-server", "/usr/bin/redis-check-rdb", "/usr/bin/valkey-check-rdb")
                        if pathlib.Path(p).exists()), None)
        if program is None:
            raise unittest.SkipTest("no Redis here (package redis-tools)")
        with socket.create_server(("127.0.0.1", 0)) as s:
            self.port = s.getsockname()[1]
        self.home = tempfile.mkdtemp()
        self.process = subprocess.Popen(["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.home],
                                        executable=program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = f"redis://127.0.0.1:{self.port}"
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("Redis does not start")

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


class Digests:
    """What a provider was sent, by the session and turn that its request is labelled with."""

    def __init__(self):
        self.of, self.lists = {}, {}

    def serve(self, request, send):
        session = request.get("x-turn")
        self.of[session] = hashlib.sha256(request.body).hexdigest()
        if session.startswith("0:"):
            self.lists[session] = json.loads(request.body)["messages"]
        return send(OK)


class Replicas(unittest.TestCase):
    def test_same_bytes(self):
        """Item 7."""
        sessions, turns = (1000, 60) if FULL else (12, 20)
        redis = Redis()
        self.addCleanup(redis.stop)
        calm, busy = Digests(), Digests()

        def play(proxies, cut=lambda n: None):
            failures, lock = [], threading.Lock()
            count = [0]

            def one(start):
                for seed in range(start, sessions, 4):
                    # Its text grows as its list would: to write 300 kB anew for each turn is most of what the test takes.
                    text = json.dumps(conversation(seed, 0))[:-2]
                    for t in range(turns):
                        text += ", " + json.dumps(turn(seed, t))[1:-1]
                        with lock:
                            count[0] += 1
                            n = count[0]
                            cut(n)
                            alive = [p for p in proxies if p.process.poll() is None]
                        status, _, _ = alive[n % len(alive)].ask("POST", "/v1/messages", (text + "]}").encode(), {**KEYS, "x-turn": f"{seed}:{t}"})
                        if status != 200:
                            failures.append((seed, t, status))
            threads = [threading.Thread(target=one, args=(i,)) for i in range(4)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            self.assertEqual(failures, [])

        with Provider(calm.serve, keep=False) as provider, Proxy(provider.url, environment=SECRET) as proxy:
            play([proxy])
            one_class = proxy.json("/readyz")["class"]
        with Provider(busy.serve, keep=False) as provider:
            proxies = [Proxy(provider.url, "--store", redis.url, environment=SECRET) for _ in range(3)]
            for p in proxies:
                self.addCleanup(p.__exit__)
                self.assertEqual(p.json("/readyz")["class"], one_class)
            all_of_them = sessions * turns

            def cut(n):
                if n == all_of_them // 3:
                    proxies[0].process.terminate()  # it ends what it has, and takes no more
                    proxies[0].process.wait(30)
                if n == all_of_them * 2 // 3:
                    redis.process.kill()
                    redis.process.wait()
            play(proxies, cut)
        self.assertEqual(len(busy.of), all_of_them)
        different = [k for k in calm.of if calm.of[k] != busy.of[k]]
        self.assertEqual(different, [])
        epochs = 0
        for t in range(1, turns):
            before, now = calm.lists[f"0:{t - 1}"], calm.lists[f"0:{t}"]
            epochs += now[:len(before)] != before
        self.assertLessEqual(epochs, turns // 10)
        print(f"\nitem 7: {sessions} sessions x {turns} turns on 3 replicas, one ended after a third, Redis killed after two: "
              f"{len(calm.of)} bodies, all as on one; {epochs} epochs in the first session")

    def test_redis_cut(self):
        """Item 7: without its store /v1/compress leaves nothing out, and says why."""
        redis = Redis()
        self.addCleanup(redis.stop)
        body = {"model": "gpt-4o", "config": {"mode": "ccr"}, "messages": [
            {"role": "user", "content": "which failed?"}, {"role": "assistant", "content": None, "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "run", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "c1", "content": log(900)}]}
        with Proxy(None, "--store", redis.url, environment=SECRET) as proxy:
            whole = json.loads(proxy.ask("POST", "/v1/compress", body)[2])
            self.assertEqual((whole["lossless"], len(whole["ccr_hashes"])), (False, 1))
            handle = whole["ccr_hashes"][0]
            self.assertEqual(proxy.ask("GET", f"/v1/retrieve/{handle}")[0], 200)
            redis.process.kill()
            redis.process.wait()
            body["messages"][2]["content"] = log(901, 1)
            status, _, answer = proxy.ask("POST", "/v1/compress", body)
            cut = json.loads(answer)
            self.assertEqual((status, cut["lossless"], cut["ccr_hashes"], len(cut["messages"])), (200, True, [], 3))
            self.assertIn("store_failed", json.dumps(cut["skipped"]))
            status, headers, answer = proxy.ask("GET", f"/v1/retrieve/{handle}")
            self.assertEqual((status, headers["x-headroom-error"]), (503, "store_unavailable"), answer)
        print(f"\nitem 7: Redis cut: {whole['tokens_after']} tokens with a handle before, {cut['tokens_after']} of {cut['tokens_before']} without one after; retrieve: 503")


class Gateways(unittest.TestCase):
    """Item 5: what the gateways send, alternating between two replicas."""

    def setUp(self):
        redis = Redis()
        self.addCleanup(redis.stop)
        home = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, home, True)
        environment = {**SECRET, "HEADROOM_CONFIG_DIR": home, "HEADROOM_WORKSPACE_DIR": home}
        self.token = subprocess.run([fixture.BINARY, "token", "add", "gateway", "--rights", "data,content", "--workspace", "team", "--retrieval", "tool"],
                                    capture_output=True, text=True, check=True, env={**environment, "PATH": "/usr/bin:/bin"}).stdout.strip()
        self.proxies = [Proxy(None, "--store", redis.url, "--require-token", home=home, environment=SECRET) for _ in range(2)]
        for p in self.proxies:
            self.addCleanup(p.__exit__)

    @staticmethod
    def messages(t):
        out = [{"role": "system", "content": "You help."}, {"role": "user", "content": "which item has an error?"}]
        for i in range(t):
            out += [{"role": "assistant", "content": None, "tool_calls": [{"id": f"c{i}", "type": "function", "function": {"name": "run", "arguments": f'{{"q":{i}}}'}}]},
                    {"role": "tool", "tool_call_id": f"c{i}", "content": rows(150 + i, i) if i % 2 else log(400 + i, i)}]
        return out

    def play(self, make, headers):
        """`make(t)`: the gateway's body of turn t. Each turn is asked of both replicas; rows that stand keep their bytes."""
        before, shown = [], []
        for t in range(1, 11):
            body = make(t)
            answers = [json.loads(p.ask("POST", "/v1/compress", body, {**headers, "content-type": "application/json"})[2]) for p in self.proxies]
            for answer in answers:
                self.assertEqual(answer["messages"], answers[0]["messages"])
                self.assertEqual(len(answer["messages"]), len(body["messages"]))
                self.assertEqual(answer["tokens_before"] - answer["tokens_after"], answer["tokens_saved"])
                self.assertLessEqual(answer["compression_ratio"], 1)
                for name in ("transforms_applied", "ccr_hashes", "ignored_keys", "session", "warnings", "skipped"):
                    self.assertIn(name, answer)
            self.assertEqual(answers[0]["messages"][:len(before)], before, f"turn {t}")
            before = answers[0]["messages"]
            shown.append(answers[0])
        return shown

    def test_portkey(self):
        answers = self.play(lambda t: {"model": "gpt-4o", "messages": self.messages(t),
                                       "config": {"compress_user_messages": False, "compress_system_messages": False, "protect_recent": 0}},
                            {"authorization": f"Bearer {self.token}"})
        self.assertLess(answers[-1]["compression_ratio"], 0.5)
        # Handles of one replica are redeemed by the other, by their own caller alone.
        handle = answers[-1]["ccr_hashes"][0]
        self.assertRegex(handle, r"^[a-f0-9]{12,24}$")
        for p in self.proxies:
            status, _, body = p.ask("GET", f"/v1/retrieve/{handle}", headers={"authorization": f"Bearer {self.token}"})
            self.assertEqual(status, 200)
            self.assertIn(json.loads(body)["original_content"], [m["content"] for m in self.messages(10)])
            self.assertEqual(p.ask("GET", f"/v1/retrieve/{handle}", headers={"authorization": "Bearer " + "0" * 40, "cookie": "a=b"})[0], 401)
        budget = {"model": "gpt-4o", "messages": self.messages(4), "token_budget": 4000, "config": {"target_ratio": 0.3}}
        tight = [json.loads(p.ask("POST", "/v1/compress", budget, {"authorization": f"Bearer {self.token}"})[2]) for p in self.proxies]
        self.assertEqual(tight[0]["messages"], tight[1]["messages"])
        self.assertEqual(tight[0]["ignored_keys"], [])
        print(f"\nitem 5, Portkey: 10 turns on two replicas, same rows, ratio {answers[-1]['compression_ratio']:.2f}, handles of one redeemed by the other; "
              f"budget 4000: {tight[0]['tokens_after']}")

    def test_kong(self):
        headers = {"authorization": f"Bearer {self.token}", "x-headroom-proxy-token": self.token}
        answers = self.play(lambda t: {"model": "gpt-4o", "messages": self.messages(t), "config": {"session_id": "s-1"}}, headers)
        self.assertEqual([a["session"]["id"] for a in answers], ["s-1"] * 10)
        self.assertEqual([a["session"]["frozen_message_count"] for a in answers], [2 + 2 * t for t in range(1, 11)])
        first = {"model": "gpt-4o", "messages": self.messages(0), "config": {"session_id": "s-2"}}
        self.assertFalse(json.loads(self.proxies[0].ask("POST", "/v1/compress", first, headers)[2])["session"]["cached_prefix_replayed"])
        self.assertTrue(answers[-1]["session"]["cached_prefix_replayed"])
        # What it cannot read comes back as an error it knows; anything else would fail its user's call.
        for body, status in (({"messages": []}, 400), ([], 400), ({"model": "m", "messages": []}, 200), ({"model": "m", "messages": [{"role": "user", "content": "x"}], "config": {"odd": 1}}, 200)):
            self.assertEqual(self.proxies[0].ask("POST", "/v1/compress", body, headers)[0], status, body)
        print(f"\nitem 5, Kong: 10 turns of a session on two replicas, ratio {answers[-1]['compression_ratio']:.2f}")


if __name__ == "__main__":
    fixture.main()
