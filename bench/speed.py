#!/usr/bin/env python3
"""speed.py BINARY [--peer FOLDER] [--runs N] [--quick] - a Markdown table of times and memory; against the peer in the same run.

FOLDER is a checkout of the comparison harness (compare/adapters/peer_worker.py below it), with its `peer` environment set up
under ${HEADROOM_BENCH_HOME:-~/.cache/headroom-bench}; without it only our own column is filled. Times are medians of N runs
(nine); between runs one number of the input changes, so that no cache of results can answer. python3's standard library only.
"""
import argparse
import json
import os
import pathlib
import random
import shlex
import statistics
import subprocess
import sys
import tempfile
import time


# ---- inputs ------------------------------------------------------------------------------------------------------------------
def rows(n, salt):
    r = random.Random(f"rows {n}")
    out = [{"id": i, "name": f"item-{i}", "status": "active", "owner": f"team{i % 7}", "region": r.choice(["eu", "us", "ap"]),
            "cpu": round(r.uniform(1, 90), 2), "updated": f"2026-01-{1 + i % 28:02d}T{i % 24:02d}:00:00Z"} for i in range(n)]
    out[n // 3]["cpu"] = 9700 + salt
    out[n // 2]["status"] = "failed"
    return json.dumps(out)


def log_lines(n, salt):
    r = random.Random(f"log {n}")
    out = [f"2026-02-01 {i // 3600 % 24:02d}:{i // 60 % 60:02d}:{i % 60:02d},{i % 1000:03d} INFO  worker-{i % 8} " +
           r.choice([f"request {r.getrandbits(32):08x} served in {r.randrange(3, 900)} ms",
                     f"cache miss for key user:{r.randrange(10**6)}", f"queue length {r.randrange(50)}", "heartbeat"])
           for i in range(n)]
    for i in range(40):
        out[r.randrange(n)] = f"2026-02-01 12:00:00,{i:03d} ERROR worker-{i % 8} upstream db-{salt % 97} refused the connection"
    return "\n".join(out)


def request(content, question):
    return [{"role": "user", "content": question},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "query", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "c1", "content": content}]


# ---- what is measured --------------------------------------------------------------------------------------------------------
class Worker:
    """A warm process that speaks JSON lines."""

    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        env={**os.environ, **environment})
        self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the worker ended")
        return json.loads(line)

    def ask(self, question):
        self.process.stdin.write(json.dumps(question).encode() + b"\n")
        self.process.stdin.flush()
        return self.read()

    def milliseconds(self, messages):
        answer = self.ask({"op": "compress", "messages": messages, "model": "gpt-4o", "opts": None, "clear": True})
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ms"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)


def cold(command, environment, body):
    start = time.perf_counter()
    subprocess.run(command, input=body, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
                   env={**os.environ, **environment})
    return (time.perf_counter() - start) * 1e3


def peak_mib(command, environment, body):
    """Peak resident memory: VmHWM as the process goes. What wait4 says would include this script's own pages, which a child has
    until its exec."""
    peak = 0
    with tempfile.TemporaryFile() as file:
        file.write(body)
        file.seek(0)
        process = subprocess.Popen(command, stdin=file, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env={**os.environ, **environment})
        while process.poll() is None:
            try:
                if os.path.samefile(f"/proc/{process.pid}/exe", command[0]):
                    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                    peak = max(peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)
            except (OSError, TypeError):
                pass
    return peak / 1024


class Ours:
    def __init__(self, binary, home):
        self.binary = str(pathlib.Path(binary).resolve())
        self.environment = {"HEADROOM_WORKSPACE_DIR": home, "HEADROOM_CONFIG_DIR": home}

    def worker(self):
        return Worker([self.binary, "worker", "--retrieval", "tool"], self.environment)

    def cold(self, messages):
        body = json.dumps({"model": "gpt-4o", "messages": messages}).encode()
        return cold([self.binary, "compress", "--json", "--retrieval", "tool"], self.environment, body)

    def peak(self, *arguments, body=b""):
        with tempfile.TemporaryDirectory(prefix="headroom-speed-") as home:  # where nothing is stored yet
            return peak_mib([self.binary, *arguments], {"HEADROOM_WORKSPACE_DIR": home, "HEADROOM_CONFIG_DIR": home}, body)


