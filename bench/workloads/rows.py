"""JSON rows: metrics, users, payments, pods, events, sensors, tickets, commits, stock, requests, runs. See synthetic.py."""

import json

from made import NAMES, WORDS, hexid, rows_answer, sentence, stamp, uid, workload


@workload
def e_metrics_outliers(r):
    rows = [
        {
            "ts": stamp(i * 15, "epoch_ms"),
            "host": f"node-{i % 12:02d}",
            "cpu": round(r.gauss(34, 3), 1),
            "mem_mb": r.randint(2900, 3300),
            "disk_io": round(r.gauss(120, 9), 2),
            "gc_ms": round(abs(r.gauss(11, 2)), 1),
        }
        for i in range(1500)
    ]
    rows[407]["cpu"], rows[911]["mem_mb"], rows[1313]["disk_io"], rows[640]["gc_ms"] = 99.7, 212, 1874.33, 4210.5
    return (
        "Is anything unusual in these host metrics?",
        json.dumps(rows),
        ["99.7", "212", "1874.33", "4210.5"],
        [str(rows[i]["ts"]) for i in (17, 512, 1400)],
    )


@workload
def e_users_lookup_uuid(r):
    rows = [
        {
            "id": uid(r),
            "name": f"{r.choice(NAMES)} {r.choice(WORDS).capitalize()}son",
            "email": f"u{i}.{hexid(r, 4)}@example.net",
            "plan": r.choice(["free", "team", "pro"]),
            "active": r.random() < 0.9,
            "created_at": stamp(i * 3777, "us"),
            "address": {"city": r.choice(["Turku", "Porto", "Graz", "Lyon"]), "zip": f"{r.randint(10000, 99999)}"},
        }
        for i in range(900)
    ]
    w = rows[633]
    return (
        f"What is the e-mail address of user {w['id']}?",
        json.dumps(rows, indent=2),
        [w["id"], w["email"]],
        [rows[i]["email"] for i in (5, 200, 888)],
    )


@workload
def e_users_lookup_name(r):
    rows = [
        {
            "uid": 40000 + i,
            "login": f"{r.choice(WORDS)}_{hexid(r, 5)}",
            "display": f"{r.choice(NAMES)} {r.choice(WORDS).capitalize()}son",
            "last_seen": stamp(i * 911),
            "groups": r.sample(["ops", "dev", "hr", "qa", "sales"], r.randint(1, 3)),
        }
        for i in range(2500)
    ]
    rows[1777]["display"] = "Thandiwe Okonkwo"
    w = rows[1777]
    return (
        "When was Thandiwe Okonkwo last seen?",
        json.dumps({"users": rows}),
        ["Thandiwe Okonkwo", w["login"], w["last_seen"]],
        [rows[i]["login"] for i in (5, 200, 2222)],
    )


@workload
def e_payments_negative(r):
    rows = [
        {
            "payment_id": f"pay_{hexid(r, 14)}",
            "amount": round(r.lognormvariate(3.4, 0.5), 2),
            "currency": "EUR",
            "method": r.choice(["card", "sepa", "wallet"]),
            "state": "captured",
            "risk": round(r.random() * 0.3, 3),
            "captured_at": stamp(i * 47, "iso_ms"),
            "failure_code": None,
        }
        for i in range(3000)
    ]
    rows[1204]["amount"] = -312.45
    rows[2210].update(state="chargeback_lost", failure_code="CB4837")
    rows[77].update(state="declined", failure_code="insufficient_funds")
    return (
        "Anything odd in yesterday's payments?",
        json.dumps(rows),
        ["-312.45", "chargeback_lost", "CB4837", "insufficient_funds"],
        [rows[i]["payment_id"] for i in (9, 1500, 2900)],
    )


