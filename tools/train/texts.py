#!/usr/bin/env python3
"""texts.py FOLDER OUT - texts and questions to train the sentence ranker on, from documentation packages that collect.sh unpacked in FOLDER.

Writes OUT/N.txt and OUT/questions.tsv: part and set, text, query, then the answer's sentences, tab-separated. Questions are of three sets, made by rules:

  heading  headings of a document are taken out of it ("Section 7" in their place); a heading's words are the question, the first paragraph
           below it is the answer
  keyword  a sentence is drawn; half of its longer words are the question, it is the answer
  fact     likewise of a sentence or an item of a list that states a number, a negation or a duty

SOURCES names each package's part, its licence and whether it is learnt from or only measured on. None of bench/prose's documents is in it.
Seeded: the same packages give the same files.
"""
import hashlib
import html.parser
import pathlib
import random
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench/prose"))
from questions import half_of_the_words, plain, sentences, stating  # noqa: E402

SOURCES = [  # pattern, licence, part
    ("usr/share/doc/postgresql-doc-15/html/*.html", "PostgreSQL", "train"),
    ("usr/share/doc/apache2-doc/manual/en/**/*.html", "Apache-2.0", "train"),
    ("usr/share/perl/5.36.0/pod/perl[!f]*.pod", "Artistic-1.0-Perl", "train"),
    ("usr/share/perl/5.36.0/pod/perlf[!a]*.pod", "Artistic-1.0-Perl", "train"),
    ("usr/share/doc/python3.11/html/_sources/library/*.rst.txt", "PSF-2.0", "train"),
    ("usr/share/doc/python3.11/html/_sources/reference/*.rst.txt", "PSF-2.0", "train"),
    ("usr/share/doc/git/html/*.html", "GPL-2.0, measured only", "unseen"),
    ("usr/share/doc/git/html/howto/*.html", "GPL-2.0, measured only", "unseen"),
]
LEAST, MOST = 5_000, 100_000
FACTS = 4  # questions for a fact that a document gives
HEADING = re.compile(r"^## (.+)$", re.M)


class Reader(html.parser.HTMLParser):
    """A page as text: headings with #, items with -, blocks of code indented."""
    BLOCKS = {"p", "div", "li", "dt", "dd", "pre", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "section", "title", "br"}
    SKIPPED = {"script", "style", "nav", "head", "form", "table"}

    def __init__(self):
        super().__init__()
        self.out, self.buffer, self.prefix, self.skip, self.pre = [], [], "", 0, 0

    def flush(self):
        text = "".join(self.buffer)
        text = "\n".join("    " + line for line in text.strip("\n").split("\n")) if self.pre else " ".join(text.split())
        if text.strip():
            self.out.append(self.prefix + text)
            self.prefix = ""
        self.buffer = []

    def handle_starttag(self, tag, attributes):
        if tag in self.SKIPPED or dict(attributes).get("class") in ("navheader", "navfooter", "toc", "bottomlang", "breadcrumb"):
            self.skip += tag in self.SKIPPED
        if tag in self.BLOCKS:
            self.flush()
            if re.fullmatch(r"h[1-6]", tag):
                self.prefix = "## "
            elif tag == "li":
                self.prefix = "- "
            elif tag == "p" and self.prefix == "## ":
                self.prefix = ""
        if tag == "pre":
            self.pre += 1

    def handle_endtag(self, tag):
        if tag in self.SKIPPED:
            self.skip = max(0, self.skip - 1)
        if tag in self.BLOCKS:
            self.flush()
        if tag == "pre":
            self.pre = max(0, self.pre - 1)

    def handle_data(self, data):
        if not self.skip:
            self.buffer.append(data)


def text_of(path):
    raw = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".html":
        reader = Reader()
        reader.feed(raw)
        reader.flush()
        text = re.sub(r"(?m)^(- .*)\n\n(?=- )", r"\1\n", "\n\n".join(reader.out))
    elif path.suffix == ".pod":
        raw = re.sub(r"^=head\d (.+)$", r"=head1 @@\1", raw, flags=re.M)
        text = subprocess.run(["pod2text", "-u", "-w", "100"], input=raw.encode(), capture_output=True, check=False).stdout.decode(errors="replace")
        text = re.sub(r"^@@(.+)$", r"## \1", text, flags=re.M)
    else:
        text = re.sub(r"^(\S.+)\n([-=~^*\"])\2{3,}\n", r"## \1\n", raw, flags=re.M)
    return text


def answers_below(text, at):
    for paragraph in text[at:].split("\n\n")[:4]:
        if paragraph.startswith("## ") and sentences(paragraph):
            return []
        if paragraph[:1] in " .-|" and not paragraph.startswith("    ") and not paragraph[:1] == " ":
            continue
        found = sentences(paragraph)
        if found and not paragraph.startswith("        "):
            return found[:6]
    return []


def questions_of(text, dice):
    """(set, text, query, answer's sentences)"""
    heads = [m for m in HEADING.finditer(text) if len(re.findall(r"[A-Za-z]{3,}", m.group(1))) >= 2]
    number = iter(range(1, 10_000))
    hidden = HEADING.sub(lambda m: f"## Section {next(number)}", text)
    pairs = [(h, answers_below(text, h.end())) for h in heads]
    for head, answer in dice.sample([p for p in pairs if p[1]], min(4, sum(bool(p[1]) for p in pairs))):
        yield "heading", hidden, head.group(1), answer
    paragraphs = [p for p in text.split("\n\n") if p[:1].isalpha() or p.startswith("    ") and p[4:5].isalpha()]
    drawn = [s for p in paragraphs for s in sentences(p) if 8 <= len(s.split()) <= 40]
    for sentence in dice.sample(drawn, min(3, len(drawn))):
        if asked := half_of_the_words(sentence, dice, 4):
            yield "keyword", text, asked, [sentence]
    stated = list(stating(text))
    for sentence in dice.sample(stated, min(FACTS, len(stated))):
        if asked := half_of_the_words(sentence, dice, 2):
            yield "fact", text, asked, [sentence]


def main():
    root, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    rows, numbers, n = [], {}, 0
    for pattern, _, part in SOURCES:
        kept = 0
        for path in sorted(root.glob(pattern)):
            if path.is_symlink() or not path.is_file():
                continue
            text = text_of(path)
            if not LEAST <= len(text) <= MOST or len(sentences(text)) < 20:
                continue
            kept += 1
            dice = random.Random(hashlib.sha256(str(path.relative_to(root)).encode()).digest())
            for of, changed, query, answer in questions_of(text, dice):
                if changed not in numbers:
                    numbers[changed] = n
                    (out / f"{n}.txt").write_text(changed, encoding="utf-8")
                    n += 1
                fields = [f"{part} {of}", f"{numbers[changed]}.txt", plain(query), *[plain(s) for s in answer]]
                rows.append("\t".join(f.replace("\t", " ") for f in fields))
        print(f"{kept:5} documents  {pattern}")
    (out / "questions.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(f"{n} texts, {len(rows)} questions")


if __name__ == "__main__":
    main()
