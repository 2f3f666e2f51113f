#!/usr/bin/env python3
"""detect.py BINARY [--keep FOLDER] [--each N] - is content taken for the kind that it is? Real samples, none of them committed.

Samples are what tools of this machine print (over its folders and over the project that corpus/generate_text.py makes) and files of its
packages, whose kind their suffix or name says: Python's library, npm's packages, crates, POMs, headers, patches, feeds, logs. Each is
compressed with reversible views allowed.

  right   no view that leaves something out, or one by the sample's own kind (or span by span)
  wrong   a view that leaves something out, made by a kind that the sample is not: only there a wrong guess costs content
  known   of those right, how many have a view by their own kind, lossless ones included

Shell files of assignments alone are settings, too. Counter-examples look like a kind and are another, or none: JSX, drawings, changelogs, licences, lists of words, keys. A lossless view may
come from any kind, for its decoder proves it. Status 1 if fewer than 99 % are right.
"""
import argparse
import collections
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LEAST, MOST = 1500, 150_000  # bytes of a sample
HOME = pathlib.Path.home()

# Which kinds a method's view is of, by its lead.
METHODS = [("json_", "json"), ("table_", "table"), ("log_", "log"), ("search_", "search"), ("diff_", "diff"), ("listing_", "listing"),
           ("config_", "config"), ("html_", "html"), ("prose_", "prose"), ("code_", "code"), ("gutter", "code"), ("blob", "blob"),
           ("rows_", "rows"), ("terminal_", "terminal"), ("mixed", "mixed")]

# What is looked for: a name for the row, suffixes or ends of names, the kinds that are right.
FILES = [
    ("python", (".py",), {"code"}), ("c_header", (".h",), {"code"}), ("javascript", (".js", ".mjs", ".cjs"), {"code", "blob"}),
    ("typescript", (".ts", ".tsx"), {"code"}), ("jsx", (".jsx",), {"code"}), ("rust", (".rs",), {"code"}), ("go", (".go",), {"code"}),
    ("java", (".java",), {"code"}), ("shell", (".sh",), {"code", "config"}), ("perl", (".pm", ".pl"), {"code"}),
    ("json", (".json",), {"json"}), ("yaml", (".yml", ".yaml"), {"config"}), ("toml", (".toml",), {"config"}),
    ("lock_file", ("Cargo.lock", "uv.lock", "poetry.lock"), {"config"}), ("ini", (".ini", ".cfg"), {"config"}),
    ("xml", (".xml", ".pom"), {"config"}), ("systemd_unit", (".service", ".desktop"), {"config"}),
    ("csv", (".csv",), {"table"}), ("tsv", (".tsv",), {"table"}), ("html", (".html", ".htm"), {"html"}),
    ("markdown", (".md",), {"prose", "mixed", "html", "table"}), ("patch", (".patch", ".diff"), {"diff"}),
    ("log", (".log",), {"log"}),
    ("drawing", (".svg",), {"blob"}), ("licence", ("LICENSE", "LICENSE-MIT", "COPYING", "LICENSE-APACHE"), {"prose"}),
    ("certificates", (".pem", ".crt"), {"blob"}), ("checksums", ("go.sum", "SHA256SUMS", "md5sums"), set()),
]
FOLDERS = ["/etc", "/usr/include", "/usr/lib", "/usr/local/lib", "/usr/share", "/var/lib/dpkg", "/var/log", str(HOME / ".cargo/registry"),
           str(HOME / ".m2"), str(HOME / "go/pkg/mod"), str(HOME / ".pyenv"), str(ROOT / "node_modules")]


