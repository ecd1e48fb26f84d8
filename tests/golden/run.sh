#!/bin/bash
# Each folder here holds schemas and, in expected/, the files that spygen makes of them, to the
# byte. UPDATE=1 writes these again; the review is of the difference then.
. tests/support/tap.sh

out=$B/tests/golden
for folder in tests/golden/*/; do
	name=$(basename "$folder")
	rm -rf "${out:?}/$name"
	generated=0
	for schema in "$folder"*.spy; do
		"$B/spygen" --out "$out/$name" "$schema" || generated=1
	done
	if [ -n "$UPDATE" ]; then
		rm -rf "${folder}expected"
		cp -r "$out/$name" "${folder}expected"
	fi
	check "golden: spygen runs over $name" test $generated = 0
	check "golden: $name" diff -ru "${folder}expected" "$out/$name"
done
done_testing
