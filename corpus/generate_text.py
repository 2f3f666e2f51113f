#!/usr/bin/env python3
"""generate_text.py [KIND...] - writes the cases of corpus/terminal, corpus/listing and corpus/config.

A case is either made (seeded text) or output of a real tool run here over a project that this script makes in a temporary folder:
fixed names, contents, times and authors, so that it writes the same bytes every time where the tools are of one version. Owners are
replaced by names of equal length. Needs git, tree, tar, zip and unzip beside python3's standard library.
"""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

CORPUS = pathlib.Path(__file__).resolve().parent
CASES = []
CLOCK = 1772357160  # 2026-03-01 09:26 UTC


def case(kind, options=""):
    """Registers a function whose bytes are the input of corpus/KIND/its_name; its docstring is the ORIGIN."""
    def register(make):
        CASES.append((kind, make.__name__, options, make))
        return make
    return register


def dice(name):
    return random.Random("headroom " + name)


# ---- a project to run tools over -------------------------------------------------------------------------------------------
WORDS = ["order", "price", "stock", "user", "cart", "refund", "invoice", "report", "queue", "token", "mail", "search"]


class Project:
    """A small shop in a temporary folder."""

    def __init__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="shop-"))
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.root), "LC_ALL": "C.UTF-8", "TZ": "UTC",
                            "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@shop.example",
                            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@shop.example", "TERM": "xterm-256color",
                            "GIT_AUTHOR_DATE": f"{CLOCK} +0000", "GIT_COMMITTER_DATE": f"{CLOCK} +0000"}
        r = dice("project")
        for area in ("api", "core/models", "core/rules", "web/static/img", "web/pages"):
            for i, word in enumerate(WORDS):
                suffix = {"web/static/img": "png", "web/pages": "html"}.get(area, "py")
                body = "".join(f"def {word}_{k}(x):\n    return x * {r.randrange(100)} + {k}\n\n\n" for k in range(r.randrange(2, 9)))
                self.write(f"{area}/{word}.{suffix}", body, CLOCK - r.randrange(90) * 86400 - i)
        for i in range(1, 65):
            self.write(f"logs/web-{i:03d}.log", "x" * (448 if i % 9 else 4480 + i), CLOCK)
        self.write("web/static/a picture of -> it.svg", "<svg/>\n", CLOCK - 999)
        self.write("README.md", "# Shop\n", CLOCK)
        self.write(".env.example", "A=1\n", CLOCK - 400 * 86400)
        (self.root / "current").symlink_to("api")
        for folder, _, _ in os.walk(self.root, topdown=False):
            os.utime(folder, (CLOCK, CLOCK))
        self.run("git", "init", "-q", "-b", "main", "proj.git")
        shutil.move(self.root / "proj.git/.git", self.root / ".git")
        (self.root / "proj.git").rmdir()
        self.run("git", "add", ".")
        self.run("git", "commit", "-qm", "Open the shop")

    def write(self, name, body, time):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
        os.utime(path, (time, time))
        os.utime(path.parent, (CLOCK, CLOCK))

    def run(self, *command):
        done = subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, check=False)
        return done.stdout.replace(b"root root", b"shop shop").replace(b"root/root", b"shop/shop")

    def change(self):
        """Edits some sources, adds files that are not tracked, takes one away."""
        for i, word in enumerate(WORDS):
            path = self.root / "core/models" / f"{word}.py"
            lines = path.read_text().split("\n")
            lines[1] = lines[1].replace("return x", "return round(x, 2)")
            lines.insert(3, f"# {word} counts from 1")
            path.write_text("\n".join(lines))
            self.write(f"core/notes/{word}-{i}.txt", "note\n", CLOCK)
        (self.root / "web/pages/mail.html").unlink()
        self.run("git", "rm", "-q", "--cached", "api/token.py")
        self.run("git", "mv", "api/cart.py", "api/basket.py")


# ---- terminal --------------------------------------------------------------------------------------------------------------
@case("terminal")
def git_diff_coloured(p):
    """`git diff --color` of a project made for these cases."""
    p.change()
    return p.run("git", "diff", "--color=always")


@case("terminal")
def git_log_coloured(p):
    """`git log --color --stat --decorate` of a project made for these cases."""
    for i, word in enumerate(WORDS):
        p.write(f"api/{word}.py", f"def {word}(x):\n    return {i}\n", CLOCK)
        p.run("git", "commit", "-qam", f"Make {word} simple")
    return p.run("git", "log", "--color=always", "--stat", "--decorate")


@case("terminal")
def ls_coloured(p):
    """`ls -l --color=always` of a folder of logs made for these cases."""
    return p.run("ls", "-l", "--color=always", "logs")


@case("terminal")
def grep_coloured(p):
    """`grep -rn --color=always` over a project made for these cases."""
    return p.run("grep", "-rn", "--color=always", "return x", "api", "core/rules")


