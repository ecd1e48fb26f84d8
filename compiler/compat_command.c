/* spygen check: the command line, and reading both versions.  Start in compat.h. */
#include "compat.h"
#include "compat_rules.h"
#include "compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char help[] =
	"Usage: spygen check [options] NEW... --against OLD\n"
	"\n"
	"Says what a change of a schema does to those who were built from the older one.\n"
	"What breaks a peer is an error; what only makes programs change is a warning; the\n"
	"rest is not mentioned.  Imported files are compared, too.\n"
	"\n"
	"  --against OLD     the older file, or a folder with older files of the same names\n"
	"  --allow LIST      rules that may be broken; several with commas\n"
	"  -I DIR            look for imports in DIR, too; several in order\n"
	"  --old-I DIR       the same for the older files, in place of the -I\n"
	"  --runtime         allow the package 'spy', which is the runtime's own\n"
	"  -h, --help        show this\n"
	"\n"
	"Exit status: 0 no errors, 1 errors, 2 mistakes in the usage.\n"
	"\n"
	"Rules (docs/compatibility.md has the reasons):\n";

struct arguments {
	struct compile_options now, then;
	const char **dirs, **old_dirs;
	size_t n_dirs, n_old_dirs;
	const char **files;
	size_t n_files;
	const char *against;
	const char *allow;
};

static int usage(const char *format, const char *what)
{
	fputs("spygen: ", stderr);
	fprintf(stderr, format, what);
	fputs("\nTry 'spygen check --help'.\n", stderr);
	return 2;
}

static void print_help(void)
{
	int i;

	fputs(help, stdout);
	for (i = 0; i < N_RULES; i++)
		printf("  %-8s %s\n",
		       compat_rules[i].severity == SEVERITY_ERROR ? "error" : "warning",
		       compat_rules[i].name);
}

/* ---- arguments ---- */

static bool is_option(const char *arg, const char *name, const char **value)
{
	size_t n = strlen(name);

	if (strncmp(arg, name, n) || (arg[n] && arg[n] != '='))
		return false;
	*value = arg[n] ? arg + n + 1 : NULL;
	return true;
}

/* One option and its value; 0 or the exit status. */
static int read_option(struct arguments *a, char **argv, int *i)
{
	const char *arg = argv[*i], *value = NULL, **into = NULL;

	if (!strcmp(arg, "--runtime")) {
		a->now.runtime = a->then.runtime = true;
		return 0;
	}
	if (is_option(arg, "--against", &value))
		into = &a->against;
	else if (is_option(arg, "--allow", &value))
		into = &a->allow;
	else if (is_option(arg, "--old-I", &value))
		into = &a->old_dirs[a->n_old_dirs++];
	else if (!strncmp(arg, "-I", 2))
		into = &a->dirs[a->n_dirs++];
	else
		return usage("unknown option '%s'", arg);
	if (arg[1] == 'I' && arg[2])
		value = arg + 2;
	if (!value && !(value = argv[*i + 1]))
		return usage("'%s' needs a value", arg);
	else if (value == argv[*i + 1])
		++*i;
	*into = value;
	return 0;
}

static int read_arguments(struct arguments *a, int argc, char **argv)
{
	bool options = true;
	int i, status;

	for (i = 1; i < argc; i++) {
		if (!options || argv[i][0] != '-' || !argv[i][1])
			a->files[a->n_files++] = argv[i];
		else if (!strcmp(argv[i], "--"))
			options = false;
		else if ((status = read_option(a, argv, &i)))
			return status;
	}
	if (!a->n_files)
		return usage("%s", "no files");
	if (!a->against)
		return usage("%s", "check needs '--against OLD'");
	a->now.dirs = a->dirs;
	a->now.n_dirs = a->n_dirs;
	a->then.dirs = a->n_old_dirs ? a->old_dirs : a->dirs;
	a->then.n_dirs = a->n_old_dirs ? a->n_old_dirs : a->n_dirs;
	return 0;
}

static int read_allowed(struct arena *a, const char *list, bool *allowed)
{
	struct guess guess;
	size_t n;
	int rule, i;

	for (; list && *list; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		rule = compat_rule_find(list, n);
		if (rule >= 0) {
			allowed[rule] = true;
			continue;
		}
		list = arena_strndup(a, list, n);
		guess = guess_start(list);
		for (i = 0; i < N_RULES; i++)
			guess_offer(&guess, compat_rules[i].name);
		if (guess.best)
			list = arena_printf(a, "%s'; did you mean '%s", list, guess.best);
		return usage("unknown rule '%s'", list);
	}
	return 0;
}

/* The older file of each newer one; 0 or the exit status. */
static int older_paths(struct arena *a, const struct arguments *args, const char **paths)
{
	const char *slash;
	struct stat st;
	size_t i;

	if (stat(args->against, &st) || !S_ISDIR(st.st_mode)) {
		paths[0] = args->against;
		return args->n_files == 1
			       ? 0
			       : usage("several files are compared with a folder, and "
				       "'%s' is none",
				       args->against);
	}
	for (i = 0; i < args->n_files; i++) {
		slash = strrchr(args->files[i], '/');
		paths[i] = arena_printf(a, "%s/%s", args->against,
					slash ? slash + 1 : args->files[i]);
	}
	return 0;
}

/* ---- the run ---- */

/* Both versions, without what the compiler itself warns of. */
static int read_both(struct compile *run, const struct arguments *a,
		     const char *const *paths, struct schema **now, struct schema **then)
{
	if (compile_files(run, a->files, a->n_files, now) < 0)
		return -1;
	compile_again(run, &a->then);
	if (compile_files(run, paths, a->n_files, then) < 0)
		return -1;
	run->diag.messages.n = 0;
	run->diag.n_warnings = 0;
	return 0;
}

static int check(struct compile *run, const struct arguments *a, bool color)
{
	struct schema **now, **then;
	struct arena *arena = &run->arena;
	bool allowed[N_RULES] = { false };
	const char **paths;
	int status;

	if (setjmp(run->arena.fail))
		goto no_memory;
	run->arena.fail_set = 1;
	paths = arena_array(arena, a->n_files, sizeof(*paths));
	now = arena_array(arena, a->n_files, sizeof(*now));
	then = arena_array(arena, a->n_files, sizeof(*then));
	status = read_allowed(arena, a->allow, allowed);
	if (!status)
		status = older_paths(arena, a, paths);
	if (status)
		return status;
	if (!read_both(run, a, paths, now, then)) {
		if (setjmp(run->arena.fail))
			goto no_memory;
		run->arena.fail_set = 1;
		compat_compare(run, now, then, a->n_files, allowed);
	}
	diag_print(&run->diag, stderr, color);
	return run->diag.n_errors ? 1 : 0;
no_memory:
	fputs("spygen: out of memory\n", stderr);
	return 1;
}

int compat_command(int argc, char **argv, bool color)
{
	struct arguments a = { 0 };
	struct compile run;
	size_t n = (size_t)argc + 1;
	int status;

	if (argc > 1 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
		print_help();
		return 0;
	}
	a.files = calloc(3 * n, sizeof(char *));
	if (!a.files)
		return usage("%s", "out of memory");
	a.dirs = a.files + n;
	a.old_dirs = a.dirs + n;
	status = read_arguments(&a, argc, argv);
	if (!status) {
		compile_init(&run, &a.now);
		status = check(&run, &a, color);
		compile_free(&run);
	}
	free(a.files);
	return status;
}
