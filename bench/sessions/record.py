#!/usr/bin/env python3
"""record.py [--out DIR] [NAME...] - records the sessions (all, or those whose names hold one of NAME) by running their tools.

Needs the ground of material.py. Writes DIR/NAME.json (the last request's body, with the last answer behind it, one message a line)
and DIR/NAME.meta.json. See README.md.
"""
import argparse
import pathlib
import sys
import time

import roster


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default=str(pathlib.Path(__file__).resolve().parents[2] / "corpus/sessions"))
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    failed = 0
    for name, build in roster.SESSIONS.items():
        if args.names and not any(n in name for n in args.names):
            continue
        start = time.monotonic()
        try:
            requests, size = build(name).save(args.out)
            print(f"{name}: {requests} requests, {size} bytes, {time.monotonic() - start:.1f} s", flush=True)
        except Exception as e:  # one story that fails must not cost the others
            failed += 1
            print(f"{name}: FAILED: {type(e).__name__}: {e}", file=sys.stderr, flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
