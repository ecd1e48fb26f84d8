/*
 * libFuzzer: two versions of a schema held against each other.  The older one stands behind
 * the first NUL; without one it is the schema itself, about which nothing may be said, and
 * then the schema without one of its lines.
 */
#include "compat.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES = 8 }; /* left out, of each input */

static enum read_status read_nothing(void *arg, struct arena *a, const char *path,
				     struct text *out)
{
	(void)arg;
	(void)a;
	(void)path;
	(void)out;
	return READ_MISSING;
}

/* How much was said; -1 when one of the two is no schema. */
static long compare(const char *now, size_t n_now, const char *then, size_t n_then)
{
	struct compile_options options = { .read = read_nothing };
	struct schema *newer, *older;
	struct compile c;
	long said = -1;
	FILE *out;

	compile_init(&c, &options);
	newer = compile_text(&c, "new.spy", now, n_now);
	compile_again(&c, &options);
	older = newer ? compile_text(&c, "old.spy", then, n_then) : NULL;
	if (older) {
		size_t before = c.diag.messages.n;

		compat_compare(&c, &newer, &older, 1, NULL);
		said = (long)(c.diag.messages.n - before);
		out = fopen("/dev/null", "w");
		if (out) {
			diag_print(&c.diag, out, false);
			fclose(out);
		}
	}
	compile_free(&c);
	return said;
}

/* Both ways: what one loses the other gains. */
static void without_line(const char *text, size_t size, size_t line)
{
	const char *from = text, *to;
	char *rest = malloc(size + 1);
	size_t n;

	for (; rest && line && from; line--) {
		from = memchr(from, '\n', size - (size_t)(from - text));
		from = from ? from + 1 : NULL;
	}
	to = rest && from ? memchr(from, '\n', size - (size_t)(from - text)) : NULL;
	if (to) {
		n = (size_t)(from - text);
		memcpy(rest, text, n);
		memcpy(rest + n, to, size - (size_t)(to - text));
		n += size - (size_t)(to - text);
		compare(text, size, rest, n);
		compare(rest, n, text, size);
	}
	free(rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *nul = size ? memchr(text, '\0', size) : NULL;
	size_t i, lines = 1;

	if (nul) {
		compare(text, (size_t)(nul - text), nul + 1,
			size - (size_t)(nul - text) - 1);
		return 0;
	}
	i = (size_t)compare(text, size, text, size);
	if (i == (size_t)-1)
		return 0;
	if (i)
		abort();
	for (i = 0; i < size; i++)
		lines += text[i] == '\n';
	for (i = 0; i < LINES; i++)
		without_line(text, size, (i * 2654435761u + size) % lines);
	return 0;
}
