"""Stories of operators and analysts: an incident, a rollout that is watched, questions to a database, questions to the docs, a chat."""
import json
import math
import pathlib
import random
import re

import clients
import material
import services
from session import Agent, run

OPS_SYSTEM = """You are the operations assistant of a web shop. You help the person on call to understand what happens and to decide; you act through tools.

- Facts before guesses: every statement about the state of the system names the tool result it rests on.
- Start wide (alerts, deployments), then narrow down: one service, one time range, one kind of error. State the time range in every answer.
- Compare before and after: a number means something only beside the same number from before the incident.
- You never change anything in production. You propose the command, say what it does and how to undo it, and the person runs it.
- When the cause is clear, say it in one sentence, with the first time at which it can be seen. Then what to do now, then what to do later.
- Times are UTC. Answers are short: they are read on a phone at night.

Services: checkout, cart, search, payments, inventory, notify, auth, catalog. API: http://ops.example with /alerts, /deployments, /pods, /hosts, /incidents, /metrics?service=NAME. The orders service logs to orders.log on the application host; its database is `shop` (tables customers, orders, events)."""


def call(a, op, *args):
    """An API call by whatever tool the client has for it."""
    if op == "http":
        return a.http(args[0]) if a.client.name in ("chat", "ops") else curl(a, args[0])
    if op == "sql":
        return a.sql("shop", args[0]) if a.client.name in ("chat", "ops") else a.sh(f'sqlite3 -json -readonly shop.db "{args[0]}"', "Ask the database")
    raise KeyError(op)


def curl(a, url):
    """The shell's form of it; the command that is really run names the loopback port, the one recorded the service's name."""
    import scrub
    op, k = a.sh(f"curl -sS '{url}'", "Ask the API")
    text, code = run(f"curl -sS '{scrub.real_url(url)}'", a.cwd)
    name, args = a.client.call(op, {**k, "cwd": a.cwd})
    return a.tool(name, args, a.client.result(op, k, text, code))


def ops_agent(name, fmt, client, model, story, **more):
    cwd = f"/srv/code/{name}"
    a = Agent(name, fmt, client, model, cwd, story, git=False, system=more.pop("system", [OPS_SYSTEM]), **more)
    a.generated = True
    return a


def triage(name, fmt, client, model, **more):
    """An alert at night, from the list of alerts to the cause and the way back."""
    a = ops_agent(name, fmt, client, model, "triage of an incident", **more)
    with services.Shop(name, a.cwd, 900) as shop:
        ill, others = shop.fleet.ill, [s for s in services.SERVICES if s != shop.fleet.ill]
        a.user("I was paged: the error budget burns. What is going on, since when, and why?")
        a.step("I start with open alerts and recent deployments.", call(a, "http", "http://ops.example/alerts"), call(a, "http", "http://ops.example/deployments"))
        a.step(f"One critical alert is open, for {ill}. Its metrics around the time.", call(a, "http", f"http://ops.example/metrics?service={ill}"))
        a.step("Is it alone? A service next to it for comparison.", call(a, "http", f"http://ops.example/metrics?service={a.random.choice(others)}"))
        a.step("The pods.", call(a, "http", "http://ops.example/pods"))
        a.answer(f"{ill} has failed and been slow since {services.stamp(shop.fleet.onset)}, four minutes after deployment 4.3.0 of it, which went out all at once. Two of its pods "
                 "are in CrashLoopBackOff; the other services are as before. Propose: roll back to the version before.")
        a.user("Are customers affected? Which orders?")
        a.step("The service's own log, and failed orders in the database.", a.sh("grep -cE 'ERROR|WARNING' orders.log; tail -n 400 orders.log", "Recent log"),
               call(a, "sql", "select * from orders where status = 'failed' order by created desc limit 120"))
        a.step("How does that compare with the days before?", call(a, "sql", "select substr(created,1,10) as day, status, count(*) as n, round(sum(amount),2) as amount from orders group by day, status order by day"))
        a.step("The errors in full.", a.sh("grep -A 12 ERROR orders.log | tail -n 260", "Errors with their tracebacks"))
        a.answer("Yes: orders fail with a gateway timeout after three attempts, about one in seventy. In the log two kinds of error stand out, a missing payment method and a division by zero.")
        a.user("Did we have that before? And is any host in trouble?")
        a.step("", call(a, "http", "http://ops.example/incidents"), call(a, "http", "http://ops.example/hosts"))
        a.step("One host's disk is nearly full; which pods run there?", a.sh("df -h / /dev/shm; uptime -p", "Disks of this host"), call(a, "http", "http://ops.example/pods"))
        a.answer("A bad deploy was the cause in several earlier incidents, mended by rollback each time. node-17 is at 97 % disk; it is not part of this incident but needs room today.")
        for _ in range(a.random.randrange(1, 4)):
            shop.fleet.tick += 12
            a.user("Rolled back a moment ago. Better now?", after=a.random.choice([240, 400, 900]))
            a.step("", call(a, "http", "http://ops.example/pods"), call(a, "http", f"http://ops.example/metrics?service={ill}&minutes=30"))
            a.answer("The pods restart less; I would wait ten more minutes before closing." if shop.fleet.tick < 30 else "All pods are ready and the error rate is where it was. I would close the incident.")
    return a


