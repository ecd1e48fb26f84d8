#!/usr/bin/python3
"""Every fenced block in README.md and docs/*.md is what it says: built, run or checked.

The info string behind the fence says how:

    spy                a whole schema: spygen takes it, and its C compiles
    spy error          spygen refuses it, with the words of the text block that follows
    c                  a whole file that compiles beside the page's schemas
    c body             statements that do: the inside of a function
    ... file=NAME      one file of the page's project, in any language; a C file with main()
                       is linked
    sh                 commands, checked for syntax; every `make X` must exist
    sh run             commands that are run, all of a page in one folder that looks like the
                       top of the repository; what they print is the text block that follows,
                       if one does
    json, python       checked for syntax
    wire               bytes in hexadecimal and what they are, as JSON: MessagePack agrees
    ... from=PATH      besides: the block stands so in that file
    text, ts, make ... for the reader only

A comment `<!-- c: DECLARATIONS -->` on a line before a `c body` block declares what it uses.
Links to files and headings must lead somewhere. A block without a language is an error.
"""
import ctypes
import fcntl
import glob
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
import tap

BUILD = os.path.abspath(os.environ.get("B", os.path.join(ROOT, "build")))
READ_ONLY = {"text", "ts", "js", "html", "yaml", "make", "cmake", "meson", "hex", "ebnf"}
FLAGS = ["-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Werror",
         "-Wno-unused-parameter", "-Wno-unused-variable", "-Wno-unused-function",
         "-I" + os.path.join(ROOT, "runtime/include")]
LIMIT = 60  # seconds for one block


class Block:
    def __init__(self, page, line, info, declarations):
        words = info.split()
        self.page, self.line, self.declarations = page, line, declarations
        self.language = words[0] if words else ""
        self.words = [w for w in words[1:] if "=" not in w]
        self.options = dict(w.split("=", 1) for w in words[1:] if "=" in w)
        self.lines, self.expected = [], None

    @property
    def text(self):
        return "".join(line + "\n" for line in self.lines)

    @property
    def name(self):
        what = " ".join([self.language] + self.words +
                        [f"{k}={v}" for k, v in self.options.items()])
        return f"{self.page}:{self.line} {what}"


def blocks_of(page):
    """The fenced blocks in order; a text block is the expectation of what it follows."""
    found, block, declarations, indent = [], None, "", ""
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        for number, line in enumerate(file.read().splitlines(), 1):
            fence = re.match(r"( *)```(.*)$", line)
            comment = re.match(r"<!-- c: (.*) -->$", line)
            if block and fence and not fence.group(2):
                found.append(block)
                if (block.language == "text" and len(found) > 1 and
                        found[-2].words and found[-2].words[0] in ("run", "error")):
                    found[-2].expected = block.text
                block, declarations = None, ""
            elif block:
                block.lines.append(line[len(indent):] if line.startswith(indent) else line)
            elif fence:
                indent = fence.group(1)
                block = Block(page, number, fence.group(2), declarations)
            elif comment:
                declarations += comment.group(1) + "\n"
    return found


def run(command, folder, apart=False):
    """Runs a command to its end, and ends what it leaves behind; standard error goes the way
    of standard output, or `apart`."""
    env = dict(os.environ, PATH=BUILD + ":" + os.environ["PATH"])
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        try:
            child = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL,
                                     stdout=out, stderr=err if apart else out,
                                     start_new_session=True)
        except OSError as error:
            return subprocess.CompletedProcess(command, 127, str(error))
        note = ""
        try:
            child.wait(LIMIT)
        except subprocess.TimeoutExpired:
            note = "\nran out of time"
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(command, child.returncode, out.read() + note,
                                           err.read())


def flags_for(*packages):
    done = subprocess.run(["pkg-config", "--libs", *packages], stdout=subprocess.PIPE, text=True,
                          check=False)
    return done.stdout.split()


