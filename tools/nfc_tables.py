#!/usr/bin/env python3
"""nfc_tables.py [--check] OUT - writes src/models/nfc_tables.inc: canonical decompositions and combining classes (UAX #15).

From the Unicode data of the Python that runs it (unicodedata.unidata_version is noted in the file).
"""
import sys
import unicodedata


def main():
    check = "--check" in sys.argv
    out = [a for a in sys.argv[1:] if not a.startswith("--")][0]
    rows, ranges = [], []
    for code in range(0x110000):
        char = chr(code)
        parts = unicodedata.decomposition(char).split()
        if parts and not parts[0].startswith("<"):
            points = [int(p, 16) for p in parts]
            back = len(points) == 2 and unicodedata.normalize("NFC", "".join(map(chr, points))) == char
            rows.append((code, points[0], points[1] if len(points) == 2 else 0, back))
        k = unicodedata.combining(char)
        if k:
            if ranges and ranges[-1][1] == code - 1 and ranges[-1][2] == k:
                ranges[-1][1] = code
            else:
                ranges.append([code, code, k])
    lines = [f"// Made by tools/nfc_tables.py from Unicode {unicodedata.unidata_version}.", "constexpr Decomposition decompositions[] = {"]
    cells = [f"{{0x{a:04X}, 0x{b:04X}, 0x{c:X}, {str(d).lower()}}}," for a, b, c, d in rows]
    lines += ["    " + " ".join(cells[i:i + 3]) for i in range(0, len(cells), 3)] + ["};", "constexpr ClassRange class_ranges[] = {"]
    cells = [f"{{0x{a:04X}, 0x{b:04X}, {k}}}," for a, b, k in ranges]
    lines += ["    " + " ".join(cells[i:i + 4]) for i in range(0, len(cells), 4)] + ["};"]
    text = "\n".join(lines) + "\n"
    if check:
        return 0 if open(out).read() == text else f"{out} differs"
    open(out, "w").write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
