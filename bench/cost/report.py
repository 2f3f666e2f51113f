#!/usr/bin/env python3
"""report.py BENCH_COST [--peer PYTHON] [--sessions DIR] [--markdown] [NAME...] - what the recorded sessions cost, with and without.

BENCH_COST is the program of that name (./dev build bench). PYTHON is the interpreter of an environment with the peer's library; its
bodies are made by peer.py and sent through the same cache models at the same prices. Prints a line a session, then quantiles, then
the floors; exit status 1 if one does not hold.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
HEAVY = 0.6  # of the last request's tokens are results of commands and services


def quantile(values, q):
    values = sorted(values)
    at = q * (len(values) - 1)
    low = int(at)
    return values[low] + (values[min(low + 1, len(values) - 1)] - values[low]) * (at - low)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--peer")
    parser.add_argument("--peer-bodies", help="where peer.py wrote them already")
    parser.add_argument("--sessions", default=str(HERE.parents[1] / "corpus/sessions"))
    parser.add_argument("--markdown", action="store_true", help="only the table of the README")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bodies = args.peer_bodies or "-"
        if args.peer:
            bodies = scratch
            subprocess.run([args.peer, str(HERE / "peer.py"), scratch, *args.names], check=True, stdout=subprocess.DEVNULL)
        lines = subprocess.run([args.program, args.sessions, bodies, *args.names], check=True, stdout=subprocess.PIPE).stdout.decode()
    rows = [json.loads(line) for line in lines.splitlines()]
    for r in rows:
        r["heavy"] = r["results"] >= HEAVY
        for k in ("lossless", "steady", "ours", "empty", "other"):
            if k in r:
                r["kept_" + k] = r[k]["dollars"] / r["direct"]["dollars"]
    if not args.markdown:
        print(f"{'session':22} {'format':10} {'req':>4} {'results':>7} {'direct $':>9} {'lossless':>8} {'+lossy':>7} {'+epochs':>7} {'epochs':>6} {'peer':>7} {'peak':>8} {'peak with':>9} {'core ms':>8}")
        for r in sorted(rows, key=lambda r: (r["heavy"], r["kept_ours"])):
            peer = f"{100 * r['kept_other']:6.1f}%" if "other" in r else "      -"
            print(f"{r['session']:22} {r['format']:10} {r['requests']:4} {100 * r['results']:6.0f}% {r['direct']['dollars']:9.4f} {100 * r['kept_lossless']:7.1f}% "
                  f"{100 * r['kept_steady']:6.1f}% {100 * r['kept_ours']:6.1f}% {r['ours']['epochs']:6} {peer} {r['direct']['peak']:8} {r['ours']['peak']:9} {r['ours']['ms'] / r['requests']:8.2f}")
    groups = [("ordinary", [r for r in rows if not r["heavy"]]), ("tool-heavy", [r for r in rows if r["heavy"]]), ("all", rows)]
    print("\n| sessions | | bill, median | P10 of the saving | worst bill | lossless | reversible | epochs | results gone | peer, median | peer, worst |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, group in groups:
        if not group:
            continue
        kept = [r["kept_ours"] for r in group]
        direct = sum(r["direct"]["dollars"] for r in group)
        part = lambda a, b: f"{100 * (sum(r[a]['dollars'] for r in group) - sum(r[b]['dollars'] for r in group)) / direct:.1f} %"
        peers = [r["kept_other"] for r in group if "other" in r]
        peer = f"{100 * statistics.median(peers):.1f} % | {100 * max(peers):.1f} %" if peers else "- | -"
        print(f"| {name} | {len(group)} | **{100 * statistics.median(kept):.1f} %** | {100 * quantile([1 - k for k in kept], 0.1):.1f} % | {100 * max(kept):.1f} % | "
              f"{part('direct', 'lossless')} | {part('lossless', 'steady')} | {part('steady', 'ours')} | "
              f"{100 * statistics.median(r['kept_empty'] for r in group):.1f} % | {peer} |")
    total = lambda k: sum(r[k]["dollars"] for r in rows)
    print(f"\nIn sum: direct ${total('direct'):.2f}, lossless ${total('lossless'):.2f}, with Headroom ${total('ours'):.2f} (of it retrievals ${sum(r['ours']['retrieval'] for r in rows):.2f})", end="")
    both = [r for r in rows if "other" in r]
    checks = [("median bill <= 90 %", statistics.median(r["kept_ours"] for r in rows) <= 0.90),
              ("worst bill <= 103 %", max(r["kept_ours"] for r in rows) <= 1.03),
              ("no request refused for its marks", all(r["ours"]["refused"] == r["direct"]["refused"] for r in rows))]
    if groups[1][1]:
        checks.append(("tool-heavy median <= 60 %", statistics.median(r["kept_ours"] for r in groups[1][1]) <= 0.60))
    fired = [r for r in rows if r["ours"]["epochs"]]
    paid = lambda rows: sum(r["ours"]["dollars"] <= r["steady"]["dollars"] for r in rows)
    if fired:
        by_price = [r for r in fired if r["ours"]["paying"]]
        print(f"; epochs fire in {len(fired)} sessions and pay in {paid(fired)}, by price in {len(by_price)} and {paid(by_price)}", end="")
        checks.append(("epochs pay in >= 80 % of the sessions where one fires by price", paid(by_price) >= 0.8 * len(by_price)))
    if both:
        ours, theirs = sum(r["ours"]["dollars"] for r in both), sum(r["other"]["dollars"] for r in both)
        below = sum(r["ours"]["dollars"] < r["other"]["dollars"] for r in both)
        print(f"; peer ${theirs:.2f} against ${ours:.2f} on {len(both)} sessions, cheaper than the peer in {below}", end="")
        checks += [("below the peer in sum", ours < theirs), ("below the peer in >= 80 % of sessions", below >= 0.8 * len(both))]
    print("\n")
    for what, holds in checks:
        print(f"{'holds' if holds else 'MISSED'}: {what}")
    return not all(holds for _, holds in checks)


if __name__ == "__main__":
    sys.exit(main())
