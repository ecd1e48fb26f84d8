"""Two versions of a schema as two programs that exchange values, for the tests here."""
import glob
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
B = os.path.abspath(os.environ.get("B", os.path.join(ROOT, "build")))
SPYGEN = os.path.join(B, "spygen")
COUNT = 150  # random values of each type; each way in which a type breaks shows in one of ten


def check(new, old, *options):
    """Exit status and what was said."""
    p = subprocess.run([SPYGEN, "check", *options, new, "--against", old],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return p.returncode, p.stdout


def build(schema, folder):
    """The peer of tests/compat/wire_peer.c for one schema; its path."""
    os.makedirs(folder)
    subprocess.run([SPYGEN, "--out", folder, schema], check=True)
    for imported in glob.glob(os.path.join(os.path.dirname(schema), "*_places.spy")):
        subprocess.run([SPYGEN, "--out", folder, imported], check=True)
    sources = glob.glob(folder + "/*.c")
    text = "".join(open(s).read() for s in sources)
    headers = "".join('#include "%s"\n' % os.path.basename(s[:-2] + ".h") for s in sources)
    types = re.findall(r"^(?:SPY_SHARED )?const struct spy_type (\w+) =", text, re.M)
    endpoints = re.findall(r"^const struct spy_endpoint (\w+) =", text, re.M)
    with open(folder + "/tables.h", "w") as f:
        f.write(headers)
        for kind, name, names in (("type", "types", types), ("endpoint", "endpoints", endpoints)):
            f.write("static const struct spy_%s *const %s[] = {\n%s\tNULL\n};\n"
                    % (kind, name, "".join("\t&%s,\n" % n for n in names)))
    peer = folder + "/peer"
    subprocess.run(["cc", "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O1", "-Wall", "-Werror", "-o", peer,
                    "-I" + folder, "-I" + ROOT + "/runtime/include", "-I" + ROOT + "/runtime",
                    "-I" + ROOT + "/tests", HERE + "/wire_peer.c",
                    ROOT + "/tests/support/random_value.c", *sources, B + "/libspycore.a",
                    "-lm", "-pthread"], check=True)
    return peer


def run(peer, *args, text=None):
    p = subprocess.run([peer, *args], input=text, stdout=subprocess.PIPE, check=True, text=True)
    return p.stdout.splitlines()


def exchange(writer, reader, seed):
    """What the reader refuses, and what it changes: two sets of (name, form), with an example
    of each. A changed value is one that the writer reads back as another than it wrote."""
    written = run(writer, "write", str(seed), str(COUNT))
    taken = run(reader, "read", text="\n".join(written) + "\n")
    refused, changed, back = {}, {}, []
    for sent, got in zip(written, taken):
        name, form, value = sent.split()
        if got.endswith(" refused"):
            refused.setdefault((name, form), value)
        elif got:
            back.append((name, form, value, got))
    again = run(writer, "read", text="".join(b[3] + "\n" for b in back))
    for (name, form, value, got), end in zip(back, again):
        if end.split()[2] != value:
            changed.setdefault((name, form), "%s, back as %s" % (value, end.split()[2]))
    assert len(written) == len(taken) and len(back) == len(again)
    return refused, changed
