#!/bin/bash
# The core does no I/O: what its archive asks of the system is memory, text and arithmetic,
# and what it writes goes to a FILE that somebody handed in. And our archives export
# nothing but names of ours. The symbols tell.
. tests/support/tap.sh

undefined() {
	nm -u "$1" 2>/dev/null | awk '$1 == "U" { print $2 }' | sort -u
}

defined() {
	nm -g --defined-only "$1" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u
}

# sockets, files, clocks, threads, loops, the environment
forbidden='^(socket|connect|bind|listen|accept4?|send(to|msg)?|recv(from|msg)?|read|write|readv'
forbidden+='|writev|open(at|64)?|close|fopen(64)?|fdopen|popen|epoll_.*|p?poll|p?select|time'
forbidden+='|gettimeofday|nanosleep|usleep|sleep|pthread_.*|thrd_.*|(secure_)?getenv|system|fork'
forbidden+='|exec.*|signal|sigaction|printf|puts|putchar|perror|stdout|stderr|stdin|exit|_exit'
forbidden+='|uv_.*|lws_.*|redis.*|yaml_.*)$'

no_io() {
	local found
	found=$(undefined "$B/libspycore.a" | grep -E "$forbidden")
	[ -z "$found" ] || { echo "$found"; return 1; }
}

# the core may use itself and the fibers: nothing of net, server or bus
closed() {
	local found
	found=$(comm -23 <(undefined "$B/libspycore.a" | grep -E '^spy_') <(defined "$B/libspycore.a") |
		grep -v '^spy_fiber_')
	[ -z "$found" ] || { echo "$found"; return 1; }
}

prefixed() {
	local found
	found=$(defined "$1" | grep -vE '^spy_')
	[ -z "$found" ] || { echo "$found"; return 1; }
}

clients_need_no_server() {
	local found
	found=$(undefined "$B/libspy.a" | grep -E '^(redis|yaml_)')
	[ -z "$found" ] || { echo "$found"; return 1; }
}

no_notes() {
	! grep -rnE '\b(TODO|FIXME|XXX)\b' compiler runtime samples templates schemas
}

check "core: no I/O" no_io
check "core: calls nothing above it" closed
check "libspy.a exports spy_ only" prefixed "$B/libspy.a"
check "libspyserver.a exports spy_ only" prefixed "$B/libspyserver.a"
check "no notes to ourselves in the sources" no_notes
check "a client links neither Redis nor YAML" clients_need_no_server
done_testing
