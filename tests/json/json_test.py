#!/usr/bin/python3
"""`spygen --lang json,md`: what docs/json.md promises, for every schema we have.

SHAPES is that page as a table: the names of each kind of object, all of them and no others,
and what each may be. Names of types are looked up; numbers count out. References in Markdown
lead to anchors that exist."""
import glob
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import tap  # noqa: E402

B = os.path.abspath(os.environ.get("B", "build"))
OUT = os.path.join(B, "tests/json")
SCHEMAS = sorted(glob.glob("schemas/*.spy") + glob.glob("tests/conformance/*.spy") +
                 glob.glob("tests/golden/*/*.spy") + glob.glob("tests/compiles/*.spy"))

BUILT_IN = ("bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float double string bytes "
            "time duration uuid uri bigint any").split()
DECLARED = {"enum", "model", "exception", "sealed", "union"}
PARTS = {"list": {"element"}, "set": {"element"}, "map": {"key", "value"}, "tuple": {"items"}}

TEXT, TEXT_OR_NULL, YES_NO, COUNT = str, (str, type(None)), bool, int
COUNT_OR_NULL = (int, type(None))
NAMED = {"name": TEXT, "doc": TEXT_OR_NULL, "deprecated": TEXT_OR_NULL, "c_name": TEXT,
         "attributes": ["attribute"], "span": "span"}
DECL = dict(NAMED, kind=TEXT, full_name=TEXT, server=YES_NO)
RECORD = dict(DECL, sealed=YES_NO, immutable=YES_NO, extends=TEXT_OR_NULL,
              children=["child"], fields=["field"])
TYPED = {"position": COUNT, "type": "type?", "type_text": TEXT_OR_NULL, "default": "default?",
         "max": COUNT_OR_NULL}
FLOW = {"credit": COUNT_OR_NULL, "overflow": TEXT_OR_NULL}
PARAM = dict(NAMED, **TYPED, **FLOW, stream=YES_NO)
del PARAM["deprecated"]
SHAPES = {
    "file": {"spy": COUNT, "file": TEXT, "stem": TEXT, "package": TEXT_OR_NULL,
             "doc": TEXT_OR_NULL, "c_prefix": TEXT, "attributes": ["attribute"],
             "imports": ["import"], "declarations": ["declaration"]},
    "import": {"text": TEXT, "package": TEXT_OR_NULL, "stem": TEXT},
    "attribute": {"name": TEXT, "arguments": ["argument"]},
    "argument": {"key": TEXT_OR_NULL, "text": TEXT},
    "span": {"line": COUNT, "column": COUNT, "end_column": COUNT},
    "enum": dict(DECL, default=TEXT_OR_NULL, values=["value"]),
    "value": dict(NAMED, number=COUNT),
    "model": RECORD,
    "exception": RECORD,
    "child": {"number": COUNT, "type": "type"},
    "field": dict(NAMED, **TYPED, c_name=TEXT_OR_NULL, reserved=YES_NO, server=YES_NO),
    "union": dict(DECL, members=["member"]),
    "member": {"number": COUNT, "type": "type", "span": "span"},
    "endpoint": dict(DECL, methods=["method"]),
    "method": dict(NAMED, wire_name=TEXT, messages=YES_NO, streaming=YES_NO, params=["param"],
                   result="result?", throws=["type"], timeout_ms=COUNT_OR_NULL, login=YES_NO,
                   scopes=[TEXT]),
    "param": PARAM,
    "result": dict(FLOW, stream=YES_NO, type="type", type_text=TEXT),
}


def wrong_type(value):
    kind = value.get("kind")
    parts = PARTS.get(kind, {"name"} if kind in DECLARED else set())
    if kind not in BUILT_IN and kind not in DECLARED and kind not in PARTS:
        return [f"unknown kind {kind}"]
    if set(value) != {"kind", "nullable"} | parts or not isinstance(value["nullable"], bool):
        return [f"a {kind} is {sorted(value)}"]
    inner = [value[p] for p in parts - {"name", "items"}] + value.get("items", [])
    return [w for part in inner for w in wrong_type(part)]


