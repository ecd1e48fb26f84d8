/* Files and modules.  Start in serverpod_modules.h. */
#include "serverpod_modules.h"

#include "files.h"
#include "types.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_LEN_MAX = 4096 };

/* ---- paths ---- */

static const char *folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return !slash || slash == path ? "/"
				       : arena_strndup(a, path, (size_t)(slash - path));
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Without ".", ".." and doubled slashes; links are not followed. */
static const char *absolute(struct arena *a, const char *path)
{
	char cwd[PATH_LEN_MAX] = "", *out, *end;
	size_t n;

	if (*path != '/' && !getcwd(cwd, sizeof(cwd)))
		cwd[0] = '\0';
	path = arena_printf(a, "%s/%s", cwd, path);
	out = end = arena_alloc(a, strlen(path) + 2);
	for (; *path; path += n) {
		path += strspn(path, "/");
		n = strcspn(path, "/");
		if (!n || (n == 1 && *path == '.'))
			continue;
		if (n == 2 && !strncmp(path, "..", 2)) {
			while (end > out && *--end != '/')
				;
			continue;
		}
		*end++ = '/';
		memcpy(end, path, n);
		end += n;
	}
	*end = '\0';
	return *out ? out : "/";
}

static bool is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return !strncmp(path, folder, n) && (path[n] == '/' || !strcmp(folder, "/"));
}

/* The folder that both paths are below. */
static const char *common_folder(struct arena *a, const char *folder, const char *path)
{
	while (strcmp(folder, "/") && !is_below(path, folder))
		folder = folder_of(a, folder);
	return folder;
}

/* ---- inputs ---- */

/* Plain .yaml files are models in two folders only. */
static bool is_model_file(const char *path)
{
	if (has_suffix(path, ".spy.yaml") || has_suffix(path, ".spy.yml"))
		return true;
	return strstr(path, "/lib/src/models/") || strstr(path, "/lib/src/protocol/");
}

static int by_absolute(const void *left, const void *right)
{
	const struct pod_input *a = *(struct pod_input *const *)left;
	const struct pod_input *b = *(struct pod_input *const *)right;

	return strcmp(a->absolute, b->absolute);
}

static void add_input(struct pod *pod, struct vec *inputs, const char *path,
		      const char *root)
{
	struct pod_input *input = ARENA_NEW(pod->arena, struct pod_input);

	input->path = path;
	input->absolute = absolute(pod->arena, path);
	input->root = root;
	vec_push(pod->arena, inputs, input);
}

static void add_folder(struct pod *pod, struct vec *inputs, const char *path)
{
	static const char *const suffixes[] = { ".yaml", ".yml", NULL };
	const char *root = absolute(pod->arena, path), *folder = NULL;
	size_t i, from = inputs->n;
	struct vec paths = { 0 };

	if (files_find(pod->diag, path, suffixes, &paths) < 0)
		return;
	for (i = 0; i < paths.n; i++)
		if (is_model_file(absolute(pod->arena, paths.at[i])))
			add_input(pod, inputs, paths.at[i], root);
	if (inputs->n == from) {
		diag_file_error(pod->diag, path, "no model files in this folder");
		return;
	}
	/* the folder that matters is where they begin to differ */
	for (i = from; i < inputs->n; i++) {
		const char *own = ((struct pod_input *)inputs->at[i])->absolute;

		folder = folder ? common_folder(pod->arena, folder, own)
				: folder_of(pod->arena, own);
	}
	for (i = from; i < inputs->n; i++)
		((struct pod_input *)inputs->at[i])->root = folder;
}

