/* A growing text.  Start in buf.h. */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char *make_room(struct buf *b, size_t n)
{
	if (b->room - b->len <= n || !b->text) {
		size_t room = b->room ? b->room * 2 : 64;
		char *text;

		while (room - b->len <= n)
			room *= 2;
		text = arena_alloc(b->arena, room);
		if (b->len)
			memcpy(text, b->text, b->len);
		b->text = text;
		b->room = room;
	}
	return b->text + b->len;
}

void buf_add(struct buf *b, const char *text, size_t len)
{
	char *to = make_room(b, len);

	if (len)
		memcpy(to, text, len);
	to[len] = '\0';
	b->len += len;
}

void buf_put(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_fill(struct buf *b, char c, size_t n)
{
	char *to = make_room(b, n);

	memset(to, c, n);
	to[n] = '\0';
	b->len += n;
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n <= 0)
		return;
	va_start(ap, format);
	vsnprintf(make_room(b, (size_t)n), (size_t)n + 1, format, ap);
	va_end(ap);
	b->len += (size_t)n;
}

const char *buf_text(const struct buf *b)
{
	return b->text ? b->text : "";
}
