"""Logs as servers, databases, builds and clusters write them. See synthetic.py."""

from made import WORDS, hexid, sentence, stamp, uid, workload


@workload
def g_nginx_5xx(r):
    lines = []
    for i in range(4000):
        s, p = (
            r.choice([200, 200, 200, 200, 304, 301, 404 if r.random() < 0.05 else 200]),
            f"/{r.choice(WORDS)}/{r.randint(1, 400)}",
        )
        if 2600 <= i < 2604:
            s, p = 503, "/checkout/pay"
        lines.append(
            f"{r.randint(11, 99)}.{r.randint(0, 255)}.7.{r.randint(1, 254)} - - [{stamp(i * .4, 'clf')}] \"{r.choice(['GET', 'POST'])} {p} HTTP/1.1\" {s} {r.randint(150, 20000)} \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\""
        )
    return (
        "Were there server errors in the access log?",
        "\n".join(lines),
        ['/checkout/pay HTTP/1.1" 503'],
        [lines[9][:60], lines[3999][:60]],
    )


@workload
def g_postgres(r):
    L = []
    for i in range(1500):
        L.append(
            f"{stamp(i * 3, '%Y-%m-%d %H:%M:%S')}.{r.randint(100, 999)} UTC [{r.randint(900, 990)}] LOG:  "
            + r.choice(
                [
                    f"checkpoint complete: wrote {r.randint(10, 900)} buffers ({r.random() * 3:.1f}%); 0 WAL file(s) added",
                    f"duration: {r.random() * 90:.3f} ms  statement: SELECT * FROM {r.choice(WORDS)} WHERE id = {r.randint(1, 9999)}",
                    f"connection received: host=10.0.0.{r.randint(2, 99)} port={r.randint(30000, 60000)}",
                ]
            )
        )
    L[610:610] = [
        f"{stamp(1830, '%Y-%m-%d %H:%M:%S')}.411 UTC [944] ERROR:  deadlock detected",
        f"{stamp(1830, '%Y-%m-%d %H:%M:%S')}.411 UTC [944] DETAIL:  Process 944 waits for ShareLock on transaction 88121; blocked by process 951.",
        f"{stamp(1830, '%Y-%m-%d %H:%M:%S')}.411 UTC [944] STATEMENT:  UPDATE ledger SET balance = balance - 5 WHERE id = 77",
    ]
    return (
        "What went wrong in the database?",
        "\n".join(L),
        [
            "ERROR:  deadlock detected",
            "blocked by process 951",
            "UPDATE ledger SET balance = balance - 5 WHERE id = 77",
        ],
        [L[3][:70]],
    )


@workload
def g_journal_oom(r):
    L = []
    for i in range(2500):
        L.append(
            f"{stamp(i * 11, 'syslog')} web-{i % 3} "
            + r.choice(
                [
                    f"systemd[1]: Started Session {r.randint(1000, 9999)} of user deploy.",
                    f"CRON[{r.randint(1000, 30000)}]: (root) CMD (run-parts /etc/cron.hourly)",
                    f"sshd[{r.randint(1000, 30000)}]: Accepted publickey for deploy from 10.1.0.{r.randint(1, 99)} port {r.randint(30000, 60000)} ssh2",
                    f"kernel: [{i * 11}.{r.randint(100000, 999999)}] eth0: link up",
                ]
            )
        )
    L[130] = (
        f"{stamp(1430, 'syslog')} web-1 kernel: [1430.118822] Out of memory: Killed process 7714 (ledgerd) total-vm:9817340kB, anon-rss:7811220kB"
    )
    L[131] = (
        f"{stamp(1431, 'syslog')} web-1 systemd[1]: ledgerd.service: Main process exited, code=killed, status=9/KILL"
    )
    return (
        "Why did ledgerd restart?",
        "\n".join(L) + "\n",
        [
            "Out of memory: Killed process 7714 (ledgerd)",
            "ledgerd.service: Main process exited, code=killed, status=9/KILL",
        ],
        [L[2000]],
    )


