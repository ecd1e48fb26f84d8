#!/bin/bash
# What `make install` puts down is enough to build and run a program: with the installed
# spygen, the installed headers and libraries, and pkg-config's words alone.
. tests/support/tap.sh

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
prefix=$scratch/usr
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig

generate() {
	cp samples/echo/example.spy samples/echo/server.c samples/echo/client.c "$scratch" &&
		cd "$scratch" && "$(pkg-config --variable=spygen spy)" example.spy
}

# build PROGRAM PACKAGE: -Werror because headers that somebody installed must be clean
build() {
	cd "$scratch" &&
		cc -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -o "$1" "$1.c" example.c \
			$(pkg-config --cflags --libs "$2")
}

nothing_outside() {
	[ "$(ls "$scratch/stage")" = opt ]
}

check "install" make B="$B" PREFIX="$prefix" install
check "the installed spygen, from pkg-config" generate
check "a server by pkg-config spy-server" build server spy-server
check "a client by pkg-config spy" build client spy
check "install with DESTDIR" make B="$B" PREFIX=/opt/spy DESTDIR="$scratch/stage" install
check "nothing outside of PREFIX" nothing_outside
done_testing
