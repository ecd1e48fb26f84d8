#!/usr/bin/python3
"""docs/editors/vim shows every token of a .spy file as what it is. TAP."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
B = os.path.abspath(os.environ.get("B", os.path.join(ROOT, "build")))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import tap
import tokens

REGIONS = "- spyArguments spyRecord spyEnum spyUnion spyEndpoint"  # plain text
GROUPS = {
    "comment": "spyComment", "doc": "spyDoc", "string": "spyString", "escape": "spyEscape",
    "number": "spyNumber", "constant": "spyConstant spyWord", "value": "spyValue spyEnumValue",
    "keyword": "spyKeyword spyExtends spyReserved spyDefault spyMessages spyThrows",
    "import": "spyInclude", "structure": "spyStructure", "modifier": "spyModifier",
    "attribute": "spyAttribute", "argument": "spyArgument",
    "namespace": "spyNamespace spyNamespaceName", "type": "spyType", "builtin": "spyBuiltin",
    "endpoint": "spyEndpointName", "member": "spyMember spyReservedName",
    "function": "spyMethod", "operator": "spyOperator", "punctuation": REGIONS,
}
EXPECTED = {kind: lambda got, groups=groups.split(): got in groups
            for kind, groups in GROUPS.items()}


def dump(path):
    """The file type, and for each line the group of each byte."""
    with tempfile.NamedTemporaryFile("r", suffix=".txt") as out:
        subprocess.run(["vim", "-es", "-u", "NONE", "-i", "NONE", "-N",
                        "--cmd", "let g:syntax = '%s/docs/editors/vim'" % ROOT,
                        "--cmd", "let g:out = '%s'" % out.name,
                        "-S", os.path.join(HERE, "dump.vim"), path],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60)
        lines = out.read().split("\n")
    return lines[0], [line.split(" ") for line in lines[1:]]


def main():
    with open(HERE + "/words.spy") as f:
        p = subprocess.run([os.path.join(B, "spygen"), "fmt", "-"], stdin=f, text=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    tap.check(p.returncode == 0, "words.spy is what the language allows", p.stderr)
    has_vim = shutil.which("vim") and "+syntax" in subprocess.run(
        ["vim", "--version"], stdout=subprocess.PIPE, text=True).stdout
    files = [HERE + "/words.spy"] + sorted(glob.glob(ROOT + "/schemas/*.spy") +
                                           glob.glob(ROOT + "/samples/*/*.spy") +
                                           glob.glob(ROOT + "/tests/conformance/*.spy"))
    for path in files:
        name = os.path.relpath(path, ROOT)
        if not has_vim:
            tap.skip(name, "no vim with syntax highlighting")
            continue
        filetype, groups = dump(path)
        if not tap.check(filetype == "spy", name + " is a spy file", filetype):
            continue
        wrong = tokens.compare(path, lambda line, byte: groups[line - 1][byte], EXPECTED)
        tap.check(not wrong, name + ": each token in its group", "\n".join(wrong))
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
