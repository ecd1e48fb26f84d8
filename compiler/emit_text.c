/* Comments and wrapped lines of generated code.  Start in emit_c.h. */
#include "emit_c.h"

#include <string.h>

/* What would end or begin a comment is drawn apart. */
const char *emit_comment(struct arena *a, const char *text)
{
	struct buf b = { .arena = a };
	char before = 0;

	for (; *text; before = *text++) {
		if ((before == '*' && *text == '/') || (before == '/' && *text == '*'))
			buf_put(&b, " ");
		if (*text == '?' && before == '?') /* no trigraphs */
			buf_put(&b, " ");
		buf_add(&b, text, 1);
	}
	return buf_text(&b);
}

void emit_doc(const struct emit *e, struct view *object, const char *doc,
	      const char *deprecated)
{
	struct arena *a = e->arena;
	struct view *lines = view_list(a, object, "doc");
	const char *text = doc ? doc : "", *end;

	if (deprecated)
		text = arena_printf(a, "%s%sDeprecated%s%s.", text, doc ? "\n" : "",
				    *deprecated ? ": " : "", deprecated);
	if (!*text)
		return;
	text = emit_comment(a, text);
	if (!strchr(text, '\n') && strlen(text) + 16 <= EMIT_COLUMNS) {
		view_add_text(a, lines, arena_printf(a, "/** %s */", text));
		return;
	}
	view_add_text(a, lines, "/**");
	for (; text; text = *end ? end + 1 : NULL) {
		end = text + strcspn(text, "\n");
		view_add_text(a, lines,
			      arena_printf(a, " *%s%.*s", end > text ? " " : "",
					   (int)(end - text), text));
	}
	view_add_text(a, lines, " */");
}

const char *emit_wrap(struct arena *a, size_t column, const char *indent,
		      const char *separator, const struct vec *words)
{
	struct buf b = { .arena = a };
	size_t i, space = strlen(separator);

	for (i = 0; i < words->n; i++) {
		const char *word = words->at[i];

		if (i) {
			buf_put(&b, separator);
			column += space;
			/* one more for what stands behind the word */
			if (column + strlen(word) + 2 > EMIT_COLUMNS) {
				while (b.text[b.len - 1] == ' ')
					b.text[--b.len] = '\0';
				buf_printf(&b, "\n%s", indent);
				column = strspn(indent, "\t") * 8 +
					 strspn(indent + strspn(indent, "\t"), " ");
			}
		}
		buf_put(&b, word);
		column += strlen(word);
	}
	return buf_text(&b);
}

void emit_names(const struct emit *e, struct view *object, const char *list,
		const char *name, const char *const *suffixes)
{
	struct arena *a = e->arena;
	struct view *lines = view_list(a, object, list);
	struct vec words = { 0 };

	for (; *suffixes; suffixes++)
		vec_push(a, &words, arena_printf(a, "%s%s", name, *suffixes));
	view_add_text(a, lines,
		      arena_printf(a, "/* %s */", emit_wrap(a, 3, "   ", ", ", &words)));
}
