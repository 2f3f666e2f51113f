#!/usr/bin/env python3
"""cli_test.py --binary PATH - every command, every option row, exit codes, filters and pipes of the command line.

The option rows come from `headroom config --json`, so a new row is tested without a line here. Python's standard library only; state
lies in a fresh folder per test.
"""
import datetime
import json
import os
import random
import re
import resource
import stat
import subprocess
import sys
import tempfile
import unittest

BINARY = "headroom"
SAMPLES = {  # a value other than the default, as text and as it reads back, by what a row takes
    "N": ("77", 77), "0..1": ("0.5", 0.5), "WORD,...": ("alpha,beta", ["alpha", "beta"]),
    "ROLE,...": ("tool,user", ["tool", "user"]), "GLOB,...": ("a_*,b", ["a_*", "b"]), "INDEX,...": ("1,4", [1, 4]),
    "INDEX=FACTOR,...": ("3=2", {"3": 2}), "BYTES": ("64MiB", 64 << 20), "TIME": ("90m", 5400), "NAME": ("other", "other"), "PERCENT": ("70", 70),
    "LIBRARY": ("/nowhere/libonnxruntime.so", "/nowhere/libonnxruntime.so"),
}
WRONG = {"N": "many", "0..1": "2", "ROLE,...": "robot", "INDEX,...": "one", "INDEX=FACTOR,...": "3:2", "BYTES": "1 parsec",
         "TIME": "soon", "FILE": "no/such/file", "NAME": "../up", "PERCENT": "170"}


PRICES = {"date": "2026-01-01", "source": "made for this test",
          "rows": [{"glob": "gpt-4o*", "provider": "openai", "in": "7", "out": "9", "limit": 5000, "reserve": 1000}]}


def table(rows, seed=1):
    """rows of a service's log as a tool would print them: JSON, indented"""
    dice = random.Random(seed)
    return json.dumps([{"id": i, "service": dice.choice(["auth", "cart", "mail"]), "level": "INFO",
                        "message": f"request served in {dice.randint(10, 99)} ms", "region": "north"} for i in range(rows)], indent=2)


def body(content, **more):
    call = {"id": "c1", "type": "function", "function": {"name": "list_rows", "arguments": '{"table": "requests"}'}}
    return json.dumps({"model": "gpt-4o", **more, "messages": [
        {"role": "user", "content": "Which requests were slow?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": content}]}, indent=1).encode()


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.home = self.folder.name
        self.environment = {"HOME": self.home, "PATH": os.environ.get("PATH", "")}

    def tearDown(self):
        for path, folders, _ in os.walk(self.home):
            for folder in folders:
                os.chmod(os.path.join(path, folder), 0o700)
        self.folder.cleanup()

    def run_it(self, *arguments, stdin=b"", expect=0, environment=None, **more):
        patience = 480 if os.environ.get("HEADROOM_TEST_SANITIZED") else 120
        done = subprocess.run([BINARY, *arguments], input=stdin, capture_output=True, timeout=patience,
                              env={**self.environment, **(environment or {})}, **more)
        if expect is not None:
            self.assertEqual(done.returncode, expect, (arguments, done.stderr[-500:], done.stdout[:200]))
        return done

    def answer(self, *arguments, **more):
        return json.loads(self.run_it(*arguments, **more).stdout)

    def config(self, *flags, **more):
        return {row["name"]: row for row in self.answer("config", "--json", *flags, **more)["options"]}

    def data(self, *names):
        return os.path.join(self.home, ".local/share/headroom", *names)


