#!/usr/bin/env python3
"""check.py BINARY [--documents N] - does any view change a number, unit, negation, citation or defined term?

Seeded texts of law, medicine and finance in four shapes, and the licences and copyright notices installed on this machine; each with
several budgets and questions. Every fact that a view shows is looked up, with the words around it, in the original; every piece of a view must
begin and end where a sentence does; the handle must give back the original's bytes. Exit status 1 if one fact differs or fewer than 10,000 were
checked. Before that the checker is itself checked: views with a digit changed, a "not" dropped, a unit swapped must be caught.
"""
import argparse
import concurrent.futures
import html
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from texts import document, shapes

FACTS = [
    ("number", r"[$£€]?\d[\d.,:-]*\d|[$£€]?\d"),
    ("unit", r"\d\s?(?:%|mg|mcg|mmol/L|mmHg|bpm|days?|hours?|euros|million|thousand)(?!\w)"),
    ("negation", r"\b(?:not|no|nor|never|without|except|unless|denies|save)\b|n't\b"),
    ("modal", r"\b(?:shall|must|may only|only)\b"),
    ("citation", r"\b(?:Section|Article|Fig\.|Note|clause|IFRS)\s[\d.]+|et al\. \d{4}|§\s?\d+"),
    ("term", r'"[A-Z][A-Za-z ]+"|\b(?:the|any|a) [A-Z][a-z]+ [A-Z][a-z]+'),
]
STATEMENT = re.compile(r"\[(?:(?:sections? [^\n]*?, )?(?:lines? \d+(?:-\d+)?)?(?::? ?(?:\d+ (?:sentence|item|code block|table)s?(?:, )?)+)"
                       r"|lines? \d+(?:-\d+)?: \d+ words outside the main text|= lines \d+-\d+, \"[^\n]*\""
                       r"|prose, \d+ lines, complete[^\n]*|[^\n\[]*Retrieve with hash=\d+)\]")
CONTEXT = 24


def plain(text):
    return re.sub(r"\s+", " ", text)


def words_of_page(source):
    source = re.sub(r"<(style|script)\b.*?</\1>", " ", source, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", source))


def check(original, view, page):
    """(facts checked, what is wrong)"""
    whole = plain(words_of_page(original) if page else original)
    wrong, checked, at = [], {}, 0
    for piece in STATEMENT.split(view):
        lines = piece.split("\n") if page else [piece]
        for line in lines:
            line = plain(re.sub(r"^(#+|>|-|\d+\.) " if page else r"^$", "", line)).strip()
            if not line:
                continue
            # The title of a page stands in front of all; everything else in its order.
            found = whole.find(line, at)
            if found < 0 and page:
                found = whole.find(line)
            if found < 0:
                wrong.append(f"not in the original: {line[:100]!r}")
                continue
            at = max(at, found) if page else found
            before, after = whole[:found].rstrip()[-1:], line[-1:]
            # A sentence, not a part of one: a cut could drop a negation.
            if not page and before and before not in ".!?:;)\"'”]*=-`" and not heading_before(original, line):
                wrong.append(f"begins within a sentence: {line[:80]!r}")
            for kind, pattern in FACTS:
                for fact in re.finditer(pattern, line):
                    checked[kind] = checked.get(kind, 0) + 1
                    around = line[max(0, fact.start() - CONTEXT):fact.end() + CONTEXT]
                    if around not in whole:
                        wrong.append(f"{kind} differs: {around!r}")
    return checked, wrong


def heading_before(original, line):
    """The piece begins its line, or a paragraph, in the original."""
    first = line.split(" ")[0]
    return re.search(r"(^|\n)[ \t>*#-]*" + re.escape(first), original) is not None


def spoil(view):
    """Views that a checker must refuse."""
    yield "a digit", re.sub(r"(?<=[a-z] )(\d)(?=\d* (?:days|hours|mg|%))", lambda m: str((int(m.group(1)) + 1) % 10), view, count=1)
    yield "a negation", re.sub(r"\bnot ", "", view, count=1)
    yield "a unit", re.sub(r"(\d) (days|mg|hours)", lambda m: f"{m.group(1)} {'weeks' if m.group(2) == 'days' else 'g'}", view, count=1)
    yield "a citation", re.sub(r"Section (\d)", lambda m: f"Section 9{m.group(1)}", view, count=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=lambda p: str(pathlib.Path(p).resolve()))
    parser.add_argument("--documents", type=int, default=60)
    arguments = parser.parse_args()
    sources = []
    for number in range(arguments.documents):
        domain, sections = document(number)
        sources += [(f"{domain} {number} {shape}", text, shape == "html") for shape, text in shapes(sections)]
    installed = sorted([*pathlib.Path("/usr/share/common-licenses").glob("*"), *pathlib.Path("/usr/share/doc").glob("*/copyright")])
    for path in [p for p in installed if p.is_file() and not p.is_symlink() and 4000 < p.stat().st_size < 60000][:40]:
        try:
            sources.append((str(path.name if path.parent.name == "common-licenses" else path.parent.name), path.read_text(), False))
        except UnicodeDecodeError:
            continue
    runs = [("", None), ("how many days of notice are required?", None), ("", 300), ("what must not be disclosed?", 600)]
    with tempfile.TemporaryDirectory(prefix="headroom-fidelity-") as home:
        environment = dict(os.environ, HEADROOM_WORKSPACE_DIR=home, HEADROOM_CONFIG_DIR=home, HOME=home)

        def run(args, text):
            return subprocess.run([arguments.binary, *args], input=text.encode(), capture_output=True, check=True, env=environment).stdout

        run(["compress", "--retrieval", "tool"], "x\n" * 1000)

        def one(source):
            name, text, page = source
            sums, wrong, shortened, spoiled = {}, [], 0, []
            for question, budget in runs:
                options = (["--query", question] if question else []) + (["--token-budget", str(budget)] if budget else [])
                view = run(["compress", "--text", "--quiet", "--retrieval", "tool", *options], text).decode()
                if view == text:
                    continue
                handle = re.search(r"Retrieve with hash=(\d+)\]$", view)
                if not handle:
                    continue  # a lossless view: its decoder is tested elsewhere
                if not re.search(r"sentences? compressed to|as its main text", view):
                    continue  # another kind's
                if run(["retrieve", handle.group(1)], "") != text.encode():
                    wrong.append(f"{name}: the handle gives back something else")
                checked, found = check(text, view, page)
                for kind, n in checked.items():
                    sums[kind] = sums.get(kind, 0) + n
                wrong += [f"{name}: {what}" for what in found]
                shortened += 1
                for what, bad in spoil(view):
                    if bad != view:
                        spoiled.append((what, bool(check(text, bad, page)[1])))
            return sums, wrong, shortened, spoiled

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(one, sources))
    sums = {}
    for checked, *_ in results:
        for kind, n in checked.items():
            sums[kind] = sums.get(kind, 0) + n
    wrong = [what for _, found, _, _ in results for what in found]
    spoiled = [caught for *_, all_spoiled in results for _, caught in all_spoiled]
    for what in wrong[:20]:
        print(what)
    total = sum(sums.values())
    print(f"{len(sources)} texts, {sum(r[2] for r in results)} views, {total} facts checked "
          f"({', '.join(f'{n} {kind}s' for kind, n in sorted(sums.items()))}), {len(wrong)} altered")
    print(f"{sum(spoiled)} of {len(spoiled)} spoiled views caught")
    return 1 if wrong or total < 10000 or not spoiled or sum(spoiled) < len(spoiled) else 0


if __name__ == "__main__":
    sys.exit(main())
