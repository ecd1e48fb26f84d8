/*
 * libFuzzer: any bytes as Serverpod's model files.  A NUL begins the next file; the files
 * belong to two modules in turn.  What is written must be laid out without a mistake.
 */
#include "files.h"
#include "fmt.h"
#include "serverpod.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Enough to be at odds with each other. */
enum { FILES_MAX = 8 };

struct run {
	struct arena arena;
	struct strs names;
	struct sources sources;
	struct diag diag;
	struct pod pod;
};

static struct pod_module *module(struct run *r, const char *name)
{
	struct pod_module *m = ARENA_NEW(&r->arena, struct pod_module);

	m->package = m->name = intern_z(&r->names, name);
	m->folder = name;
	vec_push(&r->arena, &r->pod.modules, m);
	return m;
}

static void read_all(struct run *r, const char *text, size_t size)
{
	struct pod_module *modules[] = { module(r, "one"), module(r, "two") };
	size_t i, len;

	for (i = 0; i < FILES_MAX && size; i++) {
		const char *nul = memchr(text, '\0', size);
		const struct source *source;

		len = nul ? (size_t)(nul - text) : size;
		source = source_add(&r->sources, "fuzz.spy.yaml", text, len);
		if (source && text_check(&r->diag, source))
			pod_read(&r->pod, modules[i % 2], source);
		len += nul != NULL;
		text += len;
		size -= len;
	}
}

static void write_all(struct run *r)
{
	const struct pod_text *texts = pod_texts(&r->pod, false);
	size_t i;

	for (i = 0; texts && i < r->pod.modules.n; i++) {
		const struct source *source = source_add(
			&r->sources, "fuzz.spy", texts[i].text.text, texts[i].text.len);

		if (!source || !fmt_text(&r->names, &r->diag, source))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = { .pod = { 0 } };

	arena_init(&r.arena);
	strs_init(&r.names, &r.arena);
	sources_init(&r.sources, &r.arena);
	diag_init(&r.diag, &r.arena, &r.sources);
	r.diag.max = POD_MESSAGES_MAX;
	r.pod.arena = &r.arena;
	r.pod.names = &r.names;
	r.pod.diag = &r.diag;
	read_all(&r, (const char *)data, size);
	pod_resolve(&r.pod);
	write_all(&r);
	arena_free(&r.arena);
	return 0;
}
