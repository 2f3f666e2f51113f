"""JSON lists of scalars, and series. See synthetic.py."""

import json

from made import WORDS, hexid, stamp, workload


@workload
def f_level_shift(r):
    v = [round(r.gauss(40, 0.6), 2) for _ in range(1200)] + [round(r.gauss(55, 0.6), 2) for _ in range(1300)]
    return ("When did the level change?", json.dumps(v), [f"{v[1200]}"], [str(v[9]), str(v[2400])])


@workload
def f_spikes_low(r):
    v = [r.randint(480, 520) for _ in range(3000)]
    v[700], v[1900] = 3, 12045
    return ("Any spikes?", json.dumps(v), ["12045", " 3,"], [])


@workload
def f_nan_string(r):
    v = [round(r.random() * 2 + 10, 3) for _ in range(900)]
    v[431], v[702] = "NaN", None
    return (
        "Can I average these readings?",
        json.dumps({"unit": "kPa", "values": v}),
        ["NaN", "null"],
        [str(v[5]), str(v[888])],
    )


@workload
def f_odd_path(r):
    v = [
        f"/data/archive/2025/{r.randint(1, 12):02d}/{r.randint(1, 28):02d}/{r.choice(WORDS)}-{hexid(r, 8)}.parquet"
        for _ in range(1500)
    ]
    v[1111] = "/data/archive/2025/07/../../../../etc/shadow"
    return (
        "Does anything in this listing look suspicious?",
        json.dumps(v),
        ["/data/archive/2025/07/../../../../etc/shadow"],
        [v[4], v[1400]],
    )


@workload
def f_odd_type(r):
    v = [hexid(r, 12) for _ in range(800)]
    v[317] = {"error": "lookup failed", "key": "zzz"}
    return ("Are all keys resolved?", json.dumps(v), ["lookup failed"], [v[3], v[700]])


@workload
def f_series_gap(r):
    t, rows = 1741068000, []
    for i in range(2000):
        t += 60 if i != 1234 else 7260
        rows.append({"t": t, "v": r.randint(70, 90)})
    return ("Is there a gap in the data?", json.dumps(rows), [str(rows[1234]["t"])], [str(rows[88]["t"])])


@workload
def f_series_tuples(r):
    rows = [[stamp(i * 30, "epoch_ms"), str(round(r.gauss(1, 0.02), 4))] for i in range(1500)]
    rows[1009][1] = "0"
    rows[400][1] = "17.25"
    return (
        "Any outlier?",
        json.dumps({"metric": {"__name__": "up_ratio"}, "values": rows}),
        ["17.25", str(rows[1009][0])],
        [str(rows[5][0])],
    )


@workload
def f_find_string(r):
    v = [f"{r.choice(WORDS)}.{r.choice(WORDS)}.{hexid(r, 6)}.example.org" for _ in range(2500)]
    v[1750] = "legacy-ftp.example.org"
    return ("Is legacy-ftp.example.org still in the zone?", json.dumps(v), ["legacy-ftp.example.org"], [v[50], v[2400]])


@workload
def f_bools(r):
    v = [True] * 900
    v[518] = False
    return ("Did every probe succeed?", json.dumps({"probes": v}), ["false"], [])
