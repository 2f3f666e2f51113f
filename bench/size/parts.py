#!/usr/bin/env python3
"""parts.py BUILD [--biggest N] - what each part of the program costs: bytes of its file, by where the linker took them from.

BUILD is a configured and built release preset (build/release). The program is linked once more beside itself with a map of the linker; every
section that the map lists is counted to its object file, and each object file to a part by the table below. What no object file brought (headers,
relocations, symbol and string tables, padding) is the difference to the file's size. Exit status 1 if the file is larger than the bar.
"""
import argparse
import collections
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

BAR = 60_000_000
# part, what the path of an object file or archive holds; the first that matches
PARTS = [
    ("grammars: {}", r"tree-sitter-([a-z-]+)/src|tree-sitter-[a-z]+/(\w+)/src"),
    ("grammars: perl", r"perl_scanner"),
    ("grammars: the parser itself", r"tree-sitter/vendor"),
    ("vocabularies of tokens", r"vocab|embedded_(?:o200k|cl100k)|tokens/.*(?:o200k|cl100k)"),
    ("the ranker of sentences", r"prose/trained\.cc"),
    ("dashboard", r"dashboard"),
    ("OpenSSL", r"lib(?:crypto|ssl)\.a"),
    ("SQLite", r"libsqlite3\.a"),
    ("libpng, libjpeg-turbo, zlib", r"lib(?:png16|turbojpeg|z)\.a"),
    ("zstd, brotli", r"lib(?:zstd|brotli\w*)\.a"),
    ("libyaml, hiredis, xxHash", r"lib(?:yaml|hiredis|xxhash)\.a"),
    ("C and C++ runtimes", r"lib(?:stdc\+\+|gcc|gcc_eh|c|m|c_nonshared|supc\+\+)\.a|crt\w*\.o|Scrt1|crti"),
    ("Headroom: {}", r"libhr_(\w+)\.a|src/(\w+)/"),
]
# sections that lie in the file and are loaded
LOADED = (".text", ".rodata", ".data", ".eh_frame", ".gcc_except_table", ".init", ".fini", ".tdata", ".tm_clone", ".ctors", ".dtors")


def linked_with_map(build, folder):
    """The size of the program as the build links it, and the linker's map."""
    commands = subprocess.run(["ninja", "-C", str(build), "-t", "commands", "headroom"], capture_output=True, text=True, check=True).stdout
    link = commands.strip().split("\n")[-1]
    found = re.search(r"(\S*(?:g\+\+|clang\+\+)\S* .*-o headroom .*?)(?: && :)?$", link)
    if not found:
        sys.exit("the last command of the build does not link headroom")
    words = shlex.split(found.group(1))
    words[words.index("-o") + 1] = str(folder / "headroom")
    # The grammars' object files share their names: outside of their archive they have folders.
    apart = sorted(str(path) for path in build.glob("src/compressors/code/CMakeFiles/hr_grammars_*.dir/**/*.o"))
    words = [new for word in words for new in (apart if word.endswith("libhr_grammars.a") else [word])]
    subprocess.run([*words, f"-Wl,-Map={folder}/map"], cwd=build, check=True)
    return (folder / "headroom").stat().st_size, (folder / "map").read_text(errors="replace")


def sections(text):
    """(section, bytes, object file) of what the program holds."""
    text = text[text.index("Linker script and memory map"):]
    # A long name stands on a line of its own, before its numbers.
    for match in re.finditer(r"^ (\.\S+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S.*)$", text, re.M):
        name, size, path = match.groups()
        if name.startswith(LOADED) and not name.startswith(".data.rel.ro.local.dummy"):
            yield name, int(size, 16), path.strip()


def part_of(path):
    for part, pattern in PARTS:
        if found := re.search(pattern, path):
            names = [group for group in found.groups() if group]
            return part.format(*names) if names else part
    return "else: " + re.sub(r"\(.*", "", path).rsplit("/", 1)[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--biggest", type=int, default=0, help="also name so many of the biggest sections")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="headroom-size-") as folder:
        size, text = linked_with_map(arguments.build, pathlib.Path(folder))
    parts, single = collections.Counter(), []
    for name, count, path in sections(text):
        parts[part_of(path)] += count
        single.append((count, name, path))
    parts["headers, relocations, symbols, padding"] = size - sum(parts.values())
    groups = collections.Counter()
    for part, count in parts.items():
        groups[part.split(":")[0]] += count
    print("| part | bytes | share |\n|---|---:|---:|")
    for part, count in sorted(parts.items(), key=lambda row: (-groups[row[0].split(":")[0]], row[0].split(":")[0], -row[1])):
        print(f"| {part} | {count:,} | {100 * count / size:.1f} % |")
    for group, count in groups.most_common():
        if sum(p.split(":")[0] == group for p in parts) > 1:
            print(f"| **{group}, together** | {count:,} | {100 * count / size:.1f} % |")
    print(f"| **all** | {size:,} | 100 % |")
    for count, name, path in sorted(single, reverse=True)[:arguments.biggest]:
        print(f"{count:12,}  {name}  {path[-80:]}")
    return size > BAR


if __name__ == "__main__":
    sys.exit(main())
