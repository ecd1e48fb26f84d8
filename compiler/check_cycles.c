/*
 * Models that hold themselves by value, and values too deep for the protocol.
 *
 * Invariant: the walk keeps its own stack, so a chain of 100,000 models is no danger.
 * A value of a record holds its ancestors' fields and its own; one of a sealed type any
 * child; one of a union any member.  Nullable types, lists, sets and maps hold nothing by
 * value.  The order in which the walk leaves declarations is schema->ordered.
 * Start in check.h.
 */
#include "check.h"

struct edge {
	struct symbol *to;
	struct span at;			/* the name of the field */
	unsigned depth;			/* containers around it */
};

enum {
	WHITE,
	GREY,				/* on the stack */
	BLACK,
};

struct walk {
	struct check *c;
	struct symbol *from;
	struct span at;
};

static void hold(struct walk *w, const struct type *type, unsigned depth)
{
	struct edge *e;
	size_t i;

	if (depth > w->from->depth)
		w->from->depth = depth;
	if (!type || type->nullable)
		return;
	switch (type->kind) {
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_MAP:
		if (depth + 1 > w->from->depth)
			w->from->depth = depth + 1;
		break;
	case TYPE_TUPLE:
		for (i = 0; i < type->n_items; i++)
			hold(w, type->items[i], depth + 1);
		break;
	case TYPE_MODEL:
	case TYPE_EXCEPTION:
	case TYPE_SEALED:
	case TYPE_UNION:
		e = ARENA_NEW(w->c->arena, struct edge);
		e->to = symbol_of(type->decl);
		e->at = w->at;
		e->depth = depth;
		vec_push(w->c->arena, &w->from->edges, e);
		break;
	default:
		break;
	}
}

/* All that a value of a declaration holds by value. */
static void find_edges(struct check *c, struct symbol *s)
{
	struct walk w = { .c = c, .from = s, .at = s->decl.span };
	const struct variant *v = s->decl.variant;
	const struct record *r = s->decl.record;
	unsigned depth = 1;
	size_t i;

	if (s->decl.kind == DECL_UNION) {
		for (i = 0; i < v->n_members; i++) {
			w.at = v->member_spans[i];
			hold(&w, v->members[i], 1);
		}
	} else if (r->sealed) {
		for (i = 0; i < r->n_children; i++)
			hold(&w, r->children[i]->decl->type, 1);
	} else {
		/* an ancestor's array is the first element of its child's */
		for (; r; r = r->parent, depth++) {
			if (depth > s->depth)
				s->depth = depth;
			for (i = 0; i < r->n_fields; i++) {
				w.at = r->fields[i].span;
				hold(&w, r->fields[i].type, depth);
			}
		}
	}
}

struct step {
	struct symbol *symbol;
	size_t next;			/* the edge to follow */
};

static bool has_fields(const struct symbol *s)
{
	return s->decl.kind != DECL_UNION && !s->decl.record->sealed;
}

static void report_cycle(struct check *c, const struct step *stack, size_t n,
			 const struct symbol *again)
{
	const struct edge *first;
	const char *text;
	size_t i = n, k;

	while (stack[i - 1].symbol != again)
		i--;
	/* a field tells more than a member or child */
	for (k = i - 1; k + 1 < n && !has_fields(stack[k].symbol); k++)
		;
	first = stack[k].symbol->edges.at[stack[k].next - 1];
	text = again->decl.name;
	for (; i < n; i++) {
		if (n - i > 6 && i + 1 < n) {
			text = arena_printf(c->arena, "%s -> ...", text);
			i = n - 1;
		}
		text = arena_printf(c->arena, "%s -> %s", text,
				    stack[i].symbol->decl.name);
	}
	diag_error(c->diag, first->at, "a value of '%s' would hold itself: %s -> %s; make "
		   "a step nullable or a list", again->decl.name, text,
		   again->decl.name);
}

/* A declaration is left: its depth is known. */
static void leave(struct check *c, struct symbol *s)
{
	unsigned depth = s->depth, before = 0;
	size_t i;

	for (i = 0; i < s->edges.n; i++) {
		const struct edge *e = s->edges.at[i];

		if (e->to->depth > before)
			before = e->to->depth;
		if (e->depth + e->to->depth > depth)
			depth = e->depth + e->to->depth;
	}
	/* only the first of those that are too deep has to be said */
	if (depth > VALUE_DEPTH_MAX && before <= VALUE_DEPTH_MAX)
		diag_error(c->diag, s->decl.span, "a value of '%s' nests %u deep; the "
			   "protocol carries %d", s->decl.name, depth, VALUE_DEPTH_MAX);
	s->depth = depth;
	s->color = BLACK;
	vec_push(c->arena, &s->unit->ordered, &s->decl);
}

static void walk_from(struct check *c, struct symbol *root, struct step *stack)
{
	size_t n = 0;

	if (root->color != WHITE)
		return;
	root->color = GREY;
	stack[n++] = (struct step){ root, 0 };
	while (n) {
		struct step *top = &stack[n - 1];
		const struct edge *e;

		if (top->next == top->symbol->edges.n) {
			leave(c, top->symbol);
			n--;
			continue;
		}
		e = top->symbol->edges.at[top->next++];
		if (e->to->color == GREY) {
			report_cycle(c, stack, n, e->to);
		} else if (e->to->color == WHITE) {
			e->to->color = GREY;
			stack[n++] = (struct step){ e->to, 0 };
		}
	}
}

void check_cycles(struct check *c)
{
	struct step *stack = arena_array(c->arena, c->symbols.n, sizeof(*stack));
	struct symbol *s;
	size_t i;

	for (i = 0; i < c->symbols.n; i++) {
		s = c->symbols.at[i];
		if (s->decl.kind != DECL_ENUM && s->decl.kind != DECL_ENDPOINT)
			find_edges(c, s);
	}
	for (i = 0; i < c->symbols.n; i++) {
		s = c->symbols.at[i];
		if (s->decl.kind != DECL_ENDPOINT)
			walk_from(c, s, stack);
	}
	for (i = 0; i < c->units->n; i++) {
		struct unit *unit = c->units->at[i];

		unit->schema->ordered = (struct decl **)unit->ordered.at;
		unit->schema->n_ordered = unit->ordered.n;
	}
}
