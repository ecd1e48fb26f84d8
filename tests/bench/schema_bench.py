#!/usr/bin/python3
"""How long spygen takes for a large schema: schema_bench.py BUILD [ROUNDS]

1,000 models of ten fields and 100 endpoints of ten methods; prints the median time of a whole
run that writes all files, and its largest memory.
"""
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

FIELDS = ["int", "string", "bytes?", "time", "list<int>", "map<string, int>", "M%d?",
          "list<M%d>", "uuid", "double?"]


def schema():
    pick = random.Random(1)
    yield "package big;"
    for i in range(1000):
        yield f"/// Model number {i}, which is documented.\nmodel M{i} {{"
        for n, kind in enumerate(FIELDS):
            yield f"    field_{n}: {kind % pick.randrange(1000) if '%' in kind else kind};"
        yield "}"
    for i in range(100):
        yield f"endpoint e{i} {{"
        for n in range(10):
            a, b, c = (pick.randrange(1000) for _ in range(3))
            yield (f"    /// Does something.\n    method_{n}(a: int, b: M{a}, c: stream<M{b}>)"
                   f" -> stream<list<M{c}>>;")
        yield "}"


def main():
    build, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    times, memory = [], 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "big.spy")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(schema()) + "\n")
        for n in range(rounds):
            start = time.monotonic()
            process = subprocess.Popen([os.path.join(build, "spygen"), "--out",
                                        os.path.join(folder, str(n)), path])
            _, status, usage = os.wait4(process.pid, 0)
            times.append(time.monotonic() - start)
            memory = max(memory, usage.ru_maxrss)
            if status:
                return 1
    print(f"spygen, 1000 models and 1000 methods: {statistics.median(times):.3f} s, "
          f"{memory / 1024:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
