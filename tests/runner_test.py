#!/usr/bin/python3
"""The test runner must not be fooled: what passes, what fails, and its closing line."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "support"))
import tap

# name: (script, closing line, exit status)
CASES = {
    "passes": ("echo 1..2; echo ok 1 - a; echo ok 2 - b", "2 passed, 0 failed, 0 skipped", 0),
    "several groups": ("printf '1..1\\nok 1 - a\\n# ok - x\\n1..2\\nok 1 - b\\nok 2 - c\\n'",
                       "3 passed, 0 failed, 0 skipped", 0),
    "plan at the end": ("echo ok; echo ok; echo 1..2", "2 passed, 0 failed, 0 skipped", 0),
    "a failed test": ("echo 1..2; echo ok 1 - a; echo not ok 2 - b; exit 1",
                      "1 passed, 1 failed, 0 skipped", 1),
    "a failed test, exit 0": ("echo 1..1; echo not ok 1 - b", "0 passed, 1 failed, 0 skipped", 1),
    "cmocka's skip": ("echo 1..2; echo ok 1 - a; echo 'not ok 2 # SKIP b'",
                      "1 passed, 0 failed, 1 skipped", 0),
    "TAP's skip": ("echo 1..2; echo ok 1 - a; echo 'ok 2 - b # skip no Redis'",
                   "1 passed, 0 failed, 1 skipped", 0),
    "fewer than planned": ("echo 1..3; echo ok 1; echo ok 2", "2 passed, 1 failed, 0 skipped", 1),
    "more than planned": ("echo 1..1; echo ok 1; echo ok 2", "2 passed, 1 failed, 0 skipped", 1),
    "no plan": ("echo ok 1 - a", "1 passed, 1 failed, 0 skipped", 1),
    "no test": ("echo hello", "0 passed, 1 failed, 0 skipped", 1),
    "an empty plan": ("echo 1..0", "0 passed, 0 failed, 0 skipped", 1),
    "bad exit": ("echo 1..1; echo ok 1; exit 3", "1 passed, 1 failed, 0 skipped", 1),
    "a crash": ("echo 1..1; echo ok 1; kill -SEGV $$", "1 passed, 1 failed, 0 skipped", 1),
    "bails out": ("echo 1..1; echo ok 1; echo 'Bail out! no'", "1 passed, 1 failed, 0 skipped", 1),
    "out of time": ("echo 1..1; echo ok 1; sleep 60", "1 passed, 1 failed, 0 skipped", 1),
}


def run(*words):
    return subprocess.run(["tests/run", *words], stdout=subprocess.PIPE, text=True, check=False)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, (script, closing, status) in CASES.items():
            path = os.path.join(folder, "case.sh")
            with open(path, "w", encoding="utf-8") as file:
                file.write(script + "\n")
            done = run("-l", "2", "-b", folder, path)
            last = done.stdout.splitlines()[-1]
            tap.check(last == closing and done.returncode == status, name,
                      f"{last}, exit status {done.returncode}")
        path = os.path.join(folder, "env.sh")
        with open(path, "w", encoding="utf-8") as file:
            file.write('echo 1..1; [ "$B" = "' + folder + '" ] && echo ok 1 - B\n')
        sums = run("-b", folder, path, path, os.path.join(folder, "absent")).stdout.splitlines()
        tap.check(sums[-1] == "2 passed, 1 failed, 0 skipped", "sums; what cannot be run fails",
                  sums[-1])
        path = os.path.join(folder, "setting.sh")
        with open(path, "w", encoding="utf-8") as file:
            file.write('echo 1..1; [ "$WORD" = "a=b" ] && echo ok 1 - WORD\n')
        sums = run("-b", folder, "-e", "WORD=a=b", path, "-b", folder, path).stdout.splitlines()
        tap.check(sums[-1] == "1 passed, 1 failed, 0 skipped", "a setting, for one group",
                  sums[-1])
        tap.check(run("-e", "WORD", path).returncode == 1, "a setting without a value")
        tap.check(run().returncode == 1, "no suites at all is a failure")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
