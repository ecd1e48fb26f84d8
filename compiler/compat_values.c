/*
 * Places of fields and parameters and what stands in them.
 *
 * Invariant: a list about which no error is said is read by both sides alike: whatever one
 * writes in a place, or leaves out, the other takes as the same value.  Start in
 * compat_parts.h.
 */
#include "compat_parts.h"

#include <string.h>

/* ---- types ---- */

static enum fit worse(enum fit a, enum fit b)
{
	return a > b ? a : b;
}

static enum fit fit_parts(const struct compat *c, const struct type *then,
			  const struct type *now)
{
	enum fit fit = FIT_SAME;
	size_t i;

	switch (then->kind) {
	case TYPE_LIST:
	case TYPE_SET:
		return compat_fit(c, then->element, now->element);
	case TYPE_MAP:
		return worse(compat_fit(c, then->key, now->key),
			     compat_fit(c, then->element, now->element));
	case TYPE_TUPLE:
		if (then->n_items != now->n_items)
			return FIT_NOT;
		for (i = 0; i < then->n_items; i++)
			fit = worse(fit, compat_fit(c, then->items[i], now->items[i]));
		return fit;
	default:
		return FIT_SAME;
	}
}

/* Nanoseconds travel as an int64 does; nothing else has the same bytes and range. */
static bool alike(const struct type *a, const struct type *b)
{
	return (a->kind == TYPE_INT64 && b->kind == TYPE_DURATION) ||
	       (a->kind == TYPE_DURATION && b->kind == TYPE_INT64);
}

enum fit compat_fit(const struct compat *c, const struct type *then,
		    const struct type *now)
{
	if (then->nullable != now->nullable)
		return FIT_NOT;
	/* how a declaration changed is said where it stands */
	if (then->decl || now->decl)
		return then->decl && compat_now(c, then->decl) == now->decl ? FIT_SAME
									    : FIT_NOT;
	if (then->kind != now->kind)
		return alike(then, now) ? FIT_ALIKE : FIT_NOT;
	return fit_parts(c, then, now);
}

/* ---- places ---- */

struct place_of compat_field(const struct field *f)
{
	return (struct place_of){
		.what = f->server ? "server-only field" : "field",
		.name = f->name,
		.type = f->type,
		.type_text = f->type_text,
		.value = f->value,
		.max = f->max,
		.c_name = f->c_name,
		.span = f->span,
		.reserved = f->reserved,
	};
}

struct place_of compat_param(const struct param *p)
{
	return (struct place_of){
		.what = p->stream ? "stream" : "parameter",
		.name = p->name,
		.type = p->type,
		.type_text = p->type_text,
		.value = p->value,
		.max = p->max,
		.c_name = p->c_name,
		.span = p->span,
		.stream = p->stream,
	};
}

bool compat_optional(const struct place_of *p)
{
	return p->reserved || p->type->nullable || p->value || p->type->kind == TYPE_ANY;
}

static void say_type(struct compat *c, enum rule rule, const char *what,
		     const char *text_then, const char *text_now, struct span at,
		     struct spot before)
{
	compat_say(c, rule, at, before, "the type of %s changed from '%s' to '%s'%s",
		   what, text_then, text_now,
		   rule == RULE_type_alike ? ", which travels the same" : "");
}

/* `Mood` of one package and `Mood` of another look the same as they are written. */
static void check_types(struct compat *c, const char *what, const struct type *then,
			const struct type *now, const char *text_then,
			const char *text_now, struct span at, struct spot before)
{
	enum fit fit = compat_fit(c, then->base, now->base);

	if (!strcmp(text_then, text_now)) {
		text_then = then->text;
		text_now = now->text;
	}
	if (fit != FIT_SAME)
		say_type(c, fit == FIT_ALIKE ? RULE_type_alike : RULE_type_changed, what,
			 text_then, text_now, at, before);
}