def watch(name, fmt, client, model, turns, **more):
    """A rollout that is watched for hours: the same questions again and again, small changes between the answers."""
    a = ops_agent(name, fmt, client, model, "a rollout that is watched for hours", **more)
    with services.Shop(name, a.cwd, 300) as shop:
        a.user("Rollout of 4.3.1 begins. Watch pods, errors and hosts, and tell me when something needs me. Check every few minutes until it is through.")
        steps = 0
        while sum(e["role"] == "assistant" for e in a.events) < turns:
            shop.fleet.tick += 1
            steps += 1
            kind = a.random.choice(["pods", "log", "metrics", "hosts", "disk"])
            if kind == "pods":
                names = a.random.choice(services.SERVICES)
                pods = [p for p in shop.fleet.pod_list()["items"] if p["metadata"]["labels"]["app"] in (names, "auth" if steps % 9 == 0 else names)]
                answer = {"apiVersion": "v1", "kind": "List", "items": pods}
                a.step("", a.tool(*a.client.call("sh", {"command": f"kubectl get pods -n shop -l app={names} -o json", "why": "State of the pods", "cwd": a.cwd, "seconds": 0.4, "wrapped": False}),
                                  json.dumps(answer, indent=a.random.choice([2, 4, None]))))
            elif kind == "log":
                for _ in range(3):
                    run(f"curl -s '{__import__('scrub').SERVERS['http://ops.example']}/orders?id={a.random.randrange(20000)}'", a.cwd)
                a.step(a.random.choice(["", "The log."]), a.sh(f"tail -n {a.random.choice([40, 60, 120])} orders.log", "Newest lines of the log"))
            elif kind == "metrics":
                a.step("", call(a, "http", f"http://ops.example/metrics?service={a.random.choice(services.SERVICES)}&minutes={a.random.choice([15, 20, 30])}"))
            elif kind == "hosts":
                a.step("", call(a, "http", "http://ops.example/hosts"))
            else:
                a.step("", a.sh("df -h / /dev/shm; free -m; cat /proc/loadavg", "Disks and memory of this host"))
            if steps % 14 == 0:
                a.answer("Nothing needs you: restarts only on the two known pods, errors as before, disks steady.")
                a.user(a.random.choice(["Go on.", "Good. Continue until it is through.", "Anything odd on node-17? Otherwise go on.", "Which pods restarted so far? Then go on."]),
                       after=a.random.choice([60, 200, 600, 4000]))
        a.answer("The rollout is through: all pods ready, error rate as before, no host changed its state.")
    return a


