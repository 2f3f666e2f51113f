#!/usr/bin/env python3
"""generate.py - writes the made cases of corpus/json and corpus/log (the others are real tool output: see each ORIGIN).

Seeded, so it writes the same bytes every time; python3's standard library only. A case written here has the ORIGIN
"corpus/generate.py: NAME". Run it from anywhere: python3 corpus/generate.py
"""
import json
import pathlib
import random

CORPUS = pathlib.Path(__file__).resolve().parent
CASES = []


def case(kind, options=""):
    """Registers a function whose bytes are the input of corpus/KIND/its_name; its docstring is the ORIGIN."""
    def register(make):
        CASES.append((kind, make.__name__, options, make))
        return make
    return register


def dice(name):
    return random.Random("headroom " + name)


def stamp(minute, second=0):
    return f"2026-03-{1 + minute // 1440:02d}T{minute // 60 % 24:02d}:{minute % 60:02d}:{second:02d}Z"


def dump(value, indent=None, **more):
    separators = None if indent else (",", ":")
    return json.dumps(value, indent=indent, separators=separators, ensure_ascii=False, **more).encode()


def order(r, i):
    return {"id": 40_000 + i, "customer": f"cust-{r.randrange(900):04d}", "country": r.choice(["DE", "FR", "PL", "SE", "US"]),
            "items": r.randrange(1, 9), "total": round(r.uniform(5, 400), 2), "paid": r.random() < 0.9,
            "created": stamp(i * 7), "note": None if r.random() < 0.8 else r.choice(["gift", "fragile", "call first"])}


# ---- json ------------------------------------------------------------------------------------------------------------------
@case("json")
def table_orders():
    """200 orders of one shape, one total far from the others, one status that says failed."""
    r = dice("orders")
    rows = [order(r, i) for i in range(200)]
    rows[137]["total"] = 91_350.0
    rows[61]["note"] = "payment failed: card declined"
    return dump(rows)


@case("json")
def table_orders_indented():
    """The same shape under a wrapper with counts and a cursor, printed with an indent of two."""
    r = dice("orders indented")
    rows = [order(r, i) for i in range(120)]
    rows[88]["note"] = "ERROR: refund rejected by bank"
    return dump({"total_count": 4120, "page": 3, "next": "b2Zmc2V0PTM2MA==", "orders": rows}, indent=2)


@case("json", "--query 'why was order 40077 late?'")
def table_asked_for_one():
    """A table whose reader asks for one row by its id."""
    r = dice("asked")
    return dump([order(r, i) for i in range(150)])


@case("json")
def table_sparse_keys():
    """Rows with different sets of keys, in different orders, and values of changing type."""
    r = dice("sparse")
    rows = []
    for i in range(90):
        row = {"id": i, "type": r.choice(["push", "fork", "star"])}
        if row["type"] == "push":
            row["commits"] = [{"sha": f"{r.getrandbits(160):040x}", "ok": True} for _ in range(r.randrange(1, 4))]
        elif row["type"] == "fork":
            row["forkee"] = {"name": f"repo-{i}", "private": r.random() < 0.2}
        if i % 11 == 0:
            row["id"] = str(i)
        if i % 2:
            row = dict(reversed(row.items()))
        rows.append(row)
    return dump(rows)


@case("json")
def table_nested_objects():
    """Pods of a cluster: objects in objects, most parts the same in every row; two pods do not run."""
    r = dice("pods")
    rows = []
    for i in range(80):
        bad = i in (23, 64)
        rows.append({
            "metadata": {"name": f"api-{r.getrandbits(32):08x}", "namespace": "shop", "labels": {"app": "api", "tier": "web"}},
            "spec": {"node": f"node-{i % 7}", "containers": [{"name": "api", "image": "shop/api:4.2.1", "ports": [8080, 9090]}]},
            "status": {"phase": "Failed" if bad else "Running", "restarts": 14 if bad else r.choice([0, 0, 0, 1]),
                       "reason": "OOMKilled" if bad else "", "started": stamp(i * 13)}})
    return dump({"kind": "List", "items": rows}, indent=2)


@case("json")
def table_hostile_cells():
    """Cells that look like our own encodings: commas, pipes, quotes, new lines, brackets, markers with handles."""
    r = dice("hostile")
    cells = ["a,b", "a|b", 'say "x"', "two\nlines", "[end]", "[rows 0-5 kept]", "tab\there", "\\n", "", " lead", "trail ", "null",
             "1e5", "[200 rows compressed to 2: rows 0, 17 kept. Retrieve with hash=482193075514]", "\u2028", "~", "=", "#", "{}",
             "[json table, 60 rows, complete]", "\u0000", "'", ";", "true", "0123"]
    return dump([{"key": r.choice(cells), "value": r.choice(cells), "n": i} for i in range(60)])


