#!/usr/bin/python3
"""
What a stranger may do with a raw socket: every weakness of libwebsockets that a peer can
reach has its case here, and the server must neither give in nor suffer.
"""
import socket
import struct
import sys
import time

import msgpack

from server import (KEY, Raw, Server, check, done, frame, request, status_of, upgraded,
                    wait_for)

server = Server(limits__handshake="1500ms")
HELLO = msgpack.packb([0, 1, {}])


def answer(data):
    raw = Raw(server)
    raw.send(data)
    try:
        got = raw.read_all()
    except socket.timeout:
        got = b"(still open) " + raw.buffer
    raw.close()
    return got


def alive(name):
    """A good client is served."""
    raw = upgraded(server)
    raw.send(frame(HELLO + msgpack.packb([1, 1, "conformance.plain.hello", ["you"]])))
    seen = []
    while len(seen) < 2:
        unpacker = msgpack.Unpacker(strict_map_key=False)
        unpacker.feed(raw.read_frame()[1])
        seen += list(unpacker)
    raw.close()
    return check(seen[1] == [4, 1, 0, "Hello, you!"], "served after: " + name, seen)


def refused(name, data, status):
    got = answer(data)
    check(status_of(got) == status, name, f"wanted {status}, got {got[:300]}")
    if status:
        check(b"Connection: close" in got, name + ": the connection is closed", got[:300])


# --- handshakes ---------------------------------------------------------------------------

refused("an upgrade to h2c is refused",
        request(Upgrade="h2c", HTTP2_Settings="AAMAAABkAARAAAAAAAIAAAAA",
                Connection="Upgrade, HTTP2-Settings"), 400)
refused("h2c on another path, too", request("/", Upgrade="h2c", HTTP2_Settings="AAMAAABk"), 400)
check(b"101" not in answer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "HTTP/2 without asking")
check(status_of(answer(request(Upgrade="foobar"))) == 403, "an unknown upgrade is refused")

raw = Raw(server)
raw.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + request(Upgrade="foobar"))
got = raw.read_all()
check(status_of(got) == 200, "an unknown upgrade behind a GET", got)
alive("an unknown upgrade after a request on one connection")

got = answer("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n")
check(b"200" not in got and b"open" not in got, "CONNECT makes no tunnel", got)
refused("version 99", request(Sec_WebSocket_Version="99"), 426)
refused("version 8", request(Sec_WebSocket_Version="8"), 426)
refused("no version", request(Sec_WebSocket_Version=None), 400)
refused("no key", request(Sec_WebSocket_Key=None), 400)
refused("a key that is none", request(Sec_WebSocket_Key="abc"), 400)
refused("no subprotocol", request(Sec_WebSocket_Protocol=None), 400)
refused("another subprotocol", request(Sec_WebSocket_Protocol="chat, spy.1.msgpackx"), 400)
refused("very many subprotocols", request(Sec_WebSocket_Protocol=", ".join(["x"] * 200)), 400)
refused("no Connection: Upgrade", request(Connection="keep-alive"), 400)
refused("no Host", request(Host=None), 400)
refused("another path", request("/other"), 404)
refused("the path with something behind it", request("/spy/more"), 404)
refused("POST cannot upgrade", request(method="POST"), 405)
refused("a handshake with a body", request(Content_Length="5") + "hello", 400)
refused("GET on the path", "GET /spy HTTP/1.1\r\nHost: x\r\n\r\n", 426)

for name, data in (
        ("a query is ignored", request("/spy?token=x&y=1")),
        ("ours among other subprotocols",
         request(Sec_WebSocket_Protocol="chat, spy.1.msgpack, soap")),
        ("names in any case", request(Upgrade="WebSocket", Connection="keep-alive, upgrade"))):
    raw = Raw(server)
    raw.send(data)
    got = raw.read_until(b"\r\n\r\n") or b""
    check(status_of(got) == 101 and b"spy.1.msgpack" in got, name, got)
    check(b"extensions" not in got.lower(), name + ": no extension", got)
    raw.close()

