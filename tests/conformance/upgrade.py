"""HTTP by hand: upgrade requests as they should be, and otherwise."""
from suite import *

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
UPGRADE = {"Host": "localhost", "Connection": "Upgrade", "Upgrade": "websocket",
           "Sec-WebSocket-Key": KEY, "Sec-WebSocket-Version": "13",
           "Sec-WebSocket-Protocol": SUBPROTOCOL}


def request(target="/spy", method="GET", version="HTTP/1.1", extra=(), **changed):
    """An upgrade request; Some_Header="…" replaces Some-Header, None leaves it out."""
    headers = {**UPGRADE, **{k.replace("_", "-"): v for k, v in changed.items()}}
    lines = [f"{method} {target} {version}"]
    lines += [f"{k}: {v}" for k, v in headers.items() if v is not None] + list(extra)
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def answer(reader):
    """(status, headers, body), the body as far as its length is known."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
    length = int(headers.get("content-length", 0))
    body = await reader.readexactly(length)
    return int(head[0].split()[1]), headers, body


async def ask(t, data, server=None):
    reader, writer = await t.tcp(data, server)
    try:
        return await answer(reader)
    finally:
        writer.close()


async def alive(t):
    await (await t.connect()).ping()


def http(path, connection="close"):
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: {connection}\r\n\r\n".encode()
