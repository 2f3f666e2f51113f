#!/usr/bin/env python3
"""score.py BINARY FOLDER [--pages N] [--worst] - how much of a page's main text the view of HTML holds, and how much else.

Pages: documentation that is installed here or that bench/prose/collect.sh unpacked under FOLDER, drawn by a seed, N of each site.
Truth: the words of the element in which the site's own templates put the main text (a table below says which), found by a parser of
its own (html.parser) and not by ours; navigation inside it is taken out. Where a site's pages are made from Markdown that is installed
too (Node.js, npm), the words of that Markdown are a second truth.

precision, recall, F1 over bags of words; saved: tokens; by the truth: what its bare words would save. A page that the view leaves out counts with what stands there: all of it.
"""
import argparse
import collections
import html.parser
import os
import pathlib
import random
import re
import subprocess
import tempfile

RUST = "/root/.rustup/toolchains/*/share/doc/rust/html"
# site, pages, the element that holds the main text ("#id", ".class", "@role", "name"), what inside it is not.
SITES = [
    ("python", "{folder}/usr/share/doc/python3.11/html/{library,howto,tutorial,reference,c-api,faq}/*.html", "@main", []),
    ("django", "{folder}/usr/share/doc/python-django-doc/html/{ref,topics,howto,intro}/**/*.html", "#bd", ["#sidebar", ".nav", "#global-nav"]),
    ("flask", "{folder}/usr/share/doc/python-flask-doc/html/**/*.html", "@main", []),
    ("requests", "{folder}/usr/share/doc/python-requests-doc/html/**/*.html", "@main", []),
    ("sqlalchemy", "{folder}/usr/share/doc/python-sqlalchemy-doc/html/{orm,core}/*.html", "#docs-body", []),
    ("apache", "{folder}/usr/share/doc/apache2-doc/manual/en/**/*.html", "#page-content", ["#quickview", ".toplang", ".bottomlang", ".top"]),
    ("git", "{folder}/usr/share/doc/git-doc/*.html", "#content", []),
    ("sqlite", "{folder}/usr/share/doc/sqlite3/*.html", "body", [".nosearch", "#toc_sub"]),
    ("postgresql", "{folder}/usr/share/doc/postgresql-doc-15/html/*.html", "body", [".navheader", ".navfooter", ".toc"]),
    ("node", "/usr/share/doc/nodejs/api/*.html", "#apicontent", []),
    ("npm", "/usr/lib/node_modules/npm/docs/output/**/*.html", "#_content", []),
    ("rust book", RUST + "/{book,nomicon,reference,cargo,rustc}/**/*.html", "main", []),
    ("rustdoc", RUST + "/std/**/*.html", "#main-content", ["rustdoc-toolbar", ".sidebar"]),
]
VOID = set("area base br col embed hr img input link meta param source track wbr".split())
DROPPED = {"script", "style", "template", "svg"}


def matches(selector, tag, attributes):
    if selector[0] == "#":
        return attributes.get("id") == selector[1:]
    if selector[0] == ".":
        return selector[1:] in (attributes.get("class") or "").split()
    if selector[0] == "@":
        return attributes.get("role") == selector[1:]
    return tag == selector


class Words(html.parser.HTMLParser):
    """The text inside the selected elements, less what is dropped."""

    def __init__(self, selector, without):
        super().__init__(convert_charrefs=True)
        self.selector, self.without = selector, without
        self.stack, self.text = [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        inside, dropped = self.stack[-1][1:] if self.stack else (False, False)
        inside |= matches(self.selector, tag, attributes)
        names = (attributes.get("class") or "").split()
        dropped |= tag in DROPPED or any(matches(s, tag, attributes) for s in self.without) or "headerlink" in names or "linenos" in names
        if tag in VOID:
            return
        self.stack.append((tag, inside, dropped))

    def handle_endtag(self, tag):
        for at in range(len(self.stack) - 1, -1, -1):
            if self.stack[at][0] == tag:
                del self.stack[at:]
                return

    def handle_data(self, data):
        if self.stack and self.stack[-1][1] and not self.stack[-1][2]:
            self.text.append(data)
        elif self.stack:
            self.text.append("")


def bag(text):
    return collections.Counter(re.findall(r"\w+", text.lower()))


def expand(pattern, folder):
    pattern = pattern.replace("{folder}", str(folder))
    choice = re.search(r"\{([^}]*)\}", pattern)
    patterns = [pattern.replace(choice.group(0), one) for one in choice.group(1).split(",")] if choice else [pattern]
    found = {path.resolve() for one in patterns for path in pathlib.Path("/").glob(one.lstrip("/"))}
    return sorted(path for path in found if 2000 < path.stat().st_size < 2_000_000)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=lambda p: str(pathlib.Path(p).resolve()))
    parser.add_argument("folder", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--worst", action="store_true", help="name the worst page of each site")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headroom-html-") as home:
        environment = dict(os.environ, HEADROOM_WORKSPACE_DIR=home, HEADROOM_CONFIG_DIR=home, HOME=home)

        def run(args, data):
            return subprocess.run([arguments.binary, *args], input=data, capture_output=True, check=True, env=environment).stdout

        def tokens(data):
            return int(re.search(rb"\d+", run(["count"], data)).group(0))

        run(["compress", "--retrieval", "tool"], b"x\n" * 1000)
        print("| site | pages | saved | by the truth | precision | recall | F1 |\n|---|---:|---:|---:|---:|---:|---:|")
        sums = []
        for site, pattern, selector, without in SITES:
            pages = expand(pattern, arguments.folder)
            rows = []
            for path in random.Random("headroom " + site).sample(pages, min(arguments.pages, len(pages))):
                source = path.read_bytes()
                try:
                    source.decode()
                except UnicodeDecodeError:
                    continue
                words = Words(selector, without)
                words.feed(source.decode())
                truth = bag("".join(words.text))
                if sum(truth.values()) < 50:
                    continue
                view = run(["compress", "--text", "--quiet", "--retrieval", "tool", "--kind", "html"], source)
                body = re.sub(r"^\[lines? [^\n]* words outside the main text\]$|\n\[[^\n]*Retrieve with hash=\d+\]$", "", view.decode(), flags=re.M)
                body = body.split("\n", 1)[-1] if body.startswith("# ") else body  # the title is no part of the truth
                seen = bag(body)
                both = sum((truth & seen).values())
                p, r = both / max(1, sum(seen.values())), both / sum(truth.values())
                before = tokens(source)
                rows.append((1 - tokens(view) / before, p, r, 2 * p * r / max(1e-9, p + r),
                             1 - tokens(re.sub(r"\s+", " ", "".join(words.text)).encode()) / before, path))
            if not rows:
                continue
            means = [sum(row[i] for row in rows) / len(rows) for i in range(5)]
            sums.append(means)
            print(f"| {site} | {len(rows)} | {100 * means[0]:.1f} % | {100 * means[4]:.1f} % | {means[1]:.3f} | {means[2]:.3f} | {means[3]:.3f} |", flush=True)
            if arguments.worst:
                worst = min(rows, key=lambda row: row[3])
                print(f"    {worst[5]}: {worst[1]:.3f} {worst[2]:.3f}")
        means = [sum(row[i] for row in sums) / len(sums) for i in range(5)]
        print(f"| mean of sites | | {100 * means[0]:.1f} % | {100 * means[4]:.1f} % | {means[1]:.3f} | {means[2]:.3f} | {means[3]:.3f} |")


if __name__ == "__main__":
    main()
