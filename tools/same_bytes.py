#!/usr/bin/env python3
"""same_bytes.py PROGRAM... - do all builds make the same bytes?

PROGRAM is session_digests (bench/sessions/) of a build, or a command that runs it ("qemu-aarch64-static build/..."); each runs with 1 and with 16 threads over the recorded sessions. Prints a line
a run, then the sessions in which one differs from the first; exit status 1 if any does.
"""
import pathlib
import shlex
import subprocess
import sys

SESSIONS = pathlib.Path(__file__).resolve().parents[1] / "corpus/sessions"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    runs = []
    for program in sys.argv[1:]:
        for threads in ("1", "16"):
            out = subprocess.run([*shlex.split(program), SESSIONS, threads], check=True, stdout=subprocess.PIPE, text=True).stdout
            runs.append((f"{program}, {threads} thread{'s' if threads != '1' else ''}", dict(line.split() for line in out.splitlines())))
    name, first = runs[0]
    differing = False
    for other, digests in runs:
        bad = sorted(s for s in first.keys() | digests.keys() if first.get(s) != digests.get(s))
        differing |= bool(bad)
        print(f"{other}: {len(digests)} sessions, {len(bad)} differ from {name}" + "".join(f"\n  {s}" for s in bad))
    return differing or len(first) == 0


if __name__ == "__main__":
    sys.exit(main())
