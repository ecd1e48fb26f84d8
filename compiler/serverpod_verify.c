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

/* The place in a model file that a line of a text comes from, or NULL. */
static const struct span *origin(const struct texts *all, const struct compile *c,
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

static void pass_on(const struct texts *all, const struct compile *c,
		    const struct message *m)
{
	const struct span *at;
	size_t i;

	if (m->severity != SEVERITY_ERROR)
		return;
	at = m->path ? NULL : origin(all, c, m->at.start);
	if (at)
		diag_error(all->pod->diag, *at, "%s", m->text);
	else
		diag_file_error(all->pod->diag, m->path ? m->path : "import", "%s",
				m->text);
	for (i = 0; i < m->notes.n; i++) {
		const struct message *note = m->notes.at[i];

		at = note->path ? NULL : origin(all, c, note->at.start);
		if (at)
			diag_note(all->pod->diag, *at, "%s", note->text);
	}
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

void pod_verify(struct pod *pod, const struct pod_text *texts, size_t n)
{
	struct arena *a = pod->arena;
	struct texts all = { .pod = pod, .texts = texts, .n = n };
	struct compile_options options = { .read = read_text, .read_arg = &all };
	struct schema **schemas = arena_array(a, n, sizeof(*schemas));
	struct compile c;
	size_t i;

	all.paths = arena_array(a, n, sizeof(*all.paths));
	for (i = 0; i < n; i++)
		all.paths[i] = arena_printf(
			a, "%s.spy", ((struct pod_module *)pod->modules.at[i])->package);
	compile_init(&c, &options);
	if (!compile_files(&c, all.paths, n, schemas))
		name(&c, schemas, n);
	for (i = 0; i < c.diag.messages.n; i++)
		pass_on(&all, &c, c.diag.messages.at[i]);
	if (c.diag.no_memory)
		diag_file_error(pod->diag, "import", "out of memory");
	compile_free(&c);
}
