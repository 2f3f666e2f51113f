"""A neutral transcript -> a request body of one of the five wire formats, one message a line.

    [{"role": "user", "text": "hi"}]  ->  {"model":"gpt-4o","messages":[
                                          {"role":"user","content":"hi"}
                                          ]}

A transcript is a list of events: {"role": "user", "text"}, {"role": "assistant", "think", "text", "calls": [{"id", "op", "name",
"args"}]}, {"role": "tool", "results": [{"id", "name", "value", "error", "note"}]}. Each writer gives the list of messages and the
number of them that every request of the session held: a request ends where an assistant's event begins.
"""
import base64
import hashlib
import json

FORMATS = ("openai", "responses", "anthropic", "gemini", "converse")


def signature(text, size=420):
    """Stands for the provider's signature of a thought: as long, as random, the same on every run."""
    out, seed = b"", text.encode()
    while len(out) < size:
        seed = hashlib.sha256(seed).digest()
        out += seed
    return base64.b64encode(out[:size]).decode()


def as_text(value):
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def openai(events, style):
    out, requests = [], []
    if style["system"]:
        out.append({"role": style.get("system_role", "system"), "content": "\n\n".join(style["system"])})
    for e in events:
        if e["role"] == "user":
            out.append({"role": "user", "content": e["text"]})
        elif e["role"] == "assistant":
            requests.append(len(out))
            message = {"role": "assistant", "content": e["text"] or None}
            if e["calls"]:
                message["tool_calls"] = [
                    {"id": c["id"], "type": "function", "function": {"name": c["name"], "arguments": json.dumps(c["args"])}}
                    for c in e["calls"]]
            out.append(message)
        else:
            for r in e["results"]:
                text = as_text(r["value"])
                parts = style.get("parts") and [{"type": "text", "text": text}]
                out.append({"role": "tool", "tool_call_id": r["id"], "content": parts or text})
    return out, requests


