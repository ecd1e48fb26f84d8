/*
 * Types: what the names in them mean, and how .spy writes them.  Start in serverpod.h.
 *
 * Invariant: a type that was resolved without an error has a builtin or a declaration
 * for every name in it, so writing it cannot fail.
 */
#include "serverpod.h"

#include <string.h>

#define AS_LIST "'List<double>' carries its numbers"

static const struct pod_builtin builtins[] = {
	{ "bool", "bool", 0, true, NULL },
	{ "int", "int", 0, true, NULL },
	{ "double", "double", 0, false, NULL },
	{ "String", "string", 0, true, NULL },
	{ "DateTime", "time", 0, true, NULL },
	{ "Duration", "duration", 0, false, NULL },
	{ "ByteData", "bytes", 0, false, NULL },
	{ "UuidValue", "uuid", 0, true, NULL },
	{ "Uri", "uri", 0, false, NULL },
	{ "BigInt", "bigint", 0, false, NULL },
	{ "dynamic", "any", 0, false, NULL },
	{ "List", "list", 1, false, NULL },
	{ "Set", "set", 1, false, NULL },
	{ "Map", "map", 2, false, NULL },
	/* the database's own, and what has no place in a model */
	{ "Vector", NULL, 0, false, AS_LIST },
	{ "HalfVector", NULL, 0, false, AS_LIST },
	{ "SparseVector", NULL, 0, false, "'Map<int, double>' carries its numbers" },
	{ "Bit", NULL, 0, false, "'List<bool>' carries its bits" },
	{ "GeographyPoint", NULL, 0, false,
	  "a class of two doubles carries its numbers" },
	{ "GeographyLineString", NULL, 0, false, "a list of points carries it" },
	{ "GeographyPolygon", NULL, 0, false, "a list of lists of points carries it" },
	{ "GeographyGeometryCollection", NULL, 0, false, "lists of points carry it" },
	{ "Stream", NULL, 1, false, "streams stand in endpoints, not in models" },
	{ "Future", NULL, 1, false, "a field holds its value at once" },
};

enum { N_BUILTINS = sizeof(builtins) / sizeof(builtins[0]) };

const struct pod_builtin *pod_builtin_find(const char *name)
{
	size_t i;

	for (i = 0; i < N_BUILTINS; i++)
		if (!strcmp(builtins[i].name, name))
			return &builtins[i];
	return NULL;
}

/* ---- resolving ---- */

static const struct pod_builtin *builtin_of(const struct pod_decl *decl,
					    const struct pod_type *type)
{
	if (type->prefix)
		return NULL;
	/* a project may have a class of its own called Vector or Stream */
	if (map_get(&decl->module->decls, type->name))
		return NULL;
	return pod_builtin_find(type->name);
}

static bool is_custom_class(struct pod *pod, const struct pod_type *type)
{
	const char *prefix = type->prefix;

	if (!prefix || (strncmp(prefix, "package:", 8) &&
			strncmp(prefix, "project:", 8) && strncmp(prefix, "dart:", 5)))
		return false;
	diag_error(pod->diag, type->span,
		   "'%s' is a class written in Dart, which .spy cannot describe; declare "
		   "its fields as a model",
		   type->name);
	return true;
}

static bool check_arguments(struct pod *pod, struct pod_type *type)
{
	static const char *const wanted[] = { "no element type", "one element type",
					      "a key and a value type" };
	unsigned n = type->builtin ? type->builtin->n_args : 0;

	if (type->builtin && !type->builtin->spy) {
		diag_error(pod->diag, type->span, "'%s' has no counterpart in .spy; %s",
			   type->name, type->builtin->instead);
		return false;
	}
	if (type->args.n != n || type->number) {
		diag_error(pod->diag, type->span, "'%s' has %s", type->name, wanted[n]);
		return false;
	}
	if (type->builtin && !strcmp(type->name, "dynamic") && type->nullable)
		diag_warning(pod->diag, type->span,
			     "'dynamic' holds null already; the '?' is dropped");
	return true;
}

