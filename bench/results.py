#!/usr/bin/env python3
"""results.py BINARY [--seconds] - writes bench/results.csv: each golden case, tokens before and after, what is still visible.

  kind,case,bytes,tokens,lossless,reversible,facts,facts_visible
facts: up to 60 lines or JSON leaves of the input, evenly spread, that are long enough to be told apart; facts_visible: how many of
them stand in the reversible view as they are. --seconds prints the milliseconds per MB of each kind as well (they depend on the
machine, so they are not in the file). Run it after a change of a view; the diff is what the change costs and brings.
"""
import base64
import csv
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FACTS = 60
IMAGE_MODELS = ("claude-opus-5-5", "claude-sonnet-4-6", "gpt-4o", "gpt-4.1-mini")


def leaves(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield str(value)


def facts(content):
    """Up to FACTS pieces of the content, evenly spread, each once."""
    text = content.decode(errors="replace")
    try:
        found = list(leaves(json.loads(text)))
    except (ValueError, RecursionError):
        found = [line.strip() for line in text.splitlines()]
    found = list(dict.fromkeys(piece for piece in found if 3 < len(piece) < 400))
    step = max(1, len(found) / FACTS)
    return [found[int(i * step)] for i in range(min(FACTS, len(found)))]


def plain(text):
    """Without what encodings add: escapes, colour, runs of white space."""
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\\(?=\")", "", text))


def image_row(source, model, run):
    """An image in a request: tokens by the provider's formula; of what it says nothing can be counted here."""
    data = base64.b64encode(source.read_bytes()).decode()
    if model.startswith("claude"):
        part = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    else:
        part = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + data}}
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": [part]}]}).encode()
    answer = json.loads(run("compress", "--json", "--images", "--retrieval", "tool", stdin=body))
    before, after = answer["tokens_before"], answer["tokens_after"]
    return ["image", f"{source.stem}_{model}", source.stat().st_size, before, before, after, 0, 0]


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    spent = {}
    table = []
    with tempfile.TemporaryDirectory(prefix="headroom-results-") as home:
        environment = {"HEADROOM_WORKSPACE_DIR": home, "HEADROOM_CONFIG_DIR": home, "HOME": home}

        def run(*arguments, stdin):
            return subprocess.run([binary, *arguments], input=stdin, capture_output=True, check=True, env=environment).stdout

        run("compress", "--retrieval", "tool", stdin=b"x\n" * 1000)
        for source in sorted(ROOT.glob("corpus/*/*/input")):
            kind, case = source.parts[-3], source.parts[-2]
            content = source.read_bytes()
            options = source.with_name("options")
            extra = shlex.split(options.read_text()) if options.exists() else []
            lossless = run("compress", "--text", *extra, stdin=content)
            start = time.perf_counter()
            reversible = run("compress", "--text", "--retrieval", "tool", *extra, stdin=content)
            taken = time.perf_counter() - start
            size, total = spent.get(kind, (0, 0))
            spent[kind] = size + len(content), total + taken
            count = [int(re.search(rb"\d+", run("count", stdin=text)).group(0)) for text in (content, lossless, reversible)]
            pieces, view = facts(content), plain(reversible.decode(errors="replace"))
            table.append([kind, case, len(content), *count, len(pieces), sum(plain(piece) in view for piece in pieces)])
        for source in sorted(ROOT.glob("corpus/images/*.png")):
            for model in IMAGE_MODELS:
                table.append(image_row(source, model, run))
    with open(ROOT / "bench/results.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow("kind case bytes tokens lossless reversible facts facts_visible".split())
        writer.writerows(table)
    print("| kind | cases | tokens | lossless | reversible | facts visible |\n|---|---:|---:|---:|---:|---:|")
    for kind in dict.fromkeys(row[0] for row in table):
        rows = [row for row in table if row[0] == kind]
        tokens, lossless, reversible, wanted, seen = (sum(row[i] for row in rows) for i in range(3, 8))
        print(f"| {kind} | {len(rows)} | {tokens:,} | {100 * lossless / tokens:.1f} % | {100 * reversible / tokens:.1f} % "
              f"| {seen} of {wanted} |")
    if "--seconds" in sys.argv:
        for kind, (size, seconds) in spent.items():
            print(f"{kind}: {1e3 * seconds / (size / 1e6):.0f} ms per MB, each case a process of its own")


if __name__ == "__main__":
    main()
