#!/usr/bin/env python3
"""replay.py list | request NAME INDEX | check - the recorded sessions as the requests that they were made of.

    from replay import load_all
    for session in load_all():
        for i in range(len(session)):
            body = session.request(i)      # str, as the client sent it
"""
import datetime
import json
import pathlib
import re
import sys

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "corpus/sessions"
ANSWERS = ('{"role":"assistant"', '{"role": "assistant"', '{"role":"model"', '{"role": "model"', '{"type":"reasoning"',
           '{"type":"function_call"', '{"type":"custom_tool_call"', '{"type":"message","role":"assistant"')


class Session:
    def __init__(self, path):
        self.meta = json.loads(path.with_name(path.name[:-5] + ".meta.json").read_text())
        self.name, self.format, self.model, self.list = (self.meta[k] for k in ("name", "format", "model", "list"))
        self.counts, self.gaps = self.meta["requests"], self.meta["gaps"]
        lines = path.read_text().split("\n")
        assert lines.pop() == "" and len(lines) > 2
        self.head, *self.messages, self.tail = lines
        self.messages = [m[:-1] if m.endswith(",") else m for m in self.messages]

    def __len__(self):
        return len(self.counts)

    def request(self, i):
        lines = self.messages[:self.counts[i]]
        marks = self.meta.get("marks")
        left = marks["messages"] if marks else 0
        for k in range(len(lines) - 1, -1, -1):
            if left and re.search(r'"role": ?"user"', lines[k]):
                lines[k] = self._marked(lines[k], json.dumps(marks["member"], separators=(",", ":")))
                left -= 1
        body = self.head + "\n" + ",\n".join(lines) + "\n" + self.tail + "\n"
        if clock := self.meta.get("clock"):
            now = datetime.datetime.fromisoformat(clock) + datetime.timedelta(seconds=sum(self.gaps[1:i + 1]))
            body = body.replace(clock, now.isoformat(" "), 1)
        return body

    def _marked(self, line, mark):
        if self.format == "converse":
            at = line.rindex("]}")
            return line[:at] + ',{"cachePoint":{"type":"default"}}' + line[at:]
        match = re.match(r'\{"role": ?"user", ?"content": ?(".*")\}$', line)
        if match:
            at = match.start(1)
            return f'{line[:at]}[{{"type":"text","text":{match.group(1)},"cache_control":{mark}}}]}}'
        at = line.rindex("}]}")
        return f'{line[:at]},"cache_control":{mark}{line[at:]}'

    def answer(self, i):
        """Raw JSON of the messages with which the model answered request i."""
        out = []
        for line in self.messages[self.counts[i]:]:
            if not line.startswith(ANSWERS):
                break
            out.append(line)
        return out


def load_all(folder=FOLDER):
    return [Session(p.with_name(p.name[:-10] + ".json")) for p in sorted(pathlib.Path(folder).glob("*.meta.json"))]


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "request" and len(sys.argv) == 4:
        sys.stdout.write(Session(FOLDER / f"{sys.argv[2]}.json").request(int(sys.argv[3])))
        return 0
    if command not in ("list", "check"):
        print(__doc__, file=sys.stderr)
        return 2
    sessions = load_all()
    formats, requests, size, long = {}, 0, 0, 0
    for s in sessions:
        last = s.request(len(s) - 1)
        json.loads(last)
        formats[s.format] = formats.get(s.format, 0) + 1
        requests += len(s)
        size += (FOLDER / f"{s.name}.json").stat().st_size
        long += len(s) >= 100
        if command == "list":
            print(f"{s.name:28} {s.format:10} {len(s):4} requests {len(last):9} bytes  {s.meta['story']}")
    print(f"{len(sessions)} sessions, {requests} requests, {long} of 100 and more, {size / 1e6:.1f} MB: {formats}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
