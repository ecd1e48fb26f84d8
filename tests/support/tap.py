"""TAP for test scripts in Python: check() each thing, then exit with done()."""
_count = 0
_failed = 0


def _say(line, notes):
    print(line)
    for note in str(notes).splitlines() if notes else ():
        print("# " + note)


def check(condition, name, notes=""):
    """One test; `notes` is shown when it fails."""
    global _count, _failed
    _count += 1
    if condition:
        print(f"ok {_count} - {name}")
    else:
        _failed += 1
        _say(f"not ok {_count} - {name}", notes)
    return bool(condition)


def skip(name, why):
    global _count
    _count += 1
    print(f"ok {_count} - {name} # SKIP {why}")


def done():
    """Prints the plan; the exit status."""
    print(f"1..{_count}")
    return 1 if _failed else 0
