"""The sessions: name -> how it is made. One row each; a row never changes what another records."""
import clients
import stories_code as code
import stories_ops as ops

SONNET, OPUS, HAIKU = "claude-sonnet-4-5", "claude-opus-4-5", "claude-haiku-4-5"
BEDROCK = "anthropic.claude-sonnet-4-5-20250929-v1:0"
HOUR = {"type": "ephemeral", "ttl": "1h"}


def claude(**more):
    """A client that marks its newest two user messages on every turn."""
    return {"marks": 2, "mark": {"type": "ephemeral"}, **more}


def clocked(time, text):
    """A system prompt that shows the time of each request, to the second: a cache's worst enemy."""
    return {"style": {"clock": time, "marks": 0}, "system": [f"Current time: {time} UTC.\n\n{text}"]}


SESSIONS = {
    # Coding agents.
    "fix_click": lambda n: code.fix(n, "anthropic", "claude", SONNET, "click", ["a", "b"], tools=clients.FORGE, style=claude(thinking=True)),
    "fix_h11": lambda n: code.fix(n, "anthropic", "claude", OPUS, "h11", ["a"], style=claude(blocks=True, parts=True)),
    "fix_attrs": lambda n: code.fix(n, "responses", "codex", "gpt-5.1-codex", "attrs", ["a"], style={"wrapped": True}),
    "fix_pluggy": lambda n: code.fix(n, "openai", "chat", "gpt-4.1", "pluggy", ["a", "b"]),
    "fix_itsdangerous": lambda n: code.fix(n, "gemini", "gemini", "gemini-2.5-pro", "itsdangerous", ["a", "b"], style={"ids": True}),
    "fix_marshmallow": lambda n: code.fix(n, "converse", "claude", BEDROCK, "marshmallow", ["a"], tools=clients.FORGE),
    "fix_jinja": lambda n: code.fix(n, "converse", "chat", BEDROCK, "jinja", ["a"], style={"thoughts": True}),
    "fix_packaging": lambda n: code.fix(n, "openai", "chat", "gpt-5", "packaging", ["a"], style={"parts": True, "system_role": "developer"}),
    "fix_requests": lambda n: code.fix(n, "responses", "codex", "gpt-5", "requests", ["a"]),
    "fix_flask": lambda n: code.fix(n, "gemini", "gemini", "gemini-2.5-flash", "flask", ["a"]),
    "review_jinja": lambda n: code.review(n, "anthropic", "claude", SONNET, "jinja", style=claude(mark=HOUR)),
    "review_flask": lambda n: code.review(n, "responses", "codex", "gpt-5.1", "flask"),
    "review_click": lambda n: code.review(n, "openai", "chat", "gpt-4.1", "click", style={"spaced": True, "ascii": True}),
    "review_packaging": lambda n: code.review(n, "gemini", "gemini", "gemini-2.5-pro", "packaging", style={"thoughts": True}),
    "review_marshmallow": lambda n: code.review(n, "converse", "claude", BEDROCK, "marshmallow"),
    "long_more_itertools": lambda n: code.long_day(n, "anthropic", "claude", SONNET, "more-itertools", 110, style=claude(thinking=True)),
    "long_h11": lambda n: code.long_day(n, "openai", "chat", "gpt-5", "h11", 104),
    "long_pluggy": lambda n: code.long_day(n, "responses", "codex", "gpt-5.1-codex", "pluggy", 108),
    "long_itsdangerous": lambda n: code.long_day(n, "gemini", "gemini", "gemini-2.5-pro", "itsdangerous", 102),
    "build_chi": lambda n: ops.builds(n, "anthropic", "claude", HAIKU, "go", style=claude(blocks=True)),
    "build_mux": lambda n: ops.builds(n, "openai", "chat", "gpt-4.1", "mux"),
    "build_heck": lambda n: ops.builds(n, "responses", "codex", "gpt-5.1-codex", "cargo", style={"wrapped": True}),
    "build_semver": lambda n: ops.builds(n, "converse", "claude", BEDROCK, "semver"),
    "build_express": lambda n: ops.builds(n, "anthropic", "claude", SONNET, "npm", style=claude(), tools=clients.FORGE),
    "build_commander": lambda n: ops.builds(n, "gemini", "gemini", "gemini-2.5-flash", "tsc"),
    "build_headroom": lambda n: ops.builds(n, "openai", "chat", "gpt-4o", "gcc"),
    # Operations.
    "triage_night": lambda n: ops.triage(n, "anthropic", "ops", SONNET, style=claude()),
    "triage_shell": lambda n: ops.triage(n, "anthropic", "claude", OPUS, style=claude(mark=HOUR)),
    "triage_chat": lambda n: ops.triage(n, "openai", "ops", "gpt-4o"),
    "triage_mini": lambda n: ops.triage(n, "openai", "chat", "gpt-4.1-mini", style={"spaced": True}),
    "triage_codex": lambda n: ops.triage(n, "responses", "codex", "gpt-5.1"),
    "triage_gemini": lambda n: ops.triage(n, "gemini", "ops", "gemini-2.5-pro"),
    "triage_bedrock": lambda n: ops.triage(n, "converse", "ops", BEDROCK),
    "triage_clock": lambda n: ops.triage(n, "openai", "ops", "gpt-4o", **clocked("2026-11-12 02:14:07", ops.OPS_SYSTEM)),
    "watch_bedrock": lambda n: ops.watch(n, "converse", "ops", BEDROCK, 104),
    "watch_anthropic": lambda n: ops.watch(n, "anthropic", "ops", SONNET, 112, style=claude()),
    # Data.
    "data_openai": lambda n: ops.analysis(n, "openai", "chat", "gpt-4o", 5),
    "data_anthropic": lambda n: ops.analysis(n, "anthropic", "ops", SONNET, 6, style=claude()),
    "data_codex": lambda n: ops.analysis(n, "responses", "codex", "gpt-5", 6),
    "data_gemini": lambda n: ops.analysis(n, "gemini", "ops", "gemini-2.5-flash", 7),
    "data_bedrock": lambda n: ops.analysis(n, "converse", "ops", BEDROCK, 5),
    # Documents and talk.
    "docs_flask": lambda n: ops.rag(n, "openai", "few", "gpt-4o", "flask", 10),
    "docs_click": lambda n: ops.rag(n, "anthropic", "few", HAIKU, "click", 8, style=claude()),
    "docs_jinja": lambda n: ops.rag(n, "converse", "few", BEDROCK, "jinja", 7),
    "docs_marshmallow": lambda n: ops.rag(n, "gemini", "few", "gemini-2.5-flash", "marshmallow", 6),
    "chat_openai": lambda n: ops.chat(n, "openai", "few", "gpt-4o", 18),
    "chat_anthropic": lambda n: ops.chat(n, "anthropic", "few", HAIKU, 24, style=claude()),
    "chat_responses": lambda n: ops.chat(n, "responses", "few", "gpt-4.1-mini", 14),
    "chat_clock": lambda n: ops.chat(n, "openai", "few", "gpt-4o", 12, **clocked("2026-11-23 09:00:00", "You are a helpful assistant on a phone. Answer briefly and warmly.")),
}
