/*
 * The keys of a model file.  Start in serverpod.h.
 *
 * Invariant: every key is in the table below, with what becomes of it.
 */
#include "serverpod.h"

#include <string.h>

enum fate {
	KEPT,
	DATABASE, /* dropped: nothing of it is on the wire */
	REMOVED,  /* by Serverpod itself, with advice */
};

static const struct {
	const char *name;
	unsigned kinds;
	enum fate fate;
	const char *advice;
} keys[] = {
	{ "class", POD_CLASS, KEPT, NULL },
	{ "exception", POD_EXCEPTION, KEPT, NULL },
	{ "enum", POD_ENUM, KEPT, NULL },
	{ "fields", POD_CLASS | POD_EXCEPTION, KEPT, NULL },
	{ "extends", POD_CLASS | POD_EXCEPTION, KEPT, NULL },
	{ "sealed", POD_CLASS | POD_EXCEPTION, KEPT, NULL },
	{ "immutable", POD_CLASS | POD_EXCEPTION, KEPT, NULL },
	{ "serverOnly", POD_CLASS | POD_EXCEPTION | POD_ENUM, KEPT, NULL },
	{ "serialized", POD_ENUM, KEPT, NULL },
	{ "default", POD_ENUM, KEPT, NULL },
	{ "properties", POD_ENUM, KEPT, NULL },
	{ "values", POD_ENUM, KEPT, NULL },
	{ "table", POD_CLASS, DATABASE, NULL },
	{ "indexes", POD_CLASS, DATABASE, NULL },
	{ "managedMigration", POD_CLASS, DATABASE, NULL },
	{ "database", POD_CLASS, DATABASE, NULL },
	{ "serializationDataType", POD_CLASS, DATABASE, NULL },
	{ "parent", POD_CLASS, REMOVED, "write 'relation(parent=...)' on a field" },
};

enum { N_KEYS = sizeof(keys) / sizeof(keys[0]) };

static const char *kind_text(enum pod_kind kind)
{
	return kind == POD_CLASS  ? "a class"
	       : kind == POD_ENUM ? "an enum"
				  : "an exception";
}

static void unknown_key(struct pod *pod, const struct node *key, enum pod_kind kind)
{
	struct guess guess = guess_start(key->text);
	size_t i;

	for (i = 0; i < N_KEYS; i++)
		if (keys[i].kinds & kind)
			guess_offer(&guess, keys[i].name);
	if (guess.best)
		diag_error(pod->diag, key->span, "%s has no key '%s'; did you mean '%s'?",
			   kind_text(kind), key->text, guess.best);
	else
		diag_error(pod->diag, key->span, "%s has no key '%s'", kind_text(kind),
			   key->text);
}

/* ---- values of keys ---- */

/* When in doubt, true: what may be secret is better kept. */
static bool read_bool(struct pod *pod, const struct node *key, const struct node *value)
{
	if (value->kind == NODE_TEXT && !strcmp(value->text, "false"))
		return false;
	if (value->kind != NODE_TEXT || strcmp(value->text, "true"))
		diag_error(pod->diag, value->span, "'%s' is true or false", key->text);
	return true;
}

static bool is_name(struct pod *pod, const struct node *key, const struct node *value)
{
	if (value->kind == NODE_TEXT && value->len && strlen(value->text) == value->len)
		return true;
	diag_error(pod->diag, value->kind == NODE_TEXT ? key->span : value->span,
		   "'%s' needs a name behind it", key->text);
	return false;
}

static void read_serialized(struct pod *pod, const struct node *key,
			    const struct node *value)
{
	if (value->kind == NODE_TEXT && !strcmp(value->text, "byName"))
		diag_warning(pod->diag, key->span,
			     "'serialized: byName' is dropped: enums travel by number, "
			     "counted from 0");
	else if (value->kind != NODE_TEXT || strcmp(value->text, "byIndex"))
		diag_error(pod->diag, value->span, "'serialized' is byName or byIndex");
}

