"""Text that is on any Linux machine: sources, manuals, documentation, JSON, logs, markup, in turn by place and kind."""
import gzip
import os
import sys

ROOTS = ["/usr/lib/python3", "/usr/lib/python3.11", sys.prefix, "/usr/share/doc", "/usr/share/man", "/usr/include", "/usr/share/perl",
         "/var/log", "/usr/lib/node_modules", "/usr/share/i18n", "/usr/share/locale", "/etc", "/usr/share/info", "/usr/share/vim",
         "/usr/share/nodejs", "/usr/share/cmake-3.25", "/usr/share/zoneinfo"]
TEXT = (".py", ".txt", ".md", ".rst", ".json", ".log", ".html", ".c", ".h", ".hpp", ".js", ".ts", ".css", ".xml", ".yml", ".yaml",
        ".toml", ".sh", ".pl", ".pm", ".cmake", ".csv", ".tab", ".po", ".cfg", ".conf", ".svg", ".map", ".mjs", ".rs", ".go")


def files(rng, wanted):
    """Yields files, each cut at 400,000 bytes, until they add up to `wanted` bytes."""
    by_kind = {}
    for root in ROOTS:
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                kind = os.path.splitext(name[:-3] if name.endswith(".gz") else name)[1]
                if kind in TEXT or "/man/" in folder or "/log" in folder:
                    by_kind.setdefault((root, kind), []).append(path)
    groups = sorted(by_kind)
    for group in groups:
        by_kind[group].sort()
        rng.shuffle(by_kind[group])
    got, seen = 0, set()
    while got < wanted and any(by_kind.values()):
        for group in groups:  # in turn, so that no kind fills the sample
            if not by_kind[group]:
                continue
            path = by_kind[group].pop()
            try:
                if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) > 4 << 20:
                    continue
                data = (gzip.open if path.endswith(".gz") else open)(path, "rb").read(400_000)
            except OSError:
                continue
            if b"\0" in data[:1000]:
                continue
            if data in seen:
                continue
            seen.add(data)
            got += len(data)
            yield data
