#!/usr/bin/env python3
"""generate.py FOLDER [--seed N] - writes five agent requests of the shapes that context compressors are usually shown on.

  code_search    100 hits of a code search, one template           16 thousand tokens
  sre_debugging  300 log entries, 200 database rows, 150 files     66
  issue_triage   100 issues, 80 code hits, 200 log entries         54
  codebase       a tree of directories, 200 files, 100 code hits   69
  needle_logs    100 log rows, one of them fatal                    9

Each file: {"name", "model", "query", "messages", "must_contain"}; tools' answers are JSON with an indent of two, or compact
(code_search, needle_logs). Seeded: the same seed writes the same bytes. python3's standard library only.
"""
import argparse
import json
import pathlib
import random

SERVICES = ["gateway", "accounts", "payments", "stock", "mailer"]
REGIONS = ["eu-central-1", "us-west-2", "ap-south-1"]
LANGUAGES = ["Go", "Rust", "Python", "TypeScript", "Java"]


def when(minute):
    return f"2026-02-{10 + minute // 1440:02d}T{minute // 60 % 24:02d}:{minute % 60:02d}:00Z"


def day(r):
    return f"2025-{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d}"


# ---- what the tools answer ---------------------------------------------------------------------------------------------------
def code_hits(_):
    files = [f"src/forms/{name}.tsx" for name in ("Login", "Address", "Checkout", "Profile", "Search")]
    return [{"file": files[i % 5], "line": 10 + 3 * i, "content": f"export const Field{i} = (props: FieldProps) => {{",
             "language": "typescript", "repository": "shop/webapp", "branch": "main", "last_modified": "2026-02-01T09:00:00Z",
             "author": f"dev{i % 10}@shop.example", "match_score": 0.95 - 0.005 * i,
             "context": {"before": ["import { useForm } from './useForm';", ""],
                         "after": ["  const form = useForm(props);", "  return form.render();"]},
             "metadata": {"size_bytes": 1500 + 10 * i, "encoding": "utf-8", "mime_type": "text/typescript"}} for i in range(100)]


LOG_TEMPLATES = {
    "INFO": ["Request served in {ms} ms", "Session opened for user {id}", "Cache hit for key session:{id}", "{service} is healthy"],
    "WARN": ["Slow statement took {ms} ms", "Retry {n} of 5 towards {service}", "Pool at {n}0 percent", "Key session:{id} expires soon"],
    "ERROR": ["Connection to {service} timed out after {ms} ms", "Payment {id} was refused by the bank", "Statement failed: deadlock",
              "{service} answered 503"],
    "DEBUG": ["Entering handler {id}", "Parsed {ms} bytes of body", "Cache miss for key session:{id}", "Lock taken by worker {n}"],
}


def logs(r, n):
    entries = []
    for i in range(n):
        level = r.choice(["INFO"] * 4 + ["WARN", "ERROR", "DEBUG"])
        service = r.choice(SERVICES)
        message = r.choice(LOG_TEMPLATES[level]).format(ms=r.randrange(2, 3000), id=r.randrange(1000, 9999), service=service,
                                                        n=r.randrange(1, 6))
        entries.append({"timestamp": when(i), "level": level, "service": service, "message": message,
                        "trace_id": f"{r.getrandbits(64):016x}",
                        "metadata": {"host": f"{service}-{r.randrange(1, 6)}", "region": r.choice(REGIONS)}})
    return {"total_hits": n * 10, "returned": n, "entries": entries}


def database(r, n):
    rows = []
    for i in range(n):
        rows.append({"user_id": 5000 + i, "email": f"user{5000 + i}@mail.example", "created_at": day(r), "last_login": day(r),
                     "total_orders": r.randrange(101), "total_revenue": round(r.uniform(0, 10_000), 2),
                     "status": r.choice(["active"] * 3 + ["paused", "closed"]),
                     "country": r.choice(["DE", "FR", "ES", "IT", "PL", "SE", "PT"]),
                     "subscription_tier": r.choice(["free", "basic", "plus", "team"])})
    for i in r.sample(range(n), 3):
        rows[i]["total_revenue"] = round(r.uniform(50_000, 100_000), 2)
    return {"columns": list(rows[0]), "row_count": n, "rows": rows, "execution_time_ms": 48}