class Peer:
    """The peer's own worker; a cold call is a worker that starts, answers once and ends."""

    def __init__(self, folder, home):
        base = os.environ.get("HEADROOM_BENCH_HOME") or os.path.expanduser("~/.cache/headroom-bench")
        folder = pathlib.Path(folder).resolve()
        self.command = [f"{base}/venv-peer/bin/python", str(folder / "compare/adapters/peer_worker.py")]
        for path in self.command:
            if not os.path.exists(path):
                raise FileNotFoundError(path)
        self.environment = {"HOME": home, "HEADROOM_WORKSPACE_DIR": home + "/peer", "HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1",
                            "TIKTOKEN_CACHE_DIR": str(folder / "compare/tiktoken_cache"), "HEADROOM_TELEMETRY": "off",
                            "HEADROOM_BEACON": "off", "HEADROOM_UPDATE_CHECK": "off", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}

    def worker(self):
        return Worker(self.command, self.environment)

    def cold(self, messages):
        start = time.perf_counter()
        worker = self.worker()
        worker.milliseconds(messages)
        taken = (time.perf_counter() - start) * 1e3
        worker.close()
        return taken


def warm(tool, make, runs):
    worker = tool.worker()
    worker.milliseconds(request(make(0), "Anything unusual?"))
    times = [worker.milliseconds(request(make(salt), "Anything unusual?")) for salt in range(1, runs + 1)]
    worker.close()
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--peer", default="")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="leave out what takes the peer long")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headroom-speed-") as home:
        ours = Ours(arguments.binary, home)
        peer = None
        if arguments.peer:
            try:
                peer = Peer(arguments.peer, home)
            except FileNotFoundError as missing:
                print(f"no peer: {missing} is not there", file=sys.stderr)
        print("| what | ours | peer | times |\n|---|---:|---:|---:|")

        def line(what, our, their=None, unit="ms"):
            digits = 2 if our < 100 else 0
            other = f"{their:,.0f} {unit}" if their is not None else ""
            factor = f"{their / our:.0f}" if their is not None else ""
            print(f"| {what} | {our:,.{digits}f} {unit} | {other} | {factor} |", flush=True)

        def both(what, make, measure, runs=arguments.runs, peer_runs=arguments.runs):
            our = measure(ours, make, runs)
            line(what, our, measure(peer, make, peer_runs) if peer and peer_runs else None)
            return our

        def cold_median(tool, make, runs):
            tool.cold(request(make(0), "Anything unusual?"))
            return statistics.median(tool.cold(request(make(salt), "Anything unusual?")) for salt in range(1, runs + 1))

        slow = 0 if arguments.quick else 3
        both("500 rows of JSON, warm process", lambda salt: rows(500, salt), warm)
        both("500 rows of JSON, whole cold process", lambda salt: rows(500, salt), cold_median,
             peer_runs=0 if arguments.quick else arguments.runs)
        five = both("5,000 rows, warm", lambda salt: rows(5_000, salt), warm, peer_runs=slow)
        fifty = both("50,000 rows, warm", lambda salt: rows(50_000, salt), warm, peer_runs=0)
        print(f"| 50,000 rows over 5,000 rows | {fifty / five:.1f} | | |")
        both("100,000 lines of log, warm", lambda salt: log_lines(100_000, salt), warm, peer_runs=slow)

        body = json.dumps({"model": "gpt-4o", "messages": request(rows(50_000, 1), "Anything unusual?")}).encode()
        size = len(body) / 2**20
        empty = max(ours.peak("count") for _ in range(9))
        peak = max(ours.peak("compress", "--json", "--retrieval", "tool", body=body) for _ in range(5))
        print(f"| peak memory, `count` of nothing | {empty:.1f} MiB | | |")
        print(f"| peak memory, `compress` of {size:.1f} MiB | {peak:.1f} MiB = empty + {(peak - empty) / size:.1f} x input | | |")
        print(f"\n{os.cpu_count()} cores, {machine()}; command: {shlex.join(sys.argv)}")


def machine():
    try:
        for text in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if text.startswith("model name"):
                return text.split(":", 1)[1].strip()
    except OSError:
        pass
    return "unknown processor"


if __name__ == "__main__":
    main()
