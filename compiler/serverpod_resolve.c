/*
 * What follows from all files together: families, the fields that Serverpod adds by
 * itself, types, names.  Start in serverpod.h.
 *
 * Invariant: a declaration's parent is resolved and named before itself, and a parent
 * that is wrong is NULL.
 */
#include "serverpod.h"

#include <string.h>

/* ---- families ---- */

static const char *kind_text(const struct pod_decl *decl)
{
	return decl->kind == POD_CLASS	? "a class"
	       : decl->kind == POD_ENUM ? "an enum"
					: "an exception";
}

static void note_declared(struct pod *pod, const struct pod_decl *decl)
{
	diag_note(pod->diag, decl->span, "'%s' declared here", decl->name);
}

static bool may_extend(struct pod *pod, const struct pod_decl *decl,
		       const struct pod_decl *parent)
{
	struct span at = decl->extends->span;

	if (parent->kind != decl->kind)
		diag_error(pod->diag, at, "%s cannot extend '%s', which is %s",
			   kind_text(decl), parent->name, kind_text(parent));
	else if (parent->server && !decl->server)
		diag_error(pod->diag, at,
			   "'%s' is server-only; what extends it needs "
			   "'serverOnly: true', too",
			   parent->name);
	else if (parent->sealed && parent->module != decl->module)
		diag_error(pod->diag, at,
			   "'%s' is sealed; only its own package can extend it",
			   parent->name);
	else
		return true;
	note_declared(pod, parent);
	return false;
}

static void find_parent(struct pod *pod, struct pod_decl *decl)
{
	const struct pod_type *type = decl->extends;
	struct pod_decl *parent;

	if (!type)
		return;
	if (type->kind != POD_NAMED || type->args.n || type->number || type->nullable) {
		diag_error(pod->diag, type->span, "a type extends another by its name");
		return;
	}
	parent = pod_find(pod, decl, type);
	if (parent && may_extend(pod, decl, parent))
		decl->parent = parent;
}

/* Cuts circles and chains that are too long. */
static void check_chain(struct pod *pod, struct pod_decl *decl)
{
	struct pod_decl *d;
	unsigned n = 0;

	for (d = decl->parent; d && d != decl && n <= POD_ANCESTORS_MAX; d = d->parent)
		n++;
	if (d == decl) {
		diag_error(pod->diag, decl->extends->span, "'%s' extends itself",
			   decl->name);
		decl->parent = NULL;
	} else if (n > POD_ANCESTORS_MAX) {
		diag_error(pod->diag, decl->extends->span, "more than %d ancestors",
			   POD_ANCESTORS_MAX);
		decl->parent = NULL;
	}
}

static void tell_ancestors(struct pod_decl *decl)
{
	struct pod_decl *d;

	for (d = decl->parent; d && !decl->sealed; d = d->parent)
		d->has_children = true;
}

static void check_sealed(struct pod *pod, struct pod_decl *decl)
{
	if (!decl->sealed || decl->has_children)
		return;
	diag_warning(pod->diag, decl->sealed_span,
		     "'sealed' is dropped: nothing extends '%s'", decl->name);
	decl->sealed = false;
}

/* ---- fields that Serverpod adds ---- */

static struct pod_field *find_field(const struct pod_decl *decl, const char *name)
{
	size_t i;

	for (; decl; decl = decl->parent) {
		for (i = 0; i < decl->fields.n; i++) {
			struct pod_field *field = decl->fields.at[i];

			if (!strcmp(field->name, name))
				return field;
		}
	}
	return NULL;
}

static struct pod_field *implied(struct pod *pod, const char *name, const char *type,
				 bool nullable, struct span span, const char *doc)
{
	struct pod_field *field = ARENA_NEW(pod->arena, struct pod_field);

	field->name = intern_z(pod->names, name);
	field->span = span;
	field->type = ARENA_NEW(pod->arena, struct pod_type);
	field->type->name = intern_z(pod->names, type);
	field->type->builtin = pod_builtin_find(type);
	field->type->nullable = nullable;
	field->type->span = span;
	field->type_text = type;
	field->implied = true;
	vec_push(pod->arena, &field->above.docs, (void *)(uintptr_t)doc);
	pod->n_fields++;
	return field;
}

