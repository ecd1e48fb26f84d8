#!/bin/bash
# What spygen makes of these schemas compiles as C11 and as C++17, with gcc and clang, without
# a warning, each header alone, all of them together in either order; and the tables of all
# files link into one program.
. tests/support/tap.sh

out=$B/tests/compiles
schemas="tests/compiles/*.spy tests/conformance/conformance.spy schemas/*.spy"
warn="-Werror -Wall -Wextra -Wundef -Wpedantic -Wcast-qual -Wconversion -Wwrite-strings -Wshadow"
c="-std=c11 $warn -Wstrict-prototypes -Wmissing-prototypes -Wvla -D_POSIX_C_SOURCE=200809L"
cxx="-std=c++17 $warn"

rm -rf "$out"
mkdir -p "$out"
for schema in $schemas; do
	check "spygen $schema" "$B/spygen" -I tests/compiles -I schemas --out "$out" "$schema"
done
sources=$(cd "$out" && ls ./*.c | sed 's|^\./||')
headers=$(cd "$out" && ls ./*.h | sed 's|^\./||')

# compile COMPILER LANGUAGE FLAGS ...: standard input or a file
compile() {
	local compiler=$1 language=$2 flags=$3
	shift 3
	# shellcheck disable=SC2086 # flags are words
	$compiler -x "$language" $flags -Iruntime/include -I"$out" "$@"
}

include() {
	printf '#include "%s"\n' "$@"
	echo 'extern int nothing;'
}

# each HEADER on its own, in one process per language
alone() {
	local compiler=$1 language=$2 flags=$3 header
	for header in $headers; do
		include "$header" "$header" >"$out/alone_${header//./_}.c"
	done
	compile "$compiler" "$language" "$flags" -fsyntax-only "$out"/alone_*.c
	local status=$?
	rm -f "$out"/alone_*.c
	return $status
}

for compiler in gcc clang; do
	command -v $compiler >/dev/null || { skip "$compiler" "not installed"; continue; }
	for language in c c++; do
		name=$compiler flags=$c
		if [ $language = c++ ]; then
			name=${compiler/gcc/g}++ flags=$cxx
			command -v "$name" >/dev/null || { skip "$name" "not installed"; continue; }
		fi
		for source in $sources; do
			check "$name: $source" compile "$name" $language "$flags" -c -o "$out/x.o" \
				"$out/$source"
		done
		check "$name: each header alone" alone "$name" $language "$flags"
		# shellcheck disable=SC2086 # a list of names
		check "$name: all headers" compile "$name" $language "$flags" -fsyntax-only - \
			< <(include $headers)
		# shellcheck disable=SC2046
		check "$name: all headers, backwards" compile "$name" $language "$flags" \
			-fsyntax-only - < <(include $(tac <<<"$headers"))
	done
done

link() {
	local source objects=()
	for source in $sources; do
		gcc -std=c11 -Iruntime/include -D_POSIX_C_SOURCE=200809L -c -o "$out/$source.o" \
			"$out/$source" || return
		objects+=("$out/$source.o")
	done
	ld -r -o "$out/all.o" "${objects[@]}"
}
check "the tables of all files in one program" link
done_testing
