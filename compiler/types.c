/* Interned types.  Start in types.h. */
#include "types.h"

#include <string.h>

static const struct {
	const char *name;
	enum type_kind kind;
} builtins[] = {
	{ "bool", TYPE_BOOL },	       { "int8", TYPE_INT8 },
	{ "int16", TYPE_INT16 },       { "int32", TYPE_INT32 },
	{ "int64", TYPE_INT64 },       { "uint8", TYPE_UINT8 },
	{ "uint16", TYPE_UINT16 },     { "uint32", TYPE_UINT32 },
	{ "uint64", TYPE_UINT64 },     { "float", TYPE_FLOAT },
	{ "double", TYPE_DOUBLE },     { "string", TYPE_STRING },
	{ "bytes", TYPE_BYTES },       { "time", TYPE_TIME },
	{ "duration", TYPE_DURATION }, { "uuid", TYPE_UUID },
	{ "uri", TYPE_URI },	       { "bigint", TYPE_BIGINT },
	{ "any", TYPE_ANY },	       { "int", TYPE_INT64 },
};

enum { N_BUILTINS = sizeof(builtins) / sizeof(builtins[0]) };

void types_init(struct types *t, struct arena *a, struct strs *names)
{
	*t = (struct types){ .arena = a, .names = names };
}

int type_builtin_kind(const char *name, enum type_kind *kind)
{
	size_t i;

	for (i = 0; i < N_BUILTINS; i++) {
		if (!strcmp(builtins[i].name, name)) {
			*kind = builtins[i].kind;
			return 0;
		}
	}
	return -1;
}

const char *const *type_builtin_names(void)
{
	static const char *const names[] = {
		"bool",	  "int",    "int8",   "int16",	  "int32", "int64",
		"uint8",  "uint16", "uint32", "uint64",	  "float", "double",
		"string", "bytes",  "time",   "duration", "uuid",  "uri",
		"bigint", "any",    "list",   "set",	  "map",   NULL,
	};

	return names;
}

static struct type *make(struct types *t, const char *text, enum type_kind kind)
{
	struct type *type = ARENA_NEW(t->arena, struct type);

	type->kind = kind;
	type->text = text;
	type->base = type;
	type->id = t->next_id++;
	return type;
}

/* The type of that text; `*fresh` says that it was made just now, still without parts. */
static struct type *find(struct types *t, const char *text, enum type_kind kind,
			 bool *fresh)
{
	struct type *type;

	text = intern_z(t->names, text);
	type = map_get(&t->by_text, text);
	*fresh = !type;
	if (!type) {
		type = make(t, text, kind);
		map_put(t->arena, &t->by_text, text, type);
	}
	return type;
}

const struct type *type_builtin(struct types *t, enum type_kind kind)
{
	size_t i = 0;
	bool fresh;

	while (builtins[i].kind != kind)
		i++;
	return find(t, builtins[i].name, kind, &fresh);
}

const struct type *type_of_decl(struct types *t, const struct decl *decl,
				enum type_kind kind)
{
	struct type *type = make(t, decl->full_name, kind);

	type->decl = decl;
	return type;
}

static const struct type *collection(struct types *t, const char *word,
				     enum type_kind kind, const struct type *element)
{
	bool fresh;
	struct type *type = find(t, arena_printf(t->arena, "%s<%s>", word, element->text),
				 kind, &fresh);

	if (fresh)
		type->element = element;
	return type;
}

const struct type *type_list(struct types *t, const struct type *element)
{
	return collection(t, "list", TYPE_LIST, element);
}

const struct type *type_set(struct types *t, const struct type *element)
{
	return collection(t, "set", TYPE_SET, element);
}

const struct type *type_map(struct types *t, const struct type *key,
			    const struct type *element)
{
	bool fresh;
	struct type *type =
		find(t, arena_printf(t->arena, "map<%s, %s>", key->text, element->text),
		     TYPE_MAP, &fresh);

	if (fresh) {
		type->key = key;
		type->element = element;
	}
	return type;
}

const struct type *type_tuple(struct types *t, const struct type **items, size_t n)
{
	char *text;
	struct type *type;
	size_t i, len = 3;
	bool fresh;

	for (i = 0; i < n; i++)
		len += strlen(items[i]->text) + 2;
	text = arena_alloc(t->arena, len);
	strcpy(text, "(");
	for (i = 0; i < n; i++) {
		strcat(text, i ? ", " : "");
		strcat(text, items[i]->text);
	}
	strcat(text, ")");
	type = find(t, text, TYPE_TUPLE, &fresh);
	if (fresh) {
		type->items = items;
		type->n_items = n;
	}
	return type;
}

const struct type *type_nullable(struct types *t, const struct type *type)
{
	struct type *twin;
	bool fresh;

	if (type->nullable)
		return type;
	twin = find(t, arena_printf(t->arena, "%s?", type->text), type->kind, &fresh);
	if (fresh) {
		unsigned id = twin->id;
		const char *text = twin->text;

		*twin = *type;
		twin->nullable = true;
		twin->base = type;
		twin->text = text;
		twin->id = id;
	}
	return twin;
}
