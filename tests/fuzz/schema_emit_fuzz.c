/* libFuzzer: whatever compiles as a schema can be made into C, JSON and Markdown. */
#include "cname.h"
#include "compile.h"
#include "emit.h"
#include "output.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every back end runs over every schema. */
static void run(struct compile *c, const struct schema *schema, bool server)
{
	emit_fn *const all[] = { emit_c, emit_json, emit_md };
	struct emit_options options = { .server = server,
					.client = true,
					.internal = server };
	struct output out = { .diag = &c->diag };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i](schema, &options, &out) < 0)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct schema *schema;
	struct compile c;
	FILE *out = fopen("/dev/null", "w");

	compile_init(&c, &(struct compile_options){ 0 });
	schema = compile_text(&c, "a.spy", (const char *)data, size);
	if (schema && cname_assign(schema, &c.diag) == 0)
		run(&c, schema, size % 2);
	if (out) {
		diag_print(&c.diag, out, false);
		fclose(out);
	}
	compile_free(&c);
	return 0;
}