static const char *called(struct compat *c, const struct place_of *p)
{
	return arena_printf(c->arena, "%s '%s'", p->what, p->name);
}

static void check_nullable(struct compat *c, const struct place_of *then,
			   const struct place_of *now, struct spot before)
{
	const char *name = called(c, now);
	bool was = then->type->nullable, is = now->type->nullable;

	if (!was && is && !then->value)
		compat_say(c, RULE_nil_refused, now->span, before,
			   "%s is nullable now, and older readers refuse nil", name);
	else if (was && !is && !now->value)
		compat_say(
			c, RULE_nil_refused, now->span, before,
			"%s is not nullable any more, but older peers send nil, and it "
			"has no default to take instead",
			name);
	else if (was != is)
		compat_say(c, RULE_nullable_changed, now->span, before,
			   is ? "%s is nullable now; older readers take their default "
				"for nil"
			      : "%s is not nullable any more; nil from older peers is "
				"read as the default",
			   name);
	else if (!is && then->value && !now->value && now->type->kind != TYPE_ANY)
		compat_say(c, RULE_default_removed, now->span, before,
			   "%s has lost its default, and peers from before it was "
			   "appended do not send it",
			   name);
}

static const char *max_text(struct compat *c, uint64_t max)
{
	return max ? arena_printf(c->arena, "@max(%llu)", (unsigned long long)max)
		   : "no limit";
}

static void check_max(struct compat *c, const struct place_of *then,
		      const struct place_of *now, struct spot before)
{
	bool lowered = now->max && (!then->max || now->max < then->max);

	if (then->max == now->max)
		return;
	compat_say(c, lowered ? RULE_max_lowered : RULE_max_raised, now->span, before,
		   "%s has %s, before it had %s: %s", called(c, now),
		   max_text(c, now->max), max_text(c, then->max),
		   lowered ? "what is longer is refused when older peers send it"
			   : "what is longer is refused by older peers");
}

static void check_same(struct compat *c, const struct place_of *then,
		       const struct place_of *now)
{
	struct spot before = compat_spot(then->span, then->name);

	if (then->reserved && !now->reserved) {
		compat_say(c, RULE_reserved_reused, now->span, before,
			   "%s takes a place that is reserved: older peers send nil "
			   "there, and the oldest what '%s' was",
			   called(c, now), then->name);
	} else if (!then->reserved && now->reserved) {
		if (compat_optional(then))
			compat_say(c, RULE_reserved, now->span, before,
				   "%s was removed, so programs that use it change",
				   called(c, then));
		else
			compat_say(c, RULE_reserved_required, now->span, before,
				   "%s was removed, but older readers need it: it was "
				   "neither nullable nor had it a default",
				   called(c, then));
	} else if (!now->reserved) {
		check_types(c, called(c, now), then->type, now->type, then->type_text,
			    now->type_text, now->span, before);
		check_nullable(c, then, now, before);
		check_max(c, then, now, before);
		compat_c_name(c, then->c_name, now->c_name, now->span, before);
	}
}

/* Another name in the same place. */
static void check_pair(struct compat *c, const struct place_of *then,
		       const struct place_of *now)
{
	struct spot before = compat_spot(then->span, then->name);

	if (!then->reserved && !now->reserved) {
		if (compat_fit(c, then->type->base, now->type->base) == FIT_NOT) {
			compat_say(c, RULE_replaced, now->span, before,
				   "%s of type '%s' stands where '%s' of type '%s' was",
				   called(c, now), now->type_text, then->name,
				   then->type_text);
			return;
		}
		compat_say(
			c, RULE_renamed, now->span, before,
			"%s '%s' became '%s': the place and the type are the same, the "
			"programs change",
			then->what, then->name, now->name);
	}
	check_same(c, then, now);
}

/* ---- lists of places ---- */