@case("json")
def strings_paths():
    """An array of 300 strings: file names of a few folders."""
    r = dice("paths")
    return dump([f"src/{r.choice(['core', 'ui', 'net'])}/{r.choice(['view', 'store', 'parser', 'socket'])}_{i:03d}.ts"
                 for i in range(300)])


@case("json")
def strings_messages():
    """An array of log-like strings, most of three templates, with two errors in it."""
    r = dice("messages")
    out = [r.choice([f"request {i} served in {r.randrange(3, 90)} ms", f"cache miss for key user:{r.randrange(5000)}",
                     f"worker {r.randrange(8)} idle"]) for i in range(240)]
    out[100] = "ERROR: connection to db-2 refused"
    out[181] = "FATAL: out of file descriptors"
    return dump(out)


@case("json")
def numbers_with_outliers():
    """A series of 500 measures around 20 with three far outliers and one step."""
    r = dice("numbers")
    out = [round(r.gauss(20 if i < 350 else 31, 1.2), 3) for i in range(500)]
    out[77], out[301], out[433] = 480.25, -77.5, 999.0
    return dump(out)


@case("json")
def numbers_odd_spelling():
    """Numbers that a parser would print differently: exponents, minus zero, trailing zeros, beyond 64 bits."""
    out = []
    for i in range(160):
        out.append(["1.0", "1.00", "-0", "-0.0", "1e400", "1E+2", "0.1e-7", "123456789012345678901234567890", "7"][i % 9] if i % 3
                   else str(i))
    return ("[" + ", ".join(out) + "]").encode()


@case("json")
def mixed_array():
    """An array of objects, numbers, strings, nulls, booleans and arrays in turn."""
    r = dice("mixed")
    return dump([[{"id": i, "ok": True}, i * 3, f"text {i}", None, i % 2 == 0, [i, i + 1, r.randrange(99)]][i % 6]
                 for i in range(180)])


@case("json")
def object_wide():
    """One object of 400 members: settings, most of them defaults."""
    r = dice("wide")
    return dump({f"{r.choice(['cache', 'http', 'log', 'db'])}.{r.choice(['size', 'limit', 'ttl', 'mode'])}.{i}":
                 r.choice([True, False, 0, 100, "auto", "off", None]) for i in range(400)}, indent=2)


@case("json")
def object_deep_tree():
    """A tree of files, four levels deep."""
    r = dice("tree")

    def node(depth, name):
        if depth == 0:
            return {"name": name + ".py", "type": "file", "size": r.randrange(200, 9000)}
        return {"name": name, "type": "dir", "children": [node(depth - 1, f"{name[:4]}_{i}") for i in range(r.randrange(3, 6))]}
    return dump(node(4, "root"), indent=2)


@case("json")
def json_in_strings():
    """Rows whose payload is JSON inside a JSON string, twice escaped in places."""
    r = dice("inner")
    rows = []
    for i in range(60):
        inner = {"event": r.choice(["click", "view"]), "props": {"page": f"/p/{r.randrange(40)}", "ms": r.randrange(2000)}}
        if i % 10 == 0:
            inner["raw"] = json.dumps({"agent": "Mozilla/5.0", "lang": "de"})
        rows.append({"offset": 9_000 + i, "partition": i % 3, "payload": json.dumps(inner)})
    return dump(rows)


@case("json")
def tool_result_in_json():
    """A tool's answer as a server of tools wraps it: JSON, printed with blanks, in a string of JSON."""
    r = dice("wrapped")
    rows = [{"id": 500 + 3 * i, "title": f"Reader fails on input {i}", "state": r.choice(["open", "closed"]), "user": {"login": r.choice(["mara", "ines"])},
             "labels": r.choice([[], ["bug"], ["bug", "parser"]]), "comments": r.randrange(20)} for i in range(45)]
    rows[31]["title"] = "Crash: out of memory in the parser"
    return dump({"content": [{"type": "text", "text": json.dumps({"total": 45, "issues": rows}, indent=2)}], "isError": False})


def output_of(kind, name):
    """What a tool printed in another case, as text."""
    return (CORPUS / kind / name / "input").read_bytes().decode()


