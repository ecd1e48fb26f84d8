#!/bin/bash
# Every source of ours is laid out as .clang-format says: `make fmt` does it. Other versions of
# clang-format than 14 disagree with it in places.
. tests/support/tap.sh

program=$(command -v clang-format-14 || command -v clang-format)
version=$("${program:-false}" --version 2>/dev/null | sed -n 's/.*version \([0-9]*\)\..*/\1/p')
if [ "$version" = 14 ]; then
	check "sources are formatted" make -s fmt-check CLANG_FORMAT="$program"
else
	skip "sources are formatted" "clang-format 14 is not installed"
fi
done_testing
