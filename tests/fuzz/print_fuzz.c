/*
 * libFuzzer: any bytes as a schema, laid out anew.  What was parsed without a mistake must
 * say the same afterwards, and must not change when it is laid out once more.
 */
#include "diag_message.h"
#include "files.h"
#include "fmt.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct arena arena;
	struct strs names;
	struct sources sources;
	struct diag diag;
};

/* NULL when it has mistakes. */
static const char *laid_out(struct run *r, const char *text, size_t len)
{
	const struct source *source = source_add(&r->sources, "fuzz.spy", text, len);
	const char *out;

	if (!source || !text_check(&r->diag, source))
		return NULL;
	out = fmt_text(&r->names, &r->diag, source);
	/* "formatting would change what it says" is the only message about the file itself */
	if (!out && ((struct message *)r->diag.messages.at[0])->path)
		abort();
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *once, *twice;
	struct run r;

	arena_init(&r.arena);
	strs_init(&r.names, &r.arena);
	sources_init(&r.sources, &r.arena);
	diag_init(&r.diag, &r.arena, &r.sources);
	once = laid_out(&r, (const char *)data, size);
	if (once) {
		twice = laid_out(&r, once, strlen(once));
		if (!twice || strcmp(once, twice) != 0)
			abort();
	}
	arena_free(&r.arena);
	return 0;
}
