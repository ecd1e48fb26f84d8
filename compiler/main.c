/*
 * The command line of spygen.
 *
 * Invariant: no other file of the compiler looks at the environment or the terminal, or
 * ends the process; arguments are for this one and, behind its name, for a command's.
 * Exit status: 0 all is well, 1 diagnostics, 2 usage.
 * Next: compile.h for the compiler as a library, emit.h for the back ends.
 */
#include "cname.h"
#include "compat.h"
#include "compile.h"
#include "emit.h"
#include "fmt.h"
#include "output.h"
#include "serverpod.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VERSION "0.1"

enum {
	EXIT_WELL = 0,
	EXIT_DIAGNOSTICS = 1,
	EXIT_USAGE = 2,
};

static const char help[] =
	"Usage: spygen [options] FILE...\n"
	"       spygen fmt [--check] FILE|FOLDER...\n"
	"       spygen check NEW... --against OLD\n"
	"       spygen import [options] FILE|FOLDER...\n"
	"\n"
	"Compiles .spy schemas: typed calls and streams between servers, devices and\n"
	"browsers.  For chat.spy it writes chat.h, chat.c, chat.server.h, chat.client.h.\n"
	"'fmt' lays schemas out, 'check' says which changes break whom, 'import' makes\n"
	"them from Serverpod's model files; each has a --help of its own.\n"
	"\n"
	"Output:\n"
	"  --out DIR         write into DIR (default: the current one)\n"
	"  --lang LIST       c (default), md, json; several with commas\n"
	"  --server          only what a server needs; md shows what clients never hear of\n"
	"  --client          only what a client needs\n"
	"  --depfile FILE    write what was read, for make and ninja\n"
	"  --templates DIR   use the templates in DIR in place of the built-in ones\n"
	"\n"
	"Input:\n"
	"  -I DIR            look for imports in DIR, too; several in order\n"
	"  --runtime         allow the package 'spy', which is the runtime's own\n"
	"\n"
	"  -h, --help        show this\n"
	"  --version         show the version\n"
	"\n"
	"Exit status: 0 all is well, 1 mistakes in the input, 2 mistakes in the usage.\n";

/* Names of `--lang`. */
static const struct {
	const char *name;
	emit_fn *emit;
} langs[] = {
	{ "c", emit_c },
	{ "json", emit_json },
	{ "md", emit_md },
};
#define N_LANGS (sizeof(langs) / sizeof(langs[0]))

struct arguments {
	struct emit_options emit;
	struct compile_options compile;
	const char *out_dir;
	const char *depfile;
	const char **dirs;
	size_t n_dirs;
	const char **files;
	size_t n_files;
	const char *lang_list;
	bool wanted[N_LANGS];
};

static int usage(const char *format, const char *what)
{
	fputs("spygen: ", stderr);
	fprintf(stderr, format, what);
	fputs("\nTry 'spygen --help'.\n", stderr);
	return EXIT_USAGE;
}

/* The value of option `name`, as "--name value" or "--name=value"; NULL: not this one. */
static const char *value_of(char **argv, int *i, const char *name, int *missing)
{
	size_t n = strlen(name);

	if (strncmp(argv[*i], name, n))
		return NULL;
	if (argv[*i][n] == '=' && name[1] == '-')
		return argv[*i] + n + 1;
	if (argv[*i][n] && name[1] != '-')
		return argv[*i] + n;
	if (argv[*i][n])
		return NULL;
	if (!argv[*i + 1]) {
		*missing = 1;
		return "";
	}
	return argv[++*i];
}

/* One option; 0, or the exit status plus 1. */
static int read_option(struct arguments *a, char **argv, int *i)
{
	const char *arg = argv[*i], *value = NULL;
	int missing = 0;

	if (!strcmp(arg, "--server"))
		a->emit.server = a->emit.internal = true;
	else if (!strcmp(arg, "--client"))
		a->emit.client = true;
	else if (!strcmp(arg, "--runtime"))
		a->compile.runtime = true;
	else if ((value = value_of(argv, i, "--out", &missing)))
		a->out_dir = value;
	else if ((value = value_of(argv, i, "--lang", &missing)))
		a->lang_list = value;
	else if ((value = value_of(argv, i, "--depfile", &missing)))
		a->depfile = value;
	else if ((value = value_of(argv, i, "--templates", &missing)))
		a->emit.templates_dir = value;
	else if ((value = value_of(argv, i, "-I", &missing)))
		a->dirs[a->n_dirs++] = value;
	else
		return usage("unknown option '%s'", arg) + 1;
	if (missing || (value && !*value))
		return usage("'%s' needs a value", arg) + 1;
	return 0;
}

