#!/usr/bin/env python3
"""peer.py OUT [NAME...] - the recorded sessions' requests as the peer's library (headroom-ai 0.42.0) leaves them: OUT/NAME.jsonl, one
body a line. Run it in the environment that has the peer; report.py does.

The peer's call takes a list of messages in OpenAI or Anthropic form. A request of those formats is given as it is; of the others the
list is translated to OpenAI form for the call (a tool result becomes a `tool` message) and each changed result goes back to its place,
so that the peer is judged on the same texts.
"""
import copy
import json
import logging
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sessions"))
import replay  # noqa: E402

logging.disable(logging.CRITICAL)


def translated(session, body):
    """(messages in OpenAI form, [function that puts a changed content back])."""
    messages, back = [], []

    def add(role, text, put=None, **more):
        messages.append({"role": role, "content": text, **more})
        back.append(put)

    if session.format == "responses":
        for item in body["input"]:
            kind = item.get("type")
            if kind == "message":
                add(item["role"], item["content"][0].get("text", ""))
            elif kind in ("function_call", "custom_tool_call"):
                add("assistant", None, tool_calls=[{"id": item["call_id"], "type": "function", "function": {"name": item["name"], "arguments": item.get("arguments", item.get("input"))}}])
            elif kind in ("function_call_output", "custom_tool_call_output"):
                add("tool", item["output"], lambda t, i=item: i.__setitem__("output", t), tool_call_id=item["call_id"])
    elif session.format == "gemini":
        number = 0
        for content in body["contents"]:
            calls = [p["functionCall"] for p in content["parts"] if "functionCall" in p]
            text = " ".join(p["text"] for p in content["parts"] if "text" in p)
            if calls:
                add("assistant", text or None, tool_calls=[{"id": f"c{number + i}", "type": "function", "function": {"name": c["name"], "arguments": json.dumps(c["args"])}} for i, c in enumerate(calls)])
                pending = number
                number += len(calls)
            elif text:
                add("user" if content["role"] == "user" else "assistant", text)
            for i, p in enumerate(q for q in content["parts"] if "functionResponse" in q):
                response = p["functionResponse"]["response"]
                if isinstance(response.get("output"), str):
                    add("tool", response["output"], lambda t, r=response: r.__setitem__("output", t), tool_call_id=f"c{pending + i}")
                else:
                    value = json.dumps(response, ensure_ascii=False)
                    add("tool", value, lambda t, f=p["functionResponse"]: f.__setitem__("response", {"output": t}), tool_call_id=f"c{pending + i}")
    else:  # converse
        for message in body["messages"]:
            text = " ".join(p["text"] for p in message["content"] if "text" in p)
            calls = [p["toolUse"] for p in message["content"] if "toolUse" in p]
            if calls:
                add("assistant", text or None, tool_calls=[{"id": c["toolUseId"], "type": "function", "function": {"name": c["name"], "arguments": json.dumps(c["input"])}} for c in calls])
            elif text:
                add(message["role"], text)
            for p in message["content"]:
                for item in p.get("toolResult", {}).get("content", []):
                    key = "text" if "text" in item else "json"
                    value = item[key] if key == "text" else json.dumps(item[key], ensure_ascii=False)
                    add("tool", value, lambda t, i=item, k=key: (i.pop(k), i.__setitem__("text", t)), tool_call_id=p["toolResult"]["toolUseId"])
    return messages, back


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    from headroom import compress
    for session in replay.load_all():
        if len(sys.argv) > 2 and not any(n in session.name for n in sys.argv[2:]):
            continue
        spent = []
        with open(out / f"{session.name}.jsonl", "w") as file:
            for i in range(len(session)):
                body = json.loads(session.request(i))
                start = time.perf_counter()
                if session.format in ("openai", "anthropic"):
                    body["messages"] = compress(copy.deepcopy(body["messages"]), model=session.model).messages
                else:
                    messages, back = translated(session, body)
                    start = time.perf_counter()
                    result = compress(copy.deepcopy(messages), model="gpt-4o").messages
                    if len(result) == len(messages):
                        for old, new, put in zip(messages, result, back):
                            if put and new["content"] != old["content"]:
                                put(new["content"])
                spent.append((time.perf_counter() - start) * 1e3)
                file.write(json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n")
        print(json.dumps({"session": session.name, "ms": [round(t, 2) for t in spent]}), flush=True)


if __name__ == "__main__":
    main()
