/*
 * Damaged schemas: the tour of the language with pieces cut out, doubled, swapped and
 * overwritten.  Whatever comes out, the compiler must end, say at most what it may say,
 * and touch no memory that is not its own (run it with SAN=1).
 *
 *	damage_test [COUNT [SEED]]
 *
 * The same seed gives the same damage.  A failure prints the text that caused it.
 */
#include "compile.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	COUNT = 3000,
	SECONDS_MAX = 10, /* for one text; it takes about one millisecond */
	TEXT_MAX = 64 << 10,
};

/* What was there when the program died; a signal handler can read nothing else. */
static char current[TEXT_MAX];
static size_t current_len;

static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static size_t below(uint64_t *state, size_t n)
{
	return n ? (size_t)(next_random(state) % n) : 0;
}

static const char *const pieces[] = {
	";",
	"}",
	"{",
	"<",
	">",
	"(",
	")",
	"[",
	"]",
	",",
	":",
	"=",
	"|",
	"?",
	"@",
	".",
	"->",
	"//",
	"///",
	"/*",
	"*/",
	"\"",
	"'",
	"\\",
	"\n",
	"\t",
	" ",
	"\r\n",
	"-",
	"0",
	"9",
	"0x",
	"1e9",
	"99999999999999999999",
	"64KiB",
	"10s",
	"list<",
	"map<",
	"stream<",
	"set<",
	"model ",
	"enum ",
	"union ",
	"exception ",
	"endpoint ",
	"sealed ",
	"immutable ",
	"extends ",
	"throws ",
	"messages ",
	"reserved ",
	"default ",
	"import ",
	"package ",
	"any",
	"int",
	"string",
	"true",
	"now",
	"random",
	"nil",
	"@max(",
	"@server ",
	"@login ",
	"@scope(\"x\")",
	"@c(name = \"x\")",
	"Everything",
	"Animal",
	"Tree",
	"Shape",
	"places.",
	"\xc3\xa9",
	"\xff",
	"\xe2\x82",
	"\xf0\x9f\x98\x80",
};

/* Replaces `cut` bytes at `at` by `n` others. */
static void splice(size_t at, size_t cut, const char *with, size_t n)
{
	if (current_len - cut + n > TEXT_MAX - 1)
		return;
	memmove(current + at + n, current + at + cut, current_len - at - cut);
	memcpy(current + at, with, n);
	current_len += n - cut;
}

static void damage(uint64_t *random)
{
	char kept[256];
	size_t at = below(random, current_len), n = below(random, sizeof(kept));
	const char *piece = pieces[below(random, sizeof(pieces) / sizeof(pieces[0]))];

	if (n > current_len - at)
		n = current_len - at;
	switch (below(random, 7)) {
	case 0: /* cut out */
		splice(at, n, "", 0);
		break;
	case 1: /* cut out a little */
		splice(at, n % 4, "", 0);
		break;
	case 2: /* double, somewhere else */
		memcpy(kept, current + at, n);
		splice(below(random, current_len), 0, kept, n);
		break;
	case 3: /* put in */
		splice(at, 0, piece, strlen(piece));
		break;
	case 4: /* put in its place */
		splice(at, n % 8, piece, strlen(piece));
		break;
	case 5: /* any byte */
		if (current_len)
			current[at] = (char)below(random, 256);
		break;
	default: /* the end is missing */
		if (!below(random, 8))
			current_len = at;
	}
}

/* Every pointer that schema.h promises. */
static void touch(const struct schema *s)
{
	size_t i, k, sum = 0;

	for (i = 0; i < s->n_types; i++)
		sum += strlen(s->types[i]->text);
	for (i = 0; i < s->n_stream_items; i++)
		sum += strlen(s->stream_items[i]->text);
	for (i = 0; i < s->n_decls; i++) {
		const struct decl *d = s->decls[i];

		sum += strlen(d->full_name);
		for (k = 0; d->kind == DECL_ENUM && k < d->enumeration->n_values; k++)
			sum += strlen(d->enumeration->values[k].name);
		for (k = 0; d->kind == DECL_UNION && k < d->variant->n_members; k++)
			sum += strlen(d->variant->members[k]->decl->name);
		for (k = 0; d->kind == DECL_ENDPOINT && k < d->endpoint->n_methods; k++)
			sum += strlen(d->endpoint->methods[k].wire_name);
		for (k = 0; (d->kind == DECL_MODEL || d->kind == DECL_EXCEPTION) &&
			    k < d->record->n_fields;
		     k++)
			sum += d->record->fields[k].reserved ||
			       strlen(d->record->fields[k].type->text);
	}
	if (!sum)
		abort();
}

static enum read_status no_file(void *arg, struct arena *a, const char *path,
				struct text *out)
{
	static const char place[] = "package places; model Place { x: int; }";

	(void)arg;
	(void)a;
	if (strcmp(path, "tour_places.spy"))
		return READ_MISSING;
	*out = (struct text){ malloc(sizeof(place)), sizeof(place) - 1, path };
	memcpy(out->text, place, sizeof(place));
	return READ_OK;
}

/* Whether the text compiled. */
static int compile_current(void)
{
	struct compile c;
	struct schema *schema;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	compile_init(&c, &(struct compile_options){ .read = no_file });
	schema = compile_text(&c, "tour.spy", current, current_len);
	if (!schema != (c.diag.n_errors > 0))
		abort();
	if (schema)
		touch(schema);
	diag_print(&c.diag, f, false);
	fclose(f);
	if (c.diag.n_errors && !len)
		abort();
	free(text);
	compile_free(&c);
	return schema != NULL;
}

static void died(int signal_number)
{
	static const char head[] = "\n# it died of this text:\n";

	if (write(STDERR_FILENO, head, sizeof(head) - 1) < 0 ||
	    write(STDERR_FILENO, current, current_len) < 0)
		_exit(3);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

static size_t read_tour(char *tour)
{
	static const char *const paths[] = { "schemas/tour.spy", "../schemas/tour.spy" };
	size_t i, n = 0;
	FILE *f = NULL;

	for (i = 0; i < 2 && !f; i++)
		f = fopen(paths[i], "rb");
	if (f) {
		n = fread(tour, 1, TEXT_MAX / 2, f);
		fclose(f);
	}
	return n;
}

int main(int argc, char **argv)
{
	static char tour[TEXT_MAX];
	long count = argc > 1 ? atol(argv[1]) : COUNT, i, well = 0;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	size_t len = read_tour(tour);

	signal(SIGABRT, died);
	signal(SIGALRM, died);
	printf("1..2\n");
	memcpy(current, tour, current_len = len);
	printf("%s 1 - the tour itself\n", len && compile_current() ? "ok" : "not ok");
	for (i = 0; i < count; i++) {
		uint64_t random = seed * 1000003 + (uint64_t)i;
		size_t k, times = 1 + below(&random, 4);

		memcpy(current, tour, current_len = len);
		/* small texts come further than large ones */
		if (below(&random, 2) && len > 600)
			splice(0, below(&random, len - 500), "", 0);
		for (k = 0; k < times; k++)
			damage(&random);
		alarm(SECONDS_MAX);
		well += compile_current();
	}
	alarm(0);
	printf("ok 2 - %ld damaged schemas, %ld of them still well\n", count, well);
	return 0;
}