static void check_inserted(struct compat *c, const struct place_of *now,
			   const struct item *next, struct spot before)
{
	compat_say(c, now->stream ? RULE_stream_changed : RULE_inserted, now->span,
		   before,
		   "%s is inserted before '%s', so what follows has moved; append it",
		   called(c, now), next->name);
}

static void check_appended(struct compat *c, const struct owner *owner,
			   const struct place_of *now)
{
	if (now->stream)
		compat_say(c, RULE_stream_changed, now->span, owner->then,
			   "%s is new: older peers have no such stream in this method",
			   called(c, now));
	else if (!compat_optional(now))
		compat_say(c, RULE_appended_required, now->span, owner->then,
			   "%s is new, but older peers do not send it; make it nullable "
			   "or give it a default",
			   called(c, now));
	else if (owner->params)
		compat_say(c, RULE_signature, now->span, owner->then,
			   "%s is new, so programs that call '%s' change", called(c, now),
			   owner->name);
}

static void check_removed(struct compat *c, const struct owner *owner,
			  const struct place_of *then)
{
	struct spot before = compat_spot(then->span, then->name);

	if (then->stream)
		compat_say(c, RULE_stream_changed, owner->now, before,
			   "stream '%s' is gone, and older peers still open it",
			   then->name);
	else if (then->reserved)
		compat_say(c, RULE_removed, owner->now, before,
			   "the place that 'reserved %s;' kept is given up", then->name);
	else if (owner->params || c->bus)
		compat_say(c, RULE_removed, owner->now, before,
			   "%s is gone, so others stand in its place or will",
			   called(c, then));
	else if (compat_optional(then))
		compat_say(c, RULE_removed, owner->now, before,
			   "%s is gone, and its place with it; put 'reserved %s;' there",
			   called(c, then), then->name);
	else
		compat_say(c, RULE_removed, owner->now, before,
			   "%s is gone, but older readers need it: it was neither "
			   "nullable nor had it a default",
			   called(c, then));
}

static struct item *items_of(struct compat *c, const struct place_of *places, size_t n)
{
	struct item *items = arena_array(c->arena, n, sizeof(*items));
	size_t i;

	for (i = 0; i < n; i++)
		items[i] = (struct item){ places[i].name, places[i].span, &places[i] };
	return items;
}

void compat_places(struct compat *c, const struct owner *owner,
		   const struct place_of *then, size_t n_then, const struct place_of *now,
		   size_t n_now)
{
	struct step *steps;
	size_t i, n = compat_align(c->arena, items_of(c, then, n_then), n_then,
				   items_of(c, now, n_now), n_now, &steps);

	for (i = 0; i < n; i++) {
		const struct step *s = &steps[i];
		const struct place_of *a = s->then ? s->then->of : NULL;
		const struct place_of *b = s->now ? s->now->of : NULL;

		switch (s->kind) {
		case STEP_MOVED:
			compat_say(c, RULE_moved, b->span, compat_spot(a->span, a->name),
				   "%s has moved, but places count, not names",
				   called(c, b));
			/* fall through */
		case STEP_SAME:
			check_same(c, a, b);
			break;
		case STEP_PAIRED:
			check_pair(c, a, b);
			break;
		case STEP_INSERTED:
			check_inserted(c, b, s->next, compat_spot(a->span, a->name));
			break;
		case STEP_APPENDED:
			check_appended(c, owner, b);
			break;
		case STEP_REMOVED:
			check_removed(c, owner, a);
			break;
		}
	}
}

void compat_result(struct compat *c, const char *what, const struct type *then,
		   const struct type *now, const char *text_then, const char *text_now,
		   struct span at, struct spot before)
{
	if (then->nullable != now->nullable)
		compat_say(c, RULE_nil_refused, at, before,
			   now->nullable
				   ? "%s may be nil now, which older clients refuse"
				   : "%s is never nil now, but older servers send nil",
			   what);
	check_types(c, what, then, now, text_then, text_now, at, before);
}
