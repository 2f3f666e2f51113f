"""A story's hands: says things, calls tools, and keeps the transcript. Tools are really run, in the session's own directory.

    a = Agent("fix_attrs", fmt="anthropic", client="claude", model="claude-sonnet-4-5", cwd="/srv/code/attrs")
    a.user("test_make.py is red since this morning, please repair it")
    out, = a.step("I run the tests first.", a.sh("python -m pytest -q tests/test_make.py", "Run the red tests"))
    a.answer("Fixed: ...")
    a.save(directory)

A call is prepared by `a.sh`, `a.read`, `a.grep`, ... and run by `a.step`, in order, several of one step being parallel calls. The
texts given back are what the tools printed, before the client words them, so that a story can act on them.
"""
import datetime
import hashlib
import json
import os
import pathlib
import random
import re
import subprocess
import urllib.request

import clients
import scrub
import wire

PLAIN_ENV = {"PATH": "/srv/material/venv/bin:/srv/material/js/node_modules/.bin:" + os.environ["PATH"], "HOME": "/srv/cache", "LANG": "C.UTF-8",
             "TERM": "dumb", "COLUMNS": "120", "GIT_PAGER": "cat", "PAGER": "cat", "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1",
             "GOPATH": os.path.expanduser("~/go"), "GOCACHE": "/srv/cache/gocache", "CARGO_HOME": os.path.expanduser("~/.cargo"),
             "RUSTUP_HOME": os.path.expanduser("~/.rustup"),
             "CARGO_NET_OFFLINE": "true", "GOFLAGS": "-mod=mod", "GOPROXY": "off", "PYTHONDONTWRITEBYTECODE": "1", "npm_config_update_notifier": "false",
             "npm_config_audit": "false", "TZ": "UTC"}


def run(command, cwd, timeout=240):
    """(what it printed, exit status); standard error comes with standard output, as most clients have it."""
    done = subprocess.run(["bash", "-c", command], cwd=cwd, env=PLAIN_ENV, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=timeout)
    return done.stdout.decode("utf-8", "replace"), done.returncode