QUESTIONS = [
    ("How much do we sell a day, by channel?", ["select substr(created,1,10) as day, channel, count(*) as orders, round(sum(amount),2) as amount from orders group by 1,2 order by 1,2"]),
    ("Something is off with the totals. Are there outliers?", ["select * from orders order by amount desc limit 40", "select min(amount) lo, avg(amount) mean, max(amount) hi, count(*) n from orders", "select * from orders where amount between 40 and 60 limit 200"]),
    ("Why do orders fail?", ["select * from orders where status='failed' limit 100", "select channel, currency, count(*) n from orders where status='failed' group by 1,2", "select e.*, o.status from events e join orders o on o.id=e.order_id where o.status='failed' limit 150"]),
    ("Which customers are worth a call?", ["select c.id, c.name, c.country, c.tier, count(o.id) as orders, round(sum(o.amount),2) as spent from customers c join orders o on o.customer=c.id group by c.id order by spent desc limit 80", "select * from customers where tier='gold' limit 120"]),
    ("Give me the returns with what we know about them.", ["select e.id, e.order_id, e.at, e.kind, e.detail, o.amount, o.channel, c.country from events e join orders o on o.id=e.order_id join customers c on c.id=o.customer where e.kind='returned' limit 180"]),
    ("Does the country matter?", ["select c.country, o.status, count(*) as n, round(avg(o.amount),2) as mean from orders o join customers c on c.id=o.customer group by 1,2 order by 1,2", "select country, tier, count(*) n from customers group by 1,2"]),
    ("Export the newest pending orders for the team.", ["select * from orders where status='pending' order by created desc limit 150"]),
]


def analysis(name, fmt, client, model, rounds=6, **more):
    """Questions to a database; rows come back as JSON, some as CSV or from a script."""
    a = ops_agent(name, fmt, client, model, "questions to a database", system=[
        "You are a data analyst. You answer questions about the shop's database with SQL and small scripts. Show how you got a number, mark what is uncertain, and never change data.\n\n" + clients.SAFETY], **more)
    with services.Shop(name, a.cwd, 20):
        a.user("You have the shop's database. First tell me what is in it.")
        a.step("", a.sh("sqlite3 shop.db .schema; ls -la", "Schema"), call(a, "sql", "select 'orders' as t, count(*) as n from orders union all select 'customers', count(*) from customers union all select 'events', count(*) from events"))
        a.step("A few rows of each.", call(a, "sql", "select * from orders limit 30"), call(a, "sql", "select * from customers limit 30"), call(a, "sql", "select * from events limit 30"))
        a.answer("Three tables: customers, orders with amount, status and channel, and events of every third order.")
        for question, queries in a.random.sample(QUESTIONS, rounds) if rounds < len(QUESTIONS) else QUESTIONS:
            a.user(question)
            for q in queries:
                a.step(a.random.choice(["", "Next.", "And in detail:"]), call(a, "sql", q))
            if a.random.random() < 0.5:
                a.step("The same by hour, as CSV, to see the shape of a day.", a.sh("sqlite3 -csv -header shop.db \"select substr(created,12,2) as hour, status, count(*) as n, round(sum(amount),2) as amount from orders group by 1,2\"", "Orders by hour"))
            if a.random.random() < 0.35:
                a.step("", call(a, "sql", "select * from orderz limit 5"))
                a.step("The table is called orders.", call(a, "sql", "select id, amount, status from orders where amount > 5000"))
            a.answer("In short: the numbers are in the rows above; the one figure that stands out is three orders of 88888.88, which look like a test that reached production. Without them the mean falls by a third.")
    return a


