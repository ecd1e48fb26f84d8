/* Finding and loading input files.  Start in files.h. */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool has_suffix(const char *path, const char *suffix)
{
	size_t n = strlen(path), m = strlen(suffix);

	return n > m && !strcmp(path + n - m, suffix);
}

bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static int by_path(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void sort(struct vec *paths, size_t from)
{
	if (paths->n > from)
		qsort(paths->at + from, paths->n - from, sizeof(void *), by_path);
}

/* The names in a folder that may matter, sorted; -1 when it cannot be read. */
static int list(struct arena *a, const char *path, struct vec *names)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return -1;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			vec_push(a, names,
				 arena_strndup(a, entry->d_name, strlen(entry->d_name)));
	closedir(dir);
	sort(names, 0);
	return 0;
}

static bool wanted(const char *path, const char *const *suffixes)
{
	for (; *suffixes; suffixes++)
		if (has_suffix(path, *suffixes))
			return true;
	return false;
}

static int walk(struct diag *diag, const char *path, const char *const *suffixes,
		struct vec *paths, unsigned depth)
{
	const char *slash = has_suffix(path, "/") || !strcmp(path, "/") ? "" : "/";
	struct vec names = { 0 };
	size_t i;
	int r = 0;

	if (depth > FOLDER_DEPTH_MAX) {
		diag_file_error(diag, path, "more than %d folders deep",
				FOLDER_DEPTH_MAX);
		return -1;
	}
	if (list(diag->arena, path, &names) < 0) {
		diag_file_error(diag, path, "%s", strerror(errno));
		return -1;
	}
	for (i = 0; i < names.n && !r; i++) {
		const char *name = names.at[i];
		const char *full = arena_printf(diag->arena, "%s%s%s", path, slash, name);
		struct stat st;

		if (lstat(full, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			r = walk(diag, full, suffixes, paths, depth + 1);
		else if (wanted(name, suffixes))
			vec_push(diag->arena, paths, (void *)(uintptr_t)full);
	}
	return r;
}

int files_find(struct diag *diag, const char *path, const char *const *suffixes,
	       struct vec *paths)
{
	size_t from = paths->n;
	int r;

	if (!is_folder(path)) {
		vec_push(diag->arena, paths, (void *)(uintptr_t)path);
		return 0;
	}
	r = walk(diag, path, suffixes, paths, 0);
	sort(paths, from);
	return r;
}

bool text_check(struct diag *diag, const struct source *source)
{
	size_t i, n;
	uint32_t code;

	for (i = 0; i < source->len; i += n) {
		uint32_t at = source->base + (uint32_t)i;

		n = utf8_next(source->text + i, source->len - i, &code);
		if (n && code)
			continue;
		if (!n)
			diag_error(diag, (struct span){ at, at + 1 },
				   "the file is not UTF-8: byte 0x%02x",
				   (unsigned char)source->text[i]);
		else
			diag_error(diag, (struct span){ at, at + 1 },
				   "the file is no text: byte 0x00");
		return false;
	}
	return true;
}

static const struct source *take(struct diag *diag, const char *path, FILE *f, size_t max)
{
	const struct source *source = NULL;
	/* read what is there: a pipe has no size */
	char *text = malloc(max + 1);
	size_t len = text ? fread(text, 1, max + 1, f) : 0;

	if (!text)
		diag_file_error(diag, path, "out of memory");
	else if (ferror(f))
		diag_file_error(diag, path, "%s", strerror(errno));
	else if (len > max)
		diag_file_error(diag, path, "is larger than %zu MiB", max >> 20);
	else if (!(source = source_add(diag->sources, path, text, len)))
		diag_file_error(diag, path, "all files together are larger than %zu MiB",
				SOURCE_TOTAL_MAX >> 20);
	free(text);
	return source && text_check(diag, source) ? source : NULL;
}

const struct source *file_load(struct diag *diag, const char *path, size_t max)
{
	const struct source *source;
	FILE *f;

	if (!strcmp(path, "-"))
		return take(diag, "<stdin>", stdin, max);
	if (is_folder(path)) {
		diag_file_error(diag, path, "is a folder");
		return NULL;
	}
	f = fopen(path, "rb");
	if (!f) {
		diag_file_error(diag, path, "%s", strerror(errno));
		return NULL;
	}
	source = take(diag, path, f, max);
	fclose(f);
	return source;
}