def files(r, n):
    names = [f"src/{folder}/{name}.py" for folder, name in (
        ("auth", "tokens"), ("auth", "sessions"), ("auth", "guard"), ("pay", "charge"), ("pay", "refund"), ("pay", "retry"),
        ("db", "pool"), ("db", "migrate"), ("api", "routes"), ("api", "errors"), ("jobs", "queue"), ("jobs", "cron"),
        ("ui", "views"), ("ui", "forms"))]
    return {"total_matches": n, "files_searched": n * 10, "matches": [
        {"path": names[i] if i < len(names) else f"src/module_{i}.py", "type": "file", "size": r.randrange(500, 20_000),
         "modified": day(r), "matches": [{"line": r.randrange(1, 500), "content": "def handle(request, session):",
                                          "context_before": ["", "@route('/handle')"],
                                          "context_after": ["    check(session)", "    return reply(request)"]}],
         "score": round(r.uniform(0.5, 1), 3)} for i in range(n)]}


def code(r, n):
    names = [f"{who}/{what}" for who in ("acme", "globex", "initech") for what in ("core", "server", "tools", "sdk")]
    items = []
    for _ in range(n):
        name = r.choice(names)
        items.append({"repository": {"full_name": name, "description": f"Source of {name}", "stars": r.randrange(50, 90_000),
                                     "language": r.choice(LANGUAGES), "updated_at": day(r)},
                      "path": "src/server/handler.py", "sha": f"{r.getrandbits(160):040x}",
                      "url": f"https://code.example/{name}/blob/main/src/server/handler.py", "score": round(r.uniform(10, 100), 2),
                      "text_matches": [{"fragment": "def login(request):\n    session = open_session(request)\n    return session",
                                        "matches": [{"text": "session", "indices": [24, 31]}]}]})
    return {"total_count": n * 50, "incomplete_results": False, "items": items}


def issues(r, n):
    topics = ["uploads stop at 2 GB", "the export has wrong dates", "search ignores accents", "login loops on Safari",
              "emails arrive twice", "prices round down", "the mobile menu stays open"]
    bodies = ["This started after the last update. It happens every time with a fresh account, on two machines and in both "
              "browsers. The console shows nothing, the network tab shows a request that never ends. Can you look at it soon?",
              "To see it: open the page, press the button twice, wait ten seconds. We expected one entry and got two, and the second "
              "one has no owner. It blocks our release of next week, so any hint at a way around it would help.",
              "It would be good to have a setting for this. Today we change the file by hand on each server and forget one of them "
              "now and then. A default that keeps what is there today would be fine with everybody on our side, I think."]
    labels = ["bug", "feature", "docs", "urgent", "question"]
    return {"total_count": n, "items": [
        {"number": 1000 + i, "title": f"#{1000 + i}: {r.choice(topics)}", "state": r.choice(["open"] * 3 + ["closed"]),
         "user": {"login": f"person{r.randrange(1000)}", "avatar_url": f"https://pictures.example/u/{r.randrange(10**7)}"},
         "labels": r.sample(labels, r.randrange(4)), "created_at": day(r), "updated_at": day(r), "comments": r.randrange(51),
         "body": r.choice(bodies)} for i in range(n)]}


def tree(r, name="project", path="/project", depth=3):
    extensions = ["py", "ts", "go", "md"]
    children = [{"name": f"{part}_{i}.{r.choice(extensions)}", "type": "file", "path": f"{path}/{part}_{i}", "size": r.randrange(100, 50_000),
                 "modified": day(r)} for i in range(20) for part in [r.choice(["model", "view", "util", "test"])]]
    if depth > 1:
        for i in range(r.randrange(2, 6)):
            sub = f"{r.choice(['core', 'web', 'jobs', 'lib'])}_{i}"
            children.append(tree(r, sub, f"{path}/{sub}", depth - 1))
    return {"name": name, "type": "directory", "path": path, "children": children}


