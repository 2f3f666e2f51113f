#!/usr/bin/env python3
"""other_parsers.py FILES VIEWS [MOST] - reads views (DIR/N.SUFFIX of `code_view --views`) with the languages' own parsers.

FILES is the list that code_view read. A view fails if its language's parser takes the source and not the view. Nothing is run: Python's
`ast`, `node --check`, `gofmt -e`, `bash -n`, `ruby -c`, `php -l`, where they are on the machine. MOST: views of a language at most (default
all).
"""
import ast
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import warnings

COMMANDS = {"javascript": (["node", "--check"], {".js", ".mjs", ".cjs"}), "go": (["gofmt", "-e"], {".go"}), "bash": (["bash", "-n"], {".sh", ".bash"}),
            "ruby": (["ruby", "-c"], {".rb"}), "php": (["php", "-l"], {".php"})}
STRINGS = (SyntaxError, ValueError)


def takes(language, path):
    if language == "python":
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(pathlib.Path(path).read_bytes())
            return True
        except STRINGS:
            return False
    command, _ = COMMANDS[language]
    return subprocess.run([*command, path], capture_output=True, check=False, timeout=60).returncode == 0


def main():
    rows = [line.split("\t") for line in pathlib.Path(sys.argv[1]).read_text().splitlines()]
    views, most = pathlib.Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else len(rows)
    jobs = {}
    for number, (language, path) in enumerate(rows, 1):
        command = COMMANDS.get(language)
        view = views / f"{number}{pathlib.Path(path).suffix}"
        known = language == "python" or (command and shutil.which(command[0][0]) and view.suffix in command[1])
        if known and view.exists() and len(jobs.setdefault(language, [])) < most:
            jobs[language].append((path, str(view)))
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for language, pairs in jobs.items():
            good = [p for p, ok in zip(pairs, pool.map(lambda p, l=language: takes(l, p[0]), pairs)) if ok]
            failed = [p for p, ok in zip(good, pool.map(lambda p, l=language: takes(l, p[1]), good)) if not ok]
            bad += len(failed)
            print(f"{language}: {len(good)} sources read, {len(failed)} of their views not")
            for source, view in failed[:5]:
                print(f"  {view} of {source}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
