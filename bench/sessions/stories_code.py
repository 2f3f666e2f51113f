"""Stories of coding agents: a red test to mend, a review, a question about the code, a release to write up, a long day's list."""
import pathlib
import re

import material
from session import Agent, run

TASKS = [
    "The suite went red after last night's merge. Find out why and repair it, please. Only the sources are wrong, not the tests.",
    "CI fails on main since this morning. Can you find the cause and fix it? Keep the change minimal.",
    "Some tests fail on my machine. I did not touch anything in {folder}. Please debug it and fix what is broken.",
    "We get a bug report that looks like what the tests complain about now. Run them, find the line, and mend it.",
]
LOOK = ["I run the suite first to see what fails.", "First the failing tests.", "Let me see the failures before I read any code.", ""]
HISTORY = ["The function looks plausible at first sight, so I check who changed it last.", "Who touched this file recently?", "History next."]


def names_in(output):
    return re.findall(r"^FAILED (\S+?)(?:\[.*)?(?: - .*)?$", output, re.M)


def around(path, line, before=40, after=60):
    total = len(pathlib.Path(path).read_text().split("\n"))
    first = max(1, line - before)
    return first, min(total, line + after) - first + 1


def enclosing(path, line):
    lines = pathlib.Path(path).read_text().split("\n")
    for at in range(line - 1, -1, -1):
        match = re.match(r"\s*(?:async )?(?:def|class) (\w+)", lines[at])
        if match:
            return match.group(1)
    return "import"


def agent(name, fmt, client, model, repo, story, **more):
    cwd = material.reset(repo)
    licence = material.PYTHON[repo][1] if repo in material.PYTHON else more.pop("licence", "MIT")
    return Agent(name, fmt, client, model, cwd, story, licences=f"{repo} ({licence})", **more)


def whole(a, rel, line):
    """Reads a file of ordinary size whole, and of a long one what lies around a line."""
    path = pathlib.Path(a.cwd, rel)
    return a.read(rel) if path.stat().st_size < 22000 else a.read(rel, *around(path, line, 120, 130))


def look_around(a, source):
    a.step(a.random.choice(["", "I get an overview of the repository.", "Let me look around first."]),
           a.sh("git log --oneline -15 && git status --short", "Show recent commits and state"),
           a.sh(f"ls -la . {source}", "List the top and the sources"))


def mend(a, repo, seed, opening=None, deep=True):
    """One planted fault: from the red suite to the green one. The agent sees only what its tools show."""
    _, _, source, suite = material.PYTHON[repo]
    path, line, right, wrong = material.plant(repo, seed)
    full = f"{a.cwd}/{path}"
    a.user(opening or a.random.choice(TASKS).format(folder=source))
    out, = a.step(a.random.choice(LOOK), a.sh(suite, "Run the test suite"))
    failed = names_in(out) or ["tests"]
    test_file, test_name = failed[0].split("::")[0], failed[0].split("::")[-1]
    function = enclosing(full, line)
    a.step(f"{len(failed)} tests fail, the first is `{test_name}`. I look at it and at where `{function}` is defined.",
           a.grep(f"def {test_name}", test_file if "/" in test_file else ".", **{"-A": 30}),
           a.grep(rf"\b{function}\b", source))
    first, count = around(full, line)
    a.step("", a.read(path, first, count))
    if deep:
        a.step(a.random.choice(HISTORY), a.sh(f"git log --oneline -8 -- {path}", "Commits of the file"),
               a.sh(f"git blame -s -L {max(1, line - 15)},{line + 15} -- {path}", "Blame around the line"))
        a.step(f"I want the whole traceback of one of them.", a.sh(f"{suite.rsplit(' -p ', 1)[0]} -x --tb=long -vv {failed[0]} 2>&1 | tail -150", "One failing test, verbose"))
    # A first edit from memory, with wrong white space or a word too many, as happens; then one that matches.
    if a.random.random() < 0.45:
        a.step(f"The condition in `{function}` is turned round: `{wrong.strip()}` should be `{right.strip()}`.",
               a.edit(path, "\t" + wrong.strip() + "  # " + function, "\t" + right.strip()))
        a.step("My quote of the line was not exact; I read it again.", a.read(path, max(1, line - 6), 14))
    text = pathlib.Path(full).read_text().split("\n")
    low, high = line - 1, line - 1
    while "\n".join(text).count("\n".join(text[low:high + 1])) > 1:
        low -= 1
    old = "\n".join(text[low:high + 1])
    new = "\n".join(text[low:high] + [right])
    a.step(f"`{wrong.strip()}` is wrong at {path}:{line}; it has to be `{right.strip()}`.", a.edit(path, old, new))
    a.step("Now the tests that failed, then everything.", a.sh(f"{suite.split(' -p ')[0]} {' '.join(sorted({f.split('::')[0] for f in failed}))}", "Run the failing files again"))
    out, _ = a.step("", a.sh(suite, "Run the whole suite"), a.sh("git diff", "Show the change"))
    tail = out.strip().split("\n")[-1]
    a.answer(f"Fixed. `{function}` in {path}:{line} had `{wrong.strip()}`; it is `{right.strip()}` again. That one line explains all {len(failed)} "
             f"failures. The suite now says: {tail.strip('= ')}.")