/* 0, or the exit status plus 1. */
static int read_arguments(struct arguments *a, int argc, char **argv)
{
	bool options = true;
	int i, r;

	for (i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (!options || arg[0] != '-' || !arg[1]) {
			a->files[a->n_files++] = arg;
		} else if (!strcmp(arg, "--")) {
			options = false;
		} else if (!strcmp(arg, "-h") || !strcmp(arg, "--help")) {
			fputs(help, stdout);
			return EXIT_WELL + 1;
		} else if (!strcmp(arg, "--version")) {
			puts("spygen " VERSION);
			return EXIT_WELL + 1;
		} else if ((r = read_option(a, argv, &i))) {
			return r;
		}
	}
	if (!a->n_files)
		return usage("%s", "no files") + 1;
	if (a->emit.templates_dir && access(a->emit.templates_dir, R_OK | X_OK) < 0)
		return usage("cannot read the templates in '%s'", a->emit.templates_dir) +
		       1;
	if (a->depfile && a->n_files > 1)
		return usage("%s", "--depfile goes with one file") + 1;
	if (!a->emit.server && !a->emit.client)
		a->emit.server = a->emit.client = true;
	a->compile.dirs = a->dirs;
	a->compile.n_dirs = a->n_dirs;
	return 0;
}

/* 0, or the exit status plus 1. */
static int read_langs(struct arguments *a)
{
	const char *at = a->lang_list;
	size_t i, n;

	for (; *at; at += n + (at[n] == ',')) {
		n = strcspn(at, ",");
		for (i = 0; i < N_LANGS; i++)
			if (strlen(langs[i].name) == n && !strncmp(langs[i].name, at, n))
				break;
		if (i == N_LANGS)
			return usage("unknown language in '--lang %s'; known are c, md, json",
				     a->lang_list) +
			       1;
		a->wanted[i] = true;
	}
	return 0;
}

/* The name of an output has no folder in it: two inputs cannot share theirs. */
static int check_stems(struct diag *diag, const char **inputs, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		const char *slash = strrchr(inputs[i], '/');
		const char *name = slash ? slash + 1 : inputs[i];

		for (k = 0; k < i; k++) {
			slash = strrchr(inputs[k], '/');
			if (strcmp(name, slash ? slash + 1 : inputs[k]))
				continue;
			diag_file_error(
				diag, inputs[i],
				"has the same name as %s, and so would its output",
				inputs[k]);
			return -1;
		}
	}
	return 0;
}

/* One schema in every language that is wanted. */
static int emit_one(struct schema *schema, const struct arguments *a, struct output *out)
{
	size_t i;

	if (cname_assign(schema, out->diag) < 0)
		return -1;
	for (i = 0; i < N_LANGS; i++)
		if (a->wanted[i] && langs[i].emit(schema, &a->emit, out) < 0)
			return -1;
	return 0;
}

static int emit(struct compile *c, const struct arguments *a, struct schema **schemas)
{
	struct output out;
	const char **paths;
	size_t i, n = c->sources.files.n;

	if (setjmp(c->arena.fail)) {
		c->diag.no_memory = true;
		return -1;
	}
	c->arena.fail_set = 1;
	paths = arena_array(&c->arena, n, sizeof(*paths));
	for (i = 0; i < n; i++)
		paths[i] = ((const struct source *)c->sources.files.at[i])->path;
	if (check_stems(&c->diag, paths, n) < 0 ||
	    output_init(&out, a->out_dir, &c->diag) < 0)
		return -1;
	for (i = 0; i < n; i++)
		vec_push(&c->arena, &out.inputs, (void *)(uintptr_t)paths[i]);
	for (i = 0; i < a->n_files; i++)
		if (emit_one(schemas[i], a, &out) < 0)
			return -1;
	if (output_all(&out) < 0)
		return -1;
	return a->depfile ? output_depfile(&out, a->depfile) : 0;
}

static bool wants_color(void)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	return isatty(STDERR_FILENO) && term && strcmp(term, "dumb") &&
	       !(no_color && *no_color);
}

static int generate(struct arguments *a)
{
	struct schema **schemas = calloc(a->n_files, sizeof(struct schema *));
	struct compile c;
	int r;

	if (!schemas)
		return usage("%s", "out of memory");
	compile_init(&c, &a->compile);
	r = compile_files(&c, a->files, a->n_files, schemas);
	if (r == 0)
		r = emit(&c, a, schemas);
	diag_print(&c.diag, stderr, wants_color());
	compile_free(&c);
	free(schemas);
	return r < 0 ? EXIT_DIAGNOSTICS : EXIT_WELL;
}

/* "spygen NAME ..." */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv, bool color);
} commands[] = {
	{ "fmt", fmt_command },
	{ "check", compat_command },
	{ "import", import_command },
};

int main(int argc, char **argv)
{
	struct arguments a = { .lang_list = "c", .out_dir = "." };
	size_t i;
	int r;

	for (i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		return commands[i].run(argc - 1, argv + 1, wants_color());
	}
	a.dirs = calloc((size_t)argc + 1, sizeof(char *));
	a.files = calloc((size_t)argc + 1, sizeof(char *));
	if (!a.dirs || !a.files)
		return usage("%s", "out of memory");
	r = read_arguments(&a, argc, argv);
	if (!r)
		r = read_langs(&a);
	r = r ? r - 1 : generate(&a);
	free(a.dirs);
	free(a.files);
	return r;
}
