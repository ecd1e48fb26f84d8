/*
 * The values of an enum and their properties.  Start in serverpod.h.
 *
 * .spy has no properties; they become documentation, so nothing here is held against
 * more than its own declaration.
 */
#include "serverpod.h"

#include <string.h>

static bool is_identifier(const char *s)
{
	if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || *s == '_'))
		return false;
	while ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
	       (*s >= '0' && *s <= '9') || *s == '_')
		s++;
	return !*s;
}

static struct pod_property *find(const struct vec *properties, const char *name)
{
	size_t i;

	for (i = 0; i < properties->n; i++)
		if (((struct pod_property *)properties->at[i])->name == name)
			return properties->at[i];
	return NULL;
}

/* "int?, default=0", by way of the grammar of fields. */
static void read_property(struct pod *pod, struct pod_decl *decl, const struct node *key,
			  const struct node *value)
{
	static const char *const types[] = { "int", "double", "bool", "String" };
	struct pod_property *property = ARENA_NEW(pod->arena, struct pod_property);
	struct pod_field field = { .name = key->text };
	size_t i, k;

	if (!is_identifier(key->text)) {
		diag_error(pod->diag, key->span, "'%s' is no name", key->text);
		return;
	}
	if (value->kind != NODE_TEXT || !value->len) {
		diag_error(pod->diag, key->span, "the property '%s' has no type",
			   key->text);
		return;
	}
	if (!pod_parse_field(pod, decl->source, value, &field) || !field.type)
		return;
	for (k = 0; k < 4 && (!field.type->name || strcmp(types[k], field.type->name));)
		k++;
	if (k == 4 || field.type->prefix) {
		diag_error(pod->diag, field.type->span,
			   "a property is an int, double, bool or String");
		return;
	}
	for (i = 0; i < field.options.n; i++) {
		const struct pod_option *option = field.options.at[i];

		if (strcmp(option->name, "default") || !option->value)
			diag_error(pod->diag, option->span,
				   "a property has no option '%s'; it may have "
				   "'default=...'",
				   option->name);
		else
			property->text = option->value;
	}
	property->name = intern_z(pod->names, key->text);
	property->span = key->span;
	property->type = types[k];
	property->nullable = field.type->nullable;
	vec_push(pod->arena, &decl->properties, property);
}

void pod_read_properties(struct pod *pod, struct pod_decl *decl, const struct node *map)
{
	size_t i;

	if (map->kind != NODE_MAP) {
		diag_error(pod->diag, map->span,
			   "properties are written 'name: type', one per line");
		return;
	}
	for (i = 0; i < map->items.n; i++)
		read_property(pod, decl, map->keys.at[i], map->items.at[i]);
}

static void read_own(struct pod *pod, struct pod_decl *decl, struct pod_value *value,
		     const struct node *map)
{
	size_t i;

	for (i = 0; i < map->items.n; i++) {
		const struct node *key = map->keys.at[i], *text = map->items.at[i];
		const char *name = intern_z(pod->names, key->text);
		struct pod_property *own = ARENA_NEW(pod->arena, struct pod_property);
		const struct pod_property *declared = find(&decl->properties, name);

		if (!declared) {
			diag_error(pod->diag, key->span,
				   "the enum '%s' declares no property '%s'", decl->name,
				   key->text);
			continue;
		}
		if (text->kind != NODE_TEXT) {
			diag_error(pod->diag, text->span,
				   "the value of a property is a number or a text");
			continue;
		}
		*own = *declared;
		own->span = key->span;
		own->text = node_is_empty(text) ? NULL : text->text;
		vec_push(pod->arena, &value->properties, own);
	}
}

/* All properties in the order of their declaration, defaults filled in. */
static void complete(struct pod *pod, struct pod_decl *decl, struct pod_value *value)
{
	struct vec all = { 0 };
	size_t i;

	for (i = 0; i < decl->properties.n; i++) {
		struct pod_property *declared = decl->properties.at[i];
		struct pod_property *own = find(&value->properties, declared->name);

		if (!own && !declared->text && !declared->nullable)
			diag_error(pod->diag, value->span,
				   "the value '%s' lacks the property '%s'", value->name,
				   declared->name);
		else
			vec_push(pod->arena, &all, own ? own : declared);
	}
	value->properties = all;
}

static void read_value(struct pod *pod, struct pod_decl *decl, const struct node *item)
{
	const struct node *name = item, *own = NULL;
	struct pod_value *value = ARENA_NEW(pod->arena, struct pod_value);

	if (item->kind == NODE_MAP && item->keys.n == 1) {
		name = item->keys.at[0];
		own = item->items.at[0];
	}
	if (name->kind != NODE_TEXT ||
	    (own && own->kind != NODE_MAP && !node_is_empty(own))) {
		diag_error(pod->diag, name->span,
			   "a value is a name, or a name and its properties");
		return;
	}
	if (!is_identifier(name->text)) {
		diag_error(pod->diag, name->span,
			   "'%s' is no name of a value: letters, digits and '_', the "
			   "first no digit",
			   name->text);
		return;
	}
	value->name = intern_z(pod->names, name->text);
	value->span = name->span;
	value->above = yaml_above(pod->arena, decl->source, name->span.start);
	if (own && own->kind == NODE_MAP)
		read_own(pod, decl, value, own);
	complete(pod, decl, value);
	vec_push(pod->arena, &decl->values, value);
}

void pod_read_values(struct pod *pod, struct pod_decl *decl, const struct node *list)
{
	size_t i;

	if (list->kind != NODE_LIST || !list->items.n) {
		diag_error(pod->diag, list->span,
			   "values are written '- name', one per line");
		return;
	}
	for (i = 0; i < list->items.n && i < POD_VALUES_MAX; i++)
		read_value(pod, decl, list->items.at[i]);
	if (i < list->items.n)
		diag_error(pod->diag, ((struct node *)list->items.at[i])->span,
			   "more than %d values", POD_VALUES_MAX);
}
