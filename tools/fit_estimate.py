#!/usr/bin/env python3
"""Fits the weights of tokens::Counter::estimate (src/tokens/estimate.cc) and writes src/tokens/estimate_weights.inc.

A text's o200k tokens are taken to be the sum, over its adjacent bytes, of a weight for the pair of their classes. The weights
are a ridge regression of exact counts (tokens_tool) over files of the machine, cut into blocks of many sizes, each block weighing
the same, so that the relative error is what is small.

usage: fit_estimate.py TOKENS_TOOL OUT [--mb N] [--seed N] [--check F ...]     (needs numpy; --check prints the error on files)
"""
import argparse
import os
import random
import struct
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench", "tokens"))
import machine_text

CLASSES = [b"aeiouy", b"bcdfghjklmnpqrstvwxz", bytes(range(65, 91)), bytes(range(48, 58)), b" ", b"\n\r", b"\t\v\f", b"\"'`", b",;:", b".!?",
           b"()[]{}<>", b"_", b"-=", b"/\\", b"#*+|~", bytes(range(0xC0, 0x100)), bytes(range(0x80, 0xC0))]  # the rest: 17
KINDS = 18
SCALE = 65536


def class_table():
    table = np.full(256, KINDS - 1, dtype=np.int64)
    for kind, members in enumerate(CLASSES):
        table[list(members)] = kind
    return table


def features(blocks, table):
    rows = np.zeros((len(blocks), KINDS * KINDS))
    for i, block in enumerate(blocks):
        kinds = table[np.frombuffer(b"\n" + block, dtype=np.uint8)]
        rows[i] = np.bincount(kinds[:-1] * KINDS + kinds[1:], minlength=KINDS * KINDS)
    return rows


def exact(tool, blocks):
    packed = b"".join(struct.pack("<I", len(b)) + b for b in blocks)
    out = subprocess.run([tool, "count", "o200k"], input=packed, stdout=subprocess.PIPE, check=True).stdout
    return np.array(out.split(), dtype=float)


def report(name, estimate, counts):
    error = estimate / counts - 1
    print(f"{name}: {len(counts)} blocks, total {estimate.sum() / counts.sum() - 1:+.3f}, relative error: mean {np.abs(error).mean():.3f}, "
          f"90 % within {np.quantile(np.abs(error), 0.9):.3f}, 99 % within {np.quantile(np.abs(error), 0.99):.3f}")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("tool")
    options.add_argument("out")
    options.add_argument("--mb", type=float, default=60)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--check", nargs="*", default=[])
    args = options.parse_args()
    rng = random.Random(args.seed)
    blocks = []
    for data in machine_text.files(rng, args.mb * 1e6):
        at = 0
        while at < len(data):
            size = rng.choice([200, 800, 3000, 12000])
            blocks.append(data[at : at + size])
            at += size
    blocks = [b for b in blocks if len(b) >= 100]
    rng.shuffle(blocks)
    counts, table = exact(args.tool, blocks), class_table()
    rows = features(blocks, table)
    fit, held = slice(0, len(blocks) * 4 // 5), slice(len(blocks) * 4 // 5, None)
    scaled = rows[fit] / counts[fit, None]
    ridge = 1e-4 * np.eye(rows.shape[1]) * len(scaled) / 100
    weights = np.linalg.solve(scaled.T @ scaled + ridge, scaled.T @ np.ones(len(scaled)))
    weights = np.round(weights * SCALE) / SCALE
    report("fitted on", rows[fit] @ weights, counts[fit])
    report("held back", rows[held] @ weights, counts[held])
    for path in args.check:
        data = open(path, "rb").read()
        report(os.path.basename(path), features([data], table) @ weights, exact(args.tool, [data]))
    with open(args.out, "w") as out:
        out.write("// Made by tools/fit_estimate.py: the class of each byte, and for each pair of classes its tokens / 65536.\n")
        out.write(f"constexpr std::size_t kKinds = {KINDS};\nconstexpr std::array<std::uint8_t, 256> kKindOf = {{\n")
        for i in range(0, 256, 32):
            out.write("    " + ", ".join(str(k) for k in table[i : i + 32]) + ",\n")
        out.write("};\nconstexpr std::array<std::int32_t, kKinds * kKinds> kWeight = {\n")
        for i in range(KINDS):
            out.write("    " + ", ".join(str(int(w * SCALE)) for w in weights[i * KINDS : (i + 1) * KINDS]) + ",\n")
        out.write("};\n")


if __name__ == "__main__":
    main()
