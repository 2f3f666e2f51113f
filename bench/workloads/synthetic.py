#!/usr/bin/env python3
"""synthetic.py FOLDER [--seed N] [--only PART] - writes requests of an agent whose tool answered with invented data, varied in
schema, size, notation and question: JSON rows (e_), lists of scalars and series (f_), logs (g_).

The comparison harness (bench/compare.sh names it) reads the folder with its option --dir. To add one: a function that
returns (question or None, the tool's answer, must_keep, needles); its name is the workload's.

Each file: {"name", "split", "model", "query", "messages", "must_keep", "needles", "notes"}. must_keep: what a view has to
show (errors, outliers, rare events, what the question names); needles: sampled facts that must at least be retrievable.
Seeded per workload: the same seed writes the same bytes, whatever the others do. python3's standard library only.
"""

import argparse
import json
import pathlib
import random

import logs  # noqa: F401  (fills WORKLOADS)
import rows  # noqa: F401
import series  # noqa: F401
from made import WORKLOADS


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="a part of names")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for name, build in WORKLOADS.items():
        if arguments.only not in name:
            continue
        query, answer, must_keep, needles = build(random.Random(f"{arguments.seed} {name}"))
        messages = [{"role": "system", "content": "You are a careful engineer's assistant with tools."}]
        if query:
            messages.append({"role": "user", "content": query})
        messages += [
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "fetch", "arguments": "{}"}}],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": answer},
        ]
        for kept in must_keep:
            assert kept in answer or json.dumps(kept)[1:-1] in answer, (name, kept)
        (arguments.folder / f"{name}.json").write_text(
            json.dumps(
                {
                    "name": name,
                    "split": "synthetic",
                    "model": "gpt-4o",
                    "query": query,
                    "messages": messages,
                    "must_keep": must_keep,
                    "needles": needles,
                    "notes": "",
                }
            )
        )


if __name__ == "__main__":
    main()
