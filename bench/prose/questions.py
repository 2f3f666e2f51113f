#!/usr/bin/env python3
"""questions.py BINARY FOLDER [--limit N] [--part dev|test] [--share S] [--blind] [--prose-model NAME] - do views of prose still hold the answers to what was asked?

FOLDER is what collect.sh filled. Three sets of questions, none made by a model:

  faq      the questions of perlfaq and of Python's FAQ, as people asked them. Their headings are taken out of the text first, so
           that only the answer can be found by its words. Answer: the first paragraph below.
  keyword  Django, Flask, Requests, SQLAlchemy, Python: a sentence of a document is drawn; the question is half of its longer words, as
           one types them into a search box. Answer: that sentence.
  fact     all of these documents: a sentence or an item of a list that states a number, a negation or a duty, drawn and asked likewise.

With --blind no view is told what will be asked: what was shown must hold the answer all the same.

Documents that stay whole are left out. An answer counts as visible if the view holds half of its sentences or more, word for word. Documents are split by a hash of their
name into dev (weights may be chosen on it) and test (figures).
"""
import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

STOP = set("about after also because been before being between both but cannot could does each either every first from have here into "
           "itself just like made make many more most much must never only other over same should since some such than that their "
           "them then there these they this those through under until upon using very want well were what when where which while "
           "will with within without would your".split())


def plain(text):
    return re.sub(r"\s+", " ", text)


def part_of(name):
    return "test" if hashlib.sha256(name.encode()).digest()[0] % 2 else "dev"


def sentences(paragraph):
    return [s for s in re.split(r"(?<=[.!?])\s+(?=[A-Z])", plain(paragraph).strip()) if len(s.split()) >= 5]


def pod_text(pod):
    return subprocess.run(["pod2text", "-u", "-w", "100"], input=pod.encode(), capture_output=True, check=True).stdout.decode(errors="replace")


def faq(root):
    """(name, text, question, answer's sentences)"""
    for path in sorted(root.glob("usr/share/perl/*/pod/perlfaq[1-9].pod")):
        pod = path.read_text(encoding="utf-8", errors="replace")
        heads = re.findall(r"^=head2 (.+)$", pod, re.M)
        if path.is_symlink() or path.parent.parent.is_symlink():
            continue
        number = iter(range(1, 1000))
        text = pod_text(re.sub(r"^=head2 .+$", lambda _: f"=head2 Question {next(number)}", pod, flags=re.M))
        answers = re.split(r"^ +Question \d+\n", text, flags=re.M)[1:]
        for head, answer in zip(heads, answers):
            found = next((s for s in (sentences(p) for p in answer.split("\n\n") if not p.startswith("        ")
                                      and not p.lstrip().startswith("(contributed")) if s), None)
            if found:
                yield path.name, text, re.sub(r"[A-Z]<(.*?)>", r"\1", head), found
    for path in sorted(root.glob("usr/share/doc/python3.11/html/_sources/faq/*.rst.txt")):
        text = path.read_text(encoding="utf-8")
        heads = re.findall(r"^(.+\?)\n[-=~]{5,}\n", text, re.M)
        number = iter(range(1, 1000))
        text = re.sub(r"^.+\?\n([-=~]{5,}\n)", lambda m: f"Question {next(number)}\n{m.group(1)}", text, flags=re.M)
        answers = re.split(r"^Question \d+\n[-=~]{5,}\n", text, flags=re.M)[1:]
        for head, answer in zip(heads, answers):
            found = next((s for s in (sentences(p) for p in answer.split("\n\n") if not re.match(r"\s|\.\.", p)) if s), None)
            if found:
                yield path.name, text, head.replace("``", ""), found


def keyword(root):
    places = ["python-django-doc/html/_sources/{ref,topics,howto}", "python-flask-doc/html/_sources", "python-requests-doc/html/_sources",
              "python-sqlalchemy-doc/html/_sources", "python3.11/html/_sources/{howto,tutorial,using}"]
    paths = []
    for place in places:
        first, _, rest = place.partition("{")
        for inner in rest.rstrip("}").split(",") if rest else [""]:
            paths += sorted(p for p in (root / "usr/share/doc" / (first + inner)).rglob("*.txt") if 6000 < p.stat().st_size < 120000)
    for path in paths:
        text = path.read_text(encoding="utf-8", errors="replace")
        dice = random.Random(path.name)
        paragraphs = [p for p in text.split("\n\n") if p[:1].isalpha() and "::" not in p]
        found = [s for p in paragraphs for s in sentences(p) if 8 <= len(s.split()) <= 40]
        for sentence in dice.sample(found, min(2, len(found))):
            if asked := half_of_the_words(sentence, dice, 4):
                yield f"{path.parent.name}/{path.name}", text, asked, [sentence]