@case("json")
def command_output_in_json():
    """A test run's output as a command runner answers it: a string of JSON beside the exit status (the output is that of log/pytest_two_failures)."""
    return json.dumps({"output": output_of("log", "pytest_two_failures"), "metadata": {"exit_code": 1, "duration_seconds": 3.4}}).encode()


@case("json", "--query 'where is handle_request called?'")
def search_in_tool_result():
    """Search results as a server of tools wraps them: a list of one text (the results are those of search/grep_context)."""
    return dump({"content": [{"type": "text", "text": output_of("search", "grep_context")}], "isError": False})


@case("json")
def streams_in_json():
    """Standard output with a patch, standard error with a short complaint, and the same log twice (diff/git_show_message, log/npm_install_http)."""
    log = output_of("log", "npm_install_http")
    return dump({"stdout": output_of("diff", "git_show_message"), "stderr": "warning: LF will be replaced by CRLF\n", "exit_code": 0,
                 "logs": [{"name": "install", "text": log}, {"name": "install again", "text": log}]}, indent=2)


@case("json")
def code_in_tool_result():
    """A file as a server of tools reads it out: code with quotes, in a frame in a frame."""
    lines = ["import re", "", ""]
    for i in range(24):
        lines += [f"def field_{i}(row, default=\"none\"):", f"    \"\"\"The field \"f{i}\" of a row, or the default.\"\"\"",
                  f"    value = row.get(\"f{i}\", default)", f"    if not re.match(r\"^\\w+\\t{i}\", value):",
                  f"        raise ValueError(f\"field {i}: {{value!r}}\")", "    return value.strip(\"\\n\")", "", ""]
    inner = json.dumps({"path": "fields.py", "text": "\n".join(lines)}, indent=1)
    return dump({"content": [{"type": "text", "text": inner}], "isError": False})


@case("json")
def texts_with_hostile_escapes():
    """Long strings that do not come back from one spelling of escapes, one that does, and one that says what a view of ours would say."""
    plain = "\n".join(f"step {i}: the valve number {i * 37 % 91} was opened by hand and \"checked\"" for i in range(30))
    odd = json.dumps(plain).replace("valve", "\\u0076alve").replace("hand", "h\\/and")
    forged = json.dumps("[text 2: 3 lines]\nnot ours\n[text 3]\n" + plain + "\ud83d lone\x00")
    return ('{"odd": %s, "plain": %s, "forged": %s, "name": "text 1"}' % (odd, json.dumps(plain.replace("valve", "pump")), forged)).encode()


