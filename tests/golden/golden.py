#!/usr/bin/env python3
"""golden.py --binary HEADROOM [--update] [--only TEXT] - every case of corpus/ through the built binary.

A case is a folder corpus/KIND/CASE with
  input                the content, as a tool gave it
  options              optional: more command line, such as --query '...'
  expected.lossless    what `headroom compress --text` gives
  expected.reversible  what `headroom compress --text --retrieval tool` gives, under the key below
  stats                tokens before and after, so that a change of a view shows its price in the diff
  ORIGIN               where the input came from, and its licence
--update writes the expected views and stats; without it they are compared. Either way the promises are checked, on each case and
on mutations of it: the view decodes (lossless) or its handles give the original back (reversible), is never larger, is the same in
a second run elsewhere, and is left alone when compressed again.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MUTATIONS = 3  # of each case
KEY = hashlib.sha256(b"golden cases").digest()  # a workspace key, so that handles are the same everywhere
HANDLE = re.compile(rb"hash=(\d{12})")
MODES = {"lossless": [], "reversible": ["--retrieval", "tool"]}


class Broken(Exception):
    """A promise does not hold."""


def need(condition, what):
    if not condition:
        raise Broken(what)


class Binary:
    """The binary with a workspace of its own."""

    def __init__(self, path, workspace, **environment):
        self.path = path
        workspace.mkdir(mode=0o700)
        write_key(workspace)
        self.environment = {"HEADROOM_WORKSPACE_DIR": str(workspace), "HEADROOM_CONFIG_DIR": str(workspace),
                            "HOME": str(workspace), "PATH": os.environ.get("PATH", ""),
                            **{k: v for k, v in os.environ.items() if k.startswith(("ASAN_", "UBSAN_"))}, **environment}

    def run(self, *arguments, stdin=b""):
        done = subprocess.run([self.path, *arguments], input=stdin, capture_output=True, env=self.environment, timeout=120,
                              check=False)
        need(done.returncode == 0, f"{' '.join(arguments)}: status {done.returncode}: {done.stderr.decode(errors='replace')[:300]}")
        return done.stdout

    def compress(self, content, mode, options):
        return self.run("compress", "--text", *MODES[mode], *options, stdin=content)

    def tokens(self, content):
        return int(re.search(rb"\d+", self.run("count", stdin=content)).group(0))


def write_key(workspace):
    (workspace / "workspace.key").write_bytes(KEY)
    (workspace / "workspace.key").chmod(0o600)


def json_tokens(text):
    """The JSON tokens of a text: strings by what they say, numbers by how they are spelt, no white space between."""
    tokens = re.findall(r'"(?:\\.|[^"\\])*"|[{}\[\],:]|[^\s"{}\[\],:]+|"', text.decode(errors="surrogateescape"), re.S)
    try:
        return [json.loads(token, strict=False) if token[0] == '"' else token.encode(errors="surrogateescape") for token in tokens]
    except ValueError:
        return None  # not JSON


def same_json(one, other):
    tokens = json_tokens(one)
    return tokens is not None and tokens == json_tokens(other)


def same(decoded, content):
    return decoded == content or same_json(decoded, content)


def check_view(here, elsewhere, content, mode, options):
    """The view of content, after every promise has been checked on it."""
    view = here.compress(content, mode, options)
    need(elsewhere.compress(content, mode, options) == view, f"{mode}: another run gives another view")
    if view == content:
        return view
    need(len(view) < len(content), f"{mode}: {len(content)} bytes became {len(view)}")
    need(here.compress(view, mode, options) == view, f"{mode}: the view, compressed again, changes")
    handles = [h for h in dict.fromkeys(HANDLE.findall(view)) if b"hash=" + h not in content]
    if mode == "lossless":
        need(not handles, "lossless: a handle in a view without a way back")
    if not handles:
        need(same(here.run("decode", stdin=view), content), f"{mode}: the view decodes to something else")
    for handle in handles:
        original = here.run("retrieve", handle.decode())
        need(original == content or original in content or unescaped_in(original, content),
             f"{mode}: handle {handle.decode()} gives something that was not there")
    return view


def unescaped_in(original, content):
    """An original from inside a JSON string stands in the content with its escapes."""
    try:
        text = original.decode()
    except UnicodeDecodeError:
        return False
    return any(json.dumps(text, ensure_ascii=a)[1:-1].encode() in content for a in (True, False))


def mutations(content, seed):
    """A few fixed damages: bytes changed, a stretch removed, doubled or moved, the end cut off."""
    dice = random.Random(seed)
    for _ in range(MUTATIONS):
        text = bytearray(content)
        for _ in range(dice.randrange(1, 4)):
            if not text:
                break
            at, length = dice.randrange(len(text)), dice.randrange(1, 200)
            what = dice.randrange(6)
            if what == 0:
                text[at] = dice.randrange(256)
            elif what == 1:
                del text[at:at + length]
            elif what == 2:
                text[at:at] = text[at:at + length]
            elif what == 3:
                del text[max(at, len(text) // 2):]
            elif what == 4:
                text[at:at] = dice.choice([b"\0", b"\xff", b"\r\n", b"\n", b'"', b"]", b"[end]\n"])
            else:
                piece = text[at:at + length]
                del text[at:at + length]
                to = dice.randrange(len(text) + 1)
                text[to:to] = piece
        yield bytes(text)


def check_case(folder, here, elsewhere, update):
    """What is wrong with the case; empty if nothing."""
    wrong = []
    content = (folder / "input").read_bytes()
    options = shlex.split((folder / "options").read_text()) if (folder / "options").exists() else []
    if not (folder / "ORIGIN").exists():
        wrong.append("no ORIGIN")
    stats = {"bytes": len(content), "tokens": here.tokens(content)}
    for mode in MODES:
        try:
            view = check_view(here, elsewhere, content, mode, options)
        except (Broken, subprocess.TimeoutExpired) as error:
            wrong.append(str(error))
            continue
        stats[mode] = here.tokens(view)
        if stats[mode] > stats["tokens"]:
            wrong.append(f"{mode}: {stats['tokens']} tokens became {stats[mode]}")
        recorded = folder / f"expected.{mode}"
        if update:
            recorded.write_bytes(view)
        elif not recorded.exists() or recorded.read_bytes() != view:
            wrong.append(f"{mode}: the view is not the recorded one ({recorded.relative_to(ROOT)})")
    text = "".join(f"{name} {value}\n" for name, value in stats.items())
    if update:
        (folder / "stats").write_text(text)
    elif not wrong and (folder / "stats").read_text() != text:
        wrong.append("stats differ")
    for number, mutant in enumerate(mutations(content, folder.name)):
        for mode in MODES:
            try:
                check_view(here, elsewhere, mutant, mode, options)
            except (Broken, subprocess.TimeoutExpired) as error:
                wrong.append(f"mutation {number}: {error}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True, type=lambda name: str(pathlib.Path(name).resolve()))
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    cases = sorted(p.parent for p in (ROOT / "corpus").glob("*/*/input") if arguments.only in str(p.parent.relative_to(ROOT)))
    if not cases:
        print("no case")
        return 1
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="headroom-golden-"))
    try:
        def check(number):
            # Workspaces of its own: a store that another case keeps busy is rightly given up after 50 ms.
            here = Binary(arguments.binary, scratch / f"{number}-here", LC_ALL="C", TZ="UTC")
            elsewhere = Binary(arguments.binary, scratch / f"{number}-elsewhere", LC_ALL="C.UTF-8", TZ="Asia/Tokyo", NO_COLOR="1")
            return check_case(cases[number], here, elsewhere, arguments.update)

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(check, range(len(cases))))
    finally:
        shutil.rmtree(scratch)
    for case, wrong in zip(cases, results):
        for what in wrong:
            print(f"{case.relative_to(ROOT)}: {what}")
    failed = sum(map(bool, results))
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
