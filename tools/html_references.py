#!/usr/bin/env python3
"""Writes src/compressors/html/references.inc: the named character references of HTML, from Python's own table (html.entities).

usage: html_references.py [--check] OUT     (--check: write nothing, fail if OUT differs)
"""
import html.entities
import sys


def spell(text):
    return '"' + "".join(f"\\x{byte:02x}" for byte in text.encode()) + '"'


def main():
    check = "--check" in sys.argv
    out = [a for a in sys.argv[1:] if not a.startswith("--")][0]
    rows = [f'{{"{name}", {spell(text)}}},' for name, text in sorted(html.entities.html5.items())]
    text = ("// Made by tools/html_references.py from Python's html.entities; checked against it by --check.\n"
            "// {name without its &, what it stands for in UTF-8}, sorted. Names without ; are those that old pages may leave open.\n"
            + "\n".join(rows) + "\n")
    if check:
        return 0 if open(out).read() == text else f"{out} differs from html.entities"
    open(out, "w").write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
