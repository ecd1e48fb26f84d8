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

bool ast_in_skipped(const struct ast_file *file, const char *name)
{
	return map_get(&file->skipped, name) != NULL;
}
