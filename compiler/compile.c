/* One run of the compiler.  Start in compile.h. */
#include "compile.h"

#include <stdlib.h>
#include <string.h>

void compile_init(struct compile *c, const struct compile_options *options)
{
	*c = (struct compile){ .runtime = false };
	arena_init(&c->arena);
	strs_init(&c->names, &c->arena);
	sources_init(&c->sources, &c->arena);
	diag_init(&c->diag, &c->arena, &c->sources);
	compile_again(c, options);
}

void compile_again(struct compile *c, const struct compile_options *options)
{
	c->runtime = options->runtime;
	types_init(&c->types, &c->arena, &c->names);
	c->loader = (struct loader){
		.arena = &c->arena,
		.names = &c->names,
		.diag = &c->diag,
		.sources = &c->sources,
		.dirs = options->dirs,
		.n_dirs = options->n_dirs,
		.read_arg = options->read_arg,
		.read = options->read ? options->read : file_read,
	};
}

void compile_free(struct compile *c)
{
	arena_free(&c->arena);
}

static void check(struct compile *c)
{
	struct check check = {
		.arena = &c->arena,
		.names = &c->names,
		.diag = &c->diag,
		.types = &c->types,
		.units = &c->loader.order,
		.runtime = c->runtime,
	};

	check_units(&check);
}

int compile_files(struct compile *c, const char *const *paths, size_t n,
		  struct schema **schemas)
{
	struct unit **units;
	size_t i;

	if (setjmp(c->arena.fail)) {
		c->arena.fail_set = 0;
		c->diag.n_errors++;
		c->diag.no_memory = true;
		return -1;
	}
	c->arena.fail_set = 1;
	units = arena_array(&c->arena, n, sizeof(*units));
	for (i = 0; i < n; i++)
		units[i] = load_file(&c->loader, paths[i]);
	check(c);
	c->arena.fail_set = 0;
	for (i = 0; i < n && !c->diag.n_errors; i++)
		schemas[i] = units[i]->schema;
	return c->diag.n_errors ? -1 : 0;
}

struct schema *compile_file(struct compile *c, const char *path)
{
	struct schema *schema;

	return compile_files(c, &path, 1, &schema) < 0 ? NULL : schema;
}

struct one_text {
	const char *path;
	const char *text;
	size_t len;
	read_fn *read;
	void *read_arg;
};

/* The text for its own path, everything else as before. */
static enum read_status read_text(void *arg, struct arena *a, const char *path,
				  struct text *out)
{
	const struct one_text *one = arg;

	if (strcmp(path, one->path))
		return one->read(one->read_arg, a, path, out);
	if (one->len > SOURCE_FILE_MAX)
		return READ_TOO_LARGE;
	*out = (struct text){ malloc(one->len + 1), one->len, one->path };
	if (!out->text)
		return READ_FAILED;
	if (one->len)
		memcpy(out->text, one->text, one->len);
	return READ_OK;
}

struct schema *compile_text(struct compile *c, const char *path, const char *text,
			    size_t len)
{
	struct one_text one = { path, text, len, c->loader.read, c->loader.read_arg };

	c->loader.read = read_text;
	c->loader.read_arg = &one;
	return compile_file(c, path);
}
