#!/bin/bash
# The fibers' tests again under the tools that `make check` does not use anyway: Valgrind,
# ThreadSanitizer, and clang's AddressSanitizer, which keeps dead frames where gcc's does not.
. tests/support/tap.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# build PROGRAM COMPILER FLAGS...
build() {
	local program=$1 compiler=$2
	shift 2
	$compiler -std=c11 -O1 -g -D_POSIX_C_SOURCE=200809L -Iruntime -Iruntime/include "$@" \
		-o "$scratch/$program" tests/core/fiber_test.c runtime/fiber/*.[cS] \
		$(pkg-config --libs cmocka) -pthread
}

built_and_run() {
	build "$@" && "$scratch/$1"
}

under_valgrind() {
	build plain cc &&
		SPY_VALGRIND=1 valgrind -q --error-exitcode=9 "$scratch/plain"
}

if command -v valgrind >/dev/null; then
	check "Valgrind" under_valgrind
else
	skip "Valgrind" "not installed"
fi
check "ThreadSanitizer" built_and_run tsan cc -fsanitize=thread
check "indirect branch tracking" built_and_run ibt cc -fcf-protection=full
if command -v clang >/dev/null; then
	export ASAN_OPTIONS=detect_stack_use_after_return=1
	check "clang's AddressSanitizer" built_and_run asan clang -fsanitize=address,undefined
	check "clang's ThreadSanitizer" built_and_run ctsan clang -fsanitize=thread
else
	skip "clang's sanitizers" "not installed"
fi
done_testing