# ---- documentation ----------------------------------------------------------------------------------------------------------
class Docs:
    """Passages of a package's documentation, ranked by BM25."""

    def __init__(self, repo, folders=("docs", "README.rst", "README.md", "CHANGES.rst", "CHANGELOG.md")):
        self.root, self.passages = material.CODE / repo, []
        for folder in folders:
            path = self.root / folder
            for file in [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix in (".rst", ".md")):
                text = file.read_text(errors="replace")
                for i, part in enumerate(re.split(r"\n\n(?=\S[^\n]*\n[=~\-^\"#*]{4,}\n)|\n(?=#+ )", text)):
                    if len(part) > 200:
                        self.passages.append({"id": f"{file.relative_to(self.root)}#{i}", "path": str(file.relative_to(self.root)), "title": part.strip().split("\n")[0][:80], "text": part[:2400]})
        self.words = [re.findall(r"[a-z_]{3,}", p["text"].lower()) for p in self.passages]
        self.df = {}
        for ws in self.words:
            for w in set(ws):
                self.df[w] = self.df.get(w, 0) + 1

    def search(self, query, k):
        terms, n = re.findall(r"[a-z_]{3,}", query.lower()), len(self.words)
        mean = sum(map(len, self.words)) / n
        scored = []
        for p, ws in zip(self.passages, self.words):
            score = sum(math.log(1 + (n - self.df.get(t, 0) + 0.5) / (self.df.get(t, 0) + 0.5)) * ws.count(t) * 2.2 / (ws.count(t) + 1.2 * (0.25 + 0.75 * len(ws) / mean)) for t in terms)
            scored.append((score, p))
        scored.sort(key=lambda s: (-s[0], s[1]["id"]))
        return [{"rank": i + 1, "score": round(s, 4), "source": p["path"], "id": p["id"], "title": p["title"], "license": "BSD-3-Clause", "text": p["text"]} for i, (s, p) in enumerate(scored[:k])]


ASKED = {
    "flask": ["How do I register a blueprint with a URL prefix?", "What is the difference between the application context and the request context?", "How can I test a view that uses the session?", "How do I stream a response?", "Where do configuration values come from and which wins?", "How are errors handled in a blueprint?", "How do I run background work after a request?", "Can I nest blueprints?", "How do signals work?", "How do I serve behind a reverse proxy?"],
    "click": ["How do I make an option that can be given several times?", "How can a command prompt for a password?", "How do I share options between commands of a group?", "How does shell completion work?", "How do I test a command line program?", "What is a context object good for?", "How do I write a custom parameter type?", "How are environment variables read?"],
    "jinja": ["How do I write a custom filter?", "What does the sandbox protect from?", "How does template inheritance work with super blocks?", "How do I control white space?", "What are the differences between include and import?", "How do I render asynchronously?", "How do extensions hook into the parser?"],
    "marshmallow": ["How do I nest schemas?", "How do I validate across fields?", "What happens with unknown fields?", "How do I rename a field on load?", "How do I write a custom field?", "Which hooks run before and after loading?"],
}


def rag(name, fmt, client, model, repo, count, **more):
    """Questions answered from passages that a search tool gives back as JSON."""
    a = Agent(name, fmt, client, model, str(material.CODE / repo), "questions answered from documentation", git=False, licences=f"{repo} ({material.PYTHON[repo][1]})",
              system=["You answer questions about a software library from its documentation. Search first, answer only from what you found, name the source of every statement in brackets, and say so if the documentation does not answer the question."],
              tools=[clients.FEW["search_docs"], clients.FEW["get_page"]], **more)
    docs = Docs(repo)
    a.generated = False
    for question in (ASKED[repo] * 3)[:count]:
        a.user(question)
        found = docs.search(question, 6)
        value = {"query": question, "hits": len(found), "results": found}
        a.step("", a.tool("search_docs", {"query": question.rstrip("?"), "top_k": 6}, value if fmt in ("gemini", "converse") else json.dumps(value)))
        if a.random.random() < 0.5:
            again = " ".join(re.findall(r"[a-z]{5,}", question.lower()))
            value = {"query": again, "hits": 4, "results": docs.search(again, 4)}
            a.step("The first passages do not say all of it.", a.tool("search_docs", {"query": again, "top_k": 4}, value if fmt in ("gemini", "converse") else json.dumps(value)))
        if a.random.random() < 0.3:
            page = found[0]["source"]
            a.step("", a.tool("get_page", {"path": page}, (material.CODE / repo / page).read_text()[:24000]))
        first = found[0]
        a.answer(f"In short: see \"{first['title']}\" [{first['source']}]. " + re.sub(r"\s+", " ", first["text"][:420]) + " ...")
    return a


