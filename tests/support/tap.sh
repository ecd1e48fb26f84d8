# TAP for test scripts in bash: source it, check each thing, end with `done_testing`.
#
#   check NAME COMMAND...   one test: the command succeeds; its output is shown when not
#   skip NAME WHY

tap_count=0
tap_failed=0

check() {
	local tap_name=$1 tap_output
	shift
	tap_count=$((tap_count + 1))
	if tap_output=$("$@" 2>&1); then
		echo "ok $tap_count - $tap_name"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_count - $tap_name"
		sed 's/^/# /' <<<"$tap_output"
	fi
}

skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

done_testing() {
	echo "1..$tap_count"
	[ "$tap_failed" = 0 ]
	exit
}