@workload
def g_terraform_plan(r):
    L = ["Terraform used the selected providers to generate the following execution plan.", ""]
    for i in range(160):
        n = f"aws_instance.{r.choice(WORDS)}_{i}"
        L += [
            f"  # {n} will be updated in-place",
            f"  ~ resource \"aws_instance\" \"{n.split('.')[1]}\" {{",
            f'        id            = "i-{hexid(r, 17)}"',
            f'      ~ instance_type = "t3.small" -> "t3.medium"',
            "        # (31 unchanged attributes hidden)",
            "    }",
            "",
        ]
    L[700:700] = [
        "  # aws_db_instance.orders must be replaced",
        '-/+ resource "aws_db_instance" "orders" {',
        '      ~ engine_version = "13.4" -> "15.2" # forces replacement',
        "    }",
        "",
    ]
    L += ["Plan: 1 to add, 160 to change, 1 to destroy.", ""]
    return (
        "Does this plan destroy or replace anything?",
        "\n".join(L),
        [
            "aws_db_instance.orders must be replaced",
            "forces replacement",
            "Plan: 1 to add, 160 to change, 1 to destroy.",
        ],
        [],
    )


@workload
def g_docker_build(r):
    L, t = [], 0.3
    for s in range(1, 15):
        L.append(f"#{s + 4} [{s}/14] RUN make {r.choice(WORDS)}")
        for _ in range(70):
            t += r.random() * 0.2
            L.append(
                f"#{s + 4} {t:.3f} {r.choice(['Unpacking', 'Setting up', 'Selecting previously unselected package', 'Get:1'])} {r.choice(WORDS)}-{r.choice(WORDS)} ({r.randint(0, 9)}.{r.randint(0, 30)}-{r.randint(1, 4)}) ..."
            )
        if s == 9:
            L += [
                f"#{s + 4} {t:.3f} ./configure: line 2214: pkg-config: command not found",
                f"#{s + 4} {t:.3f} configure: error: libfoo >= 2.1 is required",
            ]
        L.append(
            f"#{s + 4} DONE {r.random() * 20:.1f}s"
            if s != 14
            else '#18 ERROR: process "/bin/sh -c make dist" did not complete successfully: exit code: 2'
        )
    return (
        "Why did the image build fail?",
        "\n".join(L),
        [
            "configure: error: libfoo >= 2.1 is required",
            "pkg-config: command not found",
            "did not complete successfully: exit code: 2",
        ],
        [L[40]],
    )


@workload
def g_java_causes(r):
    L = []
    for i in range(1800):
        L.append(
            f"{stamp(i, '%H:%M:%S')}.{r.randint(100, 999)} [http-nio-8080-exec-{r.randint(1, 9)}] INFO  c.e.{r.choice(WORDS)}.{r.choice(WORDS).capitalize()}Service - processed {r.randint(1, 90)} items in {r.randint(2, 40)} ms"
        )
    L[1700:1700] = [
        f"{stamp(1700, '%H:%M:%S')}.812 [http-nio-8080-exec-3] ERROR c.e.billing.InvoiceService - cannot render invoice 55123",
        "org.example.RenderException: template failed",
        "\tat com.example.billing.Renderer.render(Renderer.java:88)",
        *[f"\tat org.springframework.aop.Proxy{k}.invoke(Proxy.java:{k * 7})" for k in range(30)],
        "Caused by: java.lang.IllegalStateException: font cache is closed",
        "\tat com.example.fonts.FontCache.get(FontCache.java:41)",
        "\t... 33 more",
        "Caused by: java.io.IOException: No space left on device",
        "\tat java.base/java.io.FileOutputStream.writeBytes(Native Method)",
        "\t... 41 more",
    ]
    return (
        "Why can invoice 55123 not be rendered?",
        "\n".join(L),
        [
            "cannot render invoice 55123",
            "Caused by: java.io.IOException: No space left on device",
            "font cache is closed",
            "FontCache.java:41",
        ],
        [L[55]],
    )


