#!/usr/bin/python3
"""spygen fmt: layout, idempotence, meaning; prints TAP.

NAME.in.spy becomes NAME.out.spy; UPDATE=1 writes that anew.  Every schema of the
repository that has no syntax error is formatted twice, which must give the same text as
once, and what compiles must generate the same code from its formatted text.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
import tap

SPYGEN = os.path.join(os.environ.get("B", "build"), "spygen")


def fmt(text, *options):
    run = subprocess.run([SPYGEN, "fmt", *options, "-"], input=text, capture_output=True)
    return run.returncode, run.stdout, run.stderr.decode()


def generated(text, name, folder):
    """What spygen makes of a schema, by file name; None when it has mistakes."""
    source, out = pathlib.Path(folder, name), pathlib.Path(folder, "out")
    source.write_bytes(text)
    run = subprocess.run([SPYGEN, "-I", str(ROOT / "schemas"), "--out", str(out), str(source)],
                         capture_output=True)
    if run.returncode:
        return None
    return {p.name: p.read_bytes() for p in out.iterdir()}


def test_layout():
    for source in sorted(HERE.glob("*.in.spy")):
        want = pathlib.Path(str(source).replace(".in.spy", ".out.spy"))
        status, text, errors = fmt(source.read_bytes())
        if os.environ.get("UPDATE"):
            want.write_bytes(text)
        tap.check(status == 0 and text == want.read_bytes(), f"layout {source.name}",
              errors or text.decode())


def test_repository():
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "*.spy"], capture_output=True)
    paths = [ROOT / p for p in listed.stdout.decode().split()] or ROOT.glob("*/**/*.spy")
    for path in sorted(paths):
        before, name = path.read_bytes(), path.relative_to(ROOT)
        status, once, errors = fmt(before)
        if status:
            continue
        status, twice, errors = fmt(once)
        tap.check(status == 0 and once == twice, f"idempotent {name}", errors or twice.decode())
        with tempfile.TemporaryDirectory() as folder:
            old = generated(before, path.name, folder)
        with tempfile.TemporaryDirectory() as folder:
            new = generated(once, path.name, folder)
        tap.check(old == new, f"same meaning {name}")


def test_check():
    bad, good = b"model A{x:int;}", b"model A { x: int; }\n"
    tap.check(fmt(bad, "--check")[0] == 1, "--check: exit status 1 for what would change")
    tap.check(fmt(bad, "--check")[1] == b"<stdin>\n", "--check: names the file")
    tap.check(fmt(good, "--check")[:2] == (0, b""), "--check: silent when all is well")
    tap.check(fmt(b"model A {")[0] == 1, "exit status 1 for a syntax error")
    with tempfile.TemporaryDirectory() as folder:
        one, two = pathlib.Path(folder, "one.spy"), pathlib.Path(folder, "sub", "two.spy")
        two.parent.mkdir()
        one.write_bytes(bad)
        two.write_bytes(b"model {")
        run = subprocess.run([SPYGEN, "fmt", folder], capture_output=True)
        tap.check(run.returncode == 1 and b"two.spy:1:7: error" in run.stderr,
              "a folder: the mistake is named", run.stderr.decode())
        tap.check(one.read_bytes() == good, "a folder: the others are formatted")
        tap.check(two.read_bytes() == b"model {", "a folder: the broken file is left alone")
    for arguments in [], ["--nonsense"]:
        run = subprocess.run([SPYGEN, "fmt", *arguments], capture_output=True)
        tap.check(run.returncode == 2, f"usage: {arguments}")


test_layout()
test_repository()
test_check()
sys.exit(tap.done())