class Agent:
    def __init__(self, name, fmt, client, model, cwd="/srv/code/app", story="", tools=(), system=None, style=None, date=None, git=True,
                 licences=""):
        self.name, self.fmt, self.model, self.cwd, self.story, self.git = name, fmt, model, cwd, story, git
        self.client = clients.Client(client)
        self.tools = [*self.client.tools, *tools]
        self.random = random.Random(name)
        self.date = date or (datetime.date(2026, 10, 5) + datetime.timedelta(days=self.random.randrange(40))).isoformat()
        self.style = {"name": name, "system": [], **(style or {})}
        self.licences = licences
        self.system = system
        self.events, self.gaps, self.calls, self.generated = [], [], 0, False
        self.thinks = False
        self.seen = set()  # files that were read: an edit of another is refused, as clients do

    # ---- what the story says ------------------------------------------------------------------------------------------------
    def user(self, text, after=None, before=()):
        """`after`: seconds since the last answer; people take from ten seconds to a lunch break."""
        self.pause = self.random.choice([18, 25, 40, 55, 70, 95, 130, 180, 240]) if after is None else after
        self.events.append({"role": "user", "text": text, "before": list(before)})

    def step(self, text, *calls, think=None):
        """One turn of the assistant that ends in calls; gives their raw outputs."""
        self._assistant(text, think)
        results, outputs = [], []
        for op, k in calls:
            self.calls += 1
            ident = wire.call_id(self.fmt, self.name, self.calls)
            if op == "tool":
                name, args, value, error, raw = k["name"], k["args"], k["value"], k["error"], k["value"]
            else:
                k.setdefault("cwd", self.cwd)
                name, args = self.client.call(op, k)
                raw, code = getattr(self, "_run_" + op)(k)
                value = scrub.scrub(self.client.result(op, k, raw, code)) if isinstance(raw, str) else raw
                error = code != 0 and op not in ("grep", "glob")
            self.events[-1]["calls"].append({"id": ident, "op": op, "name": name, "args": json.loads(scrub.scrub(json.dumps(args)))})
            results.append({"id": ident, "name": name, "value": value, "error": error, "note": k.get("note")})
            outputs.append(raw)
        self.events.append({"role": "tool", "results": results})
        return outputs

    def answer(self, text, think=None):
        self._assistant(text, think)

    def _assistant(self, text, think):
        first = not self.events or self.events[-1]["role"] == "user"
        if self.events[-1]["role"] == "user":
            gap = self.pause if self.gaps else 0
        else:  # the tools' own time and the model's
            gap = self.random.choice([3, 4, 5, 6, 8, 9, 12, 15, 22])
        self.gaps.append(gap)
        if think is None and self.thinks and first:
            think = "The owner wants this: " + self.events[-1]["text"][:160].replace("\n", " ") + " I look at the facts before I decide."
        self.events.append({"role": "assistant", "text": text, "think": think, "calls": []})

    # ---- calls --------------------------------------------------------------------------------------------------------------
    def sh(self, command, why="", **k):
        return "sh", {"command": command, "why": why, "wrapped": self.style.get("wrapped", False),
                      "seconds": self.random.choice([0.1, 0.1, 0.2, 0.4, 1.3]), **k}

    def _path(self, path):
        return path if path.startswith("/") else f"{self.cwd}/{path}"

    def _both(self, path):
        full = self._path(path)
        return {"path": full, "relative": os.path.relpath(full, self.cwd), "wrapped": self.style.get("wrapped", False), "seconds": 0.1}

    def read(self, path, offset=None, limit=None, **k):
        return "read", {**self._both(path), "offset": offset, "limit": limit, **k}

    def grep(self, pattern, path=".", **more):
        return "grep", {**self._both(path), "pattern": pattern, "more": more}

    def glob(self, pattern, path="."):
        return "glob", {**self._both(path), "pattern": pattern}

    def edit(self, path, old, new):
        return "edit", {**self._both(path), "old": old, "new": new, "patch": self._patch(path, old, new)}

    def write(self, path, text):
        rel = os.path.relpath(self._path(path), self.cwd)
        patch = f"*** Begin Patch\n*** Add File: {rel}\n" + "".join(f"+{line}\n" for line in text.split("\n")) + "*** End Patch"
        return "write", {**self._both(path), "text": text, "patch": patch}

    def plan(self, *steps):
        return "plan", {"steps": steps}

    def http(self, url):
        return "http", {"url": url}

    def sql(self, database, statement):
        return "sql", {"database": database, "statement": statement}

    def tool(self, name, args, value, error=False):
        """A tool whose answer the story makes (generated data, or a program of its own)."""
        return "tool", {"name": name, "args": args, "value": value, "error": error}

    def _patch(self, path, old, new):
        rel = os.path.relpath(self._path(path), self.cwd)
        lines = [f"-{line}" for line in old.split("\n")] + [f"+{line}" for line in new.split("\n")]
        return f"*** Begin Patch\n*** Update File: {rel}\n@@\n" + "\n".join(lines) + "\n*** End Patch"

    # ---- their work ---------------------------------------------------------------------------------------------------------
    def _run_sh(self, k):
        return run(k["command"], self.cwd)

    def _run_read(self, k):
        path = pathlib.Path(k["path"])
        if not path.is_file():
            return f"File does not exist: {k['path']}", 1
        self.seen.add(str(path))
        lines = path.read_text(errors="replace").split("\n")
        if lines and lines[-1] == "":
            lines.pop()
        first = (k["offset"] or 1) - 1
        if self.client.name == "codex":
            return run(self.client.call("read", k)[1]["command"][2], self.cwd)
        return "\n".join(lines[first:first + (k["limit"] or 2000)]), 0

    def _run_grep(self, k):
        flags = "".join(f" {n} {v}" for n, v in k["more"].items() if n in ("-A", "-B", "-C"))
        flags += " -i" if k["more"].get("-i") else ""
        head = f" | head -{k['more']['head_limit']}" if k["more"].get("head_limit") else ""
        where = k["path"] if self.client.name == "claude" else k["relative"]
        glob = f" -g {clients.quoted(k['more']['glob'])}" if k["more"].get("glob") else ""
        program = f"rg -n --no-heading --sort path{flags}{glob}"
        if self.client.name in ("chat", "ops"):
            program = "grep -rnE"
        text, code = run(f"{program} {clients.quoted(k['pattern'])} {where}{head}", self.cwd)
        return text, code

    def _run_glob(self, k):
        if self.client.name == "claude":
            return run(f"rg --files {k['path']} -g {clients.quoted(k['pattern'])} --sortr modified | head -100", self.cwd)
        if self.client.name == "codex":
            return run(f"rg --files {k['relative']} -g {clients.quoted(k['pattern'])}", self.cwd)
        return run(f"find {k['relative']} -name {clients.quoted(k['pattern'].split('/')[-1])} | sort", self.cwd)

    def _run_edit(self, k):
        path = pathlib.Path(k["path"])
        text = path.read_text() if path.is_file() else ""
        if self.client.name == "claude" and str(path) not in self.seen:
            return "<tool_use_error>File has not been read yet. Read it first before writing to it.</tool_use_error>", 1
        count = text.count(k["old"])
        if count == 0:
            if self.client.name == "codex":
                return f"apply_patch verification failed: Failed to find expected lines in {k['relative']}:\n{k['old']}", 1
            return f"<tool_use_error>String to replace not found in file.\nString: {k['old']}</tool_use_error>", 1
        if count > 1:
            return (f"<tool_use_error>Found {count} matches of the string to replace, but replace_all is false. To replace only one "
                    f"occurrence, please provide more context to uniquely identify the instance.\nString: {k['old']}</tool_use_error>"), 1
        at = text.index(k["old"])
        text = text.replace(k["old"], k["new"])
        path.write_text(text)
        if self.client.name == "gemini":
            return f"Successfully modified file: {k['path']} (1 replacements).", 0
        lines, first = text.split("\n"), text[:at].count("\n")
        low, high = max(0, first - 4), first + k["new"].count("\n") + 5
        return (f"The file {k['path']} has been updated. Here's the result of running `cat -n` on a snippet of the edited file:\n"
                + clients.gutter("\n".join(lines[low:high]), low + 1)), 0

    def _run_write(self, k):
        path = pathlib.Path(k["path"])
        path.parent.mkdir(parents=True, exist_ok=True)
        new = not path.exists()
        path.write_text(k["text"])
        self.seen.add(str(path))
        if self.client.name == "gemini":
            return f"Successfully {'created and wrote to new' if new else 'overwrote'} file: {k['path']}.", 0
        return f"File {'created' if new else 'updated'} successfully at: {k['path']}", 0

    def _run_plan(self, k):
        return "", 0

    def _run_http(self, k):
        if self.client.name == "claude":
            return run(f"curl -sS {clients.quoted(k['url'])}", self.cwd)
        try:
            with urllib.request.urlopen(scrub.real_url(k["url"]), timeout=20) as answer:
                text = answer.read().decode()
        except OSError as e:
            return f"error: {e}", 1
        if self.fmt in ("gemini", "converse") and text[:1] in "[{":
            return json.loads(scrub.scrub(text)), 0
        return text, 0

    def _run_sql(self, k):
        text, code = run(f"sqlite3 -json -readonly {k['database']}.db {clients.quoted(k['statement'])}", self.cwd)
        if self.fmt in ("gemini", "converse") and not code and text[:1] == "[":
            return json.loads(text), 0
        return text, code

    # ---- the files ----------------------------------------------------------------------------------------------------------
    def save(self, directory):
        style = self.style
        if not style["system"]:
            style["system"] = self.system if self.system is not None else [
                "You are a coding agent in a terminal.", clients.CONDUCT + "\n\n" + clients.SAFETY + "\n\n" + clients.environment(self)]
        if self.fmt in ("anthropic", "converse") and style.get("marks") is None:
            style["marks"] = 2 if self.fmt == "anthropic" else 1
        style.setdefault("mark", {"type": "ephemeral"})
        messages, requests = wire.WRITERS[self.fmt](self.events, style)
        text, list_name = wire.body(self.fmt, self.model, style, self.tools, messages)
        assert len(requests) == len(self.gaps) == sum(e["role"] == "assistant" for e in self.events)
        json.loads(text)
        for word in scrub.FORBIDDEN:
            at = text.find(word)
            assert at < 0, f"{self.name}: {word!r} is left in: ...{text[max(0, at - 120):at + 80]!r}"
        meta = {"name": self.name, "format": self.fmt, "model": self.model, "client": self.client.name, "story": self.story,
                "list": list_name, "requests": requests, "gaps": self.gaps,
                "generated": self.generated, "licences": self.licences}
        if style.get("marks"):
            meta["marks"] = {"messages": style["marks"], "member": style["mark"]}
        if style.get("clock"):
            meta["clock"] = style["clock"]
        directory = pathlib.Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"{self.name}.json").write_text(text)
        (directory / f"{self.name}.meta.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n")
        return len(requests), len(text)
