#!/usr/bin/env python3
"""score.py BINARY FOLDER [--pages N] [--worst] - how much of a page's main text the view of HTML holds, and how much else.

Pages: documentation that is installed here or that bench/prose/collect.sh unpacked under FOLDER, drawn by a seed, N of each site.
Truth: the words of the element in which the site's own templates put the main text (a table below says which), found by a parser of
its own (html.parser) and not by ours; navigation inside it is taken out. Where a site's pages are made from Markdown that is installed
too (Node.js, npm), the words of that Markdown are a second truth.

whole: the view with a budget that the whole main text fits in: what it saves, precision, recall, F1 over bags of words. By the truth: what
its bare words would save. saved: what the view saves as it comes by default, where long articles go on as prose does.

asked: sentences of the truth that state a number, a negation or a duty, eight a page, drawn by a seed; the view is asked with half of their
longer words and must hold them word for word. asked whole: the same of the whole main text: what is missing there was not taken for
main text, or stands in pieces. Pages that are left as they are (they hold what reads as a key or a password, and may not be stored) are
counted in the second column only: 8 of 11.
"""
import argparse
import collections
import concurrent.futures
import html.parser
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "prose"))
from questions import half_of_the_words, plain, stating  # noqa: E402

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
INLINE = set("a abbr acronym b bdi bdo big cite code dfn em font i ins kbd mark q s samp small span strong sub sup time tt u var".split())
QUESTIONS = 8  # a page
ROOM = "1000000"  # tokens: every main text fits in


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
        if tag not in INLINE:
            self.text.append("\n\n")
        inside, dropped = self.stack[-1][1:] if self.stack else (False, False)
        inside |= matches(self.selector, tag, attributes)
        names = (attributes.get("class") or "").split()
        dropped |= tag in DROPPED or any(matches(s, tag, attributes) for s in self.without) or "headerlink" in names or "linenos" in names
        if tag in VOID:
            return
        self.stack.append((tag, inside, dropped))

    def handle_endtag(self, tag):
        if tag not in INLINE:
            self.text.append("\n\n")
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

        def view_of(source, *options):
            return run(["compress", "--text", "--quiet", "--retrieval", "tool", "--kind", "html", *options], source)

        def look_at(path, selector, without):
            """What stands in the columns, or None for a page without a main text."""
            source = path.read_bytes()
            words = Words(selector, without)
            try:
                words.feed(source.decode())
            except UnicodeDecodeError:
                return None
            main_text = "".join(words.text)
            truth = bag(main_text)
            if sum(truth.values()) < 50:
                return None
            whole, view = view_of(source, "--token-budget", ROOM), view_of(source)
            body = re.sub(r"^\[lines? [^\n]* words outside the main text\]$|\n\[[^\n]*Retrieve with hash=\d+\]$", "", whole.decode(), flags=re.M)
            body = body.split("\n", 1)[-1] if body.startswith("# ") else body  # the title is no part of the truth
            seen = bag(body)
            both = sum((truth & seen).values())
            p, r = both / max(1, sum(seen.values())), both / sum(truth.values())
            before = tokens(source)
            dice, stated = random.Random(path.name), list(stating(main_text))
            asked = [(s, half_of_the_words(s, dice, 2)) for s in dice.sample(stated, min(QUESTIONS, len(stated)))]
            asked = [(s, q) for s, q in asked if q]
            visible = [s in plain(view_of(source, "--query", q).decode()) for s, q in asked]
            in_whole = [s in plain(whole.decode()) for s, _ in asked]
            figures = (1 - tokens(view) / before, 1 - tokens(whole) / before, 1 - tokens(re.sub(r"\s+", " ", main_text).encode()) / before,
                       p, r, 2 * p * r / max(1e-9, p + r))
            return figures, visible, in_whole, path, view == source, [q for (_, q), hit in zip(asked, visible) if not hit]

        run(["compress", "--retrieval", "tool"], b"x\n" * 1000)
        print("| site | pages | saved | whole | by the truth | precision | recall | F1 | asked | asked whole |\n|---|" + "---:|" * 9)
        sums, questions, saved_of_all = [], [[], []], []
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for site, pattern, selector, without in SITES:
                pages = expand(pattern, arguments.folder)
                drawn = random.Random("headroom " + site).sample(pages, min(arguments.pages, len(pages)))
                looked = [row for row in pool.map(lambda path: look_at(path, selector, without), drawn) if row]
                rows = [row for row in looked if not row[4]]
                saved_of_all += [row[0][0] for row in looked]
                if not rows:
                    continue
                sums.append([sum(row[0][i] for row in rows) / len(rows) for i in range(6)])
                asked = [[hit for row in rows for hit in row[k]] for k in (1, 2)]
                for all_hits, hits in zip(questions, asked):
                    all_hits += hits
                print_row(site, f"{len(rows)} of {len(looked)}", sums[-1], asked)
                if arguments.worst:
                    worst = min(rows, key=lambda row: row[0][5])
                    print(f"    {worst[3]}: {worst[0][3]:.3f} {worst[0][4]:.3f}")
                    for hits in [row for row in rows if sum(row[1]) < len(row[1])]:
                        print(f"    {hits[3]}: {hits[5]}")
        print_row("mean of sites", "", [sum(row[i] for row in sums) / len(sums) for i in range(6)], questions)
        print(f"saved of all pages alike, those left as they are counted in: {100 * sum(saved_of_all) / len(saved_of_all):.1f} %")


def print_row(name, pages, means, asked):
    shares = " | ".join(f"{sum(hits)} of {len(hits)}" for hits in asked)
    print(f"| {name} | {pages} | " + " | ".join(f"{100 * m:.1f} %" for m in means[:3]) + " | " + " | ".join(f"{m:.3f}" for m in means[3:])
          + f" | {shares} |", flush=True)


if __name__ == "__main__":
    main()
