#!/usr/bin/env python3
"""recorded_streams.py [--all FOLDER] SDIST...: event streams that providers really sent, out of the cassettes of published packages.

The tests of these packages replay exchanges that were recorded with the providers' own services. Without --all the streams of `kept`
are written to corpus/streams/WIRE/NAME.sse; with it every stream that is found goes to FOLDER/WIRE/, for
HEADROOM_RECORDED_STREAMS=FOLDER build/test/src/proxy/proxy_test --gtest_filter='RecordedStreams.*'.

    pip download --no-deps --no-binary :all: langchain-openai==1.7.4 ...   (`packages` below names them all)
    tools/recorded_streams.py langchain_openai-1.7.4.tar.gz ...

Account ids are replaced by as many other letters. Needs python3-yaml.
"""
import argparse
import collections
import gzip
import hashlib
import pathlib
import re
import sys
import tarfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Each file's name and its SHA-256. Licences: MIT (langchain), Apache-2.0 (the others).
packages = {
    "langchain_anthropic-1.7.10.tar.gz": "72869686960b3d6665f99e7c91c9f6dd4a1d9ccf73d23edd8702eb603cc2e498",
    "langchain_groq-1.1.3.tar.gz": "890c099a55526bceafc3e696d123cb9d36464c6664a3ead34ae6e09e0d50caeb",
    "langchain_openai-1.7.4.tar.gz": "8fd90e41588526d990f32262447adf8e130d7ce28ed66cefa315e64cc9dd12ce",
    "openinference_instrumentation_google_genai-1.4.14.tar.gz": "75fc9c49a27327e25c8802fb23dbeb80839988a17fb6b6ee5dedaa20912bb3d7",
    "opentelemetry_instrumentation_google_genai-1.3b0.tar.gz": "d818c8a3613d77f5b6cb97b1b9dd208df711ac8c7892f9303cb3336b134ceca6",
    "opentelemetry_instrumentation_openai_v2-2.4b0.tar.gz": "571a2febd05b15808d7c777455d5a74c9abe08c694cb9827a98c5b4258f2adf1",
}

# Name in corpus/streams: the digest of the stream. Small ones, one of each kind of event, without pages of others.
kept = {
    "anthropic/text": "2a17d8bb8e72",
    "anthropic/tool_call": "0698b5cbd5ea",
    "anthropic/two_tool_calls": "d0d6e6308fd6",
    "anthropic/citations": "062571fbcfda",
    "anthropic/thinking": "38c25edb8238",
    "anthropic/redacted_thinking": "074ca92411ed",
    "anthropic/code_execution": "4f6c6cd10a36",
    "anthropic/compaction_before": "3731e5e5ca53",
    "anthropic/compaction": "3c720c7775f2",
    "anthropic/programmatic_call": "75eeacd3a764",
    "chat/text": "0359cceff53e",
    "chat/two_tool_calls": "0c9d9616c957",
    "chat/cut_by_length": "291a4d7b677e",
    "chat/no_usage": "2eb0a804f3f6",
    "chat/obfuscated": "d7b01e1f30fe",
    "chat/two_choices": "b85aa079a4df",
    "chat/groq": "2e4fe8402a3f",
    "responses/tool_call": "a1518c482729",
    "responses/apply_patch": "3677fb95894d",
    "responses/code_interpreter": "f3ac21e673ee",
    "responses/custom_tool": "625ce657f668",
    "responses/function": "10042ba7f1b2",
    "responses/incomplete": "950eeda35fea",
    "responses/mcp": "a48eab8d9e82",
    "responses/reasoning": "b9502e3f333e",
    "responses/codex": "88aafa0c0534",
    "responses/tool_search": "53133070c0f5",
    "responses/compaction": "d7c345d8c7a5",
    "responses/reasoning_text": "0cfe732c1be1",
    "gemini/text": "3eb85b1f1a5b",
    "gemini/two_calls": "1d13f023216d",
    "gemini/call": "96ab27f188e1",
    "gemini/long_text": "08eb623aa4b7",
    "gemini/image": "c46af6c3bb3e",
    "gemini/code": "8e5af7407784",
    "gemini/thoughts_and_calls": "4e3a2c1d409e",
    "gemini/no_prompt_count": "5b131a3c5f2d",
    "interactions/comments": "bbf7c41def33",
    "interactions/error": "af0f410bbd74",
    "interactions/thoughts": "02c71d4f7bb8",
}


def wire_of(stream):
    for wire, word in (("anthropic", b'"message_start"'), ("chat", b'"chat.completion.chunk"'), ("responses", b'"response.created"'),
                       ("interactions", b'"event_type"'), ("gemini", b'"candidates"')):
        if word in stream:
            return wire
    return "other"


def scrub(stream):
    return re.sub(rb"\b(user-|org-|proj_)([A-Za-z0-9]{12,})", lambda m: m[1] + b"x" * len(m[2]), stream)


def exchanges(cassette):
    """vcrpy's form, and that of the packages that keep requests and responses in two lists."""
    if not isinstance(cassette, dict):
        return []
    if "requests" in cassette:
        return list(zip(cassette["requests"], cassette["responses"]))
    return [(x["request"], x["response"]) for x in cassette.get("interactions") or []]


def body_of(response):
    body = response["body"]
    if isinstance(body, dict):
        body = body.get("string", body.get("base64_string"))
    if isinstance(body, str):
        body = body.encode()
    if body and body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    return body or b""


def streams(sdist):
    """(name, digest, bytes) of each event stream in the cassettes of an sdist."""
    with tarfile.open(sdist) as archive:
        for member in archive:
            name = pathlib.PurePath(member.name).name
            if not member.isfile() or not re.search(r"\.ya?ml(\.gz)?$", name):
                continue
            raw = archive.extractfile(member).read()
            try:
                cassette = yaml.load(gzip.decompress(raw) if name.endswith(".gz") else raw, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            except yaml.YAMLError:
                continue
            for number, (_, response) in enumerate(exchanges(cassette)):
                body = body_of(response)
                if body.startswith((b"data:", b"event:", b": ")):
                    yield f"{name.split('.')[0]}-{number}", hashlib.sha256(body).hexdigest()[:12], scrub(body)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", type=pathlib.Path)
    parser.add_argument("sdists", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    names = {digest: name for name, digest in kept.items()}
    found, written = collections.Counter(), set()
    for sdist in options.sdists:
        digest = hashlib.sha256(sdist.read_bytes()).hexdigest()
        if packages.get(sdist.name) != digest:
            print(f"{sdist.name}: not the file that this script knows ({digest})", file=sys.stderr)
            return 1
        for name, digest, stream in streams(sdist):
            if digest in written:
                continue
            if options.all:
                path = options.all / wire_of(stream) / f"{re.sub('[^A-Za-z0-9_-]', '_', name)}-{digest}.sse"
            elif digest in names:
                path = ROOT / "corpus/streams" / f"{names[digest]}.sse"
            else:
                continue
            written.add(digest)
            found[wire_of(stream)] += 1
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(stream)
    print(", ".join(f"{n} {wire}" for wire, n in sorted(found.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
