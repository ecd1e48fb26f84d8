/*
 * libFuzzer: any bytes as a schema.  Imports find the bytes behind the first NUL, so that
 * two files can be at odds with each other.
 *
 *	clang -fsanitize=fuzzer,address,undefined ... -dict=tests/fuzz/schema.dict schemas/
 */
#include "compile.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct rest {
	const char *text;
	size_t len;
};

static enum read_status read_rest(void *arg, struct arena *a, const char *path,
				  struct text *out)
{
	const struct rest *rest = arg;

	(void)a;
	if (strcmp(path, "b.spy") || !rest->text)
		return READ_MISSING;
	*out = (struct text){ malloc(rest->len + 1), rest->len, path };
	if (!out->text)
		return READ_FAILED;
	memcpy(out->text, rest->text, rest->len);
	return READ_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *nul = size ? memchr(text, '\0', size) : NULL;
	size_t len = nul ? (size_t)(nul - text) : size;
	struct rest rest = { nul ? nul + 1 : NULL, nul ? size - len - 1 : 0 };
	struct compile c;
	struct schema *schema;
	FILE *out = fopen("/dev/null", "w");

	compile_init(&c, &(struct compile_options){
				 .read = read_rest,
				 .read_arg = &rest,
			 });
	schema = compile_text(&c, "a.spy", text, len);
	if (!schema != (c.diag.n_errors > 0))
		abort();
	if (out) {
		diag_print(&c.diag, out, true);
		fclose(out);
	}
	compile_free(&c);
	return 0;
}