def responses(events, style):
    out, requests = [], []
    for e in events:
        if e["role"] == "user":
            out.append({"type": "message", "role": "user", "content": [{"type": "input_text", "text": e["text"]}]})
        elif e["role"] == "assistant":
            requests.append(len(out))
            if e["think"]:
                out.append({"type": "reasoning", "id": "rs_" + hashlib.sha256(e["think"].encode()).hexdigest()[:40],
                            "summary": [{"type": "summary_text", "text": e["think"]}],
                            "encrypted_content": signature(e["think"], 600)})
            if e["text"]:
                out.append({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": e["text"]}]})
            for c in e["calls"]:
                if c["name"] == "apply_patch":
                    out.append({"type": "custom_tool_call", "call_id": c["id"], "name": c["name"], "input": c["args"]["input"]})
                else:
                    out.append({"type": "function_call", "call_id": c["id"], "name": c["name"], "arguments": json.dumps(c["args"])})
        else:
            for r in e["results"]:
                kind = "custom_tool_call_output" if r["name"] == "apply_patch" else "function_call_output"
                out.append({"type": kind, "call_id": r["id"], "output": as_text(r["value"])})
    return out, requests


def anthropic(events, style):
    out, requests = [], []
    for e in events:
        if e["role"] == "user":
            out.append({"role": "user", "content": [{"type": "text", "text": t} for t in (e.get("before") or []) + [e["text"]]]
                        if style.get("blocks") else e["text"]})
        elif e["role"] == "assistant":
            requests.append(len(out))
            content = []
            if e["think"]:
                content.append({"type": "thinking", "thinking": e["think"], "signature": signature(e["think"])})
            if e["text"]:
                content.append({"type": "text", "text": e["text"]})
            content += [{"type": "tool_use", "id": c["id"], "name": c["name"], "input": c["args"]} for c in e["calls"]]
            out.append({"role": "assistant", "content": content})
        else:
            content = []
            for r in e["results"]:
                block = {"tool_use_id": r["id"], "type": "tool_result"}
                text = as_text(r["value"])
                block["content"] = [{"type": "text", "text": text}] if style.get("parts") else text
                if r["error"]:
                    block["is_error"] = True
                content.append(block)
            content += [{"type": "text", "text": r["note"]} for r in e["results"] if r.get("note")]
            out.append({"role": "user", "content": content})
    return out, requests


def gemini(events, style):
    out, requests = [], []
    for e in events:
        if e["role"] == "user":
            out.append({"role": "user", "parts": [{"text": e["text"]}]})
        elif e["role"] == "assistant":
            requests.append(len(out))
            parts = []
            if e["think"] and style.get("thoughts"):
                parts.append({"text": e["think"], "thought": True})
            if e["text"]:
                parts.append({"text": e["text"]})
            for i, c in enumerate(e["calls"]):
                part = {"functionCall": {"name": c["name"], "args": c["args"]}}
                if style.get("ids"):
                    part["functionCall"]["id"] = c["id"]
                if i == 0 and e["think"]:
                    part["thoughtSignature"] = signature(e["think"])
                parts.append(part)
            out.append({"role": "model", "parts": parts})
        else:
            parts = []
            for r in e["results"]:
                value = r["value"] if isinstance(r["value"], (dict, list)) else {("error" if r["error"] else "output"): r["value"]}
                if isinstance(value, list):
                    value = {"result": value}
                response = {"name": r["name"], "response": value}
                if style.get("ids"):
                    response["id"] = r["id"]
                parts.append({"functionResponse": response})
            out.append({"role": "user", "parts": parts})
    return out, requests


def converse(events, style):
    out, requests = [], []
    for e in events:
        if e["role"] == "user":
            out.append({"role": "user", "content": [{"text": e["text"]}]})
        elif e["role"] == "assistant":
            requests.append(len(out))
            content = []
            if e["think"] and style.get("thoughts"):
                content.append({"reasoningContent": {"reasoningText": {"text": e["think"], "signature": signature(e["think"])}}})
            if e["text"]:
                content.append({"text": e["text"]})
            content += [{"toolUse": {"toolUseId": c["id"], "name": c["name"], "input": c["args"]}} for c in e["calls"]]
            out.append({"role": "assistant", "content": content})
        else:
            content = []
            for r in e["results"]:
                value = r["value"]
                item = {"text": value} if isinstance(value, str) else {"json": value if isinstance(value, dict) else {"items": value}}
                content.append({"toolResult": {"toolUseId": r["id"], "content": [item],
                                               "status": "error" if r["error"] else "success"}})
            out.append({"role": "user", "content": content})
    return out, requests


def tool(fmt, name, description, properties, required):
    schema = {"type": "object", "properties": properties, "required": required}
    if fmt == "openai":
        return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}
    if fmt == "responses":
        if name == "apply_patch":
            return {"type": "custom", "name": name, "description": description}
        return {"type": "function", "name": name, "description": description, "strict": False, "parameters": schema}
    if fmt == "anthropic":
        return {"name": name, "description": description, "input_schema": schema}
    if fmt == "gemini":
        return {"name": name, "description": description, "parametersJsonSchema": schema}
    return {"toolSpec": {"name": name, "description": description, "inputSchema": {"json": schema}}}


ID_HEADS = {"openai": "call_", "responses": "call_", "anthropic": "toolu_01", "gemini": "", "converse": "tooluse_"}


def call_id(fmt, session, number):
    digest = base64.b64encode(hashlib.sha256(f"{session}/{number}".encode()).digest()).decode()
    letters = "".join(c for c in digest if c.isalnum())
    return f"{number:08x}" if fmt == "gemini" else ID_HEADS[fmt] + letters[:22]


LIST = "\x00list\x00"


def body(fmt, model, style, tools, messages):
    """(text of the whole body, one message a line; name of the list)."""
    specs = [tool(fmt, *t) for t in tools]
    name = {"responses": "input", "gemini": "contents"}.get(fmt, "messages")
    if fmt == "openai":
        out = {"model": model, "messages": LIST, "stream": True, "stream_options": {"include_usage": True}}
        if specs:
            out.update(tools=specs, tool_choice="auto")
    elif fmt == "responses":
        out = {"model": model, "instructions": "\n\n".join(style["system"]), "input": LIST, "tools": specs, "tool_choice": "auto",
               "parallel_tool_calls": False, "reasoning": {"effort": "medium", "summary": "auto"}, "store": False, "stream": True,
               "include": ["reasoning.encrypted_content"]}
    elif fmt == "anthropic":
        system = [{"type": "text", "text": t} for t in style["system"]]
        if style.get("marks"):
            for block in system[-1:]:
                block["cache_control"] = dict(style["mark"])
        out = {"model": model, "max_tokens": style.get("max_tokens", 32000), "messages": LIST, "system": system, "tools": specs,
               "metadata": {"user_id": "user_" + hashlib.sha256(style["name"].encode()).hexdigest()}, "stream": True}
        if style.get("thinking"):
            out["thinking"] = {"type": "enabled", "budget_tokens": 10000}
        if not specs:
            del out["tools"]
        if not system:
            del out["system"]
    elif fmt == "gemini":
        out = {"contents": LIST, "systemInstruction": {"role": "user", "parts": [{"text": "\n\n".join(style["system"])}]},
               "tools": [{"functionDeclarations": specs}], "generationConfig": {"temperature": 0, "topP": 1}}
        if not specs:
            del out["tools"]
    else:
        system = [{"text": t} for t in style["system"]]
        config = {"tools": specs}
        if style.get("marks"):
            system.append({"cachePoint": {"type": "default"}})
        out = {"messages": LIST, "system": system, "inferenceConfig": {"maxTokens": 8192, "temperature": 0},
               "toolConfig": config}
        if not specs:
            del out["toolConfig"]

    def dump(value):
        comma, colon = (", ", ": ") if style.get("spaced") else (",", ":")
        return json.dumps(value, ensure_ascii=bool(style.get("ascii")), separators=(comma, colon))

    head, tail = dump(out).split(dump(LIST))
    lines = [dump(m) for m in messages]
    return head + "[\n" + ",\n".join(lines) + "\n]" + tail + "\n", name


WRITERS = {"openai": openai, "responses": responses, "anthropic": anthropic, "gemini": gemini, "converse": converse}
