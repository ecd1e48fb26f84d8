#!/bin/bash
# A client's build of a schema (--client) has nothing in it that only servers know, and says
# the same on the wire as the server's build: each reads what the other has written.
. tests/support/tap.sh

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/zoo.spy" <<'END'
package zoo;

enum Mood { calm, angry; }
@server enum Secret { one; }
@server model Vault { code: list<Secret>; }
sealed model Animal { name: string; @server vault: Vault?; }
@server model Ghost extends Animal { age: int; }
model Dog extends Animal { @server owner: string?; tricks: list<string>; reserved tail; }
@server model Spirit extends Animal { }
model Cat extends Animal { @server price: map<string, int> = []; lives: int8 = 9; }
sealed exception Refused { why: string; @server who: string?; }
@server exception Audited extends Refused { }
exception Late extends Refused { }

endpoint gate {
    pet(animal: Animal, mood: Mood) -> Animal throws Refused;
    watch() -> stream<Animal>;
}
END
cat >"$dir/main.c" <<'END'
#include "zoo.h"

#include <stdlib.h>
#include <string.h>

/* Writes an animal as a client sees it, or reads one that the other build has written. */
int main(int argc, char **argv)
{
	static const char *const tricks[] = { "sit" };
	struct zoo_animal animal, *read;
	uint8_t *data, in[256];
	size_t len;
	void *value;
	FILE *f = fopen(argv[2], argc > 1 && *argv[1] == 'w' ? "wb" : "rb");

	if (!f)
		return 3;
	memset(&animal, 0, sizeof(animal));
	animal.kind = ZOO_ANIMAL_CAT;
	animal.cat.lives = 7;
	animal.cat.base.name = "Tom";
	if (argc > 3) {
		memset(&animal.cat, 0, sizeof(animal.cat));
		animal.kind = ZOO_ANIMAL_DOG;
		animal.dog.base.name = "Rex";
		animal.dog.tricks.items = tricks;
		animal.dog.tricks.len = 1;
	}
	if (*argv[1] == 'w') {
		if (spy_value_encode(&zoo_animal_type, &animal, false, &data, &len))
			return 1;
		fwrite(data, 1, len, f);
		free(data);
		return fclose(f);
	}
	len = fread(in, 1, sizeof(in), f);
	fclose(f);
	if (spy_value_decode(&zoo_animal_type, in, len, &value))
		return 1;
	read = value;
	len = zoo_animal_equal(read, &animal) ? 0 : 2;
	zoo_animal_free(read);
	zoo_animal_init(&animal);
	return (int)len;
}
END

# shellcheck disable=SC2046 # libraries are words
for side in server client; do
	check "--$side" "$B/spygen" --$side --out "$dir/$side" "$dir/zoo.spy"
	check "$side: compiles" gcc -std=c11 -Wall -Wextra -Werror -D_POSIX_C_SOURCE=200809L \
		-Iruntime/include -I"$dir/$side" -o "$dir/$side/main" "$dir/main.c" \
		"$dir/$side/zoo.c" "$B/libspy.a" $(pkg-config --libs libwebsockets libuv) -lm -pthread
	check "$side: a cat is written" "$dir/$side/main" write "$dir/$side.cat"
	check "$side: a dog is written" "$dir/$side/main" write "$dir/$side.dog" dog
done
check "C++" g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -D_POSIX_C_SOURCE=200809L -x c++ \
	-Iruntime/include -I"$dir/client" -fsyntax-only "$dir/client/zoo.c"
check "both write the same cat" cmp "$dir/server.cat" "$dir/client.cat"
check "both write the same dog" cmp "$dir/server.dog" "$dir/client.dog"
check "the client reads the server's cat" "$dir/client/main" read "$dir/server.cat"
check "the server reads the client's dog" "$dir/server/main" read "$dir/client.dog" dog
printf '\x92\x00\x91\xa0' >"$dir/ghost"
for side in server client; do
	status=0
	"$dir/$side/main" read "$dir/ghost" || status=$?
	check "$side: a ghost is refused" test $status = 1
done
check "nothing that only servers know" \
	bash -c "! grep -riE 'secret|vault|ghost|spirit|owner|price|audited|\bwho\b' '$dir/client'/zoo.*[ch]"
check "the server has it" grep -q zoo_ghost "$dir/server/zoo.h"

echo 'sealed model A { } @server model B extends A { } model C { a: A?; }' >"$dir/none.spy"
"$B/spygen" --out "$dir" "$dir/none.spy" 2>"$dir/said"
check "a sealed model of which clients know no child" grep -q \
	"all that extends 'A' is server-only; make it '@server' too" "$dir/said"
done_testing