def needle(r):
    rows = []
    for i in range(100):
        rows.append({"timestamp": when(i), "level": "INFO", "service": r.choice(SERVICES), "message": f"Request completed - latency={50 + i}ms",
                     "request_id": f"req-{100_000 + i}", "status_code": 200,
                     "endpoint": r.choice(["/v1/orders", "/v1/users", "/v1/items", "/v1/search"]),
                     "metadata": {"region": "eu-central-1", "version": "4.2.0"}})
    rows[67].update(level="FATAL", service="ledger-writer", status_code=500,
                    message="Write-ahead log is full, all commits rejected", error_code="WAL-8841",
                    resolution="Raise wal_limit to 64 GB in deploy/ledger.yml", affected_transactions=2093)
    return rows


# ---- the requests --------------------------------------------------------------------------------------------------------------
def request(name, system, question, answers, closing, must_contain=(), indent=2):
    """answers: (tool, arguments, answer) triples in the order of the calls."""
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    for i, (tool, arguments, answer) in enumerate(answers):
        call = {"id": f"call_{i}", "type": "function", "function": {"name": tool, "arguments": json.dumps(arguments)}}
        messages += [{"role": "assistant", "content": None, "tool_calls": [call]},
                     {"role": "tool", "tool_call_id": f"call_{i}", "content": json.dumps(answer, indent=indent)}]
    if closing:
        messages.append({"role": "user", "content": closing})
    return {"name": name, "model": "gpt-4o", "query": question, "messages": messages, "must_contain": list(must_contain)}


def requests(seed):
    r = random.Random(f"headroom {seed}")
    conclusion = "With all of this in hand: what do you conclude, and what should we do?"
    hits = code_hits(r)
    search = {"name": "code_search", "model": "gpt-4o", "query": "Which components of the web shop render forms?", "messages": [
        {"role": "user", "content": "Which components of the web shop render forms?"},
        {"role": "assistant", "content": [{"type": "text", "text": "I will search for them."},
                                          {"type": "tool_use", "id": "t1", "name": "code_search", "input": {"query": "form", "limit": 100}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": json.dumps(hits)}]}], "must_contain": []}
    table = database(r, 200)
    outliers = [str(row["total_revenue"]) for row in table["rows"] if row["total_revenue"] > 10_000]
    return [
        search,
        request("sre_debugging", "You find causes of incidents from logs, metrics and code.",
                "Customers see errors when they pay. What is the cause?",
                [("search_logs", {"query": "payment"}, logs(r, 300)), ("database_query", {"sql": "select * from users"}, table),
                 ("search_files", {"pattern": "payment"}, files(r, 150))], conclusion, outliers),
        request("issue_triage", "You sort issues of a repository.", "Which open issues belong together, and which come first?",
                [("list_issues", {"state": "open"}, issues(r, 100)), ("search_code", {"query": "upload"}, code(r, 80)),
                 ("search_logs", {"query": "upload"}, logs(r, 200))], conclusion),
        request("codebase", "You explain a code base.", "Where are sessions opened and checked? Show me the way through the code.",
                [("file_tree", {}, tree(r)), ("search_files", {"pattern": "session"}, files(r, 200)),
                 ("search_code", {"query": "session"}, code(r, 100))], conclusion),
        request("needle_logs", "You read logs.", "Search last night's logs for the cause of the outage.",
                [("search_logs", {"query": "outage", "limit": 100}, needle(r))],
                "Which service was it, with which error code, what repairs it, and how many transactions were affected?",
                ["ledger-writer", "WAL-8841", "Raise wal_limit to 64 GB in deploy/ledger.yml", "2093"], indent=None),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for body in requests(arguments.seed):
        (arguments.folder / f"{body['name']}.json").write_text(json.dumps(body, ensure_ascii=False))


if __name__ == "__main__":
    main()