class Project:
    """A page's folder: what its blocks are written to, and run in."""

    def __init__(self, folder):
        self.folder = folder
        for entry in os.listdir(ROOT):
            if not entry.startswith(".") and entry != "build":
                os.symlink(os.path.join(ROOT, entry), os.path.join(folder, entry))
        os.symlink(os.path.abspath(BUILD), os.path.join(folder, "build"))
        self.generated = os.path.join(folder, "generated")
        os.mkdir(self.generated)
        self.schemas, self.sources = [], []

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # never through a link: the repository stays as it is
        if os.path.islink(path):
            os.unlink(path)
        if not os.path.realpath(path).startswith(os.path.realpath(self.folder) + os.sep):
            raise ValueError(f"{name} would be written outside of the page's folder")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def headers(self):
        return sorted(glob.glob(self.generated + "/*.h"))

    def compile_c(self, text):
        path = self.write("generated/block.c", text)
        return run(["cc", *FLAGS, "-I" + self.generated, "-I" + self.folder, "-fsyntax-only",
                    path], self.folder)

    def spygen(self, name):
        done = run(["spygen", "-I", os.path.join(ROOT, "schemas"), "--out", self.generated, name],
                   self.folder)
        if done.returncode:
            return done
        stem = os.path.splitext(os.path.basename(name))[0]
        return run(["cc", *FLAGS, "-fsyntax-only", os.path.join(self.generated, stem + ".c")],
                   self.folder)

    def link(self, name):
        objects = [os.path.join(self.generated, os.path.splitext(s)[0] + ".c")
                   for s in self.schemas]
        return run(["cc", *FLAGS, "-I" + self.generated, "-o", self.path("linked"),
                    self.path(name), *objects, "-L" + BUILD, "-lspyserver", "-lspy",
                    *flags_for("libwebsockets", "libuv", "hiredis", "yaml-0.1"), "-lm",
                    "-pthread", *sanitizers()], self.folder)


def sanitizers():
    return ["-fsanitize=address,undefined"] if BUILD.rstrip("/").endswith("san") else []


def expect(block, done):
    tap.check(done.returncode == 0, block.name, done.stdout)


def test_spy(project, block):
    name = block.options.get("file", "block.spy")
    project.write(name, block.text)
    if "error" in block.words:
        done = run(["spygen", "--out", project.generated, name], project.folder)
        tap.check(done.returncode == 1 and done.stdout == (block.expected or ""), block.name,
                  done.stdout)
        return
    expect(block, project.spygen(name))
    if "file" in block.options:
        project.schemas.append(name)


def test_c(project, block):
    includes = "".join(f'#include "{os.path.basename(h)}"\n' for h in project.headers())
    if "file" in block.options:
        # compiled at the end of the page, when all schemas are there
        project.write(block.options["file"], block.text)
        project.sources.append(block)
    elif "body" in block.words:
        expect(block, project.compile_c(
            "#include <string.h>\n#include <spy/spy.h>\n" + includes +
            "#pragma GCC diagnostic ignored \"-Wmaybe-uninitialized\"\n"
            "#pragma GCC diagnostic ignored \"-Wuninitialized\"\n"
            "int block(void);\nint block(void)\n{\n" + block.declarations + block.text +
            "return 0;\n}\n"))
    else:
        expect(block, project.compile_c("#include <spy/spy.h>\n" + includes +
                                        block.declarations + block.text))


def make_targets():
    text = ""
    for name in ("Makefile", "tests/tests.mk"):
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            text += file.read()
    return set(re.findall(r"^([a-z-]+)(?: +[a-z-]+)*:", text, re.M)) | set(
        word for line in re.findall(r"^\.PHONY: (.*)$", text, re.M) for word in line.split())


def unknown_targets(text):
    asked = re.findall(r"^\s*(?:\$ )?make ((?:[A-Za-z_]+=\S+ )*)([a-z][a-z-]*)\s*$", text, re.M)
    return sorted({target for _, target in asked} - make_targets())


def test_sh(project, block):
    if "run" in block.words:
        # a server's log, on standard error, is not what a page promises
        done = run(["bash", "-e", "-c", block.text], project.folder, apart=True)
        good = done.returncode == 0 and block.expected in (None, done.stdout)
        tap.check(good, block.name,
                  f"exit status {done.returncode}\n{done.stdout}{done.stderr}")
        return
    done = run(["bash", "-n", "-c", block.text], project.folder)
    missing = unknown_targets(block.text)
    tap.check(done.returncode == 0 and not missing, block.name,
              done.stdout + (f"no such target: {missing}" if missing else ""))


