#!/usr/bin/python3
"""spygen import: from Serverpod's model files to .spy; prints TAP.

Each folder here is a case.  Its model files give PACKAGE.spy for each package and, when
there is something to say, stderr.txt.  What is written is canonical, passes spygen, and
its C compiles.  UPDATE=1 writes the expected files anew; review the difference.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
import tap

SPYGEN = os.path.abspath(os.path.join(os.environ.get("B", "build"), "spygen"))
CC = os.environ.get("CC", "cc")
UPDATE = bool(os.environ.get("UPDATE"))


def spygen(*arguments, cwd=HERE):
    run = subprocess.run([SPYGEN, *map(str, arguments)], cwd=cwd, capture_output=True)
    return run.returncode, run.stdout.decode(), run.stderr.decode()


def imported(out, *arguments, cwd=HERE):
    status, report, errors = spygen("import", "--out", out, *arguments, cwd=cwd)
    return status, report, errors, {p.name: p.read_text() for p in sorted(out.glob("*.spy"))}


def compiles(folder, names):
    """Through spygen and a C compiler; what they say."""
    status, _, errors = spygen("--out", folder / "gen", *sorted(names), cwd=folder)
    for source in sorted((folder / "gen").glob("*.c")) if not status else []:
        run = subprocess.run([CC, "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                              f"-I{ROOT}/runtime/include", f"-I{folder}/gen", source],
                             capture_output=True)
        errors += run.stderr.decode()
    return errors


def test_case(case):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        status, _, errors, texts = imported(folder, case.name)
        expected = {p.name: p for p in case.glob("*.spy")}
        said = case / "stderr.txt"
        if UPDATE:
            for path in [*expected.values(), *case.glob("stderr.txt")]:
                path.unlink()
            for name, text in texts.items():
                (case / name).write_text(text)
            if errors:
                said.write_text(errors)
        wanted = {p.name: p.read_text() for p in case.glob("*.spy")}
        tap.check(texts == wanted, f"{case.name}: text", "\n".join(texts.values()))
        tap.check(errors == (said.read_text() if said.exists() else ""),
              f"{case.name}: diagnostics", errors)
        tap.check(status == (1 if "error:" in errors else 0), f"{case.name}: exit status")
        tap.check(spygen("fmt", "--check", *texts, cwd=folder)[0] == 0 or not texts,
              f"{case.name}: canonical")
        tap.check(not texts or not (said := compiles(folder, texts)), f"{case.name}: compiles",
              str(said))


def hostile(name, text, wanted, seconds=1.0):
    """Refused at once, whatever it is."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "x.spy.yaml").write_bytes(text)
        start = time.monotonic()
        status, _, errors, texts = imported(folder / "out", "x.spy.yaml", cwd=folder)
        took = time.monotonic() - start
        tap.check(status == 1 and wanted in errors and took < seconds, f"hostile: {name}",
              f"{took:.3f} s\n{errors[:2000]}")


def test_hostile():
    head = b"class: X\nfields:\n"
    hostile("100,000 brackets", head + b"  x: " + b"[" * 100000, "nested too deeply")
    hostile("100,000 braces", head + b"  x: " + b"{a: " * 100000, "nested too deeply")
    hostile("100,000 dashes", b"- " * 100000, "nested too deeply")
    hostile("100,000 angles", head + b"  x: " + b"List<" * 100000, "nest at most")
    hostile("100,000 parentheses", head + b"  x: String, relation" + b"(" * 100000, "error")
    hostile("10,000 records", head + b"  x: " + b"(" * 10000, "nest at most")
    hostile("more than a mebibyte", head + b"# " + b"x" * (1 << 20), "larger than 1 MiB")
    hostile("a mebibyte of fields", head + b"".join(b"  f%d: Y\n" % i for i in range(80000)),
            "more than 1000 keys", 5.0)
    hostile("a mebibyte of values", b"enum: X\nvalues:\n" + b"  - a\n" * 170000,
            "more than 1000 values", 5.0)
    hostile("zero bytes", b"\0" * 1000, "byte 0x00")
    hostile("UTF-16", "class: X".encode("utf-16"), "not UTF-8")
    hostile("aliases", b"a: &a [x, x]\nb: &b [*a, *a]\n", "no anchors")


def test_usage():
    for arguments in [], ["--nonsense", "types"], ["--package"], ["--package", "Types", "types"], \
            ["--package", "time", "types"]:
        tap.check(spygen("import", *arguments)[0] == 2, f"usage: {arguments}")
    status, _, errors = spygen("import", "nowhere.spy.yaml")
    tap.check(status == 1 and "nowhere.spy.yaml: error: No such file" in errors, "a missing file")
    with tempfile.TemporaryDirectory() as folder:
        tap.check(spygen("import", folder)[0] == 1, "a folder without model files")
        status, _, _, texts = imported(pathlib.Path(folder), "--strict", "wrong_types")
        tap.check(status == 1 and not texts, "--strict writes nothing when there is an error")


def test_ways():
    """The same models, however they are named, give the same text."""
    want = (HERE / "types" / "types.spy").read_text()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        files = sorted((HERE / "types").glob("*.yaml"), reverse=True)
        tap.check(imported(folder / "a", *files)[3] == {"types.spy": want}, "files, in any order")
        tap.check(imported(folder / "b", *files, HERE / "types")[3] == {"types.spy": want},
              "a file named twice is read once")
        tap.check(imported(folder / "c", ".", cwd=HERE / "types")[3] == {"types.spy": want},
              "the current folder")
        shutil.copytree(HERE / "types", folder / "app_server" / "lib" / "src" / "models")
        (folder / "app_server" / "lib" / "src" / "models" / "sub").mkdir()
        (folder / "app_server/lib/src/models/color.spy.yaml").rename(
            folder / "app_server/lib/src/models/sub/color.spy.yaml")
        texts = imported(folder / "d", "app_server", cwd=folder)[3]
        tap.check(list(texts) == ["app.spy"] and "enum Color" in texts["app.spy"],
              "a project without pubspec.yaml", str(texts))
        for name, there in ("users", "types"), ("chat", "enums"):
            shutil.copytree(HERE / there, folder / "features" / name)
        texts = imported(folder / "f", "features", cwd=folder)[3]
        tap.check(list(texts) == ["features.spy"], "folders of one project", str(texts))
        texts = imported(folder / "e", "--package", "all", HERE / "types", HERE / "enums")[3]
        tap.check(list(texts) == ["all.spy"] and "LogLevel" in texts["all.spy"],
              "--package makes one of all", str(texts))


def test_speed():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for i in range(1000):
            (folder / f"model_{i}.spy.yaml").write_text(
                f"### The {i}th.\nclass: Model{i}\ntable: t{i}\nfields:\n" + "".join(
                    f"  ### Of it.\n  f{k}: Model{i * 7 % 1000}?\n\n" for k in range(12)))
        runs = [imported(folder / "out", "--no-warnings", folder)[:3] for _ in range(3)]
        took = min(float(report.split()[-2]) for _, report, _ in runs)
        # a sanitizer is not what users wait for
        tap.check(not runs[0][0] and took < (1.0 if "/san" not in SPYGEN else 20.0),
                  "a thousand models in less than a second", runs)
        print("#", runs[0][1].strip())


for path in sorted(HERE.iterdir()):
    if path.is_dir():
        test_case(path)
test_hostile()
test_usage()
test_ways()
test_speed()
sys.exit(tap.done())
