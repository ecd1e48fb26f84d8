/*
 * Finding, reading and ordering the files of a run.
 *
 * Invariant: a file is read once, however many imports name it and by whatever path; in
 * `order` each file stands behind all that it imports, so check.c can go through it once.
 * Next: check.h.
 */
#ifndef SPYGEN_IMPORT_H
#define SPYGEN_IMPORT_H

#include "ast.h"
#include "diag.h"
#include "schema.h"

#include <stdbool.h>

/* Imports that import each other in a row; more is a mistake and would cost stack. */
#define IMPORT_DEPTH_MAX 64

enum read_status {
	READ_OK,
	READ_MISSING,
	READ_DIRECTORY,
	READ_TOO_LARGE,
	READ_FAILED,
};

struct text {
	char *text; /* from malloc(); the loader frees it */
	size_t len;
	const char *identity; /* equal for two paths of one file; in the arena */
};

/* Reads a file.  file_read() below is the real one; tests bring their own. */
typedef enum read_status read_fn(void *arg, struct arena *a, const char *path,
				 struct text *out);

enum read_status file_read(void *arg, struct arena *a, const char *path,
			   struct text *out);

/* One file of the run. */
struct unit {
	struct ast_file *ast;
	const char *path;
	const char *identity;
	struct unit **imports; /* as ast->imports; NULL where that failed */
	bool import_failed;
	bool loading; /* to find cycles */
	struct unit *importer;
	struct schema *schema; /* check.c's */
	struct vec ordered;    /* check_cycles.c's: struct decl * */
};

struct loader {
	struct arena *arena;
	struct strs *names;
	struct diag *diag;
	struct sources *sources;
	const char *const *dirs; /* -I */
	size_t n_dirs;
	read_fn *read;
	void *read_arg;
	struct vec order;	/* struct unit * */
	struct map by_identity; /* struct unit * */
};

/* Loads a file and all it imports; NULL when the file itself cannot be read. */
struct unit *load_file(struct loader *l, const char *path);
#endif