def files(each):
    """(row, name, kinds, content); of each row `each` files, evenly from all that there are, those of tests apart."""
    found = collections.defaultdict(list)
    for folder in FOLDERS:
        met = collections.Counter()
        for here, below, names in os.walk(folder):
            below.sort()
            below[:] = [b for b in below if b not in ("test", "tests", "testdata", ".git")]
            for name in sorted(names):
                for row, ends, _ in FILES:
                    if not name.endswith(ends) or met[row] >= 40 * each:
                        continue
                    path = pathlib.Path(here, name)
                    if path.is_file() and not path.is_symlink() and LEAST <= path.stat().st_size <= MOST:
                        found[row].append(path)
                        met[row] += 1
                    break
    for row, _, kinds in FILES:
        paths = found[row]
        stride = max(1, len(paths) // each)
        for path in paths[::stride][:each]:
            content = path.read_bytes()
            if b"\0" not in content[:4096]:
                yield row, str(path), kinds, content


def outputs():
    """What tools print: over the project of the golden cases, and over this machine's folders."""
    spec = importlib.util.spec_from_file_location("generate_text", ROOT / "corpus/generate_text.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    project = made.Project()
    places = [p for p in ("/usr/include", "/usr/share/doc", "/usr/lib/python3", "/etc", "/usr/bin", "/var/lib") if os.path.isdir(p)]
    commands = [("listing", c) for c in (["ls", "-lR"], ["ls", "-la", "logs"], ["find", "."], ["tree"], ["du", "-a"], ["ls", "-R"],
                                         ["git", "ls-files"], ["find", ".", "-ls"])]
    commands += [("listing", ["ls", flags, p]) for p in places for flags in ("-l", "-lR", "-la", "-R")]
    commands += [("listing", ["find", p, "-maxdepth", d, *more]) for p in places for d in ("1", "2") for more in ([], ["-ls"])]
    commands += [("listing", ["tree", "-L", d, p]) for p in places for d in ("1", "2")]
    commands += [("listing", ["du", "-a", "--max-depth=2", p]) for p in places]
    commands += [("search", ["grep", "-rn", word, "/usr/include", "--include", glob])
                 for word in ("define", "include", "struct", "error", "return") for glob in ("s*.h", "p*.h", "c*.h")]
    commands += [("search", ["git", "-C", str(ROOT), "grep", flag, word]) for word in ("nullopt", "View", "budget") for flag in ("-n", "-c")]
    commands += [("diff", ["diff", "-u", "/usr/include/" + a, "/usr/include/" + b]) for a, b in (("stdlib.h", "string.h"), ("math.h", "wchar.h"))]
    commands += [("diff", ["git", "-C", str(ROOT), "show", f"HEAD~{k}"]) for k in range(12)]
    commands += [("table", c) for c in (["ps", "aux"], ["ps", "-ef"], ["df", "-a"], ["pip", "list"], ["dpkg", "-l", "lib*"], ["mount"])]
    commands += [("log", ["git", "-C", str(ROOT), "log", "-n", n, "--oneline"]) for n in ("60", "200")]
    commands += [("words", c) for c in (["dpkg-query", "-W"], ["env"], ["locale", "-a"], ["seq", "1", "900"])]
    commands += [("rows", c) for c in (["apt", "list", "--installed"], ["sysctl", "-a"], ["objdump", "-d", "/bin/true"], ["nm", "-D", "/bin/bash"],
                                       ["curl", "--help", "all"], ["clang-19", "--help"], ["tar", "--help"], ["git", "help", "-a"],
                                       ["ldconfig", "-p"], ["readelf", "-a", "/bin/true"], ["strace", "ls"], ["pip", "freeze"], ["ls", "/usr/bin"],
                                       ["apt-cache", "search", "json"], ["hexdump", "-C", "/bin/true"], ["cat", "/proc/vmstat"], ["lscpu"],
                                       ["cat", "/proc/self/maps"], ["openssl", "ciphers", "-v"], ["openssl", "list", "-commands"], ["lsof"],
                                       ["rustc", "-C", "help"], ["cargo", "tree"], ["ss", "-an"], ["netstat", "-an"])]
    source = "src/compressors/log/lossless.cc"
    commands += [("no_rows", c) for c in (["git", "-C", str(ROOT), "blame", "-s", source], ["cat", "-n", str(ROOT / source)],
                                          ["grep", "-n", "", str(ROOT / source)], ["sed", "-n", "120,300p", str(ROOT / source)],
                                          ["git", "-C", str(ROOT), "blame", "-s", "bench/generate.py"],
                                          ["sed", "-n", "60,190p", str(ROOT / "bench/generate.py")],
                                          ["gcc", "-S", "-o", "-", "-x", "c", "/usr/include/stdlib.h"],
                                          ["gcc", "-fno-dwarf2-cfi-asm", "-S", "-o", "-", "-x", "c++", str(ROOT / "src/base/base64.cc"), "-I",
                                           str(ROOT / "src"), "-std=c++23"],
                                          ["sha256sum", *sorted(map(str, pathlib.Path("/usr/include").glob("*.h")))],
                                          ["cat", "/etc/services"], ["cat", "/etc/mime.types"], ["seq", "1", "2000"],
                                          ["python3", "-c", "import this"], ["cat", "/usr/share/dict/words"])]
    any_of_tools = {"rows", "table", "listing", "log", "search", "config"}  # all of them know a row when they see one
    kinds = {"table": {"table", "listing"}, "log": {"log", "prose", "listing", "rows"}, "diff": {"diff", "mixed"},
             "words": {"table", "listing", "config", "rows"}, "listing": {"listing", "rows"}, "rows": any_of_tools | {"prose"},
             "no_rows": {"code", "search", "config", "table"}}
    for row, command in commands:
        try:
            content = subprocess.run(command, cwd=project.root, env=project.environment, capture_output=True, check=False,
                                     timeout=20).stdout
        except (OSError, subprocess.TimeoutExpired):
            continue
        if LEAST <= len(content):
            cut = content[:2 * MOST]
            yield row + "_of_tools", " ".join(command), kinds.get(row, {row}), cut[:cut.rfind(b"\n") + 1] or cut
    shutil.rmtree(project.root)


def claims(binary, content, environment):
    """The kind that leaves something out, or None; and the kinds of all views."""
    done = subprocess.run([binary, "compress", "--json", "--text", "--retrieval", "tool"], input=content, capture_output=True,
                          env=environment, check=False)
    if done.returncode:
        return "failed", set()
    answer = json.loads(done.stdout)
    kinds = {kind for method in answer["transforms_applied"] for lead, kind in METHODS if method.startswith(lead)}
    markers = [m["kind"] for m in answer["markers"]]
    return (markers[0] if markers else None), kinds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--keep", help="write what was taken for another kind here")
    parser.add_argument("--each", type=int, default=30, help="files of one row")
    options = parser.parse_args()
    right, known, total, wrong = collections.Counter(), collections.Counter(), collections.Counter(), []
    with tempfile.TemporaryDirectory() as workspace:
        environment = {**os.environ, "HEADROOM_WORKSPACE_DIR": workspace, "HEADROOM_CONFIG_DIR": workspace}
        for samples in (outputs(), files(options.each)):
            for row, name, kinds, content in samples:
                claimed, viewed = claims(options.binary, content, environment)
                total[row] += 1
                known[row] += bool(viewed & kinds)
                if claimed is None or claimed in kinds or claimed in ("mixed", "terminal"):
                    right[row] += 1
                    continue
                wrong.append((row, claimed, name))
                if options.keep:
                    folder = pathlib.Path(options.keep)
                    folder.mkdir(parents=True, exist_ok=True)
                    (folder / f"{row}_as_{claimed}_{len(wrong)}").write_bytes(content)
    for row in total:
        print(f"{row:20} {right[row]:4} of {total[row]:4} right, {known[row]:4} known")
    for row, claimed, name in wrong:
        print(f"  {row} taken for {claimed}: {name}")
    share = 100 * right.total() / max(1, total.total())
    print(f"{right.total()} of {total.total()} right ({share:.1f} %), {known.total()} known")
    return 0 if share >= 99 else 1


if __name__ == "__main__":
    sys.exit(main())
