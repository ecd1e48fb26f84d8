#!/bin/bash
# Every rule of `spygen check`: in each folder here new.spy is compared with old.spy, with
# the options in `args` if there is one, and what is said is compared with expected.txt.
# B is the build folder. UPDATE=1 writes the texts anew; review them in the diff.
set -u
B=$(cd "${B:-build}" && pwd) || exit 2
cd "$(dirname "$0")" || exit 2
. ../support/tap.sh
page=../../docs/compatibility.md

# what is said, and the exit status behind it
say() {
	local args=()
	[ -f "$1/args" ] && read -ra args <"$1/args"
	(cd "$1" && "$B/spygen" check new.spy --against old.spy "${args[@]}" 2>&1
		echo "exit status $?")
}

same() {
	[ "${UPDATE:-}" = 1 ] && say "$1" >"$1/expected.txt"
	diff -u "$1/expected.txt" <(say "$1")
}

# a case of its name that shows it, and a line in the table with its severity
documented() {
	grep -q "$1: .* \[$2\]$" "$2/expected.txt" || { echo "no case shows it"; return 1; }
	grep -q "^| \`$2\` | $1 | " $page || { echo "not in $page"; return 1; }
}

# the same file against itself
unchanged() {
	local said
	said=$("$B/spygen" check -I ../../schemas "$1" --against "$1" 2>&1) && [ -z "$said" ]
}

for folder in */; do
	check "${folder%/}" same "${folder%/}"
done
while read -r severity rule; do
	check "rule $rule" documented "$severity" "$rule"
done < <("$B/spygen" check --help | sed '1,/^Rules/d')
for file in ../../schemas/*.spy ../../samples/*/*.spy ../conformance/*.spy; do
	check "$file against itself" unchanged "$file"
done
done_testing