def wrong_default(value):
    if set(value) != {"kind", "value", "text"} or not isinstance(value["text"], str):
        return [f"a default is {sorted(value)}"]
    kind, v = value["kind"], value["value"]
    good = {"now": v is None, "random": v is None, "empty": v is None,
            "bool": isinstance(v, bool), "float": isinstance(v, (int, float)),
            "double": isinstance(v, (int, float)),
            "time": isinstance(v, dict) and set(v) == {"seconds", "nanoseconds"}}
    whole = kind[:3] in ("int", "uin") or kind in ("duration", "bigint")
    if not good.get(kind, isinstance(v, str)) or whole and str(int(v)) != v:
        return [f"{kind} has {v!r}"]
    return []


def wrong(shape, value, where):
    """What of `value` is not as SHAPES says."""
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [w for i, v in enumerate(value) for w in wrong(shape[0], v, f"{where}[{i}]")]
    if not isinstance(shape, str):
        fits = isinstance(value, shape) and (shape is bool or not isinstance(value, bool))
        return [] if fits else [f"{where} is {value!r}"]
    if shape.endswith("?"):
        if value is None:
            return []
        shape = shape[:-1]
    if not isinstance(value, dict):
        return [f"{where} is no object"]
    if shape in ("type", "default"):
        return [f"{where}: {w}" for w in (wrong_type if shape == "type" else wrong_default)(value)]
    if shape == "declaration":
        shape = value.get("kind")
    names = SHAPES.get(shape, {})
    if set(names) != set(value):
        return [f"{where}: a {shape} has {set(names) ^ set(value)} or not"]
    return [w for n in names for w in wrong(names[n], value[n], f"{where}.{n}")]


def types_in(value):
    """Every reference to a declared type."""
    if isinstance(value, list):
        for v in value:
            yield from types_in(v)
    elif isinstance(value, dict):
        if "nullable" in value and "name" in value:
            yield value
        for v in value.values():
            yield from types_in(v)


def wrong_numbers(file):
    """Positions and numbers count from their start without a gap."""
    for d in file["declarations"]:
        for name in ("members", "children"):
            if [m["number"] for m in d.get(name, [])] != list(range(len(d.get(name, [])))):
                yield f"{d['name']}.{name}"
        for server in (False, True):
            at = [f["position"] for f in d.get("fields", []) if f["server"] is server]
            first = 1 if d.get("extends") and not server else 0
            if at != list(range(first, first + len(at))):
                yield f"{d['name']}: {at}"
        for m in d.get("methods", []):
            for stream in (False, True):
                at = [p["position"] for p in m["params"] if p["stream"] is stream]
                if at != list(range(stream, stream + len(at))):
                    yield f"{m['wire_name']}: {at}"


def spelled(value, lines):
    """Names that do not stand where their span says."""
    if isinstance(value, list):
        for v in value:
            yield from spelled(v, lines)
    elif isinstance(value, dict):
        if "span" in value and "name" in value:
            s = value["span"]
            there = lines[s["line"] - 1][s["column"] - 1:s["end_column"] - 1]
            if there != value["name"]:
                yield f"{value['name']}: {there!r} at {s}"
        for v in value.values():
            yield from spelled(v, lines)


def by_name(things):
    return {t["name"]: t for t in things}