# ---- chat -------------------------------------------------------------------------------------------------------------------
TALK = [
    ("What is 17 percent of 2,349.50, and is that more than 400?", ("calculate", {"expression": "0.17*2349.50"}, "399.415"), "399.42, so just under 400."),
    ("I fly to Lisbon on Thursday for three days. What should I pack?", ("get_weather", {"place": "Lisbon", "days": 4}, {"place": "Lisbon", "days": [{"date": "2026-11-26", "low": 11, "high": 17, "rain_mm": 4.2, "wind_kmh": 22}, {"date": "2026-11-27", "low": 10, "high": 18, "rain_mm": 0, "wind_kmh": 14}, {"date": "2026-11-28", "low": 12, "high": 19, "rain_mm": 0, "wind_kmh": 11}]}), "Layers and a light rain jacket: it rains a little on Thursday, then it stays dry at 17 to 19 degrees by day and 10 to 12 at night. Closed shoes are enough; an umbrella would suffer in the wind on the first day."),
    ("How many cups are 750 ml?", ("convert_units", {"value": 750, "from": "ml", "to": "us_cup"}, {"value": 3.1701, "unit": "us_cup"}), "About three and a sixth US cups."),
    ("Write a short, friendly refusal to a dinner invitation on Friday; I have to work.", None, "Hi! Thank you so much for thinking of me. I would have loved to come on Friday, but I have to work late and cannot move it. Could we find another evening soon? I would bring dessert. Have a lovely time, and save me a story or two."),
    ("What do I have next week?", ("list_events", {"start": "2026-11-30", "end": "2026-12-04"}, {"events": [{"id": f"ev{i}", "title": t, "start": s, "end": e, "where": w, "attendees": n} for i, (t, s, e, w, n) in enumerate([("Planning", "2026-11-30T09:00", "2026-11-30T10:30", "Room 4", 7), ("Dentist", "2026-11-30T15:00", "2026-11-30T15:45", "", 1), ("Interview", "2026-12-01T11:00", "2026-12-01T12:00", "Video", 3), ("Release", "2026-12-02T14:00", "2026-12-02T15:00", "Room 2", 12), ("One to one", "2026-12-03T10:00", "2026-12-03T10:30", "Room 1", 2), ("Team lunch", "2026-12-04T12:00", "2026-12-04T13:30", "Canteen", 9)])]}), "Six things: planning and the dentist on Monday, an interview on Tuesday, the release on Wednesday afternoon, a one-to-one on Thursday, and lunch with the team on Friday."),
    ("Explain compound interest to my twelve-year-old.", None, "Imagine a jar in which coins have babies. You put in ten coins. After a year every ten coins have one baby, so there are eleven. Next year the baby has babies too: eleven coins make a little more than one new coin. Each year the jar grows faster, not because you put more in, but because there are more coins to have babies. That is compound interest: interest that earns interest itself. The trick is to start early and leave the jar alone."),
    ("And how much would 500 at 4 percent be after ten years?", ("calculate", {"expression": "500*1.04^10"}, "740.1221424591"), "740.12. So 240.12 of babies, to stay with the coins."),
    ("Is there a better word for 'very important' in a letter to a bank?", None, "\"Urgent\" if it is about time, \"essential\" if nothing works without it, \"material\" if it changes the decision. Banks read \"material\" every day and take it seriously."),
    ("Will it rain in Uppsala tomorrow?", ("get_weather", {"place": "Uppsala", "days": 2}, {"place": "Uppsala", "days": [{"date": "2026-11-24", "low": -3, "high": 1, "rain_mm": 0.6, "snow_cm": 1, "wind_kmh": 18}]}), "A little, more likely as sleet: 0.6 mm with temperatures between -3 and 1."),
    ("Give me a plan to learn touch typing in a month.", None, "Week 1: home row only, ten minutes a day, no looking; accuracy over speed. Week 2: add the upper row, keep ten minutes, stop when errors pass five percent. Week 3: lower row and capitals; start typing your mails this way even if it is slow. Week 4: numbers and punctuation; one minute test each day and write the figure down. Rules: never look, never rush, and rest your hands when they ache. Most people reach their old speed by the end and pass it in the second month."),
]


