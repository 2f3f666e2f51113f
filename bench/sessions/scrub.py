"""Neutral names of the same length for what would tell whose machine recorded a session. Lengths stay, so that columns do.

    ~/.pyenv/versions/3.11.7/lib/python3.11  ->  /opt/python/releases/v3.11.7/lib/python3.11
"""
import os
import pathlib
import re
import socket
import subprocess


def _same(old, new):
    """`new`, brought to the length of `old` by repeating or cutting its last letter but one."""
    while len(new) < len(old):
        new = new[:-1] + new[-2] + new[-1]
    while len(new) > len(old):
        new = new[:-2] + new[-1]
    return old, new


def _asked(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout
    except OSError:
        return ""


def registries():
    """Hosts that the package clients of this machine are set up with: their output may name them."""
    said = [_asked("npm", "config", "get", "registry"), _asked("pip", "config", "list"), _asked("go", "env", "GOPROXY")]
    cargo = pathlib.Path(os.path.expanduser("~/.cargo/config.toml"))
    if cargo.is_file():
        said.append(cargo.read_text(encoding="utf-8"))
    return sorted({host for text in said for host in re.findall(r"https?://(?:[^/@\s]*@)?([a-z0-9.-]+)", text)}, key=len, reverse=True)


HOST, HOME = socket.gethostname(), os.path.expanduser("~")
PAIRS = [
    _same(str(pathlib.Path(__file__).resolve().parent), "/srv/app/orders-service"),
    _same(HOME + "/.pyenv/versions/3.11.7", "/opt/python/releases/v3.11.7"),
    _same(HOME + "/.pyenv/shims", "/opt/python/binary"),
    _same(HOME + "/.cargo", "/opt/cargo-1"),
    _same(HOME + "/.rustup", "/opt/rustup-1"),
    _same(HOME + "/go/", "/opt/go1/"),
    _same("/srv/material/venv", "/srv/python/pyvenv"),
    _same("/srv/material", "/srv/packages"),
    _same("/Users" "/username", "/opt/s/username"),  # of a documentation's example
]
if len(HOST) > 3:
    PAIRS.append(_same(HOST, "build-host-01"))
REGISTRIES = registries()
PAIRS += [_same(host, "packages.example.local") for host in REGISTRIES]

# No text of a session may hold these.
FORBIDDEN = [HOME + "/", str(pathlib.Path(__file__).resolve().parents[2]), *REGISTRIES]


def scrub(value):
    if not isinstance(value, str):
        return value
    for old, new in PAIRS:
        value = value.replace(old, new)
    return value


# Hosts that stories name -> the loopback servers that answer for them.
SERVERS = {}


def real_url(url):
    for name, address in SERVERS.items():
        if url.startswith(name):
            return address + url[len(name):]
    return url
