#!/usr/bin/python3
"""Builds the tiny project of docs/build.md with make, cmake (both generators) and meson, each
from the page's own text, runs it, edits the imported schema and sees it made again, and
nothing made again when nothing has changed. TAP."""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
B = os.path.abspath(os.environ["B"])

FILES = {
    "chat.spy": 'package chat;\nimport "common.spy";\n'
                "model Message { who: common.Person; text: string; }\n",
    "common.spy": "package common;\nmodel Person { name: string; }\n",
    "client.c": '#include "chat.client.h"\n'
                "int main(void)\n{\n"
                '\tstruct chat_message m = { .who = { .name = "Ann" }, .text = "Hello" };\n'
                "\tstruct spy_client *client = spy_client_new(\"ws://localhost:1\");\n"
                "\tchat_message_print(&m, stdout);\n"
                "\tprintf(\"\\n\");\n"
                "\tspy_client_free(client);\n"
                "\treturn 0;\n}\n",
}


def page():
    with open(os.path.join(ROOT, "docs/build.md")) as f:
        return dict(re.findall(r"```\w+ file=(\S+)\n(.*?)```", f.read(), re.S))


def run(argv, **kw):
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)
    if p.returncode:
        raise AssertionError("%s:\n%s" % (" ".join(argv), p.stdout))
    return p.stdout


def made(folder):
    """When each thing that a build makes was made."""
    return {path: os.stat(path).st_mtime_ns
            for path in glob.glob(folder + "/**/*", recursive=True)
            if os.path.isfile(path) and re.search(r"\.[cho]$|/client$", path)}


def edit(d, text):
    with open(os.path.join(d, "common.spy"), "w") as f:
        f.write(text)


def idle(build, d, env, when):
    before = made(d)
    build(d, env)
    again = sorted(os.path.relpath(p, d) for p, t in made(d).items() if before.get(p) != t)
    assert not again, "made again %s: %s" % (when, ", ".join(again))


def attempt(build, program, prefix):
    """A first build, a run, an edit of the import, a second build, nothing left to do."""
    with tempfile.TemporaryDirectory() as d:
        for name, text in {**FILES, **page()}.items():
            with open(os.path.join(d, name), "w") as f:
                f.write(text)
        env = dict(os.environ, PATH=prefix + "/bin:" + os.environ["PATH"],
                   PKG_CONFIG_PATH=prefix + "/lib/pkgconfig", CFLAGS="-D_POSIX_C_SOURCE=200809L")
        env.pop("MAKEFLAGS", None)
        env.pop("B", None)
        build(d, env)
        out = run([os.path.join(d, program)])
        assert out == '{"who": {"name": "Ann"}, "text": "Hello"}\n', out
        idle(build, d, env, "without a change")
        edit(d, "package common;\nmodel Person { name: string; age: int? = 30; }\n")
        build(d, env)
        out = run([os.path.join(d, program)])
        assert "age" in out, "an edited import was not made again: " + out
        # nothing of this reaches the generated files, whose time must not stay behind
        edit(d, "package common; // people\nmodel Person { name: string; age: int? = 30; }\n")
        build(d, env)
        idle(build, d, env, "after an edit that changes nothing")


def make(d, env):
    run(["make", "-s", "-j2"], cwd=d, env=env)


def cmake(generator):
    def build(d, env):
        prefix = env["PATH"].split("/bin:")[0]
        run(["cmake", "-G", generator, "-S", d, "-B", d + "/b",
             "-DCMAKE_MODULE_PATH=" + prefix + "/share/spy/cmake"], env=env)
        run(["cmake", "--build", d + "/b"], env=env)
    return build


def meson(d, env):
    if not os.path.exists(d + "/b"):
        run(["meson", "setup", d + "/b", d], env=env)
    run(["meson", "compile", "-C", d + "/b"], env=env)


CASES = [
    ("make", make, "client", ["make"]),
    ("cmake with make", cmake("Unix Makefiles"), "b/client", ["cmake"]),
    ("cmake with ninja", cmake("Ninja"), "b/client", ["cmake", "ninja"]),
    ("meson", meson, "b/client", ["meson", "ninja"]),
]


def main():
    failed = 0
    print("1..%d" % len(CASES))
    with tempfile.TemporaryDirectory() as prefix:
        env = {k: v for k, v in os.environ.items() if k != "MAKEFLAGS"}
        run(["make", "-s", "-C", ROOT, "B=" + B, "PREFIX=" + prefix, "install"], env=env)
        for i, (name, build, program, tools) in enumerate(CASES, 1):
            missing = [t for t in tools if not shutil.which(t)]
            if missing:
                print("ok %d - %s # SKIP %s is not installed" % (i, name, missing[0]))
                continue
            try:
                attempt(build, program, prefix)
                print("ok %d - %s" % (i, name), flush=True)
            except AssertionError as e:
                failed += 1
                print("not ok %d - %s" % (i, name))
                print("\n".join("# " + line for line in str(e).splitlines()), flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
