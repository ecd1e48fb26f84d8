/*
 * Endpoints and methods: what is called, with what, by whom.
 *
 * Invariant: arguments and streams are two lists of places, as they are on the wire; the
 * order in which the two stand among each other counts for programs only.  Start in
 * compat_parts.h.
 */
#include "compat_parts.h"

#include <string.h>

/* Methods and parameters by name. */
static struct map methods_of(struct compat *c, const struct endpoint *e)
{
	struct map names = { 0 };
	size_t i;

	for (i = 0; i < e->n_methods; i++)
		map_put(c->arena, &names, e->methods[i].name, &e->methods[i]);
	return names;
}

static struct map params_of(struct compat *c, const struct method *m)
{
	struct map names = { 0 };
	size_t i;

	for (i = 0; i < m->n_params; i++)
		map_put(c->arena, &names, m->params[i].name, &m->params[i]);
	return names;
}

/* One method in its two versions. */
struct pair {
	const struct method *then, *now;
	struct map params_then, params_now;
	struct spot spot;
};

/* ---- parameters ---- */

/* Those that are, or are not, streams on both sides or have no counterpart. */
static size_t list(struct compat *c, const struct method *m, const struct map *there,
		   bool stream, struct place_of **places)
{
	size_t i, n = 0;

	*places = arena_array(c->arena, m->n_params, sizeof(**places));
	for (i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i], *other = map_get(there, p->name);

		if (p->stream == stream && (!other || other->stream == stream))
			(*places)[n++] = compat_param(p);
	}
	return n;
}

static void check_crossings(struct compat *c, const struct pair *pair)
{
	size_t i;

	for (i = 0; i < pair->now->n_params; i++) {
		const struct param *p = &pair->now->params[i];
		const struct param *old = map_get(&pair->params_then, p->name);

		if (old && old->stream != p->stream)
			compat_say(c, RULE_stream_changed, p->span,
				   compat_spot(old->span, old->name),
				   p->stream ? "parameter '%s' is a stream now"
					     : "parameter '%s' is no stream any more",
				   p->name);
	}
}

/* Whether arguments that are there on both sides have changed places with streams. */
static void check_mixture(struct compat *c, const struct pair *pair)
{
	const struct param *last = NULL, *old;
	size_t i;

	for (i = 0; i < pair->now->n_params; i++) {
		const struct param *p = &pair->now->params[i];

		old = map_get(&pair->params_then, p->name);
		if (!old || old->stream != p->stream)
			continue;
		if (last && old < last && old->stream != last->stream) {
			compat_say(
				c, RULE_signature, p->span,
				compat_spot(old->span, old->name),
				"'%s' stands behind '%s' now, so programs that call '%s' "
				"change",
				old->name, last->name, pair->now->name);
			return;
		}
		last = old;
	}
}

static void check_params(struct compat *c, const struct pair *pair)
{
	struct owner owner = { pair->now->name, pair->now->span, pair->spot, true };
	struct place_of *a, *b;
	size_t n, m;
	int stream;

	check_crossings(c, pair);
	for (stream = 0; stream < 2; stream++) {
		n = list(c, pair->then, &pair->params_now, stream, &a);
		m = list(c, pair->now, &pair->params_then, stream, &b);
		compat_places(c, &owner, a, n, b, m);
	}
	check_mixture(c, pair);
}

/* ---- results and exceptions ---- */

static void check_result(struct compat *c, const struct method *then,
			 const struct method *now, struct spot spot)
{
	static const char *const kinds[] = {
		[RESULT_NONE] = "nothing",
		[RESULT_PLAIN] = "one value",
		[RESULT_STREAM] = "a stream",
	};

	if (then->result != now->result)
		compat_say(c, RULE_result_changed, now->span, spot,
			   "'%s' returns %s, before it returned %s", now->name,
			   kinds[now->result], kinds[then->result]);
	else if (now->result != RESULT_NONE)
		compat_result(c, arena_printf(c->arena, "the result of '%s'", now->name),
			      then->result_type, now->result_type, then->result_text,
			      now->result_text, now->span, spot);
}

static bool throws(const struct method *m, const struct decl *exception)
{
	size_t i;

	for (i = 0; i < m->n_throws; i++)
		if (m->throws[i]->decl == exception)
			return true;
	return false;
}

static void check_throws(struct compat *c, const struct method *then,
			 const struct method *now, struct spot spot)
{
	size_t i, k;

	for (i = 0; i < then->n_throws; i++) {
		const struct decl *kept = compat_now(c, then->throws[i]->decl);

		if (!kept || !throws(now, kept))
			compat_say(c, RULE_throws_changed, now->span, spot,
				   "'%s' does not throw '%s' any more, but older servers "
				   "do",
				   now->name, then->throws[i]->decl->name);
	}
	for (i = 0; i < now->n_throws; i++) {
		for (k = 0; k < then->n_throws; k++)
			if (compat_now(c, then->throws[k]->decl) == now->throws[i]->decl)
				break;
		if (k == then->n_throws)
			compat_say(c, RULE_throws_changed, now->span, spot,
				   "'%s' throws '%s' now, which older clients do not "
				   "expect",
				   now->name, now->throws[i]->decl->name);
	}
}

/* ---- who may call, and how long ---- */

static bool has_scope(const struct method *m, const char *scope)
{
	size_t i;

	for (i = 0; i < m->n_scopes; i++)
		if (!strcmp(m->scopes[i], scope))
			return true;
	return false;
}

