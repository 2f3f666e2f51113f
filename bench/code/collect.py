#!/usr/bin/env python3
"""collect.py [--cache DIR] - fetches the packages of packages.txt with their registries' own clients and lists their source files.

Nothing of a package is run: archives are downloaded and unpacked. What lies in the cache is not fetched again. The list goes to
DIR/files.txt, one path a line, sorted; files over 1 MiB, links, minified and generated bundles (a line of over 2,000 bytes in the
first 64 KiB), test fixtures that are meant not to parse, and second copies of equal files are left out.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SUFFIXES = {
    "python": "py", "javascript": "js mjs cjs jsx", "typescript": "ts mts cts", "tsx": "tsx", "go": "go", "rust": "rs", "java": "java",
    "c": "c h", "cpp": "cc cpp cxx hh hpp hxx", "c_sharp": "cs", "php": "php", "ruby": "rb", "perl": "pl pm t", "bash": "sh bash",
}
LANGUAGE = {suffix: language for language, suffixes in SUFFIXES.items() for suffix in suffixes.split()}
MEANT_TO_FAIL = re.compile(r"bad_|invalid|syntax_?error|/fixtures?/|/testdata/|/lib2to3/tests/data/", re.I)
PER_LANGUAGE = 1500  # at most so many files of one language: no language outweighs the others


def run(*command, cwd=None, env=None):
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(map(str, command[:6]))}...: {done.stderr.strip()[-300:]}")
    return done.stdout


def unpack(archive, into):
    """Regular files of an archive, each inside `into`."""
    into.mkdir(parents=True, exist_ok=True)
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as z:
            for name in z.namelist():
                target = (into / name).resolve()
                if not name.endswith("/") and target.is_relative_to(into.resolve()):
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(z.read(name))
        return
    with tarfile.open(archive) as t:
        for member in t:
            target = (into / member.name).resolve()
            if member.isfile() and target.is_relative_to(into.resolve()):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(t.extractfile(member).read())


def pypi(name, version, into):
    run(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "-q", "-d", into, f"{name}=={version}")


def npm(name, version, into):
    run("npm", "pack", "--silent", f"{name}@{version}", cwd=into)


def crates(name, version, into):
    """A project that depends on the one crate; cargo fetches it and checks its hash, and builds nothing."""
    project = into / "project"
    (project / "src").mkdir(parents=True)
    (project / "src/lib.rs").write_text("")
    (project / "Cargo.toml").write_text(f'[package]\nname = "p"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n{name} = "={version}"\n')
    run("cargo", "fetch", "-q", cwd=project, env={**os.environ, "CARGO_TERM_COLOR": "never"})
    home = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))
    for source in home.glob(f"registry/src/*/{name}-{version}"):
        shutil.copytree(source, into / f"{name}-{version}", dirs_exist_ok=True)
    shutil.rmtree(project)


def go(name, version, into):
    out = run("go", "mod", "download", "-json", f"{name}@{version}", cwd=into, env={**os.environ, "GOFLAGS": "-mod=mod"})
    shutil.copy(json.loads(out)["Zip"], into)


def maven(name, version, into):
    run("mvn", "-q", "-B", "dependency:copy", f"-Dartifact={name}:{version}:jar:sources", f"-DoutputDirectory={into}", cwd=into)


def debian_source(name, _version, into):
    """With a list of sources of its own: that of the machine names binaries only."""
    root = into.parent.parent / "apt"
    (root / "lists/partial").mkdir(parents=True, exist_ok=True)
    sources = root / "sources.list"
    if not sources.exists():
        lists = [pathlib.Path("/etc/apt/sources.list"), *sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*"))]
        text = "".join(p.read_text() for p in lists if p.is_file() and p.suffix in (".list", ".sources"))
        where = re.search(r"^URIs: *(\S+)|^deb +(?:\[[^]]*\] +)?(\S+)", text, re.M)
        codename = re.search(r"VERSION_CODENAME=(\S+)", pathlib.Path("/etc/os-release").read_text()).group(1)
        key = re.search(r"^Signed-By: *(\S+)", text, re.M)
        signed = f"[signed-by={key.group(1)}] " if key else ""
        sources.write_text(f"deb-src {signed}{where.group(1) or where.group(2)} {codename} main\n")
    options = ["-o", f"Dir::Etc::SourceList={sources}", "-o", "Dir::Etc::SourceParts=/dev/null", "-o", f"Dir::State::Lists={root}/lists",
               "-o", f"Dir::Cache={root}"]
    if not list((root / "lists").glob("*Sources*")):
        run("apt-get", *options, "update", "-q")
    run("apt-get", *options, "source", "-q", "--download-only", "--only-source", name, cwd=into)
    for unwanted in [*into.glob("*.dsc"), *into.glob("*.asc"), *into.glob("*.debian.tar.*")]:
        unwanted.unlink()


CLIENTS = {"pypi": pypi, "npm": npm, "crates": crates, "go": go, "maven": maven, "debian-source": debian_source}


def fetch(cache):
    failed = 0
    for line in (HERE / "packages.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        registry, name, version = line.split()
        target = cache / "packages" / re.sub(r"[^\w.-]", "_", f"{registry}-{name}-{version}")
        if (target / ".done").exists():
            continue
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        try:
            CLIENTS[registry](name, version, target)
            for archive in [p for p in target.iterdir() if p.is_file()]:
                unpack(archive, target / "files")
                archive.unlink()
            (target / ".done").touch()
        except (OSError, subprocess.SubprocessError, tarfile.TarError, zipfile.BadZipFile, KeyError) as error:
            print(f"{registry} {name}: {str(error)[:300]}", file=sys.stderr)
            shutil.rmtree(target, ignore_errors=True)
            failed += 1
    return failed


def listed(cache):
    """Source files, each content once."""
    by_language = {language: [] for language in SUFFIXES}
    seen = set()
    for path in sorted((cache / "packages").rglob("*")):
        language = LANGUAGE.get(path.suffix[1:].lower())
        if language is None or path.is_symlink() or not path.is_file() or MEANT_TO_FAIL.search(str(path.relative_to(cache))):
            continue
        content = path.read_bytes()
        if not 200 <= len(content) <= 1 << 20 or b"\0" in content or path.name.endswith((".min.js", ".d.ts")):
            continue
        if any(len(line) > 2000 for line in content[:65536].split(b"\n")):
            continue
        digest = hashlib.sha256(content).digest()
        if digest in seen:
            continue
        seen.add(digest)
        by_language[language].append(path)
    for language, paths in by_language.items():
        step = max(1.0, len(paths) / PER_LANGUAGE)  # evenly over all packages
        chosen = [paths[int(i * step)] for i in range(int(len(paths) / step))]
        print(f"{language}: {len(chosen)} of {len(paths)} files", file=sys.stderr)
        for path in chosen:
            yield f"{language}\t{path}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", default=str(ROOT / ".cache/code"), type=pathlib.Path)
    cache = parser.parse_args().cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    failed = fetch(cache)
    rows = list(listed(cache))
    (cache / "files.txt").write_text("\n".join(rows) + "\n")
    print(f"{len(rows)} files listed in {cache / 'files.txt'}; {failed} packages could not be fetched")
    return 0


if __name__ == "__main__":
    sys.exit(main())
