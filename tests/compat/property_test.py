#!/usr/bin/python3
"""Random compatible changes of schemas/tour.spy: spygen check says nothing, and what each
version writes the other reads; one breaking change more, and it says an error. TAP.

SEED is the first seed, ROUNDS how many are tried."""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

import evolution

SCHEMAS = os.path.join(evolution.ROOT, "schemas")
SEED = int(os.environ.get("SEED", "1"))
ROUNDS = int(os.environ.get("ROUNDS", "120"))
EXCHANGES = 3  # of the rounds are built and talk to each other

# a default of each type, and another
DEFAULTS = {
    "bool": ["true", "false"], "int8": ["-1", "0x7f"], "int32": ["7", "0"], "int": ["1", "-9"],
    "uint8": ["255"], "uint64": ["18446744073709551615"], "float": ["0.5"], "double": ["1e9"],
    "string": ['"x"', '"a;b{c}//d"'], "time": ["now", '"2020-01-01T00:00:00Z"'],
    "duration": ["1s", "2h"], "uuid": ["random"], "uri": ['"a/b"'], "bigint": ["12345678901234567890"],
    "list<string>": ["[]"], "set<int>": ["[]"], "map<int, bytes>": ["[]"], "Mood": ["happy", "glad"],
}
NULLABLE = list(DEFAULTS) + ["bytes", "Tree", "Shape", "Animal", "(int, string?)", "places.Place",
                             "list<Account>", "map<Mood, list<Point>>"]


class Schema:
    """A text and where its declarations are."""

    def __init__(self, text, rng):
        self.text, self.rng, self.fresh = text, rng, 0

    def name(self):
        self.fresh += 1
        return "fresh_%d" % self.fresh

    def blocks(self, kinds):
        """(name, start, end) of what stands between the braces of declarations."""
        found = []
        for m in re.finditer(r"^(?:\w+ )*(%s) (\w+)[^{};\n]*\{" % kinds, self.text, re.M):
            end = self.closing(m.end())
            found.append((m.group(2), m.end(), end))
        return found

    def closing(self, at):
        """Of the brace before `at`; strings and comments may hold others."""
        depth = 1
        for m in re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/|[{}]', re.S).finditer(
                self.text, at):
            depth += {"{": 1, "}": -1}.get(m.group(), 0)
            if not depth:
                return m.start()
        raise ValueError("unbalanced")

    def insert(self, at, text):
        self.text = self.text[:at] + text + self.text[at:]

    def pick(self, items):
        items = list(items)
        return self.rng.choice(items) if items else None

    def fields(self, pattern, start=0, end=None):
        """Matches of a pattern for a whole field at the start of a line."""
        found = re.finditer(r"^ +(\w+): +" + pattern, self.text, re.M)
        return [m for m in found if start <= m.start() and (end is None or m.end() <= end)]


# ---- what breaks nobody ----

def optional(s):
    kind = s.rng.randrange(4)
    if kind == 0:
        return "%s: any;" % s.name()
    if kind == 1:
        return "reserved %s;" % s.name()
    if kind == 2:
        return "%s: %s?;" % (s.name(), s.pick(NULLABLE))
    type_ = s.pick(DEFAULTS)
    return "%s: %s = %s;" % (s.name(), type_, s.pick(DEFAULTS[type_]))


def append_field(s):
    _, _, end = s.pick(b for b in s.blocks("model|exception") if b[0] not in ("Point", "Muted"))
    s.insert(end, optional(s) + " ")


def append_server_field(s):
    _, _, end = next(b for b in s.blocks("model") if b[0] == "Account")
    s.insert(end, "    @server %s: string?;\n" % s.name())


def add_enum_value(s):
    s.text = s.text.replace("    default calm;", "    %s = %d;\n    default calm;"
                            % (s.name(), 100 + s.fresh), 1)
    # the value before ended with ';'
    head, tail = s.text.split("enum Mood", 1)
    values, rest = tail.split("    default calm;", 1)
    s.text = head + "enum Mood" + values.replace(";", ",").rstrip().rstrip(",") + ";\n    default calm;" + rest


