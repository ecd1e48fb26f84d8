#!/usr/bin/python3
"""Calls per second, and the memory of connections and open calls: call_bench.py BUILD [ROUNDS]

The calls are unary and pipelined: 16 connections with 64 on their way on each, an item there and
back. Memory is what the server's resident set grows by, per connection: of connections that have
made one call and are idle, then with a call open on each, one that listens and one that waits on
a fiber of its own. Prints a table and adds it to BUILD/bench/report.md.
"""
import os
import resource
import socket
import statistics
import struct
import sys

sys.dont_write_bytecode = True
from echo_bench import Contender, Server, cpu, load, packed_text, rate, small_item, table

CONNECTIONS = 10000
HANDSHAKE = (b"GET /spy HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
             b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
             b"Sec-WebSocket-Protocol: spy.1.msgpack\r\n\r\n")
HELLO = b"\x93\x00\x01\x80"


def message(frames):
    """A WebSocket message with a mask of zeros."""
    head = bytes([0x82, 0x80 | len(frames)]) if len(frames) < 126 else (
        b"\x82\xfe" + struct.pack(">H", len(frames)))
    return head + bytes(4) + frames


def opening(call, method, args=b""):
    count = 1 if args else 0
    return bytes([0x94, 1, call]) + packed_text(method) + bytes([0x90 | count]) + args


def exchange(sock, frames, expected):
    """Sends frames, and reads until these bytes have come."""
    sock.sendall(frames)
    data = b""
    while expected not in data:
        more = sock.recv(4096)
        if not more:
            raise RuntimeError(f"the server closed instead of {expected.hex()}")
        data += more


def resident(server):
    with open(f"/proc/{server.process.pid}/smaps_rollup", encoding="ascii") as file:
        for line in file:
            if line.startswith("Rss:"):
                return int(line.split()[1]) * 1024
    raise RuntimeError("no Rss")


def memory(server):
    """Bytes per connection: idle, then what an open call adds, listening and direct."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = CONNECTIONS if hard > CONNECTIONS + 100 else hard - 100
    item, sockets = small_item(), []
    at = [resident(server)]
    try:
        for _ in range(count):
            sock = socket.create_connection(("127.0.0.1", server.port))
            sockets.append(sock)
            exchange(sock, HANDSHAKE, b"\r\n\r\n")
            exchange(sock, message(HELLO + opening(1, "bench.echo.one", item)),
                     b"\x94\x04\x01\x00" + item)
        at.append(resident(server))
        for sock in sockets:
            exchange(sock, message(opening(2, "bench.echo.listen")), b"\x92\x02\x02")
        at.append(resident(server))
        for sock in sockets:
            exchange(sock, message(opening(3, "bench.echo.small") + b"\x94\x03\x03\x01" + item),
                     b"\x94\x03\x03\x00" + item)
        at.append(resident(server))
    finally:
        for sock in sockets:
            sock.close()
    return count, [(after - before) / count for before, after in zip(at, at[1:])]


def main():
    build = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    server = Server([build + "/tests/bench/bench_server"])
    try:
        count, (idle, listening, direct) = memory(server)
    finally:
        server.stop()
    server = Server([build + "/tests/bench/bench_server"])
    try:
        calls = Contender("calls", server, "bench.echo.one", small_item(), 0)
        results = [load(build, calls, (16, 64), extra=["-u"]) for _ in range(rounds)]
    finally:
        server.stop()
    text = table(["what", "measured", "target"], [
        ["unary calls, 16 connections x 64 outstanding",
         f"{statistics.median(map(rate, results)):,.0f} /s, "
         f"{statistics.median(map(cpu, results)):,.0f} ns CPU", "500,000 /s or more"],
        [f"idle connection after one call, of {count:,}", f"{idle:,.0f} bytes", "3,584 or less"],
        ["open call that listens", f"{listening:,.0f} bytes", "512 or less"],
        ["open call on a fiber", f"{direct:,.0f} bytes", "9,216 or less"]])
    print(text, end="")
    os.makedirs(build + "/bench", exist_ok=True)
    with open(build + "/bench/report.md", "a", encoding="utf-8") as file:
        file.write("\n# Calls and memory\n\n" + text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
