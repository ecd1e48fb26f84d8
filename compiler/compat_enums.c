/*
 * Enums, unions and the children of sealed models: what is sent as a number.
 *
 * Invariant: a number means the same on both sides, or is said to mean another thing.
 * Start in compat_parts.h.
 */
#include "compat_parts.h"

#include <stdlib.h>

/* ---- enums ---- */

struct numbers {
	const struct enum_value **sorted;
	size_t n;
	struct map names;
};

static int by_number(const void *left, const void *right)
{
	const struct enum_value *a = *(const struct enum_value *const *)left;
	const struct enum_value *b = *(const struct enum_value *const *)right;

	return a->number < b->number ? -1 : a->number > b->number;
}

static struct numbers numbers_of(struct compat *c, const struct enumeration *e)
{
	struct numbers numbers = { .n = e->n_values };
	size_t i;

	numbers.sorted = arena_array(c->arena, e->n_values, sizeof(*numbers.sorted));
	for (i = 0; i < e->n_values; i++) {
		numbers.sorted[i] = &e->values[i];
		map_put(c->arena, &numbers.names, e->values[i].name, &e->values[i]);
	}
	qsort(numbers.sorted, numbers.n, sizeof(*numbers.sorted), by_number);
	return numbers;
}

static const struct enum_value *find(const struct numbers *numbers,
				     const struct enum_value *value)
{
	const struct enum_value *const *found = bsearch(
		&value, numbers->sorted, numbers->n, sizeof(*numbers->sorted), by_number);

	return found ? *found : NULL;
}

static void check_gone(struct compat *c, const struct decl *now,
		       const struct enum_value *value, const struct enum_value *heir)
{
	struct spot spot = compat_spot(value->span, value->name);

	if (heir)
		compat_say(c, RULE_value_removed, heir->span, spot,
			   "'%s' has the number %d of '%s', which is gone", heir->name,
			   heir->number, value->name);
	else if (now->enumeration->fallback)
		compat_say(c, RULE_value_retired, now->span, spot,
			   "'%s' is gone: when older peers send it, '%s' is read",
			   value->name, now->enumeration->fallback->name);
	else
		compat_say(c, RULE_value_removed, now->span, spot,
			   "'%s' is gone, but older peers send it, and '%s' has no "
			   "default",
			   value->name, now->name);
}

static void check_old_value(struct compat *c, const struct decl *now,
			    const struct numbers *then_all, const struct numbers *now_all,
			    const struct enum_value *then)
{
	const struct enum_value *same = map_get(&now_all->names, then->name);
	const struct enum_value *heir = find(now_all, then);
	struct spot spot = compat_spot(then->span, then->name);

	if (same && same->number == then->number)
		compat_c_name(c, then->c_name, same->c_name, same->span, spot);
	else if (same)
		compat_say(c, RULE_value_renumbered, same->span, spot,
			   "the number of '%s' changed from %d to %d", then->name,
			   then->number, same->number);
	else if (heir && !map_get(&then_all->names, heir->name))
		compat_say(c, RULE_value_renamed, heir->span, spot,
			   "'%s' became '%s': the number is the same, the programs "
			   "change",
			   then->name, heir->name);
	else
		check_gone(c, now, then, heir);
}

void compat_enum(struct compat *c, const struct decl *then, const struct decl *now)
{
	const struct enumeration *before = then->enumeration, *after = now->enumeration;
	struct numbers then_all = numbers_of(c, before), now_all = numbers_of(c, after);
	size_t i;

	for (i = 0; i < before->n_values; i++)
		check_old_value(c, now, &then_all, &now_all, &before->values[i]);
	for (i = 0; i < after->n_values && !before->fallback; i++) {
		const struct enum_value *value = &after->values[i];

		if (!map_get(&then_all.names, value->name) && !find(&then_all, value))
			compat_say(
				c, RULE_value_added, value->span,
				compat_spot(then->span, then->name),
				"'%s' is new, and older readers refuse it: '%s' had no "
				"default",
				value->name, then->name);
	}
	if (before->fallback && !after->fallback)
		compat_say(c, RULE_enum_default_removed, now->span,
			   compat_spot(before->fallback->span, before->fallback->name),
			   "'%s' has no default any more: from now on no value can be "
			   "added to it",
			   now->name);
}

/* ---- members and children ---- */

