#!/usr/bin/env python3
"""check_layers.py [ROOT] - holds the architecture: which folder may include which, who may touch what.

The three tables below are the architecture (ARCHITECTURE.md draws it). A change of a table is a commit of its own that says why.
Exit status 1 and one line per finding, as FILE:LINE: what, if the sources do not keep to them.
"""
import pathlib
import re
import sys

# 1. Folders of src/, bottom up: a folder may include itself and those before it, and nothing else of ours.
LAYERS = [
    "base",         # results, units, UTF-8, hashing, edits
    "images",       # image files: what they cost a model, smaller ones, repeats
    "json",         # values and their byte offsets
    "tokens",       # counts by vocabulary
    "models",       # model files that the user names: tokenizer, ONNX Runtime by dlopen, the registry
    "prices",       # what a model's tokens cost
    "search",       # query terms, BM25
    "salience",     # severity, outliers, selection within a budget
    "detect",       # content -> Sketch
    "compressors",  # one file or folder per kind of content
    "secrets",      # what may not be stored: keys, tokens, passwords by what they look like
    "store",        # originals
    "messages",     # wire formats: body -> slots, edits -> body
    "replay",       # recorded sessions request by request, and what they cost through a provider's cache
    "history",      # a conversation's past as plain records: stale reads, repeats, units, epochs
    "pipeline",     # slots -> candidates -> choice -> marker -> edits
    "relay",        # the retrieval loop over a provider's replies
    "ledger",       # what the proxy records and shows: rows, sums, history; no sockets
    "transcripts",  # agents' recorded sessions
    "api",          # the core as one call
    "http",         # HTTP, TLS, SSE: knows nothing of LLMs
    "proxy",        # routes
    "mcp",          # JSON-RPC
    "agents",       # wrap and unwrap
    "capi",         # the C ABI
    "cli",          # commands, main()
]
# Pairs that the order alone would allow and the design forbids: compressors never see store or messages (they come later in
# the order already); these never see compressors.
FORBIDDEN = {
    ("store", "compressors"), ("store", "detect"), ("store", "json"), ("store", "tokens"), ("store", "search"), ("store", "secrets"),
    ("ledger", "compressors"), ("ledger", "relay"), ("ledger", "replay"),
    ("replay", "compressors"), ("replay", "store"), ("history", "replay"), ("pipeline", "replay"),
    ("history", "compressors"), ("history", "messages"), ("history", "store"),
    ("messages", "compressors"), ("messages", "detect"), ("messages", "store"),
    ("http", "compressors"), ("http", "messages"), ("http", "pipeline"), ("http", "store"), ("http", "api"),
    ("mcp", "proxy"), ("mcp", "http"), ("proxy", "compressors"),
}

# 2. Third-party headers: each library has one folder that may name it. Tests may include what they are built on.
THIRD_PARTY = {
    r"xxhash\.h": {"base"},
    r"sqlite3\.h": {"store"},
    r"openssl/.*": {"store", "http", "models"},  # http: TLS; models: SHA-256
    r"dlfcn\.h": {"models"},
    r"tree_sitter/.*": {"compressors"},
    r"yaml\.h": {"compressors"},
    r"zlib\.h": {"http", "images"},
    r"zstd\.h|brotli/.*": {"http"},
    r"hiredis/.*": {"store"},
    r"png\.h|turbojpeg\.h": {"images"},
}
TESTS_ONLY = r"gtest/.*|gmock/.*|rapidcheck(/.*|\.h)?|nlohmann/.*|pcre2\.h|benchmark/.*"

