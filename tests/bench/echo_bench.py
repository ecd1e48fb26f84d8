#!/usr/bin/python3
"""Echo of typed items against a bare libwebsockets echo of as many opaque bytes.

    tests/bench/echo_bench.py BUILD [ROUNDS]

Both servers run on core 0, the load generator on core 1. A round visits every pair of
condition and server; figures are medians over rounds, ratios medians of the rounds' ratios, so
that what else the machine does falls on all alike. Prints a table and writes
BUILD/bench/report.md and echo.svg.
"""
import json
import os
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import time

WARM_UP, MEASURED = 150, 400  # milliseconds
CONDITIONS = [(64, 32), (64, 1), (1, 1)]  # connections, outstanding items on each


def packed_text(text):
    data = text.encode()
    return (bytes([0xa0 | len(data)]) if len(data) < 32 else b"\xd9" + bytes([len(data)])) + data


def small_item():
    return b"\x92" + b"\xcf" + struct.pack(">Q", 1 << 40) + packed_text("x" * 21)


def reference_item():
    numbers = b"".join(b"\xce" + struct.pack(">I", 100000 * n) for n in (1, 2, 3, 4))
    when = b"\xd7\xff" + struct.pack(">Q", (123456000 << 34) | 1700000000)
    return (b"\x96" + b"\xcf" + struct.pack(">Q", 1 << 40) + packed_text("somebody1234") +
            packed_text("the quick brown fox jumps over the lazy dog, twice") + when +
            b"\x94" + numbers + b"\xc0")


class Contender:
    """A server and the way in which it is spoken to."""

    def __init__(self, name, server, method, item, per_message):
        self.name, self.server, self.method = name, server, method
        self.item, self.per_message = item, per_message


class Server:
    def __init__(self, command, port=None):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                                        preexec_fn=lambda: pin(0))
        self.port = port
        if port is None:
            line = self.process.stdout.readline()
            if not line.startswith("listening on "):
                raise RuntimeError(f"{command[0]} did not start: {line}")
            self.port = int(line.split()[-1])
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError(f"{command[0]} does not listen")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()


def pin(core):
    if os.cpu_count() > 1:
        os.sched_setaffinity(0, {core})


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def load(build, contender, condition, measured=MEASURED, extra=()):
    connections, depth = condition
    command = [build + "/tests/bench/load", "-a", str(contender.server.port),
               "-i", contender.item.hex(), "-c", str(connections), "-d", str(depth),
               "-k", str(contender.per_message), "-w", str(WARM_UP), "-t", str(measured),
               "-p", str(contender.server.process.pid), *extra]
    if contender.method:
        command += ["-s", contender.method]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          preexec_fn=lambda: pin(1), check=False)
    if done.returncode:
        raise RuntimeError(f"{contender.name}: {done.stderr}")
    return json.loads(done.stdout)


def system_calls(build, contender, condition):
    """System calls of the server per item, by strace; None without it."""
    if not shutil.which("strace"):
        return None
    log = os.path.join(build, "bench", "strace.txt")
    tracer = subprocess.Popen(["strace", "-f", "-c", "-o", log, "-p",
                               str(contender.server.process.pid)], stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    done = load(build, contender, condition)
    tracer.send_signal(signal.SIGINT)
    tracer.wait()
    calls = 0
    with open(log, encoding="utf-8") as file:
        for line in file:
            fields = line.split()
            if fields and fields[-1] == "total":
                calls = int(fields[3])  # % time, seconds, usecs/call, calls
    # warm-up is traced too; items were counted in the measured part only
    share = MEASURED / (MEASURED + WARM_UP)
    return calls * share / max(done["items"], 1)


def measure(build, contenders, rounds):
    results = {}
    for number in range(rounds):
        for condition in CONDITIONS:
            for contender in contenders:
                if sys.stderr.isatty():
                    print(f"\rround {number + 1} of {rounds}: {condition[0]} x {condition[1]}, "
                          f"{contender.name:<34}", end="", flush=True, file=sys.stderr)
                results.setdefault((condition, contender.name), []).append(
                    load(build, contender, condition))
    if sys.stderr.isatty():
        print("\r" + " " * 78 + "\r", end="", file=sys.stderr)
    return results


def cpu(result):
    return result["cpu_ns"] / result["items"]


def rate(result):
    return result["items"] / result["seconds"]


def ratio(mine, others, value):
    return statistics.median(value(a) / value(b) for a, b in zip(mine, others))


def rows(contenders, results, calls):
    for condition in CONDITIONS:
        for contender in contenders:
            mine = results[condition, contender.name]
            yardstick = results[condition, contender.yardstick.name]
            count = calls.get((condition, contender.name))
            yield [f"{condition[0]} x {condition[1]}", contender.name,
                   f"{statistics.median(map(rate, mine)):,.0f}",
                   f"{statistics.median(map(cpu, mine)):,.0f}",
                   f"{ratio(mine, yardstick, rate):.2f}",
                   f"{ratio(yardstick, mine, cpu):.2f}",
                   f"{statistics.median(r['p50_us'] for r in mine):.0f} / "
                   f"{statistics.median(r['p99_us'] for r in mine):.0f}"
                   if condition[1] == 1 else "",
                   "" if count is None else f"{count:.2f}"]


def table(head, body):
    lines = [head] + body
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    text = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths)) for line in lines]
    text.insert(1, " | ".join("-" * width for width in widths))
    return "".join(f"| {line} |\n" for line in text)