void pod_find_inputs(struct pod *pod, const struct vec *arguments, struct vec *inputs)
{
	const char *folder = NULL;
	struct pod_input *input;
	size_t i, n = 0;

	for (i = 0; i < arguments->n; i++) {
		const char *path = arguments->at[i];

		if (is_folder(path)) {
			add_folder(pod, inputs, path);
			continue;
		}
		add_input(pod, inputs, path, NULL);
		input = inputs->at[inputs->n - 1];
		folder = folder ? common_folder(pod->arena, folder, input->absolute)
				: folder_of(pod->arena, input->absolute);
	}
	if (inputs->n)
		qsort(inputs->at, inputs->n, sizeof(void *), by_absolute);
	for (i = 0; i < inputs->n; i++) {
		input = inputs->at[i];
		if (!input->root)
			input->root = folder;
		if (!n || by_absolute(&inputs->at[n - 1], &inputs->at[i]))
			inputs->at[n++] = input;
	}
	inputs->n = n;
}

/* ---- modules ---- */

static bool exists(struct pod *pod, const char *folder, const char *name)
{
	return !access(arena_printf(pod->arena, "%s/%s", folder, name), R_OK);
}

/* Folders whose names say nothing about what is in them. */
static bool is_structural(const char *folder)
{
	static const char *const names[] = { "lib", "src", "models", "protocol" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(last_part(folder), names[i]))
			return true;
	return false;
}

/* The folder in `root` that a file is in, or below; NULL when it is in `root` itself. */
static const char *part_of(struct pod *pod, const char *root, const char *path)
{
	size_t n = strcmp(root, "/") ? strlen(root) : 0;

	n += 1 + strcspn(path + n + 1, "/");
	return path[n] ? arena_strndup(pod->arena, path, n) : NULL;
}

static bool is_package_folder(const char *folder)
{
	return !strncmp(last_part(folder), "serverpod", 9) ||
	       has_suffix(folder, "_server") || has_suffix(folder, "_shared") ||
	       has_suffix(folder, "_module");
}

static const char *module_folder(struct pod *pod, const struct vec *inputs,
				 const struct pod_input *input)
{
	const char *f = folder_of(pod->arena, input->absolute), *part;
	bool packages = false;
	size_t i;

	for (; strcmp(f, "/"); f = folder_of(pod->arena, f))
		if (exists(pod, f, "pubspec.yaml"))
			return f;
	for (i = 0; i < inputs->n; i++) {
		const struct pod_input *other = inputs->at[i];

		if (strcmp(other->root, input->root))
			continue;
		part = part_of(pod, other->root, other->absolute);
		if (!part)
			return input->root;
		packages |= is_package_folder(part);
	}
	return packages ? part_of(pod, input->root, input->absolute) : input->root;
}

/* The value of a key at the start of a line; NULL when there is none. */
static const char *line_value(struct pod *pod, const char *path, const char *key)
{
	struct diag silent;
	const struct source *source;
	const char *s;
	size_t n = strlen(key), len;

	diag_init(&silent, pod->arena, pod->diag->sources);
	if (access(path, R_OK) || !(source = file_load(&silent, path, YAML_FILE_MAX)))
		return NULL;
	for (s = source->text; s; s = strchr(s, '\n')) {
		s += *s == '\n';
		if (strncmp(s, key, n) || s[n] != ':')
			continue;
		s += n + 1;
		s += strspn(s, " '\"");
		len = strcspn(s, " '\"\r\n#");
		return len ? intern(pod->names, s, len) : NULL;
	}
	return NULL;
}

/* `modules:` of config/generator.yaml: how this project calls others. */
static void read_aliases(struct pod *pod, struct pod_module *module, const char *path)
{
	struct diag silent;
	const struct source *source;
	const struct node *root = NULL, *modules, *nickname;
	size_t i;

	diag_init(&silent, pod->arena, pod->diag->sources);
	if (access(path, R_OK))
		return;
	source = file_load(&silent, path, YAML_FILE_MAX);
	root = source ? yaml_read(&silent, source) : NULL;
	modules = root ? node_get(root, "modules") : NULL;
	for (i = 0; modules && modules->kind == NODE_MAP && i < modules->items.n; i++) {
		const struct node *name = modules->keys.at[i];

		nickname = node_get(modules->items.at[i], "nickname");
		if (nickname && nickname->kind == NODE_TEXT && nickname->len)
			map_put(pod->arena, &module->aliases,
				intern_z(pod->names, nickname->text),
				(void *)(uintptr_t)intern_z(pod->names, name->text));
	}
}