# 3. Words: what may stand only in certain places, and why. `where` names folders of src/.
WORDS = [
    # (pattern, where, why)
    (r"\b(?:secure_)?getenv\s*\(", {"cli"}, "only the command line reads the environment"),
    (r"\bsetenv\s*\(|\bputenv\s*\(", set(), "nothing changes the environment"),
    (r"\b(?:std::)?(?:v?f?printf|puts|fputs|putchar)\s*\(", {"cli"}, "libraries print nothing"),
    (r"\bstd::(?:cout|cerr|clog|cin)\b", {"cli"}, "libraries neither read nor print"),
    (r"\b(?:system|steady|high_resolution)_clock::now\b|\b(?:clock_gettime|gettimeofday|time)\s*\((?:NULL|nullptr|CLOCK)",
     {"cli", "store", "http", "proxy", "mcp"}, "no clock may reach the output"),
    (r"\bstd::(?:random_device|mt19937(?:_64)?|default_random_engine)\b|\b(?:s?rand|drand48|arc4random)\s*\(", set(),
     "no randomness may reach the output"),
    (r"\b(?:RAND_bytes|getrandom|getentropy)\s*\(", {"store"}, "randomness is for keys"),
    (r"\bthrow\b(?!\s*\()", {"cli"}, "the core throws nothing of its own"),
    (r"\b(?:setlocale|std::locale)\b", set(), "the same bytes under every locale"),
    (r"\b(?:strtod|strtof|atof|stod|stof)\s*\(", {"cli"}, "locale-dependent: std::from_chars"),
    (r"\bstd::(?:async|execution)\b", set(), "no thread timing may reach the output"),
    (r"\busing namespace std\s*;", set(), "names say where they come from"),
]

NOTED_LINES = 600  # a longer file is noted, not refused: is it still one concept?

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# A library's string, character and comment are not its code: words are looked for in what is left.
STRIP = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^()\\ ]{0,16})\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(match):
    text = match.group(0)
    if text.startswith("'") and match.start() and match.string[match.start() - 1].isalnum():
        return text  # a digit separator, not a character
    return re.sub(r"[^\n]", " ", text)


def folder_of(path, src):
    return path.relative_to(src).parts[0]


def check_includes(path, folder, is_test, text, findings, layers):
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, name = match.groups()
        other = name.split("/")[0]
        if quote == '"' and other in layers:
            if layers[other] > layers[folder] and not is_test:
                findings.append((path, number, f"{folder} may not include {other}: it is above it"))
            elif (folder, other) in FORBIDDEN and not is_test:
                findings.append((path, number, f"{folder} may not include {other}"))
        elif quote == '"' and "/" not in name:
            findings.append((path, number, f'"{name}": give the path from src/'))
        elif re.fullmatch(TESTS_ONLY, name):
            if not is_test:
                findings.append((path, number, f"{name} is for tests only"))
        else:
            for pattern, folders in THIRD_PARTY.items():
                if re.fullmatch(pattern, name) and folder not in folders:
                    findings.append((path, number, f"{name} belongs to {', '.join(sorted(folders))}"))


def check_words(path, folder, text, findings):
    code = STRIP.sub(blank, text)
    for pattern, where, why in WORDS:
        if folder in where:
            continue
        for match in re.finditer(pattern, code):
            findings.append((path, code.count("\n", 0, match.start()) + 1, f"{match.group(0).strip()}: {why}"))


def check_headers(path, text, findings):
    if path.suffix in (".h", ".hpp") and "#pragma once" not in text and not re.search(r"^#ifndef \w+_H_$", text, re.M):
        findings.append((path, 1, "no #pragma once"))


def check(root):
    src = root / "src"
    layers = {name: i for i, name in enumerate(LAYERS)}
    findings = []
    for path in sorted(p for p in src.rglob("*") if p.suffix in (".cc", ".h", ".hpp")):
        folder = folder_of(path, src)
        if folder not in layers:
            findings.append((path, 1, f"src/{folder} has no place in the order of folders"))
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        is_test = path.stem.endswith("_test") or path.stem.startswith("test_") or path.stem.endswith("_test_support")
        check_includes(path, folder, is_test, text, findings, layers)
        check_headers(path, text, findings)
        if not is_test:
            check_words(path, folder, text, findings)
    for path in sorted((root / "include").rglob("*.h*")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if match and "/" in match.group(2) and not match.group(2).startswith("headroom/"):
                findings.append((path, number, f"a public header may not include {match.group(2)}"))
    return findings


def long_files(root):
    """Files worth a second look, longest first."""
    lengths = [(path.read_bytes().count(b"\n"), path) for path in (root / "src").rglob("*") if path.suffix in (".cc", ".h")]
    return sorted(((n, path) for n, path in lengths if n > NOTED_LINES), reverse=True)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    findings = check(root)
    for path, line, what in findings:
        print(f"{path.relative_to(root)}:{line}: {what}")
    for lines, path in long_files(root):
        print(f"note: {path.relative_to(root)} has {lines} lines: still one concept?")
    if findings:
        print(f"{len(findings)} findings")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