def chat(name, fmt, client, model, rounds, **more):
    """A conversation with few tools and small results: nothing to gain, and nothing may be lost."""
    a = Agent(name, fmt, client, model, "/srv/code/none", "a chat with few tools", git=False, system=more.pop("system", ["You are a helpful assistant on a phone. Answer briefly and warmly. Use a tool if it makes the answer more certain."]),
              tools=[clients.FEW[n] for n in ("weather", "calc", "convert", "calendar")], **more)
    for i in range(rounds):
        question, tool, answer = TALK[(i + len(name)) % len(TALK)]
        a.user(question)
        if tool:
            a.step("", a.tool(tool[0], tool[1], tool[2] if fmt in ("gemini", "converse") else json.dumps(tool[2]) if not isinstance(tool[2], str) else tool[2]))
        a.answer(answer)
    return a


# ---- builds -----------------------------------------------------------------------------------------------------------------
BUILDS = {
    "go": ("chi", "MIT", ["go vet ./...", "go test ./... 2>&1", "go test -v ./middleware/ 2>&1", "go test -run TestMux -v . 2>&1", "go build -v ./... 2>&1", "go test -bench=. -benchtime=20x -run=^$ . 2>&1", "go test -json -run 'TestMux' . 2>&1 | head -c 60000"],
           ("mux.go", "if mx.handler == nil {", "if mx.handler != nil {"), "func (mx \\*Mux)"),
    "mux": ("mux", "BSD-3-Clause", ["go vet ./...", "go test ./... 2>&1", "go test -v . 2>&1 | head -c 40000", "go test -run TestHost -v . 2>&1", "go test -cover . 2>&1", "go test -json . 2>&1 | head -c 80000"],
            ("mux.go", "if r.useEncodedPath {", "if !r.useEncodedPath {"), "func \\(r \\*Router\\)"),
    "cargo": ("heck-rs", "MIT or Apache-2.0", ["cargo build --offline 2>&1", "cargo test --offline 2>&1", "cargo test --offline -- --nocapture 2>&1", "cargo build --offline --message-format json 2>&1 | head -c 60000", "cargo tree --offline 2>&1", "cargo doc --offline --no-deps 2>&1"],
              ("src/lib.rs", "mode == WordMode::Uppercase &&", "mode == WordMode::Lowercase &&"), "fn "),
    "semver": ("semver-rs", "MIT or Apache-2.0", ["cargo build --offline 2>&1", "cargo test --offline 2>&1", "cargo check --offline --message-format json 2>&1 | head -c 60000", "cargo metadata --offline --no-deps --format-version 1 2>&1", "RUSTFLAGS=-Wmissing_docs cargo check --offline 2>&1"],
               ("src/eval.rs", "fn matches_", "fn matchez_"), "pub fn"),
    "npm": ("express", "MIT", ["npm ls --all --json --prefix /srv/material/js 2>/dev/null | head -c 60000", "eslint --no-eslintrc --env node,es2020 --parser-options ecmaVersion:2020 --rule '{\"no-unused-vars\":1,\"eqeqeq\":1,\"no-var\":1,\"semi\":1}' -f json lib | head -c 60000",
            "eslint --no-eslintrc --env node,es2020 --parser-options ecmaVersion:2020 --rule '{\"no-unused-vars\":1,\"eqeqeq\":1,\"no-var\":1}' lib 2>&1 | head -c 40000", "tsc --noEmit --allowJs --checkJs --target es2020 --moduleResolution node lib/*.js 2>&1 | head -c 40000", "prettier --check lib 2>&1", "node -e 'console.log(JSON.stringify(require(\"/srv/material/js/node_modules/express/package.json\"),null,2))'"],
            ("lib/router/index.js", "var done = restore", "var done = restored"), "proto\\.\\w+ = function"),
    "tsc": ("commander", "MIT", ["tsc --noEmit --allowJs --checkJs --strict --target es2020 --module commonjs lib/*.js 2>&1 | head -c 40000", "eslint --no-eslintrc --env node,es2022 --parser-options ecmaVersion:2022 --rule '{\"no-unused-vars\":1,\"complexity\":[1,8],\"max-len\":1,\"quotes\":1}' -f json lib | head -c 60000", "npm ls --all --prefix /srv/material/js 2>/dev/null | head -300",
             "prettier --check lib 2>&1", "node --test 2>&1 | tail -50", "wc -l lib/*.js"], ("lib/command.js", "this._allowUnknownOption = false;", "this._allowUnknownOption = true;"), "^  _?[a-z]\\w+\\("),
    "gcc": ("headroom", "Apache-2.0", ["g++ -std=c++23 -fsyntax-only -Wall -Wextra -Wconversion -Wshadow -Isrc src/base/*.cc 2>&1 | head -c 50000", "g++ -std=c++23 -fsyntax-only -Wall -Wuseless-cast -Wold-style-cast -Isrc src/json/document.cc src/json/strings.cc 2>&1 | head -c 50000", "python3 tools/check_layers.py; python3 tests/check_layers_test.py 2>&1",
             "find src -name '*.cc' | xargs wc -l | sort -n | tail -80", "ls -laR src | head -400", "git log --stat -12", "cmake --list-presets; cat CMakePresets.json"],
            ("src/base/lines.cc", "return ", "retrun "), "std::string_view"),
}


