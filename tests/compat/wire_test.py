#!/usr/bin/python3
"""spygen check and the wire agree: what it refuses breaks peers, and nothing else does.

The schemas in wire/ are built into two programs that exchange random values both ways, in the
form for clients and in the one between servers. TAP."""
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap

import evolution

WIRE = os.path.join(evolution.HERE, "wire")
DECLARATION = re.compile(r"^(?:sealed )?(model|exception|enum|union|endpoint) (\w+)")


def declarations(path):
    """Names, by line."""
    names = {}
    with open(path) as f:
        for number, line in enumerate(f, 1):
            found = DECLARATION.match(line)
            if found:
                names[number] = found.group(2)
    return names


def errors(path):
    """The declarations that check finds errors in, and the rules."""
    _, said = evolution.check(path, os.path.join(WIRE, "old.spy"))
    names, found = declarations(path), {}
    for line, rule in re.findall(r"new\.spy:(\d+):\d+: error: .*\[(\w+)\]$", said, re.M):
        at = max(n for n in names if n <= int(line))
        found.setdefault(names[at], []).append(rule)
    return found


def is_bad(name):
    return name.lower().startswith("bad")


def main():
    new = os.path.join(WIRE, "new.spy")
    wrong = errors(new)
    for name in sorted(set(declarations(new).values())):
        if is_bad(name):
            # a child that is too many is told where it stands
            tap.check(any(w.startswith(name) for w in wrong), "check refuses " + name)
    good = sorted(name for name in wrong if not is_bad(name))
    tap.check(not good, "check refuses nothing else", good)

    with tempfile.TemporaryDirectory() as d:
        old_peer = evolution.build(os.path.join(WIRE, "old.spy"), d + "/old")
        new_peer = evolution.build(new, d + "/new")
        forth = evolution.exchange(old_peer, new_peer, 1)
        back = evolution.exchange(new_peer, old_peer, 2)
        entries = sorted({line.split()[0] for line in evolution.run(old_peer, "write", "1", "1")})
        broken = {}
        for refused, changed in (forth, back):
            for (name, _), example in refused.items():
                broken.setdefault(name, "refused: " + example)
        # what a reader does not know it drops, so only the older values have to come back
        for (name, _), example in forth[1].items():
            broken.setdefault(name, "changed: " + example)
        for (name, _), example in back[1].items():
            if is_bad(name.split(".")[1]):
                broken.setdefault(name, "changed: " + example)
        lossy = {"Reserves", "Nullables", "Renames", "Retires"}
        for entry in entries:
            name = re.sub(r"^wire\.|\.call\(\)$", "", entry)
            if is_bad(name):
                tap.check(entry in broken, name + " breaks on the wire")
            elif name in lossy:
                tap.check(not broken.get(entry, "").startswith("refused"),
                          name + " is never refused", broken.get(entry))
            else:
                tap.check(entry not in broken, name + " survives both ways",
                          broken.get(entry))
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
