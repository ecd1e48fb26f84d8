#!/bin/bash
# What generated code costs: lines per method, over all files with comments and blank lines, and
# bytes of the compiled tables per model. Lines are those of the schema less those of the same
# without endpoints: what an endpoint has once and the types and streams that only methods use
# are in them; tests/compiler/lines.sh has the cost of one method more. size.sh BUILD
B=${1:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# The schema on standard input without endpoints and what stands before them.
without_endpoints() {
	awk '/^(\/\/\/|@)/ { held = held $0 "\n"; next }
	     /^endpoint / { inside = 1 }
	     !inside { printf "%s%s\n", held, $0 }
	     { held = "" }
	     inside && /^}/ { inside = 0 }'
}

# counts JSON PROGRAM: of things in a schema
count() {
	python3 -c "import json, sys; d = json.load(open(sys.argv[1]))['declarations']; print($2)" "$1"
}

# report SCHEMA
report() {
	local name methods models all types bytes
	name=$(basename "$1" .spy)
	mkdir -p "$dir/all" "$dir/types" "$dir/in"
	without_endpoints <"$1" >"$dir/in/$name.spy"
	"$B/spygen" -I "$(dirname "$1")" --lang c,json --out "$dir/all" "$1" &&
		"$B/spygen" -I "$(dirname "$1")" --out "$dir/types" "$dir/in/$name.spy" 2>/dev/null || return
	for import in $(sed -n 's/^import "\(.*\)";.*/\1/p' "$1"); do
		"$B/spygen" --out "$dir/types" "$(dirname "$1")/$import" || return
	done
	methods=$(count "$dir/all/$name.json" "sum(len(e.get('methods', [])) for e in d)")
	models=$(count "$dir/all/$name.json" "sum('fields' in e for e in d)")
	all=$(cat "$dir/all/$name".*[ch] | wc -l)
	types=$(cat "$dir/types/$name".*[ch] | wc -l)
	${CC:-cc} -std=c11 -Os -D_POSIX_C_SOURCE=200809L -Iruntime/include -I"$dir/types" -c \
		-o "$dir/$name.o" "$dir/types/$name.c" || return
	bytes=$(size "$dir/$name.o" | awk 'NR == 2 { print $1 + $2 + $3 }')
	printf '%-12s %3d methods: %2d lines each; %3d models and exceptions: %4d bytes each\n' \
		"$name" "$methods" $(((all - types) / methods)) "$models" $((bytes / models))
}

status=0
for schema in tests/conformance/conformance.spy schemas/tour.spy; do
	report $schema || status=1
done
exit $status