static void read_fields(struct pod *pod, struct pod_decl *decl, const struct node *map)
{
	struct pod_field *field;
	size_t i;

	if (node_is_empty(map))
		return;
	if (map->kind != NODE_MAP) {
		diag_error(pod->diag, map->span,
			   "fields are written 'name: Type', one per line");
		return;
	}
	for (i = 0; i < map->items.n; i++) {
		field = pod_read_field(pod, decl, map->keys.at[i], map->items.at[i]);
		if (field)
			vec_push(pod->arena, &decl->fields, field);
	}
}

static void read_fallback(struct pod *pod, struct pod_decl *decl, const struct node *key,
			  const struct node *value)
{
	if (!is_name(pod, key, value))
		return;
	decl->fallback = intern_z(pod->names, value->text);
	decl->fallback_span = value->span;
}

static void read_kept(struct pod *pod, struct pod_decl *decl, const struct node *key,
		      const struct node *value)
{
	const char *name = key->text;

	if (!strcmp(name, "fields"))
		read_fields(pod, decl, value);
	else if (!strcmp(name, "values"))
		pod_read_values(pod, decl, value);
	else if (!strcmp(name, "properties"))
		; /* before the values, see read_keys() */
	else if (!strcmp(name, "default"))
		read_fallback(pod, decl, key, value);
	else if (!strcmp(name, "serialized"))
		read_serialized(pod, key, value);
	else if (!strcmp(name, "extends") && is_name(pod, key, value))
		decl->extends = pod_parse_type(pod, decl->source, value);
	else if (!strcmp(name, "immutable"))
		decl->immutable = read_bool(pod, key, value);
	else if (!strcmp(name, "serverOnly"))
		decl->server = read_bool(pod, key, value);
	else if (!strcmp(name, "sealed")) {
		decl->sealed = read_bool(pod, key, value);
		decl->sealed_span = key->span;
	}
}

static void read_key(struct pod *pod, struct pod_decl *decl, const struct node *key,
		     const struct node *value)
{
	size_t i = 0;

	while (i < N_KEYS &&
	       (strcmp(keys[i].name, key->text) || !(keys[i].kinds & decl->kind)))
		i++;
	if (i == N_KEYS) {
		unknown_key(pod, key, decl->kind);
		return;
	}
	switch (keys[i].fate) {
	case KEPT:
		read_kept(pod, decl, key, value);
		break;
	case DATABASE:
		decl->table |= !strcmp(key->text, "table");
		diag_warning(pod->diag, key->span,
			     "'%s' is dropped: it concerns only the database", key->text);
		break;
	case REMOVED:
		diag_error(pod->diag, key->span, "there is no '%s' any more; %s",
			   key->text, keys[i].advice);
		break;
	}
}

/* ---- the document ---- */

static struct node *find_kind(struct pod *pod, const struct source *source,
			      const struct node *root, enum pod_kind *kind,
			      const struct node **name)
{
	static const char *const words[] = { "class", "exception", "enum" };
	static const enum pod_kind kinds[] = { POD_CLASS, POD_EXCEPTION, POD_ENUM };
	struct node *found = NULL, *first;
	struct guess guess;
	size_t i, k;

	for (i = 0; i < root->keys.n; i++) {
		struct node *key = root->keys.at[i];

		for (k = 0; k < 3 && strcmp(words[k], key->text); k++)
			;
		if (k == 3)
			continue;
		if (found) {
			diag_error(pod->diag, key->span,
				   "a file declares one type; this is the second");
			diag_note(pod->diag, found->span, "the first is here");
			return NULL;
		}
		found = key;
		*kind = kinds[k];
		*name = root->items.at[i];
	}
	if (found)
		return found;
	first = root->keys.n ? root->keys.at[0] : NULL;
	guess = guess_start(first ? first->text : "");
	for (k = 0; k < 3; k++)
		guess_offer(&guess, words[k]);
	if (guess.best)
		diag_error(pod->diag, first->span, "unknown key '%s'; did you mean '%s'?",
			   first->text, guess.best);
	else
		diag_error(pod->diag,
			   first ? first->span
				 : (struct span){ source->base, source->base + 1 },
			   "a model file has a key 'class', 'exception' or 'enum'");
	return NULL;
}