def plot(contenders, results):
    """Server CPU per item, a bar for each contender, an axis for each condition."""
    bar, gap, left, width = 18, 34, 250, 420
    parts, y = [], 30
    for condition in CONDITIONS:
        values = [statistics.median(map(cpu, results[condition, c.name])) for c in contenders]
        parts.append(f'<text x="10" y="{y}" font-weight="bold">{condition[0]} connections x '
                     f'{condition[1]} outstanding</text>')
        y += 10
        for contender, value in zip(contenders, values):
            length = width * value / max(values)
            color = "#2f6fbb" if contender.method else "#b9b9b9"
            parts.append(f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">'
                         f'{contender.name}</text><rect x="{left}" y="{y}" width="{length:.0f}" '
                         f'height="{bar - 3}" fill="{color}"/><text x="{left + length + 6:.0f}" '
                         f'y="{y + 13}">{value:,.0f} ns</text>')
            y += bar
        y += gap
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{y}" '
            f'font-family="sans-serif" font-size="12"><title>Server CPU per echoed item</title>'
            + "".join(parts) + "</svg>\n")


HEAD = ["connections x outstanding", "server", "items/s", "CPU ns/item", "items/s : lws",
        "lws CPU : CPU", "round trip p50 / p99 us", "system calls/item"]

WORDS = """# Echo: typed items against opaque bytes

`spygen` decodes each item to a struct and encodes it again, in a generated method that waits
on a fiber. `lws` is a bare libwebsockets echo of as many bytes in its best style
(`tests/bench/lws_echo.c`), one item a message unless it says how many. Both read up to 64 KiB at
once, unless it says that spygen has its default, which takes 3 KB less memory per connection:
a message that is longer arrives in pieces and is put together. Server on core 0, load
generator on core 1, which spins; medians of {rounds} interleaved rounds; ratios are to the lws row
of the same item with one item a message, higher is better.

"""


def main():
    build = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    os.makedirs(build + "/bench", exist_ok=True)
    servers = []
    try:
        # as much at once as the other reads
        servers.append(Server([build + "/tests/bench/bench_server", "read_buffer", "65536"]))
        port = free_port()
        servers.append(Server([build + "/tests/bench/lws_echo", str(port)], port))
        small, full = small_item(), reference_item()
        lws_small = Contender(f"lws, {len(small)} bytes", servers[1], None, small, 1)
        lws_full = Contender(f"lws, {len(full)} bytes", servers[1], None, full, 1)
        lws_many = Contender(f"lws, {len(small)} bytes, 32 a message", servers[1], None, small, 32)
        spy_small = Contender(f"spygen, {len(small)} bytes", servers[0], "bench.echo.small",
                              small, 0)
        spy_full = Contender(f"spygen, {len(full)} bytes", servers[0], "bench.echo.items",
                             full, 0)
        servers.append(Server([build + "/tests/bench/bench_server"]))
        spy_default = Contender(f"spygen, {len(small)} bytes, read_buffer 1KiB", servers[2],
                                "bench.echo.small", small, 0)
        full_default = Contender(f"spygen, {len(full)} bytes, read_buffer 1KiB", servers[2],
                                 "bench.echo.items", full, 0)
        contenders = [spy_small, spy_default, lws_small, lws_many, spy_full, full_default,
                      lws_full]
        for contender in contenders:
            contender.yardstick = lws_small if contender.item is small else lws_full
        results = measure(build, contenders, rounds)
        calls = {(condition, c.name): system_calls(build, c, condition)
                 for condition in CONDITIONS for c in contenders}
        text = table(HEAD, list(rows(contenders, results, calls)))
    finally:
        for server in servers:
            server.stop()
    print(text, end="")
    with open(build + "/bench/report.md", "w", encoding="utf-8") as file:
        file.write(WORDS.format(rounds=rounds) + text + "\n![CPU per item](echo.svg)\n")
    with open(build + "/bench/echo.svg", "w", encoding="utf-8") as file:
        file.write(plot(contenders, results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