static void insert(struct pod *pod, struct vec *fields, size_t at, void *field)
{
	vec_push(pod->arena, fields, NULL);
	memmove(fields->at + at + 1, fields->at + at,
		(fields->n - 1 - at) * sizeof(void *));
	fields->at[at] = field;
}

/* The id of a row travels with it, though no model file mentions it. */
static void add_id(struct pod *pod, struct pod_decl *decl)
{
	const struct pod_decl *d;

	for (d = decl->parent; d; d = d->parent)
		if (d->table)
			return;
	if (!decl->table || find_field(decl, "id"))
		return;
	insert(pod, &decl->fields, 0,
	       implied(pod, "id", "int", true, decl->span,
		       "The id of the row; nil until there is one."));
}

static const struct pod_option *sub(const struct pod_option *option, const char *name)
{
	size_t i;

	for (i = 0; option && i < option->subs.n; i++) {
		const struct pod_option *s = option->subs.at[i];

		if (!strcmp(s->name, name) && !s->negated &&
		    !(s->value && !strcmp(s->value, "false")))
			return s;
	}
	return NULL;
}

/* Whether the other class holds the key of a named relation. */
static bool other_holds(const struct pod_decl *other, const char *name)
{
	size_t i;

	for (i = 0; i < other->fields.n; i++) {
		const struct pod_field *field = other->fields.at[i];
		const struct pod_option *own = sub(field->relation, "name");

		if (own && own->value && !strcmp(own->value, name) &&
		    sub(field->relation, "field"))
			return true;
	}
	return false;
}

/* `company: Company?, relation` has a companyId beside it. */
static struct pod_field *key_of(struct pod *pod, const struct pod_decl *decl,
				const struct pod_field *field)
{
	const struct pod_decl *other = field->type ? field->type->decl : NULL;
	const struct pod_option *name = sub(field->relation, "name");
	const struct pod_field *id;
	const char *own;
	bool nullable;

	if (!field->relation || !other || other->kind != POD_CLASS ||
	    sub(field->relation, "field") ||
	    (name && name->value && other_holds(other, name->value)))
		return NULL;
	own = arena_printf(pod->arena, "%sId", field->name);
	if (find_field(decl, own))
		return NULL;
	id = find_field(other, "id");
	nullable = field->server || sub(field->relation, "optional");
	return implied(pod, own,
		       id && id->type && id->type->builtin ? id->type->name : "int",
		       nullable, field->span,
		       arena_printf(pod->arena, "The id of the %s.", other->name));
}

static void add_keys(struct pod *pod, struct pod_decl *decl)
{
	struct pod_field *field, *key;
	size_t i;

	for (i = 0; i < decl->fields.n; i++) {
		field = decl->fields.at[i];
		key = key_of(pod, decl, field);
		if (!key)
			continue;
		key->server = field->server;
		key->above.blank = field->above.blank;
		insert(pod, &decl->fields, i++, key);
	}
}

/* ---- types ---- */

static const struct pod_decl *server_part(const struct pod_type *type)
{
	const struct pod_decl *part;
	size_t i;

	if (type->decl && type->decl->server)
		return type->decl;
	for (i = 0; i < type->args.n; i++)
		if ((part = server_part(type->args.at[i])))
			return part;
	return NULL;
}

static void resolve_types(struct pod *pod, struct pod_decl *decl)
{
	const struct pod_decl *part;
	size_t i;

	for (i = 0; i < decl->fields.n; i++) {
		struct pod_field *field = decl->fields.at[i];

		if (!field->type || field->implied)
			continue;
		if (!pod_resolve_type(pod, decl, field->type)) {
			field->type = NULL;
			continue;
		}
		part = decl->server || field->server ? NULL : server_part(field->type);
		if (!part)
			continue;
		diag_error(pod->diag, field->type->span,
			   "'%s' is server-only; the field needs 'scope=serverOnly'",
			   part->name);
		note_declared(pod, part);
		field->type = NULL;
	}
}

/* ---- names ---- */