@workload
def g_gha_groups(r):
    L = []

    def put(s):
        L.append(f"{stamp(len(L) * .3, '%Y-%m-%dT%H:%M:%S')}.{r.randint(1000000, 9999999)}Z {s}")

    for step in ("Set up job", "Checkout", "Restore cache", "Install", "Compile", "Test", "Upload"):
        put(f"##[group]Run {step}")
        put("shell: /usr/bin/bash -e {0}")
        put("##[endgroup]")
        for k in range(150):
            put(
                r.choice(
                    [
                        f"Downloading {r.choice(WORDS)}-{r.randint(1, 9)}.{r.randint(0, 40)}.tgz ({r.randint(3, 900)} kB)",
                        f"compiled src/{r.choice(WORDS)}/{r.choice(WORDS)}.ts",
                        f"cache hit for {hexid(r, 12)}",
                    ]
                )
            )
        if step == "Compile":
            put(
                "src/ledger/post.ts(88,17): error TS2345: Argument of type 'string | undefined' is not assignable to parameter of type 'string'."
            )
        if step == "Test":
            put("  1) ledger posts twice")
            put("     AssertionError: expected 2 to equal 1")
            put("##[error]Process completed with exit code 1.")
    return (
        "Why is the workflow red?",
        "\n".join(L),
        [
            "src/ledger/post.ts(88,17): error TS2345",
            "AssertionError: expected 2 to equal 1",
            "##[error]Process completed with exit code 1.",
        ],
        [L[100]],
    )


@workload
def g_logfmt_slow(r):
    L = [
        f'ts={stamp(i * 1.5)} level=info caller={r.choice(WORDS)}.go:{r.randint(10, 400)} msg="request done" method=GET path=/v1/{r.choice(WORDS)} code=200 dur={r.randint(3, 60)}ms tenant=t{r.randint(1, 40)}'
        for i in range(2600)
    ]
    L[1444] = (
        f'ts={stamp(2166)} level=error caller=store.go:212 msg="compaction failed" err="block 01HZX corrupt: invalid magic 7f" tenant=t17'
    )
    L[2020] = (
        f'ts={stamp(3030)} level=warn caller=ring.go:77 msg="instance left the ring without LEAVING" instance=ingester-7'
    )
    return (
        "Anything wrong with tenant t17?",
        "\n".join(L),
        ["block 01HZX corrupt: invalid magic 7f", "instance=ingester-7"],
        [L[20]],
    )


@workload
def g_python_worker(r):
    L = []
    for i in range(1200):
        L.append(
            f"[{stamp(i * 5, '%Y-%m-%d %H:%M:%S')},{r.randint(100, 999)}: INFO/ForkPoolWorker-{r.randint(1, 8)}] Task {r.choice(WORDS)}.{r.choice(WORDS)}[{uid(r)}] succeeded in {r.random() * 3:.6f}s: None"
        )
    L[40:40] = [
        "Traceback (most recent call last):",
        '  File "/srv/app/worker/tasks.py", line 118, in sync_ledger',
        "    row = table[key]",
        "KeyError: 'acct-9917'",
        "",
        "The above exception was the direct cause of the following exception:",
        "",
        "Traceback (most recent call last):",
        '  File "/usr/lib/python3/dist-packages/celery/app/trace.py", line 451, in trace_task',
        "    R = retval = fun(*args, **kwargs)",
        '  File "/srv/app/worker/tasks.py", line 121, in sync_ledger',
        "    raise SyncError(key) from exc",
        "worker.errors.SyncError: acct-9917 vanished between pages",
    ]
    return (
        "Which task crashed and where?",
        "\n".join(L),
        [
            "KeyError: 'acct-9917'",
            "line 118, in sync_ledger",
            "worker.errors.SyncError: acct-9917 vanished between pages",
        ],
        [L[600]],
    )


