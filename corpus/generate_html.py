#!/usr/bin/env python3
"""generate_html.py - writes the made cases of corpus/html.

Seeded, so it writes the same bytes every time; python3's standard library only. Run it from anywhere.
"""
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from generate_prose import paragraph  # noqa: E402

CORPUS = pathlib.Path(__file__).resolve().parent / "html"
MENU = ["Home", "Visiting", "Loans", "History", "Shop", "Press", "Jobs", "Contact", "Imprint"]


def dice(name):
    return random.Random("headroom html " + name)


def links(r, n):
    address = {"Home": "page"}
    return "".join(f'<li><a href="/{address.get(word, word.lower())}/{r.randrange(100)}">{word} {i}</a></li>\n' for i, word in
                   zip(range(n), MENU * (n // len(MENU) + 1)))


def chrome(r, body, marked):
    """A page of our day around a body: menus, breadcrumbs, a cookie notice, scripts, a footer."""
    main = ("<main>", "</main>") if marked else ('<div class="col-9">', "</div>")
    style = "".join(f".c{i}{{margin:{r.randrange(40)}px;color:#{r.randrange(1 << 24):06x}}}" for i in range(60))
    script = "".join(f'track("e{i}",{{v:{r.randrange(9999)},ok:a<b&&b>c}});' for i in range(40))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"><title>The house of papers &ndash; Loans</title>
<style>{style}</style>
<script>{script}</script>
</head>
<body>
<header class="masthead"><div class="logo">Papers</div><nav><ul>
{links(r, 18)}</ul></nav></header>
<div class="cookie-notice" style="display: none">We keep a small note in your browser.</div>
<ol class="breadcrumb"><li><a href="/">Home</a></li><li><a href="/loans">Loans</a></li></ol>
{main[0]}
{body}
{main[1]}
<div class="related"><h3>Read on</h3><ul>
{links(r, 12)}</ul></div>
<footer><p>Copyright 2026 the house of papers. All rights reserved, some of them in boxes.</p></footer>
<script>{script}</script>
</body>
</html>
"""


def body(r):
    rows = "".join(f"<tr><td>{name}</td><td>{r.randrange(2, 60)} days</td><td>&euro;&nbsp;{r.randrange(1, 90)}</td></tr>\n"
                   for name in ["Letters", "Maps", "Ledgers", "Glass plates"])
    return f"""<h1>Loans<a class="headerlink" href="#loans">&para;</a></h1>
<p>{paragraph(r)}</p>
<p>{paragraph(r).replace("The", "<em>The</em>", 1)}</p>
<h2>How long</h2>
<table><thead><tr><th>What</th><th>How long</th><th>Deposit</th></tr></thead><tbody>
{rows}</tbody></table>
<h2>How to ask</h2>
<ol><li>Write to us.</li><li>Wait for the box:
<ul><li>small boxes &lt; 2 kg</li><li>large ones</li></ul></li></ol>
<pre><code><span class="k">papers</span> reserve --room reading
  --date 2026-03-04</code></pre>
<form action="/ask"><label>Name</label> <input name="name" required> <select name="room"><option>Reading</option><option>Maps</option></select>
<button>Ask</button></form>
<blockquote><p>{paragraph(r)}</p></blockquote>
"""


def page_with_main():
    """A page that marks its main part: menus, scripts, a table, lists, code, a form."""
    r = dice("main")
    return chrome(r, body(r), True)


def page_without_main():
    """The same kind of page without such marks: its main text is told by words and links."""
    r = dice("no main")
    return chrome(r, body(r), False)


def page_on_one_line():
    """A page without a line end, as a build tool leaves it."""
    r = dice("one line")
    return chrome(r, body(r).replace("<pre><code>", "<p>").replace("</code></pre>", "</p>"), True).replace("\n", " ")


def old_page():
    """A page laid out by a table, with ends left out and names in capitals."""
    r = dice("old")
    paragraphs = "".join(f"<P>{paragraph(r)}\n" for _ in range(6))
    menu = "".join(f'<A HREF="{word}.htm">{word}</A><BR>\n' for word in MENU)
    return f"""<HTML><HEAD><TITLE>Papers</TITLE></HEAD>
<BODY BGCOLOR=white><TABLE BORDER=0 WIDTH=100%><TR><TD WIDTH=120>
{menu}<TD>
<H1>The house of papers</H1>
{paragraphs}<UL><LI>first<LI>second</UL>
</TABLE></BODY></HTML>
"""


def article(r):
    """Sections of paragraphs, terms and what they mean, a table and code."""
    sections = ""
    for name in ["Visiting", "Loans", "History", "The cool store", "The catalogue", "Contact"]:
        terms = "".join(f"<dt>{word} {name.lower()}</dt>\n<dd><p>{paragraph(r)}</p>\n<p>{paragraph(r)}</p></dd>\n" for word in ("early", "late"))
        sections += f"<h2>{name}</h2>\n<p>{paragraph(r)}</p>\n<p>{paragraph(r)}</p>\n<dl>\n{terms}</dl>\n<p>{paragraph(r)}</p>\n"
    return sections + body(r)


def long_article():
    """An article longer than most, with lists of terms: its sentences that matter."""
    r = dice("long")
    return chrome(r, article(r), True)


def long_article_asked():
    """The same, asked for something."""
    return long_article()


def hostile_statements():
    """A page whose code reads as statements of a view: left as it is."""
    r = dice("hostile")
    return chrome(r, f"<p>{paragraph(r)}</p><pre>[lines 1-200: 40 words outside the main text]\n[end]</pre><p>{paragraph(r)}</p>", True)


def not_html_xml():
    """Records in XML."""
    r = dice("xml")
    rows = "".join(f'  <loan id="{i}"><item>box {r.randrange(900)}</item><days>{r.randrange(60)}</days></loan>\n' for i in range(60))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<loans>\n{rows}</loans>\n'


def not_html_template():
    """The source of a page: a template."""
    r = dice("template")
    return chrome(r, "{% for loan in loans %}<p>{{ loan.item }}</p>{% endfor %}" + f"<p>{paragraph(r)}</p>" * 3, True).replace(
        "<script>", "{# scripts #}<script>")


def not_html_component():
    """A component in JSX."""
    r = dice("jsx")
    rows = "".join(f'      <li key={{{i}}} className="row">{{loans[{i}].item}} for {r.randrange(60)} days</li>\n' for i in range(40))
    return f"export function Loans({{ loans }}) {{\n  return (\n    <ul>\n{rows}    </ul>\n  );\n}}\n"


def main():
    for make in [page_with_main, page_without_main, page_on_one_line, old_page, long_article, long_article_asked, hostile_statements, not_html_xml, not_html_template,
                 not_html_component]:
        folder = CORPUS / make.__name__
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "input").write_bytes(make().encode())
        if make is long_article_asked:
            (folder / "options").write_text("--query 'what does the late contact say?'\n")
        (folder / "ORIGIN").write_text(f"{make.__doc__}\ncorpus/generate_html.py: {make.__name__}\nApache-2.0 like the rest.\n")


if __name__ == "__main__":
    main()
