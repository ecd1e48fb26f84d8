/*
 * Names: which declaration a type means, and how fields and values are called in .spy.
 * Start in serverpod.h.
 *
 * A bare name means a type of the same module or, as Serverpod has it for shared
 * packages, the only one of that name elsewhere.  `module:auth:X` means a type of the
 * module that is called auth: by the project, by itself, or as the end of its name.
 *
 * Invariant: the names given to the fields of a declaration and its ancestors, and to
 * the values of an enum, differ from each other.
 */
#include "serverpod.h"

#include <string.h>

/* ---- modules ---- */

static const char *behind(const char *name, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(name, prefix, n) ? name : name + n;
}

/* Whether `name` ends in `_end`. */
static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && name[n - m - 1] == '_' && !strcmp(name + n - m, end);
}

/* How surely `alias` means the module: the more, the better; 0: it does not. */
static unsigned meant(const struct pod_module *m, const char *alias)
{
	if (m->nickname == alias)
		return 4;
	if (m->name == alias || m->package == alias)
		return 3;
	if (!strcmp(behind(m->name, "serverpod_"), alias))
		return 2;
	return ends_in(m->name, alias);
}

static struct pod_module *find_module(struct pod *pod, struct pod_module *from,
				      const char *alias)
{
	const char *known = map_get(&from->aliases, alias);
	struct pod_module *best = NULL;
	unsigned score = 0;
	bool twice = false;
	size_t i;

	if (known)
		alias = known;
	for (i = 0; i < pod->modules.n; i++) {
		struct pod_module *m = pod->modules.at[i];
		unsigned own = meant(m, alias);

		if (own > score) {
			best = m;
			score = own;
			twice = false;
		} else if (own && own == score) {
			twice = true;
		}
	}
	return twice ? NULL : best;
}

static void unknown_module(struct pod *pod, const struct pod_type *type,
			   const char *alias)
{
	struct guess guess = guess_start(alias);
	size_t i;

	for (i = 0; i < pod->modules.n; i++)
		guess_offer(&guess, ((struct pod_module *)pod->modules.at[i])->package);
	if (guess.best)
		diag_error(pod->diag, type->span,
			   "unknown module '%s'; did you mean '%s'?", alias, guess.best);
	else
		diag_error(pod->diag, type->span,
			   "the module '%s' is not among the inputs; add its folder",
			   alias);
}

/* ---- types ---- */

static void unknown_type(struct pod *pod, const struct pod_module *module,
			 const struct pod_decl *from, const struct pod_type *type)
{
	static const char *const builtins[] = {
		"bool",	    "int",	"double",    "String", "DateTime",
		"Duration", "ByteData", "UuidValue", "Uri",    "BigInt",
		"dynamic",  "List",	"Set",	     "Map",
	};
	struct guess guess = guess_start(type->name);
	bool parent = type == from->extends;
	size_t i;

	/* its file has been complained of */
	if (map_get(&pod->lost, type->name))
		return;
	for (i = 0; i < sizeof(builtins) / sizeof(builtins[0]) && !parent; i++)
		if (!type->prefix)
			guess_offer(&guess, builtins[i]);
	for (i = 0; i < module->order.n; i++)
		if (!parent || module->order.at[i] != from)
			guess_offer(&guess,
				    ((struct pod_decl *)module->order.at[i])->name);
	if (guess.best)
		diag_error(pod->diag, type->span, "unknown type '%s'; did you mean '%s'?",
			   type->name, guess.best);
	else if (type->prefix)
		diag_error(pod->diag, type->span, "the module '%s' has no type '%s'",
			   module->package, type->name);
	else
		diag_error(pod->diag, type->span,
			   "unknown type '%s': no class, exception or enum of the input "
			   "has this name",
			   type->name);
}

static struct pod_decl *elsewhere(struct pod *pod, const struct pod_type *type)
{
	struct pod_decl *found = NULL, *decl;
	size_t i;

	for (i = 0; i < pod->modules.n; i++) {
		decl = map_get(&((struct pod_module *)pod->modules.at[i])->decls,
			       type->name);
		if (decl && found) {
			diag_error(pod->diag, type->span,
				   "'%s' may be of the module '%s' or '%s'; write "
				   "'module:%s:%s'",
				   type->name, found->module->package,
				   decl->module->package, found->module->package,
				   type->name);
			diag_note(pod->diag, found->span, "one is declared here");
			return NULL;
		}
		found = decl ? decl : found;
	}
	return found;
}

