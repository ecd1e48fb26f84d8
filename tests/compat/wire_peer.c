/*
 * A peer for wire_test.py, which builds it twice, from an older and a newer schema.
 *
 *	write SEED COUNT   writes COUNT random values of everything: NAME FORM HEX
 *	read               reads such lines; writes what it has read as it writes it itself,
 *	                   or "refused" in its place, or nothing for a NAME it does not have
 *
 * FORM is "client" or "bus". tables.h, made by the script, has the schema's tables.
 */
#include <core/buf.h>
#include <core/decode.h>
#include <core/encode.h>
#include <support/random_value.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

enum { LINE_MAX = 1 << 16, DEPTH = 4 };

struct entry {
	char name[200];
	const struct spy_type *type;
	bool args;
};

static size_t list(struct entry *entries)
{
	size_t i, k, n = 0;

	for (i = 0; types[i]; i++) {
		if (!types[i]->name)
			continue;
		snprintf(entries[n].name, sizeof(entries[n].name), "%s", types[i]->name);
		entries[n++].type = types[i];
	}
	for (i = 0; endpoints[i]; i++) {
		for (k = 0; k < endpoints[i]->method_count; k++) {
			const struct spy_method *m = &endpoints[i]->methods[k];

			if (!m->args)
				continue;
			snprintf(entries[n].name, sizeof(entries[n].name), "%s()",
				 m->name);
			entries[n].args = true;
			entries[n++].type = m->args;
		}
	}
	return n;
}

static void print_hex(const struct entry *e, bool bus, const struct spy_buf *buf)
{
	size_t i;

	printf("%s %s ", e->name, bus ? "bus" : "client");
	for (i = 0; i < buf->len; i++)
		printf("%02x", buf->data[i]);
	printf("\n");
}

static void write_value(const struct entry *e, const void *value, bool bus)
{
	struct spy_buf buf = { 0 };

	if (spy_encode_type(&buf, e->type, value, bus ? SPY_ENCODE_BUS : 0) < 0)
		printf("%s %s refused\n", e->name, bus ? "bus" : "client");
	else
		print_hex(e, bus, &buf);
	spy_buf_free(&buf);
}

static void write_all(const struct entry *entries, size_t n, uint64_t seed, long count)
{
	struct random_values r = { .seed = seed };
	size_t i;
	long k;

	for (i = 0; i < n; i++) {
		/* what is of the server alone has no form for clients */
		bool bus_only = entries[i].type->flags & SPY_TYPE_SERVER;

		for (k = 0; k < count; k++) {
			const void *value = random_value(&r, entries[i].type, DEPTH);

			if (!bus_only)
				write_value(&entries[i], value, false);
			if (!entries[i].args)
				write_value(&entries[i], value, true);
			random_free(&r);
		}
	}
}

static void read_value(const struct entry *e, bool bus, const char *hex)
{
	uint8_t *data = malloc(strlen(hex) / 2 + 1);
	struct spy_arena arena;
	const void *value;
	unsigned digit;
	size_t len = 0;

	for (; data && sscanf(hex, "%2x", &digit) == 1; hex += 2)
		data[len++] = (uint8_t)digit;
	spy_arena_init(&arena, NULL);
	if (!data ||
	    spy_decode_type(&arena, e->type, data, len,
			    (bus ? SPY_DECODE_BUS : 0) | (e->args ? SPY_DECODE_ARGS : 0),
			    &value) < 0)
		printf("%s %s refused\n", e->name, bus ? "bus" : "client");
	else
		write_value(e, value, bus);
	spy_arena_free(&arena);
	free(data);
}

static void read_all(const struct entry *entries, size_t n)
{
	static char line[LINE_MAX], hex[LINE_MAX];
	char name[200], form[8];
	size_t i;

	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%199s %7s %65535s", name, form, hex) != 3)
			exit(2);
		for (i = 0; i < n && strcmp(entries[i].name, name); i++)
			;
		if (i == n)
			printf("\n");
		else
			read_value(&entries[i], !strcmp(form, "bus"), hex);
	}
}

int main(int argc, char **argv)
{
	static struct entry entries[1000];
	size_t n = list(entries);

	if (argc == 4 && !strcmp(argv[1], "write"))
		write_all(entries, n, strtoull(argv[2], NULL, 10), atol(argv[3]));
	else if (argc == 2 && !strcmp(argv[1], "read"))
		read_all(entries, n);
	else
		return 2;
	return 0;
}
