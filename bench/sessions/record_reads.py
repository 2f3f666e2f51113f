#!/usr/bin/env python3
"""record_reads.py [--out FILE] - reads of files by agents, really carried out, each with the label whether it is stale at the end.

Every session has a folder of real files (heads of this repository's own sources) and does to it what agents do: reads by tools and by
the shell, whole and in part, under every spelling of a path; edits that succeed and edits that fail; patches by `apply_patch`, `git
apply` and `patch`; writes, copies, moves and removals through the shell. Commands are run by bash, and results are what they printed
(the folder's own name replaced by /srv/app). The labels do not come from the words of a call: after every step the files themselves
are looked at, by their identity, so that moves and links of names are known, and by their bytes.

A line a session: {"agent", "system", "calls": [{"name", "arguments", "result", "error", "label"}]}. Labels:
    stale   the result shows files only, and all it shows was later written over as a whole, read again as a whole, or shown again line
            by line while nothing had changed it
    keep    the result shows at least one file, and that does not hold, or it shows something else too
    either  a matter of taste: the file is gone, or what the result shows besides is the call's own words
    none    shows no file
"""
import argparse
import json
import pathlib
import random
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ["src/base/lines.h", "src/base/units.h", "src/base/edits.h", "src/search/query.h", "src/detect/sketch.h", "src/store/store.h",
           "src/json/writer.h", "src/history/fold.h", "src/tokens/counter.h", "src/messages/check.h", "tools/check_layers.py",
           "src/prices/prices.h", "bench/sessions/wire.py", "docs/glossary.md"]
NAMES = ["src/lines.h", "src/units.h", "src/util/lines.h", "src/query.cc", "lib/store.h", "lib/writer.h", "docs/read me.md", "tools/check.py",
         "tests/test_lines.py", "main.cc"]
HOME = "/srv/app"


class Display:
    def __init__(self, file, bytes_then, first, last, whole):
        self.file, self.bytes, self.first, self.last, self.whole = file, bytes_then, first, last, whole


