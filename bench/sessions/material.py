"""Makes the ground that stories walk on: repositories with a real history out of permissively licensed packages.

    python3 material.py         unpacks what fetch.sh brought to /srv/material into repositories under /srv/code

Each release of a package becomes a few commits, one for each folder that it changes, so that log, diff, show and blame have something
to say. A repository can be put back to its first state, and can be given a fault on purpose (`plant`).
"""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tarfile

MATERIAL, CODE = pathlib.Path("/srv/material"), pathlib.Path("/srv/code")
PEOPLE = [("Ana Brandt", "ana@dev.example"), ("Ravi Menon", "ravi@dev.example"), ("Lea Sommer", "lea@dev.example"), ("Tom Okafor", "tom@dev.example")]

# name: (sdists in order of release, licence, import path of the sources, command that runs the suite)
PYTHON = {
    "attrs": (["attrs-22.2.0", "attrs-23.1.0", "attrs-23.2.0", "attrs-24.2.0"], "MIT", "src/attr", "PYTHONPATH=src python -m pytest -q -p no:cacheprovider tests/test_funcs.py tests/test_validators.py tests/test_filters.py tests/test_cmp.py tests/test_next_gen.py tests/test_dunders.py tests/test_annotations.py"),
    "click": (["click-8.1.0", "click-8.1.3", "click-8.1.7"], "BSD-3-Clause", "src/click", "PYTHONPATH=src python -m pytest -q -p no:cacheprovider tests"),
    "more-itertools": (["more-itertools-9.1.0", "more-itertools-10.1.0", "more-itertools-10.2.0"], "MIT", "more_itertools", "python -m pytest -q -p no:cacheprovider tests"),
    "packaging": (["packaging-22.0", "packaging-23.0", "packaging-23.2"], "Apache-2.0 or BSD-2-Clause", "src/packaging", "PYTHONPATH=src python -m pytest -q -p no:cacheprovider tests/test_requirements.py tests/test_markers.py tests/test_utils.py"),
    "h11": (["h11-0.13.0", "h11-0.14.0"], "MIT", "h11", "python -m pytest -q -p no:cacheprovider h11/tests"),
    "itsdangerous": (["itsdangerous-2.1.2", "itsdangerous-2.2.0"], "BSD-3-Clause", "src/itsdangerous", "PYTHONPATH=src python -m pytest -q -p no:cacheprovider tests"),
    "jinja": (["Jinja2-3.1.2", "jinja2-3.1.4"], "BSD-3-Clause", "src/jinja2", "PYTHONPATH=src python -m pytest -q -p no:cacheprovider tests"),
    "marshmallow": (["marshmallow-3.20.1", "marshmallow-3.21.3"], "MIT", "src/marshmallow", "PYTHONPATH=src python -m pytest -q -p no:cacheprovider --ignore tests/test_version_attributes.py tests"),
    "pluggy": (["pluggy-1.4.0", "pluggy-1.5.0"], "MIT", "src/pluggy", "PYTHONPATH=src python -m pytest -q -p no:cacheprovider testing"),
    "requests": (["requests-2.31.0", "requests-2.32.3"], "Apache-2.0", "src/requests", "PYTHONPATH=src python -m pytest -q -p no:cacheprovider tests/test_structures.py tests/test_utils.py"),
    "flask": (["flask-2.3.3", "flask-3.0.3"], "BSD-3-Clause", "src/flask", "PYTHONPATH=src python -m pytest -q -p no:cacheprovider tests"),
}


def sh(command, cwd, **more):
    return subprocess.run(["bash", "-c", command], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more).stdout.decode("utf-8", "replace")