def spygen(*args):
    done = subprocess.run([B + "/spygen", "-I", "schemas", "-I", "tests/compiles", "--out", OUT,
                           *args], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def facts(tour):
    """A handful of what the tour says."""
    decls = by_name(tour["declarations"])
    everything = by_name(decls["Everything"]["fields"])
    tap.check(everything["nested"]["type"] == {
        "kind": "list", "nullable": True, "element": {
            "kind": "map", "nullable": False, "key": {"kind": "uuid", "nullable": False},
            "value": {"kind": "tuple", "nullable": False, "items": [
                {"kind": "enum", "nullable": True, "name": "tour.Mood"},
                {"kind": "list", "nullable": False, "element": {
                    "kind": "model", "nullable": False, "name": "tour.Everything"}}]}}},
              "a type within types")
    tap.check(everything["usual"]["type"]["kind"] == "int64" and
              everything["usual"]["type_text"] == "int", "a type as it is written")
    defaults = {n: f["default"]["value"] for n, f in by_name(decls["Defaults"]["fields"]).items()}
    expected = {"flag": True, "count": "-3", "color": str(0xff8800), "bits": "10", "ratio": 0.5,
                "exact": 6.02e23, "name": "tab\t \"quoted\" \U0001f600", "made_at": None,
                "epoch": {"seconds": "0", "nanoseconds": 500000000}, "wait": "90000000000",
                "big": "123456789012345678901234567890", "mood": "happy", "words": None,
                "maybe": "7"}
    tap.check(all(defaults[n] == v for n, v in expected.items()), "defaults by value", defaults)
    account = by_name(decls["Account"]["fields"])
    tap.check([account[n]["position"] for n in ("name", "tags", "password", "label", "nick")] ==
              [0, 2, 0, 3, 5], "positions of public and server-only fields")
    tap.check(account["name"]["max"] == 64 and account["avatar"]["attributes"] == [
        {"name": "max", "arguments": [{"key": None, "text": "64KiB"}]}] and
        account["avatar"]["max"] == 65536, "attributes by value and as they are written")
    tap.check(account["nick"]["reserved"] and account["nick"]["type"] is None, "a reserved name")
    tap.check(account["class"]["c_name"] == "klass", "a name in C")
    tap.check(decls["Admin"]["extends"] == "tour.Account" and
              by_name(decls["Admin"]["fields"])["rights"]["position"] == 1, "a child")
    tap.check([c["type"]["name"] for c in decls["Animal"]["children"]] ==
              ["tour.Dog", "tour.Cat"] and decls["Animal"]["sealed"], "children are numbered")
    mood = by_name(decls["Mood"]["values"])
    tap.check(mood["glad"]["number"] == 6 and mood["glad"]["deprecated"] == "use happy" and
              decls["Mood"]["default"] == "calm", "an enum")
    members = by_name(decls["members"]["methods"])
    tap.check(members["import_log"]["scopes"] == ["moderator", "writer"] and
              members["import_log"]["timeout_ms"] == 30000 and
              members["who_am_i"]["login"] and not members["who_am_i"]["attributes"],
              "what an endpoint says is in its methods, but not as if it were written there")
    track = by_name(decls["streams"]["methods"])["track"]
    tap.check((track["result"]["credit"], track["result"]["overflow"],
               track["params"][0]["credit"], track["params"][0]["overflow"]) ==
              (65536, "latest", 1 << 20, "drop_oldest"), "how streams flow")
    tap.check(decls["lobby"]["methods"][0]["messages"] and
              decls["lobby"]["methods"][0]["wire_name"] == "tour.lobby.messages", "messages")
    tap.check(decls["AuditRecord"]["server"] and decls["old"]["deprecated"] == "use plain",
              "server-only and deprecated declarations")


def escapes():
    """What would end a string, a cell or a span of code."""
    path = os.path.join(OUT, "odd.spy")
    with open(path, "w", encoding="utf-8") as f:
        f.write('/// a "quoted" \\ back | pipe\n/// \u00fc \u2028\n'
                '/* \u00e4\u00f6 */ model A { /* \u00fc */ a: string = "`x|\\t\\u{1}\\u{1f600}";'
                ' big: bigint = -340282366920938463463374607431768211456; small: bigint = -128;'
                ' hex: bigint = 0xff; low: int64 = -9223372036854775808;'
                ' high: uint64 = 18446744073709551615; }\n')
    status, said = spygen("--lang", "json,md", path)
    tap.check(status == 0, "odd texts", said)
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    with open(OUT + "/odd.json", encoding="utf-8") as f:
        decl = json.load(f)["declarations"][0]
    values = {n: f["default"]["value"] for n, f in by_name(decl["fields"]).items()}
    tap.check(decl["doc"] == 'a "quoted" \\ back | pipe\n\u00fc \u2028' and
              values["a"] == "`x|\t\x01\U0001f600", "escapes come back", decl)
    tap.check((values["big"], values["small"], values["hex"], values["low"], values["high"]) ==
              (str(-2**128), "-128", "255", str(-2**63), str(2**64 - 1)), "numbers of any size",
              values)
    tap.check(not list(spelled(decl, lines)), "columns are characters")
    with open(OUT + "/odd.md", encoding="utf-8") as f:
        row = [line for line in f if line.startswith("| `a`")][0]
    tap.check("`` \"`x\\|" in row and len(re.findall(r"(?<!\\)\|", row)) == 6,
              "code within a cell", row)


def markdown(names):
    anchors, links = set(), []
    for name in names:
        with open(f"{OUT}/{name}.md", encoding="utf-8") as f:
            text = f.read()
        anchors |= {(name, a) for a in re.findall(r'<a id="([^"]+)"></a>', text)}
        links += [(m[0] or name, m[1]) for m in
                  re.findall(r"\]\((?:([^)#]*)\.md)?#([^)]+)\)", text)]
    tap.check(links and not set(links) - anchors, "links of references lead somewhere",
              set(links) - anchors)
    with open(OUT + "/tour.md", encoding="utf-8") as f:
        public = f.read()
    spygen("--lang", "md", "--server", "schemas/tour.spy")
    with open(OUT + "/tour.md", encoding="utf-8") as f:
        internal = f.read()
    tap.check(not re.search("AuditRecord|password", public), "nothing that is server-only")
    tap.check("#tour.AuditRecord" in internal and "`password`" in internal, "but with --server")


def main():
    os.makedirs(OUT, exist_ok=True)
    files, names = {}, []
    for path in SCHEMAS:
        name = os.path.basename(path)[:-len(".spy")]
        status, said = spygen("--lang", "c,json,md", "--depfile", OUT + "/depfile", path)
        tap.check(status == 0, f"{path}: runs", said)
        with open(OUT + "/depfile", encoding="utf-8") as f:
            target = f.read().split(":")[0].split()
        tap.check([os.path.basename(t) for t in target] ==
                  [name + s for s in (".h", ".c", ".server.h", ".client.h", ".json", ".md")],
                  f"{path}: the rule for make has every output", target)
        with open(f"{OUT}/{name}.json", encoding="utf-8") as f:
            text = f.read()
        files[name] = file = json.loads(text)
        names.append(name)
        problems = wrong("file", file, name)
        tap.check(not problems, f"{path}: as documented", "\n".join(problems[:20]))
        tap.check(not list(wrong_numbers(file)), f"{path}: numbers", list(wrong_numbers(file)))
        with open(path, encoding="utf-8") as f:
            lines = f.read().split("\n")
        tap.check(not list(spelled(file["declarations"], lines)), f"{path}: spans",
                  list(spelled(file["declarations"], lines)))
        spygen("--lang", "json", os.path.abspath(path))
        with open(f"{OUT}/{name}.json", encoding="utf-8") as f:
            tap.check(f.read() == text, f"{path}: the same again, from anywhere")
    kinds = {d["full_name"]: "sealed" if d.get("sealed") else d["kind"]
             for f in files.values() for d in f["declarations"]}
    lost = [t for f in files.values() for t in types_in(f) if kinds.get(t["name"]) != t["kind"]]
    tap.check(not lost, "every name of a type is declared, with that kind", lost[:5])
    facts(files["tour"])
    escapes()
    markdown(names)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