class Compress(Case):
    def test_a_request_keeps_its_shape(self):
        sent = body(table(300), tools=[], temperature=0.5)
        done = self.run_it("compress", stdin=sent)
        before, after = json.loads(sent), json.loads(done.stdout)
        self.assertLess(len(done.stdout), len(sent))
        for message in (before["messages"][2], after["messages"][2]):
            del message["content"]
        self.assertEqual(before, after)
        self.assertRegex(done.stderr, rb"^headroom: [\d,]+ -> [\d,]+ tokens \([\d.]+ % kept, lossless\)\n$")
        self.assertEqual(self.run_it("compress", "--quiet", stdin=sent).stderr, b"")

    def test_a_list_of_messages(self):
        messages = json.loads(body(table(300)))["messages"]
        got = json.loads(self.run_it("compress", stdin=json.dumps(messages).encode()).stdout)
        self.assertEqual([m["role"] for m in got], ["user", "assistant", "tool"])

    def test_any_other_text_gives_its_view_and_decodes(self):
        text = table(300).encode()
        view = self.run_it("compress", stdin=text).stdout
        self.assertLess(len(view), len(text) / 2)
        original = self.run_it("decode", stdin=view).stdout
        self.assertEqual(json.loads(original), json.loads(text))

    def test_files_and_dash(self):
        path = os.path.join(self.home, "rows.json")
        with open(path, "w") as f:
            f.write(table(300))
        by_name = self.run_it("compress", path).stdout
        self.assertEqual(by_name, self.run_it("compress", "-", stdin=table(300).encode()).stdout)
        with open(path, "rb") as f:
            done = subprocess.run([BINARY, "compress"], stdin=f, capture_output=True, env=self.environment)
        self.assertEqual(by_name, done.stdout)
        self.assertEqual(by_name, self.run_it("compress", "--", path).stdout)

    def test_rows_with_a_role_are_a_table(self):
        rows = json.dumps([{"id": i, "role": "admin", "team": "north"} for i in range(200)]).encode()
        self.assertIn("content", self.answer("compress", "--json", stdin=rows))

    def test_json_answer(self):
        sent = body(table(300))
        answer = self.answer("compress", "--json", stdin=sent)
        self.assertEqual([m["role"] for m in answer["messages"]], ["user", "assistant", "tool"])
        self.assertNotIn("body", answer)
        for key in ("tokens_before", "tokens_after", "tokens_saved", "saved_fraction", "compression_ratio", "lossless",
                    "transforms_applied", "markers", "ccr_hashes", "skipped", "epoch", "warnings", "error"):
            self.assertIn(key, answer)
        self.assertEqual(answer["tokens_saved"], answer["tokens_before"] - answer["tokens_after"])
        self.assertAlmostEqual(answer["compression_ratio"] + answer["saved_fraction"], 1)
        self.assertTrue(answer["lossless"])
        self.assertIsNone(answer["error"])
        whole = self.answer("compress", "--return", "body", stdin=sent)
        self.assertEqual(whole["body"].encode(), self.run_it("compress", stdin=sent).stdout)
        edited = bytearray(sent)
        for edit in reversed(self.answer("compress", "--return", "edits", stdin=sent)["edits"]):
            edited[edit["offset"]:edit["offset"] + edit["length"]] = edit["replacement"].encode()
        self.assertEqual(bytes(edited).decode(), whole["body"])
        changes = self.answer("compress", "--return", "changes", stdin=sent)["changes"]
        self.assertEqual([c["pointer"] for c in changes], ["/messages/2/content"])
        self.assertEqual(changes[0]["text"], json.loads(whole["body"])["messages"][2]["content"])
        self.run_it("compress", "--return", "all", stdin=sent, expect=2)

    def test_the_same_bytes_every_time(self):
        sent = body(table(900))
        once = self.run_it("compress", "--json", "--retrieval", "tool", stdin=sent).stdout
        self.assertEqual(once, self.run_it("compress", "--json", "--retrieval", "tool", stdin=sent).stdout)

    def test_lossless_touches_no_file(self):
        self.run_it("compress", stdin=body(table(300)))
        self.run_it("count", stdin=b"text")
        self.run_it("simulate", "--retrieval", "tool", stdin=body(table(900)))
        self.assertEqual(os.listdir(self.home), [])

    def test_no_input_on_a_terminal_shows_help(self):
        master, slave = os.openpty()
        for command in ("compress", "decode", "count", "simulate"):
            done = subprocess.run([BINARY, command], stdin=slave, capture_output=True, env=self.environment, timeout=20)
            self.assertEqual(done.returncode, 2)
            self.assertEqual(done.stdout, b"")
            self.assertIn(b"Flags:", done.stderr)
        os.close(master)
        os.close(slave)