def fix(name, fmt, client, model, repo, seeds, **more):
    a = agent(name, fmt, client, model, repo, "a red test suite is mended", **more)
    a.thinks = more.get("style", {}).get("thinking", False) if more.get("style") else False
    openings = [None, "Thanks. Another branch has a red suite too, I have checked it out for you. Same procedure.",
                "And the last one: the nightly build of the third branch. Why does it fail?"]
    for i, seed in enumerate(seeds):
        if i == 0 and not a.events:
            pass
        mend(a, repo, seed, openings[min(i, 2)] if i else None, deep=i == 0 or a.random.random() < 0.7)
        if a.random.random() < 0.6:
            explain(a, repo)
    return a


def explain(a, repo):
    """A question about the code: answered from reading, no change."""
    _, _, source, _ = material.PYTHON[repo]
    files = sorted(p for p in pathlib.Path(a.cwd, source).rglob("*.py") if 6000 < p.stat().st_size < 40000 and "test" not in p.name)
    path = a.random.choice(files)
    rel = str(path.relative_to(a.cwd))
    defs = re.findall(r"^(?:    )?def ([a-z]\w{4,})", path.read_text(), re.M)
    function = a.random.choice(defs)
    a.user(a.random.choice([f"Where is `{function}` used, and what would break if it returned None?", f"Unrelated: how does `{function}` in {rel} work?",
                            f"Before you stop: who calls `{function}`?"]))
    a.step("", a.grep(rf"\b{function}\b", "."), whole(a, rel, path.read_text().split(f"def {function}")[0].count("\n") + 1))
    a.answer(f"`{function}` is defined in {rel}. Its callers are the lines above; the ones outside of {source} are tests. A None would surface at the "
             "first attribute access of its callers, none of which checks for it.")


def review(name, fmt, client, model, repo, **more):
    """A review of the last release: long diffs, then files for context, then a verdict."""
    a = agent(name, fmt, client, model, repo, "a review of a release", **more)
    _, _, source, suite = material.PYTHON[repo]
    tags = run("git tag --sort=creatordate | grep -v start", a.cwd)[0].split()
    old, new = tags[-2], tags[-1]
    a.user(f"Please review what changed between {old} and {new} in {source}. I want to know what could break users.")
    a.step("I start with the size of it.", a.sh(f"git diff --stat {old} {new}", "Size of the change"), a.sh(f"git log --oneline {old}..{new}", "Commits between"))
    changed = [p for p in run(f"git diff --name-only {old} {new} -- {source}", a.cwd)[0].split() if p.endswith(".py")]
    sizes = {p: len(run(f"git diff {old} {new} -- {p}", a.cwd)[0]) for p in changed}
    for path in sorted(changed, key=sizes.get, reverse=True)[:8]:
        a.step(a.random.choice([f"Next: {path}.", "", f"{path} changed a lot."]), a.sh(f"git diff {old} {new} -- {path}", f"Diff of {path}"))
        if a.random.random() < 0.5 and (pathlib.Path(a.cwd) / path).exists():
            a.step("I need the context of that.", a.read(path))
    notes = [p for p in ("CHANGES.rst", "CHANGELOG.md", "CHANGELOG.rst", "docs/versions.rst", "NEWS.rst") if (pathlib.Path(a.cwd) / p).exists()]
    if notes:
        a.step("What do the notes claim?", a.sh(f"git diff {old} {new} -- {notes[0]}", "Diff of the notes"))
    a.step("Does the suite pass at the new state?", a.sh(suite, "Run the suite"))
    a.answer(f"Between {old} and {new} {len(changed)} source files changed. Most of it is typing and clean-up. Two things could break users: names that "
             "are no longer exported, and arguments that became keyword-only. Both are in the notes. I found no change of behaviour that they hide.")
    a.user("Show me every place where a name left the public API.")
    a.step("", a.sh(f"git diff -U0 {old} {new} -- '*__init__.py' | grep '^[-+]' ", "Changes of exports"), a.grep("__all__", source))
    a.step("", a.sh(f"git log -p --reverse {old}..{new} -- {source}/__init__.py | head -300", "History of the exports"))
    a.answer("The removed names are the lines with a minus above; each was deprecated one release earlier.")
    return a


