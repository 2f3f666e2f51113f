"""Services that stories ask: a shop's API with a fleet behind it, served over loopback; its database; its logs.

The data are generated (seeded), the answers real HTTP; the logs are what the server really wrote while a load of requests, some of
them bad on purpose, ran against it.
"""
import http.server
import json
import logging
import pathlib
import random
import sqlite3
import threading
import time
import traceback
import urllib.parse
import urllib.request

import scrub

REGIONS = ["eu-west-1", "eu-central-1", "us-east-1", "ap-south-1"]
SERVICES = ["checkout", "cart", "search", "payments", "inventory", "notify", "auth", "catalog"]


def stamp(second, day=12):
    return f"2026-11-{day + second // 86400:02}T{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}Z"


class Fleet:
    """A cluster, its alerts, deployments and metrics, in which one service is ill from `onset` on. `tick` moves time on."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.seed, self.tick = seed, 0
        self.ill = self.rng.choice(SERVICES)
        self.onset = self.rng.randrange(30_000, 60_000)
        self.pods = [{"service": s, "n": n, "id": self.rng.randrange(16 ** 5), "node": f"node-{self.rng.randrange(1, 25):02}"}
                     for s in SERVICES for n in range(self.rng.randrange(3, 12))]
        self.bad = self.rng.sample([p for p in self.pods if p["service"] == self.ill], 2)

    def pod_list(self):
        items = []
        for p in self.pods:
            ill = p in self.bad and self.tick < 30
            items.append({
                "metadata": {"name": f"{p['service']}-7d9f{p['n']:x}c-{p['id']:05x}", "namespace": "shop", "uid": f"{p['id'] * 7919 % 16 ** 8:08x}-4b1e-4d2a-9c55-{p['id'] * 104729 % 16 ** 12:012x}",
                             "creationTimestamp": stamp(1000 + p["id"] % 9000, 10), "labels": {"app": p["service"], "tier": "backend", "pod-template-hash": f"7d9f{p['n']:x}c"}},
                "spec": {"nodeName": p["node"], "restartPolicy": "Always", "containers": [{"name": p["service"], "image": f"images.example/shop/{p['service']}:4.{p['n'] % 3}.1", "resources": {"limits": {"cpu": "500m", "memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "256Mi"}}}]},
                "status": {"phase": "Running", "podIP": f"10.4.{p['n']}.{p['id'] % 250}", "hostIP": f"10.1.0.{int(p['node'][5:])}", "startTime": stamp(1000 + p["id"] % 9000, 10),
                           "containerStatuses": [{"name": p["service"], "ready": not ill, "restartCount": 14 + self.tick // 2 if p in self.bad else 0,
                                                  "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}} if ill else {"running": {"startedAt": stamp(1000 + p["id"] % 9000, 10)}}}]}})
        return {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": str(881000 + self.tick)}, "items": items}

    def metrics(self, service, minutes=120):
        rng = random.Random(f"{self.seed}/{service}")
        out = []
        for m in range(minutes):
            t = self.onset - 60 * minutes // 2 + 60 * m
            late = service == self.ill and t > self.onset
            out.append({"ts": stamp(t), "service": service, "rps": round(rng.gauss(220, 6), 1), "p50_ms": round(rng.gauss(18, 1.5), 1),
                        "p99_ms": round(rng.gauss(900 if late else 85, 7), 1), "errors": rng.randrange(40, 90) if late else rng.choice([0, 0, 0, 1]),
                        "cpu": round(rng.gauss(0.9 if late else 0.4, 0.02), 3), "mem_mb": round(rng.gauss(410, 4))})
        return {"service": service, "step": "60s", "points": out}

    def alerts(self):
        rng = random.Random(f"{self.seed}/alerts")
        rows = []
        for i in range(60):
            s = rng.choice(SERVICES)
            rows.append({"id": 51000 + i, "name": rng.choice(["HighLatency", "DiskFilling", "CertExpiry", "QueueDepth", "PodRestarts"]), "service": s, "severity": rng.choice(["info", "info", "warning"]),
                         "region": rng.choice(REGIONS), "started_at": stamp(rng.randrange(20_000, 80_000), 11), "resolved": True, "value": round(rng.uniform(0, 90), 2), "runbook": f"https://runbooks.example/{s}"})
        rows[37].update(name="ErrorBudgetBurn", service=self.ill, severity="critical", resolved=False, started_at=stamp(self.onset + 180), value=14.4)
        return {"alerts": rows, "total": len(rows)}

    def deployments(self):
        rng = random.Random(f"{self.seed}/deploys")
        rows = [{"id": f"dep-{7000 + i}", "service": rng.choice(SERVICES), "version": f"4.{rng.randrange(3)}.{i % 10}", "commit": f"{rng.randrange(16 ** 10):010x}", "author": rng.choice(["ana", "ravi", "lea", "tom"]),
                 "started_at": stamp(rng.randrange(1000, 29_000)), "finished_at": stamp(rng.randrange(29_000, 30_000)), "status": "succeeded", "strategy": "rolling", "replicas": 6} for i in range(45)]
        rows[22].update(service=self.ill, version="4.3.0", started_at=stamp(self.onset - 240), finished_at=stamp(self.onset - 60), strategy="all-at-once")
        return rows

    def hosts(self):
        rng = random.Random(f"{self.seed}/hosts")
        return [{"host": f"node-{i:02}", "region": REGIONS[i % 4], "kernel": "6.1.0-28", "cpus": 16, "mem_gb": 64, "load1": round(rng.uniform(0.4, 3), 2), "disk_used_pct": rng.randrange(31, 64) if i != 17 else 97, "uptime_days": rng.randrange(20, 200), "agent": "5.11.2" if i % 9 else "5.9.0"} for i in range(1, 25)]

    def incidents(self):
        rng = random.Random(f"{self.seed}/incidents")
        return [{"id": f"INC-{400 + i}", "title": f"{rng.choice(SERVICES)}: {rng.choice(['slow answers', 'errors after deploy', 'queue backed up', 'certificate near expiry', 'disk full on a node'])}", "severity": rng.choice(["sev2", "sev3", "sev3", "sev4"]),
                 "opened": stamp(rng.randrange(80_000), 1 + i % 9), "minutes": rng.randrange(8, 240), "cause": rng.choice(["bad deploy", "noisy neighbour", "expired secret", "unbounded retry", "slow query"]), "fix": rng.choice(["rollback", "restart", "scale out", "config change"])} for i in range(40)]


class Handler(http.server.BaseHTTPRequestHandler):
    fleet, log = None, None

    def log_message(self, *args):
        pass

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        start = time.monotonic()
        try:
            value = self.route(url.path, query)
            status = 200 if value is not None else 404
        except Exception:
            self.log.error("request failed path=%s\n%s", url.path, traceback.format_exc().rstrip())
            value, status = {"error": "internal error", "path": url.path}, 500
        body = json.dumps(value if value is not None else {"error": "not found"}, indent=2 if query.get("pretty") else None).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        (self.log.info if status < 500 else self.log.warning)("GET %s -> %d in %.1f ms (%d bytes)", self.path, status, (time.monotonic() - start) * 1e3, len(body))

    def route(self, path, query):
        f = self.fleet
        if path == "/orders":
            n = int(query.get("id", "0"))
            if n % 97 == 13:
                raise KeyError(f"payment_method of order {n}")
            if n % 211 == 5:
                return {"order": n, "total": 100 / (n % 211 - 5)}
            return {"order": n, "state": "paid", "lines": n % 7 + 1}
        return {"/pods": f.pod_list, "/alerts": f.alerts, "/deployments": f.deployments, "/hosts": f.hosts, "/incidents": f.incidents,
                "/metrics": lambda: f.metrics(query["service"], int(query.get("minutes", "120")))}.get(path, lambda: None)()


class Shop:
    """Runs while a story is played: `with Shop("seed", directory) as shop`."""

    def __init__(self, seed, directory, log_lines=1500):
        self.fleet, self.directory, self.log_lines = Fleet(seed), pathlib.Path(directory), log_lines

    def __enter__(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / "orders.log"
        path.unlink(missing_ok=True)
        log = logging.getLogger(f"orders.{id(self)}")
        log.setLevel(logging.DEBUG)
        log.propagate = False
        handler = logging.FileHandler(path)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s orders[%(thread)d] %(message)s"))
        log.addHandler(handler)
        kind = type("H", (Handler,), {"fleet": self.fleet, "log": log})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        scrub.SERVERS["http://ops.example"] = base
        rng = random.Random(self.fleet.seed)
        for _ in range(self.log_lines):
            try:
                urllib.request.urlopen(f"{base}/orders?id={rng.randrange(20_000)}", timeout=5).read()
            except urllib.error.HTTPError:
                pass
        self.database()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def database(self):
        path = self.directory / "shop.db"
        path.unlink(missing_ok=True)
        rng = random.Random(f"{self.fleet.seed}/db")
        db = sqlite3.connect(path)
        db.executescript("""
            CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT, country TEXT, since TEXT, tier TEXT);
            CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id), created TEXT, amount REAL, currency TEXT, status TEXT, channel TEXT, note TEXT);
            CREATE TABLE events(id INTEGER PRIMARY KEY, order_id INTEGER, at TEXT, kind TEXT, detail TEXT);""")
        for i in range(1, 401):
            db.execute("INSERT INTO customers VALUES(?,?,?,?,?)", (i, f"customer {i:04}", rng.choice(["SE", "DE", "FR", "PL", "IT", "NL"]), f"202{rng.randrange(6)}-0{rng.randrange(1, 10)}-1{rng.randrange(10)}", rng.choice(["basic", "basic", "plus", "gold"])))
        for i in range(1, 6001):
            amount = round(rng.lognormvariate(3.6, 0.7), 2) if i % 1999 else 88888.88
            status = "failed" if i % 67 == 3 else rng.choice(["settled"] * 9 + ["pending"])
            db.execute("INSERT INTO orders VALUES(?,?,?,?,?,?,?,?)", (i, rng.randrange(1, 401), stamp(rng.randrange(86_000), 1 + i % 20), amount, rng.choice(["EUR", "EUR", "SEK", "PLN"]), status, rng.choice(["web", "app", "store"]), "gateway timeout after 3 attempts" if status == "failed" else None))
            if i % 3 == 0:
                db.execute("INSERT INTO events VALUES(?,?,?,?,?)", (i, i, stamp(rng.randrange(86_000), 1 + i % 20), rng.choice(["created", "paid", "shipped", "returned"]), json.dumps({"by": rng.choice(["system", "clerk"]), "attempt": rng.randrange(1, 4)})))
        db.commit()
        db.close()
