#!/usr/bin/env python3
"""headline.py BINARY FOLDER - tokens saved on the headline requests: lossless views alone, and with reversible ones.

FOLDER holds one request a file ({"messages": [...], "name": ...}; generate.py makes such a folder). Figures are the binary's own
exact o200k counts. Every string under "must_contain" and "expected_answer_contains" has to stand in what is forwarded.
"""
import json
import pathlib
import subprocess
import sys


def compress(binary, body, *options):
    run = subprocess.run([binary, "compress", "--json", *options], input=body, capture_output=True, check=True)
    return json.loads(run.stdout)


def visible(answer, wanted):
    text = json.dumps(answer["messages"], ensure_ascii=False).replace('\\"', '"')
    return [w for w in wanted if w.lower() not in text.lower()]


def main():
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    print("| request | tokens | lossless | saved | reversible | saved | missing |")
    print("|---|---:|---:|---:|---:|---:|---|")
    for path in sorted(folder.glob("*.json")):
        request = json.loads(path.read_text())
        body = json.dumps({k: request[k] for k in ("model", "messages", "tools") if k in request}).encode()
        lossless, reversible = compress(binary, body), compress(binary, body, "--retrieval", "tool")
        wanted = list(request.get("must_contain", [])) + list(request.get("expected_answer_contains", []))
        before = lossless["tokens_before"]
        row = [path.stem, f"{before:,}"]
        for answer in (lossless, reversible):
            row += [f"{answer['tokens_after']:,}", f"{100 * (1 - answer['tokens_after'] / before):.1f} %"]
        print("| " + " | ".join(row + [", ".join(map(str, visible(reversible, wanted))) or "none"]) + " |")


if __name__ == "__main__":
    main()