static void check_access(struct compat *c, const struct method *then,
			 const struct method *now, struct spot spot)
{
	size_t i;

	if (now->login && !then->login)
		compat_say(c, RULE_access_tightened, now->span, spot,
			   "'%s' needs a login now, and older callers have none",
			   now->name);
	else if (then->login && !now->login)
		compat_say(c, RULE_access_loosened, now->span, spot,
			   "'%s' needs no login any more", now->name);
	for (i = 0; i < now->n_scopes; i++)
		if (!has_scope(then, now->scopes[i]))
			compat_say(
				c, RULE_access_tightened, now->span, spot,
				"'%s' needs the scope \"%s\" now, and older callers may "
				"not have it",
				now->name, now->scopes[i]);
	for (i = 0; i < then->n_scopes; i++)
		if (!has_scope(now, then->scopes[i]))
			compat_say(c, RULE_access_loosened, now->span, spot,
				   "'%s' does not need the scope \"%s\" any more",
				   now->name, then->scopes[i]);
}

static void check_timeout(struct compat *c, const struct method *then,
			  const struct method *now, struct spot spot)
{
	if (!now->timeout_ms || (then->timeout_ms && now->timeout_ms >= then->timeout_ms))
		return;
	compat_say(c, RULE_timeout_shortened, now->span, spot,
		   "'%s' is given %lu ms, before it was %s", now->name,
		   (unsigned long)now->timeout_ms,
		   then->timeout_ms ? arena_printf(c->arena, "%lu",
						   (unsigned long)then->timeout_ms)
				    : "as long as it took");
}

static void check_overflow(struct compat *c, const char *what, enum overflow then,
			   enum overflow now, struct span at, struct spot spot)
{
	if (then != now)
		compat_say(c, RULE_overflow_changed, at, spot,
			   "what a slow reader of %s costs has changed", what);
}

static void check_overflows(struct compat *c, const struct pair *pair)
{
	const struct method *then = pair->then, *now = pair->now;
	size_t i;

	if (then->result == RESULT_STREAM && now->result == RESULT_STREAM)
		check_overflow(c, arena_printf(c->arena, "the result of '%s'", now->name),
			       then->overflow, now->overflow, now->span, pair->spot);
	for (i = 0; i < now->n_params; i++) {
		const struct param *p = &now->params[i];
		const struct param *old = map_get(&pair->params_then, p->name);

		if (old && old->stream && p->stream)
			check_overflow(c, arena_printf(c->arena, "stream '%s'", p->name),
				       old->overflow, p->overflow, p->span,
				       compat_spot(old->span, old->name));
	}
}

/* ---- methods ---- */

static void check_method(struct compat *c, const struct method *then,
			 const struct method *now)
{
	struct pair pair = { then, now, params_of(c, then), params_of(c, now),
			     compat_spot(then->span, then->name) };

	if (then->messages != now->messages)
		compat_say(c, RULE_messages_form, now->span, pair.spot,
			   now->messages ? "'messages' was a method: programs change"
					 : "'messages' is a method now: programs change");
	check_params(c, &pair);
	check_result(c, then, now, pair.spot);
	check_throws(c, then, now, pair.spot);
	check_access(c, then, now, pair.spot);
	check_timeout(c, then, now, pair.spot);
	check_overflows(c, &pair);
	compat_c_name(c, then->c_name, now->c_name, now->span, pair.spot);
}

static bool same_value(const struct compat *c, const struct type *then,
		       const struct type *now)
{
	return !then == !now && (!then || compat_fit(c, then, now) == FIT_SAME);
}

bool compat_same_method(const struct compat *c, const struct method *then,
			const struct method *now)
{
	size_t i;

	if (then->n_params != now->n_params || then->result != now->result ||
	    !same_value(c, then->result_type, now->result_type))
		return false;
	for (i = 0; i < then->n_params; i++)
		if (then->params[i].name != now->params[i].name ||
		    then->params[i].stream != now->params[i].stream ||
		    !same_value(c, then->params[i].type, now->params[i].type))
			return false;
	return true;
}

/* A new method that looks like one that is gone, and is nobody else's heir. */
static const struct method *find_heir(struct compat *c, const struct method *then,
				      const struct map *before,
				      const struct endpoint *after, struct map *heirs)
{
	size_t i;

	for (i = 0; i < after->n_methods; i++) {
		const struct method *m = &after->methods[i];

		if (c->n_guesses++ > COMPAT_GUESSES_MAX)
			break;
		if (!map_get(before, m->name) && !map_get(heirs, m->name) &&
		    compat_same_method(c, then, m)) {
			map_put(c->arena, heirs, m->name, (void *)(uintptr_t)m);
			return m;
		}
	}
	return NULL;
}

static void check_gone(struct compat *c, const struct method *then,
		       const struct decl *now, const struct method *heir)
{
	struct spot spot = compat_spot(then->span, then->name);

	if (!heir) {
		compat_say(c, RULE_method_removed, now->span, spot,
			   "method '%s' is gone, and older clients call it", then->name);
		return;
	}
	compat_say(c, RULE_method_renamed, heir->span, spot,
		   "method '%s' became '%s', and its name is what older peers call",
		   then->name, heir->name);
	check_method(c, then, heir);
}

void compat_endpoint(struct compat *c, const struct decl *then, const struct decl *now)
{
	struct map before = methods_of(c, then->endpoint), heirs = { 0 };
	struct map after = methods_of(c, now->endpoint);
	size_t i;

	for (i = 0; i < then->endpoint->n_methods; i++) {
		const struct method *m = &then->endpoint->methods[i];
		const struct method *same = map_get(&after, m->name);

		if (same)
			check_method(c, m, same);
		else
			check_gone(c, m, now,
				   find_heir(c, m, &before, now->endpoint, &heirs));
	}
}
