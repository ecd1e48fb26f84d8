/*
 * The compiler reads what was written, before anybody else does.  Start in serverpod.h.
 *
 * Invariant: what passes here compiles, and gives C names that do not collide; what does
 * not is reported at the model that it comes from.
 */
#include "serverpod.h"

#include "cname.h"
#include "compile.h"
#include "diag_message.h"

#include <stdlib.h>
#include <string.h>

/* Tries to find a name in C that is free. */
enum { C_NAME_TRIES = 20 };

struct texts {
	struct pod *pod;
	const struct pod_text *texts;
	const char **paths;
	size_t n;
};

static enum read_status read_text(void *arg, struct arena *a, const char *path,
				  struct text *out)
{
	const struct texts *all = arg;
	size_t i = 0;

	(void)a;
	while (i < all->n && strcmp(all->paths[i], path))
		i++;
	if (i == all->n)
		return READ_MISSING;
	out->len = all->texts[i].text.len;
	out->identity = all->paths[i];
	out->text = malloc(out->len + 1);
	if (!out->text)
		return READ_FAILED;
	memcpy(out->text, buf_text(&all->texts[i].text), out->len + 1);
	return READ_OK;
}

/* Where a line of a text comes from, or NULL. */
static const struct pod_origin *origin(const struct texts *all, const struct compile *c,
				       uint32_t at)
{
	struct place place;
	size_t i;

	if (source_place(&c->sources, at, &place) < 0)
		return NULL;
	for (i = 0; i < all->n; i++) {
		const struct vec *lines = &all->texts[i].lines;

		if (strcmp(all->paths[i], place.source->path))
			continue;
		return place.line <= lines->n ? lines->at[place.line - 1] : NULL;
	}
	return NULL;
}

/* Whether the name that is taken is this one's, or made from it. */
static bool may_be_renamed(const struct pod_origin *at, const struct message *m)
{
	return at && at->c_name && !strncmp(m->text, "the C name '", 12) &&
	       strstr(m->text, at->c_plain);
}

/* A name in C that is taken is nobody's mistake: another is as good. */
static bool rename_in_c(struct pod *pod, const struct pod_origin *at)
{
	const char *before = *at->c_name;
	unsigned n = 2;

	/* counted on from the last try */
	if (before)
		n = (unsigned)strtoul(strrchr(before, '_') + 1, NULL, 10) + 1;
	if (n > C_NAME_TRIES)
		return false;
	*at->c_name = arena_printf(pod->arena, "%s_%u", at->c_plain, n);
	if (!before)
		diag_warning(pod->diag, at->span,
			     "in C this is '%s': '%s' or a name made from it is taken",
			     *at->c_name, at->c_plain);
	return true;
}

/* Without the field that a mistake is in, the rest may pass. */
static bool leave_out(const struct texts *all, const struct compile *c,
		      const struct message *m)
{
	const struct pod_origin *at = m->path ? NULL : origin(all, c, m->at.start);

	if (!at || !at->field || !at->field->type)
		return false;
	at->field->type = NULL;
	return true;
}

/* True when the texts may pass, written again. */
static bool pass_on(const struct texts *all, const struct compile *c,
		    const struct message *m)
{
	const struct pod_origin *at;
	size_t i;

	if (m->severity != SEVERITY_ERROR)
		return false;
	at = m->path ? NULL : origin(all, c, m->at.start);
	if (may_be_renamed(at, m) && rename_in_c(all->pod, at))
		return true;
	/* the struct of a list, which has no name of its own to change */
	if (m->notes.n) {
		const struct message *note = m->notes.at[0];
		const struct pod_origin *first = origin(all, c, note->at.start);

		if (may_be_renamed(first, m) && rename_in_c(all->pod, first))
			return true;
	}
	if (at)
		diag_error(all->pod->diag, at->span, "%s", m->text);
	else
		diag_file_error(all->pod->diag, m->path ? m->path : "import", "%s",
				m->text);
	for (i = 0; i < m->notes.n; i++) {
		const struct message *note = m->notes.at[i];

		at = note->path ? NULL : origin(all, c, note->at.start);
		if (at)
			diag_note(all->pod->diag, at->span, "%s", note->text);
	}
	return leave_out(all, c, m);
}

static int name(struct compile *c, struct schema **schemas, size_t n)
{
	size_t i;

	if (setjmp(c->arena.fail))
		return -1;
	c->arena.fail_set = 1;
	for (i = 0; i < n; i++)
		cname_assign(schemas[i], &c->diag);
	return 0;
}

static bool verify(struct pod *pod, const struct pod_text *texts, size_t n)
{
	struct arena *a = pod->arena;
	struct texts all = { .pod = pod, .texts = texts, .n = n };
	struct compile_options options = { .read = read_text, .read_arg = &all };
	struct schema **schemas = arena_array(a, n, sizeof(*schemas));
	struct compile c;
	bool renamed = false;
	size_t i;

	all.paths = arena_array(a, n, sizeof(*all.paths));
	for (i = 0; i < n; i++)
		all.paths[i] = arena_printf(
			a, "%s.spy", ((struct pod_module *)pod->modules.at[i])->package);
	compile_init(&c, &options);
	if (!compile_files(&c, all.paths, n, schemas))
		name(&c, schemas, n);
	for (i = 0; i < c.diag.messages.n; i++)
		renamed |= pass_on(&all, &c, c.diag.messages.at[i]);
	if (c.diag.no_memory)
		diag_file_error(pod->diag, "import", "out of memory");
	compile_free(&c);
	return renamed;
}

const struct pod_text *pod_texts(struct pod *pod, bool strict)
{
	size_t n = pod->modules.n, i, errors;
	struct pod_text *texts;
	bool again;

	do {
		texts = arena_array(pod->arena, n, sizeof(struct pod_text));
		for (i = 0; i < n; i++)
			pod_write(pod, pod->modules.at[i], &texts[i]);
		errors = pod->diag->n_errors;
		if (errors && strict)
			return NULL;
		again = verify(pod, texts, n);
	} while (again);
	return pod->diag->n_errors == errors ? texts : NULL;
}