class Originals(Case):
    def test_they_outlive_the_process_byte_for_byte(self):
        text = table(900)
        answer = self.answer("compress", "--json", "--retrieval", "tool", "--token-budget", "400", stdin=body(text))
        self.assertFalse(answer["lossless"])
        self.assertEqual(len(answer["ccr_hashes"]), 1)
        handle = answer["ccr_hashes"][0]
        self.assertIn("hash=" + handle, answer["messages"][2]["content"])
        self.assertEqual(self.run_it("retrieve", handle).stdout.decode(), text)
        self.assertEqual(stat.S_IMODE(os.stat(self.data()).st_mode), 0o700)
        for name in os.listdir(self.data()):
            self.assertEqual(stat.S_IMODE(os.stat(self.data(name)).st_mode), 0o600, name)
        part = self.run_it("retrieve", handle, "--lines", "3-4").stdout.decode()
        for line in text.splitlines()[2:4]:
            self.assertIn(line, part)
        self.assertIn('"id": 612', self.run_it("retrieve", handle, "--query", "612").stdout.decode())
        got = self.answer("retrieve", handle, "--json")
        self.assertEqual((got["text"], got["status"], got["partial"]), (text, "live", False))

    def test_gone(self):
        done = self.run_it("retrieve", "123456789012", expect=1)
        self.assertEqual(done.stdout, b"")
        self.assertNotEqual(done.stderr, b"")
        self.assertEqual(self.answer("retrieve", "123456789012", "--json", expect=1)["status"], "unknown")
        self.run_it("retrieve", "no handle at all", expect=1)
        self.run_it("retrieve", expect=2)

    def test_any_bytes(self):
        noise = b"".join(b"2026-01-05 10:%02d:%02d INFO worker %d took \xff\xfe item %d\r\n" % (i // 60 % 60, i % 60, i % 7, i)
                         for i in range(2000)) + b"\x00end"
        done = self.run_it("compress", "--text", "--kind", "log", "--retrieval", "tool", "--token-budget", "500", stdin=noise)
        if b"hash=" in done.stdout:
            handle = done.stdout.rsplit(b"hash=", 1)[1][:12].decode()
            self.assertEqual(self.run_it("retrieve", handle).stdout, noise)
        else:
            self.assertEqual(self.run_it("decode", stdin=done.stdout, expect=None).stdout or done.stdout, noise)

    def test_in_hand(self):
        text = table(900)
        path = os.path.join(self.home, "request.json")
        with open(path, "wb") as f:
            f.write(body(text))
        handle = self.answer("compress", "--json", "--retrieval", "tool", "--token-budget", "400", path)["ccr_hashes"][0]
        self.run_it("store", "purge")
        self.run_it("retrieve", handle, expect=1)
        self.assertEqual(self.run_it("retrieve", handle, "--body", path).stdout.decode(), text)

    def test_store(self):
        self.assertEqual(self.run_it("store", "inspect").stdout, b"nothing yet\n")
        self.assertEqual(self.answer("store", "purge", "--json"), {"removed": 0})
        self.run_it("compress", "--retrieval", "tool", "--token-budget", "400", stdin=body(table(900)))
        self.assertEqual(self.answer("store", "inspect", "--json")["entries"], 1)
        self.assertEqual(self.answer("store", "purge", "--older", "1h", "--json"), {"removed": 0})
        self.assertEqual(self.answer("store", "purge", "--json"), {"removed": 1})
        self.run_it("store", "prge", expect=2)
        self.run_it("store", "purge", "--older", "never", expect=2)

    def test_inspect_shows_every_workspace_of_the_file(self):
        flags = ("compress", "--retrieval", "tool", "--token-budget", "400")
        self.run_it(*flags, stdin=body(table(900)))
        self.run_it(*flags, "--workspace", "other", stdin=body(table(900)))
        self.run_it(*flags, "--workspace", "other", stdin=body(table(900, seed=2)))
        self.run_it("shared", "put", "plan", "--workspace", "third", stdin=b"text")
        answer = self.answer("store", "inspect", "--json")
        self.assertEqual(answer["entries"], 1)
        self.assertEqual({w["workspace"]: (w["entries"], w["records"]) for w in answer["workspaces"]},
                         {"default": (1, 0), "other": (2, 0), "third": (0, 1)})
        shown = self.run_it("store", "inspect").stdout.decode()
        self.assertRegex(shown, r"(?m)^other +2 ")

    def test_what_ends_with_the_process_leaves_nothing_out(self):
        sent = body(table(900))
        flags = ("--retrieval", "tool", "--token-budget", "400")
        locked = os.path.join(self.home, "a file, not a directory")
        open(locked, "w").close()
        for more, environment, word in ((("--store", "memory"), {}, "would end with this process"),
                                        ((), {"HEADROOM_WORKSPACE_DIR": os.path.join(locked, "x")}, "no key to encrypt"),
                                        ((), {"HOME": ""}, "HEADROOM_WORKSPACE_DIR")):
            with self.subTest(word):
                answer = self.answer("compress", "--json", *flags, *more, stdin=sent, environment=environment)
                self.assertEqual((answer["lossless"], answer["ccr_hashes"], answer["error"]), (True, [], None))
                self.assertEqual(len([w for w in answer["warnings"] if word in w]), 1, answer["warnings"])
                done = self.run_it("compress", *flags, *more, stdin=sent, environment=environment)
                self.assertEqual(done.stderr.decode().count(word), 1)
                self.assertNotIn(b"hash=", done.stdout)
                self.run_it("shared", "put", "plan", *more, stdin=b"text", environment=environment, expect=3)
        # One process that answers for itself may keep them in its memory: said once.
        talk = [{"op": "compress", "messages": json.loads(sent)["messages"], "opts": {"retrieval": "tool", "token_budget": 400}}] * 2
        lines = self.run_it("worker", stdin="".join(json.dumps(t) + "\n" for t in talk).encode(),
                            environment={"HEADROOM_WORKSPACE_DIR": os.path.join(locked, "x")}).stdout.decode()
        self.assertEqual(lines.count("hash="), 2)

    def test_workspaces_do_not_see_each_other(self):
        flags = ("compress", "--json", "--retrieval", "tool", "--token-budget", "400")
        handle = self.answer(*flags, stdin=body(table(900)))["ccr_hashes"][0]
        other = self.answer(*flags, "--workspace", "other", stdin=body(table(900)))["ccr_hashes"][0]
        self.assertNotEqual(handle, other)
        self.run_it("retrieve", "--workspace", "other", handle, expect=1)
        self.run_it("retrieve", "--workspace", "other", other)


class BadInput(Case):
    def check_filter(self, sent, *flags):
        """a filter that cannot help lets the input through"""
        done = self.run_it("compress", *flags, stdin=sent)
        self.assertEqual(done.stdout, sent)
        return done

    def test_texts_that_are_not_what_they_seem(self):
        for sent in (b"", b"\n", b"{", b"[1,2", b"\xff\xfe\x00", b"{\"messages\": [", b"{\"messages\": [{\"role\": \"user\"",
                     b"[" * 10000 + b"]" * 10000, b"{\"messages\":" + b"[" * 10000 + b"]" * 10000 + b"}", b"null", b"17", b"\"x\"",
                     b"{\"messages\": []}", b"[]"):
            with self.subTest(sent[:40]):
                self.check_filter(sent)
                self.check_filter(sent, "--retrieval", "tool")

    def test_a_request_that_is_no_json(self):
        done = self.run_it("compress", "--json", stdin=b"{\"messages\": [1,", expect=2)
        self.assertEqual(json.loads(done.stdout)["error"]["type"], "invalid_request")
        self.assertIn(b"not JSON", done.stderr)

    def test_lone_surrogates_survive(self):
        sent = b'{"messages":[{"role":"user","content":"a \\ud83d b"},{"role":"tool","content":"\\udc00 x"}]}'
        self.check_filter(sent)
        self.assertIn(b"\\ud83d", self.run_it("compress", "--json", stdin=sent).stdout)

    def test_missing_and_unreadable_files(self):
        for name in ("missing.txt", self.home):
            done = self.run_it("compress", name, expect=3)
            self.assertEqual(done.stdout, b"")
            self.assertIn(b"headroom: cannot", done.stderr)

    def test_wrong_flags_and_options(self):
        for words, near in ((("compress", "--min-losy", "3"), b"--min-lossy"), (("compress", "--jsn"), b"--json"),
                            (("comprss",), b"compress"), (("compress", "--kind", "lgo"), b"log"), (("tool", "--format", "opnai"), b"openai"),
                            (("completions", "bsh"), b"bash")):
            with self.subTest(words):
                done = self.run_it(*words, stdin=b"x", expect=2)
                self.assertEqual(done.stdout, b"")
                self.assertIn(near, done.stderr)
        for words in (("compress", "--min-lossy"), ("compress", "--min-lossy", "few"), ("compress", "a", "b"), ("compress", "--json=1"),
                      ("compress", "-z"), ("version", "x"), ("compress", "--model-limit", "few"), ("retrieve", "1", "--max-tokens", "0")):
            with self.subTest(words):
                self.run_it(*words, stdin=b"x", expect=2)

    def test_full_disk_of_the_output(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BINARY, "compress"], input=body(table(300)), stdout=full, stderr=subprocess.PIPE, env=self.environment)
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"cannot write", done.stderr)

    def test_a_store_that_cannot_be_written(self):
        sent = body(table(900))
        with open(os.path.join(self.home, "file"), "w"):
            pass
        for directory in ("/proc/nowhere", os.path.join(self.home, "file")):
            with self.subTest(directory):
                done = self.run_it("compress", "--json", "--retrieval", "tool", "--token-budget", "400", stdin=sent,
                                   environment={"HEADROOM_WORKSPACE_DIR": directory})
                answer = json.loads(done.stdout)
                self.assertEqual(answer["ccr_hashes"], [])
                self.assertNotIn(b"hash=", done.stdout)
                self.assertTrue(answer["lossless"])
                self.assertTrue(any("cannot make the directory " + directory in w for w in answer["warnings"]), answer["warnings"])
                self.assertNotIn("Success", "".join(answer["warnings"]))
                plain = self.run_it("compress", "--retrieval", "tool", "--token-budget", "400", stdin=sent,
                                    environment={"HEADROOM_WORKSPACE_DIR": directory})
                self.assertIn(b"headroom: no key to encrypt originals with", plain.stderr)

    def test_no_home_at_all(self):
        done = subprocess.run([BINARY, "compress", "--retrieval", "tool", "--token-budget", "400"], input=body(table(900)),
                              capture_output=True, env={})
        self.assertEqual(done.returncode, 0)
        self.assertNotIn(b"hash=", done.stdout)
        subprocess.run([BINARY, "retrieve", "123456789012"], capture_output=True, env={}, check=False)

    def test_a_hundred_megabytes(self):
        line = b"2026-01-05 10:00:00 INFO worker started item 17 of the queue\n"
        sent = line * (100_000_000 // len(line))
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        done = self.run_it("compress", "--text", stdin=sent)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        if before < peak and not os.environ.get("HEADROOM_TEST_SANITIZED"):  # whose shadow memory is no measure
            self.assertLess(peak, (len(sent) * 5 + (64 << 20)) / 1024)
        if done.stdout != sent:
            self.assertEqual(self.run_it("decode", stdin=done.stdout).stdout, sent)


class Options(Case):
    def value_for(self, row):
        if row["takes"] == "FILE":
            path = os.path.join(self.home, "prices.json")
            with open(path, "w") as f:
                json.dump(PRICES, f)
            return (path, path)
        if row["takes"] in SAMPLES:
            return SAMPLES[row["takes"]]
        other = next(v for v in row["takes"].split("|") if json.dumps(v) != json.dumps(row["default"]) and v != json.dumps(row["default"]))
        return (other, json.loads(other) if other in ("true", "false") else other)

    def test_every_row_by_flag_variable_and_file(self):
        rows = self.config()
        self.assertGreater(len(rows), 15)
        os.makedirs(os.path.join(self.home, ".config/headroom"))
        path = os.path.join(self.home, ".config/headroom/config.toml")
        for name, row in rows.items():
            with self.subTest(name):
                self.assertEqual((row["value"], row["origin"]), (row["default"], "default"))
                text, value = self.value_for(row)
                by_flag = self.config(row["flag"] + "=" + text)[name]
                self.assertEqual((by_flag["value"], by_flag["origin"]), (value, "flag"))
                by_variable = self.config(environment={row["variable"]: text})[name]
                self.assertEqual((by_variable["value"], by_variable["origin"]), (value, "environment"))
                if not isinstance(value, dict):
                    with open(path, "w") as f:
                        f.write(f"# one row\n{name} = {json.dumps(text if row['takes'] in ('BYTES', 'TIME') else value)}\n")
                    by_file = self.config()[name]
                    self.assertEqual((by_file["value"], by_file["origin"]), (value, "file"))
                    self.assertEqual(self.config(environment={row["variable"]: text})[name]["origin"], "environment")
                    os.unlink(path)
                if row["alias"]:
                    by_alias = self.config("--" + row["alias"].replace("_", "-") + "=" + text)[name]
                    self.assertEqual(by_alias["value"], value)
                wrong = WRONG.get(row["takes"], "wrong" if "|" in row["takes"] else None)
                if wrong:
                    self.run_it("config", row["flag"] + "=" + wrong, expect=2)
                    self.run_it("config", environment={row["variable"]: wrong}, expect=2)
                for page in (self.run_it("help", "compress").stdout, self.run_it("man").stdout.replace(b"\\-", b"-"),
                             self.run_it("completions", "bash").stdout):
                    self.assertIn(row["flag"].encode(), page)

    def test_a_price_file_decides(self):
        path = os.path.join(self.home, "prices.json")
        rows = PRICES["rows"][0]

        def write(text):
            with open(path, "w") as f:
                f.write(text if isinstance(text, str) else json.dumps(text))

        def saved(*flags, **more):
            answer = self.answer("simulate", "--json", *flags, stdin=body(table(900)), **more)
            return answer["estimated_savings"], answer["tokens_saved"]
        write(PRICES)
        usual, tokens = saved()
        dear, same = saved("--prices", path)
        self.assertEqual(tokens, same)
        self.assertNotEqual(usual, dear)
        self.assertEqual(saved(environment={"HEADROOM_PRICES": path}), (dear, same))
        for wrong, named in (("", "not JSON"), ("[]", "must be an object"), ({**PRICES, "rows": 3}, "rows"),
                             ({**PRICES, "rows": [rows, {**rows, "limt": 3}]}, "row 2: limt"),
                             ({**PRICES, "rows": [{**rows, "in": 3}]}, "row 1: in"),
                             ({"rows": []}, "date"), (" " * (5 << 20), "larger than 4 MiB")):
            write(wrong)
            done = self.run_it("compress", "--prices", path, stdin=body(table(9)), expect=2)
            self.assertEqual(done.stdout, b"")
            self.assertIn("price file " + path + ": ", done.stderr.decode())
            self.assertIn(named, done.stderr.decode())
        self.assertIn(b"no such file", self.run_it("config", "--prices", "nowhere", expect=2).stderr)

    def test_switches(self):
        self.assertFalse(self.config("--no-optimize")["optimize"]["value"])
        self.assertTrue(self.config("--optimize")["optimize"]["value"])
        self.run_it("config", "--no-min-lossy", expect=2)

    def test_lists_add_up(self):
        self.assertEqual(self.config("--exclude", "a", "--exclude", "b,c")["exclude"]["value"], ["a", "b", "c"])

    def test_peer_names(self):
        self.assertEqual(self.config("--compress-user-messages")["roles"]["value"], ["tool", "user"])
        self.assertEqual(self.config("--mode", "ccr")["retrieval"]["value"], "tool")
        self.assertEqual(self.config("--mode", "agent")["fidelity"]["value"], "lossless")
        profile = self.config("--savings-profile", "agent-90")
        self.assertEqual((profile["target_ratio"]["value"], profile["keep_code"]["value"]), (0.1, 2))
        both = self.config("--min-lossy", "300", "--min-tokens-to-compress", "400")
        self.assertEqual(both["min_lossy"]["value"], 300)
        self.assertIn(b"ignored", self.run_it("config", "--min-lossy", "300", "--protect-recent", "1", "--keep-code", "2").stderr)
        for words in (("--mode", "fast"), ("--savings-profile", "max"), ("--no-verify-lossless",), ("--kompress-model", "big")):
            self.run_it("config", *words, expect=2)

    def test_the_file(self):
        path = os.path.join(self.home, "config.toml")
        where = {"HEADROOM_CONFIG_DIR": self.home}
        for text, words in (("min_losy = 3\n", b"min_lossy"), ("min_lossy 3\n", b"line 1"), ("[proxy]\nport = 1\n", b"line 1"),
                            ("min_lossy = 1\nmin_lossy = 2\n", b"twice"), ("\nttl = \"soon\"\n", b"ttl"), ("store = 'tape'\n", b"store")):
            with self.subTest(text), open(path, "w") as f:
                f.write(text)
                f.flush()
                self.assertIn(words, self.run_it("config", environment=where, expect=2).stderr)
                self.assertEqual(self.run_it("compress", stdin=b"x", environment=where, expect=2).stdout, b"")
        with open(path, "w") as f:
            f.write("exclude = [\n  'a_*', # first\n  \"b\\u00e9\",\n]\nstore_bytes = 1_000_000\noptimize = false # why\n")
        rows = self.config(environment=where)
        self.assertEqual(rows["exclude"]["value"], ["a_*", "b\u00e9"])
        self.assertEqual((rows["store_bytes"]["value"], rows["optimize"]["value"]), (1000000, False))

    def test_they_act(self):
        sent = body(table(300))
        for flags in (("--exclude", "list_*"), ("--no-optimize",), ("--min-lossless", "1000000"), ("--roles", "user"),
                      ("--frozen-message-count", "3"), ("--protect-messages", "2")):
            with self.subTest(flags):
                self.assertEqual(self.run_it("compress", *flags, stdin=sent).stdout, sent)
        large = body(table(900))
        lossless = self.answer("compress", "--json", "--retrieval", "tool", "--fidelity", "lossless", stdin=large)
        self.assertTrue(lossless["lossless"])
        small = self.answer("compress", "--json", "--retrieval", "tool", "--token-budget", "400", stdin=large)
        roomy = self.answer("compress", "--json", "--retrieval", "tool", "--token-budget", "2500", stdin=large)
        self.assertLess(small["tokens_after"], roomy["tokens_after"])


class Others(Case):
    def test_count(self):
        self.assertEqual(self.run_it("count", stdin=b"hello world").stdout, b"2\n")
        answer = self.answer("count", "--json", "--model", "gpt-4", stdin=b"hello world")
        self.assertEqual(answer, {"tokens": 2, "tokenizer": "cl100k_base", "exact": True})
        self.assertFalse(self.answer("count", "--json", "--model", "claude-sonnet-4-5", stdin=b"x")["exact"])
        sent = body(table(50))
        self.assertEqual(int(self.run_it("count", stdin=sent).stdout), self.answer("compress", "--json", stdin=sent)["tokens_before"])

    def test_decode_says_no(self):
        done = self.run_it("decode", stdin=b"plain text\n", expect=1)
        self.assertEqual(done.stdout, b"")

    def test_simulate(self):
        sent = body(table(900))
        shown = self.run_it("simulate", "--retrieval", "tool", "--sample", stdin=sent).stdout.decode()
        self.assertIn("list_rows", shown)
        self.assertIn("as the model would see it", shown)
        self.assertNotIn("\x1b", shown)
        self.assertIn("\x1b", self.run_it("simulate", "--color", "always", stdin=sent).stdout.decode())
        self.run_it("simulate", "--color", "pink", stdin=sent, expect=2)
        answer = self.answer("simulate", "--json", "--retrieval", "tool", stdin=sent)
        for key in ("messages_optimized", "block_breakdown", "waste_signals", "stable_prefix_hash", "cache_alignment_score",
                    "estimated_savings"):
            self.assertIn(key, answer)
        roles = answer["block_breakdown"]
        self.assertEqual(sum(r["before"] for r in roles.values()), answer["tokens_before"])
        self.assertEqual(sum(r["after"] for r in roles.values()), answer["tokens_after"])
        self.assertGreater(answer["waste_signals"]["white_space"]["bytes"], 1000)

    def test_demo(self):
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../corpus/sessions/chat_anthropic.json")
        with open(source.replace(".json", ".meta.json")) as f:
            requests = len(json.load(f)["requests"])
        shown = self.run_it("demo", "session", source).stdout.decode()
        self.assertTrue(shown.startswith(f"chat_anthropic: {requests} requests"))
        rows = [line.split() for line in shown.splitlines() if line[:7].strip().isdigit()]
        self.assertEqual(int(rows[-1][0]), requests)  # the last always shows
        without, given = (float(row[at].lstrip("$")) for row, at in ((rows[-1], 5), (rows[-1], 6)))
        self.assertGreater(without, 0)
        share = float(re.search(r"The bill with Headroom is ([0-9.]+) %", shown).group(1))
        self.assertAlmostEqual(share, 100 * given / without, delta=1)
        spent = [float(row[5].lstrip("$")) for row in rows]
        self.assertEqual(spent, sorted(spent))  # so far
        for name, mark in (("course.svg", "<svg"), ("course.html", "<html")):
            path = os.path.join(self.home, name)
            done = self.run_it("demo", "session", source, "--picture", path)
            self.assertIn(path.encode(), done.stderr)
            with open(path) as f:
                self.assertIn(mark, f.read())
        self.assertEqual(os.listdir(self.home) and os.path.exists(self.data()), False)  # nothing is stored
        # Dearer tokens, the same course.
        prices = os.path.join(self.home, "prices.json")
        with open(prices, "w") as f:
            json.dump({**PRICES, "rows": [{"glob": "*", "provider": "anthropic", "in": "300", "out": "1500", "min_prefix": 1024}]}, f)
        dear = self.run_it("demo", "session", source, "--prices", prices, "--epoch", "off").stdout.decode()
        self.assertIn("$", dear)
        self.assertNotEqual(dear, shown)
        with open(prices, "w") as f:
            json.dump(PRICES, f)
        self.assertIn(b"no price is known", self.run_it("demo", "session", source, "--prices", prices, expect=2).stderr)
        self.run_it("demo", expect=2)
        self.run_it("demo", "other", expect=2)
        self.assertNotEqual(self.run_it("demo", "session", os.path.join(self.home, "none.json"), expect=None).returncode, 0)
        with open(os.path.join(self.home, "bad.json"), "w") as f:
            f.write("{}\n")
        with open(os.path.join(self.home, "bad.meta.json"), "w") as f:
            f.write("{}")
        self.assertIn(b"recorded session", self.run_it("demo", "session", os.path.join(self.home, "bad.json"), expect=2).stderr)

    def test_savings(self):
        self.assertEqual(self.run_it("savings").stdout, b"nothing yet\n")
        self.assertEqual(self.answer("savings", "--json")["requests"], 0)
        logs = os.path.join(self.home, "logs")
        os.mkdir(logs)
        now = datetime.datetime.now(datetime.timezone.utc)
        for age, model, removed in ((0, "gpt-4o", 12_345_678), (0, "claude-x", 50), (40, "gpt-4o", 7)):
            t = now - datetime.timedelta(days=age, hours=0 if age else 1)
            with open(os.path.join(logs, f"requests-{t:%Y-%m-%d}.jsonl"), "a") as f:
                f.write(json.dumps({"t": f"{t:%Y-%m-%dT%H:%M:%S}.000Z", "id": "7f3a9c21d0e4", "rt": "openai.chat", "md": model, "st": 200,
                                    "by": "local", "k": [removed + 100, 100], "u": [100, 0, 0, 9], "m": [removed, 5, 1000]},
                                   separators=(",", ":")) + "\n")
        at = ("--log-file", logs)
        month, all_ = self.answer("savings", "--json", *at), self.answer("savings", "--json", "--days", "90", *at)
        self.assertEqual((month["requests"], all_["requests"]), (2, 3))
        self.assertEqual(month["microusd"], {"saved": 12_345_728, "spent": 10, "net": 12_345_718, "billed": 2000})
        by = self.answer("savings", "--json", "--by", "model", *at)
        self.assertEqual([(r["name"], r["tokens"]["new"]) for r in by["rows"]], [("gpt-4o", 12_345_678), ("claude-x", 50)])
        lines = self.run_it("savings", "--by", "model", *at).stdout.decode().splitlines()
        self.assertEqual(len({len(line) for line in lines[2:6]}), 1)  # columns
        self.assertEqual(lines[3].split()[:3], ["gpt-4o", "1", "12,345,678"])
        for wrong in (("--by", "modle"), ("--days", "0"), ("--days", "x"), ("--log-file", "-")):
            self.run_it("savings", *wrong, expect=2)
        self.run_it("savings", "--reset", *at)
        self.assertEqual(self.answer("savings", "--json", "--days", "90", *at)["requests"], 0)
        self.assertGreaterEqual(len(os.listdir(logs)), 3)  # nothing was removed

    def test_tool(self):
        for shape in ("openai", "responses", "anthropic", "gemini", "converse"):
            text = self.run_it("tool", "--format", shape).stdout
            self.assertIn("headroom_retrieve", json.dumps(json.loads(text)))
            self.assertLessEqual(int(self.run_it("count", "--text", stdin=text.strip()).stdout), 120, shape)

    def test_formats_version_help(self):
        self.assertIn("log", self.answer("formats", "--json")["kinds"])
        self.assertIn(b"json", self.run_it("formats").stdout)
        self.assertRegex(self.run_it("version").stdout, rb"^headroom \d+\.\d+\.\d+\n$")
        self.assertEqual(self.run_it("--version").stdout, self.run_it("version").stdout)
        overview = self.run_it().stdout
        self.assertEqual(overview, self.run_it("--help").stdout)
        for line in overview.decode().split("Commands:\n")[1].split("\n\n")[0].splitlines():
            command = line.split()[0]
            self.assertIn(b"headroom " + command.encode(), self.run_it("help", command).stdout)
            self.assertEqual(self.run_it("help", command).stdout, self.run_it(command, "--help").stdout)
        self.run_it("help", "nothing", expect=2)

    def test_completions_and_man(self):
        for shell in ("bash", "zsh", "fish", "powershell"):
            text = self.run_it("completions", shell).stdout.decode()
            for word in ("compress", "retrieve", "token-budget", "kind"):
                self.assertIn(word, text, shell)
        script = self.run_it("completions", "bash").stdout.decode()
        probe = script + "\nCOMP_WORDS=(headroom compress --tok); COMP_CWORD=2; _headroom; echo \"${COMPREPLY[@]}\"\n"
        try:
            done = subprocess.run(["bash", "-c", probe], capture_output=True, timeout=20)
        except FileNotFoundError:
            self.skipTest("no bash")
        self.assertEqual(done.stdout, b"--token-budget\n", done.stderr)
        self.assertTrue(self.run_it("man").stdout.startswith(b".TH HEADROOM 1"))

    def test_nothing_comes_from_the_working_directory(self):
        with open(os.path.join(self.home, "config.toml"), "w") as f:
            f.write("optimize = false\n")
        rows = json.loads(subprocess.run([BINARY, "config", "--json"], cwd=self.home, capture_output=True,
                                         env={"HOME": os.path.join(self.home, "elsewhere")}).stdout)["options"]
        self.assertTrue(all(row["origin"] == "default" for row in rows))


class Worker(Case):
    def talk(self, *requests, flags=()):
        sent = "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in requests)
        lines = self.run_it("worker", *flags, stdin=sent.encode()).stdout.decode().splitlines()
        self.assertEqual(json.loads(lines[0]), {"ready": True})
        self.assertEqual(len(lines), len(requests) + 1)
        return [json.loads(line) for line in lines[1:]]

    def test_the_protocol(self):
        text = table(900)
        messages = json.loads(body(text))["messages"]
        request = {"op": "compress", "messages": messages, "model": "gpt-4o", "opts": None, "clear": True}
        first, again, rss, wrong, broken = self.talk(request, request, {"op": "rss"}, {"op": "squeeze"}, "{")
        self.assertEqual(first["messages"], again["messages"])
        self.assertEqual([m["role"] for m in first["messages"]], ["user", "assistant", "tool"])
        self.assertGreaterEqual(first["ms"], 0)
        self.assertGreaterEqual(first["cpu_ms"], 0)
        self.assertGreater(rss["maxrss_mb"], 1)
        self.assertIn("error", wrong)
        self.assertIn("error", broken)
        view = first["messages"][2]["content"]
        decoded = self.talk({"op": "decode", "content": view}, {"op": "decode", "content": "plain"})
        self.assertEqual(json.loads(decoded[0]["content"]), json.loads(text))
        self.assertIsNone(decoded[1]["content"])

    def test_retrieve(self):
        text = table(900)
        request = {"op": "compress", "messages": json.loads(body(text))["messages"], "opts": {"token_budget": 400}}
        flags = ("--retrieval", "tool")
        content = self.talk(request, flags=flags)[0]["messages"][2]["content"]
        handle = content.rsplit("hash=", 1)[1][:12]
        got = self.talk({"op": "retrieve", "hash": handle}, {"op": "retrieve", "hash": "1"}, flags=flags)
        self.assertEqual([g["content"] for g in got], [text, None])

    def test_options_are_checked(self):
        self.assertIn("min_lossy", self.talk({"op": "compress", "messages": [], "opts": {"min_losy": 1}})[0]["error"])
        self.run_it("worker", "--min-losy", "1", expect=2)

    def test_gives_what_compress_gives(self):
        sent = body(table(900))
        messages = json.loads(sent)["messages"]
        by_worker = self.talk({"op": "compress", "messages": messages}, flags=("--retrieval", "tool"))[0]["messages"]
        self.assertEqual(by_worker, self.answer("compress", "--json", "--retrieval", "tool", stdin=sent)["messages"])


if __name__ == "__main__":
    if "--binary" in sys.argv:
        at = sys.argv.index("--binary")
        BINARY = os.path.abspath(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    unittest.main()
