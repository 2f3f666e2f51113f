"""What the generators of workloads share: the list of them, stamps, identifiers, words. See synthetic.py."""

import datetime
import json
import uuid

WORKLOADS = {}


def workload(function):
    WORKLOADS[function.__name__] = function
    return function


def stamp(seconds, form="iso"):
    t = datetime.datetime(2025, 3, 4, 6, 0, 0) + datetime.timedelta(seconds=seconds)
    if form == "iso":
        return t.strftime("%Y-%m-%dT%H:%M:%SZ")
    if form == "iso_ms":
        return t.strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(seconds * 1000) % 1000:03d}+00:00"
    if form == "us":
        return t.strftime("%m/%d/%Y %I:%M:%S %p")
    if form == "clf":
        return t.strftime("%d/%b/%Y:%H:%M:%S +0000")
    if form == "epoch_ms":
        return int(1741068000000 + seconds * 1000)
    if form == "syslog":
        return t.strftime("%b %d %H:%M:%S").replace(" 0", "  ")
    return t.strftime(form)


def uid(r):
    return str(uuid.UUID(int=r.getrandbits(128), version=4))


def hexid(r, n):
    return "".join(r.choice("0123456789abcdef") for _ in range(n))


WORDS = (
    "cache invoice ledger parser router shard tenant widget socket replica gateway session bucket profile webhook "
    "mailer scheduler exporter importer indexer catalog pricing checkout refund voucher region planner tracker"
).split()
NAMES = (
    "Ada Bela Chidi Dana Emre Farah Goran Hanna Ines Jiro Kofi Lena Mira Nils Oona Pavel Quinn Rosa Sven Tomas Uma "
    "Vera Wim Xenia Yara Zoe"
).split()


def sentence(r, n):
    return " ".join(r.choice(WORDS) for _ in range(n)).capitalize() + "."


def rows_answer(r, rows):
    """One of the ways in which tools print rows."""
    return r.choice(
        [
            lambda: json.dumps(rows),
            lambda: json.dumps(rows, separators=(",", ":")),
            lambda: json.dumps(rows, indent=2),
            lambda: json.dumps({"total": len(rows), "items": rows}),
            lambda: json.dumps({"status": "success", "data": {"result": rows}, "next": None}),
        ]
    )()
