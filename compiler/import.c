/* Finding, reading and ordering files.  Start in import.h. */
#include "import.h"

#include "literal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* POSIX has it under X/Open only, but every system we build on has it. */
extern char *realpath(const char *path, char *resolved);

enum read_status file_read(void *arg, struct arena *a, const char *path, struct text *out)
{
	enum read_status status = READ_FAILED;
	struct stat st;
	FILE *f = fopen(path, "rb");
	char *real;

	(void)arg;
	if (!f)
		return errno == ENOENT || errno == ENOTDIR ? READ_MISSING : READ_FAILED;
	*out = (struct text){ 0 };
	if (!fstat(fileno(f), &st) && S_ISDIR(st.st_mode)) {
		status = READ_DIRECTORY;
	} else if ((out->text = malloc(SOURCE_FILE_MAX + 1))) {
		/* read what is there: a pipe has no size */
		out->len = fread(out->text, 1, SOURCE_FILE_MAX + 1, f);
		status = ferror(f)		      ? READ_FAILED
			 : out->len > SOURCE_FILE_MAX ? READ_TOO_LARGE
						      : READ_OK;
	}
	fclose(f);
	real = realpath(path, NULL);
	out->identity = real ? arena_strndup(a, real, strlen(real)) : path;
	free(real);
	if (status != READ_OK) {
		free(out->text);
		out->text = NULL;
	}
	return status;
}

/* Whether a source is text at all; reports the first byte that is not. */
static bool is_text(struct loader *l, const struct source *s)
{
	size_t i, n;
	uint32_t code;

	for (i = 0; i < s->len; i += n) {
		uint32_t at = s->base + (uint32_t)i;

		n = utf8_next(s->text + i, s->len - i, &code);
		if (!n) {
			diag_error(l->diag, (struct span){ at, at + 1 },
				   "the file is not UTF-8: byte 0x%02x",
				   (unsigned char)s->text[i]);
			return false;
		}
		if (!code) {
			diag_error(l->diag, (struct span){ at, at + 1 },
				   "the file is no text: byte 0x00");
			return false;
		}
	}
	return true;
}

/* "dir/" of "dir/file", "" of "file". */
static const char *directory_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? arena_strndup(a, path, (size_t)(slash + 1 - path)) : "";
}

static const char *join(struct arena *a, const char *dir, const char *path)
{
	size_t n = strlen(dir);

	while (!strncmp(path, "./", 2))
		path += 2;
	if (*path == '/' || !n)
		return path;
	return arena_printf(a, "%s%s%s", dir, dir[n - 1] == '/' ? "" : "/", path);
}

/* Where an import is: beside the importing file, else in the first -I that has it. */
static const char *find(struct loader *l, const struct unit *from, const char *path,
			enum read_status *status, struct text *text)
{
	const char *full = join(l->arena, directory_of(l->arena, from->path), path);
	size_t i;

	*status = l->read(l->read_arg, l->arena, full, text);
	for (i = 0; i < l->n_dirs && *status == READ_MISSING && *path != '/'; i++) {
		full = join(l->arena, l->dirs[i], path);
		*status = l->read(l->read_arg, l->arena, full, text);
	}
	return full;
}

