#!/bin/sh
# The exact text of every diagnostic: each NAME.spy here is compiled and what
# spygen says is compared with NAME.txt.  B is the build folder.  UPDATE=1 writes the
# texts anew; review them in the diff.
set -u

B=$(cd "${B:-build}" && pwd) || exit 2
cd "$(dirname "$0")" || exit 2
out=$(mktemp -d) || exit 2
trap 'rm -rf "$out"' EXIT

set -- *.spy
echo "1..$#"
n=0
for spy; do
	n=$((n + 1))
	name=${spy%.spy}
	"$B/spygen" --out "$out" "$spy" 2>"$out/actual"
	status=$?
	[ "${UPDATE:-}" = 1 ] && cp "$out/actual" "$name.txt"
	expected=0
	grep -q 'error: ' "$name.txt" && expected=1
	if [ $status -ne $expected ]; then
		echo "not ok $n - $name: exit status $status"
	elif diff -u "$name.txt" "$out/actual" >"$out/diff"; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' "$out/diff"
	fi
done
