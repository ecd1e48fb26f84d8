#!/bin/bash
# What one more method costs in generated lines, over all files, blank lines included: at most
# 24, whatever it takes and gives. The endpoint has others, which have nothing in common with
# it but types.
. tests/support/tap.sh

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
most=24

others='other(flag: bool, bits: stream<bool>) -> bool throws Other;
	posts(all: stream<Post>, numbers: stream<int>);'

# lines METHODS: of everything that is made of an endpoint with them
lines() {
	printf '%s\n' 'package chat;' 'model Post { text: string; }' 'exception Full { room: string; }' \
		'exception Other { }' "endpoint room { $others $1 }" >"$dir/chat.spy"
	"$B/spygen" --out "$dir" "$dir/chat.spy" && cat "$dir"/*.[ch] | wc -l
}

costs() {
	local without with
	without=$(lines) || return
	with=$(lines "import_log$1;") || return
	echo $((with - without))
	[ $((with - without)) -le $most ]
}

while read -r shape; do
	check "$(costs "$shape") lines: $shape" costs "$shape"
done <<'END'
()
() -> int
() -> string
(name: string) -> Post
(name: string, limit: int = 10) -> Post throws Full
(name: string) -> stream<Post>
(from: int = 0, to: int = 10) -> stream<Post> throws Full
(posts: stream<Post>)
(posts: stream<Post>) -> int
(posts: stream<Post>) -> stream<Post>
(first: stream<Post>, second: stream<int>) -> Post
(name: string, first: stream<Post>, second: stream<int>) -> stream<int>
(first: stream<Post>, second: stream<int>) -> Post throws Full
END
done_testing