static const char *without(struct pod *pod, const char *name, const char *end)
{
	size_t n = strlen(name) - (has_suffix(name, end) ? strlen(end) : 0);

	return intern(pod->names, name, n);
}

/* Any name as one that a package may have. */
static const char *package_name(struct pod *pod, const char *name)
{
	char *text = arena_printf(pod->arena, "%s", to_snake(pod->arena, name)), *s;
	enum type_kind kind;

	for (s = text; *s; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9')))
			*s = '_';
	if (strlen(text) > NAME_MAX_LEN / 2)
		text[NAME_MAX_LEN / 2] = '\0';
	name = to_snake(pod->arena, text);
	if (!is_snake(name))
		name = to_snake(pod->arena, arena_printf(pod->arena, "p_%s", name));
	if (!type_builtin_kind(name, &kind) || !strcmp(name, "spy"))
		name = arena_printf(pod->arena, "%s_models", name);
	return intern_z(pod->names, name);
}

static bool is_taken(const struct pod *pod, const char *package)
{
	size_t i;

	for (i = 0; i < pod->modules.n; i++)
		if (((struct pod_module *)pod->modules.at[i])->package == package)
			return true;
	return false;
}

static void name_module(struct pod *pod, struct pod_module *m)
{
	const char *folder = m->folder, *name;
	unsigned n = 2;

	name = line_value(pod, arena_printf(pod->arena, "%s/pubspec.yaml", folder),
			  "name");
	while (!name && is_structural(folder) && strcmp(folder, "/"))
		folder = folder_of(pod->arena, folder);
	m->name = without(pod, name ? name : last_part(folder), "_server");
	folder = arena_printf(pod->arena, "%s/config/generator.yaml", m->folder);
	m->nickname = line_value(pod, folder, "nickname");
	read_aliases(pod, m, folder);
	name = strncmp(m->name, "serverpod_", 10) ? m->name : m->name + 10;
	m->package = package_name(pod, m->nickname ? m->nickname : name);
	if (is_taken(pod, m->package))
		m->package = package_name(pod, m->name);
	for (name = m->package; is_taken(pod, m->package); n++)
		m->package =
			package_name(pod, arena_printf(pod->arena, "%s_%u", name, n));
}

static struct pod_module *module_of(struct pod *pod, const char *folder,
				    const char *package)
{
	struct pod_module *m;
	size_t i;

	for (i = 0; i < pod->modules.n; i++) {
		m = pod->modules.at[i];
		if (package || !strcmp(m->folder, folder))
			return m;
	}
	m = ARENA_NEW(pod->arena, struct pod_module);
	m->folder = folder;
	if (package)
		m->name = m->package = intern_z(pod->names, package);
	else
		name_module(pod, m);
	vec_push(pod->arena, &pod->modules, m);
	return m;
}

static bool are_neighbours(const struct pod_input *a, const struct pod_input *b)
{
	size_t n = (size_t)(last_part(a->absolute) - a->absolute);

	return !strcmp(a->root, b->root) && !strncmp(a->absolute, b->absolute, n) &&
	       !strchr(b->absolute + n, '/');
}

void pod_find_modules(struct pod *pod, const struct vec *inputs, const char *package)
{
	size_t i;

	for (i = 0; i < inputs->n; i++) {
		struct pod_input *input = inputs->at[i];
		const struct pod_input *before = i ? inputs->at[i - 1] : NULL;

		/* most files lie beside the one before */
		if (before && are_neighbours(input, before))
			input->module = before->module;
		else
			input->module = module_of(
				pod, package ? "" : module_folder(pod, inputs, input),
				package);
	}
}