def add_declaration(s):
    n = s.name().title().replace("_", "")
    s.text += s.pick(["\nmodel %s { a: int; }\n", "\nenum %s { a, b }\n", "\nunion %s = Tree;\n",
                      "\nexception %s { why: string; }\n"]) % n


def add_endpoint(s):
    s.text += "\nendpoint %s { ping(); }\n" % s.name()


def add_method(s):
    _, _, end = s.pick(b for b in s.blocks("endpoint") if b[0] != "lobby")
    s.insert(end, "    %s(a: Tree, b: stream<Mood>) -> stream<Shape?> throws Refused;\n" % s.name())


def give_default(s):
    m = s.pick(m for m in s.fields(r"(\w+);") if m.group(2) in DEFAULTS)
    if m:
        s.insert(m.end() - 1, " = " + s.pick(DEFAULTS[m.group(2)]))


def change_default(s):
    m = s.pick(m for m in s.fields(r"(\w+) += ([^;\n]+);") if m.group(2) in DEFAULTS)
    if m:
        s.text = s.text[:m.start(3)] + s.pick(DEFAULTS[m.group(2)]) + s.text[m.end(3):]


def document(s):
    m = s.pick(re.finditer(r"^(?=(?:model|sealed|enum|endpoint|union) )", s.text, re.M))
    if not s.text[:m.start()].rstrip().endswith(")"):
        s.insert(m.start(), "/// Says %s.\n" % s.name())


def undocument(s):
    s.text = re.sub(r"^ *///.*\n", lambda m: m.group() if s.rng.random() < 0.7 else "", s.text,
                    flags=re.M)


def deprecate(s):
    m = s.pick(s.fields(r"\w+;"))
    if m and "deprecated" not in m.group():
        s.insert(m.start(1), '@deprecated("%s") ' % s.name())


def undeprecate(s):
    s.text = re.sub(r'@deprecated\("[^"]*"\)\s*', "", s.text, count=1)


def more_time(s):
    s.text = re.sub(r"@timeout\((\d+)s\)", lambda m: "@timeout(%ds)" % (int(m.group(1)) + 1), s.text)


def other_credit(s):
    s.text = re.sub(r"@credit\((\d+)KiB\)", lambda m: "@credit(%dKiB)" % (int(m.group(1)) * 2 % 8192 + 4),
                    s.text)


def other_spelling(s):
    m = s.pick(re.finditer(r"\bint64\b|\bint\b(?![0-9])", re.sub(r"//.*", lambda c: " " * len(c.group()), s.text)))
    s.text = s.text[:m.start()] + {"int": "int64", "int64": "int"}[m.group()] + s.text[m.end():]


def move_endpoint(s):
    m = s.pick(re.finditer(r"^(?:///.*\n|@.*\n)*endpoint \w+ \{\n(?:.*\n)*?\}\n", s.text, re.M))
    s.text = s.text[:m.start()] + s.text[m.end():] + "\n" + m.group()


def lay_out(s):
    s.text = subprocess.run([evolution.SPYGEN, "fmt", "-"], input=s.text, stdout=subprocess.PIPE,
                            text=True, check=True).stdout


COMPATIBLE = [append_field, append_field, append_field, append_server_field, add_enum_value,
              add_declaration, add_endpoint, add_method, give_default, change_default, document,
              undocument, deprecate, undeprecate, more_time, other_credit, other_spelling,
              move_endpoint]


# ---- what breaks somebody ----

def whole_fields(s, names):
    """Lists of adjacent plain fields of some models, of different types."""
    name, start, end = s.pick(b for b in s.blocks("model") if b[0] in names)
    return s.fields(r"(\w+);[^\n]*\n", start, end)


def remove_field(s):
    m = s.pick(whole_fields(s, ["Everything"]))
    s.text = s.text[:m.start()] + s.text[m.end():]


def insert_field(s):
    m = s.pick(whole_fields(s, ["Everything"]))
    s.insert(m.start(), "    %s\n" % optional(s))