static void unreadable(struct loader *l, const struct ast_import *import,
		       const char *path, enum read_status status)
{
	struct span at = import->path.span;
	size_t i;
	const char *dirs = "";

	switch (status) {
	case READ_MISSING:
		for (i = 0; i < l->n_dirs; i++)
			dirs = arena_printf(l->arena, "%s%s'%s'", dirs,
					    i + 1 < l->n_dirs ? ", " : " or ",
					    l->dirs[i]);
		diag_error(l->diag, at, "cannot find '%s' beside this file%s%s", path,
			   *dirs ? dirs : "",
			   *dirs ? "" : "; -I adds folders to look in");
		break;
	case READ_DIRECTORY:
		diag_error(l->diag, at, "'%s' is a folder", path);
		break;
	case READ_TOO_LARGE:
		diag_error(l->diag, at, "'%s' is larger than %zu MiB", path,
			   SOURCE_FILE_MAX >> 20);
		break;
	default:
		diag_error(l->diag, at, "cannot read '%s'", path);
	}
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "a.spy -> b.spy -> a.spy", from the file that is imported again. */
static const char *cycle_of(struct loader *l, const struct unit *from,
			    const struct unit *again)
{
	const char *text = last_part(again->path);
	const struct unit *u;

	for (u = from; u != again; u = u->importer)
		text = arena_printf(l->arena, "%s -> %s", last_part(u->path), text);
	return arena_printf(l->arena, "%s -> %s", last_part(again->path), text);
}

static struct unit *take(struct loader *l, const char *path, const struct text *text,
			 struct unit *importer, unsigned depth);

static struct unit *load_import(struct loader *l, struct unit *from,
				const struct ast_import *import, unsigned depth)
{
	const char *path, *full, *wrong;
	struct text text = { 0 };
	enum read_status status;
	struct unit *unit;
	size_t len, at, at_len;

	wrong = literal_string(l->arena, import->path.text, &path, &len, &at, &at_len);
	if (wrong || !len) {
		diag_error(l->diag, import->path.span, "%s",
			   wrong ? wrong : "an import names a file");
		return NULL;
	}
	if (depth >= IMPORT_DEPTH_MAX) {
		diag_error(l->diag, import->path.span, "imports nest at most %d deep",
			   IMPORT_DEPTH_MAX);
		return NULL;
	}
	full = find(l, from, path, &status, &text);
	if (status != READ_OK) {
		unreadable(l, import, path, status);
		return NULL;
	}
	text.identity = intern_z(l->names, text.identity);
	unit = map_get(&l->by_identity, text.identity);
	if (unit && unit->loading) {
		diag_error(l->diag, import->path.span, "%s",
			   unit == from ? "a file cannot import itself"
					: arena_printf(l->arena, "import cycle: %s",
						       cycle_of(l, from, unit)));
		unit = NULL;
	} else if (!unit) {
		unit = take(l, full, &text, from, depth + 1);
	}
	free(text.text);
	return unit;
}

static struct unit *take(struct loader *l, const char *path, const struct text *text,
			 struct unit *importer, unsigned depth)
{
	struct source *source = source_add(l->sources, path, text->text, text->len);
	struct unit *unit;
	size_t i, n;

	if (!source) {
		diag_file_error(l->diag, path,
				"all files together are larger than %zu MiB",
				SOURCE_TOTAL_MAX >> 20);
		return NULL;
	}
	unit = ARENA_NEW(l->arena, struct unit);
	unit->path = path;
	unit->identity = text->identity;
	unit->importer = importer;
	unit->loading = true;
	map_put(l->arena, &l->by_identity, unit->identity, unit);
	if (is_text(l, source)) {
		unit->ast = parse_file(l->arena, l->names, l->diag, source);
	} else {
		unit->ast = ARENA_NEW(l->arena, struct ast_file);
		unit->ast->source = source;
		unit->ast->cut = true;
	}
	n = unit->ast->imports.n;
	unit->imports = arena_array(l->arena, n, sizeof(struct unit *));
	for (i = 0; i < n && !diag_full(l->diag); i++) {
		unit->imports[i] = load_import(l, unit, unit->ast->imports.at[i], depth);
		if (!unit->imports[i])
			unit->import_failed = true;
	}
	unit->loading = false;
	vec_push(l->arena, &l->order, unit);
	return unit;
}

struct unit *load_file(struct loader *l, const char *path)
{
	struct text text = { 0 };
	struct unit *unit;

	switch (l->read(l->read_arg, l->arena, path, &text)) {
	case READ_OK:
		break;
	case READ_MISSING:
		diag_file_error(l->diag, path, "no such file");
		return NULL;
	case READ_DIRECTORY:
		diag_file_error(l->diag, path, "is a folder");
		return NULL;
	case READ_TOO_LARGE:
		diag_file_error(l->diag, path, "is larger than %zu MiB",
				SOURCE_FILE_MAX >> 20);
		return NULL;
	default:
		diag_file_error(l->diag, path, "cannot be read");
		return NULL;
	}
	text.identity = intern_z(l->names, text.identity);
	unit = map_get(&l->by_identity, text.identity);
	if (!unit)
		unit = take(l, path, &text, NULL, 0);
	free(text.text);
	return unit;
}
