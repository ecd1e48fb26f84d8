/* libFuzzer: whatever compiles as a schema can be made into C. */
#include "cname.h"
#include "compile.h"
#include "emit_c.h"
#include "template.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every built-in template runs over every schema. */
static void run_templates(struct compile *c, const struct view *view)
{
	static const char *const names[] = { "types.h.tmpl", "types.c.tmpl",
					     "server.h.tmpl", "client.h.tmpl" };
	struct templates set = { .diag = &c->diag };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct buf out = { .arena = &c->arena };

		if (template_run(&set, names[i], view, &out) < 0 || !out.len)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct schema *schema;
	struct compile c;
	FILE *out = fopen("/dev/null", "w");

	compile_init(&c, &(struct compile_options){ 0 });
	schema = compile_text(&c, "a.spy", (const char *)data, size);
	if (schema && cname_assign(schema, &c.diag) == 0)
		run_templates(&c, emit_view(&c.arena, schema));
	if (out) {
		diag_print(&c.diag, out, false);
		fclose(out);
	}
	compile_free(&c);
	return 0;
}
