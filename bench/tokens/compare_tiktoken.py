#!/usr/bin/env python3
"""Compares our token counts with tiktoken's, block by block, for both vocabularies, and the speed of both in one run.

usage: compare_tiktoken.py TOKENS_TOOL [--mb N] [--seed N] [--file F ...] [--no-speed]

Needs tiktoken (its version is printed); the vocabularies come from its cache: set TIKTOKEN_CACHE_DIR to use it offline. The text is
gathered from the machine it runs on (sources, manuals, documentation, JSON, logs, HTML) and generated: random code points of every
class, long runs, white space, contractions, mixed scripts, bytes that are not UTF-8. --file adds files. Exit status 1 if any
count differs; the first blocks that do are shown.
"""
import argparse
import codecs
import random
import struct
import subprocess
import sys
import time

import machine_text
import tiktoken

BLOCK = 16384


def one_part(error):
    """As text.h: U+FFFD per ill-formed part, where a lone surrogate in three bytes is one part."""
    bad = error.object[error.start : error.start + 3]
    if len(bad) == 3 and bad[0] == 0xED and 0xA0 <= bad[1] <= 0xBF and 0x80 <= bad[2] <= 0xBF:
        return "\ufffd", error.start + 3
    return "\ufffd", error.end


codecs.register_error("one_part", one_part)


def generated(rng, wanted):
    scripts = [(0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x530), (0x590, 0x700), (0x900, 0xE00), (0xE00, 0xE80),
               (0x1E00, 0x2070), (0x2070, 0x2BFF), (0x3000, 0x3100), (0x4E00, 0xA000), (0xAC00, 0xD7A4), (0xFB00, 0x10000),
               (0x10000, 0x10FFF), (0x1D400, 0x1D800), (0x1F000, 0x1FAFF), (0x20000, 0x20100), (0, 0xD800), (0xE000, 0x110000)]
    atoms = ["'s", "'S", "'ll", "'LL", "'lL", "'ve", "'RE", "'t", "'d", "'m", "'\u017f", "'", "''", "\u2019s", "\r\n", "\n", "\r", " ", "  ",
             "\t", "\u00a0", "\u3000", "\u2028", "\x85", "\v", "\f", "/", "//", "!", "...", "a", "B", "Ab", "AB", "aB", "ABc", "\u02b0", "\u01c5",
             "\u0301", "\u00e9", "\u00c9", "\u4e2d", "\u0e01", "1", "23", "4567", "\u0663", "\u00b2", "\U0001f600", "\u200d", "\ufe0f", "word",
             "The", "HTTP", "_", "-", "--", "\u00ad", "\u2160", "\x00", "\ufffd", "\U000e0100", "=", "{", "}", '"', ":", ","]
    got = 0
    while got < wanted:
        shape = rng.randrange(8)
        if shape == 0:
            text = "".join(rng.choice(atoms) for _ in range(rng.randrange(1, 2000)))
        elif shape == 1:
            low, high = rng.choice(scripts)
            text = "".join(chr(rng.randrange(low, high)) for _ in range(rng.randrange(1, 2000)))
        elif shape == 2:
            text = "".join(chr(rng.randrange(*rng.choice(scripts))) for _ in range(rng.randrange(1, 2000)))
        elif shape == 3:
            text = "".join(rng.choice(atoms) * int(rng.paretovariate(0.7) % 3000) for _ in range(rng.randrange(1, 6)))
        elif shape == 4:
            letters = "".join(rng.choice("abcdefghijklmnopqrstuvwxyzAZ") for _ in range(rng.randrange(1, 6)))
            text = "".join(rng.choice(letters) for _ in range(rng.randrange(1, 3000)))
        elif shape == 5:
            text = "".join(rng.choice(" \t\n\r\u00a0\u2003") for _ in range(rng.randrange(1, 300))) + rng.choice(atoms)
        elif shape == 6:
            low, high = rng.choice(scripts[8:])
            text = " ".join("".join(chr(rng.randrange(low, high)) for _ in range(rng.randrange(1, 12))) for _ in range(100))
        else:
            data = bytearray(rng.randbytes(rng.randrange(1, 1000)))
            if rng.randrange(2):
                data = bytearray("".join(rng.choice(atoms) for _ in range(300)).encode())
                for _ in range(20):
                    data[rng.randrange(len(data))] = rng.randrange(256)
            yield bytes(data)
            got += len(data)
            continue
        text = "".join(c if not 0xD800 <= ord(c) < 0xE000 else "x" for c in text)
        got += len(text)
        yield text.encode()


def every_code_point():
    points = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    for before, after in [("", ""), ("a", "a"), ("A", "A"), ("A", "a"), ("1", "1"), (" ", " "), ("!", "!"), ("'", ""), ("\n", "\n"), (" ", "b"),
                          ("\u02b0", "B")]:
        for i in range(0, len(points), 500):
            yield "\x01".join(before + c + after for c in points[i : i + 500]).encode()


def run(tool, mode, vocabulary, blocks, *more):
    packed = b"".join(struct.pack("<I", len(b)) + b for b in blocks)
    return subprocess.run([tool, mode, vocabulary, *more], input=packed, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("tool")
    options.add_argument("--mb", type=float, default=50, help="megabytes from the machine; half as much again is generated")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--file", action="append", default=[])
    options.add_argument("--no-speed", action="store_true")
    options.add_argument("--no-code-points", action="store_true", help="leave out the sweep over every code point")
    args = options.parse_args()
    rng = random.Random(args.seed)

    real = []
    for data in [open(f, "rb").read() for f in args.file] + list(machine_text.files(rng, args.mb * 1e6)):
        real += [data[i : i + BLOCK] for i in range(0, len(data), BLOCK)]
    real = list(dict.fromkeys(real))  # each once: a count that a cache remembers shows nothing
    sets = {"from the machine": real, "generated": list(generated(rng, args.mb * 5e5))}
    if not args.no_code_points:
        sets["every code point"] = list(every_code_point())

    differences = 0
    print(f"tiktoken {tiktoken.__version__}, seed {args.seed}")
    for vocabulary in ("o200k", "cl100k"):
        encoding = tiktoken.get_encoding(vocabulary + "_base")
        for name, blocks in sets.items():
            texts = [b.decode("utf-8", "one_part") for b in blocks]
            size = sum(map(len, blocks))
            started = time.process_time()
            theirs = [len(encoding.encode_ordinary(t)) for t in texts]
            elapsed = time.process_time() - started
            ours = [int(line) for line in run(args.tool, "count", vocabulary, blocks)]
            wrong = [i for i in range(len(blocks)) if ours[i] != theirs[i]]
            differences += len(wrong)
            print(f"{vocabulary:6} {name:17} {len(blocks):6} blocks {size / 1e6:7.2f} MB {sum(theirs):10} tokens: {len(wrong)} differ")
            for i in wrong[:5]:
                print(f"   block {i}: ours {ours[i]}, tiktoken {theirs[i]}: {texts[i][:200]!r}")
            if not args.no_speed and name == "from the machine":
                print(f"   tiktoken  {size / 1e6 / elapsed:8.1f} MB/s of processor time, one pass")
                for line in run(args.tool, "speed", vocabulary, blocks, "3"):
                    what, bytes_, seconds, total = line.split()
                    ratio = f", {int(total) / sum(theirs):.3f} of the count" if what != "count" else ""
                    print(f"   {what:9} {int(bytes_) / 1e6 / float(seconds):8.1f} MB/s of processor time, fastest of 3, empty caches each{ratio}")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
