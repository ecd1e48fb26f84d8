/*
 * Models and exceptions.
 *
 * Invariant: public fields and server-only ones are two lists of places; which of the two a
 * field is in is looked at first, so that a change of list is one mistake.  Start in
 * compat_parts.h.
 */
#include "compat_parts.h"

/* Fields by name; reserved ones are left out, as they are in no list of their own. */
static const struct field *find(const struct map *names, const struct field *f)
{
	return f->reserved ? NULL : map_get(names, f->name);
}

static void put_names(struct compat *c, struct map *names, const struct record *r)
{
	size_t i;

	for (i = 0; i < r->n_fields; i++)
		if (!r->fields[i].reserved)
			map_put(c->arena, names, r->fields[i].name, &r->fields[i]);
}

/* Fields that went from one list to the other. */
static void check_crossings(struct compat *c, const struct map *then,
			    const struct record *now)
{
	size_t i;

	for (i = 0; i < now->n_fields; i++) {
		const struct field *f = &now->fields[i], *old = find(then, f);

		if (!old || old->server == f->server)
			continue;
		compat_say(c, RULE_server_changed, f->span,
			   compat_spot(old->span, old->name),
			   f->server ? "field '%s' is server-only now: it has left its "
				       "place on the connection"
				     : "field '%s' is not server-only any more: it has a "
				       "place on the connection now",
			   f->name);
	}
}

/* The fields of one list that are in it on both sides, or on one side only. */
static size_t list(struct compat *c, const struct record *r, const struct map *other,
		   bool server, struct place_of **places)
{
	size_t i, n = 0;

	*places = arena_array(c->arena, r->n_fields, sizeof(**places));
	for (i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i], *there = find(other, f);

		if (f->server == server && (!there || there->server == server))
			(*places)[n++] = compat_field(f);
	}
	return n;
}

static size_t count_server(const struct record *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->n_fields; i++)
		n += r->fields[i].server;
	return n;
}

static const struct field *first_server(const struct record *r)
{
	size_t i = 0;

	while (!r->fields[i].server)
		i++;
	return &r->fields[i];
}

/* Between servers a model with server-only fields is a pair of arrays. */
static bool form_changed(struct compat *c, const struct decl *then,
			 const struct decl *now)
{
	size_t before = count_server(then->record), after = count_server(now->record);

	if (!before == !after)
		return false;
	if (after)
		compat_say(
			c, RULE_bus, first_server(now->record)->span,
			compat_spot(then->span, then->name),
			"the first server-only field of '%s' changes the form in which "
			"servers send it to each other",
			now->name);
	else
		compat_say(c, RULE_bus, now->span,
			   compat_spot(first_server(then->record)->span,
				       first_server(then->record)->name),
			   "without server-only fields '%s' has another form between "
			   "servers",
			   now->name);
	return true;
}

static void check_fields(struct compat *c, const struct decl *then,
			 const struct decl *now)
{
	struct owner owner = { now->name, now->span, compat_spot(then->span, then->name),
			       false };
	struct map names_then = { 0 }, names_now = { 0 };
	struct place_of *a, *b;
	size_t n, m;
	bool bus = c->bus;

	put_names(c, &names_then, then->record);
	put_names(c, &names_now, now->record);
	check_crossings(c, &names_then, now->record);
	n = list(c, then->record, &names_now, false, &a);
	m = list(c, now->record, &names_then, false, &b);
	compat_places(c, &owner, a, n, b, m);
	c->bus = true;
	if (!form_changed(c, then, now)) {
		n = list(c, then->record, &names_now, true, &a);
		m = list(c, now->record, &names_then, true, &b);
		compat_places(c, &owner, a, n, b, m);
	}
	c->bus = bus;
}

static void check_parent(struct compat *c, const struct decl *then,
			 const struct decl *now)
{
	const struct record *before = then->record->parent, *after = now->record->parent;
	struct spot spot = compat_spot(then->span, then->name);

	if (before && after && compat_now(c, before->decl) != after->decl)
		compat_say(c, RULE_extends_changed, now->span, spot,
			   "'%s' extends '%s', before it was '%s': the ancestor's array "
			   "comes first",
			   now->name, after->decl->name, before->decl->name);
	else if (!before && after)
		compat_say(c, RULE_extends_changed, now->span, spot,
			   "'%s' extends '%s' now: the ancestor's array comes first",
			   now->name, after->decl->name);
	else if (before && !after)
		compat_say(c, RULE_extends_changed, now->span, spot,
			   "'%s' does not extend '%s' any more, whose array came first",
			   now->name, before->decl->name);
}

void compat_record(struct compat *c, const struct decl *then, const struct decl *now)
{
	struct spot spot = compat_spot(then->span, then->name);

	check_parent(c, then, now);
	if (then->record->sealed != now->record->sealed)
		compat_say(
			c, RULE_sealed_changed, now->span, spot,
			now->record->sealed
				? "'%s' is sealed now: its values begin with the "
				  "number of the child"
				: "'%s' is not sealed any more: its values do not begin "
				  "with the number of the child",
			now->name);
	else if (now->record->sealed)
		compat_children(c, then, now);
	if (!then->record->immutable && now->record->immutable)
		compat_say(c, RULE_immutable, now->span, spot,
			   "'%s' is immutable now, so programs that assign to its fields "
			   "change",
			   now->name);
	check_fields(c, then, now);
}
