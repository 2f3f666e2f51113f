#!/usr/bin/env python3
"""Writes src/tokens/unicode_classes.inc: which code points the split patterns of the vocabularies see as what.

The ranges are asked from tiktoken's own regular expressions (an encoding of single bytes whose pattern is the class: text that the
pattern does not match is dropped, so what comes back is the class), hence they agree with it whatever its Unicode version is.

usage: unicode_classes.py [--check] OUT     (--check: write nothing, fail if OUT differs)
"""
import sys

import tiktoken

CLASSES = [  # name, pattern; what matches none is Other
    ("kUpper", r"[\p{Lu}\p{Lt}]"),
    ("kLower", r"\p{Ll}"),
    ("kLetter", r"[\p{Lm}\p{Lo}]"),
    ("kMark", r"\p{M}"),
    ("kNumber", r"\p{N}"),
    ("kNewline", r"[\r\n]"),
    ("kSpace", r"[^\S\r\n]"),
]
HEADER = """\
// Made by tools/unicode_classes.py from tiktoken {version}; checked against it by --check.
// {{first code point of a range, class of the range}}, up to the next row's first.
"""


def members(pattern: str, text: str) -> str:
    byte_ranks = {bytes([i]): i for i in range(256)}
    encoding = tiktoken.Encoding("class", pat_str=pattern, mergeable_ranks=byte_ranks, special_tokens={})
    return bytes(encoding.encode_ordinary(text)).decode()


def main() -> int:
    check = "--check" in sys.argv
    out = [a for a in sys.argv[1:] if not a.startswith("--")][0]
    everything = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x110000)]))
    of = ["kOther"] * 0x110000
    for name, pattern in CLASSES:
        for c in members(pattern, everything):
            assert of[ord(c)] == "kOther", (name, hex(ord(c)))
            of[ord(c)] = name
    # The contractions are matched in any case: the one letter outside ASCII that folds to one of theirs is U+017F.
    assert members(r"(?i:[sdmtlver])", everything) == "DELMRSTVdelmrstv\u017f"
    rows, previous = [], None
    for c, name in enumerate(of):
        if name != previous:
            rows.append(f"{{0x{c:05X}, CharClass::{name}}},")
            previous = name
    text = HEADER.format(version=tiktoken.__version__) + "\n".join(
        " ".join(rows[i : i + 3]) for i in range(0, len(rows), 3)
    ) + "\n"
    if check:
        return 0 if open(out).read() == text else f"{out} differs from what tiktoken {tiktoken.__version__} says"
    open(out, "w").write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