def stating(text):
    """Sentences and items that state a number, a negation or a duty."""
    for paragraph in re.split(r"\n\n|\n(?=\s*[-*] )", text):
        paragraph = re.sub(r"^\s*[-*] ", "", paragraph)
        if "::" in paragraph or paragraph.startswith(("..", "        ")):
            continue
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", plain(paragraph).strip()):
            if 5 <= len(sentence.split()) <= 60 and sentence[-1] in ".!?:" and re.search(
                    r"\b(?:not|never|must|only|cannot|no|\d[\d.,]*)\b|n't\b", sentence):
                yield sentence


def half_of_the_words(sentence, dice, least):
    words = [w for w in re.findall(r"[A-Za-z][A-Za-z_-]{3,}", sentence) if w.lower() not in STOP]
    return " ".join(dice.sample(words, (len(words) + 1) // 2)) if len(words) >= least else None


def fact(root):
    texts = {}
    for make in (faq, keyword):
        for name, text, _, _ in make(root):
            texts.setdefault(name, text)
    for name, text in sorted(texts.items()):
        dice, stated = random.Random(name), list(stating(text))
        for sentence in dice.sample(stated, min(8, len(stated))):
            if asked := half_of_the_words(sentence, dice, 2):
                yield name, text, asked, [sentence]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=lambda p: str(pathlib.Path(p).resolve()))
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--part", choices=["dev", "test"])
    parser.add_argument("--share", type=float, help="the budget as a share of the document")
    parser.add_argument("--blind", action="store_true", help="ask only once the view is made")
    parser.add_argument("--prose-model", help="who judges sentences: small, extractive, a model's name or directory")
    parser.add_argument("--missed", action="store_true", help="print what was not found")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headroom-prose-") as home:
        environment = dict(os.environ, HEADROOM_WORKSPACE_DIR=home, HEADROOM_CONFIG_DIR=home, HOME=home)

        def run(args, text):
            return subprocess.run([arguments.binary, *args], input=text.encode(), capture_output=True, check=True, env=environment).stdout

        def tokens(text):
            return int(re.search(rb"\d+", run(["count"], text)).group(0))

        def ask(question):
            name, text, asked, answer = question
            before = tokens(text)
            options = ["--token-budget", str(int(before * arguments.share))] if arguments.share else []
            options += ["--prose-model", arguments.prose_model] if arguments.prose_model else []
            options += [] if arguments.blind else ["--query", asked]
            view = run(["compress", "--text", "--quiet", "--retrieval", "tool", *options], text).decode(errors="replace")
            seen = plain(view)
            held = sum(s in seen for s in answer)
            return before, tokens(view), 2 * held >= len(answer), "sentences compressed" in view, name, asked, answer

        run(["compress", "--retrieval", "tool"], "x\n" * 1000)
        print("| set | documents | questions | tokens kept | answers visible |\n|---|---:|---:|---:|---:|")
        for make in (faq, keyword, fact):
            questions = [q for q in make(arguments.folder) if not arguments.part or part_of(q[0]) == arguments.part]
            random.Random(1).shuffle(questions)
            questions = questions[:arguments.limit]
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                results = list(pool.map(ask, questions))
            results = [r for r in results if r[3]]
            before, after = sum(r[0] for r in results), sum(r[1] for r in results)
            print(f"| {make.__name__} | {len({r[4] for r in results})} | {len(results)} | {100 * after / before:.1f} % "
                  f"| {100 * sum(r[2] for r in results) / len(results):.1f} % |")
            if arguments.missed:
                for r in results:
                    if not r[2]:
                        print(f"  {r[4]}: {r[5]!r}\n      {r[6][0][:150]}", file=sys.stderr)


if __name__ == "__main__":
    main()
