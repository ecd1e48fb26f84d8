/* Interning, spelling and edit distance.  Start in str.h. */
#include "str.h"

#include <stdint.h>
#include <string.h>

struct str_entry {
	uint32_t hash;
	size_t len;
	char text[];
};

void strs_init(struct strs *s, struct arena *a)
{
	*s = (struct strs){ .arena = a };
}

/* FNV-1a: short keys, no enemies: the table belongs to one run of one user. */
static uint32_t hash_of(const char *text, size_t len)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 16777619u;
	return h;
}

static void grow(struct strs *s)
{
	size_t room = s->room ? s->room * 2 : 256;
	struct str_entry **table = arena_array(s->arena, room, sizeof(*table));
	size_t i, k;

	for (i = 0; i < s->room; i++) {
		if (!s->table[i])
			continue;
		for (k = s->table[i]->hash & (room - 1); table[k];)
			k = (k + 1) & (room - 1);
		table[k] = s->table[i];
	}
	s->table = table;
	s->room = room;
}

const char *intern(struct strs *s, const char *text, size_t len)
{
	uint32_t hash = hash_of(text, len);
	struct str_entry *e;
	size_t k;

	if (s->n * 2 >= s->room)
		grow(s);
	for (k = hash & (s->room - 1); (e = s->table[k]); k = (k + 1) & (s->room - 1))
		if (e->hash == hash && e->len == len && !memcmp(e->text, text, len))
			return e->text;
	e = arena_alloc(s->arena, sizeof(*e) + len + 1);
	e->hash = hash;
	e->len = len;
	if (len)
		memcpy(e->text, text, len);
	s->table[k] = e;
	s->n++;
	return e->text;
}

const char *intern_z(struct strs *s, const char *text)
{
	return intern(s, text, strlen(text));
}

struct map_entry {
	const char *key;
	void *value;
};

static size_t slot_of(const struct map_entry *table, size_t room, const char *key)
{
	size_t k = (size_t)(((uintptr_t)key >> 4) * 2654435761u) & (room - 1);

	while (table[k].key && table[k].key != key)
		k = (k + 1) & (room - 1);
	return k;
}

void *map_get(const struct map *m, const char *key)
{
	return m->room ? m->table[slot_of(m->table, m->room, key)].value : NULL;
}

void *map_put(struct arena *a, struct map *m, const char *key, void *value)
{
	struct map_entry *e;
	size_t i;

	if (m->n * 2 >= m->room) {
		size_t room = m->room ? m->room * 2 : 16;
		struct map_entry *table = arena_array(a, room, sizeof(*table));

		for (i = 0; i < m->room; i++)
			if (m->table[i].key)
				table[slot_of(table, room, m->table[i].key)] =
					m->table[i];
		m->table = table;
		m->room = room;
	}
	e = &m->table[slot_of(m->table, m->room, key)];
	if (e->key)
		return e->value;
	e->key = key;
	e->value = value;
	m->n++;
	return NULL;
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool is_pascal(const char *name)
{
	if (!is_upper(*name))
		return false;
	while (is_upper(*name) || is_lower(*name) || is_digit(*name))
		name++;
	return !*name;
}

bool is_snake(const char *name)
{
	char before = '_';

	if (!is_lower(*name))
		return false;
	for (; *name; before = *name++)
		if (!(is_lower(*name) || is_digit(*name) ||
		      (*name == '_' && before != '_')))
			return false;
	return before != '_';
}

const char *to_pascal(struct arena *a, const char *name)
{
	char *out = arena_alloc(a, strlen(name) + 2), *p = out;
	bool start = true;

	for (; *name; name++) {
		if (*name == '_') {
			start = true;
			continue;
		}
		*p++ = start && is_lower(*name) ? (char)(*name - 'a' + 'A') : *name;
		start = false;
	}
	return out;
}

const char *to_snake(struct arena *a, const char *name)
{
	char *out = arena_alloc(a, 2 * strlen(name) + 1), *p = out;
	const char *c;

	for (c = name; *c; c++) {
		/* "userID" and "HTTPServer" break where a lower case letter is near */
		bool start = is_upper(*c) && c > name && c[-1] != '_' &&
			     (!is_upper(c[-1]) || is_lower(c[1]));

		if (*c == '_' && (p == out || p[-1] == '_'))
			continue;
		if (start && p > out)
			*p++ = '_';
		*p++ = is_upper(*c) ? (char)(*c - 'A' + 'a') : *c;
	}
	while (p > out && p[-1] == '_')
		*--p = '\0';
	return out;
}

struct guess guess_start(const char *wanted)
{
	size_t len = strlen(wanted);

	/* a third of the letters may be wrong, but never all of a short name */
	return (struct guess){ .wanted = wanted, .distance = (len + 1) / 3 + 1 };
}

/* Restricted Damerau-Levenshtein distance: swapped neighbours count as one. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
	size_t rows[3][NAME_MAX_LEN + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2], *spare;
	size_t i, k;

	for (k = 0; k <= m; k++)
		last[k] = k;
	for (i = 1; i <= n; i++) {
		row[0] = i;
		for (k = 1; k <= m; k++) {
			size_t best = last[k - 1] + (a[i - 1] != b[k - 1]);

			if (last[k] + 1 < best)
				best = last[k] + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
			    a[i - 2] == b[k - 1] && before[k - 2] + 1 < best)
				best = before[k - 2] + 1;
			row[k] = best;
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[m];
}

void guess_offer(struct guess *g, const char *candidate)
{
	size_t n = strlen(g->wanted), m = strlen(candidate), d;
	size_t differ = n > m ? n - m : m - n;

	if (n > NAME_MAX_LEN || m > NAME_MAX_LEN || differ >= g->distance)
		return;
	d = distance(g->wanted, n, candidate, m);
	if (d < g->distance && d < n) {
		g->distance = d;
		g->best = candidate;
	}
}