static void check_redeclared(struct pod *pod, const struct pod_decl *decl)
{
	const struct pod_field *first;
	struct pod_field *field;
	size_t i;

	for (i = 0; i < decl->fields.n && decl->parent; i++) {
		field = decl->fields.at[i];
		first = find_field(decl->parent, field->name);
		if (!first || field->implied || first->implied)
			continue;
		diag_error(pod->diag, field->span,
			   "'%s' has the field '%s' already, from an ancestor",
			   decl->name, field->name);
		diag_note(pod->diag, first->span, "declared here");
		field->type = NULL;
	}
}

static void name_parts(struct pod *pod, struct pod_decl *decl)
{
	if (decl->state)
		return;
	decl->state = 1;
	if (decl->parent)
		name_parts(pod, decl->parent);
	check_redeclared(pod, decl);
	pod_name_fields(pod, decl);
	pod_name_values(pod, decl);
}

/* ---- packages ---- */

enum { UNSEEN, ON_PATH, DONE };

static bool mentions(const struct pod_type *type, const struct pod_module *module)
{
	size_t i;

	if (type->decl && type->decl->module == module)
		return true;
	for (i = 0; i < type->args.n; i++)
		if (mentions(type->args.at[i], module))
			return true;
	return false;
}

bool pod_uses(const struct pod_module *module, const struct pod_module *other)
{
	size_t i, k;

	for (i = 0; i < module->order.n; i++) {
		const struct pod_decl *decl = module->order.at[i];

		if (decl->parent && decl->parent->module == other)
			return true;
		for (k = 0; k < decl->fields.n; k++) {
			const struct pod_field *field = decl->fields.at[k];

			if (field->type && mentions(field->type, other))
				return true;
		}
	}
	return false;
}

/* Leaves out everything in a module that is of another. */
static void part_from(struct pod_module *module, const struct pod_module *other)
{
	size_t i, k;

	for (i = 0; i < module->order.n; i++) {
		struct pod_decl *decl = module->order.at[i];

		if (decl->parent && decl->parent->module == other)
			decl->parent = NULL;
		for (k = 0; k < decl->fields.n; k++) {
			struct pod_field *field = decl->fields.at[k];

			if (field->type && mentions(field->type, other))
				field->type = NULL;
		}
	}
}

static void check_circle(struct pod *pod, struct pod_module *module)
{
	size_t i, n = 0;

	module->state = ON_PATH;
	for (i = 0; i < module->imports.n; i++) {
		struct pod_import *import = module->imports.at[i];

		if (import->module->state == UNSEEN)
			check_circle(pod, import->module);
		if (import->module->state != ON_PATH) {
			module->imports.at[n++] = import;
			continue;
		}
		diag_error(pod->diag, import->span,
			   "the packages '%s' and '%s' would import each other; "
			   "--package NAME makes one of all",
			   module->package, import->module->package);
		part_from(module, import->module);
	}
	module->imports.n = n;
	module->state = DONE;
}

static void for_each(struct pod *pod, void (*f)(struct pod *, struct pod_decl *))
{
	size_t i, k;

	for (i = 0; i < pod->modules.n; i++) {
		struct pod_module *module = pod->modules.at[i];

		for (k = 0; k < module->order.n; k++)
			f(pod, module->order.at[k]);
	}
}

static void tell(struct pod *pod, struct pod_decl *decl)
{
	(void)pod;
	tell_ancestors(decl);
}

/* Of a module without a declaration nothing can be written. */
static void remove_empty(struct pod *pod)
{
	size_t i, n = 0;

	for (i = 0; i < pod->modules.n; i++)
		if (((struct pod_module *)pod->modules.at[i])->order.n)
			pod->modules.at[n++] = pod->modules.at[i];
	pod->modules.n = n;
}

void pod_resolve(struct pod *pod)
{
	size_t i;

	for_each(pod, find_parent);
	for_each(pod, check_chain);
	for_each(pod, tell);
	for_each(pod, check_sealed);
	for_each(pod, add_id);
	for_each(pod, resolve_types);
	for_each(pod, add_keys);
	for_each(pod, name_parts);
	for (i = 0; i < pod->modules.n; i++) {
		struct pod_module *module = pod->modules.at[i];

		if (module->state == UNSEEN)
			check_circle(pod, module);
	}
	remove_empty(pod);
}
