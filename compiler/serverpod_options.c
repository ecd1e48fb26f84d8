/*
 * The options of a field.  Start in serverpod.h.
 *
 * Invariant: every option is in the table below, with what becomes of it, whether it was
 * written behind the type or as a key of its own.
 */
#include "serverpod.h"

#include <string.h>

enum fate {
	KEPT,
	DROPPED,  /* has nothing to say in .spy */
	DATABASE, /* has nothing to say to a peer */
	REMOVED,  /* by Serverpod itself */
};

static const struct {
	const char *name;
	unsigned kinds;
	enum fate fate;
	const char *why;
} options[] = {
	{ "type", POD_CLASS | POD_EXCEPTION, KEPT, NULL },
	{ "scope", POD_CLASS | POD_EXCEPTION, KEPT, NULL },
	{ "default", POD_CLASS | POD_EXCEPTION, KEPT, NULL },
	{ "defaultModel", POD_CLASS | POD_EXCEPTION, KEPT, NULL },
	{ "required", POD_CLASS | POD_EXCEPTION, DROPPED,
	  "a constructor in C takes no arguments" },
	{ "jsonKey", POD_CLASS, DROPPED, "fields travel by position" },
	{ "tail", POD_CLASS | POD_EXCEPTION, DROPPED,
	  "fields keep the order in which they are written" },
	{ "relation", POD_CLASS, DATABASE, NULL },
	{ "persist", POD_CLASS, DATABASE, NULL },
	{ "defaultPersist", POD_CLASS, DATABASE, NULL },
	{ "column", POD_CLASS, DATABASE, NULL },
	{ "unique", POD_CLASS, DATABASE, NULL },
	{ "serializationDataType", POD_CLASS, DATABASE, NULL },
	{ "parent", POD_CLASS, REMOVED, "write 'relation(parent=...)'" },
	{ "database", POD_CLASS, REMOVED, "write 'scope=serverOnly'" },
	{ "api", POD_CLASS, REMOVED, "write '!persist'" },
};

enum { N_OPTIONS = sizeof(options) / sizeof(options[0]) };

static void unknown_option(struct pod *pod, const struct pod_option *option,
			   enum pod_kind kind)
{
	struct guess guess = guess_start(option->name);
	size_t i;

	for (i = 0; i < N_OPTIONS; i++)
		if (options[i].kinds & kind && options[i].fate != REMOVED)
			guess_offer(&guess, options[i].name);
	if (guess.best)
		diag_error(pod->diag, option->span,
			   "unknown option '%s'; did you mean '%s'?", option->name,
			   guess.best);
	else
		diag_error(pod->diag, option->span, "unknown option '%s'", option->name);
}

/* ---- the options that are kept ---- */

static void read_scope(struct pod *pod, const struct pod_decl *decl,
		       struct pod_field *field, const struct pod_option *option)
{
	static const char *const scopes[] = { "all", "serverOnly", "none" };
	struct guess guess = guess_start(option->value ? option->value : "");
	size_t i, errors = pod->diag->n_errors;

	for (i = 0; i < 3; i++) {
		guess_offer(&guess, scopes[i]);
		if (option->value && !strcmp(scopes[i], option->value))
			break;
	}
	if (i == 3 && guess.best)
		diag_error(pod->diag, option->value_span,
			   "unknown scope '%s'; did you mean '%s'?", option->value,
			   guess.best);
	else if (i == 3)
		diag_error(pod->diag, option->value ? option->value_span : option->span,
			   "a scope is all, serverOnly or none");
	else if (decl->server && !i)
		diag_error(pod->diag, option->span,
			   "'%s' is server-only; so are all its fields", decl->name);
	else if (i && field->type && !field->type->nullable &&
		 !(field->type->name && !strcmp(field->type->name, "dynamic")))
		diag_error(pod->diag, option->span,
			   "'%s' does not reach every peer, so it must be nullable: "
			   "'%s?'",
			   field->name, field->type_text);
	else
		field->server = i && !decl->server;
	/* what is not known to be visible had better not be */
	if (pod->diag->n_errors > errors && !decl->server)
		field->type = NULL;
}

