"""Texts of law, medicine and finance for the check of fidelity: made by a seeded generator, every sentence full of what must not change."""
import random
import textwrap

PARTY = ["the Lessor", "the Lessee", "the Licensee", "the Carrier", "the Guarantor", "the Agent", "each Holder", "the Trustee"]
DUTY = ["shall not assign", "must not disclose", "may only transfer", "shall deliver", "shall in no event retain", "must without delay return",
        "may not, except as provided in Section {s}, pledge", "shall be entitled to withhold"]
THING = ["the Deposited Goods", "any Confidential Record", "the Escrow Amount", "the Leased Premises", "a Restricted Share",
         "the \"Closing Balance\"", "the Collateral"]
UNLESS = ["unless the other party has agreed in writing", "without the prior consent of the Board", "save where clause {s}({l}) applies",
          "provided that no Event of Default has occurred", "notwithstanding Article {a}", "and never later than {d}"]
DRUG = ["metoprolol", "warfarin", "amoxicillin", "levothyroxine", "insulin glargine", "enoxaparin", "tacrolimus", "digoxin"]
SIGN = ["bradycardia", "a rash", "bleeding gums", "dizziness", "chest pain", "oedema", "hypoglycaemia"]
MEDICAL = ["{drug} {n} mg was given every {h} hours, not exceeding {m} mg per day.",
           "The patient denies {sign} and has no known allergy to {drug}.",
           "Serum potassium was {x} mmol/L on {d}; it must be checked again within {h} hours.",
           "Do not give {drug} if the heart rate is below {b} bpm or systolic pressure under {p} mmHg.",
           "There was no evidence of {sign}, nor of {sign2} (see Fig. {s}).",
           "Without {drug} the risk rises from {x} % to {y} % (Hansen et al. {year}).",
           "She never took {drug} after {d}, except for a single dose of {n} mcg."]
MONEY = ["Net revenue fell by {x} % to EUR {k} million in Q{q} {year}, not including the divested unit.",
         "The company does not expect a dividend above ${x} per share before {d}.",
         "Impairments of {k} thousand euros were not recognised under IFRS {s}.",
         "Basis points were cut from {b} to {p}; no covenant (Note {s}) was breached.",
         "\"Adjusted EBITDA\" means earnings before {x} % interest, and excludes items under Section {s}({l}).",
         "Holders may only redeem at {y} % of par, and shall give no less than {h} days' notice.",
         "The loan of £{k},000 matures on {d} and is not callable earlier than {year}."]


def values(r):
    return {"s": f"{r.randrange(1, 30)}.{r.randrange(1, 9)}", "l": r.choice("abcdef"), "a": r.randrange(1, 40),
            "d": r.choice([f"{r.randrange(1, 28)} {m} {r.randrange(1998, 2031)}" for m in ("March", "May", "October")] +
                          [f"{r.randrange(1998, 2031)}-0{r.randrange(1, 9)}-{r.randrange(10, 28)}"]),
            "n": r.choice([5, 12.5, 25, 40, 62.5, 100, 250]), "h": r.choice([4, 6, 8, 12, 24, 48, 72]), "m": r.randrange(100, 2000),
            "x": f"{r.uniform(0.1, 19):.1f}", "y": f"{r.uniform(20, 110):.2f}", "b": r.randrange(40, 99), "p": r.randrange(90, 400),
            "k": f"{r.randrange(1, 999)}", "q": r.randrange(1, 5), "year": r.randrange(1994, 2026), "drug": r.choice(DRUG),
            "sign": r.choice(SIGN), "sign2": r.choice(SIGN)}


def sentence(r, domain):
    v = values(r)
    if domain == "legal":
        party = r.choice(PARTY)
        text = f"{party[0].upper()}{party[1:]} {r.choice(DUTY)} {r.choice(THING)} within {{h}} days, {r.choice(UNLESS)}."
    else:
        text = r.choice(MEDICAL if domain == "medical" else MONEY)
        text = text[0].upper() + text[1:] if not text.startswith("{") else text
    text = text.format(**v)
    return text[0].upper() + text[1:]


def filler(r):
    return r.choice(["This part is for information.", "The parties have met several times and spoken at length.", "More follows below.",
                     "The table lists further details of the matter.", "Readers may wish to turn to the summary first."])


def document(number):
    """(domain, plain paragraphs, headings)"""
    r = random.Random(f"headroom fidelity {number}")
    domain = ("legal", "medical", "financial")[number % 3]
    density = r.choice([0.35, 0.6, 1.0])
    sections = []
    for index in range(r.randrange(3, 7)):
        paragraphs = [" ".join(sentence(r, domain) if r.random() < density else filler(r) for _ in range(r.randrange(3, 9)))
                      for _ in range(r.randrange(2, 5))]
        sections.append((f"{r.choice(['Terms', 'Findings', 'Scope', 'Notes', 'Results', 'Duties'])} {index + 1}", paragraphs))
    return domain, sections


def shapes(sections):
    """The same text as it comes out of tools."""
    yield "plain", "\n\n".join(p for _, paragraphs in sections for p in paragraphs) + "\n"
    yield "wrapped", "\n\n".join(textwrap.fill(p, 78, break_long_words=False, break_on_hyphens=False) for _, paragraphs in sections for p in paragraphs) + "\n"
    yield "markdown", "\n\n".join(f"## {name}\n\n" + "\n\n".join(paragraphs) for name, paragraphs in sections) + "\n"
    body = "".join(f"<h2>{name}</h2>" + "".join(f"<p>{p.replace('&', '&amp;')}</p>\n" for p in paragraphs) for name, paragraphs in sections)
    yield "html", ("<!DOCTYPE html>\n<html><head><title>Record</title><style>p{margin:1em}</style></head><body><nav><a href=/>Home</a> <a href=/a>All</a></nav>\n"
                   f"<main>{body}</main><footer>No liability is accepted for 3 % of anything.</footer></body></html>\n")
