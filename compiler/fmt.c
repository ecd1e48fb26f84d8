/* Formatting files.  Start in fmt.h. */
#include "fmt.h"

#include "files.h"
#include "output.h"
#include "print.h"

#include <string.h>

static const char help[] =
	"Usage: spygen fmt [--check] FILE|FOLDER...\n"
	"       spygen fmt -\n"
	"\n"
	"Lays out .spy files, keeping their comments.  There are no settings.\n"
	"\n"
	"  --check           write nothing; name the files that would change\n"
	"  -                 from standard input to standard output\n"
	"  -h, --help        show this\n"
	"\n"
	"Exit status: 0 all is well, 1 mistakes in the input or, with --check, files that\n"
	"would change, 2 mistakes in the usage.\n";

/* ---- comparing ---- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *end_of_comment(const char *s)
{
	const char *end;

	if (s[1] == '/')
		return s + strcspn(s, "\n");
	end = strstr(s + 2, "*/");
	return end ? end + 2 : s + strlen(s);
}

static const char *end_of_string(const char *s)
{
	for (s++; *s && *s != '"'; s++)
		if (*s == '\\' && s[1])
			s++;
	return *s ? s + 1 : s;
}

static bool is_comment(const char *s)
{
	return s[0] == '/' && (s[1] == '/' || s[1] == '*');
}

/* Characters that are tokens by themselves, whatever stands beside them. */
static bool is_mark(char c)
{
	return c && strchr(",;:.<>(){}[]=|@?", c);
}

static const char *end_of_word(const char *s)
{
	if (is_mark(*s))
		return s + 1;
	for (s++; *s && !is_space(*s) && !is_mark(*s) && *s != '"' && *s != '/'; s++)
		if (s[0] == '-' && s[1] == '>')
			break;
	return s;
}

/* The next piece that is, or is not, a comment: a word, a string, or one character. */
static const char *next_piece(const char *s, bool comment, size_t *len)
{
	const char *end;

	for (;; s = end) {
		while (is_space(*s) || (!comment && (*s == ',' || *s == ';')))
			s++;
		if (!*s)
			break;
		end = is_comment(s) ? end_of_comment(s)
		      : *s == '"'   ? end_of_string(s)
				    : end_of_word(s);
		if (comment == is_comment(s)) {
			*len = (size_t)(end - s);
			return s;
		}
	}
	*len = 0;
	return s;
}

/* Comments are the same when they are but for white space. */
static bool same_piece(const char *a, size_t n, const char *b, size_t m, bool comment)
{
	size_t i = 0, k = 0;

	if (!comment)
		return n == m && !memcmp(a, b, n);
	for (;;) {
		while (i < n && is_space(a[i]))
			i++;
		while (k < m && is_space(b[k]))
			k++;
		if (i == n || k == m)
			return i == n && k == m;
		if (a[i++] != b[k++])
			return false;
	}
}

static bool same_pieces(const char *a, const char *b, bool comment)
{
	size_t n, m;

	do {
		a = next_piece(a, comment, &n);
		b = next_piece(b, comment, &m);
		if (!same_piece(a, n, b, m, comment))
			return false;
		a += n;
		b += m;
	} while (n);
	return true;
}

bool fmt_same(const char *before, const char *after)
{
	return same_pieces(before, after, false) && same_pieces(before, after, true);
}

/* ---- formatting ---- */

static void refuse_second(struct diag *diag, const struct vec *members)
{
	size_t i;

	for (i = 0; i < members->n; i++) {
		const struct ast_member *m = members->at[i];

		if (m->second)
			diag_error(diag, m->second->span, "a second default");
	}
}

/* Of many defaults the tree keeps two: too few to print them back. */
static void refuse_defaults(struct diag *diag, const struct ast_file *file)
{
	size_t i, k;

	for (i = 0; i < file->decls.n; i++) {
		const struct ast_decl *d = file->decls.at[i];

		if (d->kind == AST_MODEL || d->kind == AST_EXCEPTION)
			refuse_second(diag, &d->items);
		for (k = 0; k < d->items.n && d->kind == AST_ENDPOINT; k++)
			refuse_second(diag,
				      &((struct ast_method *)d->items.at[k])->params);
	}
}

const char *fmt_text(struct strs *names, struct diag *diag, const struct source *source)
{
	size_t errors = diag->n_errors;
	const struct ast_file *file = parse_file(diag->arena, names, diag, source);
	struct buf out = { .arena = diag->arena };

	refuse_defaults(diag, file);
	if (diag->n_errors > errors || diag_full(diag))
		return NULL;
	print_file(&out, file);
	if (!fmt_same(source->text, buf_text(&out))) {
		diag_file_error(diag, source->path,
				"formatting would change what it says; left as it is");
		return NULL;
	}
	return buf_text(&out);
}

struct fmt {
	struct strs names;
	struct sources sources;
	struct diag diag;
	bool check;
	size_t n_changed;
};

static void write_file(struct fmt *f, const char *path, const char *text)
{
	struct arena *a = f->diag.arena;
	const char *slash = strrchr(path, '/');
	struct output o = {
		.diag = &f->diag,
		.dir = !slash	       ? "."
		       : slash == path ? "/"
				       : arena_strndup(a, path, (size_t)(slash - path)),
	};

	output_file(&o, slash ? slash + 1 : path, text, strlen(text));
}

static void format(struct fmt *f, const char *path)
{
	const struct source *source = file_load(&f->diag, path, SOURCE_FILE_MAX);
	const char *text = source ? fmt_text(&f->names, &f->diag, source) : NULL;
	bool same;

	if (!text)
		return;
	same = !strcmp(text, source->text);
	f->n_changed += !same;
	if (f->check && !same)
		printf("%s\n", source->path);
	else if (!f->check && !strcmp(path, "-"))
		fputs(text, stdout);
	else if (!f->check && !same)
		write_file(f, path, text);
}

static int run(struct fmt *f, int argc, char **argv)
{
	static const char *const suffixes[] = { ".spy", NULL };
	struct vec paths = { 0 };
	bool options = true;
	size_t n;
	int i;

	for (i = 1; i < argc; i++) {
		if (options && !strcmp(argv[i], "--"))
			options = false;
		else if (options && !strcmp(argv[i], "--check"))
			f->check = true;
		else if (options && argv[i][0] == '-' && argv[i][1])
			return fprintf(stderr,
				       "spygen: unknown option '%s'\n"
				       "Try 'spygen fmt --help'.\n",
				       argv[i]),
			       2;
		else
			files_find(&f->diag, argv[i], suffixes, &paths);
	}
	if (!paths.n && !f->diag.n_errors) {
		fputs("spygen: no files\nTry 'spygen fmt --help'.\n", stderr);
		return 2;
	}
	for (n = 0; n < paths.n; n++)
		format(f, paths.at[n]);
	return f->diag.n_errors || (f->check && f->n_changed) ? 1 : 0;
}

int fmt_command(int argc, char **argv, bool color)
{
	struct fmt f = { .check = false };
	struct arena arena;
	volatile int status = 1;

	if (argc > 1 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
		fputs(help, stdout);
		return 0;
	}
	arena_init(&arena);
	if (setjmp(arena.fail)) {
		fputs("spygen: out of memory\n", stderr);
		arena_free(&arena);
		return 1;
	}
	arena.fail_set = 1;
	strs_init(&f.names, &arena);
	sources_init(&f.sources, &arena);
	diag_init(&f.diag, &arena, &f.sources);
	status = run(&f, argc, argv);
	diag_print(&f.diag, stderr, color);
	arena_free(&arena);
	return status;
}