def test_json(_project, block):
    try:
        json.loads(block.text)
        tap.check(True, block.name)
    except ValueError as error:
        tap.check(False, block.name, error)


def test_python(_project, block):
    try:
        compile(block.text, block.name, "exec")
        tap.check(True, block.name)
    except SyntaxError as error:
        tap.check(False, block.name, error)


def test_wire(_project, block):
    """Each line is HEX, two spaces or more, JSON; a line without JSON goes on in the next."""
    try:
        import msgpack
    except ImportError:
        tap.skip(block.name, "python3-msgpack is not installed")
        return
    data, problems = b"", []
    for line in block.lines:
        digits, _, value = re.match(r" *((?:[0-9a-f]{2} ?)+)( *)(.*)$", line).groups()
        data += bytes.fromhex(digits)
        if not value:
            continue
        if msgpack.packb(json.loads(value)) != data:
            problems.append(f"{value} is {msgpack.packb(json.loads(value)).hex(' ')}")
        data = b""
    tap.check(not problems and not data, block.name, "\n".join(problems))


TESTS = {"wire": test_wire, "spy": test_spy, "c": test_c, "sh": test_sh, "json": test_json, "python": test_python}


def test_from(block):
    with open(os.path.join(ROOT, block.options["from"]), encoding="utf-8") as file:
        tap.check(block.text in file.read(), block.name + " is a true quote")


def anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(path):
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"^ *```.*?^ *```$", "", file.read(), flags=re.M | re.S)
    return {anchor(re.sub(r"`", "", h)) for h in re.findall(r"^#+ (.*)$", text, re.M)}


def test_links(page):
    base = os.path.dirname(os.path.join(ROOT, page))
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        text = re.sub(r"^ *```.*?^ *```$", "", file.read(), flags=re.M | re.S)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, heading = link.partition("#")
        target = os.path.normpath(os.path.join(base, path)) if path else os.path.join(ROOT, page)
        if not os.path.exists(target):
            broken.append(link)
        elif heading and target.endswith(".md") and heading not in anchors(target):
            broken.append(link)
    missing = unknown_targets(text)
    tap.check(not broken and not missing, f"{page} links",
              f"broken: {broken}; no such make target: {missing}")


def test_page(page):
    folder = tempfile.mkdtemp(prefix="spy-docs-")
    try:
        project = Project(folder)
        for block in blocks_of(page):
            if "from" in block.options:
                test_from(block)
            if "file" in block.options and block.language not in TESTS:
                project.write(block.options["file"], block.text)
            if block.language in TESTS:
                TESTS[block.language](project, block)
            elif block.language not in READ_ONLY:
                tap.check(False, block.name, "say what it is: ```text when it is nothing special")
        for block in project.sources:
            if re.search(r"\bmain\(", block.text):
                expect(block, project.link(block.options["file"]))
            else:
                expect(block, project.compile_c(block.text))
    finally:
        shutil.rmtree(folder)
    test_links(page)


def own_network():
    """A network of our own, when the system lets us: pages use port 8080 as users do."""
    libc = ctypes.CDLL(None, use_errno=True)
    new_user, new_net = 0x10000000, 0x40000000
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(new_net) != 0:
        if libc.unshare(new_user | new_net) != 0:
            return
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"),
                           ("gid_map", f"{gid} {gid} 1")):
            with open("/proc/self/" + name, "w", encoding="ascii") as file:
                file.write(text)
    get, put, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = fcntl.ioctl(control, get, struct.pack("16sH22x", b"lo", 0))
        flags = struct.unpack_from("H", request, 16)[0]
        fcntl.ioctl(control, put, struct.pack("16sH22x", b"lo", flags | up))


def main():
    own_network()
    pages = sys.argv[1:] or ["README.md"] + sorted(
        os.path.relpath(p, ROOT) for p in glob.glob(ROOT + "/docs/**/*.md", recursive=True))
    for page in pages:
        test_page(page)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