static void add_import(struct pod *pod, struct pod_module *to, struct pod_module *module,
		       struct span span)
{
	struct pod_import *import;
	size_t i;

	if (to == module)
		return;
	for (i = 0; i < to->imports.n; i++)
		if (((struct pod_import *)to->imports.at[i])->module == module)
			return;
	import = ARENA_NEW(pod->arena, struct pod_import);
	import->module = module;
	import->span = span;
	vec_push(pod->arena, &to->imports, import);
}

struct pod_decl *pod_find(struct pod *pod, struct pod_decl *from,
			  const struct pod_type *type)
{
	struct pod_module *module = from->module, *in = module;
	size_t errors = pod->diag->n_errors;
	struct pod_decl *decl;

	if (type->prefix) {
		const char *alias = intern_z(pod->names, behind(type->prefix, "module:"));

		in = find_module(pod, module, alias);
		if (!in) {
			unknown_module(pod, type, alias);
			return NULL;
		}
	}
	decl = map_get(&in->decls, type->name);
	if (!decl && !type->prefix)
		decl = elsewhere(pod, type);
	if (decl)
		add_import(pod, module, decl->module, type->span);
	else if (pod->diag->n_errors == errors)
		unknown_type(pod, in, from, type);
	return decl;
}

/* ---- fields and values ---- */

/* Words that mean something as a default. */
static bool is_reserved(const char *name)
{
	static const char *const words[] = { "true",   "false", "now",
					     "random", "nil",	"null" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], name))
			return true;
	return false;
}

/* "userId" as "user_id"; NULL when that is no name. */
static const char *snake(struct pod *pod, const char *name, struct span span)
{
	const char *text = to_snake(pod->arena, name);

	if (!is_snake(text)) {
		diag_error(pod->diag, span,
			   "'%s' has no form in snake_case; a name begins with a letter",
			   name);
		return NULL;
	}
	if (strlen(text) > NAME_MAX_LEN - 3) {
		diag_error(pod->diag, span, "name of %zu characters; %d are allowed",
			   strlen(text), NAME_MAX_LEN - 3);
		return NULL;
	}
	return text;
}

static bool is_taken(const struct pod_decl *decl, const char *name)
{
	for (; decl; decl = decl->parent)
		if (map_get(&decl->names, name))
			return true;
	return false;
}

/* "user_id_2", when "user_id" is taken; nothing depends on names on the wire. */
static const char *give(struct pod *pod, struct pod_decl *decl, const char *name,
			struct span *span)
{
	const char *wanted = snake(pod, name, *span), *given = wanted;
	unsigned n = 2;

	if (!wanted)
		return NULL;
	given = intern_z(pod->names, wanted);
	if (decl->kind == POD_ENUM && is_reserved(given))
		given = intern_z(pod->names, arena_printf(pod->arena, "%s_value", given));
	while (is_taken(decl, given))
		given = intern_z(pod->names,
				 arena_printf(pod->arena, "%s_%u", wanted, n++));
	if (strcmp(given, wanted))
		diag_warning(pod->diag, *span, "'%s' is written as '%s': '%s' is %s",
			     name, given, wanted, n > 2 ? "taken" : "a reserved word");
	map_put(pod->arena, &decl->names, given, span);
	return given;
}

void pod_name_fields(struct pod *pod, struct pod_decl *decl)
{
	size_t i;

	for (i = 0; i < decl->fields.n; i++) {
		struct pod_field *field = decl->fields.at[i];

		field->spy_name = give(pod, decl, field->name, &field->span);
	}
}

void pod_name_values(struct pod *pod, struct pod_decl *decl)
{
	struct map seen = { 0 };
	size_t i;

	for (i = 0; i < decl->values.n; i++) {
		struct pod_value *value = decl->values.at[i], *first;

		first = map_put(pod->arena, &seen, value->name, value);
		if (first) {
			diag_error(pod->diag, value->span,
				   "the value '%s' is given twice", value->name);
			diag_note(pod->diag, first->span, "first given here");
			continue;
		}
		value->spy_name = give(pod, decl, value->name, &value->span);
	}
}
