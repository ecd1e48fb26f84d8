#!/bin/bash
# run.sh FOLDER SECONDS FUZZER...: runs libfuzzer-FUZZER of FOLDER, each for SECONDS, two at a
# time. What a fuzzer learns stays in FOLDER; what it finds is written there too, and named.
#
# NAME_fuzz starts from tests/fuzz/NAME and the folders that tests/fuzz/NAME.seeds lists, and
# uses the words of tests/fuzz/NAME.dict.
set -e
folder=$1 seconds=$2
shift 2
[ $# -gt 0 ] || { echo "no fuzzers in tests/fuzz"; exit 0; }

fuzz() {
	local fuzzer=$1 name=${1%_fuzz} options=()
	[ ! -f "tests/fuzz/$name.dict" ] || options+=("-dict=tests/fuzz/$name.dict")
	mkdir -p "$folder/corpus-$name"
	local corpora=("$folder/corpus-$name")
	[ ! -d "tests/fuzz/$name" ] || corpora+=("tests/fuzz/$name")
	[ ! -f "tests/fuzz/$name.seeds" ] || mapfile -t -O 2 corpora <"tests/fuzz/$name.seeds"
	"$folder/libfuzzer-$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
		-max_len=65536 -print_final_stats=1 -artifact_prefix="$folder/found-$name-" \
		"${options[@]}" "${corpora[@]}" >"$folder/$fuzzer.log" 2>&1
}

failed=0
while [ $# -gt 0 ]; do
	pids=() names=()
	for fuzzer in "${@:1:2}"; do
		fuzz "$fuzzer" &
		pids+=($!) names+=("$fuzzer")
	done
	shift ${#names[@]}
	for i in "${!pids[@]}"; do
		log=$folder/${names[$i]}.log
		if wait "${pids[$i]}"; then
			echo "${names[$i]}: nothing found," \
				"$(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
		else
			failed=1
			echo "${names[$i]}: FOUND, see $log:"
			tail -n 40 "$log"
		fi
	done
done
exit $failed