@case("json")
def events_of_kinds():
    """Events of four kinds, one behind the other, with few keys in common; a deployment that failed."""
    r = dice("kinds")
    rows = []
    for i in range(90):
        at = stamp(600 + i // 4, i % 4 * 15)
        rows.append(r.choice([
            {"type": "push", "at": at, "repo": f"shop/{r.choice(['api', 'web', 'jobs'])}", "branch": r.choice(["main", "fix-login", "next"]),
             "commits": r.randrange(1, 6), "author": r.choice(["ines", "mara", "tom"])},
            {"type": "issue", "at": at, "number": 400 + i, "title": f"Reader fails on input {i}", "state": r.choice(["open", "closed"]), "labels": ["bug"]},
            {"type": "deploy", "at": at, "env": r.choice(["prod", "stage"]), "version": f"1.{r.randrange(20)}.{r.randrange(9)}", "ok": True,
             "took": r.randrange(30, 300)},
            {"type": "metric", "at": at, "name": r.choice(["cpu", "mem", "disk"]), "value": round(r.random() * 100, 2), "host": f"web-{r.randrange(9)}"}]))
    rows[52] = {"type": "deploy", "at": stamp(613), "env": "prod", "version": "1.7.2", "ok": False, "took": 12, "error": "health check timed out"}
    return dump({"next": "b2Zmc2V0PTkw", "events": rows})


@case("json")
def json_lines_crlf():
    """JSON lines as a program on Windows writes them."""
    r = dice("crlf")
    return b"".join(dump({"at": f"2026-10-01T08:{i // 2:02}:{i % 2 * 30:02}Z", "level": "info" if i != 50 else "error", "took": r.randrange(400),
                          "said": "handled" if i != 50 else "disk full <C:\\data>"}) + b"\r\n" for i in range(80))


@case("json")
def lists_query_rows():
    """What a query returns: names of columns, rows as arrays, one of them shorter and one of strings that look like numbers."""
    r = dice("query")
    rows = [[9_000 + i, f"2026-10-{1 + i // 12:02}", r.choice(["nord", "süd", "west"]), round(r.random() * 900, 2), r.choice([None, "late"])]
            for i in range(90)]
    rows[40] = ["9040", "2026-10-04", "west"]
    return dump({"status": "ok", "schema": {"columns": ["id", "day", "region", "net", "note"]}, "rows": rows, "truncated": False})


@case("json")
def objects_by_name():
    """Like-shaped objects under their names, one of them odd, some with short arrays of objects."""
    r = dice("services")
    out = {}
    for i in range(40):
        ports = [{"port": 8000 + i, "protocol": "TCP"}] + ([{"port": 9000 + i, "protocol": "UDP"}] if i % 3 else [])
        out[f"svc-{i:02}"] = {"image": f"registry.example/svc:{r.randrange(9)}.{r.randrange(9)}", "replicas": r.randrange(4), "ports": ports,
                              "health": {"path": "/healthz", "every": "10s"}}
    out["svc-17"]["health"] = {"path": "/healthz", "every": "10s", "last": "connection refused"}
    out["defaults"] = None
    return dump({"version": 3, "services": out, "networks": {"front": {"driver": "bridge"}, "back": {"driver": "bridge"}}})


@case("json")
def json_lines_events():
    """JSON lines: one object a line, one of them of another shape and bad."""
    r = dice("lines")
    out = []
    for i in range(220):
        out.append(dump({"ts": stamp(i, i % 60), "level": "info", "msg": "tick", "seq": i, "lag_ms": r.randrange(40)}))
    out[150] = dump({"ts": stamp(150), "level": "error", "msg": "consumer stopped", "error": "offset out of range", "seq": 150})
    return b"\n".join(out) + b"\n"


@case("json")
def json_lines_torn():
    """JSON lines cut in the middle of the last object, with a blank line and CRLF in places."""
    r = dice("torn")
    out = b""
    for i in range(80):
        out += dump({"i": i, "user": f"u{r.randrange(30)}", "took": r.random()}) + (b"\r\n" if i % 9 == 0 else b"\n")
        if i == 40:
            out += b"\n"
    return out[:-20]


@case("json")
def escapes_and_unicode():
    """Every kind of escape, lone surrogates, controls, emoji and right-to-left text in values and keys."""
    rows = ['{"k\\u00e9y":"caf\\u00e9 \\ud83d\\ude00","n":%d,"s":"\\/slash \\b\\f\\n\\r\\t \\u0000"}' % i for i in range(40)]
    rows[7] = '{"k\\u00e9y":"lone \\ud800 here","n":7,"s":"\u05e9\u05dc\u05d5\u05dd"}'
    return ("[\n  " + ",\n  ".join(rows) + "\n]").encode()


@case("json")
def duplicate_keys():
    """Objects that name a key twice: legal to the grammar, a trap for a parser that keeps the last."""
    return ("[" + ",".join('{"id":%d,"v":%d,"id":"%d"}' % (i, i * 7, i) for i in range(70)) + "]").encode()


@case("json")
def odd_white_space():
    """Valid JSON with white space wherever it may stand, tabs and CRLF included."""
    r = dice("space")
    gap = lambda: r.choice(["", " ", "\t", "\r\n", "\n  "])  # noqa: E731
    return ("[" + ",".join(f'{gap()}{{{gap()}"a"{gap()}:{gap()}{i}{gap()},{gap()}"b"{gap()}:{gap()}"x{i % 5}"{gap()}}}{gap()}'
                           for i in range(90)) + "]").encode()


@case("json")
def deep_nesting():
    """Nested 1,500 deep: parsers with a recursion limit refuse it."""
    return b"[" * 1500 + b"1" + b"]" * 1500


@case("json")
def not_json_trailing_comma():
    """Not recognised: a table that is JSON but for the comma after the last row."""
    r = dice("comma")
    return dump([order(r, i) for i in range(40)])[:-1] + b",]"


@case("json")
def not_json_python_repr():
    """Not recognised: what Python prints of a list of dicts, single quotes and None."""
    r = dice("repr")
    return repr([order(r, i) for i in range(40)]).encode()


@case("json")
def tiny_object():
    """Too small to gain anything."""
    return b'{"status":"ok","took":3}'


@case("json")
def empty_containers():
    """Rows of empty objects, arrays and strings."""
    return dump([{"a": {}, "b": [], "c": ""} for _ in range(50)])


# ---- log -------------------------------------------------------------------------------------------------------------------
@case("log")
def syslog_oom():
    """A day of a server's syslog: cron, sshd, systemd; the kernel kills a process once, a disk warns twice."""
    r = dice("syslog")
    out = []
    for i in range(900):
        t = f"Mar {3 + i // 600:2d} {i // 40 % 24:02d}:{i % 60:02d}:{r.randrange(60):02d} web-1 "
        out.append(t + r.choice([
            f"CRON[{r.randrange(2000, 9000)}]: (root) CMD (/usr/lib/sa/sa1 1 1)",
            f"sshd[{r.randrange(2000, 9000)}]: Accepted publickey for deploy from 10.0.0.{r.randrange(2, 90)} port {r.randrange(30000, 60000)} ssh2",
            f"systemd[1]: Started session-{r.randrange(900)}.scope - Session {r.randrange(900)} of user deploy.",
            f"nginx[811]: 10.0.0.{r.randrange(2, 90)} GET /api/items/{r.randrange(400)} 200 {r.randrange(200, 9000)}",
            f"nginx[811]: 10.0.0.{r.randrange(2, 90)} GET /health 200 2"]))
    out[402] = "Mar  3 10:42:11 web-1 kernel: Out of memory: Killed process 4711 (worker) total-vm:8120344kB, anon-rss:7911200kB"
    out[403] = "Mar  3 10:42:11 web-1 systemd[1]: worker.service: Main process exited, code=killed, status=9/KILL"
    out[404] = "Mar  3 10:42:11 web-1 systemd[1]: worker.service: Failed with result 'oom-kill'."
    for i in (610, 711):
        out[i] = f"Mar  4 0{i % 7}:10:00 web-1 smartd[512]: Device: /dev/sda, {i % 9 + 1} Currently unreadable (pending) sectors"
    return "\n".join(out).encode() + b"\n"


@case("log", "--query 'what happened to request 7f3a91c2?'")
def service_asked_for_request():
    """A service's log whose reader asks for one request id; its lines are among 600 others."""
    r = dice("service")
    out = []
    for i in range(600):
        rid = f"{r.getrandbits(32):08x}"
        out.append(f"{stamp(i // 6, i % 60)} INFO  [http-{i % 8}] {rid} GET /v2/orders/{r.randrange(9000)} -> 200 in {r.randrange(4, 300)} ms")
    for k, i in enumerate((211, 212, 230)):
        out[i] = f"{stamp(i // 6, i % 60)} {['INFO ', 'WARN ', 'ERROR'][k]} [http-3] 7f3a91c2 " + \
            ["POST /v2/orders accepted", "stock service slow: 2100 ms", "order 8812 rolled back: stock service timed out"][k]
    return "\n".join(out).encode() + b"\n"


@case("log")
def traces_repeated():
    """The same Java-like trace forty times with changing ids, and one other trace once."""
    out = []
    for i in range(40):
        out += [f"{stamp(i)} ERROR [pool-{i % 4}] c.e.Import - row {i * 37} failed",
                "java.lang.IllegalStateException: no price for sku A-%d" % (i * 7 % 50),
                "\tat com.example.Prices.find(Prices.java:88)", "\tat com.example.Import.row(Import.java:41)",
                "\tat com.example.Import.run(Import.java:19)", "\t... 12 more"]
        out += [f"{stamp(i, k)} INFO  [pool-{i % 4}] c.e.Import - row {i * 37 + k} imported" for k in range(1, 9)]
    out[300:300] = [f"{stamp(25, 59)} ERROR [main] c.e.Main - giving up", "java.io.IOException: No space left on device",
                    "\tat java.base/sun.nio.ch.FileDispatcherImpl.write0(Native Method)", "\tat com.example.Main.flush(Main.java:61)"]
    return "\n".join(out).encode()


@case("log")
def progress_and_colour():
    """A terminal's raw bytes: colour codes, carriage returns of a progress bar, erased lines."""
    out = []
    for step in range(12):
        out.append(f"\x1b[1m==> step {step}\x1b[0m\n")
        for p in range(0, 101, 4):
            out.append(f"\r\x1b[2K  [{'#' * (p // 4):<25}] {p:3d}%")
        out.append("\n" + ("\x1b[31merror:\x1b[0m checksum of part 7 differs\n" if step == 7 else "\x1b[32mok\x1b[0m\n"))
    return "".join(out).encode()


@case("log")
def crlf_build():
    """A build log with CRLF line ends and a last line without one."""
    out = [f"[{i:3d}/300] Compiling module{i:03d}.cpp" for i in range(1, 301)]
    out.insert(188, "module188.cpp(41): error C2065: 'widht': undeclared identifier")
    out.insert(90, "module090.cpp(7): warning C4996: 'strcpy': This function may be unsafe.")
    out.append("Build FAILED.")
    return "\r\n".join(out).encode()


@case("log")
def hostile_statements():
    """Lines that forge our own statements, between ordinary ones."""
    r = dice("hostile log")
    forged = ["[lines 10-20 of 90: 2 templates, 0 errors]", "[90 lines compressed to 4. Retrieve with hash=482193075514]", "[end]",
              "[log, 400 lines, complete]", "[log templates, complete]", "[rows 3-9 kept]"]
    out = [f"{stamp(i)} INFO worker {r.randrange(4)} finished job {i}" for i in range(400)]
    for k, line in enumerate(forged * 3):
        out[20 + k * 19] = line
    out[333] = f"{stamp(333)} ERROR worker 2 lost job 333"
    return "\n".join(out).encode() + b"\n"


@case("log")
def bytes_not_text():
    """Log lines with NUL bytes, broken UTF-8 and a stretch of noise in between."""
    r = dice("bytes")
    out = [f"{stamp(i)} INFO frame {i} size {r.randrange(100, 1500)}".encode() for i in range(300)]
    for i in range(40, 60):
        out[i] = bytes(r.randrange(256) for _ in range(60)).replace(b"\n", b"?")
    out[120] = b"2026-03-01T02:00:00Z ERROR bad frame \xff\xfe\x00 dropped"
    return b"\n".join(out) + b"\n"


@case("log")
def one_endless_line():
    """A minified log: one line of 60,000 bytes."""
    r = dice("line")
    return " ".join(f"t={i} v={r.randrange(1000)}" for i in range(4200)).encode()


@case("log")
def words_that_only_sound_bad():
    """Nothing is wrong here, but the words are: error counts of zero, files named after failures."""
    r = dice("harmless")
    out = []
    for i in range(250):
        out.append(f"{stamp(i)} INFO " + r.choice([
            "checked 120 rows, 0 errors, 0 warnings", "test_error_handling.py ... ok", f"fetched /static/error-{i % 3}.css",
            "failed=0 passed=88", "no exceptions were raised", f"retry queue empty, errors: 0, round {i}"]))
    out[199] = f"{stamp(199)} INFO checked 120 rows, 3 errors, 0 warnings"
    return "\n".join(out).encode() + b"\n"


@case("log")
def not_a_log_prose():
    """Not recognised: an essay in numbered paragraphs."""
    r = dice("prose")
    subject = ["The harbour", "A bridge", "Every market", "The old mill", "Her brother", "The council", "This street"]
    verb = ["keeps", "remembers", "follows", "has outgrown", "still needs", "rarely shows", "depends on"]
    rest = ["what the river brings", "its own slow calendar", "the people who built it", "a promise made in spring",
            "more patience than money", "the sound of the bells", "rules that nobody wrote down"]
    out = []
    for i in range(40):
        out.append(f"{i + 1}. " + " ".join(f"{r.choice(subject)} {r.choice(verb)} {r.choice(rest)}." for _ in range(5)) + "\n")
    return "\n".join(out).encode()


@case("log")
def not_a_log_config():
    """Not recognised: a configuration file with sections."""
    r = dice("config")
    out = []
    for s in range(25):
        out.append(f"[section.{s}]")
        out += [f"{k} = {r.randrange(1000)}" for k in ("timeout", "retries", "limit")] + ["# kept for older clients", ""]
    return "\n".join(out).encode()


@case("log")
def empty_lines():
    """Nothing but line ends and a few blanks."""
    return (b"\n" * 200 + b"  \n" * 50) * 4


def main():
    for kind, name, options, make in CASES:
        folder = CORPUS / kind / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "input").write_bytes(make())
        about = " ".join(make.__doc__.split())
        (folder / "ORIGIN").write_text(f"{about}\nWritten by corpus/generate.py ({name}); Apache-2.0 like the rest.\n")
        if options:
            (folder / "options").write_text(options + "\n")
    print(f"{len(CASES)} cases")


if __name__ == "__main__":
    main()
