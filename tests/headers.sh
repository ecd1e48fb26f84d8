#!/bin/bash
# Every public header compiles alone and in any order, as C11 and C++17, with gcc and clang,
# without a warning; and each core header of the runtime stands alone in C.
. tests/support/tap.sh

warn="-Werror -Wall -Wextra -Wundef -Wpedantic -Wcast-qual -Wconversion -Wwrite-strings"
c="-std=c11 $warn -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -D_POSIX_C_SOURCE=200809L"

cxx="-std=c++17 $warn -Wshadow"
public=$(cd runtime/include && ls spy/*.h)
backwards=$(tac <<<"$public")

# compile COMPILER LANGUAGE FLAGS HEADER...
compile() {
	local compiler=$1 language=$2 flags=$3
	shift 3
	# shellcheck disable=SC2086 # flags are words
	# the last line because a file with nothing in it is no valid C
	{ printf '#include <%s>\n' "$@"; echo 'extern int nothing;'; } |
		$compiler $flags -Iruntime/include -fsyntax-only -x $language -
}

for compiler in gcc clang; do
	command -v $compiler >/dev/null || { skip "$compiler" "not installed"; continue; }
	cxx_compiler=${compiler/gcc/g}++
	cxx_compiler=${cxx_compiler/clang++/clang++}
	for header in $public; do
		check "$compiler C11 <$header>" compile $compiler c "$c" "$header" "$header"
		command -v $cxx_compiler >/dev/null &&
			check "$cxx_compiler C++17 <$header>" compile $cxx_compiler c++ "$cxx" "$header" "$header"
	done
	# shellcheck disable=SC2086 # headers are words
	{
		check "$compiler all" compile $compiler c "$c" $public
		check "$compiler all, backwards" compile $compiler c "$c" $backwards
		command -v $cxx_compiler >/dev/null &&
			check "$cxx_compiler all, backwards" compile $cxx_compiler c++ "$cxx" $backwards
	}
done

for header in runtime/*/*.h; do
	check "alone: ${header#runtime/}" compile cc c \
		"-std=c11 -Werror -Wall -Wextra -Wundef -D_POSIX_C_SOURCE=200809L -Iruntime \
		 $(pkg-config --cflags libwebsockets libuv 2>/dev/null)" "${header#runtime/}"
done
done_testing