@workload
def g_rare_event_no_word(r):
    L = [
        f"{stamp(i * 2, '%H:%M:%S')} agent[{r.randint(100, 140)}]: heartbeat from {r.choice(WORDS)}-{r.randint(1, 30)} rtt={r.randint(1, 9)}ms"
        for i in range(3000)
    ]
    L[1873] = f"{stamp(3746, '%H:%M:%S')} agent[122]: primary handed its lease to standby-b"
    return ("What happened during the night?", "\n".join(L), ["primary handed its lease to standby-b"], [L[4]])


@workload
def g_query_value(r):
    L = [
        f"{stamp(i * 1.1, 'iso_ms')} INFO  order-svc accepted order={500000 + i} customer={r.randint(1, 900)} total={r.randint(5, 400)}.00"
        for i in range(3500)
    ]
    return ("What happened to order=502718?", "\n".join(L), ["order=502718"], ["order=500003", "order=503400"])


@workload
def g_windows_msbuild(r):
    L = ["Microsoft (R) Build Engine version 17.8.3", ""]
    for i in range(900):
        L.append(f"  {r.choice(WORDS)}{i}.cpp")
        if i == 450:
            L += [
                "D:\\src\\ledger\\post.cpp(211,9): error C2065: 'kTimeout': undeclared identifier [D:\\src\\ledger\\ledger.vcxproj]"
            ]
        if i % 90 == 3:
            L += [
                f"D:\\src\\{r.choice(WORDS)}\\x.cpp({r.randint(1, 900)},5): warning C4996: 'strcpy': This function or variable may be unsafe."
            ]
    L += ["", "Build FAILED.", "", "    10 Warning(s)", "    1 Error(s)"]
    return (
        "Why does the build fail?",
        "\r\n".join(L),
        ["error C2065: 'kTimeout': undeclared identifier", "Build FAILED.", "1 Error(s)"],
        [],
    )


@workload
def g_ansible(r):
    L = []
    hosts = [f"app{i:02d}.internal" for i in range(25)]
    for t in range(24):
        L += ["", f"TASK [{r.choice(WORDS)} : {sentence(r, 3)}] " + "*" * 40]
        for h in hosts:
            if t == 13 and h == "app17.internal":
                L.append(
                    'fatal: [app17.internal]: FAILED! => {"changed": false, "msg": "No package matching \'nginx-extras\' is available"}'
                )
            elif t > 13 and h == "app17.internal":
                continue
            else:
                L.append(f"{r.choice(['ok', 'changed'])}: [{h}]")
    L += ["", "PLAY RECAP " + "*" * 50] + [
        f"{h:<27}: ok={r.randint(20, 24)}   changed={r.randint(2, 9)}    unreachable=0    failed={int(h == 'app17.internal')}    skipped=0"
        for h in hosts
    ]
    return (
        "Which host failed?",
        "\n".join(L),
        ["No package matching 'nginx-extras' is available", "fatal: [app17.internal]: FAILED!", "failed=1"],
        [],
    )


@workload
def g_mqtt_burst(r):
    L = []
    for i in range(2000):
        L.append(
            f"{1741068000 + i}: "
            + r.choice(
                [
                    f"New connection from 10.9.0.{r.randint(1, 250)}:{r.randint(30000, 60000)} on port 1883.",
                    f"Sending PINGRESP to dev{r.randint(1, 400)}",
                    f"Received PUBLISH from dev{r.randint(1, 400)} (d0, q1, r0, m{r.randint(1, 9000)}, 'site/{r.choice(WORDS)}', ... (31 bytes))",
                ]
            )
        )
    for k in range(60):
        L[900 + k] = f"{1741068900 + k}: Client dev{r.randint(1, 400)} has exceeded timeout, disconnecting."
    return ("Why did clients drop?", "\n".join(L), ["has exceeded timeout, disconnecting."], [L[0]])