static void check_steps(struct compat *c, const struct decl *then, const struct decl *now,
			const struct step *steps, size_t n, const char *what)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct step *s = &steps[i];
		const struct decl *a = s->then ? s->then->of : NULL;
		const struct decl *b = s->now ? s->now->of : NULL;
		struct spot spot = a ? compat_spot(s->then->span, a->name)
				     : compat_spot(then->span, then->name);

		switch (s->kind) {
		case STEP_SAME:
			break;
		case STEP_MOVED:
			compat_say(c, RULE_member_moved, s->now->span, spot,
				   "%s '%s' of '%s' has moved: its number is another",
				   what, b->name, now->name);
			break;
		case STEP_PAIRED:
			compat_say(
				c, RULE_member_removed, s->now->span, spot,
				"%s '%s' of '%s' has the number of '%s', which is gone",
				what, b->name, now->name, a->name);
			break;
		case STEP_INSERTED:
			compat_say(c, RULE_member_moved, s->now->span, spot,
				   "%s '%s' of '%s' is inserted: those that follow have "
				   "other numbers",
				   what, b->name, now->name);
			break;
		case STEP_APPENDED:
			compat_say(c, RULE_member_added, s->now->span, spot,
				   "%s '%s' of '%s' is new, and older readers refuse it",
				   what, b->name, now->name);
			break;
		case STEP_REMOVED:
			compat_say(c, RULE_member_removed, now->span, spot,
				   "%s '%s' of '%s' is gone, but older peers send it",
				   what, a->name, now->name);
			break;
		}
	}
}

/* By the name of today, so that a renamed one is the same. */
static struct item item_of(struct compat *c, const struct decl *decl, struct span span,
			   bool old)
{
	const struct decl *now = old ? compat_now(c, decl) : NULL;

	return (struct item){ now ? now->full_name : decl->full_name, span, decl };
}

void compat_union(struct compat *c, const struct decl *then, const struct decl *now)
{
	const struct variant *a = then->variant, *b = now->variant;
	struct item *before = arena_array(c->arena, a->n_members, sizeof(*before));
	struct item *after = arena_array(c->arena, b->n_members, sizeof(*after));
	struct step *steps;
	size_t i;

	for (i = 0; i < a->n_members; i++)
		before[i] = item_of(c, a->members[i]->decl, a->member_spans[i], true);
	for (i = 0; i < b->n_members; i++)
		after[i] = item_of(c, b->members[i]->decl, b->member_spans[i], false);
	i = compat_align(c->arena, before, a->n_members, after, b->n_members, &steps);
	check_steps(c, then, now, steps, i, "member");
}

/* ---- sealed ones as values ---- */

static void find_in_type(struct compat *c, const struct type *type)
{
	size_t i;

	if (!type)
		return;
	if (type->kind == TYPE_SEALED)
		map_put(c->arena, &c->held, type->decl->full_name,
			(void *)(uintptr_t)type->decl);
	for (i = 0; i < type->n_items; i++)
		find_in_type(c, type->items[i]);
	find_in_type(c, type->element);
}

static void find_in_methods(struct compat *c, const struct endpoint *e)
{
	size_t i, k;

	for (i = 0; i < e->n_methods; i++) {
		find_in_type(c, e->methods[i].result_type);
		for (k = 0; k < e->methods[i].n_params; k++)
			find_in_type(c, e->methods[i].params[k].type);
	}
}

void compat_find_held(struct compat *c, const struct vec *files)
{
	size_t i, k, m;

	for (i = 0; i < files->n; i++) {
		const struct schema *file = files->at[i];

		for (k = 0; k < file->n_decls; k++) {
			const struct decl *decl = file->decls[k];

			if (decl->kind == DECL_ENDPOINT)
				find_in_methods(c, decl->endpoint);
			else if (decl->kind == DECL_MODEL || decl->kind == DECL_EXCEPTION)
				for (m = 0; m < decl->record->n_fields; m++)
					find_in_type(c, decl->record->fields[m].type);
		}
	}
}

/* Thrown, an exception goes by its own name; only as a value it has a number.  A sealed
   model is there to be a value, if not here then in a file that imports this one. */
static bool has_numbers(const struct compat *c, const struct decl *then,
			const struct decl *now)
{
	return now->kind == DECL_MODEL || map_get(&c->held, then->full_name) ||
	       map_get(&c->held, now->full_name);
}

void compat_children(struct compat *c, const struct decl *then, const struct decl *now)
{
	const struct record *a = then->record, *b = now->record;
	struct item *before = arena_array(c->arena, a->n_children, sizeof(*before));
	struct item *after = arena_array(c->arena, b->n_children, sizeof(*after));
	struct step *steps;
	size_t i;

	if (!has_numbers(c, then, now))
		return;
	for (i = 0; i < a->n_children; i++)
		before[i] = item_of(c, a->children[i]->decl, a->children[i]->decl->span,
				    true);
	for (i = 0; i < b->n_children; i++)
		after[i] = item_of(c, b->children[i]->decl, b->children[i]->decl->span,
				   false);
	i = compat_align(c->arena, before, a->n_children, after, b->n_children, &steps);
	check_steps(c, then, now, steps, i, "child");
}
