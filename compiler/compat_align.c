/*
 * Two versions of a list whose order counts, laid against each other.
 *
 * Invariant: the items that keep their order are as many as possible (the longest rising
 * sequence of old positions), so that one insertion is one step and not a shift of all
 * that follows.  Start in compat_parts.h.
 */
#include "compat_parts.h"

struct aligning {
	struct arena *arena;
	const struct item *then, *now;
	size_t n_then, n_now;
	size_t *old;  /* by new index: the old index + 1, or 0 */
	bool *known;  /* by old index: the name is still there */
	bool *anchor; /* by new index: keeps its order */
	struct step *steps;
	size_t n_steps;
};

static void find_names(struct aligning *a)
{
	struct map by_name = { 0 };
	const struct item *item;
	size_t i;

	a->old = arena_array(a->arena, a->n_now, sizeof(size_t));
	a->known = arena_array(a->arena, a->n_then, sizeof(bool));
	for (i = 0; i < a->n_then; i++)
		map_put(a->arena, &by_name, a->then[i].name,
			(void *)(uintptr_t)&a->then[i]);
	for (i = 0; i < a->n_now; i++) {
		item = map_get(&by_name, a->now[i].name);
		if (!item || a->known[item - a->then])
			continue;
		a->known[item - a->then] = true;
		a->old[i] = (size_t)(item - a->then) + 1;
	}
}

/* Marks the longest rising sequence of old positions: patience sorting, where tail[k] is
   the new index at which the best sequence of k + 1 ends. */
static void find_anchors(struct aligning *a)
{
	size_t *tail = arena_array(a->arena, a->n_now, sizeof(size_t));
	size_t *before = arena_array(a->arena, a->n_now, sizeof(size_t));
	size_t i, low, high, middle, n = 0;

	a->anchor = arena_array(a->arena, a->n_now, sizeof(bool));
	for (i = 0; i < a->n_now; i++) {
		if (!a->old[i])
			continue;
		for (low = 0, high = n; low < high;) {
			middle = low + (high - low) / 2;
			if (a->old[tail[middle]] < a->old[i])
				low = middle + 1;
			else
				high = middle;
		}
		before[i] = low ? tail[low - 1] : i;
		tail[low] = i;
		n += low == n;
	}
	for (i = n ? tail[n - 1] : 0; n; n--, i = before[i])
		a->anchor[i] = true;
}

static void step(struct aligning *a, enum step_kind kind, const struct item *then,
		 const struct item *now, const struct item *next)
{
	a->steps[a->n_steps++] = (struct step){ kind, then, now, next };
}

/* What lies between two anchors, or behind the last one. */
static void gap(struct aligning *a, size_t i, size_t i_end, size_t k, size_t k_end)
{
	const struct item *next = k_end < a->n_now ? &a->now[k_end] : NULL;

	for (;; i++, k++) {
		for (; k < k_end && a->old[k]; k++)
			step(a, STEP_MOVED, &a->then[a->old[k] - 1], &a->now[k], NULL);
		while (i < i_end && a->known[i])
			i++;
		if (i == i_end || k == k_end)
			break;
		step(a, STEP_PAIRED, &a->then[i], &a->now[k], NULL);
	}
	for (; k < k_end; k++) {
		if (a->old[k])
			step(a, STEP_MOVED, &a->then[a->old[k] - 1], &a->now[k], NULL);
		else
			step(a, next ? STEP_INSERTED : STEP_APPENDED,
			     next ? &a->then[i_end] : NULL, &a->now[k], next);
	}
	for (; i < i_end; i++)
		if (!a->known[i])
			step(a, STEP_REMOVED, &a->then[i], NULL, NULL);
}

size_t compat_align(struct arena *arena, const struct item *then, size_t n_then,
		    const struct item *now, size_t n_now, struct step **steps)
{
	struct aligning a = {
		.arena = arena,
		.then = then,
		.n_then = n_then,
		.now = now,
		.n_now = n_now,
	};
	size_t i = 0, k = 0, at;

	a.steps = arena_array(arena, n_then + n_now, sizeof(struct step));
	find_names(&a);
	find_anchors(&a);
	for (at = 0; at < n_now; at++) {
		if (!a.anchor[at])
			continue;
		gap(&a, i, a.old[at] - 1, k, at);
		step(&a, STEP_SAME, &then[a.old[at] - 1], &now[at], NULL);
		i = a.old[at];
		k = at + 1;
	}
	gap(&a, i, n_then, k, n_now);
	*steps = a.steps;
	return a.n_steps;
}