def long_day(name, fmt, client, model, repo, turns, **more):
    """A long session: task after task in one repository, files read again and again, edits, tests, questions."""
    a = agent(name, fmt, client, model, repo, "a long day of small tasks in one repository", **more)
    _, _, source, suite = material.PYTHON[repo]
    a.user("Today we clean up. I will hand you task after task; keep the suite green between them. First get an overview.")
    look_around(a, source)
    a.step("", a.sh(f"wc -l $(git ls-files '{source}/*.py')", "Sizes"), a.sh("cat pyproject.toml 2>/dev/null || cat setup.cfg", "Project file"))
    a.answer("I have the overview: sources, tests and the project file. Ready for the first task.")
    files = [p for p in sorted(pathlib.Path(a.cwd, source).rglob("*.py")) if p.stat().st_size > 2500 and "test" not in str(p.relative_to(a.cwd / pathlib.Path(source)))]
    seed = 0
    jobs = ["comment", "mend", "explain", "rename", "lint", "release", "reread"]
    while sum(e["role"] == "assistant" for e in a.events) < turns:
        job = jobs[seed % len(jobs)] if seed < len(jobs) else a.random.choice(jobs)
        seed += 1
        if job == "mend" and seed > 9:  # two mended branches a day are enough
            job = "comment"
        if job == "mend":
            try:
                mend(a, repo, f"{name}{seed}", "The suite is red on this branch. Please repair it.", deep=a.random.random() < 0.5)
            except RuntimeError:
                continue
        elif job == "explain":
            explain(a, repo)
        elif job == "lint":
            a.user("What do the linters say?")
            a.step("", a.sh(f"ruff check --select E,F,W,B,SIM,UP --output-format json {source} | head -c 24000", "Lint, as JSON"), a.sh(f"mypy --ignore-missing-imports {source} 2>&1 | tail -60", "Types"))
            a.answer("Nothing that is a bug: mostly style that newer Python versions allow. I would leave it.")
        elif job == "release":
            a.user("Write up what happened since the last tag, for the notes. Do not write to a file yet.")
            tag = run("git tag --sort=creatordate | grep -v start | tail -2 | head -1", a.cwd)[0].strip()
            a.step("", a.sh(f"git log --stat {tag}..HEAD", "Commits with files"))
            a.step("", a.sh(f"git show --stat --patch HEAD~{a.random.randrange(3)}", "A commit in full"))
            a.answer("Notes: sources brought up to the release, tests extended, build files renewed. No commit stands out that would need a warning.")
        else:
            path = a.random.choice(files)
            rel = str(path.relative_to(a.cwd))
            text = path.read_text()
            defs = [m for m in re.finditer(r"^( *)def ([a-z]\w+)\(", text, re.M)]
            if not defs:
                continue
            pick = a.random.choice(defs)
            function, line = pick.group(2), text[:pick.start()].count("\n") + 1
            if job == "reread":
                a.user(f"I changed my mind about {rel}; read it again, whole, and tell me what `{function}` promises.")
                a.step("", whole(a, rel, line))
                a.answer(f"`{function}` promises what its docstring says; nothing in its body contradicts it.")
                continue
            a.user(f"In {rel}, `{function}` deserves a comment that says why it exists. Look at its callers first.")
            a.step("", a.grep(rf"\b{function}\b", "."), whole(a, rel, line))
            head = text.split("\n")[line - 1]
            if text.count(head) == 1:
                a.step("", a.edit(rel, head, f"{pick.group(1)}# Kept apart so that callers need not know how it is done.\n{head}"))
            if a.random.random() < 0.4:
                a.step("", a.sh(suite, "Run the suite"))
            if a.random.random() < 0.5:
                a.step("", a.read(rel, max(1, line - 10), 60), a.sh("git diff", "Show the changes so far"))
            a.answer(f"Done in {rel}:{line}; the suite is as before.")
    return a
