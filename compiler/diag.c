/*
 * Diagnostics: collecting and ordering.  How one looks on a terminal is in diag_print.c.
 *
 * Invariant: of two errors at the very same place only the first is kept, unless `every`
 * is set; the second is nearly always its consequence.  Start in diag.h.
 */
#include "diag.h"

#include "diag_message.h"

#include <stdarg.h>
#include <stdlib.h>

void diag_init(struct diag *d, struct arena *a, struct sources *s)
{
	*d = (struct diag){ .arena = a, .sources = s, .max = DIAG_ERRORS_MAX };
}

bool diag_full(const struct diag *d)
{
	return d->too_many;
}

static bool said_before(const struct diag *d, enum severity severity, struct span at)
{
	size_t i;

	for (i = 0; i < d->messages.n; i++) {
		const struct message *m = d->messages.at[i];

		if (!m->path && m->severity == severity && m->at.start == at.start)
			return true;
	}
	return false;
}

static bool wanted(struct diag *d, enum severity severity, const struct span *at)
{
	if (at && !d->every && said_before(d, severity, *at))
		return false;
	if (severity == SEVERITY_WARNING)
		return d->n_warnings++ < d->max;
	if (d->n_errors < d->max) {
		d->n_errors++;
		return true;
	}
	d->too_many = true;
	return false;
}

static struct message *add(struct diag *d, enum severity severity, const struct span *at,
			   const char *format, va_list ap)
{
	struct message *m;
	va_list again;
	char *text;
	int n;

	if (severity != SEVERITY_NOTE)
		d->dropped = !wanted(d, severity, at);
	if (d->dropped || (severity == SEVERITY_NOTE && !d->messages.n))
		return NULL;
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = arena_alloc(d->arena, n < 0 ? 1 : (size_t)n + 1);
	if (n > 0)
		vsnprintf(text, (size_t)n + 1, format, ap);
	m = ARENA_NEW(d->arena, struct message);
	m->severity = severity;
	m->text = text;
	if (at)
		m->at = *at;
	if (severity == SEVERITY_NOTE) {
		struct message *last = d->messages.at[d->messages.n - 1];

		vec_push(d->arena, &last->notes, m);
	} else {
		m->order = d->messages.n;
		vec_push(d->arena, &d->messages, m);
	}
	return m;
}

void diag_error(struct diag *d, struct span at, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(d, SEVERITY_ERROR, &at, format, ap);
	va_end(ap);
}

void diag_warning(struct diag *d, struct span at, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(d, SEVERITY_WARNING, &at, format, ap);
	va_end(ap);
}

void diag_note(struct diag *d, struct span at, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(d, SEVERITY_NOTE, &at, format, ap);
	va_end(ap);
}

void diag_file_error(struct diag *d, const char *path, const char *format, ...)
{
	struct message *m;
	va_list ap;

	va_start(ap, format);
	m = add(d, SEVERITY_ERROR, NULL, format, ap);
	va_end(ap);
	if (m)
		m->path = path;
}

void diag_line_error(struct diag *d, const char *path, size_t line, const char *format,
		     ...)
{
	struct message *m;
	va_list ap;

	va_start(ap, format);
	m = add(d, SEVERITY_ERROR, NULL, format, ap);
	va_end(ap);
	if (m) {
		m->path = path;
		m->line = line;
	}
}

/* Files as a whole first, then by place. */
static int by_place(const void *left, const void *right)
{
	const struct message *a = *(struct message *const *)left;
	const struct message *b = *(struct message *const *)right;

	if (!a->path != !b->path)
		return a->path ? -1 : 1;
	if (!a->path && a->at.start != b->at.start)
		return a->at.start < b->at.start ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

void diag_print(const struct diag *d, FILE *out, bool color)
{
	struct message **sorted;
	size_t i, k;

	if (d->no_memory) {
		fputs("error: out of memory\n", out);
		return;
	}
	sorted = arena_array(d->arena, d->messages.n, sizeof(struct message *));
	for (i = 0; i < d->messages.n; i++)
		sorted[i] = d->messages.at[i];
	qsort(sorted, d->messages.n, sizeof(struct message *), by_place);
	for (i = 0; i < d->messages.n; i++) {
		diag_print_message(d, sorted[i], out, color);
		for (k = 0; k < sorted[i]->notes.n; k++)
			diag_print_message(d, sorted[i]->notes.at[k], out, color);
	}
	if (d->too_many)
		fprintf(out, "error: more than %zu mistakes; correct these first\n",
			d->max);
}
