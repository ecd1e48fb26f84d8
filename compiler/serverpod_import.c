/* `spygen import`: the command.  Start in serverpod.h. */
#include "diag_message.h"
#include "files.h"
#include "fmt.h"
#include "output.h"
#include "serverpod_modules.h"
#include "types.h"

#include <string.h>
#include <time.h>

static const char help[] =
	"Usage: spygen import [options] FILE|FOLDER...\n"
	"\n"
	"Turns Serverpod's model files (.spy.yaml) into .spy files, one per module.\n"
	"\n"
	"  --out DIR         write into DIR (default: the current one)\n"
	"  --package NAME    everything into NAME.spy, whatever module it is of\n"
	"  --strict          write nothing when there is an error; else what could not be\n"
	"                    expressed is left out, with a comment in its place\n"
	"  --no-warnings     do not show what is dropped, only count it\n"
	"  -h, --help        show this\n"
	"\n"
	"Exit status: 0 all is well, 1 mistakes in the input, 2 mistakes in the usage.\n";

struct options {
	const char *out;
	const char *package;
	bool strict;
	bool no_warnings;
	struct vec paths;
};

static int usage(const char *format, const char *what)
{
	fputs("spygen: ", stderr);
	fprintf(stderr, format, what);
	fputs("\nTry 'spygen import --help'.\n", stderr);
	return 2;
}

static bool is_package(const char *name)
{
	enum type_kind kind;

	return is_snake(name) && strlen(name) <= NAME_MAX_LEN / 2 &&
	       type_builtin_kind(name, &kind) < 0 && strcmp(name, "spy") != 0;
}

/* 0, or the exit status. */
static int read_options(struct arena *a, int argc, char **argv, struct options *o)
{
	bool options = true;
	int i;

	for (i = 1; i < argc; i++) {
		const char *arg = argv[i], **value = NULL;

		if (!options || arg[0] != '-') {
			vec_push(a, &o->paths, argv[i]);
			continue;
		}
		if (!strcmp(arg, "--"))
			options = false;
		else if (!strcmp(arg, "--strict"))
			o->strict = true;
		else if (!strcmp(arg, "--no-warnings"))
			o->no_warnings = true;
		else if (!strncmp(arg, "--out", 5) && strchr("=", arg[5]))
			value = &o->out;
		else if (!strncmp(arg, "--package", 9) && strchr("=", arg[9]))
			value = &o->package;
		else
			return usage("unknown option '%s'", arg);
		if (!value)
			continue;
		*value = strchr(arg, '=') ? strchr(arg, '=') + 1 : argv[++i];
		if (!*value)
			return usage("'%s' needs a value", arg);
	}
	if (!o->paths.n)
		return usage("%s", "no files");
	if (o->package && !is_package(o->package))
		return usage("'%s' is no name of a package: it is in snake_case and no "
			     "built-in type",
			     o->package);
	return 0;
}

static void read_all(struct pod *pod, const struct options *o)
{
	const struct source *source;
	struct vec inputs = { 0 };
	size_t i;

	pod_find_inputs(pod, &o->paths, &inputs);
	pod_find_modules(pod, &inputs, o->package);
	for (i = 0; i < inputs.n; i++) {
		struct pod_input *input = inputs.at[i];

		source = file_load(pod->diag, input->path, YAML_FILE_MAX);
		if (source)
			pod_read(pod, input->module, source);
	}
}

static void write_text(struct pod *pod, struct output *out, const char *name,
		       const struct pod_text *text)
{
	const struct source *source = source_add(pod->diag->sources, name,
						 buf_text(&text->text), text->text.len);
	const char *laid_out = source ? fmt_text(pod->names, pod->diag, source) : NULL;

	if (laid_out)
		output_file(out, name, laid_out, strlen(laid_out));
}

static size_t write_all(struct pod *pod, const struct options *o)
{
	const struct pod_text *texts = pod_texts(pod, o->strict);
	struct output out;
	size_t i;

	if (!texts || output_init(&out, o->out, pod->diag) < 0)
		return 0;
	for (i = 0; i < pod->modules.n; i++) {
		const struct pod_module *module = pod->modules.at[i];

		write_text(pod, &out, arena_printf(pod->arena, "%s.spy", module->package),
			   &texts[i]);
	}
	return out.paths.n;
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void report(const struct pod *pod, size_t written, double seconds)
{
	size_t warnings = pod->diag->n_warnings, errors = pod->diag->n_errors;

	printf("%zu file%s, %zu type%s, %zu field%s", pod->n_files, plural(pod->n_files),
	       pod->n_types, plural(pod->n_types), pod->n_fields, plural(pod->n_fields));
	printf(" -> %zu package%s; %zu warning%s, %zu error%s; %.3f s\n", written,
	       plural(written), warnings, plural(warnings), errors, plural(errors),
	       seconds);
}

static void print_diagnostics(struct diag *diag, bool errors_only, bool color)
{
	size_t i, n = 0;

	for (i = 0; i < diag->messages.n; i++) {
		struct message *m = diag->messages.at[i];

		if (!errors_only || m->severity == SEVERITY_ERROR)
			diag->messages.at[n++] = m;
	}
	diag->messages.n = n;
	diag_print(diag, stderr, color);
}

static int run(struct arena *a, int argc, char **argv, bool color)
{
	struct options o = { .out = "." };
	struct timespec start;
	struct sources sources;
	struct strs names;
	struct diag diag;
	struct pod pod = { .arena = a, .names = &names, .diag = &diag };
	size_t written = 0;
	int status;

	clock_gettime(CLOCK_MONOTONIC, &start);
	strs_init(&names, a);
	sources_init(&sources, a);
	diag_init(&diag, a, &sources);
	diag.max = POD_MESSAGES_MAX;
	status = read_options(a, argc, argv, &o);
	if (status)
		return status;
	read_all(&pod, &o);
	pod_resolve(&pod);
	written = write_all(&pod, &o);
	print_diagnostics(&diag, o.no_warnings, color);
	report(&pod, written, seconds_since(&start));
	return diag.n_errors ? 1 : 0;
}

int import_command(int argc, char **argv, bool color)
{
	struct arena arena;
	int status;

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
	status = run(&arena, argc, argv, color);
	arena_free(&arena);
	return status;
}
