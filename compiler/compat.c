/* spygen check: reading both versions, comparing, telling.  Start in compat.h. */
#include "compat.h"

#include "check.h"
#include "compat_parts.h"
#include "compile.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Who changes more than this has another schema, not a newer one. */
#define COMPAT_MESSAGES_MAX 1000

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

static int read_allowed(struct compat *c, const char *list)
{
	struct guess guess;
	size_t n;
	int rule, i;

	for (; list && *list; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		rule = compat_rule_find(list, n);
		if (rule >= 0) {
			c->allowed[rule] = true;
			continue;
		}
		list = arena_strndup(c->arena, list, n);
		guess = guess_start(list);
		for (i = 0; i < N_RULES; i++)
			guess_offer(&guess, compat_rules[i].name);
		if (guess.best)
			list = arena_printf(c->arena, "%s'; did you mean '%s", list,
					    guess.best);
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

/* ---- comparing ---- */

void compat_say(struct compat *c, enum rule rule, struct span now, struct spot then,
		const char *format, ...)
{
	char *text;
	va_list ap;
	int n;

	if (c->bus && compat_rules[rule].severity == SEVERITY_ERROR)
		rule = RULE_bus;
	if (c->allowed[rule])
		return;
	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	text = arena_alloc(c->arena, n < 0 ? 1 : (size_t)n + 1);
	va_start(ap, format);
	if (n > 0)
		vsnprintf(text, (size_t)n + 1, format, ap);
	va_end(ap);
	if (compat_rules[rule].severity == SEVERITY_ERROR)
		diag_error(c->diag, now, "%s [%s]", text, compat_rules[rule].name);
	else
		diag_warning(c->diag, now, "%s [%s]", text, compat_rules[rule].name);
	diag_note(c->diag, then.span, "'%s' in the older version", then.name);
}

static bool is_record(const struct decl *decl)
{
	return decl->kind == DECL_MODEL || decl->kind == DECL_EXCEPTION;
}

static void compare_decl(struct compat *c, const struct decl *then,
			 const struct decl *now)
{
	struct spot spot = compat_spot(then->span, then->name);

	c->bus = then->server && now->server;
	compat_c_name(c, then->c_name, now->c_name, now->span, spot);
	if (!then->server && now->server)
		compat_say(c, RULE_server_changed, now->span, spot,
			   "%s '%s' is server-only now: clients that send it are refused",
			   compat_kind(now), now->name);
	if (then->kind != now->kind)
		compat_say(c,
			   is_record(then) && is_record(now) ? RULE_kind_alike
							     : RULE_kind_changed,
			   now->span, spot, "'%s' was %s and is %s now", now->name,
			   check_kind_text(then), check_kind_text(now));
	if (is_record(then) && is_record(now))
		compat_record(c, then, now);
	else if (then->kind != now->kind)
		return;
	else if (now->kind == DECL_ENUM)
		compat_enum(c, then, now);
	else if (now->kind == DECL_UNION)
		compat_union(c, then, now);
	else
		compat_endpoint(c, then, now);
	c->bus = false;
}

static void compare(struct compat *c)
{
	size_t i, k;

	compat_match(c);
	for (i = 0; i < c->files_then.n; i++) {
		const struct schema *then = c->files_then.at[i];
		const struct schema *now = map_get(&c->file_now, then->path);

		if (now && then->package && now->package)
			compat_c_name(c, then->c_prefix, now->c_prefix, now->span,
				      compat_spot(then->span, then->package));
		for (k = 0; k < then->n_decls; k++)
			if (compat_now(c, then->decls[k]))
				compare_decl(c, then->decls[k],
					     compat_now(c, then->decls[k]));
	}
}

/* Each file once, however many others import it. */
static void collect(struct compat *c, struct schema *const *schemas, size_t n,
		    struct vec *files)
{
	struct map seen = { 0 };
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < schemas[i]->n_all; k++) {
			struct schema *file = schemas[i]->all[k];

			if (!map_put(c->arena, &seen, intern_z(c->names, file->path),
				     file))
				vec_push(c->arena, files, file);
		}
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
	run->diag.max = COMPAT_MESSAGES_MAX;
	run->diag.every = true;
	return 0;
}

static int check(struct compile *run, const struct arguments *a, bool color)
{
	struct schema **now, **then;
	struct compat c = { .arena = &run->arena,
			    .names = &run->names,
			    .diag = &run->diag };
	const char **paths;
	size_t i;
	int status;

	if (setjmp(run->arena.fail))
		goto no_memory;
	run->arena.fail_set = 1;
	paths = arena_array(c.arena, a->n_files, sizeof(*paths));
	now = arena_array(c.arena, a->n_files, sizeof(*now));
	then = arena_array(c.arena, a->n_files, sizeof(*then));
	status = read_allowed(&c, a->allow);
	if (!status)
		status = older_paths(c.arena, a, paths);
	if (status)
		return status;
	if (!read_both(run, a, paths, now, then)) {
		if (setjmp(run->arena.fail))
			goto no_memory;
		run->arena.fail_set = 1;
		collect(&c, now, a->n_files, &c.files_now);
		collect(&c, then, a->n_files, &c.files_then);
		for (i = 0; i < a->n_files; i++)
			map_put(c.arena, &c.file_now, then[i]->path, now[i]);
		compare(&c);
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
