#!/usr/bin/env python3
"""real_model_test.py --driver PATH --binary PATH - a model directory against the packages onnxruntime and tokenizers themselves.

Tokens must be theirs for every word; scores must be what their library gives for the same chunks, rounded to 1/256. Then the command line: a model is
added, named, changed, missed. requirements.txt pins the packages; ./dev check installs them.
"""
import argparse
import json
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

import numpy
import onnxruntime
from tokenizers import Tokenizer

import make_model

CHUNK_WORDS, CHUNK_TOKENS = 350, 512
ODD = ["don't", "DON'T", "they've'll", "'s", "''s", "a'", "café", "cafe\u0301", "\u1112\u1161\u11ab", "Å", "x²y", "½", "東京都", "🙂🙂", "🏳️‍🌈", "a\u200bb", "1234567890", "3.14e-9",
       "https://a.example/?q=1&b=%20", "snake_case_name", "CamelCaseName", "[MASK]", "a[SEP]b", "[CLS", "|||ADDRESS|||x", "proxycache", "xproxycache",
       "proxycache.", "§4).", "…", "—", "\ufeff", "\u0301", "ﬁ", "क़", "a" * 700, "é" * 300, "9" * 600, "\x01\x02", "<|endoftext|>", "١٢٣", "ǅ", "ʼn", "a\u0327\u0301"]


def library():
    folder = pathlib.Path(onnxruntime.__file__).parent / "capi"
    return str(next(p for p in sorted(folder.glob("libonnxruntime.so*"))))


def words(seed, n):
    dice = random.Random(seed)
    out = []
    while len(out) < n:
        if dice.random() < .05:
            out.append(dice.choice(ODD))
        elif dice.random() < .05:
            out.append("".join(chr(dice.choice([dice.randint(33, 126), dice.randint(161, 0x24F), dice.randint(0x300, 0x36F),
                                                dice.randint(0x391, 0x5F4), dice.randint(0x904, 0x939), dice.randint(0xAC00, 0xD7A3)]))
                               for _ in range(dice.randint(1, 12))))
        else:
            out += make_model.sentence(dice).split()
    return [w for w in out[:n] if len(w.split()) == 1]


