/*
 * Types: from how they are written to interned types.
 *
 * Invariant: a stream is seen only by check_item_type(), at the two places where one may
 * stand; check_type() refuses it with the reason.  Start in check.h.
 */
#include "check.h"

#include <string.h>

bool check_is_stream(const struct ast_type *ast)
{
	return ast->name.text && !ast->package.text && !strcmp(ast->name.text, "stream");
}

const char *check_type_text(struct check *c, const struct ast_type *ast)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < ast->args.n && i < TUPLE_MAX; i++)
		text = arena_printf(c->arena, "%s%s%s", text, i ? ", " : "",
				    check_type_text(c, ast->args.at[i]));
	if (!ast->name.text)
		text = arena_printf(c->arena, "(%s)", text);
	else
		text = arena_printf(c->arena, "%s%s%s%s%s%s",
				    ast->package.text ? ast->package.text : "",
				    ast->package.text ? "." : "", ast->name.text,
				    ast->args.n ? "<" : "", text, ast->args.n ? ">" : "");
	return ast->questions ? arena_printf(c->arena, "%s?", text) : text;
}

static bool is_map_key(const struct type *type)
{
	if (type->nullable)
		return false;
	return (type->kind >= TYPE_BOOL && type->kind <= TYPE_UINT64) ||
	       type->kind == TYPE_STRING || type->kind == TYPE_TIME ||
	       type->kind == TYPE_UUID || type->kind == TYPE_ENUM;
}

static const struct type *tuple(struct check *c, struct unit *unit,
				const struct ast_type *ast)
{
	const struct type **items;
	bool good = true;
	size_t i;

	if (ast->args.n == 1) {
		diag_error(c->diag, ast->span,
			   "a tuple has at least two parts; write '%s'",
			   check_type_text(c, ast->args.at[0]));
		return NULL;
	}
	if (ast->args.n > TUPLE_MAX) {
		diag_error(c->diag, ast->span,
			   "a tuple has at most %d parts; a model can "
			   "have more",
			   TUPLE_MAX);
		return NULL;
	}
	items = arena_array(c->arena, ast->args.n, sizeof(struct type *));
	for (i = 0; i < ast->args.n; i++) {
		items[i] = check_type(c, unit, ast->args.at[i]);
		good &= items[i] != NULL;
	}
	return good ? type_tuple(c->types, items, ast->args.n) : NULL;
}

static const struct type *map(struct check *c, struct unit *unit,
			      const struct ast_type *ast)
{
	const struct ast_type *key_ast = ast->args.at[0];
	const struct type *key = check_type(c, unit, key_ast);
	const struct type *element = check_type(c, unit, ast->args.at[1]);

	if (key && !is_map_key(key)) {
		diag_error(c->diag, key_ast->span,
			   "'%s' cannot be the key of a map; a key "
			   "is an integer, bool, string, uuid, time or enum",
			   check_type_text(c, key_ast));
		return NULL;
	}
	return key && element ? type_map(c->types, key, element) : NULL;
}

/* list, set and map; `*known` is false when the name is none of them. */
static const struct type *collection(struct check *c, struct unit *unit,
				     const struct ast_type *ast, bool *known)
{
	static const struct {
		const char *name;
		size_t n;
		const char *needs;
	} forms[] = {
		{ "list", 1, "a list has one element type: 'list<int>'" },
		{ "set", 1, "a set has one element type: 'set<int>'" },
		{ "map", 2, "a map has a key and a value type: 'map<string, int>'" },
	};
	const struct type *element;
	size_t i = 0;

	while (i < 3 && strcmp(forms[i].name, ast->name.text))
		i++;
	*known = i < 3;
	if (!*known)
		return NULL;
	if (ast->args.n != forms[i].n) {
		diag_error(c->diag, ast->span, "%s", forms[i].needs);
		return NULL;
	}
	if (i == 2)
		return map(c, unit, ast);
	element = check_type(c, unit, ast->args.at[0]);
	if (!element)
		return NULL;
	return i ? type_set(c->types, element) : type_list(c->types, element);
}

static const struct type *core(struct check *c, struct unit *unit,
			       const struct ast_type *ast)
{
	const struct type *type;
	enum type_kind kind;
	struct symbol *s;
	bool known;

	if (!ast->name.text)
		return tuple(c, unit, ast);
	if (!ast->package.text) {
		type = collection(c, unit, ast, &known);
		if (known)
			return type;
		if (!type_builtin_kind(ast->name.text, &kind)) {
			if (ast->has_args) {
				diag_error(c->diag, ast->span,
					   "'%s' has no element types", ast->name.text);
				return NULL;
			}
			return type_builtin(c->types, kind);
		}
	}
	s = check_find(c, unit, ast);
	if (s && ast->has_args) {
		diag_error(c->diag, ast->span, "'%s' has no element types",
			   ast->name.text);
		return NULL;
	}
	return s ? s->decl.type : NULL;
}

const struct type *check_type(struct check *c, struct unit *unit,
			      const struct ast_type *ast)
{
	const struct type *type;

	if (check_is_stream(ast)) {
		diag_error(c->diag, ast->span,
			   "a stream can only be a whole parameter or "
			   "the whole result of a method");
		return NULL;
	}
	type = core(c, unit, ast);
	if (ast->questions > 1) {
		diag_error(c->diag, ast->question, "'?' is given twice");
		return NULL;
	}
	if (type && ast->questions && type->kind == TYPE_ANY) {
		diag_error(c->diag, ast->question,
			   "'any' holds nil already; leave out the '?'");
		return NULL;
	}
	return type && ast->questions ? type_nullable(c->types, type) : type;
}

const struct type *check_item_type(struct check *c, struct unit *unit,
				   const struct ast_type *ast, bool *stream)
{
	*stream = check_is_stream(ast);
	if (!*stream)
		return NULL;
	if (ast->args.n != 1) {
		diag_error(c->diag, ast->span, "a stream has one type of items: '%s'",
			   ast->args.n ? "stream<int>" : "stream<any>");
		return NULL;
	}
	if (ast->questions) {
		const struct ast_type *item = ast->args.at[0];

		diag_error(c->diag, ast->question,
			   "a stream cannot be nullable, its items "
			   "can: 'stream<%s%s>'",
			   check_type_text(c, item), item->questions ? "" : "?");
		return NULL;
	}
	return check_type(c, unit, ast->args.at[0]);
}

void check_max(struct check *c, const struct attrs *attrs, const struct type *type,
	       const char *type_text)
{
	if (!attrs->max || !type)
		return;
	switch (type->kind) {
	case TYPE_STRING:
	case TYPE_BYTES:
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_MAP:
		return;
	default:
		diag_error(c->diag, attrs->max_span,
			   "'@max' is for string, bytes, list, "
			   "set and map, not for '%s'",
			   type_text);
	}
}
