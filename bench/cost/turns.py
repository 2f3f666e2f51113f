#!/usr/bin/env python3
"""turns.py BINARY [SESSION] [TURNS] - how long each turn of a growing session takes in one warm `headroom worker`, and its memory.

The session's requests go in one after the other, as an agent's do. Prints the core's own milliseconds (wall and processor): the first
ten turns, the last ten, the slowest, tokens at the end, peak memory after a tenth of the turns and at the end.
"""
import json
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sessions"))
import replay  # noqa: E402


def main():
    binary = sys.argv[1]
    name = sys.argv[2] if len(sys.argv) > 2 else "long_h11"
    turns = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    session = replay.Session(replay.FOLDER / f"{name}.json")
    worker = subprocess.Popen([binary, "worker", "--store", "memory"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(request):
        worker.stdin.write(json.dumps(request) + "\n")
        worker.stdin.flush()
        return json.loads(worker.stdout.readline())

    worker.stdout.readline()
    # Evenly spread over the session, the last one included, so that the wanted number of turns reaches its full size.
    picks = sorted({round(k * (len(session) - 1) / (turns - 1)) for k in range(turns)})
    answers, memory = [], []
    for i in picks:
        messages = json.loads(session.request(i))["messages"]
        answers.append(ask({"op": "compress", "messages": messages, "model": session.model, "opts": {"retrieval": "tool"}}))
        memory.append(ask({"op": "rss"})["maxrss_mb"])
    worker.stdin.close()
    worker.wait()
    for key in ("ms", "cpu_ms"):
        times = [a[key] for a in answers]
        print(f"{key:7} first ten {statistics.median(times[:10]):7.2f}  last ten {statistics.median(times[-10:]):7.2f}  slowest {max(times):7.2f}")
    print(f"{len(picks)} turns, {answers[-1]['tokens_before']} tokens at the end; peak memory {memory[len(memory) // 10]:.0f} MB after a tenth, {memory[-1]:.0f} MB at the end")


if __name__ == "__main__":
    main()