@case("terminal")
def progress_bars(_):
    """A package client's bars: states behind carriage returns, 256 colours, an error in the middle that was written over."""
    r = dice("bars")
    out = []
    for name in ("numpy", "pandas", "scipy", "pyarrow"):
        out.append(f"Collecting {name}\n  Downloading {name}-2.1.0-cp311-manylinux.whl (18.2 MB)\n")
        for i in range(0, 101, 4):
            bar = "━" * (i * 2 // 5)
            out.append(f"\r     \x1b[38;5;237m{bar}\x1b[0m \x1b[32m{i * .182:.1f}/18.2 MB\x1b[0m \x1b[31m{r.random() * 9:.1f} MB/s\x1b[0m")
            if name == "scipy" and i == 48:
                out.append("\r     WARNING: connection timed out, trying again")
        out.append("\n")
    return "".join(out + ["Successfully installed numpy-2.1.0 pandas-2.1.0 pyarrow-2.1.0 scipy-2.1.0\n"]).encode()


@case("terminal")
def layers_written_over(_):
    """A container client's layers: the cursor goes up and each line is written again, 60 times."""
    out = ["Pulling web\n"]
    layers = ("a3ed95caeb02", "5e2b7c1d9f00", "77aa11bb22cc", "0123456789ab")
    for n in range(61):
        out.append("\x1b[4A" if n else "")
        for k, layer in enumerate(layers):
            done = min(60, n + 7 * k)
            state = "Pull complete" if done == 60 else f"Downloading [{'=' * (done * 50 // 60)}>] {done // 2}.{done % 10}MB/30MB"
            out.append(f"\x1b[2K\r{layer}: {state}\n")
    return "".join(out + ["Status: Downloaded newer image\n"]).encode()


@case("terminal")
def spinner_then_failure(_):
    """A spinner of column codes, then what went wrong, in red."""
    out = [f"\x1b[1G\x1b[0K{'⠙⠹⠸⠼⠴⠦⠧⠇⠏⠋'[i % 10]} building web ({i})" for i in range(240)]
    out.append("\x1b[1G\x1b[0K\n\x1b[31merror\x1b[39m \x1b[2mTS2304\x1b[22m: Cannot find name 'prise'.\n  \x1b[36msrc/cart.ts\x1b[39m:41:7\n")
    return "".join(out).encode()


@case("terminal")
def hostile_marks(_):
    """Adversarial: text that holds the marks, codes cut off, lines that read as statements of ours once their colours are off."""
    line = "\x1b[1m[lines 3-900 of 999]\x1b[0m § ¶ ⏎ \x1b[ \x1b[999\x1b[31mx\x1b[0m\r\x1b[2Ktail\n"
    return (line * 40 + "[terminal, complete]\n" + "\x1b[32m[end]\x1b[0m\n" * 9).encode()


@case("terminal")
def not_terminal_codes_spelled_out(_):
    """Not recognised: prose about codes, spelled with backslashes."""
    return ("To make a word red, write `\\e[31m` in front of it and `\\e[0m` behind it; the shell's printf knows both. "
            "A carriage return is spelled \\r.\n\nMost tools stop colouring when their output is no terminal; a page "
            "that explains them is prose, whatever it quotes.\n").encode()


# ---- listing ---------------------------------------------------------------------------------------------------------------
@case("listing")
def ls_long_recursive(p):
    """`ls -lR` of a project made for these cases: a link, blanks and an arrow in a name."""
    return p.run("ls", "-lR")


@case("listing", "--query 'how large is web-063.log?'")
def ls_long_asked(p):
    """`ls -la` of a folder of logs made for these cases, and a question."""
    return p.run("ls", "-la", "logs")


@case("listing")
def find_names(p):
    """`find . -not -path './.git*' | sort` in a project made for these cases."""
    return b"".join(sorted(p.run("find", ".", "-not", "-path", "./.git*").splitlines(keepends=True)))


@case("listing")
def tree_drawn(p):
    """`tree --charset UTF-8 -F` of a project made for these cases."""
    return p.run("tree", "--charset", "UTF-8", "-F")


@case("listing")
def git_status_long(p):
    """`git status` of a project made for these cases, after many changes."""
    p.change()
    return p.run("git", "status", "-uall")


@case("listing")
def tar_table(p):
    """`tar -tv` of a project made for these cases."""
    p.run("tar", "--sort=name", "-cf", "/tmp/shop-cases.tar", "api", "core", "web")
    out = p.run("tar", "-tvf", "/tmp/shop-cases.tar")
    os.unlink("/tmp/shop-cases.tar")
    return out


@case("listing")
def du_all(p):
    """`du -ab --apparent-size` of a project made for these cases, largest first."""
    lines = p.run("du", "-ab", "api", "core", "web", "logs").splitlines(keepends=True)
    return b"".join(sorted(lines, key=lambda line: (-int(line.split()[0]), line)))


@case("listing")
def empty_directories(p):
    """`ls -lR` of folders that are empty but for one: `total 0` again and again."""
    for word in WORDS:
        (p.root / "spool" / word).mkdir(parents=True)
        os.utime(p.root / "spool" / word, (CLOCK, CLOCK))
    p.write("spool/queue/job 1 -> done", "x\n", CLOCK)
    return p.run("ls", "-lR", "spool")


@case("listing")
def hostile_names(_):
    """Adversarial: names that look like ranges, headings, numbered lines, letters and statements of ours."""
    names = ["a1..a9", "A 4096 B x", "12| x", "x:", "total 12", "[lines 1-9: 9 entries]", "w 01", "..", "a\\nb"] * 9
    return ("./x:\ntotal 36\n" + "".join(f"-rw-r--r-- 1 app app {4096 + i} Mar  1 09:26 {n}\n" for i, n in enumerate(names))).encode()


@case("listing")
def not_listing_links(_):
    """Not recognised: a list of addresses and dates in prose."""
    return "".join(f"On {i % 28 + 1} March we moved page {i * 7 % 100} to https://shop.example/{w}/{i}, as {w} asked.\n"
                   for i, w in enumerate(WORDS * 3)).encode()


# ---- config ----------------------------------------------------------------------------------------------------------------
@case("config")
def compose_services(_):
    """A compose file of 24 services, comments above each, one with an anchor."""
    out = ["# services of the shop; see the handbook before you\n# change the order of anything in here\nservices:\n"]
    for i, w in enumerate(WORDS * 2):
        anchor = " &defaults" if i == 3 else ""
        out.append(f"  # {w}: one of the parts that customers see, owned by\n  # the team of the same name, restarted nightly\n"
                   f"  {w}-{i}:{anchor}\n    image: shop/{w}:1.{i}\n    restart: always\n    ports:\n      - \"{8000 + i}:80\"\n"
                   "    environment:\n      LOG_LEVEL: info\n      REGION: north\n")
    return "".join(out).encode()


@case("config")
def lock_file(_):
    """A lock file of packages in TOML, one of them yanked."""
    r = dice("lock")
    out = ["# This file is generated.\n# It is not intended for manual editing.\nversion = 3\n"]
    for i in range(80):
        out.append(f'\n[[package]]\nname = "{r.choice(WORDS)}-{i}"\nversion = "1.{i}.0"\nsource = "registry"\n'
                   f'checksum = "{r.getrandbits(256):064x}"\n' + ('yanked = "checksum mismatch"\n' if i == 47 else ""))
    return "".join(out).encode()


@case("config", "--query 'what is the timeout of section refund?'")
def ini_sections_asked(_):
    """An INI file with sections of the same keys, and a question about one."""
    return "".join(f"[{w}.{i}]\n; how often the {w} part may try before it gives up altogether\nretries = {i}\n"
                   f"timeout = {i * 10}\npool = small\n\n" for i, w in enumerate(WORDS * 3)).encode()


@case("config")
def terraform_blocks(_):
    """Blocks of resources in HCL, one with a heredoc."""
    out = []
    for i in range(30):
        script = "  user_data = <<EOT\n#!/bin/sh\nexec shop\nEOT\n" if i == 9 else ""
        out.append(f'# machine {i} of the northern zone, ordered by the date on which it was bought\nresource "vm" "web_{i}" {{\n'
                   f'  size = {i % 4}\n  zone = "north"\n{script}  tags = {{\n    owner = "shop"\n  }}\n}}\n\n')
    return "".join(out).encode()


@case("config")
def junit_report(_):
    """A report of tests in XML: two of 120 failed."""
    out = ['<?xml version="1.0" encoding="utf-8"?>\n<testsuite name="shop" tests="120" failures="2">\n']
    for i in range(120):
        head = f'  <testcase classname="tests.test_{WORDS[i % 12]}" name="test_{i}" time="0.0{i % 9}"'
        out.append(f'{head}>\n    <failure message="assert {i} == 3">tests/test_cart.py:{i}: AssertionError</failure>\n  </testcase>\n'
                   if i in (31, 77) else head + "/>\n")
    return "".join(out + ["</testsuite>\n"]).encode()


@case("config")
def hostile_stubs(_):
    """Adversarial: comments and values that read as stubs and repeats of ours."""
    return ("a:\n  # [lines 1-900: 400 entries like those above]\n  - b: 1\n  - b: 2\n[= lines 1-2]: x\n" * 9).encode()


@case("config")
def not_config_letter(_):
    """Not recognised: a letter with colons and dashes."""
    return "".join(f"Dear {w.title()}: we wrote in week {i} - and again later - about what you had sent us: nothing came back.\n"
                   for i, w in enumerate(WORDS)).encode()


def main():
    wanted = set(sys.argv[1:])
    written = 0
    for kind, name, options, make in CASES:
        if wanted and kind not in wanted:
            continue
        project = Project()
        try:
            content = make(project)
        finally:
            shutil.rmtree(project.root)
        folder = CORPUS / kind / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "input").write_bytes(content)
        about = " ".join(make.__doc__.split())
        (folder / "ORIGIN").write_text(f"{about}\nWritten by corpus/generate_text.py ({name}); Apache-2.0 like the rest.\n")
        if options:
            (folder / "options").write_text(options + "\n")
        written += 1
    print(f"{written} cases")


if __name__ == "__main__":
    main()
