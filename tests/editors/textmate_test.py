#!/usr/bin/python3
"""docs/editors/spy.tmLanguage.json, read by the tokenizer of VS Code, gives every token of a
.spy file the scope of what it is. The tokenizer comes from npm into the build folder. TAP."""
import glob
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
B = os.path.abspath(os.environ.get("B", os.path.join(ROOT, "build")))
GRAMMAR = ROOT + "/docs/editors/spy.tmLanguage.json"
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import tap
import tokens

SCOPES = {
    "comment": "comment.", "doc": "comment.line.documentation",
    "string": "string.quoted.double", "escape": "constant.character.escape",
    "number": "constant.numeric", "constant": "constant.language",
    "value": "constant.other.enum", "keyword": "keyword.", "import": "keyword.control.import",
    "structure": "storage.type", "modifier": "storage.modifier",
    "attribute": "storage.modifier.attribute", "argument": "variable.parameter",
    "namespace": "entity.name.namespace", "type": "entity.name.type",
    "builtin": "support.type", "endpoint": "entity.name.type.endpoint",
    "member": "variable.other.member", "function": "entity.name.function",
    "operator": "keyword.operator", "punctuation": "punctuation.",
}
EXPECTED = {kind: lambda got, scope=scope: got.startswith(scope) for kind, scope in SCOPES.items()}


def modules():
    """The folder with the tokenizer; None and why when it cannot be had."""
    folder = os.path.join(B, "tests/editors")
    if not shutil.which("node") or not shutil.which("npm"):
        return None, "node and npm are not installed"
    os.makedirs(folder, exist_ok=True)
    fresh = all(os.path.exists(folder + "/" + name) and
                open(folder + "/" + name).read() == open(HERE + "/" + name).read()
                for name in ("package.json", "package-lock.json"))
    if not (fresh and os.path.exists(folder + "/node_modules/vscode-textmate")):
        for name in ("package.json", "package-lock.json"):
            shutil.copy(os.path.join(HERE, name), folder)
        p = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if p.returncode:
            return None, "npm cannot fetch the tokenizer"
    return folder + "/node_modules", None


def shown_in(path, lines):
    """What stands at a byte: the innermost scope."""
    with open(path, encoding="utf-8") as f:
        texts = f.read().split("\n")
    places = []
    for text, pieces in zip(texts, lines):
        units = []
        for start, end, scopes in pieces:
            units += [scopes[-1]] * (end - start)
        places.append([units[len(text.encode()[:i].decode(errors="ignore").encode("utf-16-le")) // 2]
                       for i in range(len(text.encode()))])
    return lambda line, byte: places[line - 1][byte]


def check_extension():
    """What docs/editors/vscode names is there, once README.md has been followed."""
    here = {os.path.basename(path) for path in [GRAMMAR, *glob.glob(ROOT + "/docs/editors/vscode/*")]}
    with open(ROOT + "/docs/editors/vscode/package.json") as f:
        parts = json.load(f)["contributes"]
    named = [parts["languages"][0]["configuration"], parts["grammars"][0]["path"]]
    tap.check({os.path.basename(path) for path in named} <= here, "the extension is whole", named)
    with open(ROOT + "/docs/editors/vscode/language-configuration.json") as f:
        tap.check("comments" in json.load(f), "the extension's configuration is JSON")


def main():
    check_extension()
    files = [HERE + "/words.spy"] + sorted(glob.glob(ROOT + "/schemas/*.spy") +
                                           glob.glob(ROOT + "/samples/*/*.spy") +
                                           glob.glob(ROOT + "/tests/conformance/*.spy"))
    folder, why = modules()
    if not folder:
        for path in files:
            tap.skip(os.path.relpath(path, ROOT), why)
        return tap.done()
    out = subprocess.run(["node", HERE + "/dump.js", folder, GRAMMAR, *files],
                         stdout=subprocess.PIPE, check=True, text=True).stdout
    for path, lines in zip(files, json.loads(out)):
        wrong = tokens.compare(path, shown_in(path, lines), EXPECTED)
        tap.check(not wrong, os.path.relpath(path, ROOT) + ": each token in its scope",
                  "\n".join(wrong))
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