def builds(name, fmt, client, model, kind, **more):
    """Build logs, linters and test runs of other languages; one fault is planted, found and mended."""
    repo, licence, commands, (path, right, wrong), pattern = BUILDS[kind]
    cwd = material.reset(repo)
    a = Agent(name, fmt, client, model, cwd, "a build is repaired", licences=f"{repo} ({licence})", **more)
    file = pathlib.Path(cwd, path)
    text = file.read_text()
    assert right in text, (kind, right)
    planted = text.replace(right, wrong, 1)
    line = planted[:planted.index(wrong)].count("\n") + 1
    a.user("I want to know in what state this repository is: build it, run its checks and tests, and tell me what you see.")
    a.step("", a.sh("git log --oneline -10; ls -la", "Overview"), a.sh(commands[0], "First check"))
    for c in commands[1:4]:
        a.step(a.random.choice(["", "Next.", "And this."]), a.sh(c, "Build or test"))
    a.answer("It builds. The checks find mostly matters of style; no test fails that would matter.")
    file.write_text(planted)
    material.git(pathlib.Path(cwd), "commit", "-qam", f"Rework {path}", when="2026-10-02T09:00:00Z")
    a.user("Someone pushed in the meantime, I have pulled it. Does everything still work? If not, please fix it.")
    for c in commands[:3]:
        a.step("", a.sh(c, "The same again"))
    a.step("What changed?", a.sh("git log -3 --stat && git show HEAD", "The newest commit"), a.grep(pattern, path))
    a.step("", a.read(path, max(1, line - 60), 140))
    lines = file.read_text().split("\n")
    a.step(f"{path}:{line} is wrong.", a.edit(path, lines[line - 1] + " ", lines[line - 1].replace(wrong, right, 1)))
    a.step("The line ends there; without the blank.", a.read(path, max(1, line - 5), 11))
    unique = "\n".join(lines[line - 2:line + 1])
    a.step("", a.edit(path, unique, unique.replace(wrong, right, 1)))
    for c in commands[:3]:
        a.step("", a.sh(c, "Check again"))
    a.answer(f"Mended in {path}:{line}: `{wrong.strip()}` was meant to be `{right.strip()}`. Build and tests are as before the push.")
    a.user("Thanks. Then the rest of the checks, for the record.")
    for c in commands[4:]:
        a.step("", a.sh(c, "Other checks"))
    if kind in ("gcc", "go", "mux"):
        a.step("And an overview of the largest files.", a.sh("find . -type f -not -path './.git/*' -size +8k -printf '%s %TY-%Tm-%Td %p\\n' | sort -rn | head -60", "Largest files"))
    a.answer("Recorded. Nothing there needs action today.")
    return a