static bool good_name(struct pod *pod, const struct node *key, const struct node *name)
{
	const char *better;

	if (!is_name(pod, key, name))
		return false;
	if (name->len > NAME_MAX_LEN) {
		diag_error(pod->diag, name->span,
			   "name of %zu characters; %d are allowed", name->len,
			   NAME_MAX_LEN);
		return false;
	}
	if (is_pascal(name->text))
		return true;
	better = to_pascal(pod->arena, name->text);
	if (is_pascal(better))
		diag_error(pod->diag, name->span,
			   "the name of a type is in PascalCase; did you mean '%s'?",
			   better);
	else
		diag_error(pod->diag, name->span, "the name of a type is in PascalCase");
	return false;
}

static void declare(struct pod *pod, struct pod_module *module, struct pod_decl *decl)
{
	struct pod_decl *first = map_put(pod->arena, &module->decls, decl->name, decl);

	vec_push(pod->arena, &module->order, decl);
	pod->n_types++;
	if (!first)
		return;
	diag_error(pod->diag, decl->span, "'%s' is declared twice in the package '%s'",
		   decl->name, module->package);
	diag_note(pod->diag, first->span, "'%s' first declared here", decl->name);
}

static void read_keys(struct pod *pod, struct pod_decl *decl, const struct node *root,
		      const struct node *kind)
{
	const struct node *properties = node_get(root, "properties");
	size_t i;

	if (decl->kind == POD_ENUM && properties)
		pod_read_properties(pod, decl, properties);
	for (i = 0; i < root->keys.n; i++)
		if (root->keys.at[i] != kind)
			read_key(pod, decl, root->keys.at[i], root->items.at[i]);
	if (decl->kind == POD_ENUM && !node_get(root, "values"))
		diag_error(pod->diag, decl->span, "the enum '%s' has no 'values'",
			   decl->name);
}

/* Remembers what a file declares that cannot be read, so that nobody calls it unknown. */
static void remember(struct pod *pod, const struct source *source)
{
	static const char *const words[] = { "class:", "exception:", "enum:" };
	const char *s, *newline;
	size_t k, len;

	for (s = source->text; s; s = newline ? newline + 1 : NULL) {
		newline = strchr(s, '\n');
		for (k = 0; k < 3; k++) {
			if (strncmp(s, words[k], strlen(words[k])))
				continue;
			s += strlen(words[k]);
			s += strspn(s, " ");
			len = strcspn(s, " \r\n");
			map_put(pod->arena, &pod->lost, intern(pod->names, s, len), pod);
		}
	}
}

void pod_read(struct pod *pod, struct pod_module *module, const struct source *source)
{
	const struct node *root = yaml_read(pod->diag, source), *key, *name = NULL;
	struct pod_decl *decl;
	enum pod_kind kind = POD_CLASS;

	pod->n_files++;
	if (!root) {
		remember(pod, source);
		return;
	}
	if (root->kind != NODE_MAP) {
		diag_error(pod->diag, root->span,
			   "a model file begins with 'class: Name', 'exception: Name' or "
			   "'enum: Name'");
		return;
	}
	key = find_kind(pod, source, root, &kind, &name);
	if (!key || !good_name(pod, key, name)) {
		remember(pod, source);
		return;
	}
	decl = ARENA_NEW(pod->arena, struct pod_decl);
	decl->kind = kind;
	decl->name = intern(pod->names, name->text, name->len);
	decl->span = name->span;
	decl->source = source;
	decl->module = module;
	decl->above = yaml_above(pod->arena, source, key->span.start);
	read_keys(pod, decl, root, key);
	if (kind == POD_ENUM && !decl->values.n)
		map_put(pod->arena, &pod->lost, decl->name, pod);
	else
		declare(pod, module, decl);
}
