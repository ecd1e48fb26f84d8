/* Writing files.  Start in output.h. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain(struct output *o, const char *path)
{
	diag_file_error(o->diag, path, "%s", strerror(errno));
	return -1;
}

/* mkdir -p */
int output_init(struct output *o, const char *dir, struct diag *diag)
{
	char *path = arena_strndup(diag->arena, dir, strlen(dir)), *slash = path;

	*o = (struct output){ .diag = diag, .dir = dir };
	do {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (*path && mkdir(path, 0777) < 0 && errno != EEXIST)
			return complain(o, path);
		if (slash)
			*slash = '/';
	} while (slash && *slash);
	return 0;
}

static bool unchanged(const char *path, const char *text, size_t len)
{
	char part[4096];
	size_t n;
	FILE *f = fopen(path, "r");

	if (!f)
		return false;
	while ((n = fread(part, 1, sizeof(part), f)) > 0) {
		if (n > len || memcmp(part, text, n))
			break;
		text += n;
		len -= n;
	}
	n += (size_t)!feof(f) + (size_t)ferror(f);
	fclose(f);
	return !n && !len;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* Several runs may write the same file at once (make -j): each has a name of its own. */
static int replace(struct output *o, const char *path, const char *text, size_t len)
{
	const char *temporary =
		arena_printf(o->diag->arena, "%s.%ld.tmp", path, (long)getpid());
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), r;

	if (fd < 0)
		return complain(o, path);
	r = write_all(fd, text, len);
	if (r < 0) {
		complain(o, path);
		close(fd);
	} else if ((r = close(fd)) < 0 || (r = rename(temporary, path)) < 0) {
		complain(o, path);
	}
	if (r < 0)
		unlink(temporary);
	return r;
}

int output_file(struct output *o, const char *name, const char *text, size_t len)
{
	size_t dir_len = strlen(o->dir);
	const char *slash = dir_len && o->dir[dir_len - 1] == '/' ? "" : "/";
	char *path = strcmp(o->dir, ".")
			     ? arena_printf(o->diag->arena, "%s%s%s", o->dir, slash, name)
			     : arena_printf(o->diag->arena, "%s", name);

	vec_push(o->diag->arena, &o->paths, path);
	return unchanged(path, text, len) ? 0 : replace(o, path, text, len);
}

struct output_text {
	const char *name;
	const char *text;
	size_t len;
};

void output_later(struct output *o, const char *name, const struct buf *text)
{
	struct output_text *later = ARENA_NEW(o->diag->arena, struct output_text);

	*later = (struct output_text){ name, buf_text(text), text->len };
	vec_push(o->diag->arena, &o->later, later);
}

int output_all(struct output *o)
{
	size_t i;

	for (i = 0; i < o->later.n; i++) {
		const struct output_text *later = o->later.at[i];

		if (output_file(o, later->name, later->text, later->len) < 0)
			return -1;
	}
	return 0;
}

/* A path as make and ninja read it. */
static char *escaped(struct arena *a, const char *path)
{
	char *to = arena_alloc(a, 2 * strlen(path) + 1), *start = to;

	for (; *path; path++) {
		if (*path == ' ' || *path == '#' || *path == '\\')
			*to++ = '\\';
		if (*path == '$')
			*to++ = '$';
		*to++ = *path;
	}
	return start;
}

int output_depfile(struct output *o, const char *path)
{
	const struct vec *inputs = &o->inputs;
	struct arena *a = o->diag->arena;
	struct buf rules = { .arena = a };
	size_t i;

	for (i = 0; i < o->paths.n; i++)
		buf_printf(&rules, "%s%s", i ? " " : "", escaped(a, o->paths.at[i]));
	buf_printf(&rules, ":");
	for (i = 0; i < inputs->n; i++)
		buf_printf(&rules, " \\\n  %s", escaped(a, inputs->at[i]));
	buf_printf(&rules, "\n");
	for (i = 1; i < inputs->n; i++)
		buf_printf(&rules, "\n%s:\n", escaped(a, inputs->at[i]));
	return replace(o, path, rules.text, rules.len);
}