static void check_key(struct pod *pod, const struct pod_decl *decl,
		      const struct pod_type *map);

static bool resolve_name(struct pod *pod, struct pod_decl *decl, struct pod_type *type)
{
	if (is_custom_class(pod, type))
		return false;
	type->builtin = builtin_of(decl, type);
	if (!type->builtin)
		type->decl = pod_find(pod, decl, type);
	return (type->builtin || type->decl) && check_arguments(pod, type);
}

bool pod_resolve_type(struct pod *pod, struct pod_decl *decl, struct pod_type *type)
{
	size_t i;

	if (type->kind == POD_NAMED && !resolve_name(pod, decl, type))
		return false;
	for (i = 0; i < type->args.n; i++)
		if (!pod_resolve_type(pod, decl, type->args.at[i]))
			return false;
	if (type->builtin && type->builtin->n_args == 2)
		check_key(pod, decl, type);
	if (type->kind == POD_RECORD && type->args.n == 1)
		diag_warning(pod->diag, type->span,
			     "a record of one member is written as that member");
	return true;
}

/* ---- writing ---- */

static bool may_be_key(const struct pod_type *key)
{
	if (key->nullable || key->kind == POD_RECORD)
		return false;
	return key->builtin ? key->builtin->key : key->decl->kind == POD_ENUM;
}

static void check_key(struct pod *pod, const struct pod_decl *decl,
		      const struct pod_type *map)
{
	const struct pod_type *key = map->args.at[0];

	if (!may_be_key(key))
		diag_warning(pod->diag, key->span,
			     "'%s' cannot be the key of a map in .spy; written as %s",
			     pod_type_text(pod, key, decl->module),
			     pod_type_text(pod, map, decl->module));
}

static void write_type(struct buf *b, const struct pod_type *type,
		       const struct pod_module *from);

static void write_list(struct buf *b, const struct vec *types,
		       const struct pod_module *from)
{
	size_t i;

	for (i = 0; i < types->n; i++) {
		buf_put(b, i ? ", " : "");
		write_type(b, types->at[i], from);
	}
}

static void write_record(struct buf *b, const struct pod_type *type,
			 const struct pod_module *from)
{
	if (type->args.n == 1) {
		const struct pod_type *only = type->args.at[0];

		write_type(b, only, from);
		if (type->nullable && buf_text(b)[b->len - 1] != '?' &&
		    !(only->builtin && !strcmp(only->builtin->spy, "any")))
			buf_put(b, "?");
		return;
	}
	buf_put(b, "(");
	write_list(b, &type->args, from);
	buf_put(b, type->nullable ? ")?" : ")");
}

static void write_type(struct buf *b, const struct pod_type *type,
		       const struct pod_module *from)
{
	bool nullable = type->nullable;

	if (type->kind == POD_RECORD) {
		write_record(b, type, from);
		return;
	}
	if (type->decl) {
		if (type->decl->module != from)
			buf_printf(b, "%s.", type->decl->module->package);
		buf_put(b, type->decl->name);
	} else if (type->builtin->n_args == 2 && !may_be_key(type->args.at[0])) {
		buf_put(b, "list<(");
		write_list(b, &type->args, from);
		buf_put(b, ")>");
	} else {
		buf_put(b, type->builtin->spy);
		buf_put(b, type->args.n ? "<" : "");
		write_list(b, &type->args, from);
		buf_put(b, type->args.n ? ">" : "");
		nullable = nullable && strcmp(type->builtin->spy, "any");
	}
	buf_put(b, nullable ? "?" : "");
}

const char *pod_type_text(struct pod *pod, const struct pod_type *type,
			  const struct pod_module *from)
{
	struct buf b = { .arena = pod->arena };

	write_type(&b, type, from);
	return buf_text(&b);
}
