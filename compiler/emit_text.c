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

	view_text(a, object, "deprecated",
		  deprecated ? arena_printf(a, " SPY_DEPRECATED(%s)",
					    c_string(a, deprecated, strlen(deprecated)))
			     : NULL);
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

const char *emit_fold(struct arena *a, size_t column, const char *indent,
		      const char *text)
{
	struct buf b = { .arena = a };

	while (*text) {
		size_t len = strcspn(text, ",;");

		while (text[len] && text[len + 1] && text[len + 1] != ' ')
			len += 1 + strcspn(text + len + 1, ",;");
		len += !!text[len];

		/* one more for what stands behind the last word */
		if (b.len && column + 1 + len >= EMIT_COLUMNS) {
			buf_printf(&b, "\n%s", indent);
			column = strspn(indent, "\t") * 8 + strspn(indent, " ");
		} else if (b.len) {
			buf_put(&b, " ");
			column++;
		}
		buf_add(&b, text, len);
		column += len;
		text += len;
		text += *text == ' ';
	}
	return buf_text(&b);
}

const char *emit_join(struct arena *a, size_t column, const char *indent,
		      const struct vec *texts)
{
	struct buf b = { .arena = a };
	size_t i;

	for (i = 0; i < texts->n; i++) {
		const char *text = texts->at[i];

		if (i && column + 1 + strlen(text) >= EMIT_COLUMNS) {
			buf_printf(&b, "\n%s", indent);
			column = strspn(indent, "\t") * 8 + strspn(indent, " ");
		} else if (i) {
			buf_put(&b, " ");
			column++;
		}
		buf_put(&b, text);
		column += strlen(text);
	}
	return buf_text(&b);
}

void emit_names(const struct emit *e, struct view *object, const char *list,
		const char *name, const char *const *suffixes)
{
	struct buf b = { .arena = e->arena };

	for (; *suffixes; suffixes++)
		buf_printf(&b, "%s%s%s", b.len ? ", " : "/* ", name, *suffixes);
	buf_put(&b, " */");
	view_add_text(e->arena, view_list(e->arena, object, list),
		      emit_fold(e->arena, 0, "   ", buf_text(&b)));
}