class Session:
    def __init__(self, seed, agent, folder):
        self.random, self.agent, self.folder = random.Random(seed), agent, pathlib.Path(folder)
        self.calls, self.shown, self.written, self.bytes_at = [], [], [], []
        self.files = {}  # name -> (inode, number of the file), as it was after the last step
        self.numbers = 0
        for name in NAMES:
            lines = (ROOT / self.random.choice(SOURCES)).read_text().split("\n")
            start = self.random.randrange(max(1, len(lines) - 60))
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines[start:start + self.random.randrange(12, 28)]) + "\n")
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
        self.look()
        self.recent = None
        self.says_folder = agent != "execute" or self.random.random() < .5

    # ---- the files themselves

    def identity(self, name):
        return self.files[name][1]

    def look(self):
        """Which file each name stands for now: what was moved keeps its number, what was written in its place too."""
        before, self.files = self.files, {}
        now = {name: (self.folder / name).stat().st_ino for name in self.names()}
        went = {inode: number for name, (inode, number) in before.items() if name not in now}
        for name, inode in now.items():
            if inode in went:
                number = went[inode]
            elif name in before:
                number = before[name][1]
            else:
                number = self.numbers = self.numbers + 1
            self.files[name] = (inode, number)

    def names(self):
        return sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*") if p.is_file() and ".git" not in p.parts)

    def any_name(self):
        if self.recent is None or self.random.random() < .35 or not (self.folder / self.recent).exists():
            self.recent = self.random.choice(self.names())
        return self.recent

    def spelled(self, name, absolute=False):
        way = self.random.randrange(8)
        if absolute or way < 3:
            return f"{HOME}/{name}"
        return {3: f"./{name}", 4: f"{HOME}/src/../{name}", 5: f"{HOME}//{name}"}.get(way, name)

    # ---- what is said

    def say(self, name, arguments, result, error=False, displays=(), written=(), other=False):
        self.look()
        result = result.replace(str(self.folder), HOME)
        self.calls.append({"name": name, "arguments": json.dumps(arguments) if not isinstance(arguments, str) else arguments, "result": result, "error": error})
        self.shown.append((list(displays), other))
        self.written.append(set(written))

    def shell(self, command, displays=(), written=(), other=False, reads=True):
        ran = subprocess.run(["bash", "-c", command.replace(HOME, str(self.folder))], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        failed, out = ran.returncode != 0, ran.stdout
        if failed:
            displays, written = [], []
        if self.agent == "codex":
            return self.say("shell", {"command": ["bash", "-lc", command], "workdir": HOME}, f"Exit code: {ran.returncode}\nWall time: 0 seconds\nOutput:\n{out}", False, displays, written, other)
        name = {"claude": "Bash", "gemini": "run_shell_command", "editor": "bash", "execute": "execute_command"}[self.agent]
        if self.agent == "gemini":
            out = f"Command: {command}\nDirectory: (root)\nOutput: {out}\nError: (none)\nExit Code: {ran.returncode}\n" if other or failed or not displays else out
        self.say(name, {"command": command}, out, failed and self.random.random() < .8, displays, written, other)

    def quote(self, path):
        return f"'{path}'" if " " in path or self.random.random() < .2 else path

    def display(self, name, first=None, last=None):
        path = self.folder / name
        data = path.read_bytes()
        count = len(data.split(b"\n")) - 1
        return Display(self.identity(name), data, first or 1, min(last or count, count), first is None)

    # ---- steps

    def read_by_tool(self):
        name = self.any_name()
        if self.agent == "codex":
            return self.read_by_shell()
        lines = (self.folder / name).read_text().split("\n")[:-1]
        part = len(lines) > 8 and self.random.random() < .45
        first = self.random.randrange(1, len(lines) - 5) if part else 1
        last = min(len(lines), first + self.random.randrange(4, 24)) if part else len(lines)
        shown = [self.display(name, first, last) if part else self.display(name)]
        path = self.spelled(name, absolute=self.agent == "claude")
        missing = self.random.random() < .06
        if missing:
            path += ".orig"
        gutter = "".join(f"{n:6}\t{lines[n - 1]}\n" for n in range(first, last + 1))
        plain = "".join(f"{lines[n - 1]}\n" for n in range(first, last + 1))
        if self.agent == "claude":
            a = {"file_path": path, **({"offset": first, "limit": last - first + 1} if part else {})}
            return self.say("Read", a, "File does not exist." if missing else gutter, missing, () if missing else shown)
        if self.agent == "editor":
            a = {"command": "view", "path": path, **({"view_range": [first, last]} if part else {})}
            text = f"The path {path} does not exist. Please provide a valid path." if missing else f"Here's the result of running `cat -n` on {path}:\n{gutter}"
            return self.say("str_replace_editor", a, text, missing and self.random.random() < .5, () if missing else shown)
        if self.agent == "gemini":
            a = {"absolute_path": path, **({"offset": first - 1, "limit": last - first + 1} if part else {})}
            return self.say("read_file", a, f"File not found: {path}" if missing else plain, missing, () if missing else shown)
        a = {"path": path, **({"start_line": first, "end_line": last} if part else {})}
        self.say("read_file", a, f"Error: ENOENT: no such file or directory, open '{path}'" if missing else plain, False, () if missing else shown)

    def read_by_shell(self):
        name = self.any_name()
        count = len((self.folder / name).read_text().split("\n")) - 1
        path = self.quote(self.spelled(name))
        a = self.random.randrange(1, max(2, count - 6))
        b = min(count, a + self.random.randrange(3, 20))
        inside, base = name.rsplit("/", 1) if "/" in name else (None, name)
        ways = [(f"cat {path}", [self.display(name)], False), (f"cat -n {path}", [self.display(name)], False), (f"nl -ba {path}", [self.display(name)], False),
                (f"sed -n '{a},{b}p' {path}", [self.display(name, a, b)], False), (f"sed -n {a},{b}p {path}", [self.display(name, a, b)], False),
                (f"head -n {b} {path}", [self.display(name, 1, b)], False), (f"head -{b} {path} | tail -n +{a}", [self.display(name, a, b)], False),
                (f"cat {path} | sed -n '{a},{b}p'", [self.display(name, a, b)], False), (f"cat < {path}", [self.display(name)], False),
                (f"ls src; cat {path}", [self.display(name)], True), (f"cat {path} && git status --short | head -5", [self.display(name)], True),
                (f"echo looking && cat {path}", [self.display(name)], "words"), (f"cat {path}.orig", [], False), (f"grep -n include {path}", [], True)]
        if inside:
            ways.append((f"cd {HOME}/{inside} && cat {self.quote(base)}", [self.display(name)], False))
        other_name = self.random.choice(self.names())
        ways.append((f"cat {path} {self.quote(self.spelled(other_name))}", [self.display(name), self.display(other_name)], False))
        command, displays, other = self.random.choice(ways)
        if command.startswith("cd ") and self.agent == "claude":
            command = f"({command})"  # the shell of this agent keeps its directory
        self.shell(command, displays, (), other)

    def edit(self):
        name = self.any_name()
        text = (self.folder / name).read_text()
        lines = [line for line in text.split("\n") if line.strip()]
        old = self.random.choice(lines)
        new = old + f"  // {self.random.randrange(1000)}"
        fault = self.random.choice([None] * 4 + ["absent", "twice"])
        if fault == "absent":
            old = old + " that is not there"
        once = text.count(old) == 1
        if self.agent == "codex":
            return self.patch()
        path = self.spelled(name, absolute=self.agent == "claude")
        if once:
            (self.folder / name).write_text(text.replace(old, new))
        if self.agent == "claude":
            done = "The file has been updated successfully." if once else "String to replace not found in file." if fault == "absent" else "Found several matches of the string to replace, but replace_all is false."
            return self.say("Edit", {"file_path": path, "old_string": old, "new_string": new}, done, not once)
        if self.agent == "editor":
            done = f"The file {path} has been edited." if once else f"No replacement was performed, old_str did not appear verbatim or is not unique in {path}."
            return self.say("str_replace_editor", {"command": "str_replace", "path": path, "old_str": old, "new_str": new}, done, False)
        if self.agent == "gemini":
            done = f"Successfully modified file: {path} (1 replacements)." if once else "Failed to edit, 0 occurrences found for old_string."
            return self.say("replace", {"file_path": path, "old_string": old, "new_string": new}, done, not once)
        self.say("edit_file", {"path": path, "old": old, "new": new}, "ok, 1 change" if once else "error: no match", False)

    def patch(self):
        name = self.any_name()
        path = self.folder / name
        lines = path.read_text().split("\n")[:-1]
        if len(lines) < 5:
            return self.noise()
        at = self.random.randrange(1, len(lines) - 1)
        stale_context = self.random.random() < .25
        before, old, after = lines[at - 1], lines[at] + ("?" if stale_context else ""), lines[at + 1]
        new = lines[at] + " // patched"
        if self.agent == "codex" and self.random.random() < .6:
            patch = f"*** Begin Patch\n*** Update File: {name}\n@@\n {before}\n-{old}\n+{new}\n {after}\n*** End Patch"
            text, hunk = path.read_text(), f"{before}\n{old}\n{after}\n"
            once = not stale_context and text.count(hunk) >= 1
            if once:
                path.write_text(text.replace(hunk, f"{before}\n{new}\n{after}\n", 1))
            done = f"Success. Updated the following files:\nM {name}\n" if once else f"apply_patch verification failed: Failed to find expected lines in {name}:\n{before}\n{old}\n"
            return self.say("apply_patch", {"input": patch}, done, False)
        diff = f"--- a/{name}\n+++ b/{name}\n@@ -{at},3 +{at},3 @@\n {before}\n-{old}\n+{new}\n {after}\n"
        self.shell(self.random.choice(["git apply", "patch -p1"]) + f" <<'EOF'\n{diff}EOF")

    def write(self):
        name = self.any_name()
        path = self.folder / name
        lines = path.read_text().split("\n")[:-1]
        text = "\n".join(lines[:len(lines) // 2] + [f"// again {self.random.randrange(1000)}"]) + "\n"
        spelled = self.spelled(name, absolute=self.agent == "claude")
        refused = self.random.random() < .15
        file = self.identity(name)
        if self.agent in ("codex", "execute"):
            return self.shell(f"cat > {self.quote(self.spelled(name))} <<'EOF'\n{text}EOF", (), [file])
        if not refused:
            path.write_text(text)
        tool, a, done, no = {
            "claude": ("Write", {"file_path": spelled, "content": text}, "File created successfully", "The user doesn't want to proceed with this tool use. The tool use was rejected."),
            "editor": ("str_replace_editor", {"command": "create", "path": spelled, "file_text": text}, f"File created successfully at: {spelled}", f"Permission denied: {spelled}"),
            "gemini": ("write_file", {"file_path": spelled, "content": text}, f"Successfully overwrote file: {spelled}.", "Error: write was cancelled by the user"),
        }[self.agent]
        self.say(tool, a, no if refused else done, refused, (), () if refused else [file])

    def change_by_shell(self):
        name, other = self.any_name(), self.random.choice(self.names())
        path, second = self.quote(self.spelled(name)), self.quote(self.spelled(other))
        file, target = self.identity(name), self.identity(other)
        ways = [(f"sed -i 's/the/a/' {path}", []), (f"echo '// end' >> {path}", []), (f"printf '// end\\n' | tee -a {path} > /dev/null", []),
                (f"printf 'one\\ntwo\\n' > {path}", [file]), (f"printf 'one\\ntwo\\n' | tee {path}", [file]), (f"touch {path}", []), (f"chmod 644 {path}", []),
                (f"cat {path}.orig > /dev/null; true", []), (f"false && printf 'x\\n' > {path}", [])]
        if name != other:
            ways.append((f"cp {path} {second}", [target]))
        if len(self.names()) > 6 and name != other:
            ways += [(f"mv {path} {second}", [target]), (f"rm {path}", []), (f"mv {path} {self.quote(self.spelled('moved_' + str(len(self.calls)) + '.txt'))}", [])]
        command, written = self.random.choice(ways)
        self.shell(command, (), written, True)

    def noise(self):
        self.shell(self.random.choice(["git status --short | head", "ls -R src | head -20", "wc -l src/*.h", "grep -rn include lib | head -5", "date -u +%Y", "true"]), (), (), True)

    def run(self, steps):
        for _ in range(steps):
            at = self.random.randrange(100)
            (self.read_by_tool if at < 34 else self.read_by_shell if at < 62 else self.edit if at < 72 else self.patch if at < 77 else self.write if at < 83 else self.change_by_shell if at < 94 else self.noise)()
        return self

    # ---- the truth

    def label(self, i):
        displays, other = self.shown[i]
        if not displays:
            return "none"
        if other is True:
            return "keep"
        verdicts = [self.gone(i, d) for d in displays]
        if all(v == "stale" for v in verdicts):
            return "either" if other else "stale"  # what `echo` printed stands in the call
        return "either" if all(v != "keep" for v in verdicts) else "keep"

    def gone(self, i, d):
        unseen = set(range(d.first, d.last + 1))
        for k in range(i + 1, len(self.calls)):
            if d.file in self.written[k]:
                return "stale"
            for later in self.shown[k][0]:
                if later.file != d.file:
                    continue
                if later.whole:
                    return "stale"
                if later.bytes == d.bytes:
                    unseen -= set(range(later.first, later.last + 1))
            if not unseen:
                return "stale"
        return "keep" if d.file in {number for _, number in self.files.values()} else "either"

    def lines(self):
        system = "You help with code." + (f"\nWorking directory: {HOME}\n" if self.says_folder else "")
        calls = [{**call, "label": self.label(i)} for i, call in enumerate(self.calls)]
        return json.dumps({"agent": self.agent, "system": system, "calls": calls}, ensure_ascii=False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default=str(ROOT / "corpus/reads/reads.jsonl"))
    args = parser.parse_args()
    out, labels = [], {}
    for seed in range(30):
        with tempfile.TemporaryDirectory() as folder:
            session = Session(seed, ["claude", "codex", "editor", "gemini", "execute"][seed % 5], folder).run(24)
            out.append(session.lines())
            assert folder not in out[-1] and not re.search(r"/tmp/|/home/|/root", out[-1])
            for call in json.loads(out[-1])["calls"]:
                labels[call["label"]] = labels.get(call["label"], 0) + 1
    pathlib.Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(args.out).write_text("\n".join(out) + "\n")
    print(labels, sum(len(line) for line in out), "bytes")


if __name__ == "__main__":
    main()