def swap_fields(s):
    fields = whole_fields(s, ["Everything"])
    i = s.rng.randrange(len(fields) - 1)
    a, b = fields[i], fields[i + 1]
    s.text = (s.text[:a.start()] + b.group() + s.text[a.end():b.start()] + a.group() +
              s.text[b.end():])


def change_type(s):
    m = s.pick(whole_fields(s, ["Everything"]))
    s.text = s.text[:m.start(2)] + ("string" if m.group(2) != "string" else "bool") + s.text[m.end(2):]


def append_required(s):
    _, _, end = s.pick(b for b in s.blocks("model|exception") if not b[0].startswith("Fresh"))
    s.insert(end, "%s: Mood; " % s.name())


def renumber(s):
    s.text = s.text.replace("happy = 5", "happy = 6")


def grow_union(s):
    s.text = s.text.replace("union Shape = Circle | Square", "union Shape = Circle | Square | Tree")


def grow_family(s):
    s.text += "\nmodel Bird extends Animal { }\n"


def remove_method(s):
    s.text = re.sub(r"^    ping\(\);\n", "    pang(a: int);\n", s.text, count=1, flags=re.M)


def rename_package(s):
    s.text = s.text.replace("package tour;", "package trip;")


def need_login(s):
    s.text = s.text.replace("endpoint streams", "@login endpoint streams")


BREAKING = [remove_field, insert_field, swap_fields, change_type, append_required, renumber,
            grow_union, grow_family, remove_method, rename_package, need_login]


# ---- the rounds ----

def change(text, seed):
    """A newer version and the names of what was done."""
    rng = random.Random(seed)
    s, done = Schema(text, rng), []
    for _ in range(rng.randint(1, 12)):
        edit = rng.choice(COMPATIBLE)
        edit(s)
        done.append(edit.__name__)
    return s, done


def put(folder, text):
    os.makedirs(folder, exist_ok=True)
    shutil.copy(os.path.join(SCHEMAS, "tour_places.spy"), folder)
    path = os.path.join(folder, "tour.spy")
    with open(path, "w") as f:
        f.write(text)
    return path


def exchange(d, old, new, seed):
    old_peer = evolution.build(old, d + "/old_peer")
    new_peer = evolution.build(new, d + "/new_peer")
    refused, changed = evolution.exchange(old_peer, new_peer, seed)
    refused_back, _ = evolution.exchange(new_peer, old_peer, seed + 1)
    return {"the newer one refuses": refused, "the newer one changes": changed,
            "the older one refuses": refused_back}


def main():
    with open(os.path.join(SCHEMAS, "tour.spy")) as f:
        tour = f.read()
    noisy, missed = [], []
    for seed in range(SEED, SEED + ROUNDS):
        with tempfile.TemporaryDirectory() as d:
            s, done = change(tour, seed)
            if seed % 3 == 0:
                lay_out(s)
                done.append("lay_out")
            old, new = put(d + "/old", tour), put(d + "/new", s.text)
            status, said = evolution.check(new, old)
            if status or said:
                noisy.append("SEED=%d: %s\n%s" % (seed, ", ".join(done), said))
            elif seed < SEED + EXCHANGES:
                wrong = {k: v for k, v in exchange(d, old, new, seed).items() if v}
                tap.check(not wrong, "seed %d: both versions read each other" % seed,
                          "%s\n%s" % (", ".join(done), wrong))
            s, _ = change(tour, seed)
            edit = BREAKING[seed % len(BREAKING)]
            edit(s)
            status, said = evolution.check(put(d + "/broken", s.text), old)
            if status != 1 or not re.search(r"error: .*\[\w+\]$", said, re.M):
                missed.append("SEED=%d: %s: %s" % (seed, edit.__name__, said))
    tap.check(not noisy, "%d compatible versions: not a word" % ROUNDS, "\n".join(noisy[:3]))
    tap.check(not missed, "%d breaking ones: an error" % ROUNDS, "\n".join(missed[:3]))
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
