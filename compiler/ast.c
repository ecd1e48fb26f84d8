/* Small helpers over the syntax tree.  Start in ast.h; the tree is made in parse.y. */
#include "ast.h"

#include <string.h>

const char *ast_doc(struct arena *a, const struct ast_attrs *attrs)
{
	size_t i, len = 0;
	char *text, *p;

	if (!attrs->docs.n)
		return NULL;
	for (i = 0; i < attrs->docs.n; i++)
		len += strlen(attrs->docs.at[i]) + 1;
	text = p = arena_alloc(a, len);
	for (i = 0; i < attrs->docs.n; i++) {
		size_t n = strlen(attrs->docs.at[i]);

		memcpy(p, attrs->docs.at[i], n);
		p += n;
		*p++ = i + 1 < attrs->docs.n ? '\n' : '\0';
	}
	return text;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

bool ast_in_skipped(const struct ast_file *file, const char *name)
{
	const struct source *source = file->source;
	size_t i, k, len = strlen(name);

	for (i = 0; i < file->skipped.n; i++) {
		const struct span *span = file->skipped.at[i];
		const char *text = source->text + (span->start - source->base);
		size_t n = span->end - span->start;

		for (k = 0; k + len <= n; k++)
			if (!memcmp(text + k, name, len) &&
			    (!k || !is_name_char(text[k - 1])) &&
			    !is_name_char(text[k + len]))
				return true;
	}
	return false;
}
