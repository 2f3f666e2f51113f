#!/usr/bin/env python3
"""generate_prose.py - writes the made cases of corpus/prose (the others are real texts: see each ORIGIN).

Seeded, so it writes the same bytes every time; python3's standard library only. Run it from anywhere.
"""
import pathlib
import random
import textwrap

CORPUS = pathlib.Path(__file__).resolve().parent / "prose"
WHO = ["The archive", "A reader", "The night shift", "Each branch library", "The catalogue", "A courier", "The reading room",
       "The bindery", "An apprentice", "The map cabinet", "The old lift", "A volunteer"]
DOES = ["keeps", "returns", "sorts", "describes", "borrows", "repairs", "forgets", "copies", "weighs", "moves"]
WHAT = ["the bound newspapers", "a box of letters", "the harbour plans", "its oldest ledgers", "photographs of the mill",
        "the visitors' book", "sheet music for brass", "a set of glass plates", "the court rolls", "the seed catalogues"]
WHERE = ["behind the blue door", "on the second floor", "near the loading dock", "in the cool store", "beside the stairs",
         "under the skylight", "across the yard", "in the reading room"]
WHY = ["because the light is better there", "before the doors open", "as it always was", "while the kettle boils",
       "so that others find them again", "after the harvest", "when the river is high", "whenever somebody asks"]
FACTS = ["Loans must be renewed every 28 days, in writing.", "Glass plates may not leave the building under any circumstances.",
         "The cool store is kept at 12 °C and 45 % humidity.", "Since 3 May 2019 the deposit is 40 euros per box.",
         "Requests from abroad are answered within 10 working days, never by telephone.",
         "No flash is allowed, and tripods only after 17:00.", "Ms Hanne Lindqvist signs for every map over 2 metres wide."]
CHINESE = ["档案馆保存着旧报纸。", "读者可以在阅览室查阅信件。", "夜班人员整理港口图纸。", "目录每年更新一次。", "志愿者修补旧账本。",
           "玻璃底片不得带出大楼。", "押金自二〇一九年起为每箱四十元。", "开馆之前请勿入内！", "地图柜放在楼梯旁边。", "访客名册有人记得吗？",
           "河水上涨的时候地下室关闭。", "装订工人把乐谱称重。"]


def dice(name):
    return random.Random("headroom prose " + name)


def plain(r):
    return f"{r.choice(WHO)} {r.choice(DOES)} {r.choice(WHAT)} {r.choice(WHERE)} {r.choice(WHY)}."


def paragraph(r, facts=0.12):
    return " ".join(r.choice(FACTS) if r.random() < facts else plain(r) for _ in range(r.randrange(3, 8)))


def article_on_one_line():
    """An article of 70 sentences without a line end in it."""
    r = dice("one line")
    return " ".join(paragraph(r) for _ in range(14))


def article_of_sections(facts=0.12):
    """Five sections of hard-wrapped paragraphs, two lists, one command in a fence."""
    r = dice("sections")
    out = ["# The house of papers", ""]
    for name in ["Visiting", "Loans", "History", "The cool store", "Contact"]:
        out += [f"## {name}", ""]
        for _ in range(3):
            out += [textwrap.fill(paragraph(r, facts), 92), ""]
        if name == "Loans":
            out += ["What to bring:", "", "- a card with a photograph", "- the deposit of 40 euros", "- a box, if you have one", ""]
        if name == "Contact":
            out += ["Ask for a place like this:", "", "```sh", "papers reserve --room reading --date 2026-03-04", "```", ""]
    return "\n".join(out)


def article_with_crlf():
    """The same with the line ends of Windows."""
    return article_of_sections().replace("\n", "\r\n")


def chinese():
    """Sixty sentences of Chinese in ten paragraphs: no blanks, stops of their own."""
    r = dice("chinese")
    return "\n\n".join("".join(r.choice(CHINESE) for _ in range(6)) for _ in range(10)) + "\n"


def repeated_paragraphs():
    """Three notices that quote the same two paragraphs of terms."""
    r = dice("repeated")
    terms = "\n\n".join(textwrap.fill(paragraph(r), 92) for _ in range(2))
    return "\n\n".join(f"Notice {i}\n\n{textwrap.fill(paragraph(r), 92)}\n\n{terms}" for i in range(1, 4)) + "\n"


def hostile_statements():
    """Text that says what a view would say of gaps: no view that could be misread."""
    r = dice("hostile")
    return "\n\n".join(f"{paragraph(r)} [3 sentences] {paragraph(r)}\n[lines 3-9: 4 sentences]" for _ in range(6)) + "\n"


def contract():
    """Every second sentence states what must or must not be, with its number: left alone unless asked for."""
    r = dice("contract")
    clauses = []
    for i in range(1, 40):
        clauses.append(f"{i}. The Borrower shall not {r.choice(['lend', 'copy', 'sell', 'move'])} any Item for more than "
                       f"{r.randrange(2, 90)} days. Under Section {r.randrange(1, 40)} the fee is {r.randrange(5, 400)} euros.")
    return "\n\n".join(clauses) + "\n"


def not_prose_terms():
    """A list of terms without a sentence in it."""
    r = dice("terms")
    return "".join(f"{r.choice(WHAT)}: {r.choice(WHERE)}, {r.randrange(10, 99)}\n" for _ in range(80))


CASES = [(article_on_one_line, ""), (article_of_sections, ""), (article_with_crlf, ""), (chinese, ""), (repeated_paragraphs, ""),
         (hostile_statements, ""), (contract, ""), (not_prose_terms, "")]


def main():
    for make, options in CASES:
        folder = CORPUS / make.__name__
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "input").write_bytes(make().encode())
        (folder / "ORIGIN").write_text(f"{make.__doc__}\ncorpus/generate_prose.py: {make.__name__}\nApache-2.0 like the rest.\n")
        if options:
            (folder / "options").write_text(options + "\n")
    folder = CORPUS / "contract_asked"
    folder.mkdir(exist_ok=True)
    (folder / "input").write_bytes(contract().encode())
    (folder / "ORIGIN").write_text("The contract of the case beside it, with a budget and a question.\ncorpus/generate_prose.py\n"
                                   "Apache-2.0 like the rest.\n")
    (folder / "options").write_text("--token-budget 400 --query 'how long may items be copied?'\n")


if __name__ == "__main__":
    main()
