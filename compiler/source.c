/*
 * Sources and places.  A file's base is the end of the file before it plus one, so that
 * the place just behind a file's last byte still belongs to that file.  Start in
 * source.h.
 */
#include "source.h"

#include <string.h>

void sources_init(struct sources *s, struct arena *a)
{
	*s = (struct sources){ .arena = a };
}

struct source *source_add(struct sources *s, const char *path, const char *text,
			  size_t len)
{
	struct source *source;
	char *copy;

	if (len > SOURCE_TOTAL_MAX - s->next)
		return NULL;
	source = ARENA_NEW(s->arena, struct source);
	/* flex wants two NULs behind the text; arena memory is zero */
	copy = arena_alloc(s->arena, len + 2);
	if (len)
		memcpy(copy, text, len);
	source->path = path;
	source->text = copy;
	source->len = len;
	source->base = s->next;
	s->next += (uint32_t)len + 1;
	vec_push(s->arena, &s->files, source);
	return source;
}

const struct source *source_of(const struct sources *s, uint32_t offset)
{
	size_t low = 0, high = s->files.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct source *source = s->files.at[middle];

		if (offset < source->base)
			high = middle;
		else if (offset > source->base + source->len)
			low = middle + 1;
		else
			return source;
	}
	return NULL;
}

size_t utf8_next(const char *s, size_t len, uint32_t *code)
{
	const unsigned char *u = (const unsigned char *)s;
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n, i;
	uint32_t c;

	if (!len)
		return 0;
	if (u[0] < 0x80) {
		*code = u[0];
		return 1;
	}
	n = u[0] >= 0xf0 && u[0] < 0xf8 ? 4 : u[0] >= 0xe0 ? 3 : u[0] >= 0xc2 ? 2 : 0;
	if (!n || n > len || u[0] >= 0xf8)
		return 0;
	c = u[0] & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3f);
	}
	if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*code = c;
	return n;
}

int source_place(const struct sources *s, uint32_t offset, struct place *place)
{
	const struct source *source = source_of(s, offset);
	size_t i, n;
	uint32_t code;
	const char *end;

	if (!source)
		return -1;
	*place = (struct place){
		.source = source, .line = 1, .column = 1, .at = offset - source->base
	};
	for (i = 0; i < place->at; i++) {
		if (source->text[i] == '\n') {
			place->line++;
			place->line_start = i + 1;
		}
	}
	for (i = place->line_start; i < place->at; i += n, place->column++) {
		n = utf8_next(source->text + i, source->len - i, &code);
		if (!n)
			n = 1;
	}
	end = memchr(source->text + place->line_start, '\n',
		     source->len - place->line_start);
	place->line_end = end ? (size_t)(end - source->text) : source->len;
	if (place->line_end > place->line_start &&
	    source->text[place->line_end - 1] == '\r')
		place->line_end--;
	if (place->at > place->line_end)
		place->at = place->line_end;
	return 0;
}