def git(repo, *args, when="2026-01-05T10:00:00Z", who=PEOPLE[0]):
    env = {**os.environ, "GIT_AUTHOR_NAME": who[0], "GIT_AUTHOR_EMAIL": who[1], "GIT_COMMITTER_NAME": who[0],
           "GIT_COMMITTER_EMAIL": who[1], "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    subprocess.run(["git", "-c", "init.defaultBranch=main", *args], cwd=repo, env=env, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def scrub_names(tree):
    """People's names and addresses stay out of the test data."""
    for path in tree.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.suffix in (".py", ".md", ".rst", ".toml", ".cfg", ".txt", ".pyi", ".go", ".rs", ".js", ".json", ""):
            try:
                text = path.read_text()
            except UnicodeDecodeError:
                continue
            new = re.sub(r"[\w.+-]+@[\w-]+\.[\w.]{2,}", lambda m: m.group(0) if "example" in m.group(0) else "dev@example.org", text)
            if new != text and "tests" not in path.parts and path.parent.name != "src":
                path.write_text(new)


def repository(name, snapshots, licence):
    """`snapshots`: [(label, folder)] in order."""
    repo, rng = CODE / name, random.Random(name)
    shutil.rmtree(repo, ignore_errors=True)
    repo.mkdir(parents=True)
    git(repo, "init", "-q")
    day = 3
    for label, folder in snapshots:
        for path in repo.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(folder, repo, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git", "*.egg-info", "__pycache__", "PKG-INFO", "AUTHORS*"))
        for note in repo.glob("PKG-INFO"):
            note.unlink()
        changed = sorted(set(sh("git ls-files -mdo --exclude-standard -z", repo).split("\0")) - {""})
        groups = {}
        for path in changed:
            top = path.split("/")
            groups.setdefault("/".join(top[:2]) if len(top) > 2 else top[0] if len(top) > 1 else "top-level files", []).append(path)
        for group in sorted(groups, key=lambda g: (g.startswith("test"), g)):
            day += rng.randrange(1, 4)
            who = rng.choice(PEOPLE)
            subprocess.run(["git", "add", "-A", "--", *groups[group]], cwd=repo, check=True)
            when = f"2026-{1 + day // 28:02}-{1 + day % 28:02}T{rng.randrange(8, 19):02}:{rng.randrange(60):02}:00Z"
            verb = rng.choice(["Bring {} to {}", "Update {} for {}", "{}: changes of {}", "Rework {} towards {}"])
            git(repo, "commit", "-q", "-m", verb.format(group, label), when=when, who=who)
        git(repo, "tag", label)
    git(repo, "tag", "-f", "start")


def python_repositories():
    for name, (sdists, licence, _, _) in PYTHON.items():
        snapshots = []
        for sdist in sdists:
            out = MATERIAL / "unpacked" / sdist
            if not out.exists():
                out.mkdir(parents=True)
                with tarfile.open(MATERIAL / "py" / f"{sdist}.tar.gz") as tar:
                    tar.extractall(out)
                scrub_names(out)
            snapshots.append(("v" + sdist.split("-")[-1], next(out.iterdir())))
        repository(name, snapshots, licence)


def folder_repository(name, folder, licence="MIT", label="v1"):
    out = MATERIAL / "unpacked" / name
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(folder, out)
    sh("chmod -R u+w .", out)
    scrub_names(out)
    repository(name, [(label, out)], licence)


def other_repositories():
    go = pathlib.Path.home() / "go/pkg/mod/github.com"
    folder_repository("mux", go / "gorilla/mux@v1.8.1", "BSD-3-Clause", "v1.8.1")
    folder_repository("cobra", go / "spf13/cobra@v1.8.0", "Apache-2.0", "v1.8.0")
    folder_repository("chi", go / "go-chi/chi/v5@v5.0.12", "MIT", "v5.0.12")
    for crate in ("heck", "semver", "itertools", "smallvec"):
        folder_repository(crate + "-rs", MATERIAL / "rs/fetch/vendor" / crate, "MIT or Apache-2.0", "v1")
    # This repository itself, its authors' names replaced.
    own = CODE / "headroom"
    shutil.rmtree(own, ignore_errors=True)
    root = pathlib.Path(__file__).resolve().parents[2]
    who = " ".join(f"GIT_{kind}_{what}='{value}'" for kind in ("AUTHOR", "COMMITTER") for what, value in zip(("NAME", "EMAIL"), PEOPLE[0]))
    sh(f"git clone -q --depth 60 --single-branch file://{root} {own}", CODE)
    sh(f"git checkout -q -B main; git remote remove origin; FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch -f --env-filter \"export {who}\" HEAD; git tag -f start", own)
    for package in ("express", "commander", "lodash"):
        folder_repository(package, MATERIAL / "js/node_modules" / package, "MIT", "v1")


def reset(name):
    sh("git checkout -qf main; git reset -q --hard start; git clean -qfdx", CODE / name)
    return str(CODE / name)


MUTATIONS = [(r" is not None", " is None"), (r" == ", " != "), (r"\bTrue\b", "False"), (r" \+ 1\b", " + 2"), (r" <= ", " < "),
             (r"\bnot in\b", "in"), (r" and ", " or "), (r" > ", " >= "), (r"\breturn self\b", "return None"), (r"\[0\]", "[-1]")]


def failures(text):
    match = re.search(r"(\d+) failed", text)
    return int(match.group(1)) if match else (-1 if re.search(r"\d+ errors?\b", text) else 0)


FAULTS = pathlib.Path(__file__).resolve().parent / "faults.json"  # found once, since each try runs a suite


def plant(name, seed):
    """Breaks one line of the sources so that a few tests fail, and commits that: (path, line number, right line, wrong line)."""
    repo = pathlib.Path(reset(name))
    known = json.loads(FAULTS.read_text()) if FAULTS.exists() else {}
    key = f"{name}/{seed}"
    if key not in known:
        known = {**known, key: find_fault(name, seed)}
        FAULTS.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
        reset(name)
    path, line, right, wrong = known[key]
    lines = (repo / path).read_text().split("\n")
    assert lines[line - 1] == right
    lines[line - 1] = wrong
    (repo / path).write_text("\n".join(lines))
    rng = random.Random(key)
    message = rng.choice(["Simplify a condition", "Tidy up after review", "Follow the linter", "Small clean-up"])
    git(repo, "commit", "-qam", f"{message} in {pathlib.Path(path).name}", when="2026-09-28T16:12:00Z", who=rng.choice(PEOPLE))
    return path, line, right, wrong


def find_fault(name, seed, most=14, least=1):
    repo = pathlib.Path(reset(name))
    _, _, source, suite = PYTHON[name]
    rng = random.Random(f"{name}/{seed}")
    files = [p for p in sorted((repo / source).rglob("*.py")) if "test" not in str(p.relative_to(repo / source)) and p.stat().st_size > 3000]
    env = {**os.environ, "PATH": f"{MATERIAL}/venv/bin:" + os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    for _ in range(14):
        path = rng.choice(files)
        lines = path.read_text().split("\n")
        pattern, new = rng.choice(MUTATIONS)
        places = [i for i, line in enumerate(lines) if re.search(pattern, line) and line.startswith("    ") and '"""' not in line
                  and not line.lstrip().startswith(("#", ">>>", "*", "assert"))]
        if not places:
            continue
        at = rng.choice(places)
        right, wrong = lines[at], re.sub(pattern, new, lines[at], count=1)
        path.write_text("\n".join(lines[:at] + [wrong] + lines[at + 1:]))
        out = subprocess.run(["bash", "-c", f"timeout 40 env {suite}"], cwd=repo, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode("utf-8", "replace")
        if least <= failures(out) <= most:
            return str(path.relative_to(repo)), at + 1, right, wrong
        path.write_text("\n".join(lines))
    raise RuntimeError(f"no fault found for {name}/{seed}")


if __name__ == "__main__":
    if "--only-check" not in sys.argv:
        python_repositories()
        other_repositories()
    os.makedirs("/srv/cache", exist_ok=True)
    if "--check" in sys.argv or "--only-check" in sys.argv:
        for name, (_, _, source, suite) in PYTHON.items():
            env = {**os.environ, "PATH": f"{MATERIAL}/venv/bin:" + os.environ["PATH"]}
            out = subprocess.run(["bash", "-c", f"timeout 40 env {suite} | tail -3"], cwd=CODE / name, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            print(name, out.stdout.decode()[-300:])