@workload
def e_k8s_pods(r):
    items = []
    for i in range(220):
        app = r.choice(WORDS)
        items.append(
            {
                "metadata": {
                    "name": f"{app}-{hexid(r, 9)}-{hexid(r, 5)}",
                    "namespace": r.choice(["prod", "staging", "infra"]),
                    "labels": {"app": app, "pod-template-hash": hexid(r, 9)},
                    "creationTimestamp": stamp(i * 601),
                },
                "spec": {
                    "nodeName": f"ip-10-0-{r.randint(1, 9)}-{r.randint(2, 250)}.internal",
                    "containers": [
                        {
                            "name": app,
                            "image": f"registry.example/{app}:1.{r.randint(0, 40)}.0",
                            "resources": {"limits": {"cpu": "500m", "memory": "512Mi"}},
                        }
                    ],
                },
                "status": {
                    "phase": "Running",
                    "podIP": f"10.2.{r.randint(0, 250)}.{r.randint(0, 250)}",
                    "containerStatuses": [
                        {
                            "name": app,
                            "ready": True,
                            "restartCount": 0,
                            "state": {"running": {"startedAt": stamp(i * 601 + 9)}},
                        }
                    ],
                },
            }
        )
    a, b = items[61], items[173]
    a["status"]["containerStatuses"][0].update(
        ready=False,
        restartCount=87,
        state={"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}},
    )
    b["status"].update(
        phase="Pending",
        containerStatuses=[
            {"name": "x", "ready": False, "restartCount": 0, "state": {"waiting": {"reason": "ImagePullBackOff"}}}
        ],
    )
    return (
        "Which pods are not ready, and why?",
        json.dumps({"apiVersion": "v1", "kind": "PodList", "items": items}),
        [a["metadata"]["name"], "CrashLoopBackOff", "87", b["metadata"]["name"], "ImagePullBackOff"],
        [items[i]["metadata"]["name"] for i in (3, 100, 210)],
    )


@workload
def e_k8s_events(r):
    rows = []
    for i in range(600):
        pod = f"{r.choice(WORDS)}-{hexid(r, 5)}"
        k = r.choice(
            [
                ("Scheduled", f"Successfully assigned prod/{pod} to node-{r.randint(1, 30)}"),
                ("Pulled", "Container image already present on machine"),
                ("Created", f"Created container {pod.split('-')[0]}"),
                ("Started", f"Started container {pod.split('-')[0]}"),
            ]
        )
        rows.append(
            {
                "type": "Normal",
                "reason": k[0],
                "object": f"pod/{pod}",
                "message": k[1],
                "count": 1,
                "lastTimestamp": stamp(i * 7),
            }
        )
    rows[333].update(
        type="Warning", reason="FailedScheduling", message="0/30 nodes are available: 30 Insufficient memory.", count=14
    )
    rows[501].update(
        type="Warning",
        reason="Unhealthy",
        message='Readiness probe failed: Get "http://10.2.3.4:8080/healthz": dial tcp 10.2.3.4:8080: connect: connection refused',
        count=3,
    )
    return (
        "Why are pods not coming up?",
        json.dumps(rows),
        ["0/30 nodes are available: 30 Insufficient memory.", "Readiness probe failed", rows[333]["object"]],
        [rows[i]["object"] for i in (10, 222, 590)],
    )


@workload
def e_iot_sparse(r):
    rows = []
    for i in range(4000):
        o = {"dev": f"sn-{i % 40:03d}", "at": stamp(i * 9), "temp_c": round(r.gauss(21.5, 0.4), 2)}
        if r.random() < 0.3:
            o["hum"] = round(r.gauss(44, 2), 1)
        if r.random() < 0.05:
            o["bat_v"] = round(r.gauss(3.7, 0.05), 2)
        rows.append(o)
    rows[2718]["temp_c"] = -127.0
    rows[3001]["fw_fault"] = "watchdog reset 0x3F"
    return (
        "Did any device misbehave?",
        json.dumps(rows),
        ["-127.0", "watchdog reset 0x3F"],
        [rows[i]["at"] for i in (44, 1000, 3900)],
    )


@workload
def e_tickets_longtext(r):
    rows = [
        {
            "key": f"OPS-{2000 + i}",
            "summary": sentence(r, 7),
            "description": " ".join(sentence(r, 12) for _ in range(6)),
            "assignee": r.choice(NAMES),
            "priority": r.choice(["Low", "Medium", "High"]),
            "labels": r.sample(WORDS, 3),
            "updated": stamp(i * 5000),
        }
        for i in range(160)
    ]
    rows[97]["summary"] = "Nightly backup of the vault cluster silently skipped"
    rows[131]["description"] += " Seen together with a kernel panic on host bay-14."
    return (
        "Which ticket is about the vault backup?",
        json.dumps(rows, indent=2),
        ["OPS-2097", "Nightly backup of the vault cluster silently skipped"],
        ["bay-14", "OPS-2005", "OPS-2150"],
    )


@workload
def e_commits_author(r):
    rows = [
        {
            "sha": hexid(r, 40),
            "author": {"name": r.choice(NAMES[:20]), "date": stamp(i * 4000)},
            "message": f"{r.choice(['Fix', 'Add', 'Drop', 'Rename'])} {sentence(r, 4)}",
            "files_changed": r.randint(1, 9),
            "additions": r.randint(1, 90),
            "deletions": r.randint(0, 60),
        }
        for i in range(700)
    ]
    rows[410]["author"]["name"] = "Yusuf"
    rows[590].update(message='Revert "Add TLS session tickets"', additions=48211)
    return (
        "Which commit did Yusuf write?",
        json.dumps(rows),
        [rows[410]["sha"], "48211"],
        [rows[i]["sha"] for i in (8, 300, 690)],
    )


@workload
def e_inventory_nested(r):
    rows = [
        {
            "sku": f"{r.choice('ABCDEF')}{r.randint(100, 999)}-{hexid(r, 4).upper()}",
            "title": sentence(r, 4),
            "dims": {"w": r.randint(5, 60), "h": r.randint(5, 60), "d": r.randint(5, 60)},
            "stock": [{"wh": w, "qty": r.randint(1, 400)} for w in ("AMS", "GDN", "BCN")],
            "price": {"net": round(r.uniform(5, 90), 2), "vat": 0.21},
            "tags": r.sample(WORDS, 4),
        }
        for i in range(800)
    ]
    rows[222]["stock"][1]["qty"] = -38
    rows[555]["price"]["net"] = 0.0
    return (
        f"How many of {rows[700]['sku']} are in stock in each warehouse, and does any stock look wrong?",
        json.dumps(rows),
        [rows[700]["sku"], "-38", rows[222]["sku"]],
        [rows[i]["sku"] for i in (1, 400, 799)],
    )


@workload
def e_wide_rows(r):
    cols = [f"{r.choice(WORDS)}_{k}" for k in range(60)]
    rows = [
        {
            "row_id": i,
            **{
                c: (
                    r.randint(0, 9)
                    if k % 3 == 0
                    else round(r.gauss(50, 2), 3) if k % 3 == 1 else r.choice(["on", "off"])
                )
                for k, c in enumerate(cols)
            },
        }
        for i in range(400)
    ]
    rows[288][cols[31]] = 907.125
    rows[120][cols[47]] = "error: checksum"
    return (None, json.dumps(rows), ["907.125", "error: checksum"], [str(rows[10][cols[1]]), str(rows[399][cols[4]])])


@workload
def e_http_5xx(r):
    rows = [
        {
            "time": stamp(i * 0.7, "iso_ms"),
            "method": r.choice(["GET", "POST", "PUT"]),
            "path": f"/api/v2/{r.choice(WORDS)}/{r.randint(1, 9999)}",
            "status": r.choice([200, 200, 200, 201, 204, 304]),
            "duration_ms": round(r.lognormvariate(3, 0.3), 1),
            "bytes": r.randint(200, 9000),
            "trace": hexid(r, 32),
        }
        for i in range(6000)
    ]
    for i in (3777, 3778, 3781):
        rows[i].update(status=502, path=f"/api/v2/payouts/{i}")
    rows[5100]["duration_ms"] = 30001.8
    return (
        "Did the API return any server errors?",
        json.dumps(rows, separators=(",", ":")),
        ["/api/v2/payouts/3777", "/api/v2/payouts/3778", "/api/v2/payouts/3781", "502", "30001.8"],
        [rows[i]["trace"] for i in (4, 2000, 5900)],
    )


@workload
def e_null_where_never(r):
    rows = [
        {
            "invoice": f"INV{90000 + i}",
            "customer": f"C-{r.randint(100, 999)}",
            "total": round(r.gauss(240, 20), 2),
            "vat_id": f"NL{r.randint(10**8, 10**9)}B01",
            "sent": True,
        }
        for i in range(1200)
    ]
    rows[801]["vat_id"] = None
    rows[1010]["sent"] = False
    return (
        "Is the export complete and consistent?",
        json.dumps(rows),
        ["INV90801", "INV91010"],
        ["INV90003", "INV90777"],
    )


@workload
def e_orders_of_customer(r):
    rows = [
        {
            "order": 700000 + i,
            "customer_id": f"cust-{r.randint(1, 300):04d}",
            "sku": f"{r.choice(WORDS)}-{r.randint(1, 99)}",
            "qty": r.randint(1, 5),
            "paid": True,
            "placed": stamp(i * 77),
        }
        for i in range(5000)
    ]
    for i in (912, 3104, 4480):
        rows[i]["customer_id"] = "cust-7741"
    return (
        "List the orders of customer cust-7741.",
        json.dumps(rows),
        ["700912", "703104", "704480"],
        ["700005", "704999"],
    )


@workload
def e_types_mixed(r):
    rows = [{"k": i, "v": r.randint(100, 200), "unit": "ms"} for i in range(2000)]
    rows[1499]["v"] = "n/a"
    rows[250]["v"] = [151, 152]
    return ("Are all values usable?", json.dumps(rows), ["n/a", "1499"], ["1999"])


@workload
def e_large_20k(r):
    rows = [
        {
            "id": i,
            "shard": i % 16,
            "key": hexid(r, 12),
            "lag_ms": r.randint(1, 40),
            "state": "IN_SYNC",
            "checked": stamp(i, "iso"),
        }
        for i in range(20000)
    ]
    rows[15555].update(state="DIVERGED", lag_ms=99812)
    return (
        "Are all partitions in sync?",
        json.dumps(rows),
        ["DIVERGED", "99812", rows[15555]["key"]],
        [rows[i]["key"] for i in (1, 9000, 19999)],
    )


@workload
def e_small_50(r):
    rows = [
        {"job": f"nightly-{w}", "ok": True, "took_s": r.randint(30, 90), "host": f"b{r.randint(1, 4)}"}
        for w in r.sample(WORDS, 25)
    ] * 2
    rows = [dict(x) for x in rows]
    rows[31]["ok"] = False
    return (None, json.dumps(rows), [json.dumps(rows[31]["job"])[1:-1]], [])


@workload
def e_ci_runs(r):
    rows = [
        {
            "run_id": 88000000 + i,
            "workflow": r.choice(["lint", "unit", "e2e"]),
            "branch": f"feat/{r.choice(WORDS)}-{hexid(r, 4)}",
            "conclusion": "success",
            "run_attempt": 1,
            "duration": r.randint(200, 280),
        }
        for i in range(350)
    ]
    rows[66].update(conclusion="failure", run_attempt=3)
    rows[299].update(conclusion="timed_out", duration=21600)
    rows[12].update(conclusion="cancelled")
    return (
        "Which CI runs did not succeed?",
        rows_answer(r, rows),
        ["88000066", "timed_out", "88000299", "cancelled", "88000012"],
        ["88000001", "88000340"],
    )


@workload
def e_enum_typo(r):
    rows = [
        {
            "ticket": f"T{i:05d}",
            "country": r.choice(["SE", "NO", "DK", "FI"]),
            "kind": r.choice(["bug", "task"]),
            "score": r.randint(1, 10),
        }
        for i in range(1800)
    ]
    rows[1333]["country"] = "Atlantis"
    return ("Is the country column clean?", json.dumps(rows), ["Atlantis", "T01333"], ["T00001", "T01799"])


@workload
def e_lambda_columns(r):
    rows = [
        [stamp(i * 60, "%Y-%m-%d %H:%M"), r.randint(900, 1000), round(r.gauss(0.2, 0.01), 4), "eu-north-1"]
        for i in range(1440)
    ]
    rows[1003][1] = 3
    rows[1003][2] = 0.9971
    return (
        "When did the request count drop?",
        json.dumps({"columns": ["minute", "requests", "err_ratio", "region"], "rows": rows}),
        ["0.9971", rows[1003][0]],
        [rows[7][0], rows[1200][0]],
    )


@workload
def e_jsonl_app_log(r):
    lines = [
        json.dumps(
            {
                "t": stamp(i * 2, "iso_ms"),
                "lvl": "info",
                "mod": r.choice(WORDS),
                "msg": f"handled {r.choice(WORDS)} in {r.randint(2, 30)}ms",
                "req": hexid(r, 16),
            }
        )
        for i in range(1500)
    ]
    bad = {
        "t": stamp(1900, "iso_ms"),
        "lvl": "fatal",
        "mod": "ledger",
        "msg": "invariant broken: debit 1200.00 without credit",
        "req": "feedbeefcafe0001",
        "stack": ["post()", "commit()"],
    }
    lines[955] = json.dumps(bad)
    return (
        "Why did the service stop?",
        "\n".join(lines) + "\n",
        ["invariant broken: debit 1200.00 without credit", "feedbeefcafe0001"],
        [json.loads(lines[i])["req"] for i in (2, 700, 1400)],
    )
