#!/bin/bash
# What spygen writes and what it leaves alone: times, dependency rules under make and ninja,
# options, and folders that cannot be written to.
. tests/support/tap.sh

root=$PWD
spygen=$(cd "$B" && pwd)/spygen
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir" || exit 2

printf 'package chat;\nimport "common.spy";\nmodel A { b: common.B; }\nendpoint e { m(); }\n' >chat.spy
printf 'package common;\nmodel B { c: int; }\n' >common.spy

times() { stat -c '%n %.Y' out/deep/*; }
files() { (cd "$1" && echo *); }
is() { test "$1" = "$2" || { echo "expected '$2', is '$1'"; return 1; }; }
fails_with() {
	local said=$1 output
	shift
	! output=$("$@" 2>&1) && grep -qF "$said" <<<"$output" || { echo "$output"; return 1; }
}

check "makes the folder and those above it" "$spygen" --out out/deep chat.spy
check "writes four files and nothing else" \
	is "$(files out/deep)" "chat.c chat.client.h chat.h chat.server.h"
check "with the permissions that the umask leaves" \
	is "$(stat -c %a out/deep/chat.h)" "$(printf %o $((0666 & ~0$(umask))))"

before=$(times)
sleep 0.02
check "runs again" "$spygen" --out out/deep chat.spy
check "and touches nothing" is "$(times)" "$before"
sed -i 's/m();/m(); n();/' chat.spy
"$spygen" --out out/deep chat.spy
check "a new method is written" grep -q chat_e_n out/deep/chat.client.h
printf 'rubbish' >out/deep/chat.h
"$spygen" --out out/deep chat.spy
check "a damaged file is repaired" grep -q 'struct chat_a' out/deep/chat.h
printf '\n' >>out/deep/chat.h
"$spygen" --out out/deep chat.spy
check "also one that only grew" is "$(tail -c 7 out/deep/chat.h)" "#endif"

check "--server" "$spygen" --server --out server chat.spy
check "writes no client" is "$(files server)" "chat.c chat.h chat.server.h"
check "--client" "$spygen" --client --out client chat.spy
check "writes no server" is "$(files client)" "chat.c chat.client.h chat.h"
check "the same file either way" cmp server/chat.c client/chat.c

mkdir readonly
chmod a-w readonly
if [ -w readonly ]; then # by root
	skip "a folder without permission" "everything is allowed"
else
	check "a folder without permission" fails_with "readonly/chat.h: error: Permission denied" \
		"$spygen" --out readonly chat.spy
fi
touch file
check "a file in place of the folder" fails_with "file/chat.h: error: Not a directory" \
	"$spygen" --out file chat.spy
mkdir -p taken/chat.c
check "a folder in place of a file" fails_with "taken/chat.c: error: Is a directory" \
	"$spygen" --out taken chat.spy
check "no temporary file is left" is "$(files taken)" "chat.c chat.h"

# templates of one's own replace the built-in ones file by file
mkdir my
printf '%% include head.tmpl\n%% for s in structs\n${s.name}\n%% end\n' >my/types.h.tmpl
check "--templates" "$spygen" --templates my --out mine --depfile mine.d chat.spy
check "uses the user's file" is "$(tail -n 1 mine/chat.h)" "chat_a"
check "and the built-in rest" cmp mine/chat.client.h out/deep/chat.client.h
check "it is among the dependencies" grep -q 'my/types.h.tmpl' mine.d
printf '${nothing}\n' >my/types.c.tmpl
before=$(stat -c %.Y mine/*)
printf '%% end\n' >>my/types.h.tmpl
check "a faulty one is an error" fails_with "my/types.h.tmpl:5: error: nothing is open here" \
	"$spygen" --templates my --out mine chat.spy
check "and nothing is written" is "$(stat -c %.Y mine/*)" "$before"

# make and ninja run spygen again when an import changes, and not otherwise
cat >Makefile <<END
gen/chat.h gen/chat.c gen/chat.server.h gen/chat.client.h &: chat.spy
	@echo spygen
	@$spygen --out gen --depfile gen.d chat.spy
-include gen.d
END
cat >build.ninja <<END
rule spygen
  command = $spygen --out ninja --depfile ninja.d chat.spy
  depfile = ninja.d
  deps = gcc
  restat = 1
build ninja/chat.h ninja/chat.c ninja/chat.server.h ninja/chat.client.h: spygen chat.spy
END
check "make runs it" is "$(make -s gen/chat.c)" spygen
check "make does not run it again" is "$(make -s gen/chat.c)" ""
sleep 0.02
echo 'model C { d: int; }' >>common.spy
check "make runs it when an import has changed" is "$(make -s gen/chat.c)" spygen
sed -i '/import/d; s/common.B/int/' chat.spy
mv common.spy elsewhere.spy
check "make runs it when an import is gone" is "$(make -s gen/chat.c)" spygen
mv elsewhere.spy common.spy
sed -i '1a import "common.spy";' chat.spy
if command -v ninja >/dev/null; then
	check "ninja runs it" ninja --quiet
	check "ninja does not run it again" is "$(ninja -n)" "ninja: no work to do."
	sleep 0.02
	echo 'model D { d: int; }' >>common.spy
	check "ninja runs it when an import has changed" \
		grep -q spygen < <(ninja -n)
else
	skip "ninja" "not installed"
fi
mkdir "with space"
"$spygen" --out 'with space/$x' --depfile x.d chat.spy 2>/dev/null
check "paths are escaped" grep -qF 'with\ space/$$x/chat.h' x.d

# outputs are named without the folder, so one would take the other's place
mkdir -p one two
echo 'package one; model A { a: int; }' >one/same.spy
echo 'package two; model A { a: int; }' >two/same.spy
"$spygen" --out same one/same.spy two/same.spy 2>same.txt
check "two inputs of one name" is "$? $(cat same.txt)" \
	"1 two/same.spy: error: has the same name as one/same.spy, and so would its output"
check "nothing is written then" is "$(ls same 2>/dev/null)" ""
"$spygen" --out same one/same.spy ./one/same.spy
check "one input twice" is $? 0
"$spygen" --out "" one/same.spy 2>/dev/null
check "no folder to write into" is $? 2
"$spygen" --templates nowhere --out same one/same.spy 2>/dev/null
check "no folder of templates" is $? 2
cd "$root" || exit 2
done_testing
