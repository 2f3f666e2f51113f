"""The sessions: name -> how it is made. One row each; a row never changes what another records."""
import clients
import stories_code as code


def claude(**more):
    return {"marks": 2, "mark": {"type": "ephemeral"}, **more}


SESSIONS = {
    "fix_click": lambda n: code.fix(n, "anthropic", "claude", "claude-sonnet-4-5", "click", ["a", "b"], tools=clients.FORGE, style=claude(thinking=True)),
    "fix_h11": lambda n: code.fix(n, "anthropic", "claude", "claude-opus-4-5", "h11", ["a"], style=claude(blocks=True, parts=True)),
    "fix_attrs": lambda n: code.fix(n, "responses", "codex", "gpt-5.1-codex", "attrs", ["a"], style={"wrapped": True}),
    "fix_pluggy": lambda n: code.fix(n, "openai", "chat", "gpt-4.1", "pluggy", ["a", "b"]),
    "fix_itsdangerous": lambda n: code.fix(n, "gemini", "gemini", "gemini-2.5-pro", "itsdangerous", ["a", "b"], style={"ids": True}),
    "fix_marshmallow": lambda n: code.fix(n, "converse", "claude", "anthropic.claude-sonnet-4-5-20250929-v1:0", "marshmallow", ["a"], tools=clients.FORGE),
    "review_jinja": lambda n: code.review(n, "anthropic", "claude", "claude-sonnet-4-5", "jinja", style=claude(mark={"type": "ephemeral", "ttl": "1h"})),
    "review_flask": lambda n: code.review(n, "responses", "codex", "gpt-5.1", "flask"),
    "long_more_itertools": lambda n: code.long_day(n, "anthropic", "claude", "claude-sonnet-4-5", "more-itertools", 110, style=claude(thinking=True)),
    "long_packaging": lambda n: code.long_day(n, "openai", "chat", "gpt-5", "packaging", 104),
}
