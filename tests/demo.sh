#!/bin/bash
# `make demo` on a port of its own: the server starts, the client hears what it said, and
# both end well.
. tests/support/tap.sh

port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])')
output=$(DEMO_ONCE=1 samples/demo.py "$B" "$port" 2>&1)
status=$?

said() {
	grep -qx "$1" <<<"$output" || { echo "$output"; return 1; }
}

check "the client hears a string" said "Received message: Hello"
check "the client hears a number" said "Received message: 42"
check "all end well" [ $status = 0 ]
done_testing
