#!/bin/bash
# How many of something there may be: 65,535, which is what the runtime's tables can count, and
# one more is a mistake that is said in one sentence.
. tests/support/tap.sh

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# times N EACH: in which # is a number
times() { seq "$1" | sed "s/.*/$(sed 's/#/\&/g; s|/|\\/|g' <<<"$2")/"; }

# refuses WHAT: what standard input has one too many of
refuses() {
	local out
	cat >"$dir/a.spy"
	out=$("$B/spygen" --out "$dir" "$dir/a.spy" 2>&1) && return 1
	[ "$(grep -c error: <<<"$out")" = 1 ] &&
		grep -q "error: '[Aa]' has 65536 $1; at most 65535 are possible" <<<"$out" ||
		{ head -5 <<<"$out"; return 1; }
}

allows() {
	cat >"$dir/a.spy"
	"$B/spygen" --out "$dir" --lang json "$dir/a.spy"
}

check "fields" refuses fields < <(echo "model A {$(times 65536 'f#: int;')}")
check "one less" allows < <(echo "model A {$(times 65535 'f#: int;')}")
check "fields, with a parent's part" refuses fields \
	< <(echo "model B { } model A extends B {$(times 65535 'f#: int;')}")
check "values of an enum" refuses values < <(echo "enum A {$(times 65536 'v#,')}")
check "methods" refuses methods < <(echo "endpoint a {$(times 65536 'm#();')}")
check "one less" allows < <(echo "endpoint a {$(times 65535 'm#();')}")
check "parameters" refuses parameters < <(echo "endpoint e { a($(times 65536 'p#: int,')); }")
check "children of a sealed model" refuses children \
	< <(echo "sealed model A { } $(times 65536 'model M# extends A { }')")
check "members of a union" refuses members \
	< <(echo "model M { } union A = M $(times 65535 '| M#'); $(times 65535 'model M# { }')")
done_testing
