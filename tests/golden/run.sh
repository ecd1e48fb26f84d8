#!/bin/bash
# What spygen makes of schemas, to the byte, in a folder's expected/: C of the schemas that
# the folder holds, in json/ the tour as JSON, in md/ and md_server/ references. UPDATE=1
# writes these again; the review is of the difference then.
. tests/support/tap.sh

out=$B/tests/golden

# golden NAME OPTION... SCHEMA...
golden() {
	local name=$1 folder=tests/golden/$1 generated
	shift
	rm -rf "${out:?}/$name"
	"$B/spygen" --out "$out/$name" "$@"
	generated=$?
	if [ -n "$UPDATE" ]; then
		rm -rf "$folder/expected"
		mkdir -p "$folder"
		cp -r "$out/$name" "$folder/expected"
	fi
	check "golden: spygen runs over $name" test $generated = 0
	check "golden: $name" diff -ru "$folder/expected" "$out/$name"
}

for schemas in tests/golden/*/*.spy; do
	folders+=" $(basename "$(dirname "$schemas")")"
done
for folder in $(tr ' ' '\n' <<<"$folders" | sort -u); do
	golden "$folder" "tests/golden/$folder"/*.spy
done
golden json --lang json schemas/tour.spy
golden md --lang md tests/golden/chat/chat.spy tests/golden/chat/common.spy
golden md_server --lang md --server schemas/tour.spy schemas/tour_places.spy
done_testing
