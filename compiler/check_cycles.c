/*
 * Models that hold themselves by value, and values too deep for the protocol.
 *
 * A record's body is its own fields and its parent's body; a sealed record and a union
 * have besides a value, which is any of their children or members.  Nullable types,
 * lists, sets and maps hold nothing by value.
 *
 * Invariant: each field makes one edge at most, and the walk keeps its own stack, so
 * 100,000 models in a row are no danger.  The order in which the walk leaves declarations
 * is schema->ordered.  Start in check.h.
 */
#include "check.h"

struct vertex {
	struct symbol *symbol;
	struct vec edges;		   /* struct edge * */
	enum { WHITE, GREY, BLACK } color; /* GREY: on the stack */
	bool fields;			   /* a body, not a choice of values */
	unsigned depth;			   /* containers in its value */
};

struct edge {
	struct vertex *to;
	struct span at; /* the name of the field */
	unsigned depth; /* containers around it */
};

static void add_edge(struct check *c, struct vertex *from, struct vertex *to,
		     struct span at, unsigned depth)
{
	struct edge *e = ARENA_NEW(c->arena, struct edge);

	*e = (struct edge){ to, at, depth };
	vec_push(c->arena, &from->edges, e);
}

static void hold(struct check *c, struct vertex *from, const struct type *type,
		 struct span at, unsigned depth)
{
	size_t i;

	if (depth > from->depth)
		from->depth = depth;
	if (!type || type->nullable)
		return;
	switch (type->kind) {
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_MAP:
		if (depth + 1 > from->depth)
			from->depth = depth + 1;
		break;
	case TYPE_TUPLE:
		for (i = 0; i < type->n_items; i++)
			hold(c, from, type->items[i], at, depth + 1);
		break;
	case TYPE_ENUM:
	case TYPE_MODEL:
	case TYPE_EXCEPTION:
	case TYPE_SEALED:
	case TYPE_UNION:
		add_edge(c, from, symbol_of(type->decl)->value, at, depth);
		break;
	default:
		break;
	}
}

static struct vertex *new_vertex(struct check *c, struct symbol *s, bool fields)
{
	struct vertex *v = ARENA_NEW(c->arena, struct vertex);

	v->symbol = s;
	v->fields = fields;
	return v;
}

static void add_vertices(struct check *c, struct symbol *s)
{
	bool record = s->decl.kind == DECL_MODEL || s->decl.kind == DECL_EXCEPTION;

	if (s->decl.kind == DECL_ENDPOINT)
		return;
	s->body = new_vertex(c, s, record);
	s->value = record && s->decl.record->sealed ? new_vertex(c, s, false) : s->body;
}

static void add_edges(struct check *c, struct symbol *s)
{
	const struct variant *v = s->decl.variant;
	const struct record *r = s->decl.record;
	size_t i;

	if (s->decl.kind == DECL_UNION) {
		for (i = 0; i < v->n_members; i++)
			hold(c, s->value, v->members[i], v->member_spans[i], 1);
		return;
	}
	if (s->decl.kind == DECL_ENUM || s->decl.kind == DECL_ENDPOINT)
		return;
	s->body->depth = 1;
	if (r->parent)
		add_edge(c, s->body, symbol_of(r->parent->decl)->body, s->decl.span, 1);
	for (i = 0; i < r->n_fields; i++)
		hold(c, s->body, r->fields[i].type, r->fields[i].span, 1);
	for (i = 0; i < r->n_children; i++)
		add_edge(c, s->value, symbol_of(r->children[i]->decl)->body, s->decl.span,
			 1);
}

struct step {
	struct vertex *vertex;
	size_t next; /* the edge to follow */
};

static const struct edge *edge_of(const struct step *step)
{
	return step->vertex->edges.at[step->next - 1];
}

static void report_cycle(struct check *c, const struct step *stack, size_t n,
			 const struct vertex *again)
{
	const char *name = again->symbol->decl.name, *text = name;
	size_t first = n - 1, i, k;

	while (stack[first].vertex != again)
		first--;
	/* the place of a field tells more than that of a member or child */
	for (k = first; k + 1 < n && !stack[k].vertex->fields; k++)
		;
	for (i = first + 1; i < n; i++) {
		if (n - i > 6) {
			text = arena_printf(c->arena, "%s -> ...", text);
			i = n - 1;
		}
		text = arena_printf(c->arena, "%s -> %s", text,
				    stack[i].vertex->symbol->decl.name);
	}
	diag_error(
		c->diag, edge_of(&stack[k])->at,
		"a value of '%s' would hold itself: %s -> %s; make a step nullable or a "
		"list",
		name, text, name);
}

/* Everything below a vertex is known. */
static void leave(struct check *c, struct vertex *v)
{
	struct symbol *s = v->symbol;
	unsigned depth = v->depth, before = 0;
	size_t i;

	for (i = 0; i < v->edges.n; i++) {
		const struct edge *e = v->edges.at[i];

		if (e->to->depth > before)
			before = e->to->depth;
		if (e->depth + e->to->depth > depth)
			depth = e->depth + e->to->depth;
	}
	/* only the first of those that are too deep has to be said */
	if (depth > VALUE_DEPTH_MAX && before <= VALUE_DEPTH_MAX)
		diag_error(c->diag, s->decl.span,
			   "a value of '%s' nests %u deep; the "
			   "protocol carries %d",
			   s->decl.name, depth, VALUE_DEPTH_MAX);
	v->depth = depth;
	v->color = BLACK;
	if (v == s->value)
		vec_push(c->arena, &s->unit->ordered, &s->decl);
}

static void walk_from(struct check *c, struct vertex *root, struct step *stack)
{
	size_t n = 0;

	if (root->color != WHITE)
		return;
	root->color = GREY;
	stack[n++] = (struct step){ root, 0 };
	while (n) {
		struct step *top = &stack[n - 1];
		struct vertex *to;

		if (top->next == top->vertex->edges.n) {
			leave(c, top->vertex);
			n--;
			continue;
		}
		top->next++;
		to = edge_of(top)->to;
		if (to->color == GREY) {
			report_cycle(c, stack, n, to);
		} else if (to->color == WHITE) {
			to->color = GREY;
			stack[n++] = (struct step){ to, 0 };
		}
	}
}

void check_cycles(struct check *c)
{
	/* a symbol has two vertices at most, and each is on the stack once */
	struct step *stack = arena_array(c->arena, 2 * c->symbols.n, sizeof(*stack));
	struct symbol *s;
	size_t i;

	for (i = 0; i < c->symbols.n; i++)
		add_vertices(c, c->symbols.at[i]);
	for (i = 0; i < c->symbols.n; i++)
		add_edges(c, c->symbols.at[i]);
	for (i = 0; i < c->symbols.n; i++) {
		s = c->symbols.at[i];
		if (!s->body)
			continue;
		walk_from(c, s->body, stack);
		walk_from(c, s->value, stack);
	}
	for (i = 0; i < c->units->n; i++) {
		struct unit *unit = c->units->at[i];

		unit->schema->ordered = (struct decl **)unit->ordered.at;
		unit->schema->n_ordered = unit->ordered.n;
	}
}