class Models(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="headroom-model-")
        cls.home = pathlib.Path(cls.folder.name)
        cls.tokenizer = make_model.directory(cls.home / "tiny")
        cls.session = onnxruntime.InferenceSession(str(cls.home / "tiny/onnx/kompress-fp32.onnx"), providers=["CPUExecutionProvider"])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def ours(self, list_of_words):
        done = subprocess.run([DRIVER, str(self.home / "tiny"), library()], input="\n".join(list_of_words).encode() + b"\n", capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def theirs(self, list_of_words):
        """Scores by the packages: chunks, tokens and the model all theirs."""
        cls, sep = self.tokenizer.token_to_id("[CLS]"), self.tokenizer.token_to_id("[SEP]")
        scores = []
        while len(scores) < len(list_of_words):
            ids, ends = [cls], []
            for word in list_of_words[len(scores):len(scores) + CHUNK_WORDS]:
                more = self.tokenizer.encode(word, add_special_tokens=False).ids
                if len(ids) + len(more) + 1 > CHUNK_TOKENS:  # cut: what fits is read, and the word opens the next chunk
                    ids += more[:CHUNK_TOKENS - 1 - len(ids)]
                    break
                ids += more
                ends.append(len(ids))
            if not ends:
                scores.append(256)
                continue
            ids.append(sep)
            row = numpy.array([ids], numpy.int64)
            values = self.session.run(["final_scores"], {"input_ids": row, "attention_mask": numpy.ones_like(row)})[0][0]
            begin = 1
            for end in ends:
                scores.append(max((int(numpy.float32(v) * 256 + .5) for v in values[begin:end]), default=0))
                begin = end
        return scores

    def test_tokens_are_theirs(self):
        for seed in range(4):
            asked = ODD + words(seed, 3000)
            found = self.ours(asked)["ids"]
            for word, ids in zip(asked, found):
                self.assertEqual(ids, self.tokenizer.encode(word, add_special_tokens=False).ids, ascii(word))

    def test_scores_are_theirs(self):
        different = total = 0
        for seed in range(4):
            asked = words(seed, 2000)
            ours, theirs = self.ours(asked)["scores"], self.theirs(asked)
            self.assertEqual(len(ours), len(theirs))
            different += sum(a != b for a, b in zip(ours, theirs))
            total += len(ours)
            self.assertLessEqual(max(abs(a - b) for a, b in zip(ours, theirs)), 1)
        print(f"scores: {total - different} of {total} equal")
        self.assertLessEqual(different, total // 1000)

    def test_under_64_words_all_are_kept(self):
        self.assertEqual(self.ours(words(9, 60))["scores"], [256] * 60)

    # --- the command line

    def headroom(self, *arguments, stdin=b"", expect=0):
        environment = {"HOME": str(self.home), "HEADROOM_WORKSPACE_DIR": str(self.home / "data"), "HEADROOM_CONFIG_DIR": str(self.home / "config"),
                       "HEADROOM_ONNXRUNTIME": library()}
        done = subprocess.run([BINARY, *arguments], input=stdin, capture_output=True, env=environment, check=False)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done

    def test_a_model_is_added_named_changed_and_missed(self):
        dice = random.Random(3)
        article = "".join(" ".join(make_model.sentence(dice) for _ in range(4)) + "\n\n" for _ in range(60)).encode()
        shorten = ["compress", "--text", "--kind", "prose", "--quiet", "--retrieval", "tool", "--token-budget", "600"]
        plain = self.headroom(*shorten, stdin=article).stdout
        folder = self.home / "added"
        make_model.directory(folder)
        added = json.loads(self.headroom("model", "add", str(folder), "--name", "tiny", "--json").stdout)["models"][0]
        self.assertEqual(added["model"], "onnx/kompress-fp32.onnx")
        self.assertEqual(len(added["model_sha256"]), 64)
        self.assertIn(added["model_sha256"].encode(), self.headroom("model", "list").stdout)
        # That it is there changes nothing; that it is named does, the same way each time.
        self.assertEqual(self.headroom(*shorten, stdin=article).stdout, plain)
        judged = self.headroom(*shorten, "--prose-model", "tiny", stdin=article).stdout
        self.assertNotEqual(judged, plain)
        self.assertEqual(self.headroom(*shorten, "--prose-model", "tiny", stdin=article).stdout, judged)
        self.assertEqual(self.headroom(*shorten, "--kompress-model", str(folder), stdin=article).stdout, judged)
        for line in judged.decode().splitlines()[:-1]:
            for piece in [p for p in __import__("re").split(r"\[[^\]]*\]", line) if p.strip()]:
                self.assertIn(piece.strip().encode(), article)
        # Another file under the same name is an error, and so is none; never another ranking.
        make_model.directory(folder, seed=2)
        self.assertIn(b"is not the file that was registered", self.headroom(*shorten, "--prose-model", "tiny", stdin=article, expect=3).stderr)
        (folder / "onnx/kompress-fp32.onnx").unlink()
        self.assertIn(b"none of onnx/", self.headroom(*shorten, "--prose-model", "tiny", stdin=article, expect=3).stderr)
        self.assertIn(b"was not found", self.headroom(*shorten, "--prose-model", str(self.home / "tiny"), "--onnxruntime", "/nowhere/lib.so",
                                                      stdin=article, expect=3).stderr)
        self.headroom("model", "remove", "tiny")
        self.headroom("model", "remove", "tiny", expect=1)
        self.assertIn(b"no model is registered", self.headroom(*shorten, "--prose-model", "tiny", stdin=article, expect=2).stderr)
        self.assertEqual(self.headroom(*shorten, stdin=article).stdout, plain)

    def test_the_saved_tokenizer_is_the_one_that_was_made(self):
        again = Tokenizer.from_file(str(self.home / "tiny/tokenizer.json"))
        self.assertEqual(again.encode("Every valve couldn't").ids, self.tokenizer.encode("Every valve couldn't").ids)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--driver", default="build/test/tests/model_driver")
    parser.add_argument("--binary", default="build/test/headroom")
    known, rest = parser.parse_known_args()
    DRIVER, BINARY = os.path.abspath(known.driver), os.path.abspath(known.binary)
    unittest.main(argv=[__file__, *rest])