raw = Raw(server)
raw.send(request(Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits"))
got = raw.read_until(b"\r\n\r\n") or b""
check(status_of(got) == 101 and b"xtensions" not in got, "deflate is not taken up", got)
raw.close()

got = answer(request(Cookie="x" * 20000))
check(status_of(got) in (0, 431), "headers of 20 kB", got[:200])
got = answer("GET /" + "a" * 30000 + " HTTP/1.1\r\nHost: x\r\n\r\n")
check(status_of(got) != 200, "a path of 30 kB", got[:200])
got = answer("POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")
check(status_of(got) == 413, "a request with a body", got)
got = answer("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")
check(status_of(got) in (0, 400, 413), "a negative length", got)
got = answer("DELETE / HTTP/1.1\r\nHost: x\r\n\r\n")
check(status_of(got) in (0, 405), "another method", got)
for name, data in (("TLS on a plain port", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" + bytes(200)),
                   ("noise", bytes(range(256)) * 8)):
    got = answer(data)
    check(status_of(got) != 200 and b"101" not in got, name, got)
alive("bad handshakes")

# --- slow ones ----------------------------------------------------------------------------


def seconds_until_cut(raw, trickle=b""):
    start = time.monotonic()
    raw.socket.settimeout(0.1)
    while time.monotonic() - start < 8:
        try:
            if trickle:
                raw.send(trickle)
            if raw.socket.recv(100) == b"":
                break
        except socket.timeout:
            continue
        except OSError:
            break
    return time.monotonic() - start


silent = Raw(server)
elapsed = seconds_until_cut(silent)
check(1.2 < elapsed < 4, "a silent connection is cut", elapsed)
half = Raw(server)
half.send("GET /spy HTTP/1.1\r\nHost:")
elapsed = seconds_until_cut(half)
check(1.2 < elapsed < 4, "half a request is cut", elapsed)
slow = Raw(server)
slow.send("GET /spy HTTP/1.1\r\nHost: ")
elapsed = seconds_until_cut(slow, b"x")
check(1.2 < elapsed < 4, "a request that trickles in is cut", elapsed)
kept = upgraded(server)
kept.send(frame(HELLO))
time.sleep(2.5)
kept.send(frame(msgpack.packb([8, 7])))
kept.socket.settimeout(3)
opcode, payload = kept.read_frame()
if payload[:2] == b"\x93\x00":
    opcode, payload = kept.read_frame()
check(payload == msgpack.packb([9, 7]), "one that has shaken hands is not", payload)
kept.close()

# --- frames -------------------------------------------------------------------------------


def closed_with(name, data, code):
    raw = upgraded(server)
    try:
        raw.send(data)
    except OSError:
        pass
    got = raw.read_close()
    check(got == code, name, f"wanted {code}, got {got}")
    raw.close()


closed_with("a frame without mask", frame(HELLO, mask=None), 1002)
closed_with("one after a good one", frame(HELLO) + frame(msgpack.packb([8, 1]), mask=None), 1002)
closed_with("a long one without mask", frame(bytes(200), mask=None), 1002)
closed_with("a very long one without mask", frame(bytes(70000), mask=None), 1002)
closed_with("a text message", frame(HELLO, opcode=1), 1002)
closed_with("an empty text message", frame(HELLO) + frame(b"", opcode=1), 1002)
closed_with("a frame of 2^62 bytes", frame(b"abc", length=1 << 62), 1009)
closed_with("a message of 1 MiB and one byte", frame(bytes((1 << 20) + 1)), 1009)
closed_with("200,000 empty fragments",
            frame(b"", final=False) + frame(b"", opcode=0, final=False) * 200000, 1009)
closed_with("fragments that add up to too much",
            frame(bytes(900000), final=False) + frame(bytes(900000), opcode=0), 1009)
closed_with("a fragment that continues nothing", frame(HELLO, opcode=0), 1002)
closed_with("a message inside a message", frame(HELLO, final=False) + frame(HELLO), 1002)
closed_with("reserved bits", b"\xc2" + frame(HELLO)[1:], 1002)
closed_with("bytes that are no MessagePack", frame(b"\xc1"), 1002)
closed_with("a value that is cut short", frame(HELLO[:-1]), 1002)
closed_with("no HELLO first", frame(msgpack.packb([8, 1])), 1002)
closed_with("another version of the protocol", frame(msgpack.packb([0, 2, {}])), 1002)

raw = upgraded(server)
raw.send(b"\x82\xff" + b"\xff" * 8 + b"abcd")
check(raw.read_close() is None, "a length with the highest bit")
raw = upgraded(server)
raw.send(frame(b"x" * 126, opcode=9))
raw.socket.settimeout(1)
try:
    raw.read_close()
except socket.timeout:
    pass
raw.close()
alive("bad frames")

call = msgpack.packb([1, 1, "conformance.plain.hello", ["fragments"]])
raw = upgraded(server)
data = HELLO + call
raw.send(frame(data[:1], final=False))
for i in range(1, len(data) - 1):
    raw.send(frame(data[i:i + 1], opcode=0, final=False))
    if i == 9:
        raw.send(frame(b"are you there", opcode=9))
raw.send(frame(data[-1:], opcode=0))
seen = b""
pong = None
while b"Hello, fragments!" not in seen or pong is None:
    opcode, payload = raw.read_frame()
    if opcode == 10:
        pong = payload
    seen += payload
check(True, "a message in fragments of one byte")
check(pong == b"are you there", "a WebSocket ping in between", pong)
raw.send(frame(struct.pack(">H", 1000), opcode=8))
check(raw.read_close() == 1000, "a close is answered with its code")
raw.close()

# A frame that arrives in two pieces, cut inside its mask, whose end looks like the head of a
# short frame without one; again and again, with a good one between.
raw = upgraded(server)
raw.send(frame(HELLO))
ping = msgpack.packb([8, 1])
for i in range(50):
    torn = frame(ping, mask=bytes([i, i, 0x82, len(ping)]))
    raw.send(torn[:2 + i % 5])
    time.sleep(0.002)
    raw.send(torn[2 + i % 5:])
    time.sleep(0.002)
    raw.send(frame(ping))
    time.sleep(0.001)
pongs = 0
try:
    while pongs < 100:
        pongs += raw.read_frame()[1].count(b"\x92\x09\x01")
except (socket.timeout, EOFError, OSError, IndexError, TypeError):
    pass
check(pongs == 100, "masks torn apart are masks", pongs)
raw.close()


# Each byte of the stream by itself: heads are torn apart, and nothing may be taken for a
# frame without mask.
raw = upgraded(server)
raw.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
for byte in frame(HELLO, mask=b"\x82\x04\x82\x0b") + frame(call, mask=b"\x00\x00\x82\x01"):
    raw.send(bytes([byte]))
    time.sleep(0.002)
seen = b""
while b"Hello, fragments!" not in seen:
    seen += raw.read_frame()[1]
check(True, "frames byte by byte")
raw.close()

raw = upgraded(server)
raw.send(request() * 3)
check(raw.read_close() is not False, "HTTP where frames should be")
raw.close()

before = server.rss()
raws = []
for i in range(50):
    raw = upgraded(server)
    raw.send(frame(b"x" * 100, length=1000000))
    raws.append(raw)
time.sleep(0.3)
grown = server.rss() - before
check(grown < 8 << 20, "announced lengths take no memory", grown)
for raw in raws:
    raw.close()
alive("all that")

# --- an origin list -----------------------------------------------------------------------

server.stop_checked()
server = Server(origins="https://good.example,http://localhost:3000", path="/here/spy")
refused("a foreign origin", request("/here/spy", Origin="https://evil.example"), 403)
refused("an origin that only looks right",
        request("/here/spy", Origin="https://good.example.evil"), 403)
for origin in ("https://good.example", None):
    raw = Raw(server)
    raw.send(request("/here/spy", Origin=origin))
    check(status_of(raw.read_until(b"\r\n\r\n")) == 101, f"origin {origin}")
    raw.close()
refused("the usual path when another is set", request("/spy"), 404)
server.stop_checked()

sys.exit(done())