static void keep(struct pod *pod, const struct pod_decl *decl, struct pod_field *field,
		 const struct pod_option *option)
{
	bool model = !strcmp(option->name, "defaultModel");

	if (!strcmp(option->name, "scope")) {
		read_scope(pod, decl, field, option);
	} else if (!model && strcmp(option->name, "default")) {
		diag_error(pod->diag, option->span,
			   "the type stands first, without a name");
	} else if (!option->value) {
		diag_error(pod->diag, option->span, "'%s' needs a value: '%s=...'",
			   option->name, option->name);
	} else if (model || !field->value || strcmp(field->value->name, "defaultModel")) {
		/* what counts in code is the model's default */
		field->value = option;
	}
}

static void read_option(struct pod *pod, const struct pod_decl *decl,
			struct pod_field *field, const struct pod_option *option)
{
	size_t i = 0;

	while (i < N_OPTIONS && (strcmp(options[i].name, option->name) ||
				 !(options[i].kinds & decl->kind)))
		i++;
	if (i == N_OPTIONS) {
		unknown_option(pod, option, decl->kind);
		return;
	}
	switch (options[i].fate) {
	case KEPT:
		keep(pod, decl, field, option);
		break;
	case DROPPED:
		diag_warning(pod->diag, option->span, "'%s' is dropped: %s", option->name,
			     options[i].why);
		break;
	case DATABASE:
		if (!strcmp(option->name, "relation"))
			field->relation = option;
		diag_warning(pod->diag, option->span,
			     "'%s' is dropped: it concerns only the database",
			     option->name);
		break;
	case REMOVED:
		diag_error(pod->diag, option->span,
			   "there is no option '%s' any more; %s", option->name,
			   options[i].why);
		break;
	}
}

void pod_read_options(struct pod *pod, const struct pod_decl *decl,
		      struct pod_field *field)
{
	size_t i, k;

	for (i = 0; i < field->options.n; i++) {
		const struct pod_option *option = field->options.at[i];

		for (k = 0; k < i; k++)
			if (((struct pod_option *)field->options.at[k])->name ==
			    option->name)
				break;
		if (k < i)
			diag_error(pod->diag, option->span, "'%s' is given twice",
				   option->name);
		else
			read_option(pod, decl, field, option);
	}
}

/* ---- fields ---- */

/* `relation:` and its keys, or `default: x`, in the expanded form of a field. */
static struct pod_option *option_of(struct pod *pod, const struct node *key,
				    const struct node *value)
{
	struct pod_option *option = ARENA_NEW(pod->arena, struct pod_option);
	size_t i;

	option->name = intern_z(pod->names, key->text);
	option->span = key->span;
	if (value->kind == NODE_MAP) {
		option->has_subs = true;
		for (i = 0; i < value->items.n; i++)
			vec_push(pod->arena, &option->subs,
				 option_of(pod, value->keys.at[i], value->items.at[i]));
	} else if (value->kind == NODE_TEXT && !node_is_empty(value)) {
		option->value = value->text;
		option->quoted = !value->plain;
		option->value_span = value->span;
	}
	return option;
}

static void read_expanded(struct pod *pod, struct pod_decl *decl, const struct node *map,
			  struct pod_field *field)
{
	const struct node *type = node_get(map, "type");
	size_t i;

	if (!type || type->kind != NODE_TEXT || !type->len) {
		diag_error(pod->diag, type ? type->span : field->span,
			   "the field '%s' has no type", field->name);
		return;
	}
	field->type = pod_parse_type(pod, decl->source, type);
	field->type_text = type->text;
	for (i = 0; i < map->items.n; i++)
		if (map->items.at[i] != type)
			vec_push(pod->arena, &field->options,
				 option_of(pod, map->keys.at[i], map->items.at[i]));
}

struct pod_field *pod_read_field(struct pod *pod, struct pod_decl *decl,
				 const struct node *key, const struct node *value)
{
	struct pod_field *field = ARENA_NEW(pod->arena, struct pod_field);

	field->name = intern_z(pod->names, key->text);
	field->span = key->span;
	field->above = yaml_above(pod->arena, decl->source, key->span.start);
	if (value->kind == NODE_MAP)
		read_expanded(pod, decl, value, field);
	else if (value->kind == NODE_LIST || !value->len)
		diag_error(pod->diag, key->span, "the field '%s' has no type", key->text);
	else
		pod_parse_field(pod, decl->source, value, field);
	pod->n_fields++;
	pod_read_options(pod, decl, field);
	return field;
}
