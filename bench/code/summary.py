#!/usr/bin/env python3
"""summary.py FIGURES - the table of what code_view printed: by language, files, invalid views, what is saved, speed."""
import collections
import statistics
import sys

ROWS = "language path bytes lines functions before after errors errors_after ms problem".split()
INVALID = "not recognised"  # any other problem is one


def main():
    languages = collections.defaultdict(list)
    with open(sys.argv[1], encoding="utf-8") as figures:
        for line in figures:
            row = dict(zip(ROWS, line.rstrip("\n").split("\t")))
            for group in (row["language"], "all"):
                languages[group].append(row)
    print("| language | files | invalid | not recognised | over 200 lines | saved, median | saved, mean | MB/s |\n|---|---|---|---|---|---|---|---|")
    for language in sorted(languages, key=lambda name: (name == "all", name)):
        rows = languages[language]
        saved = [100 - 100 * int(r["after"]) / int(r["before"]) for r in rows if int(r["lines"]) > 200 and int(r["functions"])]
        invalid = sum(r["problem"] not in ("", INVALID) for r in rows)
        unknown = sum(r["problem"] == INVALID for r in rows)
        speed = sum(int(r["bytes"]) for r in rows) / 1000 / max(1e-9, sum(float(r["ms"]) for r in rows))
        print(f"| {language} | {len(rows):,} | {invalid} | {unknown} | {len(saved):,} | {statistics.median(saved or [0]):.1f} % |"
              f" {statistics.mean(saved or [0]):.1f} % | {speed:.1f} |")


if __name__ == "__main__":
    main()
