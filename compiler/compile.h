/*
 * The compiler as a library: sources in, checked schemas and diagnostics out.
 *
 *	struct compile c;
 *
 *	compile_init(&c, &(struct compile_options){ 0 });
 *	schema = compile_file(&c, "chat.spy");
 *	diag_print(&c.diag, stderr, false);
 *	compile_free(&c);
 *
 * Invariant: a run has no state outside `struct compile`, reads files only through
 * options.read, and writes nothing.  Everything it gives lives until compile_free().
 */
#ifndef SPYGEN_COMPILE_H
#define SPYGEN_COMPILE_H

#include "arena.h"
#include "check.h"
#include "diag.h"
#include "import.h"
#include "schema.h"
#include "source.h"
#include "str.h"
#include "types.h"

struct compile_options {
	const char *const *dirs; /* where imports are looked for, too */
	size_t n_dirs;
	read_fn *read; /* NULL: file_read() */
	void *read_arg;
	bool runtime; /* allow the runtime's own package, `spy` */
};

struct compile {
	struct arena arena;
	struct strs names;
	struct sources sources;
	struct diag diag;
	struct types types;
	struct loader loader;
	bool runtime;
};

void compile_init(struct compile *c, const struct compile_options *options);
void compile_free(struct compile *c);

/*
 * Compiles files together, so that what they share is read once; call it once per
 * `struct compile`, and once more after each compile_again().  Fills in one schema per
 * path.  0, or -1 when there was an error: then the schemas are not to be looked at.
 */
int compile_files(struct compile *c, const char *const *paths, size_t n,
		  struct schema **schemas);

/* The same for one file and for one text; NULL when there was an error. */
struct schema *compile_file(struct compile *c, const char *path);
struct schema *compile_text(struct compile *c, const char *path, const char *text,
			    size_t len);

/*
 * Starts over in the same run: what was declared is forgotten, so that another version of
 * the same schemas can be read; the schemas read before stay, and so do sources, names
 * and diagnostics.
 */
void compile_again(struct compile *c, const struct compile_options *options);

#endif
